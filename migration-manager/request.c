// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/request.h"

#include <errno.h>
#include <string.h>

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

int request_read(const json_t *body, struct json_reader *r, struct migration_request *ret_request)
{
	struct migration_request request = {.hold_ms = HOLD_MS_DEFAULT};
	size_t strategy = 0, mode = 0;
	char reason[128];

	json_reader_begin(r, body);
	request_read_name(r, "ue", request.ue, sizeof request.ue);
	json_read_string(r, "app", false, request.app, sizeof request.app);
	json_read_string(r, "source", false, request.source, sizeof request.source);
	request_read_name(r, "destination", request.destination, sizeof request.destination);
	json_read_word(r, "strategy", false, strategy_names, &strategy);
	json_read_word(r, "mode", false, mode_names, &mode);
	json_read_u64(r, "hold_ms", false, 0, HOLD_MS_MAX, &request.hold_ms);
	request.strategy = strategy_find(strategy_names[strategy]);
	request.mode = mode_find(mode_names[mode]);
	if (request.ue[0] && !supi_valid(request.ue))
		json_reader_fail(r, "ue", "expected \"imsi-\" and 5 to 15 digits");
	if (request.source[0] && strcmp(request.source, request.destination) == 0)
		json_reader_fail(r, "destination", "expected another edge than the source");
	if (request.strategy->check && request.strategy->check(&request, reason, sizeof reason) < 0)
		json_reader_fail(r, "strategy", "%s", reason);
	if (json_reader_end(r) < 0)
		return -EINVAL;
	*ret_request = request;
	return 0;
}
