// SPDX-License-Identifier: Apache-2.0
/* What qdiscs there are, and what those that shape links are set to. */
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <string.h>

#include "lib/netlink/request.h"

enum { NETEM_ATTRS = 16, TICK_NS = 64 /* include/net/pkt_sched.h, PSCHED_SHIFT */ };

struct qdisc_walk {
	int (*each)(const struct nl_qdisc *qdisc, void *user);
	void *user;
};

static uint64_t attr_u64(const struct nlattr *attr, uint64_t otherwise)
{
	return attr && mnl_attr_get_payload_len(attr) >= sizeof(uint64_t) ? mnl_attr_get_u64(attr)
									  : otherwise;
}

static bool attr_copy(const struct nlattr *attr, void *ret, size_t size)
{
	if (!attr || mnl_attr_get_payload_len(attr) < size)
		return false;
	memcpy(ret, mnl_attr_get_payload(attr), size);
	return true;
}

static double share(uint32_t probability)
{
	return (double)probability / UINT32_MAX;
}

static void read_tbf(const struct nlattr *options, struct nl_qdisc *q)
{
	const struct nlattr *attr;
	struct tc_tbf_qopt opt = {0};
	uint64_t rate64 = 0;

	mnl_attr_for_each_nested(attr, options)
	{
		if (mnl_attr_get_type(attr) == TCA_TBF_PARMS)
			attr_copy(attr, &opt, sizeof(opt));
		if (mnl_attr_get_type(attr) == TCA_TBF_RATE64)
			rate64 = attr_u64(attr, 0);
	}
	q->tbf_rate_bps = (rate64 ? rate64 : opt.rate.rate) * 8;
	q->tbf_limit_bytes = opt.limit;
}

/* Behind struct tc_netem_qopt, inside the same TCA_OPTIONS */
static void netem_attrs(const struct nlattr *options, const struct nlattr **table)
{
	const size_t head = MNL_ALIGN(sizeof(struct tc_netem_qopt));
	const void *begin = (const char *)mnl_attr_get_payload(options) + head;
	const struct nlattr *attr;

	mnl_attr_for_each_payload(begin, mnl_attr_get_payload_len(options) - head)
	{
		if (mnl_attr_get_type(attr) < NETEM_ATTRS)
			table[mnl_attr_get_type(attr)] = attr;
	}
}

static void read_netem(const struct nlattr *options, struct nl_qdisc *q)
{
	const struct nlattr *table[NETEM_ATTRS] = {0};
	struct tc_netem_reorder reorder = {0};
	struct tc_netem_corrupt corrupt = {0};
	struct tc_netem_rate rate = {0};
	struct tc_netem_qopt opt;

	if (!attr_copy(options, &opt, sizeof(opt)))
		return;
	netem_attrs(options, table);
	attr_copy(table[TCA_NETEM_REORDER], &reorder, sizeof(reorder));
	attr_copy(table[TCA_NETEM_CORRUPT], &corrupt, sizeof(corrupt));
	attr_copy(table[TCA_NETEM_RATE], &rate, sizeof(rate));
	q->netem = (struct nl_netem){
		.delay_us = (uint32_t)(attr_u64(table[TCA_NETEM_LATENCY64],
						(uint64_t)opt.latency * TICK_NS) /
				       1000),
		.jitter_us = (uint32_t)(attr_u64(table[TCA_NETEM_JITTER64],
						 (uint64_t)opt.jitter * TICK_NS) /
					1000),
		.loss = share(opt.loss),
		.duplicate = share(opt.duplicate),
		.reorder = opt.gap ? share(reorder.probability) : 0,
		.corrupt = share(corrupt.probability),
		.rate_bps = attr_u64(table[TCA_NETEM_RATE64], rate.rate) * 8,
		.limit_packets = opt.limit,
	};
}

static int read_qdisc(const struct nlmsghdr *nlh, void *user)
{
	const struct qdisc_walk *walk = user;
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attrs[TCA_MAX + 1];
	struct nl_qdisc q = {0};

	if (nlh->nlmsg_type != RTM_NEWQDISC || mnl_nlmsg_get_payload_len(nlh) < sizeof(*tcm))
		return 0;
	nl_attrs(nlh, sizeof(*tcm), attrs, TCA_MAX);
	if (!attrs[TCA_KIND])
		return 0;
	q.ifindex = (unsigned)tcm->tcm_ifindex;
	q.root = tcm->tcm_parent == TC_H_ROOT;
	snprintf(q.kind, sizeof(q.kind), "%.*s", (int)mnl_attr_get_payload_len(attrs[TCA_KIND]),
		 mnl_attr_get_str(attrs[TCA_KIND]));
	if (attrs[TCA_OPTIONS] && !strcmp(q.kind, "tbf"))
		read_tbf(attrs[TCA_OPTIONS], &q);
	if (attrs[TCA_OPTIONS] && !strcmp(q.kind, "netem"))
		read_netem(attrs[TCA_OPTIONS], &q);
	return walk->each(&q, walk->user);
}

int nl_qdisc_list(struct nl *nl, int (*each)(const struct nl_qdisc *qdisc, void *user), void *user)
{
	struct qdisc_walk walk = {each, user};
	struct nlmsghdr *nlh = nl_request(nl, RTM_GETQDISC, NLM_F_DUMP);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

	tcm->tcm_family = AF_UNSPEC;
	return nl_query(nl, nlh, read_qdisc, &walk);
}
