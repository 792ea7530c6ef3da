// SPDX-License-Identifier: Apache-2.0
/* N2: associations and gNBs, dispatch of NGAP PDUs by one table, answers to what can't be handled.
 */
#include "smf-lite/amf_n2.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/nas_transport.h"
#include "smf-lite/path_switch.h"
#include "smf-lite/session.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

/* FROM_FORMER: also from the gNB that the UE has just left */
enum { BEFORE_SETUP = 1 << 0, NEEDS_UE = 1 << 1, FROM_FORMER = 1 << 2 };

static const struct row {
	enum ngap_message type;
	int flags;
	void (*handler)(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
} rows[] = {
	{NGAP_NG_SETUP_REQUEST, BEFORE_SETUP, ng_setup_request},
	{NGAP_NG_RESET, 0, ng_reset},
	{NGAP_ERROR_INDICATION, BEFORE_SETUP, ng_error_indication},
	{NGAP_INITIAL_UE_MESSAGE, 0, n2_initial_ue_message},
	{NGAP_UPLINK_NAS_TRANSPORT, NEEDS_UE | FROM_FORMER, n2_uplink_nas_transport},
	{NGAP_INITIAL_CONTEXT_SETUP_RESPONSE, NEEDS_UE, n2_context_setup_response},
	{NGAP_INITIAL_CONTEXT_SETUP_FAILURE, NEEDS_UE, n2_context_setup_failure},
	{NGAP_UE_CONTEXT_RELEASE_REQUEST, NEEDS_UE, n2_context_release_request},
	{NGAP_UE_CONTEXT_RELEASE_COMPLETE, 0, n2_context_release_complete},
	{NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE, NEEDS_UE, n2_resource_setup_response},
	{NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE, NEEDS_UE, n2_resource_modify_response},
	{NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE, NEEDS_UE, n2_resource_release_response},
	{NGAP_PATH_SWITCH_REQUEST, 0, n2_path_switch_request},
	{NGAP_NONE, 0, NULL},
};

int n2_new(struct smf *smf, const struct n2_wire *wire, struct n2 **ret_n2)
{
	struct n2 *n2 = calloc(1, sizeof(*n2));

	if (!n2)
		return -ENOMEM;
	n2->smf = smf;
	n2->wire = *wire;
	*ret_n2 = n2;
	return 0;
}

void n2_free(struct n2 *n2)
{
	for (size_t i = 0; n2 && i < SMF_GNBS_MAX; i++)
		smf_timer_free(n2->gnbs[i].gone);
	free(n2);
}

/* One that has not set up yet makes room: silent associations must not keep gNBs out. */
static void evict_silent(struct n2 *n2)
{
	for (size_t i = 0; i < SMF_GNBS_MAX; i++)
		if (!n2->conns[i].link)
			return;
	for (size_t i = 0; i < SMF_GNBS_MAX; i++) {
		struct n2_conn *conn = &n2->conns[i];

		if (conn->gnb)
			continue;
		n2->smf->counters.drop[SMF_gnb_limit]++;
		n2->wire.abort(conn->link);
		n2_conn_closed(conn);
		return;
	}
}

struct n2_conn *n2_conn_open(struct n2 *n2, void *link, const struct sockaddr_in *peer)
{
	evict_silent(n2);
	for (size_t i = 0; i < SMF_GNBS_MAX; i++) {
		struct n2_conn *conn = &n2->conns[i];

		if (conn->link)
			continue;
		*conn = (struct n2_conn){.n2 = n2, .link = link, .peer = *peer};
		return conn;
	}
	n2->smf->counters.drop[SMF_gnb_limit]++;
	return NULL;
}

static void feed_gnb(struct n2 *n2, struct gnb *gnb, enum session_event event)
{
	struct ue *ue, *next;

	HASH_ITER (by_amf_id, n2->smf->ues->amf_id, ue, next) {
		if (ue->gnb == gnb)
			session_feed_ue(ue, event);
	}
}

void n2_conn_closed(struct n2_conn *conn)
{
	struct gnb *gnb = conn->gnb;
	struct n2 *n2 = conn->n2;

	memset(conn, 0, sizeof(*conn));
	if (!gnb || gnb->conn != conn)
		return;
	gnb->conn = NULL;
	smf_timer_start(gnb->gone, SMF_GNB_GONE_MS);
	log_warn("n2", "gnb=%s what=disconnected", gnb->name);
	feed_gnb(n2, gnb, SESSION_EV_GNB_LOST);
}

static bool same_gnb(const struct ngap_gnb_id *a, const struct ngap_gnb_id *b)
{
	return a->id == b->id && a->bits == b->bits &&
	       memcmp(a->plmn.octets, b->plmn.octets, sizeof(a->plmn.octets)) == 0;
}

struct gnb *n2_gnb_find(struct n2 *n2, const struct ngap_gnb_id *id)
{
	for (size_t i = 0; i < SMF_GNBS_MAX; i++)
		if (n2->gnbs[i].used && same_gnb(&n2->gnbs[i].id, id))
			return &n2->gnbs[i];
	return NULL;
}

static bool gnb_has_ues(struct n2 *n2, const struct gnb *gnb)
{
	struct ue *ue, *next;

	HASH_ITER (by_amf_id, n2->smf->ues->amf_id, ue, next) {
		if (ue->gnb == gnb)
			return true;
	}
	return false;
}

/* In a slot; one that was used before has its timer already. */
static struct gnb *gnb_make(struct n2 *n2, struct gnb *gnb, const struct ngap_gnb_id *id)
{
	struct smf_timer *gone = gnb->gone;

	if (!gone)
		gone = smf_timer_new(n2->smf->loop, ng_gnb_gone, gnb);
	if (!gone)
		return NULL;
	*gnb = (struct gnb){.used = true, .n2 = n2, .gone = gone, .id = *id};
	smf_timer_start(gone, SMF_GNB_GONE_MS);
	return gnb;
}

struct gnb *n2_gnb_get(struct n2 *n2, const struct ngap_gnb_id *id)
{
	struct gnb *gnb = n2_gnb_find(n2, id);

	if (gnb)
		return gnb;
	for (size_t i = 0; i < SMF_GNBS_MAX; i++) {
		gnb = &n2->gnbs[i];
		/* a slot never used, or of a gNB that went and left nothing behind */
		if (gnb->used && (gnb->conn || gnb_has_ues(n2, gnb)))
			continue;
		return gnb_make(n2, gnb, id);
	}
	n2->smf->counters.drop[SMF_gnb_limit]++;
	return NULL;
}

struct ngap_pdu *n2_pdu(struct n2 *n2, enum ngap_message type)
{
	memset(&n2->out, 0, sizeof(n2->out));
	n2->out.type = type;
	return &n2->out;
}

int n2_conn_send(struct n2_conn *conn, uint16_t stream, const struct ngap_pdu *pdu)
{
	struct smf_counters *counters = &conn->n2->smf->counters;
	uint8_t buf[NGAP_MAX_MESSAGE];
	size_t len;
	int err = ngap_encode(pdu, buf, sizeof(buf), &len);

	if (err) {
		counters->drop[SMF_ngap_encode_failed]++;
		log_error("n2", "what=encode message=%s error=%d", ngap_message_name(pdu->type),
			  err);
		return err;
	}
	err = conn->n2->wire.send(conn->link, stream, buf, len);
	if (err)
		counters->drop[SMF_ngap_send_failed]++;
	return err;
}

int n2_send(struct gnb *gnb, struct n2 *n2, uint16_t stream, const struct ngap_pdu *pdu)
{
	if (!gnb || !gnb->conn)
		return -ENOTCONN;
	return n2_conn_send(gnb->conn, stream, pdu);
}

/* cl. 10.6: an id that isn't known, or doesn't belong to the other one */
static void refuse_ue(struct n2_conn *conn, const struct ngap_pdu *pdu, enum smf_drop reason,
		      uint8_t cause)
{
	struct ngap_pdu *answer = n2_pdu(conn->n2, NGAP_ERROR_INDICATION);
	struct ngap_error_indication *e = &answer->error_indication;

	conn->n2->smf->counters.drop[reason]++;
	e->has_amf_ue_id = ngap_pdu_amf_ue_id(pdu, &e->amf_ue_id);
	e->has_ran_ue_id = ngap_pdu_ran_ue_id(pdu, &e->ran_ue_id);
	e->has_cause = true;
	e->cause = (struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, cause};
	n2_conn_send(conn, N2_STREAM_COMMON, answer);
}

static bool is_from(const struct n2_conn *conn, const struct ngap_pdu *pdu, const struct gnb *gnb,
		    uint32_t ran_ue_id)
{
	uint32_t id;

	return gnb && gnb == conn->gnb && ngap_pdu_ran_ue_id(pdu, &id) && id == ran_ue_id;
}

/* The UE a PDU belongs to; NULL: it has been refused. */
static struct ue *find_ue(struct n2_conn *conn, const struct ngap_pdu *pdu, int flags)
{
	struct ue *ue = NULL;
	uint64_t amf_ue_id;

	if (ngap_pdu_amf_ue_id(pdu, &amf_ue_id))
		ue = ue_find_amf_id(conn->n2->smf, amf_ue_id);
	if (!ue)
		refuse_ue(conn, pdu, SMF_ngap_unknown_ue, NGAP_RADIO_UNKNOWN_LOCAL_UE_ID);
	else if (is_from(conn, pdu, ue->gnb, ue->ran_ue_id) ||
		 (flags & FROM_FORMER && is_from(conn, pdu, ue->former.gnb, ue->former.ran_ue_id)))
		return ue;
	else
		refuse_ue(conn, pdu, SMF_ngap_inconsistent_ue,
			  NGAP_RADIO_INCONSISTENT_REMOTE_UE_ID);
	return NULL;
}

static void refuse_state(struct n2_conn *conn, enum smf_drop reason)
{
	struct ngap_pdu *answer = n2_pdu(conn->n2, NGAP_ERROR_INDICATION);

	conn->n2->smf->counters.drop[reason]++;
	answer->error_indication.has_cause = true;
	answer->error_indication.cause =
		(struct ngap_cause){NGAP_CAUSE_PROTOCOL, NGAP_PROTO_NOT_COMPATIBLE_WITH_STATE};
	n2_conn_send(conn, N2_STREAM_COMMON, answer);
}

static void dispatch(struct n2_conn *conn, const struct ngap_pdu *pdu)
{
	const struct row *row = rows;
	struct ue *ue = NULL;

	while (row->handler && row->type != pdu->type)
		row++;
	if (!row->handler) {
		refuse_state(conn, SMF_ngap_unexpected);
		return;
	}
	if (!conn->gnb && !(row->flags & BEFORE_SETUP)) {
		refuse_state(conn, SMF_ngap_no_setup);
		return;
	}
	if (row->flags & NEEDS_UE) {
		ue = find_ue(conn, pdu, row->flags);
		if (!ue)
			return;
	}
	row->handler(conn, ue, pdu);
}

static void refuse_undecodable(struct n2_conn *conn, const struct ngap_error *err)
{
	struct ngap_pdu *answer = n2_pdu(conn->n2, NGAP_ERROR_INDICATION);

	conn->n2->smf->counters.drop[SMF_ngap_undecodable]++;
	log_warn("n2", "what=undecodable procedure=%d offset=%zu error=\"%s\"",
		 err->has_procedure ? err->procedure_code : -1, err->offset, err->text);
	if (err->has_procedure && err->procedure_code == NGAP_PROC_ERROR_INDICATION)
		return; /* two peers must not answer each other for ever */
	if (err->has_procedure && err->procedure_code == NGAP_PROC_NG_SETUP &&
	    err->trigger == NGAP_INITIATING_MESSAGE) {
		ng_setup_refuse(conn, err->cause, err);
		return;
	}
	if (err->has_procedure && err->criticality == NGAP_IGNORE &&
	    err->trigger == NGAP_INITIATING_MESSAGE &&
	    err->cause.value == NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_NOTIFY)
		return;
	ngap_error_indication_make(err, answer);
	n2_conn_send(conn, N2_STREAM_COMMON, answer);
}

void n2_conn_receive(struct n2_conn *conn, uint32_t ppid, const void *data, size_t len)
{
	struct n2 *n2 = conn->n2;
	struct ngap_error err;

	if (ppid != NGAP_PPID) {
		n2->smf->counters.drop[SMF_ngap_wrong_ppid]++;
		return;
	}
	if (ngap_decode(data, len, &n2->in, &err))
		refuse_undecodable(conn, &err);
	else
		dispatch(conn, &n2->in);
}
