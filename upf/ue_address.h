/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UE addresses in use: each is one session's, whoever chose it, the CP function or the UPF (feature
 * UEIP, TS 29.244 cl. 5.21). Only addresses of pools are kept account of: IPv4 addresses, and IPv6
 * prefixes of 64 bits. Those that the UPF gives out come round, so that one that was given back
 * isn't given out again soon.
 */
#ifndef BATON_UPF_UE_ADDRESS_H
#define BATON_UPF_UE_ADDRESS_H

#include "dataplane/dataplane.h"

enum { UPF_POOL_ADDRESSES_MAX = 1 << 20 /* of a pool; beyond them none is given out or claimed */ };

/* A UE address or framed route in a session's rules */
struct upf_ue {
	uint8_t instance;
	bool route;   /* framed: a network behind the UE */
	bool claimed; /* held for this session; not where it only says what uplink may come from */
	struct dp_prefix prefix;
};

struct upf_pool;
struct upf_ue_addresses {
	struct upf_pool *pool;
	size_t count;
};

/** upf_ue_addresses_init - with no pool; upf_ue_addresses_done frees them all */
void upf_ue_addresses_init(struct upf_ue_addresses *addresses);
void upf_ue_addresses_done(struct upf_ue_addresses *addresses);
/** upf_ue_addresses_pool - addresses of @prefix belong to network instance @instance; Return: 0 or
 * -ENOMEM */
int upf_ue_addresses_pool(struct upf_ue_addresses *addresses, uint8_t instance,
			  const struct dp_prefix *prefix);

/** upf_ue_address_take - a free one; Return: 0, -ENOSPC: none is left, or there is no pool of that
 * version */
int upf_ue_address_take(struct upf_ue_addresses *addresses, uint8_t instance, sa_family_t family,
			struct dp_prefix *ret);
/** upf_ue_address_claim - this very one; Return: 0, also where no pool has it; -EEXIST */
int upf_ue_address_claim(struct upf_ue_addresses *addresses, const struct upf_ue *ue);
/** upf_ue_address_count - how many are in use */
size_t upf_ue_address_count(const struct upf_ue_addresses *addresses);
void upf_ue_address_release(struct upf_ue_addresses *addresses, const struct upf_ue *ue);

#endif
