// SPDX-License-Identifier: Apache-2.0
/* A UE's context: NGAP ids, and NAS passed on between radio and N2. */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "ran/gnb/handover.h"

struct gnb_ue *ue_find(struct gnb *g, uint32_t ran_ue_id)
{
	for (size_t i = 0; i < g->ue_count; i++) {
		if (g->ue[i]->has_context && g->ue[i]->ran_ue_id == ran_ue_id)
			return g->ue[i];
	}
	return NULL;
}

struct gnb_ue *ue_find_amf(struct gnb *g, uint64_t amf_ue_id)
{
	for (size_t i = 0; i < g->ue_count; i++) {
		if (g->ue[i]->has_context && g->ue[i]->has_amf_id &&
		    g->ue[i]->amf_ue_id == amf_ue_id)
			return g->ue[i];
	}
	return NULL;
}

bool ue_any_context(const struct gnb *g)
{
	for (size_t i = 0; i < g->ue_count; i++) {
		if (g->ue[i]->has_context)
			return true;
	}
	return false;
}

/* ---- uplink NAS ---- */

static bool send_initial(struct gnb_ue *ue, struct ngap_octets nas)
{
	struct gnb *g = ue->gnb;
	struct ngap_pdu pdu = {.type = NGAP_INITIAL_UE_MESSAGE};
	struct ngap_initial_ue_message *m = &pdu.initial_ue_message;

	m->ran_ue_id = g->next_ran_ue_id;
	m->nas = nas;
	n2_user_location(g, &m->user_location);
	m->rrc_establishment_cause = NGAP_RRC_MO_SIGNALLING;
	m->ue_context_request = true;
	if (n2_send(g, &pdu) < 0)
		return false;
	ue->ran_ue_id = g->next_ran_ue_id++;
	ue->has_context = true;
	ue->has_amf_id = false;
	return true;
}

static bool send_uplink(struct gnb_ue *ue, struct ngap_octets nas)
{
	struct gnb *g = ue->gnb;
	struct ngap_pdu pdu = {.type = NGAP_UPLINK_NAS_TRANSPORT};
	struct ngap_uplink_nas_transport *m = &pdu.uplink_nas_transport;

	if (!ue->has_context)
		return send_initial(ue, nas);
	m->amf_ue_id = ue->amf_ue_id;
	m->ran_ue_id = ue->ran_ue_id;
	m->nas = nas;
	n2_user_location(g, &m->user_location);
	return ue->has_amf_id && n2_send(g, &pdu) == 0;
}

static void hold(struct gnb_ue *ue, const uint8_t *nas, size_t len)
{
	struct gnb_nas *held = ue->held_count < GNB_HELD_MAX ? malloc(sizeof *held) : NULL;

	if (!held || len > sizeof held->bytes) {
		free(held);
		ue->gnb->nas_dropped++;
		return;
	}
	memcpy(held->bytes, nas, len);
	held->len = len;
	ue->held[ue->held_count++] = held;
}

/* What can't go now goes when N2 is back: a radio link in acknowledged mode has told the UE that it
 * arrived. */
void ue_uplink_nas(struct gnb_ue *ue, const uint8_t *nas, size_t len)
{
	if (ue->held_count || !send_uplink(ue, (struct ngap_octets){nas, len}))
		hold(ue, nas, len);
}

void ue_flush_held(struct gnb_ue *ue)
{
	size_t n = 0;

	while (n < ue->held_count &&
	       send_uplink(ue, (struct ngap_octets){ue->held[n]->bytes, ue->held[n]->len}))
		free(ue->held[n++]);
	ue->held_count -= n;
	memmove(ue->held, ue->held + n, ue->held_count * sizeof ue->held[0]);
}

static void drop_held(struct gnb_ue *ue)
{
	while (ue->held_count)
		free(ue->held[--ue->held_count]);
}

/* ---- downlink NAS ---- */

void ue_downlink_nas(struct gnb_ue *ue, struct ngap_octets nas)
{
	struct radio_frame frame = {.type = RADIO_NAS, .nas = nas.data, .nas_len = nas.len};

	if (nas.len == 0 || radio_link_send(ue->link, &frame) < 0)
		ue->gnb->nas_dropped++;
}

void ue_drop_context(struct gnb_ue *ue)
{
	handover_out_drop(ue);
	handover_in_drop(ue);
	drop_held(ue);
	session_drop_all(ue);
	ue->has_context = ue->has_amf_id = false;
	memset(ue->setup, 0, sizeof ue->setup);
	ue->release_under_way = false;
	ue->release_ids = 0;
}

void ue_request_release(struct gnb_ue *ue, uint8_t radio_cause)
{
	struct ngap_pdu pdu = {.type = NGAP_UE_CONTEXT_RELEASE_REQUEST};
	struct ngap_ue_context_release_request *m = &pdu.ue_context_release_request;

	if (!ue->has_context || !ue->has_amf_id)
		return;
	m->amf_ue_id = ue->amf_ue_id;
	m->ran_ue_id = ue->ran_ue_id;
	m->cause = (struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, radio_cause};
	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		if (ue->session[id].state != SESSION_NONE)
			m->sessions.id[m->sessions.count++] = id;
	}
	n2_send(ue->gnb, &pdu);
}
