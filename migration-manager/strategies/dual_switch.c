// SPDX-License-Identifier: Apache-2.0
/*
 * dual, stage v: what the streams add to the mode's switch. The UE agent has the stream-client
 * switch as soon as a pair of pictures is alike, then moves the routes.
 */
#include "lib/http_client.h"
#include "migration-manager/manager.h"
#include "migration-manager/modes/common.h"
#include "migration-manager/strategies/dual.h"

enum {
	SIMILARITY_MS = 75000, /* 001 V-E gives up then */
	SWITCH_MARGIN_MS = 15000,
	CUT_MS = 2000,
	FIGURES_MS = 4000 /* the stream-client looks 2 s back and 2 s ahead */
};

uint64_t dual_switch_ms(const struct migration *m)
{
	return (m->request.timeout_ms ? m->request.timeout_ms : SIMILARITY_MS) + SWITCH_MARGIN_MS;
}

/* What rolls back, and what goes on where there is no other way, doesn't wait for a pair that is
 * alike; the switch that may still wait for one is cancelled by it. */
void dual_switch_args(struct migration *m, uint64_t session, json_t *args)
{
	uint64_t number = migration_data_u64(m, "switch_base") + m->epoch;
	bool force = m->switched || m->direction == DIRECTION_ROLLBACK ||
		     migration_data_u64(m, "forced_epoch") == m->epoch;
	json_t *stream =
		json_pack("{s:I, s:b, s:I}", "number", (json_int_t)number, "force", force,
			  "timeout_ms", (json_int_t)(dual_switch_ms(m) - SWITCH_MARGIN_MS));

	if (m->request.threshold >= 0)
		json_object_set_new(stream, "threshold", json_real(m->request.threshold));
	if (m->request.window)
		json_object_set_new(stream, "window", json_integer((json_int_t)m->request.window));
	if (force)
		json_object_set_new(stream, "cancel", json_integer((json_int_t)number - 1));
	json_object_set_new(args, "app", json_string(m->request.app));
	json_object_set_new(args, "stream", stream);
}

static void cut_answered(const struct http_answer *answer, void *user)
{
	/* The step's own answer tells what became of it. */
}

void dual_cut_switch(struct migration *m)
{
	const struct registered *ue = registry_get(m->mm->registry.ues, m->request.ue);
	char url[REGISTRY_URL_SIZE + 64];
	struct http_call call = {
		.method = "DELETE", .url = url, .token = m->mm->token, .timeout_ms = CUT_MS};

	if (!ue)
		return;
	snprintf(url, sizeof url, "%s/v1/steps/%s/switch", ue->url, m->id);
	(void)http_client_call(m->mm->client, &call, cut_answered, NULL, NULL);
}

void dual_figures(struct migration *m)
{
	json_int_t number = (json_int_t)(migration_data_u64(m, "switch_base") + m->epoch);
	uint64_t wait_ms = m->request.hold_ms < FIGURES_MS ? m->request.hold_ms : FIGURES_MS;

	engine_agent_step(m, "figures",
			  json_pack("{s:I, s:s, s:I, s:I}", "session",
				    (json_int_t)migration_data_u64(m, "destination_session"), "app",
				    m->request.app, "number", number, "wait_ms",
				    (json_int_t)wait_ms),
			  common_done_if_ok);
}
