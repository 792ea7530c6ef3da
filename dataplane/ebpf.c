// SPDX-License-Identifier: Apache-2.0
/*
 * The ebpf back end: tc programs on clsact. Loads them, fills in their constants, and hands the
 * rest to ebpf_rules.c and ebpf_wire.c.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/bpf_maps.h"
#include "dataplane/ebpf.h"
#include "dataplane/hold.h"
#include "lib/bpf_log.h"
#include "lib/log.h"
#include "lib/radio.h"
/* after ebpf_shared.h, whose struct ebpf_config is in it */
#include "bpf/ebpf_tc.skel.h"

static void classes_fill(const struct dp_prefix *prefixes, size_t count, uint32_t class,
			 struct ebpf_config *config)
{
	for (size_t i = 0; i < count; i++) {
		const uint32_t mask =
			prefixes[i].len ? htonl(UINT32_MAX << (32 - prefixes[i].len)) : 0;

		config->class[config->class_count++] =
			(struct ebpf_class){.addr_be = prefixes[i].addr.ip4.s_addr & mask,
					    .mask_be = mask,
					    .class = class};
	}
}

static void constants_fill(const struct dataplane *dp, const struct ebpf_wire *wire,
			   struct ebpf_config *ret_config)
{
	static const uint8_t gnb_mac[] = RADIO_GNB_MAC;

	ret_config->n3_be = dp->config.local[0].addr.ip4.s_addr;
	ret_config->n3_ifindex = dp->n3.ifindex;
	ret_config->gnb = dp->config.role == DP_ROLE_GNB;
	ret_config->segment = wire->segment;
	ret_config->stack_ifindex = wire->stack_ifindex;
	ret_config->wire_ifindex = wire->wire_ifindex;
	memcpy(ret_config->stack_mac, wire->stack_mac, sizeof(wire->stack_mac));
	memcpy(ret_config->wire_mac, wire->wire_mac, sizeof(wire->wire_mac));
	memcpy(ret_config->gnb_mac, gnb_mac, sizeof(gnb_mac));
	ret_config->n6_table = dp->config.instance[0].table;
	ret_config->n6_be = dp->n6_addr.s_addr;
	classes_fill(dp->config.protected_prefix, dp->config.protected_count, EBPF_PROTECTED,
		     ret_config);
	classes_fill(dp->config.instance[0].pool, dp->config.instance[0].pool_count, EBPF_POOL,
		     ret_config);
}

/* What the other role needs is neither loaded nor given memory */
static void role_select(struct ebpf_tc *skel, enum dp_role role)
{
	const bool upf = role == DP_ROLE_UPF;

	bpf_program__set_autoload(skel->progs.dp_n6, upf);
	bpf_program__set_autoload(skel->progs.dp_stack, upf);
	bpf_program__set_autoload(skel->progs.fib_probe, upf);
	bpf_program__set_autoload(skel->progs.dp_radio, !upf);
	bpf_map__set_max_entries(upf ? skel->maps.bearers : skel->maps.ues, 1);
}

static int programs_load(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	int rc;

	libbpf_set_print(bpf_log);
	e->skel = ebpf_tc__open();
	if (!e->skel)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -errno, "tc programs: %s",
				    strerror(errno));
	constants_fill(dp, &e->wire, (struct ebpf_config *)&e->skel->rodata->config);
	role_select(e->skel, dp->config.role);
	rc = ebpf_tc__load(e->skel);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc,
				    "the kernel refuses the tc programs: %s", strerror(-rc));
	return 0;
}

static void fib_probe(struct ebpf_tc *skel)
{
	uint8_t frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame));

	if (!bpf_prog_test_run_opts(bpf_program__fd(skel->progs.fib_probe), &opts))
		skel->bss->fib_takes_table = opts.retval;
}

static int maps_init(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	struct ebpf_tc *skel = e->skel;
	const struct ebpf_maps maps = {
		.teids = bpf_map__fd(skel->maps.teids),
		.ues = bpf_map__fd(skel->maps.ues),
		.bearers = bpf_map__fd(skel->maps.bearers),
		.current = bpf_map__fd(skel->maps.current),
		.rule_sets = bpf_map__fd(skel->maps.rule_sets),
		.counters = bpf_map__fd(skel->maps.counters),
		.drops = bpf_map__fd(skel->maps.drops),
	};
	int rc = ebpf_rules_init(&e->rules, &maps);

	return rc ? dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "maps: %s", strerror(-rc)) : 0;
}

static int pin(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	const char *dir = dp->config.pin_dir;
	int rc;

	if (!dir)
		return 0;
	rc = dp_maps_pin(e->skel->obj, dir);
	return rc ? dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "pins in %s: %s", dir,
				 strerror(-rc))
		  : 0;
}

static int attach_one(struct dataplane *dp, unsigned ifindex, const struct bpf_program *prog,
		      struct dp_error *ret_err)
{
	int rc = dp_filter_attach(dp, ifindex, false, bpf_program__fd(prog),
				  bpf_program__name(prog));

	return rc ? dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "clsact %s on %u: %s",
				 bpf_program__name(prog), ifindex, strerror(-rc))
		  : 0;
}

static int attach_all(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	int rc = 0;

	if (dp->config.role == DP_ROLE_UPF) {
		rc = attach_one(dp, e->wire.wire_ifindex, e->skel->progs.dp_stack, ret_err);
		if (!rc)
			rc = attach_one(dp, dp->n6.ifindex, e->skel->progs.dp_n6, ret_err);
	} else if (e->wire.made) {
		rc = attach_one(dp, e->wire.wire_ifindex, e->skel->progs.dp_radio, ret_err);
	}
	return rc ? rc : attach_one(dp, dp->n3.ifindex, e->skel->progs.dp_n3, ret_err);
}

static int ebpf_open(struct dataplane *dp, struct dp_error *ret_err)
{
	struct ebpf *e = calloc(1, sizeof(*e));
	int rc;

	if (!e)
		return -ENOMEM;
	dp->state = e;
	/* bpf_fib_lookup refuses an ingress that doesn't forward */
	rc = dp_forwarding_set_up(dp->config.local[0].dev);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "settings of %s: %s",
				    dp->config.local[0].dev, strerror(-rc));
	e->wire.segment = strcmp(dp->n3.kind, "veth") != 0;
	if (dp->config.role == DP_ROLE_UPF || e->wire.segment)
		rc = ebpf_wire_make(dp, &e->wire, ret_err);
	if (!rc)
		rc = programs_load(dp, e, ret_err);
	if (!rc)
		rc = maps_init(dp, e, ret_err);
	if (!rc && dp->config.role == DP_ROLE_UPF)
		fib_probe(e->skel);
	if (!rc)
		rc = pin(dp, e, ret_err);
	return rc ? rc : attach_all(dp, e, ret_err);
}

static void ebpf_close(struct dataplane *dp)
{
	struct ebpf *e = dp->state;

	dp_filter_detach(dp, dp->n3.ifindex, false);
	if (dp->config.role == DP_ROLE_UPF)
		dp_filter_detach(dp, dp->n6.ifindex, false);
	for (size_t i = 0; i < e->radio_count; i++)
		dp_filter_detach(dp, e->radio[i], false);
	ebpf_wire_remove(dp, &e->wire);
	if (e->skel && dp->config.pin_dir)
		dp_maps_unpin(e->skel->obj, dp->config.pin_dir);
	ebpf_rules_done(&e->rules);
	ebpf_tc__destroy(e->skel);
	free(e);
	dp->state = NULL;
}

static int session_route(struct dataplane *dp, struct in_addr old_ue, uint16_t old_mtu,
			 struct in_addr ue, uint16_t mtu)
{
	const struct ebpf *e = dp->state;
	const unsigned ifindex = e->wire.stack_ifindex;

	if (dp->config.role != DP_ROLE_UPF)
		return 0;
	return n6_routing_session(dp, ifindex, (struct n6_way){old_ue, old_mtu, ifindex},
				  (struct n6_way){ue, mtu, ifindex});
}

static int ebpf_apply(struct dataplane *dp, struct dp_entry *entry,
		      const struct dp_session *session, const struct dp_keys *keys,
		      struct dp_error *ret_err)
{
	struct ebpf *e = dp->state;
	const struct ebpf_change change = {
		.session = session, .keys = keys, .mtu = dp_session_mtu(dp, session->mtu)};
	int rc = ebpf_rules_apply(&e->rules, entry, &change, ret_err);

	/* the route only makes ICMP say the session's own MTU: not worth refusing a session */
	if (!rc &&
	    session_route(dp, dp_entry_ue(entry), entry->mtu, dp_keys_ue(keys), session->mtu))
		log_warn("dataplane", "session=%#lx what=mtu-route error=\"%s\"",
			 (unsigned long)session->id, nl_error_text(dp->nl));
	return rc;
}

static void ebpf_remove(struct dataplane *dp, struct dp_entry *entry)
{
	struct ebpf *e = dp->state;

	ebpf_rules_remove(&e->rules, entry);
	(void)session_route(dp, dp_entry_ue(entry), entry->mtu, (struct in_addr){0}, 0);
}

static int ebpf_counters(struct dataplane *dp, struct dp_entry *entry,
			 struct dp_counters *ret_counters)
{
	struct ebpf *e = dp->state;

	return dp_counters_sum(e->rules.maps.counters, &entry->slot, e->rules.cpus, ret_counters);
}

static int ebpf_radio_add(struct dataplane *dp, unsigned ifindex)
{
	struct ebpf *e = dp->state;
	int rc;

	for (size_t i = 0; i < e->radio_count; i++)
		if (e->radio[i] == ifindex)
			return 0;
	if (e->radio_count == DP_RADIO_MAX)
		return -ENOSPC;
	rc = attach_one(dp, ifindex, e->skel->progs.dp_radio, NULL);
	if (!rc)
		e->radio[e->radio_count++] = ifindex;
	return rc;
}

static int ebpf_radio_remove(struct dataplane *dp, unsigned ifindex)
{
	struct ebpf *e = dp->state;

	for (size_t i = 0; i < e->radio_count; i++) {
		if (e->radio[i] != ifindex)
			continue;
		dp_filter_detach(dp, ifindex, false);
		e->radio[i] = e->radio[--e->radio_count];
		return 0;
	}
	return -ENOENT;
}

static void ebpf_drops(struct dataplane *dp, uint64_t drops[DP_DROP_REASONS])
{
	struct ebpf *e = dp->state;

	dp_drops_sum(e->rules.maps.drops, e->rules.cpus, drops);
}

/* The programs have counted the others. A known TEID gets here in pieces only: the outer packet was
 * a fragment. */
static void ebpf_stray(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg)
{
	if (entry)
		dp->drops[DP_DROP_MALFORMED]++;
}

static int ebpf_hold_open(struct dataplane *dp, struct hold_set **ret_holds)
{
	const struct ebpf *e = dp->state;

	return hold_open(dp->nl, bpf_map__fd(e->skel->maps.holds), dp->path, dp->backlog,
			 ret_holds);
}

static int ebpf_kernel_check(void)
{
	return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SCHED_CLS, NULL) == 1 ? 0 : -EOPNOTSUPP;
}

const struct dp_backend dp_backend_ebpf = {
	.name = "ebpf",
	.kernel_check = ebpf_kernel_check,
	.kernel_lacks = "the kernel loads no tc programs (rights, or CONFIG_BPF_SYSCALL)",
	.open = ebpf_open,
	.close = ebpf_close,
	.apply = ebpf_apply,
	.remove = ebpf_remove,
	.counters = ebpf_counters,
	.radio_add = ebpf_radio_add,
	.radio_remove = ebpf_radio_remove,
	.hold_open = ebpf_hold_open,
	.drops = ebpf_drops,
	.stray = ebpf_stray,
};
