// SPDX-License-Identifier: Apache-2.0
/* REST of the gNB: status, sessions with counters, metrics; and handing a UE over. */
#include <stdlib.h>
#include <string.h>

#include "lib/metrics.h"
#include "ran/gnb/handover.h"

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

static int count_contexts(const struct gnb *g)
{
	int n = 0;

	for (size_t i = 0; i < g->ue_count; i++)
		n += g->ue[i]->has_context;
	return n;
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

static json_t *handovers_json(const struct gnb *g)
{
	const struct gnb_handovers *h = &g->handovers;
	struct dp_hold_counters c;

	dataplane_hold_counters(g->dp, &c);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "out",
			 (json_int_t)h->out, "out_failed", (json_int_t)h->out_failed, "in",
			 (json_int_t)h->in, "in_failed", (json_int_t)h->in_failed, "end_markers",
			 (json_int_t)h->end_markers, "end_markers_missed",
			 (json_int_t)h->markers_missed, "ngap_ignored", (json_int_t)h->ignored,
			 "tails", (json_int_t)g->tail_count, "held_packets", (json_int_t)c.held,
			 "delivered_packets", (json_int_t)c.delivered, "lost_packets",
			 (json_int_t)(c.lost + c.dropped), "xn_refused", (json_int_t)g->xn_refused);
}

static void status_get(struct http_request *req, void *user)
{
	struct gnb *g = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:b, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:I, s:o, s:o}", "name",
			     g->config.name, "n2", g->n2_ready, "sctp",
			     sctp_stack_name(sctp_probe()), "dataplane", dataplane_backend(g->dp),
			     "reason", dataplane_backend_reason(g->dp), "contexts",
			     count_contexts(g), "sessions", count_sessions(g), "n2_malformed",
			     (json_int_t)g->n2_malformed, "n2_unexpected",
			     (json_int_t)g->n2_unexpected, "nas_dropped",
			     (json_int_t)g->nas_dropped, "handovers", handovers_json(g), "drops",
			     drops_json(g)));
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

/* ---- handover ---- */

static struct gnb_ue *find_supi(struct gnb *g, const char *supi)
{
	for (size_t i = 0; i < g->ue_count; i++)
		if (g->ue[i]->has_context && strcmp(g->ue[i]->supi, supi) == 0)
			return g->ue[i];
	return NULL;
}

static void start_handover(struct http_request *req, struct gnb *g, struct gnb_ue *ue,
			   const char *name)
{
	const struct gnb_neighbour *target = xn_neighbour(g, name);

	if (!strcmp(name, g->config.name))
		http_problem(req, 409, "ALREADY_THERE", "%s is at %s already", ue->supi, name);
	else if (!target)
		http_problem(req, 404, "GNB_NOT_FOUND", "%s has no neighbour '%s'", g->config.name,
			     name);
	else if (ue->out)
		http_problem(req, 409, "HANDOVER_UNDER_WAY", "%s is just being handed over to %s",
			     ue->supi, ue->out->target);
	else
		handover_start(ue, target, req);
}

static void handover_post(struct http_request *req, void *user)
{
	struct gnb *g = user;
	struct gnb_ue *ue = find_supi(g, http_param(req, "supi"));
	struct json_reader r;
	char target[64] = "";

	json_reader_begin(&r, http_body(req));
	json_read_string(&r, "target", true, target, sizeof target);
	if (json_reader_end(&r) < 0)
		http_problem_invalid(req, &r);
	else if (!ue)
		http_problem(req, 404, "UE_NOT_FOUND", "%s does not serve %.40s", g->config.name,
			     http_param(req, "supi"));
	else
		start_handover(req, g, ue, target);
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
	fprintf(out,
		"# HELP baton_gnb_handovers_total UEs handed over, by direction and outcome.\n# "
		"TYPE baton_gnb_handovers_total counter\n"
		"baton_gnb_handovers_total{direction=\"out\",outcome=\"done\"} %llu\n"
		"baton_gnb_handovers_total{direction=\"out\",outcome=\"failed\"} %llu\n"
		"baton_gnb_handovers_total{direction=\"in\",outcome=\"done\"} %llu\n"
		"baton_gnb_handovers_total{direction=\"in\",outcome=\"failed\"} %llu\n",
		(unsigned long long)g->handovers.out, (unsigned long long)g->handovers.out_failed,
		(unsigned long long)g->handovers.in, (unsigned long long)g->handovers.in_failed);
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
	{"GET", "/v1/echo", echo_get, false},
	{"POST", "/v1/ues/{supi}/handover", handover_post, false},
	{"GET", "/metrics", metrics_get, false},
	{"GET", "/healthz", health_get, false},
	{0},
};
