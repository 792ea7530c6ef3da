// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/measure/outward.h"

/* ---- what nodes use ---- */

static void add_port(const struct nl_link *link, void *user)
{
	struct resources *what = user;
	struct resource_port *port = &what->port[what->port_count];

	if (what->port_count == RESOURCE_PORTS_MAX)
		return;
	*port = (struct resource_port){.node = what->node_count,
				       .control = strcmp(link->name, "mgmt0") == 0};
	snprintf(port->name, sizeof port->name, "%s", link->name);
	what->port_count++;
}

static void add_node(const struct place *p, unsigned node, struct resources *what)
{
	struct resource_node *is = &what->node[what->node_count];
	int fd = run_netns_open(&p->run, node);

	if (fd < 0)
		return;
	snprintf(is->name, sizeof is->name, "%s", p->topology->node[node].name);
	is->init = p->run.node[node].init.pid;
	outward_each(fd, add_port, what);
	close(fd);
	what->node_count++;
}

/* Where there are more than can be looked at, those that a migration is about come first. */
static void add_nodes(const struct place *p, bool first_choice, struct resources *what)
{
	for (unsigned i = 0; i < p->topology->node_count; i++) {
		enum topo_kind kind = p->topology->node[i].kind;
		bool first = kind == TOPO_EDGE || kind == TOPO_CLOUD || i == p->ue;

		if (first == first_choice && what->node_count < RESOURCE_NODES_MAX)
			add_node(p, i, what);
	}
}

int watch_recorder_start(const struct place *p, uint64_t interval_ms,
			 struct resource_recorder **ret_recorder)
{
	struct resources what = {.interval_ns = interval_ms * 1000000};
	int r;

	add_nodes(p, true, &what);
	add_nodes(p, false, &what);
	r = resource_recorder_start(&what, ret_recorder);
	if (r < 0)
		complain("what nodes use can't be recorded: %s", strerror(-r));
	return r;
}

/* ---- both ---- */

int watch_begin(struct watch *w, const struct place *p, const struct measure_options *o)
{
	int r = 0;

	*w = (struct watch){0};
	if (o->bytes)
		r = bytes_counter_start(&p->run, p->topology, &w->bytes);
	if (r == 0 && w->bytes)
		r = bytes_counter_read(w->bytes, &w->begin);
	return r;
}

int watch_resources(struct watch *w, const struct place *p, const struct measure_options *o)
{
	return o->resources_ms ? watch_recorder_start(p, o->resources_ms, &w->recorder) : 0;
}

void watch_switch_begins(struct watch *w)
{
	if (!w->bytes)
		return;
	bytes_reading_done(&w->before);
	bytes_counter_read(w->bytes, &w->before);
}

static json_t *pair_of(const struct bytes_places *places, const struct bytes_reading *during,
		       const char *from, const char *to)
{
	size_t a = bytes_place_of(places, from), b = bytes_place_of(places, to);
	struct bytes_pair *pair = NULL;
	struct bytes_matrix matrix;
	json_t *j;

	if (a == places->count || b == places->count || a == b ||
	    bytes_matrix_new(places, during, &matrix) < 0)
		return NULL;
	pair = bytes_pair_new(places, during, &matrix, a, b);
	j = pair ? bytes_pair_json(places, pair) : NULL;
	free(pair);
	bytes_matrix_done(&matrix);
	return j;
}

void watch_switch_ends(struct watch *w, const char *from, const char *to,
		       struct switch_event *event)
{
	struct bytes_reading after, during;

	if (!w->bytes || bytes_counter_read(w->bytes, &after) < 0)
		return;
	if (bytes_since(&w->before, &after, &during) == 0) {
		event->bytes = pair_of(bytes_counter_places(w->bytes), &during, from, to);
		bytes_reading_done(&during);
	}
	bytes_reading_done(&after);
}

void watch_end(struct watch *w, struct report *r)
{
	struct bytes_reading end;

	resource_recorder_finish(w->recorder, &r->resources);
	if (w->bytes && bytes_counter_read(w->bytes, &end) == 0) {
		bytes_since(&w->begin, &end, &r->bytes);
		r->bytes_places = malloc(sizeof *r->bytes_places);
		if (r->bytes_places)
			*r->bytes_places = *bytes_counter_places(w->bytes);
		bytes_reading_done(&end);
	}
	bytes_reading_done(&w->begin);
	bytes_reading_done(&w->before);
	bytes_counter_stop(w->bytes);
	*w = (struct watch){0};
}
