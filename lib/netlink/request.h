/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the netlink library: how a request is built, queued, sent and acknowledged.
 *
 * A request is written straight into the handle's buffer. Without a batch it is sent at once; in a batch the
 * buffer is sent when it is full. Only the last request of a buffer asks for an acknowledgement: the
 * kernel reports errors without being asked, and handles a buffer in order.
 */
#ifndef BATON_LIB_NETLINK_REQUEST_H
#define BATON_LIB_NETLINK_REQUEST_H

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "lib/netlink/netlink.h"

enum {
	NL_CHUNK_BYTES = 32768,	 /* well under the kernel's default send buffer */
	NL_CHUNK_REQUESTS = 256, /* an error each still fits the receive buffer */
	NL_REQUEST_MAX = 2048,	 /* the largest request: a veth pair with both names, well under 512 */
	NL_ANSWER_BYTES = 65536,
	NL_DUMP_MAX = 64 << 20,
};

struct nl {
	struct mnl_socket *sock;
	uint32_t seq;
	bool batching;
	int batch_error; /* the first of this batch */
	size_t batch_sent, batch_failed;

	size_t used, count; /* of the buffer */
	uint32_t first_seq;
	char error[256];
	/* from here on not cleared: an init would touch, and have copied, all these pages */
	int tolerated[NL_CHUNK_REQUESTS]; /* an error that counts as success, or 0 */
	char chunk[NL_CHUNK_BYTES];
	char answer[NL_ANSWER_BYTES];
};

/** nl_open_family - a handle of another netlink family (NETLINK_SOCK_DIAG) in the caller's namespace */
int nl_open_family(int family, struct nl **ret_nl);

/** nl_request - a new request of @type in the handle's buffer, with room for NL_REQUEST_MAX bytes */
struct nlmsghdr *nl_request(struct nl *nl, uint16_t type, uint16_t flags);
/** nl_submit - queue it or send it and await the answer; @tolerated: an errno that counts as success, or 0 */
int nl_submit(struct nl *nl, struct nlmsghdr *nlh, int tolerated);

typedef int (*nl_each)(const struct nlmsghdr *nlh, void *user);
/**
 * nl_query - send a request that is answered by messages, even inside a batch, and hand them on
 *
 * All answers are read before the first is handed on, so @each may use the handle. A dump that the kernel marks
 * as inconsistent is repeated.
 */
int nl_query(struct nl *nl, struct nlmsghdr *nlh, nl_each each, void *user);

/** nl_flush - send what is queued and await the acknowledgement */
int nl_flush(struct nl *nl);

/** nl_name_valid - an interface name that fits: 1 to 15 bytes */
bool nl_name_valid(const char *name);
/** nl_attr_u32, nl_attr_in - one attribute of a message with a family header of @header bytes, or @otherwise */
uint32_t nl_attr_u32(const struct nlattr *attr, uint32_t otherwise);
struct in_addr nl_attr_in(const struct nlattr *attr);

/** nl_attr_addr - the address in an attribute into @ret, 4 octets of it, or 16 with AF_INET6; zero when there is none */
void nl_attr_addr(const struct nlattr *attr, sa_family_t family, void *ret);
/** nl_put_addr - one of a family */
void nl_put_addr(struct nlmsghdr *nlh, uint16_t attr, sa_family_t family, const void *addr);
/** nl_addr_bits - 32 or 128 */
unsigned nl_addr_bits(sa_family_t family);

/** nl_attrs - fill @table[0..max] with the attributes after a header of @header_len bytes */
void nl_attrs(const struct nlmsghdr *nlh, size_t header_len, const struct nlattr **table, unsigned max);

#endif
