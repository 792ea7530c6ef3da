// SPDX-License-Identifier: Apache-2.0
#include "testbed/link_state.h"

#include <stdio.h>
#include <string.h>

#include "lib/shape/patch.h"
#include "testbed/link_client.h"

void link_state_read(const struct run *run, struct link_state *ret)
{
	struct link_client_error err = {""};
	char socket[RUN_PATH_MAX];

	memset(ret, 0, sizeof(*ret));
	link_client_socket(run, socket);
	if (link_client_get(socket, &ret->answer, &err))
		snprintf(ret->why, sizeof(ret->why), "%s", err.text);
}

void link_state_done(struct link_state *s)
{
	json_decref(s->answer);
	s->answer = NULL;
}

static json_t *find(const struct link_state *s, const char *node, const char *interface)
{
	json_t *port;
	size_t i;

	json_array_foreach(json_object_get(s->answer, "ports"), i, port)
	{
		const char *n = json_string_value(json_object_get(port, "node"));
		const char *f = json_string_value(json_object_get(port, "interface"));

		if (n && f && !strcmp(n, node) && !strcmp(f, interface))
			return port;
	}
	return NULL;
}

json_t *link_state_of(const struct link_state *s, const char *node, const char *interface)
{
	json_t *port = find(s, node, interface), *shape = json_object_get(port, "shape"), *value;
	const char *backend = json_string_value(json_object_get(port, "backend")), *key;
	json_t *json = json_pack("{s:s}", "shaped_by",
				 backend     ? backend
				 : s->answer ? "none"
					     : "unknown");

	json_object_foreach(shape, key, value)
	{
		if (json_number_value(value) > 0)
			json_object_set(json, key, value);
	}
	if (json_object_get(port, "error"))
		json_object_set(json, "error", json_object_get(port, "error"));
	return json;
}

bool link_state_is_shaped(const json_t *described)
{
	const char *by = json_string_value(json_object_get(described, "shaped_by"));

	return by && strcmp(by, "none") != 0 && strcmp(by, "unknown") != 0;
}

void link_state_print(const json_t *described, FILE *out)
{
	const char *error = json_string_value(json_object_get(described, "error"));
	const struct link_shape shape = shape_of_json(described);

	if (!link_state_is_shaped(described)) {
		fprintf(out, "-");
		return;
	}
	fprintf(out, "%s:", json_string_value(json_object_get(described, "shaped_by")));
	shape_print(&shape, " ", " ", out);
	if (error)
		fprintf(out, " (%s)", error);
}

json_t *link_state_link(const struct link_state *s, const struct topology *t, unsigned port)
{
	const struct topo_port *p = &t->port[port];
	bool bridged = t->network[p->network].bridged;
	const struct topo_port *far = bridged ? p : &t->port[topology_far_port(t, port)];

	return json_pack("{s:o, s:o}", "forward",
			 link_state_of(s, t->node[p->node].name, p->ifname), "backward",
			 link_state_of(s, bridged ? RUN_FABRIC : t->node[far->node].name,
				       bridged ? p->bridge_ifname : far->ifname));
}

json_t *link_state_report(const struct link_state *s, const struct topology *t)
{
	json_t *all = json_array();

	for (unsigned p = 0; p < t->port_count; p++) {
		const struct topo_network *network = &t->network[t->port[p].network];
		const char *far = network->name;
		json_t *link;

		if (!network->bridged && p != network->first_port)
			continue;
		if (!network->bridged)
			far = t->node[t->port[p + 1].node].name;
		link = link_state_link(s, t, p);
		if (link_state_is_shaped(json_object_get(link, "forward")) ||
		    link_state_is_shaped(json_object_get(link, "backward"))) {
			json_object_set_new(
				link, "link",
				json_pack("[s, s]", t->node[t->port[p].node].name, far));
			json_array_append(all, link);
		}
		json_decref(link);
	}
	return all;
}
