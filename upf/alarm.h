/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alarms: points in time that any number of sessions wait for, in a heap under one libuv timer. An
 * alarm is a member of what waits, and costs no allocation.
 */
#ifndef BATON_UPF_ALARM_H
#define BATON_UPF_ALARM_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* All zero: not set */
struct upf_alarm {
	uint64_t at_ms; /* uv_now() */
	uint32_t place; /* in the heap, from 1; 0: not set */
};

struct upf_alarms {
	uv_loop_t *loop;
	uv_timer_t *timer;
	struct upf_alarm **heap; /* from 1 */
	uint32_t count, size;
	void (*ring)(struct upf_alarm *alarm, void *user);
	void *user;
};

/**
 * upf_alarms_init - @ring is called for each when its time has come; it isn't set any more then
 * Return: 0 or -ENOMEM
 */
int upf_alarms_init(struct upf_alarms *alarms, uv_loop_t *loop,
		    void (*ring)(struct upf_alarm *alarm, void *user), void *user);
/** upf_alarms_done - none rings any more; the timer closes in the loop's next turn */
void upf_alarms_done(struct upf_alarms *alarms);

/** upf_alarm_set - in place of what it was set to; Return: 0, or -ENOMEM: it is as it was */
int upf_alarm_set(struct upf_alarms *alarms, struct upf_alarm *alarm, uint64_t at_ms);
void upf_alarm_stop(struct upf_alarms *alarms, struct upf_alarm *alarm);

#endif
