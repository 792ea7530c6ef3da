// SPDX-License-Identifier: Apache-2.0
#include "agents/edge-agent/reflector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/stamp/sample.h"
#include "lib/stamp/stamp.h"

enum {
	LISTENERS_MAX = 32,
	RECEIVE_BATCH = 64,
	PACKET_MAX = 2048,
	SOCKET_BUFFER = 4 << 20,
	RING_FIRST = 64 /* samples; doubled when all are taken */
};

struct session {
	uint16_t ssid;
	uint64_t taken; /* samples ever; the reflector's next sequence number too */
	uint64_t began_ns;
	uint64_t heard_mono_ns;
	struct stamp_sample *ring;
	size_t room; /* of the ring; it grows until the first sample would be overwritten */
};

struct listener {
	struct reflector *reflector;
	uv_poll_t poll;
	int fd;
};

/* Received many at a time, so that many senders at once cost few calls; each is answered by itself,
 * with the time of that moment. */
struct batch {
	struct mmsghdr header[RECEIVE_BATCH];
	struct iovec iov[RECEIVE_BATCH];
	struct sockaddr_in from[RECEIVE_BATCH];
	char control[RECEIVE_BATCH][128];
	uint8_t packet[RECEIVE_BATCH][PACKET_MAX];
};

struct reflector {
	uv_loop_t *loop;
	size_t ring, kept; /* samples: of one session at most, of all now */
	uint64_t started_ns;
	struct listener *listener[LISTENERS_MAX];
	size_t listener_count;
	struct session session[REFLECTOR_SESSIONS_MAX];
	size_t session_count;
	uint16_t number[UINT16_MAX + 1]; /* of a session by SSID, from 1; 0: there is none */
	uint64_t reflected, malformed, not_sent;
	struct batch batch;
};

/* ---- sessions ---- */

static struct session *session_find(struct reflector *r, uint16_t ssid)
{
	return r->number[ssid] ? &r->session[r->number[ssid] - 1] : NULL;
}

static struct session *session_oldest(struct reflector *r)
{
	struct session *oldest = &r->session[0];

	for (size_t i = 1; i < r->session_count; i++) {
		if (r->session[i].heard_mono_ns < oldest->heard_mono_ns)
			oldest = &r->session[i];
	}
	return oldest;
}

/* Room for more samples, where there is any: else the oldest are overwritten. */
static void ring_grow(struct reflector *r, struct session *s)
{
	size_t room = s->room ? s->room * 2 : RING_FIRST;
	struct stamp_sample *ring;
	bool fits = r->kept + room - s->room <= REFLECTOR_FULL_RINGS * r->ring;

	if (room > r->ring)
		room = r->ring;
	if (room == s->room || (s->room && !fits))
		return;
	ring = realloc(s->ring, room * sizeof *ring);
	if (!ring)
		return;
	r->kept += room - s->room;
	s->ring = ring;
	s->room = room;
}

static void session_end(struct reflector *r, struct session *s)
{
	struct session *last = &r->session[--r->session_count];

	r->kept -= s->room;
	free(s->ring);
	r->number[s->ssid] = 0;
	if (s != last) {
		*s = *last;
		r->number[s->ssid] = (uint16_t)(s - r->session + 1);
	}
	memset(last, 0, sizeof *last);
}

static struct session *session_begin(struct reflector *r, uint16_t ssid)
{
	struct session *s;

	if (r->session_count == REFLECTOR_SESSIONS_MAX)
		session_end(r, session_oldest(r));
	s = &r->session[r->session_count];
	ring_grow(r, s);
	if (!s->ring)
		return NULL;
	s->ssid = ssid;
	s->began_ns = clock_now_ns();
	r->number[ssid] = (uint16_t)++r->session_count;
	return s;
}

/* ---- reflecting ---- */

struct arrival {
	struct sockaddr_in from;
	uint64_t ns;
	uint8_t ttl;
};

/* The kernel's receive stamp and the TTL, from the ancillary data. */
static void read_control(struct msghdr *header, struct arrival *ret)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof ts);
			ret->ns = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) {
			int ttl;

			memcpy(&ttl, CMSG_DATA(c), sizeof ttl);
			ret->ttl = (uint8_t)ttl;
		}
	}
}

static void reflect(struct listener *l, const uint8_t *packet, size_t len,
		    const struct arrival *arrival)
{
	struct reflector *r = l->reflector;
	uint8_t bytes[STAMP_LEN];
	struct stamp_reply reply;
	struct stamp_test test;
	struct session *s;

	if (stamp_test_decode(packet, len, &test) < 0) {
		r->malformed++;
		return;
	}
	s = session_find(r, test.ssid);
	if (!s)
		s = session_begin(r, test.ssid);
	if (!s)
		return;
	s->heard_mono_ns = clock_mono_ns();
	reply = (struct stamp_reply){.seq = (uint32_t)s->taken,
				     .time_ns = clock_now_ns(),
				     .ssid = test.ssid,
				     .received_ns = arrival->ns,
				     .sender_seq = test.seq,
				     .sender_time_ns = test.time_ns,
				     .sender_estimate = test.estimate,
				     .sender_ttl = arrival->ttl};
	stamp_reply_encode(&reply, bytes);
	if (sendto(l->fd, bytes, sizeof bytes, MSG_DONTWAIT,
		   (const struct sockaddr *)&arrival->from, sizeof arrival->from) < 0)
		r->not_sent++;
	if (s->taken == s->room)
		ring_grow(r, s);
	s->ring[s->taken % s->room] = (struct stamp_sample){.sender_seq = test.seq,
							    .seq = reply.seq,
							    .received_ns = arrival->ns,
							    .sent_ns = reply.time_ns,
							    .sender = arrival->from.sin_addr};
	s->taken++;
	r->reflected++;
}

static void batch_reset(struct batch *b)
{
	for (int i = 0; i < RECEIVE_BATCH; i++) {
		b->iov[i] = (struct iovec){b->packet[i], PACKET_MAX};
		b->header[i].msg_hdr = (struct msghdr){.msg_name = &b->from[i],
						       .msg_namelen = sizeof b->from[i],
						       .msg_iov = &b->iov[i],
						       .msg_iovlen = 1,
						       .msg_control = b->control[i],
						       .msg_controllen = sizeof b->control[i]};
	}
}

static void readable(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	struct batch *b = &l->reflector->batch;
	int n;

	batch_reset(b);
	n = recvmmsg(l->fd, b->header, RECEIVE_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		struct arrival arrival = {.from = b->from[i]};

		read_control(&b->header[i].msg_hdr, &arrival);
		reflect(l, b->packet[i], b->header[i].msg_len, &arrival);
	}
}

static int open_socket(struct in_addr address)
{
	struct sockaddr_in local = {
		.sin_family = AF_INET, .sin_addr = address, .sin_port = htons(STAMP_PORT)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1,
	    size = SOCKET_BUFFER;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on) < 0 ||
	    bind(fd, (struct sockaddr *)&local, sizeof local) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

int reflector_listen(struct reflector *r, struct in_addr address)
{
	struct listener *l = r->listener_count < LISTENERS_MAX ? calloc(1, sizeof *l) : NULL;
	int e;

	if (!l)
		return -ENOSPC;
	l->reflector = r;
	l->fd = open_socket(address);
	e = l->fd < 0 ? l->fd : uv_poll_init(r->loop, &l->poll, l->fd);
	if (e < 0) {
		if (l->fd >= 0)
			close(l->fd);
		free(l);
		return e;
	}
	l->poll.data = l;
	r->listener[r->listener_count++] = l;
	return uv_poll_start(&l->poll, UV_READABLE, readable);
}

/* ---- making and ending ---- */

int reflector_new(uv_loop_t *loop, size_t ring, struct reflector **ret_reflector)
{
	struct reflector *r = calloc(1, sizeof *r);

	if (!r)
		return -ENOMEM;
	r->loop = loop;
	r->ring = ring;
	r->started_ns = clock_now_ns();
	*ret_reflector = r;
	return 0;
}

static void listener_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	close(l->fd);
	free(l);
}

void reflector_free(struct reflector *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->listener_count; i++)
		uv_close((uv_handle_t *)&r->listener[i]->poll, listener_closed);
	while (r->session_count)
		session_end(r, &r->session[0]);
	free(r);
}

/* ---- REST ---- */

json_t *reflector_json(const struct reflector *r)
{
	json_t *sessions = json_array();

	for (size_t i = 0; i < r->session_count; i++)
		json_array_append_new(sessions,
				      json_pack("{s:i, s:I}", "ssid", (int)r->session[i].ssid,
						"taken", (json_int_t)r->session[i].taken));
	return json_pack("{s:I, s:I, s:I, s:o}", "reflected", (json_int_t)r->reflected, "malformed",
			 (json_int_t)r->malformed, "not_sent", (json_int_t)r->not_sent, "sessions",
			 sessions);
}

static struct session *wanted_session(struct reflector *r, struct http_request *req)
{
	char *end;
	unsigned long ssid = strtoul(http_param(req, "ssid"), &end, 10);
	struct session *s =
		*end == '\0' && ssid <= UINT16_MAX ? session_find(r, (uint16_t)ssid) : NULL;

	if (!s)
		http_problem(req, 404, "REFLECTOR_SESSION_NOT_FOUND",
			     "no test packet with SSID '%s' was seen", http_param(req, "ssid"));
	return s;
}

void reflector_get(struct reflector *r, struct http_request *req)
{
	const struct session *s = wanted_session(r, req);
	const char *from = http_query(req, "from");
	struct stamp_sample_header header;
	uint64_t oldest, count;
	uint8_t *bytes;

	if (!s)
		return;
	oldest = s->taken > s->room ? s->taken - s->room : 0;
	header = (struct stamp_sample_header){.first = from ? strtoull(from, NULL, 10) : 0,
					      .taken = s->taken,
					      .began_ns = s->began_ns,
					      .started_ns = r->started_ns};
	if (header.first < oldest)
		header.first = oldest;
	if (header.first > s->taken)
		header.first = s->taken;
	count = s->taken - header.first < REFLECTOR_BATCH ? s->taken - header.first
							  : REFLECTOR_BATCH;
	bytes = malloc(SAMPLE_HEADER_LEN + count * SAMPLE_LEN);
	if (!bytes) {
		http_problem(req, 503, "NO_MEMORY", "no memory for %llu samples",
			     (unsigned long long)count);
		return;
	}
	stamp_sample_header_put(&header, bytes);
	for (uint64_t i = 0; i < count; i++)
		stamp_sample_put(&s->ring[(header.first + i) % s->room],
				 bytes + SAMPLE_HEADER_LEN + i * SAMPLE_LEN);
	http_reply_bytes(req, 200, bytes, SAMPLE_HEADER_LEN + count * SAMPLE_LEN);
	free(bytes);
}

void reflector_delete(struct reflector *r, struct http_request *req)
{
	struct session *s = wanted_session(r, req);

	if (!s)
		return;
	session_end(r, s);
	http_reply(req, 204, NULL);
}
