// SPDX-License-Identifier: Apache-2.0
/*
 * A server step's report of arbitrary text, as the mod would send it. Besides not crashing: what is
 * taken keeps the promises of report.h, so that whoever indexes by it stays in bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/minetest/cloud/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_minetest_report: %s\n", what);
	abort();
}

static void check(const struct report *r)
{
	require(r->step > 0, "a step that was none");
	require(r->body_count <= ACCOUNTS_MAX && r->player_count <= REPORT_PLAYERS_MAX &&
			r->inventory_count <= REPORT_INVENTORIES_MAX,
		"too many");
	for (size_t i = 0; i < r->body_count; i++)
		require(r->body[i].number && r->body[i].heading < 4 &&
				abs(r->body[i].x_mm) <= REPORT_PLACE_MAX &&
				abs(r->body[i].z_mm) <= REPORT_PLACE_MAX,
			"an odd body");
	for (size_t i = 0; i < r->player_count; i++)
		require(r->player[i].account >= 1 && r->player[i].account <= ACCOUNTS_MAX &&
				r->player[i].seat >= 1 && r->player[i].seat <= SESSION_SET_MAX,
			"an odd player");
	for (size_t i = 0; i < r->inventory_count; i++)
		require(strlen(r->inventory[i].text) < REPORT_INVENTORY_SIZE, "a long inventory");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct report r;
	json_t *json = json_loadb((const char *)data, size, 0, NULL);

	if (report_read(json, &r) == 0)
		check(&r);
	json_decref(json);
	return 0;
}
