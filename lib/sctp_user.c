// SPDX-License-Identifier: Apache-2.0
/* SCTP by usrsctp: associations and listeners over its one-to-one sockets (RFC 6458). */
#include "lib/sctp_user.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sctp_internal.h"

enum { PATH_MTU = 1400 }; /* leaves room for IP, UDP and a tunnel within 1500 */

struct user_assoc {
	struct sctp_assoc base;
	struct user_socket socket;
};

struct user_listener {
	struct sctp_listener base;
	struct user_socket socket;
};

static struct user_assoc *assoc_of(struct user_socket *s)
{
	return (struct user_assoc *)((char *)s - offsetof(struct user_assoc, socket));
}

static struct user_listener *listener_of(struct user_socket *s)
{
	return (struct user_listener *)((char *)s - offsetof(struct user_listener, socket));
}

static struct sockaddr_conn conn_addr(void *path, uint16_t port)
{
	return (struct sockaddr_conn){
		.sconn_family = AF_CONN, .sconn_port = htons(port), .sconn_addr = path};
}

static int set_option(struct socket *so, int name, const void *value, size_t len)
{
	return usrsctp_setsockopt(so, IPPROTO_SCTP, name, value, (socklen_t)len) < 0 ? -errno : 0;
}

static int set_timers(struct socket *so)
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
					.spp_pathmtu = PATH_MTU,
					.spp_pathmaxrxt = ASSOC_RETRANS_MAX,
					.spp_flags = SPP_HB_ENABLE | SPP_PMTUD_DISABLE};
	struct sctp_sack_info sack = {.sack_freq = 1};
	int err;

	err = set_option(so, SCTP_RTOINFO, &rto, sizeof(rto));
	if (!err)
		err = set_option(so, SCTP_ASSOCINFO, &params, sizeof(params));
	if (!err)
		err = set_option(so, SCTP_INITMSG, &init, sizeof(init));
	if (!err)
		err = set_option(so, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path));
	if (!err)
		err = set_option(so, SCTP_DELAYED_SACK, &sack, sizeof(sack));
	return err;
}

/* Of every socket. The timers are a new association's from its listener, which is too late to
 * change here. */
static int set_options(struct socket *so)
{
	static const uint16_t types[] = {SCTP_ASSOC_CHANGE, SCTP_SHUTDOWN_EVENT};
	int one = 1, bytes = ASSOC_BUFFER_BYTES, err;

	if (usrsctp_set_non_blocking(so, 1) < 0)
		return -errno;
	usrsctp_setsockopt(so, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	usrsctp_setsockopt(so, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	err = set_option(so, SCTP_NODELAY, &one, sizeof(one));
	if (!err)
		err = set_option(so, SCTP_RECVRCVINFO, &one, sizeof(one));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !err; i++) {
		struct sctp_event event = {
			.se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = types[i], .se_on = 1};

		err = set_option(so, SCTP_EVENT, &event, sizeof(event));
	}
	return err;
}

/* A socket with all options; takes a reference to the engine and a port, both given back by
 * socket_close. */
static int socket_open(struct user_socket *s, uv_loop_t *loop, uint32_t local_be, uint16_t port)
{
	int err = user_engine_get(loop);

	if (err)
		return err;
	err = user_port_get(local_be, port, &s->port);
	if (err)
		goto put_engine;
	s->so = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	if (!s->so) {
		err = -errno;
		goto put_port;
	}
	err = set_options(s->so);
	if (!err)
		err = set_timers(s->so);
	if (err)
		goto close_socket;
	s->local_be = local_be;
	return 0;

close_socket:
	usrsctp_close(s->so);
put_port:
	user_port_put(s->port);
put_engine:
	user_engine_put();
	return err;
}

static void socket_close(struct user_socket *s, bool abort)
{
	struct linger now = {.l_onoff = 1};

	user_socket_unwatch(s);
	if (abort)
		usrsctp_setsockopt(s->so, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	usrsctp_close(s->so);
	user_port_put(s->port);
	user_engine_put();
}

/* Associations */

static void user_close(struct sctp_assoc *assoc, bool abort)
{
	struct user_assoc *u = (struct user_assoc *)assoc;

	socket_close(&u->socket, abort);
	user_engine_free_later(u);
}

/*
 * After a notification of the end usrsctp's error is read like a message. That it gave up by
 * itself, which it calls ECONNABORTED, comes from a peer that fell silent.
 */
static int socket_error(struct socket *so, int otherwise)
{
	unsigned type;
	socklen_t from_len = 0, info_len = 0;
	int flags = 0;
	char c;

	if (usrsctp_recvv(so, &c, sizeof(c), NULL, &from_len, NULL, &info_len, &type, &flags) < 0 &&
	    errno != EWOULDBLOCK && errno != ENOTCONN)
		return errno == ECONNABORTED ? -ETIMEDOUT : -errno;
	return otherwise;
}

static void on_assoc_change(struct user_assoc *u, const struct sctp_assoc_change *change)
{
	struct socket *so = u->socket.so;

	switch (change->sac_state) {
	case SCTP_COMM_UP:
		sctp_assoc_up(&u->base);
		break;
	case SCTP_CANT_STR_ASSOC:
		sctp_assoc_down(&u->base, socket_error(so, -ECONNREFUSED), true);
		break;
	case SCTP_SHUTDOWN_COMP:
		sctp_assoc_down(&u->base, 0, false);
		break;
	case SCTP_RESTART: /* the peer began anew and knows nothing of what was */
	case SCTP_COMM_LOST:
	default:
		sctp_assoc_down(&u->base, socket_error(so, -ECONNRESET), true);
		break;
	}
}

static void on_notification(struct user_assoc *u, const void *data, size_t len)
{
	struct sctp_assoc_change change;
	uint16_t type;

	if (len < sizeof(type))
		return;
	memcpy(&type, data, sizeof(type));
	if (type == SCTP_SHUTDOWN_EVENT)
		sctp_assoc_down(&u->base, 0, false);
	if (type != SCTP_ASSOC_CHANGE || len < sizeof(change))
		return;
	memcpy(&change, data, sizeof(change));
	on_assoc_change(u, &change);
}

/* Return: false when there is nothing more now */
static bool read_one(struct user_assoc *u, char *buf, size_t size)
{
	struct sctp_rcvinfo info = {0};
	struct sockaddr_conn from;
	socklen_t from_len = sizeof(from), info_len = sizeof(info);
	unsigned type = 0;
	int flags = 0, err;
	ssize_t n = usrsctp_recvv(u->socket.so, buf, size, (struct sockaddr *)&from, &from_len,
				  &info, &info_len, &type, &flags);

	if (n < 0) {
		/* a connect under way answers ENOTCONN */
		if (errno != EWOULDBLOCK && errno != EINTR && errno != ENOTCONN)
			sctp_assoc_down(&u->base, -errno, true);
		return false;
	}
	if (n == 0) {
		if (u->base.up)
			sctp_assoc_down(&u->base, 0, false);
		return false;
	}
	if (flags & MSG_NOTIFICATION) {
		on_notification(u, buf, (size_t)n);
		return !u->base.closed;
	}
	err = sctp_assoc_input(&u->base, info.rcv_sid, ntohl(info.rcv_ppid), buf, (size_t)n,
			       flags & MSG_EOR);
	if (err)
		sctp_assoc_down(&u->base, err, true);
	return !u->base.closed;
}

/* usrsctp calls for room to send as for what came in. */
static void run_assoc(struct user_socket *s)
{
	struct user_assoc *u = assoc_of(s);
	char *buf = malloc(ASSOC_MESSAGE_MAX);

	while (buf && read_one(u, buf, ASSOC_MESSAGE_MAX))
		continue;
	free(buf);
	sctp_assoc_writable(&u->base);
}

static int start_connect(struct user_assoc *u, const struct sockaddr_in *remote)
{
	struct sockaddr_conn addr;
	void *path;
	int err = user_path_get(u->socket.local_be, remote->sin_addr.s_addr, &path);

	if (err)
		return err;
	addr = conn_addr(path, user_port_number(u->socket.port));
	if (usrsctp_bind(u->socket.so, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	user_socket_watch(&u->socket);
	addr = conn_addr(path, ntohs(remote->sin_port));
	if (usrsctp_connect(u->socket.so, (struct sockaddr *)&addr, sizeof(addr)) < 0 &&
	    errno != EINPROGRESS)
		return -errno;
	return 0;
}

static int user_connect(uv_loop_t *loop, const struct sockaddr_in *local,
			const struct sockaddr_in *remote, struct sctp_assoc **ret)
{
	struct user_assoc *u = calloc(1, sizeof(*u));
	uint32_t local_be = local->sin_addr.s_addr;
	int err = u ? 0 : -ENOMEM;

	if (!err && local_be == 0)
		err = user_route_local(remote->sin_addr.s_addr, &local_be);
	if (!err)
		err = socket_open(&u->socket, loop, local_be, ntohs(local->sin_port));
	if (err) {
		free(u);
		return err;
	}
	u->socket.run = run_assoc;
	err = start_connect(u, remote);
	if (err) {
		user_close(&u->base, true);
		return err;
	}
	*ret = &u->base;
	return 0;
}

static int user_send(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		     size_t len)
{
	struct user_assoc *u = (struct user_assoc *)assoc;
	struct sctp_sndinfo info = {.snd_sid = stream, .snd_ppid = htonl(ppid)};

	if (usrsctp_sendv(u->socket.so, data, len, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO,
			  0) >= 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return -EAGAIN;
	return errno == EPIPE || errno == ECONNRESET || errno == ESHUTDOWN ? -ENOTCONN : -errno;
}

/* Listeners */

/* Takes @so. */
static void accept_one(struct user_listener *l, struct socket *so, const struct sockaddr_conn *peer)
{
	struct user_assoc *u = calloc(1, sizeof(*u));

	if (!u || set_options(so) != 0 || user_engine_get(l->base.loop) != 0) {
		usrsctp_close(so);
		free(u);
		return;
	}
	u->socket.so = so;
	u->socket.run = run_assoc;
	u->socket.port = user_port_share(l->socket.port);
	u->base.peer = (struct sockaddr_in){.sin_family = AF_INET,
					    .sin_port = peer->sconn_port,
					    .sin_addr.s_addr = user_path_remote(peer->sconn_addr)};
	user_socket_watch(&u->socket);
	sctp_assoc_accepted(&l->base, &u->base);
}

static void run_listener(struct user_socket *s)
{
	struct user_listener *l = listener_of(s);

	while (!l->base.closed) {
		struct sockaddr_conn peer;
		socklen_t len = sizeof(peer);
		struct socket *so = usrsctp_accept(s->so, (struct sockaddr *)&peer, &len);

		if (!so)
			return;
		accept_one(l, so, &peer);
	}
}

static int start_listen(struct user_listener *l)
{
	/* Without an address: any path, that is any peer; which local address is the port table's
	 * matter. */
	struct sockaddr_conn addr = conn_addr(NULL, user_port_number(l->socket.port));

	if (usrsctp_bind(l->socket.so, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    usrsctp_listen(l->socket.so, LISTENER_BACKLOG) < 0)
		return -errno;
	user_socket_watch(&l->socket);
	return 0;
}

static void user_unlisten(struct sctp_listener *listener)
{
	struct user_listener *l = (struct user_listener *)listener;

	socket_close(&l->socket, false);
	user_engine_free_later(l);
}

static int user_listen(uv_loop_t *loop, const struct sockaddr_in *local, struct sctp_listener **ret)
{
	struct user_listener *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	err = socket_open(&l->socket, loop, local->sin_addr.s_addr, ntohs(local->sin_port));
	if (err) {
		free(l);
		return err;
	}
	l->socket.run = run_listener;
	err = start_listen(l);
	if (err) {
		user_unlisten(&l->base);
		return err;
	}
	*ret = &l->base;
	return 0;
}

const struct sctp_ops sctp_user_ops = {
	.listen = user_listen,
	.unlisten = user_unlisten,
	.connect = user_connect,
	.send = user_send,
	.close = user_close,
};
