// SPDX-License-Identifier: Apache-2.0
/* Rules in little room: the counts of all lists, then their elements without a gap. */
#include "upf/rules/record.h"

#include <stdlib.h>
#include <string.h>

#define LIST(list)                                                                                 \
	{                                                                                          \
		offsetof(struct upf_rules, n_##list), offsetof(struct upf_rules, list),            \
			sizeof(((struct upf_rules *)0)->list[0])                                   \
	}

static const struct list {
	size_t n, elements, size;
} lists[] = {
	LIST(pdr), LIST(far),	 LIST(qer),	    LIST(urr),	     LIST(bar),	 LIST(endpoint),
	LIST(ue),  LIST(filter), LIST(application), LIST(duplicate), LIST(link),
};

enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

struct upf_record {
	uint8_t n[LISTS];
	char elements[];
};

static uint8_t *count_of(const struct upf_rules *rules, const struct list *list)
{
	return (uint8_t *)rules + list->n;
}

static size_t elements_size(const uint8_t n[LISTS])
{
	size_t size = 0;

	for (size_t i = 0; i < LISTS; i++)
		size += n[i] * lists[i].size;
	return size;
}

size_t upf_record_size(const struct upf_record *record)
{
	return sizeof(*record) + elements_size(record->n);
}

struct upf_record *upf_record_new(const struct upf_rules *rules)
{
	uint8_t n[LISTS];
	struct upf_record *record;
	char *at;

	for (size_t i = 0; i < LISTS; i++)
		n[i] = *count_of(rules, &lists[i]);
	record = malloc(sizeof(*record) + elements_size(n));
	if (!record)
		return NULL;
	memcpy(record->n, n, sizeof(n));
	at = record->elements;
	for (size_t i = 0; i < LISTS; i++) {
		const size_t size = n[i] * lists[i].size;

		memcpy(at, (const char *)rules + lists[i].elements, size);
		at += size;
	}
	return record;
}

void upf_record_read(const struct upf_record *record, struct upf_rules *ret)
{
	const char *at = record ? record->elements : NULL;

	for (size_t i = 0; i < LISTS; i++) {
		const uint8_t n = record ? record->n[i] : 0;
		const size_t size = n * lists[i].size;

		*count_of(ret, &lists[i]) = n;
		if (!size)
			continue;
		memcpy((char *)ret + lists[i].elements, at, size);
		at += size;
	}
}
