/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream selector of paper 001 section III-C 5), one step a turn, without I/O, clock or thread:
 * which stream is shown, when a waiting switch may happen (SSIM gate), and what the picture is
 * while it slides from one stream to the other (eq. 4 to 6).
 *
 * "switched" is one step (B11 v): in the turn of the pair that passes, the display role goes over
 * and the turn says where inputs are steered and which number is signalled; the sliding begins in
 * it with n = 0, which still is the source's picture.
 *
 * Where the paper is silent:
 *  - a switch doesn't begin before the sliding of the one before is over: the picture would jump;
 *  - when the source gives no pictures (stalled, gone), there is no pair to wait for: the switch
 *    happens as soon as the destination has a picture, without sliding;
 *  - a switch to the stream that is shown already only signals;
 *  - while the destination's frames come so near the turns that one might be left out (a stream
 *    that has just been joined), the gate stays shut for SELECTOR_SETTLE turns at most: the user
 *    would see a picture twice.
 *
 * The destination's half of the pair that passed is a part of the picture n = 0 (with weight 0), so
 * when it is shown after that it counts as shown again: a destination that froze at the switch has
 * given nothing new since.
 */
#ifndef BATON_APPS_STREAM_CLIENT_SELECTOR_H
#define BATON_APPS_STREAM_CLIENT_SELECTOR_H

#include "apps/stream-client/frame.h"
#include "apps/stream-client/rows.h"

enum {
	SELECTOR_STREAMS_MAX = 16, /* numbers are 1 to 15, as PDU session ids */
	SELECTOR_SETTLE = 24,	   /* turns that a switch waits for a stream that isn't settled */
};

enum switch_state { SWITCH_WAITING, SWITCH_SWITCHED, SWITCH_GIVEN_UP, SWITCH_CANCELLED };
/** switch_state_name - "waiting", "switched", "given-up", "cancelled" */
const char *switch_state_name(enum switch_state state);

/* Why the gate opened, or why it never did */
enum switch_reason {
	SWITCH_REASON_NONE,
	SWITCH_REASON_ALIKE, /* SSIM over the threshold */
	SWITCH_REASON_FORCED,
	SWITCH_REASON_NO_SOURCE, /* nothing to compare with */
	SWITCH_REASON_SHOWN,	 /* it was shown already */
	SWITCH_REASON_TIMEOUT,
	SWITCH_REASON_DESTINATION_STALLED,
	SWITCH_REASON_DESTINATION_GONE,
	SWITCH_REASONS
};
/** switch_reason_name - "ssim", "forced", "no-source", "shown", "timeout", ... */
const char *switch_reason_name(enum switch_reason reason);

struct switch_request {
	uint32_t number, to;
	double threshold; /* 0: no gate */
	uint32_t window;  /* N */
	uint64_t timeout_ns;
	bool force; /* no gate */
};

struct switch_record {
	struct switch_request request;
	enum switch_state state;
	enum switch_reason reason;
	uint32_t from; /* what was shown; 0 nothing */
	bool has_ssim;
	double ssim; /* of the last pair */
	uint64_t pairs;
	unsigned unsettled; /* turns waited for the destination's frames to keep away from turns */
	uint32_t tick_s, tick_d;     /* of the last pair */
	uint64_t asked_ns, ended_ns; /* ended: left "waiting" */
	uint64_t gate_ns;	     /* when the gate was tried first: the stream was settled */
	uint64_t t0_ns;		     /* the turn that switched */
	uint64_t first_display_ns;   /* of a new frame of the destination */
	uint64_t settled_ns;	     /* first display of the destination alone */
	uint64_t first_row, role_ns; /* kept for who records: not read here */
	uint8_t role_outcome;
};

/* What the selector knows of one stream in a turn */
struct selector_stream {
	uint32_t n;
	bool stalled;		   /* nothing decoded for a while */
	bool unsettled;		   /* its frames come near the turns, or too few have come */
	const struct frame *frame; /* its buffer's; NULL: none yet */
};

struct selector_turn {
	const struct picture *picture; /* NULL: nothing to show yet; until the next step, or until
					  the frames are let go */
	struct display_row row;	       /* without display_ns */
	bool has_pair;
	struct pair_row pair;
	bool switched;		      /* steer to .to, signal .number: now */
	struct switch_record *record; /* the switch that ended in this turn, however */
	bool stalled;		      /* what is shown is stalled */
};

struct selector;

/** selector_new - Return: 0, -ENOMEM */
int selector_new(struct selector **ret_selector);
void selector_free(struct selector *selector);

/** selector_record_pairs - look at pairs also while no switch waits */
void selector_record_pairs(struct selector *selector, bool always);
/** selector_show - from nothing; what is shown stays otherwise */
void selector_show(struct selector *selector, uint32_t n);
uint32_t selector_shown(const struct selector *selector);
/** selector_forget - the stream is no more: it isn't shown, waited for or slid from any longer */
void selector_forget(struct selector *selector, uint32_t n, uint64_t now_ns);

/** selector_ask - a switch waits from now on; @record: with its request; borrowed while it waits or
 * settles; Return: 0, -EBUSY another one waits */
int selector_ask(struct selector *selector, struct switch_record *record, uint64_t now_ns);
/** selector_cancel - Return: 0, -ENOENT this one doesn't wait */
int selector_cancel(struct selector *selector, struct switch_record *record, uint64_t now_ns);

/** selector_step - one turn */
void selector_step(struct selector *selector, uint64_t now_ns,
		   const struct selector_stream *streams, unsigned count,
		   struct selector_turn *ret_turn);
/** selector_displayed - the turn's picture is on the screen since @display_ns; sets it in its row
 */
void selector_displayed(struct selector *selector, struct selector_turn *turn, uint64_t display_ns);

#endif
