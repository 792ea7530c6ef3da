// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values that are one of several words, or a set of them (TS 29.244 cl. 8.2).
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define SELECTING_ACTIONS                                                                          \
	(PFCP_ACTION_DROP | PFCP_ACTION_FORW | PFCP_ACTION_BUFF | PFCP_ACTION_IPMA |               \
	 PFCP_ACTION_IPMD)
#define MULTICAST_ACTIONS (PFCP_ACTION_FSSM | PFCP_ACTION_MBSU)
#define ALL_ACTIONS	  0x1fff

static bool word_exists(const struct pfcp_ie *ie, uint8_t v)
{
	return v < ie->n_words && ie->words[v];
}

uint8_t pfcp_word_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint8_t v = wire_get_u8(r) & ie->mask;

	if (!word_exists(ie, v))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	*(uint8_t *)value = v;
	return 0;
}

int pfcp_word_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint8_t v = *(const uint8_t *)value;

	if (!word_exists(ie, v))
		return -EINVAL;
	wire_put_number(w, v, 1);
	return 0;
}

void pfcp_word_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	uint8_t v = *(const uint8_t *)value;

	if (word_exists(ie, v))
		pfcp_out_add(out, "%s", ie->words[v]);
	else
		pfcp_out_add(out, "%u", v);
}

void pfcp_bits_print_words(const struct pfcp_ie *ie, struct pfcp_out *out, uint64_t v)
{
	const char *separator = "";

	for (unsigned int i = 0; i < ie->n_words && i < 64; i++) {
		if (!(v >> i & 1) || !ie->words[i])
			continue;
		pfcp_out_add(out, "%s%s", separator, ie->words[i]);
		separator = "|";
		v &= ~(1ULL << i);
	}
	if (v || !*separator)
		pfcp_out_add(out, "%s%s%" PRIx64, separator, v ? "0x" : "", v);
}

uint8_t pfcp_bits_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint8_t v = wire_get_u8(r) & ie->mask;

	if (!v && ie->nonzero)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	*(uint8_t *)value = v;
	return 0;
}

int pfcp_bits_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint8_t v = *(const uint8_t *)value;

	if ((v & ~ie->mask) || (!v && ie->nonzero))
		return -EINVAL;
	wire_put_number(w, v, 1);
	return 0;
}

void pfcp_bits_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_bits_print_words(ie, out, *(const uint8_t *)value);
}

/* Two octets up to Release 15, three since */
uint8_t pfcp_trigger_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint32_t v = wire_get_u8(r);

	v |= (uint32_t)wire_get_u8(r) << 8;
	if (wire_left(r))
		v |= (uint32_t)wire_get_u8(r) << 16;
	if (!v)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	*(uint32_t *)value = v;
	return 0;
}

int pfcp_trigger_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint32_t v = *(const uint32_t *)value;

	if (!v || v > 0xffffff)
		return -EINVAL;
	for (int i = 0; i < 3; i++)
		wire_put_number(w, v >> 8 * i & 0xff, 1);
	return 0;
}

void pfcp_trigger_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_bits_print_words(ie, out, *(const uint32_t *)value);
}

/* One octet or more; of what a later release appends after eight octets we know nothing */
uint8_t pfcp_feature_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint64_t v = wire_get_u8(r);

	for (int i = 1; i < 8 && wire_left(r); i++)
		v |= (uint64_t)wire_get_u8(r) << 8 * i;
	*(uint64_t *)value = v;
	return 0;
}

/* As few octets as hold the bits. They come in twos (cl. 8.2.25: octets 5 to 6, 7 to 8, ...); of
 * the CP function's the first one comes alone (cl. 8.2.58: octet 5, then 6 to 7). */
int pfcp_feature_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint64_t v = *(const uint64_t *)value;
	int step = ie->type == PFCP_IE_UP_FUNCTION_FEATURES ? 2 : 1;

	do {
		for (int i = 0; i < step; i++) {
			wire_put_number(w, v & 0xff, 1);
			v >>= 8;
		}
		step = 2;
	} while (v);
	return 0;
}

void pfcp_feature_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_bits_print_words(ie, out, *(const uint64_t *)value);
}

/* One and only one of DROP, FORW, BUFF, IPMA and IPMD (cl. 8.2.26); multicast stands alone. */
static bool action_valid(uint16_t v)
{
	uint16_t selecting = v & SELECTING_ACTIONS;

	if (!selecting)
		return v & MULTICAST_ACTIONS;
	return !(selecting & (selecting - 1));
}

/* One octet up to Release 15, two since */
uint8_t pfcp_action_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint16_t v = wire_get_u8(r);

	if (wire_left(r))
		v |= (uint16_t)(wire_get_u8(r) << 8);
	v &= ALL_ACTIONS;
	if (!action_valid(v))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	*(uint16_t *)value = v;
	return 0;
}

int pfcp_action_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint16_t v = *(const uint16_t *)value;

	if (!action_valid(v) || v > ALL_ACTIONS)
		return -EINVAL;
	wire_put_number(w, v & 0xff, 1);
	wire_put_number(w, v >> 8, 1);
	return 0;
}

void pfcp_action_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_bits_print_words(ie, out, *(const uint16_t *)value);
}
