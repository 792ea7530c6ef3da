/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NGAP, the N2 protocol between gNB and AMF: TS 38.413 (Release 16), ASN.1 BASIC-PER, ALIGNED.
 *
 * Bytes <-> struct ngap_pdu; no I/O, no memory of its own. Fill a struct ngap_pdu (zeroed first),
 * ngap_encode() it and send it over SCTP with NGAP_PPID; what comes in goes through ngap_decode().
 *
 *   struct ngap_pdu pdu = {.type = NGAP_UPLINK_NAS_TRANSPORT};
 *   pdu.uplink_nas_transport.amf_ue_id = 1; ...
 *
 * Conventions of all structs here:
 *  - has_x says whether the optional x is there; mandatory values have no such flag;
 *  - x_count says how many of x[] are filled; an optional list is absent when its count is 0;
 *  - numbers are in host order; IP addresses are struct in_addr/in6_addr, network order;
 *  - struct ngap_octets of a decoded PDU borrow from the input buffer: they are good as long as
 * that buffer is (names are copied). On encode they are read from wherever they point to;
 *  - lists are bounded by what this system needs (NGAP_MAX_*), at most by the standard. A longer
 * one is never cut: its whole IE counts as not comprehended, and its criticality decides;
 *  - a mandatory IE whose criticality is "ignore" may be missing (cl. 10.3.5): it is then all zero
 *    and counted in pdu.missing.
 */
#ifndef BATON_LIB_NGAP_NGAP_H
#define BATON_LIB_NGAP_NGAP_H

#include "lib/ngap/messages.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NGAP_PORT	 38412 /* SCTP, TS 38.412 cl. 7 */
#define NGAP_PPID	 60    /* SCTP payload protocol identifier, host order */
#define NGAP_MAX_MESSAGE 16384 /* encoded; a buffer of this size holds every PDU we build */

/* The messages, in the order of TS 38.413 cl. 9.2. */
enum ngap_message {
	NGAP_NONE,
	NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST,
	NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE,
	NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND,
	NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE,
	NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST,
	NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE,
	NGAP_INITIAL_CONTEXT_SETUP_REQUEST,
	NGAP_INITIAL_CONTEXT_SETUP_RESPONSE,
	NGAP_INITIAL_CONTEXT_SETUP_FAILURE,
	NGAP_UE_CONTEXT_RELEASE_REQUEST,
	NGAP_UE_CONTEXT_RELEASE_COMMAND,
	NGAP_UE_CONTEXT_RELEASE_COMPLETE,
	NGAP_PATH_SWITCH_REQUEST,
	NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE,
	NGAP_PATH_SWITCH_REQUEST_FAILURE,
	NGAP_INITIAL_UE_MESSAGE,
	NGAP_DOWNLINK_NAS_TRANSPORT,
	NGAP_UPLINK_NAS_TRANSPORT,
	NGAP_NG_SETUP_REQUEST,
	NGAP_NG_SETUP_RESPONSE,
	NGAP_NG_SETUP_FAILURE,
	NGAP_NG_RESET,
	NGAP_NG_RESET_ACKNOWLEDGE,
	NGAP_ERROR_INDICATION,
	NGAP_MESSAGES /* how many */
};

/* Elementary procedure codes, TS 38.413 cl. 9.4.7 */
enum ngap_procedure {
	NGAP_PROC_DOWNLINK_NAS_TRANSPORT = 4,
	NGAP_PROC_ERROR_INDICATION = 9,
	NGAP_PROC_INITIAL_CONTEXT_SETUP = 14,
	NGAP_PROC_INITIAL_UE_MESSAGE = 15,
	NGAP_PROC_NG_RESET = 20,
	NGAP_PROC_NG_SETUP = 21,
	NGAP_PROC_PATH_SWITCH_REQUEST = 25,
	NGAP_PROC_PDU_SESSION_RESOURCE_MODIFY = 26,
	NGAP_PROC_PDU_SESSION_RESOURCE_RELEASE = 28,
	NGAP_PROC_PDU_SESSION_RESOURCE_SETUP = 29,
	NGAP_PROC_UE_CONTEXT_RELEASE = 41,
	NGAP_PROC_UE_CONTEXT_RELEASE_REQUEST = 42,
	NGAP_PROC_UPLINK_NAS_TRANSPORT = 46,
};

/* TriggeringMessage, and the alternative of the outermost CHOICE */
enum ngap_trigger {
	NGAP_INITIATING_MESSAGE = 0,
	NGAP_SUCCESSFUL_OUTCOME = 1,
	NGAP_UNSUCCESSFUL_OUTCOME = 2,
};

struct ngap_pdu {
	enum ngap_message type;
	/* by decode; not encoded */
	uint16_t ignored; /* IEs not comprehended, skipped by their criticality (cl. 10.3.4) */
	uint16_t notify; /* those of them with criticality notify, which deserve an Error Indication
			  */
	uint16_t missing; /* mandatory IEs of criticality ignore that were not there */
	union {
		struct ngap_pdu_session_resource_setup_request pdu_session_resource_setup_request;
		struct ngap_pdu_session_resource_setup_response pdu_session_resource_setup_response;
		struct ngap_pdu_session_resource_release_command
			pdu_session_resource_release_command;
		struct ngap_pdu_session_resource_release_response
			pdu_session_resource_release_response;
		struct ngap_pdu_session_resource_modify_request pdu_session_resource_modify_request;
		struct ngap_pdu_session_resource_modify_response
			pdu_session_resource_modify_response;
		struct ngap_initial_context_setup_request initial_context_setup_request;
		struct ngap_initial_context_setup_response initial_context_setup_response;
		struct ngap_initial_context_setup_failure initial_context_setup_failure;
		struct ngap_ue_context_release_request ue_context_release_request;
		struct ngap_ue_context_release_command ue_context_release_command;
		struct ngap_ue_context_release_complete ue_context_release_complete;
		struct ngap_path_switch_request path_switch_request;
		struct ngap_path_switch_request_acknowledge path_switch_request_acknowledge;
		struct ngap_path_switch_request_failure path_switch_request_failure;
		struct ngap_initial_ue_message initial_ue_message;
		struct ngap_downlink_nas_transport downlink_nas_transport;
		struct ngap_uplink_nas_transport uplink_nas_transport;
		struct ngap_ng_setup_request ng_setup_request;
		struct ngap_ng_setup_response ng_setup_response;
		struct ngap_ng_setup_failure ng_setup_failure;
		struct ngap_ng_reset ng_reset;
		struct ngap_ng_reset_acknowledge ng_reset_acknowledge;
		struct ngap_error_indication error_indication;
	};
};

/* Why a PDU was refused: what an Error Indication or a failure message is to say (cl. 10). */
struct ngap_error {
	struct ngap_cause cause;
	const char *text; /* static, for the log: "mandatory IE is missing" */
	size_t offset;	  /* octets from the start of the PDU, near the fault */
	bool has_procedure;
	uint8_t procedure_code;
	uint8_t trigger;     /* enum ngap_trigger */
	uint8_t criticality; /* of the procedure, as received */
	bool has_ie;
	struct ngap_diag_ie ie;
	bool has_amf_ue_id; /* as far as the message was read */
	uint64_t amf_ue_id;
	bool has_ran_ue_id;
	uint32_t ran_ue_id;
};

/**
 * ngap_decode - read one PDU
 * @buf: the whole SCTP message; borrowed by @ret until it goes
 * @ret: of no use after a failure
 * @err: written on failure only; may be NULL
 *
 * IEs in any order are taken. An IE that is not known, or whose value this library doesn't know
 * (an extension value of an enumeration or choice), is honoured by its criticality.
 *
 * Return: 0; -EBADMSG transfer syntax error; -EPROTO abstract syntax error (IE missing, twice, or
 * not comprehended and of criticality reject); -ENOTSUP a procedure not known here or more than our
 * bounds. @err says how to answer. When the procedure isn't known and its criticality is ignore
 * (err->criticality), nothing should be answered.
 * Spec: TS 38.413 cl. 9.4, 10.3
 */
int ngap_decode(const uint8_t *buf, size_t len, struct ngap_pdu *ret, struct ngap_error *err)
	__attribute__((warn_unused_result));

/**
 * ngap_encode - write one PDU
 * @ret_len: octets written
 *
 * Return: 0; -EINVAL a value out of its range, an empty mandatory list, a list over its bound, or
 * type unknown; -ENOSPC @buf too small; -EMSGSIZE something of 16384 octets or more, which PER
 * would fragment.
 */
int ngap_encode(const struct ngap_pdu *pdu, uint8_t *buf, size_t size, size_t *ret_len)
	__attribute__((warn_unused_result));

/**
 * ngap_print - a PDU as text: its name, then one line an IE
 * @buf: always zero-terminated if @size > 0
 *
 * Return: length of the text; a text that doesn't fit is cut.
 */
size_t ngap_print(const struct ngap_pdu *pdu, char *buf, size_t size);

/* The message's name in the standard ("NGSetupRequest"), "unknown" if there is none. */
const char *ngap_message_name(enum ngap_message type);

/* The cause's name in the standard, as "radioNetwork/user-inactivity"; static. */
const char *ngap_cause_name(struct ngap_cause cause);

/* Name of an IE id as in the standard ("NAS-PDU"), "unknown" if this library has none for it. */
const char *ngap_ie_name(uint16_t id);

/**
 * ngap_pdu_amf_ue_id, ngap_pdu_ran_ue_id - the UE a PDU belongs to, whatever its type
 *
 * Return: whether the PDU has the id; if not, nothing is written.
 */
bool ngap_pdu_amf_ue_id(const struct ngap_pdu *pdu, uint64_t *ret_id);
bool ngap_pdu_ran_ue_id(const struct ngap_pdu *pdu, uint32_t *ret_id);

/**
 * ngap_error_indication_make - the Error Indication that answers a refused PDU
 * @err: from ngap_decode()
 * @ret: a PDU to encode, with cause, criticality diagnostics and the UE's ids as far as known
 */
void ngap_error_indication_make(const struct ngap_error *err, struct ngap_pdu *ret);

/**
 * ngap_error_diagnostics - only the Criticality Diagnostics, for a failure message
 */
void ngap_error_diagnostics(const struct ngap_error *err, struct ngap_diagnostics *ret);

/**
 * ngap_plmn_set - PLMN identity from its digits
 * @mcc: three decimal digits
 * @mnc: two or three decimal digits
 *
 * Return: 0, or -EINVAL
 */
int ngap_plmn_set(struct ngap_plmn *plmn, const char *mcc, const char *mnc);

/* "001-01" or "001-001"; @buf is returned. */
#define NGAP_PLMN_TEXT 8
const char *ngap_plmn_text(const struct ngap_plmn *plmn, char buf[NGAP_PLMN_TEXT]);

#endif
