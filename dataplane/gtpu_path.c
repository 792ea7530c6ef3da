// SPDX-License-Identifier: Apache-2.0
/* GTP-U path management, see gtpu_path.h */
#include "dataplane/gtpu_path.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "lib/gtpu/gtpu.h"
#include "lib/log.h"

enum {
	BATCH = 64,	      /* messages handled by one call */
	MESSAGE_MAX = 65536,  /* of UDP; a handover's G-PDUs may come by here, whatever N3's MTU */
	ECHO_PEERS_MAX = 256, /* asked at one time */
	ECHO_T3_S = 1,
	ECHO_N3 = 3,
	QUEUE_BYTES = 4 << 20, /* of the socket: unknown TEIDs must not crowd out Echo Requests */
	BUDGET_PEERS = 256,    /* a table by hash: peers that meet in a slot share its budget */
	BUDGET_PEER = 10,      /* answers in a second */
	BUDGET_ALL = 200,
};

struct echo {
	struct in_addr peer; /* 0: free */
	uint16_t sequence;
	uint8_t tries, age_s;
};

struct budget {
	uint64_t second;
	unsigned used;
};

struct gtpu_path {
	struct gtpu_path_config config;
	struct dp_path_counters counters;
	int epoll, sock, timer;
	uint16_t sequence;
	size_t echo_count;
	struct echo echo[ECHO_PEERS_MAX];
	struct budget all, peer[BUDGET_PEERS];
	uint64_t log_second;
	unsigned log_suppressed;
	uint8_t buf[MESSAGE_MAX];
};

static uint64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

/* At most a line a second, however fast a peer sends */
static void path_log(struct gtpu_path *path, struct in_addr peer, const char *what, unsigned detail)
{
	char text[INET_ADDRSTRLEN];

	if (path->log_second == now_s()) {
		path->log_suppressed++;
		return;
	}
	inet_ntop(AF_INET, &peer, text, sizeof(text));
	log_warn("gtpu", "peer=%s what=%s detail=%u suppressed=%u", text, what, detail,
		 path->log_suppressed);
	path->log_second = now_s();
	path->log_suppressed = 0;
}

static bool budget_take(struct budget *budget, unsigned limit)
{
	uint64_t now = now_s();

	if (budget->second != now) {
		budget->second = now;
		budget->used = 0;
	}
	if (budget->used >= limit)
		return false;
	budget->used++;
	return true;
}

static bool answer_allowed(struct gtpu_path *path, struct in_addr peer)
{
	uint32_t hash = ntohl(peer.s_addr) * 2654435761u;

	if (budget_take(&path->peer[(hash >> 16) % BUDGET_PEERS], BUDGET_PEER) &&
	    budget_take(&path->all, BUDGET_ALL))
		return true;
	path->counters.unanswered++;
	return false;
}

static int message_send(struct gtpu_path *path, const struct gtpu_msg *msg, struct sockaddr_in to)
{
	uint8_t buf[128];
	size_t len;
	int rc = gtpu_encode(msg, buf, sizeof(buf), &len);

	if (rc)
		return rc;
	if (sendto(path->sock, buf, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return 0;
}

static struct sockaddr_in gtpu_port_of(struct in_addr peer)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = peer, .sin_port = htons(GTPU_PORT)};
}

static void echo_request(struct gtpu_path *path, const struct gtpu_msg *msg,
			 const struct sockaddr_in *from)
{
	struct gtpu_msg answer = {.header = {.type = GTPU_ECHO_RESPONSE,
					     .has_sequence = true,
					     .sequence = msg->header.sequence}};

	path->counters.echo_requests++;
	(void)message_send(path, &answer, *from); /* a full send buffer: the peer asks again */
}

static void timer_arm(struct gtpu_path *path, bool on)
{
	const time_t period = on ? ECHO_T3_S : 0;
	const struct itimerspec when = {.it_interval.tv_sec = period, .it_value.tv_sec = period};

	timerfd_settime(path->timer, 0, &when, NULL);
}

static void echo_end(struct gtpu_path *path, struct echo *echo)
{
	memset(echo, 0, sizeof(*echo));
	if (--path->echo_count == 0)
		timer_arm(path, false);
}

static struct echo *echo_find(struct gtpu_path *path, struct in_addr peer)
{
	for (size_t i = 0; i < ECHO_PEERS_MAX; i++)
		if (path->echo[i].peer.s_addr == peer.s_addr)
			return &path->echo[i];
	return NULL;
}

static void path_tell(struct gtpu_path *path, struct in_addr addr, bool lost)
{
	const struct dp_addr peer = dp_addr_ip4(addr);
	const struct dp_events *events = &path->config.events;

	if (events->path)
		events->path(&peer, lost, events->user);
}

static void echo_response(struct gtpu_path *path, const struct gtpu_msg *msg,
			  const struct sockaddr_in *from)
{
	struct echo *echo = echo_find(path, from->sin_addr);

	if (!echo || echo->sequence != msg->header.sequence)
		return;
	path->counters.echo_responses++;
	echo_end(path, echo);
	path_tell(path, from->sin_addr, false);
}

static int echo_send(struct gtpu_path *path, const struct echo *echo)
{
	const struct gtpu_msg msg = {.header = {.type = GTPU_ECHO_REQUEST,
						.has_sequence = true,
						.sequence = echo->sequence}};

	return message_send(path, &msg, gtpu_port_of(echo->peer));
}

int gtpu_path_echo(struct gtpu_path *path, const struct dp_addr *peer)
{
	static const struct in_addr none = {0};
	struct echo *echo;

	if (peer->family != AF_INET)
		return -EAFNOSUPPORT;
	if (!peer->ip4.s_addr)
		return -EINVAL;
	if (echo_find(path, peer->ip4))
		return 0;
	echo = echo_find(path, none);
	if (!echo)
		return -ENOSPC;
	*echo = (struct echo){.peer = peer->ip4, .sequence = ++path->sequence, .tries = 1};
	if (path->echo_count++ == 0)
		timer_arm(path, true);
	/* a send that fails is a try without an answer */
	(void)echo_send(path, echo);
	return 0;
}

static void echo_tick(struct gtpu_path *path, struct echo *echo)
{
	struct in_addr peer = echo->peer;

	if (echo->tries < ECHO_N3) {
		echo->tries++;
		(void)echo_send(path, echo);
		return;
	}
	echo_end(path, echo);
	path_log(path, peer, "path-lost", ECHO_N3);
	path_tell(path, peer, true);
}

static void timer_process(struct gtpu_path *path)
{
	uint64_t expired;

	if (read(path->timer, &expired, sizeof(expired)) != sizeof(expired))
		return;
	for (size_t i = 0; i < ECHO_PEERS_MAX; i++) {
		struct echo *echo = &path->echo[i];

		/* the timer may be about to fire when an Echo is sent: the first tick is not a
		 * whole T3 */
		if (echo->peer.s_addr && echo->age_s++ > 0)
			echo_tick(path, echo);
	}
}

static void error_indication(struct gtpu_path *path, const struct gtpu_msg *msg,
			     const struct sockaddr_in *from)
{
	const struct dp_addr peer = dp_addr_ip4(from->sin_addr);
	const struct dp_events *events = &path->config.events;

	path->counters.error_indications_received++;
	path_log(path, from->sin_addr, "error-indication", msg->error_teid);
	/* a peer speaks for the tunnels that end in it: GTP-U Peer Address is its own */
	if (msg->error_v6 || msg->error_ip4.s_addr != from->sin_addr.s_addr)
		return;
	if (events->error_indication)
		events->error_indication(&peer, msg->error_teid, events->user);
}

static void error_indication_send(struct gtpu_path *path, uint32_t teid,
				  const struct sockaddr_in *from)
{
	const struct gtpu_msg msg = {.header = {.type = GTPU_ERROR_INDICATION,
						.has_udp_port = true,
						.udp_port = ntohs(from->sin_port)},
				     .error_teid = teid,
				     .error_ip4 = path->config.local};

	if (!answer_allowed(path, from->sin_addr))
		return;
	path_log(path, from->sin_addr, "unknown-teid", teid);
	if (!message_send(path, &msg, gtpu_port_of(from->sin_addr)))
		path->counters.error_indications_sent++;
}

static void extension_notification_send(struct gtpu_path *path, uint8_t type,
					const struct sockaddr_in *from)
{
	const struct gtpu_msg msg = {.header = {.type = GTPU_SUPPORTED_EXTENSION_HEADERS},
				     .n_supported = 1,
				     .supported = {GTPU_EXT_PDU_SESSION_CONTAINER}};

	if (!answer_allowed(path, from->sin_addr))
		return;
	path_log(path, from->sin_addr, "unknown-extension", type);
	if (!message_send(path, &msg, gtpu_port_of(from->sin_addr)))
		path->counters.extension_notifications_sent++;
}

static void message_refuse(struct gtpu_path *path, int fault, const struct gtpu_msg *msg,
			   const struct sockaddr_in *from)
{
	if (fault == -EOPNOTSUPP && msg->header.unknown_extension) {
		extension_notification_send(path, msg->header.unknown_extension, from);
		return;
	}
	if (fault == -EOPNOTSUPP)
		return; /* a message type of a later release: ignored, cl. 7.1 */
	path->counters.malformed++;
	path_log(path, from->sin_addr, "malformed", (unsigned)-fault);
	path->config.malformed(path->config.user);
}

static void end_marker(struct gtpu_path *path, const struct gtpu_msg *msg,
		       const struct sockaddr_in *from)
{
	const struct dp_addr peer = dp_addr_ip4(from->sin_addr);
	const struct dp_events *events = &path->config.events;

	path->counters.end_markers++;
	if (events->end_marker)
		events->end_marker(&peer, msg->header.teid, events->user);
}

static void message_handle(struct gtpu_path *path, const uint8_t *buf, size_t len,
			   const struct sockaddr_in *from)
{
	struct gtpu_msg msg;
	int rc = gtpu_decode(buf, len, &msg);

	if (rc) {
		message_refuse(path, rc, &msg, from);
		return;
	}
	/* known, but nothing for N3 or N9: the BPF programs hand them up for this answer */
	if (msg.header.ran_extension) {
		extension_notification_send(path, msg.header.ran_extension, from);
		return;
	}
	switch (msg.header.type) {
	case GTPU_ECHO_REQUEST:
		echo_request(path, &msg, from);
		break;
	case GTPU_ECHO_RESPONSE:
		echo_response(path, &msg, from);
		break;
	case GTPU_ERROR_INDICATION:
		error_indication(path, &msg, from);
		break;
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
		path->counters.extension_notifications_received++;
		path_log(path, from->sin_addr, "extension-not-supported-by-peer", 0);
		break;
	case GTPU_END_MARKER:
		end_marker(path, &msg, from);
		break;
	case GTPU_G_PDU:
		if (path->config.stray(&msg, path->config.user))
			error_indication_send(path, msg.header.teid, from);
		break;
	}
}

static void socket_process(struct gtpu_path *path)
{
	for (int i = 0; i < BATCH; i++) {
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(path->sock, path->buf, sizeof(path->buf), MSG_DONTWAIT,
				       (struct sockaddr *)&from, &from_len);

		/* an ICMP error for something we sent is told here too, and is no end */
		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (len >= 0)
			message_handle(path, path->buf, (size_t)len, &from);
	}
}

void gtpu_path_process(struct gtpu_path *path)
{
	timer_process(path);
	socket_process(path);
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int gtpu_path_watch(struct gtpu_path *path, int fd)
{
	return watch(path->epoll, fd);
}

int gtpu_path_end_marker(struct gtpu_path *path, const struct dp_addr *peer, uint32_t teid)
{
	const struct gtpu_msg msg = {.header = {.type = GTPU_END_MARKER, .teid = teid}};

	if (peer->family != AF_INET)
		return -EAFNOSUPPORT;
	return message_send(path, &msg, gtpu_port_of(peer->ip4));
}

int gtpu_path_forward(struct gtpu_path *path, struct in_addr peer, uint32_t teid,
		      const uint8_t *packet, size_t len)
{
	const struct gtpu_header header = {.type = GTPU_G_PDU, .teid = teid};
	struct sockaddr_in to = gtpu_port_of(peer);
	uint8_t buf[GTPU_HEADER_LEN];
	struct iovec part[2] = {{buf, 0}, {(void *)packet, len}};
	const struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = part, .msg_iovlen = 2};
	int rc = gtpu_header_encode(&header, len, buf, sizeof(buf), &part[0].iov_len);

	if (rc)
		return rc;
	return sendmsg(path->sock, &message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static int path_open(struct gtpu_path *path)
{
	const struct sockaddr_in local = {.sin_family = AF_INET,
					  .sin_addr = path->config.local,
					  .sin_port = htons(GTPU_PORT)};
	const int queue = QUEUE_BYTES;
	int rc;

	path->sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	path->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	path->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (path->sock < 0 || path->timer < 0 || path->epoll < 0)
		return -errno;
	if (bind(path->sock, (const struct sockaddr *)&local, sizeof(local)))
		return -errno;
	/* without the right to it, the usual queue has to do */
	(void)setsockopt(path->sock, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue));
	rc = watch(path->epoll, path->sock);
	return rc ? rc : watch(path->epoll, path->timer);
}

int gtpu_path_new(const struct gtpu_path_config *config, struct gtpu_path **ret_path)
{
	struct gtpu_path *path = calloc(1, sizeof(*path));
	int rc;

	if (!path)
		return -ENOMEM;
	path->config = *config;
	path->epoll = path->sock = path->timer = -1;
	rc = path_open(path);
	if (rc) {
		gtpu_path_free(path);
		return rc;
	}
	*ret_path = path;
	return 0;
}

void gtpu_path_free(struct gtpu_path *path)
{
	const int fds[] = {path ? path->epoll : -1, path ? path->sock : -1,
			   path ? path->timer : -1};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(path);
}

int gtpu_path_fd(const struct gtpu_path *path)
{
	return path->epoll;
}

int gtpu_path_socket(const struct gtpu_path *path)
{
	return path->sock;
}

const struct dp_path_counters *gtpu_path_counters(const struct gtpu_path *path)
{
	return &path->counters;
}
