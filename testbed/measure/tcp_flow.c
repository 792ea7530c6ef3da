// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/tcp_flow.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "testbed/measure/probe.h"

enum {
	CONNECTIONS_MAX = 100000,
	TIMELINE_MAX = 1 << 21, /* samples, silences: over five hours of samples */
	SINKS_MAX = 16,		/* listeners and connections that have not ended yet */
	RETRY_NS = 2000000,	/* when there is no route, as in the middle of break-before-make */
	TICK_NS = 1000000,	/* the sender writes this often */
	SEND_BUFFER = 256 << 10,
	READ_SIZE = 256 << 10,
	CHUNK_MAX = 128 << 10
};

struct tcp_flow {
	struct tcp_run run;
	struct sockaddr_in to;
	int ue_netns_fd;
	pthread_t sender, reader;
	bool sender_runs, reader_runs;
	atomic_bool stop;

	pthread_mutex_t lock;	/* of the sender's socket, which the reader samples, and the list of
				   connections */
	int fd;			/* -1: none */
	uint32_t retransmitted; /* by connections that have ended */

	struct pollfd sink[SINKS_MAX]; /* the listeners first */
	size_t listeners, sinks;
	uint64_t received, last_ns;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void sleep_until(uint64_t monotonic_ns)
{
	struct timespec ts = {(time_t)(monotonic_ns / 1000000000u),
			      (long)(monotonic_ns % 1000000000u)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* Room for one more, doubling; NULL: there is none, and the run is cut short. */
static void *append(struct tcp_run *run, void **array, size_t *count, size_t size, size_t max)
{
	size_t n = *count;

	if (n == max) {
		run->cut = true;
		return NULL;
	}
	if (!n || (n >= 64 && !(n & (n - 1)))) {
		void *larger = realloc(*array, (n < 64 ? 64 : 2 * n) * size);

		if (!larger) {
			run->cut = true;
			return NULL;
		}
		*array = larger;
	}
	++*count;
	return memset((char *)*array + n * size, 0, size);
}

/* ---- the sender ---- */

static uint32_t retransmissions_of(int fd, uint32_t *ret_rtt_us)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof info;

	if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return 0;
	if (ret_rtt_us)
		*ret_rtt_us = info.tcpi_rtt;
	return info.tcpi_total_retrans;
}

static int open_connection(struct tcp_flow *f)
{
	int fd = netns_socket(f->ue_netns_fd, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			      0),
	    size = SEND_BUFFER, on = 1;

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (struct sockaddr *)&f->to, sizeof f->to) < 0 && errno != EINPROGRESS) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* Return: 0 when it stands, or the errno that ended the attempt */
static int await_connection(struct tcp_flow *f, int fd)
{
	while (!atomic_load(&f->stop)) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		int error = 0;
		socklen_t len = sizeof error;

		if (poll(&p, 1, 10) <= 0)
			continue;
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
		return error;
	}
	return ECANCELED;
}

static struct tcp_connection *latest(struct tcp_flow *f)
{
	return &f->run.connection[f->run.connection_count - 1];
}

static void note_connected(struct tcp_flow *f, int fd)
{
	struct sockaddr_in local = {0};
	socklen_t len = sizeof local;

	getsockname(fd, (struct sockaddr *)&local, &len);
	pthread_mutex_lock(&f->lock);
	f->fd = fd;
	latest(f)->connected_ns = now_ns(CLOCK_REALTIME);
	latest(f)->local = local.sin_addr;
	pthread_mutex_unlock(&f->lock);
}

/* Until a connection stands, or the end; Return: its descriptor, -1 at the end */
static int connect_again(struct tcp_flow *f)
{
	struct tcp_connection *c;

	if (atomic_load(&f->stop))
		return -1;
	c = append(&f->run, (void **)&f->run.connection, &f->run.connection_count, sizeof *c,
		   CONNECTIONS_MAX);
	if (!c)
		return -1;
	c->asked_ns = now_ns(CLOCK_REALTIME);
	while (!atomic_load(&f->stop)) {
		int fd = open_connection(f);

		c->attempts++;
		if (fd >= 0 && await_connection(f, fd) == 0) {
			note_connected(f, fd);
			return fd;
		}
		if (fd >= 0)
			close(fd);
		sleep_until(now_ns(CLOCK_MONOTONIC) + RETRY_NS);
	}
	return -1;
}

static void note_end(struct tcp_flow *f, int error)
{
	pthread_mutex_lock(&f->lock);
	f->retransmitted += retransmissions_of(f->fd, NULL);
	close(f->fd);
	f->fd = -1;
	latest(f)->ended_ns = error ? now_ns(CLOCK_REALTIME) : 0;
	latest(f)->error = error;
	pthread_mutex_unlock(&f->lock);
}

/*
 * An application that has so much to say: what could not be written in its time is not made up for,
 * so that a dip shows as long as it lasted. Return: the errno that ended the connection, 0 at the
 * end of all.
 */
static int write_to_end(struct tcp_flow *f, int fd)
{
	static const char zeros[CHUNK_MAX];
	uint64_t next = now_ns(CLOCK_MONOTONIC), credit = 0;

	while (!atomic_load(&f->stop)) {
		ssize_t sent;

		credit += f->run.rate_bps / 8 / (1000000000 / TICK_NS);
		if (credit > CHUNK_MAX)
			credit = CHUNK_MAX;
		sent = send(fd, zeros, credit, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0)
			credit -= (uint64_t)sent;
		else if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return errno;
		next += TICK_NS;
		sleep_until(next);
	}
	return 0;
}

static void *send_all(void *arg)
{
	struct tcp_flow *f = arg;
	int fd;

	while ((fd = connect_again(f)) >= 0)
		note_end(f, write_to_end(f, fd));
	return NULL;
}

/* ---- the sinks ---- */

/* Ends the silence since the latest arrival. */
static void note_silence(struct tcp_flow *f)
{
	uint64_t now = now_ns(CLOCK_REALTIME);
	struct tcp_silence *s;

	if (f->last_ns && now - f->last_ns >= TCP_FLOW_SILENCE_NS) {
		s = append(&f->run, (void **)&f->run.silence, &f->run.silence_count, sizeof *s,
			   TIMELINE_MAX);
		if (s)
			*s = (struct tcp_silence){f->last_ns, now};
	}
	f->last_ns = now;
}

/* The order is kept: the first is the oldest. */
static void close_sink(struct tcp_flow *f, size_t index)
{
	close(f->sink[index].fd);
	f->sinks--;
	memmove(&f->sink[index], &f->sink[index + 1], (f->sinks - index) * sizeof f->sink[0]);
}

/* A session that is gone takes the last words of its connections with it: of those that never end,
 * the oldest makes room. */
static void accept_one(struct tcp_flow *f, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (f->sinks == SINKS_MAX)
		close_sink(f, f->listeners);
	f->sink[f->sinks++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void read_one(struct tcp_flow *f, size_t index)
{
	static _Thread_local char buffer[READ_SIZE];
	ssize_t len = recv(f->sink[index].fd, buffer, sizeof buffer, MSG_TRUNC | MSG_DONTWAIT);

	if (len > 0) {
		note_silence(f);
		f->received += (uint64_t)len;
	} else if (len == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_sink(f, index);
	}
}

static void take_sample(struct tcp_flow *f)
{
	struct tcp_sample *s = append(&f->run, (void **)&f->run.sample, &f->run.sample_count,
				      sizeof *s, TIMELINE_MAX);

	if (!s)
		return;
	s->ns = now_ns(CLOCK_REALTIME);
	s->received_bytes = f->received;
	pthread_mutex_lock(&f->lock);
	s->retransmissions = f->retransmitted + retransmissions_of(f->fd, &s->rtt_us);
	pthread_mutex_unlock(&f->lock);
}

/* Backwards: what is closed moves those behind it. */
static void read_ready(struct tcp_flow *f)
{
	for (size_t i = f->sinks; i-- > f->listeners;)
		if (f->sink[i].revents)
			read_one(f, i);
	for (size_t i = 0; i < f->listeners; i++)
		if (f->sink[i].revents)
			accept_one(f, f->sink[i].fd);
}

static void *read_all(void *arg)
{
	struct tcp_flow *f = arg;
	uint64_t next = now_ns(CLOCK_MONOTONIC);

	while (!atomic_load(&f->stop)) {
		uint64_t now = now_ns(CLOCK_MONOTONIC);
		struct timespec left = {0};

		if (now >= next) {
			take_sample(f);
			next += TCP_FLOW_SAMPLE_NS;
			if (next < now) /* the machine stood still: samples can't be made up for */
				next = now + TCP_FLOW_SAMPLE_NS;
		}
		left.tv_nsec = next > now ? (long)(next - now) : 0;
		if (ppoll(f->sink, f->sinks, &left, NULL) > 0)
			read_ready(f);
	}
	note_silence(f); /* what never came back is the longest */
	return NULL;
}

/* ---- starting and ending ---- */

static int listen_at(struct tcp_flow *f, int netns_fd)
{
	int fd = netns_socket(netns_fd, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t len = sizeof f->to;

	if (fd < 0)
		return fd;
	f->sink[f->sinks++] = (struct pollfd){.fd = fd, .events = POLLIN};
	f->listeners = f->sinks;
	/* the first one chooses the port, which the others take too */
	if (bind(fd, (struct sockaddr *)&f->to, sizeof f->to) < 0 || listen(fd, SINKS_MAX) < 0 ||
	    getsockname(fd, (struct sockaddr *)&f->to, &len) < 0)
		return -errno;
	return 0;
}

static void stop(struct tcp_flow *f)
{
	atomic_store(&f->stop, true);
	if (f->sender_runs)
		pthread_join(f->sender, NULL);
	if (f->reader_runs)
		pthread_join(f->reader, NULL);
	for (size_t i = 0; i < f->sinks; i++)
		close(f->sink[i].fd);
	if (f->ue_netns_fd >= 0)
		close(f->ue_netns_fd);
	pthread_mutex_destroy(&f->lock);
}

static int start(struct tcp_flow *f, const struct tcp_flow_config *config)
{
	int r = 0;

	f->ue_netns_fd = fcntl(config->ue_netns_fd, F_DUPFD_CLOEXEC, 0);
	if (f->ue_netns_fd < 0)
		return -errno;
	for (size_t i = 0; r == 0 && i < config->edge_count && i < TCP_FLOW_EDGES_MAX; i++)
		r = listen_at(f, config->edge_netns_fd[i]);
	if (r == 0)
		r = -pthread_create(&f->reader, NULL, read_all, f);
	f->reader_runs = r == 0;
	if (r == 0)
		r = -pthread_create(&f->sender, NULL, send_all, f);
	f->sender_runs = r == 0;
	return r;
}

int tcp_flow_start(const struct tcp_flow_config *config, struct tcp_flow **ret_flow)
{
	struct tcp_flow *f = calloc(1, sizeof *f);
	int r;

	if (!f)
		return -ENOMEM;
	f->fd = f->ue_netns_fd = -1;
	f->run.rate_bps = config->rate_bps;
	f->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = config->service};
	pthread_mutex_init(&f->lock, NULL);
	r = start(f, config);
	if (r < 0) {
		stop(f);
		tcp_run_done(&f->run);
		free(f);
		return r;
	}
	*ret_flow = f;
	return 0;
}

void tcp_flow_finish(struct tcp_flow *flow, struct tcp_run *ret_run)
{
	if (!flow)
		return;
	stop(flow);
	*ret_run = flow->run;
	free(flow);
}

void tcp_run_done(struct tcp_run *run)
{
	free(run->connection);
	free(run->sample);
	free(run->silence);
	*run = (struct tcp_run){0};
}
