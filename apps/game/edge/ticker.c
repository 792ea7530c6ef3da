// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/ticker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/daemon.h"

enum { SECOND_NS = 1000000000 };

struct ticker {
	uv_poll_t poll;
	int fd;
	struct schedule schedule;
	void (*on_slot)(unsigned slot, void *user);
	void *user;
};

/* A time that is over makes the timer expire at once: in the loop's next turn. */
static void arm(struct ticker *t)
{
	struct itimerspec when = {0};
	uint64_t deadline;
	unsigned slot;

	if (schedule_soonest(&t->schedule, &slot, &deadline)) {
		when.it_value.tv_sec = (time_t)(deadline / SECOND_NS);
		when.it_value.tv_nsec = (long)(deadline % SECOND_NS);
	}
	timerfd_settime(t->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void on_expired(uv_poll_t *poll, int status, int events)
{
	struct ticker *t = poll->data;
	uint64_t count, deadline;
	unsigned slot;

	if (read(t->fd, &count, sizeof count) != sizeof count)
		return;
	if (!schedule_soonest(&t->schedule, &slot, &deadline) || deadline > clock_mono_ns()) {
		arm(t);
		return;
	}
	t->on_slot(slot, t->user);
	if (t->schedule.used[slot])
		schedule_done(&t->schedule, slot, clock_mono_ns());
	arm(t);
}

int ticker_new(uv_loop_t *loop, unsigned fps, void (*on_slot)(unsigned slot, void *user),
	       void *user, struct ticker **ret_ticker)
{
	struct ticker *t = calloc(1, sizeof *t);
	int r;

	if (!t)
		return -ENOMEM;
	t->on_slot = on_slot;
	t->user = user;
	schedule_init(&t->schedule, fps, clock_mono_ns());
	t->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	r = t->fd < 0 ? -errno : uv_poll_init(loop, &t->poll, t->fd);
	if (r < 0) {
		if (t->fd >= 0)
			close(t->fd);
		free(t);
		return r;
	}
	t->poll.data = t;
	r = uv_poll_start(&t->poll, UV_READABLE, on_expired);
	if (r < 0) {
		ticker_free(t);
		return r;
	}
	*ret_ticker = t;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct ticker *t = handle->data;

	close(t->fd);
	free(t);
}

void ticker_free(struct ticker *t)
{
	if (t)
		uv_close((uv_handle_t *)&t->poll, on_closed);
}

void ticker_use(struct ticker *t, unsigned slot)
{
	schedule_use(&t->schedule, slot, clock_mono_ns());
	arm(t);
}

void ticker_leave(struct ticker *t, unsigned slot)
{
	schedule_leave(&t->schedule, slot);
	arm(t);
}

void ticker_follow(struct ticker *t, unsigned slot, uint64_t arrival_ns)
{
	schedule_follow(&t->schedule, slot, arrival_ns);
}

uint64_t ticker_missed(const struct ticker *t)
{
	return t->schedule.missed;
}
