/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps, modes and strategies: what a plan is made of.
 *
 * A step is one command to one participant (or a wait), journalled before it is sent and after it
 * was answered. It may be sent again after a restart of either side, so every step is idempotent:
 * by the participant's memory of (migration, step, epoch), or by its nature. A mode gives the steps
 * of the session switch, a strategy those that bring the application's state across.
 *
 * The plan forward: mode.surveying, strategy.initialising, mode.preparing, strategy.preparing,
 *   strategy.synchronising, mode.ready, then what follows;
 * once switched back, or forth again: mode.switching, strategy.switched, mode.holding,
 *   strategy.releasing, mode.releasing, with source and destination exchanged each time;
 * rolling back: mode.unswitching, strategy.rollback, mode.rollback.
 */
#ifndef BATON_MM_STEP_H
#define BATON_MM_STEP_H

#include "migration-manager/migration.h"

struct step {
	const char *name;
	enum migration_state state; /* in which it runs when the plan goes forward */
	unsigned stage;		    /* of the six of 001 III-C, 1 to 6; 0: none of its own */
	bool confirms_switch;	    /* from its success on there is only forward */
	bool optional;		    /* its failure is noted and the plan goes on */
	bool turnable;		    /* while it runs, the UE may be switched back */
	unsigned timeout_ms;	    /* no longer than that; 0: the engine's default */
	unsigned patience_ms; /* that long, in place of the engine's default; 0: the default */
	/* Ends in engine_step_done or engine_step_failed, at once or later. */
	void (*start)(struct migration *m);
};

/* Each: NULL, or a table ended by a row whose name is NULL. */
struct mode {
	const char *name;
	const struct step *surveying, *preparing, *ready, *switching, *holding, *releasing,
		*unswitching, *rollback;
};

struct strategy {
	const char *name;
	const struct step *initialising, *preparing, *synchronising, *switched,
		*holding /* in place of the mode's */, *releasing, *rollback;
	uint64_t hold_ms;    /* unless the request says another */
	bool staged;	     /* the stages' times are kept in details */
	bool back_and_forth; /* both sides stay in step: a switch-back can be had any number of
				times, and a request for the way back is one (B15) */
	/** check - refuse a request that this strategy can't serve; NULL: none; Return: 0 or
	 * -EINVAL with ret_reason */
	int (*check)(const struct migration_request *request, char *ret_reason, size_t size);
	/** admit - is what the request names known to those who registered? NULL: yes; Return: 0 or
	 * -ENOENT with the cause and a text for people */
	int (*admit)(const struct manager *mm, const struct migration_request *request,
		     const char **ret_cause, char *ret_reason, size_t size);
	/** hold - how long where the request doesn't say; NULL: hold_ms */
	uint64_t (*hold)(const struct manager *mm, const struct migration_request *request);
	/** switch_args - add to the arguments of the UE agent's switch to @session; NULL: nothing
	 */
	void (*switch_args)(struct migration *m, uint64_t session, json_t *args);
	/** switch_ms - how long the switch may take; NULL: the engine's default */
	uint64_t (*switch_ms)(const struct migration *m);
	/** cut_switch - a cancel came while the switch is under way: have it decided soon; NULL */
	void (*cut_switch)(struct migration *m);
};

extern const struct mode mode_make_before_break, mode_break_before_make;
extern const struct strategy strategy_none, strategy_dual;

/* NULL when there is none of that name */
const struct mode *mode_find(const char *name);
const struct strategy *strategy_find(const char *name);
/* names for error texts, ended by NULL */
extern const char *const mode_names[];
extern const char *const strategy_names[];

#endif
