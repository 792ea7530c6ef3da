// SPDX-License-Identifier: Apache-2.0
/* REST of the mover: who is where. */
#include "lib/metrics.h"
#include "testbed/mover/mover.h"

static json_t *ue_json(const struct mover_ue *ue)
{
	const struct mover *m = ue->mover;
	struct walk_place place = mover_place(ue);
	json_t *j = json_pack("{s:s, s:f, s:f, s:b, s:I, s:I, s:s}", "supi", ue->supi, "x", place.x,
			      "y", place.y, "handing_over", ue->handing_over, "handovers",
			      (json_int_t)ue->handovers, "failed", (json_int_t)ue->failed, "error",
			      ue->error);
	json_t *metres = json_object();

	for (size_t i = 0; i < ue->reach_count; i++) {
		const struct mover_gnb *gnb = &m->gnb[ue->reach[i]];

		json_object_set_new(metres, gnb->name, json_real(walk_distance(place, gnb->place)));
	}
	json_object_set_new(j, "metres", metres);
	json_object_set_new(j, "gnb",
			    ue->serving < ue->reach_count
				    ? json_string(m->gnb[ue->reach[ue->serving]].name)
				    : json_null());
	return j;
}

static void status_get(struct http_request *req, void *user)
{
	const struct mover *m = user;
	json_t *ues = json_array();

	for (size_t i = 0; i < m->ue_count; i++)
		json_array_append_new(ues, ue_json(&m->ue[i]));
	http_reply(req, 200,
		   json_pack("{s:b, s:I, s:i, s:o}", "running", m->running, "elapsed_us",
			     (json_int_t)m->elapsed_us, "hysteresis", (int)m->config.hysteresis,
			     "ues", ues));
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void metrics_get(struct http_request *req, void *user)
{
	const struct mover *m = user;
	unsigned long long done = 0, failed = 0;
	struct metrics out;

	for (size_t i = 0; i < m->ue_count; i++) {
		done += m->ue[i].handovers;
		failed += m->ue[i].failed;
	}
	if (metrics_begin(&out, req) < 0)
		return;
	fprintf(out.out,
		"# HELP baton_mover_handovers_total Handovers asked for, by outcome.\n"
		"# TYPE baton_mover_handovers_total counter\n"
		"baton_mover_handovers_total{outcome=\"done\"} %llu\n"
		"baton_mover_handovers_total{outcome=\"failed\"} %llu\n",
		done, failed);
	metrics_reply(&out, req);
}

const struct http_route mover_routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"GET", "/metrics", metrics_get, false},
	{"GET", "/healthz", health_get, false},
	{0},
};
