// SPDX-License-Identifier: Apache-2.0
/*
 * lib/gtp5g on arbitrary octets: the first says what they are. Attributes of a rule: what is taken
 * is printed, what is printed is read as the same, but for values that are proven to be none that
 * somebody may set; and put and taken once more it has the same fields, which print the same. What
 * the module tells by itself. A text for each field: what is read prints a text that is read as the
 * same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/gtp5g/gtp5g.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TELL = GTP5G_KINDS, TEXT, INPUTS, ROOM = 65536 };

static _Alignas(8) uint8_t message[ROOM];

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_gtp5g: %s\n", what);
	abort();
}

static void print(const struct gtp5g_table *table, size_t index, const void *record, char *ret,
		  size_t size)
{
	FILE *out = fmemopen(ret, size, "w");

	require(!!out, "no memory");
	gtp5g_print(table, index, record, out);
	require(!ferror(out) && ftell(out) < (long)size - 1, "a text too long");
	fclose(out);
}

static bool has_ports(const struct ipfilter *flow)
{
	return !flow->has_protocol || flow->protocol == IPPROTO_TCP ||
	       flow->protocol == IPPROTO_UDP || flow->protocol == IPPROTO_SCTP;
}

/* No SDF filter (TS 29.212 cl. 5.4.2): the module takes and tells it all the same */
static bool is_beyond_flow(const struct ipfilter *flow)
{
	return flow->deny || flow->in ||
	       ((flow->src.n_ports || flow->dst.n_ports) && !has_ports(flow));
}

/* A value of the module's that nobody may set. Lists are not among them: what is taken has one at
 * least, and each of its ids and routes may be set. */
static bool is_beyond(const struct gtp5g_field *field, const void *record)
{
	const void *value = (const char *)record + field->offset;

	switch (field->type) {
	case GTP5G_FLOW:
		return is_beyond_flow(value);
	case GTP5G_ROUTES:
		return !((const struct gtp5g_routes *)value)->count; /* an empty nest */
	case GTP5G_IDS:
	case GTP5G_IPV4:
		return false;
	default:
		return gtp5g_number(field, record) > field->max ||
		       gtp5g_number(field, record) < field->min;
	}
}

static void fields(const struct gtp5g_table *table, const void *record)
{
	static char text[8192], again[8192];

	for (size_t i = 0; i < table->count; i++) {
		const struct gtp5g_field *field = &table->field[i];
		struct gtp5g_expected expected;
		struct gtp5g_rule copy;

		if (!gtp5g_has(record, i))
			continue;
		print(table, i, record, text, sizeof(text));
		if (field->flags & GTP5G_TOLD)
			continue;
		memset(&copy, 0, sizeof(copy));
		if (gtp5g_read(table, i, text, &copy, &expected)) {
			require(is_beyond(field, record), "what is printed isn't read");
			continue;
		}
		print(table, i, &copy, again, sizeof(again));
		require(!strcmp(text, again), "what is read prints another text");
	}
}

static void rule(enum gtp5g_kind kind, const uint8_t *data, size_t size)
{
	const struct gtp5g_table *table = gtp5g_table(kind);
	struct gtp5g_rule first, second;
	struct nlmsghdr *nlh;

	if (gtp5g_rule_take(kind, data, size, &first))
		return;
	fields(table, &first);
	nlh = mnl_nlmsg_put_header(message);
	require(!gtp5g_rule_put(&first, GTP5G_MOD, nlh, ROOM), "no room");
	require(!gtp5g_rule_take(kind, mnl_nlmsg_get_payload(nlh), mnl_nlmsg_get_payload_len(nlh),
				 &second),
		"what was put isn't taken");
	for (size_t i = 0; i < table->count; i++) {
		static char a[8192], b[8192];

		if (table->field[i].flags & GTP5G_TOLD)
			continue;
		require(gtp5g_has(&first, i) == gtp5g_has(&second, i), "a field is lost, or new");
		if (!gtp5g_has(&first, i))
			continue;
		print(table, i, &first, a, sizeof(a));
		print(table, i, &second, b, sizeof(b));
		require(!strcmp(a, b), "another rule comes back");
	}
}

static void on_packet(const struct gtp5g_packet *packet, void *user)
{
	const uint8_t *const *bounds = user;

	fields(&gtp5g_packet_table, packet);
	require(!packet->octets ||
			(packet->octets >= bounds[0] && packet->octets + packet->len <= bounds[1]),
		"a packet outside of the message");
}

static void on_report(const struct gtp5g_report *report, void *user)
{
	fields(&gtp5g_report_table, report);
}

static void text(const uint8_t *data, size_t size)
{
	const struct gtp5g_table *table;
	struct gtp5g_expected expected;
	struct gtp5g_rule record;
	size_t index;
	char *copy;

	if (size < 2)
		return;
	table = gtp5g_table(data[0] % GTP5G_KINDS);
	index = data[1] % table->count;
	copy = strndup((const char *)data + 2, size - 2);
	require(!!copy, "no memory");
	memset(&record, 0, sizeof(record));
	expected.text[0] = '\0';
	if (gtp5g_read(table, index, copy, &record, &expected))
		require(expected.text[0] && !record.has, "refused without a word");
	else
		fields(table, &record);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *bounds[2];
	uint8_t *copy;

	if (!size)
		return 0;
	/* as netlink hands them out: aligned */
	copy = malloc(size);
	require(!!copy, "no memory");
	memcpy(copy, data + 1, size - 1);
	bounds[0] = copy;
	bounds[1] = copy + size - 1;
	switch (data[0] % INPUTS) {
	case TELL:
		(void)gtp5g_tell_take(copy, size - 1, on_packet, on_report, bounds);
		break;
	case TEXT:
		text(copy, size - 1);
		break;
	default:
		rule(data[0] % INPUTS, copy, size - 1);
	}
	free(copy);
	return 0;
}
