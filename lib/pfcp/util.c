// SPDX-License-Identifier: Apache-2.0
/*
 * What users of PFCP need besides its messages: time stamps, comparing Node IDs.
 */
#include <string.h>
#include <strings.h>

#include "lib/pfcp/pfcp.h"

#define SECONDS_1900_TO_1970 2208988800U

uint32_t pfcp_time_from_unix(time_t t)
{
	return (uint32_t)t + SECONDS_1900_TO_1970;
}

bool pfcp_node_id_equal(const struct pfcp_node_id *a, const struct pfcp_node_id *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == PFCP_NODE_IP4)
		return a->ip4.s_addr == b->ip4.s_addr;
	if (a->type == PFCP_NODE_IP6)
		return !memcmp(&a->ip6, &b->ip6, sizeof(a->ip6));
	return !strcasecmp(a->fqdn, b->fqdn);
}
