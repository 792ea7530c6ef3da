/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account's inputs on their way to the logic server. The UE numbers them from 1 and sends again,
 * on whatever session is primary, what no delta has acknowledged; so they come twice, and with
 * gaps. From here they go on once each and in order. Pure.
 */
#ifndef BATON_APPS_GAME_CLOUD_INPUTS_H
#define BATON_APPS_GAME_CLOUD_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "apps/game/wire/wire.h"

enum { INPUTS_WINDOW = 256 /* numbers above the last applied one that are held */ };

/* How inputs went over from the session that was primary to the one that is (acceptance B34) */
struct inputs_turn {
	uint32_t number;      /* of the switching signal; 0: there was none */
	uint32_t old_last;    /* highest number that came by the old one in time */
	uint32_t last, first; /* applied: the old one's last, the new one's first; 0: none (yet) */
	uint64_t last_ns, first_ns; /* when */
};

struct inputs {
	uint32_t applied;	 /* number of the last one that was taken; 0 none */
	uint64_t applied_ns;	 /* when; 0: none since inputs_init */
	struct inputs_turn turn; /* the newest */
	bool counting;		 /* one has come since inputs_init */
	bool held[INPUTS_WINDOW];
	uint8_t kind[INPUTS_WINDOW];
};

struct inputs_tally {
	uint64_t accepted, duplicate, ahead;
};

/** inputs_init - @applied: the last one that is known to be applied, before a restart say; 0 none
 */
void inputs_init(struct inputs *in, uint32_t applied);

/**
 * inputs_put - hold what is new; what was applied or is held already is a duplicate, what is more
 * than INPUTS_WINDOW above the last applied is ahead: dropped, the UE sends it again
 *
 * The UE begins with the first number that nobody has acknowledged. So the first that comes after
 * inputs_init tells what was applied: in a new game a UE that outlived its player counts on, and
 * the file of a machine that died may lack its last second. Without this, both would wait for ever.
 */
void inputs_put(struct inputs *in, const struct state_input *m, struct inputs_tally *tally);

/** inputs_next - the one after the last applied; Return: false when it hasn't come yet */
bool inputs_next(const struct inputs *in, enum state_input_kind *ret);
/** inputs_take - it is applied, at @now_ns; only after inputs_next was true */
void inputs_take(struct inputs *in, uint64_t now_ns);
/** inputs_turn - a switching signal was accepted: what comes from here on comes by the new primary
 * session */
void inputs_turn(struct inputs *in, uint32_t number);

#endif
