// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: structs -> one line of text.
 */
#include <arpa/inet.h>
#include <inttypes.h>

#include "lib/gtpu/gtpu.h"
#include "lib/text.h"

#define MAX_OCTETS 32

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

static void print_monitoring(struct text *out, const struct gtpu_psc *p)
{
	text_add(out, " dl-sent=0x%016" PRIx64, p->dl_sent);
	if (p->type == GTPU_PSC_UL)
		text_add(out, " dl-received=0x%016" PRIx64 " ul-sent=0x%016" PRIx64, p->dl_received,
			 p->ul_sent);
}

static void print_psc(struct text *out, const struct gtpu_psc *p)
{
	text_add(out, " psc={%s qfi=%u%s", p->type == GTPU_PSC_UL ? "ul" : "dl", p->qfi,
		 p->rqi ? " rqi" : "");
	if (p->has_ppi)
		text_add(out, " ppi=%u", p->ppi);
	if (p->monitored)
		print_monitoring(out, p);
	if (p->has_dl_delay)
		text_add(out, " dl-delay=%" PRIu32 "ms", p->dl_delay_ms);
	if (p->has_ul_delay)
		text_add(out, " ul-delay=%" PRIu32 "ms", p->ul_delay_ms);
	if (p->has_sequence)
		text_add(out, " seq=%" PRIu32, p->sequence);
	if (p->has_mbs_sequence)
		text_add(out, " mbs-seq=%" PRIu32, p->mbs_sequence);
	if (p->has_n3_delay)
		text_add(out, " n3-delay=%" PRIu32 "ms", p->n3_delay_ms);
	if (p->has_d1)
		text_add(out, " d1=%u", p->d1_included);
	text_add(out, "}");
}

/* As many as help to see what it is */
static void print_octets(struct text *out, const uint8_t *octets, size_t n)
{
	text_octets(out, octets, n < MAX_OCTETS ? n : MAX_OCTETS);
	if (n > MAX_OCTETS)
		text_add(out, "...(%zu)", n);
}

static void print_extensions(struct text *out, const struct gtpu_header *h)
{
	if (h->has_psc)
		print_psc(out, &h->psc);
	if (h->has_udp_port)
		text_add(out, " udp-port=%u", h->udp_port);
	if (h->has_pdcp_number)
		text_add(out, " pdcp=%u", h->pdcp_number);
	if (h->has_long_pdcp_number)
		text_add(out, " long-pdcp=%" PRIu32, h->long_pdcp_number);
	if (h->has_service_class)
		text_add(out, " service-class=%u", h->service_class);
	if (h->ran.type) {
		text_add(out, " ran-0x%02x=", h->ran.type);
		print_octets(out, h->ran.octets, h->ran.len);
	}
	if (h->unknown_extension)
		text_add(out, " unknown-extension=0x%02x", h->unknown_extension);
}

static void print_header(struct text *out, const struct gtpu_header *h)
{
	text_add(out, "%s teid=0x%" PRIx32, gtpu_message_name(h->type), h->teid);
	if (h->has_sequence)
		text_add(out, " seq=%u", h->sequence);
	if (h->has_npdu)
		text_add(out, " npdu=%u", h->npdu);
	print_extensions(out, h);
}

static void print_error(struct text *out, const struct gtpu_msg *msg)
{
	char text[INET6_ADDRSTRLEN];
	const void *ip = msg->error_v6 ? (const void *)&msg->error_ip6 : &msg->error_ip4;

	if (inet_ntop(msg->error_v6 ? AF_INET6 : AF_INET, ip, text, sizeof(text)))
		text_add(out, " error=0x%" PRIx32 "@%s", msg->error_teid, text);
}

size_t gtpu_print(const struct gtpu_msg *msg, char *buf, size_t size)
{
	struct text out = {.buf = buf, .size = size};

	print_header(&out, &msg->header);
	switch (msg->header.type) {
	case GTPU_G_PDU:
		text_add(&out, " payload=%zu", msg->payload_len);
		break;
	case GTPU_ECHO_RESPONSE:
		text_add(&out, " recovery=%u", msg->recovery);
		break;
	case GTPU_ERROR_INDICATION:
		print_error(&out, msg);
		break;
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
		for (unsigned int i = 0; i < msg->n_supported && i < GTPU_MAX_SUPPORTED; i++)
			text_add(&out, " supported=0x%02x", msg->supported[i]);
		break;
	case GTPU_TUNNEL_STATUS:
		text_add(&out, " charging=%s", msg->charging_paused ? "paused" : "on");
		break;
	}
	if (msg->has_recovery_time)
		text_add(&out, " recovery-time=%" PRIu32, msg->recovery_time);
	if (msg->has_private) {
		text_add(&out, " private-%u=", msg->private_id);
		print_octets(&out, msg->private_octets, msg->private_len);
	}
	return out.len;
}
