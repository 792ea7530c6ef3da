// SPDX-License-Identifier: Apache-2.0
/* cloud-agent: agent.h says what it is. */
#include <errno.h>
#include <string.h>

#include "agents/cloud-agent/agent.h"
#include "lib/log.h"
#include "lib/token.h"

enum { IMAGE_PORT_DEFAULT = 8095, IMAGE_CONNECTIONS = 64 };

static const struct daemon_spec spec = {
	.name = "cloud-agent",
	.summary = "runs the cloud's services and serves images of applications to edges",
	.example = "agents/cloud-agent/cloud-agent.example.yaml",
};

static int start_services(struct agent *a)
{
	int r;

	a->supervisor.config = (struct supervisor_config){
		.loop = &a->daemon.loop,
		.client = a->client,
		.repository = a->config.images,
		.state_dir = a->config.state_dir,
		.cloud_url = "",
		.token = a->token,
		.token_file = a->config.token_file,
		.name = a->config.name,
		.noun = "service",
		.number = 1,
		.address = a->config.rest_address,
	};
	r = supervisor_init(&a->supervisor);
	if (r == 0)
		r = supervisor_add_configured(&a->supervisor, a->config_doc, a->config.services,
					      "service");
	if (r == 0)
		supervisor_restore(&a->supervisor);
	return r;
}

static int start(struct agent *a)
{
	struct http_listen rest = {.addr = a->config.rest_address,
				   .port = (uint16_t)a->config.rest_port,
				   .token = a->token};
	struct http_listen images = {.addr = a->config.image_address,
				     .port = (uint16_t)a->config.image_port,
				     .token = a->token,
				     .connections = IMAGE_CONNECTIONS};
	int r = token_read(a->config.token_file, a->token, sizeof a->token);

	if (r == 0)
		r = http_client_new(&a->daemon.loop, &a->client);
	if (r == 0)
		r = start_services(a);
	if (r == 0)
		r = http_server_new(&a->daemon.loop, &images, image_routes, a, &a->image_server);
	if (r == 0)
		r = http_server_new(&a->daemon.loop, &rest, agent_routes, a, &a->server);
	if (r < 0)
		log_error("cloud-agent", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

/* Services first: they cancel their calls. They run on. */
static void stop(struct agent *a)
{
	if (a->supervisor.config.loop)
		supervisor_free(&a->supervisor);
	http_client_free(a->client);
	http_server_free(a->server);
	http_server_free(a->image_server);
}

int main(int argc, char **argv)
{
	static struct agent a = {.config.image_port = IMAGE_PORT_DEFAULT};
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
		daemon_ready("serving");
		status = daemon_run(&a.daemon);
	}
	stop(&a);
done:
	yaml_free(a.config_doc);
	daemon_done(&a.daemon);
	return status;
}
