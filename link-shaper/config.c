// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/shape/quantity.h"

static int read_shape_key(const struct yaml_doc *doc, const struct yaml_node *node,
			  const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	return shape_key_read_yaml(doc, node, field, ret, err);
}

struct top {
	char socket[CONFIG_PATH_SIZE], state[CONFIG_PATH_SIZE];
	bool netem;
	uint64_t repeat_us;
	const struct yaml_node *ports, *changes;
};

#define TOP(member) .offset = offsetof(struct top, member)
#define TOP_TEXT(member)                                                                           \
	.read = yaml_read_text, TOP(member), .size = sizeof(((struct top *)0)->member)

static const struct yaml_field top_fields[] = {
	{.key = "socket", TOP_TEXT(socket), .required = true, .help = "where requests come in"},
	{.key = "state",
	 TOP_TEXT(state),
	 .required = true,
	 .help = "where the shapes in force are kept, for a restart"},
	{.key = "netem",
	 .read = yaml_read_bool,
	 TOP(netem),
	 .help = "the kernel has netem, which is used then"},
	{.key = "ports",
	 .read = yaml_read_node,
	 TOP(ports),
	 .help = "every port that can be shaped, with its shape at first"},
	{.key = "changes",
	 .read = yaml_read_node,
	 TOP(changes),
	 .help = "of shapes, over time from \"start\" on"},
	{.key = "repeat",
	 .read = shape_quantity_read_duration,
	 TOP(repeat_us),
	 .help = "begin the changes again after so long"},
	{0},
};

#define PORT_TEXT(member)                                                                          \
	.read = yaml_read_text, .offset = offsetof(struct port_config, member),                    \
	.size = sizeof(((struct port_config *)0)->member)

static const struct yaml_field port_fields[] = {
	{.key = "node", PORT_TEXT(node), .required = true, .help = "whose port it is"},
	{.key = "interface", PORT_TEXT(interface), .required = true, .help = "its name there"},
	{.key = "netns",
	 PORT_TEXT(netns),
	 .required = true,
	 .help = "file of the network namespace"},
	{.key = "peer", PORT_TEXT(peer), .help = "the other end, for people"},
	SHAPE_FIELDS(struct port_config, shape, read_shape_key),
	{0},
};

struct change_row {
	char node[CONFIG_NAME_SIZE], interface[IFNAMSIZ];
	uint64_t at_us, over_us;
	struct patch patch;
};

#define CHANGE(member) .offset = offsetof(struct change_row, member)
#define CHANGE_TEXT(member)                                                                        \
	.read = yaml_read_text, CHANGE(member), .size = sizeof(((struct change_row *)0)->member)

static const struct yaml_field change_fields[] = {
	{.key = "at",
	 .read = shape_quantity_read_duration,
	 CHANGE(at_us),
	 .required = true,
	 .help = "after the start"},
	{.key = "over",
	 .read = shape_quantity_read_duration,
	 CHANGE(over_us),
	 .help = "in even steps"},
	{.key = "node", CHANGE_TEXT(node), .required = true, .help = "whose port"},
	{.key = "interface", CHANGE_TEXT(interface), .required = true, .help = "which port"},
	SHAPE_FIELDS(struct change_row, patch.shape, read_shape_key),
	{0},
};

long config_find(const struct config *config, const char *node, const char *interface)
{
	for (size_t i = 0; i < config->port_count; i++)
		if (!strcmp(config->port[i].node, node) &&
		    !strcmp(config->port[i].interface, interface))
			return (long)i;
	return -1;
}

static int list_size(const struct yaml_doc *doc, const struct yaml_node *list, size_t max,
		     const char *what, size_t *ret_size, struct yaml_error *err)
{
	*ret_size = 0;
	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list of %s", what);
	for (const struct yaml_node *at = list->child; at; at = at->next)
		if (++*ret_size > max)
			return yaml_fail(doc, at, err, "more than %zu %s", max, what);
	return 0;
}

static int ports_read(const struct yaml_doc *doc, const struct yaml_node *list, struct config *c,
		      struct yaml_error *err)
{
	size_t size;
	int rc = list_size(doc, list, CONFIG_PORTS_MAX, "ports", &size, err);

	if (rc)
		return rc;
	c->port = calloc(size + 1, sizeof(*c->port));
	if (!c->port)
		return -ENOMEM;
	for (const struct yaml_node *at = list ? list->child : NULL; at; at = at->next) {
		struct port_config *port = &c->port[c->port_count];
		const char *why;

		rc = yaml_read_fields(doc, at, port_fields, port, err);
		if (rc)
			return rc;
		if (config_find(c, port->node, port->interface) >= 0)
			return yaml_fail(doc, at, err, "%s:%s is there already", port->node,
					 port->interface);
		if (shape_check(&port->shape, &why) != SHAPE_KEYS)
			return yaml_fail(doc, at, err, "%s", why);
		c->port_count++;
	}
	return 0;
}

static int change_check(const struct yaml_doc *doc, const struct yaml_node *at,
			const struct config *c, const struct change *change, struct yaml_error *err)
{
	if (!change->patch.keys)
		return yaml_fail(doc, at, err,
				 "a change of nothing, expected one of the keys of a "
				 "link, such as delay");
	if (c->repeat_us && change->at_us + change->over_us > c->repeat_us)
		return yaml_fail(doc, at, err,
				 "ends after `repeat`, where the changes begin again");
	return 0;
}

static int change_read(const struct yaml_doc *doc, const struct yaml_node *at,
		       const struct config *c, struct change *change, struct yaml_error *err)
{
	struct change_row row = {0};
	int rc = yaml_read_fields(doc, at, change_fields, &row, err);
	long port;

	if (rc)
		return rc;
	port = config_find(c, row.node, row.interface);
	if (port < 0)
		return yaml_fail(doc, at, err, "%s:%s is not among the ports", row.node,
				 row.interface);
	change->at_us = row.at_us;
	change->over_us = row.over_us;
	change->port = (size_t)port;
	change->patch.shape = row.patch.shape;
	change->patch.keys = patch_keys_yaml(at);
	return change_check(doc, at, c, change, err);
}

static int changes_read(const struct yaml_doc *doc, const struct yaml_node *list, struct config *c,
			struct yaml_error *err)
{
	size_t size;
	int rc = list_size(doc, list, TIMELINE_CHANGES_MAX, "changes", &size, err);

	if (rc)
		return rc;
	c->change = calloc(size + 1, sizeof(*c->change));
	if (!c->change)
		return -ENOMEM;
	for (const struct yaml_node *at = list ? list->child : NULL; !rc && at; at = at->next)
		rc = change_read(doc, at, c, &c->change[c->change_count++], err);
	return rc;
}

static int repeat_check(const struct yaml_doc *doc, const struct config *c, struct yaml_error *err)
{
	const struct yaml_node *at = yaml_get(yaml_root(doc), "repeat");

	if (!at || c->repeat_us >= TIMELINE_STEP_US)
		return 0;
	return yaml_fail(doc, at, err, "repeat: expected at least 100ms, found '%.60s'",
			 at->scalar);
}

int config_read(const struct yaml_doc *doc, struct config *ret, struct yaml_error *err)
{
	struct top top = {0};
	struct config c = {0};
	int rc = yaml_read_fields(doc, yaml_root(doc), top_fields, &top, err);

	if (!rc) {
		memcpy(c.socket, top.socket, sizeof(c.socket));
		memcpy(c.state, top.state, sizeof(c.state));
		c.netem = top.netem;
		c.repeat_us = top.repeat_us;
		rc = repeat_check(doc, &c, err);
	}
	if (!rc)
		rc = ports_read(doc, top.ports, &c, err);
	if (!rc)
		rc = changes_read(doc, top.changes, &c, err);
	if (rc)
		config_done(&c);
	else
		*ret = c;
	return rc;
}

void config_done(struct config *config)
{
	free(config->port);
	free(config->change);
	*config = (struct config){0};
}
