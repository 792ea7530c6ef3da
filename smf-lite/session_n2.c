// SPDX-License-Identifier: Apache-2.0
/* PDU Session Resource Setup (TS 38.413 cl. 8.2.1), Release (cl. 8.2.2) and Modify (cl. 8.2.3),
 * with the NAS messages that they carry. */
#include <errno.h>

#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/route.h"
#include "smf-lite/session.h"
#include "smf-lite/ue.h"

static void fill_transfer(const struct session *s, struct ngap_setup_request_transfer *t)
{
	t->has_ambr = true;
	t->ambr = (struct ngap_ambr){SMF_AMBR_BPS, SMF_AMBR_BPS};
	t->uplink.has_ipv4 = true;
	t->uplink.ipv4 = route_uplink(s)->addr;
	t->uplink.teid = route_uplink(s)->teid;
	t->session_type = NGAP_SESSION_IPV4;
	t->qos_flow_count = 1;
	t->qos_flow[0].qfi = SMF_QFI;
	t->qos_flow[0].has_five_qi = true;
	t->qos_flow[0].five_qi = SMF_FIVE_QI;
	t->qos_flow[0].arp.priority = 8; /* the middle; nothing pre-empts or is pre-empted */
}

int session_n2_setup(struct session *s)
{
	struct n2 *n2 = s->smf->n2;
	struct ngap_pdu *pdu = n2_pdu(n2, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	struct ngap_pdu_session_resource_setup_request *r =
		&pdu->pdu_session_resource_setup_request;
	struct ngap_session_setup *item = &r->sessions.item[0];
	uint8_t buf[NAS_MAX_MESSAGE];
	struct nas_message accept;
	size_t len;
	int err;

	r->amf_ue_id = s->ue->amf_ue_id;
	r->ran_ue_id = s->ue->ran_ue_id;
	r->has_ue_ambr = true;
	r->ue_ambr = (struct ngap_ambr){SMF_AMBR_BPS, SMF_AMBR_BPS};
	r->sessions.count = 1;
	item->session_id = s->id;
	item->snssai = (struct ngap_snssai){s->snssai.sst, s->snssai.has_sd, s->snssai.sd};
	fill_transfer(s, &item->transfer);
	if (!s->reactivating) {
		session_n1_accept(s, &accept);
		err = ue_wrap_sm(s->ue, &accept, buf, sizeof(buf), &len);
		if (err)
			return err;
		item->has_nas = true;
		item->nas = (struct ngap_octets){buf, len};
	}
	return n2_send(s->ue->gnb, n2, N2_STREAM_UE, pdu);
}

int session_n2_release(struct session *s, bool with_nas)
{
	struct n2 *n2 = s->smf->n2;
	struct ngap_pdu *pdu = n2_pdu(n2, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	struct ngap_pdu_session_resource_release_command *r =
		&pdu->pdu_session_resource_release_command;
	uint8_t buf[NAS_MAX_MESSAGE];
	struct nas_message command;
	size_t len;
	int err;

	r->amf_ue_id = s->ue->amf_ue_id;
	r->ran_ue_id = s->ue->ran_ue_id;
	r->sessions.count = 1;
	r->sessions.item[0].session_id = s->id;
	r->sessions.item[0].cause = (struct ngap_cause){NGAP_CAUSE_NAS, NGAP_NAS_NORMAL_RELEASE};
	if (with_nas) {
		session_n1_release_command(s, &command);
		err = ue_wrap_sm(s->ue, &command, buf, sizeof(buf), &len);
		if (err)
			return err;
		r->has_nas = true;
		r->nas = (struct ngap_octets){buf, len};
	}
	return n2_send(s->ue->gnb, n2, N2_STREAM_UE, pdu);
}

static struct ngap_tunnel ngap_tunnel_of(const struct session_tunnel *t)
{
	return (struct ngap_tunnel){.has_ipv4 = true, .ipv4 = t->addr, .teid = t->teid};
}

int session_n2_modify(struct session *s)
{
	struct n2 *n2 = s->smf->n2;
	struct ngap_pdu *pdu = n2_pdu(n2, NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST);
	struct ngap_pdu_session_resource_modify_request *r =
		&pdu->pdu_session_resource_modify_request;
	struct ngap_modify_request_transfer *t = &r->sessions.item[0].transfer;

	r->amf_ue_id = s->ue->amf_ue_id;
	r->ran_ue_id = s->ue->ran_ue_id;
	r->sessions.count = 1;
	r->sessions.item[0].session_id = s->id;
	t->tunnel_count = 1;
	t->tunnel[0].uplink = ngap_tunnel_of(route_uplink(s));
	t->tunnel[0].downlink = ngap_tunnel_of(&s->downlink);
	return n2_send(s->ue->gnb, n2, N2_STREAM_UE, pdu);
}

static struct session *find(struct ue *ue, uint8_t id)
{
	return id <= NGAP_MAX_SESSIONS ? ue->session[id] : NULL;
}

static void set_up(struct ue *ue, const struct ngap_session_done *done)
{
	struct session *s = find(ue, done->session_id);
	struct session_input in = {.tunnel = done->transfer.downlink};

	if (!s)
		ue->smf->counters.drop[SMF_ngap_unexpected]++;
	else if (in.tunnel.has_ipv4 && in.tunnel.teid)
		session_feed(s, SESSION_EV_N2_SETUP, &in);
	else
		session_feed(s, SESSION_EV_N2_SETUP_FAILED, NULL); /* N3 is IPv4 here */
}

void session_n2_setup_response(struct ue *ue, const struct ngap_session_done_list *done,
			       const struct ngap_session_cause_list *failed)
{
	for (size_t i = 0; i < done->count; i++)
		set_up(ue, &done->item[i]);
	for (size_t i = 0; i < failed->count; i++) {
		struct session *s = find(ue, failed->item[i].session_id);

		log_warn("n2", "ue=%s session=%u what=setup-failed cause=%s", ue->supi,
			 failed->item[i].session_id, ngap_cause_name(failed->item[i].cause));
		if (s)
			session_feed(s, SESSION_EV_N2_SETUP_FAILED, NULL);
	}
}

void session_n2_modify_response(struct ue *ue, const struct ngap_session_modified_list *done,
				const struct ngap_session_cause_list *failed)
{
	for (size_t i = 0; i < done->count; i++) {
		struct session *s = find(ue, done->item[i].session_id);

		if (s)
			route_answered(s, NULL);
	}
	for (size_t i = 0; i < failed->count; i++) {
		struct session *s = find(ue, failed->item[i].session_id);

		log_warn("n2", "ue=%s session=%u what=modify-failed cause=%s", ue->supi,
			 failed->item[i].session_id, ngap_cause_name(failed->item[i].cause));
		if (s)
			route_answered(s, &failed->item[i].cause);
	}
}

void session_n2_release_response(struct ue *ue, const struct ngap_session_id_list *released)
{
	for (size_t i = 0; i < released->count; i++) {
		struct session *s = find(ue, released->id[i]);

		if (s) /* else: it was released locally */
			session_feed(s, SESSION_EV_N2_RELEASED, NULL);
	}
}
