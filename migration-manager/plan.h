/* SPDX-License-Identifier: Apache-2.0 */
/* What engine.c, which carries a plan out, and turn.c, which turns it round, share. */
#ifndef BATON_MM_PLAN_H
#define BATON_MM_PLAN_H

#include "migration-manager/step.h"

/** engine_plan - the steps of the present direction, into m->plan */
void engine_plan(struct migration *m);
/** engine_current - the step under way; NULL: past the last one */
const struct step *engine_current(const struct migration *m);
/** engine_advance - commit the intent of the step at m->step and start it, or end */
void engine_advance(struct migration *m);
/** engine_roll_back - from wherever it is */
void engine_roll_back(struct migration *m);
/** engine_cause - why it was rolled back, turned, or failed */
void engine_cause(struct migration *m, const char *cause, const char *detail);
/** engine_turned - switched back, or forth again: what came before the switch is not done again */
bool engine_turned(const struct migration *m);
/** engine_confirms - does the success of @step leave only the way forward? */
bool engine_confirms(const struct migration *m, const struct step *step);
bool engine_cancel_wanted(const struct migration *m);

/** engine_turn_again - a turn that can't be had: back to where it was */
void engine_turn_again(struct migration *m);
/** engine_cut_switch - have a switch under way decided soon */
void engine_cut_switch(struct migration *m);

#endif
