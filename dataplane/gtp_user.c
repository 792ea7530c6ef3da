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

static const struct dp_pdr *pdr_of(const struct dp_session *s, uint32_t teid)
{
	for (size_t i = 0; i < s->pdr_count; i++)
		if (s->pdr[i].source == DP_N3 && s->pdr[i].teid == teid)
			return &s->pdr[i];
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

static void forward(struct dataplane *dp, struct dp_entry *entry, const struct dp_far *far,
		    const struct gtpu_msg *msg)
{
	if (gtpu_path_forward(dp->path, far->peer, far->teid, msg->payload, msg->payload_len)) {
		dp->drops[DP_DROP_NO_ROUTE]++;
		return;
	}
	entry->by_hand.downlink_packets++;
	entry->by_hand.downlink_bytes += msg->payload_len;
}

static void hold(struct dataplane *dp, struct dp_entry *entry, uint16_t number,
		 const struct gtpu_msg *msg)
{
	if (!hold_put(dp->hold, number, entry->session.bearer.ue_mac, msg->payload,
		      msg->payload_len)) {
		dp->drops[DP_DROP_HELD]++;
		return;
	}
	entry->by_hand.downlink_packets++;
	entry->by_hand.downlink_bytes += msg->payload_len;
}

void gtp_stray(struct dataplane *dp, struct dp_entry *entry, const struct gtpu_msg *msg)
{
	const struct dp_pdr *pdr = entry ? pdr_of(&entry->session, msg->header.teid) : NULL;
	const struct dp_far *far = pdr ? dp_session_far(&entry->session, pdr->far_id) : NULL;
	struct gtp_plan plan = {0};

	if (!far) {
		dp->drops[DP_DROP_UNKNOWN_TEID]++;
		return;
	}
	(void)gtp_session_map(dp->config.role, &entry->session, &plan, NULL);
	if (plan.whole && pdr->teid != plan.pdp.local_teid && is_for(msg, plan.pdp.ue))
		hold(dp, entry, pdr->hold, msg);
	else if (!plan.whole && far->action == DP_FORWARD && far->destination == DP_N3)
		forward(dp, entry, far, msg);
	else if (msg->header.n_extension)
		dp->drops[DP_DROP_MALFORMED]++;
	else if (!plan.whole)
		dp->drops[DP_DROP_GATE]++;
	else
		dp->drops[DP_DROP_SPOOFED]++;
}
