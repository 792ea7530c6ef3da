// SPDX-License-Identifier: Apache-2.0
/*
 * Noise at a real upf's GTP-U and PFCP: octets without sense, and messages whose heads make sense
 * and the rest doesn't. Each datagram is counted once, as something; nothing grows, the session
 * that is there is served as before.
 *
 *   upf_noise COUNT SEED	COUNT datagrams at each of them
 *
 * What the kernel drops since a socket's queue is full is nobody's to count: so a batch waits until
 * the one before has been read, and the test fails should the kernel have dropped any.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/gtpu/gtpu.h"
#include "lib/process.h"
#include "tests/integration/upf_talk.h"

enum {
	BATCH = 128,  /* datagrams: less than a socket's queue holds */
	LENGTH = 160, /* of a datagram, at most */
	QUIET_MS = 10000,
	GROWTH_MAX = 8 << 20, /* octets */
};

static uint64_t random_state;

/* xorshift64: the same noise by the same seed */
static uint32_t noise(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32);
}

static size_t fill(uint8_t *buf, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		buf[i] = (uint8_t)noise();
	return to;
}

/* ---- what the UPF says ---- */

/* The sum of a metric's samples whose line begins with @name */
static uint64_t sum_of(const char *metrics, const char *name)
{
	const size_t len = strlen(name);
	uint64_t sum = 0;

	for (const char *line = metrics; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && strchr(line, ' '))
			sum += strtoull(line + strcspn(line, " ") + 1, NULL, 10);
	}
	return sum;
}

static char *metrics_now(void)
{
	char *text = upf_text("/metrics", 200);

	if (!text)
		bail("/metrics", ETIMEDOUT);
	return text;
}

/* ---- the kernel's queues ---- */

/* Of the socket at @addr:@port in this namespace, by /proc/net/udp */
struct queue {
	unsigned long octets, dropped;
};

static struct queue queue_of(struct in_addr addr, uint16_t port)
{
	FILE *f = fopen("/proc/net/udp", "re");
	struct queue ret = {0};
	char line[512], local[32];

	if (!f)
		bail("/proc/net/udp", errno);
	snprintf(local, sizeof(local), " %08X:%04X ", addr.s_addr, port);
	while (fgets(line, sizeof(line), f)) {
		if (strstr(line, local))
			sscanf(line,
			       "%*s %*s %*s %*s %*[0-9A-F]:%lx %*s %*s %*s %*s %*s %*s %*s %lu",
			       &ret.octets, &ret.dropped);
	}
	fclose(f);
	return ret;
}

static void queue_wait(struct in_addr addr, uint16_t port)
{
	const uint64_t end = now_ms() + QUIET_MS;

	while (queue_of(addr, port).octets)
		if (now_ms() > end)
			bail("the UPF doesn't read", ETIMEDOUT);
}

/* ---- batches ---- */

struct batch {
	struct mmsghdr message[BATCH];
	struct iovec part[BATCH];
	uint8_t octets[BATCH][LENGTH];
};

static void batch_init(struct batch *b, struct sockaddr_in *to)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < BATCH; i++) {
		b->part[i].iov_base = b->octets[i];
		b->message[i].msg_hdr = (struct msghdr){.msg_name = to,
							.msg_namelen = sizeof(*to),
							.msg_iov = &b->part[i],
							.msg_iovlen = 1};
	}
}

static void batch_send(struct batch *b, int fd, unsigned count)
{
	unsigned done = 0;

	while (done < count) {
		int n = sendmmsg(fd, b->message + done, count - done, 0);

		if (n < 0 && errno != EINTR)
			bail("sendmmsg", errno);
		done += n > 0 ? (unsigned)n : 0;
	}
}

/* What came back is of no interest, and must not fill the sender's queue */
static void drain(int fd)
{
	uint8_t buf[512];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		;
}

typedef size_t (*maker)(uint8_t buf[LENGTH], const struct example *ex);

static void noise_send(int fd, struct in_addr addr, uint16_t port, uint64_t count, maker make,
		       const struct example *ex)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = addr, .sin_port = htons(port)};
	static struct batch b;

	batch_init(&b, &to);
	while (count) {
		const unsigned n = count < BATCH ? (unsigned)count : BATCH;

		for (unsigned i = 0; i < n; i++)
			b.part[i].iov_len = make(b.octets[i], ex);
		batch_send(&b, fd, n);
		drain(fd);
		queue_wait(addr, port);
		count -= n;
	}
}

/* ---- GTP-U ---- */

/* A head that is right so far: @type, @flags, the length of what follows, @teid */
static size_t gtpu_head(uint8_t *buf, uint8_t flags, uint8_t type, uint32_t teid, size_t len)
{
	const uint16_t length = htons((uint16_t)(len - GTPU_HEADER_LEN));
	const uint32_t teid_be = htonl(teid);

	buf[0] = flags;
	buf[1] = type;
	memcpy(buf + 2, &length, 2);
	memcpy(buf + 4, &teid_be, 4);
	return len;
}

static size_t gtpu_noise(uint8_t buf[LENGTH], const struct example *ex)
{
	static const uint8_t types[] = {GTPU_ECHO_REQUEST,
					GTPU_ECHO_RESPONSE,
					GTPU_ERROR_INDICATION,
					GTPU_END_MARKER,
					GTPU_SUPPORTED_EXTENSION_HEADERS,
					4};
	const size_t len = fill(buf, 0, GTPU_HEADER_LEN + noise() % (LENGTH - GTPU_HEADER_LEN));

	switch (noise() % 8) {
	case 0:
	case 1:
		return fill(buf, 0, noise() % LENGTH);
	case 2:
	case 3: /* nobody's */
		return gtpu_head(buf, 0x30 | (noise() & 7), GTPU_G_PDU, noise(), len);
	case 4: /* the session's, with whatever in it */
		return gtpu_head(buf, 0x30, GTPU_G_PDU, ex->ul_teid, len);
	case 5: /* and behind whatever extension headers */
		gtpu_head(buf, 0x34, GTPU_G_PDU, ex->ul_teid, len);
		buf[11] = noise() & 1 ? 0x85 : (uint8_t)noise();
		return len;
	case 6: /* an IPv4 packet that claims to be long enough */
		buf[8] = 0x45;
		buf[10] = 0;
		buf[11] = (uint8_t)(len - GTPU_HEADER_LEN);
		return gtpu_head(buf, 0x30, GTPU_G_PDU, ex->ul_teid, len);
	default:
		return gtpu_head(buf, 0x30 | (noise() & 7), types[noise() % sizeof(types)], noise(),
				 len);
	}
}

/* What came to nothing, what was forwarded, and the messages that are no user packets: a malformed
 * one of those is both a drop and a message, and a user packet at the socket is a drop already */
static uint64_t gtpu_counted(const char *metrics, uint64_t forwarded)
{
	return sum_of(metrics, "baton_upf_dropped_packets_total{") + forwarded +
	       sum_of(metrics, "baton_upf_gtpu_total{what=\"received\"}") -
	       sum_of(metrics, "baton_upf_gtpu_total{what=\"user_packets\"}") -
	       sum_of(metrics, "baton_upf_gtpu_total{what=\"malformed\"}");
}

/* Messages at the sockets, each as what it is */
static uint64_t gtpu_messages(const char *metrics)
{
	static const char *const kinds[] = {
		"echo_requests_received",
		"echo_responses_received",
		"echo_responses_unexpected",
		"error_indications_received",
		"end_markers_received",
		"extension_notifications_received",
		"unknown_types",
		"unknown_extensions",
		"malformed",
		"user_packets",
	};
	char name[96];
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(name, sizeof(name), "baton_upf_gtpu_total{what=\"%s\"}", kinds[i]);
		sum += sum_of(metrics, name);
	}
	return sum;
}

static double seconds_since(uint64_t begun_ms)
{
	return (double)(now_ms() - begun_ms) / 1e3;
}

static void case_gtpu(struct bed *bed, const struct example *ex, uint64_t count)
{
	const unsigned long dropped = queue_of(bed->n3, GTPU_PORT).dropped;
	const uint64_t begun = now_ms();
	uint64_t before, after, forwarded;
	char *metrics = metrics_now();

	forwarded = (uint64_t)talk_session_counter(ex->up_seid, "uplink");
	before = gtpu_counted(metrics, forwarded);
	free(metrics);
	noise_send(bed->gnb_fd, bed->n3, GTPU_PORT, count, gtpu_noise, ex);
	printf("# GTP-U: %" PRIu64 " datagrams in %.1f s\n", count, seconds_since(begun));
	poll(NULL, 0, 200); /* counters are each processor's */
	metrics = metrics_now();
	forwarded = (uint64_t)talk_session_counter(ex->up_seid, "uplink");
	after = gtpu_counted(metrics, forwarded);
	tap_ok(queue_of(bed->n3, GTPU_PORT).dropped == dropped, "GTP-U: no queue ran over");
	tap_ok(after - before == count, "GTP-U: %" PRIu64 " sent, %" PRIu64 " counted", count,
	       after - before);
	tap_ok(gtpu_messages(metrics) == sum_of(metrics, "baton_upf_gtpu_total{what=\"received\"}"),
	       "GTP-U: each message is one kind");
	free(metrics);
}

/* ---- PFCP ---- */

static size_t pfcp_head(uint8_t *buf, uint8_t flags, uint8_t type, size_t len)
{
	const uint16_t length = htons((uint16_t)(len - 4));

	buf[0] = flags;
	buf[1] = type;
	memcpy(buf + 2, &length, 2);
	return len;
}

/* A request that was good, but for some octets of it; its sequence number is its own */
static size_t pfcp_broken(uint8_t buf[LENGTH], const struct example *ex)
{
	static uint8_t good[BED_DATAGRAM];
	static size_t good_len;
	static struct pfcp_msg m;

	if (!good_len) {
		pfcp_msg_init(&m, PFCP_SESSION_MODIFICATION_REQUEST, ex->up_seid, 1);
		m.session_modification_request.n_update_far = 1;
		pfcp_far_init(&m.session_modification_request.update_far[0]);
		m.session_modification_request.update_far[0].far_id = 0x7fff; /* of no FAR */
		if (pfcp_encode(&m, good, sizeof(good), &good_len) || good_len > LENGTH)
			bail("a test's own message", EINVAL);
	}
	memcpy(buf, good, good_len);
	fill(buf, 12, 15);
	for (unsigned i = noise() % 4; i; i--)
		buf[16 + noise() % (good_len - 16)] = (uint8_t)noise();
	return noise() % 4 ? good_len : good_len - noise() % 16;
}

static size_t pfcp_noise(uint8_t buf[LENGTH], const struct example *ex)
{
	const size_t len = fill(buf, 0, 16 + noise() % (LENGTH - 16));

	switch (noise() % 4) {
	case 0:
		return fill(buf, 0, noise() % LENGTH);
	case 1: /* of any type, without a SEID */
		return pfcp_head(buf, 0x20 | (noise() & 0x1e), (uint8_t)noise(), len);
	case 2: /* of those that there are */
		return pfcp_head(buf, 0x21 | (noise() & 0x1e), 50 + noise() % 8, len);
	default:
		return pfcp_broken(buf, ex);
	}
}

/* What became of each message in the datagrams that were read */
static uint64_t pfcp_counted(const char *metrics)
{
	return sum_of(metrics, "baton_upf_pfcp_messages_total{direction=\"received\"") +
	       sum_of(metrics, "baton_upf_n4_total{what=\"drop_short\"}") +
	       sum_of(metrics, "baton_upf_n4_total{what=\"drop_version\"}") +
	       sum_of(metrics, "baton_upf_n4_total{what=\"drop_unknown_type\"}") -
	       sum_of(metrics, "baton_upf_n4_total{what=\"rx_follow_on\"}");
}

static void case_pfcp(struct bed *bed, const struct smf *smf, const struct example *ex,
		      uint64_t count)
{
	const unsigned long dropped = queue_of(bed->n4, PFCP_PORT).dropped;
	const uint64_t begun = now_ms();
	uint64_t before;
	char *metrics = metrics_now();

	before = sum_of(metrics, "baton_upf_n4_total{what=\"rx\"}");
	free(metrics);
	noise_send(smf->fd, bed->n4, PFCP_PORT, count, pfcp_noise, ex);
	printf("# PFCP: %" PRIu64 " datagrams in %.1f s\n", count, seconds_since(begun));
	metrics = metrics_now();
	tap_ok(queue_of(bed->n4, PFCP_PORT).dropped == dropped, "PFCP: no queue ran over");
	/* the SMF's answers to heartbeats are none: it has been deaf */
	tap_ok(sum_of(metrics, "baton_upf_n4_total{what=\"rx\"}") - before == count,
	       "PFCP: %" PRIu64 " sent, %" PRIu64 " read", count,
	       sum_of(metrics, "baton_upf_n4_total{what=\"rx\"}") - before);
	tap_ok(pfcp_counted(metrics) == sum_of(metrics, "baton_upf_n4_total{what=\"rx\"}"),
	       "PFCP: each message is one kind: %" PRIu64 " of %" PRIu64, pfcp_counted(metrics),
	       sum_of(metrics, "baton_upf_n4_total{what=\"rx\"}"));
	free(metrics);
}

/* ---- what else a peer tries ---- */

/* A flood of TEIDs that nobody has, while another peer asks whether the UPF lives */
static void case_flood(struct bed *bed)
{
	const struct gtpu_msg ask = {.header = {.type = GTPU_ECHO_REQUEST, .has_sequence = true}};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = bed->n3, .sin_port = htons(GTPU_PORT)};
	struct gnb_packet answer;
	static struct batch b;
	unsigned answered = 0;
	uint8_t buf[64];
	size_t len;

	batch_init(&b, &to);
	if (gtpu_encode(&ask, buf, sizeof(buf), &len))
		bail("a test's own message", EINVAL);
	for (unsigned turn = 0; turn < 50; turn++) {
		for (unsigned i = 0; i < BATCH; i++)
			b.part[i].iov_len = gtpu_head(b.octets[i], 0x30, GTPU_G_PDU, noise(),
						      fill(b.octets[i], 0, 64));
		for (unsigned i = 0; i < 8; i++)
			batch_send(&b, bed->gnb_fd, BATCH);
		if (sendto(bed->gnb2_fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			bail("sendto", errno);
		while (gnb_next(bed, bed->gnb2_fd, &answer, 1000))
			if (answer.type == GTPU_ECHO_RESPONSE) {
				answered++;
				break;
			}
		drain(bed->gnb_fd);
	}
	tap_ok(answered == 50, "in a flood of unknown TEIDs another peer's Echo Requests: %u of 50",
	       answered);
}

/* A Heartbeat Request in an IPv4/UDP packet from the UE to @to. Return: its length */
static size_t heartbeat_from_ue(uint8_t buf[LENGTH], struct in_addr ue, struct in_addr to)
{
	static const uint8_t ip_udp[28] = {
		0x45, 0, 0, 44, [8] = 64, 17, [20] = 0x22, 0x65, 0x22, 0x65, 0, 24};
	static const uint8_t heartbeat[16] = {0x20, PFCP_HEARTBEAT_REQUEST,	 0, 12, 0, 0, 1, 0,
					      0,    PFCP_IE_RECOVERY_TIME_STAMP, 0, 4,	1, 2, 3, 4};
	uint32_t sum = 0;

	memcpy(buf, ip_udp, sizeof(ip_udp));
	memcpy(buf + 12, &ue, 4);
	memcpy(buf + 16, &to, 4);
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)buf[i] << 8 | buf[i + 1];
	sum = ~((sum & 0xffff) + (sum >> 16));
	buf[10] = (uint8_t)(sum >> 8);
	buf[11] = (uint8_t)sum;
	memcpy(buf + sizeof(ip_udp), heartbeat, sizeof(heartbeat));
	return sizeof(ip_udp) + sizeof(heartbeat);
}

/* PFCP inside a UE's tunnel: to N4, to N3, which is protected, and to the UPF's own end of N6 */
static void case_tunnelled(struct bed *bed, const struct example *ex)
{
	static const char *const addresses[] = {"127.0.4.1", "10.101.2.1", "10.110.1.1"};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = bed->n3, .sin_port = htons(GTPU_PORT)};
	struct gtpu_msg msg = {.header = {.type = GTPU_G_PDU, .teid = ex->ul_teid}};
	uint8_t inner[LENGTH], buf[2 * LENGTH];
	uint64_t before, dropped;
	size_t len;
	char *metrics;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		metrics = metrics_now();
		before = sum_of(metrics, "baton_upf_n4_total{what=\"rx\"}");
		dropped = sum_of(metrics, "baton_upf_dropped_packets_total{");
		free(metrics);
		msg.payload = inner;
		msg.payload_len = heartbeat_from_ue(inner, ex->ue, ip(addresses[i]));
		if (gtpu_encode(&msg, buf, sizeof(buf), &len) ||
		    sendto(bed->gnb_fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			bail("a test's own packet", EINVAL);
		poll(NULL, 0, 100);
		metrics = metrics_now();
		/* the UPF's own heartbeats may be answered meanwhile by nobody: the SMF is deaf */
		tap_ok(sum_of(metrics, "baton_upf_n4_total{what=\"rx\"}") == before &&
			       sum_of(metrics, "baton_upf_dropped_packets_total{") == dropped + 1,
		       "PFCP from a UE to %s is dropped", addresses[i]);
		free(metrics);
	}
}

/* ---- in all ---- */

static void case_life(struct bed *bed, struct smf *smf, const struct example *ex, const char *when)
{
	drain(bed->gnb_fd);
	tap_ok(talk_alive(bed, smf), "%s: a heartbeat is answered", when);
	tap_ok(talk_uplink(bed, ex, EX_QFI) &&
		       talk_downlink(bed, ex, bed->gnb_fd, ex->gnb_teid, EX_QFI),
	       "%s: packets pass both ways", when);
}

int main(int argc, char **argv)
{
	const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	static struct smf smf;
	struct example ex;
	struct bed bed;
	uint64_t resident;

	random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
	if (!count || !random_state)
		bail("usage: upf_noise COUNT SEED", EINVAL);
	printf("# seed %" PRIu64 "\n", random_state);
	bed_make(&bed, "ebpf");
	upf_run(&bed);
	smf_open(&smf, "127.0.4.10", 1000);
	ex = talk_example(&bed, &smf, "10.60.1.2", 0x1111);
	if (talk_associate(&bed, &smf, false) != PFCP_CAUSE_ACCEPTED ||
	    talk_establish(&bed, &smf, &ex) != PFCP_CAUSE_ACCEPTED)
		bail("a session", EPROTO);
	case_life(&bed, &smf, &ex, "before");
	noise_send(bed.gnb_fd, bed.n3, GTPU_PORT, 10000, gtpu_noise, &ex); /* what it takes once */
	noise_send(smf.fd, bed.n4, PFCP_PORT, 40000, pfcp_noise, &ex);
	resident = process_resident(bed.pid);
	case_gtpu(&bed, &ex, count);
	case_life(&bed, &smf, &ex, "after noise at GTP-U");
	case_pfcp(&bed, &smf, &ex, count);
	case_life(&bed, &smf, &ex, "after noise at PFCP");
	case_flood(&bed);
	case_tunnelled(&bed, &ex);
	tap_ok(talk_status_number("sessions") == 1, "the session is there, alone");
	tap_ok(process_resident(bed.pid) < resident + GROWTH_MAX,
	       "memory: %" PRIu64 " KiB, then %" PRIu64 " KiB", resident >> 10,
	       process_resident(bed.pid) >> 10);
	tap_ok(upf_end(&bed, SIGTERM) == 0, "it ends in order");
	smf_close(&smf);
	bed_free(&bed);
	return tap_end();
}
