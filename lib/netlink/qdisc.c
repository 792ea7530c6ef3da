// SPDX-License-Identifier: Apache-2.0
/* Link shaping at the root of an interface: tbf for a rate alone, netem for delay, loss and the
 * like. */
#include <errno.h>
#include <linux/pkt_sched.h>

#include "lib/netlink/request.h"

static struct nlmsghdr *root_request(struct nl *nl, uint16_t type, uint16_t flags, unsigned ifindex)
{
	struct nlmsghdr *nlh = nl_request(nl, type, flags);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = (int)ifindex;
	tcm->tcm_parent = TC_H_ROOT;
	return nlh;
}

static uint32_t rate32(uint64_t bytes_per_s)
{
	return bytes_per_s > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes_per_s;
}

int nl_qdisc_tbf(struct nl *nl, unsigned ifindex, uint64_t rate_bps, uint32_t burst_bytes,
		 uint32_t limit_bytes)
{
	uint64_t rate = rate_bps / 8;
	struct tc_tbf_qopt opt = {.rate = {.rate = rate32(rate), .linklayer = 1 /* Ethernet */},
				  .limit = limit_bytes};
	struct nlmsghdr *nlh;
	struct nlattr *options;

	if (!rate || !burst_bytes || !limit_bytes)
		return -EINVAL;
	nlh = root_request(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, ifindex);
	mnl_attr_put_strz(nlh, TCA_KIND, "tbf");
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put(nlh, TCA_TBF_PARMS, sizeof(opt), &opt);
	if (rate > UINT32_MAX)
		mnl_attr_put_u64(nlh, TCA_TBF_RATE64, rate);
	mnl_attr_put_u32(nlh, TCA_TBF_BURST, burst_bytes);
	mnl_attr_nest_end(nlh, options);
	return nl_submit(nl, nlh, 0);
}

static uint32_t probability(double share)
{
	return share >= 1 ? UINT32_MAX : share <= 0 ? 0 : (uint32_t)(share * UINT32_MAX);
}

/* Packets that wait out the delay at the most a veth carries; netem drops what exceeds its limit.
 */
uint32_t nl_netem_limit(const struct nl_netem *netem)
{
	uint64_t waiting_us = (uint64_t)netem->delay_us + netem->jitter_us;
	uint64_t packets = 1000 + waiting_us; /* one a microsecond */

	if (netem->limit_packets)
		return netem->limit_packets;
	return packets > 1000000 ? 1000000 : (uint32_t)packets;
}

static void put_netem(struct nlmsghdr *nlh, const struct nl_netem *netem)
{
	struct tc_netem_qopt opt = {
		.limit = nl_netem_limit(netem),
		.loss = probability(netem->loss),
		.duplicate = probability(netem->duplicate),
		/* a gap of 1 applies reordering by its probability alone */
		.gap = netem->reorder > 0 ? 1 : 0,
	};
	struct tc_netem_reorder reorder = {.probability = probability(netem->reorder)};
	struct tc_netem_corrupt corrupt = {.probability = probability(netem->corrupt)};
	struct tc_netem_rate rate = {.rate = rate32(netem->rate_bps / 8)};

	/* struct tc_netem_qopt comes before the attributes, inside the same TCA_OPTIONS */
	mnl_nlmsg_put_extra_header(nlh, sizeof(opt));
	__builtin_memcpy((char *)mnl_nlmsg_get_payload_tail(nlh) - MNL_ALIGN(sizeof(opt)), &opt,
			 sizeof(opt));
	mnl_attr_put_u64(nlh, TCA_NETEM_LATENCY64, (uint64_t)netem->delay_us * 1000);
	mnl_attr_put_u64(nlh, TCA_NETEM_JITTER64, (uint64_t)netem->jitter_us * 1000);
	if (netem->reorder > 0)
		mnl_attr_put(nlh, TCA_NETEM_REORDER, sizeof(reorder), &reorder);
	if (netem->corrupt > 0)
		mnl_attr_put(nlh, TCA_NETEM_CORRUPT, sizeof(corrupt), &corrupt);
	if (!netem->rate_bps)
		return;
	mnl_attr_put(nlh, TCA_NETEM_RATE, sizeof(rate), &rate);
	if (netem->rate_bps / 8 > UINT32_MAX)
		mnl_attr_put_u64(nlh, TCA_NETEM_RATE64, netem->rate_bps / 8);
}

int nl_qdisc_netem(struct nl *nl, unsigned ifindex, const struct nl_netem *netem)
{
	struct nlmsghdr *nlh =
		root_request(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, ifindex);
	struct nlattr *options;

	mnl_attr_put_strz(nlh, TCA_KIND, "netem");
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	put_netem(nlh, netem);
	mnl_attr_nest_end(nlh, options);
	return nl_submit(nl, nlh, 0);
}

int nl_qdisc_del(struct nl *nl, unsigned ifindex)
{
	return nl_submit(nl, root_request(nl, RTM_DELQDISC, 0, ifindex), 0);
}
