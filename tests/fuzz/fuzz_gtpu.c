// SPDX-License-Identifier: Apache-2.0
/*
 * lib/gtpu on arbitrary bytes. Besides not crashing: what is decoded can be encoded, is decoded
 * again to the same text and payload, and encoded once more gives the same bytes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/gtpu/gtpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_PACKET (GTPU_HEADER_LEN + 65535)

static uint8_t bytes[2][MAX_PACKET];

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_gtpu: %s\n", what);
	abort();
}

/* What borrows from the packet, the text may have cut */
static void require_same_octets(const struct gtpu_msg *a, const struct gtpu_msg *b)
{
	require(a->header.ran.len == b->header.ran.len &&
			(!a->header.ran.len ||
			 !memcmp(a->header.ran.octets, b->header.ran.octets, a->header.ran.len)),
		"the RAN container has changed");
	require(a->private_len == b->private_len &&
			(!a->private_len ||
			 !memcmp(a->private_octets, b->private_octets, a->private_len)),
		"the private extension has changed");
	require(a->payload_len == b->payload_len &&
			(!a->payload_len || !memcmp(a->payload, b->payload, a->payload_len)),
		"the payload has changed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gtpu_msg first, second;
	char text[2][1024];
	size_t len[2];
	int rc = gtpu_decode(data, size, &first);

	if (rc) {
		require(rc == -EBADMSG || rc == -EPROTONOSUPPORT || rc == -EOPNOTSUPP,
			"an error that is not in the contract");
		return 0;
	}
	require(!first.payload || first.payload + first.payload_len == data + size,
		"a payload outside the packet");
	if (first.header.type != GTPU_G_PDU && first.header.type != GTPU_END_MARKER)
		first.header.has_sequence = true; /* as encoding does */
	require(gtpu_print(&first, text[0], sizeof(text[0])) < sizeof(text[0]), "too much text");
	require(!gtpu_encode(&first, bytes[0], sizeof(bytes[0]), &len[0]), "cannot be encoded");
	require(!gtpu_decode(bytes[0], len[0], &second), "what was encoded is refused");
	gtpu_print(&second, text[1], sizeof(text[1]));
	require(!strcmp(text[0], text[1]), "the text has changed");
	require_same_octets(&first, &second);
	require(!gtpu_encode(&second, bytes[1], sizeof(bytes[1]), &len[1]), "encoded only once");
	require(len[0] == len[1] && !memcmp(bytes[0], bytes[1], len[0]), "the bytes have changed");
	return 0;
}
