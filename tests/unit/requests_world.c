// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/requests_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void add_text(struct requests *r, const char *text)
{
	if (requests_add(r, text, strlen(text)) != 0)
		fail_msg("%s", r->error);
}

void add_world(struct requests *r)
{
	char line[160];

	add_text(r, HEAD);
	for (unsigned i = 0; i < ROWS; i++) {
		unsigned made = 1000 + 100 * i;
		bool waits = made >= CLOSED_MS && made < OPENED_MS;

		snprintf(line, sizeof line, "%u,%llu,%llu,%llu,%d,%s,1\n", i + 1, made * 1000000ULL,
			 made * 1000000ULL, (waits ? OPENED_MS : made) * 1000000ULL + 1000000 + i,
			 waits ? 3 : 1, made >= CLOSED_MS ? "edge-b" : "edge-a");
		add_text(r, line);
	}
	requests_order(r);
}
