/* SPDX-License-Identifier: Apache-2.0 */
/* Amounts as people write them, in options and configurations. Digits with at most one point: no
 * sign, no blank, no exponent. */
#ifndef BATON_LIB_AMOUNT_H
#define BATON_LIB_AMOUNT_H

#include <stdint.h>

/** amount_read_size - "64MB", "0.5KB", "1GB", "4096": powers of 1024, whole octets, at most a
 * terabyte; Return: 0 or -EINVAL */
int amount_read_size(const char *text, uint64_t *ret);
/** amount_read_share - from 0 to 1; Return: 0 or -EINVAL */
int amount_read_share(const char *text, double *ret);

/* Something that happens @rate times a second for @on_ms, and not for @off_ms, again and again */
struct amount_burst {
	uint32_t on_ms, off_ms;
	double rate;
};
/** amount_read_burst - "1000/3000/50": 1 ms to an hour; 0 ms to an hour; 0.1 to 100000; Return: 0
 * or -EINVAL */
int amount_read_burst(const char *text, struct amount_burst *ret);

#endif
