// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/around.h"

#include <string.h>

enum { MARKS_MAX = 5 };

/* ---- links ---- */

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	const char *x = json_string_value(json_object_get(a, key));
	const char *y = json_string_value(json_object_get(b, key));

	return x && y && !strcmp(x, y);
}

/* @i: where it was before, and most often still is */
static const json_t *find_port(const json_t *ports, const json_t *port, size_t i)
{
	const json_t *at = json_array_get(ports, i);

	if (same_text(at, port, "node") && same_text(at, port, "interface"))
		return at;
	json_array_foreach((json_t *)ports, i, at)
	{
		if (same_text(at, port, "node") && same_text(at, port, "interface"))
			return at;
	}
	return NULL;
}

bool around_links_moved(const json_t *before, const json_t *after)
{
	const json_t *was = json_object_get(before, "ports"), *is = json_object_get(after, "ports");
	const json_t *port, *now;
	size_t i;

	if (json_integer_value(json_object_get(before, "moved")) !=
		    json_integer_value(json_object_get(after, "moved")) ||
	    json_array_size(was) != json_array_size(is))
		return true;
	json_array_foreach((json_t *)was, i, port)
	{
		now = find_port(is, port, i);
		if (!now ||
		    !json_equal(json_object_get(now, "shape"), json_object_get(port, "shape")))
			return true;
	}
	return false;
}

/* ---- daemons ---- */

static const json_t *find(const json_t *list, const char *key, const json_t *like)
{
	const json_t *entry;
	size_t i;

	json_array_foreach((json_t *)list, i, entry)
	{
		if (same_text(entry, like, key))
			return entry;
	}
	return NULL;
}

static bool is_same_process(const json_t *a, const json_t *b)
{
	return json_equal(json_object_get(a, "pid"), json_object_get(b, "pid")) &&
	       json_equal(json_object_get(a, "restarts"), json_object_get(b, "restarts"));
}

static void mark(json_t *marks, size_t *count, const json_t *node, const json_t *daemon,
		 const char *what)
{
	const char *name = json_string_value(json_object_get(daemon, "name"));
	const char *of = json_string_value(json_object_get(node, "node"));

	if ((*count)++ < MARKS_MAX)
		json_array_append_new(marks,
				      json_sprintf("%s%s%s %s", name ? name : "node",
						   name ? " of " : " ", of ? of : "?", what));
}

static void compare_node(const json_t *before, const json_t *after, json_t *marks, size_t *count)
{
	const json_t *was, *is;
	size_t i;

	if (!after) {
		mark(marks, count, before, NULL, "was gone at the end of the run");
		return;
	}
	json_array_foreach(json_object_get(before, "daemons"), i, was)
	{
		is = find(json_object_get(after, "daemons"), "name", was);
		if (!is || !is_same_process(was, is))
			mark(marks, count, before, was,
			     is ? "was restarted during the run" : "was taken away during the run");
	}
}

json_t *around_daemons_marks(const json_t *before, const json_t *after)
{
	json_t *marks = json_array();
	const json_t *node;
	size_t count = 0, i;

	json_array_foreach((json_t *)before, i, node)
	{
		if (!json_is_null(node))
			compare_node(node, find(after, "node", node), marks, &count);
	}
	if (count > MARKS_MAX)
		json_array_append_new(marks, json_sprintf("and %zu more daemons were restarted or "
							  "taken away during the run",
							  count - MARKS_MAX));
	return marks;
}
