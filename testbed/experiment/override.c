// SPDX-License-Identifier: Apache-2.0
/* A topology with knobs turned. It is handed on as JSON, which is YAML too, so that nothing needs
 * quoting rules. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/experiment/experiment.h"

json_t *yaml_to_json(const struct yaml_node *node)
{
	json_t *to;

	if (node->kind == YAML_SCALAR)
		return json_string(node->scalar);
	to = node->kind == YAML_MAPPING ? json_object() : json_array();
	for (const struct yaml_node *n = node->child; n; n = n->next) {
		if (node->kind == YAML_MAPPING)
			json_object_set_new(to, n->key, yaml_to_json(n));
		else
			json_array_append_new(to, yaml_to_json(n));
	}
	return to;
}

static bool is_end(const json_t *topology, const char *name)
{
	static const char *const derived[] = {"n2", "n3", "n4", "wan"};

	for (size_t i = 0; i < sizeof(derived) / sizeof(*derived); i++)
		if (!strcmp(name, derived[i]))
			return true;
	return json_object_get(json_object_get(topology, "nodes"), name) ||
	       json_object_get(json_object_get(topology, "networks"), name);
}

/* "ue-gnb1" at the one hyphen with an end on both sides */
static bool split_ends(const json_t *topology, char *name, const char **ret_second)
{
	for (char *hyphen = strchr(name, '-'); hyphen; hyphen = strchr(hyphen + 1, '-')) {
		*hyphen = '\0';
		if (is_end(topology, name) && is_end(topology, hyphen + 1)) {
			*ret_second = hyphen + 1;
			return true;
		}
		*hyphen = '-';
	}
	return false;
}

static bool is_between(const json_t *link, const char *a, const char *b)
{
	const json_t *between = json_object_get(link, "between");
	const char *first = json_string_value(json_array_get(between, 0));
	const char *second = json_string_value(json_array_get(between, 1));

	return first && second &&
	       ((!strcmp(first, a) && !strcmp(second, b)) ||
		(!strcmp(first, b) && !strcmp(second, a)));
}

static json_t *find_link(json_t *topology, const char *name, char *why, size_t size)
{
	json_t *links = json_object_get(topology, "links"), *link;
	const char *second;
	char ends[256];
	size_t i;

	snprintf(ends, sizeof(ends), "%s", name);
	if (!split_ends(topology, ends, &second)) {
		snprintf(why, size,
			 "'%.100s' is not a link: expected two names of nodes or networks of the "
			 "topology with a hyphen between them, such as ue-gnb1",
			 name);
		return NULL;
	}
	if (!json_is_array(links)) {
		links = json_array();
		json_object_set_new(topology, "links", links);
	}
	json_array_foreach(links, i, link) if (is_between(link, ends, second)) return link;
	link = json_pack("{s:[s,s]}", "between", ends, second);
	json_array_append_new(links, link);
	return link;
}

/* Of a list the one with this number, from 0 */
static json_t *find_entry(json_t *list, const char *number)
{
	char *end;
	unsigned long i = strtoul(number, &end, 10);

	return number[0] >= '0' && number[0] <= '9' && !*end ? json_array_get(list, i) : NULL;
}

/* A node may be given by its kind alone. */
static json_t *find_member(json_t *at, const char *name, bool in_nodes)
{
	json_t *member = json_object_get(at, name);

	if (json_is_array(at))
		return find_entry(at, name);
	if (in_nodes && json_is_string(member)) {
		member = json_pack("{s:O}", "kind", member);
		json_object_set_new(at, name, member);
	} else if (!member && !in_nodes) {
		member = json_object();
		json_object_set_new(at, name, member);
	}
	return member;
}

/* A text, or in brackets a list of texts, as the topology's file has them */
static json_t *read_value(const char *path, const char *value, char *why, size_t size)
{
	struct yaml_error err;
	struct yaml_doc *doc;
	json_t *list;

	if (value[0] != '[')
		return json_string(value);
	if (yaml_load_memory(path, value, strlen(value), &doc, &err) < 0) {
		snprintf(why, size, "expected a list, such as [edge-a, edge-b]: %s", err.text);
		return NULL;
	}
	list = yaml_to_json(yaml_root(doc));
	yaml_free(doc);
	return list;
}

int override_set(json_t *topology, const char *path, const char *value, char *why, size_t size)
{
	char copy[256], *save, *part, *next;
	json_t *at = topology, *new;
	bool in_nodes = false;

	if (!strncmp(path, "topology.", 9))
		path += 9;
	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy)) {
		snprintf(why, size, "the path is too long");
		return -EINVAL;
	}
	part = strtok_r(copy, ".", &save);
	while (part && (next = strtok_r(NULL, ".", &save))) {
		if (at == topology && !strcmp(part, "links")) {
			at = find_link(topology, next, why, size);
			if (!at)
				return -EINVAL;
			next = strtok_r(NULL, ".", &save);
		} else {
			at = find_member(at, part, in_nodes);
			if (!json_is_object(at) && !json_is_array(at)) {
				snprintf(why, size,
					 "the topology has no '%.60s' in it (of '%.100s')", part,
					 path);
				return -EINVAL;
			}
			in_nodes = !in_nodes && !strcmp(part, "nodes");
		}
		part = next;
	}
	if (!part || !json_is_object(at)) {
		snprintf(why, size, "'%.100s' does not name a knob, such as links.ue-gnb1.delay",
			 path);
		return -EINVAL;
	}
	if (!value) {
		json_object_del(at, part);
		return 0;
	}
	new = read_value(path, value, why, size);
	if (!new)
		return -EINVAL;
	json_object_set_new(at, part, new);
	return 0;
}

const char *topology_first(const json_t *topology, const char *kind, const char *fallback)
{
	bool service = !strcmp(kind, "service");
	json_t *all = json_object_get(topology, service ? "services" : "nodes"), *node;
	const char *name;

	json_object_foreach(all, name, node)
	{
		const char *is = json_is_string(node)
					 ? json_string_value(node)
					 : json_string_value(json_object_get(node, "kind"));
		if (service || (is && !strcmp(is, kind)))
			return name;
	}
	return fallback;
}
