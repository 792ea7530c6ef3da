// SPDX-License-Identifier: Apache-2.0
/*
 * RTP and RTCP on arbitrary bytes. Besides not crashing: what a parser points to lies inside the
 * packet, and what was read of a report is written and read again to the same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_rtp: %s\n", what);
	abort();
}

static void rtp_try(const uint8_t *data, size_t size)
{
	uint8_t header[64];
	struct rtp_packet first, second;
	size_t len;

	if (rtp_parse(data, size, &first))
		return;
	require(first.payload >= data && first.payload + first.payload_len <= data + size,
		"a payload outside of the packet");
	require(!first.ext || (first.ext >= data && first.ext + first.ext_len <= data + size),
		"an extension outside of the packet");
	len = rtp_header_build(&first, header, sizeof(header));
	require(len > 0 && !rtp_parse(header, len, &second), "what was built is refused");
	require(first.seq == second.seq && first.marker == second.marker &&
			first.timestamp == second.timestamp && first.ssrc == second.ssrc &&
			first.payload_type == second.payload_type &&
			first.ext_len == second.ext_len && second.payload_len == 0,
		"the header has changed");
}

static void rtcp_try(const uint8_t *data, size_t size)
{
	uint8_t packet[RTCP_LEN_MAX];
	struct rtcp first, second;
	size_t len;

	if (rtcp_parse(data, size, &first))
		return;
	len = rtcp_build(&first, "fuzz", packet, sizeof(packet));
	require(len > 0 && len % 4 == 0, "cannot be built");
	require(!rtcp_parse(packet, len, &second), "what was built is refused");
	require(first.has_sr == second.has_sr && first.has_report == second.has_report &&
			first.has_pli == second.has_pli && first.has_echo == second.has_echo &&
			first.has_reference == second.has_reference,
		"other packets in it");
	require(!memcmp(&first.report, &second.report, sizeof(first.report)), "another report");
	require(first.pli_ssrc == second.pli_ssrc && first.reference_ntp == second.reference_ntp,
		"another number");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rtp_try(data, size);
	rtcp_try(data, size);
	return 0;
}
