// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/steering.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NS_PER_MS = 1000000 };

#define SIGNAL_FAST_NS 1000000000ULL

struct signal {
	uint32_t number, n;
	uint64_t began_ns, sent_ns;
	struct signal_outcome outcome;
};

struct steering {
	pthread_mutex_t lock;
	struct inputs *inputs;
	struct input_source *source;
	uint64_t source_ns; /* when its time began; 0 not yet */
	uint32_t to;
	struct signal *pending; /* not answered yet */
	uint32_t newest;	/* number that any ROLE told of */
	uint64_t reclaimed_ns;	/* 0: never */
	struct signal signal[STEERING_SIGNALS];
	unsigned signals;
	bool view_wanted;
	uint64_t view_ns;
	size_t view_len;
	char view[CONTROL_VIEW_MAX];
	struct steering_counters counters;
};

int steering_new(struct inputs *inputs, struct input_source *source, struct steering **ret_steering)
{
	struct steering *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->inputs = inputs;
	s->source = source;
	pthread_mutex_init(&s->lock, NULL);
	*ret_steering = s;
	return 0;
}

void steering_free(struct steering *steering)
{
	if (!steering)
		return;
	pthread_mutex_destroy(&steering->lock);
	free(steering);
}

void steering_to(struct steering *steering, uint32_t n)
{
	pthread_mutex_lock(&steering->lock);
	steering->to = n;
	pthread_mutex_unlock(&steering->lock);
}

uint32_t steering_where(struct steering *steering)
{
	uint32_t n;

	pthread_mutex_lock(&steering->lock);
	n = steering->to;
	pthread_mutex_unlock(&steering->lock);
	return n;
}

void steering_start(struct steering *steering, uint64_t now_ns)
{
	struct inputs_state state;

	pthread_mutex_lock(&steering->lock);
	if (steering->source_ns == 0) {
		inputs_state(steering->inputs, &state);
		steering->source_ns = state.ready ? now_ns : 0;
	}
	pthread_mutex_unlock(&steering->lock);
}

void steering_view(struct steering *steering, bool migrating, const char *text, size_t len)
{
	pthread_mutex_lock(&steering->lock);
	steering->view_wanted = migrating && len > 0 && len <= CONTROL_VIEW_MAX;
	if (steering->view_wanted) {
		memcpy(steering->view, text, len);
		steering->view_len = len;
	}
	pthread_mutex_unlock(&steering->lock);
}

/* ---- what is due; with the lock ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void count_send(struct steering *s, int r)
{
	s->counters.send_errors += r < 0;
}

static void send_signal(struct steering *s, uint64_t now_ns, const struct steering_wire *wire)
{
	s->pending->sent_ns = now_ns;
	s->pending->outcome.sends++;
	s->counters.signal_sends++;
	count_send(s, wire->signal(wire->user, s->pending->number));
}

static uint64_t pump_signal(struct steering *s, uint64_t now_ns, const struct steering_wire *wire)
{
	uint64_t every = SIGNAL_RESEND_MS;

	if (now_ns - s->pending->began_ns > SIGNAL_FAST_NS)
		every = SIGNAL_SLOW_MS;
	every *= NS_PER_MS;
	if (now_ns - s->pending->sent_ns >= every)
		send_signal(s, now_ns, wire);
	return s->pending->sent_ns + every - now_ns;
}

/* Inputs whose time has come; those that there is no room for yet wait. */
static uint64_t pump_source(struct steering *s, uint64_t now_ns)
{
	uint64_t at_ms, at_ns;
	enum input_kind input;
	uint32_t seq;

	while (s->source_ns && input_source_peek(s->source, &at_ms, &input)) {
		at_ns = s->source_ns + at_ms * NS_PER_MS;
		if (at_ns > now_ns)
			return at_ns - now_ns;
		if (inputs_make(s->inputs, input, now_ns, &seq) < 0)
			return SIGNAL_SLOW_MS * (uint64_t)NS_PER_MS;
		input_source_take(s->source);
	}
	return UINT64_MAX;
}

static uint64_t pump_inputs(struct steering *s, uint64_t now_ns, bool at_once,
			    const struct steering_wire *wire)
{
	struct control_input input;
	uint64_t wait;

	if (inputs_due(s->inputs, now_ns, at_once, &input, &wait))
		count_send(s, wire->input(wire->user, &input));
	return wait;
}

static uint64_t pump_view(struct steering *s, uint64_t now_ns, const struct steering_wire *wire)
{
	const uint64_t every = STEERING_VIEW_MS * (uint64_t)NS_PER_MS;

	if (!s->view_wanted)
		return UINT64_MAX;
	if (now_ns - s->view_ns >= every) {
		s->view_ns = now_ns;
		s->counters.views++;
		count_send(s, wire->view(wire->user, s->view, s->view_len));
	}
	return s->view_ns + every - now_ns;
}

uint64_t steering_pump(struct steering *steering, uint32_t n, uint64_t now_ns,
		       const struct steering_wire *wire)
{
	struct steering *s = steering;
	uint64_t wait = UINT64_MAX;

	pthread_mutex_lock(&s->lock);
	if (s->pending && s->pending->n == n)
		wait = least(wait, pump_signal(s, now_ns, wire));
	if (s->to == n) {
		wait = least(wait, pump_source(s, now_ns));
		wait = least(wait, pump_inputs(s, now_ns, false, wire));
		wait = least(wait, pump_view(s, now_ns, wire));
	}
	pthread_mutex_unlock(&s->lock);
	return wait;
}

/* ---- the switch ---- */

static void begin_signal(struct steering *s, uint32_t n, uint32_t number, uint64_t now_ns)
{
	s->pending = &s->signal[s->signals++ % STEERING_SIGNALS];
	*s->pending = (struct signal){.number = number, .n = n, .began_ns = now_ns};
	s->counters.signals++;
}

void steering_switch(struct steering *steering, uint32_t n, uint32_t number, uint64_t now_ns,
		     const struct steering_wire *wire)
{
	struct steering *s = steering;

	pthread_mutex_lock(&s->lock);
	s->to = n;
	begin_signal(s, n, number, now_ns);
	send_signal(s, now_ns, wire);
	pump_inputs(s, now_ns, true, wire);
	pthread_mutex_unlock(&s->lock);
}

/* "not known" is no answer: the server hasn't heard from the cloud yet, so it is asked again. A
 * stale signal is answered with a number that is not smaller than its own, one that is refused
 * (too far ahead) with a smaller one. */
static bool answers(const struct signal *signal, const struct control_role_change *role)
{
	if (role->outcome == CONTROL_STALE)
		return role->number >= signal->number;
	if (role->outcome == CONTROL_REFUSED)
		return role->number < signal->number;
	return role->outcome == CONTROL_ACCEPTED && role->role == CONTROL_PRIMARY &&
	       role->number == signal->number;
}

/* What is said late, of a role before the newest signal, is none of it any more. */
static bool has_lost_it(const struct steering *s, uint32_t n,
			const struct control_role_change *role)
{
	return n == s->to && !(s->pending && s->pending->n == n) &&
	       role->outcome != CONTROL_UNKNOWN && role->role == CONTROL_SECONDARY &&
	       role->number >= s->newest && role->number < UINT32_MAX;
}

static void reclaim(struct steering *s, uint32_t n, uint32_t newest, uint64_t now_ns)
{
	if (s->reclaimed_ns && now_ns - s->reclaimed_ns < SIGNAL_AGAIN_MS * (uint64_t)NS_PER_MS)
		return; /* the role is told each second */
	s->reclaimed_ns = now_ns;
	s->counters.reclaims++;
	begin_signal(s, n, newest + 1, now_ns);
}

void steering_role(struct steering *steering, uint32_t n, const struct control_role_change *role,
		   uint64_t now_ns)
{
	struct signal *p;

	pthread_mutex_lock(&steering->lock);
	p = steering->pending;
	if (p && p->n == n && role->outcome != CONTROL_ACCEPTED) {
		p->outcome.has_outcome = true;
		p->outcome.outcome = role->outcome;
	}
	if (p && p->n == n && answers(p, role)) {
		p->outcome.has_outcome = true;
		p->outcome.outcome = role->outcome;
		p->outcome.role_ns = now_ns;
		steering->pending = NULL;
	}
	if (has_lost_it(steering, n, role))
		reclaim(steering, n, role->number, now_ns);
	if (role->outcome != CONTROL_UNKNOWN && role->number > steering->newest)
		steering->newest = role->number;
	pthread_mutex_unlock(&steering->lock);
}

int steering_outcome(struct steering *steering, uint32_t number, struct signal_outcome *ret_outcome)
{
	const struct signal *latest = NULL;
	int r = -ENOENT;

	pthread_mutex_lock(&steering->lock);
	for (unsigned i = 0; i < STEERING_SIGNALS; i++) {
		const struct signal *s = &steering->signal[i];

		if (s->began_ns && s->number == number &&
		    (!latest || s->began_ns > latest->began_ns))
			latest = s;
	}
	if (latest) {
		*ret_outcome = latest->outcome;
		r = 0;
	}
	pthread_mutex_unlock(&steering->lock);
	return r;
}

void steering_counters(struct steering *steering, struct steering_counters *ret_counters)
{
	pthread_mutex_lock(&steering->lock);
	*ret_counters = steering->counters;
	pthread_mutex_unlock(&steering->lock);
}
