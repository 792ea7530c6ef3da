// SPDX-License-Identifier: Apache-2.0
/* Ending TCP sockets by their local address: sock_diag(7), SOCK_DESTROY. IPv6 sockets with a mapped
 * address count. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <string.h>

#include "lib/netlink/request.h"

enum {
	TCP_STATE_TIME_WAIT = 6,
	TCP_STATE_CLOSE = 7,
	TCP_STATE_LISTEN = 10,
	ALL_STATES = 0xfff,
	WANTED_STATES = ALL_STATES & ~(1 << TCP_STATE_TIME_WAIT | 1 << TCP_STATE_CLOSE),
};

struct destroy {
	struct nl *nl;
	struct in_addr local;
	bool connected; /* those that listen stay */
	struct in_addr except; /* and those with this peer; zero: none */
	int count;
	int error; /* the first */
};

/* All sockets of both families in one walk: each walk is over the host's whole table of
 * connections, a millisecond where that is large, and the request of today takes one family. */
static struct nlmsghdr *dump_request(struct nl *nl)
{
	struct nlmsghdr *nlh = nl_request(nl, TCPDIAG_GETSOCK, NLM_F_DUMP);
	struct inet_diag_req *req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));

	req->idiag_family = AF_UNSPEC;
	req->idiag_states = WANTED_STATES;
	return nlh;
}

static struct nlmsghdr *destroy_request(struct nl *nl, const struct inet_diag_msg *socket)
{
	struct nlmsghdr *nlh = nl_request(nl, SOCK_DESTROY, 0);
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));

	req->sdiag_family = socket->idiag_family;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = WANTED_STATES;
	req->id = socket->id;
	return nlh;
}

static bool is_local(const struct inet_diag_msg *msg, struct in_addr local)
{
	static const uint32_t mapped[3] = {0, 0, 0};
	const uint32_t *src = (const uint32_t *)msg->id.idiag_src;

	if (msg->idiag_family == AF_INET)
		return src[0] == local.s_addr;
	return !memcmp(src, mapped, 8) && src[2] == htonl(0xffff) && src[3] == local.s_addr;
}

static bool is_meant(const struct inet_diag_msg *msg, const struct destroy *d)
{
	const uint32_t *peer = (const uint32_t *)msg->id.idiag_dst;

	if (!is_local(msg, d->local))
		return false;
	if (d->connected && msg->idiag_state == TCP_STATE_LISTEN)
		return false;
	return !d->except.s_addr ||
	       peer[msg->idiag_family == AF_INET ? 0 : 3] != d->except.s_addr;
}

static int destroy_one(const struct nlmsghdr *nlh, void *user)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct destroy *d = user;
	int error;

	if (nlh->nlmsg_type != TCPDIAG_GETSOCK || mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg) ||
	    !is_meant(msg, d))
		return 0;
	/* a socket that has just ended by itself is no failure */
	error = nl_submit(d->nl, destroy_request(d->nl, msg), ENOENT);
	if (!error)
		d->count++;
	else if (!d->error)
		d->error = error;
	return 0;
}

static int destroy_all(struct destroy *d)
{
	int error = nl_open_family(NETLINK_SOCK_DIAG, &d->nl);

	if (error)
		return error;
	error = nl_query(d->nl, dump_request(d->nl), destroy_one, d);
	nl_close(d->nl);
	if (error || d->error)
		return error ? error : d->error;
	return d->count;
}

int nl_sock_destroy(struct in_addr local)
{
	struct destroy d = {.local = local};

	return destroy_all(&d);
}

int nl_sock_reset(struct in_addr local, struct in_addr except)
{
	struct destroy d = {.local = local, .connected = true, .except = except};

	return destroy_all(&d);
}
