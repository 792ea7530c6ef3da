// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: structs -> bytes (TS 29.281 cl. 5, 7, 8; PDU Session Container: TS 38.415 cl. 5.5).
 */
#include <errno.h>
#include <string.h>

#include "lib/gtpu/gtpu.h"
#include "lib/gtpu/const.h"
#include "lib/wire.h"

#define MAX_LENGTH 0xffff
#define MAX_QFI	   63
#define MAX_PPI	   7

static bool psc_valid(const struct gtpu_psc *p)
{
	if (p->qfi > MAX_QFI || p->ppi > MAX_PPI)
		return false;
	return p->type == GTPU_PSC_DL || (p->type == GTPU_PSC_UL && !p->rqi && !p->has_ppi);
}

/* One unit of four octets, or two with a PPI and its padding; length and next type included */
static void put_psc(struct wire_writer *w, const struct gtpu_psc *p, uint8_t next)
{
	wire_put_number(w, p->has_ppi ? 2 : 1, 1);
	wire_put_number(w, (uint32_t)p->type << 4, 1);
	wire_put_number(w, (p->has_ppi ? GTPU_PSC_PPP : 0) | (p->rqi ? GTPU_PSC_RQI : 0) | p->qfi,
			1);
	if (p->has_ppi)
		wire_put_number(w, (uint32_t)p->ppi << (GTPU_PPI_SHIFT + 24), 4);
	wire_put_number(w, next, 1);
}

/* The container goes first (TS 29.281 cl. 5.2.2.7). */
static void put_extensions(struct wire_writer *w, const struct gtpu_header *h)
{
	uint8_t port = h->has_udp_port ? GTPU_EXT_UDP_PORT : GTPU_EXT_NONE;

	wire_put_number(w, h->has_psc ? GTPU_EXT_PDU_SESSION_CONTAINER : port, 1);
	if (h->has_psc)
		put_psc(w, &h->psc, port);
	if (h->has_udp_port) {
		wire_put_number(w, 1, 1);
		wire_put_number(w, h->udp_port, 2);
		wire_put_number(w, GTPU_EXT_NONE, 1);
	}
}

static uint8_t header_flags(const struct gtpu_header *h)
{
	return GTPU_VERSION_1 | GTPU_FLAG_PT | (h->has_psc || h->has_udp_port ? GTPU_FLAG_E : 0) |
	       (h->has_sequence ? GTPU_FLAG_S : 0) | (h->has_npdu ? GTPU_FLAG_PN : 0);
}

int gtpu_header_encode(const struct gtpu_header *header, size_t payload_len, uint8_t *buf,
		       size_t size, size_t *ret_len)
{
	struct wire_writer w = {.at = buf, .end = buf + size};
	uint8_t flags = header_flags(header);
	size_t length;

	if (header->has_psc && !psc_valid(&header->psc))
		return -EINVAL;
	wire_put_number(&w, flags, 1);
	wire_put_number(&w, header->type, 1);
	wire_put_number(&w, 0, 2);
	wire_put_number(&w, header->teid, 4);
	if (flags & GTPU_FLAG_OPTIONS) {
		wire_put_number(&w, header->has_sequence ? header->sequence : 0, 2);
		wire_put_number(&w, header->has_npdu ? header->npdu : 0, 1);
		put_extensions(&w, header);
	}
	if (w.full)
		return -ENOBUFS;
	length = (size_t)(w.at - buf) - GTPU_HEADER_LEN;
	if (payload_len > MAX_LENGTH - length)
		return -EMSGSIZE;
	length += payload_len;
	buf[2] = (uint8_t)(length >> 8);
	buf[3] = (uint8_t)length;
	*ret_len = (size_t)(w.at - buf);
	return 0;
}

static void put_bytes(struct wire_writer *w, const void *bytes, size_t n)
{
	uint8_t *p = wire_put(w, n);

	if (p && n)
		memmove(p, bytes, n);
}

static void put_error_ies(struct wire_writer *w, const struct gtpu_msg *msg)
{
	size_t n = msg->error_v6 ? sizeof(msg->error_ip6) : sizeof(msg->error_ip4);

	wire_put_number(w, GTPU_IE_TEID_DATA_I, 1);
	wire_put_number(w, msg->error_teid, 4);
	wire_put_number(w, GTPU_IE_PEER_ADDRESS, 1);
	wire_put_number(w, (uint32_t)n, 2);
	if (msg->error_v6)
		put_bytes(w, &msg->error_ip6, n);
	else
		put_bytes(w, &msg->error_ip4, n);
}

/* What comes behind the header. Return: 0 or -EINVAL */
static int put_body(struct wire_writer *w, const struct gtpu_msg *msg)
{
	switch (msg->header.type) {
	case GTPU_G_PDU:
		put_bytes(w, msg->payload, msg->payload_len);
		return 0;
	case GTPU_ECHO_REQUEST:
	case GTPU_END_MARKER:
		return 0;
	case GTPU_ECHO_RESPONSE:
		wire_put_number(w, GTPU_IE_RECOVERY, 1);
		wire_put_number(w, msg->recovery, 1);
		return 0;
	case GTPU_ERROR_INDICATION:
		put_error_ies(w, msg);
		return 0;
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
		if (!msg->n_supported || msg->n_supported > GTPU_MAX_SUPPORTED)
			return -EINVAL;
		wire_put_number(w, GTPU_IE_EXTENSION_TYPES, 1);
		wire_put_number(w, msg->n_supported, 1);
		put_bytes(w, msg->supported, msg->n_supported);
		return 0;
	}
	return -EINVAL;
}

static size_t body_size(const struct gtpu_msg *msg)
{
	switch (msg->header.type) {
	case GTPU_G_PDU:
		return msg->payload_len;
	case GTPU_ECHO_RESPONSE:
		return 2;
	case GTPU_ERROR_INDICATION:
		return 5 + 3 + (msg->error_v6 ? 16 : 4);
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
		return 2 + (size_t)msg->n_supported;
	}
	return 0;
}

int gtpu_encode(const struct gtpu_msg *msg, uint8_t *buf, size_t size, size_t *ret_len)
{
	struct gtpu_header header = msg->header;
	struct wire_writer w;
	size_t len;
	int rc;

	if (header.type != GTPU_G_PDU && header.type != GTPU_END_MARKER)
		header.has_sequence = true;
	rc = gtpu_header_encode(&header, body_size(msg), buf, size, &len);
	if (rc)
		return rc;
	w = (struct wire_writer){.at = buf + len, .end = buf + size};
	rc = put_body(&w, msg);
	if (rc)
		return rc;
	if (w.full)
		return -ENOBUFS;
	*ret_len = (size_t)(w.at - buf);
	return 0;
}
