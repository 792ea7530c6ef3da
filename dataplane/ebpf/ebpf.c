// SPDX-License-Identifier: Apache-2.0
/*
 * The ebpf back end: tc programs on clsact. Loads them, fills in their constants, and hands the
 * rest to maps.c, rules.c and wire.c.
 */
#include "dataplane/ebpf/ebpf.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "dataplane/bpf_maps.h"
#include "dataplane/ebpf/session.h"
#include "dataplane/gtpu_path.h"
#include "dataplane/hold.h"
#include "lib/bpf_log.h"
#include "lib/log.h"
#include "lib/radio.h"
/* after shared.h, whose struct ebpf_config is in it */
#include "bpf/ebpf_tc.skel.h"

/* ---- events ---- */

static int on_event(void *user, void *data, size_t size)
{
	struct dataplane *dp = user;
	const struct ebpf *e = dp->state;
	const struct ebpf_event event = *(const struct ebpf_event *)data;
	uint64_t session;
	uint32_t urr;

	if (rules_event(&e->rules, &dp->store, &event, &session, &urr))
		return 0;
	if (event.kind == EBPF_EVENT_USAGE && dp->events.usage)
		dp->events.usage(session, urr, dp->events.user);
	else if (event.kind == EBPF_EVENT_DOWNLINK_DATA && dp->events.downlink_data)
		dp->events.downlink_data(session, (uint16_t)event.number, (uint8_t)event.qfi,
					 dp->events.user);
	return 0;
}

static int events_open(struct dataplane *dp, struct ebpf *e)
{
	e->events = ring_buffer__new(bpf_map__fd(e->skel->maps.events), on_event, dp, NULL);
	return e->events ? gtpu_path_watch(dp->path, ring_buffer__epoll_fd(e->events)) : -errno;
}

static void ebpf_process(struct dataplane *dp)
{
	struct ebpf *e = dp->state;

	(void)ring_buffer__consume(e->events);
	if (e->buffer)
		buffer_process(e->buffer);
}

/* ---- programs ---- */

/* A device's ways are told apart by the first local address that it has */
static void locals_fill(const struct dataplane *dp, struct ebpf_local ret[EBPF_LOCALS_MAX])
{
	for (uint8_t i = 0; i < dp->config.local_count; i++) {
		const struct dp_addr *addr = &dp->config.local[i].addr;
		uint8_t first = 0;

		while (dp->n3[first].ifindex != dp->n3[i].ifindex)
			first++;
		ret[i] = (struct ebpf_local){.ifindex = dp->n3[i].ifindex,
					     .v6 = addr->family == AF_INET6,
					     .way = EBPF_HOP_N3 | first};
		memcpy(ret[i].addr, &addr->ip6, dp_addr_octets(addr));
	}
}

static struct ebpf_wire wire_of(const struct wire *wire)
{
	struct ebpf_wire ret = {.stack_ifindex = wire->stack_ifindex,
				.wire_ifindex = wire->wire_ifindex};

	memcpy(ret.stack_mac, wire->stack_mac, sizeof(ret.stack_mac));
	memcpy(ret.wire_mac, wire->wire_mac, sizeof(ret.wire_mac));
	return ret;
}

static void constants_fill(const struct dataplane *dp, const struct ebpf *e,
			   struct ebpf_config *ret)
{
	static const uint8_t gnb_mac[] = RADIO_GNB_MAC;

	ret->gnb = dp->config.role == DP_ROLE_GNB;
	ret->segment = e->segment;
	ret->teid_mask = bpf_map__max_entries(e->skel->maps.teids) - 1;
	memcpy(ret->gnb_mac, gnb_mac, sizeof(gnb_mac));
	ret->local_count = dp->config.local_count;
	memcpy(ret->local, e->local, sizeof(ret->local));
	ret->instance_count = dp->config.instance_count;
	for (uint8_t i = 0; i < dp->config.instance_count; i++)
		ret->instance[i] = (struct ebpf_instance){dp->n6[i].link.ifindex,
							  dp->config.instance[i].table};
	for (size_t i = 0; i < EBPF_INSTANCES_MAX; i++)
		ret->wire[i] = wire_of(&e->wire[i]);
	ret->pool_count = (uint32_t)e->rules.index.pool_count;
	memcpy(ret->pool, e->pool, sizeof(ret->pool));
}

/* What the other role needs is not loaded */
static void role_select(struct ebpf_tc *skel, enum dp_role role)
{
	const bool upf = role == DP_ROLE_UPF;

	bpf_program__set_autoload(skel->progs.dp_n6, upf);
	bpf_program__set_autoload(skel->progs.dp_stack, upf);
	bpf_program__set_autoload(skel->progs.fib_probe, upf);
	bpf_program__set_autoload(skel->progs.dp_radio, !upf);
}

static int programs_load(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	int rc;

	libbpf_set_print(bpf_log);
	e->skel = ebpf_tc__open();
	if (!e->skel)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -errno, "tc programs: %s",
				    strerror(errno));
	maps_size(dp, e);
	locals_fill(dp, e->local);
	constants_fill(dp, e, (struct ebpf_config *)&e->skel->rodata->config);
	role_select(e->skel, dp->config.role);
	rc = ebpf_tc__load(e->skel);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc,
				    "the kernel refuses the tc programs: %s", strerror(-rc));
	rc = maps_open(dp, e);
	if (!rc)
		rc = events_open(dp, e);
	return rc ? dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "maps: %s", strerror(-rc)) : 0;
}

static void fib_probe(struct ebpf *e)
{
	struct ebpf_tc *skel = e->skel;
	uint8_t frame[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame));

	if (!bpf_prog_test_run_opts(bpf_program__fd(skel->progs.fib_probe), &opts))
		e->state->fib_takes_table = opts.retval;
}

/* ---- open and close ---- */

/* bpf_fib_lookup refuses an ingress that doesn't forward */
static int locals_set_up(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	int rc = 0;

	for (size_t i = 0; i < dp->config.local_count && !rc; i++) {
		const struct dp_local *local = &dp->config.local[i];

		e->segment |= strcmp(dp->n3[i].kind, "veth") != 0;
		rc = dp_forwarding_set_up(local->dev);
		if (!rc && local->addr.family == AF_INET6)
			rc = dp_forwarding6_set_up(local->dev);
		if (rc)
			return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "settings of %s: %s",
					    local->dev, strerror(-rc));
	}
	return rc;
}

/* A predecessor's, or our own in its place */
static int wires_have(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	int rc;

	if (!dp->config.adopt && !dp->config.from)
		return dp->config.role == DP_ROLE_UPF || e->segment ? wires_make(dp, e, ret_err)
								    : 0;
	rc = predecessor_open(dp, &e->predecessor);
	if (!rc)
		rc = wires_adopt(dp, e);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "no predecessor: %s",
				    strerror(-rc));
	return dp->config.from ? wires_lead(dp, e, dp->config.from, ret_err) : 0;
}

static int ebpf_open(struct dataplane *dp, struct dp_error *ret_err)
{
	struct ebpf *e = calloc(1, sizeof(*e));
	int rc;

	if (!e)
		return -ENOMEM;
	dp->state = e;
	e->cpus = libbpf_num_possible_cpus();
	if (e->cpus < 0 || syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EOPNOTSUPP, "no membarrier");
	rc = locals_set_up(dp, e, ret_err);
	if (!rc)
		rc = wires_have(dp, e, ret_err);
	if (!rc)
		rc = programs_load(dp, e, ret_err);
	if (!rc && dp->config.role == DP_ROLE_UPF)
		fib_probe(e);
	return rc || dp->config.adopt || dp->config.from ? rc : ebpf_serve(dp, e, ret_err);
}

/* When the last filter is replaced, and no program of the predecessor's runs any more, its counts
 * stand still. */
static int ebpf_adopt(struct dataplane *dp, struct dp_error *ret_err)
{
	struct ebpf *e = dp->state;
	int rc = dp->config.from ? ebpf_take_over(dp, e, ret_err) : ebpf_serve(dp, e, ret_err);

	if (rc)
		return rc;
	dataplane_barrier(dp);
	predecessor_drops(e->predecessor, e->cpus, dp->drops);
	return 0;
}

/* The id of the map of slots: the kernel counts them up */
static uint32_t ebpf_generation(const struct dataplane *dp, bool predecessors)
{
	const struct ebpf *e = dp->state;
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	if (predecessors)
		return e->predecessor ? predecessor_generation(e->predecessor) : 0;
	return bpf_obj_get_info_by_fd(bpf_map__fd(e->skel->maps.slots), &info, &size) ? 0 : info.id;
}

static int ebpf_inherit(struct dataplane *dp, struct dp_entry *entry, const void *saved, size_t len)
{
	const struct ebpf *e = dp->state;

	return e->predecessor ? session_inherit(e->predecessor, entry, saved, len) : -ENOENT;
}

static void ebpf_inherited(struct dataplane *dp)
{
	struct ebpf *e = dp->state;

	predecessor_close(e->predecessor);
	e->predecessor = NULL;
}

/* What they had in the maps goes with these */
static void sessions_forget(struct dp_store *store)
{
	size_t at = 0;

	for (struct dp_entry *entry; (entry = dp_store_next(store, &at));)
		session_free(entry);
}

/* What is outside of the maps. A predecessor whose place was not taken goes on. */
static void serve_end(struct dataplane *dp, struct ebpf *e)
{
	if (dp->config.from)
		wires_lead_no_more(dp, e, dp->config.from);
	else if (!dp->left && (!dp->config.adopt || e->serving))
		ebpf_withdraw(dp, e);
}

static void ebpf_close(struct dataplane *dp)
{
	struct ebpf *e = dp->state;

	xdp_close(e);
	predecessor_close(e->predecessor);
	sessions_forget(&dp->store);
	serve_end(dp, e);
	buffer_close(e->buffer);
	whole_close(e->whole);
	ring_buffer__free(e->events);
	maps_close(e);
	ebpf_tc__destroy(e->skel);
	free(e);
	dp->state = NULL;
}

/* ---- sessions ---- */

static bool is_buffering(uint32_t slot, uint16_t pdr, void *user)
{
	struct dataplane *dp = user;
	const struct ebpf *e = dp->state;

	return rules_buffers(&e->rules, &dp->store, slot, pdr);
}

static int buffer_want(struct dataplane *dp, const struct dp_session *session)
{
	struct ebpf *e = dp->state;
	const struct ebpf *was = dp->config.from ? dp->config.from->state : NULL;
	const struct buffer_config config = {.beside = was ? was->buffer : NULL,
					     .nl = dp->nl,
					     .path = dp->path,
					     .stack_ifindex = e->wire[0].stack_ifindex,
					     .slot = e->rules.slot,
					     .slots = e->rules.slots.count,
					     .buffers = is_buffering,
					     .user = dp};
	bool wanted = false;
	int rc;

	for (size_t i = 0; i < session->far_count; i++)
		wanted |= session->far[i].action == DP_BUFFER;
	if (!wanted || e->buffer)
		return 0;
	if (!e->wire[0].made)
		return -EOPNOTSUPP;
	rc = buffer_open(&config, &e->buffer);
	if (!rc)
		e->state->buffer_ifindex = buffer_ifindex(e->buffer);
	return rc;
}

static int ebpf_apply(struct dataplane *dp, struct dp_entry *entry,
		      const struct dp_session *session, const struct dp_keys *keys,
		      struct dp_error *ret_err)
{
	struct ebpf *e = dp->state;
	const struct rules_change change = {
		.session = session, .keys = keys, .mtu = dp_session_mtu(dp, session)};
	int rc = ebpf_session_ip6_check(dp, session, ret_err);

	if (rc)
		return rc;
	rc = buffer_want(dp, session);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "buffering: %s",
				    strerror(-rc));
	rc = rules_apply(&e->rules, entry, &change, ret_err);
	if (!rc && e->buffer)
		buffer_flush(e->buffer, entry->slot);
	/* the route only makes ICMP say the session's own MTU: not worth refusing a session */
	if (!rc && ebpf_session_routes(dp, entry, keys, change.mtu))
		log_warn("dataplane", "session=%#lx what=mtu-route error=\"%s\"",
			 (unsigned long)session->id, nl_error_text(dp->nl));
	return rc;
}

static void ebpf_remove(struct dataplane *dp, struct dp_entry *entry)
{
	struct ebpf *e = dp->state;

	if (e->buffer)
		(void)buffer_discard(e->buffer, entry->slot);
	rules_remove(&e->rules, entry);
	(void)ebpf_session_routes(dp, entry, NULL, 0);
}

static int ebpf_counters(struct dataplane *dp, struct dp_entry *entry,
			 struct dp_counters *ret_counters)
{
	const struct ebpf *e = dp->state;

	rules_counters(&e->rules, entry, ret_counters);
	return 0;
}

static size_t ebpf_discard(struct dataplane *dp, struct dp_entry *entry)
{
	struct ebpf *e = dp->state;

	return e->buffer ? buffer_discard(e->buffer, entry->slot) : 0;
}

static int ebpf_urr_counters(struct dataplane *dp, struct dp_entry *entry, uint32_t urr,
			     struct dp_urr_counters *ret)
{
	struct ebpf *e = dp->state;

	return rules_urr_counters(&e->rules, entry, urr, ret);
}

static int ebpf_urr_limits(struct dataplane *dp, struct dp_entry *entry, uint32_t urr,
			   const struct dp_urr_limits *limits)
{
	struct ebpf *e = dp->state;

	return rules_urr_limits(&e->rules, entry, urr, limits);
}

/* ---- radio links ---- */

static int ebpf_radio_add(struct dataplane *dp, unsigned ifindex)
{
	struct ebpf *e = dp->state;
	int rc;

	for (size_t i = 0; i < e->radio_count; i++)
		if (e->radio[i] == ifindex)
			return 0;
	if (e->radio_count == DP_RADIO_MAX)
		return -ENOSPC;
	rc = ebpf_attach(dp, ifindex, e->skel->progs.dp_radio, NULL);
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

	dp_drops_sum(bpf_map__fd(e->skel->maps.drops), e->cpus, drops);
}

/* The programs have counted the others */
static void ebpf_stray(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg)
{
	struct ebpf *e = dp->state;
	int rc = 0;

	if (!entry)
		return;
	if (!e->whole)
		rc = whole_open(dp, bpf_program__fd(e->skel->progs.dp_whole), &e->whole);
	if (rc)
		log_warn("dataplane", "what=outer-fragments error=\"%s\"", strerror(-rc));
	if (rc || !whole_put(e->whole, msg))
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
	.counts_user_packets = true,
	.kernel_lacks = "the kernel loads no tc programs (rights, or CONFIG_BPF_SYSCALL)",
	.open = ebpf_open,
	.close = ebpf_close,
	.apply = ebpf_apply,
	.remove = ebpf_remove,
	.process = ebpf_process,
	.adopt = ebpf_adopt,
	.generation = ebpf_generation,
	.save = session_save,
	.inherit = ebpf_inherit,
	.inherited = ebpf_inherited,
	.counters = ebpf_counters,
	.discard = ebpf_discard,
	.urr_counters = ebpf_urr_counters,
	.urr_limits = ebpf_urr_limits,
	.radio_add = ebpf_radio_add,
	.radio_remove = ebpf_radio_remove,
	.hold_open = ebpf_hold_open,
	.drops = ebpf_drops,
	.stray = ebpf_stray,
};
