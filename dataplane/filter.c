// SPDX-License-Identifier: Apache-2.0
/*
 * tc filters of ours on clsact, direct action. They are told by priority and handle: those of a
 * killed predecessor are replaced, and what others have hung there is left alone.
 */
#include "dataplane/internal.h"

enum { FILTER_PRIORITY = 0xba70, FILTER_HANDLE = 0xba70 };

static struct nl_bpf_filter filter_of(unsigned ifindex, bool egress)
{
	return (struct nl_bpf_filter){.ifindex = ifindex,
				      .egress = egress,
				      .priority = FILTER_PRIORITY,
				      .handle = FILTER_HANDLE,
				      .prog_fd = -1};
}

int dp_filter_attach(struct dataplane *dp, unsigned ifindex, bool egress, int prog_fd,
		     const char *name)
{
	struct nl_bpf_filter filter = filter_of(ifindex, egress);
	int rc = nl_clsact_add(dp->nl, ifindex);

	filter.prog_fd = prog_fd;
	filter.name = name;
	return rc ? rc : nl_bpf_filter_replace(dp->nl, &filter);
}

int dp_filter_program(struct dataplane *dp, unsigned ifindex, bool egress, uint32_t *ret_id)
{
	const struct nl_bpf_filter filter = filter_of(ifindex, egress);

	return nl_bpf_filter_program(dp->nl, &filter, ret_id);
}

/* The clsact qdisc stays: it may hold filters of others, and is nothing by itself */
void dp_filter_detach(struct dataplane *dp, unsigned ifindex, bool egress)
{
	const struct nl_bpf_filter filter = filter_of(ifindex, egress);

	(void)nl_bpf_filter_del(dp->nl, &filter);
}
