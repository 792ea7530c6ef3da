// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: the tables fit together. What a row says of a C struct is checked by the compiler nowhere,
 * so it is checked here: sizes, bounds, the number of members, every member an IE with a codec.
 */
#include "lib/pfcp/ie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HIGHEST_IE 300
#define MAX_DEPTH  4

static void check_group(const char *name, const struct pfcp_group *group, size_t size, int depth);

static void check_ie(const struct pfcp_ie *ie, int depth)
{
	assert_non_null(ie->clause);
	assert_true(ie->group || (ie->decode && ie->encode && ie->print));
	assert_false(ie->group && ie->decode);
	assert_true(ie->n_words <= 64);
	if (ie->group)
		check_group(ie->name, ie->group, ie->size, depth + 1);
}

static void check_member(const char *name, const struct pfcp_member *m, size_t size, int depth)
{
	const struct pfcp_ie *ie = pfcp_ie_find(m->type);

	if (!ie)
		fail_msg("%s: no row for IE %u", name, m->type);
	if (ie->size != m->size)
		fail_msg("%s: %s is %zu octets in its row, %u in the struct", name, ie->name,
			 ie->size, m->size);
	assert_in_range(m->max, 1, UINT8_MAX);
	assert_true(m->value + (size_t)m->size * m->max <= size);
	assert_true(m->max == 1 || m->count != PFCP_NOWHERE);
	if (m->count == PFCP_NOWHERE)
		assert_int_equal(m->presence, PFCP_MANDATORY);
	else
		assert_true(m->count < size);
	check_ie(ie, depth);
}

static void check_group(const char *name, const struct pfcp_group *group, size_t size, int depth)
{
	assert_true(depth <= MAX_DEPTH);
	assert_true(group->n_members <= 64); /* decode.c keeps what it has seen in 64 bits */
	for (unsigned int i = 0; i < group->n_members; i++) {
		check_member(name, &group->members[i], size, depth);
		/* no IE type twice */
		assert_ptr_equal(pfcp_group_find(group, group->members[i].type),
				 &group->members[i]);
	}
	if (group->cleared != PFCP_NOWHERE)
		assert_true(group->cleared + sizeof(struct pfcp_cleared) <= size);
}

static void every_message(void **state)
{
	const struct pfcp_message *m;
	size_t i;

	for (i = 0; (m = pfcp_message_at(i)); i++) {
		check_group(m->name, &m->group, m->size, 0);
		assert_int_equal(m->session, m->type >= 50);
		assert_ptr_equal(pfcp_message_find(m->type), m);
		if (m->request)
			assert_non_null(pfcp_message_find(m->type + 1));
	}
	assert_int_equal(i, 15);
}

static void every_ie(void **state)
{
	unsigned int n = 0;

	for (unsigned int type = 0; type <= HIGHEST_IE; type++) {
		const struct pfcp_ie *ie = pfcp_ie_find((uint16_t)type);

		if (!ie)
			continue;
		assert_int_equal(ie->type, type);
		assert_int_not_equal(type, 0);
		check_ie(ie, 0);
		n++;
	}
	assert_true(n > 60);
}

/* Arrays in the structs are as long as the bounds that const.h publishes. */
static void bounds(void **state)
{
	const struct pfcp_message *m = pfcp_message_find(PFCP_SESSION_MODIFICATION_REQUEST);
	const struct {
		uint16_t type;
		unsigned int max;
	} row[] = {
		{PFCP_IE_CREATE_PDR, PFCP_MAX_PDR}, {PFCP_IE_UPDATE_PDR, PFCP_MAX_PDR},
		{PFCP_IE_REMOVE_PDR, PFCP_MAX_PDR}, {PFCP_IE_CREATE_FAR, PFCP_MAX_FAR},
		{PFCP_IE_UPDATE_FAR, PFCP_MAX_FAR}, {PFCP_IE_REMOVE_FAR, PFCP_MAX_FAR},
		{PFCP_IE_CREATE_QER, PFCP_MAX_QER}, {PFCP_IE_CREATE_URR, PFCP_MAX_URR},
		{PFCP_IE_QUERY_URR, PFCP_MAX_URR},  {PFCP_IE_CREATE_BAR, 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(pfcp_group_find(&m->group, row[i].type)->max, row[i].max);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message),
		cmocka_unit_test(every_ie),
		cmocka_unit_test(bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pfcp tables", tests, NULL, NULL);
}
