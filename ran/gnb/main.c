// SPDX-License-Identifier: Apache-2.0
/*
 * gnb: the access node. Read in this order: gnb.h, n2.c and n2_handle.c (NGAP), radio.c (radio
 * links), session.c (PDU session resources).
 */
#include <string.h>
#include <sys/random.h>

#include "lib/log.h"
#include "lib/token.h"
#include "ran/gnb/handover.h"

static const struct daemon_spec spec = {
	.name = "gnb",
	.summary = "a gNB: NGAP, radio links, and GTP-U by a data plane in its access role",
	.example = "ran/gnb/gnb.example.yaml",
};

#define AT(member) offsetof(struct gnb_config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"name", yaml_read_text, AT(name), 64, 0, 0, true, "RAN node name"},
	{"gnb_id", yaml_read_u32, AT(gnb_id), 0, 0, (1 << 22) - 1, true, "gNB id, 22 bits"},
	{"mcc", yaml_read_text, AT(mcc), 8, 0, 0, true, "mobile country code"},
	{"mnc", yaml_read_text, AT(mnc), 8, 0, 0, true, "mobile network code"},
	{"tac", yaml_read_u32, AT(tac), 0, 0, (1 << 24) - 1, true, "tracking area code"},
	{"n2_address", yaml_read_ipv4, AT(n2_address), 0, 0, 0, true, "our address on N2"},
	{"amf_address", yaml_read_ipv4, AT(amf_address), 0, 0, 0, true, "the AMF's address on N2"},
	{"n3_address", yaml_read_ipv4, AT(n3_address), 0, 0, 0, true, "our GTP-U address"},
	{"n3_device", yaml_read_text, AT(n3_device), IFNAMSIZ, 0, 0, true, "interface of N3"},
	{"dataplane", yaml_read_text, AT(dataplane), 16, 0, 0, false, "auto, ebpf or gtp"},
	{"needs_qos", yaml_read_bool, AT(needs_qos), 0, 0, 0, false, "rule out gtp under auto"},
	{"container", yaml_read_bool, AT(container), 0, 0, 0, false,
	 "send PDU session containers where the back end can"},
	{"radios", yaml_read_node, AT(radios), 0, 0, 0, true, "list of radio interfaces"},
	{"neighbours", yaml_read_node, AT(neighbours), 0, 0, 0, false,
	 "list of gNBs that UEs can be handed over to: {name, address on N2}"},
	{"pin_dir", yaml_read_text, AT(pin_dir), 256, 0, 0, false, "folder on a bpffs for pins"},
	{0},
};

static void dataplane_readable(uv_poll_t *poll, int status, int events)
{
	struct gnb *g = poll->data;

	dataplane_process(g->dp);
	for (size_t i = 0; i < g->ue_count; i++)
		if (g->ue[i]->in)
			handover_in_advance(g->ue[i]);
}

static void on_end_marker(const struct dp_addr *peer, uint32_t teid, void *user)
{
	struct gnb *g = user;

	log_debug("gtpu", "peer=%s teid=%u what=\"end marker\"", inet_ntoa(peer->ip4), teid);
	g->handovers.end_markers++;
	if (!handover_end_marker(g, teid))
		handover_in_marked(g, teid);
}

static void on_error_indication(const struct dp_addr *peer, uint32_t teid, void *user)
{
	log_warn("gtpu", "peer=%s teid=%u what=\"error indication\"", inet_ntoa(peer->ip4), teid);
}

static void on_path(const struct dp_addr *peer, bool lost, void *user)
{
	log_debug("gtpu", "peer=%s lost=%d", inet_ntoa(peer->ip4), lost);
	echo_answered(user, peer->ip4, lost);
}

static int start_dataplane(struct gnb *g)
{
	struct dp_config config = {.role = DP_ROLE_GNB,
				   .backend = g->config.dataplane[0] ? g->config.dataplane : "auto",
				   .needs_qos = g->config.needs_qos,
				   .sessions_max = GNB_DP_SESSIONS_MAX,
				   .local_count = 1,
				   .local[0].addr = dp_addr_ip4(g->config.n3_address),
				   .pin_dir = g->config.pin_dir[0] ? g->config.pin_dir : NULL};
	struct dp_events events = {.error_indication = on_error_indication,
				   .path = on_path,
				   .end_marker = on_end_marker,
				   .user = g};
	struct dp_error err = {0};
	int r;

	memcpy(config.local[0].dev, g->config.n3_device, sizeof config.local[0].dev);
	r = dataplane_new(&config, &events, &g->dp, &err);
	if (r < 0) {
		log_error("dataplane", "backend=%s error=\"%s\" detail=\"%s\"", config.backend,
			  strerror(-r), err.text);
		return r;
	}
	log_info("dataplane", "backend=%s reason=\"%s\"", dataplane_backend(g->dp),
		 dataplane_backend_reason(g->dp));
	r = uv_poll_init(&g->daemon.loop, &g->dp_poll, dataplane_fd(g->dp));
	if (r < 0)
		return r;
	g->dp_poll.data = g;
	return uv_poll_start(&g->dp_poll, UV_READABLE, dataplane_readable);
}

static int start(struct gnb *g)
{
	struct http_listen listen = {.addr = g->config.rest_address,
				     .port = (uint16_t)g->config.rest_port,
				     .token = g->token};
	int r = token_read(g->config.token_file, g->token, sizeof g->token);

	/* TEIDs start anywhere, so that packets for a predecessor's tunnels don't find a new one's.
	 */
	if (r == 0)
		r = getrandom(&g->next_teid, sizeof g->next_teid, 0) == sizeof g->next_teid ? 0
											    : -EIO;
	g->next_ran_ue_id = 1 + (g->next_teid & 0xffff);
	g->next_transaction = g->next_teid * 2654435761u;
	if (r == 0)
		r = start_dataplane(g);
	if (r == 0)
		r = radio_start(g);
	if (r == 0)
		r = xn_start(g);
	if (r == 0)
		r = n2_start(g);
	if (r == 0)
		r = http_server_new(&g->daemon.loop, &listen, gnb_routes, g, &g->server);
	if (r < 0)
		log_error("gnb", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

static void stop(struct gnb *g)
{
	echo_stop(g);
	http_server_free(g->server);
	n2_stop(g);
	radio_stop(g);
	xn_stop(g);
	if (g->dp)
		handover_tails_drop(g);
	if (g->dp_poll.data)
		uv_close((uv_handle_t *)&g->dp_poll, NULL);
	dataplane_free(g->dp);
}

/* What a PrintableString of ASN.1 has (RAN Node Name), less the blank, which a radio frame's text
 * has no place for. */
static const char name_characters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+,-./:=?";

#define NEIGHBOUR_AT(member) offsetof(struct gnb_neighbour, member)
static const struct yaml_field neighbour_fields[] = {
	{"name", yaml_read_text, NEIGHBOUR_AT(name), 64, 0, 0, true, "its name"},
	{"address", yaml_read_ipv4, NEIGHBOUR_AT(address), 0, 0, 0, true, "its address on N2"},
	{0},
};

static int read_neighbours(struct gnb *g, struct yaml_error *err)
{
	const struct yaml_node *n = g->config.neighbours ? g->config.neighbours->child : NULL;

	for (g->neighbour_count = 0; n; n = n->next) {
		struct gnb_neighbour neighbour = {0};
		int r;

		if (g->neighbour_count == GNB_NEIGHBOURS_MAX)
			return yaml_fail(g->config_doc, n, err, "more than %d neighbours",
					 GNB_NEIGHBOURS_MAX);
		r = yaml_read_fields(g->config_doc, n, neighbour_fields, &neighbour, err);
		if (r < 0)
			return r;
		if (!strcmp(neighbour.name, g->config.name))
			return yaml_fail(g->config_doc, n, err, "'%s' is this gNB itself",
					 neighbour.name);
		if (xn_neighbour(g, neighbour.name))
			return yaml_fail(g->config_doc, n, err, "neighbour '%s' is listed twice",
					 neighbour.name);
		g->neighbour[g->neighbour_count++] = neighbour;
	}
	return 0;
}

/* What the table of fields can't say. */
static int check_config(struct gnb *g)
{
	struct yaml_error err = {0};
	struct ngap_plmn plmn;
	size_t radios = 0;
	int r = 0;

	if (ngap_plmn_set(&plmn, g->config.mcc, g->config.mnc) < 0)
		r = yaml_fail(g->config_doc, yaml_get(yaml_root(g->config_doc), "mcc"), &err,
			      "expected an mcc of three digits and an mnc of two or three, found "
			      "'%s' and '%s'",
			      g->config.mcc, g->config.mnc);
	if (r == 0 &&
	    (!g->config.name[0] || g->config.name[strspn(g->config.name, name_characters)]))
		r = yaml_fail(g->config_doc, yaml_get(yaml_root(g->config_doc), "name"), &err,
			      "expected letters, digits and %s, found '%s'",
			      strchr(name_characters, '\''), g->config.name);
	if (r == 0)
		r = read_neighbours(g, &err);
	for (const struct yaml_node *n = g->config.radios->child; n && r == 0; n = n->next) {
		if (n->kind != YAML_SCALAR || strlen(n->scalar) >= IFNAMSIZ)
			r = yaml_fail(g->config_doc, n, &err, "expected the name of an interface");
		else if (++radios > GNB_RADIOS_MAX)
			r = yaml_fail(g->config_doc, n, &err, "more than %d interfaces",
				      GNB_RADIOS_MAX);
	}
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	return r;
}

/* SIGHUP: radio links and neighbours come and go; for anything else it takes a restart. A file that
 * can't be read changes nothing. */
static void reload(void *user)
{
	static struct gnb next; /* large */
	struct gnb *g = user;
	struct gnb_config before = g->config, after;

	memset(&next, 0, sizeof next);
	next.config.container = true;
	if (daemon_config(&g->daemon, fields, &next.config, &next.config_doc) < 0)
		return;
	if (check_config(&next) < 0) {
		yaml_free(next.config_doc);
		return;
	}
	after = next.config;
	before.radios = after.radios = before.neighbours = after.neighbours = NULL;
	if (memcmp(&before, &after, sizeof before) != 0)
		log_warn("config",
			 "what=\"only radios and neighbours can change without a restart\"");
	yaml_free(g->config_doc);
	g->config_doc = next.config_doc;
	g->config.radios = next.config.radios;
	g->config.neighbours = next.config.neighbours;
	memcpy(g->neighbour, next.neighbour, sizeof g->neighbour);
	g->neighbour_count = next.neighbour_count;
	radio_reload(g);
	log_info("config", "what=reloaded radios=%zu", g->ue_count);
}

int main(int argc, char **argv)
{
	static struct gnb g = {.config.container = true};
	int status = 1;

	if (daemon_init(&g.daemon, &spec, argc, argv) < 0)
		return 1;
	if (daemon_config(&g.daemon, fields, &g.config, &g.config_doc) < 0 || check_config(&g) < 0)
		goto done;
	if (g.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&g) == 0) {
		g.daemon.reload = reload;
		g.daemon.user = &g;
		daemon_ready("serving");
		status = daemon_run(&g.daemon);
	}
	stop(&g);
done:
	yaml_free(g.config_doc);
	daemon_done(&g.daemon);
	return status;
}
