// SPDX-License-Identifier: Apache-2.0
/*
 * What TCP brings, cut into frames. A frame that lies whole in what has come is handed over where
 * it lies; only what is cut in two is kept, and room is made for what has come, not for what a
 * length promises: a stranger who announces a mebibyte gets none until it sends it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/game/wire/wire.h"
#include "lib/wire.h"

enum { LENGTH_LEN = 4, ROOM_MIN = 512 };

typedef int (*frame_handler)(uint8_t type, const uint8_t *body, size_t len, void *user);

void state_parser_init(struct state_parser *p, size_t len_max)
{
	*p = (struct state_parser){.len_max = len_max};
}

void state_parser_done(struct state_parser *p)
{
	free(p->buf);
	*p = (struct state_parser){0};
}

static int keep(struct state_parser *p, const uint8_t *bytes, size_t n)
{
	if (p->have + n > p->room) {
		size_t room = p->room ? p->room : ROOM_MIN;
		uint8_t *buf;

		while (room < p->have + n)
			room *= 2;
		buf = realloc(p->buf, room);
		if (!buf)
			return -ENOMEM;
		p->buf = buf;
		p->room = room;
	}
	memcpy(p->buf + p->have, bytes, n);
	p->have += n;
	return 0;
}

/* Octets of the whole frame that begins at @at; 0: its length has not come yet */
static int frame_size(const struct state_parser *p, const uint8_t *at, size_t have, size_t *ret)
{
	uint32_t len;

	*ret = 0;
	if (have < LENGTH_LEN)
		return 0;
	len = wire_load32(at);
	if (len == 0 || len > p->len_max)
		return -EMSGSIZE;
	*ret = LENGTH_LEN + (size_t)len;
	return 0;
}

static int hand_over(const uint8_t *at, size_t size, frame_handler on_frame, void *user)
{
	return on_frame(at[LENGTH_LEN], at + STATE_HEADER_LEN, size - STATE_HEADER_LEN, user);
}

/* Completes the frame that was cut; *bytes and *len go on by what it took */
static int complete(struct state_parser *p, const uint8_t **bytes, size_t *len,
		    frame_handler on_frame, void *user)
{
	while (p->have) {
		size_t size, n;
		int r = frame_size(p, p->buf, p->have, &size);

		if (r == 0 && size && p->have == size) {
			p->have = 0;
			return hand_over(p->buf, size, on_frame, user);
		}
		n = (size ? size : LENGTH_LEN) - p->have;
		if (n > *len)
			n = *len;
		if (r == 0 && n == 0)
			return 0;
		if (r == 0)
			r = keep(p, *bytes, n);
		if (r < 0)
			return r;
		*bytes += n;
		*len -= n;
	}
	return 0;
}

int state_parser_feed(struct state_parser *p, const uint8_t *bytes, size_t len,
		      int (*on_frame)(uint8_t type, const uint8_t *body, size_t len, void *user),
		      void *user)
{
	int r = complete(p, &bytes, &len, on_frame, user);

	while (r >= 0 && len) {
		size_t size;

		r = frame_size(p, bytes, len, &size);
		if (r < 0)
			break;
		if (size == 0 || size > len)
			return keep(p, bytes, len);
		r = hand_over(bytes, size, on_frame, user);
		bytes += size;
		len -= size;
	}
	return r < 0 ? r : 0;
}
