// SPDX-License-Identifier: Apache-2.0
/* What the AMF says about UEs: one handler a message, found by a table. */
#include <string.h>

#include "lib/log.h"
#include "ran/gnb/handover.h"

enum { CELL_ID_BITS = 14 }; /* of the 36 of an NR cell identity, behind a gNB id of 22 */

void n2_user_location(const struct gnb *g, struct ngap_user_location *ret)
{
	memset(ret, 0, sizeof *ret);
	ngap_plmn_set(&ret->plmn, g->config.mcc, g->config.mnc);
	ret->nr_cell_id = (uint64_t)g->config.gnb_id << CELL_ID_BITS | 1;
	ret->tai.plmn = ret->plmn;
	ret->tai.tac = g->config.tac;
}

/* TS 38.413 cl. 10.6: an id that doesn't fit is answered by an Error Indication. */
static void unknown_ue(struct gnb *g, const struct ngap_pdu *pdu)
{
	struct ngap_pdu answer = {.type = NGAP_ERROR_INDICATION};
	struct ngap_error_indication *m = &answer.error_indication;

	g->n2_unexpected++;
	m->has_amf_ue_id = ngap_pdu_amf_ue_id(pdu, &m->amf_ue_id);
	m->has_ran_ue_id = ngap_pdu_ran_ue_id(pdu, &m->ran_ue_id);
	m->has_cause = true;
	m->cause = (struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_UNKNOWN_LOCAL_UE_ID};
	n2_send(g, &answer);
}

static void downlink_nas(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	ue_downlink_nas(ue, pdu->downlink_nas_transport.nas);
}

static void initial_context(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	const struct ngap_initial_context_setup_request *m = &pdu->initial_context_setup_request;

	if (m->has_nas)
		ue_downlink_nas(ue, m->nas);
	session_setup(ue, &m->sessions, true);
}

static void sessions_setup(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	const struct ngap_pdu_session_resource_setup_request *m =
		&pdu->pdu_session_resource_setup_request;

	if (m->has_nas)
		ue_downlink_nas(ue, m->nas);
	session_setup(ue, &m->sessions, false);
}

static void sessions_release(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	session_release(ue, &pdu->pdu_session_resource_release_command);
}

static void sessions_modify(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	session_modify(ue, &pdu->pdu_session_resource_modify_request);
}

static void context_release(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	struct ngap_pdu answer = {.type = NGAP_UE_CONTEXT_RELEASE_COMPLETE};
	struct ngap_ue_context_release_complete *m = &answer.ue_context_release_complete;
	const struct ngap_ue_ids *ids = &pdu->ue_context_release_command.ids;

	m->amf_ue_id = ids->amf_ue_id;
	m->ran_ue_id = ids->pair ? ids->ran_ue_id : ue ? ue->ran_ue_id : 0;
	if (ue) {
		ue_drop_context(ue);
		radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RELEASE});
	}
	n2_send(g, &answer);
}

static void reset(struct gnb *g, struct gnb_ue *none, const struct ngap_pdu *pdu)
{
	struct ngap_pdu answer = {.type = NGAP_NG_RESET_ACKNOWLEDGE};
	const struct ngap_reset_type *what = &pdu->ng_reset.reset;

	for (size_t i = 0; i < g->ue_count; i++) {
		struct gnb_ue *ue = g->ue[i];
		bool meant = what->whole_interface;

		for (size_t k = 0; !meant && k < what->part.count; k++) {
			const struct ngap_connection *c = &what->part.item[k];

			meant = (c->has_ran_ue_id && c->ran_ue_id == ue->ran_ue_id) ||
				(c->has_amf_ue_id && ue->has_amf_id &&
				 c->amf_ue_id == ue->amf_ue_id);
		}
		if (!meant || !ue->has_context)
			continue;
		ue_drop_context(ue);
		radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RELEASE});
	}
	if (!what->whole_interface)
		answer.ng_reset_acknowledge.connections = what->part;
	n2_send(g, &answer);
}

/* The UE that an Error Indication is about, or NULL */
static struct gnb_ue *indicated(struct gnb *g, const struct ngap_error_indication *m)
{
	struct gnb_ue *ue = m->has_ran_ue_id ? ue_find(g, m->ran_ue_id) : NULL;

	if (ue && m->has_amf_ue_id && ue->has_amf_id && m->amf_ue_id != ue->amf_ue_id)
		return NULL;
	return ue;
}

static bool says_unknown_ue(const struct ngap_error_indication *m)
{
	return m->has_cause && m->cause.group == NGAP_CAUSE_RADIO_NETWORK &&
	       (m->cause.value == NGAP_RADIO_UNKNOWN_LOCAL_UE_ID ||
		m->cause.value == NGAP_RADIO_INCONSISTENT_REMOTE_UE_ID);
}

static void path_switched(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	if (!handover_reclaimed(ue, &pdu->path_switch_request_acknowledge))
		handover_switched(ue, &pdu->path_switch_request_acknowledge);
}

static void path_not_switched(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu)
{
	if (!handover_not_reclaimed(ue))
		handover_not_switched(ue);
}

/* A context that the AMF doesn't share leads nowhere: the UE begins anew. One whose first message
 * was refused does so by its own timer. */
static void error_indication(struct gnb *g, struct gnb_ue *none, const struct ngap_pdu *pdu)
{
	const struct ngap_error_indication *m = &pdu->error_indication;
	struct gnb_ue *ue = indicated(g, m);

	log_warn("n2", "what=\"error indication\" cause=%s ue=%s",
		 m->has_cause ? ngap_cause_name(m->cause) : "none", ue ? ue->supi : "none");
	if (!ue || (ue->has_amf_id && !says_unknown_ue(m)))
		return;
	/* What was on its way to the AMF when the target had the path switched: the target's answer
	 * decides. */
	if (handover_leaving(ue))
		return;
	if (ue->has_amf_id)
		radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RELEASE});
	ue_drop_context(ue);
}

static const struct {
	enum ngap_message type;
	enum { OF_INTERFACE, OF_UE, OF_UE_OR_NONE } whose;
	void (*handle)(struct gnb *g, struct gnb_ue *ue, const struct ngap_pdu *pdu);
} handlers[] = {
	{NGAP_DOWNLINK_NAS_TRANSPORT, OF_UE, downlink_nas},
	{NGAP_INITIAL_CONTEXT_SETUP_REQUEST, OF_UE, initial_context},
	{NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST, OF_UE, sessions_setup},
	{NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND, OF_UE, sessions_release},
	{NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST, OF_UE, sessions_modify},
	{NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE, OF_UE, path_switched},
	{NGAP_PATH_SWITCH_REQUEST_FAILURE, OF_UE, path_not_switched},
	{NGAP_UE_CONTEXT_RELEASE_COMMAND, OF_UE_OR_NONE, context_release},
	{NGAP_NG_RESET, OF_INTERFACE, reset},
	{NGAP_ERROR_INDICATION, OF_INTERFACE, error_indication},
};

/* The UE of a message; its first answer tells the AMF's id of it. */
static struct gnb_ue *ue_of(struct gnb *g, const struct ngap_pdu *pdu)
{
	struct gnb_ue *ue;
	uint32_t ran_id;
	uint64_t amf_id;
	bool has_amf = ngap_pdu_amf_ue_id(pdu, &amf_id);

	if (!ngap_pdu_ran_ue_id(pdu, &ran_id))
		return has_amf ? ue_find_amf(g, amf_id) : NULL;
	ue = ue_find(g, ran_id);
	if (!ue || !has_amf)
		return ue;
	if (pdu->type == NGAP_PATH_SWITCH_REQUEST_FAILURE)
		return ue;
	if (!ue->has_amf_id) {
		ue->has_amf_id = true;
		ue->amf_ue_id = amf_id;
		ue_flush_held(ue);
	}
	return ue->amf_ue_id == amf_id ? ue : NULL;
}

void n2_handle(struct gnb *g, const struct ngap_pdu *pdu)
{
	for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++) {
		struct gnb_ue *ue;

		if (handlers[i].type != pdu->type)
			continue;
		ue = handlers[i].whose == OF_INTERFACE ? NULL : ue_of(g, pdu);
		if (!ue && handlers[i].whose == OF_UE)
			unknown_ue(g, pdu);
		else if (ue && pdu->type != NGAP_UE_CONTEXT_RELEASE_COMMAND && handover_leaving(ue))
			g->handovers.ignored++; /* the AMF will say it again to the target */
		else
			handlers[i].handle(g, ue, pdu);
		return;
	}
	g->n2_unexpected++;
	log_warn("n2", "message=%s what=unexpected", ngap_message_name(pdu->type));
}
