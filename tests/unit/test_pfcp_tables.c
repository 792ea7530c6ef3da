// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: the tables fit together. What a row says of a C struct is checked by the compiler nowhere,
 * so it is checked here: sizes, bounds, the number of members, every member an IE with a codec,
 * what nobody clears behind what is cleared.
 */
#include "lib/pfcp/ie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HIGHEST_IE 400
#define N_IES	   182
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

static void check_member(const char *name, const struct pfcp_member *m, size_t size, size_t head,
			 int depth)
{
	const struct pfcp_ie *ie = pfcp_ie_find(m->type);

	if (!ie)
		fail_msg("%s: no row for IE %u", name, m->type);
	if (ie->size != m->size)
		fail_msg("%s: %s is %zu octets in its row, %u in the struct", name, ie->name,
			 ie->size, m->size);
	assert_in_range(m->max, 1, UINT8_MAX);
	assert_true(m->value + (size_t)m->size * m->max <= size);
	/* singles and counts are cleared with the head, all but their own lists */
	if (m->max == 1 && m->value + pfcp_head(ie->group, m->size) > head)
		fail_msg("%s: %s is not in its head", name, ie->name);
	assert_true(m->max == 1 || m->count != PFCP_NOWHERE);
	if (m->count == PFCP_NOWHERE)
		assert_int_equal(m->presence, PFCP_MANDATORY);
	else
		assert_true(m->count < head);
	check_ie(ie, depth);
}

static void check_group(const char *name, const struct pfcp_group *group, size_t size, int depth)
{
	size_t head = pfcp_head(group, size);

	assert_true(depth <= MAX_DEPTH);
	assert_true(head <= size);
	assert_true(group->n_members < 64); /* decode.c keeps what it has seen in 64 bits */
	for (unsigned int i = 0; i < group->n_members; i++) {
		check_member(name, &group->members[i], size, head, depth);
		/* no IE type twice */
		assert_ptr_equal(pfcp_group_find(group, group->members[i].type),
				 &group->members[i]);
	}
	if (group->cleared != PFCP_NOWHERE)
		assert_true(group->cleared + sizeof(struct pfcp_cleared) <= head);
}

static void every_message(void **state)
{
	const struct pfcp_message *m;
	unsigned int n = 0;

	for (unsigned int type = 0; type <= UINT8_MAX; type++) {
		m = pfcp_message_find((uint8_t)type);
		if (!m)
			continue;
		check_group(m->name, m->group, m->size, 0);
		assert_int_equal(m->type, type);
		assert_true(m->size <=
			    sizeof(struct pfcp_msg) - offsetof(struct pfcp_msg, heartbeat_request));
		assert_int_equal(m->session, m->type >= 50);
		if (m->request)
			assert_non_null(pfcp_message_find(m->type + 1));
		n++;
	}
	assert_int_equal(n, 25); /* all of table 7.3-1 */
}

/* A message is allocated once; what is cleared for each must stay small beside it. */
static void sizes(void **state)
{
	const struct pfcp_message *m = pfcp_message_find(PFCP_SESSION_ESTABLISHMENT_REQUEST);

	assert_true(sizeof(struct pfcp_msg) <= 1 << 20);
	assert_true(pfcp_head(m->group, m->size) <= 2048);
	assert_true(pfcp_head(&pfcp_group_create_pdr, sizeof(struct pfcp_pdr)) <= 1024);
	assert_true(pfcp_head(&pfcp_group_create_far, sizeof(struct pfcp_far)) <= 2048);
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
	assert_int_equal(n, N_IES);
}

/* Arrays in the structs are as long as the bounds that const.h publishes. */
static void bounds(void **state)
{
	const struct pfcp_message *m = pfcp_message_find(PFCP_SESSION_MODIFICATION_REQUEST);
	const struct {
		uint16_t type;
		unsigned int max;
	} row[] = {
		{PFCP_IE_CREATE_PDR, PFCP_MAX_PDR},
		{PFCP_IE_UPDATE_PDR, PFCP_MAX_PDR},
		{PFCP_IE_REMOVE_PDR, PFCP_MAX_PDR},
		{PFCP_IE_CREATE_FAR, PFCP_MAX_FAR},
		{PFCP_IE_UPDATE_FAR, PFCP_MAX_FAR},
		{PFCP_IE_REMOVE_FAR, PFCP_MAX_FAR},
		{PFCP_IE_CREATE_QER, PFCP_MAX_QER},
		{PFCP_IE_CREATE_URR, PFCP_MAX_URR},
		{PFCP_IE_QUERY_URR, PFCP_MAX_URR},
		{PFCP_IE_CREATE_BAR, 1},
		{PFCP_IE_CREATE_TRAFFIC_ENDPOINT, PFCP_MAX_TRAFFIC_ENDPOINT},
		{PFCP_IE_UPDATE_TRAFFIC_ENDPOINT, PFCP_MAX_TRAFFIC_ENDPOINT},
		{PFCP_IE_REMOVE_TRAFFIC_ENDPOINT, PFCP_MAX_TRAFFIC_ENDPOINT},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_int_equal(pfcp_group_find(m->group, row[i].type)->max, row[i].max);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message),
		cmocka_unit_test(sizes),
		cmocka_unit_test(every_ie),
		cmocka_unit_test(bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pfcp tables", tests, NULL, NULL);
}
