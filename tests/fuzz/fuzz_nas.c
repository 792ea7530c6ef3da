// SPDX-License-Identifier: Apache-2.0
/*
 * NAS decode of anything: no crash; and what was taken encodes to octets that decode to the same:
 * the second encoding equals the first. So does a 5GSM message in a payload container.
 */
#include "lib/nas/nas.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct nas_message first, second;
static uint8_t once[1 << 18], twice[1 << 18];
static char text[16384];

static struct nas_octets container_of_message(const struct nas_message *msg)
{
	if (msg->type == NAS_UL_NAS_TRANSPORT)
		return msg->ul_nas_transport.container;
	if (msg->type == NAS_DL_NAS_TRANSPORT)
		return msg->dl_nas_transport.container;
	return (struct nas_octets){0};
}

/* @ret_inner: what a payload container holds, if the message is a transport */
static void check(const uint8_t *data, size_t size, struct nas_octets *ret_inner)
{
	struct nas_error err;
	size_t once_len, twice_len;

	*ret_inner = (struct nas_octets){0};
	if (nas_decode(data, size, &first, &err)) {
		if (!err.text || err.offset > size)
			abort();
		return;
	}
	*ret_inner = container_of_message(&first);
	nas_print(&first, text, sizeof(text));
	if (nas_encode(&first, once, sizeof(once), &once_len))
		abort();
	if (nas_decode(once, once_len, &second, &err) || second.ignored)
		abort();
	if (nas_encode(&second, twice, sizeof(twice), &twice_len))
		abort();
	if (once_len != twice_len || memcmp(once, twice, once_len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nas_octets inner;

	check(data, size, &inner);
	if (inner.len > 0)
		check(inner.data, inner.len, &inner);
	return 0;
}
