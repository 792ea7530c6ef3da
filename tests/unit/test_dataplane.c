// SPDX-License-Identifier: Apache-2.0
/* Rule sets and configurations: what is refused, what the back ends can do, and who owns a TEID, UE
 * address or bearer. No root needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory of the store's tables, which is gone when a test says so: they are compiled in here, and
 * not taken from the library. */
static bool memory_gone;

static void *table_calloc(size_t n, size_t size)
{
	return memory_gone ? NULL : calloc(n, size);
}
#define calloc(n, size) table_calloc(n, size)
#include "lib/lookup.c"
#undef calloc
#include "dataplane/session_store.c"

#include "dataplane/address.h"
#include "dataplane/ebpf/ebpf.h"
#include "dataplane/gtp.h"
#include "lib/gtpu/gtpu.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static struct dp_addr ip4(uint32_t host)
{
	return dp_addr_ip4((struct in_addr){.s_addr = htonl(host)});
}

static struct dp_addr ip6(uint8_t last)
{
	return (struct dp_addr){.family = AF_INET6,
				.ip6.s6_addr = {0x20, 0x01, 0x0d, 0xb8, [15] = last}};
}

static struct dp_config config_of(enum dp_role role)
{
	return (struct dp_config){.role = role,
				  .local_count = 1,
				  .local = {{.addr = ip4(0x0a650201), .dev = "n3"}},
				  .instance_count = role == DP_ROLE_UPF,
				  .instance = {{.dev = "n6", .table = 106}}};
}

static struct dp_session upf_session(uint64_t id)
{
	return (struct dp_session){
		.id = id,
		.ue_count = 1,
		.ue = {{.addr = ip4(0x0a3c0100 + (uint32_t)id), .len = 32}},
		.pdr_count = 2,
		.far_count = 2,
		.pdr = {{.id = 1,
			 .source = DP_N3,
			 .direction = DP_UPLINK,
			 .teid = 0x1000 + (uint32_t)id,
			 .ue = 1,
			 .remove_outer = true,
			 .far = 0},
			{.id = 2, .source = DP_N6, .direction = DP_DOWNLINK, .ue = 1, .far = 1}},
		.far = {{.id = 1, .action = DP_FORWARD, .to.interface = DP_N6},
			{.id = 2,
			 .action = DP_FORWARD,
			 .to = {.interface = DP_N3,
				.peer = ip4(0x0a650101),
				.teid = 0x2000 + (uint32_t)id}}},
	};
}

static struct dp_session gnb_session(uint64_t id)
{
	struct dp_session s = upf_session(id);

	s.bearer = (struct dp_bearer){.ifindex = 7, .ue_mac = {2, 0xba, 0, 0, 1, (uint8_t)id}};
	s.pdr[0].direction = DP_DOWNLINK;
	s.pdr[0].ue = 0;
	s.pdr[1].source = DP_RADIO;
	s.pdr[1].direction = DP_UPLINK;
	s.far[0].to.interface = DP_RADIO;
	return s;
}

static struct dp_session session_of(enum dp_role role)
{
	return role == DP_ROLE_UPF ? upf_session(1) : gnb_session(1);
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

/* A QER 5 for both PDRs, with no rates and its gates open; a URR 6 */
static struct dp_qer *add_qer(struct dp_session *s)
{
	s->qer_count = 1;
	s->qer[0] = (struct dp_qer){.id = 5, DP_QER_OPEN};
	s->pdr[0].qer_count = s->pdr[1].qer_count = 1;
	return &s->qer[0];
}

static struct dp_urr *add_urr(struct dp_session *s)
{
	s->urr_count = s->pdr[0].urr_count = 1;
	s->urr[0] = (struct dp_urr){.id = 6, DP_URR_NO_LIMITS};
	return &s->urr[0];
}

/* Downlink of a UPF is copied to where it goes */
static struct dp_far *duplicate(struct dp_session *s)
{
	s->far[1].duplicate_count = 1;
	s->far[1].duplicate[0] = s->far[1].to;
	return &s->far[1];
}

CHANGE(nothing, (void)s)
CHANGE(id_0, s->id = 0)
CHANGE(many_pdrs, s->pdr_count = DP_PDRS_MAX + 1)
CHANGE(many_fars, s->far_count = DP_FARS_MAX + 1)
CHANGE(many_qers, s->qer_count = DP_QERS_MAX + 1)
CHANGE(many_urrs, s->urr_count = DP_URRS_MAX + 1)
CHANGE(many_filters, s->filter_count = DP_FILTERS_MAX + 1)
CHANGE(many_ues, s->ue_count = DP_PREFIXES_MAX + 1)
CHANGE(small_mtu, s->mtu = 67)
CHANGE(ue_bits, s->ue[0].len = 24)
CHANGE(ue_long, s->ue[0].len = 33)
CHANGE(ue_none, s->ue[0].addr.family = AF_UNSPEC)
CHANGE(ue_0, s->ue[0].addr = ip4(0))
CHANGE(ue_group, s->ue[0].addr = ip4(0xe0000001))
CHANGE(route, s->ue[0] = (struct dp_prefix){.addr = ip4(0), .len = 0})
CHANGE(no_far, s->pdr[0].far = 2)
CHANGE(no_qer, s->pdr[0].qer_count = 1)
CHANGE(second_qer, add_qer(s); s->pdr[1].qer_count = 2; s->pdr[1].qer[1] = 1)
CHANGE(nine_qers, add_qer(s); s->pdr[0].qer_count = DP_REFS_MAX + 1)
CHANGE(no_urr, s->pdr[0].urr_count = 1)
CHANGE(nine_urrs, add_urr(s); s->pdr[0].urr_count = DP_REFS_MAX + 1)
CHANGE(no_filter, s->pdr[0].filter_count = 1; s->filter[0].flags = IPFILTER_PACKED_UPLINK)
/* the first is another PDR's */
CHANGE(filters, s->filter_count = 3; s->pdr[0].filter_first = 1; s->pdr[0].filter_count = 2;
       s->filter[1].flags = s->filter[2].flags = IPFILTER_PACKED_UPLINK)
CHANGE(filter_turned, filters(s); s->filter[2].flags = IPFILTER_PACKED_IP4)
CHANGE(downlink_filter_turned, s->filter_count = s->pdr[1].filter_count = 1;
       s->filter[0].flags = IPFILTER_PACKED_UPLINK)
CHANGE(last_filter, filters(s); s->filter_count = 2)
CHANGE(no_ue_there, s->pdr[0].ue = 2)
CHANGE(no_ue_31, s->pdr[1].ue = 1u << 31)
CHANGE(no_direction, s->pdr[0].direction = (enum dp_direction)2)
CHANGE(turned, s->pdr[1].direction = !s->pdr[1].direction)
CHANGE(plain_qfi, s->pdr[1].qfis = 1ull << 9)
CHANGE(plain_hold, s->pdr[1].hold = 1)
CHANGE(uplink_rqi, s->pdr[0].mark = (struct dp_mark){.qfi = 9, .rqi = true})
CHANGE(uplink_ppi, s->pdr[0].mark = (struct dp_mark){.qfi = 9, .has_ppi = true})
CHANGE(no_hold, s->pdr[0].hold = 1)
CHANGE(last_hold, s->pdr[0].hold = DP_HOLDS_MAX)
CHANGE(big_hold, s->pdr[0].hold = DP_HOLDS_MAX + 1)
CHANGE(no_teid, s->pdr[0].teid = 0)
CHANGE(outer_kept, s->pdr[0].remove_outer = false)
CHANGE(no_ue, s->pdr[1].ue = 0)
CHANGE(from_instance, s->pdr[1].instance = 1)
CHANGE(to_instance, s->far[0].to.instance = 1)
CHANGE(by_local, s->far[1].to.local = 1)
CHANGE(from_radio, s->pdr[1].source = DP_RADIO)
CHANGE(from_n6, s->pdr[1].source = DP_N6)
CHANGE(to_radio, s->far[0].to.interface = DP_RADIO)
CHANGE(to_n6, s->far[0].to.interface = DP_N6)
CHANGE(no_bearer, s->bearer.ifindex = 0)
CHANGE(big_qfi, s->pdr[1].mark.qfi = 64)
CHANGE(big_ppi, s->pdr[1].mark.ppi = 8)
CHANGE(no_peer, s->far[1].to.peer = (struct dp_addr){0})
CHANGE(peer_0, s->far[1].to.peer = ip4(0))
CHANGE(peer_group, s->far[1].to.peer = ip4(0xe0000001))
CHANGE(peer_version, s->far[1].to.peer = ip6(1))
CHANGE(no_peer_teid, s->far[1].to.teid = 0)
CHANGE(copied, duplicate(s))
CHANGE(copied_nowhere, duplicate(s)->duplicate[0].teid = 0)
CHANGE(drops_copied_nowhere, duplicate(s)->action = DP_DROP; s->far[1].duplicate[0].teid = 0)
CHANGE(copied_back, duplicate(s)->duplicate[0] = s->far[0].to)
CHANGE(drops_copied_back, copied_back(s); s->far[1].action = DP_DROP)
CHANGE(uplink_copied, s->far[0].duplicate_count = 1; s->far[0].duplicate[0] = s->far[0].to)
CHANGE(many_copies, duplicate(s)->duplicate_count = DP_DUPLICATES_MAX + 1)
CHANGE(same_pdr_id, s->pdr[1].id = 1)
CHANGE(same_far_id, s->far[1].id = 1)
CHANGE(same_qer_id, add_qer(s); s->qer[1] = s->qer[0]; s->qer_count = 2)
CHANGE(same_urr_id, add_urr(s); s->urr[1] = s->urr[0]; s->urr_count = 2)
CHANGE(gbr, add_qer(s)->gbr_kbps[DP_UPLINK] = 1000)
CHANGE(gbr_at_mbr, gbr(s); s->qer[0].mbr_kbps[DP_UPLINK] = 1000)
CHANGE(gbr_over_mbr, gbr(s); s->qer[0].mbr_kbps[DP_UPLINK] = 999)
CHANGE(over_far, add_urr(s)->over = 1)
CHANGE(over_no_far, add_urr(s)->over = 2)
CHANGE(downlink_over, over_far(s); s->pdr[1].urr_count = 1)
CHANGE(downlink_over_back, downlink_over(s); s->urr[0].over = 0)
CHANGE(n6_to_n6, s->pdr[1].far = 0)
CHANGE(n9, s->pdr[0].far = 1)
CHANGE(n9_downlink, n9(s); s->pdr[0].direction = DP_DOWNLINK)
CHANGE(no_rules, s->pdr_count = s->far_count = 0)
CHANGE(unknown_source, s->pdr[0].source = (enum dp_interface)9)
CHANGE(unknown_destination, s->far[0].to.interface = (enum dp_interface)9)
CHANGE(unknown_action, s->far[0].action = (enum dp_action)9)
CHANGE(downlink_drops, s->far[1] = (struct dp_far){.id = 2, .action = DP_DROP})
CHANGE(downlink_waits, s->far[1] = (struct dp_far){.id = 2, .action = DP_BUFFER})

static const struct change_row check_rows[] = {
	{"right", DP_ROLE_UPF, nothing, 0, 0, 0},
	{"right", DP_ROLE_GNB, nothing, 0, 0, 0},
	{"no rules at all", DP_ROLE_UPF, no_rules, 0, 0, 0},
	{"N9", DP_ROLE_UPF, n9, 0, 0, 0},
	{"N9, downlink", DP_ROLE_UPF, n9_downlink, 0, 0, 0},
	{"a FAR that drops needs no peer", DP_ROLE_UPF, downlink_drops, 0, 0, 0},
	{"nor one that buffers", DP_ROLE_UPF, downlink_waits, 0, 0, 0},
	{"every route", DP_ROLE_UPF, route, 0, 0, 0},
	{"two filters", DP_ROLE_UPF, filters, 0, 0, 0},
	{"the last hold", DP_ROLE_GNB, last_hold, 0, 0, 0},
	{"a duplicate", DP_ROLE_UPF, copied, 0, 0, 0},
	{"a duplicate to N6, of uplink", DP_ROLE_UPF, uplink_copied, 0, 0, 0},
	{"GBR without an MBR", DP_ROLE_UPF, gbr, 0, 0, 0},
	{"GBR of all the MBR", DP_ROLE_UPF, gbr_at_mbr, 0, 0, 0},
	{"over quota by a FAR", DP_ROLE_UPF, over_far, 0, 0, 0},
	{"so is downlink", DP_ROLE_UPF, downlink_over, 0, 0, 0},
	/* the session */
	{"session id 0", DP_ROLE_UPF, id_0, -EINVAL, DP_ERROR_SESSION, 0},
	{"33 PDRs", DP_ROLE_UPF, many_pdrs, -EINVAL, DP_ERROR_SESSION, 0},
	{"33 FARs", DP_ROLE_UPF, many_fars, -EINVAL, DP_ERROR_SESSION, 0},
	{"17 QERs", DP_ROLE_UPF, many_qers, -EINVAL, DP_ERROR_SESSION, 0},
	{"33 URRs", DP_ROLE_UPF, many_urrs, -EINVAL, DP_ERROR_SESSION, 0},
	{"129 filters", DP_ROLE_UPF, many_filters, -EINVAL, DP_ERROR_SESSION, 0},
	{"17 UE addresses", DP_ROLE_UPF, many_ues, -EINVAL, DP_ERROR_SESSION, 0},
	{"MTU 67", DP_ROLE_UPF, small_mtu, -EINVAL, DP_ERROR_SESSION, 0},
	{"UE prefix with bits beyond its length", DP_ROLE_UPF, ue_bits, -EINVAL, DP_ERROR_SESSION,
	 0},
	{"UE prefix of 33 bits", DP_ROLE_UPF, ue_long, -EINVAL, DP_ERROR_SESSION, 0},
	{"UE address of no version", DP_ROLE_UPF, ue_none, -EINVAL, DP_ERROR_SESSION, 0},
	{"UE address 0.0.0.0", DP_ROLE_UPF, ue_0, -EINVAL, DP_ERROR_SESSION, 0},
	{"UE address 224.0.0.1", DP_ROLE_UPF, ue_group, -EINVAL, DP_ERROR_SESSION, 0},
	/* what a PDR names */
	{"no FAR", DP_ROLE_UPF, no_far, -EINVAL, DP_ERROR_PDR, 1},
	{"no QER", DP_ROLE_UPF, no_qer, -EINVAL, DP_ERROR_PDR, 1},
	{"one QER of two", DP_ROLE_UPF, second_qer, -EINVAL, DP_ERROR_PDR, 2},
	{"nine QERs", DP_ROLE_UPF, nine_qers, -EINVAL, DP_ERROR_PDR, 1},
	{"no URR", DP_ROLE_UPF, no_urr, -EINVAL, DP_ERROR_PDR, 1},
	{"nine URRs", DP_ROLE_UPF, nine_urrs, -EINVAL, DP_ERROR_PDR, 1},
	{"no filter", DP_ROLE_UPF, no_filter, -EINVAL, DP_ERROR_PDR, 1},
	{"one filter of two", DP_ROLE_UPF, last_filter, -EINVAL, DP_ERROR_PDR, 1},
	{"an uplink filter of two is for downlink", DP_ROLE_UPF, filter_turned, -EINVAL,
	 DP_ERROR_PDR, 1},
	{"a downlink filter is for uplink", DP_ROLE_UPF, downlink_filter_turned, -EINVAL,
	 DP_ERROR_PDR, 2},
	{"a UE address that isn't there", DP_ROLE_UPF, no_ue_there, -EINVAL, DP_ERROR_PDR, 1},
	{"the 32nd UE address", DP_ROLE_UPF, no_ue_31, -EINVAL, DP_ERROR_PDR, 2},
	{"a hold in a UPF", DP_ROLE_UPF, no_hold, -EINVAL, DP_ERROR_PDR, 1},
	{"hold 513", DP_ROLE_GNB, big_hold, -EINVAL, DP_ERROR_PDR, 1},
	/* a PDR itself */
	{"neither uplink nor downlink", DP_ROLE_UPF, no_direction, -EINVAL, DP_ERROR_PDR, 1},
	{"uplink from N6", DP_ROLE_UPF, turned, -EINVAL, DP_ERROR_PDR, 2},
	{"downlink from the radio", DP_ROLE_GNB, turned, -EINVAL, DP_ERROR_PDR, 2},
	{"no TEID", DP_ROLE_UPF, no_teid, -EINVAL, DP_ERROR_PDR, 1},
	{"outer header kept", DP_ROLE_UPF, outer_kept, -EINVAL, DP_ERROR_PDR, 1},
	{"N6 without a UE address", DP_ROLE_UPF, no_ue, -EINVAL, DP_ERROR_PDR, 2},
	{"N6 of another instance", DP_ROLE_UPF, from_instance, -EINVAL, DP_ERROR_PDR, 2},
	{"radio in a UPF", DP_ROLE_UPF, from_radio, -EINVAL, DP_ERROR_PDR, 2},
	{"N6 in a gNB", DP_ROLE_GNB, from_n6, -EINVAL, DP_ERROR_PDR, 2},
	{"QFI 64 to mark", DP_ROLE_UPF, big_qfi, -EINVAL, DP_ERROR_PDR, 2},
	{"paging policy 8", DP_ROLE_UPF, big_ppi, -EINVAL, DP_ERROR_PDR, 2},
	{"reflective QoS, uplink", DP_ROLE_UPF, uplink_rqi, -EINVAL, DP_ERROR_PDR, 1},
	{"paging policy, uplink", DP_ROLE_UPF, uplink_ppi, -EINVAL, DP_ERROR_PDR, 1},
	{"QFIs to match from N6", DP_ROLE_UPF, plain_qfi, -EINVAL, DP_ERROR_PDR, 2},
	{"QFIs to match from the radio", DP_ROLE_GNB, plain_qfi, -EINVAL, DP_ERROR_PDR, 2},
	{"a hold of what comes from the radio", DP_ROLE_GNB, plain_hold, -EINVAL, DP_ERROR_PDR, 2},
	{"two PDRs of one id", DP_ROLE_UPF, same_pdr_id, -EINVAL, DP_ERROR_PDR, 1},
	{"N6 to N6", DP_ROLE_UPF, n6_to_n6, -EINVAL, DP_ERROR_PDR, 2},
	{"a duplicate from N6 to N6", DP_ROLE_UPF, copied_back, -EINVAL, DP_ERROR_PDR, 2},
	{"also of a FAR that drops", DP_ROLE_UPF, drops_copied_back, -EINVAL, DP_ERROR_PDR, 2},
	{"a duplicate from radio to radio", DP_ROLE_GNB, copied_back, -EINVAL, DP_ERROR_PDR, 2},
	{"over quota from N6 to N6", DP_ROLE_UPF, downlink_over_back, -EINVAL, DP_ERROR_PDR, 2},
	{"unknown source", DP_ROLE_UPF, unknown_source, -EINVAL, DP_ERROR_PDR, 1},
	/* a FAR */
	{"to the radio in a UPF", DP_ROLE_UPF, to_radio, -EINVAL, DP_ERROR_FAR, 1},
	{"to N6 in a gNB", DP_ROLE_GNB, to_n6, -EINVAL, DP_ERROR_FAR, 1},
	{"to N6 of another instance", DP_ROLE_UPF, to_instance, -EINVAL, DP_ERROR_FAR, 1},
	{"no bearer", DP_ROLE_GNB, no_bearer, -EINVAL, DP_ERROR_FAR, 1},
	{"a local address that isn't there", DP_ROLE_UPF, by_local, -EINVAL, DP_ERROR_FAR, 2},
	{"no peer", DP_ROLE_UPF, no_peer, -EINVAL, DP_ERROR_FAR, 2},
	{"peer 0.0.0.0", DP_ROLE_UPF, peer_0, -EINVAL, DP_ERROR_FAR, 2},
	{"peer 224.0.0.1", DP_ROLE_UPF, peer_group, -EINVAL, DP_ERROR_FAR, 2},
	{"an IPv6 peer of an IPv4 address", DP_ROLE_UPF, peer_version, -EINVAL, DP_ERROR_FAR, 2},
	{"no peer TEID", DP_ROLE_UPF, no_peer_teid, -EINVAL, DP_ERROR_FAR, 2},
	{"a duplicate to nobody", DP_ROLE_UPF, copied_nowhere, -EINVAL, DP_ERROR_FAR, 2},
	{"also of a FAR that drops", DP_ROLE_UPF, drops_copied_nowhere, -EINVAL, DP_ERROR_FAR, 2},
	{"three duplicates", DP_ROLE_UPF, many_copies, -EINVAL, DP_ERROR_FAR, 2},
	{"two FARs of one id", DP_ROLE_UPF, same_far_id, -EINVAL, DP_ERROR_FAR, 1},
	{"unknown destination", DP_ROLE_UPF, unknown_destination, -EINVAL, DP_ERROR_FAR, 1},
	{"unknown action", DP_ROLE_UPF, unknown_action, -EINVAL, DP_ERROR_FAR, 1},
	/* a QER, a URR */
	{"two QERs of one id", DP_ROLE_UPF, same_qer_id, -EINVAL, DP_ERROR_QER, 5},
	{"GBR over the MBR", DP_ROLE_UPF, gbr_over_mbr, -EINVAL, DP_ERROR_QER, 5},
	{"two URRs of one id", DP_ROLE_UPF, same_urr_id, -EINVAL, DP_ERROR_URR, 6},
	{"over quota by no FAR", DP_ROLE_UPF, over_no_far, -EINVAL, DP_ERROR_URR, 6},
};

static void session_check(void **state)
{
	for (size_t i = 0; i < SIZE(check_rows); i++) {
		const struct change_row *row = &check_rows[i];
		const struct dp_config config = config_of(row->role);
		struct dp_session s = session_of(row->role);
		struct dp_error err = {0};

		row->change(&s);
		if (dp_session_check(&config, &s, &err) != row->rc || (int)err.what != row->what ||
		    err.rule_id != row->rule_id)
			fail_msg("row %zu, %s: %d, rule %u: %s", i, row->name, err.what,
				 err.rule_id, err.text);
	}
}

static void volume_is_none(const struct dp_volume *volume)
{
	assert_true(volume->total == UINT64_MAX && volume->way[DP_UPLINK] == UINT64_MAX &&
		    volume->way[DP_DOWNLINK] == UINT64_MAX);
}

/* Zero would be a limit, and a FAR */
static void without_limits(void **state)
{
	struct dp_session s = upf_session(1);
	const struct dp_qer *qer = add_qer(&s);
	const struct dp_urr *urr = add_urr(&s);

	for (size_t way = 0; way < 2; way++)
		assert_true(!qer->closed[way] && qer->mbr_kbps[way] == UINT64_MAX &&
			    qer->gbr_kbps[way] == UINT64_MAX);
	volume_is_none(&urr->limits.notify);
	volume_is_none(&urr->limits.quota);
	volume_is_none(&urr->limits.quota_packets);
	volume_is_none(&urr->limits.notify_packets);
	assert_false(urr->limits.start || urr->limits.closed);
	assert_int_equal(urr->over, DP_OVER_DROP);
}

/* Whatever the back ends can do */
static void session_of_ip6(void **state)
{
	struct dp_config config = config_of(DP_ROLE_UPF);
	struct dp_session s = upf_session(1);
	struct dp_error err;

	config.local[0].addr = ip6(1);
	s.far[1].to.peer = ip6(2);
	s.ue[0] = (struct dp_prefix){.addr = ip6(0), .len = 64};
	assert_int_equal(dp_session_check(&config, &s, &err), 0);
	s.ue[0].addr = ip6(1);
	assert_int_equal(dp_session_check(&config, &s, &err), -EINVAL);
	s.ue[0].len = 128;
	assert_int_equal(dp_session_check(&config, &s, &err), 0);
	s.far[1].to.peer = ip4(0x0a650101);
	assert_int_equal(dp_session_check(&config, &s, &err), -EINVAL);
	assert_int_equal(err.what, DP_ERROR_FAR);
}

/* ---- what the gtp driver can do ---- */

CHANGE(mark, s->pdr[1].mark.qfi = 9)
CHANGE(match, s->pdr[0].qfis = 1ull << 9)
CHANGE(uplink_drops, s->far[0].action = DP_DROP)
CHANGE(uplink_shut, add_qer(s)->closed[DP_UPLINK] = true)
CHANGE(downlink_shut, add_qer(s)->closed[DP_DOWNLINK] = true)
CHANGE(downlink_shut_drops, downlink_shut(s); downlink_drops(s))
CHANGE(downlink_shut_marked, downlink_shut(s); mark(s))
CHANGE(second_pdr, s->pdr[2] = s->pdr[1]; s->pdr[2].id = 3; s->pdr_count = 3)
CHANGE(other_ue, s->ue[1] = s->ue[0]; s->ue[1].addr.ip4.s_addr++; s->ue_count = 2; s->pdr[1].ue = 2)
CHANGE(forwards, s->far[0] = s->far[1]; s->far[0].id = 1; s->far[0].to.teid = 0x7001)
CHANGE(forwards_marked, forwards(s); s->pdr[0].mark.qfi = 9)
CHANGE(second_teid, s->pdr[2] = s->pdr[0]; s->pdr[2].id = 3; s->pdr[2].teid++; s->pdr_count = 3)
CHANGE(second_teid_held, second_teid(s); s->pdr[2].hold = 1)
CHANGE(tail, s->far[0] = s->far[1]; s->far[0].id = 1; s->pdr_count = 1)
CHANGE(nobody, s->pdr[0].ue = s->pdr[1].ue = 0)
CHANGE(one_pdr, s->pdr_count = 1)

/* rc 1: accepted, but half: no context yet */
static const struct change_row map_rows[] = {
	{"right", DP_ROLE_UPF, nothing, 0, 0, 0},
	{"right", DP_ROLE_GNB, nothing, 0, 0, 0},
	{"downlink drops: half", DP_ROLE_UPF, downlink_drops, 1, 0, 0},
	{"downlink is shut: half", DP_ROLE_UPF, downlink_shut, 1, 0, 0},
	{"and would be marked: half", DP_ROLE_UPF, downlink_shut_marked, 1, 0, 0},
	{"uplink alone: half", DP_ROLE_UPF, one_pdr, 1, 0, 0},
	{"no rules: half", DP_ROLE_UPF, no_rules, 1, 0, 0},
	{"QFI to mark", DP_ROLE_UPF, mark, -EOPNOTSUPP, DP_ERROR_PDR, 2},
	{"QFI to match", DP_ROLE_UPF, match, -EOPNOTSUPP, DP_ERROR_PDR, 1},
	{"uplink drops", DP_ROLE_UPF, uplink_drops, -EOPNOTSUPP, DP_ERROR_FAR, 1},
	{"uplink is shut", DP_ROLE_UPF, uplink_shut, -EOPNOTSUPP, DP_ERROR_QER, 5},
	{"N9", DP_ROLE_UPF, n9, -EOPNOTSUPP, DP_ERROR_FAR, 2},
	{"a second PDR", DP_ROLE_UPF, second_pdr, -EOPNOTSUPP, DP_ERROR_PDR, 3},
	{"two UE addresses", DP_ROLE_UPF, other_ue, -EOPNOTSUPP, DP_ERROR_PDR, 2},
	{"no UE address", DP_ROLE_GNB, nobody, -EOPNOTSUPP, DP_ERROR_PDR, 2},
	{"to another gNB", DP_ROLE_GNB, forwards, 0, 0, 0},
	{"to another gNB, marked", DP_ROLE_GNB, forwards_marked, -EOPNOTSUPP, DP_ERROR_PDR, 1},
	{"from another gNB", DP_ROLE_GNB, second_teid_held, 0, 0, 0},
	{"a second TEID", DP_ROLE_GNB, second_teid, -EOPNOTSUPP, DP_ERROR_PDR, 3},
	{"what is left of a UE that is gone: half", DP_ROLE_GNB, tail, 1, 0, 0},
};

static void driver_map(void **state)
{
	for (size_t i = 0; i < SIZE(map_rows); i++) {
		const struct change_row *row = &map_rows[i];
		struct dp_session s = session_of(row->role);
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

/* What is kept of a rule set, for the packets that come up to the socket */
static void driver_session(void **state)
{
	struct gtp_session *made;
	struct dp_session s = gnb_session(1);
	struct gtp_plan plan;

	forwards(&s);
	second_teid_held(&s);
	assert_int_equal(gtp_session_map(DP_ROLE_GNB, &s, &plan, NULL), 0);
	s.mtu = 1400;
	made = gtp_session_new(&s, &plan);
	assert_non_null(made);
	assert_true(made->plan.whole && made->plan.forwards);
	assert_int_equal(made->plan.forward.peer_teid, 0x7001);
	assert_int_equal(made->mtu, 1400);
	assert_memory_equal(made->bearer.ue_mac, s.bearer.ue_mac, sizeof(s.bearer.ue_mac));
	assert_int_equal(made->stray_count, 2);
	assert_int_equal(made->stray[0].teid, 0x1001);
	assert_int_equal(made->stray[1].teid, 0x1002);
	assert_int_equal(made->stray[1].hold, 1);
	assert_true(made->stray[0].forwards);
	assert_int_equal(made->stray[0].peer_teid, 0x7001);
	assert_int_equal(made->stray[0].peer.s_addr, htonl(0x0a650101));
	free(made);
}

static const struct half_row {
	const char *name;
	void (*change)(struct dp_session *s);
	enum dp_drop lack;
} half_rows[] = {
	{"no downlink PDR", one_pdr, DP_DROP_NO_MATCH},
	{"its FAR drops", downlink_drops, DP_DROP_ACTION},
	{"its gate is closed", downlink_shut, DP_DROP_GATE},
	{"both", downlink_shut_drops, DP_DROP_GATE},
};

/* Uplink of a session that has no context comes up to the socket, and is dropped for what downlink
 * lacks. */
static void half_is_told(void **state)
{
	for (size_t i = 0; i < SIZE(half_rows); i++) {
		const struct gtpu_msg msg = {.header.teid = 0x1001};
		struct dp_session s = upf_session(1);
		struct dataplane dp = {0};
		struct dp_entry entry = {.id = 1};
		struct gtp_plan plan;
		uint64_t sum = 0;

		half_rows[i].change(&s);
		assert_int_equal(gtp_session_map(DP_ROLE_UPF, &s, &plan, NULL), 0);
		assert_false(plan.whole);
		entry.state = gtp_session_new(&s, &plan);
		assert_non_null(entry.state);
		gtp_stray(&dp, &entry, &msg);
		for (size_t reason = 0; reason < DP_DROP_REASONS; reason++)
			sum += dp.drops[reason];
		if (sum != 1 || dp.drops[half_rows[i].lack] != 1)
			fail_msg("row %zu, %s", i, half_rows[i].name);
		free(entry.state);
	}
}

/* ---- what back ends lack ---- */

CHANGE(filter, s->filter_count = s->pdr[1].filter_count = 1)
CHANGE(ue_ip6, s->ue[0] = (struct dp_prefix){.addr = ip6(1), .len = 128})
CHANGE(ue_route, s->ue[0] = (struct dp_prefix){.addr = ip4(0x0a3c0200), .len = 24})
CHANGE(two_ues, other_ue(s); s->pdr[1].ue = 3)
CHANGE(told, s->far[1].notify = true)
CHANGE(tos, s->far[1].to.set_tos = true)
CHANGE(mbr, add_qer(s)->mbr_kbps[DP_DOWNLINK] = 1000)
CHANGE(usage, add_urr(s))

static const struct need_row {
	const char *name;
	void (*change)(struct dp_session *s);
	int what;
	uint32_t rule_id;
	const char *says;
	unsigned lack; /* enum dp_need */
} need_rows[] = {
	{"SDF filter", filter, DP_ERROR_PDR, 2, "look at SDF filters", DP_NEED_FILTERS},
	{"QFI to match", match, DP_ERROR_PDR, 1, "look at the QFI", DP_NEED_QFI},
	{"QFI to mark", mark, DP_ERROR_PDR, 2, "mark the QFI", DP_NEED_MARK},
	{"IPv6 of a UE", ue_ip6, DP_ERROR_PDR, 1, "carry IPv6", DP_NEED_IP6},
	{"IPv6 to a peer", peer_version, DP_ERROR_FAR, 2, "carry IPv6", DP_NEED_IP6},
	{"framed route", ue_route, DP_ERROR_PDR, 1, "serve prefixes", DP_NEED_PREFIXES},
	{"two addresses", two_ues, DP_ERROR_PDR, 2, "serve prefixes", DP_NEED_PREFIXES},
	{"buffer", downlink_waits, DP_ERROR_FAR, 2, "buffer", DP_NEED_BUFFER},
	{"notify", told, DP_ERROR_FAR, 2, "tell of downlink data", DP_NEED_NOTIFY},
	{"duplicate", copied, DP_ERROR_FAR, 2, "duplicate", DP_NEED_DUPLICATES},
	{"outer header's class", tos, DP_ERROR_FAR, 2, "mark the outer header", DP_NEED_TOS},
	{"MBR", mbr, DP_ERROR_QER, 5, "limit bit rates", DP_NEED_RATES},
	{"GBR", gbr, DP_ERROR_QER, 5, "limit bit rates", DP_NEED_RATES},
	{"usage", usage, DP_ERROR_URR, 6, "count for a URR", DP_NEED_USAGE},
};

static void needs_of_the_driver(void **state)
{
	for (size_t i = 0; i < SIZE(need_rows); i++) {
		const struct need_row *row = &need_rows[i];
		struct dp_session s = upf_session(1);
		struct dp_error err = {0};
		struct gtp_plan plan;
		char says[sizeof(err.text)];

		row->change(&s);
		snprintf(says, sizeof(says), "the gtp driver can't %s", row->says);
		if (gtp_session_map(DP_ROLE_UPF, &s, &plan, &err) != -EOPNOTSUPP ||
		    (int)err.what != row->what || err.rule_id != row->rule_id ||
		    !strstr(err.text, says))
			fail_msg("row %zu, %s: %d, rule %u: %s", i, row->name, err.what,
				 err.rule_id, err.text);
		assert_false(plan.whole);
	}
}

/* What is refused is what was said to be lacking, and nothing is when that isn't. */
static void refusals_by_need(void **state)
{
	struct dp_session over = upf_session(1);
	struct dp_error over_err;

	for (size_t i = 0; i < SIZE(need_rows); i++) {
		const struct need_row *row = &need_rows[i];
		struct dp_session s = upf_session(1);
		struct dp_error err = {0};
		char says[sizeof(err.text)];

		row->change(&s);
		snprintf(says, sizeof(says), "nobody can't %s", row->says);
		if (dp_session_refuse(&s, ~row->lack, "nobody", NULL) ||
		    dp_session_refuse(&s, row->lack, "nobody", &err) != -EOPNOTSUPP ||
		    (int)err.what != row->what || err.rule_id != row->rule_id ||
		    !strstr(err.text, says))
			fail_msg("row %zu, %s: %d, rule %u: %s", i, row->name, err.what,
				 err.rule_id, err.text);
	}
	/* counting it is another need */
	over_far(&over);
	assert_int_equal(dp_session_refuse(&over, DP_NEED_OVER, "nobody", &over_err), -EOPNOTSUPP);
	assert_true(over_err.what == DP_ERROR_URR && over_err.rule_id == 6);
	assert_non_null(strstr(over_err.text, "by another FAR"));
}

/* Into a back end without room for a session: that is what those are refused for that could be
 * done. Somebody has buffered before, so that no wire is looked for. */
static int ebpf_apply(enum dp_role role, const struct dp_session *s, struct dp_error *ret_err)
{
	enum { PEERS = 8 };
	static const struct ebpf_local local[DP_LOCALS_MAX] = {{.ifindex = 3}};
	static struct ebpf_peer map[PEERS];
	static struct ebpf e;
	struct dataplane dp = {.config = config_of(role), .state = &e, .n3 = {{.mtu = 1500}}};
	struct dp_entry entry = {.id = s->id, .slot = DP_NO_SLOT};
	struct dp_keys keys;
	int rc;

	e.buffer = (struct buffer *)&e;
	e.rules.ways = (struct ways){&dp.config, local, &e.rules.peers};
	assert_int_equal(peers_init(&e.rules.peers, map, PEERS), 0);
	assert_int_equal(dp_session_keys(s, &keys, NULL), 0);
	rc = dp_backend_ebpf.apply(&dp, &entry, s, &keys, ret_err);
	assert_null(e.rules.peers.all); /* whatever was taken was given back */
	peers_done(&e.rules.peers);
	return rc;
}

static void needs_of_ebpf(void **state)
{
	for (size_t i = 0; i < SIZE(need_rows); i++) {
		const struct need_row *row = &need_rows[i];
		struct dp_session s = upf_session(1);
		struct dp_error err = {0};
		int rc;

		row->change(&s);
		rc = ebpf_apply(DP_ROLE_UPF, &s, &err);
		/* without an IPv6 pool nothing leads a packet here */
		if (row->what != DP_ERROR_PDR || row->lack != DP_NEED_IP6
			    ? rc != -ENOSPC
			    : rc != -EOPNOTSUPP || !strstr(err.text, "has no IPv6 pool"))
			fail_msg("row %zu, %s: %d, %d, rule %u: %s", i, row->name, rc, err.what,
				 err.rule_id, err.text);
	}
}

static void pdrs(struct dp_session *s, uint8_t count)
{
	for (; s->pdr_count < count; s->pdr_count++) {
		s->pdr[s->pdr_count] = s->pdr[1];
		s->pdr[s->pdr_count].id = s->pdr_count + 1u;
	}
}

static void eight_pdrs(struct dp_session *s)
{
	pdrs(s, 8);
}

/* So many QERs with both rates, all of them the first PDR's; the second's as well */
static void rates(struct dp_session *s, uint8_t count, bool guaranteed)
{
	for (uint8_t i = 0; i < count; i++) {
		s->qer[i] = (struct dp_qer){.id = 5u + i, DP_QER_OPEN};
		s->qer[i].mbr_kbps[DP_UPLINK] = 1000;
		if (guaranteed)
			s->qer[i].gbr_kbps[DP_UPLINK] = 500;
		s->pdr[0].qer[i] = i;
	}
	s->qer_count = s->pdr[0].qer_count = count;
}

static void urrs(struct dp_session *s, uint8_t count, uint8_t of_pdr)
{
	for (uint8_t i = 0; i < count; i++)
		s->urr[i] = (struct dp_urr){.id = 6u + i, DP_URR_NO_LIMITS};
	for (uint8_t i = 0; i < of_pdr; i++)
		s->pdr[0].urr[i] = i;
	s->urr_count = count;
	s->pdr[0].urr_count = of_pdr;
}

/* Three limits each, in octets */
static void quotas(struct dp_session *s, uint8_t count, uint8_t of_pdr)
{
	urrs(s, count, of_pdr);
	for (uint8_t i = 0; i < count; i++)
		s->urr[i].limits.quota = (struct dp_volume){9, {9, 9}};
}

/* As many as a session may have; each is an entry of its own */
static void filters_each(struct dp_session *s, uint8_t of_pdr)
{
	s->filter_count = DP_FILTERS_MAX;
	s->pdr[1].filter_count = of_pdr;
}

CHANGE(qfi_63, s->pdr[0].qfis = 1ull << 63)
CHANGE(two_qfis, s->pdr[0].qfis = 1ull << 9 | 1ull << 63)
CHANGE(rqi, mark(s); s->pdr[1].mark.rqi = true)
CHANGE(ppi, mark(s); s->pdr[1].mark.has_ppi = true)
CHANGE(ue_by_n3, s->pdr[0].ue = 1)
CHANGE(all_pdrs, pdrs(s, DP_PDRS_MAX))
CHANGE(four_rates, rates(s, 4, false))
CHANGE(five_rates, rates(s, 5, false))
CHANGE(two_guarantees, rates(s, 2, true))
CHANGE(three_guarantees, rates(s, 3, true))
CHANGE(four_urrs, urrs(s, 4, 4))
CHANGE(five_urrs, urrs(s, 5, 5))
CHANGE(three_limits, quotas(s, 1, 1))
CHANGE(six_limits, quotas(s, 2, 2))
CHANGE(limits_66, quotas(s, 22, 1))
CHANGE(limits_69, quotas(s, 23, 1))
CHANGE(all_filters, filters_each(s, DP_FILTERS_MAX))
CHANGE(filters_160, filters_each(s, 80); s->pdr[2] = s->pdr[1]; s->pdr[2].id = 3;
       s->pdr[0] = s->pdr[2]; s->pdr[0].id = 1; s->pdr_count = 2)
CHANGE(filters_161, filters_160(s); s->pdr[2] = s->pdr[1]; s->pdr[2].id = 3;
       s->pdr[2].filter_count = 1; s->pdr_count = 3)
CHANGE(copies_160, filters_160(s); s->pdr[0].filter_count = s->pdr[1].filter_count = 40; copied(s))
CHANGE(copies_162, copies_160(s); s->pdr[1].filter_count = 41)

/* Beyond needs; -ENOSPC: that it can */
static const struct change_row ebpf_rows[] = {
	{"right", DP_ROLE_UPF, nothing, -ENOSPC, DP_ERROR_SESSION, 0},
	{"right", DP_ROLE_GNB, nothing, -ENOSPC, DP_ERROR_SESSION, 0},
	{"N9", DP_ROLE_UPF, n9, -ENOSPC, DP_ERROR_SESSION, 0},
	{"a closed gate", DP_ROLE_UPF, uplink_shut, -ENOSPC, DP_ERROR_SESSION, 0},
	{"uplink drops", DP_ROLE_UPF, uplink_drops, -ENOSPC, DP_ERROR_SESSION, 0},
	{"32 PDRs", DP_ROLE_UPF, all_pdrs, -ENOSPC, DP_ERROR_SESSION, 0},
	{"QFI 63", DP_ROLE_UPF, qfi_63, -ENOSPC, DP_ERROR_SESSION, 0},
	{"two QFIs", DP_ROLE_UPF, two_qfis, -ENOSPC, DP_ERROR_SESSION, 0},
	{"reflective QoS", DP_ROLE_UPF, rqi, -ENOSPC, DP_ERROR_SESSION, 0},
	{"paging policy", DP_ROLE_UPF, ppi, -ENOSPC, DP_ERROR_SESSION, 0},
	{"the UE's address, downlink from N3", DP_ROLE_GNB, ue_by_n3, -ENOSPC, DP_ERROR_SESSION, 0},
	{"four rates", DP_ROLE_UPF, four_rates, -ENOSPC, DP_ERROR_SESSION, 0},
	{"five rates", DP_ROLE_UPF, five_rates, -EOPNOTSUPP, DP_ERROR_PDR, 1},
	{"two rates, two guarantees", DP_ROLE_UPF, two_guarantees, -ENOSPC, DP_ERROR_SESSION, 0},
	{"three each", DP_ROLE_UPF, three_guarantees, -EOPNOTSUPP, DP_ERROR_PDR, 1},
	{"four URRs", DP_ROLE_UPF, four_urrs, -ENOSPC, DP_ERROR_SESSION, 0},
	{"five URRs", DP_ROLE_UPF, five_urrs, -EOPNOTSUPP, DP_ERROR_PDR, 1},
	{"three limits", DP_ROLE_UPF, three_limits, -ENOSPC, DP_ERROR_SESSION, 0},
	{"six limits", DP_ROLE_UPF, six_limits, -EOPNOTSUPP, DP_ERROR_PDR, 1},
	{"66 limits", DP_ROLE_UPF, limits_66, -ENOSPC, DP_ERROR_SESSION, 0},
	{"69 limits: it is the 67th", DP_ROLE_UPF, limits_69, -EOPNOTSUPP, DP_ERROR_URR, 28},
	{"128 filters", DP_ROLE_UPF, all_filters, -ENOSPC, DP_ERROR_SESSION, 0},
	{"160 entries by filters", DP_ROLE_UPF, filters_160, -ENOSPC, DP_ERROR_SESSION, 0},
	{"161", DP_ROLE_UPF, filters_161, -EOPNOTSUPP, DP_ERROR_PDR, 3},
	{"80 filters of a FAR that duplicates", DP_ROLE_UPF, copies_160, -ENOSPC, DP_ERROR_SESSION,
	 0},
	{"81", DP_ROLE_UPF, copies_162, -EOPNOTSUPP, DP_ERROR_PDR, 2},
};

static void ebpf_lacks(void **state)
{
	for (size_t i = 0; i < SIZE(ebpf_rows); i++) {
		const struct change_row *row = &ebpf_rows[i];
		const struct dp_config config = config_of(row->role);
		struct dp_session s = session_of(row->role);
		struct dp_error err = {0};
		int rc;

		row->change(&s);
		assert_int_equal(dp_session_check(&config, &s, NULL), 0);
		rc = ebpf_apply(row->role, &s, &err);
		if (rc != row->rc || (int)err.what != row->what || err.rule_id != row->rule_id)
			fail_msg("row %zu, %s: %d, %d, rule %u: %s", i, row->name, rc, err.what,
				 err.rule_id, err.text);
	}
}

/* ---- who owns what ---- */

static int claim(struct dp_store *store, struct dp_entry *entry, const struct dp_session *s,
		 struct dp_error *ret_err)
{
	struct dp_claim *claims;
	struct dp_keys keys;
	int rc = dp_session_keys(s, &keys, ret_err);

	if (!rc)
		rc = dp_store_check(store, entry, s, &keys, ret_err);
	if (rc)
		return rc;
	claims = dp_claims_new(store, &keys, entry);
	assert_non_null(claims);
	dp_store_claim(store, entry, claims, keys.count);
	return 0;
}

static struct dp_entry *install(struct dp_store *store, const struct dp_session *s)
{
	struct dp_entry *entry = dp_store_add(store, s->id);

	assert_non_null(entry);
	assert_int_equal(claim(store, entry, s, NULL), 0);
	return entry;
}

static void store_keys(void **state)
{
	struct dp_store store = {.max = 8};
	struct dp_session s = upf_session(1), other = upf_session(2);
	struct dp_entry *entry = install(&store, &s), *second;
	struct dp_error err;

	assert_ptr_equal(dp_store_find(&store, 1), entry);
	assert_ptr_equal(dp_store_find_teid(&store, 0x1001), entry);
	assert_null(dp_store_find_teid(&store, 0x1002));
	/* another session may not have this one's TEID, and claims nothing then */
	second = dp_store_add(&store, 2);
	other.ue[0] = s.ue[0];
	assert_int_equal(claim(&store, second, &other, &err), -EEXIST);
	assert_int_equal(err.rule_id, 2);
	assert_null(dp_store_find_teid(&store, 0x1002));
	/* its own keys it may claim again; what fell away is free for others */
	assert_int_equal(claim(&store, entry, &s, NULL), 0);
	s.pdr[0].teid = 0x1009;
	assert_int_equal(claim(&store, entry, &s, NULL), 0);
	assert_null(dp_store_find_teid(&store, 0x1001));
	assert_ptr_equal(dp_store_find_teid(&store, 0x1009), entry);
	dp_store_remove(&store, entry);
	assert_null(dp_store_find_teid(&store, 0x1009));
	assert_int_equal(claim(&store, second, &other, NULL), 0);
	dp_store_clear(&store);
	assert_int_equal(store.count, 0);
}

static void store_bearers(void **state)
{
	struct dp_store store = {.max = 8};
	struct dp_session s = gnb_session(1), other = gnb_session(2);
	struct dp_entry *second;

	install(&store, &s);
	second = dp_store_add(&store, 2);
	memcpy(other.bearer.ue_mac, s.bearer.ue_mac, sizeof(s.bearer.ue_mac));
	assert_int_equal(claim(&store, second, &other, NULL), -EEXIST);
	/* the same address on another radio link is another bearer */
	other.bearer.ifindex++;
	assert_int_equal(claim(&store, second, &other, NULL), 0);
	dp_store_clear(&store);
}

/* An address is another one in another instance, of another version, and of another length. */
static void store_addresses(void **state)
{
	struct dp_store store = {.max = 8};
	struct dp_session s = upf_session(1), other = upf_session(2);
	struct dp_entry *second;

	install(&store, &s);
	second = dp_store_add(&store, 2);
	other.ue[0] = s.ue[0];
	other.pdr[1].instance = 1;
	assert_int_equal(claim(&store, second, &other, NULL), 0);
	other.pdr[1].instance = 0;
	other.ue[0] = (struct dp_prefix){.addr = ip4(0x0a3c0100), .len = 24};
	assert_int_equal(claim(&store, second, &other, NULL), 0);
	/* one that begins with the octets of a TEID and of an IPv4 address */
	other.ue[0] = (struct dp_prefix){.addr = {.family = AF_INET6}, .len = 128};
	memcpy(&other.ue[0].addr.ip6, &s.ue[0].addr.ip4, sizeof(s.ue[0].addr.ip4));
	assert_int_equal(claim(&store, second, &other, NULL), 0);
	/* the second of two */
	other.ue[1] = s.ue[0];
	other.ue_count = 2;
	assert_int_equal(claim(&store, second, &other, NULL), 0);
	other.pdr[1].ue = 3;
	assert_int_equal(claim(&store, second, &other, NULL), -EEXIST);
	dp_store_clear(&store);
}

static void keys_are_each_once(void **state)
{
	struct dp_session s = upf_session(1);
	struct dp_error err = {0};
	struct dp_keys keys;

	eight_pdrs(&s);
	assert_int_equal(dp_session_keys(&s, &keys, NULL), 0);
	assert_int_equal(keys.count, 2);
	/* 16 addresses in each of five instances */
	for (s.ue_count = 1; s.ue_count < DP_PREFIXES_MAX; s.ue_count++)
		s.ue[s.ue_count] =
			(struct dp_prefix){.addr = ip4(0x0a3c0101u + s.ue_count), .len = 32};
	for (uint8_t i = 1; i < 6; i++) {
		s.pdr[i].ue = 0xffff;
		s.pdr[i].instance = i;
	}
	assert_int_equal(dp_session_keys(&s, &keys, &err), -ENOSPC);
	assert_int_equal(err.what, DP_ERROR_PDR);
	assert_int_equal(err.rule_id, 5); /* the TEID, and 63 */
}

/* A back end that installs nothing, and fails when a test says so */
static int fake_rc;

static int fake_apply(struct dataplane *dp, struct dp_entry *entry,
		      const struct dp_session *session, const struct dp_keys *keys,
		      struct dp_error *ret_err)
{
	/* nobody else can get them any more */
	for (size_t i = 0; i < session->pdr_count; i++)
		if (session->pdr[i].source == DP_N3)
			assert_ptr_equal(dp_store_find_teid(&dp->store, session->pdr[i].teid),
					 entry);
	return fake_rc;
}

static void fake_remove(struct dataplane *dp, struct dp_entry *entry)
{
}

static const struct dp_backend fake = {.apply = fake_apply, .remove = fake_remove};

static struct dataplane fake_dataplane(void)
{
	return (struct dataplane){
		.config = config_of(DP_ROLE_UPF), .backend = &fake, .store.max = 64};
}

/* What the back end refuses leaves the store as it was, of a session that is new and of one that
 * isn't. */
static void refused_claims_nothing(void **state)
{
	struct dataplane dp = fake_dataplane();
	struct dp_session s = upf_session(1), other = upf_session(2);
	struct dp_entry *entry;

	assert_int_equal(dataplane_session_apply(&dp, &s, NULL), 0);
	entry = dp_store_find(&dp.store, 1);
	fake_rc = -EIO;
	second_teid(&s);
	s.pdr[0].teid = 0x1009;
	assert_int_equal(dataplane_session_apply(&dp, &s, NULL), -EIO);
	assert_int_equal(dataplane_session_apply(&dp, &other, NULL), -EIO);
	fake_rc = 0;
	assert_ptr_equal(dp_store_find_teid(&dp.store, 0x1001), entry);
	assert_null(dp_store_find_teid(&dp.store, 0x1009));
	assert_null(dp_store_find(&dp.store, 2));
	assert_int_equal(dp.store.claims.count, 2);
	/* they are anybody's */
	other.pdr[0].teid = 0x1009;
	assert_int_equal(dataplane_session_apply(&dp, &other, NULL), 0);
	assert_int_equal(dataplane_session_apply(&dp, &s, NULL), -EEXIST);
	dp_store_clear(&dp.store);
}

/* Taken out first, the only keys would take the table with them, which needs memory to come back */
static void claims_without_memory(void **state)
{
	struct dataplane dp = fake_dataplane();
	struct dp_session s = upf_session(1);

	assert_int_equal(dataplane_session_apply(&dp, &s, NULL), 0);
	memory_gone = true;
	s.pdr[0].teid = 0x1009;
	assert_int_equal(dataplane_session_apply(&dp, &s, NULL), 0);
	memory_gone = false;
	assert_non_null(dp_store_find_teid(&dp.store, 0x1009));
	assert_null(dp_store_find_teid(&dp.store, 0x1001));
	assert_int_equal(dp.store.claims.count, 2);
	dp_store_clear(&dp.store);
}

/* As many keys as a session can have, so that memory ends somewhere in it */
static struct dp_session many_teids(uint32_t id)
{
	struct dp_session s = upf_session(id);

	for (; s.pdr_count < DP_PDRS_MAX; s.pdr_count++) {
		s.pdr[s.pdr_count] = s.pdr[0];
		s.pdr[s.pdr_count].id = s.pdr_count + 1u;
		s.pdr[s.pdr_count].teid = id << 16 | s.pdr_count;
	}
	return s;
}

static void teids_owned(const struct dp_store *store, uint32_t id, const struct dp_entry *owner)
{
	const struct dp_session s = many_teids(id);

	for (size_t i = 0; i < s.pdr_count; i++)
		if (s.pdr[i].source == DP_N3)
			assert_ptr_equal(dp_store_find_teid(store, s.pdr[i].teid), owner);
}

/* The table of claims can't grow any more: the session is refused whole, and the others stand. */
static void no_memory_for_claims(void **state)
{
	struct dataplane dp = fake_dataplane();
	struct dp_session s = many_teids(1);
	struct dp_error err;
	uint32_t id = 1;

	assert_int_equal(dataplane_session_apply(&dp, &s, NULL), 0);
	memory_gone = true;
	do {
		assert_true(++id < 32);
		s = many_teids(id);
	} while (!dataplane_session_apply(&dp, &s, &err));
	assert_int_equal(dataplane_session_apply(&dp, &s, &err), -ENOMEM);
	assert_int_equal(err.what, DP_ERROR_SESSION);
	assert_int_equal(dp.store.count, id - 1);
	assert_int_equal(dp.store.claims.count, (id - 1) * DP_PDRS_MAX);
	teids_owned(&dp.store, id, NULL);
	for (uint32_t i = 1; i < id; i++)
		teids_owned(&dp.store, i, dp_store_find(&dp.store, i));
	memory_gone = false;
	assert_int_equal(dataplane_session_apply(&dp, &s, NULL), 0);
	teids_owned(&dp.store, id, dp_store_find(&dp.store, id));
	dp_store_clear(&dp.store);
}

static void store_is_bounded(void **state)
{
	struct dp_store store = {.max = DP_SESSIONS_DEFAULT};

	for (uint64_t id = 1; id <= DP_SESSIONS_DEFAULT; id++)
		assert_non_null(dp_store_add(&store, id));
	assert_null(dp_store_add(&store, DP_SESSIONS_DEFAULT + 1));
	assert_int_equal(errno, ENOSPC);
	dp_store_remove(&store, dp_store_find(&store, 7));
	assert_non_null(dp_store_add(&store, DP_SESSIONS_DEFAULT + 1));
	dp_store_clear(&store);
}

/* ---- configurations ---- */

#define CONFIG(name, ...)                                                                          \
	static void name(struct dp_config *c)                                                      \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
	}
/* Each of them right, so that only their number can be wrong */
static void prefixes_fill(struct dp_prefix prefix[DP_PREFIXES_MAX])
{
	for (size_t i = 0; i < DP_PREFIXES_MAX; i++)
		prefix[i] = (struct dp_prefix){.addr = ip4(0x0a000000), .len = 8};
}

CONFIG(no_local, c->local_count = 0)
CONFIG(many_locals, c->local_count = DP_LOCALS_MAX + 1)
CONFIG(local_0, c->local[0].addr = ip4(0))
CONFIG(no_instance, c->instance_count = 0)
CONFIG(many_instances, c->instance_count = DP_INSTANCES_MAX + 1)
CONFIG(no_table, c->instance[0].table = 0)
CONFIG(many_pools, prefixes_fill(c->instance[0].pool);
       c->instance[0].pool_count = DP_PREFIXES_MAX + 1)
CONFIG(wrong_pool, c->instance[0].pool_count = 1; c->instance[0].pool[0].addr = ip4(1))
CONFIG(many_protected, prefixes_fill(c->protected_prefix); c->protected_count = DP_PREFIXES_MAX + 1)
CONFIG(wrong_protected, c->protected_count = 1; c->protected_prefix[0].len = 8)
CONFIG(many_sessions, c->sessions_max = DP_SESSIONS_MAX + 1)
CONFIG(by_xdp, c->attach = DP_ATTACH_XDP)
CONFIG(xdp_in_a_gnb, *c = config_of(DP_ROLE_GNB); by_xdp(c))
CONFIG(unknown_backend, c->backend = "dpdk")
CONFIG(gtp5g, c->backend = "gtp5g")
CONFIG(two_locals, c->local[1] = c->local[0]; c->local_count = 2)
CONFIG(link_local, inet_pton(AF_INET6, "fe80::1", &c->local[0].addr.ip6);
       c->local[0].addr.family = AF_INET6)
CONFIG(local_on_n6, strcpy(c->local[0].dev, c->instance[0].dev))
CONFIG(two_instances, c->instance[1] = c->instance[0]; strcpy(c->instance[1].dev, "n6b");
       c->instance_count = 2)
CONFIG(one_device, two_instances(c); strcpy(c->instance[1].dev, c->instance[0].dev))
CONFIG(pools_overlap_in_a_table, two_instances(c);
       c->instance[0].pool[0] = (struct dp_prefix){.addr = ip4(0x0a000000), .len = 8};
       c->instance[1].pool[0] = (struct dp_prefix){.addr = ip4(0x0a3c0000), .len = 16};
       c->instance[0].pool_count = c->instance[1].pool_count = 1)
CONFIG(local_ip6, c->local[0].addr = ip6(1))
CONFIG(pool_ip6, c->instance[0].pool[0] = (struct dp_prefix){.addr = ip6(0), .len = 64};
       c->instance[0].pool_count = 1)
CONFIG(protected_ip6, c->protected_prefix[0] = (struct dp_prefix){.addr = ip6(0), .len = 64};
       c->protected_count = 1)

static const struct config_row {
	const char *name;
	void (*change)(struct dp_config *c);
	int rc;
	const char *says;
} config_rows[] = {
	{"no local address", no_local, -EINVAL, "no local address, or too many"},
	{"nine local addresses", many_locals, -EINVAL, "no local address, or too many"},
	{"local address 0.0.0.0", local_0, -EINVAL, "a local address is none"},
	{"no instance", no_instance, -EINVAL, "no network instance, or too many"},
	{"17 instances", many_instances, -EINVAL, "no network instance, or too many"},
	{"instance without a table", no_table, -EINVAL, "without a routing table"},
	{"17 pools", many_pools, -EINVAL, "pools that are none, or too many"},
	{"pool with bits beyond its length", wrong_pool, -EINVAL, "pools that are none"},
	{"17 protected prefixes", many_protected, -EINVAL, "protected prefixes that are none, or"},
	{"protected prefix of no version", wrong_protected, -EINVAL, "protected prefixes that are"},
	{"too many sessions", many_sessions, -EINVAL, "too many sessions"},
	{"unknown back end", unknown_backend, -EINVAL, "no back end \"dpdk\""},
	{"not there yet", gtp5g, -EINVAL, "no back end \"gtp5g\""},
	{"one local address twice", two_locals, -EINVAL, "two local addresses are the same"},
	{"link-local address", link_local, -EINVAL, "link-local"},
	{"N3 and N6 by one device", local_on_n6, -EINVAL, "one device for N3 and"},
	{"two instances by one device", one_device, -EINVAL, "with one device"},
	{"XDP in a gNB", xdp_in_a_gnb, -EINVAL, "XDP in a gNB"},
	{"pools of one table overlap", pools_overlap_in_a_table, -EINVAL, "pools that overlap"},
};

/* Right, and beyond the driver */
static const struct config_row driver_rows[] = {
	{"IPv6 on N3", local_ip6, 0, "IPv6"},
	{"IPv6 pool", pool_ip6, 0, "IPv6"},
	{"IPv6 protected", protected_ip6, 0, "IPv6"},
	{"two instances", two_instances, 0, "network instance"},
	{"XDP", by_xdp, 0, "XDP"},
};

static void config_of_the_driver(void **state)
{
	struct dp_config config = config_of(DP_ROLE_UPF);

	assert_null(dp_config_gtp_lacks(&config));
	for (size_t i = 0; i < SIZE(driver_rows); i++) {
		const char *lacks;

		config = config_of(DP_ROLE_UPF);
		driver_rows[i].change(&config);
		assert_int_equal(dp_config_check(&config, NULL), 0);
		lacks = dp_config_gtp_lacks(&config);
		assert_non_null(lacks);
		assert_non_null(strstr(lacks, driver_rows[i].says));
	}
}

static void config_check(void **state)
{
	for (size_t i = 0; i < SIZE(config_rows); i++) {
		const struct config_row *row = &config_rows[i];
		struct dp_config config = config_of(DP_ROLE_UPF);
		struct dataplane *dp = NULL;
		struct dp_error err;
		int rc;

		row->change(&config);
		rc = dataplane_new(&config, NULL, &dp, &err);
		if (rc != row->rc || err.what != DP_ERROR_SESSION || !strstr(err.text, row->says) ||
		    dp)
			fail_msg("row %zu, %s: %d: %s", i, row->name, rc, err.text);
	}
}

static void names(void **state)
{
	const char *reason;

	assert_string_equal(dp_drop_name(DP_DROP_UNKNOWN_TEID), "unknown_teid");
	for (int i = 0; i < DP_DROP_REASONS; i++)
		assert_string_not_equal(dp_drop_name((enum dp_drop)i), "unknown");
	assert_string_equal(dp_drop_name(DP_DROP_REASONS), "unknown");
	assert_string_equal(dataplane_probe("auto", true, &reason), "ebpf");
	assert_non_null(strstr(reason, "QFI"));
	assert_string_equal(dataplane_probe("gtp", true, &reason), "gtp");
	assert_null(dataplane_probe("dpdk", false, &reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_check),
		cmocka_unit_test(session_of_ip6),
		cmocka_unit_test(without_limits),
		cmocka_unit_test(driver_map),
		cmocka_unit_test(driver_session),
		cmocka_unit_test(half_is_told),
		cmocka_unit_test(needs_of_the_driver),
		cmocka_unit_test(refusals_by_need),
		cmocka_unit_test(needs_of_ebpf),
		cmocka_unit_test(ebpf_lacks),
		cmocka_unit_test(store_keys),
		cmocka_unit_test(store_bearers),
		cmocka_unit_test(store_addresses),
		cmocka_unit_test(keys_are_each_once),
		cmocka_unit_test(refused_claims_nothing),
		cmocka_unit_test(claims_without_memory),
		cmocka_unit_test(no_memory_for_claims),
		cmocka_unit_test(store_is_bounded),
		cmocka_unit_test(config_check),
		cmocka_unit_test(config_of_the_driver),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
