// SPDX-License-Identifier: Apache-2.0
#include "agents/process-step/pulse.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agents/process/sockets.h"
#include "lib/thread.h"

enum { EACH_MS = 1000 };

static bool stopped(const struct pulse *p)
{
	struct pollfd fd = {.fd = p->stop, .events = POLLIN};

	return poll(&fd, 1, EACH_MS) > 0;
}

static void *run(void *user)
{
	const struct pulse *p = user;

	while (!stopped(p))
		process_step_progress(p->step,
				      json_pack("{s:I,s:I,s:I}", "bytes",
						(json_int_t)sockets_acknowledged(getpid()), "heard",
						(json_int_t)sockets_received(getpid()), "looks",
						(json_int_t)*p->looks));
	return NULL;
}

int pulse_begin(struct pulse *p, const struct process_step *s, const _Atomic uint64_t *looks)
{
	int rc;

	*p = (struct pulse){.step = s, .looks = looks, .stop = eventfd(0, EFD_CLOEXEC)};
	if (p->stop < 0)
		return -errno;
	rc = thread_begin(&p->thread, run, p);
	if (rc)
		close(p->stop);
	return rc;
}

void pulse_end(struct pulse *p)
{
	eventfd_write(p->stop, 1);
	pthread_join(p->thread, NULL);
	close(p->stop);
}
