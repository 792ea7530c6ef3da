// SPDX-License-Identifier: Apache-2.0
/*
 * The body of a REST request through the readers of lib/json, as a handler would use them. Besides
 * not crashing: what is read is within its bounds, and complaints can be answered as JSON.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_http: %s\n", what);
	abort();
}

static void check_complaints(const struct json_reader *r)
{
	require(r->invalid_count <= JSON_INVALID_MAX, "too many complaints");
	for (size_t i = 0; i < r->invalid_count; i++) {
		const struct json_invalid *c = &r->invalid[i];

		require(memchr(c->param, '\0', sizeof(c->param)) != NULL, "an open pointer");
		require(memchr(c->reason, '\0', sizeof(c->reason)) != NULL, "an open reason");
		require(c->param[0] == '\0' || c->param[0] == '/', "no JSON pointer");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const modes[] = {"make-before-break", "break-before-make", NULL};
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	struct json_reader r;
	struct in_addr addr = {0};
	char ue[32] = "";
	uint64_t hold_ms = 100;
	size_t mode = 0;
	bool force = false;
	int rc;

	json_reader_begin(&r, root);
	json_read_string(&r, "ue", true, ue, sizeof(ue));
	json_read_u64(&r, "hold_ms", false, 100, 600000, &hold_ms);
	json_read_bool(&r, "force", false, &force);
	json_read_ipv4(&r, "addr", false, &addr);
	json_read_word(&r, "mode", false, modes, &mode);
	rc = json_reader_end(&r);
	require((rc == 0) == (r.invalid_count == 0), "refused without a reason");
	require(strlen(ue) < sizeof(ue), "a text too long");
	require(hold_ms >= 100 && hold_ms <= 600000, "a number out of range");
	require(mode < 2, "an unknown word");
	check_complaints(&r);
	json_decref(root);
	return 0;
}
