// SPDX-License-Identifier: Apache-2.0
/* service-client: numbered requests of a service at a pace, every answer compared with a model
 * (docs/processes.md). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "apps/service-client/report.h"
#include "lib/clock.h"

enum { FLUSH_MS = 100 };

struct run {
	const struct options *options;
	struct service_client *client;
	int timer, signals;
	FILE *rows;
	uint64_t begin_mono_ns, begin_real_ns, flushed_ns;
	uint64_t ending_ns; /* no more requests since; 0: there are */
	bool told;	    /* twice to end */
};

static void complain(void *user, const char *text)
{
	fprintf(stderr, "service-client: %s\n", text);
}

/* ---- making requests ---- */

static uint64_t due_ns(const struct run *r)
{
	return pace_due_ns(&r->options->pace, service_client_figures(r->client)->made +
						      service_client_figures(r->client)->not_made);
}

static bool made_all(const struct run *r, uint64_t since_ns)
{
	const struct options *o = r->options;

	return (o->requests && service_client_figures(r->client)->made >= o->requests) ||
	       (o->seconds && since_ns >= o->seconds * 1000000000);
}

static void end_making(struct run *r)
{
	if (!r->ending_ns)
		r->ending_ns = clock_mono_ns();
}

static void make_closed(struct run *r)
{
	if (service_client_waiting(r->client))
		return;
	if (made_all(r, clock_mono_ns() - r->begin_mono_ns))
		end_making(r);
	else
		service_client_make(r->client, clock_now_ns());
}

static void make_paced(struct run *r)
{
	const uint64_t since = clock_mono_ns() - r->begin_mono_ns;
	uint64_t due;

	while ((due = due_ns(r)) <= since) {
		if (made_all(r, due)) {
			end_making(r);
			return;
		}
		service_client_make(r->client, r->begin_real_ns + due);
	}
	if (made_all(r, since))
		end_making(r);
}

static void make(struct run *r)
{
	if (r->ending_ns)
		return;
	if (r->options->pace.kind == PACE_CLOSED)
		make_closed(r);
	else
		make_paced(r);
}

static void timer_set(const struct run *r)
{
	struct itimerspec at = {0};
	uint64_t due = 0;

	if (!r->ending_ns && r->options->pace.kind != PACE_CLOSED)
		due = r->begin_mono_ns + due_ns(r);
	if (!r->ending_ns && r->options->seconds &&
	    (!due || due > r->begin_mono_ns + r->options->seconds * 1000000000))
		due = r->begin_mono_ns + r->options->seconds * 1000000000;
	at.it_value.tv_sec = (time_t)(due / 1000000000);
	at.it_value.tv_nsec = (long)(due % 1000000000);
	timerfd_settime(r->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/* ---- waiting ---- */

static void drain(int fd)
{
	uint64_t ignored;

	while (read(fd, &ignored, sizeof(ignored)) > 0)
		;
}

static void signals_take(struct run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		r->told = r->told || r->ending_ns;
		end_making(r);
	}
}

static bool stdin_ended(void)
{
	char ignored[256];

	return read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0;
}

static int wait_ms(const struct run *r, uint64_t client_ns)
{
	const uint64_t most = FLUSH_MS * 1000000ull;
	const bool closed = r->options->pace.kind == PACE_CLOSED;
	const uint64_t ns = client_ns < most ? client_ns : most;

	if (closed && !r->ending_ns && !service_client_waiting(r->client))
		return 0; /* the answer came while the rest was looked after: the next is due */
	return r->rows || r->ending_ns || client_ns < most ? (int)((ns + 999999) / 1000000) : -1;
}

static void wait_for(struct run *r)
{
	struct pollfd fds[4] = {{.fd = r->timer, .events = POLLIN},
				{.fd = r->signals, .events = POLLIN},
				{.fd = -1},
				{.fd = -1, .events = POLLIN}};
	const uint64_t client_ns = service_client_poll(r->client, &fds[2].fd, &fds[2].events);

	if (r->options->until_stdin && !r->ending_ns)
		fds[3].fd = STDIN_FILENO;
	if (poll(fds, 4, wait_ms(r, client_ns)) < 0)
		return;
	if (fds[0].revents)
		drain(r->timer);
	if (fds[1].revents)
		signals_take(r);
	if (fds[3].revents && stdin_ended())
		end_making(r);
}

static void rows_flush(struct run *r)
{
	const uint64_t now = clock_mono_ns();

	if (!r->rows || now - r->flushed_ns < FLUSH_MS * 1000000ull)
		return;
	fflush(r->rows);
	r->flushed_ns = now;
}

/* All are answered, or nothing has been for too long. */
static bool over(const struct run *r)
{
	const uint64_t now = clock_now_ns(), patience = r->options->patience_ms * 1000000;
	const uint64_t last = service_client_last_ns(r->client);
	const bool forgotten = service_client_figures(r->client)->forgotten;

	if (!r->ending_ns)
		return forgotten;
	return r->told || forgotten || !service_client_waiting(r->client) ||
	       (clock_mono_ns() - r->ending_ns >= patience && now - last >= patience);
}

static void run(struct run *r)
{
	do {
		make(r);
		service_client_run(r->client);
		make(r); /* --closed: the next at once */
		service_client_run(r->client);
		timer_set(r);
		rows_flush(r);
		if (over(r))
			return;
		wait_for(r);
	} while (true);
}

/* ---- life ---- */

static int begin(struct run *r, struct service_client_settings settings)
{
	sigset_t ends;
	int rc;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	r->signals = signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC);
	if (r->timer < 0 || r->signals < 0)
		return -errno;
	if (r->options->out) {
		r->rows = report_begin(r->options->out);
		if (!r->rows)
			return -errno;
		settings.row = report_row;
		settings.user = r->rows;
	}
	settings.complain = complain;
	rc = service_client_new(&settings, &r->client);
	/* after the model's memory is there: nothing is late from the start */
	r->begin_real_ns = clock_now_ns();
	r->begin_mono_ns = clock_mono_ns();
	return rc;
}

static int rows_close(struct run *r)
{
	bool lost;

	service_client_end(r->client);
	if (!r->rows)
		return 0;
	lost = ferror(r->rows); /* in between: the end knows nothing of it */
	if (fclose(r->rows))
		return -errno;
	return lost ? -EIO : 0;
}

static int ping(const struct options *o)
{
	const int rc = service_ask(o->client.address, o->client.port, SERVICE_PING,
				   o->client.client, 1000, -1, NULL, NULL);

	if (rc < 0)
		fprintf(stderr, "service-client: no answer: %s\n", strerror(-rc));
	return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options options;
	struct run r = {.options = &options};
	bool right;
	int rc;

	options_read(argc, argv, &options);
	if (options.ping)
		return ping(&options);
	rc = begin(&r, options.client);
	if (rc < 0) {
		fprintf(stderr, "service-client: %s%s%s\n", options.out ? options.out : "",
			options.out ? ": " : "", strerror(-rc));
		return 1;
	}
	run(&r);
	rc = rows_close(&r);
	if (rc < 0)
		fprintf(stderr, "service-client: %s: %s\n", options.out, strerror(-rc));
	report_summary(&options, r.client);
	right = report_right(r.client);
	service_client_free(r.client);
	return right && rc == 0 ? 0 : 1;
}
