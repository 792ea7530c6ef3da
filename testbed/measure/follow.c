// SPDX-License-Identifier: Apache-2.0
/* What the stream-client of the UE recorded, fetched around switches: the player's inputs, and how
 * alike the pictures of two streams are. */
#include <inttypes.h>
#include <string.h>

#include "testbed/app.h"
#include "testbed/measure/session.h"
#include "testbed/measure/turn.h"

enum {
	AFTER_MS = 500, /* for the pictures that show the last inputs */
	RECORDINGS = 2	/* one way and the other */
};

#define LAST_ROW UINT64_MAX /* beyond all: the answer tells what comes next */

static json_t *get(struct session *s, const char *path)
{
	char url[160];
	json_t *answer;

	place_url(&s->place, s->place.ue, STREAM_CLIENT_PORT, path, url, sizeof url);
	answer = client_get(&s->client, url);
	if (!answer)
		complain("the player's trace: %s", s->client.error);
	return answer;
}

/* ---- inputs ---- */

/* A stream-client that was started anew begins to count anew. */
static int take_trace(struct session *s, const json_t *answer)
{
	int r = app_trace_add(&s->trace, answer);

	if (r == -EINVAL) {
		app_trace_done(&s->trace);
		complain("the player's trace does not go on where it was: its stream-client was "
			 "started anew");
	} else if (r < 0) {
		complain("the player's trace: %s", strerror(-r));
	}
	return r;
}

/* Return: how many rows were new, or a negative errno */
static int follow_once(struct session *s, int (*also)(const json_t *answer, void *user), void *user)
{
	char path[96];
	json_t *answer;
	int r, more = 0;

	snprintf(path, sizeof path, "/v1/trace?from=%" PRIu64 "&inputs_from=%" PRIu64,
		 s->trace.next, s->trace.inputs_next);
	answer = get(s, path);
	if (!answer)
		return -EIO;
	r = take_trace(s, answer);
	if (r >= 0 && also)
		more = also(answer, user);
	json_decref(answer);
	return more < 0 ? more : r;
}

int session_follow_on(struct session *s, int (*also)(const json_t *answer, void *user), void *user)
{
	uint64_t next, inputs_next;
	int r;

	do {
		next = s->trace.next;
		inputs_next = s->trace.inputs_next;
		r = follow_once(s, also, user);
	} while (r > 0 && (s->trace.next != next || s->trace.inputs_next != inputs_next));
	return r < 0 ? r : 0;
}

static void name_edges(struct session *s)
{
	const struct topology *t = s->place.topology;

	for (size_t i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_EDGE && t->node[i].number <= EDGES_MAX)
			snprintf(s->report.edge_called[t->node[i].number],
				 sizeof s->report.edge_called[0], "%s", t->node[i].name);
}

int session_follow(struct session *s)
{
	int r;

	if (!s->options.app)
		return 0;
	name_edges(s);
	s->trace.next = LAST_ROW;
	r = follow_once(s, NULL, NULL);
	return r < 0 ? r : 0;
}

/* Inputs made until 2 s after the switch are shown a little later than that, which matters when the
 * hold is short. */
static void await_inputs(const struct session *s, const struct switch_event *event)
{
	uint64_t until_ns = event->app.t0_ns + INPUTS_AROUND_NS + AFTER_MS * UINT64_C(1000000),
		 now_ns = clock_now_ns();

	if (event->ok && s->options.hold_ms * UINT64_C(1000000) >= INPUTS_AROUND_NS &&
	    until_ns > now_ns)
		pause_ms((until_ns - now_ns) / 1000000);
}

/* How the player's inputs went over at the logic server, while it still is about this switch */
static void note_turn(struct session *s, struct switch_event *event)
{
	const struct topology *t = s->place.topology;
	const struct topo_app *app = NULL;
	const struct topo_player *player = topology_player_on(t, s->place.ue, &app);
	char path[96], url[200];
	unsigned cloud = 0;
	json_t *account;

	while (cloud < t->node_count && t->node[cloud].kind != TOPO_CLOUD)
		cloud++;
	if (!player || cloud == t->node_count)
		return;
	snprintf(path, sizeof path, "/v1/accounts/%s", player->account);
	place_url(&s->place, cloud, (int)app_cloud_port(t, app), path, url, sizeof url);
	account = client_get(&s->client, url);
	if (!account) {
		complain("the player's account: %s", s->client.error);
		return;
	}
	event->app.logic_us =
		turn_comp_us(json_object_get(account, "turn"), event->app.number, &s->trace);
	json_decref(account);
}

void session_note_inputs(struct session *s, struct switch_event *event)
{
	uint64_t t0_ns = event->app.t0_ns;

	if (!s->options.app || !s->trace.next || !event->ok || !t0_ns)
		return;
	await_inputs(s, event);
	if (session_follow_on(s, NULL, NULL) < 0)
		return;
	/* the pictures that were compared are shown a moment after they were */
	event->app.rest = app_trace_rest(&s->trace,
					 event->app.first_ns > t0_ns ? event->app.first_ns : t0_ns);
	note_turn(s, event);
	if (app_trace_around(&s->trace, t0_ns, &event->inputs) < 0)
		complain("no memory for the player's inputs");
	app_trace_forget(&s->trace, t0_ns);
}

/* ---- likeness ---- */

static int read_pairs(struct session *s, struct pair_trace *trace)
{
	char path[64];
	int rows = 1;

	while (rows > 0) {
		json_t *answer;

		snprintf(path, sizeof path, "/v1/ssim?from=%" PRIu64, trace->next);
		answer = get(s, path);
		rows = answer ? pair_trace_add(trace, answer) : -EIO;
		json_decref(answer);
		if (rows < 0 && answer)
			complain("recorded SSIM: %s", strerror(-rows));
	}
	return rows;
}

/* The mode of the recordings: not a handover alone */
static size_t first_migration(const struct session *s)
{
	size_t m = 0;

	while (m + 1 < s->report.mode_count && strcmp(s->report.mode[m].name, "handover") == 0)
		m++;
	return m;
}

/* A recording of a moment is none: only the gate looked at a pair, or a stream stopped. */
static int check_recording(const struct session *s, const struct pair_trace *trace)
{
	uint64_t ns = trace->count ? trace->pair[trace->count - 1].ns - trace->pair[0].ns : 0;

	if (ns >= s->options.record_s * UINT64_C(1000000000) / 2)
		return 0;
	complain("--record-ssim: the stream-client of %s recorded %zu pairs, over %.1f of %" PRIu64
		 " s; expected pairs: always at this player in the topology, and both streams to "
		 "come all the time",
		 s->report.run[0].ue, trace->count, (double)ns / 1e9, s->options.record_s);
	return -ENODATA;
}

/* A migration without a gate, whose source stays for so long: from the end of the sliding on it is
 * as if a switch waited all that time. */
static int record_once(struct session *s)
{
	struct measure_options told = s->options;
	struct pair_trace *trace = &s->report.similarity.trace[s->report.similarity.count++];
	struct switch_event event = {.mode = first_migration(s)};
	int r;

	trace->next = LAST_ROW;
	r = read_pairs(s, trace);
	if (r < 0)
		return r;
	s->options.threshold = 0;
	s->options.hold_ms = told.record_s * 1000;
	r = session_migrate(s, &event);
	s->recordings++;
	s->options = told;
	if (r == 0 && !event.ok)
		r = -EIO;
	if (r == 0)
		r = read_pairs(s, trace);
	pair_trace_keep(trace, event.app.t0_ns,
			event.app.t0_ns + told.record_s * UINT64_C(1000000000));
	return r == 0 ? check_recording(s, trace) : r;
}

static double own_threshold(const struct session *s)
{
	const struct topo_app *app;
	const struct topo_player *player = topology_player_on(s->place.topology, s->place.ue, &app);

	return s->options.threshold >= 0 ? s->options.threshold : player ? player->threshold : 0;
}

int session_record(struct session *s)
{
	struct similarity *of = &s->report.similarity;
	int r = 0;

	if (!s->options.record_s)
		return 0;
	of->threshold = own_threshold(s);
	of->timeout_ns = s->report.timeout_ms * UINT64_C(1000000);
	for (int i = 0; i < RECORDINGS && r == 0 && !session_interrupted(); i++) {
		session_progress(s, "  recording %d of %d: both streams for %" PRIu64 " s\n", i + 1,
				 RECORDINGS, s->options.record_s);
		r = record_once(s);
	}
	if (r < 0)
		complain("nothing is measured without the recording that was asked for");
	return session_interrupted() ? -EINTR : r;
}
