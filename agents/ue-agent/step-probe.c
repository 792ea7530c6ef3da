// SPDX-License-Identifier: Apache-2.0
/* probe: test the new path before any traffic is on it, by ICMP echo (RFC 792) to the service,
 * bound to the session's interface. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "agents/ue-agent/steps.h"
#include "lib/wire.h"

enum { INTERVAL_MS = 20, TRIES = 100 };

struct probe {
	struct step_op *op; /* NULL once the step has ended */
	uv_poll_t poll;
	int fd;
	struct sockaddr_in to;
	uint16_t id, seq;
};

enum { ICMP_HEADER = 8, ECHO_LEN = ICMP_HEADER + 8 /* when it was sent, by our own clock */ };

static void closed(uv_handle_t *handle)
{
	struct probe *p = handle->data;

	close(p->fd);
	free(p);
}

static void probe_end(struct probe *p)
{
	p->op->own = NULL;
	p->op = NULL;
	uv_close((uv_handle_t *)&p->poll, closed);
}

static void cut_off(struct step_op *op)
{
	probe_end(op->own);
}

static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void send_echo(struct step_op *op)
{
	struct probe *p = op->own;
	uint8_t echo[ECHO_LEN] = {ICMP_ECHO};
	uint64_t now = clock_mono_ns();

	if (p->seq++ == TRIES) {
		probe_end(p);
		step_refused(op, 504, "PATH_NOT_WORKING",
			     "no echo from the service over PDU session %u within %d ms",
			     op->session, TRIES * INTERVAL_MS);
		return;
	}
	wire_store16(echo + 4, p->id);
	wire_store16(echo + 6, p->seq);
	memcpy(echo + ICMP_HEADER, &now, sizeof now);
	wire_store16(echo + 2, checksum(echo, sizeof echo));
	/* What can't be sent now is sent again in 20 ms. */
	(void)!sendto(p->fd, echo, sizeof echo, 0, (struct sockaddr *)&p->to, sizeof p->to);
	step_sleep(op, INTERVAL_MS, send_echo);
}

/* Which of our requests is answered doesn't matter: the reply brings back when it was sent. */
static bool is_our_reply(const struct probe *p, const uint8_t *packet, ssize_t len,
			 uint64_t *ret_sent_ns)
{
	size_t header = len >= 20 ? (size_t)(packet[0] & 15) * 4 : 0;

	if (header < 20 || (size_t)len < header + ECHO_LEN || packet[header] != ICMP_ECHOREPLY)
		return false;
	memcpy(ret_sent_ns, packet + header + ICMP_HEADER, sizeof *ret_sent_ns);
	return (packet[header + 4] << 8 | packet[header + 5]) == p->id &&
	       memcmp(packet + 12, &p->to.sin_addr, 4) == 0;
}

static void readable(uv_poll_t *poll, int status, int events)
{
	struct probe *p = poll->data;
	uint8_t packet[256];
	ssize_t len = recv(p->fd, packet, sizeof packet, MSG_DONTWAIT);
	struct step_op *op = p->op;
	uint64_t sent_ns;

	if (!op || !is_our_reply(p, packet, len, &sent_ns))
		return;
	probe_end(p);
	step_done(op, json_pack("{s:I}", "probe_rtt_us",
				(json_int_t)((clock_mono_ns() - sent_ns) / 1000)));
}

static int probe_open(struct probe *p, const char *device)
{
	p->fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (p->fd < 0)
		return -errno;
	if (setsockopt(p->fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device) + 1) <
	    0)
		return -errno;
	return getrandom(&p->id, sizeof p->id, 0) == sizeof p->id ? 0 : -EIO;
}

void step_probe(struct step_op *op)
{
	const char *address = json_string_value(json_object_get(op->args, "address"));
	struct probe *p = calloc(1, sizeof *p);
	char device[16];
	int r;

	snprintf(device, sizeof device, "pdu%u", op->session);
	if (!p || !address || inet_pton(AF_INET, address, &p->to.sin_addr) != 1) {
		free(p);
		step_refused(op, 400, "INVALID_PARAMETER", "/address: expected an IPv4 address");
		return;
	}
	p->to.sin_family = AF_INET;
	r = probe_open(p, device);
	if (r == 0)
		r = uv_poll_init(&op->agent->daemon.loop, &p->poll, p->fd);
	if (r < 0) {
		if (p->fd >= 0)
			close(p->fd);
		free(p);
		step_refused(op, 409, "SESSION_NOT_FOUND", "PDU session %u can't be probed: %s",
			     op->session, strerror(-r));
		return;
	}
	p->op = op;
	p->poll.data = p;
	op->own = p;
	op->drop_own = cut_off;
	uv_poll_start(&p->poll, UV_READABLE, readable);
	send_echo(op);
}
