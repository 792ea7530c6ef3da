/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAS for 5GS, the N1 protocol between UE and network: TS 24.501 (Release 16), message layer rules
 * of TS 24.007 cl. 11. Plain messages only (security header type 0): 5GMM and 5GSM.
 *
 * Bytes <-> struct nas_message; no I/O, no memory of its own. A 5GSM message travels in the payload
 * container of an UL/DL NAS TRANSPORT: encode it first, and let the container point to its bytes.
 *
 * Conventions of all structs here:
 *  - has_x says whether the optional x is there; mandatory values have no such flag;
 *  - x_count says how many of x[] are filled; an optional list is absent when its count is 0;
 *  - numbers are in host order; IP addresses are struct in_addr/in6_addr, network order;
 *  - struct nas_octets of a decoded message borrow from the input buffer, and are good as long as
 *    that buffer is. On encode they are read from wherever they point to;
 *  - PDU session ids are 1 to 15, procedure transaction ids (PTI) 1 to 254, 0 = none.
 */
#ifndef BATON_LIB_NAS_NAS_H
#define BATON_LIB_NAS_NAS_H

#include "lib/nas/messages.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAS_MAX_MESSAGE 4096 /* encoded; a buffer of this size holds every message we build */

/* Extended protocol discriminator, TS 24.007 cl. 11.2.3.1.1A */
#define NAS_EPD_5GSM 0x2e
#define NAS_EPD_5GMM 0x7e

/* Message types, TS 24.501 cl. 9.7: 5GMM from 0x41, 5GSM from 0xc1 */
enum nas_type {
	NAS_REGISTRATION_REQUEST = 0x41,
	NAS_REGISTRATION_ACCEPT = 0x42,
	NAS_REGISTRATION_COMPLETE = 0x43,
	NAS_REGISTRATION_REJECT = 0x44,
	NAS_DEREGISTRATION_REQUEST_UE = 0x45, /* UE originating */
	NAS_DEREGISTRATION_ACCEPT_UE = 0x46,
	NAS_DEREGISTRATION_REQUEST_NW = 0x47, /* UE terminated: from the network */
	NAS_DEREGISTRATION_ACCEPT_NW = 0x48,
	NAS_IDENTITY_REQUEST = 0x5b,
	NAS_IDENTITY_RESPONSE = 0x5c,
	NAS_5GMM_STATUS = 0x64,
	NAS_UL_NAS_TRANSPORT = 0x67,
	NAS_DL_NAS_TRANSPORT = 0x68,
	NAS_PDU_SESSION_ESTABLISHMENT_REQUEST = 0xc1,
	NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT = 0xc2,
	NAS_PDU_SESSION_ESTABLISHMENT_REJECT = 0xc3,
	NAS_PDU_SESSION_RELEASE_REQUEST = 0xd1,
	NAS_PDU_SESSION_RELEASE_REJECT = 0xd2,
	NAS_PDU_SESSION_RELEASE_COMMAND = 0xd3,
	NAS_PDU_SESSION_RELEASE_COMPLETE = 0xd4,
	NAS_5GSM_STATUS = 0xd6,
};

/* 5GMM causes in use, TS 24.501 cl. 9.11.3.2; nas_mm_cause_name() knows all */
enum nas_mm_cause {
	NAS_MM_ILLEGAL_UE = 3,
	NAS_MM_UE_IDENTITY_UNKNOWN = 9, /* UE identity cannot be derived by the network */
	NAS_MM_IMPLICITLY_DEREGISTERED = 10,
	NAS_MM_PLMN_NOT_ALLOWED = 11,
	NAS_MM_CONGESTION = 22,
	NAS_MM_NO_NETWORK_SLICES = 62,
	NAS_MM_MAX_SESSIONS_REACHED = 65,
	NAS_MM_PAYLOAD_NOT_FORWARDED = 90,
	NAS_MM_DNN_NOT_SUPPORTED = 91, /* DNN not supported or not subscribed in the slice */
	NAS_MM_SEMANTICALLY_INCORRECT = 95,
	NAS_MM_INVALID_MANDATORY = 96,
	NAS_MM_MESSAGE_TYPE_UNKNOWN = 97,
	NAS_MM_MESSAGE_TYPE_NOT_COMPATIBLE = 98,
	NAS_MM_IE_UNKNOWN = 99,
	NAS_MM_CONDITIONAL_IE = 100,
	NAS_MM_MESSAGE_NOT_COMPATIBLE = 101,
	NAS_MM_PROTOCOL_ERROR = 111,
};

/* 5GSM causes in use, TS 24.501 cl. 9.11.4.2; nas_sm_cause_name() knows all */
enum nas_sm_cause {
	NAS_SM_OPERATOR_BARRING = 8,
	NAS_SM_INSUFFICIENT_RESOURCES = 26,
	NAS_SM_UNKNOWN_DNN = 27,
	NAS_SM_UNKNOWN_SESSION_TYPE = 28,
	NAS_SM_REQUEST_REJECTED = 31,
	NAS_SM_SERVICE_NOT_SUPPORTED = 32,
	NAS_SM_PTI_IN_USE = 35,
	NAS_SM_REGULAR_DEACTIVATION = 36,
	NAS_SM_NETWORK_FAILURE = 38,
	NAS_SM_REACTIVATION_REQUESTED = 39,
	NAS_SM_INVALID_SESSION_ID = 43,
	NAS_SM_IPV4_ONLY = 50,
	NAS_SM_IPV6_ONLY = 51,
	NAS_SM_SESSION_DOES_NOT_EXIST = 54,
	NAS_SM_SSC_MODE_NOT_SUPPORTED = 68,
	NAS_SM_DNN_NOT_IN_SLICE = 70,
	NAS_SM_INVALID_PTI = 81,
	NAS_SM_SEMANTICALLY_INCORRECT = 95,
	NAS_SM_INVALID_MANDATORY = 96,
	NAS_SM_MESSAGE_TYPE_UNKNOWN = 97,
	NAS_SM_MESSAGE_TYPE_NOT_COMPATIBLE = 98,
	NAS_SM_IE_UNKNOWN = 99,
	NAS_SM_CONDITIONAL_IE = 100,
	NAS_SM_MESSAGE_NOT_COMPATIBLE = 101,
	NAS_SM_PROTOCOL_ERROR = 111,
};

struct nas_message {
	uint8_t type;	    /* enum nas_type; it tells 5GMM from 5GSM */
	uint8_t session_id; /* 5GSM: PDU session identity */
	uint8_t pti;	    /* 5GSM: procedure transaction identity */
	uint16_t ignored;   /* by decode: optional IEs not known, repeated or malformed, skipped */
	union {
		struct nas_registration_request registration_request;
		struct nas_registration_accept registration_accept;
		struct nas_registration_complete registration_complete;
		struct nas_registration_reject registration_reject;
		struct nas_deregistration_request_ue deregistration_request_ue;
		struct nas_deregistration_request_nw deregistration_request_nw;
		struct nas_identity_request identity_request;
		struct nas_identity_response identity_response;
		struct nas_mm_status mm_status;
		struct nas_ul_nas_transport ul_nas_transport;
		struct nas_dl_nas_transport dl_nas_transport;
		struct nas_pdu_session_establishment_request pdu_session_establishment_request;
		struct nas_pdu_session_establishment_accept pdu_session_establishment_accept;
		struct nas_pdu_session_establishment_reject pdu_session_establishment_reject;
		struct nas_pdu_session_release_request pdu_session_release_request;
		struct nas_pdu_session_release_reject pdu_session_release_reject;
		struct nas_pdu_session_release_command pdu_session_release_command;
		struct nas_pdu_session_release_complete pdu_session_release_complete;
		struct nas_sm_status sm_status;
	};
};

/* Why a message was refused: what a 5GMM/5GSM STATUS is to say (TS 24.501 cl. 7). */
struct nas_error {
	uint8_t cause;	  /* 5GMM or 5GSM cause, 0: the message is to be ignored (too short) */
	const char *text; /* static, for the log */
	size_t offset;	  /* octets from the start, near the fault */
	bool is_sm;	  /* what follows is known, cause is a 5GSM cause */
	uint8_t type;	  /* message type, 0 = not known */
	uint8_t session_id;
	uint8_t pti;
	uint8_t iei; /* of the IE at fault; 0 = a mandatory one without IEI, or none */
};

/**
 * nas_decode - read one plain NAS message
 * @buf: the whole message; borrowed by @ret until it goes
 * @ret: of no use after a failure
 * @err: written on failure only; may be NULL
 *
 * Optional IEs in any order are taken; unknown ones, repeated ones and ones with a bad value are
 * skipped and counted in ret->ignored, unless "comprehension required" (cl. 11.2.4, 11.2.5).
 *
 * Return: 0; -EBADMSG too short or a mandatory IE missing or wrong (cause 96), or an unknown IE
 * that asks to be comprehended (cause 96); -EPROTONOSUPPORT discriminator or message type not known
 * (cause 97); -EACCES the message is security protected.
 * Spec: TS 24.501 cl. 7, 8; TS 24.007 cl. 11.2
 */
int nas_decode(const uint8_t *buf, size_t len, struct nas_message *ret, struct nas_error *err)
	__attribute__((warn_unused_result));

/**
 * nas_encode - write one plain NAS message
 * @ret_len: octets written
 *
 * Return: 0; -EINVAL a value out of its range or an unknown type; -ENOSPC @buf too small.
 */
int nas_encode(const struct nas_message *msg, uint8_t *buf, size_t size, size_t *ret_len)
	__attribute__((warn_unused_result));

/**
 * nas_print - a message as text: its name, then one line an IE
 * @buf: always zero-terminated if @size > 0
 *
 * Return: length of the text; a text that doesn't fit is cut.
 */
size_t nas_print(const struct nas_message *msg, char *buf, size_t size);

/* The names in the standard ("reactivation requested"); "unknown" if there is none. */
const char *nas_type_name(uint8_t type);
const char *nas_mm_cause_name(uint8_t cause);
const char *nas_sm_cause_name(uint8_t cause);

/**
 * nas_plmn_set - PLMN identity from its digits
 * @mcc: three decimal digits
 * @mnc: two or three decimal digits
 *
 * Return: 0, or -EINVAL
 */
int nas_plmn_set(struct nas_plmn *plmn, const char *mcc, const char *mnc);

/* "001-01" or "001-001"; @buf is returned. */
#define NAS_PLMN_TEXT 8
const char *nas_plmn_text(const struct nas_plmn *plmn, char buf[NAS_PLMN_TEXT]);

/**
 * nas_suci_set - null-scheme SUCI of an IMSI
 * @imsi: 6 to 15 digits, without "imsi-"
 * @mnc_digits: 2 or 3: how many digits after the MCC are the MNC
 *
 * The routing indicator is 0, as for a USIM without one.
 * Return: 0, or -EINVAL
 * Spec: TS 24.501 cl. 9.11.3.4, TS 33.501 annex C.2
 */
int nas_suci_set(struct nas_identity *id, const char *imsi, unsigned int mnc_digits);

/**
 * nas_suci_imsi - the IMSI in a null-scheme SUCI
 * @ret: digits, zero-terminated
 *
 * Return: 0, -EINVAL not a SUCI, -ENOTSUP another protection scheme
 */
int nas_suci_imsi(const struct nas_identity *id, char ret[NAS_MAX_IMSI + 1]);

/**
 * nas_qos_rule_default - the default QoS rule: everything goes to one QoS flow
 * @rule: written: rule 1, create, DQR, one match-all filter in both directions, precedence 255
 */
void nas_qos_rule_default(struct nas_qos_rule *rule, uint8_t qfi);

#endif
