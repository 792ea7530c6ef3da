/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GTP-U version 1 (TS 29.281 V17) with the PDU Session Container (TS 38.415 V17): bytes <-> plain
 * structs <-> text. No I/O, no allocation, no state.
 *
 * Numbers are in host order, addresses (struct in_addr, in6_addr) in network order.
 */
#ifndef BATON_GTPU_GTPU_H
#define BATON_GTPU_GTPU_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GTPU_PORT 2152
/* octets of a G-PDU header without options, and with a PDU Session Container of one unit */
#define GTPU_HEADER_LEN	    8
#define GTPU_HEADER_PSC_LEN 16
/* Octets of a RAN container: 255 units less length and next type */
#define GTPU_MAX_RAN_CONTAINER 1018
/* Most extension headers of one packet; over it the packet is malformed. */
#define GTPU_MAX_EXTENSION 8
/* Most types in one Supported Extension Headers Notification that are kept */
#define GTPU_MAX_SUPPORTED 16

#define GTPU_MUST_CHECK __attribute__((warn_unused_result))

/* Message types, cl. 6.1 */
enum gtpu_message_type {
	GTPU_ECHO_REQUEST = 1,
	GTPU_ECHO_RESPONSE = 2,
	GTPU_ERROR_INDICATION = 26,
	GTPU_SUPPORTED_EXTENSION_HEADERS = 31, /* ... Notification */
	GTPU_TUNNEL_STATUS = 253,
	GTPU_END_MARKER = 254,
	GTPU_G_PDU = 255,
};

/* Extension header types, cl. 5.2.1. With bit 8 the endpoint must understand it. */
enum gtpu_extension_type {
	GTPU_EXT_NONE = 0,
	GTPU_EXT_LONG_PDCP_NUMBER = 0x03,
	GTPU_EXT_SERVICE_CLASS = 0x20,
	GTPU_EXT_UDP_PORT = 0x40,
	GTPU_EXT_RAN_CONTAINER = 0x81,
	GTPU_EXT_LONG_PDCP_NUMBER_OLD = 0x82, /* of earlier releases; taken, not sent */
	GTPU_EXT_XW_RAN_CONTAINER = 0x83,
	GTPU_EXT_NR_RAN_CONTAINER = 0x84,
	GTPU_EXT_PDU_SESSION_CONTAINER = 0x85,
	GTPU_EXT_PDCP_NUMBER = 0xc0,
};

/* PDU type of a PDU Session Container, TS 38.415 cl. 5.5.3.1 */
enum gtpu_psc_type {
	GTPU_PSC_DL = 0, /* UPF to gNB */
	GTPU_PSC_UL = 1, /* gNB to UPF */
};

/**
 * struct gtpu_psc - PDU Session Container
 * @qfi: 6 bits
 * @rqi: reflective QoS; DL only
 * @ppi: 3 bits, with @has_ppi (PPP); DL only
 * @monitored: QMP, a packet of QoS monitoring: the time stamps hold
 * @dl_sent: DL Sending Time Stamp; UL: the same, repeated. Time stamps are in NTP's 64-bit format
 * (RFC 5905 cl. 6): seconds since 1900 in the upper half, their fraction in the lower
 * @dl_received, @ul_sent: UL only
 * @sequence: of the QoS flow, 24 bits, with @has_sequence (SNP)
 * @mbs_sequence: of the multicast QoS flow, with @has_mbs_sequence (MSNP); DL only
 * @dl_delay_ms, @ul_delay_ms: delay in the radio network, @n3_delay_ms: on N3 or N9; UL only
 * @has_d1: New IE Flag 0: @d1_included says whether @ul_delay_ms has the PDCP's delay in it; UL
 * only
 *
 * What later releases put behind these is skipped.
 * Spec: TS 38.415 cl. 5.5.2.1, 5.5.2.2
 */
struct gtpu_psc {
	uint8_t type; /* enum gtpu_psc_type */
	uint8_t qfi;
	bool rqi;
	bool has_ppi;
	uint8_t ppi;
	bool monitored;
	bool has_sequence, has_mbs_sequence;
	bool has_dl_delay, has_ul_delay, has_n3_delay;
	bool has_d1, d1_included;
	uint64_t dl_sent, dl_received, ul_sent;
	uint32_t sequence, mbs_sequence;
	uint32_t dl_delay_ms, ul_delay_ms, n3_delay_ms;
};

/**
 * struct gtpu_ran_container - (NR, Xw) RAN Container cl. 5.2.2.4 to 5.2.2.6, not looked into
 * @type: enum gtpu_extension_type; 0: there is none
 * @octets: @len of them, padding included; borrowed, as a payload is
 */
struct gtpu_ran_container {
	uint8_t type;
	uint16_t len; /* at most GTPU_MAX_RAN_CONTAINER */
	const uint8_t *octets;
};

/**
 * struct gtpu_header - header and extension headers
 * @sequence, @npdu: with has_sequence (S), has_npdu (PN)
 * @udp_port: the UDP Port extension (Error Indication): source port of the packet that caused it
 * @pdcp_number: PDCP PDU Number; @long_pdcp_number: the same in 18 bits
 * @service_class: Service Class Indicator
 * @n_extension: how many extension headers there were in all; not read by encoding
 * @size: octets up to the payload; set by decoding, not read by encoding
 * @ran_extension: type of the first extension header that an endpoint must understand and that only
 * nodes of the radio network exchange (RAN containers, PDCP numbers): known here, while an endpoint
 * of N3 or N9 may have to refuse it as if it were not; 0: none. Not read by encoding.
 * @unknown_extension: type of an extension header that must be understood and isn't, after
 * -EOPNOTSUPP
 */
struct gtpu_header {
	uint8_t type; /* enum gtpu_message_type */
	uint32_t teid;
	bool has_sequence, has_npdu, has_psc, has_udp_port;
	bool has_pdcp_number, has_long_pdcp_number, has_service_class;
	uint16_t sequence;
	uint8_t npdu;
	uint16_t udp_port;
	uint16_t pdcp_number;
	uint32_t long_pdcp_number;
	uint8_t service_class;
	struct gtpu_psc psc;
	struct gtpu_ran_container ran;
	uint8_t n_extension;
	uint8_t ran_extension;
	uint8_t unknown_extension;
	size_t size;
};

/**
 * struct gtpu_msg - a packet
 * @payload: G-PDU: the T-PDU; borrowed, it points into the buffer that was decoded
 * @recovery: Echo: restart counter, to be ignored by a receiver and sent as 0 (cl. 8.2)
 * @error_teid: Error Indication: TEID Data I, the TEID that the peer does not know, as we sent it
 * @error_v6: which of @error_ip4 and @error_ip6 is GTP-U Peer Address
 * @supported: Supported Extension Headers Notification
 * @charging_paused: Tunnel Status: SPOC, start pause of charging
 * @recovery_time: Recovery Time Stamp, when the sender started, in seconds since 1900 (cl. 8.8)
 * @private_id: Private Extension of whom; @private_octets: @private_len of them, borrowed
 */
struct gtpu_msg {
	struct gtpu_header header;
	const uint8_t *payload;
	size_t payload_len;
	uint8_t recovery;
	uint32_t error_teid;
	bool error_v6;
	struct in_addr error_ip4;
	struct in6_addr error_ip6;
	uint8_t n_supported;
	uint8_t supported[GTPU_MAX_SUPPORTED];
	bool charging_paused;
	bool has_recovery_time, has_private;
	uint32_t recovery_time;
	uint16_t private_id;
	uint16_t private_len;
	const uint8_t *private_octets;
};

/**
 * gtpu_decode - one UDP payload
 * @buf: @len octets; @ret's payload, RAN container and private extension borrow from it
 * @ret: overwritten; its header holds on 0 and -EOPNOTSUPP
 *
 * Unknown extension headers that need not be understood are skipped. The T-PDU is not looked into.
 *
 * Return: 0; -EBADMSG, malformed: cut short, a Length field that isn't @len - 8, an extension
 * header of length 0 or too short for what it says is in it, more than GTPU_MAX_EXTENSION, an IE
 * missing or cut; -EPROTONOSUPPORT, not version 1, or GTP'; -EOPNOTSUPP, an extension header that
 * must be understood (unknown_extension:
 * answer Supported Extension Headers Notification) or, with unknown_extension 0, a message type not
 * known here: drop.
 *
 * Spec: TS 29.281 cl. 5, 7
 */
int gtpu_decode(const uint8_t *buf, size_t len, struct gtpu_msg *ret) GTPU_MUST_CHECK;

/**
 * gtpu_header_encode - the header of a packet whose @payload_len octets the caller puts behind it
 * @buf: receives the header, at most @size; GTPU_HEADER_LEN or GTPU_HEADER_PSC_LEN octets are
 * usual. A RAN container may be in it
 * @ret_len: octets written, on success
 *
 * The container goes first, as cl. 5.2.2.7 wants it.
 *
 * Return: 0; -ENOBUFS, @size is too small; -EINVAL, a number over its bits, in a container a field
 * of the other direction, a RAN container of another type; -EMSGSIZE, header and payload over the
 * 16-bit Length field.
 */
int gtpu_header_encode(const struct gtpu_header *header, size_t payload_len, uint8_t *buf,
		       size_t size, size_t *ret_len) GTPU_MUST_CHECK;

/**
 * gtpu_encode - a whole packet, payload and IEs included
 * @buf: may be what @msg was decoded from, unless the header has grown: payload and private octets
 * must not be in it before the place that they go to
 *
 * All but G-PDU and End Marker always carry a sequence number (cl. 5.1, S flag), whether
 * has_sequence is set or not.
 *
 * Return: as gtpu_header_encode; -EINVAL also for a type that is not in enum gtpu_message_type, and
 * for a G-PDU with IEs.
 */
int gtpu_encode(const struct gtpu_msg *msg, uint8_t *buf, size_t size,
		size_t *ret_len) GTPU_MUST_CHECK;

/**
 * gtpu_print - a packet as one line of text, cut at @size, always with a NUL if @size > 0
 *
 * `g-pdu teid=0x1 psc={ul qfi=9} payload=84`
 *
 * Return: the length of the whole text, as snprintf does.
 */
size_t gtpu_print(const struct gtpu_msg *msg, char *buf, size_t size);

/* "echo-request", "g-pdu"; "unknown" otherwise */
const char *gtpu_message_name(uint8_t type);

#endif
