// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/topology_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct topology *load(const char *text)
{
	struct yaml_error err = {""};
	struct topology *t = NULL;
	int rc = topology_load_memory("t.yaml", text, strlen(text), &t, &err);

	if (rc)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	return t;
}

unsigned index_of(const struct topology *t, const char *node)
{
	int index = topology_find_node(t, node);

	assert_true(index >= 0);
	return (unsigned)index;
}

char *written(const struct topology *t)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(topology_write(t, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}
