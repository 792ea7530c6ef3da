/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-shot timers whose owner may be freed at any time: the libuv handle lives on its own until
 * libuv has closed it.
 */
#ifndef BATON_SMF_TIMER_H
#define BATON_SMF_TIMER_H

#include <uv.h>

struct smf_timer;

/** smf_timer_new - Return: NULL when out of memory; free with smf_timer_free */
struct smf_timer *smf_timer_new(uv_loop_t *loop, void (*expired)(void *user), void *user);
/** smf_timer_start - once, in @ms; starting anew replaces */
void smf_timer_start(struct smf_timer *timer, unsigned ms);
void smf_timer_stop(struct smf_timer *timer);
/** smf_timer_free - @expired is not called any more; takes NULL */
void smf_timer_free(struct smf_timer *timer);

#endif
