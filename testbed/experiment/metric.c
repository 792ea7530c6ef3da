// SPDX-License-Identifier: Apache-2.0
/* Numbers taken out of a report by a path: "modes.*.uplink.lost", "samples[].uplink.latency_us". */
#include <string.h>

#include "testbed/experiment/experiment.h"

enum { DEPTH_MAX = 16, VALUES_MAX = 1000000 };

static void collect(const json_t *at, const char *path, int depth, json_t *ret);

static void collect_elements(const json_t *array, const char *rest, int depth, json_t *ret)
{
	json_t *element;
	size_t i;

	json_array_foreach((json_t *)array, i, element) collect(element, rest, depth + 1, ret);
}

static void collect_members(const json_t *object, const char *rest, int depth, json_t *ret)
{
	json_t *member;
	const char *key;

	json_object_foreach((json_t *)object, key, member) collect(member, rest, depth + 1, ret);
}

static void collect(const json_t *at, const char *path, int depth, json_t *ret)
{
	size_t len = strcspn(path, ".[");
	char name[64];

	if (depth > DEPTH_MAX || json_array_size(ret) >= VALUES_MAX)
		return;
	if (*path == '.')
		return collect(at, path + 1, depth + 1, ret);
	if (!strncmp(path, "[]", 2))
		return collect_elements(at, path + 2, depth, ret);
	if (!*path) {
		if (json_is_number(at))
			json_array_append_new(ret, json_real(json_number_value(at)));
		return;
	}
	if (len >= sizeof(name) || !len)
		return;
	memcpy(name, path, len);
	name[len] = '\0';
	if (!strcmp(name, "*"))
		collect_members(at, path + len, depth, ret);
	else if (json_object_get(at, name))
		collect(json_object_get(at, name), path + len, depth + 1, ret);
}

json_t *metric_values(const json_t *report, const char *path)
{
	json_t *values = json_array();

	collect(report, path, 0, values);
	return values;
}

static bool is_one_of(const json_t *setting, const json_t *wanted)
{
	const json_t *value;
	size_t i;

	if (!json_is_array(wanted))
		return json_equal(setting, wanted);
	json_array_foreach(wanted, i, value) if (json_equal(setting, value)) return true;
	return false;
}

bool settings_match(const json_t *settings, const json_t *where)
{
	const char *key;
	json_t *value;

	json_object_foreach(
		(json_t *)where, key,
		value) if (!is_one_of(json_object_get(settings, key), value)) return false;
	return true;
}
