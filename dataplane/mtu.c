// SPDX-License-Identifier: Apache-2.0
/*
 * How large an inner packet may be: what N3 carries, less the headers of the tunnel. One figure for
 * a session, the least of all the tunnels that its FARs lead to, since who sends is told one.
 *
 * Spec: TS 29.281 cl. 5.1, 13; RFC 8200 cl. 5 (1280 octets, whatever the link)
 */
#include <errno.h>

#include "dataplane/internal.h"

enum {
	OVERHEAD_IP4 = 44, /* IP, UDP, GTP-U with a PDU session container of one unit */
	OVERHEAD_IP6 = 64,
	IP4_LEAST = 68, /* RFC 791 */
	IP6_LEAST = 1280,
};

static uint32_t room(const struct dataplane *dp, uint8_t local)
{
	const bool v6 = dp->config.local[local].addr.family == AF_INET6;

	return dp->n3[local].mtu - (v6 ? OVERHEAD_IP6 : OVERHEAD_IP4);
}

int dp_mtu_check(const struct dataplane *dp, uint8_t local, struct dp_error *ret_err)
{
	const struct nl_link *link = &dp->n3[local];

	if (link->mtu >= OVERHEAD_IP6 + IP4_LEAST && link->mtu <= UINT16_MAX)
		return 0;
	return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL, "interface %s: MTU %u",
			    dp->config.local[local].dev, link->mtu);
}

uint16_t dp_mtu_max(const struct dataplane *dp)
{
	uint32_t most = 0;

	for (uint8_t i = 0; i < dp->config.local_count; i++)
		if (room(dp, i) > most)
			most = room(dp, i);
	return (uint16_t)most;
}

static void less(const struct dataplane *dp, const struct dp_destination *to, uint32_t *mtu)
{
	if (to->interface == DP_N3 && room(dp, to->local) < *mtu)
		*mtu = room(dp, to->local);
}

static uint32_t tunnels_room(const struct dataplane *dp, const struct dp_session *s)
{
	uint32_t mtu = dp_mtu_max(dp);

	for (size_t i = 0; i < s->far_count; i++) {
		if (s->far[i].action == DP_FORWARD)
			less(dp, &s->far[i].to, &mtu);
		for (size_t d = 0; d < s->far[i].duplicate_count; d++)
			less(dp, &s->far[i].duplicate[d], &mtu);
	}
	return mtu;
}

static int no_room(uint32_t mtu, int rc, struct dp_error *ret_err)
{
	return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc,
			    "N3 has room for inner packets of %u octets, and IPv6 takes %d", mtu,
			    IP6_LEAST);
}

int dp_mtu_ip6_check(const struct dataplane *dp, struct dp_error *ret_err)
{
	for (size_t i = 0; i < dp->config.instance_count; i++)
		if (dp_instance_has_ip6(&dp->config.instance[i]) && dp_mtu_max(dp) < IP6_LEAST)
			return no_room(dp_mtu_max(dp), -EINVAL, ret_err);
	return 0;
}

uint16_t dp_session_mtu(const struct dataplane *dp, const struct dp_session *session)
{
	const uint32_t mtu = tunnels_room(dp, session);

	return (uint16_t)(session->mtu && session->mtu < mtu ? session->mtu : mtu);
}

uint16_t dp_route_mtu(const struct dataplane *dp, sa_family_t family, uint16_t mtu)
{
	if (family == AF_INET6 && mtu < IP6_LEAST)
		mtu = IP6_LEAST;
	return mtu < dp_mtu_max(dp) ? mtu : 0;
}

int dp_session_room_check(const struct dataplane *dp, const struct dp_session *session,
			  struct dp_error *ret_err)
{
	const uint32_t mtu = tunnels_room(dp, session);

	for (size_t i = 0; i < session->ue_count; i++)
		if (session->ue[i].addr.family == AF_INET6 && mtu < IP6_LEAST)
			return no_room(mtu, -EOPNOTSUPP, ret_err);
	return 0;
}
