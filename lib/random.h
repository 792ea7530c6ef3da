/* SPDX-License-Identifier: Apache-2.0 */
/* Random octets, taken from the kernel many at a time, for who wants a few for each of many things.
 * Not for a process that forks: both would have the same. */
#ifndef BATON_LIB_RANDOM_H
#define BATON_LIB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOM_STORE = 256 }; /* getrandom() gives so many at once, or none */

/* Zero is empty */
struct random_store {
	uint8_t octets[RANDOM_STORE];
	size_t left; /* at the beginning of @octets; the others are zero */
};

/** random_take - @len: at most RANDOM_STORE; Return: 0 or a negative errno of getrandom() */
int random_take(struct random_store *store, void *ret, size_t len);

#endif
