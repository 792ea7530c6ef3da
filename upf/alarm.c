// SPDX-License-Identifier: Apache-2.0
/* Alarms: a binary heap, the first that rings at its top. */
#include "upf/alarm.h"

#include <errno.h>
#include <stdlib.h>

enum { SIZE_MIN = 64 };

static void on_timer(uv_timer_t *timer);

static void rearm(struct upf_alarms *alarms)
{
	const uint64_t now = uv_now(alarms->loop);
	uint64_t at;

	if (!alarms->count) {
		uv_timer_stop(alarms->timer);
		return;
	}
	at = alarms->heap[1]->at_ms;
	uv_timer_start(alarms->timer, on_timer, at > now ? at - now : 0, 0);
}

static void put(struct upf_alarms *alarms, struct upf_alarm *alarm, uint32_t place)
{
	alarms->heap[place] = alarm;
	alarm->place = place;
}

static void sift_up(struct upf_alarms *alarms, struct upf_alarm *alarm)
{
	uint32_t place = alarm->place;

	while (place > 1 && alarms->heap[place / 2]->at_ms > alarm->at_ms) {
		put(alarms, alarms->heap[place / 2], place);
		place /= 2;
	}
	put(alarms, alarm, place);
}

static void sift_down(struct upf_alarms *alarms, struct upf_alarm *alarm)
{
	uint32_t place = alarm->place;

	for (uint32_t child = 2 * place; child <= alarms->count; child = 2 * place) {
		if (child < alarms->count &&
		    alarms->heap[child + 1]->at_ms < alarms->heap[child]->at_ms)
			child++;
		if (alarms->heap[child]->at_ms >= alarm->at_ms)
			break;
		put(alarms, alarms->heap[child], place);
		place = child;
	}
	put(alarms, alarm, place);
}

static void take_out(struct upf_alarms *alarms, struct upf_alarm *alarm)
{
	struct upf_alarm *last = alarms->heap[alarms->count--];

	if (last != alarm) {
		put(alarms, last, alarm->place);
		sift_up(alarms, last);
		sift_down(alarms, last);
	}
	alarm->place = 0;
}

static void on_timer(uv_timer_t *timer)
{
	struct upf_alarms *alarms = timer->data;
	const uint64_t now = uv_now(alarms->loop);

	while (alarms->count && alarms->heap[1]->at_ms <= now) {
		struct upf_alarm *alarm = alarms->heap[1];

		take_out(alarms, alarm);
		alarms->ring(alarm, alarms->user);
	}
	rearm(alarms);
}

static int room_make(struct upf_alarms *alarms)
{
	const uint32_t size = alarms->size ? 2 * alarms->size : SIZE_MIN;
	struct upf_alarm **heap;

	if (alarms->count + 1 < alarms->size)
		return 0;
	heap = realloc(alarms->heap, size * sizeof(struct upf_alarm *));
	if (!heap)
		return -ENOMEM;
	alarms->heap = heap;
	alarms->size = size;
	return 0;
}

int upf_alarm_set(struct upf_alarms *alarms, struct upf_alarm *alarm, uint64_t at_ms)
{
	int rc = alarm->place ? 0 : room_make(alarms);

	if (rc)
		return rc;
	alarm->at_ms = at_ms;
	if (!alarm->place)
		put(alarms, alarm, ++alarms->count);
	sift_up(alarms, alarm);
	sift_down(alarms, alarm);
	rearm(alarms);
	return 0;
}

void upf_alarm_stop(struct upf_alarms *alarms, struct upf_alarm *alarm)
{
	if (!alarm->place)
		return;
	take_out(alarms, alarm);
	rearm(alarms);
}

static void on_close_free(uv_handle_t *handle)
{
	free(handle);
}

int upf_alarms_init(struct upf_alarms *alarms, uv_loop_t *loop,
		    void (*ring)(struct upf_alarm *alarm, void *user), void *user)
{
	*alarms = (struct upf_alarms){.loop = loop, .ring = ring, .user = user};
	alarms->timer = calloc(1, sizeof(*alarms->timer));
	if (!alarms->timer)
		return -ENOMEM;
	uv_timer_init(loop, alarms->timer);
	alarms->timer->data = alarms;
	return 0;
}

void upf_alarms_done(struct upf_alarms *alarms)
{
	if (alarms->timer)
		uv_close((uv_handle_t *)alarms->timer, on_close_free);
	free(alarms->heap);
	*alarms = (struct upf_alarms){0};
}
