// SPDX-License-Identifier: Apache-2.0
/*
 * The mover of an instance that is incoming: it takes the state of the one that connects and knows
 * the key, and decides, by one rename, that this instance serves. wire.h says what each break
 * means.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apps/cooperative/internal.h"

enum {
	GREET_MS = 1000, /* all of a greeting: the right one, behind three that say nothing, still
			    hears of us before it gives up */
	PAUSE_MS = 100,
	IDLE_MS = 60000, /* between two frames */
};

struct destination {
	struct cooperative *c;
	struct channel ch;
	struct cooperative_intake intake;
	struct cooperative_frame frame;
	uint64_t refusal; /* what is told when it ends with -EACCES */
};

static int refuse(struct destination *d, uint64_t why)
{
	d->refusal = why;
	return -EACCES;
}

/* The header of a frame that may come now. */
static int next_frame(struct destination *d, int timeout_ms)
{
	int r = channel_receive_frame(&d->ch, &d->frame, timeout_ms);

	if (r == -EBADMSG)
		return refuse(d, REFUSAL_MALFORMED);
	if (r < 0)
		return r;
	r = cooperative_intake_check(&d->intake, &d->frame);
	return r ? refuse(d, (uint64_t)r) : 0;
}

static int say(struct destination *d, enum cooperative_frame_type type, uint64_t c)
{
	struct cooperative_frame frame = {.type = type, .c = c};

	return channel_send_frame(&d->ch, &frame, DECIDE_MS);
}

static int challenge(struct destination *d, uint8_t *nonce)
{
	const struct cooperative_frame frame = {.type = FRAME_CHALLENGE};
	uint8_t header[COOPERATIVE_HEADER];
	struct iovec iov[2] = {{header, sizeof header}, {nonce, PROOF_NONCE}};
	int r = proof_nonce(nonce);

	cooperative_frame_put(&frame, header);
	return r < 0 ? r : channel_send(&d->ch, iov, 2, GREET_MS);
}

/* The key is looked at before what else it says: who doesn't know it learns nothing. */
static int greet(struct destination *d)
{
	uint8_t nonce[PROOF_NONCE], proof[PROOF_SIZE];
	struct cooperative_frame hello;
	int r = challenge(d, nonce);

	if (r == 0)
		r = channel_receive_frame(&d->ch, &hello, GREET_MS);
	if (r == 0 && hello.type == FRAME_HELLO)
		r = channel_receive(&d->ch, proof, sizeof proof, GREET_MS);
	if (r == -EBADMSG || (r == 0 && hello.type != FRAME_HELLO))
		return refuse(d, REFUSAL_MALFORMED);
	if (r < 0)
		return r;
	if (!proof_check(d->c->command.key, COOPERATIVE_KEY, nonce, proof))
		return refuse(d, REFUSAL_KEY);
	r = cooperative_intake_check(&d->intake, &hello);
	return r ? refuse(d, (uint64_t)r) : say(d, FRAME_WELCOME, 0);
}

/* Strangers are turned away until the right one comes. -EPERM: this was one */
static int accept_one(struct destination *d)
{
	int r = channel_accept(&d->ch, d->c->listener, -1);

	if (r < 0 && r != -ECANCELED) /* no descriptor is free: it is still there, and waits */
		r = channel_pause(&d->ch, PAUSE_MS);
	if (r == 0 && d->ch.fd < 0)
		return -EPERM;
	if (r < 0)
		return r;
	channel_bound(&d->ch, GREET_MS);
	r = greet(d);
	channel_bound(&d->ch, 0);
	if (r == 0 || r == -ECANCELED)
		return r;
	if (r == -EACCES)
		(void)say(d, FRAME_REFUSE, d->refusal);
	channel_close(&d->ch);
	return -EPERM;
}

static int clear(struct destination *d)
{
	/* Pages that nobody has written are zero. */
	return madvise(d->c->base + d->frame.a, d->frame.b, MADV_DONTNEED) < 0 ? -errno : 0;
}

static int arm(struct destination *d)
{
	int r = cooperative_control_arm(d->c);

	if (r < 0)
		return refuse(d, REFUSAL_GATE);
	cooperative_stamp(d->c, &d->c->figures.armed_ns);
	cooperative_enter(d->c, STATE_ARMED);
	return say(d, FRAME_ARMED, 0);
}

/* From here on this instance serves, whatever becomes of the connection, and of the mover. */
static int mark_decision(struct destination *d)
{
	char incoming[128], committed[128];
	struct cooperative *c = d->c;
	int r = 0;

	cooperative_path(c, "incoming", incoming, sizeof incoming);
	cooperative_path(c, "committed", committed, sizeof committed);
	/* With the lock: a fence comes before it or after it. */
	pthread_mutex_lock(&c->lock);
	if (c->cut || rename(incoming, committed) < 0)
		r = refuse(d, REFUSAL_STATE);
	if (r == 0) {
		c->figures.decided_ns = cooperative_now_ns();
		c->state = STATE_SERVING;
		pthread_cond_broadcast(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
	return r;
}

static int commit(struct destination *d)
{
	uint8_t theirs[COOPERATIVE_DIGEST], ours[COOPERATIVE_DIGEST];
	int r = 0;

	if (d->frame.flags & FRAME_FLAG_DIGEST) {
		r = channel_receive(&d->ch, theirs, sizeof theirs, DECIDE_MS);
		cooperative_digest(d->c, ours);
		if (r == 0 && memcmp(theirs, ours, sizeof ours) != 0)
			r = refuse(d, REFUSAL_DIGEST);
	}
	if (r == 0)
		r = mark_decision(d);
	if (r < 0)
		return r;
	/* It may not come: then the source is told by who asks here. */
	(void)say(d, FRAME_ACK, 0);
	return 0;
}

static int handle(struct destination *d)
{
	switch (d->frame.type) {
	case FRAME_PAGES:
		return channel_receive(&d->ch, d->c->base + d->frame.a, d->frame.b, PROGRESS_MS);
	case FRAME_ZERO:
		return clear(d);
	case FRAME_ROUND:
		return say(d, FRAME_ROUND, d->frame.c);
	case FRAME_ARM:
		return arm(d);
	case FRAME_COMMIT:
		return commit(d);
	default:
		return -ECONNABORTED;
	}
}

static void keep_figures(struct destination *d)
{
	pthread_mutex_lock(&d->c->lock);
	d->c->figures.bytes = d->intake.bytes;
	d->c->figures.zeros = d->intake.zeros;
	pthread_mutex_unlock(&d->c->lock);
}

static int take_state(struct destination *d)
{
	int r;

	do {
		d->intake = (struct cooperative_intake){
			.arena = d->c->length, .page = d->c->page, .number = d->c->number};
		r = accept_one(d);
	} while (r == -EPERM);
	if (r == 0)
		cooperative_enter(d->c, STATE_RECEIVING);
	while (r == 0 && !d->intake.committed) {
		r = next_frame(d, IDLE_MS);
		if (r == 0)
			r = handle(d);
		if (d->frame.type == FRAME_ROUND)
			keep_figures(d);
	}
	keep_figures(d);
	return r;
}

void *cooperative_receive(void *instance)
{
	struct destination d = {.c = instance, .ch = {.fd = -1, .cancel = -1}};
	struct cooperative *c = instance;
	int r;

	d.ch.cancel = c->cancel;
	r = take_state(&d);
	if (r == -EACCES) {
		(void)say(&d, FRAME_REFUSE, d.refusal);
		cooperative_fail(c, STATE_REFUSED, "REFUSED", "it refused the source: %s",
				 cooperative_refusal_text(d.refusal));
	} else if (r < 0) {
		cooperative_fail(c, STATE_REFUSED,
				 r == -ECANCELED ? "CANCELLED" : "TRANSFER_FAILED",
				 "the state did not come: %s",
				 r == -ECONNABORTED ? "the source keeps it" : strerror(-r));
	}
	channel_close(&d.ch);
	cooperative_mover_ended(c);
	return NULL;
}
