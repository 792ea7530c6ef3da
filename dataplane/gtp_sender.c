// SPDX-License-Identifier: Apache-2.0
/* Devices that send by other contexts than dp-gtp's, see gtp.h */
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/gtp.h"

int gtp_link_up(struct dataplane *dp, const char *name, unsigned *ret_ifindex)
{
	struct nl_link link;
	int rc = dp_link_find(dp->nl, name, &link);

	if (rc)
		return rc;
	*ret_ifindex = link.ifindex;
	rc = nl_link_set_alias(dp->nl, link.ifindex, DP_LINK_ALIAS);
	if (!rc)
		rc = nl_link_set_mtu(dp->nl, link.ifindex, dp_mtu_max(dp));
	if (!rc)
		rc = dp_ipv6_disable(name);
	return rc ? rc : nl_link_set_up(dp->nl, link.ifindex, true);
}

/* Whatever somebody sends to its port ends here */
static int socket_open(struct in_addr local, int *ret_sock)
{
	const struct sockaddr_in any_port = {.sin_family = AF_INET, .sin_addr = local};
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog filter = {.len = 1, .filter = &nothing};

	*ret_sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*ret_sock < 0)
		return -errno;
	if (setsockopt(*ret_sock, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    bind(*ret_sock, (const struct sockaddr *)&any_port, sizeof(any_port)))
		return -errno;
	return 0;
}

/* Contexts are looked up by destination: that is the GGSN's role */
static int sender_open(struct dataplane *dp, struct gtp *g, const char *name,
		       struct gtp_sender *sender)
{
	int rc = dp_link_clear(dp->nl, name);

	if (!rc)
		rc = socket_open(dp->config.local[0].addr.ip4, &sender->sock);
	if (!rc)
		rc = gtp_link_add(g->netlink, name, sender->sock, false, GTP_HASH_SIZE);
	return rc ? rc : gtp_link_up(dp, name, &sender->ifindex);
}

int gtp_senders_open(struct dataplane *dp, struct gtp *g, struct dp_error *ret_err)
{
	for (unsigned i = 0; i < GTP_SENDERS; i++) {
		char name[IFNAMSIZ];
		int rc;

		snprintf(name, sizeof(name), "dp-gtp-%u", i + 1);
		rc = sender_open(dp, g, name, &g->sender[i]);
		if (rc)
			return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "%s: %s", name,
					    strerror(-rc));
	}
	return 0;
}

void gtp_senders_close(struct dataplane *dp, struct gtp *g)
{
	for (unsigned i = 0; i < GTP_SENDERS; i++) {
		if (g->sender[i].ifindex)
			(void)nl_link_del(dp->nl, g->sender[i].ifindex);
		if (g->sender[i].sock >= 0)
			close(g->sender[i].sock);
	}
}
