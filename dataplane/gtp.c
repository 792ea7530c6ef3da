// SPDX-License-Identifier: Apache-2.0
/*
 * The gtp back end: the mainline kernel's gtp driver carries the tunnels, on the UDP socket of
 * gtpu_path.c; the guard programs (gtp_guard.bpf.c) do what it doesn't. A session is one context,
 * or, while it is half, none.
 *
 * The driver can't change a context: another peer or TEID is a new one, and packets that come
 * between the deletion and the making are lost. Its uplink packets must come without a PDU session
 * container (6.1 hands those up to the socket). The driver does not count: the guard does, for each
 * UE address. A packet too big with DF is answered by the stack, by the MTU of dp-gtp, and not
 * counted.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/bpf_maps.h"
#include "dataplane/gtp.h"
#include "dataplane/gtp_shared.h"
#include "dataplane/gtpu_path.h"
#include "lib/gtpu/gtpu.h"
#include "lib/radio.h"
/* after gtp_shared.h, whose struct gtp_guard_config is in it */
#include "bpf/gtp_guard.skel.h"

enum { HASH_SIZE = 16384 };

static const char device[] = "dp-gtp";

struct gtp {
	struct gtp_netlink *netlink;
	struct gtp_guard *guard;
	unsigned ifindex;
	int cpus;
	size_t radio_count;
	unsigned radio[DP_RADIO_MAX];
};

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
	const struct dp_session any = {0};
	const bool sgsn = dp->config.role == DP_ROLE_GNB;
	struct nl_link link;
	int rc = dp_link_clear(dp->nl, device);

	if (!rc)
		rc = gtp_link_add(g->netlink, device, gtpu_path_socket(dp->path), sgsn, HASH_SIZE);
	if (!rc)
		rc = dp_link_find(dp->nl, device, &link);
	if (rc)
		return fail(ret_err, rc, device);
	g->ifindex = link.ifindex;
	rc = nl_link_set_alias(dp->nl, g->ifindex, DP_LINK_ALIAS);
	if (!rc)
		rc = nl_link_set_mtu(dp->nl, g->ifindex, dp_session_mtu(dp, &any));
	if (!rc)
		rc = dp_ipv6_disable(device);
	if (!rc)
		rc = nl_link_set_up(dp->nl, g->ifindex, true);
	return rc ? fail(ret_err, rc, device) : 0;
}

static int guard_load(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err)
{
	static const uint8_t gnb_mac[] = RADIO_GNB_MAC;
	struct gtp_guard_config *config;
	int rc;

	g->guard = gtp_guard__open();
	if (!g->guard)
		return fail(ret_err, -errno, "guard programs");
	config = (struct gtp_guard_config *)&g->guard->rodata->guard;
	config->gnb = dp->config.role == DP_ROLE_GNB;
	config->gtp_ifindex = g->ifindex;
	memcpy(config->gnb_mac, gnb_mac, sizeof(gnb_mac));
	rc = gtp_guard__load(g->guard);
	return rc ? fail(ret_err, rc, "the kernel refuses the guard programs") : 0;
}

static int guard_attach(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err)
{
	int rc = dp_prefixes_fill(bpf_map__fd(g->guard->maps.protected_prefixes),
				  dp->config.protected_prefix, dp->config.protected_count);

	if (!rc)
		rc = dp_filter_attach(dp, g->ifindex, false,
				      bpf_program__fd(g->guard->progs.guard_in), "guard_in");
	if (!rc)
		rc = dp_filter_attach(dp, g->ifindex, true,
				      bpf_program__fd(g->guard->progs.guard_out), "guard_out");
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
	return n6_routing_up(dp, device, g->ifindex, ret_err);
}

static void gtp_close(struct dataplane *dp)
{
	struct gtp *g = dp->state;

	for (size_t i = 0; i < g->radio_count; i++)
		dp_filter_detach(dp, g->radio[i], false);
	if (dp->config.role == DP_ROLE_UPF)
		n6_routing_down(dp);
	if (g->ifindex)
		(void)nl_link_del(dp->nl, g->ifindex);
	if (g->guard && dp->config.pin_dir)
		dp_maps_unpin(g->guard->obj, dp->config.pin_dir);
	gtp_guard__destroy(g->guard);
	gtp_netlink_close(g->netlink);
	free(g);
	dp->state = NULL;
}

/* What is installed of the rules that stand; they were accepted once */
static bool context_of(const struct dp_session *session, struct gtp_pdp *ret_pdp)
{
	bool whole;

	return !gtp_session_map(session, ret_pdp, &whole, NULL) && whole;
}

static struct ebpf_bearer bearer_of(const struct dp_session *session)
{
	struct ebpf_bearer ret = {.ifindex = session->bearer.ifindex};

	memcpy(ret.mac, session->bearer.ue_mac, sizeof(ret.mac));
	return ret;
}

static int guard_add(struct dataplane *dp, struct gtp *g, const struct dp_session *session,
		     struct in_addr ue)
{
	const struct gtp_ue value = {.mtu = dp_session_mtu(dp, session),
				     .bearer = bearer_of(session)};
	int rc = dp_counters_make(bpf_map__fd(g->guard->maps.counters), &ue.s_addr, g->cpus);

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

static void guard_remove(struct dataplane *dp, struct gtp *g, const struct dp_session *session,
			 struct in_addr ue)
{
	const struct ebpf_bearer bearer = bearer_of(session);

	bpf_map_delete_elem(bpf_map__fd(g->guard->maps.ues), &ue.s_addr);
	bpf_map_delete_elem(bpf_map__fd(g->guard->maps.counters), &ue.s_addr);
	if (dp->config.role == DP_ROLE_GNB)
		bpf_map_delete_elem(bpf_map__fd(g->guard->maps.bearers), &bearer);
}

static bool pdp_equal(const struct gtp_pdp *a, const struct gtp_pdp *b)
{
	return a->local_teid == b->local_teid && a->peer_teid == b->peer_teid &&
	       a->peer.s_addr == b->peer.s_addr && a->ue.s_addr == b->ue.s_addr;
}

/* From the context that stands to the one that is wanted; on failure the old one stands again */
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

/* The guard's entries that fell away: another bearer (handover), another address, or all of it */
static void guard_prune(struct dataplane *dp, struct gtp *g, const struct dp_session *old,
			const struct gtp_pdp *old_pdp, const struct dp_session *session,
			const struct gtp_pdp *new_pdp)
{
	const struct ebpf_bearer was = bearer_of(old), is = bearer_of(session);

	if (!old_pdp)
		return;
	if (!new_pdp || new_pdp->ue.s_addr != old_pdp->ue.s_addr) {
		bpf_map_delete_elem(bpf_map__fd(g->guard->maps.ues), &old_pdp->ue.s_addr);
		bpf_map_delete_elem(bpf_map__fd(g->guard->maps.counters), &old_pdp->ue.s_addr);
	}
	if (dp->config.role == DP_ROLE_GNB && (!new_pdp || memcmp(&was, &is, sizeof(was)) != 0))
		bpf_map_delete_elem(bpf_map__fd(g->guard->maps.bearers), &was);
}

static int gtp_apply(struct dataplane *dp, struct dp_entry *entry, const struct dp_session *session,
		     struct dp_error *ret_err)
{
	struct gtp *g = dp->state;
	struct gtp_pdp old, new;
	bool whole;
	const bool had = context_of(&entry->session, &old);
	int rc = gtp_session_map(session, &new, &whole, ret_err);

	if (rc)
		return rc;
	/* the guard first: nobody sends to a new context before we have answered */
	if (whole)
		rc = guard_add(dp, g, session, new.ue);
	if (!rc)
		rc = context_replace(g, had ? &old : NULL, whole ? &new : NULL);
	if (rc && whole && !(had && old.ue.s_addr == new.ue.s_addr))
		guard_remove(dp, g, session, new.ue);
	else if (rc && whole)
		(void)guard_add(dp, g, &entry->session, old.ue);
	if (rc)
		return fail(ret_err, rc, "context");
	guard_prune(dp, g, &entry->session, had ? &old : NULL, session, whole ? &new : NULL);
	if (dp->config.role == DP_ROLE_UPF)
		(void)n6_routing_session(dp, g->ifindex, &entry->session, session);
	return 0;
}

static void gtp_remove(struct dataplane *dp, struct dp_entry *entry)
{
	struct gtp *g = dp->state;
	struct gtp_pdp pdp;

	if (context_of(&entry->session, &pdp)) {
		(void)gtp_pdp_del(g->netlink, g->ifindex, &pdp);
		guard_remove(dp, g, &entry->session, pdp.ue);
	}
	if (dp->config.role == DP_ROLE_UPF)
		(void)n6_routing_session(dp, g->ifindex, &entry->session, NULL);
}

static int gtp_counters(struct dataplane *dp, struct dp_entry *entry,
			struct dp_counters *ret_counters)
{
	struct gtp *g = dp->state;
	struct gtp_pdp pdp;

	memset(ret_counters, 0, sizeof(*ret_counters));
	if (!context_of(&entry->session, &pdp))
		return 0;
	return dp_counters_sum(bpf_map__fd(g->guard->maps.counters), &pdp.ue.s_addr, g->cpus,
			       ret_counters);
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

static void gtp_drops(struct dataplane *dp, uint64_t drops[DP_DROP_REASONS])
{
	struct gtp *g = dp->state;

	dp_drops_sum(bpf_map__fd(g->guard->maps.drops), g->cpus, drops);
}

/* The driver hands up what it has no context for, and what it can't parse */
static void gtp_stray(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg)
{
	struct gtp_pdp pdp;

	if (!entry)
		dp->drops[DP_DROP_UNKNOWN_TEID]++;
	else if (msg->header.n_extension)
		dp->drops[DP_DROP_MALFORMED]++;
	else if (!context_of(&entry->session, &pdp))
		dp->drops[DP_DROP_GATE]++;
	else
		dp->drops[DP_DROP_SPOOFED]++;
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
};
