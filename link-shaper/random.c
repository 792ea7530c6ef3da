// SPDX-License-Identifier: Apache-2.0
/* xoshiro256** (Blackman, Vigna 2018), its state filled by splitmix64. */
#include "link-shaper/random.h"

static uint64_t rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

void random_seed(struct random *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		r->state[i] = z ^ z >> 31;
	}
}

uint64_t random_next(struct random *r)
{
	uint64_t *s = r->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/* The upper half of a product; what it prefers is less than @bound in 2^64 */
uint64_t random_below(struct random *r, uint64_t bound)
{
	return (uint64_t)((unsigned __int128)random_next(r) * bound >> 64);
}

bool random_share(struct random *r, double share)
{
	if (share <= 0)
		return false;
	if (share >= 1)
		return true;
	return (double)(random_next(r) >> 11) * 0x1p-53 < share;
}
