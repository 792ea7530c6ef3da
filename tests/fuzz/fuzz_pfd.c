// SPDX-License-Identifier: Apache-2.0
/*
 * lib/pfd on arbitrary bytes. Besides not crashing: what is decoded can be encoded, is decoded
 * again to the same text, and encoded once more gives the same bytes; an error has its place and
 * words.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pfd/pfd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_CONTENTS 16384

static uint8_t bytes[2][MAX_CONTENTS];
static char text[2][32768];
static struct pfd first, second;

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_pfd: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipfilter_error err = {0};
	size_t len[2];
	int rc = pfd_decode(data, size, &first, &err);

	if (rc) {
		require(rc == -EBADMSG || rc == -EINVAL || rc == -EOPNOTSUPP || rc == -ENOSPC,
			"an error that is not in the contract");
		require(err.position <= size, "a place outside the bytes");
		require(err.text[0], "an error without words");
		return 0;
	}
	require(pfd_print(&first, text[0], sizeof(text[0])) < sizeof(text[0]), "too much text");
	require(!pfd_encode(&first, bytes[0], sizeof(bytes[0]), &len[0]), "cannot be encoded");
	require(!pfd_decode(bytes[0], len[0], &second, NULL), "what was encoded is refused");
	pfd_print(&second, text[1], sizeof(text[1]));
	require(!strcmp(text[0], text[1]), "the text has changed");
	require(!pfd_encode(&second, bytes[1], sizeof(bytes[1]), &len[1]), "encoded only once");
	require(len[0] == len[1] && !memcmp(bytes[0], bytes[1], len[0]), "the bytes have changed");
	return 0;
}
