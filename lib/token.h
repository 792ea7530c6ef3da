/* SPDX-License-Identifier: Apache-2.0 */
/* The bearer token of a topology: one line in a file of mode 0600. */
#ifndef BATON_LIB_TOKEN_H
#define BATON_LIB_TOKEN_H

#include <stddef.h>

/** token_read - Return: 0, -ENOENT and the like, -EINVAL for an empty or over-long one; logged */
int token_read(const char *path, char *buf, size_t size);

#endif
