// SPDX-License-Identifier: Apache-2.0
/* wire.h says what it is. */
#include "apps/cooperative/wire.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

enum { MAGIC = 0x42434f50 /* BCOP */ };

static void put_u64(uint8_t *at, uint64_t value)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof value);
}

static uint64_t get_u64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return be64toh(value);
}

/* magic u32, type u8, flags u8, u16 0, a, b, c u64 */
void cooperative_frame_put(const struct cooperative_frame *frame, uint8_t *ret)
{
	put_u64(ret,
		(uint64_t)MAGIC << 32 | (uint64_t)frame->type << 24 | (uint64_t)frame->flags << 16);
	put_u64(ret + 8, frame->a);
	put_u64(ret + 16, frame->b);
	put_u64(ret + 24, frame->c);
}

int cooperative_frame_get(const uint8_t *bytes, struct cooperative_frame *ret_frame)
{
	uint64_t first = get_u64(bytes);
	unsigned type = first >> 24 & 0xff, flags = first >> 16 & 0xff;

	if (first >> 32 != MAGIC || first & 0xffff || type < FRAME_HELLO || type >= FRAME_TYPES ||
	    flags & ~(unsigned)(type == FRAME_COMMIT ? FRAME_FLAG_DIGEST : 0))
		return -EBADMSG;
	*ret_frame = (struct cooperative_frame){
		.type = type,
		.flags = (uint8_t)flags,
		.a = get_u64(bytes + 8),
		.b = get_u64(bytes + 16),
		.c = get_u64(bytes + 24),
	};
	return 0;
}

size_t cooperative_frame_body(const struct cooperative_frame *frame)
{
	switch (frame->type) {
	case FRAME_CHALLENGE:
		return PROOF_NONCE;
	case FRAME_HELLO:
		return PROOF_SIZE;
	case FRAME_PAGES:
		return frame->b;
	case FRAME_COMMIT:
		return frame->flags & FRAME_FLAG_DIGEST ? COOPERATIVE_DIGEST : 0;
	default:
		return 0;
	}
}

static int check_hello(struct cooperative_intake *intake, const struct cooperative_frame *frame)
{
	if (frame->c >> 32 != COOPERATIVE_VERSION)
		return REFUSAL_VERSION;
	if (frame->a != intake->number || frame->b != intake->arena ||
	    (frame->c & UINT32_MAX) != intake->page)
		return REFUSAL_APPLICATION;
	intake->greeted = true;
	return 0;
}

static int check_run(struct cooperative_intake *intake, const struct cooperative_frame *frame)
{
	if (frame->a % intake->page || frame->b % intake->page || frame->b == 0 ||
	    frame->a > intake->arena || frame->b > intake->arena - frame->a ||
	    (frame->type == FRAME_PAGES && frame->b > COOPERATIVE_RUN_MAX))
		return REFUSAL_MALFORMED;
	*(frame->type == FRAME_PAGES ? &intake->bytes : &intake->zeros) += frame->b;
	return 0;
}

static int check_commit(struct cooperative_intake *intake, const struct cooperative_frame *frame)
{
	if (!intake->armed)
		return REFUSAL_MALFORMED;
	if (frame->a != intake->bytes || frame->b != intake->zeros)
		return REFUSAL_COUNT;
	intake->committed = true;
	return 0;
}

int cooperative_intake_check(struct cooperative_intake *intake,
			     const struct cooperative_frame *frame)
{
	if (intake->committed || intake->greeted == (frame->type == FRAME_HELLO))
		return REFUSAL_MALFORMED;
	switch (frame->type) {
	case FRAME_HELLO:
		return check_hello(intake, frame);
	case FRAME_PAGES:
	case FRAME_ZERO:
		return check_run(intake, frame);
	case FRAME_ARM:
		intake->armed = true;
		return 0;
	case FRAME_COMMIT:
		return check_commit(intake, frame);
	case FRAME_ROUND:
	case FRAME_ABORT:
		return 0;
	default:
		return REFUSAL_MALFORMED;
	}
}

const char *cooperative_refusal_text(uint64_t refusal)
{
	static const char *const text[REFUSALS] = {
		[REFUSAL_KEY] = "the key is another",
		[REFUSAL_APPLICATION] = "the application's number, its memory's size or the page "
					"size is another",
		[REFUSAL_VERSION] = "it speaks another version of this protocol",
		[REFUSAL_MALFORMED] = "it was sent something that can't be",
		[REFUSAL_COUNT] = "not all that was sent has come",
		[REFUSAL_DIGEST] = "its memory differs",
		[REFUSAL_GATE] = "requests could not be brought there",
		[REFUSAL_STATE] = "it was told not to serve, or can't write its state directory",
	};

	return refusal < REFUSALS && text[refusal] ? text[refusal] : "for no known reason";
}
