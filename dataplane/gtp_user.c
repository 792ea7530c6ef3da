// SPDX-License-Identifier: Apache-2.0
/*
 * G-PDUs that the gtp driver hands up to the UDP socket, since it has no context for them or can't
 * parse them. In a gNB those of a handover are among them, see gtp.h: what the source forwards, and
 * at the source what still comes of a UE that is gone.
 */
#include <netinet/ip.h>
#include <string.h>

#include "dataplane/gtp.h"
#include "dataplane/gtpu_path.h"
#include "dataplane/hold.h"
#include "lib/gtpu/gtpu.h"

static const struct gtp_stray *stray_find(const struct gtp_session *s, uint32_t teid)
{
	for (size_t i = 0; s && i < s->stray_count; i++)
		if (s->stray[i].teid == teid)
			return &s->stray[i];
	return NULL;
}

/* As the driver does: nobody else's packets by this UE's tunnel */
static bool is_for(const struct gtpu_msg *msg, struct in_addr ue)
{
	struct iphdr ip;

	if (msg->payload_len < sizeof(ip))
		return false;
	memcpy(&ip, msg->payload, sizeof(ip));
	return ip.version == IPVERSION && ip.daddr == ue.s_addr;
}

static void count(struct gtp_session *s, const struct gtpu_msg *msg)
{
	s->by_hand.downlink_packets++;
	s->by_hand.downlink_bytes += msg->payload_len;
}

static void forward(struct dataplane *dp, struct gtp_session *s, const struct gtp_stray *stray,
		    const struct gtpu_msg *msg)
{
	if (gtpu_path_forward(dp->path, stray->peer, stray->peer_teid, msg->payload,
			      msg->payload_len))
		dp->drops[DP_DROP_NO_ROUTE]++;
	else
		count(s, msg);
}

static void hold(struct dataplane *dp, struct gtp_session *s, const struct gtp_stray *stray,
		 const struct gtpu_msg *msg)
{
	if (hold_put(dp->hold, stray->hold, s->bearer.ue_mac, msg->payload, msg->payload_len))
		count(s, msg);
	else
		dp->drops[DP_DROP_HELD]++;
}

void gtp_stray(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg)
{
	struct gtp_session *s = entry ? entry->state : NULL;
	const struct gtp_stray *stray = stray_find(s, msg->header.teid);

	if (!stray)
		dp->drops[DP_DROP_UNKNOWN_TEID]++;
	else if (s->plan.whole && stray->teid != s->plan.pdp.local_teid &&
		 is_for(msg, s->plan.pdp.ue))
		hold(dp, s, stray, msg);
	else if (!s->plan.whole && stray->forwards)
		forward(dp, s, stray, msg);
	else if (msg->header.n_extension)
		dp->drops[DP_DROP_MALFORMED]++;
	else if (!s->plan.whole)
		dp->drops[s->plan.lack]++;
	else
		dp->drops[DP_DROP_SPOOFED]++;
}
