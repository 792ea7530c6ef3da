/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes written as hex in test tables. "21 36 (00000001)": blanks are for the reader, and a bracket
 * stands for two octets with the length of what is in it.
 */
#ifndef BATON_HEX_BYTES_H
#define BATON_HEX_BYTES_H

#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>

static inline unsigned int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? (unsigned int)(c - '0')
					 : (unsigned int)(tolower((unsigned char)c) - 'a' + 10);
}

/* Return: octets written to @ret */
static inline size_t bytes_from_hex(const char *hex, uint8_t *ret, size_t size)
{
	size_t open[8], depth = 0, n = 0;

	for (; *hex; hex++) {
		assert(n + 2 <= size);
		if (*hex == '(') {
			assert(depth < 8);
			open[depth++] = n += 2;
		} else if (*hex == ')') {
			assert(depth > 0);
			depth--;
			ret[open[depth] - 2] = (uint8_t)((n - open[depth]) >> 8);
			ret[open[depth] - 1] = (uint8_t)(n - open[depth]);
		} else if (isxdigit((unsigned char)hex[0])) {
			assert(isxdigit((unsigned char)hex[1]));
			ret[n++] = (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
			hex++;
		}
	}
	assert(depth == 0);
	return n;
}

#endif
