// SPDX-License-Identifier: Apache-2.0
/* GTP-U path management, see gtpu_path.h */
#include "dataplane/gtpu_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "dataplane/gtpu_socket.h"
#include "lib/gtpu/gtpu.h"
#include "lib/log.h"

enum {
	BATCH = 64,	      /* messages handled by one call */
	GTPU_TYPE_OFFSET = 1, /* TS 29.281 figure 5.1-1 */
	MESSAGE_MAX = 65536,  /* of UDP; a handover's G-PDUs may come by here, whatever N3's MTU */
	ECHO_PEERS_MAX = 256, /* asked at one time */
	BUDGET_PEERS = 256,   /* a table by hash: peers that meet in a slot share its budget */
	BUDGET_PEER = 10,     /* answers in a second */
	BUDGET_ALL = 200,
};

struct echo {
	struct dp_addr peer; /* of no family: free */
	uint16_t sequence;
	uint8_t tries, ticks;
};

struct budget {
	uint64_t second;
	unsigned used;
};

struct gtpu_path {
	struct gtpu_path_config config;
	struct dp_path_counters counters;
	int epoll, timer;
	struct gtpu_socket socket[DP_LOCALS_MAX];
	uint16_t sequence;
	size_t echo_count;
	struct echo echo[ECHO_PEERS_MAX];
	struct budget all, peer[BUDGET_PEERS];
	struct log_budget log;
	uint8_t buf[MESSAGE_MAX];
};

static uint64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

/* At most a line a second, however fast a peer sends */
static void path_log(struct gtpu_path *path, const struct dp_addr *peer, const char *what,
		     unsigned detail)
{
	char text[DP_ADDR_TEXT];
	unsigned suppressed;

	if (log_allowed(&path->log, 1, &suppressed))
		log_warn("gtpu", "peer=%s what=%s detail=%u suppressed=%u",
			 dp_addr_text(peer, text), what, detail, suppressed);
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

static bool answer_allowed(struct gtpu_path *path, const struct dp_addr *peer)
{
	const uint8_t *octets = (const uint8_t *)&peer->ip6;
	uint32_t hash = 0;

	for (size_t i = 0; i < dp_addr_octets(peer); i++)
		hash = (hash + octets[i] + 1) * 2654435761u;

	if (budget_take(&path->peer[(hash >> 16) % BUDGET_PEERS], BUDGET_PEER) &&
	    budget_take(&path->all, BUDGET_ALL))
		return true;
	path->counters.unanswered++;
	return false;
}

static int message_send(const struct gtpu_msg *msg, const struct gtpu_end *to)
{
	uint8_t buf[128];
	struct iovec part = {.iov_base = buf};
	int rc = gtpu_encode(msg, buf, sizeof(buf), &part.iov_len);

	return rc ? rc : gtpu_socket_send(to, &part, 1);
}

/* What isn't an answer to a message goes to the port of GTP-U, from where the message came to */
static struct gtpu_end gtpu_port_of(const struct gtpu_end *from)
{
	return (struct gtpu_end){.addr = from->addr, .port = GTPU_PORT, .by = from->by};
}

/* Return: false: none of our addresses is of the peer's version */
static bool end_of(const struct gtpu_path *path, const struct dp_addr *peer, struct gtpu_end *ret)
{
	*ret = (struct gtpu_end){
		.addr = *peer,
		.port = GTPU_PORT,
		.by = gtpu_socket_for(path->socket, path->config.local_count, peer)};
	return ret->by;
}

static void echo_request(struct gtpu_path *path, const struct gtpu_msg *msg,
			 const struct gtpu_end *from)
{
	struct gtpu_msg answer = {.header = {.type = GTPU_ECHO_RESPONSE,
					     .has_sequence = true,
					     .sequence = msg->header.sequence}};

	path->counters.echo_requests++;
	(void)message_send(&answer, from); /* a full send buffer: the peer asks again */
}

static void timer_arm(struct gtpu_path *path, bool on)
{
	const time_t period = on ? path->config.echo_t3_s : 0;
	const struct itimerspec when = {.it_interval.tv_sec = period, .it_value.tv_sec = period};

	timerfd_settime(path->timer, 0, &when, NULL);
}

static void echo_end(struct gtpu_path *path, struct echo *echo)
{
	memset(echo, 0, sizeof(*echo));
	if (--path->echo_count == 0)
		timer_arm(path, false);
}

static struct echo *echo_find(struct gtpu_path *path, const struct dp_addr *peer)
{
	for (size_t i = 0; i < ECHO_PEERS_MAX; i++)
		if (dp_addr_equal(&path->echo[i].peer, peer))
			return &path->echo[i];
	return NULL;
}

static void path_tell(struct gtpu_path *path, const struct dp_addr *peer, bool lost)
{
	const struct dp_events *events = &path->config.events;

	if (events->path)
		events->path(peer, lost, events->user);
}

static void echo_response(struct gtpu_path *path, const struct gtpu_msg *msg,
			  const struct gtpu_end *from)
{
	struct echo *echo = echo_find(path, &from->addr);

	if (!echo || echo->sequence != msg->header.sequence) {
		path->counters.unexpected++;
		return;
	}
	path->counters.echo_responses++;
	echo_end(path, echo);
	path_tell(path, &from->addr, false);
}

static int echo_send(struct gtpu_path *path, const struct echo *echo)
{
	const struct gtpu_msg msg = {.header = {.type = GTPU_ECHO_REQUEST,
						.has_sequence = true,
						.sequence = echo->sequence}};
	struct gtpu_end to;

	return end_of(path, &echo->peer, &to) ? message_send(&msg, &to) : -EAFNOSUPPORT;
}

int gtpu_path_echo(struct gtpu_path *path, const struct dp_addr *peer)
{
	static const struct dp_addr none = {0};
	struct gtpu_end to;
	struct echo *echo;

	if (!dp_addr_is_host(peer))
		return -EINVAL;
	if (!end_of(path, peer, &to))
		return -EAFNOSUPPORT;
	if (echo_find(path, peer))
		return 0;
	echo = echo_find(path, &none);
	if (!echo)
		return -ENOSPC;
	*echo = (struct echo){.peer = *peer, .sequence = ++path->sequence, .tries = 1};
	if (path->echo_count++ == 0)
		timer_arm(path, true);
	/* a send that fails is a try without an answer */
	(void)echo_send(path, echo);
	return 0;
}

static void echo_tick(struct gtpu_path *path, struct echo *echo)
{
	const struct dp_addr peer = echo->peer;

	if (echo->tries < path->config.echo_n3) {
		echo->tries++;
		(void)echo_send(path, echo);
		return;
	}
	echo_end(path, echo);
	path_log(path, &peer, "path-lost", path->config.echo_n3);
	path_tell(path, &peer, true);
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
		if (echo->peer.family && echo->ticks++ > 0)
			echo_tick(path, echo);
	}
}

static struct dp_addr peer_address(const struct gtpu_msg *msg)
{
	struct dp_addr ret = {.family = AF_INET6, .ip6 = msg->error_ip6};

	return msg->error_v6 ? ret : dp_addr_ip4(msg->error_ip4);
}

static void error_indication(struct gtpu_path *path, const struct gtpu_msg *msg,
			     const struct gtpu_end *from)
{
	const struct dp_addr named = peer_address(msg);
	const struct dp_events *events = &path->config.events;

	path->counters.error_indications_received++;
	path_log(path, &from->addr, "error-indication", msg->error_teid);
	/* a peer speaks for the tunnels that end in it: GTP-U Peer Address is its own */
	if (!dp_addr_equal(&named, &from->addr))
		return;
	if (events->error_indication)
		events->error_indication(&from->addr, msg->error_teid, events->user);
}

static void error_indication_send(struct gtpu_path *path, uint32_t teid,
				  const struct gtpu_end *from)
{
	const struct dp_addr *own = &from->by->local;
	struct gtpu_msg msg = {.header = {.type = GTPU_ERROR_INDICATION,
					  .has_udp_port = true,
					  .udp_port = from->port},
			       .error_teid = teid,
			       .error_v6 = own->family == AF_INET6};
	const struct gtpu_end to = gtpu_port_of(from);

	if (msg.error_v6)
		msg.error_ip6 = own->ip6;
	else
		msg.error_ip4 = own->ip4;
	if (!answer_allowed(path, &from->addr))
		return;
	path_log(path, &from->addr, "unknown-teid", teid);
	if (!message_send(&msg, &to))
		path->counters.error_indications_sent++;
}

static void extension_notification_send(struct gtpu_path *path, uint8_t type,
					const struct gtpu_end *from)
{
	const struct gtpu_msg msg = {.header = {.type = GTPU_SUPPORTED_EXTENSION_HEADERS},
				     .n_supported = 1,
				     .supported = {GTPU_EXT_PDU_SESSION_CONTAINER}};
	const struct gtpu_end to = gtpu_port_of(from);

	if (!answer_allowed(path, &from->addr))
		return;
	path_log(path, &from->addr, "unknown-extension", type);
	if (!message_send(&msg, &to))
		path->counters.extension_notifications_sent++;
}

static void message_refuse(struct gtpu_path *path, int fault, const struct gtpu_msg *msg,
			   bool user_packet, const struct gtpu_end *from)
{
	if (fault == -EOPNOTSUPP && msg->header.unknown_extension) {
		path->counters.unknown_extensions += !user_packet;
		extension_notification_send(path, msg->header.unknown_extension, from);
		return;
	}
	if (fault == -EOPNOTSUPP) { /* a message type of a later release: ignored, cl. 7.1 */
		path->counters.unknown_types++;
		return;
	}
	path->counters.malformed += !user_packet;
	path_log(path, &from->addr, "malformed", (unsigned)-fault);
	path->config.malformed(user_packet, path->config.user);
}

static void end_marker(struct gtpu_path *path, const struct gtpu_msg *msg,
		       const struct gtpu_end *from)
{
	const struct dp_events *events = &path->config.events;

	path->counters.end_markers++;
	if (events->end_marker)
		events->end_marker(&from->addr, msg->header.teid, events->user);
}

static void message_handle(struct gtpu_path *path, const uint8_t *buf, size_t len,
			   const struct gtpu_end *from)
{
	const bool user_packet = len > GTPU_TYPE_OFFSET && buf[GTPU_TYPE_OFFSET] == GTPU_G_PDU;
	struct gtpu_msg msg;
	int rc = gtpu_decode(buf, len, &msg);

	path->counters.received++;
	path->counters.user_packets += user_packet;
	if (rc) {
		message_refuse(path, rc, &msg, user_packet, from);
		return;
	}
	/* known, but nothing for N3 or N9: the BPF programs hand them up for this answer */
	if (msg.header.ran_extension) {
		path->counters.unknown_extensions += !user_packet;
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
		path_log(path, &from->addr, "extension-not-supported-by-peer", 0);
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

static void socket_process(struct gtpu_path *path, const struct gtpu_socket *socket)
{
	for (int i = 0; i < BATCH; i++) {
		struct gtpu_end from;
		const ssize_t len =
			gtpu_socket_receive(socket, path->buf, sizeof(path->buf), &from);

		/* an ICMP error for something we sent is told here too, and is no end */
		if (len == -EAGAIN || len == -EWOULDBLOCK)
			return;
		if (len >= 0)
			message_handle(path, path->buf, (size_t)len, &from);
	}
}

void gtpu_path_process(struct gtpu_path *path)
{
	timer_process(path);
	for (uint8_t i = 0; i < path->config.local_count; i++)
		socket_process(path, &path->socket[i]);
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
	struct gtpu_end to;

	return end_of(path, peer, &to) ? message_send(&msg, &to) : -EAFNOSUPPORT;
}

int gtpu_path_forward(struct gtpu_path *path, struct in_addr peer, uint32_t teid,
		      const uint8_t *packet, size_t len)
{
	const struct gtpu_header header = {.type = GTPU_G_PDU, .teid = teid};
	const struct dp_addr addr = dp_addr_ip4(peer);
	uint8_t buf[GTPU_HEADER_LEN];
	struct iovec part[2] = {{buf, 0}, {(void *)packet, len}};
	struct gtpu_end to;
	int rc = gtpu_header_encode(&header, len, buf, sizeof(buf), &part[0].iov_len);

	if (rc)
		return rc;
	return end_of(path, &addr, &to) ? gtpu_socket_send(&to, part, 2) : -EAFNOSUPPORT;
}

static int path_open(struct gtpu_path *path)
{
	int rc = 0;

	path->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	path->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (path->timer < 0 || path->epoll < 0)
		return -errno;
	for (uint8_t i = 0; i < path->config.local_count && !rc; i++) {
		rc = gtpu_socket_open(&path->socket[i], &path->config.local[i]);
		if (!rc)
			rc = watch(path->epoll, path->socket[i].fd);
	}
	return rc ? rc : watch(path->epoll, path->timer);
}

int gtpu_path_new(const struct gtpu_path_config *config, struct gtpu_path **ret_path)
{
	struct gtpu_path *path = calloc(1, sizeof(*path));
	int rc;

	if (!path)
		return -ENOMEM;
	path->config = *config;
	path->epoll = path->timer = -1;
	for (size_t i = 0; i < DP_LOCALS_MAX; i++)
		path->socket[i].fd = -1;
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
	if (!path)
		return;
	for (size_t i = 0; i < DP_LOCALS_MAX; i++)
		if (path->socket[i].fd >= 0)
			close(path->socket[i].fd);
	if (path->epoll >= 0)
		close(path->epoll);
	if (path->timer >= 0)
		close(path->timer);
	free(path);
}

int gtpu_path_fd(const struct gtpu_path *path)
{
	return path->epoll;
}

int gtpu_path_socket(const struct gtpu_path *path)
{
	return path->socket[0].fd;
}

const struct dp_path_counters *gtpu_path_counters(const struct gtpu_path *path)
{
	return &path->counters;
}

void gtpu_path_pass(struct gtpu_path *path, uint8_t echo_t3_s, uint8_t echo_n3, void *user)
{
	path->config.echo_t3_s = echo_t3_s;
	path->config.echo_n3 = echo_n3;
	path->config.user = user;
}
