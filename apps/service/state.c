// SPDX-License-Identifier: Apache-2.0
#include "apps/service/state.h"

#include <errno.h>
#include <string.h>

#include "lib/wire.h"

enum { PAGE = 4096, NONE = 0xffffffff };

#define STATE_MAGIC 0x6261746f6e737631ull /* "batonsv1" */

struct kept {
	uint64_t number, total;
	uint32_t status, length;
	uint8_t chain[SERVICE_CHAIN_LEN];
	uint8_t body[SERVICE_ANSWER_BODY_MAX];
};

struct session {
	uint64_t client; /* 0: none */
	uint64_t applied;
	uint64_t last; /* total at its last request: who is idle longest */
	uint32_t used; /* its share is not as begun */
	uint32_t held; /* requests in the pool */
	uint8_t chain[SERVICE_CHAIN_LEN];
	struct kept kept[SERVICE_KEPT];
};

struct held {
	uint64_t number; /* 0: free */
	uint32_t share, length;
	uint64_t call; /* 0: none */
	struct service_peer peer;
	uint8_t body[SERVICE_HELD_BODY_MAX];
};

struct service_state {
	uint64_t magic, size;
	char name[16]; /* of the ops */
	uint32_t shares, held_count, held_limit, padding;
	uint64_t total, calls;
	uint64_t sessions, held, memory; /* offsets */
};

struct layout {
	size_t sessions, held, memory, size;
	uint32_t held_limit;
};

static size_t page_up(size_t octets)
{
	return (octets + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static struct layout layout_of(const struct service_machine *m)
{
	struct layout l = {.sessions = PAGE};
	const size_t held = (size_t)m->shares * SERVICE_AHEAD;

	l.held_limit = held < SERVICE_HELD ? (uint32_t)held : SERVICE_HELD;
	l.held = l.sessions + page_up(m->shares * sizeof(struct session));
	l.memory = l.held + page_up(l.held_limit * sizeof(struct held));
	l.size = l.memory + page_up(m->ops->size(m->settings, m->shares));
	return l;
}

static struct session *session_at(const struct service_machine *m, unsigned share)
{
	return (struct session *)((uint8_t *)m->state + m->state->sessions) + share;
}

static struct held *held_at(const struct service_machine *m, unsigned index)
{
	return (struct held *)((uint8_t *)m->state + m->state->held) + index;
}

size_t service_machine_size(const struct service_machine *m)
{
	return layout_of(m).size;
}

static void state_begin(struct service_machine *m, const struct layout *l)
{
	struct service_state *s = m->state;

	*s = (struct service_state){.magic = STATE_MAGIC,
				    .size = l->size,
				    .shares = m->shares,
				    .held_limit = l->held_limit,
				    .sessions = l->sessions,
				    .held = l->held,
				    .memory = l->memory};
	strncpy(s->name, m->ops->name, sizeof(s->name) - 1);
	for (unsigned share = 0; share < m->shares; share++)
		m->ops->begin(m->memory, m->settings, share);
}

/* What came from another process may be anything: numbers that are used to find or copy something
 * are looked at once. */
static bool state_sound(const struct service_machine *m)
{
	uint32_t held_count = 0;

	for (unsigned share = 0; share < m->shares; share++) {
		const struct session *s = session_at(m, share);

		for (unsigned i = 0; i < SERVICE_KEPT; i++)
			if (s->kept[i].length > SERVICE_ANSWER_BODY_MAX)
				return false;
	}
	for (unsigned i = 0; i < m->state->held_limit; i++) {
		const struct held *h = held_at(m, i);

		if (!h->number)
			continue;
		held_count++;
		if (h->share >= m->shares || h->length > SERVICE_HELD_BODY_MAX ||
		    !session_at(m, h->share)->held)
			return false;
	}
	return held_count == m->state->held_count;
}

int service_machine_use(struct service_machine *m, void *block, size_t size)
{
	const struct layout l = layout_of(m);
	const struct service_state *s = block;

	if (m->shares < 1 || m->shares > SERVICE_CLIENTS_MAX || size < l.size)
		return -EINVAL;
	m->state = block;
	m->memory = (uint8_t *)block + l.memory;
	if (s->magic == 0) {
		state_begin(m, &l);
		return 0;
	}
	if (s->magic != STATE_MAGIC || s->size != l.size || s->shares != m->shares ||
	    s->held_limit != l.held_limit || s->sessions != l.sessions || s->held != l.held ||
	    s->memory != l.memory || strncmp(s->name, m->ops->name, sizeof(s->name)) != 0)
		return -EINVAL;
	return state_sound(m) ? 0 : -EINVAL;
}

/* ---- clients ---- */

static uint32_t share_find(const struct service_machine *m, uint64_t client)
{
	for (uint32_t share = 0; client && share < m->shares; share++)
		if (session_at(m, share)->client == client)
			return share;
	return NONE;
}

static void held_drop_all(struct service_machine *m, uint32_t share)
{
	for (unsigned i = 0; session_at(m, share)->held && i < m->state->held_limit; i++) {
		struct held *h = held_at(m, i);

		if (!h->number || h->share != share)
			continue;
		h->number = 0;
		m->state->held_count--;
		session_at(m, share)->held--;
	}
}

/* A free share, else the one whose client was idle longest. */
static uint32_t share_take(struct service_machine *m, uint64_t client)
{
	uint32_t best = 0;

	for (uint32_t share = 0; share < m->shares; share++) {
		const struct session *s = session_at(m, share);

		if (!s->client) {
			best = share;
			break;
		}
		if (s->last < session_at(m, best)->last)
			best = share;
	}
	if (session_at(m, best)->client)
		m->forgotten++;
	held_drop_all(m, best);
	if (session_at(m, best)->used)
		m->ops->begin(m->memory, m->settings, best);
	*session_at(m, best) = (struct session){.client = client, .last = m->state->total};
	return best;
}

/* ---- answers ---- */

static struct service_answer answer_base(const struct service_machine *m,
					 const struct service_request *r, uint32_t share)
{
	struct service_answer a = {.type = r->type,
				   .client = r->client,
				   .number = r->number,
				   .total = m->state->total};

	if (share != NONE) {
		a.applied = session_at(m, share)->applied;
		memcpy(a.chain, session_at(m, share)->chain, sizeof(a.chain));
	}
	return a;
}

static void answer_status(const struct service_machine *m, const struct service_request *r,
			  uint32_t share, const struct service_peer *peer,
			  enum service_status status)
{
	struct service_answer a = answer_base(m, r, share);

	a.status = status;
	m->send(m->user, peer, &a);
}

static void answer_kept(const struct service_machine *m, uint32_t share, const struct kept *k,
			const struct service_peer *peer, bool again)
{
	struct service_answer a = {.type = SERVICE_APPLY,
				   .status = again ? SERVICE_REPEATED : SERVICE_APPLIED,
				   .client = session_at(m, share)->client,
				   .number = k->number,
				   .applied = k->number,
				   .total = k->total,
				   .length = k->length,
				   .body = k->body};

	memcpy(a.chain, k->chain, sizeof(a.chain));
	m->send(m->user, peer, &a);
}

static void answer_digest(const struct service_machine *m, const struct service_request *r,
			  const struct service_peer *peer)
{
	uint8_t digest[SHA256_DIGEST_SIZE], numbers[24];
	struct service_answer a = answer_base(m, r, share_find(m, r->client));
	struct sha256_ctx hash;

	sha256_init(&hash);
	wire_store64(numbers, m->state->total);
	sha256_update(&hash, 8, numbers);
	for (unsigned share = 0; share < m->shares; share++) {
		const struct session *s = session_at(m, share);

		wire_store64(numbers, s->client);
		wire_store64(numbers + 8, s->applied);
		wire_store64(numbers + 16, s->last);
		sha256_update(&hash, sizeof(numbers), numbers);
		sha256_update(&hash, sizeof(s->chain), s->chain);
		for (unsigned i = 0; s->client && i < SERVICE_KEPT; i++)
			sha256_update(&hash, sizeof(s->kept[i]), (const uint8_t *)&s->kept[i]);
		m->ops->digest(m->memory, m->settings, share, &hash);
	}
	sha256_digest(&hash, sizeof(digest), digest);
	a.length = sizeof(digest);
	a.body = digest;
	m->send(m->user, peer, &a);
}

/* ---- requests in their turn ---- */

static void apply(struct service_machine *m, uint32_t share, const struct service_request *r,
		  const struct service_peer *peer, const uint8_t digest[SHA256_DIGEST_SIZE])
{
	struct session *s = session_at(m, share);
	struct service_apply a = {.client = r->client,
				  .number = r->number,
				  .share = share,
				  .body = r->body,
				  .length = r->length};
	struct kept *k = &s->kept[r->number % SERVICE_KEPT];

	memcpy(a.body_digest, digest, sizeof(a.body_digest));
	memcpy(a.chain, s->chain, sizeof(a.chain));
	if (m->ops->apply(m->memory, m->settings, &a) < 0) {
		m->refused++;
		answer_status(m, r, share, peer, SERVICE_REFUSED);
		return;
	}
	s->applied = r->number;
	s->last = ++m->state->total;
	s->used = 1;
	memcpy(s->chain, a.chain, sizeof(s->chain));
	*k = (struct kept){
		.number = r->number, .total = m->state->total, .length = a.answer_length};
	memcpy(k->chain, a.chain, sizeof(k->chain));
	memcpy(k->body, a.answer, a.answer_length);
	answer_kept(m, share, k, peer, false);
}

static struct held *held_find(const struct service_machine *m, uint32_t share, uint64_t number)
{
	if (!session_at(m, share)->held)
		return NULL;
	for (unsigned i = 0; i < m->state->held_limit; i++) {
		struct held *h = held_at(m, i);

		if (h->number == number && h->share == share)
			return h;
	}
	return NULL;
}

static struct held *held_new(const struct service_machine *m)
{
	if (m->state->held_count == m->state->held_limit)
		return NULL;
	for (unsigned i = 0; i < m->state->held_limit; i++)
		if (!held_at(m, i)->number)
			return held_at(m, i);
	return NULL;
}

static struct service_request held_request(const struct service_machine *m, const struct held *h)
{
	return (struct service_request){.type = SERVICE_APPLY,
					.client = session_at(m, h->share)->client,
					.number = h->number,
					.length = h->length,
					.body = h->body};
}

static void held_apply(struct service_machine *m, struct held *h,
		       const uint8_t digest[SHA256_DIGEST_SIZE])
{
	const struct service_request r = held_request(m, h);

	/* free from here on; nobody takes it before its body was applied */
	h->number = 0;
	m->state->held_count--;
	session_at(m, h->share)->held--;
	apply(m, h->share, &r, &h->peer, digest);
}

static void body_digest(const struct service_request *r, uint8_t ret[SHA256_DIGEST_SIZE])
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, r->length, r->body);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, ret);
}

static void call_begin(struct service_machine *m, struct held *h)
{
	if (!h->call)
		h->call = ++m->state->calls;
	m->call(m->call_user, h->call, h->body, h->length);
}

/* What was held and is now next */
static void session_advance(struct service_machine *m, uint32_t share)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct held *h;

	while ((h = held_find(m, share, session_at(m, share)->applied + 1))) {
		const struct service_request r = held_request(m, h);
		const uint64_t before = session_at(m, share)->applied;

		if (m->call) {
			if (!h->call)
				call_begin(m, h);
			return;
		}
		body_digest(&r, digest);
		held_apply(m, h, digest);
		if (session_at(m, share)->applied == before)
			return; /* refused */
	}
}

static void hold(struct service_machine *m, uint32_t share, const struct service_request *r,
		 const struct service_peer *peer)
{
	struct held *h = held_find(m, share, r->number);

	if (h) {
		h->peer = *peer; /* it may have moved meanwhile */
		return;
	}
	h = r->length <= SERVICE_HELD_BODY_MAX ? held_new(m) : NULL;
	if (!h) {
		m->refused++;
		answer_status(m, r, share, peer,
			      r->length > SERVICE_HELD_BODY_MAX ? SERVICE_REFUSED
								: SERVICE_TOO_FAR);
		return;
	}
	h->number = r->number;
	h->share = share;
	h->length = r->length;
	h->call = 0;
	h->peer = *peer;
	if (r->length)
		memcpy(h->body, r->body, r->length);
	m->state->held_count++;
	session_at(m, share)->held++;
	m->held++;
}

static void take_known(struct service_machine *m, uint32_t share, const struct service_request *r,
		       const struct service_peer *peer)
{
	const struct session *s = session_at(m, share);
	const struct kept *k = &s->kept[r->number % SERVICE_KEPT];
	uint8_t digest[SHA256_DIGEST_SIZE];

	if (r->number <= s->applied) {
		m->repeated++;
		if (k->number == r->number)
			answer_kept(m, share, k, peer, true);
		else
			answer_status(m, r, share, peer, SERVICE_TOO_OLD);
	} else if (r->number > s->applied + SERVICE_AHEAD) {
		answer_status(m, r, share, peer, SERVICE_TOO_FAR);
	} else if (r->number > s->applied + 1 || m->call) {
		hold(m, share, r, peer);
		session_advance(m, share);
	} else {
		body_digest(r, digest);
		apply(m, share, r, peer, digest);
		session_advance(m, share);
	}
}

void service_machine_take(struct service_machine *m, const struct service_request *r,
			  const struct service_peer *peer)
{
	uint32_t share;

	if (r->type == SERVICE_DIGEST) {
		answer_digest(m, r, peer);
		return;
	}
	share = share_find(m, r->client);
	if (r->type != SERVICE_APPLY) {
		answer_status(m, r, share, peer, SERVICE_APPLIED);
		return;
	}
	if (!r->client || !r->number) {
		answer_status(m, r, share, peer, SERVICE_REFUSED);
		return;
	}
	if (share == NONE && r->number == 1)
		share = share_take(m, r->client);
	if (share == NONE)
		answer_status(m, r, share, peer, SERVICE_TOO_FAR);
	else
		take_known(m, share, r, peer);
}

void service_machine_digested(struct service_machine *m, uint64_t call,
			      const uint8_t digest[SHA256_DIGEST_SIZE])
{
	for (unsigned i = 0; call && i < m->state->held_limit; i++) {
		struct held *h = held_at(m, i);
		const uint32_t share = h->share;

		if (!h->number || h->call != call)
			continue;
		held_apply(m, h, digest);
		session_advance(m, share);
		return;
	}
}

bool service_machine_waiting(const struct service_machine *m)
{
	return m->state->held_count > 0;
}

unsigned service_machine_recall(struct service_machine *m)
{
	unsigned calls = 0;

	for (unsigned i = 0, seen = 0;
	     m->call && seen < m->state->held_count && i < m->state->held_limit; i++) {
		struct held *h = held_at(m, i);

		if (!h->number)
			continue;
		seen++;
		if (!h->call)
			continue;
		call_begin(m, h);
		calls++;
	}
	return calls;
}
