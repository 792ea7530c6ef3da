// SPDX-License-Identifier: Apache-2.0
#include "testbed/link_state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/shape/patch.h"
#include "testbed/link_client.h"
#include "testbed/link_kernel.h"

enum { LOOKS = 3 };

/* {"NODE INTERFACE": port}, so that the largest topology is not searched for each of its ends */
static json_t *index_ports(const json_t *ports)
{
	json_t *index = json_object(), *port;
	size_t i;

	json_array_foreach(ports, i, port)
	{
		const char *node = json_string_value(json_object_get(port, "node"));
		const char *interface = json_string_value(json_object_get(port, "interface"));
		char key[LINK_STATE_KEY];

		if (!node || !interface)
			continue;
		snprintf(key, sizeof(key), "%s %s", node, interface);
		json_object_set(index, key, port);
	}
	return index;
}

/* What changed between the answer and the look at the kernel is no fault: it is asked again. */
static void ask(const struct run *run, struct link_state *s)
{
	struct link_client_error err = {""};
	char socket[RUN_PATH_MAX];
	bool moving;

	link_client_socket(run, socket);
	for (int look = 0; look < LOOKS; look++) {
		json_decref(s->answer);
		s->answer = NULL;
		if (link_client_get(socket, &s->answer, &err)) {
			snprintf(s->why, sizeof(s->why), "%s", err.text);
			return;
		}
		moving = json_is_true(
			json_object_get(json_object_get(s->answer, "changes"), "running"));
		if (!link_kernel_check(run, json_object_get(s->answer, "ports"), !moving))
			break;
	}
	s->index = index_ports(json_object_get(s->answer, "ports"));
}

bool link_state_has_shaper(const struct run *run)
{
	char path[RUN_PATH_MAX];

	run_path(run, path, "nodes/%s/link-shaper.yaml", RUN_FABRIC);
	return !access(path, F_OK);
}

void link_state_read(const struct run *run, struct link_state *ret)
{
	json_t *ports;

	memset(ret, 0, sizeof(*ret));
	if (link_state_has_shaper(run)) {
		ask(run, ret);
		return;
	}
	ports = link_kernel_list(run);
	if (ports)
		ret->index = index_ports(ports);
	json_decref(ports);
}

void link_state_done(struct link_state *s)
{
	json_decref(s->answer);
	json_decref(s->index);
	*s = (struct link_state){0};
}

static json_t *find(const struct link_state *s, const char *node, const char *interface)
{
	char key[LINK_STATE_KEY];

	snprintf(key, sizeof(key), "%s %s", node, interface);
	return json_object_get(s->index, key);
}

/* "missing" in its place, and beside it what should be there */
static json_t *shaped_by(const struct link_state *s, const json_t *port)
{
	const char *backend = json_string_value(json_object_get(port, "backend"));

	if (json_object_get(port, "missing"))
		return json_pack("{s:s, s:s}", "shaped_by", "missing", "should_be", backend);
	return json_pack("{s:s}", "shaped_by", backend ? backend : s->index ? "none" : "unknown");
}

json_t *link_state_of(const struct link_state *s, const char *node, const char *interface)
{
	json_t *port = find(s, node, interface), *shape = json_object_get(port, "shape"), *value;
	json_t *json = shaped_by(s, port);
	const char *key;

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
	const char *should_be = json_string_value(json_object_get(described, "should_be"));
	const char *by = json_string_value(json_object_get(described, "shaped_by"));
	const struct link_shape shape = shape_of_json(described);

	if (!link_state_is_shaped(described)) {
		fprintf(out, "%s", strcmp(by, "none") ? by : "-");
		return;
	}
	fprintf(out, "%s", by);
	if (should_be)
		fprintf(out, " (%s)", should_be);
	fprintf(out, ":");
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

json_t *link_state_path(const struct link_state *s, const struct topology *t,
			const struct topo_path *path)
{
	char forward[IFNAMSIZ], backward[IFNAMSIZ];

	topology_path_ifname(t, path->from, path->to, forward);
	topology_path_ifname(t, path->to, path->from, backward);
	return json_pack("{s:o, s:o}", "forward", link_state_of(s, RUN_FABRIC, forward), "backward",
			 link_state_of(s, RUN_FABRIC, backward));
}

static void report_paths(const struct link_state *s, const struct topology *t, json_t *all)
{
	for (size_t i = 0; i < t->n3_path_count; i++) {
		const struct topo_path *path = &t->n3_path[i];
		json_t *link;

		if (path->from > path->to)
			continue;
		link = link_state_path(s, t, path);
		json_object_set_new(link, "link",
				    json_pack("[s, s]", t->node[t->port[path->from].node].name,
					      t->node[t->port[path->to].node].name));
		json_array_append_new(all, link);
	}
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
	report_paths(s, t, all);
	return all;
}
