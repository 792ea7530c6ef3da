// SPDX-License-Identifier: Apache-2.0
/*
 * The node's socket. Datagrams that wait are read with one system call, and what is sent in answer
 * to them leaves with one, too: half of what a short request costs is the kernel's entry and exit,
 * and waking its sender. Whatever else is sent leaves at once.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/n4/node.h"

/* Requests that may wait while we are busy: some 3000 of usual size */
enum { RECEIVE_OCTETS = 4 << 20 };

static void sent_count(struct n4_node *node, int rc, const uint8_t *message)
{
	/* Whatever is lost here is sent again by T1, ours or the peer's. */
	node->counter[rc < 0 ? N4_TX_FAILED : N4_TX]++;
	if (rc >= 0)
		n4_tally_message(&node->tally, N4_WAY_SENT, message[N4_TYPE_OFFSET]);
}

/* ---- one system call for many ---- */

static void outbox_flush(struct n4_outbox *box, struct n4_node *node)
{
	struct mmsghdr msgs[N4_OUTBOX_MAX] = {0};
	struct iovec iov[N4_OUTBOX_MAX];
	unsigned done = 0;
	int rc;

	for (unsigned i = 0; i < box->count; i++) {
		iov[i] = (struct iovec){box->octets + box->at[i], box->at[i + 1] - box->at[i]};
		msgs[i].msg_hdr = (struct msghdr){.msg_name = &box->to[i],
						  .msg_namelen = sizeof(box->to[i]),
						  .msg_iov = &iov[i],
						  .msg_iovlen = 1};
	}
	while (done < box->count) {
		rc = sendmmsg(box->fd, msgs + done, box->count - done, MSG_DONTWAIT);
		if (rc < 0 && errno == EINTR)
			continue;
		/* It is the first of them that can't be sent. */
		for (unsigned i = 0; i < (rc > 0 ? (unsigned)rc : 1); i++)
			sent_count(node, rc, iov[done + i].iov_base);
		done += rc > 0 ? (unsigned)rc : 1;
	}
	box->count = 0;
}

static void outbox_put(struct n4_outbox *box, struct n4_node *node, const struct sockaddr_in *to,
		       const uint8_t *buf, size_t len)
{
	if (box->count == N4_OUTBOX_MAX || len > sizeof(box->octets) - box->at[box->count])
		outbox_flush(box, node);
	memcpy(box->octets + box->at[box->count], buf, len);
	box->to[box->count] = *to;
	box->at[box->count + 1] = box->at[box->count] + (uint32_t)len;
	box->count++;
}

int n4_transmit(struct n4_node *node, const struct sockaddr_in *to, const uint8_t *buf, size_t len)
{
	uv_buf_t out = uv_buf_init((char *)buf, (unsigned)len);
	int rc;

	if (node->closing)
		return -ECANCELED;
	if (node->burst && !node->config.transmit) {
		outbox_put(&node->outbox, node, to, buf, len);
		return 0;
	}
	if (node->config.transmit)
		rc = node->config.transmit(to, buf, len, node->config.user);
	else
		rc = uv_udp_try_send(&node->udp, &out, 1, (const struct sockaddr *)to);
	sent_count(node, rc, buf);
	return rc < 0 ? rc : 0;
}

/* ---- receiving ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct n4_node *node = handle->data;

	*buf = uv_buf_init((char *)node->rx_buf, sizeof(node->rx_buf));
}

static void receive_one(struct n4_node *node, const struct sockaddr *from, const uint8_t *octets,
			size_t len, unsigned flags)
{
	if (from->sa_family != AF_INET)
		return;
	if (flags & UV_UDP_PARTIAL) {
		node->counter[N4_RX]++;
		node->counter[N4_DROP_SHORT]++;
		return;
	}
	n4_receive(node, (const struct sockaddr_in *)from, octets, len);
}

/* libuv calls it for each datagram of a system call's, and once more after the last. */
static void on_recv(uv_udp_t *udp, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from,
		    unsigned flags)
{
	struct n4_node *node = udp->data;

	if (node->closing)
		return;
	if (n >= 0 && from) {
		if (flags & UV_UDP_MMSG_CHUNK)
			n4_burst_begin(node);
		receive_one(node, from, (const uint8_t *)buf->base, (size_t)n, flags);
		return;
	}
	n4_burst_end(node);
}

void n4_burst_begin(struct n4_node *node)
{
	node->burst = true;
}

bool n4_in_burst(const struct n4_node *node)
{
	return node->burst;
}

void n4_burst_end(struct n4_node *node)
{
	if (!node->burst)
		return;
	if (node->config.burst_end)
		node->config.burst_end(node->config.user);
	node->burst = false;
	if (node->outbox.count)
		outbox_flush(&node->outbox, node);
}

/* Beyond what an unprivileged program may have, where we may. */
static void room_make(int fd)
{
	const int octets = RECEIVE_OCTETS;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
}

int n4_socket_open(struct n4_node *node)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr = node->config.addr,
		.sin_port = htons(node->config.port),
	};
	int rc;

	uv_udp_init_ex(node->loop, &node->udp, AF_INET | UV_UDP_RECVMMSG);
	node->udp.data = node;
	node->open_handles++;
	rc = uv_udp_bind(&node->udp, (const struct sockaddr *)&addr, 0);
	if (!rc)
		rc = uv_fileno((const uv_handle_t *)&node->udp, &node->outbox.fd);
	if (rc)
		return rc;
	room_make(node->outbox.fd);
	return uv_udp_recv_start(&node->udp, on_alloc, on_recv);
}
