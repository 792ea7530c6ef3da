// SPDX-License-Identifier: Apache-2.0
/*
 * The rows are written as text straight away: a jansson tree of 4096 rows would hold the loop, and
 * with it the frame clock, for longer than a frame lasts.
 */
#include "apps/game/edge/frames.h"

#include <stdio.h>
#include <stdlib.h>

enum { NUMBERS = 7, ROW_TEXT_MAX = NUMBERS * 21 + 4, HEAD_TEXT_MAX = 128 };

void frames_push(struct frames *f, const struct frame_row *row)
{
	f->row[f->count++ % FRAMES_MAX] = *row;
}

static char *put_number(char *at, uint64_t v)
{
	char digits[20];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		*at++ = digits[--n];
	return at;
}

static char *put_row(char *at, const struct frame_row *r)
{
	const uint64_t number[NUMBERS] = {r->seq,     r->tick,	r->input, r->render_start_ns,
					  r->sent_ns, r->bytes, r->key};

	*at++ = '[';
	for (unsigned i = 0; i < NUMBERS; i++) {
		at = put_number(at, number[i]);
		*at++ = i == NUMBERS - 1 ? ']' : ',';
	}
	return at;
}

/* Index, as ever pushed, of the first row that is kept and has @from or more */
static uint64_t first_row(const struct frames *f, uint32_t from)
{
	uint64_t i = f->count > FRAMES_MAX ? f->count - FRAMES_MAX : 0;

	while (i < f->count && f->row[i % FRAMES_MAX].seq < from)
		i++;
	return i;
}

char *frames_text(const struct frames *f, const char *account, uint32_t from)
{
	uint64_t i = first_row(f, from);
	char *text = malloc(HEAD_TEXT_MAX + (f->count - i) * ROW_TEXT_MAX), *at = text;

	if (!text)
		return NULL;
	at += snprintf(at, HEAD_TEXT_MAX, "{\"account\": \"%s\", \"frames\": [", account);
	for (; i < f->count; i++) {
		at = put_row(at, &f->row[i % FRAMES_MAX]);
		if (i + 1 < f->count)
			*at++ = ',';
	}
	*at++ = ']';
	*at++ = '}';
	*at = '\0';
	return text;
}
