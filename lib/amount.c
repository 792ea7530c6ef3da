// SPDX-License-Identifier: Apache-2.0
#include "lib/amount.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MOST  0x1p40
#define RATE_LEAST 0.1
#define RATE_MOST  100000.0
#define HOUR_MS	   3600000

/* Return: 0, and what follows it */
static int read_number(const char *text, double *ret, const char **ret_rest)
{
	size_t len = strspn(text, "0123456789.");
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	*ret = strtod(text, &end);
	*ret_rest = end;
	return end == text + len ? 0 : -EINVAL; /* two points, an exponent, hexadecimal digits */
}

int amount_read_size(const char *text, uint64_t *ret)
{
	static const struct {
		const char *name;
		double octets;
	} units[] = {{"", 1}, {"B", 1}, {"KB", 0x1p10}, {"MB", 0x1p20}, {"GB", 0x1p30}};
	const char *rest;
	double value;

	if (read_number(text, &value, &rest))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const double octets = value * units[i].octets;

		if (strcmp(rest, units[i].name) != 0)
			continue;
		if (octets > SIZE_MOST || octets != floor(octets))
			return -EINVAL;
		*ret = (uint64_t)octets;
		return 0;
	}
	return -EINVAL;
}

int amount_read_share(const char *text, double *ret)
{
	const char *rest;
	double value;

	if (read_number(text, &value, &rest) || *rest || value > 1)
		return -EINVAL;
	*ret = value;
	return 0;
}

/* Up to the next stroke, which is stepped over */
static int read_ms(const char **text, uint32_t *ret)
{
	const char *rest;
	double value;

	if (read_number(*text, &value, &rest) || *rest != '/' || value > HOUR_MS ||
	    value != floor(value))
		return -EINVAL;
	*ret = (uint32_t)value;
	*text = rest + 1;
	return 0;
}

int amount_read_burst(const char *text, struct amount_burst *ret)
{
	struct amount_burst burst;
	const char *rest;

	if (read_ms(&text, &burst.on_ms) || read_ms(&text, &burst.off_ms) ||
	    read_number(text, &burst.rate, &rest) || *rest || burst.on_ms < 1 ||
	    burst.rate < RATE_LEAST || burst.rate > RATE_MOST)
		return -EINVAL;
	*ret = burst;
	return 0;
}
