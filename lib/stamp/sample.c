// SPDX-License-Identifier: Apache-2.0
#include "lib/stamp/sample.h"

#include <string.h>

#include "lib/wire.h"

void stamp_sample_put(const struct stamp_sample *s, uint8_t buf[SAMPLE_LEN])
{
	wire_store32(buf, s->sender_seq);
	wire_store32(buf + 4, s->seq);
	wire_store64(buf + 8, s->received_ns);
	wire_store64(buf + 16, s->sent_ns);
	memcpy(buf + 24, &s->sender, 4);
}

void stamp_sample_get(const uint8_t buf[SAMPLE_LEN], struct stamp_sample *ret)
{
	ret->sender_seq = wire_load32(buf);
	ret->seq = wire_load32(buf + 4);
	ret->received_ns = wire_load64(buf + 8);
	ret->sent_ns = wire_load64(buf + 16);
	memcpy(&ret->sender, buf + 24, 4);
}

void stamp_sample_header_put(const struct stamp_sample_header *h, uint8_t buf[SAMPLE_HEADER_LEN])
{
	wire_store64(buf, h->first);
	wire_store64(buf + 8, h->taken);
	wire_store64(buf + 16, h->began_ns);
	wire_store64(buf + 24, h->started_ns);
}

void stamp_sample_header_get(const uint8_t buf[SAMPLE_HEADER_LEN], struct stamp_sample_header *ret)
{
	ret->first = wire_load64(buf);
	ret->taken = wire_load64(buf + 8);
	ret->began_ns = wire_load64(buf + 16);
	ret->started_ns = wire_load64(buf + 24);
}
