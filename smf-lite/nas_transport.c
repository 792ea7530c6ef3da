// SPDX-License-Identifier: Apache-2.0
/*
 * NGAP procedures of a UE (TS 38.413 cl. 8.2, 8.3, 8.6) and the dispatch of 5GMM messages
 * (TS 24.501 cl. 5, 7). NAS is plain: there is no authentication and no security mode command in
 * Baton, a deviation from TS 33.501.
 */
#include "smf-lite/nas_transport.h"

#include <string.h>

#include "lib/log.h"
#include "smf-lite/registration.h"
#include "smf-lite/session.h"

static void send_mm_status(struct ue *ue, uint8_t cause)
{
	struct nas_message msg = {.type = NAS_5GMM_STATUS};

	msg.mm_status.cause = cause;
	ue_send_nas(ue, &msg);
}

/* TS 24.501 cl. 7: what can't be read is answered with a STATUS, unless it is too short to be
 * anything */
static void refuse_nas(struct ue *ue, const struct nas_error *err)
{
	struct smf_counters *counters = &ue->smf->counters;

	counters->drop[err->is_sm || err->cause ? SMF_nas_undecodable : SMF_nas_protected]++;
	log_warn("nas", "ue=%s what=undecodable type=%#x offset=%zu error=\"%s\"", ue->supi,
		 err->type, err->offset, err->text);
	if (err->cause && !err->is_sm && err->type != NAS_5GMM_STATUS)
		send_mm_status(ue, err->cause);
}

static void ul_nas_transport(struct ue *ue, const struct nas_message *msg)
{
	const struct nas_ul_nas_transport *t = &msg->ul_nas_transport;

	if (ue->state == UE_IDENTIFYING) {
		ue->smf->counters.drop[SMF_nas_not_registered]++;
		return;
	}
	/* cl. 5.4.5.2.5: a payload that can't be forwarded goes back */
	if (t->container_type != NAS_CONTAINER_N1_SM || !t->has_session_id || !t->session_id ||
	    t->session_id > NGAP_MAX_SESSIONS) {
		ue->smf->counters.drop[SMF_nas_unexpected]++;
		ue_send_container(ue, t, NAS_MM_PAYLOAD_NOT_FORWARDED);
		return;
	}
	session_n1_receive(ue, t);
}

static const struct mm_row {
	uint8_t type;
	void (*handler)(struct ue *ue, const struct nas_message *msg);
} mm_rows[] = {
	{NAS_REGISTRATION_REQUEST, registration_request},
	{NAS_REGISTRATION_COMPLETE, registration_complete},
	{NAS_DEREGISTRATION_REQUEST_UE, registration_deregister},
	{NAS_IDENTITY_RESPONSE, registration_identity},
	{NAS_UL_NAS_TRANSPORT, ul_nas_transport},
	{NAS_5GMM_STATUS, registration_status},
	{0, NULL},
};

static const struct mm_row *mm_find(uint8_t type)
{
	const struct mm_row *row = mm_rows;

	while (row->handler && row->type != type)
		row++;
	return row->handler ? row : NULL;
}

/* The UE may be gone afterwards. */
static void receive_nas(struct ue *ue, const struct ngap_octets *nas)
{
	struct nas_message msg;
	struct nas_error err;
	const struct mm_row *row;

	if (nas_decode(nas->data, nas->len, &msg, &err)) {
		refuse_nas(ue, &err);
		return;
	}
	row = mm_find(msg.type);
	if (row) {
		row->handler(ue, &msg);
		return;
	}
	ue->smf->counters.drop[SMF_nas_unexpected]++;
	send_mm_status(ue, NAS_MM_MESSAGE_TYPE_NOT_COMPATIBLE);
}

static void forget_connection(struct ue *ue)
{
	if (ue->supi[0])
		ue_disconnect(ue);
	else
		ue_free(ue);
}

/* What begins a connection and brings no context to life: the gNB must not keep one for it either.
 */
static void refuse_initial(struct ue *ue, enum smf_drop reason)
{
	ue->smf->counters.drop[reason]++;
	ue_context_release(ue, (struct ngap_cause){NGAP_CAUSE_NAS, NGAP_NAS_UNSPECIFIED});
	ue_free(ue);
}

static void refuse_overload(struct n2_conn *conn, uint32_t ran_ue_id)
{
	struct ngap_pdu *answer = n2_pdu(conn->n2, NGAP_ERROR_INDICATION);
	struct ngap_error_indication *e = &answer->error_indication;

	e->has_ran_ue_id = true;
	e->ran_ue_id = ran_ue_id;
	e->has_cause = true;
	e->cause = (struct ngap_cause){NGAP_CAUSE_MISC, NGAP_MISC_CONTROL_OVERLOAD};
	n2_conn_send(conn, N2_STREAM_COMMON, answer);
}

void n2_initial_ue_message(struct n2_conn *conn, struct ue *unused, const struct ngap_pdu *pdu)
{
	const struct ngap_initial_ue_message *m = &pdu->initial_ue_message;
	struct smf *smf = conn->n2->smf;
	struct ue *ue = ue_find_ran_id(smf, conn->gnb, m->ran_ue_id);
	struct nas_message msg;
	struct nas_error err;

	if (ue) /* the gNB has begun a new connection under that number: the old one has gone */
		forget_connection(ue);
	ue = ue_new(smf);
	if (!ue) {
		refuse_overload(conn, m->ran_ue_id);
		return;
	}
	ue_connect(ue, conn->gnb, m->ran_ue_id);
	if (nas_decode(m->nas.data, m->nas.len, &msg, &err)) {
		refuse_nas(ue, &err);
		refuse_initial(ue, SMF_nas_not_registered);
		return;
	}
	if (msg.type == NAS_REGISTRATION_REQUEST)
		registration_request(ue, &msg);
	else if (msg.type == NAS_DEREGISTRATION_REQUEST_UE)
		registration_deregister(ue, &msg);
	else
		refuse_initial(ue, SMF_nas_not_registered);
}

void n2_uplink_nas_transport(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	receive_nas(ue, &pdu->uplink_nas_transport.nas);
}

void n2_context_setup_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	const struct ngap_initial_context_setup_response *r = &pdu->initial_context_setup_response;

	session_n2_setup_response(ue, &r->sessions, &r->failed);
}

void n2_context_setup_failure(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	log_warn("n2", "ue=%s what=context-setup-failed cause=%s", ue->supi,
		 ngap_cause_name(pdu->initial_context_setup_failure.cause));
	/* The gNB has no context, so the UE hasn't been told that it is registered: it asks again.
	 */
	ue_context_release(ue, pdu->initial_context_setup_failure.cause);
	if (ue->state != UE_REGISTERED)
		ue_deregister(ue);
}

void n2_context_release_request(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	struct ngap_cause cause = pdu->ue_context_release_request.cause;

	log_info("n2", "ue=%s what=context-release-request cause=%s", ue->supi,
		 ngap_cause_name(cause));
	ue_context_release(ue, cause);
	if (!ue->supi[0])
		ue_free(ue);
}

void n2_context_release_complete(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	/* The connection ended when the command was sent (ue_context_release). */
}

void n2_resource_setup_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	const struct ngap_pdu_session_resource_setup_response *r =
		&pdu->pdu_session_resource_setup_response;

	session_n2_setup_response(ue, &r->sessions, &r->failed);
}

void n2_resource_modify_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	const struct ngap_pdu_session_resource_modify_response *r =
		&pdu->pdu_session_resource_modify_response;

	session_n2_modify_response(ue, &r->sessions, &r->failed);
}

void n2_resource_release_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	session_n2_release_response(ue, &pdu->pdu_session_resource_release_response.sessions);
}
