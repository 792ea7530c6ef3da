// SPDX-License-Identifier: Apache-2.0
/*
 * What CRIU leaves in and around a process that it dumped and left stopped, or in whose dump it
 * died: TCP sockets in repair (they neither send nor answer), a table of nftables that drops the
 * packets of its connections, and the stop. All of it is undone from outside.
 *
 * And what a restored process that must go would leave: the FIN or RST of connections that live on
 * at the source.
 */
#include "agents/process-step/victim.h" /* before linux/: both define addresses */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agents/process/sockets.h"
#include "agents/process/tree.h"

/* ---- sockets ---- */

/* What is done to a TCP socket; for @local's alone where it isn't zero */
struct repair {
	struct in_addr local;
	int wanted;
};

static bool is_meant(int fd, const struct repair *r)
{
	struct sockaddr_in at = {0};
	socklen_t len = sizeof(at);

	if (!r->local.s_addr)
		return true;
	return !getsockname(fd, (struct sockaddr *)&at, &len) && at.sin_family == AF_INET &&
	       at.sin_addr.s_addr == r->local.s_addr;
}

static void set_repair(int fd, void *user)
{
	const struct repair *r = user;
	int repair = 0;
	socklen_t len = sizeof(repair);

	if (!is_meant(fd, r) || getsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &repair, &len))
		return;
	if ((repair != 0) != (r->wanted != TCP_REPAIR_OFF))
		setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &r->wanted, sizeof(r->wanted));
}

/* A socket in repair is closed without a packet. Else the client would be told that its connection
 * has ended, and the rest of it, waiting here for the client's answer, would be in the way of the
 * next restore (EADDRNOTAVAIL). */
void victim_hush(const struct process_step *s, pid_t pid)
{
	struct repair on = {s->app.address, TCP_REPAIR_ON};
	pid_t tree[PROCESS_TREE_MAX];
	size_t count = process_tree(pid, tree);

	for (size_t i = 0; i < count; i++)
		sockets_each(tree[i], set_repair, &on);
}

/* ---- rules ---- */

static void put_header(struct mnl_nlmsg_batch *batch, uint16_t type, uint16_t flags, uint8_t family,
		       uint16_t resource, uint32_t seq, struct nlmsghdr **ret)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(mnl_nlmsg_batch_current(batch));
	struct nfgenmsg *msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = seq;
	msg->nfgen_family = family;
	msg->version = NFNETLINK_V0;
	msg->res_id = htons(resource);
	*ret = nlh;
}

/* One transaction of nf_tables: begin, delete, end */
static size_t build_delete(char *buf, size_t size, const char *table, uint32_t seq)
{
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(buf, size);
	struct nlmsghdr *nlh;
	size_t len;

	put_header(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, seq, &nlh);
	mnl_nlmsg_batch_next(batch);
	put_header(batch, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE, NLM_F_ACK, NFPROTO_INET, 0,
		   seq + 1, &nlh);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, table);
	mnl_nlmsg_batch_next(batch);
	put_header(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES, seq + 2, &nlh);
	mnl_nlmsg_batch_next(batch);
	len = mnl_nlmsg_batch_size(batch);
	mnl_nlmsg_batch_stop(batch);
	return len;
}

/* A kernel without nf_tables has no tables. */
static int receive_ack(struct mnl_socket *sock, uint32_t seq)
{
	char buf[8192];
	ssize_t got = mnl_socket_recvfrom(sock, buf, sizeof(buf));
	int rc;

	if (got < 0)
		return -errno;
	rc = mnl_cb_run(buf, (size_t)got, seq, mnl_socket_get_portid(sock), NULL, NULL);
	if (rc < 0 && errno != ENOENT && errno != EOPNOTSUPP && errno != EINVAL)
		return -errno;
	return 0;
}

int victim_unlock(pid_t pid)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	char table[32], buf[2 * 8192];
	uint32_t seq = (uint32_t)time(NULL);
	size_t len;
	int rc = 0;

	if (!sock)
		return errno == EPROTONOSUPPORT ? 0 : -errno;
	snprintf(table, sizeof(table), "CRIU-%d", pid);
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		rc = -errno;
	if (!rc) {
		len = build_delete(buf, sizeof(buf) / 2, table, seq);
		if (mnl_socket_sendto(sock, buf, len) < 0)
			rc = -errno;
	}
	if (!rc)
		rc = receive_ack(sock, seq + 1);
	mnl_socket_close(sock);
	return rc;
}

int victim_wake(const struct process *p)
{
	/* off: with a window probe, so that the peer goes on */
	struct repair off = {.wanted = TCP_REPAIR_OFF};
	pid_t tree[PROCESS_TREE_MAX];
	size_t count = process_tree(p->pid, tree);
	int rc = victim_unlock(p->pid);

	for (size_t i = 0; i < count; i++)
		sockets_each(tree[i], set_repair, &off);
	return victim_signal(p, SIGCONT) == -ESRCH ? -ESRCH : rc;
}
