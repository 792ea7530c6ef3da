// SPDX-License-Identifier: Apache-2.0
/* The experiment file: YAML, every mistake answered with its place. */
#include <errno.h>
#include <libgen.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "testbed/experiment/experiment.h"

/* The file as it is read: what needs a second look is kept as nodes. */
struct raw {
	char name[64], title[256], strategy[32];
	const struct yaml_node *topology, *workload, *mode, *sweep, *repeats, *bandwidth, *needs,
		*lab, *rows;
	uint64_t seed;
};

struct context {
	const struct yaml_doc *doc;
	struct yaml_error *err;
	struct experiment *e;
};

#define TEXT(word, member, must)                                                                   \
	{                                                                                          \
		.key = word, .read = yaml_read_text, .offset = offsetof(struct raw, member),       \
		.size = sizeof(((struct raw *)0)->member), .required = must                        \
	}
#define NODE(word, member, must)                                                                   \
	{                                                                                          \
		.key = word, .read = yaml_read_node, .offset = offsetof(struct raw, member),       \
		.required = must                                                                   \
	}

static const struct yaml_field file_fields[] = {TEXT("experiment", name, true),
						TEXT("title", title, false),
						NODE("topology", topology, false),
						NODE("workload", workload, true),
						TEXT("strategy", strategy, false),
						NODE("mode", mode, false),
						NODE("sweep", sweep, false),
						NODE("repeats", repeats, false),
						{.key = "seed",
						 .read = yaml_read_u64,
						 .offset = offsetof(struct raw, seed),
						 .max = 4294967295},
						NODE("bandwidth", bandwidth, false),
						NODE("needs", needs, false),
						NODE("lab", lab, false),
						NODE("rows", rows, true),
						{.key = NULL}};

static int want(struct context *c, const struct yaml_node *node, enum yaml_kind kind,
		const char *expected)
{
	if (node->kind == kind)
		return 0;
	return yaml_fail(c->doc, node, c->err, "%s: expected %s", node->key ? node->key : "this",
			 expected);
}

/* One of @words; NULL-ended */
static int want_word(struct context *c, const struct yaml_node *node, const char *const *words)
{
	char list[256] = "";

	for (size_t i = 0; words[i]; i++) {
		if (node->kind == YAML_SCALAR && !strcmp(words[i], node->scalar))
			return 0;
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "",
			 words[i]);
	}
	return yaml_fail(c->doc, node, c->err, "%s: expected one of: %s%s%.60s%s",
			 node->key ? node->key : "this", list,
			 node->kind == YAML_SCALAR ? "; found '" : "",
			 node->kind == YAML_SCALAR ? node->scalar : "",
			 node->kind == YAML_SCALAR ? "'" : "");
}

static int only_keys(struct context *c, const struct yaml_node *mapping, const char *const *words)
{
	for (const struct yaml_node *n = mapping->child; n; n = n->next) {
		char list[256] = "";
		size_t i = 0;

		for (; words[i] && strcmp(words[i], n->key); i++)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				 i ? ", " : "", words[i]);
		if (!words[i])
			return yaml_fail(c->doc, n, c->err,
					 "unknown key '%.60s', expected one of: %s", n->key, list);
	}
	return 0;
}

static json_t *place(const struct context *c, const struct yaml_node *n)
{
	return json_sprintf("%s:%u:%u", yaml_name(c->doc), n->key ? n->key_line : n->line,
			    n->key ? n->key_column : n->column);
}

static void keep_place(struct context *c, const char *kind, const struct yaml_node *n)
{
	json_object_set_new(c->e->places, kind, place(c, n));
}

/* Of each member of @mapping, by its key */
static void keep_places(struct context *c, const char *kind, const struct yaml_node *mapping)
{
	json_t *places = json_object();

	for (const struct yaml_node *n = mapping->child; n; n = n->next)
		json_object_set_new(places, n->key, place(c, n));
	json_object_set_new(c->e->places, kind, places);
}

/* As names of topologies are: it becomes part of a path. */
static int check_name(struct context *c, const struct yaml_node *node)
{
	const char *name = node->kind == YAML_SCALAR ? node->scalar : "";
	size_t len = strlen(name);

	if (len && len < sizeof(c->e->name) && name[0] != '-' && name[len - 1] != '-' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len)
		return 0;
	return yaml_fail(c->doc, node, c->err,
			 "experiment: expected 1 to %zu lower-case letters, digits and inner "
			 "hyphens, found '%.80s'",
			 sizeof(c->e->name) - 1, name);
}

/* The same point twice would be measured twice, and told as two. */
static int check_twice(struct context *c, const struct yaml_node *list)
{
	for (const struct yaml_node *n = list->child; n; n = n->next)
		for (const struct yaml_node *m = list->child; m != n; m = m->next)
			if (!strcmp(m->scalar, n->scalar))
				return yaml_fail(c->doc, n, c->err, "%s: '%.60s' is given twice",
						 list->key ? list->key : "this", n->scalar);
	return 0;
}

static int read_texts(struct context *c, const struct yaml_node *list, json_t *ret)
{
	size_t count = 0;

	if (list->kind == YAML_SCALAR) {
		json_array_append_new(ret, json_string(list->scalar));
		return 0;
	}
	if (want(c, list, YAML_SEQUENCE, "a value or a list of values") < 0)
		return -EINVAL;
	for (const struct yaml_node *n = list->child; n; n = n->next, count++) {
		if (want(c, n, YAML_SCALAR, "a value") < 0)
			return -EINVAL;
		if (count == EXPERIMENT_VALUES_MAX)
			return yaml_fail(c->doc, n, c->err, "at most %d values",
					 EXPERIMENT_VALUES_MAX);
		json_array_append_new(ret, json_string(n->scalar));
	}
	return count ? 0 : yaml_fail(c->doc, list, c->err, "expected at least one value");
}

static int read_scalars(struct context *c, const struct yaml_node *mapping, json_t *ret)
{
	if (want(c, mapping, YAML_MAPPING, "a mapping of names to values") < 0)
		return -EINVAL;
	for (const struct yaml_node *n = mapping->child; n; n = n->next) {
		if (want(c, n, YAML_SCALAR, "a value") < 0)
			return -EINVAL;
		json_object_set_new(ret, n->key, json_string(n->scalar));
	}
	return 0;
}

/* Beside the experiment file, unless it says from where */
static int place_topology(struct context *c, const struct yaml_node *file)
{
	char name[PATH_MAX];
	int n;

	if (want(c, file, YAML_SCALAR, "a file") < 0)
		return -EINVAL;
	snprintf(name, sizeof(name), "%s", yaml_name(c->doc));
	n = snprintf(c->e->topology, sizeof(c->e->topology), "%s%s%s",
		     file->scalar[0] == '/' ? "" : dirname(name), file->scalar[0] == '/' ? "" : "/",
		     file->scalar);
	return n > 0 && (size_t)n < sizeof(c->e->topology)
		       ? 0
		       : yaml_fail(c->doc, file, c->err, "file: the path is too long");
}

static int read_topology(struct context *c, const struct yaml_node *node)
{
	static const char *const keys[] = {"file", "set", NULL};
	const struct yaml_node *file, *set;

	keep_place(c, "topology", node);
	if (node->kind == YAML_SCALAR)
		return place_topology(c, node);
	if (want(c, node, YAML_MAPPING, "a file, or a mapping with file and set") < 0 ||
	    only_keys(c, node, keys) < 0)
		return -EINVAL;
	file = yaml_get(node, "file");
	set = yaml_get(node, "set");
	if (!file)
		return yaml_fail(c->doc, node, c->err, "topology: 'file' is missing");
	if (place_topology(c, file) < 0)
		return -EINVAL;
	return set ? read_scalars(c, set, c->e->set) : 0;
}

static int read_command(struct context *c, const struct yaml_node *node)
{
	static const char *const parsers[] = {"json", "number", "lines", NULL};
	const struct yaml_node *where = yaml_get(node, "node"), *parser = yaml_get(node, "result");
	const struct yaml_node *command = yaml_get(node, "command");

	if (!where)
		return yaml_fail(c->doc, node, c->err,
				 "workload: a command needs 'node', where it runs");
	if (yaml_string(c->doc, where, c->e->node, sizeof(c->e->node), c->err) < 0 ||
	    (parser && want_word(c, parser, parsers) < 0))
		return -EINVAL;
	if (parser)
		snprintf(c->e->parser, sizeof(c->e->parser), "%s", parser->scalar);
	c->e->command = json_array();
	return want(c, command, YAML_SEQUENCE, "a list: the program and its arguments") < 0
		       ? -EINVAL
		       : read_texts(c, command, c->e->command);
}

static int read_workload(struct context *c, const struct yaml_node *node)
{
	static const char *const keys[] = {"measure", "options", "command", "node",
					   "result",  "seconds", NULL};
	static const char *const measures[] = {"switch", "storm",     "play",
					       "clips",	 "migration", NULL};
	const struct yaml_node *measure, *options, *seconds;

	if (want(c, node, YAML_MAPPING, "a mapping with measure or command") < 0 ||
	    only_keys(c, node, keys) < 0)
		return -EINVAL;
	measure = yaml_get(node, "measure");
	options = yaml_get(node, "options");
	seconds = yaml_get(node, "seconds");
	if (seconds && yaml_u64(c->doc, seconds, 1, 86400, &c->e->seconds, c->err) < 0)
		return -EINVAL;
	if (!measure == !yaml_get(node, "command"))
		return yaml_fail(c->doc, node, c->err,
				 "workload: expected either 'measure' or 'command'");
	if (!measure)
		return read_command(c, node);
	if (want_word(c, measure, measures) < 0)
		return -EINVAL;
	c->e->measure = json_string(measure->scalar);
	keep_place(c, "workload", node);
	if (options && options->kind == YAML_MAPPING)
		keep_places(c, "options", options);
	return options ? read_scalars(c, options, c->e->options) : 0;
}

static int read_knob(struct context *c, const struct yaml_node *n, size_t *length)
{
	json_t *values = json_array();
	bool own = !strncmp(n->key, "workload.", 9);

	json_object_set_new(c->e->knobs, n->key, values);
	if (!own && !c->e->topology[0])
		return yaml_fail(c->doc, n, c->err,
				 "'%.60s' is a knob of the topology, and the file names none",
				 n->key);
	if (own && !c->e->measure)
		return yaml_fail(
			c->doc, n, c->err,
			"'%.60s' is an option of a measurement, and the workload is a command",
			n->key);
	if (read_texts(c, n, values) < 0 || (!c->e->zipped && check_twice(c, n) < 0))
		return -EINVAL;
	if (c->e->zipped && *length && *length != json_array_size(values))
		return yaml_fail(c->doc, n, c->err,
				 "zipped lists are equally long: expected %zu values, found %zu",
				 *length, json_array_size(values));
	*length = json_array_size(values);
	return 0;
}

static bool same_tuple(const struct context *c, size_t a, size_t b)
{
	const char *knob;
	json_t *values;

	json_object_foreach(c->e->knobs, knob, values)
	{
		if (!json_equal(json_array_get(values, a), json_array_get(values, b)))
			return false;
	}
	return true;
}

static int check_zipped(struct context *c, const struct yaml_node *knobs, size_t length)
{
	for (size_t i = 0; i < length; i++)
		for (size_t j = 0; j < i; j++)
			if (same_tuple(c, i, j))
				return yaml_fail(
					c->doc, knobs, c->err,
					"knobs: entries %zu and %zu of the zipped lists are "
					"the same point",
					j + 1, i + 1);
	return 0;
}

static int read_sweep(struct context *c, const struct yaml_node *node)
{
	static const char *const keys[] = {"order", "knobs", NULL};
	static const char *const orders[] = {"cartesian", "zipped", NULL};
	const struct yaml_node *order, *knobs;
	size_t length = 0, count = 0;

	if (want(c, node, YAML_MAPPING, "a mapping with knobs") < 0 || only_keys(c, node, keys) < 0)
		return -EINVAL;
	order = yaml_get(node, "order");
	knobs = yaml_get(node, "knobs");
	if (order && want_word(c, order, orders) < 0)
		return -EINVAL;
	c->e->zipped = order && !strcmp(order->scalar, "zipped");
	if (!knobs)
		return yaml_fail(c->doc, node, c->err, "sweep: 'knobs' is missing");
	if (want(c, knobs, YAML_MAPPING, "a mapping of knobs to lists of values") < 0)
		return -EINVAL;
	keep_place(c, "sweep", node);
	keep_places(c, "knobs", knobs);
	for (const struct yaml_node *n = knobs->child; n; n = n->next) {
		if (++count > EXPERIMENT_KNOBS_MAX)
			return yaml_fail(c->doc, n, c->err, "at most %d knobs",
					 EXPERIMENT_KNOBS_MAX);
		if (read_knob(c, n, &length) < 0)
			return -EINVAL;
	}
	return c->e->zipped ? check_zipped(c, knobs, length) : 0;
}

static int read_modes(struct context *c, const struct yaml_node *node)
{
	static const char *const modes[] = {
		"make-before-break",	      "break-before-make",
		"uplink-classifier",	      "handover",
		"make-before-break+handover", "break-before-make+handover",
		"uplink-classifier+handover", NULL};
	const struct yaml_node *n = node->kind == YAML_SEQUENCE ? node->child : node;

	if (read_texts(c, node, c->e->modes) < 0)
		return -EINVAL;
	for (size_t i = 0; i < json_array_size(c->e->modes); i++, n = n->next)
		if (want_word(c, n, modes) < 0)
			return -EINVAL;
	keep_place(c, "mode", node);
	return check_twice(c, node);
}

static int read_repeats(struct context *c, const struct yaml_node *node)
{
	static const char *const keys[] = {"default", "full", NULL};
	const struct yaml_node *some = node, *full = node;

	if (node->kind == YAML_MAPPING) {
		if (only_keys(c, node, keys) < 0)
			return -EINVAL;
		some = yaml_get(node, "default");
		full = yaml_get(node, "full");
		if (!some || !full)
			return yaml_fail(
				c->doc, node, c->err,
				"repeats: expected a number, or both 'default' and 'full'");
	}
	if (yaml_u64(c->doc, some, 1, 1000, &c->e->repeats, c->err) < 0)
		return -EINVAL;
	return yaml_u64(c->doc, full, 1, 1000, &c->e->repeats_full, c->err);
}

static int read_bandwidth(struct context *c, const struct yaml_node *node)
{
	static const char *const keys[] = {"from", "to", NULL};
	const struct yaml_node *from, *to;

	if (node->kind == YAML_SCALAR)
		return yaml_bool(c->doc, node, &c->e->bandwidth, c->err);
	if (want(c, node, YAML_MAPPING, "true, false, or a mapping with from and to") < 0 ||
	    only_keys(c, node, keys) < 0)
		return -EINVAL;
	from = yaml_get(node, "from");
	to = yaml_get(node, "to");
	if (from && yaml_string(c->doc, from, c->e->from, sizeof(c->e->from), c->err) < 0)
		return -EINVAL;
	return to ? yaml_string(c->doc, to, c->e->to, sizeof(c->e->to), c->err) : 0;
}

/* A knob that a row or a shape names is one of the sweep's. */
static int want_known(struct context *c, const struct yaml_node *at, const char *name)
{
	if (!strcmp(name, "mode") || json_object_get(c->e->knobs, name))
		return 0;
	return yaml_fail(c->doc, at, c->err, "'%.60s' is neither 'mode' nor a knob of the sweep",
			 name);
}

static int read_where(struct context *c, const struct yaml_node *where)
{
	json_t *scratch = json_object();
	int r = read_scalars(c, where, scratch);

	json_decref(scratch);
	for (const struct yaml_node *n = where->child; r == 0 && n; n = n->next)
		r = want_known(c, n, n->key);
	return r;
}

static int want_number(struct context *c, const struct yaml_node *shape, const char *key)
{
	const struct yaml_node *n = yaml_get(shape, key);
	double value;

	if (!n)
		return yaml_fail(c->doc, shape, c->err, "shape: '%s' is missing", key);
	if (n->kind != YAML_SCALAR || quantity_parse(n->scalar, &value) < 0)
		return yaml_fail(c->doc, n, c->err, "%s: expected a number", key);
	return 0;
}

/* Of what a row agrees with */
static int want_metric(struct context *c, const struct yaml_node *shape)
{
	const struct yaml_node *with = yaml_get(shape, "with");

	if (!with)
		return yaml_fail(c->doc, shape, c->err, "shape: 'with' is missing");
	if (want(c, with, YAML_SCALAR, "a metric of the same report") < 0)
		return -EINVAL;
	return yaml_get(shape, "within") ? want_number(c, shape, "within") : 0;
}

static int read_shape(struct context *c, const struct yaml_node *shape)
{
	static const char *const keys[] = {"check",  "over",  "against", "at_least",
					   "within", "limit", "with",	 NULL};
	static const char *const checks[] = {"grows",	 "falls",	"flat",
					     "ratio",	 "ratio-grows", "at-most",
					     "at-least", "agrees",	NULL};
	const struct yaml_node *check, *over, *against;

	if (want(c, shape, YAML_MAPPING, "a mapping with check") < 0 ||
	    only_keys(c, shape, keys) < 0)
		return -EINVAL;
	check = yaml_get(shape, "check");
	over = yaml_get(shape, "over");
	against = yaml_get(shape, "against");
	if (!check)
		return yaml_fail(c->doc, shape, c->err, "shape: 'check' is missing");
	if (want_word(c, check, checks) < 0 || (against && read_where(c, against) < 0))
		return -EINVAL;
	if (over && (want(c, over, YAML_SCALAR, "a knob of the sweep") < 0 ||
		     want_known(c, over, over->scalar) < 0))
		return -EINVAL;
	if (!strncmp(check->scalar, "ratio", 5) && !against)
		return yaml_fail(c->doc, shape, c->err, "shape: 'against' is missing");
	if (!strcmp(check->scalar, "ratio"))
		return want_number(c, shape, "at_least");
	if (!strncmp(check->scalar, "at-", 3))
		return want_number(c, shape, "limit");
	if (!strcmp(check->scalar, "agrees"))
		return want_metric(c, shape);
	if (!over)
		return yaml_fail(c->doc, shape, c->err, "shape: 'over' is missing");
	return strcmp(check->scalar, "flat") ? 0 : want_number(c, shape, "within");
}

static bool any_point(const struct context *c, const json_t *where)
{
	json_t *points = plan_points(c->e, true), *settings;
	bool any = false;
	size_t i;

	json_array_foreach(points, i, settings) any = any || settings_match(settings, where);
	json_decref(points);
	return any;
}

/* A row of no point would be empty for ever, and one without its counterpart. */
static int want_points(struct context *c, const struct yaml_node *row)
{
	const struct yaml_node *where = yaml_get(row, "where"), *shape = yaml_get(row, "shape");
	const struct yaml_node *against = shape ? yaml_get(shape, "against") : NULL;
	json_t *keys = where ? yaml_to_json(where) : json_object(), *more;
	int r = 0;

	if (where && !any_point(c, keys))
		r = yaml_fail(c->doc, where, c->err,
			      "where: no point of the sweep has these settings");
	if (r == 0 && against) {
		more = yaml_to_json(against);
		json_object_update(keys, more);
		json_decref(more);
		if (!any_point(c, keys))
			r = yaml_fail(c->doc, against, c->err,
				      "against: no point of the sweep has these settings");
	}
	json_decref(keys);
	return r;
}

static int read_row(struct context *c, const struct yaml_node *row)
{
	static const char *const keys[] = {"id",    "what",	 "paper", "unit", "metric",
					   "where", "statistic", "shape", "why",  NULL};
	static const char *const needed[] = {"id", "what", "metric", "unit", NULL};
	static const char *const statistics[] = {"median", "mean", "min", "max", "sum", NULL};

	if (want(c, row, YAML_MAPPING, "a mapping") < 0 || only_keys(c, row, keys) < 0)
		return -EINVAL;
	for (size_t i = 0; needed[i]; i++)
		if (!yaml_get(row, needed[i]))
			return yaml_fail(c->doc, row, c->err, "row: '%s' is missing", needed[i]);
	for (const struct yaml_node *n = row->child; n; n = n->next) {
		int r = !strcmp(n->key, "where")       ? read_where(c, n)
			: !strcmp(n->key, "shape")     ? read_shape(c, n)
			: !strcmp(n->key, "statistic") ? want_word(c, n, statistics)
						       : want(c, n, YAML_SCALAR, "a text");
		if (r < 0)
			return r;
	}
	if (want_points(c, row) < 0)
		return -EINVAL;
	json_array_append_new(c->e->rows, yaml_to_json(row));
	return 0;
}

static int read_rows(struct context *c, const struct yaml_node *rows)
{
	size_t count = 0;

	if (want(c, rows, YAML_SEQUENCE, "a list") < 0)
		return -EINVAL;
	if (!rows->child)
		return yaml_fail(c->doc, rows, c->err, "rows: expected at least one");
	for (const struct yaml_node *n = rows->child; n; n = n->next) {
		if (++count > EXPERIMENT_ROWS_MAX)
			return yaml_fail(c->doc, n, c->err, "at most %d rows", EXPERIMENT_ROWS_MAX);
		if (read_row(c, n) < 0)
			return -EINVAL;
	}
	return 0;
}

static int read_kernel(struct context *c, const struct yaml_node *kernel)
{
	if (yaml_string(c->doc, kernel, c->e->lab_kernel, sizeof(c->e->lab_kernel), c->err) < 0)
		return -EINVAL;
	if (c->e->lab_kernel[0] >= '0' && c->e->lab_kernel[0] <= '9' &&
	    strspn(c->e->lab_kernel, "0123456789abcdefghijklmnopqrstuvwxyz.+~-") ==
		    strlen(c->e->lab_kernel))
		return 0;
	return yaml_fail(c->doc, kernel, c->err,
			 "kernel: expected a version of Debian's, such as 6.12, found '%.60s'",
			 kernel->kind == YAML_SCALAR ? kernel->scalar : "");
}

/* Which machine it needs, and what the one is that stands in for it */
static int read_needs(struct context *c, const struct raw *raw)
{
	static const char *const needs[] = {"criu", NULL}, *const keys[] = {"kernel", "memory",
									    NULL};
	const struct yaml_node *kernel = yaml_get(raw->lab, "kernel"),
			       *memory = yaml_get(raw->lab, "memory");

	c->e->lab_memory = LAB_MEMORY_MB;
	if (raw->needs && want_word(c, raw->needs, needs) < 0)
		return -EINVAL;
	c->e->needs_criu = raw->needs != NULL;
	if (!raw->lab)
		return 0;
	if (want(c, raw->lab, YAML_MAPPING, "a mapping with kernel, memory or both") < 0 ||
	    only_keys(c, raw->lab, keys) < 0)
		return -EINVAL;
	if (!raw->needs || (!kernel && !memory))
		return yaml_fail(c->doc, raw->lab, c->err,
				 "lab: expected 'kernel' or 'memory' in it, and 'needs' beside it");
	if (memory && yaml_u64(c->doc, memory, LAB_MEMORY_MIN_MB, LAB_MEMORY_MAX_MB,
			       &c->e->lab_memory, c->err) < 0)
		return -EINVAL;
	return kernel ? read_kernel(c, kernel) : 0;
}

static int read_parts(struct context *c, struct raw *raw, const struct yaml_node *root)
{
	const struct yaml_node *strategy = yaml_get(root, "strategy");
	static const char *const strategies[] = {"none", NULL};

	if (read_needs(c, raw) < 0)
		return -EINVAL;
	if (check_name(c, yaml_get(root, "experiment")) < 0 ||
	    (strategy && want_word(c, strategy, strategies) < 0))
		return -EINVAL;
	if ((raw->topology && read_topology(c, raw->topology) < 0) ||
	    read_workload(c, raw->workload) < 0 || (raw->mode && read_modes(c, raw->mode) < 0) ||
	    (raw->sweep && read_sweep(c, raw->sweep) < 0) ||
	    (raw->repeats && read_repeats(c, raw->repeats) < 0) ||
	    (raw->bandwidth && read_bandwidth(c, raw->bandwidth) < 0))
		return -EINVAL;
	if (c->e->command && json_array_size(c->e->modes))
		return yaml_fail(c->doc, raw->mode, c->err,
				 "mode: only a measurement has one, and the workload is a command");
	return read_rows(c, raw->rows);
}

static int read_doc(const struct yaml_doc *doc, struct experiment *e, struct yaml_error *err)
{
	struct raw raw = {.strategy = "none", .seed = 1};
	struct context c = {doc, err, e};
	int r;

	*e = (struct experiment){.parser = "json",
				 .repeats = 1,
				 .repeats_full = 1,
				 .bandwidth = true,
				 .set = json_object(),
				 .options = json_object(),
				 .modes = json_array(),
				 .knobs = json_object(),
				 .places = json_object(),
				 .rows = json_array()};
	r = yaml_read_fields(doc, yaml_root(doc), file_fields, &raw, err);
	if (r < 0)
		return r;
	snprintf(e->name, sizeof(e->name), "%s", raw.name);
	snprintf(e->title, sizeof(e->title), "%s", raw.title);
	snprintf(e->strategy, sizeof(e->strategy), "%s", raw.strategy);
	e->seed = raw.seed;
	return read_parts(&c, &raw, yaml_root(doc));
}

int experiment_read_memory(const char *name, const void *text, size_t len, struct experiment *ret,
			   struct yaml_error *err)
{
	struct yaml_doc *doc;
	int r;

	*ret = (struct experiment){0};
	r = yaml_load_memory(name, text, len, &doc, err);
	if (r < 0)
		return r;
	r = read_doc(doc, ret, err);
	yaml_free(doc);
	return r;
}

int experiment_read_file(const char *path, struct experiment *ret, struct yaml_error *err)
{
	struct yaml_doc *doc;
	int r;

	*ret = (struct experiment){0};
	r = yaml_load_file(path, &doc, err);
	if (r < 0)
		return r;
	r = read_doc(doc, ret, err);
	yaml_free(doc);
	return r;
}

void experiment_free(struct experiment *e)
{
	json_decref(e->set);
	json_decref(e->measure);
	json_decref(e->options);
	json_decref(e->command);
	json_decref(e->modes);
	json_decref(e->knobs);
	json_decref(e->places);
	json_decref(e->rows);
	*e = (struct experiment){0};
}
