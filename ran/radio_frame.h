/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control frames of the radio link: bytes <-> struct, no I/O. In place of RRC, and not RRC.
 *
 * After the Ethernet header (type RADIO_ETHERTYPE), all numbers big-endian:
 *
 *   0  version (1)      1  type             2  sequence number of this frame, 0 for RADIO_ALIVE
 *   4  highest sequence number received in order
 *   6  length of the body in octets         8  sender's instance, random at its start, never 0
 *   12 receiver's instance as the sender knows it, 0 while it knows none
 *   16 body
 *
 * Bodies by type:
 *   RADIO_ALIVE          none: keeps the link known as good, carries acknowledgements
 *   RADIO_ATTACH         flags (1: resume), SUPI text                       UE -> gNB
 *   RADIO_ATTACHED       flags (1: resumed), gNB's name                     gNB -> UE
 *   RADIO_NAS            a NAS PDU                                          both
 *   RADIO_BEARER_ADD     PDU session id, QFI, a NAS PDU or nothing          gNB -> UE
 *   RADIO_BEARER_ADDED   PDU session id, the UE's IPv4 address (0.0.0.0: none)  UE -> gNB
 *                        (a gNB on kernel GTP looks its tunnels up by that address)
 *   RADIO_BEARER_REMOVE  PDU session id, a NAS PDU or nothing               gNB -> UE
 *   RADIO_BEARER_REMOVED PDU session id                                     UE -> gNB
 *   RADIO_RELEASE        none: the gNB has no context of the UE any more    gNB -> UE
 *   RADIO_HANDOVER       cell: the instance of the target gNB's end of its link to this UE, which the
 *                        UE knows from that link; the target's name          gNB -> UE
 *   RADIO_HANDOVER_FAILED none: that cell is not in reach, the UE stays      UE -> gNB
 *   RADIO_ARRIVED        SUPI text: handed over; answered by RADIO_ATTACHED with resumed, or
 *                        RADIO_RETURN                                        UE -> target gNB
 *   RADIO_RETURN         none: nobody handed this UE over, it returns to where it came from
 *                                                                            target gNB -> UE
 */
#ifndef BATON_RAN_RADIO_FRAME_H
#define BATON_RAN_RADIO_FRAME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum radio_type {
	RADIO_ALIVE = 0,
	RADIO_ATTACH = 1,
	RADIO_ATTACHED = 2,
	RADIO_NAS = 3,
	RADIO_BEARER_ADD = 4,
	RADIO_BEARER_ADDED = 5,
	RADIO_BEARER_REMOVE = 6,
	RADIO_BEARER_REMOVED = 7,
	RADIO_RELEASE = 8,
	RADIO_HANDOVER = 9,
	RADIO_HANDOVER_FAILED = 10,
	RADIO_ARRIVED = 11,
	RADIO_RETURN = 12,
	RADIO_TYPES
};

enum { RADIO_VERSION = 1, RADIO_HEADER_LEN = 16, RADIO_BODY_MAX = 1300, RADIO_TEXT_MAX = 63 };

struct radio_frame {
	enum radio_type type;
	uint16_t seq, ack;
	uint32_t from, to; /* instances */
	/* body, by type */
	bool resume;		       /* ATTACH, ATTACHED */
	char text[RADIO_TEXT_MAX + 1]; /* ATTACH, ARRIVED: SUPI; ATTACHED, HANDOVER: gNB's name */
	uint32_t cell;		       /* HANDOVER, not 0 */
	uint8_t session, qfi;
	struct in_addr address; /* BEARER_ADDED */
	const uint8_t *nas;	/* decode: borrowed from the input; NULL when there is none */
	size_t nas_len;
};

/** radio_frame_decode - @buf: after the Ethernet header; padding behind the body is allowed;
 * Return: 0 or -EBADMSG */
int radio_frame_decode(const uint8_t *buf, size_t len, struct radio_frame *ret_frame);
/** radio_frame_encode - Return: 0, -EINVAL for what the other end would not take, -ENOBUFS */
int radio_frame_encode(const struct radio_frame *frame, uint8_t *buf, size_t size, size_t *ret_len);
const char *radio_type_name(enum radio_type type);

#endif
