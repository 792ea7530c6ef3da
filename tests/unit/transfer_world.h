/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of transfer share: a directory that goes with its test, a small body, and who sees
 * what is read of one. */
#ifndef TESTS_UNIT_TRANSFER_WORLD_H
#define TESTS_UNIT_TRANSFER_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "agents/transfer/body.h"

extern char transfer_directory[64];

int transfer_setup(void **state);
int transfer_teardown(void **state);
/** path_of - of a name in the test's directory; four at a time */
const char *path_of(const char *name);
void make_directory(const char *name);
void make_file(const char *name, const char *text, mode_t mode);
bool is_there(const char *name);
bool holds(const char *name, const char *text);
/** make_round - pages-1.img "pages", inventory.img "inventory", sub/x "" */
void make_round(const char *name);

struct seen {
	char text[1024]; /* "[path mode size]content;" */
	int rc;		 /* of begin */
};
extern const struct body_sink see;
/** put_file - a file of a body; Return: how many octets */
size_t put_file(uint8_t *at, const char *path, mode_t mode, const char *content);
/** a_body - a "hello", b/c "", b/d "x": 6 octets in 3 files */
size_t a_body(uint8_t *bytes);

#endif
