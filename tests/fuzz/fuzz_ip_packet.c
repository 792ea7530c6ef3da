// SPDX-License-Identifier: Apache-2.0
/*
 * The view that filters have of an IP packet, on arbitrary bytes. Besides not crashing: what is not
 * there is not told.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/ipfilter/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_ip_packet: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipfilter_packet p;
	int rc = ipfilter_packet_read(data, size, &p);

	if (rc) {
		require(rc == -EBADMSG, "an error that is not in the contract");
		return 0;
	}
	require(p.v6 == (data[0] >> 4 == 6), "another version");
	require(!p.has_ports || !p.fragment, "ports in a fragment");
	require(!p.has_ports || p.protocol == IPPROTO_TCP || p.protocol == IPPROTO_UDP ||
			p.protocol == IPPROTO_SCTP,
		"ports of a protocol without");
	require(p.has_ports || !(p.src_port | p.dst_port), "ports where none are");
	require(!p.has_spi || p.protocol == IPPROTO_ESP || p.protocol == IPPROTO_AH,
		"an index of a protocol without");
	require(p.has_spi || !p.spi, "an index where none is");
	require(p.v6 || !p.flow_label, "a flow label in IPv4");
	require(p.flow_label < 1u << 20, "a flow label over 20 bits");
	return 0;
}
