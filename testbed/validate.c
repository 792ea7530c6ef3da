// SPDX-License-Identifier: Apache-2.0
/* baton validate: topology files read as `up` reads them, without making anything. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "testbed/baton.h"
#include "testbed/topology.h"

/* "FILE:LINE:COLUMN: TEXT" taken apart, for an editor. */
static json_t *mistake_json(const char *file, const char *text)
{
	size_t len = strlen(file);
	unsigned line = 0, column = 0;
	int used = 0;

	if (!strncmp(text, file, len) &&
	    sscanf(text + len, ":%u:%u: %n", &line, &column, &used) == 2)
		text += len + (size_t)used;
	return json_pack("{s:i, s:i, s:s}", "line", (int)line, "column", (int)column, "text", text);
}

static json_t *counts_json(const struct topology *t)
{
	return json_pack("{s:s, s:i, s:i, s:i, s:i}", "topology", t->name, "nodes",
			 (int)t->node_count, "networks", (int)t->network_count, "interfaces",
			 (int)t->port_count, "services", (int)t->service_count);
}

static void print_good(const char *file, const struct topology *t)
{
	printf("%s: ok: topology %s, %zu nodes, %zu networks and links, %zu interfaces, %zu "
	       "services\n",
	       file, t->name, t->node_count, t->network_count, t->port_count, t->service_count);
	fflush(stdout); /* in turn with complaints */
}

static int validate(const char *file, json_t *list)
{
	struct yaml_error err = {""};
	struct topology *t = NULL;
	int rc = topology_load(file, &t, &err);
	json_t *json;

	if (rc && !err.text[0])
		snprintf(err.text, sizeof(err.text), "%s: %s", file, strerror(-rc));
	if (rc && !list)
		complain("%s", err.text);
	else if (!list)
		print_good(file, t);
	if (list) {
		json = json_pack("{s:s, s:b}", "file", file, "ok", !rc);
		if (rc)
			json_object_set_new(json, "mistakes",
					    json_pack("[o]", mistake_json(file, err.text)));
		else
			json_object_set_new(json, "counts", counts_json(t));
		json_array_append_new(list, json);
	}
	topology_free(t);
	if (!rc)
		return BATON_OK;
	return rc == -EINVAL ? BATON_TOPOLOGY : BATON_FAILED;
}

int validate_main(const struct baton_context *ctx, int argc, char **argv)
{
	json_t *list = ctx->json ? json_array() : NULL;
	int worst = BATON_OK;

	if (argc < 2) {
		complain("usage: baton validate FILE...");
		json_decref(list);
		return BATON_USAGE;
	}
	for (int i = 1; i < argc; i++) {
		int rc = validate(argv[i], list);

		/* a mistake outranks a file that isn't there */
		if (rc && worst != BATON_TOPOLOGY)
			worst = rc;
	}
	if (list) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		printf("\n");
		json_decref(list);
	}
	return worst;
}
