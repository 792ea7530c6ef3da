// SPDX-License-Identifier: Apache-2.0
/* The mover: one thread at a time, which sends or takes the state (internal.h). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apps/cooperative/internal.h"

/* Lock held. */
static void prepare(struct cooperative *c, const struct cooperative_command *command)
{
	uint64_t stale;

	while (read(c->cancel, &stale, sizeof stale) > 0)
		;
	c->command = *command;
	memset(&c->figures, 0, sizeof c->figures);
	c->figures.begun_ns = cooperative_now_ns();
	c->cause[0] = c->detail[0] = '\0';
	c->commit_wanted = c->cut = false;
}

int cooperative_mover_begin(struct cooperative *c, enum cooperative_state from,
			    enum cooperative_state to, void *(*main)(void *instance),
			    const struct cooperative_command *command)
{
	int r = 0;

	pthread_mutex_lock(&c->lock);
	if (c->state != from || c->moving || c->closing) {
		r = -EBUSY;
	} else {
		/* It has said that it ends, and needs the lock no more. */
		if (c->mover_made)
			pthread_join(c->mover, NULL);
		prepare(c, command);
		r = -pthread_create(&c->mover, NULL, main, c);
		c->mover_made = c->moving = r == 0;
		if (r == 0)
			c->state = to;
		pthread_cond_broadcast(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
	return r;
}

/* Lock held, and given away meanwhile: whoever moves when it is had again is told anew. */
static void cut(struct cooperative *c)
{
	uint64_t one = 1;

	while (c->moving) {
		c->cut = true;
		/* Readable already is as good. */
		if (write(c->cancel, &one, sizeof one) < 0)
			c->cut = true;
		pthread_cond_broadcast(&c->changed);
		pthread_cond_wait(&c->changed, &c->lock);
	}
}

void cooperative_mover_cut(struct cooperative *c)
{
	pthread_mutex_lock(&c->lock);
	cut(c);
	pthread_mutex_unlock(&c->lock);
}

void cooperative_mover_fence(struct cooperative *c)
{
	pthread_mutex_lock(&c->lock);
	cut(c);
	if (c->state == STATE_INCOMING) {
		snprintf(c->cause, sizeof c->cause, "CANCELLED");
		snprintf(c->detail, sizeof c->detail, "it was told not to serve");
		c->state = STATE_REFUSED;
		pthread_cond_broadcast(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
}

void cooperative_mover_ended(struct cooperative *c)
{
	pthread_mutex_lock(&c->lock);
	c->moving = false;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}
