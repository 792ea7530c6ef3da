// SPDX-License-Identifier: Apache-2.0
/*
 * A login's answer of any kind. What is taken can be an argument and a line of a file: no blanks,
 * no control characters, nothing that is an option.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/minetest/edge/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_ticket: %s\n", what);
	abort();
}

static void check(const struct ticket *t)
{
	char name[TICKET_NAME_MAX + 1];

	require(t->port > 0 && t->name[0] && t->password[0], "something lacks");
	for (const char *c = t->password; *c; c++)
		require(*c > ' ' && *c <= '~', "a password of anything");
	for (unsigned again = 0; again < 200; again += 33) {
		client_name(t, again, name);
		require(strncmp(name, t->name, strlen(t->name)) == 0, "another name");
		require(strpbrk(name, " \t\n/=.") == NULL, "a name of anything");
	}
	require(ticket_equal(t, t), "not the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *json = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
	struct ticket t;

	if (ticket_read(json, &t) == 0)
		check(&t);
	json_decref(json);
	return 0;
}
