// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/engine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/json.h"
#include "lib/log.h"
#include "migration-manager/manager.h"
#include "migration-manager/plan.h"
#include "migration-manager/stages.h"

const struct engine_times engine_times_default = {.before_switch = 10000,
						  .after_switch = 30000,
						  .unreached = 30000,
						  .retry = 50,
						  .ask = 6000};

enum { SWITCH_TRIES = 30, SWITCH_AGAIN_MS = 500 };

static void start_step(struct migration *m);

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
	free(m->scratch);
	m->scratch = NULL;
	ask_drop(m);
}

/* ---- plans ---- */

static void plan_add(struct migration *m, const struct step *steps)
{
	for (; steps && steps->name && m->plan_len < PLAN_MAX; steps++)
		m->plan[m->plan_len++] = steps;
}

/* Switched back, or forth again: what came before the switch is not done again. */
bool engine_turned(const struct migration *m)
{
	return m->direction == DIRECTION_BACK || migration_data_u64(m, "turns");
}

static void plan_add_up_to_switch(struct migration *m)
{
	const struct mode *mode = m->request.mode;
	const struct strategy *strategy = m->request.strategy;

	plan_add(m, mode->surveying);
	plan_add(m, strategy->initialising);
	plan_add(m, mode->preparing);
	plan_add(m, strategy->preparing);
	if (!strategy->early_switch)
		plan_add(m, strategy->synchronising);
	plan_add(m, mode->ready);
	plan_add(m, strategy->stopping);
}

void engine_plan(struct migration *m)
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
	if (!engine_turned(m))
		plan_add_up_to_switch(m);
	plan_add(m, mode->switching);
	if (strategy->early_switch)
		plan_add(m, strategy->synchronising);
	plan_add(m, strategy->switched);
	plan_add(m, strategy->holding ? strategy->holding : mode->holding);
	plan_add(m, strategy->releasing);
	plan_add(m, mode->releasing);
}

const struct step *engine_current(const struct migration *m)
{
	return m->step < m->plan_len ? m->plan[m->step] : NULL;
}

static bool is_of(const struct step *steps, const struct step *step)
{
	for (; steps && steps->name; steps++)
		if (steps == step)
			return true;
	return false;
}

bool engine_confirms(const struct migration *m, const struct step *step)
{
	return step->confirms_switch &&
	       !(m->request.strategy->early_switch && is_of(m->request.mode->switching, step));
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
		json_object_del(m->data, migration_meanwhile_member);
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

void engine_cause(struct migration *m, const char *cause, const char *detail)
{
	snprintf(m->cause, sizeof m->cause, "%s", cause);
	snprintf(m->detail, sizeof m->detail, "%s", detail);
}

/* A roll-back that can't be done in one part is done in the others: what is left of the network is
 * given back. The failure is kept until then, so a manager that is restarted knows it; the last
 * one, since each later part matters more: the UE's session, then who serves. */
static const char failure_kept[] = "failed_later";

static const json_t *kept_failure(const struct migration *m)
{
	return json_object_get(json_object_get(m->data, migration_meanwhile_member), failure_kept);
}

static void keep_failure(struct migration *m, const char *cause, const char *detail)
{
	json_object_set_new(migration_meanwhile(m), failure_kept,
			    json_pack("{s:s, s:s, s:s}", "step", engine_current(m)->name, "cause",
				      cause, "detail", detail));
}

/* Of a step that is begun anew by a manager that was restarted */
static void forget_failure(struct migration *m, const struct step *step)
{
	if (strcmp(json_text(kept_failure(m), "step"), step->name) == 0)
		json_object_del(migration_meanwhile(m), failure_kept);
}

/* What is left when neither forward nor back is possible. What was kept says more than what else
 * failed after it. */
static void end_failed(struct migration *m, const char *cause, const char *detail)
{
	const json_t *kept = kept_failure(m);

	engine_abandon(m);
	if (kept)
		engine_cause(m, json_text(kept, "cause"), json_text(kept, "detail"));
	else
		engine_cause(m, cause, detail);
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
	if (m->direction != DIRECTION_FORWARD || m->switched || engine_turned(m))
		return true;
	engine_cause(m, "JOURNAL_NOT_WRITABLE",
		     "the journal could not be written before a step, so the step was not taken");
	engine_roll_back(m);
	return false;
}

void engine_advance(struct migration *m)
{
	const struct step *step = engine_current(m);
	enum migration_state state = step ? step->state : final_state(m);

	if (!step && kept_failure(m)) {
		end_failed(m, "", "");
		return;
	}
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

void engine_step_extend(struct migration *m, uint64_t more_ms)
{
	uint64_t ms = step_ms(m, engine_current(m)) + more_ms;

	m->deadline_mono_ns = clock_mono_ns() + ms * UINT64_C(1000000);
}

static void start_step(struct migration *m)
{
	engine_step_extend(m, 0);
	log_debug("migration", "id=%s step=%s epoch=%llu", m->id, engine_current(m)->name,
		  (unsigned long long)m->epoch);
	forget_failure(m, engine_current(m));
	engine_current(m)->start(m);
}

bool engine_cancel_wanted(const struct migration *m)
{
	return json_is_true(json_object_get(m->data, "cancel_wanted"));
}

/* From here on there is only forward; a cancel that came with the switch under way came too late.
 */
static void confirm_switch(struct migration *m)
{
	m->switched = true;
	if (!engine_cancel_wanted(m))
		return;
	json_object_del(m->data, "cancel_wanted");
	engine_cause(m, "", "");
}

void engine_step_done(struct migration *m, json_t *outcome)
{
	const struct step *step = engine_current(m);

	engine_abandon(m);
	if (outcome)
		json_object_update(m->data, outcome);
	json_decref(outcome);
	if (engine_confirms(m, step))
		confirm_switch(m);
	m->step++;
	if (engine_cancel_wanted(m) && m->direction == DIRECTION_FORWARD && !m->switched) {
		engine_roll_back(m);
		return;
	}
	engine_advance(m);
}

/* A stream switch for which there is no other way, refused because a picture stalled just then:
 * once more, as another epoch, since the refusal of this one is kept. */
static bool switch_again(struct migration *m)
{
	const struct step *step = engine_current(m);

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

/* Where streams are switched, the side that the UE could not be switched back from is not ended: it
 * is the one that the UE shows. */
static bool fails_later(const struct migration *m)
{
	return engine_current(m)->fails_later && !m->request.strategy->switch_args;
}

/* There is no other way than this one. */
static void fail_for_good(struct migration *m, const char *cause, const char *detail)
{
	if (switch_again(m))
		return;
	if (!fails_later(m)) {
		end_failed(m, cause, detail);
		return;
	}
	keep_failure(m, cause, detail);
	engine_step_done(m, NULL);
}

void engine_step_failed(struct migration *m, const char *cause, const char *format, ...)
{
	const struct step *step = engine_current(m);
	char detail[sizeof m->detail];
	va_list ap;
	int n = snprintf(detail, sizeof detail, "%s: ", step->name);

	va_start(ap, format);
	vsnprintf(detail + n, sizeof detail - (size_t)n, format, ap);
	va_end(ap);
	log_warn("migration", "id=%s step=%s cause=%s detail=\"%s\"", m->id, step->name, cause,
		 detail);
	if (step->optional) {
		engine_step_done(m, NULL);
		return;
	}
	if (step->doubt && step->doubt(m, cause, detail + n))
		return;
	if (m->switched || m->direction == DIRECTION_ROLLBACK) {
		fail_for_good(m, cause, detail);
		return;
	}
	engine_abandon(m);
	engine_cause(m, cause, detail);
	if (engine_turned(m))
		engine_turn_again(m);
	else
		engine_roll_back(m);
}

void engine_roll_back(struct migration *m)
{
	engine_abandon(m);
	m->direction = DIRECTION_ROLLBACK;
	m->step = 0;
	m->epoch++;
	engine_plan(m);
	enter_state(m, MIGRATION_ROLLING_BACK);
	engine_advance(m);
}

/* What journal_save wrote last is this step; a migration just created has journalled none. */
static bool intent_is_kept(const struct migration *m)
{
	if (m->direction == DIRECTION_ROLLBACK)
		return m->state == MIGRATION_ROLLING_BACK;
	return m->state == engine_current(m)->state;
}

void engine_begin(struct migration *m)
{
	m->mm->started++;
	migration_event(m, "state", NULL);
	engine_plan(m);
	engine_advance(m);
}

/* The intent of the step under way is in the journal: it needs no second commit, and a journal that
 * has become full since must not undo what may have been done. */
void engine_resume(struct migration *m)
{
	engine_plan(m);
	if (m->step > m->plan_len)
		m->step = m->plan_len;
	log_info("migration", "id=%s what=resumed state=%s step=%s", m->id,
		 migration_state_name(m->state),
		 engine_current(m) ? engine_current(m)->name : "none");
	migration_event(m, "resumed", NULL);
	if (engine_current(m) && intent_is_kept(m))
		start_step(m);
	else
		engine_advance(m);
	if (engine_cancel_wanted(m) && m->state == MIGRATION_SWITCHING)
		engine_cut_switch(m);
}
