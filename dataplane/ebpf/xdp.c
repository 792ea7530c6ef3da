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
static int attach(unsigned ifindex, const struct bpf_program *program, int *ret_link)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);

	*ret_link = bpf_link_create(bpf_program__fd(program), (int)ifindex, BPF_XDP, &opts);
	return *ret_link < 0 ? *ret_link : 0;
}

static int fail(struct dp_error *ret_err, int rc, const char *what)
{
	return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "XDP, %s: %s", what, strerror(-rc));
}

int xdp_open(struct dataplane *dp, struct ebpf *e, const struct ebpf_config *config,
	     struct dp_error *ret_err)
{
	int rc;

	e->xdp_link[0] = e->xdp_link[1] = -1;
	e->xdp = ebpf_xdp__open();
	if (!e->xdp)
		return fail(ret_err, -errno, "programs");
	memcpy((void *)&e->xdp->rodata->config, config, sizeof(*config));
	rc = maps_share(e);
	if (!rc)
		rc = ebpf_xdp__load(e->xdp);
	if (rc)
		return fail(ret_err, rc, "programs");
	rc = attach(dp->n3.ifindex, e->xdp->progs.xdp_n3, &e->xdp_link[0]);
	if (rc)
		return fail(ret_err, rc, dp->config.local[0].dev);
	rc = attach(dp->n6.ifindex, e->xdp->progs.xdp_n6, &e->xdp_link[1]);
	return rc ? fail(ret_err, rc, dp->config.instance[0].dev) : 0;
}

void xdp_close(struct ebpf *e)
{
	if (!e->xdp)
		return;
	for (size_t i = 0; i < 2; i++)
		if (e->xdp_link[i] >= 0)
			close(e->xdp_link[i]);
	ebpf_xdp__destroy(e->xdp);
	e->xdp = NULL;
}
