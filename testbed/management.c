// SPDX-License-Identifier: Apache-2.0
/* The management network's place on the host: a free prefix, and one veth with the alias
 * "baton:NAME". */
#include "testbed/links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "lib/netlink/netlink.h"
#include "testbed/topology.h"

enum {
	POOL = 0x0ac00000, /* 10.192.0.0 */
	POOL_LEN = 10,
	PREFIX_LEN = 20,
	PREFIXES = 1 << (PREFIX_LEN - POOL_LEN),
};

/* Which of the pool's prefixes are taken, and whether the one that the file wants is */
struct taken {
	bool prefix[PREFIXES];
	struct yaml_prefix wanted; /* len 0: none */
	bool wanted_taken;
};

static void take(struct taken *taken, struct in_addr addr, unsigned len)
{
	uint32_t first = ntohl(addr.s_addr), last = first | (uint32_t)(0xffffffffULL >> len);

	/* a default route or one over the whole pool is the machine's own way out, not a use of it
	 */
	if (len < POOL_LEN)
		return;
	if (taken->wanted.len &&
	    topo_same_prefix(addr, taken->wanted.addr,
			     len < taken->wanted.len ? len : taken->wanted.len))
		taken->wanted_taken = true;
	for (uint32_t i = 0; i < PREFIXES; i++) {
		uint32_t begin = POOL + (i << (32 - PREFIX_LEN));

		if (begin <= last && first <= begin + ((1U << (32 - PREFIX_LEN)) - 1))
			taken->prefix[i] = true;
	}
}

static int take_route(const struct nl_route *route, void *user)
{
	take(user, route->dst, route->dst_len);
	return 0;
}

static int take_addr(struct in_addr addr, unsigned prefix_len, void *user)
{
	take(user, addr, prefix_len);
	return 0;
}

static int take_host(struct taken *taken)
{
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return rc;
	rc = nl_route_list(nl, 0, take_route, taken);
	if (!rc)
		rc = nl_addr_list(nl, 0, take_addr, taken);
	nl_close(nl);
	return rc;
}

/* Also those that are being made, whose links aren't there yet. */
static int take_runs(struct taken *taken)
{
	char **names;
	size_t count;
	int rc = run_list(&names, &count);

	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++) {
		struct run run;

		if (run_load(names[i], &run))
			continue;
		if (run.management.len)
			take(taken, run.management.addr, run.management.len);
		run_done(&run);
	}
	run_list_free(names, count);
	return 0;
}

static void use_prefix(struct plan *plan, struct yaml_prefix prefix)
{
	uint32_t base = ntohl(prefix.addr.s_addr);

	plan->run->management = prefix;
	plan->run->host_address.s_addr = htonl(base + 1);
	for (unsigned i = 0; i < plan->t->node_count; i++)
		plan->run->node[i].address.s_addr = htonl(base + 2 + i);
	snprintf(plan->run->host_ifname, IFNAMSIZ, "bt-%x", base >> 8);
}

int management_choose(struct plan *plan, struct node_error *err)
{
	struct taken taken = {.wanted = plan->t->management_prefix};
	int rc;

	if (!plan->managed)
		return 0;
	rc = take_host(&taken);
	if (!rc)
		rc = take_runs(&taken);
	if (rc)
		return node_fail(err, rc, "the host's routes");
	if (taken.wanted_taken)
		return node_fail(err, -EADDRINUSE, "management prefix of the topology");
	if (plan->t->management == TOPO_MANAGEMENT_PREFIX) {
		use_prefix(plan, plan->t->management_prefix);
		return 0;
	}
	for (uint32_t i = 0; i < PREFIXES; i++)
		if (!taken.prefix[i]) {
			use_prefix(plan,
				   (struct yaml_prefix){{htonl(POOL + (i << (32 - PREFIX_LEN)))},
							PREFIX_LEN});
			return 0;
		}
	return node_fail(err, -EADDRNOTAVAIL, "no free /20 in 10.192.0.0/10 for management");
}

void management_mac(struct in_addr addr, uint8_t ret_mac[6])
{
	ret_mac[0] = 0x0a; /* locally administered */
	ret_mac[1] = 0xbb; /* and none of a link's or a radio's */
	memcpy(ret_mac + 2, &addr, 4);
}

int management_host_up(const struct plan *plan, struct node_error *err)
{
	char alias[TOPO_NAME_SIZE + 8];
	unsigned ifindex;
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return node_fail(err, rc, "netlink");
	snprintf(alias, sizeof(alias), "baton:%s", plan->run->name);
	rc = nl_link_index(nl, plan->run->host_ifname, &ifindex);
	if (!rc)
		rc = nl_link_set_alias(nl, ifindex, alias);
	if (!rc)
		rc = nl_addr_add(nl, ifindex, plan->run->host_address, plan->run->management.len);
	if (!rc)
		rc = nl_link_set_up(nl, ifindex, true);
	if (rc)
		node_fail(err, rc, "host interface %s: %s", plan->run->host_ifname,
			  nl_error_text(nl));
	nl_close(nl);
	return rc;
}

struct removal {
	struct nl *nl;
	char alias[TOPO_NAME_SIZE + 8];
	const char *ifname; /* of the record: ours also when a kill came before its alias */
};

static int remove_ours(const struct nl_link *link, void *user)
{
	struct removal *removal = user;
	int rc;

	bool unnamed = !link->alias[0] && removal->ifname[0] && !strcmp(link->kind, "veth") &&
		       !strcmp(link->name, removal->ifname);

	if (strcmp(link->alias, removal->alias) != 0 && !unnamed)
		return 0;
	rc = nl_link_del(removal->nl, link->ifindex);
	return rc == -ENODEV ? 0 : rc;
}

int management_host_remove(const char *name, const char *ifname)
{
	struct removal removal = {.ifname = ifname};
	int rc = nl_open(&removal.nl);

	if (rc)
		return rc;
	snprintf(removal.alias, sizeof(removal.alias), "baton:%s", name);
	rc = nl_link_list(removal.nl, remove_ours, &removal);
	nl_close(removal.nl);
	return rc;
}
