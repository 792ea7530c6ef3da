/* SPDX-License-Identifier: Apache-2.0 */
/* Octets as hexadecimal digits, in lower case: keys, digests, tokens. */
#ifndef BATON_LIB_HEX_H
#define BATON_LIB_HEX_H

#include <stddef.h>
#include <stdint.h>

/** hex_text - @ret: 2 * @len digits and the NUL; Return: @ret */
char *hex_text(const uint8_t *octets, size_t len, char *ret);
/** hex_read - @text: exactly 2 * @len digits, in lower case, and no more; Return: 0, -EINVAL */
int hex_read(const char *text, uint8_t *ret, size_t len);
/** hex_random - a secret; @ret: @size - 1 digits, an even number, and the NUL; Return: 0, -EIO */
int hex_random(char *ret, size_t size);

#endif
