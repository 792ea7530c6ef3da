// SPDX-License-Identifier: Apache-2.0
/* clsact and BPF programs on it. Filters attached this way outlive the process that loaded the
 * program. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "lib/netlink/request.h"

static struct nlmsghdr *tc_request(struct nl *nl, uint16_t type, uint16_t flags, unsigned ifindex,
				   uint32_t parent, uint32_t handle, uint32_t info)
{
	struct nlmsghdr *nlh = nl_request(nl, type, flags);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = (int)ifindex;
	tcm->tcm_parent = parent;
	tcm->tcm_handle = handle;
	tcm->tcm_info = info;
	return nlh;
}

int nl_clsact_add(struct nl *nl, unsigned ifindex)
{
	struct nlmsghdr *nlh = tc_request(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex,
					  TC_H_CLSACT, TC_H_MAKE(TC_H_CLSACT, 0), 0);

	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	return nl_submit(nl, nlh, EEXIST);
}

int nl_clsact_del(struct nl *nl, unsigned ifindex)
{
	struct nlmsghdr *nlh =
		tc_request(nl, RTM_DELQDISC, 0, ifindex, TC_H_CLSACT, TC_H_MAKE(TC_H_CLSACT, 0), 0);

	return nl_submit(nl, nlh, 0);
}

static struct nlmsghdr *filter_request(struct nl *nl, uint16_t type, uint16_t flags,
				       const struct nl_bpf_filter *filter)
{
	uint32_t hook = filter->egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS;
	uint32_t info = TC_H_MAKE((uint32_t)filter->priority << 16, htons(ETH_P_ALL));
	struct nlmsghdr *nlh = tc_request(nl, type, flags, filter->ifindex,
					  TC_H_MAKE(TC_H_CLSACT, hook), filter->handle, info);

	mnl_attr_put_strz(nlh, TCA_KIND, "bpf");
	return nlh;
}

int nl_bpf_filter_replace(struct nl *nl, const struct nl_bpf_filter *filter)
{
	struct nlmsghdr *nlh;
	struct nlattr *options;

	if (!filter->priority || !filter->handle)
		return -EINVAL;
	nlh = filter_request(nl, RTM_NEWTFILTER, NLM_F_CREATE, filter);
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_BPF_FD, (uint32_t)filter->prog_fd);
	if (filter->name && filter->name[0])
		mnl_attr_put_strz_check(nlh, NL_REQUEST_MAX, TCA_BPF_NAME, filter->name);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(nlh, options);
	return nl_submit(nl, nlh, 0);
}

int nl_bpf_filter_del(struct nl *nl, const struct nl_bpf_filter *filter)
{
	return nl_submit(nl, filter_request(nl, RTM_DELTFILTER, 0, filter), 0);
}

static int read_program(const struct nlmsghdr *nlh, void *user)
{
	const struct nlattr *attr[TCA_OPTIONS + 1], *option;

	if (nlh->nlmsg_type != RTM_NEWTFILTER)
		return 0;
	nl_attrs(nlh, sizeof(struct tcmsg), attr, TCA_OPTIONS);
	if (!attr[TCA_OPTIONS])
		return 0;
	mnl_attr_for_each_nested (option, attr[TCA_OPTIONS])
		if (mnl_attr_get_type(option) == TCA_BPF_ID)
			*(uint32_t *)user = nl_attr_u32(option, 0);
	return 0;
}

/* Without clsact the kernel says -EINVAL. */
int nl_bpf_filter_program(struct nl *nl, const struct nl_bpf_filter *filter, uint32_t *ret_id)
{
	int rc;

	*ret_id = 0;
	rc = nl_query(nl, filter_request(nl, RTM_GETTFILTER, 0, filter), read_program, ret_id);
	if (rc == -EINVAL || (!rc && !*ret_id))
		return -ENOENT;
	return rc;
}

int nl_bpf_filter_find(struct nl *nl, const struct nl_bpf_filter *filter)
{
	uint32_t id;

	return nl_bpf_filter_program(nl, filter, &id);
}
