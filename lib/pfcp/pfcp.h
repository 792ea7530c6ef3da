/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP (TS 29.244 V17): bytes <-> plain structs <-> text. No I/O, no allocation, no state.
 *
 * Reading order: this file is the interface; const.h and values.h have the numbers, types.h,
 * groups.h and messages.h the structs of IEs, grouped IEs and messages, all included from here.
 * ie.h says how an IE, a group and a message are one table row each; the rows are in ies.c;
 * rules.c, urr.c, groups.c; node_messages.c, session_messages.c, messages.c. decode.c, encode.c and
 * print.c walk them; the other files have the values of IEs, by subject.
 *
 * All messages of the standard are here, with what a UPF and an SMF of 5G need on N4. Left out, and
 * so skipped and counted where a peer sends it (cl. 7.6.9), is:
 * - what is of other interfaces: MBS (N4mb; IE 300 to 314, 319), EPC and TDF only (Sxa to Sxc:
 *   Remote GTP-U peers' MT-EDT 249, 250, Time Quota Mechanism 115, Aggregated URRs 118 to 120);
 * - what belongs to features of the UPF that Baton's doesn't announce, so that no SMF sends it:
 *   TSC (194 to 210, 266, 321), ATSSS and MARs (165 to 176 but for the MAR ID, 216 to 231, 288,
 *   289), 5G VN groups (179), IPTV (189 to 191), L2TP (276 to 287, 313), RDS (261, 262), CIoT
 *   packet rate status (193, 252, 263, 264), QoS monitoring and SRRs (211 to 215, 234 to 248, 271,
 *   295 to 298), redundant transmission in FARs (270), Ethernet contexts and traffic (133 to 136,
 *   138, 139, 143 to 146, 254), trace (152), enhanced PPI (316, 317), exemptions from Quota Actions
 *   (IE 23 and 24 in a URR), UE IP Address Usage Information (267 to 269), Additional Monitoring
 *   Time (147), predefined rules' names in Usage Reports (299), RAT types of single PDRs;
 * - Vendor-Specific Node Report Type (320) and whatever vendors add.
 * What of these narrows the packets that a PDR matches is told by a has_ in struct pfcp_pdi,
 * pfcp_pdr or pfcp_traffic_endpoint, since a PDR that is read without it would match too much.
 */
#ifndef BATON_PFCP_PFCP_H
#define BATON_PFCP_PFCP_H

#include <time.h>

#include "lib/pfcp/messages.h"

#define PFCP_MUST_CHECK __attribute__((warn_unused_result))

/**
 * struct pfcp_header - the header of cl. 7.2.2
 * @version: 1; another one only after -EPROTONOSUPPORT
 * @type: enum pfcp_message_type, or any number after -EOPNOTSUPP
 * @has_seid: S flag; clear in node messages, set in session messages (type 50 on)
 * @follow_on: FO flag: in the same datagram another message follows at @size; session messages only
 * @priority: 0 to 15, with @has_priority (MP flag); session messages only
 * @seid: the receiver's; 0 where it isn't known yet
 * @sequence: 24 bits
 * @size: octets of this message, header included; set by decoding, not read by encoding
 */
struct pfcp_header {
	uint8_t version;
	uint8_t type;
	bool has_seid;
	bool follow_on;
	bool has_priority;
	uint8_t priority;
	uint64_t seid;
	uint32_t sequence;
	size_t size;
};

/**
 * struct pfcp_msg - one message; about 800 kB, so allocate it once and use it again
 * @skipped: IEs that were left out in decoding: of a type not known here, known but not of this
 *           message or group (both cl. 7.6.9), of a vendor (type bit 15), repetitions of what may
 *           come only once, in an optional list more often than PFCP_MAX_ (both cl. 7.6.10: the
 *           first count), and optional IEs that have a value that is none or lack a part of it
 *           (cl. 7.6.8, 7.2.3.2: as if they weren't there)
 *
 * The member of the union that @header.type names holds. Version Not Supported Response and
 * Session Deletion Request have no body.
 */
struct pfcp_msg {
	struct pfcp_header header;
	struct pfcp_skipped {
		uint16_t unknown;
		uint16_t unexpected;
		uint16_t vendor;
		uint16_t repeated;
		uint16_t incorrect;
		uint16_t first_unknown; /* IE type, unknown or unexpected; 0 = none */
		uint16_t enterprise_id; /* of the first vendor IE */
	} skipped;
	union {
		struct pfcp_heartbeat heartbeat_request;
		struct pfcp_heartbeat heartbeat_response;
		struct pfcp_pfd_management_request pfd_management_request;
		struct pfcp_pfd_management_response pfd_management_response;
		struct pfcp_association_setup_request association_setup_request;
		struct pfcp_association_setup_response association_setup_response;
		struct pfcp_association_update_request association_update_request;
		struct pfcp_association_update_response association_update_response;
		struct pfcp_association_release_request association_release_request;
		struct pfcp_association_release_response association_release_response;
		struct pfcp_node_report_request node_report_request;
		struct pfcp_node_response node_report_response;
		struct pfcp_session_set_deletion_request session_set_deletion_request;
		struct pfcp_node_response session_set_deletion_response;
		struct pfcp_session_set_modification_request session_set_modification_request;
		struct pfcp_node_response session_set_modification_response;
		struct pfcp_session_establishment_request session_establishment_request;
		struct pfcp_session_establishment_response session_establishment_response;
		struct pfcp_session_modification_request session_modification_request;
		struct pfcp_session_modification_response session_modification_response;
		struct pfcp_session_deletion_response session_deletion_response;
		struct pfcp_session_report_request session_report_request;
		struct pfcp_session_report_response session_report_response;
	};
};

/**
 * struct pfcp_error - what is wrong with a message
 * @cause: enum pfcp_cause for the answer; 0 if the standard wants none (see pfcp_decode)
 * @ie_type: the Offending IE, or the missing one; 0 = the header
 * @offset: of that IE's header in the message, in octets; of what should have held a missing one
 * @what: static text for a log, never NULL
 */
struct pfcp_error {
	uint8_t cause;
	uint16_t ie_type;
	size_t offset;
	const char *what;
};

/**
 * pfcp_header_decode - the header alone, cheaply: to tell a retransmission before its body is read
 * @buf: one datagram, @len octets; borrowed during the call
 * @ret: written on 0, -EPROTONOSUPPORT and -EINVAL
 * @err: written on failure; may be NULL
 *
 * Return: 0; -EBADMSG, too short for a header: drop it in silence; -EPROTONOSUPPORT, a version
 * other than 1: answer Version Not Supported; -EINVAL, the Length field and @len disagree:
 * cause 68.
 *
 * Spec: TS 29.244 cl. 7.2.2, 7.6.2, 7.6.3
 */
int pfcp_header_decode(const uint8_t *buf, size_t len, struct pfcp_header *ret,
		       struct pfcp_error *err) PFCP_MUST_CHECK;

/**
 * pfcp_decode - one message
 * @buf: one datagram, @len octets; nothing in @ret points into it
 * @ret: caller-owned; overwritten. @ret->header holds on any result but -EBADMSG, so that a bad
 *       request can be answered; the body holds on 0 only.
 * @err: written on failure; may be NULL
 *
 * A message that carries @follow_on ends at @ret->header.size; the caller goes on from there.
 *
 * Refused are: an IE that is cut short or longer than a fixed length; a mandatory IE that is
 * missing (a response with a rejecting cause may leave out the rest); a mandatory or conditional IE
 * with a value that is none; a Create FAR with FORW and no Forwarding Parameters, a Create PDR that
 * names no FAR, and other conditions that the message alone tells; more of a list that isn't
 * optional than PFCP_MAX_; an S flag that doesn't fit the message type. Octets that later releases
 * may append to an IE are ignored. Whether rules refer to rules that exist, and can be served, is
 * for the caller.
 *
 * Takes a time that goes with @len, not with the size of @ret: a typical establishment is read in
 * less than 3 us (make bench-pfcp-codec).
 *
 * Return: 0; -EBADMSG, no header: drop in silence; -EPROTONOSUPPORT, other version: answer Version
 * Not Supported, unless @ret->header.type says that it is one (a peer of version 2 sends it with
 * its own version: answering would go on for ever); -EOPNOTSUPP, message type not known here: drop
 * (cl. 7.6.4); -EINVAL: answer a request with @err->cause and, where the answer has one, Offending
 * IE; drop a response.
 *
 * Spec: TS 29.244 cl. 7.6
 */
int pfcp_decode(const uint8_t *buf, size_t len, struct pfcp_msg *ret,
		struct pfcp_error *err) PFCP_MUST_CHECK;

/**
 * pfcp_encode - the bytes of a message
 * @buf: receives them, at most @size
 * @ret_len: octets written, on success
 *
 * Return: 0; -ENOBUFS, @size is too small or the message over PFCP_MAX_MESSAGE; -EINVAL, the
 * message breaks its own table: something mandatory is not there, a list is over its bound, a value
 * does not fit its field, or is there beside its removal, or would be empty and so remove (in an
 * Update rule what is known to be there only); a node message with @follow_on.
 */
int pfcp_encode(const struct pfcp_msg *msg, uint8_t *buf, size_t size,
		size_t *ret_len) PFCP_MUST_CHECK;

/**
 * pfcp_print - a message as one line of text, cut at @size, always with a NUL if @size > 0
 *
 * `session-deletion-response seid=0x1 seq=7 { cause=1(accepted) }`: names are the tables', groups
 * are in braces. For logs and tests, not to be parsed.
 *
 * Return: the length of the whole text, as snprintf does.
 */
size_t pfcp_print(const struct pfcp_msg *msg, char *buf, size_t size);

/**
 * pfcp_msg_init - an empty message of @type: every single IE zero and absent, every list empty
 * @seid: the receiver's; not sent in node messages
 * @sequence: 24 bits; a response takes its request's
 *
 * What lists hold is left as it was: set each element that you add whole (pfcp_pdr_init and the
 * like, groups.h, or an assignment). Under the address sanitizer they are filled with garbage.
 */
void pfcp_msg_init(struct pfcp_msg *msg, uint8_t type, uint64_t seid, uint32_t sequence);

/* Names from the tables: "session-report-request", "no-resources", "f-teid"; "unknown" otherwise.
 */
const char *pfcp_message_name(uint8_t type);
const char *pfcp_cause_name(uint8_t cause);
const char *pfcp_ie_name(uint16_t type);

/* Whether @type is a request (of those in enum pfcp_message_type); its response's type is @type
 * + 1. */
bool pfcp_is_request(uint8_t type);

/** pfcp_response_cause - Return: whether @msg is a response of a type that has a cause, which is
 * *ret_cause then */
bool pfcp_response_cause(const struct pfcp_msg *msg, uint8_t *ret_cause);

/**
 * pfcp_pfd_add - another value of a PFD Contents; begin with a zeroed one
 * @octets: @length of them, printable text but for PFCP_PFD_CUSTOM; copied, with a NUL behind it
 *
 * Return: 0; -ENOSPC: PFCP_MAX_PFD_VALUE, PFCP_MAX_PFD_TEXT; -EINVAL: no text, or a protocol
 * without a domain name before it
 *
 * Spec: TS 29.244 cl. 8.2.39
 */
int pfcp_pfd_add(struct pfcp_pfd_contents *contents, enum pfcp_pfd_kind kind, const char *octets,
		 size_t length) PFCP_MUST_CHECK;

/* Recovery Time Stamp and other times: seconds since 1900, modulo 2^32 (RFC 5905, cl. 8.2.65) */
uint32_t pfcp_time_from_unix(time_t t);

/* Node IDs are equal: same type, same value (FQDNs without regard to case). */
bool pfcp_node_id_equal(const struct pfcp_node_id *a, const struct pfcp_node_id *b);

#endif
