// SPDX-License-Identifier: Apache-2.0
/*
 * Scripted changes against each other: what each link's shape is after every one of them, and
 * whether it makes sense then. While a key is on its way it counts as not being none.
 */
#include <errno.h>
#include <stdlib.h>

#include "testbed/topology_internal.h"

struct event {
	const struct topo_change *change;
	uint64_t at_us;
	bool begins; /* something that takes time; else it is over */
};

static int compare_ports(const struct topo_change *a, const struct topo_change *b)
{
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return (int)a->back - (int)b->back;
}

/* By port and time; one may begin where another ends. */
static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	int order = compare_ports(x->change, y->change);

	if (order)
		return order;
	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return (int)x->begins - (int)y->begins;
}

static bool is_on_its_way(const struct topo_change *change, enum shape_key key, double now)
{
	return shape_get(&change->shape.is, key) < now;
}

static void take(const struct event *event, struct link_shape *shape)
{
	const struct topo_change *change = event->change;

	for (enum shape_key key = 0; key < SHAPE_KEYS; key++) {
		if (!change->shape.at[key].line)
			continue;
		if (!event->begins || !is_on_its_way(change, key, shape_get(shape, key)))
			shape_set(shape, key, shape_get(&change->shape.is, key));
	}
}

/* Those of one time are one change. */
static int run(struct topo_reader *r, const struct event *event, size_t count,
	       struct link_shape *shape)
{
	const char *why;

	for (size_t i = 0; i < count; i++) {
		take(&event[i], shape);
		if (i + 1 < count && event[i + 1].at_us == event[i].at_us)
			continue;
		if (shape_check(shape, &why) != SHAPE_KEYS)
			return topo_fail_at(r, event[i].change->place, "after this change: %s",
					    why);
	}
	return 0;
}

/* Changes that begin again find what they have left. */
static int run_port(struct topo_reader *r, const struct event *event, size_t count)
{
	const struct topo_port *port = &r->t->port[event->change->port];
	struct link_shape shape = event->change->back ? port->back.is : port->shape.is;
	int rc = run(r, event, count, &shape);

	return !rc && r->t->repeat_us ? run(r, event, count, &shape) : rc;
}

static size_t make_events(const struct topology *t, struct event *event)
{
	size_t count = 0;

	for (size_t i = 0; i < t->change_count; i++) {
		const struct topo_change *change = &t->change[i];

		if (change->over_us)
			event[count++] = (struct event){change, change->at_us, true};
		event[count++] = (struct event){change, change->at_us + change->over_us, false};
	}
	qsort(event, count, sizeof(*event), by_time);
	return count;
}

int topo_check_timeline(struct topo_reader *r)
{
	struct event *event = calloc(2 * r->t->change_count + 1, sizeof(*event));
	size_t count, end;
	int rc = 0;

	if (!event)
		return -ENOMEM;
	count = make_events(r->t, event);
	for (size_t i = 0; !rc && i < count; i = end) {
		for (end = i + 1; end < count; end++)
			if (compare_ports(event[i].change, event[end].change))
				break;
		rc = run_port(r, event + i, end - i);
	}
	free(event);
	return rc;
}
