// SPDX-License-Identifier: Apache-2.0
/*
 * ue: the user equipment. Read in this order: ue.h, bearer.h (what a PDU session is in the kernel),
 * radio.c, mm.c (registration), sm.c (PDU sessions), rest.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/token.h"
#include "ran/ue/bearer.h"

static const struct daemon_spec spec = {
	.name = "ue",
	.summary = "a UE: NAS over a radio link, one interface for each PDU session",
	.example = "ran/ue/ue.example.yaml",
};

#define AT(member) offsetof(struct ue_config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"supi", yaml_read_text, AT(supi), 24, 0, 0, true, "imsi- and 6 to 15 digits"},
	{"mcc", yaml_read_text, AT(mcc), 8, 0, 0, true, "mobile country code"},
	{"mnc", yaml_read_text, AT(mnc), 8, 0, 0, true, "mobile network code"},
	{"radios", yaml_read_node, AT(radios), 0, 0, 0, true, "list of radio interfaces"},
	{"sessions", yaml_read_node, AT(sessions), 0, 0, 0, false,
	 "PDU sessions to ask for at start"},
	{"resolv_conf", yaml_read_text, AT(resolv_conf), 256, 0, 0, false,
	 "where DNS servers are written"},
	{0},
};

struct session_config {
	uint32_t id, sst;
	char dnn[NAS_MAX_DNN + 1];
};
static const struct yaml_field session_fields[] = {
	{"id", yaml_read_u32, offsetof(struct session_config, id), 0, 1, UE_SESSIONS - 1, true,
	 "PDU session id"},
	{"sst", yaml_read_u32, offsetof(struct session_config, sst), 0, 1, 255, false,
	 "slice/service type"},
	{"dnn", yaml_read_text, offsetof(struct session_config, dnn), NAS_MAX_DNN + 1, 0, 0, true,
	 "data network name"},
	{0},
};

static int read_session(struct ue *ue, const struct yaml_node *node, struct yaml_error *err)
{
	struct session_config c = {.sst = 1};
	struct ue_session *s;
	int r = yaml_read_fields(ue->config_doc, node, session_fields, &c, err);

	if (r < 0)
		return r;
	s = &ue->session[c.id];
	if (s->wanted)
		return yaml_fail(ue->config_doc, node, err, "PDU session %u is listed twice", c.id);
	s->wanted = true;
	s->sst = (uint8_t)c.sst;
	s->ssc_mode = 3;
	snprintf(s->dnn, sizeof s->dnn, "%s", c.dnn);
	return 0;
}

static int check_radios(struct ue *ue, struct yaml_error *err)
{
	size_t n = 0;

	for (const struct yaml_node *node = ue->config.radios->child; node;
	     node = node->next, n++) {
		if (node->kind != YAML_SCALAR)
			return yaml_fail(ue->config_doc, node, err,
					 "expected the name of an interface");
	}
	if (n == 0 || n > UE_RADIOS_MAX)
		return yaml_fail(ue->config_doc, ue->config.radios, err,
				 "expected 1 to %d interfaces", UE_RADIOS_MAX);
	return 0;
}

/* What the table of fields can't say. */
static int check_config(struct ue *ue)
{
	struct yaml_error err = {0};
	struct nas_identity id;
	int r = check_radios(ue, &err);

	if (r == 0 &&
	    (strncmp(ue->config.supi, "imsi-", 5) != 0 ||
	     nas_suci_set(&id, ue->config.supi + 5, (unsigned)strlen(ue->config.mnc)) < 0))
		r = yaml_fail(ue->config_doc, yaml_get(yaml_root(ue->config_doc), "supi"), &err,
			      "expected \"imsi-\" and 6 to 15 digits, found '%s'", ue->config.supi);
	for (const struct yaml_node *n = ue->config.sessions ? ue->config.sessions->child : NULL;
	     n && r == 0; n = n->next)
		r = read_session(ue, n, &err);
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	return r;
}

/* A predecessor that was killed left its sessions in the kernel: then those are wanted, and not
 * what the configuration says. */
static int adopt(struct ue *ue)
{
	bool configured[UE_SESSIONS];
	int r;

	for (int id = 1; id < UE_SESSIONS; id++) {
		configured[id] = ue->session[id].wanted;
		ue->session[id].wanted = false;
	}
	r = bearers_adopt(ue);
	if (r < 0)
		return r;
	ue->registered = r > 0;
	if (r > 0)
		log_info("ue", "what=\"sessions found in the kernel\" count=%d", r);
	for (int id = 1; id < UE_SESSIONS && r == 0; id++)
		ue->session[id].wanted = configured[id];
	return 0;
}

static int start(struct ue *ue)
{
	struct http_listen listen = {.addr = ue->config.rest_address,
				     .port = (uint16_t)ue->config.rest_port,
				     .token = ue->token};
	int r = token_read(ue->config.token_file, ue->token, sizeof ue->token);

	ue->ue24 = (uint32_t)strtoull(ue->config.supi + 5, NULL, 10) & 0xffffff;
	if (r == 0)
		r = nl_open(&ue->nl);
	if (r == 0)
		r = bearers_open(ue, &ue->bearers);
	if (r == 0)
		r = sm_start(ue);
	if (r == 0)
		r = adopt(ue);
	if (r == 0)
		r = mm_start(ue);
	if (r == 0)
		r = radio_start(ue);
	if (r == 0)
		r = http_server_new(&ue->daemon.loop, &listen, ue_routes, ue, &ue->server);
	if (r < 0)
		log_error("ue", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

static void stop(struct ue *ue)
{
	mm_stop(ue);
	if (ue->bearers)
		sm_stop(ue);
	http_server_free(ue->server);
	radio_stop(ue);
	bearers_close(ue->bearers);
	nl_close(ue->nl);
}

int main(int argc, char **argv)
{
	static struct ue ue;
	int status = 1;

	if (daemon_init(&ue.daemon, &spec, argc, argv) < 0)
		return 1;
	if (daemon_config(&ue.daemon, fields, &ue.config, &ue.config_doc) < 0 ||
	    check_config(&ue) < 0)
		goto done;
	if (ue.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&ue) == 0) {
		daemon_ready("serving");
		status = daemon_run(&ue.daemon);
	}
	stop(&ue);
done:
	yaml_free(ue.config_doc);
	daemon_done(&ue.daemon);
	return status;
}
