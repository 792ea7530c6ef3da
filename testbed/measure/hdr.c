// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/hdr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/wire.h"

enum {
	COOKIE = 0x1c849303 | 0x10, /* V2; counts are ZigZag LEB128 */
	COMPRESSED_COOKIE = 0x1c849304 | 0x10,
	HEADER_SIZE = 40,
	COMPRESSED_HEADER_SIZE = 8,
	COUNT_SIZE_MAX = 9,
	SUB_BUCKETS = 2 << HDR_HALF_BITS
};

size_t hdr_index(int64_t value)
{
	uint64_t v = (uint64_t)value;
	int bucket = 63 - HDR_HALF_BITS - __builtin_clzll(v | (SUB_BUCKETS - 1));
	size_t sub_bucket = (size_t)(v >> bucket);

	return ((size_t)(bucket + 1) << HDR_HALF_BITS) + sub_bucket - SUB_BUCKETS / 2;
}

void hdr_add(struct hdr *h, int64_t value)
{
	if (value < 0)
		value = 0;
	if (value >= HDR_MAX)
		value = HDR_MAX - 1;
	if (value > h->max)
		h->max = value;
	h->count[hdr_index(value)]++;
	h->total++;
}

/* The largest value of a counter: the next one's smallest, less one */
static int64_t largest_of(size_t index)
{
	size_t bucket = index >> HDR_HALF_BITS, sub_bucket = index & (SUB_BUCKETS / 2 - 1);

	if (bucket == 0)
		return (int64_t)index;
	return ((int64_t)(sub_bucket + SUB_BUCKETS / 2 + 1) << (bucket - 1)) - 1;
}

int64_t hdr_percentile(const struct hdr *h, unsigned percent)
{
	uint64_t rank = (h->total * percent + 99) / 100, seen = 0;

	for (size_t i = 0; i < HDR_COUNTS && h->total; i++) {
		seen += h->count[i];
		if (seen >= rank && seen)
			return largest_of(i) < h->max ? largest_of(i) : h->max;
	}
	return 0;
}

/* ---- the encoding ---- */

/* Small numbers of either sign in few octets; the ninth, if there is one, is whole */
static size_t put_zigzag(uint8_t *to, int64_t value)
{
	uint64_t v = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
	size_t len = 0;

	while (v >= 0x80 && len < COUNT_SIZE_MAX - 1) {
		to[len++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	to[len++] = (uint8_t)v;
	return len;
}

/* Runs of zeros are one negative number. */
static size_t put_counts(const struct hdr *h, uint8_t *to)
{
	size_t limit = h->total ? hdr_index(h->max) + 1 : 1, len = 0;

	for (size_t i = 0; i < limit;) {
		size_t zeros = 0;

		while (i + zeros < limit && !h->count[i + zeros])
			zeros++;
		if (zeros > 1)
			len += put_zigzag(to + len, -(int64_t)zeros);
		else
			len += put_zigzag(to + len, h->count[i]);
		i += zeros > 1 ? zeros : 1;
	}
	return len;
}

static void put_header(uint8_t to[HEADER_SIZE], size_t payload)
{
	static const uint8_t one[8] = {0x3f, 0xf0}; /* 1.0, IEEE 754 */
	struct wire_writer w = {.at = to, .end = to + HEADER_SIZE};

	wire_put_number(&w, COOKIE, 4);
	wire_put_number(&w, payload, 4);
	wire_put_number(&w, 0, 4); /* normalizing index offset */
	wire_put_number(&w, HDR_DIGITS, 4);
	wire_put_number(&w, 1, 8); /* lowest discernible value */
	wire_put_number(&w, (uint64_t)HDR_MAX - 1, 8);
	wire_put_bytes(&w, one, sizeof one); /* ratio of the values to what they are of */
}

static char *base64(const uint8_t *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = malloc((len + 2) / 3 * 4 + 1), *to = text;

	for (size_t i = 0; text && i < len; i += 3) {
		uint32_t v = (uint32_t)bytes[i] << 16 | (i + 1 < len ? bytes[i + 1] << 8 : 0) |
			     (i + 2 < len ? bytes[i + 2] : 0);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = i + 1 < len ? digits[v >> 6 & 63] : '=';
		*to++ = i + 2 < len ? digits[v & 63] : '=';
	}
	if (text)
		*to = '\0';
	return text;
}

static char *compress_and_write(const uint8_t *plain, size_t len)
{
	uLongf size = compressBound(len);
	uint8_t *packed = malloc(COMPRESSED_HEADER_SIZE + size);
	char *text = NULL;

	if (packed && compress(packed + COMPRESSED_HEADER_SIZE, &size, plain, len) == Z_OK) {
		struct wire_writer w = {.at = packed, .end = packed + COMPRESSED_HEADER_SIZE};

		wire_put_number(&w, COMPRESSED_COOKIE, 4);
		wire_put_number(&w, size, 4);
		text = base64(packed, COMPRESSED_HEADER_SIZE + size);
	}
	free(packed);
	return text;
}

int hdr_encode(const struct hdr *h, char **ret_text)
{
	uint8_t *plain = malloc(HEADER_SIZE + (size_t)HDR_COUNTS * COUNT_SIZE_MAX);
	size_t payload;

	if (!plain)
		return -ENOMEM;
	payload = put_counts(h, plain + HEADER_SIZE);
	put_header(plain, payload);
	*ret_text = compress_and_write(plain, HEADER_SIZE + payload);
	free(plain);
	return *ret_text ? 0 : -ENOMEM;
}
