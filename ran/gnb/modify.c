// SPDX-License-Identifier: Apache-2.0
/*
 * PDU Session Resource Modify, TS 38.413 cl. 8.2.3: the UPF's end of a session's tunnel moves, as
 * when an uplink classifier is put into its path (TS 23.502 cl. 4.3.5.4). A packet goes by the old
 * tunnel or by the new one, none by neither: the data plane replaces a session's rules at once.
 */
#include "lib/log.h"
#include "ran/gnb/handover.h"

/* Return: false, and all is as it was, when the data plane can't */
static bool uplink_move(struct gnb_ue *ue, struct gnb_session *s, const struct ngap_tunnel *to)
{
	const struct in_addr address = s->upf_address;
	const uint32_t teid = s->upf_teid;

	if (address.s_addr == to->ipv4.s_addr && teid == to->teid)
		return true;
	s->upf_address = to->ipv4;
	s->upf_teid = to->teid;
	if (session_apply(ue, s) == 0) {
		log_info("session", "ue=%s session=%u what=\"uplink moved\" teid=%#x", ue->supi,
			 s->id, to->teid);
		return true;
	}
	s->upf_address = address;
	s->upf_teid = teid;
	return false;
}

static struct ngap_cause radio_cause(uint8_t value)
{
	return (struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, value};
}

/* A session has one tunnel here, told by our end of it. */
static bool is_its_tunnel(const struct gnb_ue *ue, const struct gnb_session *s,
			  const struct ngap_tunnel_modify *tunnel)
{
	return tunnel->downlink.has_ipv4 && tunnel->downlink.teid == s->teid &&
	       tunnel->downlink.ipv4.s_addr == ue->gnb->config.n3_address.s_addr &&
	       tunnel->uplink.has_ipv4 && tunnel->uplink.teid;
}

/* Return: whether it was done; if not, @ret_cause says why */
static bool modify(struct gnb_ue *ue, const struct ngap_session_modify *item,
		   struct ngap_cause *ret_cause)
{
	const struct ngap_modify_request_transfer *t = &item->transfer;
	struct gnb_session *s;

	*ret_cause = radio_cause(NGAP_RADIO_UNKNOWN_PDU_SESSION_ID);
	if (item->session_id < 1 || item->session_id >= GNB_SESSIONS)
		return false;
	s = &ue->session[item->session_id];
	if (s->state == SESSION_NONE)
		return false;
	*ret_cause = radio_cause(NGAP_RADIO_INTERACTION_WITH_OTHER_PROCEDURE);
	if (s->state != SESSION_ACTIVE)
		return false;
	*ret_cause = (struct ngap_cause){NGAP_CAUSE_PROTOCOL, NGAP_PROTO_SEMANTIC_ERROR};
	if (t->tunnel_count > 1 || (t->tunnel_count && !is_its_tunnel(ue, s, &t->tunnel[0])))
		return false;
	*ret_cause = (struct ngap_cause){NGAP_CAUSE_TRANSPORT, NGAP_TRANSPORT_RESOURCE_UNAVAILABLE};
	if (t->tunnel_count && !uplink_move(ue, s, &t->tunnel[0].uplink))
		return false;
	if (item->has_nas)
		ue_downlink_nas(ue, item->nas);
	return true;
}

void session_modify(struct gnb_ue *ue, const struct ngap_pdu_session_resource_modify_request *m)
{
	struct ngap_pdu pdu = {.type = NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE};
	struct ngap_pdu_session_resource_modify_response *answer =
		&pdu.pdu_session_resource_modify_response;

	answer->amf_ue_id = ue->amf_ue_id;
	answer->ran_ue_id = ue->ran_ue_id;
	for (size_t i = 0; i < m->sessions.count; i++) {
		const struct ngap_session_modify *item = &m->sessions.item[i];
		struct ngap_cause cause;

		if (modify(ue, item, &cause)) {
			answer->sessions.item[answer->sessions.count++].session_id =
				item->session_id;
			continue;
		}
		log_warn("session", "ue=%s session=%u what=\"not modified\" cause=%s", ue->supi,
			 item->session_id, ngap_cause_name(cause));
		answer->failed.item[answer->failed.count++] =
			(struct ngap_session_cause){.session_id = item->session_id, .cause = cause};
	}
	n2_send(ue->gnb, &pdu);
}

/* cl. 8.4.4.2: what was changed while the UE was on its way is told with the path */
void session_uplinks_told(struct gnb_ue *ue, const struct ngap_session_switched_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct ngap_session_switched *item = &list->item[i];

		if (item->session_id < 1 || item->session_id >= GNB_SESSIONS ||
		    ue->session[item->session_id].state != SESSION_ACTIVE)
			continue;
		if (item->has_uplink && item->uplink.has_ipv4 && item->uplink.teid)
			uplink_move(ue, &ue->session[item->session_id], &item->uplink);
	}
}
