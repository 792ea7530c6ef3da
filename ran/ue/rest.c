// SPDX-License-Identifier: Apache-2.0
/* The UE's local REST interface: ask for and release PDU sessions (docs/contracts.md). */
#include <stdlib.h>
#include <string.h>

#include "lib/metrics.h"
#include "ran/ue/ue.h"

enum { STREAMS_MAX = sizeof(((struct ue *)0)->streams) / sizeof(struct http_stream *) };

json_t *rest_session_json(const struct ue_session *s)
{
	json_t *dns = json_array();
	char device[16];

	for (size_t i = 0; i < s->dns_count; i++)
		json_array_append_new(dns, json_ipv4(s->dns[i]));
	snprintf(device, sizeof device, "pdu%u", s->id);
	return json_pack("{s:i, s:s, s:s, s:i, s:i, s:o, s:i, s:o, s:s, s:I, s:I, s:I, s:I, s:I}",
			 "id", (int)s->id, "state", sm_state_name(s->state), "dnn", s->dnn, "sst",
			 (int)s->sst, "ssc_mode", (int)s->ssc_mode, "address",
			 s->address.s_addr ? json_ipv4(s->address) : json_null(), "mtu",
			 (int)s->mtu, "dns", dns, "device", device, "requested_ns",
			 (json_int_t)s->requested_ns, "established_ns",
			 (json_int_t)s->established_ns, "setup_us",
			 (json_int_t)(s->established_ns > s->requested_ns
					      ? (s->established_ns - s->requested_ns) / 1000
					      : 0),
			 "release_command_ns", (json_int_t)s->release_command_ns, "generation",
			 (json_int_t)s->generation);
}

/* ---- events ---- */

static void stream_closed(struct http_stream *stream, void *user)
{
	struct ue *ue = user;

	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (ue->streams[i] == stream)
			ue->streams[i] = NULL;
	}
}

void rest_session_event(const struct ue_session *s, const char *what)
{
	struct ue *ue = s->ue;
	json_t *data = rest_session_json(s);

	ue->event_count++;
	json_object_set_new(data, "what", json_string(what));
	json_object_set_new(data, "cause", json_integer(s->cause));
	json_object_set_new(data, "time_ns", json_integer((json_int_t)clock_now_ns()));
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (ue->streams[i])
			http_stream_send(ue->streams[i], ue->event_count, "pdu-session", data);
	}
	json_decref(data);
}

static void events_get(struct http_request *req, void *user)
{
	struct ue *ue = user;

	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (!ue->streams[i]) {
			ue->streams[i] = http_stream_open(req, stream_closed, ue);
			return;
		}
	}
	http_problem(req, 503, "TOO_MANY_STREAMS", "%d event streams are open, which is the limit",
		     STREAMS_MAX);
}

/* ---- who waits for a procedure's end ---- */

static bool wait_for(struct http_request *req, struct ue_session *s)
{
	if (s->waiting_count == UE_WAITERS_MAX) {
		http_problem(req, 503, "TOO_MANY_REQUESTS",
			     "%d requests wait for PDU session %u already", UE_WAITERS_MAX, s->id);
		return false;
	}
	s->waiting[s->waiting_count++] = req;
	return true;
}

/* The list is emptied first: an answer may lead to new requests. */
static size_t take_waiting(struct ue_session *s, struct http_request *ret[UE_WAITERS_MAX])
{
	size_t n = s->waiting_count;

	memcpy(ret, s->waiting, sizeof s->waiting);
	s->waiting_count = 0;
	return n;
}

void rest_answer_established(struct ue_session *s)
{
	struct http_request *waiting[UE_WAITERS_MAX];
	size_t n = take_waiting(s, waiting);

	for (size_t i = 0; i < n; i++)
		http_reply(waiting[i], 201, rest_session_json(s));
}

void rest_answer_released(struct ue_session *s)
{
	struct http_request *waiting[UE_WAITERS_MAX];
	size_t n = take_waiting(s, waiting);

	for (size_t i = 0; i < n; i++)
		http_reply(waiting[i], 204, NULL);
}

void rest_answer_problem(struct ue_session *s, unsigned status, const char *cause,
			 const char *detail)
{
	struct http_request *waiting[UE_WAITERS_MAX];
	size_t n = take_waiting(s, waiting);

	for (size_t i = 0; i < n; i++)
		http_problem(waiting[i], status, cause, "%s", detail);
}

/* ---- handlers ---- */

static struct ue_session *wanted_session(struct http_request *req, struct ue *ue)
{
	const char *text = http_param(req, "id");
	char *end;
	unsigned long id = strtoul(text, &end, 10);

	if (*text < '1' || *text > '9' || *end != '\0' || id >= UE_SESSIONS) {
		http_problem(req, 404, "SESSION_NOT_FOUND", "'%s' is no PDU session id (1 to %d)",
			     text, UE_SESSIONS - 1);
		return NULL;
	}
	return &ue->session[id];
}

static void session_get(struct http_request *req, void *user)
{
	const struct ue_session *s = wanted_session(req, user);

	if (!s)
		return;
	if (s->state == UE_SESSION_NONE)
		http_problem(req, 404, "SESSION_NOT_FOUND", "there is no PDU session %u", s->id);
	else
		http_reply(req, 200, rest_session_json(s));
}

static void sessions_get(struct http_request *req, void *user)
{
	struct ue *ue = user;
	json_t *array = json_array();

	for (int id = 1; id < UE_SESSIONS; id++) {
		if (ue->session[id].state != UE_SESSION_NONE)
			json_array_append_new(array, rest_session_json(&ue->session[id]));
	}
	http_reply(req, 200,
		   json_pack("{s:o, s:i}", "pdu_sessions", array, "wanted", sm_wanted(ue)));
}

struct wanted {
	char dnn[NAS_MAX_DNN + 1];
	uint64_t sst, ssc_mode;
};

static bool read_wanted(struct http_request *req, struct wanted *ret)
{
	struct json_reader r;

	*ret = (struct wanted){.sst = 1, .ssc_mode = 3};
	json_reader_begin(&r, http_body(req));
	json_read_string(&r, "dnn", true, ret->dnn, sizeof ret->dnn);
	json_read_u64(&r, "sst", false, 1, 255, &ret->sst);
	json_read_u64(&r, "ssc_mode", false, 1, 3, &ret->ssc_mode);
	if (json_reader_end(&r) == 0)
		return true;
	http_problem_invalid(req, &r);
	return false;
}

static void session_put(struct http_request *req, void *user)
{
	struct ue *ue = user;
	struct ue_session *s = wanted_session(req, ue);
	struct wanted wanted;

	if (!s || !read_wanted(req, &wanted))
		return;
	if (s->state == UE_SESSION_RELEASING ||
	    (s->state != UE_SESSION_NONE && strcmp(s->dnn, wanted.dnn) != 0)) {
		http_problem(req, 409, "SESSION_EXISTS", "PDU session %u of DNN '%s' is %s", s->id,
			     s->dnn, sm_state_name(s->state));
	} else if (s->state == UE_SESSION_ACTIVE) {
		http_reply(req, 200, rest_session_json(s));
	} else if (!ue->registered) {
		http_problem(req, 503, "NOT_REGISTERED",
			     "the UE is not registered with the network");
	} else if (wait_for(req, s) && s->state == UE_SESSION_NONE) {
		snprintf(s->dnn, sizeof s->dnn, "%s", wanted.dnn);
		s->sst = (uint8_t)wanted.sst;
		s->ssc_mode = (uint8_t)wanted.ssc_mode;
		sm_establish(s);
	}
}

static void session_delete(struct http_request *req, void *user)
{
	struct ue *ue = user;
	struct ue_session *s = wanted_session(req, ue);

	if (!s)
		return;
	if (s->state == UE_SESSION_NONE) {
		/* nor shall there be one after the next registration */
		s->wanted = false;
		rest_answer_problem(s, 409, "SESSION_RELEASED",
				    "released before it was established");
		http_problem(req, 404, "SESSION_NOT_FOUND", "there is no PDU session %u", s->id);
	} else if (s->state == UE_SESSION_ESTABLISHING) {
		http_problem(req, 503, "SESSION_ESTABLISHING",
			     "PDU session %u is just being established", s->id);
	} else if (!ue->registered) {
		http_problem(req, 503, "NOT_REGISTERED",
			     "the UE is not registered with the network");
	} else if (wait_for(req, s) && s->state == UE_SESSION_ACTIVE) {
		sm_release(s);
	}
}

static json_t *guti_json(const struct ue *ue)
{
	char plmn[NAS_PLMN_TEXT];

	if (!ue->has_guti)
		return json_null();
	return json_pack("{s:s, s:i, s:i, s:i, s:I}", "plmn", nas_plmn_text(&ue->guti.plmn, plmn),
			 "amf_region_id", (int)ue->guti.amf_region_id, "amf_set_id",
			 (int)ue->guti.amf_set_id, "amf_pointer", (int)ue->guti.amf_pointer, "tmsi",
			 (json_int_t)ue->guti.tmsi);
}

static void status_get(struct http_request *req, void *user)
{
	struct ue *ue = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:b, s:s, s:o, s:s, s:I, s:I, s:I, s:I, s:I}", "supi", ue->config.supi,
			     "registered", ue->registered, "gnb", ue->attached ? ue->gnb : "",
			     "guti", guti_json(ue), "radio",
			     radio_link_device(ue->radio[ue->serving].link), "handovers",
			     (json_int_t)ue->handovers, "handovers_failed",
			     (json_int_t)ue->handovers_failed, "handover_ns",
			     (json_int_t)ue->handover_ns, "nas_malformed",
			     (json_int_t)ue->nas_malformed, "nas_unexpected",
			     (json_int_t)ue->nas_unexpected));
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void metrics_get(struct http_request *req, void *user)
{
	const struct ue *ue = user;
	struct metrics m;
	int active = 0;

	for (int id = 1; id < UE_SESSIONS; id++)
		active += ue->session[id].state == UE_SESSION_ACTIVE;
	if (metrics_begin(&m, req) < 0)
		return;
	fprintf(m.out,
		"# HELP baton_ue_registered Whether the UE is registered.\n# TYPE "
		"baton_ue_registered gauge\nbaton_ue_registered %d\n"
		"# HELP baton_ue_sessions Active PDU sessions.\n# TYPE baton_ue_sessions "
		"gauge\nbaton_ue_sessions %d\n"
		"# HELP baton_ue_nas_malformed_total NAS messages refused.\n# TYPE "
		"baton_ue_nas_malformed_total counter\n"
		"baton_ue_nas_malformed_total %llu\n",
		ue->registered, active, (unsigned long long)ue->nas_malformed);
	metrics_reply(&m, req);
}

const struct http_route ue_routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"GET", "/v1/pdu-sessions", sessions_get, false},
	{"GET", "/v1/pdu-sessions/{id}", session_get, false},
	{"PUT", "/v1/pdu-sessions/{id}", session_put, false},
	{"DELETE", "/v1/pdu-sessions/{id}", session_delete, false},
	{"GET", "/v1/events", events_get, false},
	{"GET", "/metrics", metrics_get, false},
	{"GET", "/healthz", health_get, false},
	{0},
};
