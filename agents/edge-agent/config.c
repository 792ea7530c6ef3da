// SPDX-License-Identifier: Apache-2.0
/* The agent's configuration file: agents/edge-agent/edge-agent.example.yaml explains every key. */
#include <string.h>

#include "agents/edge-agent/agent.h"
#include "lib/log.h"
#include "lib/shape/quantity.h"

enum { SAMPLES_MIN = 1024, SAMPLES_MAX = 1 << 26, RATE_MIN_BPS = 8000 };

#define AT(member) offsetof(struct agent_config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"name", yaml_read_text, AT(name), 64, 0, 0, true, "the edge's name"},
	{"edge_number", yaml_read_u32, AT(edge_number), 0, 1, 65535, false, "the edge's number"},
	{"dnai", yaml_read_text, AT(dnai), 64, 0, 0, true, "its data network access identifier"},
	{"manager_url", yaml_read_text, AT(manager_url), 128, 0, 0, true,
	 "http:// URL of the manager"},
	{"services", yaml_read_node, AT(services), 0, 0, 0, false,
	 "what runs here: names and addresses"},
	{"reflector_samples", yaml_read_u32, AT(reflector_samples), 0, SAMPLES_MIN, SAMPLES_MAX,
	 false, "samples kept a session"},
	{"repository", yaml_read_text, AT(repository), 256, 0, 0, false, "directory of images"},
	{"state_dir", yaml_read_text, AT(state_dir), 256, 0, 0, false, "directory of instances"},
	{"cloud_url", yaml_read_text, AT(cloud_url), 128, 0, 0, false,
	 "http:// URL of the cloud agent's images"},
	{"rate_limit", yaml_read_node, AT(rate_limit), 0, 0, 0, false, "of pulls"},
	{"applications", yaml_read_node, AT(applications), 0, 0, 0, false, "that can be run here"},
	{"process_dir", yaml_read_text, AT(process_dir), 256, 0, 0, false,
	 "directory of processes' state"},
	{"process_repository", yaml_read_text, AT(process_repository), 256, 0, 0, false,
	 "directory of processes' images"},
	{"wan_interface", yaml_read_text, AT(wan_interface), 16, 0, 0, false, "to other edges"},
	{"wan_address", yaml_read_ipv4, AT(wan_address), 0, 0, 0, false, "on it"},
	{"n6_interface", yaml_read_text, AT(n6_interface), 16, 0, 0, false, "to the UPF"},
	{"processes", yaml_read_node, AT(processes), 0, 0, 0, false,
	 "applications that move as processes"},
	{0},
};
static const struct yaml_field service_fields[] = {
	{"name", yaml_read_text, offsetof(struct service, name), 64, 0, 0, true,
	 "name of the service"},
	{"address", yaml_read_ipv4, offsetof(struct service, address), 0, 0, 0, true,
	 "its address"},
	{0},
};

bool agent_has_applications(const struct agent *a)
{
	return a->config.repository[0] && a->config.state_dir[0];
}

static int read_service(struct agent *a, const struct yaml_node *node, struct yaml_error *err)
{
	struct service *s = &a->service[a->service_count];
	int r = yaml_read_fields(a->config_doc, node, service_fields, s, err);

	s->agent = a;
	a->service_count += r == 0;
	return r;
}

static int read_services(struct agent *a, struct yaml_error *err)
{
	const struct yaml_node *list = a->config.services;
	int r = 0;

	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(a->config_doc, list, err, "expected a list of services");
	for (const struct yaml_node *n = list ? list->child : NULL; n && r == 0; n = n->next) {
		if (a->service_count == SERVICES_MAX)
			return yaml_fail(a->config_doc, n, err, "more than %d services",
					 SERVICES_MAX);
		r = read_service(a, n, err);
	}
	return r;
}

static int read_rate_limit(struct agent *a, struct yaml_error *err)
{
	const struct yaml_node *node = a->config.rate_limit;
	double bps;

	if (!node || (node->kind == YAML_SCALAR && !strcmp(node->scalar, "0")))
		return 0;
	if (node->kind != YAML_SCALAR ||
	    !shape_quantity_parse(node->scalar, shape_quantity_rates, &bps) || bps < RATE_MIN_BPS)
		return yaml_fail(a->config_doc, node, err,
				 "rate_limit: expected a rate of at least 8kbit, such as 100Mbit, "
				 "or 0 for none");
	a->config.rate_limit_bps = (uint64_t)bps;
	return 0;
}

/* Twice in the file, or with another's port, is found when they are added. */
static int check_application(struct agent *a, const struct yaml_node *node, struct yaml_error *err)
{
	struct workload w;
	int r = workload_read_yaml(a->config_doc, node, &w, err);

	if (r == 0)
		workload_done(&w);
	return r;
}

static int check_applications(struct agent *a, struct yaml_error *err)
{
	const struct yaml_node *list = a->config.applications;
	int r = 0;

	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(a->config_doc, list, err, "expected a list of applications");
	if (list && list->child && !agent_has_applications(a))
		return yaml_fail(a->config_doc, list, err,
				 "applications need the keys repository and state_dir");
	for (const struct yaml_node *n = list ? list->child : NULL; n && r == 0; n = n->next)
		r = check_application(a, n, err);
	return r;
}

static bool has_place_for_processes(const struct agent_config *c)
{
	return c->process_dir[0] && c->process_repository[0] && c->wan_interface[0] &&
	       c->wan_address.s_addr;
}

static int check_processes(struct agent *a, struct yaml_error *err)
{
	const struct yaml_node *list = a->config.processes;
	unsigned count = 0;
	int r = 0;

	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(a->config_doc, list, err, "expected a list of processes");
	if (list && list->child && !has_place_for_processes(&a->config))
		return yaml_fail(a->config_doc, list, err,
				 "processes need the keys process_dir, process_repository, "
				 "wan_interface and wan_address");
	for (const struct yaml_node *n = list ? list->child : NULL; n && r == 0; n = n->next) {
		struct edge_process *p;

		if (count++ == PROCESSES_MAX)
			return yaml_fail(a->config_doc, n, err, "more than %d processes",
					 PROCESSES_MAX);
		r = process_read_yaml(a->config_doc, n, &p, err);
		if (r == 0)
			process_free(p);
	}
	return r;
}

int agent_config_read(struct agent *a)
{
	struct yaml_error err = {0};
	int r = daemon_config(&a->daemon, fields, &a->config, &a->config_doc);

	if (r < 0)
		return r;
	r = read_services(a, &err);
	if (r == 0)
		r = read_rate_limit(a, &err);
	if (r == 0)
		r = check_applications(a, &err);
	if (r == 0)
		r = check_processes(a, &err);
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	return r;
}
