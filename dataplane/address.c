// SPDX-License-Identifier: Apache-2.0
#include "dataplane/address.h"

#include <arpa/inet.h>
#include <string.h>

size_t dp_addr_octets(const struct dp_addr *addr)
{
	return addr->family == AF_INET	  ? sizeof(addr->ip4)
	       : addr->family == AF_INET6 ? sizeof(addr->ip6)
					  : 0;
}

bool dp_addr_is_host(const struct dp_addr *addr)
{
	uint32_t host;

	if (addr->family == AF_INET6)
		return !IN6_IS_ADDR_UNSPECIFIED(&addr->ip6) && !IN6_IS_ADDR_MULTICAST(&addr->ip6);
	host = ntohl(addr->ip4.s_addr);
	return addr->family == AF_INET && host && host != INADDR_BROADCAST && !IN_MULTICAST(host);
}

bool dp_addr_equal(const struct dp_addr *a, const struct dp_addr *b)
{
	return a->family == b->family && !memcmp(&a->ip6, &b->ip6, dp_addr_octets(a));
}

const char *dp_addr_text(const struct dp_addr *addr, char buf[DP_ADDR_TEXT])
{
	if (!dp_addr_octets(addr) || !inet_ntop(addr->family, &addr->ip6, buf, DP_ADDR_TEXT))
		strcpy(buf, "-");
	return buf;
}

/* Whether the first @bits of both are the same */
static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	const unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

bool dp_prefix_right(const struct dp_prefix *prefix)
{
	const size_t octets = dp_addr_octets(&prefix->addr);
	const uint8_t *at = (const uint8_t *)&prefix->addr.ip6;

	if (!octets || prefix->len > octets * 8)
		return false;
	for (unsigned bit = prefix->len; bit < octets * 8; bit++)
		if (at[bit / 8] & (0x80 >> bit % 8))
			return false;
	return true;
}

bool dp_prefix_equal(const struct dp_prefix *a, const struct dp_prefix *b)
{
	return a->len == b->len && dp_addr_equal(&a->addr, &b->addr);
}

bool dp_prefix_has(const struct dp_prefix *prefix, const struct dp_addr *addr)
{
	return prefix->addr.family == addr->family &&
	       bits_equal((const uint8_t *)&prefix->addr.ip6, (const uint8_t *)&addr->ip6,
			  prefix->len);
}
