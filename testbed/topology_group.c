// SPDX-License-Identifier: Apache-2.0
/* Nodes with a `count`: one entry of the file, several nodes NAME-1 to NAME-COUNT. A link or a
 * member that names the entry means them all. */
#include "testbed/topology_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct yaml_field count_field = {.key = "count", .min = 1, .max = TOPO_NODES_MAX};

int topo_read_count(struct topo_reader *r, const struct yaml_node *value, uint32_t *ret_count)
{
	const struct yaml_node *count =
		value->kind == YAML_MAPPING ? yaml_get(value, "count") : NULL;

	*ret_count = 0;
	return count ? yaml_read_u32(r->doc, count, &count_field, ret_count, r->err) : 0;
}

int topo_group_add(struct topo_reader *r, const struct yaml_node *value, unsigned count)
{
	struct topo_group *group;
	char last[TOPO_NAME_SIZE * 2];

	snprintf(last, sizeof(last), "%s-%u", value->key, count);
	if (strlen(last) >= TOPO_NAME_SIZE)
		return topo_fail_at(r, topo_place_of_key(value),
				    "node name: with a count of %u expected at most %zu "
				    "characters, for '%s'",
				    count, strlen(value->key) + TOPO_NAME_SIZE - 1 - strlen(last),
				    last);
	if (!topo_grow(&r->group, r->group_count, sizeof(*r->group)))
		return -ENOMEM;
	group = &r->group[r->group_count++];
	*group = (struct topo_group){.first = (unsigned)r->t->node_count, .count = count};
	strcpy(group->name, value->key);
	return 0;
}

const struct topo_group *topo_group_find(const struct topo_reader *r, const char *name)
{
	for (size_t i = 0; i < r->group_count; i++)
		if (!strcmp(r->group[i].name, name))
			return &r->group[i];
	return NULL;
}

/* NAME-1 to NAME-COUNT, and NAME itself */
static bool group_takes(const struct topo_group *group, const char *name)
{
	size_t len = strlen(group->name);
	char as_written[16];
	unsigned number;

	if (strncmp(name, group->name, len) != 0)
		return false;
	if (!name[len])
		return true;
	if (name[len] != '-')
		return false;
	number = (unsigned)strtoul(name + len + 1, NULL, 10);
	snprintf(as_written, sizeof(as_written), "%u", number);
	return number >= 1 && number <= group->count && !strcmp(as_written, name + len + 1);
}

bool topo_is_node(const struct topo_reader *r, const char *name)
{
	return topology_find_node(r->t, name) >= 0 || topo_group_find(r, name);
}

static int taken(struct topo_reader *r, const struct topo_group *group, const char *name,
		 struct topo_place at)
{
	return topo_fail_at(r, at, "node name: '%s' is one of the %u of '%s' too", name,
			    group->count, group->name);
}

static int check_names_of_groups(struct topo_reader *r, const struct topo_group *group)
{
	for (size_t g = 0; g < r->group_count; g++) {
		const struct topo_group *other = &r->group[g];

		if (other != group && group_takes(group, other->name))
			return taken(r, group, other->name, r->t->node[other->first].at);
	}
	return 0;
}

static int check_names_of_nodes(struct topo_reader *r, const struct topo_group *group)
{
	for (unsigned i = 0; i < r->t->node_count; i++) {
		const struct topo_node *node = &r->t->node[i];
		bool own = i >= group->first && i < group->first + group->count;

		if (!own && group_takes(group, node->name))
			return taken(r, group, node->name, node->at);
	}
	return 0;
}

int topo_check_groups(struct topo_reader *r)
{
	int rc = 0;

	for (size_t g = 0; !rc && g < r->group_count; g++)
		rc = check_names_of_groups(r, &r->group[g]);
	for (size_t g = 0; !rc && g < r->group_count; g++)
		rc = check_names_of_nodes(r, &r->group[g]);
	return rc;
}

int topo_nodes_reference(struct topo_reader *r, const struct yaml_node *node, unsigned *ret_first,
			 unsigned *ret_count)
{
	const struct topo_group *group =
		node->kind == YAML_SCALAR ? topo_group_find(r, node->scalar) : NULL;

	*ret_count = group ? group->count : 1;
	if (!group)
		return topo_node_reference(r, node, TOPO_KINDS, ret_first);
	*ret_first = group->first;
	return 0;
}

/* What tells one node from the others can't be the same for all. */
int topo_check_counted(struct topo_reader *r, const struct yaml_node *value)
{
	static const char *const single[] = {"supi", "addresses", "edge", "pool", "dnai"};

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		const struct yaml_node *key = yaml_get(value, single[i]);

		if (key)
			return yaml_fail(r->doc, key, r->err,
					 "%s: expected at a node of its own, not where count makes "
					 "several",
					 single[i]);
	}
	return 0;
}
