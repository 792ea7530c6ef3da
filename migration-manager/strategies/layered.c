// SPDX-License-Identifier: Apache-2.0
/*
 * layered: 004's three layers. Base layer and application layer are looked for, and sent while the
 * application runs where they are missing, or are there in another version; the instance layer,
 * what runs, follows once it is suspended. All by rsync, so that of what is there already only
 * differences travel.
 */
#include <string.h>

#include "migration-manager/step.h"
#include "migration-manager/strategies/process.h"

/* Numbers of their sends; the image's has none */
enum { APPLICATION_NUMBER = 1, BASE_NUMBER = 2 };

static bool is_missing(const struct migration *m, const char *layer)
{
	const json_t *list = json_object_get(process_details(m), "layers_missing"), *each;
	size_t i;

	json_array_foreach(list, i, each)
	{
		if (strcmp(json_string_value(each), layer) == 0)
			return true;
	}
	return false;
}

/* ---- layers that are missing, while the application runs ---- */

/* @name: whose bytes these are in the ledger of layers */
static void layer_sent(struct migration *m, const json_t *answer, const char *name)
{
	json_t *sent;

	process_count_sent(m, "layers", answer);
	sent = json_object_get(process_details(m), "sent");
	json_object_set_new(json_array_get(sent, json_array_size(sent) - 1), "name",
			    json_string(name));
	if (!process_get(m, "rounds_ns"))
		process_set(m, "rounds_ns", json_u64(answer, "begun_ns"));
	engine_step_done(m, NULL);
}

static void base_sent(struct migration *m, const json_t *answer)
{
	layer_sent(m, answer, "base");
}

static void application_sent(struct migration *m, const json_t *answer)
{
	layer_sent(m, answer, "application");
}

static void send_base(struct migration *m, const json_t *receiver)
{
	process_ask_numbered(m, PARTICIPANT_SOURCE_EDGE, "send", BASE_NUMBER,
			     process_send_args(m, "layer", "base", receiver), base_sent);
}

/* 004 Fig. 2 begins with it. What the source doesn't have the application doesn't build upon. */
static void base(struct migration *m)
{
	if (is_missing(m, "base"))
		process_receiver(m, send_base);
	else
		engine_step_done(m, NULL);
}

static void send_application(struct migration *m, const json_t *receiver)
{
	process_ask_numbered(m, PARTICIPANT_SOURCE_EDGE, "send", APPLICATION_NUMBER,
			     process_send_args(m, "layer", "application", receiver),
			     application_sent);
}

static void application(struct migration *m)
{
	if (is_missing(m, "application"))
		process_receiver(m, send_application);
	else
		engine_step_done(m, NULL);
}

static const struct step synchronising[] = {
	PROCESS_STEP("base", MIGRATION_SYNCHRONISING, PROCESS_STALL_MS, base),
	PROCESS_STEP("application", MIGRATION_SYNCHRONISING, PROCESS_STALL_MS, application),
	{0},
};

static const struct process_takes takes = {.members = PROCESS_TAKES_CRIU,
					   .criu = true,
					   .brings_image = true,
					   .defaults = {.transfer = TRANSFER_RSYNC}};

const struct strategy strategy_layered = {
	PROCESS_STRATEGY("layered", &takes), .preparing = process_receiving,
	.synchronising = synchronising,	     .stopping = process_stopping,
	.switched = process_switched,	     .rollback = process_rollback,
};
