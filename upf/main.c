// SPDX-License-Identifier: Apache-2.0
/* upf: the user plane function. N4 in, a data plane out. See upf.h for the tour. */
#include <string.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/token.h"
#include "upf/reload.h"

static const struct daemon_spec spec = {
	.name = "upf",
	.summary = "user plane function: PFCP sessions (N4) for GTP-U tunnels (N3, N6)",
	.example = "upf/upf.example.yaml",
};

/* The one that serves and the one that is read next take turns */
struct program {
	struct daemon daemon;
	struct upf upf;
	struct upf_config config[2];
	char token[256];
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

/* Before the UPF: a port that is taken costs a killed predecessor nothing. Nobody is answered until
 * the loop runs */
static int rest_start(struct program *p, const struct upf_config *config)
{
	struct http_listen listen = {
		.addr = config->rest_address,
		.port = (uint16_t)config->rest_port,
	};
	char addr[INET_ADDRSTRLEN];
	int rc;

	if (config->token_file[0]) {
		rc = token_read(config->token_file, p->token, sizeof(p->token));
		if (rc)
			return rc;
		listen.token = p->token;
	}
	rc = http_server_new(&p->daemon.loop, &listen, upf_routes, &p->upf, &p->upf.rest);
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

static int reload(struct program *p)
{
	struct upf_config *fresh = &p->config[p->upf.config == &p->config[0]];
	char token[sizeof(p->token)];
	int rc = config_load(&p->daemon, fresh);

	if (!rc && fresh->token_file[0])
		rc = token_read(fresh->token_file, token, sizeof(token));
	if (!rc)
		rc = upf_reload(&p->upf, fresh);
	if (!rc && fresh->token_file[0])
		memcpy(p->token, token, sizeof(p->token));
	return rc;
}

static void on_reload(void *user)
{
	struct program *p = user;

	const int rc = reload(p);

	p->upf.counter[rc ? UPF_RELOADS_REFUSED : UPF_RELOADED]++;
	if (rc)
		log_error("reload", "what=refused detail=\"it serves as before\"");
	else
		log_info("reload", "what=done sessions=%zu", p->upf.sessions.count);
}

int main(int argc, char **argv)
{
	static struct program p;
	int status = 1;

	if (daemon_init(&p.daemon, &spec, argc, argv))
		return 1;
	if (config_load(&p.daemon, &p.config[0]))
		goto done;
	if (p.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (rest_start(&p, &p.config[0]))
		goto done;
	if (upf_start(&p.upf, &p.config[0], &p.daemon.loop))
		goto stop;
	p.daemon.reload = on_reload;
	p.daemon.user = &p;
	daemon_ready("serving N4");
	status = daemon_run(&p.daemon);
	drain(&p.upf, p.upf.config->drain_s);
stop:
	http_server_free(p.upf.rest);
	p.upf.rest = NULL;
	upf_stop(&p.upf);
done:
	daemon_done(&p.daemon);
	return status;
}
