// SPDX-License-Identifier: Apache-2.0
/* The gate as rules: read first, then only what differs is changed. At equal preference the kernel
 * keeps rules in the order in which they came, and deletes the first that matches. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "agents/gate/gate.h"
#include "lib/netlink/netlink.h"

enum { PREF_GATE = 0, PREF_LOCAL = 1, PREFIX = 32 };

/* What is there of one address's */
struct rules {
	const struct gate *gate;
	unsigned wan, n6; /* how many rules close each */
	unsigned excepts; /* how many let someone through */
	struct in_addr
		except; /* the first of them that stands before every closing one of the WAN */
	struct in_addr any[8]; /* to be deleted by */
	bool local_first;      /* `local` at 0 */
	bool local_second;
};

const char *gate_state_name(enum gate_state state)
{
	static const char *const names[] = {"none", "open", "closed"};

	return names[state];
}

static bool has_n6(const struct gate *g)
{
	return g->n6 && g->n6[0];
}

static struct nl_rule closing(const struct gate *g, const char *interface)
{
	struct nl_rule rule = {.dst = g->address,
			       .dst_len = PREFIX,
			       .priority = PREF_GATE,
			       .action = NL_ROUTE_BLACKHOLE};

	snprintf(rule.iif, sizeof(rule.iif), "%s", interface);
	return rule;
}

static struct nl_rule excepting(const struct gate *g, struct in_addr from)
{
	struct nl_rule rule = closing(g, g->wan);

	rule.src = from;
	rule.src_len = PREFIX;
	rule.action = NL_ROUTE_UNICAST;
	rule.table = RT_TABLE_LOCAL;
	return rule;
}

static void count_local(const struct nl_rule *rule, struct rules *r)
{
	if (rule->table != RT_TABLE_LOCAL || rule->iif[0] || rule->src_len || rule->dst_len ||
	    rule->fwmask || rule->action != NL_ROUTE_UNICAST)
		return;
	r->local_first |= rule->priority == PREF_GATE;
	r->local_second |= rule->priority == PREF_LOCAL;
}

static void count_except(const struct nl_rule *rule, struct rules *r)
{
	if (!r->wan && !r->except.s_addr)
		r->except = rule->src;
	if (r->excepts < sizeof(r->any) / sizeof(*r->any))
		r->any[r->excepts] = rule->src;
	r->excepts++;
}

static int count_rule(const struct nl_rule *rule, void *user)
{
	struct rules *r = user;
	bool wan = !strcmp(rule->iif, r->gate->wan);

	count_local(rule, r);
	if (rule->priority != PREF_GATE || rule->dst_len != PREFIX ||
	    rule->dst.s_addr != r->gate->address.s_addr)
		return 0;
	if (wan && rule->src_len == PREFIX && rule->action == NL_ROUTE_UNICAST)
		count_except(rule, r);
	else if (wan && rule->action == NL_ROUTE_BLACKHOLE && !rule->src_len)
		r->wan++;
	else if (has_n6(r->gate) && !strcmp(rule->iif, r->gate->n6) &&
		 rule->action == NL_ROUTE_BLACKHOLE && !rule->src_len)
		r->n6++;
	return 0;
}

static int read_rules(struct nl *nl, const struct gate *g, struct rules *ret)
{
	*ret = (struct rules){.gate = g};
	return nl_rule_list(nl, count_rule, ret);
}

/* `local` would answer before any rule of ours. The new one comes first: nothing is lost. */
static int move_local(struct nl *nl, const struct rules *r)
{
	struct nl_rule rule = {.table = RT_TABLE_LOCAL, .priority = PREF_LOCAL};
	int rc = 0;

	if (!r->local_second)
		rc = nl_rule_add(nl, &rule);
	if (rc || !r->local_first)
		return rc;
	rule.priority = PREF_GATE;
	return nl_rule_del(nl, &rule);
}

static int delete_rules(struct nl *nl, const struct nl_rule *rule, unsigned count)
{
	int rc = 0;

	while (count-- && !rc)
		rc = nl_rule_del(nl, rule);
	return rc == -ENOENT ? 0 : rc;
}

static int delete_excepts(struct nl *nl, const struct rules *r)
{
	unsigned known = sizeof(r->any) / sizeof(*r->any);
	int rc = 0;

	for (unsigned i = 0; i < r->excepts && i < known && !rc; i++) {
		struct nl_rule rule = excepting(r->gate, r->any[i]);

		rc = delete_rules(nl, &rule, 1);
	}
	return rc ? rc : r->excepts > known ? -E2BIG : 0;
}

/* Who gets through must stand before what closes: that is appended anew, and then its elder goes,
 * so that the gate is never open in between. */
static int close_wan(struct nl *nl, const struct rules *r, struct in_addr except)
{
	struct nl_rule closed = closing(r->gate, r->gate->wan);
	struct nl_rule through = excepting(r->gate, except);
	int rc;

	if (r->wan == 1 && r->excepts == !!except.s_addr && r->except.s_addr == except.s_addr)
		return 0;
	rc = delete_excepts(nl, r);
	if (rc)
		return rc;
	if (!except.s_addr)
		return r->wan ? delete_rules(nl, &closed, r->wan - 1) : nl_rule_add(nl, &closed);
	rc = nl_rule_add(nl, &through);
	if (!rc)
		rc = nl_rule_append(nl, &closed);
	return rc ? rc : delete_rules(nl, &closed, r->wan);
}

static int close_n6(struct nl *nl, const struct rules *r)
{
	struct nl_rule closed;

	if (!has_n6(r->gate))
		return 0;
	closed = closing(r->gate, r->gate->n6);
	return r->n6 ? delete_rules(nl, &closed, r->n6 - 1) : nl_rule_add(nl, &closed);
}

static int open_all(struct nl *nl, const struct rules *r)
{
	struct nl_rule wan = closing(r->gate, r->gate->wan);
	int rc = delete_rules(nl, &wan, r->wan);

	if (!rc && has_n6(r->gate)) {
		struct nl_rule n6 = closing(r->gate, r->gate->n6);

		rc = delete_rules(nl, &n6, r->n6);
	}
	return rc ? rc : delete_excepts(nl, r);
}

static int change_address(struct nl *nl, const struct gate *g,
			  int (*change)(struct nl *nl, unsigned ifindex, struct in_addr addr,
					unsigned prefix_len),
			  int tolerated)
{
	unsigned lo;
	int rc = nl_link_index(nl, "lo", &lo);

	if (!rc)
		rc = change(nl, lo, g->address, PREFIX);
	return rc == tolerated ? 0 : rc;
}

static int close_with(struct nl *nl, const struct gate *g, struct in_addr except)
{
	struct rules r;
	int rc = read_rules(nl, g, &r);

	if (!rc)
		rc = move_local(nl, &r);
	if (!rc)
		rc = close_n6(nl, &r);
	if (!rc)
		rc = close_wan(nl, &r, except);
	return rc ? rc : change_address(nl, g, nl_addr_add, -EEXIST);
}

int gate_close(const struct gate *g, struct in_addr except)
{
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return rc;
	rc = close_with(nl, g, except);
	nl_close(nl);
	return rc;
}

/* Neighbours on N6 may have asked in vain while it was closed. */
int gate_tell(const struct gate *g)
{
	int rc = gate_announce(g->wan, g->address);
	int n6 = has_n6(g) ? gate_announce(g->n6, g->address) : 0;

	return rc ? rc : n6 == -ENODEV ? 0 : n6;
}

/* The address first: what comes in after the rules are gone finds it. */
static int change_both(const struct gate *g,
		       int (*change)(struct nl *nl, unsigned ifindex, struct in_addr addr,
				     unsigned prefix_len),
		       int tolerated)
{
	struct rules r;
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return rc;
	rc = change_address(nl, g, change, tolerated);
	if (!rc)
		rc = read_rules(nl, g, &r);
	if (!rc)
		rc = open_all(nl, &r);
	nl_close(nl);
	return rc;
}

int gate_admit(const struct gate *g)
{
	return change_both(g, nl_addr_add, -EEXIST);
}

int gate_open(const struct gate *g)
{
	int rc = gate_admit(g);

	return rc ? rc : gate_tell(g);
}

int gate_clear(const struct gate *g)
{
	return change_both(g, nl_addr_del, -EADDRNOTAVAIL);
}

struct address_wanted {
	struct in_addr address;
	bool found;
};

static int match_address(struct in_addr addr, unsigned prefix_len, void *user)
{
	struct address_wanted *wanted = user;

	wanted->found |= addr.s_addr == wanted->address.s_addr;
	return 0;
}

static int read_with(struct nl *nl, const struct gate *g, struct gate_status *ret)
{
	struct address_wanted wanted = {g->address, false};
	struct rules r;
	int rc = read_rules(nl, g, &r);

	if (!rc)
		rc = nl_addr_list(nl, 0, match_address, &wanted);
	if (rc)
		return rc;
	*ret = (struct gate_status){.state = GATE_NONE};
	if (!wanted.found)
		return 0;
	if (!r.wan || (has_n6(g) && !r.n6) || r.local_first) {
		ret->state = GATE_OPEN;
	} else {
		ret->state = GATE_CLOSED;
		ret->except = r.except;
	}
	return 0;
}

int gate_read(const struct gate *g, struct gate_status *ret)
{
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return rc;
	rc = read_with(nl, g, ret);
	nl_close(nl);
	return rc;
}
