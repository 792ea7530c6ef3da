// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/probe.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "testbed/measure/clock_watch.h"
#include "testbed/measure/probe_stream.h"

enum {
	SENDER_PRIORITY = 40,
	RECEIVER_PRIORITY = 30,
	POLL_MS = 50,
	EVENTS = 64,
	TOGETHER_NS = 1000000
};

struct probe {
	uint64_t interval_ns;
	size_t count;
	struct probe_stream *stream;
	int epoll;
	pthread_t sender, receiver;
	bool sender_runs, receiver_runs;
	atomic_bool stop_sending, stop_receiving, full, stepped;
	struct clock_watch watch; /* the sender's, as is the next */
	struct hdr *late;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ---- sending ---- */

static void note_lateness(struct probe *p, struct probe_stream *s, uint64_t late_ns)
{
	if (late_ns > s->late_max_ns)
		s->late_max_ns = late_ns;
	s->missed += late_ns >= p->interval_ns;
	hdr_add(p->late, (int64_t)late_ns);
}

static void sleep_until(uint64_t deadline_ns)
{
	struct timespec ts = {(time_t)(deadline_ns / 1000000000u),
			      (long)(deadline_ns % 1000000000u)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static void send_one(struct probe *p, struct probe_stream *s, uint64_t monotonic_ns)
{
	uint64_t now = now_ns(CLOCK_REALTIME);

	clock_watch_pair(&p->watch, monotonic_ns, now);
	if (p->watch.step_ns)
		atomic_store(&p->stepped, true);
	if (probe_stream_send(s, now) < 0)
		atomic_store(&p->full, true);
}

/* When the @n'th probe of all is to be sent, from the first on. The streams' probes are spread over
 * the interval, those that are due within a millisecond of one another together: to be woken for
 * each costs more than to send it. */
static uint64_t due_ns(const struct probe *p, uint64_t n)
{
	uint64_t within = n % p->count * p->interval_ns / p->count;

	return n / p->count * p->interval_ns + within - (p->count > 1 ? within % TOGETHER_NS : 0);
}

static void *send_all(void *arg)
{
	struct probe *p = arg;
	uint64_t start = now_ns(CLOCK_MONOTONIC) + p->interval_ns;

	for (uint64_t n = 0; !atomic_load(&p->stop_sending) && !atomic_load(&p->full); n++) {
		uint64_t deadline = start + due_ns(p, n);
		struct probe_stream *s = &p->stream[n % p->count];
		uint64_t now = now_ns(CLOCK_MONOTONIC);

		if (now < deadline) {
			sleep_until(deadline);
			now = now_ns(CLOCK_MONOTONIC);
		}
		note_lateness(p, s, now - deadline);
		send_one(p, s, now);
	}
	return NULL;
}

/* ---- receiving ---- */

static void *receive_all(void *arg)
{
	struct epoll_event event[EVENTS];
	struct probe *p = arg;

	while (!atomic_load(&p->stop_receiving) && !atomic_load(&p->full)) {
		int n = epoll_wait(p->epoll, event, EVENTS, POLL_MS);

		for (int i = 0; i < n; i++)
			if (probe_stream_receive(event[i].data.ptr) < 0)
				atomic_store(&p->full, true);
	}
	return NULL;
}

/* ---- starting and ending ---- */

static int open_streams(struct probe *p, const struct probe_config *config)
{
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0)
		return -errno;
	for (size_t i = 0; i < p->count; i++) {
		struct probe_stream *s = &p->stream[i];
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
		int r = probe_stream_open(s, config->netns_fd[i], config->service,
					  (uint16_t)(config->ssid + i), p->count == 1);

		if (r == 0 && epoll_ctl(p->epoll, EPOLL_CTL_ADD, s->fd, &event) < 0)
			r = -errno;
		if (r < 0)
			return r;
	}
	return 0;
}

/* Real-time where allowed, else as the machine permits: the noise floor in the report tells. */
static int start_thread(pthread_t *thread, int priority, void *(*run)(void *), struct probe *p)
{
	struct sched_param param = {.sched_priority = priority};
	int r = pthread_create(thread, NULL, run, p);

	if (r == 0)
		pthread_setschedparam(*thread, SCHED_FIFO, &param);
	return -r;
}

static void stop(struct probe *p)
{
	probe_stop_sending(p);
	atomic_store(&p->stop_receiving, true);
	if (p->receiver_runs)
		pthread_join(p->receiver, NULL);
	p->receiver_runs = false;
}

static void probe_free(struct probe *p)
{
	for (size_t i = 0; p->stream && i < p->count; i++)
		probe_stream_done(&p->stream[i]);
	if (p->epoll >= 0)
		close(p->epoll);
	free(p->stream);
	free(p->late);
	free(p);
}

static int probe_new(const struct probe_config *config, struct probe **ret_probe)
{
	struct probe *p = calloc(1, sizeof *p);

	if (!p)
		return -ENOMEM;
	*ret_probe = p;
	p->epoll = -1;
	p->interval_ns = config->interval_ns;
	p->count = config->count;
	p->late = calloc(1, sizeof *p->late);
	p->stream = calloc(p->count, sizeof *p->stream);
	for (size_t i = 0; p->stream && i < p->count; i++)
		p->stream[i].fd = -1;
	return p->late && p->stream ? open_streams(p, config) : -ENOMEM;
}

int probe_start(const struct probe_config *config, struct probe **ret_probe)
{
	struct probe *p = NULL;
	int r = probe_new(config, &p);

	if (r == 0)
		r = start_thread(&p->receiver, RECEIVER_PRIORITY, receive_all, p);
	if (r == 0) {
		p->receiver_runs = true;
		r = start_thread(&p->sender, SENDER_PRIORITY, send_all, p);
		p->sender_runs = r == 0;
	}
	if (r == 0) {
		*ret_probe = p;
	} else if (p) {
		stop(p);
		probe_free(p);
	}
	return r;
}

void probe_stop_sending(struct probe *p)
{
	atomic_store(&p->stop_sending, true);
	if (p->sender_runs)
		pthread_join(p->sender, NULL);
	p->sender_runs = false;
}

const char *probe_trouble(const struct probe *p)
{
	if (atomic_load(&p->full))
		return "there is no room for more samples";
	return atomic_load(&p->stepped) ? "the machine's clock was set" : NULL;
}

int64_t probe_finish(struct probe *p, struct probe_run *runs)
{
	int64_t step_ns;

	stop(p);
	clock_watch_end(&p->watch);
	step_ns = p->watch.step_ns;
	for (size_t i = 0; i < p->count; i++) {
		probe_stream_finish(&p->stream[i], &runs[i]);
		runs[i].interval_ns = p->interval_ns;
	}
	runs[0].sender_late = p->late;
	p->late = NULL;
	probe_free(p);
	return step_ns;
}
