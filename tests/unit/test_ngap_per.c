// SPDX-License-Identifier: Apache-2.0
/*
 * The PER cursor against encodings worked out by hand from X.691, ALIGNED variant.
 */
#include "lib/ngap/per.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint8_t buf[40000];

/* After @lead bits: value in low..high gives these octets, and comes back. */
static void integers(void **state)
{
	static const struct {
		unsigned int lead;
		uint64_t low, high, value;
		const char *octets;
		size_t len;
	} row[] = {
		{3, 5, 5, 5, "\0", 1},			 /* 1: one value: no bits */
		{3, 0, 1, 1, "\x10", 1},		 /* 2: one bit */
		{0, 1, 15, 8, "\x70", 1},		 /* 3: four bits, less the low bound */
		{1, 0, 254, 254, "\x7f\x00", 2},	 /* 4: 255 values: eight bits, unaligned */
		{1, 0, 255, 255, "\x00\xff", 2},	 /* 5: 256 values: an aligned octet */
		{1, 0, 256, 256, "\x00\x01\x00", 3},	 /* 6: 257 values: two aligned octets */
		{1, 1, 65536, 65536, "\x00\xff\xff", 3}, /* 7: 64K values */
		{0, 0, 4294967295, 0, "\x00\x00", 2},	 /* 8: over 64K: length, octets */
		{0, 0, 4294967295, 256, "\x40\x01\x00", 3},			     /* 9 */
		{0, 0, 4294967295, 4294967295, "\xc0\xff\xff\xff\xff", 5},	     /* 10 */
		{0, 0, 1099511627775, 1099511627775, "\x80\xff\xff\xff\xff\xff", 6}, /* 11 */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint64_t lead = 0, value = row[i].value;
		struct per per;

		memset(buf, 0xee, sizeof(buf));
		per_write_init(&per, buf, sizeof(buf));
		per_bits(&per, &lead, row[i].lead);
		per_uint(&per, &value, row[i].low, row[i].high);
		assert_int_equal(per.error, 0);
		assert_int_equal(per_octet(&per), row[i].len);
		assert_memory_equal(buf, row[i].octets, row[i].len);
		per_read_init(&per, buf, row[i].len);
		per_bits(&per, &lead, row[i].lead);
		value = 0;
		per_uint(&per, &value, row[i].low, row[i].high);
		assert_int_equal(per.error, 0);
		assert_int_equal(value, row[i].value);
	}
}

static void integers_out_of_range(void **state)
{
	uint64_t value = 16;
	struct per per;

	per_write_init(&per, buf, sizeof(buf));
	per_uint(&per, &value, 1, 15);
	assert_int_equal(per.error, -EINVAL);

	per_read_init(&per, (const uint8_t *)"\xf0", 1); /* 15 of 0..14 */
	per_uint(&per, &value, 1, 15);
	assert_int_equal(per.error, -EBADMSG);
	assert_int_equal(value, 0);

	per_read_init(&per, (const uint8_t *)"\x80", 1); /* extension bit set */
	per_uint_ext(&per, &value, 1, 15);
	assert_int_equal(per.error, -ENOTSUP);
}

static void enumerations(void **state)
{
	uint8_t value;
	struct per per;

	/* 10 root values, 2 added: the 12th is extension number 1: 1 0 000001 */
	value = 11;
	per_write_init(&per, buf, sizeof(buf));
	per_enum(&per, &value, 10, 2);
	assert_int_equal(per.error, 0);
	assert_int_equal(per_octet(&per), 1);
	assert_int_equal(buf[0], 0x81);
	value = 0;
	per_read_init(&per, buf, 1);
	per_enum(&per, &value, 10, 2);
	assert_int_equal(value, 11);

	value = 12;
	per_write_init(&per, buf, sizeof(buf));
	per_enum(&per, &value, 10, 2);
	assert_int_equal(per.error, -EINVAL);
	per_read_init(&per, (const uint8_t *)"\x82", 1);
	per_enum(&per, &value, 10, 2);
	assert_int_equal(per.error, -ENOTSUP);
	per_read_init(&per, (const uint8_t *)"\x78", 1); /* root index 15 of 0..9 */
	per_enum(&per, &value, 10, 2);
	assert_int_equal(per.error, -EBADMSG);
}

static void lengths(void **state)
{
	static const struct {
		size_t len;
		const char *octets;
		size_t octet_count;
	} row[] = {
		{0, "\x00", 1},
		{127, "\x7f", 1},
		{128, "\x80\x80", 2},
		{16383, "\xbf\xff", 2},
	};
	struct per per;
	size_t len;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		len = row[i].len;
		per_write_init(&per, buf, sizeof(buf));
		per_length(&per, &len);
		assert_int_equal(per_octet(&per), row[i].octet_count);
		assert_memory_equal(buf, row[i].octets, row[i].octet_count);
		per_read_init(&per, buf, row[i].octet_count);
		per_length(&per, &len);
		assert_int_equal(len, row[i].len);
	}
	len = 16384;
	per_write_init(&per, buf, sizeof(buf));
	per_length(&per, &len);
	assert_int_equal(per.error, -EMSGSIZE);
	per_read_init(&per, (const uint8_t *)"\xc1", 1); /* a fragment of 16K */
	per_length(&per, &len);
	assert_int_equal(per.error, -ENOTSUP);
	assert_int_equal(len, 0);
}

static void open_types(void **state)
{
	uint64_t value = 0x5;
	struct per_open open;
	struct per per;

	/* a bit before, three bits inside: aligned, padded */
	memset(buf, 0xee, sizeof(buf));
	per_write_init(&per, buf, sizeof(buf));
	per_bits(&per, &(uint64_t){1}, 1);
	per_open_begin(&per, &open);
	per_bits(&per, &value, 3);
	per_open_end(&per, &open);
	assert_int_equal(per_octet(&per), 3);
	assert_memory_equal(buf, "\x80\x01\xa0", 3);

	/* empty: one zero octet */
	per_write_init(&per, buf, sizeof(buf));
	per_open_begin(&per, &open);
	per_open_end(&per, &open);
	assert_int_equal(per_octet(&per), 2);
	assert_memory_equal(buf, "\x01\x00", 2);

	/* reading past the content fails, though the buffer goes on */
	per_read_init(&per, (const uint8_t *)"\x01\xa0\xff\xff", 4);
	per_open_begin(&per, &open);
	per_bits(&per, &value, 9);
	assert_int_equal(per.error, -EBADMSG);

	/* what isn't read is passed over */
	per_read_init(&per, (const uint8_t *)"\x02\xa0\xff\x77", 4);
	per_open_begin(&per, &open);
	per_bits(&per, &value, 3);
	per_open_end(&per, &open);
	per_bits(&per, &value, 8);
	assert_int_equal(per.error, 0);
	assert_int_equal(value, 0x77);

	/* longer than the buffer */
	per_read_init(&per, (const uint8_t *)"\x05\xa0", 2);
	per_open_begin(&per, &open);
	assert_int_equal(per.error, -EBADMSG);
}

/* Content on both sides of the two forms of the length. */
static void open_type_lengths(void **state)
{
	static const size_t lengths_of_content[] = {127, 128, 16383};
	static uint8_t content[16384];

	for (size_t i = 0; i < 3; i++) {
		size_t len = lengths_of_content[i];
		size_t head = len < 128 ? 1 : 2;
		struct per_open open;
		struct per per;

		for (size_t j = 0; j < len; j++)
			content[j] = j * 7;
		per_write_init(&per, buf, sizeof(buf));
		per_open_begin(&per, &open);
		per_octets_fixed(&per, content, len);
		per_open_end(&per, &open);
		assert_int_equal(per.error, 0);
		assert_int_equal(per_octet(&per), len + head);
		assert_memory_equal(buf + head, content, len);
	}
}

static void extension_additions(void **state)
{
	struct per per;
	uint64_t value = 0;

	/* two additions (0 000001), the second present (01), of two octets; then 0x77 */
	per_read_init(&per, (const uint8_t *)"\x02\x80\x02\xaa\xbb\x77", 6);
	per_skip_additions(&per);
	per_bits(&per, &value, 8);
	assert_int_equal(per.error, 0);
	assert_int_equal(value, 0x77);

	per_read_init(&per, (const uint8_t *)"\x02\x80\x09\xaa", 4);
	per_skip_additions(&per);
	assert_int_equal(per.error, -EBADMSG);
}

/* After the first error nothing moves any more, and the first error stays. */
static void errors_stick(void **state)
{
	uint64_t value = 1;
	struct per per;

	per_read_init(&per, (const uint8_t *)"\xff", 1);
	per_bits(&per, &value, 9);
	assert_int_equal(per.error, -EBADMSG);
	per_fail(&per, -ENOTSUP, "later");
	value = 1;
	per_bits(&per, &value, 1);
	assert_int_equal(value, 0);
	assert_int_equal(per.error, -EBADMSG);
	assert_int_equal(per.pos, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),
		cmocka_unit_test(integers_out_of_range),
		cmocka_unit_test(enumerations),
		cmocka_unit_test(lengths),
		cmocka_unit_test(open_types),
		cmocka_unit_test(open_type_lengths),
		cmocka_unit_test(extension_additions),
		cmocka_unit_test(errors_stick),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
