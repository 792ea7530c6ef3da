// SPDX-License-Identifier: Apache-2.0
/* Shapes of a topology file: their keys with the places where they stand. */
#include <errno.h>
#include <string.h>

#include "testbed/topology_internal.h"

int topo_read_shape_key(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct topo_shape *shape = ret;
	int rc = shape_key_read_yaml(doc, node, field, &shape->is, err);

	if (!rc)
		shape->at[shape_key_find(field->key)] = topo_place_of_key(node);
	return rc;
}

static const struct yaml_field shape_fields[] = {
	SHAPE_FIELDS(struct direction, shape, topo_read_shape_key), {0}};

int topo_read_shape(const struct yaml_doc *doc, const struct yaml_node *node,
		    const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return yaml_read_fields(doc, node, shape_fields, ret, err);
}

void topo_shape_merge(struct topo_shape *shape, const struct topo_shape *over)
{
	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		if (over->at[key].line) {
			shape_set(&shape->is, key, shape_get(&over->is, key));
			shape->at[key] = over->at[key];
		}
}

bool topo_shape_is_plain(const struct topo_shape *shape)
{
	return shape_choose(&shape->is, true) == SHAPE_NONE;
}

bool topo_shape_same(const struct topo_shape *a, const struct topo_shape *b)
{
	return shape_same(&a->is, &b->is);
}

int topo_check_shape(struct topo_reader *r, const struct topo_shape *shape)
{
	const char *why;
	enum shape_key key = shape_check(&shape->is, &why);

	return key == SHAPE_KEYS ? 0 : topo_fail_at(r, shape->at[key], "%s", why);
}

bool topo_shapes_share_a_key(const struct topo_shape *a, const struct topo_shape *b)
{
	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		if (a->at[key].line && b->at[key].line)
			return true;
	return false;
}

int topo_check_change(struct topo_reader *r, const struct topo_change *change)
{
	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		if (change->shape.at[key].line)
			return 0;
	return topo_fail_at(r, change->place, "expected a key that changes: " SHAPE_KEY_NAMES);
}

bool topology_is_shaped(const struct topology *t)
{
	for (size_t p = 0; p < t->port_count; p++)
		if (!topo_shape_is_plain(&t->port[p].shape) ||
		    !topo_shape_is_plain(&t->port[p].back))
			return true;
	return t->change_count > 0 || t->n3_path_count > 0;
}

static void earlier(struct topo_place *first, struct topo_place at)
{
	if (at.line && (!first->line || at.line < first->line ||
			(at.line == first->line && at.column < first->column)))
		*first = at;
}

struct topo_place topology_first_shape(const struct topology *t)
{
	struct topo_place first = {0};

	for (size_t p = 0; p < t->port_count; p++)
		for (enum shape_key key = 0; key < SHAPE_KEYS; key++) {
			earlier(&first, t->port[p].shape.at[key]);
			earlier(&first, t->port[p].back.at[key]);
		}
	for (size_t i = 0; i < t->change_count; i++)
		earlier(&first, t->change[i].place);
	return first.line ? first : (struct topo_place){1, 1};
}

void topo_shape_write(const struct topo_shape *shape, const char *separator, FILE *out)
{
	shape_print(&shape->is, ": ", separator, out);
}

/* A change to none says something, too. */
void topo_change_write(const struct topo_change *change, const char *separator, FILE *out)
{
	for (enum shape_key key = 0; key < SHAPE_KEYS; key++)
		if (change->shape.at[key].line) {
			fprintf(out, "%s%s: ", separator, shape_key_name(key));
			shape_key_print(key, shape_get(&change->shape.is, key), out);
		}
}
