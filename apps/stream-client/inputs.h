/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account's inputs, which the UE owns: each has a sequence number that counts on over switches,
 * and is sent again until a frame's stamp says that the world has applied it. Any thread may call;
 * the lock is held for moments.
 *
 * Numbers go on from what the stamps say, so that a stream-client that was started again repeats
 * none. What the run before has sent may still be on its way, or wait in the cloud to be applied,
 * one a tick: so what stamps say counts once it was the same for INPUTS_SETTLE_MS. Until then there
 * is no number to give.
 */
#ifndef BATON_APPS_STREAM_CLIENT_INPUTS_H
#define BATON_APPS_STREAM_CLIENT_INPUTS_H

#include "apps/stream-client/rows.h"
#include "apps/stream/control.h"

enum {
	INPUTS_RESEND_MS = 20,
	INPUTS_SETTLE_MS = 300,
	INPUTS_UNACKED_MAX = 1024, /* then no more are taken */
	INPUTS_ROWS = 8192,	   /* kept for who reads the trace */
};

/* The wire's names of an input */
enum input_kind {
	INPUT_NONE,
	INPUT_UP,
	INPUT_RIGHT,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_REST,
	INPUT_GO,
	INPUT_KINDS
};
/** input_parse - "up", "right", "down", "left", "rest", "go"; Return: 0, -EINVAL */
int input_parse(const char *text, enum input_kind *ret_input);
const char *input_name(enum input_kind input);

struct inputs_state {
	bool ready;			  /* stamps have told where numbers begin */
	uint32_t made, acked;		  /* sequence numbers; made: the newest */
	uint64_t sends, resends, refused; /* datagrams; inputs */
};

struct inputs;

/** inputs_new - Return: 0, -ENOMEM */
int inputs_new(struct inputs **ret_inputs);
void inputs_free(struct inputs *inputs);

/** inputs_make - Return: 0; -EAGAIN: not ready yet; -ENOBUFS: INPUTS_UNACKED_MAX (counted) */
int inputs_make(struct inputs *inputs, enum input_kind input, uint64_t now_ns, uint32_t *ret_seq);

/**
 * inputs_due - what is to be sent now: the oldest unacknowledged inputs, when there are new ones or
 * INPUTS_RESEND_MS have passed
 * @at_once:     whatever the time (a switch)
 * @ret_wait_ns: until something is due if nothing happens; UINT64_MAX: nothing unacknowledged
 *
 * Return: whether @ret_input is to be sent; it counts as sent then
 */
bool inputs_due(struct inputs *inputs, uint64_t now_ns, bool at_once,
		struct control_input *ret_input, uint64_t *ret_wait_ns);

/** inputs_acked - a frame was decoded whose world has applied everything up to @seq */
void inputs_acked(struct inputs *inputs, uint32_t seq, uint64_t now_ns);
/** inputs_shown - such a frame is on the screen */
void inputs_shown(struct inputs *inputs, uint32_t seq, uint64_t now_ns);

void inputs_state(struct inputs *inputs, struct inputs_state *ret_state);
/** inputs_rows - rows of inputs number @from on, at most @max, into @rows; Return: how many; the
 * first one's number is in its row */
size_t inputs_rows(struct inputs *inputs, uint32_t from, size_t max, struct input_row *rows);

#endif
