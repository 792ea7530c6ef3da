// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: bytes -> structs (TS 29.281 cl. 5, 7, 8; PDU Session Container: TS 38.415 cl. 5.5).
 *
 * An extension header says its length in units of four octets, and 0 of them would be read for
 * ever: that is refused, and so is a chain of more than GTPU_MAX_EXTENSION.
 */
#include <errno.h>
#include <string.h>

#include "lib/gtpu/const.h"

#define MUST_BE_UNDERSTOOD 0x80 /* by the endpoint, cl. 5.2.1: bits 8 and 7 are 10 or 11 */

static int get_psc(struct wire_reader *r, struct gtpu_header *h)
{
	if (h->has_psc)
		return 0;
	h->has_psc = true;
	return gtpu_psc_get(r, &h->psc);
}

/* 18 bits and spare ones in two units */
static int get_long_pdcp(struct wire_reader *r, struct gtpu_header *h)
{
	if (wire_left(r) < 2 * GTPU_EXTENSION_UNIT - 2)
		return -EBADMSG;
	if (!h->has_long_pdcp_number)
		h->long_pdcp_number = (uint32_t)wire_get_number(r, 3) & GTPU_MAX_LONG_PDCP;
	h->has_long_pdcp_number = true;
	return 0;
}

/* Those of one unit, which always has their two octets */
static void get_short(struct wire_reader *r, uint8_t type, struct gtpu_header *h)
{
	uint16_t value = wire_get_u16(r);

	if (type == GTPU_EXT_UDP_PORT && !h->has_udp_port) {
		h->has_udp_port = true;
		h->udp_port = value;
	} else if (type == GTPU_EXT_PDCP_NUMBER && !h->has_pdcp_number) {
		h->has_pdcp_number = true;
		h->pdcp_number = value;
	} else if (type == GTPU_EXT_SERVICE_CLASS && !h->has_service_class) {
		h->has_service_class = true;
		h->service_class = (uint8_t)(value >> 8);
	}
}

static void get_ran_container(const struct wire_reader *r, uint8_t type, struct gtpu_header *h)
{
	if (h->ran.type)
		return;
	h->ran.type = type;
	h->ran.len = (uint16_t)wire_left(r);
	h->ran.octets = r->at;
}

/* The content of one extension header. Of two of a kind the first counts. */
static int get_extension(struct wire_reader *r, uint8_t type, struct gtpu_header *h)
{
	switch (type) {
	case GTPU_EXT_PDU_SESSION_CONTAINER:
		return get_psc(r, h);
	case GTPU_EXT_LONG_PDCP_NUMBER:
	case GTPU_EXT_LONG_PDCP_NUMBER_OLD:
		return get_long_pdcp(r, h);
	case GTPU_EXT_UDP_PORT:
	case GTPU_EXT_PDCP_NUMBER:
	case GTPU_EXT_SERVICE_CLASS:
		get_short(r, type, h);
		return 0;
	case GTPU_EXT_RAN_CONTAINER:
	case GTPU_EXT_XW_RAN_CONTAINER:
	case GTPU_EXT_NR_RAN_CONTAINER:
		get_ran_container(r, type, h);
		return 0;
	}
	if ((type & MUST_BE_UNDERSTOOD) && !h->unknown_extension)
		h->unknown_extension = type;
	return 0;
}

static bool is_of_ran(uint8_t type)
{
	return type == GTPU_EXT_RAN_CONTAINER || type == GTPU_EXT_LONG_PDCP_NUMBER_OLD ||
	       type == GTPU_EXT_XW_RAN_CONTAINER || type == GTPU_EXT_NR_RAN_CONTAINER ||
	       type == GTPU_EXT_PDCP_NUMBER;
}

static int get_extensions(struct wire_reader *r, uint8_t type, struct gtpu_header *h)
{
	while (type != GTPU_EXT_NONE) {
		size_t size = (size_t)wire_get_u8(r) * GTPU_EXTENSION_UNIT;
		struct wire_reader content;
		int rc;

		if (!size || h->n_extension == GTPU_MAX_EXTENSION)
			return -EBADMSG;
		content = wire_get_part(r, size - 2); /* without length and next type */
		if (content.bad)
			return -EBADMSG;
		h->n_extension++;
		if (is_of_ran(type) && !h->ran_extension)
			h->ran_extension = type;
		rc = get_extension(&content, type, h);
		if (rc)
			return rc;
		type = wire_get_u8(r);
		if (r->bad)
			return -EBADMSG;
	}
	return 0;
}

/* Leaves @r at the payload. Return: 0, -EBADMSG or -EPROTONOSUPPORT */
static int get_header(struct wire_reader *r, struct gtpu_header *h)
{
	const uint8_t *start = r->at;
	uint8_t flags = wire_get_u8(r), next;
	size_t length;
	int rc;

	if (r->bad)
		return -EBADMSG;
	if ((flags & GTPU_VERSION_MASK) != GTPU_VERSION_1 || !(flags & GTPU_FLAG_PT))
		return -EPROTONOSUPPORT;
	h->type = wire_get_u8(r);
	length = wire_get_number(r, 2);
	h->teid = wire_get_number(r, 4);
	if (r->bad || length != wire_left(r))
		return -EBADMSG;
	if (flags & GTPU_FLAG_OPTIONS) {
		h->has_sequence = flags & GTPU_FLAG_S;
		h->sequence = (uint16_t)wire_get_number(r, 2);
		h->has_npdu = flags & GTPU_FLAG_PN;
		h->npdu = wire_get_u8(r);
		next = wire_get_u8(r);
		if (r->bad)
			return -EBADMSG;
		rc = flags & GTPU_FLAG_E ? get_extensions(r, next, h) : 0;
		if (rc)
			return rc;
	}
	h->sequence = h->has_sequence ? h->sequence : 0;
	h->npdu = h->has_npdu ? h->npdu : 0;
	h->size = (size_t)(r->at - start);
	return 0;
}

/* Which IEs a message had */
struct seen {
	bool recovery, teid, peer, status;
};

static int get_peer_address(struct wire_reader *r, struct gtpu_msg *ret)
{
	const void *p;

	ret->error_v6 = wire_left(r) == sizeof(ret->error_ip6);
	if (!ret->error_v6 && wire_left(r) != sizeof(ret->error_ip4))
		return -EBADMSG;
	p = wire_get(r, wire_left(r));
	if (ret->error_v6)
		memcpy(&ret->error_ip6, p, sizeof(ret->error_ip6));
	else
		memcpy(&ret->error_ip4, p, sizeof(ret->error_ip4));
	return 0;
}

static void get_supported(struct wire_reader *r, struct gtpu_msg *ret)
{
	while (wire_left(r) && ret->n_supported < GTPU_MAX_SUPPORTED)
		ret->supported[ret->n_supported++] = wire_get_u8(r);
}

static int get_recovery_time(struct wire_reader *r, struct gtpu_msg *ret)
{
	if (ret->has_recovery_time)
		return 0;
	ret->has_recovery_time = true;
	ret->recovery_time = wire_get_u32(r);
	return r->bad ? -EBADMSG : 0;
}

static int get_private(struct wire_reader *r, struct gtpu_msg *ret)
{
	uint16_t id = wire_get_u16(r);

	if (r->bad)
		return -EBADMSG;
	if (ret->has_private)
		return 0;
	ret->has_private = true;
	ret->private_id = id;
	ret->private_len = (uint16_t)wire_left(r);
	ret->private_octets = r->at;
	return 0;
}

/* The value of an IE with a length field; those that we don't know are skipped, of two of a kind
 * the first counts. */
static int get_tlv_value(struct wire_reader *value, uint8_t type, struct gtpu_msg *ret,
			 struct seen *seen)
{
	switch (type) {
	case GTPU_IE_EXTENSION_TYPES:
		if (!ret->n_supported)
			get_supported(value, ret);
		return 0;
	case GTPU_IE_PEER_ADDRESS:
		if (seen->peer)
			return 0;
		seen->peer = true;
		return get_peer_address(value, ret);
	case GTPU_IE_TUNNEL_STATUS:
		if (!seen->status)
			ret->charging_paused = wire_get_u8(value) & GTPU_TUNNEL_STATUS_SPOC;
		seen->status = true;
		return value->bad ? -EBADMSG : 0;
	case GTPU_IE_RECOVERY_TIME:
		return get_recovery_time(value, ret);
	case GTPU_IE_PRIVATE:
		return get_private(value, ret);
	}
	return 0;
}

static int get_tlv(struct wire_reader *r, uint8_t type, struct gtpu_msg *ret, struct seen *seen)
{
	size_t length = wire_get_number(r, type == GTPU_IE_EXTENSION_TYPES ? 1 : 2);
	struct wire_reader value = wire_get_part(r, length);

	return r->bad ? -EBADMSG : get_tlv_value(&value, type, ret, seen);
}

static int get_ies(struct wire_reader *r, struct gtpu_msg *ret, struct seen *seen)
{
	while (wire_left(r)) {
		uint8_t type = wire_get_u8(r);
		int rc = 0;

		if (type >= GTPU_IE_TLV) {
			rc = get_tlv(r, type, ret, seen);
		} else if (type == GTPU_IE_RECOVERY) {
			ret->recovery = wire_get_u8(r);
			seen->recovery = true;
		} else if (type == GTPU_IE_TEID_DATA_I) {
			ret->error_teid = wire_get_number(r, 4);
			seen->teid = true;
		} else {
			return -EBADMSG; /* nothing tells where it ends */
		}
		if (rc || r->bad)
			return -EBADMSG;
	}
	return 0;
}

/* Mandatory IEs, cl. 7.2, 7.3 */
static bool is_complete(const struct gtpu_msg *msg, const struct seen *seen)
{
	switch (msg->header.type) {
	case GTPU_ECHO_RESPONSE:
		return seen->recovery;
	case GTPU_ERROR_INDICATION:
		return seen->teid && seen->peer;
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
		return msg->n_supported > 0;
	case GTPU_TUNNEL_STATUS:
		return seen->status;
	}
	return true;
}

int gtpu_decode(const uint8_t *buf, size_t len, struct gtpu_msg *ret)
{
	struct wire_reader r = {.at = buf, .end = buf + len};
	struct seen seen = {0};
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = get_header(&r, &ret->header);
	if (rc)
		return rc;
	if (ret->header.unknown_extension)
		return -EOPNOTSUPP;
	switch (ret->header.type) {
	case GTPU_G_PDU:
		ret->payload_len = wire_left(&r);
		ret->payload = r.at;
		return 0;
	case GTPU_ECHO_REQUEST:
	case GTPU_ECHO_RESPONSE:
	case GTPU_ERROR_INDICATION:
	case GTPU_SUPPORTED_EXTENSION_HEADERS:
	case GTPU_TUNNEL_STATUS:
	case GTPU_END_MARKER:
		rc = get_ies(&r, ret, &seen);
		return rc ? rc : is_complete(ret, &seen) ? 0 : -EBADMSG;
	}
	return -EOPNOTSUPP;
}
