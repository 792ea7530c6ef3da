// SPDX-License-Identifier: Apache-2.0
/*
 * Moving a process: the steps that all strategies go through, and the ends of both sides. Until the
 * switch is confirmed the source's process is whole, stopped behind its gate at most: a roll-back
 * drops what is at the destination and thaws it. After it the destination's gate opens, and what is
 * left at the source goes.
 */
#include "migration-manager/strategies/process.h"

#include <string.h>

#include "migration-manager/manager.h"

static const char receive_step[] = "receive";

void process_step_done(struct migration *m, const json_t *answer)
{
	engine_step_done(m, NULL);
}

/* ---- the way there ---- */

void process_receiver(struct migration *m, process_done then)
{
	bool rsync = m->request.process.transfer == TRANSFER_RSYNC;

	process_ask_until(m, PARTICIPANT_DESTINATION_EDGE, receive_step,
			  json_pack("{s:s}", "mode", rsync ? "rsync" : "stream"), "port", then);
}

void process_receive(struct migration *m)
{
	process_receiver(m, process_step_done);
}

/* ---- stopping ---- */

static void dumped(struct migration *m, const json_t *answer)
{
	process_note_dump(m, answer);
	if (m->request.process.transfer == TRANSFER_PAGE_SERVER)
		process_count_sent(m, "image", answer);
	engine_step_done(m, NULL);
}

static void dump_to_pages(struct migration *m, const json_t *receiver)
{
	json_t *args = process_dump_args(m, "stopped");

	json_object_set_new(args, "to", process_to(receiver));
	process_ask_long(m, PARTICIPANT_SOURCE_EDGE, "dump", args, PROCESS_PAGES_MS, dumped);
}

void process_dump(struct migration *m)
{
	if (m->request.process.transfer == TRANSFER_PAGE_SERVER)
		process_page_receiver(m, dump_to_pages);
	else
		process_ask(m, PARTICIPANT_SOURCE_EDGE, "dump", process_dump_args(m, "stopped"),
			    dumped);
}

static void sent(struct migration *m, const json_t *answer)
{
	process_count_sent(m, "image", answer);
	process_set_us(m, "t_copy_us", json_u64(answer, "begun_ns"), json_u64(answer, "ended_ns"));
	engine_step_done(m, NULL);
}

static void send_to(struct migration *m, const json_t *receiver)
{
	process_ask(m, PARTICIPANT_SOURCE_EDGE, "send",
		    process_send_args(m, "image", NULL, receiver), sent);
}

void process_send(struct migration *m)
{
	process_receiver(m, send_to);
}

void process_restored(struct migration *m, const json_t *answer)
{
	uint64_t answered = json_u64(process_figures(answer), "answered_ns");

	process_set(m, "answered_ns", answered);
	process_set_us(m, "t_restore_us", json_u64(answer, "begun_ns"), answered);
	engine_step_done(m, NULL);
}

void process_restore(struct migration *m)
{
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "restore",
		    json_pack("{s:s}", "tcp", process_tcp_name(&m->request.process)),
		    process_restored);
}

/* ---- the ends, after the switch ---- */

static void opened(struct migration *m, const json_t *answer)
{
	uint64_t at = json_u64(process_figures(answer), "opened_ns");

	process_note_serves(m, at);
	process_set_us(m, "t_open_us", process_get(m, "answered_ns"), at);
	engine_step_done(m, NULL);
}

void process_open(struct migration *m)
{
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "open", NULL, opened);
}

/* An optional step's failure is seen by nobody: so it is noted before, and struck out after. */
static void ended(struct migration *m, const json_t *answer)
{
	json_object_del(process_details(m), "left_at");
	engine_step_done(m, NULL);
}

/* 004: when the application comes back, only what differs from its last dump travels. */
static json_t *keeping(const struct migration *m)
{
	return m->request.strategy->process->brings_image ? json_pack("{s:b}", "keep", true) : NULL;
}

static void end_at(struct migration *m, enum participant whom, const char *step,
		   json_t *(*args)(const struct migration *m))
{
	const char *edge = migration_data_string(
		m, whom == PARTICIPANT_SOURCE_EDGE ? "source_edge" : "destination_edge");

	json_object_set_new(process_details(m), "left_at", json_string(edge));
	process_ask_again(m, whom, step, args, ended);
}

void process_finish(struct migration *m)
{
	end_at(m, PARTICIPANT_SOURCE_EDGE, "finish", keeping);
}

/* The images are no harm: what is noted is the source's end. */
void process_settle(struct migration *m)
{
	process_ask_again(m, PARTICIPANT_DESTINATION_EDGE, "settle", keeping, process_step_done);
}

/* ---- rolling back, where the destination may serve ---- */

static const char not_woken[] = "not_woken", serves_there[] = "serves there";

/* Noted before anything is asked, so that it also holds when there is no answer */
void process_doubt(struct migration *m)
{
	json_object_set_new(process_details(m), not_woken, json_string("undecided"));
}

void process_decided(struct migration *m, bool serves)
{
	if (!serves) {
		json_object_del(process_details(m), not_woken);
		engine_step_done(m, NULL);
		return;
	}
	json_object_set_new(process_details(m), not_woken, json_string(serves_there));
	engine_step_failed(m, "SERVES_THERE",
			   "'%s' had moved to '%s' when it was to be taken back, and serves there",
			   m->request.app, migration_data_string(m, "destination_edge"));
}

static void if_it_serves_there(struct migration *m, void (*step)(struct migration *m))
{
	if (strcmp(json_text(process_details(m), not_woken), serves_there) == 0)
		step(m);
	else
		engine_step_done(m, NULL);
}

void process_know_open(struct migration *m)
{
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "open", NULL, process_step_done);
}

void process_moved_open(struct migration *m)
{
	if_it_serves_there(m, process_know_open);
}

void process_moved_finish(struct migration *m)
{
	if_it_serves_there(m, process_finish);
}

void process_moved_settle(struct migration *m)
{
	if_it_serves_there(m, process_settle);
}

/* ---- rolling back ---- */

/* Refused before its survey: nothing was asked of the edges, and one of them may not be known. Or
 * both are left as they are, since the destination serves, or may. */
static bool nothing_to_undo(struct migration *m)
{
	if (process_get(m, "begun_ns") && !json_text(process_details(m), not_woken)[0])
		return false;
	engine_step_done(m, NULL);
	return true;
}

void process_drop(struct migration *m)
{
	if (!nothing_to_undo(m))
		end_at(m, PARTICIPANT_DESTINATION_EDGE, "drop", NULL);
}

void process_thaw_by(struct migration *m, json_t *(*args)(const struct migration *m))
{
	if (!nothing_to_undo(m))
		process_ask_again(m, PARTICIPANT_SOURCE_EDGE, "thaw", args, process_step_done);
}

void process_thaw(struct migration *m)
{
	process_thaw_by(m, NULL);
}

void process_drop_late(struct migration *m)
{
	if (nothing_to_undo(m))
		return;
	if (!json_text(process_details(m), "left_at")[0]) {
		engine_step_done(m, NULL);
		return;
	}
	process_epoch_raise(m); /* it may have failed, not only been out of reach */
	process_drop(m);
}

const struct step process_receiving[] = {
	PROCESS_STEP("receive", MIGRATION_PREPARING, PROCESS_STALL_MS, process_receive),
	{0},
};
const struct step process_stopping[] = {
	PROCESS_DUMP,
	PROCESS_SEND,
	PROCESS_RESTORE,
	{0},
};
const struct step process_switched[] = {
	PROCESS_OPEN,
	PROCESS_FINISH,
	PROCESS_SETTLE,
	{0},
};
const struct step process_rollback[] = {
	PROCESS_DROP,
	PROCESS_THAW,
	PROCESS_DROP_LATE,
	{0},
};
