// SPDX-License-Identifier: Apache-2.0
/* 5GSM, TS 24.501 cl. 6.4, 7, 8.3: what UEs ask for, checked, and the messages that they are told
 * with. */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/config.h"
#include "smf-lite/session.h"
#include "smf-lite/ue.h"

enum { PTI_MAX = 254, SSC_2 = 1 << 1, SSC_3 = 1 << 2 };

void session_n1_reject(struct ue *ue, uint8_t id, uint8_t pti, uint8_t cause)
{
	struct nas_message sm = {
		.type = NAS_PDU_SESSION_ESTABLISHMENT_REJECT, .session_id = id, .pti = pti};
	struct nas_pdu_session_establishment_reject *r = &sm.pdu_session_establishment_reject;

	r->cause = cause;
	r->has_allowed_ssc = cause == NAS_SM_SSC_MODE_NOT_SUPPORTED;
	r->allowed_ssc = SSC_2 | SSC_3;
	ue_send_sm(ue, &sm);
}

void session_n1_status(struct ue *ue, uint8_t id, uint8_t pti, uint8_t cause)
{
	struct nas_message sm = {.type = NAS_5GSM_STATUS, .session_id = id, .pti = pti};

	sm.sm_status.cause = cause;
	ue_send_sm(ue, &sm);
}

uint16_t session_mtu(const struct session *s)
{
	return (uint16_t)(s->smf->config->n3_mtu - SMF_TUNNEL_OVERHEAD);
}

static void fill_epco(const struct session *s, struct nas_pdu_session_establishment_accept *a)
{
	const struct smf_dnn *dnn = smf_config_dnn(s->smf->config, s->dnn);

	a->has_epco = s->want_mtu || (s->want_dns && dnn && dnn->dns_count);
	if (s->want_mtu) {
		a->epco.has_ipv4_mtu = true;
		a->epco.ipv4_mtu = session_mtu(s);
	}
	if (s->want_dns && dnn) {
		a->epco.dns_ipv4_count = dnn->dns_count;
		memcpy(a->epco.dns_ipv4, dnn->dns, dnn->dns_count * sizeof(dnn->dns[0]));
	}
}

void session_n1_accept(const struct session *s, struct nas_message *ret)
{
	struct nas_pdu_session_establishment_accept *a = &ret->pdu_session_establishment_accept;

	memset(ret, 0, sizeof(*ret));
	ret->type = NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT;
	ret->session_id = s->id;
	ret->pti = s->pti;
	a->session_type = NAS_SESSION_IPV4;
	a->ssc_mode = s->ssc_mode;
	a->rule_count = 1;
	nas_qos_rule_default(&a->rule[0], SMF_QFI);
	a->ambr = (struct nas_ambr){SMF_AMBR_BPS, SMF_AMBR_BPS};
	a->has_cause = s->accept_cause != 0;
	a->cause = s->accept_cause;
	a->has_address = true;
	a->address.type = NAS_SESSION_IPV4;
	a->address.ipv4 = s->address;
	a->has_snssai = true;
	a->snssai = s->snssai;
	a->flow_count = 1;
	a->flow[0] = (struct nas_qos_flow){SMF_QFI, 1, true, SMF_FIVE_QI};
	fill_epco(s, a);
	a->has_dnn = true;
	snprintf(a->dnn.text, sizeof(a->dnn.text), "%s", s->dnn);
}

void session_n1_release_command(const struct session *s, struct nas_message *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->type = NAS_PDU_SESSION_RELEASE_COMMAND;
	ret->session_id = s->id;
	ret->pti = s->pti;
	ret->pdu_session_release_command.cause = s->cause;
}

/* ---- establishment ---- */

/* What the request asks for, against what is served; 0, or the 5GSM cause */
static uint8_t check_type(const struct nas_pdu_session_establishment_request *r, uint8_t *ret_cause)
{
	*ret_cause = 0;
	if (!r->has_session_type || r->session_type == NAS_SESSION_IPV4)
		return 0;
	if (r->session_type == NAS_SESSION_IPV4V6) { /* cl. 6.4.1.3: the IPv4 half of it */
		*ret_cause = NAS_SM_IPV4_ONLY;
		return 0;
	}
	if (r->session_type == NAS_SESSION_IPV6)
		return NAS_SM_IPV4_ONLY;
	return NAS_SM_UNKNOWN_SESSION_TYPE;
}

static const struct smf_dnn *wanted_dnn(const struct smf_config *config,
					const struct nas_ul_nas_transport *t, uint8_t *ret_cause)
{
	const struct smf_dnn *dnn;

	*ret_cause = NAS_SM_UNKNOWN_DNN;
	dnn = t->has_dnn ? smf_config_dnn(config, t->dnn.text) : &config->dnns[0];
	if (!dnn || !t->has_snssai)
		return dnn;
	*ret_cause = NAS_SM_DNN_NOT_IN_SLICE;
	if (t->snssai.sst != dnn->sst || t->snssai.has_sd != dnn->has_sd ||
	    (dnn->has_sd && t->snssai.sd != dnn->sd))
		return NULL;
	return dnn;
}

static void reject(struct ue *ue, const struct nas_message *sm, uint8_t cause)
{
	ue->smf->counters.drop[SMF_session_rejected]++;
	log_warn("session", "ue=%s session=%u what=rejected cause=%u (%s)", ue->supi,
		 sm->session_id, cause, nas_sm_cause_name(cause));
	session_n1_reject(ue, sm->session_id, sm->pti, cause);
}

/*
 * The UE asks for an id that is in use. Return: true when the request is not to be followed.
 * cl. 6.4.1.7: the same PTI again is a retransmission; else the UE has lost the session, so that it
 * is released locally. A session that is just being set up is waited for: the UE may ask again.
 */
static bool in_use(struct ue *ue, const struct nas_message *sm)
{
	struct session *s = ue->session[sm->session_id];

	if (!s)
		return false;
	switch (s->state) {
	case SESSION_WAIT_UPF:
	case SESSION_N4_ESTABLISH:
	case SESSION_N2_SETUP:
	case SESSION_N4_ACTIVATE:
		if (s->pti != sm->pti)
			reject(ue, sm, NAS_SM_REQUEST_REJECTED);
		return true;
	default:
		session_feed(s, SESSION_EV_LOCAL_RELEASE, NULL);
		return false;
	}
}

static void fill_session(struct session *s, const struct nas_message *sm, const struct smf_dnn *dnn,
			 uint8_t accept_cause)
{
	const struct nas_pdu_session_establishment_request *r =
		&sm->pdu_session_establishment_request;

	s->pti = sm->pti;
	memcpy(s->dnn, dnn->dnn, sizeof(s->dnn));
	s->snssai = (struct nas_snssai){(uint8_t)dnn->sst, dnn->has_sd, dnn->sd};
	s->ssc_mode = r->has_ssc_mode ? r->ssc_mode : 3;
	s->accept_cause = accept_cause;
	s->want_dns = r->has_epco && r->epco.request_dns_ipv4;
	s->want_mtu = r->has_epco && r->epco.request_ipv4_mtu;
}

static void establishment_request(struct ue *ue, const struct nas_message *sm,
				  const struct nas_ul_nas_transport *t)
{
	const struct nas_pdu_session_establishment_request *r =
		&sm->pdu_session_establishment_request;
	uint8_t cause, accept_cause, dnn_cause;
	const struct smf_dnn *dnn = wanted_dnn(ue->smf->config, t, &dnn_cause);
	struct session *s;

	cause = check_type(r, &accept_cause);
	if (!cause && r->has_ssc_mode && r->ssc_mode != 2 && r->ssc_mode != 3)
		cause = NAS_SM_SSC_MODE_NOT_SUPPORTED; /* an address that is kept for ever: mode 1
							*/
	if (!cause && !dnn)
		cause = dnn_cause;
	/* Nothing can be handed over from another access or another core. */
	if (!cause && t->has_request_type && t->request_type != NAS_REQUEST_INITIAL)
		cause = t->request_type == NAS_REQUEST_EXISTING ? NAS_SM_SESSION_DOES_NOT_EXIST
								: NAS_SM_REQUEST_REJECTED;
	if (cause) {
		reject(ue, sm, cause);
		return;
	}
	if (in_use(ue, sm))
		return;
	s = session_new(ue->smf, ue, sm->session_id, 0);
	if (!s) {
		reject(ue, sm, NAS_SM_INSUFFICIENT_RESOURCES);
		return;
	}
	fill_session(s, sm, dnn, accept_cause);
	session_start(s);
}

/* ---- the others ---- */

static void release_request(struct ue *ue, const struct nas_message *sm,
			    const struct nas_ul_nas_transport *t)
{
	struct session *s = ue->session[sm->session_id];
	struct session_input in = {.pti = sm->pti};
	struct nas_message answer = {.type = NAS_PDU_SESSION_RELEASE_REJECT,
				     .session_id = sm->session_id,
				     .pti = sm->pti};

	if (s && session_feed(s, SESSION_EV_N1_RELEASE_REQUEST, &in))
		return;
	/* cl. 7.3.2 c, cl. 6.4.3.4 */
	answer.pdu_session_release_reject.cause =
		s ? NAS_SM_MESSAGE_NOT_COMPATIBLE : NAS_SM_INVALID_SESSION_ID;
	ue_send_sm(ue, &answer);
}

static void release_complete(struct ue *ue, const struct nas_message *sm,
			     const struct nas_ul_nas_transport *t)
{
	struct session *s = ue->session[sm->session_id];

	if (s)
		session_feed(s, SESSION_EV_N1_RELEASED, NULL);
	else
		ue->smf->counters.drop[SMF_nas_unexpected]++;
}

/* cl. 6.5.3: a UE that doesn't know the session or the command has nothing to release. */
static void sm_status(struct ue *ue, const struct nas_message *sm,
		      const struct nas_ul_nas_transport *t)
{
	struct session *s = ue->session[sm->session_id];

	log_warn("session", "ue=%s session=%u what=5gsm-status cause=%u", ue->supi, sm->session_id,
		 sm->sm_status.cause);
	if (s && s->state == SESSION_N2_RELEASE &&
	    (sm->sm_status.cause == NAS_SM_INVALID_SESSION_ID ||
	     sm->sm_status.cause == NAS_SM_INVALID_PTI))
		session_feed(s, SESSION_EV_N1_RELEASED, NULL);
}

static const struct sm_row {
	uint8_t type;
	bool needs_pti;
	void (*handler)(struct ue *ue, const struct nas_message *sm,
			const struct nas_ul_nas_transport *t);
} sm_rows[] = {
	{NAS_PDU_SESSION_ESTABLISHMENT_REQUEST, true, establishment_request},
	{NAS_PDU_SESSION_RELEASE_REQUEST, true, release_request},
	{NAS_PDU_SESSION_RELEASE_COMPLETE, false, release_complete},
	{NAS_5GSM_STATUS, false, sm_status},
	{0, false, NULL},
};

static void refuse_sm(struct ue *ue, const struct nas_ul_nas_transport *t,
		      const struct nas_error *err)
{
	ue->smf->counters.drop[SMF_nas_undecodable]++;
	log_warn("nas", "ue=%s session=%u what=undecodable type=%#x offset=%zu error=\"%s\"",
		 ue->supi, t->session_id, err->type, err->offset, err->text);
	if (err->is_sm && err->cause && err->type != NAS_5GSM_STATUS)
		session_n1_status(ue, t->session_id, err->pti, err->cause);
}

void session_n1_receive(struct ue *ue, const struct nas_ul_nas_transport *transport)
{
	const struct sm_row *row = sm_rows;
	struct nas_message sm;
	struct nas_error err;

	if (nas_decode(transport->container.data, transport->container.len, &sm, &err)) {
		refuse_sm(ue, transport, &err);
		return;
	}
	while (row->handler && row->type != sm.type)
		row++;
	if (!row->handler || sm.session_id != transport->session_id) {
		ue->smf->counters.drop[SMF_nas_unexpected]++;
		session_n1_status(ue, transport->session_id, sm.pti,
				  row->handler ? NAS_SM_INVALID_SESSION_ID
					       : NAS_SM_MESSAGE_TYPE_NOT_COMPATIBLE);
		return;
	}
	if (row->needs_pti && (sm.pti == 0 || sm.pti > PTI_MAX)) { /* cl. 7.3.1 */
		ue->smf->counters.drop[SMF_nas_unexpected]++;
		session_n1_status(ue, sm.session_id, sm.pti, NAS_SM_INVALID_PTI);
		return;
	}
	row->handler(ue, &sm, transport);
}
