// SPDX-License-Identifier: Apache-2.0
/*
 * The mover of an instance that leaves: rounds of what was written, while the application runs;
 * then, when it was told to, the rest while the application stands still. wire.h says what is said
 * and what each break means.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apps/cooperative/dirty.h"
#include "apps/cooperative/internal.h"

enum {
	CONNECT_MS = 5000,
	PACE_MS = 10,		 /* between rounds that go on after it has converged */
	MEASURED_MIN = 64 << 10, /* octets of a round that tell a rate */
	COMMIT_ROUNDS = 8	 /* that a commit may add, when what is dirty has grown again */
};

struct source {
	struct cooperative *c;
	struct channel ch;
	struct dirty dirty;
	uint64_t sent_bytes, sent_zeros; /* in this connection */
	uint64_t refusal;
};

/* ---- pages ---- */

static bool is_zero(const uint8_t *page, size_t size)
{
	return page[0] == 0 && memcmp(page, page + 1, size - 1) == 0;
}

static int send_run(struct source *s, enum cooperative_frame_type type, size_t offset,
		    size_t length)
{
	struct cooperative_frame frame = {.type = type, .a = offset, .b = length};
	uint8_t header[COOPERATIVE_HEADER];
	struct iovec iov[2] = {{header, sizeof header}, {s->c->base + offset, length}};

	cooperative_frame_put(&frame, header);
	*(type == FRAME_PAGES ? &s->sent_bytes : &s->sent_zeros) += length;
	return channel_send(&s->ch, iov, type == FRAME_PAGES ? 2 : 1, PROGRESS_MS);
}

/* The pages of a range, those that are zero told apart. A page that is written while it is sent is
 * sent again, since it was protected before. */
static int send_range(struct source *s, size_t offset, size_t length)
{
	size_t page = s->c->page, from = offset, end = offset + length;
	bool zero = is_zero(s->c->base + offset, page);
	int r = 0;

	for (size_t at = offset + page; at <= end && r == 0; at += page) {
		bool next = at < end && is_zero(s->c->base + at, page);

		if (at < end && next == zero && (zero || at - from < COOPERATIVE_RUN_MAX))
			continue;
		r = send_run(s, zero ? FRAME_ZERO : FRAME_PAGES, from, at - from);
		from = at;
		zero = next;
	}
	return r;
}

static int send_dirty(struct source *s, uint64_t *ret_scan_ns)
{
	struct dirty_range range[DIRTY_RANGES];
	size_t from = 0;
	int r = 0;

	*ret_scan_ns = 0;
	while (r >= 0 && from < s->c->length) {
		uint64_t begun = cooperative_now_ns();

		r = dirty_scan(&s->dirty, &from, range);
		*ret_scan_ns += cooperative_now_ns() - begun;
		for (int i = 0, n = r; i < n && r >= 0; i++)
			r = send_range(s, range[i].offset, range[i].length);
	}
	return r < 0 ? r : 0;
}

/* ---- rounds ---- */

/* Ends when the other side has it all, so that the way is empty then. */
static int send_mark(struct source *s, uint64_t number)
{
	struct cooperative_frame mark = {.type = FRAME_ROUND, .c = number}, answer;
	int r = channel_send_frame(&s->ch, &mark, PROGRESS_MS);

	if (r == 0)
		r = channel_receive_frame(&s->ch, &answer, PROGRESS_MS);
	if (r == 0 && (answer.type != FRAME_ROUND || answer.c != number))
		r = -EBADMSG;
	return r;
}

static void keep_round(struct source *s, const struct cooperative_round *round)
{
	struct cooperative_figures *f = &s->c->figures;
	uint64_t octets = round->bytes + COOPERATIVE_HEADER;

	pthread_mutex_lock(&s->c->lock);
	if (f->rounds < ROUNDS_KEPT)
		f->round[f->rounds] = *round;
	f->rounds++;
	f->bytes = s->sent_bytes;
	f->zeros = s->sent_zeros;
	if (octets >= MEASURED_MIN && round->us)
		f->rate_bps = octets * 8000000 / round->us;
	pthread_cond_broadcast(&s->c->changed);
	pthread_mutex_unlock(&s->c->lock);
}

static int send_round(struct source *s, bool whole)
{
	uint64_t begun = cooperative_now_ns(), bytes = s->sent_bytes, zeros = s->sent_zeros, scan;
	int r = whole ? send_range(s, 0, s->c->length) : send_dirty(s, &scan);
	struct cooperative_round round;

	if (r == 0)
		r = send_mark(s, s->c->figures.rounds + 1);
	if (r < 0)
		return r;
	round = (struct cooperative_round){.bytes = s->sent_bytes - bytes,
					   .zeros = s->sent_zeros - zeros,
					   .us = (cooperative_now_ns() - begun) / 1000};
	keep_round(s, &round);
	return 0;
}

/* Would what the latest round sent go through in the time that is wanted? Where no round was large
 * enough to tell a rate, each was small. */
static bool small_enough(const struct source *s, uint64_t octets)
{
	const struct cooperative_figures *f = &s->c->figures;

	return f->rate_bps == 0 ||
	       octets * 8 <= f->rate_bps * (s->c->command.target_us / 1000.0) / 1000.0;
}

/* Return: 1 converged, 0 not within the rounds, or a negative errno */
static int send_rounds(struct source *s, unsigned most)
{
	for (unsigned i = 0; i < most; i++) {
		uint64_t before = s->sent_bytes;
		int r = send_round(s, s->c->figures.rounds == 0);

		if (r < 0)
			return r;
		if (small_enough(s, s->sent_bytes - before))
			return 1;
	}
	return 0;
}

/* ---- commit ---- */

/* Return: 0, -ETIMEDOUT when the application doesn't come to a safe point */
static int stand_still(struct source *s)
{
	struct cooperative *c = s->c;
	struct timespec until = cooperative_deadline(DECIDE_MS);
	int r = 0;

	cooperative_enter(c, STATE_FREEZING);
	pthread_mutex_lock(&c->lock);
	while (!c->standing && !c->closing && r == 0)
		r = cooperative_wait_until(c, &until);
	if (c->standing) {
		c->figures.frozen_ns = cooperative_now_ns();
		c->state = STATE_FROZEN;
		r = 0;
	} else if (c->closing) {
		r = -ECANCELED;
	}
	pthread_mutex_unlock(&c->lock);
	return r;
}

static int refused(struct source *s, uint64_t why)
{
	s->refusal = why;
	return -EACCES;
}

/* The destination's word: what is @wanted, or why it refuses */
static int hear(struct source *s, unsigned wanted, int timeout_ms)
{
	struct cooperative_frame answer;
	int r = channel_receive_frame(&s->ch, &answer, timeout_ms);

	if (r < 0)
		return r;
	if (answer.type == FRAME_REFUSE)
		return refused(s, answer.c);
	return answer.type == wanted ? 0 : -EBADMSG;
}

static int arm(struct source *s)
{
	struct cooperative_frame frame = {.type = FRAME_ARM};
	int r = channel_send_frame(&s->ch, &frame, DECIDE_MS);

	if (r == 0)
		r = hear(s, FRAME_ARMED, DECIDE_MS);
	if (r == 0)
		cooperative_stamp(s->c, &s->c->figures.armed_ns);
	return r;
}

static int send_rest(struct source *s, uint64_t *ret_scan_ns)
{
	*ret_scan_ns = 0;
	return s->c->command.rounds ? send_dirty(s, ret_scan_ns) : send_range(s, 0, s->c->length);
}

/* The last that S says. From the first octet of COMMIT on it may have been heard. */
static int send_commit(struct source *s)
{
	struct cooperative_frame frame = {
		.type = FRAME_COMMIT,
		.flags = s->c->command.verify ? FRAME_FLAG_DIGEST : 0,
		.a = s->sent_bytes,
		.b = s->sent_zeros,
	};
	uint8_t header[COOPERATIVE_HEADER], digest[COOPERATIVE_DIGEST];
	struct iovec iov[2] = {{header, sizeof header}, {digest, sizeof digest}};

	cooperative_frame_put(&frame, header);
	if (frame.flags)
		cooperative_digest(s->c, digest);
	cooperative_enter(s->c, STATE_UNDECIDED);
	return channel_send(&s->ch, iov, frame.flags ? 2 : 1, DECIDE_MS);
}

static void decide(struct source *s)
{
	struct cooperative *c = s->c;
	struct cooperative_frame answer;
	/* The digest of a large arena takes the other side its time. */
	int r = channel_receive_frame(&s->ch, &answer, c->command.verify ? PROGRESS_MS : DECIDE_MS);

	cooperative_stamp(c, &c->figures.decided_ns);
	if (r == 0 && answer.type == FRAME_ACK)
		cooperative_enter(c, STATE_LEFT);
	else if (r == 0 && answer.type == FRAME_REFUSE)
		cooperative_fail(c, STATE_SERVING, "REFUSED", "the destination refused: %s",
				 cooperative_refusal_text(answer.c));
	else
		cooperative_fail(c, STATE_UNDECIDED, "UNDECIDED",
				 "the destination was told to serve, and didn't answer: %s",
				 r < 0 ? strerror(-r) : "it said something else");
}

/* What the rest was: known only to the lock's holders. */
static void keep_rest(struct source *s, uint64_t bytes, uint64_t scan_ns)
{
	struct cooperative_figures *f = &s->c->figures;

	pthread_mutex_lock(&s->c->lock);
	f->bytes = s->sent_bytes;
	f->zeros = s->sent_zeros;
	f->last_bytes = bytes;
	f->scan_us = scan_ns / 1000;
	f->last_us = (cooperative_now_ns() - f->frozen_ns) / 1000;
	pthread_mutex_unlock(&s->c->lock);
}

/* Return: 0 when it was decided, or left to others to decide; else why the source goes on */
static int commit(struct source *s)
{
	uint64_t before = s->sent_bytes, scan_ns;
	int r = arm(s);

	if (r == 0)
		r = stand_still(s);
	if (r == 0)
		r = send_rest(s, &scan_ns);
	if (r < 0)
		return r;
	keep_rest(s, s->sent_bytes - before, scan_ns);
	if (send_commit(s) < 0)
		cooperative_fail(s->c, STATE_UNDECIDED, "UNDECIDED",
				 "the connection broke in the message that decides");
	else
		decide(s);
	return 0;
}

/* ---- the mover ---- */

static int await_challenge(struct source *s, uint8_t *ret_nonce)
{
	struct cooperative_frame frame;
	int r = channel_receive_frame(&s->ch, &frame, CONNECT_MS);

	if (r == 0 && frame.type != FRAME_CHALLENGE)
		r = -EBADMSG;
	return r < 0 ? r : channel_receive(&s->ch, ret_nonce, PROOF_NONCE, CONNECT_MS);
}

static int greet(struct source *s)
{
	struct cooperative *c = s->c;
	struct cooperative_frame hello = {.type = FRAME_HELLO,
					  .a = c->number,
					  .b = c->length,
					  .c = (uint64_t)COOPERATIVE_VERSION << 32 | c->page};
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr = c->command.address,
				 .sin_port = htons((uint16_t)c->command.port)};
	uint8_t header[COOPERATIVE_HEADER], nonce[PROOF_NONCE], proof[PROOF_SIZE];
	struct iovec iov[2] = {{header, sizeof header}, {proof, sizeof proof}};
	int r = channel_connect(&s->ch, &to, CONNECT_MS);

	cooperative_frame_put(&hello, header);
	if (r == 0 && c->command.rate_kbps)
		r = channel_pace(&s->ch, c->command.rate_kbps * UINT64_C(125));
	if (r == 0)
		r = await_challenge(s, nonce);
	if (r < 0)
		return r;
	proof_make(c->command.key, COOPERATIVE_KEY, nonce, proof);
	r = channel_send(&s->ch, iov, 2, CONNECT_MS);
	return r < 0 ? r : hear(s, FRAME_WELCOME, CONNECT_MS);
}

/* Return: 1 when somebody wants the move, 0 after @ms, -ECANCELED: its end */
static int wait_for_wish(struct cooperative *c, unsigned ms)
{
	struct timespec until = cooperative_deadline(ms);
	int r = 0;

	pthread_mutex_lock(&c->lock);
	while (!c->commit_wanted && !c->cut && !c->closing && r == 0)
		r = cooperative_wait_until(c, &until);
	r = c->cut || c->closing ? -ECANCELED : c->commit_wanted;
	pthread_mutex_unlock(&c->lock);
	return r;
}

/* Converged: what is dirty is kept small until somebody says commit. */
static int keep_up(struct source *s)
{
	int r;

	while ((r = wait_for_wish(s->c, PACE_MS)) == 0) {
		if (s->c->command.rounds)
			r = send_round(s, false);
		if (r < 0)
			break;
	}
	return r < 0 ? r : 0;
}

static int push(struct source *s)
{
	struct cooperative *c = s->c;
	int r = greet(s);

	if (r == 0)
		r = dirty_begin(&s->dirty, c->base, c->length);
	if (r == 0)
		r = c->command.rounds ? send_rounds(s, c->command.rounds) : 1;
	if (r == 1) {
		cooperative_stamp(c, &c->figures.converged_ns);
		cooperative_enter(c, STATE_CONVERGED);
		r = keep_up(s);
		if (r == 0)
			r = c->command.rounds ? send_rounds(s, COMMIT_ROUNDS) : 1;
		if (r == 1)
			return commit(s);
	}
	return r == 0 ? -ENOBUFS : r;
}

static void explain(struct source *s, int r)
{
	struct cooperative *c = s->c;
	struct cooperative_frame frame = {.type = FRAME_ABORT};

	/* It may be gone: the end of the connection says the same. */
	if (s->ch.fd >= 0 && r != -ECANCELED)
		(void)channel_send_frame(&s->ch, &frame, 0);
	if (r == -ENOBUFS)
		cooperative_fail(c, STATE_SERVING, "NOT_CONVERGED",
				 "after %llu rounds what is written in one still takes longer "
				 "than %u us to send",
				 (unsigned long long)c->figures.rounds, c->command.target_us);
	else if (r == -ECANCELED)
		cooperative_fail(c, STATE_SERVING, "CANCELLED", "it was cut short");
	else if (r == -EOPNOTSUPP)
		cooperative_fail(c, STATE_SERVING, "KERNEL_UNSUPPORTED",
				 "this kernel can't tell which pages were written: it takes one "
				 "since 6.7");
	else if (r == -EACCES)
		cooperative_fail(c, STATE_SERVING, "REFUSED", "the destination refused: %s",
				 cooperative_refusal_text(s->refusal));
	else
		cooperative_fail(c, STATE_SERVING, "TRANSFER_FAILED", "%s: %s",
				 c->figures.frozen_ns ? "while it stood still" : "before the move",
				 strerror(-r));
}

void *cooperative_push(void *instance)
{
	struct source s = {.c = instance,
			   .ch = {.fd = -1, .cancel = -1},
			   .dirty = {.uffd = -1, .pagemap = -1}};
	int r;

	s.ch.cancel = s.c->cancel;
	r = push(&s);
	dirty_end(&s.dirty);
	if (r < 0)
		explain(&s, r);
	channel_close(&s.ch);
	cooperative_mover_ended(s.c);
	return NULL;
}
