// SPDX-License-Identifier: Apache-2.0
/*
 * Rules in little room: the counts of all lists, then each list's elements in words of 32 bits,
 * packed. Most words are zero (what a rule hasn't got) or all ones (no limit): a code of two bits
 * says so, and only the others are written out. Four codes an octet, and the words that they leave
 * behind them.
 */
#include "upf/rules/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST(list)                                                                                 \
	{                                                                                          \
		offsetof(struct upf_rules, n_##list), offsetof(struct upf_rules, list),            \
			sizeof(((struct upf_rules *)0)->list[0]),                                  \
			sizeof(((struct upf_rules *)0)->list) /                                    \
				sizeof(((struct upf_rules *)0)->list[0])                           \
	}

static const struct list {
	size_t n, elements, size, max;
} lists[] = {
	LIST(pdr), LIST(far),	 LIST(qer),	    LIST(urr),	     LIST(bar),	 LIST(endpoint),
	LIST(ue),  LIST(filter), LIST(application), LIST(duplicate), LIST(link),
};

enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

enum { WORD = 4, GROUP = 4 * WORD };
enum code { ZERO, ONES, LITERAL };
enum { ALL_ZERO = 0x00, ALL_ONES = 0x55 }; /* of a group */

/* Of words that are all literal, and with each list's last group begun */
enum { PACKED_MAX = sizeof(struct upf_rules) / GROUP * (GROUP + 1) + LISTS * (GROUP + 1) };

struct upf_record {
	uint8_t n[LISTS];
	uint16_t size; /* of @packed */
	uint8_t packed[];
};

_Static_assert(PACKED_MAX <= UINT16_MAX, "upf_record.size");

static uint8_t *count_of(const struct upf_rules *rules, const struct list *list)
{
	return (uint8_t *)rules + list->n;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t upf_record_size(const struct upf_record *record)
{
	return sizeof(*record) + record->size;
}

/* ---- packing ---- */

static enum code code_of(uint32_t word)
{
	if (!word)
		return ZERO;
	return word == UINT32_MAX ? ONES : LITERAL;
}

/* Four words to @to; Return: what follows them there */
static uint8_t *group_pack(const uint32_t word[4], uint8_t *to)
{
	uint8_t *codes = to++;

	*codes = 0;
	for (size_t i = 0; i < 4; i++) {
		const enum code code = code_of(word[i]);

		*codes |= (uint8_t)(code << 2 * i);
		if (code != LITERAL)
			continue;
		memcpy(to, &word[i], WORD);
		to += WORD;
	}
	return to;
}

static uint8_t *list_pack(const uint8_t *elements, size_t size, uint8_t *to)
{
	for (size_t at = 0; at < size; at += GROUP) {
		uint32_t word[4] = {0};

		memcpy(word, elements + at, least(GROUP, size - at));
		to = group_pack(word, to);
	}
	return to;
}

struct upf_record *upf_record_new(const struct upf_rules *rules)
{
	uint8_t packed[PACKED_MAX], *end = packed;
	struct upf_record *record;

	for (size_t i = 0; i < LISTS; i++)
		end = list_pack((const uint8_t *)rules + lists[i].elements,
				*count_of(rules, &lists[i]) * lists[i].size, end);
	record = malloc(sizeof(*record) + (size_t)(end - packed));
	if (!record)
		return NULL;
	record->size = (uint16_t)(end - packed);
	for (size_t i = 0; i < LISTS; i++)
		record->n[i] = *count_of(rules, &lists[i]);
	memcpy(record->packed, packed, record->size);
	return record;
}

/* ---- unpacking ---- */

/* @ret: four words; Return: what follows them in @from */
static const uint8_t *group_unpack(const uint8_t *from, uint32_t ret[4])
{
	const uint8_t codes = *from++;

	if (codes == ALL_ZERO || codes == ALL_ONES) {
		memset(ret, codes == ALL_ONES ? 0xff : 0, GROUP);
		return from;
	}
	for (size_t i = 0; i < 4; i++) {
		const enum code code = codes >> 2 * i & 3;

		ret[i] = code == ONES ? UINT32_MAX : 0;
		if (code != LITERAL)
			continue;
		memcpy(&ret[i], from, WORD);
		from += WORD;
	}
	return from;
}

static const uint8_t *list_unpack(const uint8_t *from, uint8_t *elements, size_t size)
{
	for (size_t at = 0; at < size; at += GROUP) {
		uint32_t word[4];

		from = group_unpack(from, word);
		memcpy(elements + at, word, least(GROUP, size - at));
	}
	return from;
}

/* Return: what follows them, NULL: they don't end before @end */
static const uint8_t *group_skip(const uint8_t *from, const uint8_t *end)
{
	size_t literals = 0;

	if (from == end)
		return NULL;
	for (size_t i = 0; i < 4; i++) {
		const enum code code = *from >> 2 * i & 3;

		if (code > LITERAL)
			return NULL;
		literals += code == LITERAL;
	}
	from++;
	return (size_t)(end - from) < literals * WORD ? NULL : from + literals * WORD;
}

int upf_record_check(const void *octets, size_t size)
{
	const struct upf_record *record = octets;
	const uint8_t *at, *end;

	if (size < sizeof(*record) || size != upf_record_size(record))
		return -EBADMSG;
	at = record->packed;
	end = at + record->size;
	for (size_t i = 0; i < LISTS; i++) {
		if (record->n[i] > lists[i].max)
			return -EBADMSG;
		for (size_t done = 0; at && done < record->n[i] * lists[i].size; done += GROUP)
			at = group_skip(at, end);
		if (!at)
			return -EBADMSG;
	}
	return at == end ? 0 : -EBADMSG;
}

void upf_record_read(const struct upf_record *record, struct upf_rules *ret)
{
	const uint8_t *at = record ? record->packed : NULL;

	for (size_t i = 0; i < LISTS; i++) {
		const uint8_t n = record ? record->n[i] : 0;

		*count_of(ret, &lists[i]) = n;
		if (n)
			at = list_unpack(at, (uint8_t *)ret + lists[i].elements, n * lists[i].size);
	}
}
