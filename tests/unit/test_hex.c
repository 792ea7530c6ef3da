// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hex.h"

static void there_and_back(void **state)
{
	uint8_t all[256], back[256];
	char text[2 * sizeof all + 1];

	for (unsigned i = 0; i < sizeof all; i++)
		all[i] = (uint8_t)i;
	assert_ptr_equal(hex_text(all, sizeof all, text), text);
	assert_int_equal(strlen(text), 2 * sizeof all);
	assert_memory_equal(text, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_string_equal(text + 2 * 0xf9, "f9fafbfcfdfeff");
	assert_int_equal(hex_read(text, back, sizeof back), 0);
	assert_memory_equal(back, all, sizeof all);
	assert_string_equal(hex_text(all, 0, text), "");
}

static void refused(void **state)
{
	static const char *const texts[] = {"",	    "0",    "012",  "01234", "012g",
					    "AB12", "0x12", " 123", "12 3",  "-123"};
	uint8_t octets[2];

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(hex_read(texts[i], octets, sizeof octets), -EINVAL);
	assert_int_equal(hex_read("fe01", octets, sizeof octets), 0);
	assert_int_equal(octets[0], 0xfe);
	assert_int_equal(octets[1], 1);
}

/* Every digit is drawn: of 64 draws no place has the same one each time. */
static void random_digits(void **state)
{
	char first[33], text[34] = {0};
	uint8_t octets[16];
	uint32_t varied = 0;

	assert_int_equal(hex_random(first, sizeof first), 0);
	for (int draw = 0; draw < 64; draw++) {
		text[33] = '!';
		assert_int_equal(hex_random(text, 33), 0);
		assert_int_equal(text[33], '!');
		assert_int_equal(hex_read(text, octets, sizeof octets), 0);
		for (unsigned i = 0; i < 32; i++)
			varied |= (uint32_t)(text[i] != first[i]) << i;
	}
	assert_int_equal(varied, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(refused),
		cmocka_unit_test(random_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
