// SPDX-License-Identifier: Apache-2.0
/*
 * The gtp back end: the mainline kernel's gtp driver carries the tunnels, on the UDP socket of
 * gtpu_path.c; the guard programs (gtp_guard.bpf.c) do what it doesn't. A session is one context in
 * dp-gtp, or, while it is half, none; after a handover of its UE one more in a sender (gtp.h).
 *
 * The driver can't change a context: where another local TEID or UE address is wanted it is a new
 * one, and packets that come between the deletion and the making are lost. Its uplink packets must
 * come without a PDU session container (6.1 hands those up to the socket). The driver does not
 * count: the guard does, for each UE address. A packet too big with DF is answered by the stack, by
 * the MTU of dp-gtp, and not counted.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"
#include "dataplane/bpf_maps.h"
#include "dataplane/gtp.h"
#include "dataplane/gtp_shared.h"
#include "dataplane/gtpu_path.h"
#include "dataplane/hold.h"
#include "lib/radio.h"
/* after gtp_shared.h, whose struct gtp_guard_config is in it */
#include "bpf/gtp_guard.skel.h"

static const char device[] = "dp-gtp";

static int fail(struct dp_error *ret_err, int rc, const char *what)
{
	return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "%s: %s", what, strerror(-rc));
}

static int gtp_kernel_check(void)
{
	struct gtp_netlink *netlink;
	int rc = gtp_netlink_open(&netlink);

	if (!rc)
		gtp_netlink_close(netlink);
	return rc;
}

static int device_make(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err)
{
	const bool sgsn = dp->config.role == DP_ROLE_GNB;
	int rc = dp_link_clear(dp->nl, device);

	if (!rc)
		rc = gtp_link_add(g->netlink, device, gtpu_path_socket(dp->path), sgsn,
				  GTP_HASH_SIZE);
	if (!rc)
		rc = gtp_link_up(dp, device, &g->ifindex);
	return rc ? fail(ret_err, rc, device) : gtp_senders_open(dp, g, ret_err);
}

static int guard_load(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err)
{
	static const uint8_t gnb_mac[] = RADIO_GNB_MAC;
	struct gtp_guard_config *config;
	int rc;

	g->guard = gtp_guard__open();
	if (!g->guard)
		return fail(ret_err, -errno, "guard programs");
	bpf_map__set_max_entries(g->guard->maps.ues, dp->config.sessions_max);
	bpf_map__set_max_entries(g->guard->maps.bearers, dp->config.sessions_max);
	bpf_map__set_max_entries(g->guard->maps.counters, dp->config.sessions_max);
	config = (struct gtp_guard_config *)&g->guard->rodata->guard;
	config->gnb = dp->config.role == DP_ROLE_GNB;
	config->gtp_ifindex = g->ifindex;
	memcpy(config->gnb_mac, gnb_mac, sizeof(gnb_mac));
	rc = gtp_guard__load(g->guard);
	return rc ? fail(ret_err, rc, "the kernel refuses the guard programs") : 0;
}

/* A gNB leads only what it has counted to its senders; in a UPF it is the stack that does */
static int senders_attach(struct dataplane *dp, struct gtp *g)
{
	int rc = 0;

	for (unsigned i = 0; i < GTP_SENDERS && !rc; i++) {
		rc = dp_filter_attach(dp, g->sender[i].ifindex, false,
				      bpf_program__fd(g->guard->progs.guard_shut), "guard_shut");
		if (!rc && dp->config.role == DP_ROLE_UPF)
			rc = dp_filter_attach(dp, g->sender[i].ifindex, true,
					      bpf_program__fd(g->guard->progs.guard_out),
					      "guard_out");
	}
	return rc;
}

static int guard_attach(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err)
{
	int rc = gtp_prefixes_fill(bpf_map__fd(g->guard->maps.protected_prefixes),
				   dp->config.protected_prefix, dp->config.protected_count);

	if (!rc)
		rc = dp_filter_attach(dp, g->ifindex, false,
				      bpf_program__fd(g->guard->progs.guard_in), "guard_in");
	if (!rc)
		rc = dp_filter_attach(dp, g->ifindex, true,
				      bpf_program__fd(g->guard->progs.guard_out), "guard_out");
	if (!rc)
		rc = senders_attach(dp, g);
	return rc ? fail(ret_err, rc, "guard programs on dp-gtp") : 0;
}

static int pin(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err)
{
	const char *dir = dp->config.pin_dir;
	int rc;

	if (!dir)
		return 0;
	rc = dp_maps_pin(g->guard->obj, dir);
	return rc ? fail(ret_err, rc, dir) : 0;
}

static int gtp_open(struct dataplane *dp, struct dp_error *ret_err)
{
	struct gtp *g = calloc(1, sizeof(*g));
	int rc;

	if (!g)
		return -ENOMEM;
	dp->state = g;
	for (unsigned i = 0; i < GTP_SENDERS; i++)
		g->sender[i].sock = -1;
	g->cpus = libbpf_num_possible_cpus();
	if (g->cpus < 0)
		return fail(ret_err, g->cpus, "processors");
	rc = gtp_netlink_open(&g->netlink);
	if (rc)
		return fail(ret_err, rc, "gtp netlink family");
	rc = device_make(dp, g, ret_err);
	if (!rc)
		rc = guard_load(dp, g, ret_err);
	if (!rc)
		rc = pin(dp, g, ret_err);
	if (!rc)
		rc = guard_attach(dp, g, ret_err);
	if (rc || dp->config.role != DP_ROLE_UPF)
		return rc;
	return n6_routing_up(dp, 0, device, g->ifindex, ret_err);
}

/* What they had in the kernel goes with the devices */
static void sessions_forget(struct dp_store *store)
{
	size_t at = 0;

	for (struct dp_entry *entry; (entry = dp_store_next(store, &at));) {
		free(entry->state);
		entry->state = NULL;
	}
}

static void gtp_close(struct dataplane *dp)
{
	struct gtp *g = dp->state;

	sessions_forget(&dp->store);
	for (size_t i = 0; i < g->radio_count; i++)
		dp_filter_detach(dp, g->radio[i], false);
	if (dp->config.role == DP_ROLE_UPF)
		n6_routing_down(dp);
	if (g->ifindex)
		(void)nl_link_del(dp->nl, g->ifindex);
	gtp_senders_close(dp, g);
	if (g->guard && dp->config.pin_dir)
		dp_maps_unpin(g->guard->obj, dp->config.pin_dir);
	gtp_guard__destroy(g->guard);
	gtp_netlink_close(g->netlink);
	free(g);
	dp->state = NULL;
}

/* ---- sessions ---- */

static const struct gtp_session none;

/* What is installed */
static const struct gtp_session *standing(const struct dp_entry *entry)
{
	return entry->state ? entry->state : &none;
}

static struct ebpf_bearer bearer_of(const struct dp_bearer *bearer)
{
	struct ebpf_bearer ret = {.ifindex = bearer->ifindex};

	memcpy(ret.mac, bearer->ue_mac, sizeof(ret.mac));
	return ret;
}

static unsigned sender_of(const struct dp_entry *entry)
{
	return entry->slot == DP_NO_SLOT ? 0 : entry->slot;
}

/* @sender: 0 is dp-gtp */
static unsigned ifindex_of(const struct gtp *g, unsigned sender)
{
	return sender ? g->sender[sender - 1].ifindex : g->ifindex;
}

static uint16_t mtu_of(const struct dataplane *dp, const struct gtp_session *s)
{
	const uint16_t most = dp_mtu_max(dp);

	return s->mtu && s->mtu < most ? s->mtu : most;
}

static int guard_add(struct dataplane *dp, struct gtp *g, const struct gtp_session *s,
		     unsigned sender)
{
	const struct gtp_plan *plan = &s->plan;
	const struct gtp_ue value = {.mtu = mtu_of(dp, s),
				     .bearer = bearer_of(&s->bearer),
				     .hold = plan->hold,
				     .sender_ifindex = plan->forwards ? ifindex_of(g, sender) : 0};
	const struct in_addr ue = plan->pdp.ue;
	int rc = gtp_counters_make(bpf_map__fd(g->guard->maps.counters), &ue.s_addr, g->cpus);

	/* there already: a new peer for the same UE counts on */
	if (rc && rc != -EEXIST)
		return rc;
	if (bpf_map_update_elem(bpf_map__fd(g->guard->maps.ues), &ue.s_addr, &value, BPF_ANY))
		return -errno;
	if (dp->config.role == DP_ROLE_GNB &&
	    bpf_map_update_elem(bpf_map__fd(g->guard->maps.bearers), &value.bearer, &ue.s_addr,
				BPF_ANY))
		return -errno;
	return 0;
}

static bool pdp_equal(const struct gtp_pdp *a, const struct gtp_pdp *b)
{
	return a->local_teid == b->local_teid && a->peer_teid == b->peer_teid &&
	       a->peer.s_addr == b->peer.s_addr && a->ue.s_addr == b->ue.s_addr;
}

static bool ends_equal(const struct gtp_pdp *a, const struct gtp_pdp *b)
{
	return a->local_teid == b->local_teid && a->ue.s_addr == b->ue.s_addr;
}

/* From the context that stands in dp-gtp to the one that is wanted; on failure the old one stands
 * again */
static int context_replace(struct gtp *g, const struct gtp_pdp *old, const struct gtp_pdp *new)
{
	int rc = 0;

	if (old && new &&pdp_equal(old, new))
		return 0;
	if (old)
		rc = gtp_pdp_del(g->netlink, g->ifindex, old);
	if (rc || !new)
		return rc;
	rc = gtp_pdp_add(g->netlink, g->ifindex, new);
	if (rc && old)
		(void)gtp_pdp_add(g->netlink, g->ifindex, old);
	return rc;
}

/* The sender that @new needs: the one that @old has, the other one, or none */
static unsigned sender_choose(const struct dataplane *dp, unsigned now, const struct gtp_plan *old,
			      const struct gtp_plan *new)
{
	const unsigned other = now == 1 ? 2 : 1;

	if (!new->whole)
		return 0;
	if (dp->config.role == DP_ROLE_GNB && !new->forwards)
		return 0;
	if (dp->config.role == DP_ROLE_GNB)
		return now && pdp_equal(&old->forward, &new->forward) ? now : other;
	if (!old->whole || !ends_equal(&old->pdp, &new->pdp))
		return 0;
	return pdp_equal(&old->pdp, &new->pdp) ? now : other;
}

static const struct gtp_pdp *sender_pdp(const struct dataplane *dp, const struct gtp_plan *plan)
{
	return dp->config.role == DP_ROLE_GNB ? &plan->forward : &plan->pdp;
}

/* The guard's entries that fell away: another bearer (handover), another address, or all of it */
static void guard_prune(struct dataplane *dp, struct gtp *g, const struct gtp_session *old,
			const struct gtp_session *new)
{
	const struct ebpf_bearer was = bearer_of(&old->bearer), is = bearer_of(&new->bearer);

	if (!old->plan.whole)
		return;
	if (!new->plan.whole || new->plan.pdp.ue.s_addr != old->plan.pdp.ue.s_addr) {
		bpf_map_delete_elem(bpf_map__fd(g->guard->maps.ues), &old->plan.pdp.ue.s_addr);
		bpf_map_delete_elem(bpf_map__fd(g->guard->maps.counters), &old->plan.pdp.ue.s_addr);
	}
	if (dp->config.role == DP_ROLE_GNB &&
	    (!new->plan.whole || memcmp(&was, &is, sizeof(was)) != 0))
		bpf_map_delete_elem(bpf_map__fd(g->guard->maps.bearers), &was);
}

/* From what stands to what is wanted, and the devices that both send by */
struct change {
	const struct gtp_session *old, *new;
	unsigned now, sender;
};

/* Both contexts and the guard's entries, so that packets may be led by them; on failure as before
 */
static int contexts_make(struct dataplane *dp, struct gtp *g, const struct change *c)
{
	const struct gtp_plan *old = &c->old->plan, *new = &c->new->plan;
	const bool in_place = dp->config.role == DP_ROLE_UPF && old->whole &&
			      new->whole &&ends_equal(&old->pdp, &new->pdp);
	int rc = 0;

	if (c->sender && c->sender != c->now)
		rc = gtp_pdp_add(g->netlink, ifindex_of(g, c->sender), sender_pdp(dp, new));
	if (rc)
		return rc;
	/* the guard first: nobody sends to a new context before we have answered */
	if (new->whole)
		rc = guard_add(dp, g, c->new, c->sender);
	if (!rc && !in_place)
		rc = context_replace(g, old->whole ? &old->pdp : NULL,
				     new->whole ? &new->pdp : NULL);
	if (!rc)
		return 0;
	guard_prune(dp, g, c->new, c->old);
	if (old->whole)
		(void)guard_add(dp, g, c->old, c->now);
	if (c->sender && c->sender != c->now)
		(void)gtp_pdp_del(g->netlink, ifindex_of(g, c->sender), sender_pdp(dp, new));
	return rc;
}

/* Packets of the context that was are through when this returns */
static void contexts_prune(struct dataplane *dp, struct gtp *g, const struct change *c)
{
	const struct gtp_plan *old = &c->old->plan;

	if (old->whole && (!c->new->plan.whole || c->sender != c->now))
		dataplane_barrier(dp);
	guard_prune(dp, g, c->old, c->new);
	if (c->now && c->now != c->sender)
		(void)gtp_pdp_del(g->netlink, ifindex_of(g, c->now), sender_pdp(dp, old));
}

static struct n6_way way_of(const struct dataplane *dp, const struct gtp_session *s,
			    unsigned sender)
{
	const struct gtp *g = dp->state;

	return (struct n6_way){.ue = {.addr = dp_addr_ip4(s->plan.pdp.ue), .len = 32},
			       .mtu = mtu_of(dp, s),
			       .ifindex = ifindex_of(g, sender)};
}

static int route(struct dataplane *dp, struct gtp *g, const struct change *c)
{
	const struct n6_way old = way_of(dp, c->old, c->now), new = way_of(dp, c->new, c->sender);

	if (dp->config.role != DP_ROLE_UPF)
		return 0;
	return n6_routing_session(dp, g->ifindex, c->old->plan.whole ? &old : NULL,
				  c->new->plan.whole ? &new : NULL);
}

static int session_change(struct dataplane *dp, const struct change *c, struct dp_error *ret_err)
{
	struct gtp *g = dp->state;
	int rc = contexts_make(dp, g, c);

	if (rc)
		return fail(ret_err, rc, "context");
	/* where no other device is wanted the route only makes ICMP say the session's own MTU */
	rc = route(dp, g, c);
	if (rc && c->sender && c->sender != c->now) {
		(void)gtp_pdp_del(g->netlink, ifindex_of(g, c->sender),
				  sender_pdp(dp, &c->new->plan));
		return fail(ret_err, rc, "route");
	}
	contexts_prune(dp, g, c);
	return 0;
}

static int gtp_apply(struct dataplane *dp, struct dp_entry *entry, const struct dp_session *session,
		     const struct dp_keys *keys, struct dp_error *ret_err)
{
	struct change c = {.old = standing(entry), .now = sender_of(entry)};
	struct gtp_session *new;
	struct gtp_plan plan;
	int rc = gtp_session_map(dp->config.role, session, &plan, ret_err);

	if (rc)
		return rc;
	new = gtp_session_new(session, &plan);
	if (!new)
		return fail(ret_err, -ENOMEM, "session");
	new->by_hand = c.old->by_hand;
	c.new = new;
	c.sender = sender_choose(dp, c.now, &c.old->plan, &plan);
	rc = session_change(dp, &c, ret_err);
	if (rc) {
		free(new);
		return rc;
	}
	free(entry->state);
	entry->state = new;
	entry->slot = c.sender;
	return 0;
}

static void gtp_remove(struct dataplane *dp, struct dp_entry *entry)
{
	struct gtp *g = dp->state;
	const struct change c = {.old = standing(entry), .new = &none, .now = sender_of(entry)};

	if (c.old->plan.whole)
		(void)gtp_pdp_del(g->netlink, g->ifindex, &c.old->plan.pdp);
	if (c.now)
		(void)gtp_pdp_del(g->netlink, ifindex_of(g, c.now), sender_pdp(dp, &c.old->plan));
	guard_prune(dp, g, c.old, c.new);
	(void)route(dp, g, &c); /* last: dp-gtp would send to a peer of long ago */
	free(entry->state);
	entry->state = NULL;
}

static int gtp_counters(struct dataplane *dp, struct dp_entry *entry,
			struct dp_counters *ret_counters)
{
	const struct gtp_session *s = standing(entry);
	struct gtp *g = dp->state;
	int rc = 0;

	memset(ret_counters, 0, sizeof(*ret_counters));
	if (s->plan.whole)
		rc = gtp_counters_sum(bpf_map__fd(g->guard->maps.counters), &s->plan.pdp.ue.s_addr,
				      g->cpus, ret_counters);
	ret_counters->downlink_packets += s->by_hand.downlink_packets;
	ret_counters->downlink_bytes += s->by_hand.downlink_bytes;
	return rc;
}

static int gtp_radio_add(struct dataplane *dp, unsigned ifindex)
{
	struct gtp *g = dp->state;
	int rc;

	for (size_t i = 0; i < g->radio_count; i++)
		if (g->radio[i] == ifindex)
			return 0;
	if (g->radio_count == DP_RADIO_MAX)
		return -ENOSPC;
	rc = dp_filter_attach(dp, ifindex, false, bpf_program__fd(g->guard->progs.guard_radio),
			      "guard_radio");
	if (!rc)
		g->radio[g->radio_count++] = ifindex;
	return rc;
}

static int gtp_radio_remove(struct dataplane *dp, unsigned ifindex)
{
	struct gtp *g = dp->state;

	for (size_t i = 0; i < g->radio_count; i++) {
		if (g->radio[i] != ifindex)
			continue;
		dp_filter_detach(dp, ifindex, false);
		g->radio[i] = g->radio[--g->radio_count];
		return 0;
	}
	return -ENOENT;
}

/* The guard counts by the programs' numbers */
_Static_assert((int)EBPF_DROP_GATE == (int)DP_DROP_GATE &&
		       (int)EBPF_DROP_RATE == (int)DP_DROP_RATE &&
		       (int)EBPF_DROP_QUOTA == (int)DP_DROP_QUOTA,
	       "one numbering");

static void gtp_drops(struct dataplane *dp, uint64_t drops[DP_DROP_REASONS])
{
	struct gtp *g = dp->state;

	dp_drops_sum(bpf_map__fd(g->guard->maps.drops), g->cpus, drops);
}

static int gtp_hold_open(struct dataplane *dp, struct hold_set **ret_holds)
{
	struct gtp *g = dp->state;

	return hold_open(dp->nl, bpf_map__fd(g->guard->maps.holds), dp->path, dp->backlog,
			 ret_holds);
}

const struct dp_backend dp_backend_gtp = {
	.name = "gtp",
	.kernel_check = gtp_kernel_check,
	.kernel_lacks = "the kernel has no gtp driver",
	.open = gtp_open,
	.close = gtp_close,
	.apply = gtp_apply,
	.remove = gtp_remove,
	.counters = gtp_counters,
	.radio_add = gtp_radio_add,
	.radio_remove = gtp_radio_remove,
	.drops = gtp_drops,
	.stray = gtp_stray,
	.hold_open = gtp_hold_open,
};
