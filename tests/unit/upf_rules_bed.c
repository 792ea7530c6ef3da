// SPDX-License-Identifier: Apache-2.0
/* See the header. */
#include "tests/unit/upf_rules_bed.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dataplane/address.h"

struct dp_prefix prefix6(const char *text, unsigned len)
{
	struct dp_prefix prefix = {.addr.family = AF_INET6, .len = len};

	assert_int_equal(inet_pton(AF_INET6, text, &prefix.addr.ip6), 1);
	return prefix;
}

/* ---- life ---- */

int rules_bed_open(void **state, void (*change)(struct upf_config *config))
{
	struct harness *h = malloc(sizeof(*h));

	harness_open_with(h, change);
	assert_int_equal(harness_associate(h, h->ex.smf, 1000, NULL), PFCP_CAUSE_ACCEPTED);
	*state = h;
	return 0;
}

int rules_bed_setup(void **state)
{
	return rules_bed_open(state, NULL);
}

int rules_bed_setup_wide(void **state)
{
	return rules_bed_open(state, harness_wide);
}

int rules_bed_teardown(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_associate(h, h->ex.smf, 1001, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(null_dp_count(h->upf.dp), 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 0);
	harness_close(h);
	free(h);
	return 0;
}

/* ---- requests ---- */

struct pfcp_pdr *pdr_of(struct harness *h, int downlink)
{
	return &EST(h)->create_pdr[downlink];
}

struct pfcp_pdr *pdr_like(struct harness *h, int downlink, uint16_t id)
{
	struct pfcp_pdr *pdr = &EST(h)->create_pdr[EST(h)->n_create_pdr++];

	*pdr = *pdr_of(h, downlink);
	pdr->pdr_id = id;
	return pdr;
}

#define UPDATE(kind, type)                                                                         \
	struct pfcp_##kind *kind##_update(struct harness *h, type id)                              \
	{                                                                                          \
		struct pfcp_##kind *at = &MOD(h)->update_##kind[0];                                \
                                                                                                   \
		example_modification(&h->msg, &h->ex);                                             \
		MOD(h)->n_update_##kind = 1;                                                       \
		memset(at, 0, sizeof(*at));                                                        \
		at->kind##_id = id;                                                                \
		return at;                                                                         \
	}
UPDATE(pdr, uint16_t)
UPDATE(far, uint32_t)
UPDATE(qer, uint32_t)

void accepted(struct harness *h)
{
	assert_int_equal(harness_request(h, &h->ex), PFCP_CAUSE_ACCEPTED);
}

void refused(struct harness *h, uint8_t cause)
{
	char *before = harness_state(h), *after;

	assert_int_equal(harness_request(h, &h->ex), cause);
	after = harness_state(h);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* ---- what the data plane was told ---- */

const struct dp_pdr *dp_pdr(struct harness *h, uint16_t id)
{
	const struct dp_session *s = harness_dp(h, &h->ex);

	for (size_t i = 0; i < s->pdr_count; i++)
		if (s->pdr[i].id == id)
			return &s->pdr[i];
	return NULL;
}

const struct dp_far *dp_far(struct harness *h, uint16_t pdr_id)
{
	return &harness_dp(h, &h->ex)->far[dp_pdr(h, pdr_id)->far];
}

const struct dp_qer *dp_qer(struct harness *h, uint32_t id)
{
	const struct dp_session *s = harness_dp(h, &h->ex);

	for (size_t i = 0; i < s->qer_count; i++)
		if (s->qer[i].id == id)
			return &s->qer[i];
	return NULL;
}

bool has_ue(struct harness *h, uint16_t pdr_id, const struct dp_prefix *prefix)
{
	const struct dp_session *s = harness_dp(h, &h->ex);

	for (size_t i = 0; i < s->ue_count; i++)
		if (dp_pdr(h, pdr_id)->ue >> i & 1 && dp_prefix_equal(&s->ue[i], prefix))
			return true;
	return false;
}

bool has_ue4(struct harness *h, uint16_t pdr_id, const char *addr, unsigned len)
{
	const struct dp_prefix prefix = {.addr = dp_addr_ip4(harness_ip(addr)), .len = len};

	return has_ue(h, pdr_id, &prefix);
}

size_t ue_count(struct harness *h, uint16_t pdr_id)
{
	return (size_t)__builtin_popcount(dp_pdr(h, pdr_id)->ue);
}
