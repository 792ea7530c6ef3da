/* SPDX-License-Identifier: Apache-2.0 */
/* The log of a player's last rendered frames: a ring, for GET /v1/frames/{account}. */
#ifndef BATON_APPS_GAME_EDGE_FRAMES_H
#define BATON_APPS_GAME_EDGE_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

enum { FRAMES_MAX = 4096 };

struct frame_row {
	uint32_t seq, tick, input;
	uint64_t render_start_ns, sent_ns; /* CLOCK_REALTIME; sent_ns: after the last packet */
	uint32_t bytes;			   /* of H.264 */
	bool key;
};

struct frames {
	struct frame_row row[FRAMES_MAX];
	uint64_t count; /* ever pushed */
};

/** frames_push - keep one row; the oldest goes when there are FRAMES_MAX */
void frames_push(struct frames *f, const struct frame_row *row);

/**
 * frames_text - rows with seq >= @from as JSON: {"account": A, "frames": [[seq, tick, input,
 * render_start_ns, sent_ns, bytes, key], ...]}, oldest first, key 0 or 1
 * @account: needs no escapes
 * Return: text, to be freed, or NULL
 */
char *frames_text(const struct frames *f, const char *account, uint32_t from);

#endif
