// SPDX-License-Identifier: Apache-2.0
/*
 * A node's sysctls. A new namespace has the kernel's defaults or the host's settings, as the host
 * pleases, so each one that matters is written. "all" and "default" come before any interface: what
 * is made later has the default's.
 */
#include "testbed/node.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/file.h"

struct setting {
	const char *name;
	const char *value;
};

/* A directory is walked to once: each step of the way asks whose namespace it is. */
struct group {
	const char *path;
	bool optional;		   /* of a part of the kernel that may be missing */
	struct setting setting[8]; /* ended by one without a name */
};

#define IPV4	  "/proc/sys/net/ipv4"
#define IPV6_CONF "/proc/sys/net/ipv6/conf"
/* clang-format off */
#define OF_EACH                                                                                    \
	/* paths are asymmetric while a session is moved */                                        \
	{"rp_filter", "0"},                                                                        \
	/* the routes are ours alone */                                                            \
	{"accept_redirects", "0"}, {"secure_redirects", "0"}, {"send_redirects", "0"},             \
	/* an anycast address on lo is nobody's business on other links */                         \
	{"arp_ignore", "1"}, {"arp_announce", "2"}
/* clang-format on */

static const struct group groups[] = {
	{IPV4 "/conf/all", false, {OF_EACH}},
	{IPV4 "/conf/default", false, {OF_EACH, {"accept_local", "0"}}},
	{IPV4, false, {{"ip_no_pmtu_disc", "0"}}},
	/* IPv4 only: no duplicate address detection, router solicitation or multicast listener
	   reports among the probes */
	{IPV6_CONF, true, {{"all/disable_ipv6", "1"}, {"default/disable_ipv6", "1"}}},
};

/* The fabric's bridges are wires: where the host has br_netfilter, for containers say, every frame
   would go through three hooks of it. */
static const struct group bridging = {"/proc/sys/net/bridge",
				      true,
				      {{"bridge-nf-call-iptables", "0"},
				       {"bridge-nf-call-ip6tables", "0"},
				       {"bridge-nf-call-arptables", "0"}}};

static int write_group(const struct group *group, struct node_error *err)
{
	int fd = open(group->path, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 && errno == ENOENT && group->optional)
		return 0;
	if (fd < 0)
		return node_fail(err, -errno, "%s", group->path);
	for (const struct setting *s = group->setting; !rc && s->name; s++) {
		rc = file_write_at(fd, s->name, s->value);
		if (rc == -ENOENT && group->optional)
			rc = 0;
		if (rc)
			node_fail(err, rc, "%s/%s", group->path, s->name);
	}
	close(fd);
	return rc;
}

int node_settings(const struct plan *plan, unsigned node, struct node_error *err)
{
	bool forwards = node < plan->t->node_count && plan->t->node[node].forwards;
	/* first: switching it resets some of "all" and "default" */
	int rc = file_write(IPV4 "/ip_forward", forwards ? "1" : "0");

	if (rc)
		return node_fail(err, rc, "%s/ip_forward", IPV4);
	for (size_t i = 0; !rc && i < sizeof(groups) / sizeof(groups[0]); i++)
		rc = write_group(&groups[i], err);
	if (!rc && node >= plan->t->node_count)
		rc = write_group(&bridging, err);
	return rc;
}
