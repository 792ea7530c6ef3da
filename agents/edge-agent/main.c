// SPDX-License-Identifier: Apache-2.0
/* edge-agent: agent.h says what it is. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "agents/edge-agent/agent.h"
#include "lib/log.h"
#include "lib/process.h"
#include "lib/token.h"

enum { SAMPLES_DEFAULT = 1 << 20, FIFO_PRIORITY = 10 };

static const struct daemon_spec spec = {
	.name = "edge-agent",
	.summary = "registers an edge with the migration manager, answers on its service addresses "
		   "and runs its applications",
	.example = "agents/edge-agent/edge-agent.example.yaml",
};

/* ---- registration ---- */

static json_t *applications_json(const struct agent *a)
{
	json_t *list = json_array();

	for (const struct instance *i = a->supervisor.instances; i; i = i->next) {
		json_t *one = json_pack("{s:s, s:s}", "app", i->w.name, "state",
					instance_state_name(i->state));

		if (i->w.service.s_addr)
			json_object_set_new(one, "service", json_ipv4(i->w.service));
		json_array_append_new(list, one);
	}
	return list;
}

/* Told with the next registration, within a second. */
static void on_changed(void *user)
{
	struct agent *a = user;

	if (!a->registration.body)
		return;
	json_object_set_new(a->registration.body, "applications", applications_json(a));
	json_object_set_new(a->registration.body, "processes",
			    processes_registration_json(&a->processes));
}

static int register_edge(struct agent *a)
{
	char path[96], url[64], address[INET_ADDRSTRLEN];

	uv_inet_ntop(AF_INET, &a->config.rest_address, address, sizeof address);
	snprintf(path, sizeof path, "/v1/edges/%s", a->config.name);
	snprintf(url, sizeof url, "http://%s:%u", address, a->config.rest_port);
	return registration_start(
		&a->registration, &a->daemon.loop, a->client, a->config.manager_url, path, a->token,
		json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "url", url, "dnai", a->config.dnai,
			  "services", agent_services_json(a), "applications", applications_json(a),
			  "processes", processes_registration_json(&a->processes), "ue_routes",
			  ue_routes_json(a)));
}

/* ---- applications ---- */

static int start_applications(struct agent *a)
{
	int r;

	a->supervisor.config = (struct supervisor_config){
		.loop = &a->daemon.loop,
		.client = a->client,
		.repository = a->config.repository,
		.state_dir = a->config.state_dir,
		.cloud_url = a->config.cloud_url,
		.token = a->token,
		.token_file = a->config.token_file,
		.name = a->config.name,
		.noun = "app",
		.number = a->config.edge_number,
		.address = a->config.rest_address,
		.rate_bytes_per_s = a->config.rate_limit_bps / 8,
		.changed = on_changed,
		.user = a,
	};
	if (!agent_has_applications(a))
		return 0;
	r = supervisor_init(&a->supervisor);
	if (r == 0)
		r = supervisor_add_configured(&a->supervisor, a->config_doc, a->config.applications,
					      "application");
	if (r == 0)
		supervisor_restore(&a->supervisor);
	return r;
}

/* ---- applications that move as processes ---- */

static void configure_processes(struct agent *a)
{
	struct processes_config *c = &a->processes.config;
	const struct agent_config *from = &a->config;

	c->loop = &a->daemon.loop;
	c->address = from->rest_address;
	c->number = from->edge_number;
	c->token_file = from->token_file;
	c->changed = on_changed;
	c->user = a;
	c->node.wan_address = from->wan_address;
	strcpy(c->node.name, from->name);
	strcpy(c->node.wan_interface, from->wan_interface);
	strcpy(c->node.n6_interface, from->n6_interface);
	strcpy(c->node.directory, from->process_dir);
	strcpy(c->node.repository, from->process_repository);
}

static int add_process(struct agent *a, const struct yaml_node *node)
{
	struct yaml_error err = {0};
	struct edge_process *p;
	int r = process_read_yaml(a->config_doc, node, &p, &err);

	if (r < 0)
		return r;
	r = processes_add(&a->processes, p);
	if (r == -EEXIST)
		yaml_fail(a->config_doc, node, &err,
			  "its name, number or address is another process's");
	else if (r < 0)
		yaml_fail(a->config_doc, node, &err, "%s", strerror(-r));
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	return r;
}

static int start_processes(struct agent *a)
{
	const struct yaml_node *list = a->config.processes;
	int r;

	if (!list || !list->child)
		return 0;
	configure_processes(a);
	r = process_beside("process-step", a->processes.config.program,
			   sizeof a->processes.config.program);
	for (const struct yaml_node *n = list->child; n && r == 0; n = n->next)
		r = add_process(a, n);
	return r;
}

/* ---- start and end ---- */

/* Probes are answered on time also on a busy machine; where that isn't allowed, they are answered
 * as time permits. */
static void hurry(void)
{
	struct sched_param param = {.sched_priority = FIFO_PRIORITY};

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0)
		log_info("reflector", "what=\"no real-time priority\" error=\"%s\"",
			 strerror(errno));
}

static int start(struct agent *a)
{
	struct http_listen listen = {.addr = a->config.rest_address,
				     .port = (uint16_t)a->config.rest_port,
				     .token = a->token};
	int r = token_read(a->config.token_file, a->token, sizeof a->token);

	if (r == 0)
		r = reflector_new(&a->daemon.loop, a->config.reflector_samples, &a->reflector);
	if (r == 0)
		r = services_start(a);
	if (r == 0)
		r = http_client_new(&a->daemon.loop, &a->client);
	if (r == 0)
		r = start_applications(a);
	if (r == 0)
		r = start_processes(a);
	if (r == 0)
		r = http_server_new(&a->daemon.loop, &listen, agent_routes, a, &a->server);
	if (r == 0)
		r = register_edge(a);
	if (r < 0)
		log_error("edge-agent", "what=\"not started\" error=\"%s\"", strerror(-r));
	else
		hurry();
	return r;
}

/* Instances first: they cancel their calls. They run on. */
static void stop(struct agent *a)
{
	registration_stop(&a->registration);
	processes_close(&a->processes);
	if (a->supervisor.config.loop)
		supervisor_free(&a->supervisor);
	http_client_free(a->client);
	http_server_free(a->server);
	services_stop(a);
	reflector_free(a->reflector);
}

int main(int argc, char **argv)
{
	static struct agent a = {.config.reflector_samples = SAMPLES_DEFAULT,
				 .config.edge_number = 1};
	int status = 1;

	if (daemon_init(&a.daemon, &spec, argc, argv) < 0)
		return 1;
	if (agent_config_read(&a) < 0)
		goto done;
	if (a.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&a) == 0) {
		supervisor_begin(&a.supervisor);
		processes_begin(&a.processes);
		daemon_ready("serving");
		status = daemon_run(&a.daemon);
	}
	stop(&a);
done:
	yaml_free(a.config_doc);
	daemon_done(&a.daemon);
	return status;
}
