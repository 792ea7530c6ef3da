/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets for tests, made octet by octet from a description and with none of the code under test.
 */
#ifndef BATON_TESTS_PACKET_BUILD_H
#define BATON_TESTS_PACKET_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_MAX = 65536 };

enum packet_form { PACKET_NONE, PACKET_PLAIN, PACKET_TUNNEL };

/* Zero means the usual: see each field. */
struct packet {
	enum packet_form form;
	/* the tunnel */
	const char *outer_src, *outer_dst;
	uint32_t teid;
	bool sequence; /* S flag, number 0x1234 */
	int psc;       /* 0: no PDU session container, else PSC_DL, PSC_UL */
	uint8_t qfi;
	const char *gtpu; /* hex: this in place of GTP-U header and what follows, "+" at its end:
			     the inner packet follows */
	uint8_t outer_tos;
	uint32_t outer_flow; /* IPv6: flow label */
	bool outer_no_sum;   /* IPv6: UDP checksum 0 */
	bool outer_no_df;
	bool outer_unfinished; /* UDP checksum: what a sender leaves to its device, the pseudo
				  header's sum; else 0 */
	uint16_t outer_port;   /* source port, 0: 2152 */
	int udp_length;	       /* added to the right value */
	/* the inner packet, UDP port 1000 to 2000, payload of counting octets. Addresses of IPv6
	 * make it IPv6, here and above */
	const char *src, *dst;
	uint8_t ttl; /* 0: 64 */
	uint8_t tos;
	uint16_t size; /* of the inner packet; 0: 100 */
	bool df;
	int length;	     /* added to the right total length */
	uint8_t version_ihl; /* 0: 0x45 */
	bool trimmed;	     /* what is behind the total length is not there */
	const char *inner;   /* hex: this in place of the inner packet */
	const char *headers; /* hex, IPv6: extension headers; the type of the first is `next`, and
				the last one says 11 */
	uint8_t next;
	bool protocol_only; /* IPv6: without UDP; `next` is what the header says */
	bool no_sum;	    /* inner UDP checksum 0 */
	bool wrong_sum;	    /* inner UDP checksum off by one */
};

enum { PSC_DL = 1, PSC_UL = 2 };

/** packet_build - the frame, Ethernet header included; Return: its length */
size_t packet_build(const struct packet *packet, const uint8_t dst_mac[6], const uint8_t src_mac[6],
		    uint8_t *ret_frame);
/** packet_build_inner - the inner packet alone */
size_t packet_build_inner(const struct packet *packet, uint8_t *ret);
size_t packet_hex(const char *hex, uint8_t *ret);
uint16_t packet_checksum(const uint8_t *data, size_t len);
/** packet_normalise - set identification of the outermost IPv4 header to 0, if its checksum was
 * right; else false */
bool packet_normalise(uint8_t *frame, size_t len);

#endif
