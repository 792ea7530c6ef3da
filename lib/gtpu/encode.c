// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: structs -> bytes (TS 29.281 cl. 5, 7, 8; PDU Session Container: TS 38.415 cl. 5.5).
 */
#include <errno.h>
#include <string.h>

#include "lib/gtpu/const.h"

#define MAX_LENGTH 0xffff

static bool is_ran_container(const struct gtpu_ran_container *ran)
{
	return ran->len <= GTPU_MAX_RAN_CONTAINER &&
	       (ran->type == GTPU_EXT_RAN_CONTAINER || ran->type == GTPU_EXT_XW_RAN_CONTAINER ||
		ran->type == GTPU_EXT_NR_RAN_CONTAINER);
}

static bool is_valid(const struct gtpu_header *h)
{
	if (h->has_psc && !gtpu_psc_is_valid(&h->psc))
		return false;
	if (h->has_long_pdcp_number && h->long_pdcp_number > GTPU_MAX_LONG_PDCP)
		return false;
	return !h->ran.type || is_ran_container(&h->ran);
}

/* One extension header with its padding. @next: the octet that says its type, then the one that
 * says the type of what follows */
static void put_extension(struct wire_writer *w, uint8_t **next, uint8_t type,
			  const uint8_t *content, size_t len)
{
	size_t units = (2 + len + GTPU_EXTENSION_UNIT - 1) / GTPU_EXTENSION_UNIT;
	size_t size = units * GTPU_EXTENSION_UNIT;
	uint8_t *p = wire_put(w, size);

	if (!p)
		return;
	memset(p, 0, size);
	p[0] = (uint8_t)units;
	if (len)
		memcpy(p + 1, content, len);
	**next = type;
	*next = p + size - 1;
}

static void put_number(struct wire_writer *w, uint8_t **next, uint8_t type, uint32_t value,
		       size_t size, size_t content_size)
{
	uint8_t content[2 * GTPU_EXTENSION_UNIT - 2] = {0};
	struct wire_writer c = {.at = content, .end = content + sizeof(content)};

	wire_put_number(&c, value, size);
	put_extension(w, next, type, content, content_size);
}

static void put_psc(struct wire_writer *w, uint8_t **next, const struct gtpu_psc *psc)
{
	uint8_t content[GTPU_MAX_PSC_CONTENT];
	struct wire_writer c = {.at = content, .end = content + sizeof(content)};

	gtpu_psc_put(&c, psc);
	put_extension(w, next, GTPU_EXT_PDU_SESSION_CONTAINER, content, (size_t)(c.at - content));
}

static void put_extensions(struct wire_writer *w, const struct gtpu_header *h, const uint8_t *ran)
{
	uint8_t *next = wire_put(w, 1);

	if (!next)
		return;
	*next = GTPU_EXT_NONE;
	if (h->has_psc)
		put_psc(w, &next, &h->psc);
	if (h->has_udp_port)
		put_number(w, &next, GTPU_EXT_UDP_PORT, h->udp_port, 2, 2);
	if (h->has_pdcp_number)
		put_number(w, &next, GTPU_EXT_PDCP_NUMBER, h->pdcp_number, 2, 2);
	if (h->has_long_pdcp_number)
		put_number(w, &next, GTPU_EXT_LONG_PDCP_NUMBER, h->long_pdcp_number, 3, 6);
	if (h->has_service_class)
		put_number(w, &next, GTPU_EXT_SERVICE_CLASS, h->service_class, 1, 2);
	if (h->ran.type)
		put_extension(w, &next, h->ran.type, ran, h->ran.len);
}

static bool has_extensions(const struct gtpu_header *h)
{
	return h->has_psc || h->has_udp_port || h->has_pdcp_number || h->has_long_pdcp_number ||
	       h->has_service_class || h->ran.type;
}

static uint8_t header_flags(const struct gtpu_header *h)
{
	return GTPU_VERSION_1 | GTPU_FLAG_PT | (has_extensions(h) ? GTPU_FLAG_E : 0) |
	       (h->has_sequence ? GTPU_FLAG_S : 0) | (h->has_npdu ? GTPU_FLAG_PN : 0);
}

int gtpu_header_encode(const struct gtpu_header *header, size_t payload_len, uint8_t *buf,
		       size_t size, size_t *ret_len)
{
	struct wire_writer w = {.at = buf, .end = buf + size};
	uint8_t flags = header_flags(header), ran[GTPU_MAX_RAN_CONTAINER];
	size_t length;

	if (!is_valid(header))
		return -EINVAL;
	/* it may be in @buf, where its padding, or another extension header, would go over it */
	if (header->ran.type && header->ran.len)
		memcpy(ran, header->ran.octets, header->ran.len);
	wire_put_number(&w, flags, 1);
	wire_put_number(&w, header->type, 1);
	wire_put_number(&w, 0, 2);
	wire_put_number(&w, header->teid, 4);
	if (flags & GTPU_FLAG_OPTIONS) {
		wire_put_number(&w, header->has_sequence ? header->sequence : 0, 2);
		wire_put_number(&w, header->has_npdu ? header->npdu : 0, 1);
		put_extensions(&w, header, ran);
	}
	if (w.full)
		return -ENOBUFS;
	length = (size_t)(w.at - buf) - GTPU_HEADER_LEN;
	if (payload_len > MAX_LENGTH - length)
		return -EMSGSIZE;
	length += payload_len;
	wire_store16(buf + 2, (uint16_t)length);
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

/* Those that may be in any message */
static void put_common_ies(struct wire_writer *w, const struct gtpu_msg *msg)
{
	if (msg->has_recovery_time) {
		wire_put_number(w, GTPU_IE_RECOVERY_TIME, 1);
		wire_put_number(w, 4, 2);
		wire_put_number(w, msg->recovery_time, 4);
	}
	if (msg->has_private) {
		wire_put_number(w, GTPU_IE_PRIVATE, 1);
		wire_put_number(w, 2 + (uint64_t)msg->private_len, 2);
		wire_put_number(w, msg->private_id, 2);
		put_bytes(w, msg->private_octets, msg->private_len);
	}
}

/* Return: 0 or -EINVAL */
static int put_own_ies(struct wire_writer *w, const struct gtpu_msg *msg)
{
	switch (msg->header.type) {
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
	case GTPU_TUNNEL_STATUS:
		wire_put_number(w, GTPU_IE_TUNNEL_STATUS, 1);
		wire_put_number(w, 1, 2);
		wire_put_number(w, msg->charging_paused ? GTPU_TUNNEL_STATUS_SPOC : 0, 1);
		return 0;
	}
	return -EINVAL;
}

/* What comes behind the header. Return: 0 or -EINVAL */
static int put_body(struct wire_writer *w, const struct gtpu_msg *msg)
{
	int rc;

	if (msg->header.type == GTPU_G_PDU) {
		if (msg->has_recovery_time || msg->has_private)
			return -EINVAL;
		put_bytes(w, msg->payload, msg->payload_len);
		return 0;
	}
	if (msg->private_len > MAX_LENGTH - 2)
		return -EINVAL;
	rc = put_own_ies(w, msg);
	put_common_ies(w, msg);
	return rc;
}

int gtpu_encode(const struct gtpu_msg *msg, uint8_t *buf, size_t size, size_t *ret_len)
{
	struct gtpu_header header = msg->header;
	struct wire_writer w;
	size_t len;
	int rc;

	if (header.type != GTPU_G_PDU && header.type != GTPU_END_MARKER)
		header.has_sequence = true;
	rc = gtpu_header_encode(&header, 0, buf, size, &len);
	if (rc)
		return rc;
	w = (struct wire_writer){.at = buf + len, .end = buf + size};
	rc = put_body(&w, msg);
	if (rc)
		return rc;
	if (w.full)
		return -ENOBUFS;
	len = (size_t)(w.at - buf);
	if (len - GTPU_HEADER_LEN > MAX_LENGTH)
		return -EMSGSIZE;
	wire_store16(buf + 2, (uint16_t)(len - GTPU_HEADER_LEN));
	*ret_len = len;
	return 0;
}
