// SPDX-License-Identifier: Apache-2.0
/* Is an instance healthy: GET /healthz, often until it first says so, then once a second. */
#include <errno.h>
#include <string.h>

#include "agents/common/supervisor.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	FIRST_LOOKS_MS = 5,
	LOOK_MS = 1000,
	ANSWER_MS = 1000,
	START_MAX_MS = 10000,
	MISSES_MAX = 10, /* in a row: it hangs. Generous, since a machine may be busy */
};

static void look(uv_timer_t *timer);

static void kill_hung(struct instance *i, const char *what)
{
	instance_explain(i, "NOT_HEALTHY", "%s", what);
	i->hung = true;
	child_stop(&i->child, 0);
}

static void be_healthy(struct instance *i)
{
	i->misses = 0;
	if (i->state == INSTANCE_RUNNING)
		return;
	i->healthy = true;
	i->start_us = (clock_mono_ns() - i->spawned_ns) / 1000;
	if (!i->restarts)
		i->cause[0] = i->detail[0] = '\0';
	instance_set(i, INSTANCE_RUNNING);
}

static void miss(struct instance *i)
{
	bool late = clock_mono_ns() - i->spawned_ns > START_MAX_MS * 1000000ULL;

	if (i->healthy && ++i->misses >= MISSES_MAX)
		kill_hung(i, "doesn't answer /healthz any more");
	else if (!i->healthy && late)
		kill_hung(i, "did not answer /healthz within 10 s");
}

static void answered(const struct http_answer *answer, void *user)
{
	struct instance *i = user;

	if (answer->error == -ECANCELED)
		return;
	i->health_call = 0;
	if (!answer->error && answer->status / 100 == 2)
		be_healthy(i);
	else
		miss(i);
	uv_timer_start(&i->timer, look, i->state == INSTANCE_RUNNING ? LOOK_MS : FIRST_LOOKS_MS, 0);
}

static void look(uv_timer_t *timer)
{
	struct instance *i = timer->data;
	char url[96];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = ANSWER_MS};
	size_t len;

	instance_url(i, url, sizeof(url));
	len = strlen(url);
	snprintf(url + len, sizeof(url) - len, "/healthz");
	if (http_client_call(i->s->config.client, &call, answered, i, &i->health_call))
		uv_timer_start(&i->timer, look, LOOK_MS, 0);
}

void health_begin(struct instance *i)
{
	i->misses = 0;
	uv_timer_start(&i->timer, look, FIRST_LOOKS_MS, 0);
}

void health_end(struct instance *i)
{
	uv_timer_stop(&i->timer);
	if (i->health_call)
		http_client_cancel(i->s->config.client, i->health_call);
	i->health_call = 0;
}
