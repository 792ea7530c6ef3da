// SPDX-License-Identifier: Apache-2.0
/* Policy rules. */
#include <errno.h>
#include <linux/fib_rules.h>
#include <stdio.h>

#include "lib/netlink/request.h"

static const unsigned char rule_actions[] = {
	[NL_ROUTE_UNICAST] = FR_ACT_TO_TBL,
	[NL_ROUTE_BLACKHOLE] = FR_ACT_BLACKHOLE,
	[NL_ROUTE_PROHIBIT] = FR_ACT_PROHIBIT,
	[NL_ROUTE_UNREACHABLE] = FR_ACT_UNREACHABLE,
};

static int rule_change(struct nl *nl, uint16_t type, uint16_t flags, const struct nl_rule *rule)
{
	const sa_family_t family = rule->family == AF_INET6 ? AF_INET6 : AF_INET;
	const unsigned bits = nl_addr_bits(family);
	struct fib_rule_hdr *frh;
	struct nlmsghdr *nlh;

	if (rule->src_len > bits || rule->dst_len > bits)
		return -EINVAL;
	nlh = nl_request(nl, type, flags);
	frh = mnl_nlmsg_put_extra_header(nlh, sizeof(*frh));
	frh->family = (uint8_t)family;
	frh->src_len = (uint8_t)rule->src_len;
	frh->dst_len = (uint8_t)rule->dst_len;
	frh->action = rule_actions[rule->action];
	if (rule->src_len)
		nl_put_addr(nlh, FRA_SRC, family, &rule->src6);
	if (rule->dst_len)
		nl_put_addr(nlh, FRA_DST, family, &rule->dst6);
	if (rule->iif[0])
		mnl_attr_put_strz(nlh, FRA_IIFNAME, rule->iif);
	if (rule->fwmark || rule->fwmask) {
		mnl_attr_put_u32(nlh, FRA_FWMARK, rule->fwmark);
		mnl_attr_put_u32(nlh, FRA_FWMASK, rule->fwmask ? rule->fwmask : UINT32_MAX);
	}
	if (rule->table)
		mnl_attr_put_u32(nlh, FRA_TABLE, rule->table);
	mnl_attr_put_u32(nlh, FRA_PRIORITY, rule->priority);
	return nl_submit(nl, nlh, 0);
}

int nl_rule_add(struct nl *nl, const struct nl_rule *rule)
{
	return rule_change(nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
}

int nl_rule_append(struct nl *nl, const struct nl_rule *rule)
{
	return rule_change(nl, RTM_NEWRULE, NLM_F_CREATE, rule);
}

int nl_rule_del(struct nl *nl, const struct nl_rule *rule)
{
	return rule_change(nl, RTM_DELRULE, 0, rule);
}

struct rule_walk {
	sa_family_t family;
	int (*each)(const struct nl_rule *rule, void *user);
	void *user;
};

static bool read_action(unsigned char action, enum nl_route_type *ret_action)
{
	for (size_t i = 0; i < sizeof(rule_actions); i++)
		if (rule_actions[i] == action) {
			*ret_action = (enum nl_route_type)i;
			return true;
		}
	return false;
}

static int read_rule(const struct nlmsghdr *nlh, void *user)
{
	const struct fib_rule_hdr *frh = mnl_nlmsg_get_payload(nlh);
	const struct rule_walk *walk = user;
	const struct nlattr *attr[FRA_MAX + 1];
	struct nl_rule rule = {0};

	if (nlh->nlmsg_type != RTM_NEWRULE || frh->family != walk->family ||
	    !read_action(frh->action, &rule.action))
		return 0;
	nl_attrs(nlh, sizeof(*frh), attr, FRA_MAX);
	rule.src_len = frh->src_len;
	rule.dst_len = frh->dst_len;
	rule.family = walk->family == AF_INET6 ? AF_INET6 : 0;
	nl_attr_addr(attr[FRA_SRC], walk->family, &rule.src6);
	nl_attr_addr(attr[FRA_DST], walk->family, &rule.dst6);
	if (attr[FRA_IIFNAME])
		snprintf(rule.iif, sizeof(rule.iif), "%.*s",
			 (int)mnl_attr_get_payload_len(attr[FRA_IIFNAME]),
			 (const char *)mnl_attr_get_payload(attr[FRA_IIFNAME]));
	rule.fwmark = nl_attr_u32(attr[FRA_FWMARK], 0);
	rule.fwmask = nl_attr_u32(attr[FRA_FWMASK], 0);
	rule.table = nl_attr_u32(attr[FRA_TABLE], frh->table);
	rule.priority = nl_attr_u32(attr[FRA_PRIORITY], 0);
	return walk->each(&rule, walk->user);
}

static int rule_walk(struct nl *nl, struct rule_walk *walk)
{
	struct nlmsghdr *nlh = nl_request(nl, RTM_GETRULE, NLM_F_DUMP);
	struct fib_rule_hdr *frh = mnl_nlmsg_put_extra_header(nlh, sizeof(*frh));

	frh->family = (uint8_t)walk->family;
	return nl_query(nl, nlh, read_rule, walk);
}

int nl_rule_list(struct nl *nl, int (*each)(const struct nl_rule *rule, void *user), void *user)
{
	struct rule_walk walk = {AF_INET, each, user};

	return rule_walk(nl, &walk);
}

int nl_rule6_list(struct nl *nl, int (*each)(const struct nl_rule *rule, void *user), void *user)
{
	struct rule_walk walk = {AF_INET6, each, user};

	return rule_walk(nl, &walk);
}
