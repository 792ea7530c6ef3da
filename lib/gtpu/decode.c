// SPDX-License-Identifier: Apache-2.0
/*
 * GTP-U: bytes -> structs (TS 29.281 cl. 5, 7, 8; PDU Session Container: TS 38.415 cl. 5.5).
 *
 * An extension header says its length in units of four octets, and 0 of them would be read for
 * ever: that is refused, and so is a chain of more than GTPU_MAX_EXTENSION.
 */
#include <errno.h>
#include <string.h>

#include "lib/gtpu/gtpu.h"
#include "lib/gtpu/const.h"
#include "lib/wire.h"

#define EXTENSION_UNIT	   4
#define MUST_BE_UNDERSTOOD 0x80 /* by the endpoint, cl. 5.2.1: bits 8 and 7 are 10 or 11 */

/* Return: 0 or -EBADMSG */
static int get_psc(struct wire_reader *r, struct gtpu_psc *ret)
{
	uint8_t type = wire_get_u8(r) >> 4;
	uint8_t octet = wire_get_u8(r);

	if (type != GTPU_PSC_DL && type != GTPU_PSC_UL)
		return -EBADMSG;
	ret->type = type;
	ret->qfi = octet & GTPU_PSC_QFI;
	if (type == GTPU_PSC_DL) {
		ret->rqi = octet & GTPU_PSC_RQI;
		ret->has_ppi = octet & GTPU_PSC_PPP;
	}
	if (ret->has_ppi)
		ret->ppi = wire_get_u8(r) >> GTPU_PPI_SHIFT;
	return r->bad ? -EBADMSG : 0;
}

/* The content of one extension header. Of two of a kind the first counts. */
static int get_extension(struct wire_reader *r, uint8_t type, struct gtpu_header *h)
{
	switch (type) {
	case GTPU_EXT_PDU_SESSION_CONTAINER:
		if (h->has_psc)
			return 0;
		h->has_psc = true;
		return get_psc(r, &h->psc);
	case GTPU_EXT_UDP_PORT:
		if (h->has_udp_port)
			return 0;
		h->has_udp_port = true;
		h->udp_port = (uint16_t)wire_get_number(r, 2);
		return r->bad ? -EBADMSG : 0;
	}
	if ((type & MUST_BE_UNDERSTOOD) && !h->unknown_extension)
		h->unknown_extension = type;
	return 0;
}

static int get_extensions(struct wire_reader *r, uint8_t type, struct gtpu_header *h)
{
	while (type != GTPU_EXT_NONE) {
		size_t size = (size_t)wire_get_u8(r) * EXTENSION_UNIT;
		struct wire_reader content;
		int rc;

		if (!size || h->n_extension == GTPU_MAX_EXTENSION)
			return -EBADMSG;
		content = wire_get_part(r, size - 2); /* without length and next type */
		if (content.bad)
			return -EBADMSG;
		h->n_extension++;
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
	bool recovery, teid, peer;
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

/* IEs with a length field; those that we don't know are skipped, of two of a kind the first counts.
 */
static int get_tlv(struct wire_reader *r, uint8_t type, struct gtpu_msg *ret, struct seen *seen)
{
	size_t length = wire_get_number(r, type == GTPU_IE_EXTENSION_TYPES ? 1 : 2);
	struct wire_reader value = wire_get_part(r, length);

	if (r->bad)
		return -EBADMSG;
	if (type == GTPU_IE_EXTENSION_TYPES && !ret->n_supported) {
		get_supported(&value, ret);
	} else if (type == GTPU_IE_PEER_ADDRESS && !seen->peer) {
		seen->peer = true;
		return get_peer_address(&value, ret);
	}
	return 0;
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
	case GTPU_END_MARKER:
		rc = get_ies(&r, ret, &seen);
		return rc ? rc : is_complete(ret, &seen) ? 0 : -EBADMSG;
	}
	return -EOPNOTSUPP;
}
