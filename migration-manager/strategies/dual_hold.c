// SPDX-License-Identifier: Apache-2.0
/*
 * dual, the countdown: as the mode's, and in it the primary is looked at. When it is none any more,
 * its instance having died, while the side that is held follows the game, the UE goes there without
 * waiting for a picture or for the end of the countdown.
 */
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/manager.h"
#include "migration-manager/modes/common.h"
#include "migration-manager/strategies/dual.h"

enum {
	LOOK_MS = 1000,
	AGAIN_MS = 250,
	MISSES = 3 /* a session that is lost and found again within that is none's business */
};

bool dual_is_primary(const struct http_answer *answer)
{
	const json_t *role = json_object_get(answer->body, "role");

	return !answer->error && answer->status == 200 &&
	       (json_integer_value(role) == 1 ||
		strcmp(dual_text(answer->body, "role"), "primary") == 0);
}

/* The game goes on where it can: at the side that is held, by a switch that waits for no pair. When
 * that one isn't the primary after such a switch either, both are left as they are. */
void dual_not_primary(struct migration *m)
{
	char detail[160];

	snprintf(detail, sizeof detail, "no player at '%.40s' that may write, so '%.40s' is kept",
		 migration_data_string(m, "destination_edge"),
		 migration_data_string(m, "source_edge"));
	if (migration_data_u64(m, "forced_epoch") == m->epoch) {
		engine_step_failed(m, "NOT_PRIMARY", "%s", detail);
		return;
	}
	migration_data_set_u64(m, "forced_epoch", m->epoch + 1);
	if (engine_turn(m, "NOT_PRIMARY", detail) < 0)
		engine_step_failed(m, "NOT_PRIMARY", "%s", detail);
}

static void look(struct migration *m);

static void wait(struct migration *m)
{
	uint64_t left = common_hold_left(m), pause = m->misses ? AGAIN_MS : LOOK_MS;

	if (left)
		engine_step_sleep(m, left < pause ? left : pause, look);
	else
		engine_step_done(m, NULL);
}

static void source_seen(struct migration *m, const struct http_answer *answer)
{
	const char *state = dual_text(answer->body, "state");
	bool follows = !answer->error && answer->status == 200 &&
		       (strcmp(state, "streaming") == 0 || strcmp(state, "synchronised") == 0);

	/* Neither: the cloud may be away, and comes back. */
	if (follows)
		dual_not_primary(m);
	else
		wait(m);
}

static void destination_seen(struct migration *m, const struct http_answer *answer)
{
	char path[192];

	m->misses = dual_is_primary(answer) ? 0 : m->misses + 1;
	if (m->misses < MISSES || migration_data_u64(m, "forced_epoch") == m->epoch) {
		wait(m);
		return;
	}
	dual_player_path(m, path, sizeof path);
	engine_look(m, PARTICIPANT_SOURCE_EDGE, path, source_seen);
}

static void look(struct migration *m)
{
	char path[192];

	if (!common_hold_left(m)) {
		engine_step_done(m, NULL);
		return;
	}
	dual_player_path(m, path, sizeof path);
	engine_look(m, PARTICIPANT_DESTINATION_EDGE, path, destination_seen);
}

static void hold(struct migration *m)
{
	m->misses = 0;
	wait(m);
}

const struct step dual_holding[] = {
	{.name = "hold", .state = MIGRATION_RELEASING, .stage = 6, .turnable = true, .start = hold},
	{0},
};
