// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/choice.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "migration-manager/manager.h"
#include "migration-manager/policy.h"
#include "migration-manager/step.h"

enum { ASK_MS = 1500, ECHOES = 3 };

struct measured {
	struct choice *choice;
	char edge[REGISTRY_NAME_SIZE], dnai[REGISTRY_NAME_SIZE];
	int64_t rtt_us, sessions;
};

struct choice {
	struct manager *mm;
	struct migration_request request;
	choice_done done;
	void *user;
	json_int_t primary; /* PDU session id */
	char gnb[64], dnai[REGISTRY_NAME_SIZE];
	struct measured edge[POLICY_CANDIDATES_MAX];
	size_t count, waiting;
};

static void end(struct choice *c)
{
	struct policy_candidate candidates[POLICY_CANDIDATES_MAX];
	json_t *list = json_array(), *choice;
	int at;

	for (size_t i = 0; i < c->count; i++) {
		const struct measured *e = &c->edge[i];

		candidates[i] = (struct policy_candidate){.edge = e->edge,
							  .rtt_us = e->rtt_us,
							  .sessions = e->sessions,
							  .current = strcmp(e->dnai, c->dnai) == 0};
		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:b}", "edge", e->edge,
						      "rtt_us", (json_int_t)e->rtt_us, "sessions",
						      (json_int_t)e->sessions, "current",
						      candidates[i].current));
	}
	at = c->dnai[0] ? policy_choose(c->request.policy, candidates, c->count) : -1;
	choice = json_pack("{s:s, s:s, s:o}", "policy", policy_names[c->request.policy], "gnb",
			   c->gnb, "candidates", list);
	c->mm->choices--;
	if (at < 0)
		c->mm->stayed++;
	else
		c->mm->chosen++;
	c->done(c->user, at < 0 ? NULL : c->edge[at].edge, choice);
	free(c);
}

/* What can't be asked or doesn't answer is not known; the choice goes on without. */
static bool ask(struct choice *c, const char *url, http_done done, void *user)
{
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = ASK_MS};

	return http_client_call(c->mm->client, &call, done, user, NULL) == 0;
}

/* ---- how far, how busy ---- */

static void answered(struct choice *c)
{
	if (--c->waiting == 0)
		end(c);
}

static void echoed(const struct http_answer *answer, void *user)
{
	struct measured *e = user;
	const json_t *rtt = json_object_get(answer->body, "rtt_us");

	if (!answer->error && answer->status == 200 && json_is_integer(rtt))
		e->rtt_us = json_integer_value(rtt);
	answered(e->choice);
}

static void note_load(struct choice *c, const json_t *upf)
{
	const char *dnai = json_string_value(json_object_get(upf, "dnai"));
	const json_t *sessions = json_object_get(upf, "sessions");

	for (size_t i = 0; i < c->count; i++)
		if (dnai && strcmp(dnai, c->edge[i].dnai) == 0 && json_is_integer(sessions))
			c->edge[i].sessions = json_integer_value(sessions);
}

static void upfs_answered(const struct http_answer *answer, void *user)
{
	struct choice *c = user;
	const json_t *upfs = json_object_get(answer->body, "upfs"), *upf;
	size_t i;

	json_array_foreach(upfs, i, upf)
	{
		note_load(c, upf);
	}
	answered(c);
}

static const struct manager_n3 *n3_of(const struct manager *mm, const char *dnai)
{
	for (size_t i = 0; i < mm->n3_count; i++)
		if (strcmp(mm->n3[i].dnai, dnai) == 0)
			return &mm->n3[i];
	return NULL;
}

static const char *gnb_url(const struct manager *mm, const char *name)
{
	for (size_t i = 0; i < mm->gnb_count; i++)
		if (strcmp(mm->gnb[i].name, name) == 0)
			return mm->gnb[i].url;
	return NULL;
}

static void measure(struct choice *c)
{
	const char *gnb = gnb_url(c->mm, c->gnb);
	char url[256], address[INET_ADDRSTRLEN];

	c->waiting = 1; /* ourselves: nothing ends before all is asked */
	for (size_t i = 0; gnb && i < c->count; i++) {
		const struct manager_n3 *n3 = n3_of(c->mm, c->edge[i].dnai);

		if (!n3)
			continue;
		inet_ntop(AF_INET, &n3->address, address, sizeof address);
		snprintf(url, sizeof url, "%s/v1/echo?address=%s&count=%d", gnb, address, ECHOES);
		c->waiting += ask(c, url, echoed, &c->edge[i]);
	}
	snprintf(url, sizeof url, "%s/v1/upfs", c->mm->config.smf_url);
	c->waiting += ask(c, url, upfs_answered, c);
	answered(c);
}

/* ---- where the UE is ---- */

static void sessions_answered(const struct http_answer *answer, void *user)
{
	struct choice *c = user;
	const json_t *sessions = json_object_get(answer->body, "pdu_sessions"), *s;
	size_t i;

	json_array_foreach(sessions, i, s)
	{
		const char *gnb = json_string_value(json_object_get(s, "gnb"));
		const char *dnai = json_string_value(json_object_get(s, "dnai"));

		if (json_integer_value(json_object_get(s, "id")) != c->primary)
			continue;
		snprintf(c->gnb, sizeof c->gnb, "%s", gnb ? gnb : "");
		snprintf(c->dnai, sizeof c->dnai, "%s", dnai ? dnai : "");
	}
	if (c->dnai[0])
		measure(c);
	else
		end(c);
}

static void status_answered(const struct http_answer *answer, void *user)
{
	struct choice *c = user;
	char url[256];

	c->primary = json_integer_value(json_object_get(answer->body, "primary"));
	snprintf(url, sizeof url, "%s/v1/pdu-sessions?supi=%s", c->mm->config.smf_url,
		 c->request.ue);
	if (!c->primary || !ask(c, url, sessions_answered, c))
		end(c);
}

static void add_candidates(struct choice *c)
{
	for (const struct registered *r = c->mm->registry.edges;
	     r && c->count < POLICY_CANDIDATES_MAX; r = r->hh.next) {
		struct measured *e = &c->edge[c->count];

		if (!registry_available(r) || (c->request.strategy->edge_has &&
					       !c->request.strategy->edge_has(r, c->request.app)))
			continue;
		e->choice = c;
		e->rtt_us = e->sessions = -1;
		memcpy(e->edge, r->name, sizeof e->edge);
		memcpy(e->dnai, r->dnai, sizeof e->dnai);
		c->count++;
	}
}

int choice_begin(struct manager *mm, const struct migration_request *request, choice_done done,
		 void *user)
{
	const struct registered *ue = registry_get(mm->registry.ues, request->ue);
	char url[REGISTRY_URL_SIZE + 16];
	struct choice *c;

	if (mm->choices >= CHOICES_MAX)
		return -ENOSPC;
	c = calloc(1, sizeof *c);
	if (!c)
		return -ENOMEM;
	c->mm = mm;
	c->request = *request;
	c->done = done;
	c->user = user;
	add_candidates(c);
	snprintf(url, sizeof url, "%s/v1/status", ue ? ue->url : "");
	if (!ask(c, url, status_answered, c)) {
		free(c);
		return -ENOMEM;
	}
	mm->choices++;
	return 0;
}
