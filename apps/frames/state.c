// SPDX-License-Identifier: Apache-2.0
#include "apps/frames/state.h"

#include <errno.h>
#include <string.h>

#include "apps/ledger/memory.h"
#include "lib/wire.h"

enum { GREY = 1, I420 = 2, RATE = 16, ANSWER_LEN = 6 + 8 * FRAMES_BLOBS_TOLD };

/* Of each client, behind its ledger's memory */
struct background {
	uint32_t width, height; /* 0: nothing learnt yet */
	uint64_t frames;
	uint16_t mean[FRAMES_SAMPLES_MAX]; /* 1/256 */
};

static size_t background_room(void)
{
	return (sizeof(struct background) + LEDGER_PAGE - 1) & ~(size_t)(LEDGER_PAGE - 1);
}

static uint8_t *share_at(const void *memory, const void *settings, unsigned share)
{
	return (uint8_t *)memory + share * (ledger_share_size(settings) + background_room());
}

static struct background *background_at(const void *memory, const void *settings, unsigned share)
{
	return (struct background *)(share_at(memory, settings, share) +
				     ledger_share_size(settings));
}

static size_t frames_size(const void *settings, unsigned shares)
{
	return shares * (ledger_share_size(settings) + background_room());
}

static void frames_begin(void *memory, const void *settings, unsigned share)
{
	ledger_share_begin(share_at(memory, settings, share), settings);
	memset(background_at(memory, settings, share), 0, background_room());
}

/* ---- pictures ---- */

int frame_read(const uint8_t *body, size_t length, struct frame *ret)
{
	struct wire_reader r = {.at = body, .end = body + length};
	uint32_t format, padding, samples;

	ret->width = wire_get_u16(&r);
	ret->height = wire_get_u16(&r);
	format = wire_get_u8(&r);
	padding = (uint32_t)wire_get_number(&r, 3);
	samples = ret->width * ret->height;
	ret->samples = r.at;
	if (r.bad || padding || !samples || samples > FRAMES_SAMPLES_MAX)
		return -EBADMSG;
	if (format == I420)
		samples += 2 * ((ret->width + 1) / 2) * ((ret->height + 1) / 2);
	else if (format != GREY)
		return -EBADMSG;
	return wire_left(&r) >= samples ? 0 : -EBADMSG;
}

/* What differs moves, and the background comes nearer. Return: how many samples move */
static uint32_t background_learn(struct background *b, const struct frame *f, uint8_t *moving)
{
	const uint32_t samples = f->width * f->height;
	uint32_t count = 0;

	if (b->width != f->width || b->height != f->height) {
		b->width = f->width;
		b->height = f->height;
		for (uint32_t i = 0; i < samples; i++)
			b->mean[i] = (uint16_t)(f->samples[i] << 8);
	}
	for (uint32_t i = 0; i < samples; i++) {
		const int off = (f->samples[i] << 8) - b->mean[i];

		moving[i] = off > FRAMES_THRESHOLD << 8 || -off > FRAMES_THRESHOLD << 8;
		count += moving[i];
		b->mean[i] = (uint16_t)(b->mean[i] + off / RATE);
	}
	b->frames++;
	return count;
}

static void answer_write(struct service_apply *a, uint32_t moving, unsigned blobs,
			 const struct frame_blob told[FRAMES_BLOBS_TOLD])
{
	struct wire_writer w = {.at = a->answer, .end = a->answer + sizeof(a->answer)};

	wire_put_number(&w, blobs < UINT16_MAX ? blobs : UINT16_MAX, 2);
	wire_put_number(&w, moving, 4);
	for (unsigned i = 0; i < FRAMES_BLOBS_TOLD; i++) {
		wire_put_number(&w, told[i].x, 2);
		wire_put_number(&w, told[i].y, 2);
		wire_put_number(&w, told[i].width, 2);
		wire_put_number(&w, told[i].height, 2);
	}
	a->answer_length = ANSWER_LEN;
}

static void background_digest(const struct background *b, uint8_t ret[8 * LEDGER_LANES])
{
	ledger_lanes_of((const uint8_t *)b, background_room(), ret);
}

static int frames_apply(void *memory, const void *settings, struct service_apply *a)
{
	/* scratch, not state; there is one thread */
	static uint8_t moving[FRAMES_SAMPLES_MAX];
	struct background *b = background_at(memory, settings, a->share);
	uint8_t *share = share_at(memory, settings, a->share);
	uint8_t evidence[LEDGER_EVIDENCE_LEN + 8 * LEDGER_LANES];
	struct frame_blob told[FRAMES_BLOBS_TOLD];
	struct frame frame;
	uint32_t count;
	int rc = frame_read(a->body, a->length, &frame);

	if (rc == 0)
		rc = ledger_evidence(share, settings, a->chain, evidence);
	if (rc < 0)
		return rc; /* nothing is learnt yet */
	count = background_learn(b, &frame, moving);
	answer_write(a, count, frame_blobs(moving, frame.width, frame.height, told), told);
	background_digest(b, evidence + LEDGER_EVIDENCE_LEN);
	service_chain_next(a, evidence, sizeof(evidence));
	ledger_rewrite(share, settings, a->chain);
	ledger_work(settings);
	return 0;
}

static void frames_digest(const void *memory, const void *settings, unsigned share,
			  struct sha256_ctx *hash)
{
	uint8_t digest[8 * LEDGER_LANES];

	ledger_lanes_of(share_at(memory, settings, share),
			ledger_share_size(settings) + background_room(), digest);
	sha256_update(hash, sizeof(digest), digest);
}

/* ---- what the client sends: squares that cross a textured ground ---- */

/* The largest picture of 4 to 3, in steps of 4 by 3, that a body of @length holds; 0 when none does
 */
static unsigned scene_unit(uint32_t length)
{
	unsigned unit = 0;

	while (12 * (unit + 1) * (unit + 1) + FRAMES_HEADER_LEN <= length &&
	       12 * (unit + 1) * (unit + 1) <= FRAMES_SAMPLES_MAX)
		unit++;
	return unit;
}

static void square_draw(uint8_t *samples, unsigned width, unsigned height, uint64_t seed,
			uint64_t number)
{
	const unsigned side = height / 6, from_x = (unsigned)(ledger_mix(seed) % width);
	const unsigned left =
		(from_x + (unsigned)(number % width) * (1 + (unsigned)(seed % 3))) % width;
	const unsigned top = (unsigned)(ledger_mix(seed + 1) % (height - side + 1));

	for (unsigned y = top; y < top + side; y++)
		for (unsigned x = left; x < left + side && x < width; x++)
			samples[y * width + x] = 230;
}

static void frames_body(const void *settings, uint64_t client, uint64_t number, uint8_t *body,
			uint32_t length)
{
	const unsigned unit = scene_unit(length), width = 4 * unit, height = 3 * unit;
	struct wire_writer w = {.at = body, .end = body + length};

	memset(body, 0, length);
	wire_put_number(&w, width, 2);
	wire_put_number(&w, height, 2);
	wire_put_number(&w, GREY, 1);
	wire_put_number(&w, 0, 3);
	if (w.full || !unit)
		return; /* too short to be a picture: it is refused */
	for (uint32_t i = 0; i < width * height; i++)
		w.at[i] = (uint8_t)(80 + (ledger_mix(client + i) & 15));
	for (uint64_t square = 0; square < 3; square++)
		square_draw(w.at, width, height, client + square, number);
}

const struct service_ops frames_ops = {
	.name = "frames",
	.size = frames_size,
	.begin = frames_begin,
	.apply = frames_apply,
	.digest = frames_digest,
	.body = frames_body,
};
