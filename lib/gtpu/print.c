// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: structs -> one line of text.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/gtpu/gtpu.h"

#define MAX_OCTETS 32

/* Text that is cut at size, but counted whole */
struct out {
	char *buf;
	size_t size;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct out *out, const char *format, ...)
{
	size_t left = out->len < out->size ? out->size - out->len : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(left ? out->buf + out->len : NULL, left, format, args);
	va_end(args);
	if (n > 0)
		out->len += (size_t)n;
}

const char *gtpu_message_name(uint8_t type)
{
	switch (type) {
	case GTPU_ECHO_REQUEST:
		return "echo-request";
	case GTPU_ECHO_RESPONSE:
		return "echo-response";
	case GTPU_ERROR_INDICATION:
		return "error-indication";
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
		return "supported-extension-headers";
	case GTPU_TUNNEL_STATUS:
		return "tunnel-status";
	case GTPU_END_MARKER:
		return "end-marker";
	case GTPU_G_PDU:
		return "g-pdu";
	}
	return "unknown";
}

static void print_monitoring(struct out *out, const struct gtpu_psc *p)
{
	add(out, " dl-sent=0x%016" PRIx64, p->dl_sent);
	if (p->type == GTPU_PSC_UL)
		add(out, " dl-received=0x%016" PRIx64 " ul-sent=0x%016" PRIx64, p->dl_received,
		    p->ul_sent);
}

static void print_psc(struct out *out, const struct gtpu_psc *p)
{
	add(out, " psc={%s qfi=%u%s", p->type == GTPU_PSC_UL ? "ul" : "dl", p->qfi,
	    p->rqi ? " rqi" : "");
	if (p->has_ppi)
		add(out, " ppi=%u", p->ppi);
	if (p->monitored)
		print_monitoring(out, p);
	if (p->has_dl_delay)
		add(out, " dl-delay=%" PRIu32 "ms", p->dl_delay_ms);
	if (p->has_ul_delay)
		add(out, " ul-delay=%" PRIu32 "ms", p->ul_delay_ms);
	if (p->has_sequence)
		add(out, " seq=%" PRIu32, p->sequence);
	if (p->has_mbs_sequence)
		add(out, " mbs-seq=%" PRIu32, p->mbs_sequence);
	if (p->has_n3_delay)
		add(out, " n3-delay=%" PRIu32 "ms", p->n3_delay_ms);
	if (p->has_d1)
		add(out, " d1=%u", p->d1_included);
	add(out, "}");
}

/* As many as help to see what it is */
static void print_octets(struct out *out, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n && i < MAX_OCTETS; i++)
		add(out, "%02x", octets[i]);
	if (n > MAX_OCTETS)
		add(out, "...(%zu)", n);
}

static void print_extensions(struct out *out, const struct gtpu_header *h)
{
	if (h->has_psc)
		print_psc(out, &h->psc);
	if (h->has_udp_port)
		add(out, " udp-port=%u", h->udp_port);
	if (h->has_pdcp_number)
		add(out, " pdcp=%u", h->pdcp_number);
	if (h->has_long_pdcp_number)
		add(out, " long-pdcp=%" PRIu32, h->long_pdcp_number);
	if (h->has_service_class)
		add(out, " service-class=%u", h->service_class);
	if (h->ran.type) {
		add(out, " ran-0x%02x=", h->ran.type);
		print_octets(out, h->ran.octets, h->ran.len);
	}
	if (h->unknown_extension)
		add(out, " unknown-extension=0x%02x", h->unknown_extension);
}

static void print_header(struct out *out, const struct gtpu_header *h)
{
	add(out, "%s teid=0x%" PRIx32, gtpu_message_name(h->type), h->teid);
	if (h->has_sequence)
		add(out, " seq=%u", h->sequence);
	if (h->has_npdu)
		add(out, " npdu=%u", h->npdu);
	print_extensions(out, h);
}

static void print_error(struct out *out, const struct gtpu_msg *msg)
{
	char text[INET6_ADDRSTRLEN];
	const void *ip = msg->error_v6 ? (const void *)&msg->error_ip6 : &msg->error_ip4;

	if (inet_ntop(msg->error_v6 ? AF_INET6 : AF_INET, ip, text, sizeof(text)))
		add(out, " error=0x%" PRIx32 "@%s", msg->error_teid, text);
}

size_t gtpu_print(const struct gtpu_msg *msg, char *buf, size_t size)
{
	struct out out = {.buf = buf, .size = size};

	print_header(&out, &msg->header);
	switch (msg->header.type) {
	case GTPU_G_PDU:
		add(&out, " payload=%zu", msg->payload_len);
		break;
	case GTPU_ECHO_RESPONSE:
		add(&out, " recovery=%u", msg->recovery);
		break;
	case GTPU_ERROR_INDICATION:
		print_error(&out, msg);
		break;
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
		for (unsigned int i = 0; i < msg->n_supported && i < GTPU_MAX_SUPPORTED; i++)
			add(&out, " supported=0x%02x", msg->supported[i]);
		break;
	case GTPU_TUNNEL_STATUS:
		add(&out, " charging=%s", msg->charging_paused ? "paused" : "on");
		break;
	}
	if (msg->has_recovery_time)
		add(&out, " recovery-time=%" PRIu32, msg->recovery_time);
	if (msg->has_private) {
		add(&out, " private-%u=", msg->private_id);
		print_octets(&out, msg->private_octets, msg->private_len);
	}
	return out.len;
}
