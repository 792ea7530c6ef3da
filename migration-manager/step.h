/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps, modes and strategies: what a plan is made of.
 *
 * A step is one command to one participant (or a wait), journalled before it is sent and after it
 * was answered. It may be sent again after a restart of either side, so every step is idempotent:
 * by the participant's memory of (migration, step, epoch), or by its nature. A mode gives the steps
 * of the session switch, a strategy those that bring the application's state across.
 *
 * The plan forward:  mode.preparing, strategy.preparing, strategy.synchronising, mode.ready,
 * mode.switching, strategy.switched, mode.releasing, strategy.releasing rolling back:
 * strategy.rollback, mode.rollback switching back:    mode.switching, strategy.switched,
 * mode.releasing, strategy.releasing, source and destination exchanged
 */
#ifndef BATON_MM_STEP_H
#define BATON_MM_STEP_H

#include "migration-manager/migration.h"

struct step {
	const char *name;
	enum migration_state state; /* in which it runs when the plan goes forward */
	bool confirms_switch;	    /* from its success on there is only forward */
	bool optional;		    /* its failure is noted and the plan goes on */
	unsigned timeout_ms;	    /* 0: the engine's default */
	/* Ends in engine_step_done or engine_step_failed, at once or later. */
	void (*start)(struct migration *m);
};

/* Each: NULL, or a table ended by a row whose name is NULL. */
struct mode {
	const char *name;
	const struct step *preparing, *ready, *switching, *releasing, *rollback;
};

struct strategy {
	const char *name;
	const struct step *preparing, *synchronising, *switched, *releasing, *rollback;
	/** check - refuse a request that this strategy can't serve; NULL: none; Return: 0 or
	 * -EINVAL with ret_reason */
	int (*check)(const struct migration_request *request, char *ret_reason, size_t size);
};

extern const struct mode mode_make_before_break, mode_break_before_make;
extern const struct strategy strategy_none;

/* NULL when there is none of that name */
const struct mode *mode_find(const char *name);
const struct strategy *strategy_find(const char *name);
/* names for error texts, ended by NULL */
extern const char *const mode_names[];
extern const char *const strategy_names[];

#endif
