// SPDX-License-Identifier: Apache-2.0
/* What smf-lite and edge agents know of uplink classifiers, played: see manager_peers.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/daemon.h"
#include "tests/unit/manager_peers.h"

static void refuse(struct ask *ask, unsigned status, const char *cause)
{
	ask->status = status;
	ask->body = json_pack("{s:s}", "cause", cause);
}

/* The session that the path names, or NULL: refused */
static struct peer_session *session_of(struct ask *ask)
{
	unsigned long id = strtoul(http_param(ask->req, "id"), NULL, 10);

	assert_string_equal(http_param(ask->req, "supi"), PEER_SUPI);
	if (id > 0 && id < PEER_SESSIONS && ask->p->session[id].up)
		return &ask->p->session[id];
	refuse(ask, 404, "SESSION_NOT_FOUND");
	return NULL;
}

static struct peer_edge *edge_of(struct peers *p, const char *dnai)
{
	for (int i = 0; i < PEER_EDGES; i++)
		if (strcmp(p->edge[i].dnai, dnai) == 0)
			return &p->edge[i];
	fail_msg("no edge has the DNAI '%s'", dnai);
	return NULL;
}

json_t *classifiers_json(const struct peers *p)
{
	json_t *list = json_array();

	for (int i = 0; i < PEER_EDGES; i++)
		if (p->edge[i].classifier)
			json_array_append_new(list, json_pack("{s:s}", "dnai", p->edge[i].dnai));
	return list;
}

/* ---- smf-lite ---- */

static bool act_classify(struct ask *ask)
{
	const json_t *prefixes = json_object_get(http_body(ask->req), "prefixes");
	const char *dnai = http_param(ask->req, "dnai");
	const struct peer_session *s = session_of(ask);

	assert_string_equal(json_string_value(json_array_get(prefixes, 0)), "10.70.0.0/16");
	if (!s)
		return true;
	assert_string_not_equal(s->anchor_dnai, dnai);
	ask->status = edge_of(ask->p, dnai)->classifier ? 200 : 201;
	ask->body = json_object();
	edge_of(ask->p, dnai)->classifier = true;
	return true;
}

static bool act_declassify(struct ask *ask)
{
	const char *dnai = http_param(ask->req, "dnai");
	const struct peer_session *s = session_of(ask);

	if (!s)
		return true;
	if (strcmp(s->dnai, dnai) == 0) {
		refuse(ask, 409, "CLASSIFIER_IN_PATH");
		return true;
	}
	edge_of(ask->p, dnai)->classifier = false;
	ask->status = 204;
	return true;
}

static bool act_lead(struct ask *ask)
{
	const char *dnai = json_string_value(json_object_get(http_body(ask->req), "dnai"));
	struct peer_session *s = session_of(ask);
	uint64_t now = clock_now_ns();

	if (!s)
		return true;
	if (strcmp(dnai, s->anchor_dnai) != 0 && !edge_of(ask->p, dnai)->classifier) {
		refuse(ask, 404, "CLASSIFIER_NOT_FOUND");
		return true;
	}
	snprintf(s->dnai, sizeof s->dnai, "%s", dnai);
	ask->status = 200;
	ask->body = json_pack("{s:I, s:I, s:I}", "t0_ns", (json_int_t)now - 40000, "uplink_ns",
			      (json_int_t)now - 20000, "switched_ns", (json_int_t)now);
	return true;
}

static void handle(struct http_request *req, struct peers *p, const char *verb, const char *dnai,
		   bool (*act)(struct ask *))
{
	char word[64];
	struct ask ask = {.p = p, .server = &p->smf, .req = req, .word = word, .act = act};

	snprintf(word, sizeof word, "%s(%s)", verb, dnai);
	peers_answer(&ask);
}

void classifier_put(struct http_request *req, void *user)
{
	handle(req, user, "classify", http_param(req, "dnai"), act_classify);
}

void classifier_delete(struct http_request *req, void *user)
{
	handle(req, user, "declassify", http_param(req, "dnai"), act_declassify);
}

void classifier_lead(struct http_request *req, void *user)
{
	const char *dnai = json_string_value(json_object_get(http_body(req), "dnai"));

	handle(req, user, "lead", dnai ? dnai : "?", act_lead);
}

/* ---- an edge agent ---- */

static bool act_route(struct ask *ask)
{
	ask->status = 204;
	return true;
}

static void route(struct http_request *req, struct peer_edge *e, const char *verb, bool wanted)
{
	char word[32];
	struct ask ask = {
		.p = e->peers, .server = &e->server, .req = req, .word = word, .act = act_route};

	if (wanted)
		assert_string_equal(http_param(req, "address"), e->peers->session[1].address);
	snprintf(word, sizeof word, "%s(%s)", verb, e->letter);
	e->ue_route = wanted;
	peers_answer(&ask);
}

void ue_route_put(struct http_request *req, void *user)
{
	route(req, user, "route", true);
}

void ue_route_delete(struct http_request *req, void *user)
{
	route(req, user, "unroute", false);
}

void classifiers_check(const struct peers *p)
{
	for (int i = 0; i < PEER_EDGES; i++) {
		const struct peer_edge *e = &p->edge[i];
		const struct peer_session *s = &p->session[1];
		const bool wanted = s->up && strcmp(s->dnai, e->dnai) == 0 &&
				    strcmp(s->anchor_dnai, e->dnai) != 0;

		assert_int_equal(e->classifier, wanted);
		assert_int_equal(e->ue_route, wanted);
	}
}
