// SPDX-License-Identifier: Apache-2.0
/* Two arbitrary pictures, one after the other: what is told of the second lies in it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/frames/state.h"
#include "apps/service/state.h"
#include "lib/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t block[1 << 18];
static struct frame frame;

static void look(void *user, const struct service_peer *peer, const struct service_answer *a)
{
	bool ok = a->status == SERVICE_REFUSED || a->status == SERVICE_APPLIED;

	for (unsigned i = 0; a->status == SERVICE_APPLIED && i < FRAMES_BLOBS_TOLD; i++) {
		const uint8_t *blob = a->body + 6 + 8 * i;

		ok = ok &&
		     (!wire_load16(blob + 4) ||
		      (i < wire_load16(a->body) &&
		       (unsigned)wire_load16(blob) + wire_load16(blob + 4) <= frame.width &&
		       (unsigned)wire_load16(blob + 2) + wire_load16(blob + 6) <= frame.height));
	}
	if (ok && (a->status == SERVICE_REFUSED ||
		   wire_load32(a->body + 2) <= frame.width * frame.height))
		return;
	fprintf(stderr, "fuzz_frames: a blob that isn't in the picture\n");
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ledger_settings settings = {
		.heap = 8192, .read = 4096, .write = 4096, .compressible = 1, .shares = 1};
	struct service_machine m = {
		.ops = &frames_ops, .settings = &settings, .shares = 1, .send = look};
	const size_t first = size / 2;
	const struct service_peer peer = {0};
	uint64_t number = 1;

	memset(block, 0, sizeof(block));
	if (service_machine_use(&m, block, sizeof(block)) < 0)
		abort();
	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *body = i ? data + first : data;
		const size_t length = i ? size - first : first;
		const struct service_request r = {.type = SERVICE_APPLY,
						  .client = 1,
						  .number = number,
						  .length = (uint32_t)length,
						  .body = body};

		number += frame_read(body, length, &frame) == 0;
		service_machine_take(&m, &r, &peer);
	}
	return 0;
}
