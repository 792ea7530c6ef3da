// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: structs -> one line of text.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/gtpu/gtpu.h"

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
	case GTPU_END_MARKER:
		return "end-marker";
	case GTPU_G_PDU:
		return "g-pdu";
	}
	return "unknown";
}

static void print_header(struct out *out, const struct gtpu_header *h)
{
	add(out, "%s teid=0x%" PRIx32, gtpu_message_name(h->type), h->teid);
	if (h->has_sequence)
		add(out, " seq=%u", h->sequence);
	if (h->has_npdu)
		add(out, " npdu=%u", h->npdu);
	if (h->has_psc) {
		add(out, " psc={%s qfi=%u%s", h->psc.type == GTPU_PSC_UL ? "ul" : "dl", h->psc.qfi,
		    h->psc.rqi ? " rqi" : "");
		if (h->psc.has_ppi)
			add(out, " ppi=%u", h->psc.ppi);
		add(out, "}");
	}
	if (h->has_udp_port)
		add(out, " udp-port=%u", h->udp_port);
	if (h->unknown_extension)
		add(out, " unknown-extension=0x%02x", h->unknown_extension);
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
	}
	return out.len;
}
