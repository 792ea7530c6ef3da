// SPDX-License-Identifier: Apache-2.0
/* A difference, for people and for programs. */
#include <jansson.h>

#include "testbed/reconcile.h"

static const char signs[] = "+-~"; /* by enum topo_action */
static const char *const actions[] = {
	[TOPO_ADD] = "add", [TOPO_REMOVE] = "remove", [TOPO_CHANGE] = "change"};

static void print_json(const char *name, const struct topology_diff *diff, bool running, bool done)
{
	json_t *list = json_array(), *json;

	for (size_t i = 0; i < diff->count; i++) {
		const struct topo_difference *c = &diff->change[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "action",
						      actions[c->action], "what", c->what, "name",
						      c->name, "detail", c->text));
	}
	json = json_pack("{s:s, s:b, s:b, s:o}", "topology", name, "running", running, "done", done,
			 "changes", list);
	json_dumpf(json, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(json);
}

static void print_text(const char *name, const struct topology_diff *diff, bool running, bool done)
{
	if (!diff->count) {
		printf("%s is up and as the file says\n", name);
		return;
	}
	if (!done && running)
		printf("%s is up; would change:\n", name);
	else if (!done)
		printf("%s is not up; would make:\n", name);
	for (size_t i = 0; i < diff->count; i++) {
		const struct topo_difference *c = &diff->change[i];

		printf("%c %s %s%s%s%s\n", signs[c->action], c->what, c->name,
		       c->text[0] ? " (" : "", c->text, c->text[0] ? ")" : "");
	}
}

void reconcile_print(const struct baton_context *ctx, const char *name,
		     const struct topology_diff *diff, bool running, bool done)
{
	if (ctx->json)
		print_json(name, diff, running, done);
	else
		print_text(name, diff, running, done);
}
