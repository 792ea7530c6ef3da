// SPDX-License-Identifier: Apache-2.0
/* One-shot timers on libuv's, freed by libuv's close callback. */
#include "smf-lite/timer.h"

#include <stdlib.h>

struct smf_timer {
	uv_timer_t handle;
	void (*expired)(void *user);
	void *user;
};

static void on_expired(uv_timer_t *handle)
{
	struct smf_timer *timer = handle->data;

	timer->expired(timer->user);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

struct smf_timer *smf_timer_new(uv_loop_t *loop, void (*expired)(void *user), void *user)
{
	struct smf_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return NULL;
	uv_timer_init(loop, &timer->handle);
	timer->handle.data = timer;
	timer->expired = expired;
	timer->user = user;
	return timer;
}

void smf_timer_start(struct smf_timer *timer, unsigned ms)
{
	uv_update_time(
		timer->handle.loop); /* a long callback before this one must not shorten it */
	uv_timer_start(&timer->handle, on_expired, ms, 0);
}

void smf_timer_stop(struct smf_timer *timer)
{
	uv_timer_stop(&timer->handle);
}

void smf_timer_free(struct smf_timer *timer)
{
	if (timer)
		uv_close((uv_handle_t *)&timer->handle, on_closed);
}
