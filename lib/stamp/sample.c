// SPDX-License-Identifier: Apache-2.0
#include "lib/stamp/sample.h"

#include <endian.h>
#include <string.h>

static uint8_t *put64(uint8_t *at, uint64_t value)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof value);
	return at + sizeof value;
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return be64toh(value);
}

/* Two numbers of 32 bits are one of 64. */
void stamp_sample_put(const struct stamp_sample *s, uint8_t buf[SAMPLE_LEN])
{
	uint8_t *at = put64(buf, (uint64_t)s->sender_seq << 32 | s->seq);

	at = put64(at, s->received_ns);
	at = put64(at, s->sent_ns);
	memcpy(at, &s->sender, 4);
}

void stamp_sample_get(const uint8_t buf[SAMPLE_LEN], struct stamp_sample *ret)
{
	uint64_t seqs = get64(buf);

	ret->sender_seq = (uint32_t)(seqs >> 32);
	ret->seq = (uint32_t)seqs;
	ret->received_ns = get64(buf + 8);
	ret->sent_ns = get64(buf + 16);
	memcpy(&ret->sender, buf + 24, 4);
}

void stamp_sample_header_put(const struct stamp_sample_header *h, uint8_t buf[SAMPLE_HEADER_LEN])
{
	put64(put64(buf, h->first), h->taken);
}

void stamp_sample_header_get(const uint8_t buf[SAMPLE_HEADER_LEN], struct stamp_sample_header *ret)
{
	ret->first = get64(buf);
	ret->taken = get64(buf + 8);
}
