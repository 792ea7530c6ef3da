// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/engine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "migration-manager/manager.h"
#include "migration-manager/stages.h"

const struct engine_times engine_times_default = {
	.before_switch = 10000, .after_switch = 30000, .retry = 50, .ask = 6000};

enum { SWITCH_TRIES = 30, SWITCH_AGAIN_MS = 500 };

static void start_step(struct migration *m);
static void turn_to_rollback(struct migration *m);
static void turn_again(struct migration *m);

/* ---- timers ---- */

static void timer_fired(uv_timer_t *timer)
{
	struct migration *m = timer->data;
	void (*then)(struct migration *) = m->on_timer;

	m->on_timer = NULL;
	if (then)
		then(m);
}

void engine_step_sleep(struct migration *m, uint64_t ms, void (*then)(struct migration *m))
{
	if (!m->timer) {
		m->timer = calloc(1, sizeof *m->timer);
		if (!m->timer || uv_timer_init(&m->mm->daemon.loop, m->timer) < 0) {
			free(m->timer);
			m->timer = NULL;
			engine_step_failed(m, "NO_MEMORY", "no timer could be made");
			return;
		}
		m->timer->data = m;
	}
	m->on_timer = then;
	uv_timer_start(m->timer, timer_fired, ms, 0);
}

/* Whatever the step under way waits for is forgotten. */
void engine_abandon(struct migration *m)
{
	if (m->timer)
		uv_timer_stop(m->timer);
	m->on_timer = NULL;
	ask_drop(m);
}

/* ---- plans ---- */

static void plan_add(struct migration *m, const struct step *steps)
{
	for (; steps && steps->name && m->plan_len < PLAN_MAX; steps++)
		m->plan[m->plan_len++] = steps;
}

/* Switched back, or forth again: what came before the switch is not done again. */
static bool turned(const struct migration *m)
{
	return m->direction == DIRECTION_BACK || migration_data_u64(m, "turns");
}

static void plan_make(struct migration *m)
{
	const struct mode *mode = m->request.mode;
	const struct strategy *strategy = m->request.strategy;

	m->plan_len = 0;
	if (m->direction == DIRECTION_ROLLBACK) {
		plan_add(m, mode->unswitching);
		plan_add(m, strategy->rollback);
		plan_add(m, mode->rollback);
		return;
	}
	if (!turned(m)) {
		plan_add(m, mode->surveying);
		plan_add(m, strategy->initialising);
		plan_add(m, mode->preparing);
		plan_add(m, strategy->preparing);
		plan_add(m, strategy->synchronising);
		plan_add(m, mode->ready);
	}
	plan_add(m, mode->switching);
	plan_add(m, strategy->switched);
	plan_add(m, strategy->holding ? strategy->holding : mode->holding);
	plan_add(m, strategy->releasing);
	plan_add(m, mode->releasing);
}

static const struct step *current(const struct migration *m)
{
	return m->step < m->plan_len ? m->plan[m->step] : NULL;
}

/* ---- states ---- */

/* When the switch began and was done, for those who watch: with the record they would come later.
 */
static json_t *switch_times(const struct migration *m)
{
	uint64_t t0 = migration_data_u64(m, "t0_ns"),
		 switched = migration_data_u64(m, "switched_ns");

	if (!t0 || !switched)
		return NULL;
	return json_pack("{s:I, s:I}", "t0_ns", (json_int_t)t0, "switched_ns",
			 (json_int_t)switched);
}

static void enter_state(struct migration *m, enum migration_state state)
{
	json_t *data = NULL;

	m->state = state;
	m->state_since_ns = clock_now_ns();
	if (migration_ended(m)) {
		stages_end(m);
		data = json_pack("{s:O}", "details", m->data);
		if (m->cause[0]) {
			json_object_set_new(data, "cause", json_string(m->cause));
			json_object_set_new(data, "detail", json_string(m->detail));
		}
		m->mm->ended[state]++;
	} else if (state == MIGRATION_RELEASING) {
		data = switch_times(m);
	}
	log_info("migration", "id=%s ue=%s state=%s", m->id, m->request.ue,
		 migration_state_name(state));
	migration_event(m, "state", data);
}

/* Every state up to @target is passed, if only for zero time. */
static void pass_states(struct migration *m, enum migration_state target)
{
	if (m->direction == DIRECTION_ROLLBACK) {
		if (m->state != target)
			enter_state(m, target);
		return;
	}
	if (m->state == MIGRATION_RELEASING && target == MIGRATION_SWITCHING) {
		enter_state(m, target);
		return;
	}
	while (m->state < target)
		enter_state(m, (enum migration_state)(m->state + 1));
}

static enum migration_state final_state(const struct migration *m)
{
	return m->direction == DIRECTION_ROLLBACK ? MIGRATION_ROLLED_BACK : MIGRATION_COMPLETED;
}

static void set_cause(struct migration *m, const char *cause, const char *detail)
{
	snprintf(m->cause, sizeof m->cause, "%s", cause);
	snprintf(m->detail, sizeof m->detail, "%s", detail);
}

/* What is left when neither forward nor back is possible. */
static void end_failed(struct migration *m, const char *cause, const char *detail)
{
	engine_abandon(m);
	set_cause(m, cause, detail);
	enter_state(m, MIGRATION_FAILED);
	/* If even this can't be written, the record is found unfinished after a restart and tried
	 * again. */
	(void)journal_save(m->mm->journal, m);
}

/* ---- running a plan ---- */

/*
 * Commit the intent before anything is sent. Before the switch a journal that can't be written ends
 * the migration's way forward; rolling back and finishing go on without it, since stopping there
 * would leave the UE worse off.
 */
static bool commit_intent(struct migration *m)
{
	if (journal_save(m->mm->journal, m) == 0)
		return true;
	if (m->direction != DIRECTION_FORWARD || m->switched || turned(m))
		return true;
	set_cause(m, "JOURNAL_NOT_WRITABLE",
		  "the journal could not be written before a step, so the step was not taken");
	turn_to_rollback(m);
	return false;
}

static void advance(struct migration *m)
{
	const struct step *step = current(m);
	enum migration_state state = step ? step->state : final_state(m);

	if (m->direction == DIRECTION_ROLLBACK && step)
		state = MIGRATION_ROLLING_BACK;
	if (!step && m->direction != DIRECTION_ROLLBACK)
		pass_states(m, MIGRATION_RELEASING);
	m->switch_tries = 0;
	pass_states(m, state);
	if (step)
		stages_enter(m, step);
	if (!commit_intent(m) || !step)
		return;
	start_step(m);
}

static uint64_t step_ms(const struct migration *m, const struct step *step)
{
	const struct engine_times *times = m->mm->times;
	uint64_t (*switch_ms)(const struct migration *) = m->request.strategy->switch_ms;
	uint64_t ms = m->switched || m->direction == DIRECTION_ROLLBACK ? times->after_switch
									: times->before_switch;

	if (step->patience_ms)
		ms = step->patience_ms;
	if (step->confirms_switch && switch_ms && switch_ms(m) > ms)
		ms = switch_ms(m);
	return step->timeout_ms && step->timeout_ms < ms ? step->timeout_ms : ms;
}

static void start_step(struct migration *m)
{
	m->deadline_mono_ns = clock_mono_ns() + step_ms(m, current(m)) * UINT64_C(1000000);
	log_debug("migration", "id=%s step=%s epoch=%llu", m->id, current(m)->name,
		  (unsigned long long)m->epoch);
	current(m)->start(m);
}

static bool cancel_wanted(const struct migration *m)
{
	return json_is_true(json_object_get(m->data, "cancel_wanted"));
}

/* From here on there is only forward; a cancel that came with the switch under way came too late.
 */
static void confirm_switch(struct migration *m)
{
	m->switched = true;
	if (!cancel_wanted(m))
		return;
	json_object_del(m->data, "cancel_wanted");
	set_cause(m, "", "");
}

void engine_step_done(struct migration *m, json_t *outcome)
{
	const struct step *step = current(m);

	engine_abandon(m);
	if (outcome)
		json_object_update(m->data, outcome);
	json_decref(outcome);
	if (step->confirms_switch)
		confirm_switch(m);
	m->step++;
	if (cancel_wanted(m) && m->direction == DIRECTION_FORWARD && !m->switched) {
		turn_to_rollback(m);
		return;
	}
	advance(m);
}

/* A stream switch for which there is no other way, refused because a picture stalled just then:
 * once more, as another epoch, since the refusal of this one is kept. */
static bool switch_again(struct migration *m)
{
	const struct step *step = current(m);

	if (!m->request.strategy->switch_args || m->switch_tries >= SWITCH_TRIES ||
	    (!step->confirms_switch && strcmp(step->name, "unswitch") != 0))
		return false;
	engine_abandon(m);
	m->switch_tries++;
	m->epoch++;
	/* Not written, the same epoch is tried again by whoever is restarted now. */
	(void)journal_save(m->mm->journal, m);
	engine_step_sleep(m, SWITCH_AGAIN_MS, start_step);
	return true;
}

void engine_step_failed(struct migration *m, const char *cause, const char *format, ...)
{
	char detail[sizeof m->detail];
	va_list ap;
	int n = snprintf(detail, sizeof detail, "%s: ", current(m)->name);

	va_start(ap, format);
	vsnprintf(detail + n, sizeof detail - (size_t)n, format, ap);
	va_end(ap);
	log_warn("migration", "id=%s step=%s cause=%s detail=\"%s\"", m->id, current(m)->name,
		 cause, detail);
	if (current(m)->optional) {
		engine_step_done(m, NULL);
		return;
	}
	if (m->switched || m->direction == DIRECTION_ROLLBACK) {
		if (!switch_again(m))
			end_failed(m, cause, detail);
		return;
	}
	engine_abandon(m);
	set_cause(m, cause, detail);
	if (turned(m))
		turn_again(m);
	else
		turn_to_rollback(m);
}

static void turn_to_rollback(struct migration *m)
{
	engine_abandon(m);
	m->direction = DIRECTION_ROLLBACK;
	m->step = 0;
	m->epoch++;
	plan_make(m);
	enter_state(m, MIGRATION_ROLLING_BACK);
	advance(m);
}

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
static void turn_again(struct migration *m)
{
	turn_sides(m, true);
	m->epoch++;
	m->step = 0;
	plan_make(m);
	advance(m);
}

static void cut_switch(struct migration *m)
{
	if (m->request.strategy->cut_switch)
		m->request.strategy->cut_switch(m);
}

/* What journal_save wrote last is this step; a migration just created has journalled none. */
static bool intent_is_kept(const struct migration *m)
{
	if (m->direction == DIRECTION_ROLLBACK)
		return m->state == MIGRATION_ROLLING_BACK;
	return m->state == current(m)->state;
}

void engine_begin(struct migration *m)
{
	m->mm->started++;
	migration_event(m, "state", NULL);
	plan_make(m);
	advance(m);
}

/* The intent of the step under way is in the journal: it needs no second commit, and a journal that
 * has become full since must not undo what may have been done. */
void engine_resume(struct migration *m)
{
	plan_make(m);
	if (m->step > m->plan_len)
		m->step = m->plan_len;
	log_info("migration", "id=%s what=resumed state=%s step=%s", m->id,
		 migration_state_name(m->state), current(m) ? current(m)->name : "none");
	migration_event(m, "resumed", NULL);
	if (current(m) && intent_is_kept(m))
		start_step(m);
	else
		advance(m);
	if (cancel_wanted(m) && m->state == MIGRATION_SWITCHING)
		cut_switch(m);
}

/* ---- what clients ask for ---- */

int engine_cancel(struct migration *m, const char *cause, const char *detail)
{
	const struct step *step = current(m);

	if (migration_ended(m) || m->switched || turned(m))
		return -EALREADY;
	if (m->direction == DIRECTION_ROLLBACK)
		return 0;
	/* Once the switch has been sent it may have happened: its answer decides. */
	if (step && step->state == MIGRATION_SWITCHING) {
		set_cause(m, cause, detail);
		json_object_set_new(m->data, "cancel_wanted", json_true());
		/* Not written, it is forgotten by a restart in this very moment; the answer would
		 * decide then, too. */
		(void)journal_save(m->mm->journal, m);
		cut_switch(m);
		return 0;
	}
	set_cause(m, cause, detail);
	turn_to_rollback(m);
	return 0;
}

int engine_turn(struct migration *m, const char *cause, const char *detail)
{
	const struct step *step = current(m);
	size_t held = m->step;
	uint64_t turns = migration_data_u64(m, "turns");

	if (migration_ended(m) || !m->switched || !step || !step->turnable ||
	    (turned(m) && !m->request.strategy->back_and_forth))
		return -EBUSY;
	turn_sides(m, false);
	migration_data_set_u64(m, "turns", turns + 1);
	json_object_del(m->data, "hold_ended");
	migration_data_set_u64(m, "turned_ns", clock_now_ns());
	m->epoch++;
	m->step = 0;
	set_cause(m, cause, detail);
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
	plan_make(m);
	advance(m);
	return 0;
}

int engine_end_hold(struct migration *m)
{
	const struct step *step = current(m);

	if (m->state != MIGRATION_RELEASING || !step || !step->turnable)
		return -EBUSY;
	/* Also where the hold itself is yet to come */
	json_object_set_new(m->data, "hold_ended", json_true());
	if (strcmp(step->name, "primary") != 0)
		engine_step_done(m, NULL);
	return 0;
}
