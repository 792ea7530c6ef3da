// SPDX-License-Identifier: Apache-2.0
/* Where the ebpf back end's programs are put, and taken away again. */
#include <bpf/libbpf.h>
#include <string.h>

#include "dataplane/bpf_maps.h"
#include "dataplane/ebpf/ebpf.h"
#include "lib/log.h"
/* after shared.h, whose structures are in it */
#include "bpf/ebpf_tc.skel.h"

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

int ebpf_attach(struct dataplane *dp, unsigned ifindex, const struct bpf_program *prog,
		struct dp_error *ret_err)
{
	int rc = dp_filter_attach(dp, ifindex, false, bpf_program__fd(prog),
				  bpf_program__name(prog));

	return rc ? dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "clsact %s on %u: %s",
				 bpf_program__name(prog), ifindex, strerror(-rc))
		  : 0;
}

/* The wires first: what comes in by the others may be sent there */
static int attach_all(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	const struct ebpf_tc *skel = e->skel;
	const bool upf = dp->config.role == DP_ROLE_UPF;
	int rc = 0;

	for (size_t i = 0; i < EBPF_INSTANCES_MAX && !rc; i++)
		if (e->wire[i].made)
			rc = ebpf_attach(dp, e->wire[i].wire_ifindex,
					 upf ? skel->progs.dp_stack : skel->progs.dp_radio,
					 ret_err);
	for (size_t i = 0; upf && i < dp->config.instance_count && !rc; i++)
		rc = ebpf_attach(dp, dp->n6[i].link.ifindex, skel->progs.dp_n6, ret_err);
	for (size_t i = 0; i < dp->config.local_count && !rc; i++)
		rc = ebpf_attach(dp, dp->n3[i].ifindex, skel->progs.dp_n3, ret_err);
	return rc;
}

static void detach_all(struct dataplane *dp, struct ebpf *e)
{
	for (size_t i = 0; i < dp->config.local_count; i++)
		dp_filter_detach(dp, dp->n3[i].ifindex, false);
	if (dp->config.role == DP_ROLE_UPF)
		for (size_t i = 0; i < dp->config.instance_count; i++)
			dp_filter_detach(dp, dp->n6[i].link.ifindex, false);
	for (size_t i = 0; i < e->radio_count; i++)
		dp_filter_detach(dp, e->radio[i], false);
}

/*
 * Between virtual Ethernet devices tc is the better one: XDP takes segmentation offload away from
 * the other end. A network card can't keep super-packets anyway.
 */
static bool xdp_is_wanted(const struct dataplane *dp)
{
	bool wanted = true;

	if (dp->config.role != DP_ROLE_UPF || dp->config.attach == DP_ATTACH_TC)
		return false;
	for (size_t i = 0; i < dp->config.local_count; i++)
		wanted &= !dp->n3[i].kind[0];
	for (size_t i = 0; i < dp->config.instance_count; i++)
		wanted &= !dp->n6[i].link.kind[0];
	return dp->config.attach == DP_ATTACH_XDP || wanted;
}

/* ---- beginning and end ---- */

int ebpf_serve(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	int rc;

	e->serving = true;
	rc = pin(dp, e, ret_err);
	if (!rc)
		rc = attach_all(dp, e, ret_err);
	if (!rc && xdp_is_wanted(dp))
		rc = xdp_open(dp, e, (const struct ebpf_config *)&e->skel->rodata->config, ret_err);
	return rc;
}

void ebpf_withdraw(struct dataplane *dp, struct ebpf *e)
{
	detach_all(dp, e);
	wires_remove(dp, e);
	if (e->skel && dp->config.pin_dir)
		dp_maps_unpin(e->skel->obj, dp->config.pin_dir);
}

/* ---- in another's place ---- */

/* What waits goes on waiting */
static void buffers_move(struct dataplane *dp, struct ebpf *e, struct ebpf *was)
{
	const struct dp_entry *now;
	size_t at = 0;

	if (!was->buffer || !e->buffer)
		return;
	buffer_gather(was->buffer);
	for (struct dp_entry *then; (then = dp_store_next(&dp->config.from->store, &at));) {
		now = dp_store_find(&dp->store, then->id);
		if (now)
			buffer_move(e->buffer, was->buffer, then->slot, now->slot);
	}
}

/* XDP takes nobody's place: what comes while neither is there meets tc. Where it can't be had again
 * tc goes on alone */
static void xdp_succeed(struct dataplane *dp, struct ebpf *e, struct ebpf *was)
{
	struct dp_error err = {0};

	xdp_close(was);
	if (xdp_is_wanted(dp) &&
	    xdp_open(dp, e, (const struct ebpf_config *)&e->skel->rodata->config, &err))
		log_error("dataplane", "what=xdp error=\"%s\"", err.text);
}

/* A packet that the other sent back to its programs a moment ago is one of theirs, so there are to
 * be none. */
int ebpf_take_over(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	struct dataplane *from = dp->config.from;
	struct ebpf *was = from->state;
	int rc;

	dataplane_barrier(dp);
	rc = attach_all(dp, e, ret_err);
	if (rc) {
		(void)attach_all(from, was, NULL);
		return rc;
	}
	xdp_succeed(dp, e, was);
	if (pin(dp, e, ret_err))
		log_error("dataplane", "what=pins error=\"%s\"", ret_err->text);
	dataplane_barrier(dp);
	buffers_move(dp, e, was);
	wires_lead_no_more(from, was, dp);
	return 0;
}
