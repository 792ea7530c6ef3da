// SPDX-License-Identifier: Apache-2.0
/* REST of the gNB: status, sessions with counters, metrics. Nothing can be changed through it. */
#include <stdlib.h>

#include "lib/metrics.h"
#include "ran/gnb/gnb.h"

static json_t *drops_json(struct gnb *g)
{
	uint64_t drops[DP_DROP_REASONS];
	json_t *j = json_object();

	dataplane_drops(g->dp, drops);
	for (int i = 0; i < DP_DROP_REASONS; i++)
		json_object_set_new(j, dp_drop_name((enum dp_drop)i),
				    json_integer((json_int_t)drops[i]));
	return j;
}

static int count_sessions(const struct gnb *g)
{
	int n = 0;

	for (size_t i = 0; i < g->ue_count; i++) {
		for (int id = 1; id < GNB_SESSIONS; id++)
			n += g->ue[i]->session[id].state == SESSION_ACTIVE;
	}
	return n;
}

static void status_get(struct http_request *req, void *user)
{
	struct gnb *g = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:b, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:o}", "name",
			     g->config.name, "n2", g->n2_ready, "sctp",
			     sctp_stack_name(sctp_probe()), "dataplane", dataplane_backend(g->dp),
			     "reason", dataplane_backend_reason(g->dp), "sessions",
			     count_sessions(g), "n2_malformed", (json_int_t)g->n2_malformed,
			     "n2_unexpected", (json_int_t)g->n2_unexpected, "nas_dropped",
			     (json_int_t)g->nas_dropped, "drops", drops_json(g)));
}

static json_t *session_json(struct gnb *g, const struct gnb_ue *ue, const struct gnb_session *s)
{
	struct dp_counters c = {0};

	dataplane_session_counters(g->dp, (uint64_t)ue->ran_ue_id << 8 | s->id, &c);
	return json_pack(
		"{s:s, s:i, s:i, s:o, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I}", "supi", ue->supi,
		"id", (int)s->id, "qfi", (int)s->qfi, "upf", json_ipv4(s->upf_address),
		"uplink_teid", (json_int_t)s->upf_teid, "downlink_teid", (json_int_t)s->teid,
		"address", json_ipv4(s->ue_address), "uplink_packets", (json_int_t)c.uplink_packets,
		"uplink_bytes", (json_int_t)c.uplink_bytes, "downlink_packets",
		(json_int_t)c.downlink_packets, "downlink_bytes", (json_int_t)c.downlink_bytes,
		"dropped_packets", (json_int_t)c.dropped_packets);
}

static void sessions_get(struct http_request *req, void *user)
{
	struct gnb *g = user;
	json_t *array = json_array();

	for (size_t i = 0; i < g->ue_count; i++) {
		for (int id = 1; id < GNB_SESSIONS; id++) {
			if (g->ue[i]->session[id].state == SESSION_ACTIVE)
				json_array_append_new(
					array, session_json(g, g->ue[i], &g->ue[i]->session[id]));
		}
	}
	http_reply(req, 200, json_pack("{s:o}", "sessions", array));
}

static void metrics_get(struct http_request *req, void *user)
{
	struct gnb *g = user;
	uint64_t drops[DP_DROP_REASONS];
	struct metrics m;
	FILE *out;

	if (metrics_begin(&m, req) < 0)
		return;
	out = m.out;
	dataplane_drops(g->dp, drops);
	fprintf(out,
		"# HELP baton_gnb_sessions PDU sessions with a bearer.\n# TYPE baton_gnb_sessions "
		"gauge\nbaton_gnb_sessions %d\n",
		count_sessions(g));
	fprintf(out,
		"# HELP baton_gnb_n2_up Whether NG Setup is done.\n# TYPE baton_gnb_n2_up "
		"gauge\nbaton_gnb_n2_up %d\n",
		g->n2_ready);
	fprintf(out, "# HELP baton_gnb_dropped_packets_total User packets dropped, by reason.\n# "
		     "TYPE baton_gnb_dropped_packets_total counter\n");
	for (int i = 0; i < DP_DROP_REASONS; i++)
		fprintf(out, "baton_gnb_dropped_packets_total{reason=\"%s\"} %llu\n",
			dp_drop_name((enum dp_drop)i), (unsigned long long)drops[i]);
	metrics_reply(&m, req);
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

const struct http_route gnb_routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"GET", "/v1/sessions", sessions_get, false},
	{"GET", "/metrics", metrics_get, false},
	{"GET", "/healthz", health_get, false},
	{0},
};
