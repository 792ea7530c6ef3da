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
 *   strategy.synchronising, mode.ready, strategy.stopping, then what follows;
 * once switched back, or forth again: mode.switching, strategy.switched, mode.holding,
 *   strategy.releasing, mode.releasing, with source and destination exchanged each time;
 * forward with early_switch: strategy.synchronising comes after mode.switching;
 * rolling back: mode.unswitching, strategy.rollback, mode.rollback.
 *
 * The steps of stopping are in state ready, not switching: nothing has been sent to the UE yet, so
 * that a cancel or a failure in them rolls back at once, while in state switching the answer of the
 * UE decides.
 */
#ifndef BATON_MM_STEP_H
#define BATON_MM_STEP_H

#include "lib/strategies.h"
#include "migration-manager/migration.h"

struct registered;
struct process_takes;

struct step {
	const char *name;
	enum migration_state state; /* in which it runs when the plan goes forward */
	unsigned stage;		    /* of the six of 001 III-C, 1 to 6; 0: none of its own */
	bool confirms_switch;	    /* from its success on there is only forward */
	bool optional;		    /* its failure is noted and the plan goes on */
	bool fails_later;     /* of a roll-back: the rest of it is done before it has failed; not
				 where the strategy has switch_args */
	bool turnable;	      /* while it runs, the UE may be switched back */
	unsigned timeout_ms;  /* no longer than that; 0: the engine's default */
	unsigned patience_ms; /* that long, in place of the engine's default; 0: the default */
	bool lasts;	      /* what is done takes as long as it takes, but not without any answer:
				 engine_times.unreached */
	/* Its failure may be none: find out, and end the step; Return: false when that was done
	 * already, and it has failed; NULL */
	bool (*doubt)(struct migration *m, const char *cause, const char *detail);
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
	const struct step *initialising, *preparing, *synchronising,
		*stopping /* the application's work, not the UE */, *switched,
		*holding /* in place of the mode's */, *releasing, *rollback;
	uint64_t hold_ms;    /* unless the request says another */
	bool staged;	     /* the stages' times are kept in details */
	bool back_and_forth; /* both sides stay in step: a switch-back can be had any number of
				times, and a request for the way back is one (B15) */
	bool one_way;	     /* what ran at the source is gone after the switch: no switch-back */
	bool early_switch; /* the UE's switch comes before the steps of synchronising, which are in
			      state switching then, and doesn't confirm: one of them does */
	const struct process_takes *process; /* an application that is a process is moved, and the
						request's "process" taken; NULL: not */
	/** check - refuse a request that this strategy can't serve; NULL: none; Return: 0 or
	 * -EINVAL with ret_reason */
	int (*check)(const struct migration_request *request, char *ret_reason, size_t size);
	/** admit - is what the request names known to those who registered? NULL: yes; Return: 0,
	 * or -ENOENT, or -EBUSY for what another migration moves, with the cause and a text for
	 * people */
	int (*admit)(const struct manager *mm, const struct migration_request *request,
		     const char **ret_cause, char *ret_reason, size_t size);
	/** edge_has - could the application be at this edge, for a policy's choice? NULL: yes */
	bool (*edge_has)(const struct registered *edge, const char *app);
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

extern const struct mode mode_make_before_break, mode_break_before_make, mode_uplink_classifier;
#define STRATEGY_DECLARED(id, word) extern const struct strategy strategy_##id;
STRATEGIES(STRATEGY_DECLARED, STRATEGY_DECLARED)

/* NULL when there is none of that name */
const struct mode *mode_find(const char *name);
const struct strategy *strategy_find(const char *name);
/* names for error texts, ended by NULL */
extern const char *const mode_names[];
extern const char *const strategy_names[];

#endif
