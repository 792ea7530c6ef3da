// SPDX-License-Identifier: Apache-2.0
/* baton wait: until every daemon is ready and every PDU session active, or until what is asked for
 * holds. */
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/control.h"
#include "testbed/sessions.h"
#include "testbed/up.h"
#include "testbed/wait_condition.h"

enum { POLL_MS = 20, CONDITIONS_MAX = 64 };

static bool daemons_ready(const struct run *run)
{
	for (size_t i = 0; i < run->node_count; i++) {
		json_t *status = control_status(run, run->node[i].name), *daemon;
		bool ready = status != NULL;
		size_t d;

		json_array_foreach(json_object_get(status, "daemons"), d, daemon)
		{
			const char *state = json_string_value(json_object_get(daemon, "state"));

			ready = ready && state && !strcmp(state, "ready");
		}
		json_decref(status);
		if (!ready)
			return false;
	}
	return true;
}

static int wait_for(const struct run *run, const struct topology *t, int64_t until_ms)
{
	struct session_count count = {0};
	bool ready = false;

	do {
		if (!run_is_alive(run)) {
			complain("'%s' has ended", run->name);
			return BATON_NOT_UP;
		}
		ready = daemons_ready(run);
		if (ready)
			sessions_count(t, run, SESSIONS_MEANT, &count);
		if (ready && sessions_complete(&count))
			return BATON_OK;
		poll(NULL, 0, POLL_MS);
	} while (up_now_ms() < until_ms);
	if (ready)
		complain("%zu of %zu PDU sessions are active; %s", count.active, count.wanted,
			 count.missing);
	else
		complain("not every daemon is ready:");
	control_print_unready(run);
	return BATON_FAILED;
}

/* All at once. A topology that ends meanwhile may be what is waited for. */
static int wait_for_conditions(const struct run *run, const struct topology *t,
			       struct condition *conditions, size_t count, int64_t until_ms)
{
	size_t left;

	for (size_t i = 0; i < count; i++) {
		int rc = condition_check(run, t, &conditions[i]);

		if (rc != BATON_OK)
			return rc;
	}
	do {
		left = 0;
		for (size_t i = 0; i < count; i++)
			left += !condition_holds(run, t, &conditions[i]);
		if (!left)
			return BATON_OK;
		poll(NULL, 0, POLL_MS);
	} while (up_now_ms() < until_ms);
	complain("%zu of %zu conditions did not come:", left, count);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(conditions[i].is, conditions[i].state))
			continue;
		fprintf(stderr, "  ");
		condition_print(&conditions[i], stderr);
		fprintf(stderr, ": is %s\n", conditions[i].is);
	}
	return BATON_FAILED;
}

static int add_condition(struct condition *conditions, size_t *count, enum condition_kind kind,
			 const char *text)
{
	if (*count == CONDITIONS_MAX) {
		complain("more than %d conditions", CONDITIONS_MAX);
		return BATON_USAGE;
	}
	return condition_parse(kind, text, &conditions[(*count)++]);
}

int wait_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{"timeout", required_argument, NULL, 't'},
		{"node", required_argument, NULL, CONDITION_NODE},
		{"daemon", required_argument, NULL, CONDITION_DAEMON},
		{"session", required_argument, NULL, CONDITION_SESSION},
		{"migration", required_argument, NULL, CONDITION_MIGRATION},
		{"link", required_argument, NULL, CONDITION_LINK},
		{0}};
	struct condition conditions[CONDITIONS_MAX];
	size_t count = 0;
	double seconds = 20;
	struct topology *t;
	struct run run;
	char *end = "";
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return BATON_USAGE;
		if (c == 't')
			seconds = strtod(optarg, &end);
		else if (add_condition(conditions, &count, (enum condition_kind)c, optarg) !=
			 BATON_OK)
			return BATON_USAGE;
	}
	if (optind < argc || *end || !(seconds >= 0) || seconds < 0 || seconds > 86400) {
		complain("usage: baton wait [--node NODE=STATE] [--daemon NODE:D=STATE] [--session "
			 "UE:N=STATE] "
			 "[--migration ID=STATE] [--link NODE:IF=STATE] [--timeout SECONDS]");
		return BATON_USAGE;
	}
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	t = run_topology(&run);
	if (t && count)
		rc = wait_for_conditions(&run, t, conditions, count,
					 up_now_ms() + (int64_t)(seconds * 1000));
	else
		rc = t ? wait_for(&run, t, up_now_ms() + (int64_t)(seconds * 1000)) : BATON_FAILED;
	topology_free(t);
	run_done(&run);
	return rc;
}
