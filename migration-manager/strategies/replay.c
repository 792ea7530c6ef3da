// SPDX-License-Identifier: Apache-2.0
/*
 * replay: 003 algorithm 2. The client's input goes to the destination early, where a forwarder
 * copies it to the source, which goes on serving, and caches it. A snapshot is sent meanwhile,
 * once. The restored instance then catches up by the cached input, and only that takes the service
 * away: input instead of memory is transferred.
 *
 * The UE's switch doesn't confirm, `cut` does: up to it the source has applied all that a client
 * was answered, and a roll-back lets it go on. What came of a cut that was asked for is known at
 * the destination alone, so that is asked before the source is woken: there is one decision, made
 * once (unforward, docs/processes.md).
 */
#include "migration-manager/manager.h"
#include "migration-manager/strategies/process.h"

/* What only this strategy has: "replay" of the record's "process" */
static json_t *own(struct migration *m)
{
	json_t *details = process_details(m), *figures = json_object_get(details, "replay");

	if (!figures) {
		figures = json_object();
		json_object_set_new(details, "replay", figures);
	}
	return figures;
}

static void set_us(struct migration *m, const char *name, uint64_t from_ns, uint64_t to_ns)
{
	process_set_span(own(m), name, from_ns, to_ns);
}

static void keep(struct migration *m, const char *name, const json_t *answer)
{
	json_object_set_new(own(m), name,
			    json_integer((json_int_t)json_u64(process_figures(answer), name)));
}

static void keep_us(struct migration *m, const char *name, const json_t *answer, const char *from,
		    const char *to)
{
	set_us(m, name, json_u64(process_figures(answer), from),
	       json_u64(process_figures(answer), to));
}

static json_t *address_of(const struct migration *m, const char *name, const char *member)
{
	return json_pack("{s:s}", member, json_text(process_details(m), name));
}

/* ---- input to the destination ---- */

static void forwarding(struct migration *m, const json_t *answer)
{
	set_us(m, "t_forward_us", json_u64(answer, "begun_ns"), json_u64(answer, "ended_ns"));
	engine_step_done(m, NULL);
}

static void forward(struct migration *m)
{
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "forward",
		    address_of(m, "source_wan_address", "source"), forwarding);
}

/* From now on nothing reaches the source past the forwarder; the snapshot comes after it. */
static void divert(struct migration *m)
{
	process_ask(m, PARTICIPANT_SOURCE_EDGE, "divert",
		    address_of(m, "destination_wan_address", "to"), process_step_done);
}

/* ---- the snapshot, while the source serves ---- */

static void dumped(struct migration *m, const json_t *answer)
{
	process_note_dump(m, answer);
	process_set(m, "dumped_ns", json_u64(answer, "ended_ns"));
	engine_step_done(m, NULL);
}

static void dump(struct migration *m)
{
	process_ask(m, PARTICIPANT_SOURCE_EDGE, "dump", process_dump_args(m, "running"), dumped);
}

/* ---- the interruption ---- */

/* It begins here, as with other strategies where the source's gate closes. */
static void paused(struct migration *m, const json_t *answer)
{
	uint64_t pause = json_u64(process_figures(answer), "pause_ns");

	process_set(m, "gate_closed_ns", pause);
	set_us(m, "jitter_us", migration_data_u64(m, "switched_ns"), pause);
	keep_us(m, "t_pause_us", answer, "pause_ns", "paused_ns");
	keep(m, "cached_requests", answer);
	keep(m, "cached_bytes_most", answer);
	engine_step_done(m, NULL);
}

static void pause_input(struct migration *m)
{
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "pause", NULL, paused);
}

static void suspend(struct migration *m)
{
	process_ask(m, PARTICIPANT_SOURCE_EDGE, "suspend", NULL, process_step_done);
}

static void replayed(struct migration *m, const json_t *answer)
{
	keep_us(m, "t_replay_us", answer, "replay_ns", "replayed_ns");
	keep(m, "replayed", answer);
	keep(m, "compared", answer);
	engine_step_done(m, NULL);
}

static void replay(struct migration *m)
{
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "replay", NULL, replayed);
}

static void keep_cut(struct migration *m, const json_t *answer)
{
	const json_t *figures = process_figures(answer);
	uint64_t served = json_u64(figures, "serve_ns");

	if (!served) /* without the forwarder: its gate */
		served = json_u64(figures, "opened_ns");
	keep(m, "held", answer);
	process_note_serves(m, served);
}

static void has_cut(struct migration *m, const json_t *answer)
{
	keep_cut(m, answer);
	engine_step_done(m, NULL);
}

static void cut(struct migration *m)
{
	process_set(m, "cut_sent", 1);
	process_ask(m, PARTICIPANT_DESTINATION_EDGE, "cut", NULL, has_cut);
}

/* ---- rolling back ---- */

static void decided(struct migration *m, const json_t *answer)
{
	process_decided(m, json_is_true(json_object_get(process_figures(answer), "serves")));
}

static void unforward(struct migration *m)
{
	if (!process_get(m, "cut_sent")) {
		engine_step_done(m, NULL); /* `drop` ends a forwarder */
		return;
	}
	process_doubt(m);
	process_ask_again(m, PARTICIPANT_DESTINATION_EDGE, "unforward", NULL, decided);
}

#define DURING(word, ms, function) PROCESS_STEP(word, MIGRATION_SWITCHING, ms, function)

static const struct step preparing[] = {
	PROCESS_STEP("receive", MIGRATION_PREPARING, PROCESS_STALL_MS, process_receive),
	PROCESS_STEP("forward", MIGRATION_PREPARING, PROCESS_STALL_MS, forward),
	{0},
};
static const struct step synchronising[] = {
	DURING("divert", PROCESS_STALL_MS, divert),
	DURING("dump", PROCESS_CRIU_MS, dump),
	DURING("send", PROCESS_STALL_MS, process_send),
	DURING("restore", PROCESS_CRIU_MS, process_restore),
	DURING("pause", PROCESS_STALL_MS, pause_input),
	DURING("suspend", PROCESS_STALL_MS, suspend),
	DURING("replay", PROCESS_CRIU_MS, replay),
	PROCESS_DECIDES("cut", cut, NULL),
	{0},
};
static const struct step switched[] = {
	PROCESS_OPEN_BY(process_know_open),
	PROCESS_FINISH,
	PROCESS_SETTLE,
	{0},
};
static const struct step rollback[] = {
	PROCESS_DECIDED("unforward", unforward), /* on which the rest depends */
	PROCESS_MOVED,				 /* or */
	PROCESS_DROP,
	PROCESS_THAW,
	PROCESS_DROP_LATE,
	{0},
};

/* Connections of the snapshot are the source's, with the forwarder: they don't move. */
static const struct process_takes takes = {
	.members = PROCESS_TAKES_CRIU,
	.criu = true,
	.defaults = {.transfer = TRANSFER_RSYNC, .tcp = PROCESS_TCP_CLOSE}};

const struct strategy strategy_replay = {
	PROCESS_STRATEGY("replay", &takes),
	.preparing = preparing,
	.synchronising = synchronising,
	.switched = switched,
	.rollback = rollback,
	.early_switch = true,
};
