// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel's SCTP by one-to-one sockets (RFC 6458 cl. 4), each watched by the loop. The end of an
 * association is learnt from notifications, its reason from SO_ERROR.
 */
#include "lib/sctp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sctp.h>

enum { READS_PER_TURN = 64 };

struct kernel_assoc {
	struct sctp_assoc base;
	uv_poll_t poll;
	int fd;
};

struct kernel_listener {
	struct sctp_listener base;
	uv_poll_t poll;
	int fd;
};

static int set_option(int fd, int name, const void *value, socklen_t len)
{
	return setsockopt(fd, IPPROTO_SCTP, name, value, len) < 0 ? -errno : 0;
}

static int set_timers(int fd)
{
	struct sctp_rtoinfo rto = {.srto_initial = ASSOC_RTO_INITIAL_MS,
				   .srto_max = ASSOC_RTO_MAX_MS,
				   .srto_min = ASSOC_RTO_MIN_MS};
	struct sctp_assocparams params = {.sasoc_asocmaxrxt = ASSOC_RETRANS_MAX};
	struct sctp_initmsg init = {.sinit_num_ostreams = ASSOC_STREAMS,
				    .sinit_max_instreams = ASSOC_STREAMS,
				    .sinit_max_attempts = ASSOC_INIT_ATTEMPTS,
				    .sinit_max_init_timeo = ASSOC_RTO_MAX_MS};
	struct sctp_paddrparams path = {.spp_hbinterval = ASSOC_HEARTBEAT_MS,
					.spp_pathmaxrxt = ASSOC_RETRANS_MAX,
					.spp_flags = SPP_HB_ENABLE};
	struct sctp_sack_info sack = {.sack_freq = 1};
	int err;

	err = set_option(fd, SCTP_RTOINFO, &rto, sizeof(rto));
	if (!err)
		err = set_option(fd, SCTP_ASSOCINFO, &params, sizeof(params));
	if (!err)
		err = set_option(fd, SCTP_INITMSG, &init, sizeof(init));
	if (!err)
		err = set_option(fd, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path));
	if (!err)
		err = set_option(fd, SCTP_DELAYED_SACK, &sack, sizeof(sack));
	return err;
}

static int set_options(int fd)
{
	struct sctp_event_subscribe events = {.sctp_association_event = 1,
					      .sctp_shutdown_event = 1};
	int one = 1, bytes = ASSOC_BUFFER_BYTES, err;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	err = set_option(fd, SCTP_NODELAY, &one, sizeof(one));
	if (!err)
		err = set_option(fd, SCTP_RECVRCVINFO, &one, sizeof(one));
	if (!err)
		err = set_option(fd, SCTP_EVENTS, &events, sizeof(events));
	return err ? err : set_timers(fd);
}

static int open_socket(const struct sockaddr_in *local, int *ret_fd)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_SCTP);
	int one = 1, err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	err = set_options(fd);
	if (!err && (local->sin_port || local->sin_addr.s_addr) &&
	    bind(fd, (const struct sockaddr *)local, sizeof(*local)) < 0)
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

/* Associations */

static void free_owner(uv_handle_t *handle)
{
	free(handle->data);
}

static void kernel_close(struct sctp_assoc *assoc, bool abort)
{
	struct kernel_assoc *k = (struct kernel_assoc *)assoc;
	struct linger now = {.l_onoff = 1};
	char drop[2048];

	uv_poll_stop(&k->poll);
	if (abort)
		setsockopt(k->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	else /* what is unread would turn the shutdown into an abort */
		while (recv(k->fd, drop, sizeof(drop), MSG_DONTWAIT) > 0)
			continue;
	close(k->fd);
	uv_close((uv_handle_t *)&k->poll, free_owner);
}

static int socket_error(int fd, int otherwise)
{
	socklen_t len = sizeof(int);
	int err = 0;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return err ? -err : otherwise;
}

static void on_assoc_change(struct kernel_assoc *k, const struct sctp_assoc_change *change)
{
	switch (change->sac_state) {
	case SCTP_COMM_UP:
		sctp_assoc_up(&k->base);
		break;
	case SCTP_CANT_STR_ASSOC:
		sctp_assoc_down(&k->base, socket_error(k->fd, -ECONNREFUSED), true);
		break;
	case SCTP_SHUTDOWN_COMP:
		sctp_assoc_down(&k->base, 0, false);
		break;
	case SCTP_RESTART: /* the peer began anew and knows nothing of what was */
	case SCTP_COMM_LOST:
	default:
		sctp_assoc_down(&k->base, socket_error(k->fd, -ECONNRESET), true);
		break;
	}
}

static void on_notification(struct kernel_assoc *k, const void *data, size_t len)
{
	struct sctp_assoc_change change;
	uint16_t type;

	if (len < sizeof(type))
		return;
	memcpy(&type, data, sizeof(type));
	if (type == SCTP_SHUTDOWN_EVENT)
		sctp_assoc_down(&k->base, 0, false);
	if (type != SCTP_ASSOC_CHANGE || len < sizeof(change))
		return;
	memcpy(&change, data, sizeof(change));
	on_assoc_change(k, &change);
}

static struct sctp_rcvinfo rcvinfo_of(struct msghdr *msg)
{
	struct sctp_rcvinfo info = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == IPPROTO_SCTP && c->cmsg_type == SCTP_RCVINFO &&
		    c->cmsg_len >= CMSG_LEN(sizeof(info)))
			memcpy(&info, CMSG_DATA(c), sizeof(info));
	return info;
}

/* Reads one message, notification or piece. Return: false when there is nothing more now */
static bool read_one(struct kernel_assoc *k, char *buf, size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct sctp_rcvinfo))];
	struct iovec iov = {.iov_base = buf, .iov_len = size};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(k->fd, &msg, MSG_DONTWAIT);
	struct sctp_rcvinfo info;
	int err = 0;

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			sctp_assoc_down(&k->base, -errno, true);
		return false;
	}
	if (n == 0) {
		sctp_assoc_down(&k->base, 0, false);
		return false;
	}
	if (msg.msg_flags & MSG_NOTIFICATION) {
		on_notification(k, buf, (size_t)n);
		return !k->base.closed;
	}
	info = rcvinfo_of(&msg);
	err = sctp_assoc_input(&k->base, info.rcv_sid, ntohl(info.rcv_ppid), buf, (size_t)n,
			       msg.msg_flags & MSG_EOR);
	if (err)
		sctp_assoc_down(&k->base, err, true);
	return !k->base.closed;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct kernel_assoc *k = poll->data;
	char *buf;

	if (events & UV_WRITABLE)
		sctp_assoc_writable(&k->base);
	buf = k->base.closed ? NULL : malloc(ASSOC_MESSAGE_MAX);
	if (!buf)
		return;
	for (unsigned i = 0; i < READS_PER_TURN && read_one(k, buf, ASSOC_MESSAGE_MAX); i++)
		continue;
	free(buf);
}

/* Takes @fd, also when it fails. */
static int assoc_new(uv_loop_t *loop, int fd, struct kernel_assoc **ret)
{
	struct kernel_assoc *k = calloc(1, sizeof(*k));
	int err = k ? uv_poll_init(loop, &k->poll, fd) : -ENOMEM;

	if (err) {
		close(fd);
		free(k);
		return err;
	}
	k->fd = fd;
	k->poll.data = k;
	uv_poll_start(&k->poll, UV_READABLE, on_ready);
	*ret = k;
	return 0;
}

static int kernel_connect(uv_loop_t *loop, const struct sockaddr_in *local,
			  const struct sockaddr_in *remote, struct sctp_assoc **ret)
{
	struct kernel_assoc *k;
	int fd, err;

	err = open_socket(local, &fd);
	if (err)
		return err;
	if (connect(fd, (const struct sockaddr *)remote, sizeof(*remote)) < 0 &&
	    errno != EINPROGRESS) {
		err = -errno;
		close(fd);
		return err;
	}
	err = assoc_new(loop, fd, &k);
	if (!err)
		*ret = &k->base;
	return err;
}

static int kernel_send(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		       size_t len)
{
	struct kernel_assoc *k = (struct kernel_assoc *)assoc;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct sctp_sndinfo))] = {0};
	struct sctp_sndinfo info = {.snd_sid = stream, .snd_ppid = htonl(ppid)};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = IPPROTO_SCTP;
	c->cmsg_type = SCTP_SNDINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (sendmsg(k->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	return errno == EPIPE || errno == ESHUTDOWN ? -ENOTCONN : -errno;
}

static void kernel_want_writable(struct sctp_assoc *assoc, bool wanted)
{
	struct kernel_assoc *k = (struct kernel_assoc *)assoc;

	uv_poll_start(&k->poll, UV_READABLE | (wanted ? UV_WRITABLE : 0), on_ready);
}

/* Listeners */

static void accept_one(struct kernel_listener *l, int fd, const struct sockaddr_in *peer)
{
	struct kernel_assoc *k;
	int err = set_options(fd);

	if (err) {
		close(fd);
		return;
	}
	if (assoc_new(l->base.loop, fd, &k) != 0)
		return;
	k->base.peer = *peer;
	sctp_assoc_accepted(&l->base, &k->base);
}

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
	struct kernel_listener *l = poll->data;

	while (!l->base.closed) {
		struct sockaddr_in peer;
		socklen_t len = sizeof(peer);
		int fd = accept4(l->fd, (struct sockaddr *)&peer, &len,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		accept_one(l, fd, &peer);
	}
}

static int kernel_listen(uv_loop_t *loop, const struct sockaddr_in *local,
			 struct sctp_listener **ret)
{
	struct kernel_listener *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	err = open_socket(local, &l->fd);
	if (err)
		goto free_listener;
	if (listen(l->fd, LISTENER_BACKLOG) < 0) {
		err = -errno;
		goto close_socket;
	}
	err = uv_poll_init(loop, &l->poll, l->fd);
	if (err)
		goto close_socket;
	l->poll.data = l;
	uv_poll_start(&l->poll, UV_READABLE, on_acceptable);
	*ret = &l->base;
	return 0;

close_socket:
	close(l->fd);
free_listener:
	free(l);
	return err;
}

static void kernel_unlisten(struct sctp_listener *listener)
{
	struct kernel_listener *l = (struct kernel_listener *)listener;

	uv_poll_stop(&l->poll);
	close(l->fd);
	uv_close((uv_handle_t *)&l->poll, free_owner);
}

const struct sctp_ops sctp_kernel_ops = {
	.listen = kernel_listen,
	.unlisten = kernel_unlisten,
	.connect = kernel_connect,
	.send = kernel_send,
	.want_writable = kernel_want_writable,
	.close = kernel_close,
};
