// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hex.h"
#include "lib/proof.h"

/* As Python's hmac module has it */
static void is_hmac_sha256(void **state)
{
	static const char expected[] = "aa0d8aeaba5468d6ad39a31d6f129f15"
				       "721bdf62324263ba634c7cfc1d9354de";
	uint8_t nonce[PROOF_NONCE], proof[PROOF_SIZE];
	char text[2 * PROOF_SIZE + 1];

	for (int i = 0; i < PROOF_NONCE; i++)
		nonce[i] = (uint8_t)i;
	proof_make("key", 3, nonce, proof);
	assert_string_equal(hex_text(proof, sizeof(proof), text), expected);
}

static void is_of_key_and_nonce(void **state)
{
	uint8_t nonce[PROOF_NONCE] = {1}, other[PROOF_NONCE] = {2}, proof[PROOF_SIZE];

	proof_make("key", 3, nonce, proof);
	assert_true(proof_check("key", 3, nonce, proof));
	assert_false(proof_check("kez", 3, nonce, proof));
	assert_false(proof_check("ke", 2, nonce, proof));
	assert_false(proof_check("key", 3, other, proof));
	for (size_t i = 0; i < sizeof(proof); i++) {
		proof[i] ^= 1;
		assert_false(proof_check("key", 3, nonce, proof));
		proof[i] ^= 1;
	}
}

static void nonces_differ(void **state)
{
	uint8_t one[PROOF_NONCE] = {0}, two[PROOF_NONCE] = {0};

	assert_int_equal(proof_nonce(one), 0);
	assert_int_equal(proof_nonce(two), 0);
	assert_memory_not_equal(one, two, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_hmac_sha256),
		cmocka_unit_test(is_of_key_and_nonce),
		cmocka_unit_test(nonces_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
