// SPDX-License-Identifier: Apache-2.0
/*
 * A switch for a clip. The first one begins a migration; while that holds its source, which it does
 * for long, the way back is one more switch of it, and so on: the ping-pong of paper 001 section
 * III-C 6), so that each clip costs the switch alone.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/http_client.h"
#include "testbed/link_set.h"
#include "testbed/measure/clips_stage.h"
#include "testbed/move.h"

enum {
	HOLD_MS = 200000,   /* longer than a gate is ever waited for, and a clip */
	SETTLE_MS = 500,    /* after the scene was changed, before the clip begins */
	SWITCH_MS = 100000, /* the gate's 75 s, and a first migration's stages */
	ASK_MS = 90000,	    /* a migration that waits for its gate can be turned only after it */
	RELEASE_MS = 30000,
	POLL_MS = 20,
	NEAR_MS = 1,
};

/* ---- the scene ---- */

/* Another each time, evenly spread over them all: multiples of the golden ratio */
static double way_ms(const struct clips_stage *st)
{
	double share = fmod((double)st->done * 0.6180339887, 1);
	double low = (double)st->o.way_low_us / 1000, high = (double)st->o.way_high_us / 1000;

	return low + share * (high - low);
}

static int set_way(struct clips_stage *st, const char *gnb, const char *edge, double ms)
{
	const struct topology *t = st->s.place.topology;
	struct baton_context quiet = *st->ctx;
	int node = topology_find_node(t, edge), upf = node < 0 ? -1 : t->node[node].upf;
	char near[64], far[64], delay[32];
	char *words[] = {near, far, delay};

	if (upf < 0)
		return -ENOENT;
	quiet.json = true; /* it prints nothing then */
	snprintf(near, sizeof near, "%s", gnb);
	snprintf(far, sizeof far, "%s", t->node[upf].name);
	snprintf(delay, sizeof delay, "delay=%ldus", lround(ms * 1000));
	return link_set(&quiet, &st->s.place.run, t, 3, words, LINK_FORWARD | LINK_BACKWARD) ==
			       BATON_OK
		       ? 0
		       : -EINVAL;
}

static const char *other_edge(const struct clips_stage *st)
{
	const struct probe_run *run = &st->s.report.run[0];

	for (size_t e = 0; e < run->edge_count; e++)
		if (strcmp(run->edge_name[e], st->s.at) != 0)
			return run->edge_name[e];
	return st->s.at;
}

/* Who is handed over comes to a gNB that is near the new edge. Who stays has had the long way there
 * until now. */
static int set_ways(struct clips_stage *st, const char *gnb, double ms)
{
	int r = set_way(st, gnb, st->s.at, ms);

	return r < 0 || st->o.handover ? r : set_way(st, gnb, other_edge(st), NEAR_MS);
}

static bool has_way(const struct clips_stage *st, unsigned gnb, const char *edge)
{
	const struct topology *t = st->s.place.topology;
	int node = topology_find_node(t, edge), upf = node < 0 ? -1 : t->node[node].upf;
	const struct topo_port *a = topology_find_port(t, gnb, TOPO_N3);
	const struct topo_port *b = upf < 0 ? NULL : topology_find_port(t, (unsigned)upf, TOPO_N3);

	return a && b && topology_find_path(t, (unsigned)(a - t->port), (unsigned)(b - t->port));
}

static int find_serving(struct clips_stage *st, unsigned *ret_gnb)
{
	const struct place *p = &st->s.place;
	struct move_error err = {0};
	char name[64];
	int r = move_serving(p->topology, &p->run, p->ue, name, sizeof name, &err), node;

	node = r < 0 ? r : topology_find_node(p->topology, name);
	if (node < 0) {
		complain("%s", r < 0 ? err.text : "the UE's gNB isn't in the topology");
		return -ENOENT;
	}
	*ret_gnb = (unsigned)node;
	return 0;
}

static unsigned next_gnb(const struct clips_stage *st, unsigned serving)
{
	const struct topo_node *ue = &st->s.place.topology->node[st->s.place.ue];

	for (size_t i = 0; i < ue->gnb_count; i++)
		if (ue->gnb[i] == serving)
			return ue->gnb[(i + 1) % ue->gnb_count];
	return ue->gnb[0];
}

static int hand_over(struct clips_stage *st)
{
	json_t *answer;
	int r = session_move(&st->s, &answer);

	json_decref(answer);
	return r;
}

/*
 * The way is changed from the gNB that the UE will be at, before it is, as where it moves to. When
 * there is none from that gNB to the old edge, the UE is at the wrong one (it came up there, or a
 * switch before failed) and goes on to the next.
 */
static int set_scene(struct clips_stage *st, double ms)
{
	const struct topology *t = st->s.place.topology;
	size_t tries = t->node[st->s.place.ue].gnb_count;
	unsigned serving, gnb;
	int r;

	do {
		r = find_serving(st, &serving);
		gnb = r == 0 && st->o.handover ? next_gnb(st, serving) : serving;
		if (r < 0 || isnan(ms) || !st->o.handover || has_way(st, gnb, st->s.at))
			break;
		r = hand_over(st);
	} while (r == 0 && --tries > 0);
	if (r == 0 && !isnan(ms))
		r = set_ways(st, t->node[gnb].name, ms);
	return r == 0 && st->o.handover ? hand_over(st) : r;
}

/* ---- the switch ---- */

/* Somebody else's migration would be switched as that one was asked for. */
static int check_ours(struct clips_stage *st, const json_t *migration)
{
	json_int_t created = json_integer_value(json_object_get(migration, "created_ns"));

	if (!migration || (uint64_t)created > st->began_ns)
		return 0;
	complain("migration %s of the UE is under way since before; wait for its end, or end it by "
		 "POST /v1/migrations/%s/switch",
		 st->migration, st->migration);
	return -EBUSY;
}

/* The first switch after the last one that has been taken; NULL: it still waits */
static json_t *new_switch(struct clips_stage *st)
{
	char url[96];
	json_t *list, *one, *found = NULL;
	size_t i;

	snprintf(url, sizeof url, "%s/v1/switches", st->screen.url);
	list = client_get(&st->s.client, url);
	json_array_foreach(json_object_get(list, "switches"), i, one)
	{
		const char *state = json_string_value(json_object_get(one, "state"));

		if ((uint32_t)json_integer_value(json_object_get(one, "number")) >
			    st->last_switch &&
		    state && strcmp(state, "waiting") != 0 && !found)
			found = json_incref(one);
	}
	json_decref(list);
	return found;
}

/* It was rolled back, say: no switch of the stream is to be waited for any more. */
static bool has_ended(struct clips_stage *st)
{
	json_t *migration = client_migration(&st->s.client, st->migration);
	const char *cause = json_string_value(json_object_get(migration, "cause"));
	bool ended = migration && client_has_ended(migration);

	if (ended)
		session_progress(&st->s, "  migration %s ended without a switch: %s\n",
				 st->migration, cause ? cause : "");
	json_decref(migration);
	return ended;
}

static int await_switch(struct clips_stage *st, json_t **ret)
{
	uint64_t deadline = deadline_in(SWITCH_MS);

	while (!(*ret = new_switch(st))) {
		if (session_interrupted())
			return -EINTR;
		if (clock_mono_ns() > deadline || !place_is_up(&st->s.place)) {
			complain("no switch of the stream within %d s", SWITCH_MS / 1000);
			return -ETIMEDOUT;
		}
		if (has_ended(st) && !(*ret = new_switch(st)))
			return -EAGAIN;
		if (*ret)
			break;
		pause_ms(POLL_MS);
	}
	st->last_switch = (uint32_t)json_integer_value(json_object_get(*ret, "number"));
	return 0;
}

/* Where the player is now, by the manager; also says whether it is our migration. */
static int note_place(struct clips_stage *st)
{
	json_t *migration = client_migration(&st->s.client, st->migration);
	const json_t *details = json_object_get(migration, "details");
	const char *edge = json_string_value(json_object_get(details, "destination_edge"));
	int r = check_ours(st, migration);

	if (r == 0 && edge)
		snprintf(st->s.at, sizeof st->s.at, "%s", edge);
	json_decref(migration);
	return r;
}

static bool worth_retrying(const struct client *c)
{
	return c->status == 0 || c->status == 404 || c->status == 409 || c->status == 503;
}

static int ask(struct clips_stage *st)
{
	uint64_t deadline = deadline_in(ASK_MS);
	unsigned tries = 0;
	char key[64];
	struct client_migration m = {.supi = st->s.place.supi,
				     .destination = other_edge(st),
				     .mode = "make-before-break",
				     .app = st->o.app,
				     .strategy = "dual",
				     .threshold = st->o.threshold,
				     .window = st->o.window,
				     .key = key,
				     .hold_ms = HOLD_MS};

	snprintf(key, sizeof key, "clips-%u-%" PRIu64 "-%u", st->s.ssid, st->began_ns,
		 st->last_switch);
	while (client_migrate(&st->s.client, &m, st->migration) < 0) {
		if (!worth_retrying(&st->s.client) || clock_mono_ns() > deadline ||
		    session_interrupted() || !place_is_up(&st->s.place)) {
			complain("%s", st->s.client.error);
			return -EIO;
		}
		pause_ms(RETRY_MS);
		/* The manager may have switched by itself, back to an edge that went on. */
		if (st->migration[0] && note_place(st) < 0)
			return -EBUSY;
		m.destination = other_edge(st);
		snprintf(key, sizeof key, "clips-%u-%" PRIu64 "-%u-%u", st->s.ssid, st->began_ns,
			 st->last_switch, ++tries);
	}
	return 0;
}

/* A switch that had no pictures to compare, or none to change, is none that a viewer could judge.
 */
static bool is_switch(const json_t *record)
{
	const char *state = json_string_value(json_object_get(record, "state"));
	const char *reason = json_string_value(json_object_get(record, "reason"));

	return state && reason && strcmp(state, "switched") == 0 && strcmp(reason, "shown") != 0 &&
	       strcmp(reason, "no-source") != 0;
}

int clips_switch(struct clips_stage *st, json_t **ret, double *ret_way_ms)
{
	int r;

	*ret = NULL;
	*ret_way_ms = st->o.way_high_us ? way_ms(st) : NAN;
	r = set_scene(st, *ret_way_ms);
	if (r < 0)
		return r;
	pause_ms(SETTLE_MS + CLIP_BEFORE_MS);
	if (session_interrupted())
		return -EINTR;
	r = ask(st);
	if (r == 0)
		r = await_switch(st, ret);
	if (r == 0)
		r = note_place(st);
	return r == 0 && !is_switch(*ret) ? -EAGAIN : r;
}

void clips_release(struct clips_stage *st)
{
	uint64_t deadline = deadline_in(RELEASE_MS);
	char url[192];
	struct http_call call = {
		.method = "POST", .url = url, .token = st->s.client.token, .timeout_ms = 5000};
	struct http_answer answer;
	json_t *migration;
	bool ended = st->migration[0] == '\0';

	if (ended)
		return;
	snprintf(url, sizeof url, "%s/v1/migrations/%s/switch", st->s.client.manager,
		 st->migration);
	http_call_blocking(&call, &answer);
	http_answer_done(&answer);
	while (!ended && clock_mono_ns() < deadline && place_is_up(&st->s.place)) {
		migration = client_migration(&st->s.client, st->migration);
		ended = migration && client_has_ended(migration);
		json_decref(migration);
		pause_ms(RETRY_MS);
	}
	if (!ended)
		complain("migration %s is still under way", st->migration);
}
