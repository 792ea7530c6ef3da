// SPDX-License-Identifier: Apache-2.0
/* upf: the user plane function. N4 in, a data plane out. See upf.h for the tour. */
#include <string.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/token.h"
#include "upf/upf.h"

static const struct daemon_spec spec = {
	.name = "upf",
	.summary = "user plane function: PFCP sessions (N4) for GTP-U tunnels (N3, N6)",
	.example = "upf/upf.example.yaml",
};

static int config_load(struct daemon *d, struct upf_config *config)
{
	struct yaml_doc *doc = NULL;
	struct yaml_error err;
	int rc;

	upf_config_default(config);
	rc = daemon_config(d, upf_config_fields, config, &doc);
	if (rc)
		return rc;
	rc = upf_config_lists(config, doc, &err);
	if (rc)
		log_error("config", "%s", err.text);
	yaml_free(doc);
	return rc;
}

static int rest_start(struct upf *upf, const struct upf_config *config, char *token, size_t size)
{
	struct http_listen listen = {
		.addr = config->rest_address,
		.port = (uint16_t)config->rest_port,
	};
	char addr[INET_ADDRSTRLEN];
	int rc;

	if (config->token_file[0]) {
		rc = token_read(config->token_file, token, size);
		if (rc)
			return rc;
		listen.token = token;
	}
	rc = http_server_new(upf->loop, &listen, upf_routes, upf, &upf->rest);
	if (rc)
		log_error("rest", "address=%s:%u error=\"%s\"",
			  upf_addr_text(config->rest_address, addr), config->rest_port,
			  strerror(-rc));
	return rc;
}

static void on_drained(void *user)
{
	bool *over = user;

	*over = true;
}

/* The signals have their default action again: whoever can't wait sends a second one. */
static void drain(struct upf *upf, unsigned period_s)
{
	bool over = false;

	if (!period_s || upf_drain(upf, period_s, on_drained, &over))
		return;
	while (!over)
		uv_run(upf->loop, UV_RUN_ONCE);
}

int main(int argc, char **argv)
{
	static struct daemon daemon;
	static struct upf_config config;
	static struct upf upf;
	static char token[256];
	int status = 1;

	if (daemon_init(&daemon, &spec, argc, argv))
		return 1;
	if (config_load(&daemon, &config))
		goto done;
	if (daemon.check_only) {
		status = 0;
		goto done;
	}
	if (upf_start(&upf, &config, &daemon.loop))
		goto stop;
	if (rest_start(&upf, &config, token, sizeof(token)))
		goto stop;
	daemon_ready("serving N4");
	status = daemon_run(&daemon);
	drain(&upf, config.drain_s);
stop:
	http_server_free(upf.rest);
	upf.rest = NULL;
	upf_stop(&upf);
done:
	daemon_done(&daemon);
	return status;
}
