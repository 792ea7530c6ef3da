// SPDX-License-Identifier: Apache-2.0
/*
 * join (destination): an instance that the agent has started waits for the state of another; this
 * step stays, and opens the gate when the source asks for it. push (source): rounds until what is
 * left is small. commit (source): the move; what it says is what the instance said. fence
 * (destination): does it serve? If not, it never will. apps/cooperative/wire.h says why exactly one
 * serves.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/process-step/arguments.h"
#include "agents/process-step/cooperative.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/victim.h"
#include "agents/process-step/work.h"
#include "apps/cooperative/ask.h"
#include "lib/daemon.h"
#include "lib/hex.h"
#include "lib/json.h"

enum {
	APPEAR_MS = 30000, /* until the instance that the agent starts is there */
	LOOK_MS = 10,
	ANSWER_MS = 5000,
	WAIT_MS = 200,
	COMMIT_MS = 120000, /* each of its waits is bounded by the library */
	KEY_DIGITS = 64,
	ROUNDS_MAX = 9999,
	TARGET_MAX_US = 60000000,
};

static void state_directory(const struct process_step *s, char buf[VICTIM_PATH_SIZE])
{
	victim_path(s, "state", buf);
}

static int ask(const struct process_step *s, const char *line, struct cooperative_reply *reply,
	       int timeout_ms)
{
	char directory[VICTIM_PATH_SIZE];

	state_directory(s, directory);
	return cooperative_ask(directory, line, reply, timeout_ms, -1);
}

static bool state_is(const struct cooperative_reply *reply, const char *state)
{
	char said[32];

	return strcmp(cooperative_reply_text(reply, "state", said, sizeof(said)), state) == 0;
}

/* What the instance said of why it didn't. */
static int fail_as_told(struct process_step *s, const struct cooperative_reply *reply)
{
	char cause[32], detail[STEP_DETAIL_SIZE];

	cooperative_reply_text(reply, "cause", cause, sizeof(cause));
	if (!cause[0])
		cooperative_reply_text(reply, "error", cause, sizeof(cause));
	cooperative_reply_text(reply, "detail", detail, sizeof(detail));
	return process_step_fail(s, cause[0] ? cause : "STEP_FAILED", "%s",
				 detail[0] ? detail : "the instance said nothing of why");
}

static int fail_unheard(struct process_step *s, int rc)
{
	if (rc == -ECANCELED)
		return process_step_fail(s, "CANCELLED", "it was cut short");
	return process_step_fail(
		s, rc == -ENOENT || rc == -ECONNREFUSED ? "NOT_COOPERATIVE" : "NOT_RUNNING",
		"the instance of '%s' here: %s", s->app.name, strerror(-rc));
}

static void copy_figures(struct process_step *s, const struct cooperative_reply *reply)
{
	static const char *const names[] = {"begun_ns",	  "converged_ns", "armed_ns", "frozen_ns",
					    "decided_ns", "bytes",	  "zeros",    "rate_bps",
					    "last_bytes", "scan_us",	  "last_us",  "arena"};
	uint64_t bytes, zeros, us;
	json_t *rounds = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		work_set(s, names[i], cooperative_reply_number(reply, names[i]));
	for (unsigned i = 0; cooperative_reply_round(reply, i, &bytes, &zeros, &us) == 0; i++)
		json_array_append_new(rounds,
				      json_pack("{s:I, s:I, s:I, s:I}", "round", (json_int_t)i + 1,
						"bytes", (json_int_t)bytes, "zeros",
						(json_int_t)zeros, "us", (json_int_t)us));
	json_object_set_new(s->outcome, "rounds", rounds);
	work_set(s, "rounds_count", cooperative_reply_number(reply, "rounds"));
}

/* ---- join ---- */

/* The agent has begun to start it. */
static int connect_when_there(struct process_step *s, int *ret_fd)
{
	struct pollfd wake = {.fd = process_step_wake(), .events = POLLIN};
	uint64_t until = clock_mono_ns() + APPEAR_MS * UINT64_C(1000000);
	char directory[VICTIM_PATH_SIZE];
	int rc;

	state_directory(s, directory);
	for (;;) {
		rc = cooperative_ask_open(directory, ret_fd);
		if (rc == 0 || clock_mono_ns() > until)
			break;
		if (poll(&wake, 1, LOOK_MS) > 0)
			return fail_unheard(s, -ECANCELED);
	}
	return rc ? fail_unheard(s, rc) : 0;
}

static int begin_listening(struct process_step *s, int fd, json_t **ret_progress)
{
	char line[160], key[KEY_DIGITS + 1], address[INET_ADDRSTRLEN];
	struct cooperative_reply reply;
	int rc = hex_random(key, sizeof(key));

	inet_ntop(AF_INET, &s->node.wan_address, address, sizeof(address));
	snprintf(line, sizeof(line), "listen address=%s key=%s", address, key);
	if (!rc)
		rc = cooperative_ask_say(fd, line);
	if (!rc)
		rc = cooperative_ask_hear(fd, &reply, ANSWER_MS, process_step_wake());
	if (rc)
		return fail_unheard(s, rc);
	if (!cooperative_reply_number(&reply, "port"))
		return fail_as_told(s, &reply);
	*ret_progress = json_pack("{s:s, s:I, s:s}", "address", address, "port",
				  (json_int_t)cooperative_reply_number(&reply, "port"), "key", key);
	return 0;
}

/* Requests come here from now on, and wait in the sockets of the instance. */
static int answer_arm(struct process_step *s, int fd)
{
	const struct gate gate = work_gate(s);
	int opened = gate_admit(&gate), rc;

	work_set(s, "opened_ns", clock_now_ns());
	if (opened)
		work_set(s, "gate_errno", (uint64_t)-opened);
	rc = cooperative_ask_say(fd, opened ? "refused" : "armed");
	/* Neighbours that aren't told ask by themselves, some time. */
	if (!opened)
		(void)gate_tell(&gate);
	return rc;
}

static int hear_out(struct process_step *s, int fd)
{
	struct cooperative_reply reply;
	char event[8];
	int rc;

	do {
		rc = cooperative_ask_hear(fd, &reply, -1, process_step_wake());
		if (rc)
			return fail_unheard(s, rc);
		cooperative_reply_text(&reply, "event", event, sizeof(event));
		if (event[0] && answer_arm(s, fd))
			return fail_unheard(s, -ECONNRESET);
	} while (event[0]);
	copy_figures(s, &reply);
	return state_is(&reply, "serving") ? 0 : fail_as_told(s, &reply);
}

static int joined(struct process_step *s, int fd)
{
	json_t *progress;

	if (begin_listening(s, fd, &progress))
		return -1;
	process_step_progress(s, progress);
	return hear_out(s, fd);
}

/* When the instance doesn't come to serve, requests go where they went before. */
int step_join(struct process_step *s)
{
	const struct gate gate = work_gate(s);
	bool serves = false;
	int fd, rc = connect_when_there(s, &fd);

	if (rc)
		return rc;
	rc = joined(s, fd);
	close(fd);
	if (!rc)
		return 0;
	/* Cut short, or the connection broke: it may have been decided in this moment. */
	if (cooperative_settle(s, &serves) == 0 && serves)
		return 0;
	(void)gate_clear(&gate); /* drop does it again, and says why it can't */
	return -1;
}

/* ---- push ---- */

static int push_line(struct process_step *s, char *buf, size_t size)
{
	const json_t *to = json_object_get(s->args, "to");
	const char *key = json_string_value(json_object_get(to, "key"));
	uint64_t target = UINT64_MAX, rounds = UINT64_MAX;
	char text[INET_ADDRSTRLEN];
	bool verify;
	struct in_addr address;
	size_t n;
	uint16_t port;

	if (!key || strlen(key) != KEY_DIGITS || json_endpoint(to, &address, &port))
		return process_step_fail(s, "STEP_FAILED",
					 "to: expected the address, port and key that join told");
	if (argument_number(s, "target_us", 0, TARGET_MAX_US, &target) ||
	    argument_number(s, "rounds", 0, ROUNDS_MAX, &rounds) ||
	    argument_flag(s, "verify", &verify))
		return -1;
	inet_ntop(AF_INET, &address, text, sizeof(text));
	n = (size_t)snprintf(buf, size, "push address=%s port=%u key=%s", text, port, key);
	if (target <= TARGET_MAX_US)
		n += (size_t)snprintf(buf + n, size - n, " target_us=%llu",
				      (unsigned long long)target);
	if (rounds <= ROUNDS_MAX)
		n += (size_t)snprintf(buf + n, size - n, " rounds=%llu",
				      (unsigned long long)rounds);
	if (verify)
		snprintf(buf + n, size - n, " verify=1");
	return 0;
}

static void tell_progress(struct process_step *s, const struct cooperative_reply *reply)
{
	process_step_progress(s, json_pack("{s:I, s:I, s:I}", "rounds",
					   (json_int_t)cooperative_reply_number(reply, "rounds"),
					   "bytes",
					   (json_int_t)cooperative_reply_number(reply, "bytes"),
					   "looked_ns", (json_int_t)clock_now_ns()));
}

static int await_converged(struct process_step *s, const struct cooperative_reply *begun)
{
	struct cooperative_reply reply;
	char line[32];
	int rc;

	snprintf(line, sizeof(line), "wait ms=%d", WAIT_MS);
	tell_progress(s, begun);
	do {
		rc = ask(s, line, &reply, WAIT_MS + ANSWER_MS);
		if (rc)
			return fail_unheard(s, rc);
		tell_progress(s, &reply);
	} while (state_is(&reply, "pushing") && !process_step_cancelled());
	copy_figures(s, &reply);
	if (state_is(&reply, "converged"))
		return 0;
	if (!process_step_cancelled())
		return fail_as_told(s, &reply);
	(void)ask(s, "resume", &reply, ANSWER_MS); /* thaw does it again, and says why it can't */
	return fail_unheard(s, -ECANCELED);
}

static int find_here(struct process_step *s, struct process *ret)
{
	return victim_find(s, ret)
		       ? process_step_fail(s, "NOT_RUNNING", "there is no process of '%s' here",
					   s->app.name)
		       : 0;
}

/* Who is asked to move, so that thaw and finish speak to no other. */
static int note_mover(struct process_step *s)
{
	struct process p;
	int rc;

	if (find_here(s, &p))
		return -1;
	rc = victim_note(s, VICTIM_MOVER, p.pid);
	return rc ? process_step_fail_errno(s, rc, s->images) : 0;
}

int step_push(struct process_step *s)
{
	struct cooperative_reply reply;
	char line[256], error[32];
	int rc;

	if (push_line(s, line, sizeof(line)) || note_mover(s))
		return -1;
	rc = ask(s, line, &reply, ANSWER_MS);
	if (rc)
		return fail_unheard(s, rc);
	if (cooperative_reply_text(&reply, "error", error, sizeof(error))[0])
		return fail_as_told(s, &reply);
	return await_converged(s, &reply);
}

/* ---- commit ---- */

/* Where it has gone, packets that still come here go after it. */
static void leave_address(struct process_step *s)
{
	const struct gate gate = work_gate(s);

	work_set(s, "cleared", gate_clear(&gate) == 0);
	work_set(s, "cleared_ns", clock_now_ns());
}

/* The instance ends by itself when it has moved, and that is no crash. Who it was is noted, so that
 * finish ends no other. */
static int note_end(struct process_step *s)
{
	struct process p;
	int rc;

	if (find_here(s, &p))
		return -1;
	rc = victim_note(s, VICTIM_DUMPED, p.pid);
	if (!rc)
		rc = victim_mark_ended(s);
	return rc ? process_step_fail_errno(s, rc, s->app.directory) : 0;
}

int step_commit(struct process_step *s)
{
	struct cooperative_reply reply;
	char state[32];
	int rc;

	if (note_end(s))
		return -1;
	rc = ask(s, "commit", &reply, COMMIT_MS);
	if (rc == 0 && state_is(&reply, "left"))
		leave_address(s);
	if (rc)
		return fail_unheard(s, rc);
	copy_figures(s, &reply);
	cooperative_reply_text(&reply, "state", state, sizeof(state));
	json_object_set_new(s->outcome, "state", json_string(state));
	if (!strcmp(state, "left"))
		return 0;
	if (strcmp(state, "undecided") != 0)
		(void)victim_mark(s, "ended", false);
	return fail_as_told(s, &reply);
}

/* ---- who serves? ---- */

/* The instance renames the one to the other (process_join.c writes it). */
static bool has_decided(const struct process_step *s)
{
	return victim_is_ours(s, "state/committed");
}

static bool was_joined(const struct process_step *s)
{
	return victim_is_ours(s, "state/incoming") || has_decided(s);
}

int cooperative_settle(struct process_step *s, bool *ret_serves)
{
	struct cooperative_reply reply;
	struct process p;
	int rc;

	*ret_serves = false;
	if (!was_joined(s))
		return 0;
	rc = ask(s, "fence", &reply, ANSWER_MS);
	if (rc == 0 && (state_is(&reply, "serving") || state_is(&reply, "refused"))) {
		*ret_serves = state_is(&reply, "serving");
		return 0;
	}
	if (!has_decided(s) && victim_find(s, &p) == 0)
		rc = victim_end(&p);
	else
		rc = 0;
	if (rc)
		return process_step_fail(s, "STEP_FAILED",
					 "the instance of '%s' doesn't answer, and can't be ended: "
					 "%s",
					 s->app.name, strerror(-rc));
	*ret_serves = has_decided(s);
	return 0;
}

int step_fence(struct process_step *s)
{
	bool serves = false;

	if (cooperative_settle(s, &serves))
		return -1;
	json_object_set_new(s->outcome, "serves", json_boolean(serves));
	return 0;
}

int cooperative_stay(struct process_step *s)
{
	struct cooperative_reply reply;
	bool settled;
	int rc;

	if (argument_flag(s, "settled", &settled))
		return -1;
	rc = ask(s, "status", &reply, ANSWER_MS);
	if (rc == -ENOENT || rc == -ECONNREFUSED)
		return 0;
	if (rc)
		return fail_unheard(s, rc);
	if (state_is(&reply, "undecided") && !settled)
		return process_step_fail(s, "UNDECIDED",
					 "the instance of '%s' here stands still: the other one "
					 "was told to serve, and nobody knows what became of that",
					 s->app.name);
	rc = ask(s, "resume", &reply, COMMIT_MS);
	if (rc)
		return fail_unheard(s, rc);
	if (!state_is(&reply, "serving"))
		return fail_as_told(s, &reply);
	(void)victim_mark(s, "ended", false);
	return 0;
}

void cooperative_leave(const struct process_step *s)
{
	struct cooperative_reply reply;

	/* One that isn't there has left. */
	(void)ask(s, "leave", &reply, ANSWER_MS);
}

json_t *cooperative_survey(const struct process_step *s)
{
	struct cooperative_reply reply;
	char supported[8];
	int rc;

	if (!s->app.cooperative)
		return NULL;
	rc = ask(s, "status", &reply, ANSWER_MS);
	if (rc)
		return json_pack("{s:b, s:s}", "supported", 0, "why", strerror(-rc));
	cooperative_reply_text(&reply, "supported", supported, sizeof(supported));
	if (strcmp(supported, "yes") == 0)
		return json_pack("{s:b, s:s}", "supported", 1, "why", "");
	return json_pack("{s:b, s:s}", "supported", 0, "why",
			 "its kernel can't tell which pages were written: it takes one since 6.7");
}
