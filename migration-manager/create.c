// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/create.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "migration-manager/choice.h"
#include "migration-manager/engine.h"
#include "migration-manager/manager.h"
#include "migration-manager/policy.h"
#include "migration-manager/request.h"

/* One POST on its way, which may wait for a choice */
struct creation {
	struct manager *mm;
	struct http_request *req;
	struct migration_request request;
	char *key; /* NULL: none */
	char *body;
};

static void creation_free(struct creation *c)
{
	free(c->key);
	free(c->body);
	free(c);
}

void create_reply(struct http_request *req, const struct migration *m)
{
	char location[64];

	snprintf(location, sizeof location, "/v1/migrations/%s", m->id);
	http_reply_location(req, 202, location, migration_json(m));
}

static void reply_not_written(struct http_request *req)
{
	http_problem(req, 507, "JOURNAL_NOT_WRITABLE",
		     "the journal can't be written, so nothing was begun");
}

/* ---- what was asked before ---- */

/* Return: true when the key was used before and the request is answered */
static bool answered_before(const struct creation *c)
{
	char id[MIGRATION_ID_SIZE];
	const struct migration *m;
	int r;

	if (!c->key)
		return false;
	if (strlen(c->key) > 255) {
		http_problem(c->req, 400, "INVALID_IDEMPOTENCY_KEY",
			     "Idempotency-Key is longer than 255 characters");
		return true;
	}
	r = journal_idempotent(c->mm->journal, c->key, c->body, id, sizeof id);
	if (r == 0)
		return false;
	m = r == 1 ? manager_find(c->mm, id) : NULL;
	if (m)
		create_reply(c->req, m);
	else if (r == -ENOSPC)
		http_problem(c->req, 507, "JOURNAL_NOT_WRITABLE",
			     "the journal can't be read, so nothing was begun");
	else
		http_problem(c->req, 422, "IDEMPOTENCY_KEY_REUSED",
			     "Idempotency-Key '%s' was used with another body", c->key);
	return true;
}

/* ---- ping-pong ---- */

/* The migration of this UE that holds the side to which the request goes (B15), or NULL */
static struct migration *adopting(const struct creation *c)
{
	struct migration *m = manager_active_of(c->mm, c->request.ue);

	if (!m || !m->request.strategy->back_and_forth ||
	    m->request.strategy != c->request.strategy ||
	    strcmp(m->request.app, c->request.app) != 0 ||
	    strcmp(migration_data_string(m, "source_edge"), c->request.destination) != 0)
		return NULL;
	return m;
}

/* Return: true when the request is answered */
static bool adopted(const struct creation *c)
{
	struct migration *m = adopting(c);
	int r = m ? engine_turn(m, "", "") : -EBUSY;

	if (r == -EBUSY)
		return false;
	if (r == 0 && (!c->key || journal_key(c->mm->journal, m->id, c->key, c->body) == 0))
		create_reply(c->req, m);
	else
		reply_not_written(c->req);
	return true;
}

/* ---- a new one ---- */

static bool known(const struct creation *c)
{
	const struct migration_request *request = &c->request;
	const char *const edges[] = {request->destination, request->source};
	const char *cause;
	char reason[160];
	int r = 0;

	if (!registry_get(c->mm->registry.ues, request->ue)) {
		http_problem(c->req, 404, "UE_NOT_FOUND", "no UE agent has registered for '%s'",
			     request->ue);
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		if (!edges[i][0] || registry_get(c->mm->registry.edges, edges[i]))
			continue;
		http_problem(c->req, 404, "EDGE_NOT_FOUND", "no edge '%s' has registered",
			     edges[i]);
		return false;
	}
	if (request->strategy->admit)
		r = request->strategy->admit(c->mm, request, &cause, reason, sizeof reason);
	if (r < 0)
		http_problem(c->req, r == -EBUSY ? 409 : 404, cause, "%s", reason);
	return r == 0;
}

static bool may_begin(const struct creation *c)
{
	const struct migration *busy = manager_active_of(c->mm, c->request.ue);
	unsigned active = 0;

	for (const struct migration *m = c->mm->migrations; m; m = m->hh.next)
		active += !migration_ended(m);
	if (busy)
		http_problem(c->req, 409, "UE_BUSY", "migration %s of '%s' is under way (%s)",
			     busy->id, c->request.ue, migration_state_name(busy->state));
	else if (active >= MIGRATIONS_ACTIVE_MAX)
		http_problem(c->req, 503, "TOO_MANY_MIGRATIONS",
			     "%d migrations are under way, which is the limit",
			     MIGRATIONS_ACTIVE_MAX);
	return !busy && active < MIGRATIONS_ACTIVE_MAX;
}

/* Room for one more record: the oldest that has ended is forgotten. */
static void make_room(struct manager *mm)
{
	if (HASH_COUNT(mm->migrations) < MIGRATIONS_MAX)
		return;
	for (struct migration *m = mm->migrations; m; m = m->hh.next) {
		if (migration_ended(m) && journal_delete(mm->journal, m->id) == 0) {
			manager_forget(mm, m);
			return;
		}
	}
}

/* Without a hold_ms in the request a player's countdown is his own, as his UE's agent tells it. */
static void take_countdown(struct creation *c)
{
	const struct strategy *strategy = c->request.strategy;

	if (!c->request.hold_given && strategy->hold)
		c->request.hold_ms = strategy->hold(c->mm, &c->request);
}

/* @choice: how its destination was chosen; given, or NULL */
static void begin(struct creation *c, json_t *choice)
{
	struct migration *m;

	make_room(c->mm);
	take_countdown(c);
	m = migration_new(c->mm, "", &c->request);
	if (!m || journal_create(c->mm->journal, m, c->key, c->body) < 0) {
		migration_free(m);
		json_decref(choice);
		reply_not_written(c->req);
		return;
	}
	if (choice)
		json_object_set_new(m->data, "choice", choice);
	manager_add(c->mm, m);
	create_reply(c->req, m);
	engine_begin(m);
}

static void settle(struct creation *c, json_t *choice)
{
	if (known(c) && !adopted(c) && may_begin(c))
		begin(c, choice);
	else
		json_decref(choice);
	creation_free(c);
}

/* ---- without a destination ---- */

static void chosen(void *user, const char *edge, json_t *choice)
{
	struct creation *c = user;
	/* Somebody may have sent the same with the same key meanwhile. */
	bool over = answered_before(c);

	if (!over && edge) {
		snprintf(c->request.destination, sizeof c->request.destination, "%s", edge);
		settle(c, choice);
		return;
	}
	if (!over)
		http_problem(c->req, 409, "NO_BETTER_EDGE",
			     "policy '%s' finds no edge better than where '%s' is",
			     policy_names[c->request.policy], c->request.ue);
	json_decref(choice);
	creation_free(c);
}

static void choose(struct creation *c)
{
	int r = known(c) ? choice_begin(c->mm, &c->request, chosen, c) : -ENOENT;

	if (r == -ENOMEM)
		http_problem(c->req, 500, "SYSTEM_FAILURE", "%s", strerror(-r));
	else if (r == -ENOSPC)
		http_problem(c->req, 503, "TOO_MANY_MIGRATIONS",
			     "%d requests wait for a choice of their destination already",
			     CHOICES_MAX);
	if (r < 0)
		creation_free(c);
}

void create_migration(struct http_request *req, void *user)
{
	const char *key = http_header(req, "Idempotency-Key");
	struct creation *c = calloc(1, sizeof *c);
	struct json_reader reader;

	if (!c) {
		http_problem(req, 500, "SYSTEM_FAILURE", "no memory");
		return;
	}
	c->mm = user;
	c->req = req;
	c->key = key ? strdup(key) : NULL;
	c->body = json_dumps(http_body(req), JSON_COMPACT | JSON_SORT_KEYS);
	if (answered_before(c)) {
		creation_free(c);
	} else if (request_read(http_body(req), &reader, &c->request) < 0) {
		http_problem_invalid(req, &reader);
		creation_free(c);
	} else if (c->request.destination[0]) {
		settle(c, NULL);
	} else {
		choose(c);
	}
}
