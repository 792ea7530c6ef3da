// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/path.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "link-shaper/checksum.h"
#include "link-shaper/path_batch.h"
#include "link-shaper/queue.h"
#include "link-shaper/segment.h"

enum {
	EVENTS = 64,
	NICE = -20,
	PRIORITY = 10, /* above everything that isn't real-time, below the kernel's own threads */
	/* how long before a packet is due the thread is awake and looks at the clock: as long as
	 * wake-ups take here, but no longer than the first where it has little to do, the second,
	 * or the third where others want the processor */
	SPIN_MIN_NS = 3000,
	SPIN_IDLE_NS = 120000,
	SPIN_BUSY_NS = 30000,
	SPIN_CROWDED_NS = 8000,
	IDLE_NS = 4000000,	/* awake for less than this in a window: little to do */
	WINDOW_NS = 20000000,	/* of every such time */
	REALTIME_NS = 18000000, /* it may be awake so long at real-time priority */
	CROWDED_WINDOWS = 250,
	SPLIT_NS = 1000000, /* a super-packet that keeps the wire busy longer goes in pieces */
	STAMP_OLD_NS =
		1000000000, /* older than this is a clock that was set, not a packet that waited */
	TIMER_SLACK_NS = 1,
};

struct path {
	pthread_t thread;
	pthread_mutex_t lock;
	int epoll_fd, wake_fd;
	atomic_bool stop;
	unsigned generation; /* of the lanes: events from before are void */
	struct packet_pool pool;
	struct queue queue;
	struct batch_in in;
	struct batch_out out;
	uint64_t real_offset_ns; /* CLOCK_REALTIME less CLOCK_MONOTONIC */
	uint64_t wake_ns;	 /* what a wake-up takes: rises fast, falls slowly */
	bool realtime_allowed, realtime;
	bool idle;	  /* it had little to do in the last window */
	unsigned crowded; /* for so many windows others are taken to want the processor */
	long preempted;	  /* how often, as getrusage has it */
	uint64_t window_ns, slept_ns; /* when the window began, and its sleep so far */
};

void path_lock(struct path *path)
{
	pthread_mutex_lock(&path->lock);
}

void path_unlock(struct path *path)
{
	pthread_mutex_unlock(&path->lock);
}

/* ---- in ---- */

static void enqueue(struct path *path, struct lane *lane, struct packet *packet,
		    const struct line_copy *copy)
{
	if (copy->corrupt)
		packet_corrupt(packet, &lane->line.random);
	packet->due_ns = copy->due_ns;
	if (queue_push(&path->queue, copy->due_ns, packet)) {
		lane->overrun++;
		packet_free(&path->pool, packet);
	}
}

/* One packet of the wire, or a super-packet that goes whole; @packet is given */
static void admit(struct path *path, struct lane *lane, struct packet *packet, uint64_t at_ns,
		  uint64_t bytes)
{
	struct line_verdict verdict;

	line_admit(&lane->line, at_ns, (uint32_t)bytes, &verdict);
	for (unsigned i = 0; i + 1 < verdict.copies; i++) {
		struct packet *copy = packet_clone(&path->pool, packet);

		if (copy)
			enqueue(path, lane, copy, &verdict.copy[i]);
		else
			lane->overrun++;
	}
	if (verdict.copies)
		enqueue(path, lane, packet, &verdict.copy[verdict.copies - 1]);
	else
		packet_free(&path->pool, packet);
}

/* Shares are of packets on the wire, and a slow wire takes its packets one by one. */
static bool must_split(const struct line *line, uint64_t bytes)
{
	const struct link_shape *s = &line->shape;

	return s->loss > 0 || s->duplicate > 0 || s->reorder > 0 || s->corrupt > 0 ||
	       line_send_ns(line, (uint32_t)bytes) > SPLIT_NS;
}

static void split(struct path *path, struct lane *lane, struct packet *packet, uint64_t at_ns,
		  const struct segment_plan *plan)
{
	struct packet *piece;

	for (uint32_t i = 0; i < plan->pieces; i++) {
		if (segment_cut(&path->pool, packet, plan, i, &piece))
			lane->overrun++;
		else
			admit(path, lane, piece, at_ns, piece->len);
	}
	packet_free(&path->pool, packet);
}

static void arrive(struct path *path, struct lane *lane, struct packet *packet, uint64_t at_ns)
{
	struct segment_plan plan;
	uint64_t bytes = packet->len;

	packet->owner = lane;
	if (!segment_plan(packet, &plan)) {
		bytes = segment_wire_bytes(packet, &plan);
		/* the port's device must not cut what is in a tunnel */
		if (plan.gtp || must_split(&lane->line, bytes)) {
			split(path, lane, packet, at_ns, &plan);
			return;
		}
	}
	admit(path, lane, packet, at_ns, bytes);
}

/* On the clock of the queue. Without a credible stamp it came now. */
static uint64_t arrival_ns(const struct path *path, uint64_t stamp_ns, uint64_t now_ns)
{
	const uint64_t at = stamp_ns - path->real_offset_ns;

	return stamp_ns && at <= now_ns && now_ns - at < STAMP_OLD_NS ? at : now_ns;
}

static void lane_read(struct path *path, struct lane *lane)
{
	uint64_t stamp, now;
	int n = batch_receive(&path->in, lane->fd);

	now = clock_mono_ns();
	if (n < 0) /* of one packet, or of the device: the next read tells */
		lane->overrun += n == -EINVAL;
	for (int i = 0; i < n; i++) {
		struct packet *packet = batch_take(&path->in, &path->pool, (unsigned)i, &stamp);

		if (packet)
			arrive(path, lane, packet, arrival_ns(path, stamp, now));
		else
			lane->overrun++;
	}
}

/* ---- out ---- */

static void release(struct path *path)
{
	uint64_t now = clock_mono_ns();

	while (queue_due(&path->queue) <= now) {
		struct lane *lane = NULL;

		while (path->out.count < BATCH_SIZE && queue_due(&path->queue) <= now) {
			struct packet *packet = path->queue.item[0].packet;

			if (lane && packet->owner != lane)
				break;
			lane = packet->owner;
			queue_pop(&path->queue);
			lateness_add(&lane->lateness, now - packet->due_ns);
			batch_add(&path->out, packet);
		}
		batch_send(&path->out, &path->pool, lane);
		now = clock_mono_ns();
	}
}

/* ---- the thread ---- */

static void clocks_compare(struct path *path)
{
	const uint64_t before = clock_mono_ns(), real = clock_now_ns(), after = clock_mono_ns();

	path->real_offset_ns = real - (before + (after - before) / 2);
}

static void priority_set(struct path *path, bool realtime)
{
	const struct sched_param param = {.sched_priority = realtime ? PRIORITY : 0};

	if (path->realtime == realtime)
		return;
	path->realtime = realtime;
	(void)sched_setscheduler(0, realtime ? SCHED_FIFO : SCHED_OTHER, &param);
}

/* Was the processor taken away from this thread since the last call? */
static bool was_preempted(struct path *path)
{
	struct rusage usage;
	const long before = path->preempted;

	if (getrusage(RUSAGE_THREAD, &usage))
		return false;
	path->preempted = usage.ru_nivcsw;
	return usage.ru_nivcsw > before;
}

/*
 * Where wake-ups take longer than packets are apart the thread never sleeps. At real-time priority
 * the kernel would stop it for tens of milliseconds every second then, so that others have their
 * share (sched_rt_runtime_us, the fair server). So it leaves them a tenth of the time, at ordinary
 * priority, but goes on: to sleep would make the processor idle, from which a virtual machine comes
 * back up to milliseconds late. Once somebody has made use of it, it sleeps between packets, at
 * real-time priority for a while, which is exact on a processor that isn't idle.
 */
static void priority_turn(struct path *path, uint64_t now)
{
	bool share;

	if (now - path->window_ns >= WINDOW_NS) {
		path->idle = now - path->window_ns - path->slept_ns < IDLE_NS;
		if (path->realtime_allowed && !path->realtime && was_preempted(path))
			path->crowded = CROWDED_WINDOWS;
		else if (path->crowded)
			path->crowded--;
		path->window_ns = now;
		path->slept_ns = 0;
	}
	if (!path->realtime_allowed)
		return;
	share = now - path->window_ns - path->slept_ns >= REALTIME_NS;
	if (share && !path->crowded && path->realtime)
		(void)was_preempted(path); /* from here on it counts */
	priority_set(path, !share || path->crowded);
}

static uint64_t spin_ns(const struct path *path)
{
	const uint64_t spin = path->wake_ns + path->wake_ns / 4 + SPIN_MIN_NS;
	uint64_t max = path->idle ? SPIN_IDLE_NS : SPIN_BUSY_NS;

	if (path->crowded && !path->idle)
		max = SPIN_CROWDED_NS;
	return spin < max ? spin : max;
}

static void wake_learn(struct path *path, uint64_t late_ns)
{
	if (late_ns > SPIN_IDLE_NS)
		late_ns = SPIN_IDLE_NS;
	if (late_ns > path->wake_ns)
		path->wake_ns += (late_ns - path->wake_ns) / 4;
	else
		path->wake_ns -= (path->wake_ns - late_ns) / 64;
}

static int wait_events(struct path *path, uint64_t due_ns, struct epoll_event events[EVENTS])
{
	const uint64_t now = clock_mono_ns(), spin = spin_ns(path);
	struct timespec wait = {0}, *timeout = &wait;
	uint64_t sleep_ns = 0, after;
	int n;

	priority_turn(path, now);
	if (due_ns == UINT64_MAX) {
		timeout = NULL;
	} else if (due_ns > now + spin) {
		sleep_ns = due_ns - spin - now;
		wait = (struct timespec){(time_t)(sleep_ns / 1000000000u),
					 (long)(sleep_ns % 1000000000u)};
	}
	n = epoll_pwait2(path->epoll_fd, events, EVENTS, timeout, NULL);
	if (timeout && !sleep_ns)
		return n;
	after = clock_mono_ns();
	path->slept_ns += after - now;
	if (!n && after - now > sleep_ns)
		wake_learn(path, after - now - sleep_ns);
	return n;
}

static void turn(struct path *path, const struct epoll_event *events, int count)
{
	clocks_compare(path);
	for (int i = 0; i < count; i++)
		if (events[i].data.ptr)
			lane_read(path, events[i].data.ptr);
	release(path);
}

static void *path_run(void *user)
{
	struct path *path = user;
	struct epoll_event events[EVENTS];

	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE); /* for when it isn't real-time */
	path_lock(path);
	while (!atomic_load(&path->stop)) {
		const uint64_t due_ns = queue_due(&path->queue);
		const unsigned generation = path->generation;
		int n;

		path_unlock(path);
		n = wait_events(path, due_ns, events);
		path_lock(path);
		/* what is still to be read is told again */
		turn(path, events, generation == path->generation ? n : 0);
	}
	path_unlock(path);
	return NULL;
}

static void wake(struct path *path)
{
	const uint64_t one = 1;

	if (write(path->wake_fd, &one, sizeof(one)) < 0)
		return; /* full: it is awake */
}

static int thread_start(struct path *path, bool realtime)
{
	const struct sched_param param = {.sched_priority = PRIORITY};
	pthread_attr_t attr;
	int rc;

	pthread_attr_init(&attr);
	if (realtime) {
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
		pthread_attr_setschedparam(&attr, &param);
	}
	rc = pthread_create(&path->thread, &attr, path_run, path);
	pthread_attr_destroy(&attr);
	return -rc;
}

/* Whoever holds it while the thread wants it runs at the thread's priority. */
static void lock_init(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

static int events_open(struct path *path)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};

	path->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	path->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (path->epoll_fd < 0 || path->wake_fd < 0 ||
	    epoll_ctl(path->epoll_fd, EPOLL_CTL_ADD, path->wake_fd, &event) < 0)
		return -errno;
	return 0;
}

static void path_done(struct path *path)
{
	if (path->epoll_fd >= 0)
		close(path->epoll_fd);
	if (path->wake_fd >= 0)
		close(path->wake_fd);
	queue_done(&path->queue);
	packet_pool_done(&path->pool);
	pthread_mutex_destroy(&path->lock);
	free(path);
}

int path_new(struct path **ret_path, bool *ret_realtime)
{
	struct path *path = calloc(1, sizeof(*path));
	int rc;

	if (!path)
		return -ENOMEM;
	path->epoll_fd = path->wake_fd = -1;
	lock_init(&path->lock);
	rc = packet_pool_init(&path->pool);
	if (!rc)
		rc = queue_init(&path->queue, PACKET_POOL);
	if (!rc)
		rc = batch_in_init(&path->in, &path->pool);
	if (!rc)
		rc = events_open(path);
	if (!rc) {
		path->realtime_allowed = path->realtime = true;
		*ret_realtime = !thread_start(path, true);
		if (!*ret_realtime) {
			path->realtime_allowed = path->realtime = false;
			rc = thread_start(path, false);
		}
	}
	if (rc) {
		path_done(path);
		return rc;
	}
	*ret_path = path;
	return 0;
}

void path_free(struct path *path)
{
	if (!path)
		return;
	atomic_store(&path->stop, true);
	wake(path);
	pthread_join(path->thread, NULL);
	path_done(path);
}

int path_lane_add(struct path *path, struct lane *lane)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = lane};

	return epoll_ctl(path->epoll_fd, EPOLL_CTL_ADD, lane->fd, &event) < 0 ? -errno : 0;
}

struct flush {
	struct path *path;
	struct lane *lane;
};

static bool flush_takes(const struct packet *packet, void *user)
{
	const struct flush *flush = user;

	return packet->owner == flush->lane;
}

static void flush_one(struct packet *packet, void *user)
{
	struct flush *flush = user;
	struct path *path = flush->path;

	batch_add(&path->out, packet);
	if (path->out.count == BATCH_SIZE)
		batch_send(&path->out, &path->pool, flush->lane);
}

void path_lane_remove(struct path *path, struct lane *lane)
{
	struct flush flush = {path, lane};

	path_lock(path);
	epoll_ctl(path->epoll_fd, EPOLL_CTL_DEL, lane->fd, NULL);
	path->generation++;
	lane_read(path, lane);
	queue_drain(&path->queue, flush_takes, flush_one, &flush);
	batch_send(&path->out, &path->pool, lane);
	path_unlock(path);
}

void lane_overrun_read(struct lane *lane)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (!getsockopt(lane->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		lane->overrun += stats.tp_drops;
}
