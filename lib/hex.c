// SPDX-License-Identifier: Apache-2.0
#include "lib/hex.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static const char digits[] = "0123456789abcdef";

char *hex_text(const uint8_t *octets, size_t len, char *ret)
{
	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = digits[octets[i] >> 4];
		ret[2 * i + 1] = digits[octets[i] & 15];
	}
	ret[2 * len] = '\0';
	return ret;
}

static int value_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_read(const char *text, uint8_t *ret, size_t len)
{
	if (strlen(text) != 2 * len)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int high = value_of(text[2 * i]), low = value_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

/* The octets are drawn into the upper half: no digit is written over one that isn't read yet. */
int hex_random(char *ret, size_t size)
{
	size_t len = (size - 1) / 2;
	uint8_t *octets = (uint8_t *)ret + len;

	if (getrandom(octets, len, 0) != (ssize_t)len)
		return -EIO;
	hex_text(octets, len, ret);
	return 0;
}
