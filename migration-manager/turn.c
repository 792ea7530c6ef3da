// SPDX-License-Identifier: Apache-2.0
/*
 * Migrations that are turned: cancelled, switched to the side that is held, or their hold ended; by
 * a client, or by a strategy that finds that it has to.
 */
#include <errno.h>
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/engine.h"
#include "migration-manager/manager.h"
#include "migration-manager/plan.h"

static void exchange(struct migration *m, const char *one, const char *other)
{
	json_t *a = json_incref(json_object_get(m->data, one)),
	       *b = json_incref(json_object_get(m->data, other));

	if (b)
		json_object_set_new(m->data, one, b);
	if (a)
		json_object_set_new(m->data, other, a);
}

static void exchange_sides(struct migration *m)
{
	exchange(m, "source_session", "destination_session");
	exchange(m, "source_address", "destination_address");
	exchange(m, "source_edge", "destination_edge");
	exchange(m, "source_dnai", "destination_dnai");
	exchange(m, "source_generation", "destination_generation");
}

/* What a turn changes in the record; the same again takes it back. @confirmed: there is no other
 * way than this one any more */
static void turn_sides(struct migration *m, bool confirmed)
{
	exchange_sides(m);
	m->direction = m->direction == DIRECTION_BACK ? DIRECTION_FORWARD : DIRECTION_BACK;
	m->switched = confirmed;
	if (m->direction == DIRECTION_FORWARD)
		json_object_del(m->data, "switched_back");
	else
		json_object_set_new(m->data, "switched_back", json_true());
}

/*
 * A turn that can't be had: the UE is sent once more to where it was, or where nobody knows that it
 * isn't, and the plan goes on from there. There is no third way.
 */
void engine_turn_again(struct migration *m)
{
	turn_sides(m, true);
	m->epoch++;
	m->step = 0;
	engine_plan(m);
	engine_advance(m);
}

void engine_cut_switch(struct migration *m)
{
	if (m->request.strategy->cut_switch)
		m->request.strategy->cut_switch(m);
}

/* ---- what clients ask for ---- */

/* Once the switch has been sent it may have happened: its answer decides. An early one does not. */
static bool answer_decides(const struct migration *m, const struct step *step)
{
	if (m->request.strategy->early_switch)
		return engine_confirms(m, step);
	return step->state == MIGRATION_SWITCHING;
}

int engine_cancel(struct migration *m, const char *cause, const char *detail)
{
	const struct step *step = engine_current(m);

	if (migration_ended(m) || m->switched || engine_turned(m))
		return -EALREADY;
	if (m->direction == DIRECTION_ROLLBACK)
		return 0;
	if (step && answer_decides(m, step)) {
		engine_cause(m, cause, detail);
		json_object_set_new(m->data, "cancel_wanted", json_true());
		/* Not written, it is forgotten by a restart in this very moment; the answer would
		 * decide then, too. */
		(void)journal_save(m->mm->journal, m);
		engine_cut_switch(m);
		return 0;
	}
	engine_cause(m, cause, detail);
	engine_roll_back(m);
	return 0;
}

int engine_turn(struct migration *m, const char *cause, const char *detail)
{
	const struct step *step = engine_current(m);
	size_t held = m->step;
	uint64_t turns = migration_data_u64(m, "turns");

	if (m->request.strategy->one_way)
		return -EOPNOTSUPP;
	if (migration_ended(m) || !m->switched || !step || !step->turnable ||
	    (engine_turned(m) && !m->request.strategy->back_and_forth))
		return -EBUSY;
	turn_sides(m, false);
	migration_data_set_u64(m, "turns", turns + 1);
	json_object_del(m->data, "hold_ended");
	migration_data_set_u64(m, "turned_ns", clock_now_ns());
	m->epoch++;
	m->step = 0;
	engine_cause(m, cause, detail);
	/* Not sent before it is written: a manager that has forgotten it would release the session
	 * that the UE went back to. */
	if (journal_save(m->mm->journal, m) < 0) {
		turn_sides(m, true);
		migration_data_set_u64(m, "turns", turns);
		m->epoch--;
		m->step = held;
		return -ENOSPC;
	}
	m->mm->turns++;
	engine_abandon(m);
	engine_plan(m);
	engine_advance(m);
	return 0;
}

int engine_end_hold(struct migration *m)
{
	const struct step *step = engine_current(m);

	if (m->state != MIGRATION_RELEASING || !step || !step->turnable)
		return -EBUSY;
	/* Also where the hold itself is yet to come */
	json_object_set_new(m->data, "hold_ended", json_true());
	if (strcmp(step->name, "primary") != 0)
		engine_step_done(m, NULL);
	return 0;
}
