// SPDX-License-Identifier: Apache-2.0
/* Rule sets: what is refused, what the gtp driver can do, and who owns a TEID, UE address or
 * bearer. No root needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "dataplane/gtp.h"
#include "dataplane/internal.h"

static struct dp_session upf_session(uint64_t id)
{
	const struct in_addr ue = {.s_addr = htonl(0x0a3c0100 + (uint32_t)id)};
	const struct in_addr gnb = {.s_addr = htonl(0x0a650101)};

	return (struct dp_session){
		.id = id,
		.pdr_count = 2,
		.far_count = 2,
		.pdr = {{.id = 1,
			 .source = DP_N3,
			 .teid = 0x1000 + (uint32_t)id,
			 .has_ue_addr = true,
			 .ue_addr = ue,
			 .remove_outer = true,
			 .far_id = 1},
			{.id = 2,
			 .source = DP_N6,
			 .has_ue_addr = true,
			 .ue_addr = ue,
			 .far_id = 2}},
		.far = {{.id = 1, .action = DP_FORWARD, .destination = DP_N6},
			{.id = 2,
			 .action = DP_FORWARD,
			 .destination = DP_N3,
			 .peer = gnb,
			 .teid = 0x2000 + (uint32_t)id}},
	};
}

static struct dp_session gnb_session(uint64_t id)
{
	struct dp_session s = upf_session(id);

	s.bearer = (struct dp_bearer){.ifindex = 7, .ue_mac = {2, 0xba, 0, 0, 1, (uint8_t)id}};
	s.pdr[0].has_ue_addr = false;
	s.pdr[1].source = DP_RADIO;
	s.far[0].destination = DP_RADIO;
	return s;
}

/* One change to a rule set that is right; what must be named in the refusal */
struct change_row {
	const char *name;
	enum dp_role role;
	void (*change)(struct dp_session *s);
	int rc, what;
	uint32_t rule_id;
};

#define CHANGE(name, ...)                                                                          \
	static void name(struct dp_session *s)                                                     \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}
CHANGE(nothing, (void)s)
CHANGE(id_0, s->id = 0)
CHANGE(too_many, s->pdr_count = DP_RULES_MAX + 1)
CHANGE(small_mtu, s->mtu = 67)
CHANGE(no_far, s->pdr[0].far_id = 9)
CHANGE(big_pdr_qfi, s->pdr[0].qfi = 64)
CHANGE(no_teid, s->pdr[0].teid = 0)
CHANGE(outer_kept, s->pdr[0].remove_outer = false)
CHANGE(no_ue, s->pdr[1].has_ue_addr = false)
CHANGE(from_radio, s->pdr[1].source = DP_RADIO)
CHANGE(from_n6, s->pdr[1].source = DP_N6)
CHANGE(to_radio, s->far[0].destination = DP_RADIO)
CHANGE(to_n6, s->far[0].destination = DP_N6)
CHANGE(no_bearer, s->bearer.ifindex = 0)
CHANGE(big_far_qfi, s->far[1].qfi = 64)
CHANGE(no_peer, s->far[1].peer.s_addr = 0)
CHANGE(no_peer_teid, s->far[1].teid = 0)
CHANGE(same_pdr_id, s->pdr[1].id = 1)
CHANGE(same_far_id, s->far[1].id = 1; s->pdr[1].far_id = 1)
CHANGE(n6_to_n6, s->pdr[1].far_id = 1)
CHANGE(n9, s->pdr[0].far_id = 2)
CHANGE(no_rules, s->pdr_count = s->far_count = 0)
CHANGE(unknown_source, s->pdr[0].source = (enum dp_interface)9)
CHANGE(unknown_destination, s->far[0].destination = (enum dp_interface)9)
CHANGE(unknown_action, s->far[0].action = (enum dp_action)9)
CHANGE(downlink_drops, s->far[1] = (struct dp_far){.id = 2, .action = DP_DROP})

static const struct change_row check_rows[] = {
	{"right", DP_ROLE_UPF, nothing, 0, 0, 0},
	{"right", DP_ROLE_GNB, nothing, 0, 0, 0},
	{"no rules at all", DP_ROLE_UPF, no_rules, 0, 0, 0},
	{"N9", DP_ROLE_UPF, n9, 0, 0, 0},
	{"a FAR that drops needs no peer", DP_ROLE_UPF, downlink_drops, 0, 0, 0},
	{"session id 0", DP_ROLE_UPF, id_0, -EINVAL, DP_ERROR_SESSION, 0},
	{"nine PDRs", DP_ROLE_UPF, too_many, -EINVAL, DP_ERROR_SESSION, 0},
	{"MTU 67", DP_ROLE_UPF, small_mtu, -EINVAL, DP_ERROR_SESSION, 0},
	{"no FAR", DP_ROLE_UPF, no_far, -EINVAL, DP_ERROR_PDR, 1},
	{"QFI 64 to match", DP_ROLE_UPF, big_pdr_qfi, -EINVAL, DP_ERROR_PDR, 1},
	{"no TEID", DP_ROLE_UPF, no_teid, -EINVAL, DP_ERROR_PDR, 1},
	{"outer header kept", DP_ROLE_UPF, outer_kept, -EINVAL, DP_ERROR_PDR, 1},
	{"N6 without a UE address", DP_ROLE_UPF, no_ue, -EINVAL, DP_ERROR_PDR, 2},
	{"radio in a UPF", DP_ROLE_UPF, from_radio, -EINVAL, DP_ERROR_PDR, 2},
	{"N6 in a gNB", DP_ROLE_GNB, from_n6, -EINVAL, DP_ERROR_PDR, 2},
	{"to the radio in a UPF", DP_ROLE_UPF, to_radio, -EINVAL, DP_ERROR_FAR, 1},
	{"to N6 in a gNB", DP_ROLE_GNB, to_n6, -EINVAL, DP_ERROR_FAR, 1},
	{"no bearer", DP_ROLE_GNB, no_bearer, -EINVAL, DP_ERROR_FAR, 1},
	{"QFI 64 to mark", DP_ROLE_UPF, big_far_qfi, -EINVAL, DP_ERROR_FAR, 2},
	{"no peer", DP_ROLE_UPF, no_peer, -EINVAL, DP_ERROR_FAR, 2},
	{"no peer TEID", DP_ROLE_UPF, no_peer_teid, -EINVAL, DP_ERROR_FAR, 2},
	{"two PDRs of one id", DP_ROLE_UPF, same_pdr_id, -EINVAL, DP_ERROR_PDR, 1},
	{"two FARs of one id", DP_ROLE_UPF, same_far_id, -EINVAL, DP_ERROR_FAR, 1},
	{"N6 to N6", DP_ROLE_UPF, n6_to_n6, -EINVAL, DP_ERROR_PDR, 2},
	{"unknown source", DP_ROLE_UPF, unknown_source, -EINVAL, DP_ERROR_PDR, 1},
	{"unknown destination", DP_ROLE_UPF, unknown_destination, -EINVAL, DP_ERROR_FAR, 1},
	{"unknown action", DP_ROLE_UPF, unknown_action, -EINVAL, DP_ERROR_FAR, 1},
};

static void session_check(void **state)
{
	for (size_t i = 0; i < sizeof(check_rows) / sizeof(check_rows[0]); i++) {
		const struct change_row *row = &check_rows[i];
		struct dp_session s = row->role == DP_ROLE_UPF ? upf_session(1) : gnb_session(1);
		struct dp_error err = {0};

		row->change(&s);
		if (dp_session_check(row->role, &s, &err) != row->rc ||
		    (int)err.what != row->what || err.rule_id != row->rule_id)
			fail_msg("row %zu, %s: %d, rule %u: %s", i, row->name, err.what,
				 err.rule_id, err.text);
	}
}

CHANGE(mark, s->far[1].qfi = 9)
CHANGE(match, s->pdr[0].qfi = 9)
CHANGE(uplink_drops, s->far[0].action = DP_DROP)
CHANGE(second_pdr, s->pdr[2] = s->pdr[1]; s->pdr[2].id = 3; s->pdr_count = 3)
CHANGE(other_ue, s->pdr[1].ue_addr.s_addr++)
CHANGE(forwards, s->far[0] = s->far[1]; s->far[0].id = 1; s->far[0].teid = 0x7001)
CHANGE(forwards_marked, s->far[0] = s->far[1]; s->far[0].id = 1; s->far[0].qfi = 9)
CHANGE(second_teid, s->pdr[2] = s->pdr[0]; s->pdr[2].id = 3; s->pdr[2].teid++; s->pdr_count = 3)
CHANGE(second_teid_held, s->pdr[2] = s->pdr[0]; s->pdr[2].id = 3; s->pdr[2].teid++;
       s->pdr[2].hold = 1; s->pdr_count = 3)
CHANGE(tail, s->far[0] = s->far[1]; s->far[0].id = 1; s->pdr_count = 1)
CHANGE(nobody, s->pdr[0].has_ue_addr = s->pdr[1].has_ue_addr = false)
CHANGE(one_pdr, s->pdr_count = 1)

/* rc 1: accepted, but half: no context yet */
static const struct change_row map_rows[] = {
	{"right", DP_ROLE_UPF, nothing, 0, 0, 0},
	{"right", DP_ROLE_GNB, nothing, 0, 0, 0},
	{"downlink drops: half", DP_ROLE_UPF, downlink_drops, 1, 0, 0},
	{"uplink alone: half", DP_ROLE_UPF, one_pdr, 1, 0, 0},
	{"no rules: half", DP_ROLE_UPF, no_rules, 1, 0, 0},
	{"QFI to mark", DP_ROLE_UPF, mark, -EOPNOTSUPP, DP_ERROR_FAR, 2},
	{"QFI to match", DP_ROLE_UPF, match, -EOPNOTSUPP, DP_ERROR_PDR, 1},
	{"uplink drops", DP_ROLE_UPF, uplink_drops, -EOPNOTSUPP, DP_ERROR_FAR, 1},
	{"N9", DP_ROLE_UPF, n9, -EOPNOTSUPP, DP_ERROR_FAR, 2},
	{"a second PDR", DP_ROLE_UPF, second_pdr, -EOPNOTSUPP, DP_ERROR_PDR, 3},
	{"two UE addresses", DP_ROLE_UPF, other_ue, -EOPNOTSUPP, DP_ERROR_PDR, 2},
	{"no UE address", DP_ROLE_GNB, nobody, -EOPNOTSUPP, DP_ERROR_PDR, 2},
	{"to another gNB", DP_ROLE_GNB, forwards, 0, 0, 0},
	{"to another gNB, marked", DP_ROLE_GNB, forwards_marked, -EOPNOTSUPP, DP_ERROR_FAR, 1},
	{"from another gNB", DP_ROLE_GNB, second_teid_held, 0, 0, 0},
	{"a second TEID", DP_ROLE_GNB, second_teid, -EOPNOTSUPP, DP_ERROR_PDR, 3},
	{"what is left of a UE that is gone: half", DP_ROLE_GNB, tail, 1, 0, 0},
};

static void driver_map(void **state)
{
	for (size_t i = 0; i < sizeof(map_rows) / sizeof(map_rows[0]); i++) {
		const struct change_row *row = &map_rows[i];
		struct dp_session s = row->role == DP_ROLE_UPF ? upf_session(1) : gnb_session(1);
		struct dp_error err = {0};
		struct gtp_plan plan;
		int rc;

		row->change(&s);
		rc = gtp_session_map(row->role, &s, &plan, &err);
		if ((rc ? rc : !plan.whole) != row->rc || (int)err.what != row->what ||
		    err.rule_id != row->rule_id)
			fail_msg("row %zu, %s: %d, whole %d, rule %u: %s", i, row->name, rc,
				 plan.whole, err.rule_id, err.text);
		if (rc || !plan.whole)
			continue;
		assert_int_equal(plan.pdp.local_teid, 0x1001);
		assert_int_equal(plan.pdp.peer_teid, 0x2001);
		assert_int_equal(plan.pdp.ue.s_addr, htonl(0x0a3c0101));
		assert_int_equal(plan.pdp.peer.s_addr, htonl(0x0a650101));
	}
}

static struct dp_entry *install(struct dp_store *store, const struct dp_session *s)
{
	struct dp_entry *entry = dp_store_add(store, s->id);

	assert_non_null(entry);
	assert_int_equal(dp_store_claim(store, entry, s, NULL), 0);
	entry->session = *s;
	return entry;
}

static void store_keys(void **state)
{
	struct dp_store store = {0};
	struct dp_session s = upf_session(1), other = upf_session(2);
	struct dp_entry *entry = install(&store, &s), *second;
	struct dp_error err;

	assert_ptr_equal(dp_store_find(&store, 1), entry);
	assert_ptr_equal(dp_store_find_teid(&store, 0x1001), entry);
	assert_null(dp_store_find_teid(&store, 0x1002));
	/* another session may not have this one's TEID, and claims nothing then */
	second = dp_store_add(&store, 2);
	other.pdr[1].ue_addr = s.pdr[1].ue_addr;
	assert_int_equal(dp_store_claim(&store, second, &other, &err), -EEXIST);
	assert_int_equal(err.rule_id, 2);
	assert_null(dp_store_find_teid(&store, 0x1002));
	/* its own keys it may claim again; what fell away is free for others */
	assert_int_equal(dp_store_claim(&store, entry, &s, NULL), 0);
	s.pdr[0].teid = 0x1009;
	assert_int_equal(dp_store_claim(&store, entry, &s, NULL), 0);
	dp_store_release(&store, &entry->session, &s);
	entry->session = s;
	assert_null(dp_store_find_teid(&store, 0x1001));
	assert_ptr_equal(dp_store_find_teid(&store, 0x1009), entry);
	dp_store_release(&store, &s, NULL);
	dp_store_remove(&store, entry);
	assert_int_equal(dp_store_claim(&store, second, &other, NULL), 0);
	dp_store_clear(&store);
	assert_int_equal(store.count, 0);
}

static void store_bearers(void **state)
{
	struct dp_store store = {0};
	struct dp_session s = gnb_session(1), other = gnb_session(2);
	struct dp_entry *second;

	install(&store, &s);
	second = dp_store_add(&store, 2);
	memcpy(other.bearer.ue_mac, s.bearer.ue_mac, sizeof(s.bearer.ue_mac));
	assert_int_equal(dp_store_claim(&store, second, &other, NULL), -EEXIST);
	/* the same address on another radio link is another bearer */
	other.bearer.ifindex++;
	assert_int_equal(dp_store_claim(&store, second, &other, NULL), 0);
	dp_store_clear(&store);
}

static void store_is_bounded(void **state)
{
	struct dp_store store = {0};

	for (uint64_t id = 1; id <= DP_SESSIONS_MAX; id++)
		assert_non_null(dp_store_add(&store, id));
	assert_null(dp_store_add(&store, DP_SESSIONS_MAX + 1));
	assert_int_equal(errno, ENOSPC);
	dp_store_clear(&store);
}

static void names(void **state)
{
	const char *reason;

	assert_string_equal(dp_drop_name(DP_DROP_UNKNOWN_TEID), "unknown_teid");
	for (int i = 0; i < DP_DROP_REASONS; i++)
		assert_string_not_equal(dp_drop_name((enum dp_drop)i), "unknown");
	assert_string_equal(dataplane_probe("auto", true, &reason), "ebpf");
	assert_non_null(strstr(reason, "QFI"));
	assert_string_equal(dataplane_probe("gtp", true, &reason), "gtp");
	assert_null(dataplane_probe("dpdk", false, &reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_check),    cmocka_unit_test(driver_map),
		cmocka_unit_test(store_keys),	    cmocka_unit_test(store_bearers),
		cmocka_unit_test(store_is_bounded), cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
