// SPDX-License-Identifier: Apache-2.0
/* A session's prefixes in the stack's tables (n6_routing.c), by the wires of their instances. */
#include <errno.h>
#include <string.h>

#include "dataplane/address.h"
#include "dataplane/ebpf/ebpf.h"

static struct n6_way way_of(const struct ebpf *e, const struct dp_key *key, uint16_t mtu)
{
	struct n6_way ret = {.ue = {.addr.family = key->family, .len = key->len},
			     .instance = key->instance,
			     .mtu = mtu,
			     .ifindex = e->wire[key->instance].stack_ifindex};

	memcpy(&ret.ue.addr.ip6, key->octets, dp_addr_octets(&ret.ue.addr));
	return ret;
}

int ebpf_session_routes(struct dataplane *dp, const struct dp_entry *entry,
			const struct dp_keys *keys, uint16_t mtu)
{
	const struct ebpf *e = dp->state;
	int rc = 0;

	for (size_t i = 0; keys && i < keys->count && !rc; i++) {
		const struct dp_key *key = &keys->key[i];
		const struct n6_way old = way_of(e, key, entry->mtu), new = way_of(e, key, mtu);

		if (key->kind == DP_KEY_UE)
			rc = n6_routing_session(dp, new.ifindex,
						dp_entry_has_key(entry, key) ? &old : NULL, &new);
	}
	for (size_t i = 0; i < entry->claim_count && !rc; i++) {
		const struct dp_key *key = &entry->claim[i].key;
		const struct n6_way old = way_of(e, key, entry->mtu);

		if (key->kind == DP_KEY_UE && (!keys || !dp_keys_have(keys, key)))
			rc = n6_routing_session(dp, old.ifindex, &old, NULL);
	}
	return rc;
}

/* A UE's IPv6 packets need an instance that has it, and room on N3 */
int ebpf_session_ip6_check(const struct dataplane *dp, const struct dp_session *session,
			   struct dp_error *ret_err)
{
	for (size_t i = 0; i < session->pdr_count; i++) {
		const struct dp_pdr *pdr = &session->pdr[i];
		const struct dp_instance *instance = &dp->config.instance[pdr->instance];

		if (pdr->source != DP_N6 || dp_instance_has_ip6(instance))
			continue;
		for (size_t ue = 0; ue < session->ue_count; ue++)
			if (pdr->ue >> ue & 1 && session->ue[ue].addr.family == AF_INET6)
				return dp_error_set(ret_err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP,
						    "PDR %u: network instance \"%s\" has no IPv6 "
						    "pool",
						    pdr->id, instance->name);
	}
	return dp_session_room_check(dp, session, ret_err);
}
