// SPDX-License-Identifier: Apache-2.0
/*
 * Alarms: all points in time that a node waits for, in one sorted list under one libuv timer.
 * Nearly all are set to the same few distances from now, so that a new one belongs at or
 * near the end of the list, where the search begins.
 */
#include <utlist.h>

#include "lib/n4/node.h"

static void on_timer(uv_timer_t *timer);

static void rearm(struct n4_node *node)
{
	uint64_t now = uv_now(node->loop);

	if (node->closing)
		return;
	if (!node->alarms) {
		uv_timer_stop(&node->timer);
		return;
	}
	uint64_t at = node->alarms->deadline_ms;
	uv_timer_start(&node->timer, on_timer, at > now ? at - now : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct n4_node *node = timer->data;
	uint64_t now = uv_now(node->loop);

	while (!node->closing && node->alarms && node->alarms->deadline_ms <= now) {
		struct n4_alarm *alarm = node->alarms;

		DL_DELETE(node->alarms, alarm);
		alarm->armed = false;
		alarm->ring(node, alarm);
	}
	rearm(node);
}

void n4_alarm_stop(struct n4_node *node, struct n4_alarm *alarm)
{
	if (!alarm->armed)
		return;
	DL_DELETE(node->alarms, alarm);
	alarm->armed = false;
}

/* The last alarm that doesn't ring after @deadline_ms, or NULL: then it goes first */
static struct n4_alarm *alarm_before(struct n4_node *node, uint64_t deadline_ms)
{
	struct n4_alarm *at;

	if (!node->alarms || node->alarms->deadline_ms > deadline_ms)
		return NULL;
	for (at = node->alarms->prev; at->deadline_ms > deadline_ms; at = at->prev)
		;
	return at;
}

void n4_alarm_set(struct n4_node *node, struct n4_alarm *alarm, unsigned in_ms)
{
	struct n4_alarm *before;

	if (node->closing)
		return;
	n4_alarm_stop(node, alarm);
	alarm->deadline_ms = uv_now(node->loop) + in_ms;
	alarm->armed = true;
	before = alarm_before(node, alarm->deadline_ms);
	if (before)
		DL_APPEND_ELEM(node->alarms, before, alarm);
	else
		DL_PREPEND(node->alarms, alarm);
	if (node->alarms == alarm)
		rearm(node);
}

void n4_alarm_init(struct n4_node *node)
{
	uv_timer_init(node->loop, &node->timer);
	node->timer.data = node;
	node->open_handles++;
}
