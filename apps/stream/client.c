// SPDX-License-Identifier: Apache-2.0
/* The receiving half of a stream: its life, its deadlines, and what it sends. */
#include "apps/stream/client.h"

#include <errno.h>
#include <ifaddrs.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apps/stream/client_internal.h"
#include "lib/daemon.h"

enum { RECEIVE_BUFFER = 2 << 20 };

#define MS UINT64_C(1000000)

const char *stream_client_phase_name(enum stream_client_phase phase)
{
	static const char *const name[] = {
		[STREAM_JOINING] = "joining",
		[STREAM_DECODING] = "decoding",
		[STREAM_STALLED] = "stalled",
	};

	return name[phase];
}

/* ---- sending ---- */

static int send_octets(struct stream_client *c, const uint8_t *buf, size_t len)
{
	return send(c->fd, buf, len, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static int send_message(struct stream_client *c, struct control_message *m)
{
	uint8_t buf[CONTROL_LEN_MAX];
	size_t len;

	memcpy(m->key, c->config.key, sizeof(m->key));
	len = control_build(m, buf);
	return len > 0 ? send_octets(c, buf, len) : -EINVAL;
}

/* A connected socket keeps the address that it was connected from, also when the device has got
 * another one since. Nobody can bind to what isn't there any more. */
static bool source_is_gone(const struct stream_client *c)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool gone = false;

	if (fd >= 0 && getsockname(c->fd, (struct sockaddr *)&at, &len) == 0) {
		at.sin_port = 0;
		gone = bind(fd, (struct sockaddr *)&at, sizeof(at)) && errno == EADDRNOTAVAIL;
	}
	if (fd >= 0)
		close(fd);
	return gone;
}

/* What the thread itself sends. A refusal by the other side (ICMP) or a full queue passes; a device
 * or a source address that is gone doesn't come back under this socket */
static void sent(struct stream_client *c, int rc)
{
	if (!rc)
		return;
	c->now.send_errors++;
	if (rc == -ENODEV || rc == -ENXIO)
		c->dead = -ENODEV;
	else if ((rc == -ENETUNREACH || rc == -EINVAL) && source_is_gone(c))
		c->dead = -EADDRNOTAVAIL;
}

static void send_join(struct stream_client *c)
{
	struct control_message m = {.type = CONTROL_JOIN};

	c->now.joins++;
	sent(c, send_message(c, &m));
}

/* RFC 3550 cl. 6.4.1, A.3 */
static void report_fill(struct stream_client *c, struct rtcp_report *report, uint64_t now)
{
	const struct h264_unpacker_counters *count = h264_unpacker_counters(c->unpacker);
	const uint32_t highest = h264_unpacker_highest(c->unpacker);
	const uint32_t expected = highest - c->reported_highest;
	const uint64_t lost = count->lost - c->reported_lost;

	report->ssrc = c->media_ssrc;
	if (expected > 0)
		report->fraction_lost =
			(uint8_t)(lost >= expected ? UINT8_MAX : lost * 256 / expected);
	report->lost = count->lost > 0x7fffff ? 0x7fffff : (int32_t)count->lost;
	report->highest_seq = highest;
	report->jitter = c->jitter / 16;
	report->last_sr = c->last_sr;
	if (c->last_sr)
		report->since_sr = (uint32_t)(((now - c->last_sr_ns) << 16) / 1000000000u);
	c->reported_highest = highest;
	c->reported_lost = count->lost;
}

static void send_rtcp(struct stream_client *c, struct rtcp *rtcp)
{
	uint8_t buf[RTCP_LEN_MAX];

	rtcp->has_rr = true;
	rtcp->sender_ssrc = c->ssrc;
	sent(c, send_octets(c, buf, rtcp_build(rtcp, "baton-client", buf, sizeof(buf))));
}

static void send_report(struct stream_client *c, uint64_t now)
{
	struct rtcp rtcp = {.has_report = true, .has_reference = true};

	report_fill(c, &rtcp.report, now);
	rtcp.reference_ntp = rtp_ntp(clock_now_ns());
	send_rtcp(c, &rtcp);
}

static void send_pli(struct stream_client *c)
{
	struct rtcp rtcp = {.has_pli = true, .pli_ssrc = c->media_ssrc};

	c->now.plis++;
	send_rtcp(c, &rtcp);
}

int stream_client_input(struct stream_client *client, const struct control_input *input)
{
	struct control_message m = {.type = CONTROL_INPUT, .input = *input};

	return send_message(client, &m);
}

int stream_client_switch(struct stream_client *client, uint32_t number)
{
	struct control_message m = {.type = CONTROL_SWITCH, .switch_number = number};

	return send_message(client, &m);
}

int stream_client_view(struct stream_client *client, const char *text, size_t len)
{
	struct control_message m = {.type = CONTROL_VIEW, .view = {.len = (uint8_t)len}};

	if (len > CONTROL_VIEW_MAX)
		return -EINVAL;
	memcpy(m.view.text, text, len);
	return send_message(client, &m);
}

/* ---- deadlines ---- */

static bool receiving(const struct stream_client *c, uint64_t now)
{
	return c->rtp_ns && now - c->rtp_ns < STREAM_STALL_MS * MS;
}

static uint64_t pli_gap(const struct stream_client *c)
{
	const uint64_t round_trips = c->now.rtt_us * UINT64_C(1500);

	return round_trips > CLIENT_PLI_MS * MS ? round_trips : CLIENT_PLI_MS * MS;
}

static void phase_set(struct stream_client *c, uint64_t now)
{
	if (!c->decoded_mono_ns)
		c->now.phase = STREAM_JOINING;
	else
		c->now.phase = now - c->decoded_mono_ns < STREAM_STALL_MS * MS ? STREAM_DECODING
									       : STREAM_STALLED;
}

static void deadlines_meet(struct stream_client *c)
{
	const uint64_t now = clock_mono_ns();
	const uint64_t waiting = h264_unpacker_waiting(c->unpacker);

	if (waiting && now - waiting >= STREAM_REORDER_MS * MS) {
		h264_unpacker_expire(c->unpacker);
		client_troubled(c);
	}
	if (!receiving(c, now) && c->join_ns > now + STREAM_JOIN_MS * MS)
		c->join_ns = now;
	if (now >= c->join_ns) {
		c->join_ns = now + (receiving(c, now) ? STREAM_KEEP_MS : STREAM_JOIN_MS) * MS;
		send_join(c);
	}
	if (c->media_ssrc && receiving(c, now) && now >= c->report_ns) {
		c->report_ns = now + STREAM_KEEP_MS * MS;
		send_report(c, now);
	}
	if (c->needs_key && receiving(c, now) && now >= c->pli_ns) {
		c->pli_ns = now + pli_gap(c);
		send_pli(c);
	}
	phase_set(c, now);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Milliseconds to the next deadline, rounded up, so that it has come then; at most @most */
static int wait_ms(const struct stream_client *c, int most)
{
	const uint64_t now = clock_mono_ns();
	const uint64_t waiting = h264_unpacker_waiting(c->unpacker);
	uint64_t next = earlier(now + (uint64_t)(most > 0 ? most : 0) * MS, c->join_ns);

	if (waiting)
		next = earlier(next, waiting + STREAM_REORDER_MS * MS);
	if (c->rtp_ns)
		next = earlier(next, c->rtp_ns + STREAM_STALL_MS * MS > now
					     ? c->rtp_ns + STREAM_STALL_MS * MS
					     : c->join_ns);
	if (c->media_ssrc && receiving(c, now))
		next = earlier(next, c->report_ns);
	if (c->needs_key && receiving(c, now))
		next = earlier(next, c->pli_ns);
	return next <= now ? 0 : (int)((next - now + MS - 1) / MS);
}

int stream_client_step(struct stream_client *c, int timeout_ms)
{
	struct pollfd wait[] = {{.fd = c->fd, .events = POLLIN}, {.fd = c->wake, .events = POLLIN}};
	uint64_t woken;

	deadlines_meet(c);
	if (poll(wait, 2, wait_ms(c, timeout_ms)) < 0 && errno != EINTR)
		return -errno;
	if (wait[1].revents && read(c->wake, &woken, sizeof(woken)) < 0 && errno != EAGAIN)
		return -errno;
	if (wait[0].revents)
		client_receive(c);
	deadlines_meet(c);
	pthread_mutex_lock(&c->lock);
	c->state = c->now;
	pthread_mutex_unlock(&c->lock);
	return c->dead;
}

void stream_client_wake(struct stream_client *client)
{
	const uint64_t one = 1;

	/* fails only when it has been woken often enough already */
	if (write(client->wake, &one, sizeof(one)) < 0)
		return;
}

void stream_client_state(struct stream_client *client, struct stream_client_state *ret_state)
{
	pthread_mutex_lock(&client->lock);
	*ret_state = client->state;
	pthread_mutex_unlock(&client->lock);
}

/* ---- life ---- */

static int socket_bind(int fd, const char *device)
{
	const size_t len = strnlen(device, IF_NAMESIZE);
	const int on = 1, bytes = RECEIVE_BUFFER;

	if (len == IF_NAMESIZE)
		return -EINVAL;
	if (len > 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)len + 1))
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		return -errno;
	/* beyond the system's limit where that is allowed; a smaller buffer is no error */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	return 0;
}

static bool address_is(const struct sockaddr *a, struct in_addr address)
{
	return a && a->sa_family == AF_INET &&
	       ((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr == address.s_addr;
}

/* While a device has no address the kernel takes one of another device, and the socket would keep
 * it: nothing sent from it goes through a PDU session, and nothing says so. What is sent through a
 * loopback device stays here, whatever its address. */
static int source_check(int fd, const char *device)
{
	struct sockaddr_in at = {0};
	socklen_t len = sizeof(at);
	struct ifaddrs *all;
	bool ours = false;

	if (getsockname(fd, (struct sockaddr *)&at, &len) || getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *one = all; one && !ours; one = one->ifa_next)
		ours = strcmp(one->ifa_name, device) == 0 &&
		       ((one->ifa_flags & IFF_LOOPBACK) || address_is(one->ifa_addr, at.sin_addr));
	freeifaddrs(all);
	return ours ? 0 : -EADDRNOTAVAIL;
}

/* Connected, so that the kernel drops what comes from elsewhere */
static int socket_open(const struct stream_client_config *config)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(config->port),
		.sin_addr = config->address,
	};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	rc = socket_bind(fd, config->device);
	if (!rc && connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		rc = -errno;
	if (!rc && config->device[0])
		rc = source_check(fd, config->device);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

static int parts_open(struct stream_client *c)
{
	const struct decoder_config decoder = {c->config.codec, c->config.width_max,
					       c->config.height_max};
	int rc;

	if (getrandom(&c->ssrc, sizeof(c->ssrc), 0) != sizeof(c->ssrc))
		return -EIO;
	c->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (c->wake < 0)
		return -errno;
	c->fd = socket_open(&c->config);
	if (c->fd < 0)
		return c->fd;
	rc = h264_unpacker_new(CLIENT_WINDOW, client_unit, c, &c->unpacker);
	return rc ? rc : decoder_new(&decoder, &c->decoder);
}

static void parts_close(struct stream_client *c)
{
	decoder_free(c->decoder);
	h264_unpacker_free(c->unpacker);
	if (c->fd >= 0)
		close(c->fd);
	if (c->wake >= 0)
		close(c->wake);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

int stream_client_new(const struct stream_client_config *config, struct stream_client **ret_client)
{
	struct stream_client *c;
	int rc;

	if (!config->ops.frame || config->port == 0)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->config = *config;
	c->fd = c->wake = -1;
	pthread_mutex_init(&c->lock, NULL);
	rc = parts_open(c);
	if (rc) {
		parts_close(c);
		return rc;
	}
	*ret_client = c;
	return 0;
}

void stream_client_free(struct stream_client *c)
{
	struct control_message m = {.type = CONTROL_LEAVE};

	if (!c)
		return;
	send_message(c, &m);
	parts_close(c);
}
