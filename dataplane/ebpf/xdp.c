// SPDX-License-Identifier: Apache-2.0
/* XDP programs on the maps that the tc programs have. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

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

/* By a link, which ends with this process however that ends: tc, which stays behind, would never
 * see a packet otherwise. It takes nobody's place. */
static int attach(struct ebpf *e, unsigned ifindex, const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int link = bpf_link_create(bpf_program__fd(program), (int)ifindex, BPF_XDP, &opts);

	if (link < 0)
		return link;
	e->xdp_link[e->xdp_link_count++] = link;
	return 0;
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
		rc = is_attached(dp, i) ? 0 : attach(e, dp->n3[i].ifindex, e->xdp->progs.xdp_n3);
		if (rc)
			return fail(ret_err, rc, dp->config.local[i].dev);
	}
	for (uint8_t i = 0; i < dp->config.instance_count; i++) {
		rc = attach(e, dp->n6[i].link.ifindex, e->xdp->progs.xdp_n6);
		if (rc)
			return fail(ret_err, rc, dp->config.instance[i].dev);
	}
	return 0;
}

int xdp_open(struct dataplane *dp, struct ebpf *e, const struct ebpf_config *config,
	     struct dp_error *ret_err)
{
	int rc;

	e->xdp_link_count = 0;
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

void xdp_close(struct ebpf *e)
{
	if (!e->xdp)
		return;
	for (size_t i = 0; i < e->xdp_link_count; i++)
		close(e->xdp_link[i]);
	ebpf_xdp__destroy(e->xdp);
	e->xdp = NULL;
}
