// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: the tables fit together. What a row says of a C struct is checked by the compiler nowhere,
 * so it is checked here: sizes, bounds, the number of members, every member an IE with a codec,
 * what nobody clears behind what is cleared.
 */
#include "lib/pfcp/ie.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"
#include "tests/unit/test_pfcp_golden.h"

#define HIGHEST_IE 400
#define N_IES	   183
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
		if (i && group->members[i].presence == PFCP_MANDATORY)
			assert_int_equal(group->members[i - 1].presence, PFCP_MANDATORY);
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

/* ---- every row is in some golden message ---- */

/* Which members golden messages have, of the body of each message type and of each grouped IE: two
 * that share a table have to have all of it, each. */
static uint64_t seen_in_message[UINT8_MAX + 1], seen_in_ie[HIGHEST_IE + 1];
static bool seen_message[UINT8_MAX + 1];

static void cover(const struct pfcp_group *group, const void *value, uint64_t *seen)
{
	for (unsigned int i = 0; i < group->n_members; i++) {
		const struct pfcp_member *m = &group->members[i];
		unsigned int n = pfcp_member_number(m, value);

		if (n)
			*seen |= 1ULL << i;
		for (unsigned int k = 0; k < n && m->ie->group; k++)
			cover(m->ie->group, pfcp_member_value(m, value, k), &seen_in_ie[m->type]);
	}
}

/* What is only known to be there can't be sent with what is in it; it is in test_pfcp.c. */
static unsigned int not_covered(const struct pfcp_group *group, const char *name, uint64_t seen)
{
	unsigned int missing = 0;

	for (unsigned int i = 0; i < group->n_members; i++) {
		const struct pfcp_ie *ie = group->members[i].ie;

		if (ie->decode == pfcp_presence_decode || (seen >> i & 1))
			continue;
		print_error("%s: no golden message has %s\n", name, ie->name);
		missing++;
	}
	return missing;
}

static void golden_messages_have_all(void **state)
{
	static struct pfcp_msg msg;
	static uint8_t wire[PFCP_MAX_MESSAGE];
	unsigned int missing = 0;

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire));
		const struct pfcp_message *m;

		assert_int_equal(pfcp_decode(wire, len, &msg, NULL), 0);
		m = pfcp_message_find(msg.header.type);
		cover(m->group, pfcp_body_const(&msg), &seen_in_message[m->type]);
		seen_message[m->type] = true;
	}
	for (unsigned int type = 0; type <= UINT8_MAX; type++) {
		const struct pfcp_message *m = pfcp_message_find((uint8_t)type);

		if (!m)
			continue;
		assert_true(seen_message[type]);
		missing += not_covered(m->group, m->name, seen_in_message[type]);
	}
	for (unsigned int type = 0; type <= HIGHEST_IE; type++) {
		const struct pfcp_ie *ie = pfcp_ie_find((uint16_t)type);

		if (ie && ie->group)
			missing += not_covered(ie->group, ie->name, seen_in_ie[type]);
	}
	assert_int_equal(missing, 0);
}

/* ---- codecs on their own ---- */

static uint32_t next_random(void)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static union {
	uint8_t octets[4096];
	uint64_t aligned;
} values[2];

/* Return: whether it is a value, all of whose octets were there */
static bool decode_one(const struct pfcp_ie *ie, const uint8_t *octets, size_t n, void *value)
{
	uint8_t *copy = test_malloc(n ? n : 1); /* as long as it is, for the sanitizer */
	struct wire_reader r = {.at = copy, .end = copy + n};
	uint8_t cause;

	if (n)
		memcpy(copy, octets, n);
	memset(value, 0, ie->size);
	cause = ie->decode(ie, &r, value);
	test_free(copy);
	return !cause && !r.bad;
}

static void empty_values(void **state)
{
	for (unsigned int type = 0; type <= HIGHEST_IE; type++) {
		const struct pfcp_ie *ie = pfcp_ie_find((uint16_t)type);

		if (!ie || ie->group || ie->decode == pfcp_presence_decode)
			continue;
		if (decode_one(ie, NULL, 0, &values[0]))
			fail_msg("%s: a value of no octets", ie->name);
	}
}

/* Anything, text, or text with small numbers in it */
static void fill(uint8_t *in, size_t n, unsigned int mode)
{
	for (size_t i = 0; i < n; i++) {
		if (mode == 0)
			in[i] = (uint8_t)next_random();
		else if (mode == 2 && next_random() % 2)
			in[i] = next_random() % 4;
		else
			in[i] = (uint8_t)('a' + next_random() % 26);
	}
}

/* What a codec takes for a value it can send, and reads as the same when it comes back. */
static void random_values(void **state)
{
	uint8_t in[64], out[2][256];

	for (unsigned int type = 0; type <= HIGHEST_IE; type++) {
		const struct pfcp_ie *ie = pfcp_ie_find((uint16_t)type);
		unsigned int good = 0;

		if (!ie || ie->group)
			continue;
		assert_true(ie->size <= sizeof(values[0]));
		for (unsigned int i = 0; i < 20000; i++) {
			struct wire_writer w[2] = {{out[0], out[0] + sizeof(out[0]), false},
						   {out[1], out[1] + sizeof(out[1]), false}};
			size_t n = next_random() % sizeof(in);

			fill(in, n, i % 3);
			in[0] = (uint8_t)(next_random() % 4 ? next_random() % 16 : next_random());
			in[1] = (uint8_t)(next_random() % 4 ? next_random() % 16 : next_random());
			if (!decode_one(ie, in, n, &values[0]))
				continue;
			good++;
			if (ie->encode(ie, &w[0], &values[0]))
				fail_msg("%s: read, but not to be sent", ie->name);
			n = (size_t)(w[0].at - out[0]);
			if (!decode_one(ie, out[0], n, &values[1]))
				fail_msg("%s: sent, but not to be read", ie->name);
			assert_int_equal(ie->encode(ie, &w[1], &values[1]), 0);
			assert_int_equal(w[1].at - out[1], n);
			assert_memory_equal(out[0], out[1], n);
		}
		if (!good)
			fail_msg("%s: nothing was a value", ie->name);
	}
}

/* A PFD Contents that says it has more values than there is room for: none of them is looked for.
 */
static void too_many_pfd_values(void **state)
{
	struct pfcp_pfd_contents *c = test_calloc(1, sizeof(*c));
	uint8_t out[64];
	struct wire_writer w = {out, out + sizeof(out), false};

	assert_int_equal(pfcp_pfd_add(c, PFCP_PFD_FLOW, "a", 1), 0);
	assert_int_equal(pfcp_pfd_contents_encode(NULL, &w, c), 0);
	assert_int_equal(w.at - out, 5);
	c->n_value = UINT8_MAX;
	assert_int_equal(pfcp_pfd_contents_encode(NULL, &w, c), -EINVAL);
	assert_int_equal(w.at - out, 5);
	test_free(c);
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
		cmocka_unit_test(every_message), cmocka_unit_test(sizes),
		cmocka_unit_test(every_ie),	 cmocka_unit_test(golden_messages_have_all),
		cmocka_unit_test(empty_values),	 cmocka_unit_test(random_values),
		cmocka_unit_test(bounds),	 cmocka_unit_test(too_many_pfd_values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pfcp tables", tests, NULL, NULL);
}
