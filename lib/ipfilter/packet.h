/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filter looks at in an IP packet, and where it is found there: the reference for what the
 * data planes read in their own ways. No I/O, no allocation, no state.
 *
 * Numbers are in host order, addresses in network order.
 */
#ifndef BATON_IPFILTER_PACKET_H
#define BATON_IPFILTER_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPFILTER_MUST_CHECK __attribute__((warn_unused_result))

/* Extension headers of one IPv6 packet that are stepped over; behind them nothing is looked for. */
#define IPFILTER_MAX_IP6_HEADERS 8

/**
 * struct ipfilter_packet - the view of one packet
 * @src, @dst: IPv4 in the first four octets
 * @protocol: IPv6: what comes behind the extension headers (ESP and AH are not stepped over)
 * @tos: Type of Service or Traffic Class, all 8 bits
 * @has_ports: TCP, UDP and SCTP; not in a fragment that isn't the first, nor where they are cut off
 * @has_spi: ESP and AH
 * @flow_label: IPv6, 20 bits
 */
struct ipfilter_packet {
	bool v6;
	uint8_t protocol;
	uint8_t tos;
	bool fragment; /* not the first one */
	bool has_ports, has_spi;
	uint16_t src_port, dst_port;
	uint32_t spi;
	uint32_t flow_label;
	uint8_t src[16], dst[16];
};

/**
 * ipfilter_packet_read - the view of an IP packet
 * @packet: from its IP header on, @len octets; what is behind the packet's own length is not looked
 * at
 * @ret: written on success
 *
 * A transport header that is cut off is no fault: the packet has an address and a protocol, a
 * router would send it on, and it has no ports that a filter could name. An IPv6 payload of length
 * 0 is such a packet; a jumbogram is not read (its header lies behind its length).
 *
 * Return: 0; -EBADMSG, malformed: another version, cut in the IP header or an extension header, a
 * length under the header or over @len, more than IPFILTER_MAX_IP6_HEADERS, or a fragment whose
 * offset is one unit, which an access device must always discard.
 *
 * Spec: RFC 791 cl. 3.1, RFC 8200 cl. 3, 4, RFC 6733 cl. 4.3.1 (last paragraphs)
 */
int ipfilter_packet_read(const uint8_t *packet, size_t len,
			 struct ipfilter_packet *ret) IPFILTER_MUST_CHECK;

#endif
