// SPDX-License-Identifier: Apache-2.0
/*
 * The body of POST /v1/migrations. Besides not crashing: what is taken is within its bounds and,
 * written as the journal keeps it, is read again as the same; what is refused has a reason.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migration-manager/request.h"
#include "migration-manager/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_request: %s\n", what);
	abort();
}

static void check_bounds(const struct migration_request *m)
{
	require(supi_valid(m->ue), "an invalid SUPI");
	require(!m->source[0] || strcmp(m->source, m->destination) != 0,
		"source and destination are one");
	require(m->strategy && m->mode, "no plan");
	require(m->hold_ms <= HOLD_MS_MAX, "too long a hold");
	require(m->process.rounds <= PROCESS_ROUNDS_MAX, "too many rounds");
	require(m->process.interval_last_ms <= m->process.interval_ms, "intervals rise");
	require(!m->strategy->process || m->app[0], "a process without an app");
}

static void check_again(const struct migration_request *first)
{
	json_t *kept = migration_request_json(first);
	struct migration_request second;
	struct json_reader r;

	require(request_read(kept, &r, &second) == 0, "what was kept is refused");
	require(strcmp(first->ue, second.ue) == 0 && strcmp(first->app, second.app) == 0 &&
			strcmp(first->source, second.source) == 0 &&
			strcmp(first->destination, second.destination) == 0 &&
			first->strategy == second.strategy && first->mode == second.mode &&
			first->hold_ms == second.hold_ms &&
			memcmp(&first->process, &second.process, sizeof second.process) == 0,
		"it is not the same again");
	json_decref(kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	struct migration_request request;
	struct json_reader r;

	if (!body)
		return 0;
	if (request_read(body, &r, &request) < 0) {
		require(r.invalid_count > 0, "refused without a reason");
	} else {
		require(r.invalid_count == 0, "taken with a complaint");
		check_bounds(&request);
		if (request.destination[0]) /* else it is kept once a policy has chosen one */
			check_again(&request);
	}
	json_decref(body);
	return 0;
}
