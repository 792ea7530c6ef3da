// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/request.h"

#include <errno.h>
#include <string.h>

#include "migration-manager/policy.h"
#include "migration-manager/step.h"

bool supi_valid(const char *supi)
{
	size_t digits;

	if (strncmp(supi, "imsi-", 5) != 0)
		return false;
	digits = strspn(supi + 5, "0123456789");
	return digits >= 5 && digits <= 15 && supi[5 + digits] == '\0';
}

void request_read_name(struct json_reader *r, const char *name, char *buf, size_t size)
{
	const json_t *value = json_object_get(r->object, name);

	json_read_string(r, name, true, buf, size);
	if (json_is_string(value) && json_string_length(value) == 0)
		json_reader_fail(r, name, "expected a name, found \"\"");
}

/* Members that only a strategy with a stream switch has */
static void read_stream_switch(struct json_reader *r, struct migration_request *request)
{
	static const char *const names[] = {"threshold", "window", "timeout_ms"};

	json_read_real(r, names[0], false, 0, 1, &request->threshold);
	json_read_u64(r, names[1], false, 1, WINDOW_MAX, &request->window);
	json_read_u64(r, names[2], false, 1, TIMEOUT_MS_MAX, &request->timeout_ms);
	for (size_t i = 0; i < 3 && !request->strategy->switch_args; i++)
		if (json_object_get(r->object, names[i]))
			json_reader_fail(r, names[i], "strategy '%s' has no stream to switch",
					 request->strategy->name);
}

static void check_request(struct json_reader *r, const struct migration_request *request)
{
	char reason[128];

	if (request->ue[0] && !supi_valid(request->ue))
		json_reader_fail(r, "ue", "expected \"imsi-\" and 5 to 15 digits");
	if (request->source[0] && strcmp(request->source, request->destination) == 0)
		json_reader_fail(r, "destination", "expected another edge than the source");
	if (request->strategy->check &&
	    request->strategy->check(request, reason, sizeof reason) < 0)
		json_reader_fail(r, "strategy", "%s", reason);
}

int request_read(const json_t *body, struct json_reader *r, struct migration_request *ret_request)
{
	struct migration_request request = {.threshold = -1};
	size_t strategy = 0, mode = 0;

	json_reader_begin(r, body);
	request_read_name(r, "ue", request.ue, sizeof request.ue);
	json_read_string(r, "app", false, request.app, sizeof request.app);
	json_read_string(r, "source", false, request.source, sizeof request.source);
	if (json_object_get(body, "destination"))
		request_read_name(r, "destination", request.destination,
				  sizeof request.destination);
	json_read_word(r, "strategy", false, strategy_names, &strategy);
	json_read_word(r, "mode", false, mode_names, &mode);
	request.strategy = strategy_find(strategy_names[strategy]);
	request.mode = mode_find(mode_names[mode]);
	request.hold_ms = request.strategy->hold_ms;
	request.hold_given = json_object_get(body, "hold_ms") != NULL;
	json_read_u64(r, "hold_ms", false, 0, HOLD_MS_MAX, &request.hold_ms);
	json_read_word(r, "policy", false, policy_names, &request.policy);
	if (json_object_get(body, "policy") && json_object_get(body, "destination"))
		json_reader_fail(r, "policy", "the destination is given, so none is chosen");
	read_stream_switch(r, &request);
	process_options_read(r, request.strategy, &request.process);
	check_request(r, &request);
	if (json_reader_end(r) < 0)
		return -EINVAL;
	*ret_request = request;
	return 0;
}
