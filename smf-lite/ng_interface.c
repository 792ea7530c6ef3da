// SPDX-License-Identifier: Apache-2.0
/*
 * NGAP procedures that belong to no UE: NG Setup (TS 38.413 cl. 8.7.1), NG Reset (cl. 8.7.4), Error
 * Indication (cl. 8.7.5).
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/config.h"
#include "smf-lite/guami.h"
#include "smf-lite/session.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

static const struct ngap_cause cause_unknown_plmn = {NGAP_CAUSE_MISC, NGAP_MISC_UNKNOWN_PLMN};

void ng_setup_refuse(struct n2_conn *conn, struct ngap_cause cause, const struct ngap_error *err)
{
	struct ngap_pdu *pdu = n2_pdu(conn->n2, NGAP_NG_SETUP_FAILURE);
	struct ngap_ng_setup_failure *failure = &pdu->ng_setup_failure;

	conn->n2->smf->counters.drop[SMF_ngap_setup_refused]++;
	failure->cause = cause;
	failure->has_time_to_wait = true;
	failure->time_to_wait = NGAP_WAIT_1S;
	if (err) {
		failure->has_diagnostics = true;
		ngap_error_diagnostics(err, &failure->diagnostics);
	}
	log_warn("n2", "what=ng-setup-refused cause=%s", ngap_cause_name(cause));
	n2_conn_send(conn, N2_STREAM_COMMON, pdu);
}

static bool plmn_equal(const struct ngap_plmn *a, const struct ngap_plmn *b)
{
	return memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

/* The gNB serves our tracking area for our PLMN. */
static bool serves_us(const struct smf_config *config, const struct ngap_supported_ta_list *tas)
{
	for (size_t i = 0; i < tas->count; i++)
		for (size_t j = 0; j < tas->item[i].plmns.count; j++)
			if (tas->item[i].tac == config->tac &&
			    plmn_equal(&tas->item[i].plmns.item[j].plmn, &config->plmn))
				return true;
	return false;
}

/* Every UE of a gNB loses its connection. */
static void disconnect_ues(struct smf *smf, struct gnb *gnb)
{
	struct ue *ue, *next;

	HASH_ITER (by_amf_id, smf->ues->amf_id, ue, next) {
		if (ue->gnb != gnb)
			continue;
		if (ue->supi[0])
			ue_disconnect(ue);
		else
			ue_free(ue);
	}
}

void ng_gnb_gone(void *user)
{
	struct gnb *gnb = user;

	log_warn("n2", "gnb=%s what=gone", gnb->name);
	disconnect_ues(gnb->n2->smf, gnb);
}

static bool keep_ues(struct smf *smf, struct gnb *gnb)
{
	struct ue *ue, *next;
	bool any = false;

	HASH_ITER (by_amf_id, smf->ues->amf_id, ue, next) {
		if (ue->gnb != gnb)
			continue;
		any = true;
		session_feed_ue(ue, SESSION_EV_GNB_BACK);
	}
	return any;
}

static void setup_respond(struct n2_conn *conn, bool ues_retained)
{
	const struct smf_config *config = conn->n2->smf->config;
	struct ngap_pdu *pdu = n2_pdu(conn->n2, NGAP_NG_SETUP_RESPONSE);
	struct ngap_ng_setup_response *r = &pdu->ng_setup_response;
	struct ngap_allowed_nssai nssai;

	snprintf(r->name.text, sizeof(r->name.text), "smf-lite");
	r->guamis.count = 1;
	r->guamis.item[0].guami = guami_ngap(config);
	r->capacity = 255;
	r->plmns.count = 1;
	r->plmns.item[0].plmn = config->plmn;
	guami_slices(config, &nssai);
	r->plmns.item[0].slice_count = nssai.count;
	memcpy(r->plmns.item[0].slice, nssai.item, nssai.count * sizeof(nssai.item[0]));
	r->ues_retained = ues_retained;
	n2_conn_send(conn, N2_STREAM_COMMON, pdu);
}

static bool gnb_known_to_ues(struct smf *smf, const struct gnb *gnb)
{
	struct ue *ue, *next;

	HASH_ITER (by_amf_id, smf->ues->amf_id, ue, next) {
		if (ue->gnb == gnb)
			return true;
	}
	return false;
}

/* The association of a gNB that has come back before the loss of its old one was noticed */
static void replace_conn(struct gnb *gnb, struct n2_conn *conn)
{
	struct n2_conn *old = gnb->conn;

	if (!old || old == conn)
		return;
	conn->n2->wire.abort(old->link);
	n2_conn_closed(old);
}

void ng_setup_request(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu)
{
	const struct ngap_ng_setup_request *r = &pdu->ng_setup_request;
	struct smf *smf = conn->n2->smf;
	struct gnb *gnb;
	bool retained;

	if (!plmn_equal(&r->gnb_id.plmn, &smf->config->plmn) || !serves_us(smf->config, &r->tas)) {
		ng_setup_refuse(conn, cause_unknown_plmn, NULL);
		return;
	}
	gnb = n2_gnb_get(conn->n2, &r->gnb_id);
	if (!gnb) {
		ng_setup_refuse(conn,
				(struct ngap_cause){NGAP_CAUSE_MISC, NGAP_MISC_CONTROL_OVERLOAD},
				NULL);
		return;
	}
	if (conn->gnb && conn->gnb != gnb) { /* another identity on the same association */
		disconnect_ues(smf, conn->gnb);
		conn->gnb->conn = NULL;
	}
	replace_conn(gnb, conn);
	conn->gnb = gnb;
	gnb->conn = conn;
	smf_timer_stop(gnb->gone);
	snprintf(gnb->name, sizeof(gnb->name), "%.*s", (int)sizeof(gnb->name) - 1,
		 r->has_name ? r->name.text : "gnb");
	retained = r->ues_retained && gnb_known_to_ues(smf, gnb);
	/* Without retention on both sides, NG Setup erases all UE contexts of the pair
	 * (cl. 8.7.1.1). */
	if (!retained)
		disconnect_ues(smf, gnb);
	log_info("n2", "gnb=%s id=%#x what=ng-setup retained=%d", gnb->name, gnb->id.id, retained);
	setup_respond(conn, retained);
	if (retained)
		keep_ues(smf, gnb);
}

static struct ue *find_connection(struct n2_conn *conn, const struct ngap_connection *c)
{
	struct ue *ue;

	if (c->has_amf_ue_id)
		ue = ue_find_amf_id(conn->n2->smf, c->amf_ue_id);
	else
		ue = c->has_ran_ue_id ? ue_find_ran_id(conn->n2->smf, conn->gnb, c->ran_ue_id)
				      : NULL;
	return ue && ue->gnb == conn->gnb ? ue : NULL;
}

void ng_reset(struct n2_conn *conn, struct ue *unused, const struct ngap_pdu *pdu)
{
	/* @pdu is n2->in, the answer n2->out: the list can be read while the answer is built. */
	const struct ngap_reset_type *reset = &pdu->ng_reset.reset;
	struct ngap_pdu *answer;

	log_info("n2", "gnb=%s what=ng-reset cause=%s whole=%d", conn->gnb->name,
		 ngap_cause_name(pdu->ng_reset.cause), reset->whole_interface);
	if (reset->whole_interface)
		disconnect_ues(conn->n2->smf, conn->gnb);
	for (size_t i = 0; !reset->whole_interface && i < reset->part.count; i++) {
		struct ue *ue = find_connection(conn, &reset->part.item[i]);

		if (ue && ue->supi[0])
			ue_disconnect(ue);
		else if (ue)
			ue_free(ue);
	}
	answer = n2_pdu(conn->n2, NGAP_NG_RESET_ACKNOWLEDGE);
	if (!reset->whole_interface)
		answer->ng_reset_acknowledge.connections = reset->part;
	n2_conn_send(conn, N2_STREAM_COMMON, answer);
}

/* The gNB doesn't know an id that we used: its context has gone, so the connection has. */
static bool says_unknown_ue(const struct ngap_error_indication *e)
{
	return e->has_cause && e->cause.group == NGAP_CAUSE_RADIO_NETWORK &&
	       (e->cause.value == NGAP_RADIO_UNKNOWN_LOCAL_UE_ID ||
		e->cause.value == NGAP_RADIO_INCONSISTENT_REMOTE_UE_ID);
}

void ng_error_indication(struct n2_conn *conn, struct ue *unused, const struct ngap_pdu *pdu)
{
	const struct ngap_error_indication *e = &pdu->error_indication;
	struct ue *ue = e->has_amf_ue_id ? ue_find_amf_id(conn->n2->smf, e->amf_ue_id) : NULL;

	log_warn("n2", "gnb=%s what=error-indication cause=%s ue=%s",
		 conn->gnb ? conn->gnb->name : "-", e->has_cause ? ngap_cause_name(e->cause) : "-",
		 ue ? ue->supi : "-");
	if (!ue || !conn->gnb || ue->gnb != conn->gnb || !says_unknown_ue(e))
		return;
	if (ue->supi[0])
		ue_disconnect(ue);
	else
		ue_free(ue);
}
