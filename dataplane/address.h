/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and prefixes of either version, in network order. */
#ifndef BATON_DATAPLANE_ADDRESS_H
#define BATON_DATAPLANE_ADDRESS_H

#include "dataplane/dataplane.h"

enum { DP_ADDR_TEXT = INET6_ADDRSTRLEN };

static inline struct dp_addr dp_addr_ip4(struct in_addr addr)
{
	return (struct dp_addr){.family = AF_INET, .ip4 = addr};
}

/** dp_addr_octets - 4 or 16; 0: of no family */
size_t dp_addr_octets(const struct dp_addr *addr);
/** dp_addr_is_host - can something be sent to it: not unspecified, multicast or broadcast */
bool dp_addr_is_host(const struct dp_addr *addr);
bool dp_addr_equal(const struct dp_addr *a, const struct dp_addr *b);
/** dp_addr_text - into @buf; Return: @buf, "-" for no address */
const char *dp_addr_text(const struct dp_addr *addr, char buf[DP_ADDR_TEXT]);

/** dp_prefix_right - a length that its version has, and no bits beyond it */
bool dp_prefix_right(const struct dp_prefix *prefix);
bool dp_prefix_equal(const struct dp_prefix *a, const struct dp_prefix *b);
bool dp_prefix_has(const struct dp_prefix *prefix, const struct dp_addr *addr);

#endif
