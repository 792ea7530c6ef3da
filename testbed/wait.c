// SPDX-License-Identifier: Apache-2.0
/* baton wait: until every daemon is ready and every PDU session active. */
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/control.h"
#include "testbed/sessions.h"
#include "testbed/up.h"

enum { POLL_MS = 20 };

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

int wait_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {{"timeout", required_argument, NULL, 't'}, {0}};
	double seconds = 20;
	struct topology *t;
	struct run run;
	char *end = "";
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 't')
			return BATON_USAGE;
		seconds = strtod(optarg, &end);
	}
	if (optind < argc || *end || seconds < 0 || seconds > 86400) {
		complain("usage: baton wait [--timeout SECONDS]");
		return BATON_USAGE;
	}
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	t = run_topology(&run);
	rc = t ? wait_for(&run, t, up_now_ms() + (int64_t)(seconds * 1000)) : BATON_FAILED;
	topology_free(t);
	run_done(&run);
	return rc;
}
