/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two gNBs say to each other to hand a UE over: bytes <-> struct, no I/O. In place of XnAP
 * (TS 38.423), and not XnAP: its procedures Handover Preparation, Handover Cancel and UE Context
 * Release (cl. 8.2.1, 8.2.3, 8.2.7) with what Baton needs of them, over UDP.
 *
 * One message a datagram, all numbers big-endian:
 *
 *   0  version (1)      1  type             2  length of the body in octets
 *   4  transaction: one handover, numbered by the source
 *   8  body
 *
 * Bodies by type; a text is an octet of length and that many printable characters:
 *   XN_REQUEST   AMF UE NGAP ID (8), SUPI text, count, sessions: id, QFI, the UPF's N3 address and
 *                TEID, the UE's address                                     source -> target
 *   XN_ACCEPT    the target's N3 address, cell (see RADIO_HANDOVER), count, sessions: id, TEID that
 *                downlink packets are to be forwarded to                    target -> source
 *   XN_REFUSE    why (enum xn_refusal)                                      target -> source
 *   XN_CANCEL    none: the UE stays; answered by XN_STATE                   source -> target
 *   XN_QUERY     none: what became of it? answered by XN_STATE              source -> target
 *   XN_STATE     enum xn_state                                              target -> source
 *   XN_RELEASE   none: the path is switched, the UE is the target's         target -> source
 *   XN_RELEASED  none                                                       source -> target
 *
 * Whoever waits for an answer repeats; whoever is asked twice answers twice and acts once.
 */
#ifndef BATON_RAN_GNB_XN_MESSAGE_H
#define BATON_RAN_GNB_XN_MESSAGE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "ran/radio_frame.h"

enum xn_type {
	XN_REQUEST = 1,
	XN_ACCEPT,
	XN_REFUSE,
	XN_CANCEL,
	XN_QUERY,
	XN_STATE,
	XN_RELEASE,
	XN_RELEASED,
	XN_TYPES
};

enum xn_state {
	XN_UNKNOWN,  /* nothing is known of that transaction (any more) */
	XN_PREPARED, /* the UE may come */
	XN_ARRIVED,  /* the UE is there */
	XN_SWITCHED, /* and so is its downlink path */
	XN_STATES
};

enum xn_refusal {
	XN_NOT_IN_REACH, /* no radio link to that UE, or a silent one */
	XN_NO_CORE = 2,	 /* no NG Setup; 1 was of a back end that could not hold packets back */
	XN_BUSY,	 /* an earlier handover of that UE is still going on */
	XN_NO_ROOM,	 /* no tunnel, no memory */
	XN_REFUSALS
};

enum { XN_PORT = 38422 /* XnAP's over SCTP */, XN_VERSION = 1, XN_MAX = 512, XN_SESSIONS_MAX = 15 };

struct xn_session {
	uint8_t id, qfi;
	struct in_addr upf, ue; /* REQUEST */
	uint32_t teid;		/* REQUEST: the UPF's; ACCEPT: the target's, for forwarding */
};

struct xn_message {
	enum xn_type type;
	uint32_t transaction;
	uint64_t amf_ue_id;
	char supi[RADIO_TEXT_MAX + 1];
	struct in_addr n3;
	uint32_t cell;
	enum xn_refusal refusal;
	enum xn_state state;
	uint8_t count;
	struct xn_session session[XN_SESSIONS_MAX];
};

/** xn_decode - Return: 0 or -EBADMSG */
int xn_decode(const uint8_t *buf, size_t len, struct xn_message *ret_message);
/** xn_encode - @size: XN_MAX is enough for any; Return: 0, -EINVAL, -ENOBUFS */
int xn_encode(const struct xn_message *message, uint8_t *buf, size_t size, size_t *ret_len);
const char *xn_type_name(enum xn_type type);
const char *xn_refusal_text(enum xn_refusal refusal);

#endif
