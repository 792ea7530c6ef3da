// SPDX-License-Identifier: Apache-2.0
/* Stateless processes of an application: what one of them does for a request is forgotten with the
 * answer, so they run at every edge, and one that ends is started again. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/edge-agent/process.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum { BACKOFF_FIRST_MS = 100, BACKOFF_MAX_MS = 5000, LONG_LIFE_MS = 10000 };

static void try_start(uv_timer_t *timer);

static void later(struct edge_helper *h)
{
	uv_timer_start(&h->timer, try_start, h->backoff_ms, 0);
	h->backoff_ms = h->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : h->backoff_ms * 2;
}

/* Without the image, too, it is tried again: it may be on its way. */
static void try_start(uv_timer_t *timer)
{
	struct edge_helper *h = timer->data;
	int rc = process_spawn(h->p, h->command, &h->child, 0);

	if (!rc) {
		h->spawned_ns = clock_mono_ns();
		return;
	}
	log_info("process", "app=%s stateless=%s what=\"not started yet\" error=\"%s\"",
		 h->p->app.name, h->name, strerror(-rc));
	later(h);
}

static void on_ended(struct child *child, int status, void *user)
{
	struct edge_helper *h = user;

	if (clock_mono_ns() - h->spawned_ns >= LONG_LIFE_MS * UINT64_C(1000000))
		h->backoff_ms = BACKOFF_FIRST_MS;
	h->restarts++;
	later(h);
}

int process_helper_init(struct edge_helper *h, struct edge_process *p)
{
	char directory[CHILD_PATH_MAX];
	int rc;

	h->p = p;
	h->backoff_ms = BACKOFF_FIRST_MS;
	if (snprintf(directory, sizeof(directory), "%s/stateless/%s", p->app.directory, h->name) >=
	    (int)sizeof(directory) - 32)
		return -ENAMETOOLONG;
	if (mkdir(directory, 0700) && errno != EEXIST)
		return -errno;
	rc = uv_timer_init(p->all->config.loop, &h->timer);
	h->timer.data = h;
	return rc ? rc
		  : child_init(&h->child, p->all->config.loop, h->name, directory, on_ended, h);
}

void process_helper_begin(struct edge_helper *h)
{
	if (!child_adopt(&h->child))
		h->spawned_ns = clock_mono_ns();
	else
		uv_timer_start(&h->timer, try_start, 0, 0);
}
