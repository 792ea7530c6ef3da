// SPDX-License-Identifier: Apache-2.0
#include "agents/process-step/lead.h"

#include <poll.h>
#include <string.h>

#include "agents/forwarder/control.h"
#include "lib/daemon.h"
#include "lib/json.h"

enum {
	POLL_MS = 2,
	TELL_MS = 500,
	ANSWER_MS = 30000, /* for one more answer of either instance */
};

#define NS_PER_MS UINT64_C(1000000)

struct pace {
	uint64_t until_ns, tell_ns, progress;
};

bool lead_is_ours(const struct process_step *s, const json_t *status)
{
	return !strcmp(json_text(status, "migration"), s->migration);
}

/* Its answer in *ret_status, returned; Return: 0, or a step's failure */
static int ask(struct process_step *s, const char *word, json_t **ret_status)
{
	int rc = control_ask(s->app.number, word, LEAD_ASK_MS, ret_status, NULL);

	if (rc && process_step_cancelled()) /* the call was interrupted */
		return process_step_fail(s, "CANCELLED", "while the forwarder was asked: %s", word);
	if (rc)
		return process_step_fail(s, "STEP_FAILED", "the forwarder: %s",
					 rc == -ECONNREFUSED ? "it is gone" : strerror(-rc));
	if (lead_is_ours(s, *ret_status))
		return 0;
	process_step_fail(s, "STEP_FAILED", "the forwarder is migration %s's",
			  json_text(*ret_status, "migration"));
	json_decref(*ret_status);
	return -1;
}

void lead_keep(struct process_step *s, const json_t *status)
{
	static const char *const names[] = {
		"requests",	     "forwarded", "answered",		"repeated",
		"dropped",	     "clients",	  "cached_requests",	"cached_bytes",
		"cached_bytes_most", "held",	  "source_total",	"snapshot_total",
		"replayed",	     "compared",  "source_connections", "first_ns",
		"pause_ns",	     "paused_ns", "replay_ns",		"replayed_ns",
		"serve_ns",	     "served_ns",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		json_object_set(s->outcome, names[i], json_object_get(status, names[i]));
}

bool lead_wait(void)
{
	struct pollfd wake = {.fd = process_step_wake(), .events = POLLIN};

	(void)poll(&wake, 1, POLL_MS);
	return !process_step_cancelled();
}

/* How far a state's work is, so that one that goes on isn't taken for one that hangs */
static uint64_t progress_of(const json_t *status)
{
	return json_u64(status, "answered") + json_u64(status, "compared");
}

/* What it says of the way to @state; Return: 0: there, 1: not yet, or process_step_fail's */
static int judge(struct process_step *s, const json_t *status, const char *word, const char *state)
{
	const char *now = json_text(status, "state"), *cause = json_text(status, "cause");

	lead_keep(s, status);
	if (cause[0])
		return process_step_fail(s, cause, "%s", json_text(status, "detail"));
	if (!strcmp(now, state))
		return 0;
	if (json_is_true(json_object_get(status, "accepted")))
		return 1;
	return process_step_fail(s, "STEP_FAILED", "'%s' while the forwarder is %s", word, now);
}

/* Seen to get further, it has more time; who watches the step is told now and then. */
static void go_on(const struct process_step *s, const json_t *status, struct pace *pace)
{
	const uint64_t now = clock_mono_ns(), progress = progress_of(status);

	if (progress == pace->progress)
		return;
	pace->progress = progress;
	pace->until_ns = now + ANSWER_MS * NS_PER_MS;
	if (now < pace->tell_ns)
		return;
	pace->tell_ns = now + TELL_MS * NS_PER_MS;
	process_step_progress(s, json_pack("{s:I}", "answers", (json_int_t)progress));
}

int lead_to(struct process_step *s, const char *word, const char *state)
{
	struct pace pace = {.until_ns = clock_mono_ns() + ANSWER_MS * NS_PER_MS};
	json_t *status;
	int rc;

	for (;;) {
		if (ask(s, word, &status))
			return -1;
		rc = judge(s, status, word, state);
		if (rc > 0)
			go_on(s, status, &pace);
		json_decref(status);
		if (rc <= 0)
			return rc;
		if (!lead_wait())
			return process_step_fail(s, "CANCELLED", "before the forwarder was %s",
						 state);
		if (clock_mono_ns() > pace.until_ns)
			return process_step_fail(s, "NOT_ANSWERED",
						 "the forwarder isn't %s after %d s", state,
						 ANSWER_MS / 1000);
	}
}
