// SPDX-License-Identifier: Apache-2.0
/* proof.h says what it is. */
#include "lib/proof.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <sys/random.h>

int proof_nonce(uint8_t ret[PROOF_NONCE])
{
	return getrandom(ret, PROOF_NONCE, 0) == PROOF_NONCE ? 0 : -EIO;
}

void proof_make(const void *key, size_t length, const uint8_t nonce[PROOF_NONCE],
		uint8_t ret[PROOF_SIZE])
{
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, length, key);
	hmac_sha256_update(&hmac, PROOF_NONCE, nonce);
	hmac_sha256_digest(&hmac, PROOF_SIZE, ret);
}

bool proof_check(const void *key, size_t length, const uint8_t nonce[PROOF_NONCE],
		 const uint8_t proof[PROOF_SIZE])
{
	uint8_t expected[PROOF_SIZE];

	proof_make(key, length, nonce, expected);
	return memeql_sec(proof, expected, sizeof(expected));
}
