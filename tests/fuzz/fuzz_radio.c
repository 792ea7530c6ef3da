// SPDX-License-Identifier: Apache-2.0
/*
 * Control frames of the radio link on arbitrary bytes. Besides not crashing: what is decoded can be
 * encoded, which gives a frame that means the same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ran/radio_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_radio: %s\n", what);
	abort();
}

static int same(const struct radio_frame *a, const struct radio_frame *b)
{
	return a->type == b->type && a->seq == b->seq && a->ack == b->ack && a->from == b->from &&
	       a->to == b->to && a->resume == b->resume && strcmp(a->text, b->text) == 0 &&
	       a->session == b->session && a->qfi == b->qfi && a->cell == b->cell &&
	       a->address.s_addr == b->address.s_addr && a->nas_len == b->nas_len &&
	       (!a->nas_len || memcmp(a->nas, b->nas, a->nas_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[RADIO_HEADER_LEN + RADIO_BODY_MAX];
	struct radio_frame first, second;
	size_t len;
	int r = radio_frame_decode(data, size, &first);

	if (r < 0) {
		require(r == -EBADMSG, "an error that is not in the contract");
		return 0;
	}
	require(!first.nas || (first.nas >= data && first.nas + first.nas_len <= data + size),
		"NAS from elsewhere");
	require(radio_frame_encode(&first, bytes, sizeof bytes, &len) == 0, "not encoded again");
	require(len <= size, "longer than it was");
	require(radio_frame_decode(bytes, len, &second) == 0, "not decoded again");
	require(same(&first, &second), "another frame");
	return 0;
}
