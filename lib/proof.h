/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That one knows a key, shown to who knows it too, over a wire where others listen: the one who is
 * to be convinced sends a nonce, the other one answers with HMAC-SHA256 (RFC 2104) of it by the
 * key. Each connection has a nonce of its own, so what was heard on one opens no other. Needs
 * nettle alone, so that an application can have it without the rest.
 */
#ifndef BATON_LIB_PROOF_H
#define BATON_LIB_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROOF_NONCE = 16, PROOF_SIZE = 32 };

/** proof_nonce - a new one; Return: 0, or -EIO: the kernel has no random number */
int proof_nonce(uint8_t ret[PROOF_NONCE]);
/** proof_make - that one has @key, for this @nonce alone */
void proof_make(const void *key, size_t length, const uint8_t nonce[PROOF_NONCE],
		uint8_t ret[PROOF_SIZE]);
/** proof_check - is @proof what proof_make makes of the same? The time that it takes doesn't tell
 * how much of it was right */
bool proof_check(const void *key, size_t length, const uint8_t nonce[PROOF_NONCE],
		 const uint8_t proof[PROOF_SIZE]);

#endif
