// SPDX-License-Identifier: Apache-2.0
/*
 * Sessions in the maps of the ebpf back end, as its programs would read them: what a rule set
 * becomes, and what is left of it when it is replaced, refused or removed. The maps that are arrays
 * lie in this program's memory; those that aren't refuse everything. No root needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"
#include "dataplane/ebpf/session.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum {
	SETS = 400,
	SLOTS = 16,
	MORES = 4,
	PEERS = 200,
	TEIDS = 64,
	POOL = 0x0a3c0000,
	POOLED = 256
};

static struct {
	struct rules rules;
	struct ebpf_set set[SETS];
	struct ebpf_slot slot[SLOTS];
	struct ebpf_more more[MORES];
	struct ebpf_peer peer[PEERS];
	struct ebpf_index teid[TEIDS], ue[POOLED];
	struct ebpf_pool pool;
	uint64_t owner[SLOTS];
	volatile uint32_t has_routes;
	struct dataplane dp;
} w;

static int apply(struct dataplane *dp, struct dp_entry *entry, const struct dp_session *session,
		 const struct dp_keys *keys, struct dp_error *ret_err)
{
	const struct rules_change change = {.session = session, .keys = keys, .mtu = 1400};

	return rules_apply(&w.rules, entry, &change, ret_err);
}

static void take_out(struct dataplane *dp, struct dp_entry *entry)
{
	rules_remove(&w.rules, entry);
}

static int urr_counters(struct dataplane *dp, struct dp_entry *entry, uint32_t urr,
			struct dp_urr_counters *ret)
{
	return rules_urr_counters(&w.rules, entry, urr, ret);
}

static int urr_limits(struct dataplane *dp, struct dp_entry *entry, uint32_t urr,
		      const struct dp_urr_limits *limits)
{
	return rules_urr_limits(&w.rules, entry, urr, limits);
}

static int counters(struct dataplane *dp, struct dp_entry *entry, struct dp_counters *ret)
{
	rules_counters(&w.rules, entry, ret);
	return 0;
}

static const struct dp_backend backend = {.apply = apply,
					  .remove = take_out,
					  .counters = counters,
					  .urr_counters = urr_counters,
					  .urr_limits = urr_limits};

static int world_make(void **state)
{
	static const struct ebpf_local local[DP_LOCALS_MAX] = {{.ifindex = 3}};
	struct indexes *x = &w.rules.index;

	memset(&w, 0, sizeof(w));
	w.pool = (struct ebpf_pool){.base = POOL, .mask = ~(POOLED - 1u)};
	w.dp = (struct dataplane){
		.config = {.role = DP_ROLE_UPF,
			   .local_count = 1,
			   .local = {{.addr = dp_addr_ip4((struct in_addr){htonl(0x0a650201)})}},
			   .instance_count = 1},
		.backend = &backend,
		.store.max = 1000};
	*x = (struct indexes){.teids_far = -1,
			      .ue_other = -1,
			      .routes = -1,
			      .bearers = -1,
			      .teid = w.teid,
			      .ue4 = w.ue,
			      .teid_mask = TEIDS - 1,
			      .pool_count = 1,
			      .pool = &w.pool,
			      .has_routes = &w.has_routes};
	w.rules.ways = (struct ways){&w.dp.config, local, &w.rules.peers};
	w.rules.set = w.set;
	w.rules.slot = w.slot;
	w.rules.more = w.more;
	w.rules.owner = w.owner;
	return cells_init(&w.rules.sets, 1, SETS - 1) || cells_init(&w.rules.slots, 0, SLOTS) ||
	       cells_init(&w.rules.mores, 1, MORES - 1) ||
	       peers_init(&w.rules.peers, w.peer, PEERS);
}

static int world_free(void **state)
{
	size_t at = 0;

	for (struct dp_entry *e; (e = dp_store_next(&w.dp.store, &at));)
		session_free(e);
	dp_store_clear(&w.dp.store);
	peers_done(&w.rules.peers);
	cells_done(&w.rules.sets);
	cells_done(&w.rules.slots);
	cells_done(&w.rules.mores);
	return 0;
}

/* ---- sessions ---- */

static struct dp_destination tunnel(uint32_t host, uint32_t teid)
{
	return (struct dp_destination){.interface = DP_N3,
				       .peer = dp_addr_ip4((struct in_addr){htonl(host)}),
				       .teid = teid};
}

/* Uplink by TEID @n to N6, downlink to 10.60.0.n to a tunnel */
static struct dp_session session_nr(uint32_t n)
{
	return (struct dp_session){
		.id = n,
		.ue_count = 1,
		.ue = {{dp_addr_ip4((struct in_addr){htonl(POOL + n)}), 32}},
		.pdr_count = 2,
		.far_count = 2,
		.pdr = {{.id = 1,
			 .source = DP_N3,
			 .teid = n,
			 .ue = 1,
			 .remove_outer = true,
			 .precedence = 100},
			{.id = 2,
			 .source = DP_N6,
			 .direction = DP_DOWNLINK,
			 .ue = 1,
			 .far = 1,
			 .precedence = 100}},
		.far = {{.id = 1, .action = DP_FORWARD, .to.interface = DP_N6},
			{.id = 2, .action = DP_FORWARD, .to = tunnel(0x0a650101, 0x2000 + n)}}};
}

static struct dp_pdr *add_pdr(struct dp_session *s, uint16_t id, uint32_t precedence)
{
	s->pdr[s->pdr_count] = s->pdr[1];
	s->pdr[s->pdr_count].id = id;
	s->pdr[s->pdr_count].precedence = precedence;
	return &s->pdr[s->pdr_count++];
}

static struct dp_qer *with_qer(struct dp_session *s, uint32_t id)
{
	s->qer_count = s->pdr[0].qer_count = s->pdr[1].qer_count = 1;
	s->qer[0] = (struct dp_qer){.id = id, DP_QER_OPEN};
	return &s->qer[0];
}

static struct dp_urr *with_urr(struct dp_session *s, uint32_t id)
{
	s->urr_count = s->pdr[0].urr_count = s->pdr[1].urr_count = 1;
	s->urr[0] = (struct dp_urr){.id = id, DP_URR_NO_LIMITS};
	return &s->urr[0];
}

static void install(const struct dp_session *s)
{
	struct dp_error err = {0};

	if (dataplane_session_apply(&w.dp, s, &err))
		fail_msg("session %lu: %s", (unsigned long)s->id, err.text);
}

/* The sets that @teid leads to, as one list; NULL: nowhere */
static const struct ebpf_entry *entries_of(uint32_t teid, size_t *ret_count)
{
	static struct ebpf_entry all[ENTRIES_MAX];
	const struct ebpf_index *cell = &w.teid[teid % TEIDS];

	*ret_count = 0;
	if (!cell->set || cell->key != teid)
		return NULL;
	for (uint32_t set = cell->set; set; set = w.set[set].next) {
		assert_int_equal(w.set[set].slot, cell->slot);
		assert_true(w.set[set].count == EBPF_ENTRIES || !w.set[set].next);
		memcpy(all + *ret_count, w.set[set].entry, w.set[set].count * sizeof(all[0]));
		*ret_count += w.set[set].count;
	}
	return all;
}

static struct ebpf_slot *slot_of(uint32_t teid)
{
	return &w.slot[w.teid[teid % TEIDS].slot];
}

/* What a program would have counted, whose packets met this PDR */
static void count(uint32_t teid, uint16_t pdr, uint64_t packets)
{
	struct ebpf_slot *slot = slot_of(teid);
	const struct ebpf_entry *e;
	struct ebpf_account *a;
	size_t entries;

	e = entries_of(teid, &entries);
	while (entries && e->pdr_id != pdr)
		e++, entries--;
	assert_true(entries > 0);
	a = e->account < EBPF_SLOT_ACCOUNTS
		    ? &slot->account[e->account]
		    : &w.more[slot->more].account[e->account - EBPF_SLOT_ACCOUNTS];
	a->packets += packets;
	a->octets += 100 * packets;
}

static void is_counted(uint32_t urr, uint64_t up, uint64_t down)
{
	struct dp_urr_counters c;

	assert_int_equal(dataplane_urr_counters(&w.dp, 1, urr, &c), 0);
	assert_int_equal(c.packets[DP_UPLINK], up);
	assert_int_equal(c.packets[DP_DOWNLINK], down);
	assert_int_equal(c.octets[DP_UPLINK], 100 * up);
	assert_int_equal(c.octets[DP_DOWNLINK], 100 * down);
}

static void nothing_is_taken(void)
{
	assert_int_equal(rules_settle(&w.rules), 0);
	assert_int_equal(w.rules.sets.free, SETS - 1);
	assert_int_equal(w.rules.slots.free, SLOTS);
	assert_int_equal(w.rules.mores.free, MORES - 1);
	assert_int_equal(w.rules.peers.cells.free, PEERS - 1);
	assert_null(w.rules.peers.all);
	for (size_t i = 0; i < TEIDS; i++)
		assert_int_equal(w.teid[i].set, 0);
	for (size_t i = 0; i < POOLED; i++)
		assert_int_equal(w.ue[i].set, 0);
}

/* ---- entries ---- */

static void in_order(void **state)
{
	static const uint16_t order[] = {7, 7, 4, 1, 2, 3, 9};
	struct dp_session s = session_nr(1);
	const struct ebpf_entry *e;
	size_t count;

	add_pdr(&s, 3, 100); /* of equal ones the first comes first */
	add_pdr(&s, 9, UINT32_MAX);
	add_pdr(&s, 7, 0)->filter_count = 2;
	add_pdr(&s, 4, 1);
	s.filter_count = 2;
	s.filter[0].protocol = 6;
	s.filter[1].protocol = 17;
	install(&s);
	e = entries_of(1, &count);
	assert_int_equal(count, SIZE(order));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(e[i].pdr_id, order[i]);
		assert_int_equal(!!(e[i].flags & EBPF_ENTRY_FILTER), order[i] == 7);
	}
	assert_true(e[0].filter.protocol == 6 && e[1].filter.protocol == 17);
	/* five PDRs count in more than the slot has */
	assert_true(e[0].flags & EBPF_ENTRY_MORE);
	assert_true(slot_of(1)->more != 0);
}

/* Copies and what is over quota stand behind the PDR's entry, and match nothing by themselves. */
static void beside_each_other(void **state)
{
	struct dp_session s = session_nr(1);
	const struct ebpf_entry *e;
	size_t count;

	s.far[1].duplicate_count = 2;
	s.far[1].duplicate[0] = tunnel(0x0a650102, 0x71);
	s.far[1].duplicate[1] = tunnel(0x0a650103, 0x72);
	s.far[s.far_count++] =
		(struct dp_far){.id = 3, .action = DP_FORWARD, .to = tunnel(0x0a650104, 0x73)};
	with_urr(&s, 60)->over = 2;
	s.pdr[0].urr_count = 0;
	install(&s);
	e = entries_of(1, &count);
	assert_int_equal(count, 5);
	assert_false(e[0].flags & (EBPF_ENTRY_SLOW | EBPF_ENTRY_DUPLICATE | EBPF_ENTRY_OVER));
	assert_true(e[1].flags & EBPF_ENTRY_DUPLICATE && e[1].flags & EBPF_ENTRY_DUPLICATE2 &&
		    e[1].flags & EBPF_ENTRY_OVER && e[1].flags & EBPF_ENTRY_SLOW);
	for (size_t i = 2; i < count; i++) {
		assert_int_equal(e[i].source, EBPF_BESIDE);
		assert_int_equal(ntohl(e[i].peer_teid_be), 0x71 + i - 2);
		assert_int_equal(ntohl(w.peer[e[i].peer].dst[0]), 0x0a650102 + i - 2);
	}
	assert_int_equal(dataplane_session_remove(&w.dp, 1), 0);
	nothing_is_taken();
}

static const struct rate_row {
	uint64_t kbps;
} rate_rows[] = {{1}, {2}, {7}, {8}, {100}, {64000}, {1000000}, {10000000}, {25000000}};

/* An octet's time, and room for two packets or 10 ms */
static void rates(void **state)
{
	for (size_t i = 0; i < SIZE(rate_rows); i++) {
		const uint64_t kbps = rate_rows[i].kbps;
		struct dp_session s = session_nr(1);
		const struct ebpf_bucket *b;
		double is, burst_ns;

		with_qer(&s, 50)->mbr_kbps[DP_UPLINK] = kbps;
		install(&s);
		b = &slot_of(1)->bucket[0];
		is = 8e6 / ((double)b->cost[DP_UPLINK] / 512);
		burst_ns = 64.0 * b->burst[DP_UPLINK];
		if (is < 0.995 * (double)kbps || is > 1.005 * (double)kbps)
			fail_msg("%lu kbit/s is %.3f", (unsigned long)kbps, is);
		assert_true(burst_ns > 9.99e6 && burst_ns > 0.99 * 3000 * 8e6 / (double)kbps);
		assert_true(burst_ns < 10.01e6 || burst_ns < 1.01 * 3000 * 8e6 / (double)kbps);
		assert_int_equal(b->cost[DP_DOWNLINK], 0); /* none */
	}
}

/* What is owed stays when a rate is changed, but for one of which nothing passed */
static void rate_of_nothing(void **state)
{
	struct dp_session s = session_nr(1);
	struct ebpf_bucket *b;

	with_qer(&s, 50)->mbr_kbps[DP_UPLINK] = 0;
	install(&s);
	b = &slot_of(1)->bucket[0];
	assert_true(b->cost[DP_UPLINK] != 0 && b->tat[DP_UPLINK] > UINT64_MAX / 2);
	s.qer[0].mbr_kbps[DP_UPLINK] = 1000;
	install(&s);
	assert_true(b->tat[DP_UPLINK] == 0);
	b->tat[DP_UPLINK] = 12345;
	s.qer[0].mbr_kbps[DP_UPLINK] = 2000;
	install(&s);
	assert_true(b->tat[DP_UPLINK] == 12345);
}

/* ---- counts ---- */

static void folded(void **state)
{
	struct dp_session s = session_nr(1);
	struct dp_counters c;

	install(&s);
	count(1, 1, 3);
	count(1, 2, 4);
	with_urr(&s, 60);
	install(&s);
	assert_int_equal(rules_settle(&w.rules), 0);
	count(1, 1, 10);
	is_counted(60, 10, 0);
	/* another one counts from now on; the first keeps what it has */
	s.urr[1] = (struct dp_urr){.id = 61, DP_URR_NO_LIMITS};
	s.urr_count = 2;
	s.pdr[0].urr[0] = 1;
	install(&s);
	count(1, 1, 20);
	is_counted(60, 10, 0);
	is_counted(61, 20, 0);
	assert_int_equal(rules_settle(&w.rules), 0);
	is_counted(60, 10, 0);
	is_counted(61, 20, 0);
	/* the session's own have all of them */
	assert_int_equal(dataplane_session_counters(&w.dp, 1, &c), 0);
	assert_int_equal(c.uplink_packets, 33);
	assert_int_equal(c.downlink_packets, 4);
	assert_int_equal(c.uplink_bytes, 3300);
}

static void urr_ends(void **state)
{
	for (int settled = 0; settled < 2; settled++) {
		struct dp_urr_limits limits = DP_URR_LIMITS_NONE;
		struct dp_session s = session_nr(1), bare = session_nr(1);
		struct dp_urr_counters c;

		with_urr(&s, 60);
		install(&s);
		count(1, 1, 5);
		install(&bare);
		if (settled)
			assert_int_equal(rules_settle(&w.rules), 0);
		assert_int_equal(dataplane_urr_counters(&w.dp, 1, 60, &c), -ENOENT);
		assert_int_equal(dataplane_urr_limits(&w.dp, 1, 60, &limits), -ENOENT);
		/* one that is made anew begins at nothing */
		install(&s);
		is_counted(60, 0, 0);
		assert_int_equal(rules_settle(&w.rules), 0);
		is_counted(60, 0, 0);
		assert_int_equal(dataplane_urr_limits(&w.dp, 1, 60, &limits), 0);
		limits.quota.total = 1; /* of a kind that it hasn't */
		assert_int_equal(dataplane_urr_limits(&w.dp, 1, 60, &limits), -EINVAL);
		assert_int_equal(dataplane_session_remove(&w.dp, 1), 0);
	}
}

/* Whatever ids a peer thinks of */
static void urrs_are_bounded(void **state)
{
	const struct dp_entry *entry;

	for (uint32_t id = 1; id <= 2000; id++) {
		struct dp_session s = session_nr(1);

		with_urr(&s, id);
		install(&s);
		count(1, 1, 1);
	}
	assert_int_equal(rules_settle(&w.rules), 0);
	entry = dp_store_find(&w.dp.store, 1);
	assert_int_equal(((const struct session *)entry->state)->base->count, 1);
	is_counted(2000, 1, 0);
}

/* An absolute limit stays where it is, whatever is folded below it. */
static void limits_stay(void **state)
{
	struct dp_session s = session_nr(1);
	struct dp_urr_limits *limits = &with_urr(&s, 60)->limits;
	struct ebpf_limit *all, *up;

	limits->quota.total = 1000;
	limits->notify.way[DP_UPLINK] = 900;
	install(&s);
	all = &slot_of(1)->limit[0];
	up = &slot_of(1)->limit[1];
	assert_true(all->quota == 1000 && all->notify == UINT64_MAX);
	assert_true(up->notify == 900 && up->quota == UINT64_MAX);
	count(1, 1, 2);
	count(1, 2, 3);
	s.pdr[0].urr_count = 0; /* uplink is no longer its own */
	install(&s);
	assert_int_equal(rules_settle(&w.rules), 0);
	is_counted(60, 2, 3);
	assert_true(all->quota == 800 && up->notify == 700);
	/* set anew: from the same base; 0 where it was passed */
	limits->quota.total = 150;
	limits->notify.way[DP_UPLINK] = 1200;
	assert_int_equal(dataplane_urr_limits(&w.dp, 1, 60, limits), 0);
	assert_true(all->quota == 0 && up->notify == 1000);
}

/* ---- changes that fail ---- */

/* A TEID whose cell is another's goes to a map that takes nothing here. */
static void failure_changes_nothing(void **state)
{
	struct dp_session s = session_nr(1), other = session_nr(2), changed;
	struct ebpf_slot before;
	size_t count;

	with_qer(&s, 50)->mbr_kbps[DP_UPLINK] = 1000;
	with_urr(&s, 60)->limits.quota.total = 1000;
	install(&s);
	install(&other);
	before = *slot_of(1);
	changed = s;
	with_qer(&changed, 51)->mbr_kbps[DP_UPLINK] = 7;
	with_urr(&changed, 61)->limits.quota_packets.total = 0;
	changed.far[1].to = tunnel(0x0a650109, 9);
	changed.pdr[0].teid = 2 + TEIDS;
	assert_int_equal(dataplane_session_apply(&w.dp, &changed, NULL), -EBADF);
	assert_memory_equal(slot_of(1)->sum, before.sum,
			    sizeof(before) - offsetof(struct ebpf_slot, sum));
	assert_int_equal(ntohl(w.peer[entries_of(1, &count)[1].peer].dst[0]), 0x0a650101);
	assert_int_equal(w.ue[1].set, w.teid[1].set);
	is_counted(60, 0, 0);
	/* nor is anything left of a session that is new */
	changed.id = 3;
	changed.ue[0].addr.ip4.s_addr = htonl(POOL + 3);
	add_pdr(&changed, 5, 1);
	assert_int_equal(dataplane_session_apply(&w.dp, &changed, NULL), -EBADF);
	assert_int_equal(w.ue[3].set, 0);
	assert_int_equal(dataplane_session_remove(&w.dp, 1), 0);
	assert_int_equal(dataplane_session_remove(&w.dp, 2), 0);
	nothing_is_taken();
}

/* ---- what is given back ---- */

static void teids_share_a_cell(void **state)
{
	struct dp_session s = session_nr(1), other = session_nr(2);
	size_t count;

	install(&s);
	other.pdr[0].teid = 1 + TEIDS;
	assert_int_equal(dataplane_session_apply(&w.dp, &other, NULL), -EBADF);
	assert_non_null(entries_of(1, &count));
	assert_int_equal(dataplane_session_remove(&w.dp, 1), 0);
	install(&other);
	assert_null(entries_of(1, &count));
	assert_non_null(entries_of(1 + TEIDS, &count));
}

/* More often than there are cells of any kind, without running out of one */
static void changes_without_end(void **state)
{
	struct dp_session s = session_nr(1);

	for (uint32_t i = 0; i < 5 * SETS; i++) {
		s.far[1].to = tunnel(0x0a650001 + i, i + 1);
		install(&s);
	}
	for (uint32_t i = 0; i < 5 * PEERS; i++) { /* by few sets, and many peers */
		s.far[1].to = tunnel(0x0a660001 + i, i + 1);
		install(&s);
		if (w.rules.sets.free < SETS / 2)
			cells_settle(&w.rules.sets);
	}
	for (uint32_t i = 0; i < 5 * MORES; i++) {
		assert_int_equal(dataplane_session_remove(&w.dp, 1), 0);
		s = session_nr(1);
		add_pdr(&s, 3, 1);
		install(&s);
		assert_true(slot_of(1)->more != 0);
		assert_int_equal(slot_of(1)->account[0].packets, 0);
		count(1, 1, 1);
	}
	assert_int_equal(dataplane_session_remove(&w.dp, 1), 0);
	nothing_is_taken();
}

static void full(void **state)
{
	struct dp_session s;
	struct dp_error err;

	for (uint32_t n = 1; n <= SLOTS; n++) {
		s = session_nr(n);
		install(&s);
	}
	s = session_nr(SLOTS + 1);
	assert_int_equal(dataplane_session_apply(&w.dp, &s, &err), -ENOSPC);
	assert_int_equal(err.what, DP_ERROR_SESSION);
	assert_int_equal(dataplane_session_remove(&w.dp, 5), 0);
	install(&s); /* its slot, after a grace period */
	for (uint32_t n = 1; n <= SLOTS + 1; n++)
		assert_int_equal(dataplane_session_remove(&w.dp, n), n == 5 ? -ENOENT : 0);
	nothing_is_taken();
}

/* ---- events ---- */

static void events(void **state)
{
	struct dp_session s = session_nr(1);
	struct ebpf_event e = {.kind = EBPF_EVENT_USAGE, .number = 1};
	uint64_t session = 0;
	uint32_t urr = 0;

	with_urr(&s, 60)->limits.quota.total = 1000;
	install(&s);
	e.slot = w.teid[1].slot;
	assert_int_equal(rules_event(&w.rules, &w.dp.store, &e, &session, &urr), 0);
	assert_true(session == 1 && urr == 60);
	e.number = 2;
	assert_int_equal(rules_event(&w.rules, &w.dp.store, &e, &session, &urr), -ENOENT);
	e.number = 0;
	assert_int_equal(rules_event(&w.rules, &w.dp.store, &e, &session, &urr), -ENOENT);
	e.number = 1;
	e.slot = SLOTS;
	assert_int_equal(rules_event(&w.rules, &w.dp.store, &e, &session, &urr), -ENOENT);
	e.slot = w.teid[1].slot;
	assert_int_equal(dataplane_session_remove(&w.dp, 1), 0);
	assert_int_equal(rules_event(&w.rules, &w.dp.store, &e, &session, &urr), -ENOENT);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_make, world_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(in_order),
		WORLD_TEST(beside_each_other),
		WORLD_TEST(rates),
		WORLD_TEST(rate_of_nothing),
		WORLD_TEST(folded),
		WORLD_TEST(urr_ends),
		WORLD_TEST(urrs_are_bounded),
		WORLD_TEST(limits_stay),
		WORLD_TEST(failure_changes_nothing),
		WORLD_TEST(teids_share_a_cell),
		WORLD_TEST(changes_without_end),
		WORLD_TEST(full),
		WORLD_TEST(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
