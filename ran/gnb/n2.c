// SPDX-License-Identifier: Apache-2.0
/* N2: the SCTP association with the AMF, NG Setup (TS 38.413 cl. 8.7.1), and trying again. */
#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "ran/gnb/handover.h"

enum { RETRY_MIN_MS = 20, RETRY_MAX_MS = 1000, SETUP_TIMEOUT_MS = 2000, GNB_ID_BITS = 22 };

/* SCTP streams, TS 38.412 cl. 7: 0 is kept for what belongs to no UE */
enum { STREAM_COMMON = 0, STREAM_UE = 1 };

static void try_connect(uv_timer_t *timer);

static void retry_later(struct gnb *g, uint64_t ms)
{
	uv_timer_start(&g->n2_timer, try_connect, ms, 0);
}

static void back_off(struct gnb *g)
{
	retry_later(g, g->n2_retry_ms);
	g->n2_retry_ms = g->n2_retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : g->n2_retry_ms * 2;
}

static int encode_and_send(struct gnb *g, const struct ngap_pdu *pdu)
{
	uint8_t bytes[NGAP_MAX_MESSAGE];
	uint32_t ran_ue_id;
	uint16_t stream = ngap_pdu_ran_ue_id(pdu, &ran_ue_id) ? STREAM_UE : STREAM_COMMON;
	size_t len;
	int r = ngap_encode(pdu, bytes, sizeof bytes, &len);

	if (r == 0)
		r = sctp_send(g->n2, stream, NGAP_PPID, bytes, len);
	if (r < 0)
		log_warn("n2", "message=%s what=\"not sent\" error=\"%s\"",
			 ngap_message_name(pdu->type), strerror(-r));
	else
		log_debug("n2", "message=%s what=sent", ngap_message_name(pdu->type));
	return r;
}

int n2_send(struct gnb *g, const struct ngap_pdu *pdu)
{
	return g->n2_ready ? encode_and_send(g, pdu) : -ENOTCONN;
}

static void setup_timed_out(uv_timer_t *timer)
{
	struct gnb *g = timer->data;

	log_warn("n2", "what=\"no answer to NG Setup\"");
	sctp_abort(g->n2);
	g->n2 = NULL;
	g->n2_up = false;
	back_off(g);
}

static void send_setup(struct gnb *g)
{
	struct ngap_pdu pdu = {.type = NGAP_NG_SETUP_REQUEST};
	struct ngap_ng_setup_request *m = &pdu.ng_setup_request;

	ngap_plmn_set(&m->gnb_id.plmn, g->config.mcc, g->config.mnc);
	m->gnb_id.id = g->config.gnb_id;
	m->gnb_id.bits = GNB_ID_BITS;
	m->has_name = true;
	snprintf(m->name.text, sizeof m->name.text, "%s", g->config.name);
	m->tas.count = 1;
	m->tas.item[0].tac = g->config.tac;
	m->tas.item[0].plmns.count = 1;
	m->tas.item[0].plmns.item[0].plmn = m->gnb_id.plmn;
	m->tas.item[0].plmns.item[0].slice_count = 1;
	m->tas.item[0].plmns.item[0].slice[0].sst = 1;
	m->paging_drx = NGAP_DRX_V128;
	m->ues_retained = ue_any_context(g);
	encode_and_send(g, &pdu);
	uv_timer_start(&g->n2_timer, setup_timed_out, SETUP_TIMEOUT_MS, 0);
}

static void setup_answered(struct gnb *g, const struct ngap_ng_setup_response *m)
{
	uv_timer_stop(&g->n2_timer);
	g->n2_ready = true;
	g->n2_retry_ms = RETRY_MIN_MS;
	log_info("n2", "what=\"NG Setup done\" amf=%s retained=%d", m->name.text, m->ues_retained);
	for (size_t i = 0; i < g->ue_count; i++) {
		struct gnb_ue *ue = g->ue[i];

		/* An AMF that knows none of our UEs wants them to register again; and one whose
		 * first message went to the AMF's predecessor would wait for its answer for ever.
		 */
		if (ue->in && !ue->has_amf_id) {
			handover_in_ask(ue); /* of which the AMF has not heard yet */
		} else if (ue->has_context && !(m->ues_retained && ue->has_amf_id)) {
			ue_drop_context(ue);
			radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RELEASE});
		}
		ue_flush_held(ue);
	}
}

static void setup_refused(struct gnb *g, const struct ngap_ng_setup_failure *m)
{
	static const uint16_t wait_s[] = {1, 2, 5, 10, 20, 60};

	log_error("n2", "what=\"NG Setup refused\" cause=%s", ngap_cause_name(m->cause));
	sctp_close(g->n2);
	g->n2 = NULL;
	g->n2_up = false;
	retry_later(g, m->has_time_to_wait && m->time_to_wait < 6
			       ? wait_s[m->time_to_wait] * UINT64_C(1000)
			       : RETRY_MAX_MS);
}

static void on_up(struct sctp_assoc *assoc, void *user)
{
	struct gnb *g = user;

	g->n2_up = true;
	log_info("n2", "what=\"association up\" sctp=%s", sctp_stack_name(sctp_probe()));
	send_setup(g);
}

static void refuse(struct gnb *g, const struct ngap_error *err)
{
	struct ngap_pdu pdu = {0};

	g->n2_malformed++;
	log_warn("n2", "what=\"message refused\" why=\"%s\" offset=%zu", err->text, err->offset);
	if (err->has_procedure && err->procedure_code == NGAP_PROC_ERROR_INDICATION)
		return; /* two peers must not answer each other for ever */
	ngap_error_indication_make(err, &pdu);
	n2_send(g, &pdu);
}

static void on_message(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		       size_t len, void *user)
{
	struct gnb *g = user;
	struct ngap_error err = {0};
	struct ngap_pdu pdu;
	int r = ppid == NGAP_PPID ? ngap_decode(data, len, &pdu, &err) : -EPROTO;

	if (ppid != NGAP_PPID) {
		g->n2_malformed++;
		return;
	}
	if (r < 0) {
		refuse(g, &err);
		return;
	}
	log_debug("n2", "message=%s what=received", ngap_message_name(pdu.type));
	if (pdu.type == NGAP_NG_SETUP_RESPONSE && !g->n2_ready)
		setup_answered(g, &pdu.ng_setup_response);
	else if (pdu.type == NGAP_NG_SETUP_FAILURE && !g->n2_ready)
		setup_refused(g, &pdu.ng_setup_failure);
	else if (g->n2_ready)
		n2_handle(g, &pdu);
	else
		g->n2_unexpected++;
}

static void on_down(struct sctp_assoc *assoc, int error, void *user)
{
	struct gnb *g = user;

	if (g->n2_up)
		log_warn("n2", "what=\"association down\" error=\"%s\"",
			 error ? strerror(-error) : "shut down");
	g->n2 = NULL;
	g->n2_up = g->n2_ready = false;
	back_off(g);
}

static void try_connect(uv_timer_t *timer)
{
	static const struct sctp_events events = {on_up, on_message, on_down};
	struct gnb *g = timer->data;
	struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr = g->config.n2_address};
	struct sockaddr_in remote = {.sin_family = AF_INET,
				     .sin_addr = g->config.amf_address,
				     .sin_port = htons(NGAP_PORT)};

	if (sctp_connect(&g->daemon.loop, SCTP_AUTO, &local, &remote, &events, g, &g->n2) < 0) {
		g->n2 = NULL;
		back_off(g);
	}
}

int n2_start(struct gnb *g)
{
	int r = uv_timer_init(&g->daemon.loop, &g->n2_timer);

	if (r < 0)
		return r;
	g->n2_timer.data = g;
	g->n2_retry_ms = RETRY_MIN_MS;
	retry_later(g, 0);
	return 0;
}

void n2_stop(struct gnb *g)
{
	if (g->n2)
		sctp_close(g->n2);
	g->n2 = NULL;
	g->n2_ready = g->n2_up = false;
	if (g->n2_timer.data)
		uv_close((uv_handle_t *)&g->n2_timer, NULL);
}
