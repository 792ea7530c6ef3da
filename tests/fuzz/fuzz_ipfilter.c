// SPDX-License-Identifier: Apache-2.0
/*
 * lib/ipfilter on arbitrary text: an octet for the use, the text, a NUL, an IP packet. Besides not
 * crashing: what is parsed is printed as a text that is parsed as the same, an error has a place
 * in the text and printable words, and the filter and its packed entries agree about the packet.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ipfilter/ipfilter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_ipfilter: %s\n", what);
	abort();
}

static void require_error(int rc, const struct ipfilter_error *err, size_t len)
{
	require(rc == -EINVAL || rc == -EOPNOTSUPP || rc == -ENOSPC,
		"an error that is not in the contract");
	require(err->position <= len, "a place outside the text");
	require(err->text[0], "an error without words");
	for (const char *c = err->text; *c; c++)
		require(*c >= ' ' && *c <= '~', "words that can't be printed");
}

static void require_same_text(const struct ipfilter *filter, enum ipfilter_use use)
{
	char text[IPFILTER_MAX_TEXT];
	struct ipfilter again;
	size_t len = ipfilter_print(filter, text, sizeof(text));

	require(len < sizeof(text), "too much text");
	require(!ipfilter_parse(text, len, use, &again, NULL), "what was printed is refused");
	require(!memcmp(filter, &again, sizeof(again)), "what was printed is another rule");
}

static void require_agreement(const struct ipfilter_sdf *sdf, const struct ipfilter_packet *packet,
			      const struct ipfilter_ue *ue, bool uplink)
{
	struct ipfilter_packed entry[IPFILTER_MAX_PACKED];
	bool found = false;
	size_t n;

	require(!ipfilter_pack(sdf, uplink, entry, IPFILTER_MAX_PACKED, &n), "not packed");
	for (size_t i = 0; i < n; i++)
		found = found || ipfilter_packed_match(&entry[i], packet, ue);
	require(found == ipfilter_sdf_match(sdf, packet, ue, uplink), "the entries disagree");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ipfilter_ue ue = {
		.v4 = true, .v6 = true, .ip4.s_addr = htonl(0x0a3c0002), .ip6_bits = 64};
	enum ipfilter_use use = size ? (enum ipfilter_use)(data[0] % 3) : IPFILTER_SDF;
	const char *text = (const char *)data + (size > 0);
	size_t len = strnlen(text, size - (size > 0));
	const uint8_t *behind = (const uint8_t *)text + len;
	struct ipfilter_sdf sdf = {.has_flow = true};
	struct ipfilter_error err = {0};
	struct ipfilter_packet packet;
	int rc = ipfilter_parse(text, len, use, &sdf.flow, &err);

	if (rc) {
		require_error(rc, &err, len);
		return 0;
	}
	require_same_text(&sdf.flow, use);
	if (behind == data + size ||
	    ipfilter_packet_read(behind + 1, (size_t)(data + size - behind - 1), &packet))
		return 0;
	for (int i = 0; i < 4; i++)
		require_agreement(&sdf, &packet, i & 1 ? &ue : NULL, i & 2);
	return 0;
}
