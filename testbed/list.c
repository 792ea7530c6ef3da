// SPDX-License-Identifier: Apache-2.0
/* baton list: the topologies of this machine, in every state. */
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "testbed/run.h"

static const char *state_of(const struct run *run)
{
	static const char *const phases[] = {
		[RUN_MAKING] = "making", [RUN_UP] = "up", [RUN_FAILED] = "failed"};

	return run_is_of_this_boot(run) && run_is_alive(run) ? phases[run->phase] : "dead";
}

static json_t *describe(const char *name)
{
	struct run run;
	json_t *json;

	if (run_load(name, &run))
		return json_pack("{s:s, s:s, s:i}", "topology", name, "state", "unreadable",
				 "nodes", 0);
	/* the fabric is none of the file's */
	json = json_pack("{s:s, s:s, s:i}", "topology", name, "state", state_of(&run), "nodes",
			 (int)(run.node_count ? run.node_count - 1 : 0));
	run_done(&run);
	return json;
}

int list_main(const struct baton_context *ctx, int argc, char **argv)
{
	json_t *list = json_array(), *item;
	char **names = NULL;
	size_t count = 0, i;

	if (argc > 1 || geteuid() != 0) {
		complain(argc > 1 ? "usage: baton list" : "this needs root");
		json_decref(list);
		return argc > 1 ? BATON_USAGE : BATON_NOT_ROOT;
	}
	if (!run_list(&names, &count)) {
		for (i = 0; i < count; i++)
			json_array_append_new(list, describe(names[i]));
		run_list_free(names, count);
	}
	if (ctx->json) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		printf("\n");
	} else {
		printf("%-32s %-10s %s\n", "TOPOLOGY", "STATE", "NODES");
		json_array_foreach(list, i, item) printf(
			"%-32s %-10s %lld\n", json_string_value(json_object_get(item, "topology")),
			json_string_value(json_object_get(item, "state")),
			(long long)json_integer_value(json_object_get(item, "nodes")));
	}
	json_decref(list);
	return BATON_OK;
}
