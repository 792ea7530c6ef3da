// SPDX-License-Identifier: Apache-2.0
/*
 * A node's sysctls. A new namespace has the kernel's defaults or the host's settings, as the host
 * pleases, so each one that matters is written. "all" and "default" come before any interface: what
 * is made later has the default's.
 */
#include "testbed/node.h"

#include <errno.h>

#include "testbed/file.h"

struct setting {
	const char *path;
	const char *value;
	bool optional; /* of a part of the kernel that may be missing */
};

#define CONF "/proc/sys/net/ipv4/conf/"
static const struct setting settings[] = {
	/* paths are asymmetric while a session is moved */
	{CONF "all/rp_filter", "0", false},
	{CONF "default/rp_filter", "0", false},
	/* the routes are ours alone */
	{CONF "all/accept_redirects", "0", false},
	{CONF "default/accept_redirects", "0", false},
	{CONF "all/secure_redirects", "0", false},
	{CONF "default/secure_redirects", "0", false},
	{CONF "all/send_redirects", "0", false},
	{CONF "default/send_redirects", "0", false},
	/* an anycast address on lo is nobody's business on other links */
	{CONF "all/arp_ignore", "1", false},
	{CONF "default/arp_ignore", "1", false},
	{CONF "all/arp_announce", "2", false},
	{CONF "default/arp_announce", "2", false},
	{CONF "default/accept_local", "0", false},
	{"/proc/sys/net/ipv4/ip_no_pmtu_disc", "0", false},
	/* IPv4 only: no duplicate address detection, router solicitation or multicast listener
	   reports among the probes */
	{"/proc/sys/net/ipv6/conf/all/disable_ipv6", "1", true},
	{"/proc/sys/net/ipv6/conf/default/disable_ipv6", "1", true},
};

static int write_setting(const char *path, const char *value, bool optional, struct node_error *err)
{
	int rc = file_write(path, value);

	if (rc == -ENOENT && optional)
		return 0;
	return rc ? node_fail(err, rc, "%s", path) : 0;
}

int node_settings(const struct plan *plan, unsigned node, struct node_error *err)
{
	bool forwards = node < plan->t->node_count && plan->t->node[node].forwards;
	int rc;

	/* first: switching it resets some of "all" and "default" */
	rc = write_setting("/proc/sys/net/ipv4/ip_forward", forwards ? "1" : "0", false, err);
	for (size_t i = 0; !rc && i < sizeof(settings) / sizeof(settings[0]); i++)
		rc = write_setting(settings[i].path, settings[i].value, settings[i].optional, err);
	return rc;
}
