// SPDX-License-Identifier: Apache-2.0
#include "lib/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

int random_take(struct random_store *store, void *ret, size_t len)
{
	if (len > RANDOM_STORE)
		return -EINVAL;
	if (store->left < len) {
		if (getrandom(store->octets, RANDOM_STORE, 0) < 0)
			return -errno;
		store->left = RANDOM_STORE;
	}
	store->left -= len;
	memcpy(ret, store->octets + store->left, len);
	/* Nobody finds out later what was given out. */
	memset(store->octets + store->left, 0, len);
	return 0;
}
