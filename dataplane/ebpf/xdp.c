// SPDX-License-Identifier: Apache-2.0
/* XDP programs on the maps that the tc programs have. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

#include "dataplane/ebpf/ebpf.h"
/* after shared.h, whose struct ebpf_config is in it */
#include "bpf/ebpf_tc.skel.h"
#include "bpf/ebpf_xdp.skel.h"

/* By name: constants are each object's own */
static int maps_share(struct ebpf *e)
{
	struct bpf_map *map;
	int rc = 0;

	bpf_object__for_each_map(map, e->xdp->obj)
	{
		const struct bpf_map *same =
			bpf_object__find_map_by_name(e->skel->obj, bpf_map__name(map));

		if (!bpf_map__is_internal(map) && same)
			rc = bpf_map__reuse_fd(map, bpf_map__fd(same));
		if (rc)
			return rc;
	}
	return 0;
}

static int attach(unsigned ifindex, const struct bpf_program *program)
{
	return bpf_xdp_attach((int)ifindex, bpf_program__fd(program),
			      XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
}

static int fail(struct dp_error *ret_err, int rc, const char *what)
{
	return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "XDP, %s: %s", what, strerror(-rc));
}

/* The same device may have several local addresses */
static bool is_attached(const struct dataplane *dp, uint8_t local)
{
	for (uint8_t i = 0; i < local; i++)
		if (dp->n3[i].ifindex == dp->n3[local].ifindex)
			return true;
	return false;
}

static int attach_all(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	int rc;

	for (uint8_t i = 0; i < dp->config.local_count; i++) {
		rc = is_attached(dp, i) ? 0 : attach(dp->n3[i].ifindex, e->xdp->progs.xdp_n3);
		if (rc)
			return fail(ret_err, rc, dp->config.local[i].dev);
	}
	for (uint8_t i = 0; i < dp->config.instance_count; i++) {
		rc = attach(dp->n6[i].link.ifindex, e->xdp->progs.xdp_n6);
		if (rc)
			return fail(ret_err, rc, dp->config.instance[i].dev);
	}
	return 0;
}

int xdp_open(struct dataplane *dp, struct ebpf *e, const struct ebpf_config *config,
	     struct dp_error *ret_err)
{
	int rc;

	e->xdp = ebpf_xdp__open();
	if (!e->xdp)
		return fail(ret_err, -errno, "programs");
	memcpy((void *)&e->xdp->rodata->config, config, sizeof(*config));
	rc = maps_share(e);
	if (!rc)
		rc = ebpf_xdp__load(e->xdp);
	if (rc)
		return fail(ret_err, rc, "programs");
	return attach_all(dp, e, ret_err);
}

/* Only if it is ours that is there */
static void detach(unsigned ifindex, const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = bpf_program__fd(program));

	if (opts.old_prog_fd >= 0)
		(void)bpf_xdp_detach((int)ifindex, XDP_FLAGS_DRV_MODE | XDP_FLAGS_REPLACE, &opts);
}

void xdp_close(struct dataplane *dp, struct ebpf *e)
{
	if (!e->xdp)
		return;
	for (size_t i = 0; i < dp->config.local_count; i++)
		detach(dp->n3[i].ifindex, e->xdp->progs.xdp_n3);
	for (size_t i = 0; i < dp->config.instance_count; i++)
		detach(dp->n6[i].link.ifindex, e->xdp->progs.xdp_n6);
	ebpf_xdp__destroy(e->xdp);
	e->xdp = NULL;
}
