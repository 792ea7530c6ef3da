// SPDX-License-Identifier: Apache-2.0
/* REST: UEs, PDU sessions, UPFs, anchors; release on command. */
#include "smf-lite/rest.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smf-lite/amf_n2.h"
#include "smf-lite/anchor.h"
#include "smf-lite/config.h"
#include "smf-lite/events.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/route.h"
#include "smf-lite/session.h"
#include "smf-lite/store.h"
#include "smf-lite/ue.h"

/* ---- UEs ---- */

static json_t *ue_json(const struct ue *ue)
{
	json_t *sessions = json_array();

	for (int id = 1; id <= NGAP_MAX_SESSIONS; id++)
		if (ue->session[id])
			json_array_append_new(sessions, json_integer(id));
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:o}", "supi", ue->supi, "state",
			 ue->gnb ? "registered" : "idle", "gnb", ue->gnb ? ue->gnb->name : "",
			 "amf_ue_ngap_id", (json_int_t)ue->amf_ue_id, "ran_ue_ngap_id",
			 (json_int_t)ue->ran_ue_id, "sessions", sessions);
}

static void get_ues(struct http_request *req, void *user)
{
	struct smf *smf = user;
	json_t *list = json_array();
	struct ue *ue, *next;

	HASH_ITER (by_supi, smf->ues->supi, ue, next)
		json_array_append_new(list, ue_json(ue));
	http_reply(req, 200, json_pack("{s:o}", "ues", list));
}

/* ---- PDU sessions ---- */

json_t *rest_tunnel_json(const struct session_tunnel *t)
{
	return json_pack("{s:o, s:I}", "address", json_ipv4(t->addr), "teid", (json_int_t)t->teid);
}

json_t *rest_session_json(const struct session *s)
{
	const struct gnb *gnb = s->ue ? s->ue->gnb : NULL;
	json_t *j = json_pack("{s:s, s:i, s:s, s:s, s:i, s:i}", "supi", s->supi, "id", s->id,
			      "state", session_public_state(s), "dnn", s->dnn, "sst", s->snssai.sst,
			      "ssc_mode", s->ssc_mode);
	json_t *seid =
		json_pack("{s:I, s:I}", "cp", (json_int_t)s->cp_seid, "up", (json_int_t)s->up_seid);

	json_object_set_new(j, "address", json_ipv4(s->address));
	json_object_set_new(j, "mtu", json_integer(session_mtu(s)));
	json_object_set_new(j, "upf", json_string(s->upf->config->name));
	json_object_set_new(j, "dnai", json_string(route_upf(s)->config->dnai));
	json_object_set_new(j, "anchor_dnai", json_string(s->upf->config->dnai));
	json_object_set_new(j, "gnb", json_string(gnb ? gnb->name : ""));
	json_object_set_new(j, "qfi", json_integer(SMF_QFI));
	json_object_set_new(j, "seid", seid);
	json_object_set_new(j, "uplink", rest_tunnel_json(route_uplink(s)));
	json_object_set_new(j, "downlink", rest_tunnel_json(&s->downlink));
	json_object_set_new(j, "classifiers", rest_classifiers_json(s));
	json_object_set_new(j, "established_ns", json_integer((json_int_t)s->established_ns));
	json_object_set_new(j, "setup_us", json_integer((json_int_t)s->setup_us));
	if (s->cause)
		json_object_set_new(j, "cause", json_integer(s->cause));
	return j;
}

static void get_sessions(struct http_request *req, void *user)
{
	struct smf *smf = user;
	const char *supi = http_query(req, "supi");
	json_t *list = json_array();
	struct session *s, *next;

	HASH_ITER (by_seid, smf->sessions->by_seid, s, next) {
		if (s->ue && (!supi || strcmp(supi, s->supi) == 0))
			json_array_append_new(list, rest_session_json(s));
	}
	http_reply(req, 200, json_pack("{s:o}", "pdu_sessions", list));
}

struct session *rest_find_session(struct http_request *req, struct smf *smf)
{
	const char *supi = http_param(req, "supi"), *id = http_param(req, "id");
	struct ue *ue = ue_find_supi(smf, supi);
	char *end;
	unsigned long number = strtoul(id, &end, 10);

	if (ue && *id && !*end && number >= 1 && number <= NGAP_MAX_SESSIONS && ue->session[number])
		return ue->session[number];
	http_problem(req, 404, "SESSION_NOT_FOUND", "UE %s has no PDU session %s", supi, id);
	return NULL;
}

static void get_session(struct http_request *req, void *user)
{
	struct session *s = rest_find_session(req, user);

	if (s)
		http_reply(req, 200, rest_session_json(s));
}

static void post_release(struct http_request *req, void *user)
{
	struct session_input in = {0};
	struct json_reader reader;
	uint64_t cause = NAS_SM_REGULAR_DEACTIVATION;
	struct session *s;

	json_reader_begin(&reader, http_body(req));
	json_read_u64(&reader, "cause", true, 0, 255, &cause);
	if (cause != NAS_SM_REGULAR_DEACTIVATION && cause != NAS_SM_REACTIVATION_REQUESTED)
		json_reader_fail(&reader, "cause", "expected %d or %d",
				 NAS_SM_REACTIVATION_REQUESTED, NAS_SM_REGULAR_DEACTIVATION);
	if (json_reader_end(&reader)) {
		http_problem_invalid(req, &reader);
		return;
	}
	s = rest_find_session(req, user);
	if (!s)
		return;
	in.cause = (uint8_t)cause;
	session_feed(s, SESSION_EV_RELEASE, &in);
	http_reply(req, 202, NULL);
}

/* ---- UPFs ---- */

static json_t *lost_paths_json(const struct n4_lost_paths *lost)
{
	json_t *list = json_array();
	char addr[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < lost->count; i++)
		json_array_append_new(list, json_string(n4_address_text(&lost->peer[i], addr)));
	return list;
}

static json_t *upf_json(const struct upf *upf)
{
	char pool[INET_ADDRSTRLEN + 4], addr[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &upf->config->pool.addr, addr, sizeof(addr));
	snprintf(pool, sizeof(pool), "%s/%u", addr, upf->config->pool.len);
	return json_pack("{s:s, s:s, s:o, s:b, s:b, s:s, s:b, s:I, s:I, s:I, s:I, s:o}", "name",
			 upf->config->name, "dnai", upf->config->dnai, "n4_address",
			 json_ipv4(upf->config->n4_address), "associated", upf->associated,
			 "leaving", upf->leaving, "pool", pool, "qos", upf->config->qos,
			 "recovery_time_stamp", (json_int_t)upf->recovery_time_stamp, "sessions",
			 (json_int_t)upf->sessions, "load", (json_int_t)upf->load.load, "overload",
			 (json_int_t)n4_overload(upf), "lost_paths", lost_paths_json(&upf->lost));
}

static void get_upfs(struct http_request *req, void *user)
{
	struct smf *smf = user;
	json_t *list = json_array();

	for (size_t i = 0; i < smf->n4->upf_count; i++)
		json_array_append_new(list, upf_json(&smf->n4->upfs[i]));
	http_reply(req, 200, json_pack("{s:o}", "upfs", list));
}

/* ---- anchors ---- */

/* What the path names, the DNN as it is configured; false: answered with 404 */
static bool anchor_path(struct http_request *req, const struct smf *smf, const char **ret_supi,
			const char **ret_dnn)
{
	const struct smf_dnn *dnn = smf_config_dnn(smf->config, http_param(req, "dnn"));

	*ret_supi = http_param(req, "supi");
	if (!smf_supi_valid(*ret_supi)) {
		http_problem(req, 404, "UE_NOT_FOUND", "'%s' is no SUPI", *ret_supi);
		return false;
	}
	if (!dnn) {
		http_problem(req, 404, "DNN_NOT_FOUND", "DNN '%s' is not served",
			     http_param(req, "dnn"));
		return false;
	}
	*ret_dnn = dnn->dnn;
	return true;
}

static void get_anchor(struct http_request *req, void *user)
{
	struct smf *smf = user;
	const char *dnai, *supi, *dnn;

	if (!anchor_path(req, smf, &supi, &dnn))
		return;
	dnai = anchor_get(smf->anchors, supi, dnn);
	if (dnai)
		http_reply(req, 200, json_pack("{s:s}", "dnai", dnai));
	else
		http_problem(req, 404, "ANCHOR_NOT_FOUND", "no anchor is set for %s and %s", supi,
			     dnn);
}

/* In memory first, for that can be undone: stored is what is told. */
static void set_anchor(struct http_request *req, struct smf *smf, const char *supi, const char *dnn,
		       const char *dnai)
{
	const char *known = anchor_get(smf->anchors, supi, dnn);
	char before[SMF_NAME_SIZE] = "";

	if (known)
		memcpy(before, known, sizeof(before));
	if (anchor_set(smf->anchors, supi, dnn, dnai)) {
		http_problem(req, 503, "TOO_MANY_ANCHORS", "at most %d anchors are kept",
			     SMF_ANCHORS_MAX);
	} else if (store_anchor_save(smf->store, supi, dnn, dnai)) {
		if (!known || anchor_set(smf->anchors, supi, dnn, before))
			anchor_unset(smf->anchors, supi, dnn);
		http_problem(req, 507, "STORE_FAILED", "the database refuses to write");
	} else {
		anchor_forget_lost(smf, supi, dnn);
		http_reply(req, 204, NULL);
	}
}

static void put_anchor(struct http_request *req, void *user)
{
	char dnai[SMF_NAME_SIZE] = "";
	const char *supi, *dnn;
	struct json_reader reader;
	struct smf *smf = user;
	struct upf *upf;

	if (!anchor_path(req, smf, &supi, &dnn))
		return;
	json_reader_begin(&reader, http_body(req));
	json_read_string(&reader, "dnai", true, dnai, sizeof(dnai));
	if (json_reader_end(&reader)) {
		http_problem_invalid(req, &reader);
		return;
	}
	upf = n4_upf_by_dnai(smf->n4, dnai);
	if (!upf)
		http_problem(req, 404, "UPF_NOT_FOUND", "no UPF has the DNAI '%s'", dnai);
	else if (!upf->associated)
		http_problem(req, 503, "UPF_NOT_ASSOCIATED", "UPF %s is not associated",
			     upf->config->name);
	else
		set_anchor(req, smf, supi, dnn, dnai);
}

static void delete_anchor(struct http_request *req, void *user)
{
	const char *supi, *dnn;
	struct smf *smf = user;

	if (!anchor_path(req, smf, &supi, &dnn))
		return;
	if (store_anchor_delete(smf->store, supi, dnn)) {
		http_problem(req, 507, "STORE_FAILED", "the database refuses to write");
		return;
	}
	anchor_forget_lost(smf, supi, dnn);
	anchor_unset(smf->anchors, supi,
		     dnn); /* idempotent: what isn't there is as good as deleted */
	http_reply(req, 204, NULL);
}

static void get_events(struct http_request *req, void *user)
{
	struct smf *smf = user;

	events_open(smf->events, req);
}

static void get_healthz(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

const struct http_route rest_routes[] = {
	{"GET", "/healthz", get_healthz, false},
	{"GET", "/metrics", rest_metrics, false},
	{"GET", "/v1/ues", get_ues, false},
	{"GET", "/v1/pdu-sessions", get_sessions, false},
	{"GET", "/v1/pdu-sessions/{supi}/{id}", get_session, false},
	{"POST", "/v1/pdu-sessions/{supi}/{id}/release", post_release, false},
	{"PUT", "/v1/pdu-sessions/{supi}/{id}/classifiers/{dnai}", rest_put_classifier, false},
	{"DELETE", "/v1/pdu-sessions/{supi}/{id}/classifiers/{dnai}", rest_delete_classifier,
	 false},
	{"POST", "/v1/pdu-sessions/{supi}/{id}/route", rest_post_route, false},
	{"GET", "/v1/upfs", get_upfs, false},
	{"GET", "/v1/anchors/{supi}/{dnn}", get_anchor, false},
	{"PUT", "/v1/anchors/{supi}/{dnn}", put_anchor, false},
	{"DELETE", "/v1/anchors/{supi}/{dnn}", delete_anchor, false},
	{"GET", "/v1/events", get_events, false},
	{NULL, NULL, NULL, false},
};
