// SPDX-License-Identifier: Apache-2.0
/* 5GMM, TS 24.501 cl. 5.5.1.2 (initial registration) and 5.4.5 (transport of 5GSM messages). */
#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "ran/ue/ue.h"

/* T3510 is 15 s in TS 24.501 table 10.2.1; over a link without loss an answer that takes a second
 * will not come. */
enum { T3510_MS = 1000, RETRY_MIN_MS = 100, RETRY_MAX_MS = 1000 };

static void send_nas(struct ue *ue, const struct nas_message *message)
{
	uint8_t bytes[NAS_MAX_MESSAGE];
	struct radio_frame frame = {.type = RADIO_NAS, .nas = bytes};
	int r = nas_encode(message, bytes, sizeof bytes, &frame.nas_len);

	if (r < 0) {
		log_error("nas", "message=\"%s\" what=\"not encoded\" error=\"%s\"",
			  nas_type_name(message->type), strerror(-r));
		return;
	}
	log_debug("nas", "message=\"%s\" what=sent", nas_type_name(message->type));
	radio_send(ue, &frame);
}

/* ---- registration ---- */

static void try_register(uv_timer_t *timer)
{
	struct ue *ue = timer->data;
	struct nas_message m = {.type = NAS_REGISTRATION_REQUEST};
	struct nas_registration_request *request = &m.registration_request;

	ue->registration_backs_off = false;
	if (!ue->attached || ue->registered)
		return;
	request->ksi = NAS_KSI_NONE;
	request->registration_type = NAS_INITIAL_REGISTRATION;
	request->follow_on = true;
	if (nas_suci_set(&request->identity, ue->config.supi + 5,
			 (unsigned)strlen(ue->config.mnc)) < 0)
		return; /* checked when the configuration was read */
	request->has_security_capability = true;
	request->security_capability =
		(struct nas_security_capability){.ea = 0x80, .ia = 0x80}; /* 5G-EA0, 5G-IA0 */
	request->requested_nssai.count = 1;
	request->requested_nssai.item[0].sst = 1;
	send_nas(ue, &m);
	uv_timer_start(&ue->registration_timer, try_register, T3510_MS, 0);
}

void mm_register(struct ue *ue)
{
	ue->registered = ue->has_guti = false;
	sm_deregistered(ue);
	/* The connection ends after a reject, which leads here: the pause holds all the same. */
	if (!ue->registration_backs_off)
		uv_timer_start(&ue->registration_timer, try_register, 0, 0);
}

static void accepted(struct ue *ue, const struct nas_registration_accept *accept)
{
	struct nas_message complete = {.type = NAS_REGISTRATION_COMPLETE};

	uv_timer_stop(&ue->registration_timer);
	ue->registration_backs_off = false;
	ue->registration_retry_ms = RETRY_MIN_MS;
	ue->has_guti = accept->has_guti && accept->guti.type == NAS_ID_GUTI;
	if (ue->has_guti)
		ue->guti = accept->guti.guti;
	send_nas(ue, &complete);
	log_info("nas", "what=registered tmsi=%u", ue->has_guti ? ue->guti.tmsi : 0);
	sm_registered(ue);
}

static void rejected(struct ue *ue, const struct nas_registration_reject *reject)
{
	log_warn("nas", "what=\"registration rejected\" cause=%u name=\"%s\"", reject->cause,
		 nas_mm_cause_name(reject->cause));
	ue->registration_backs_off = true;
	uv_timer_start(&ue->registration_timer, try_register, ue->registration_retry_ms, 0);
	ue->registration_retry_ms = ue->registration_retry_ms * 2 > RETRY_MAX_MS
					    ? RETRY_MAX_MS
					    : ue->registration_retry_ms * 2;
}

static void deregistered_by_network(struct ue *ue)
{
	struct nas_message accept = {.type = NAS_DEREGISTRATION_ACCEPT_NW};

	send_nas(ue, &accept);
	mm_register(ue);
}

static void identity_requested(struct ue *ue)
{
	struct nas_message m = {.type = NAS_IDENTITY_RESPONSE};

	if (nas_suci_set(&m.identity_response.identity, ue->config.supi + 5,
			 (unsigned)strlen(ue->config.mnc)) == 0)
		send_nas(ue, &m);
}

/* ---- transport ---- */

void mm_send_sm(struct ue *ue, const struct ue_session *s, const struct nas_message *sm,
		bool initial)
{
	struct nas_message m = {.type = NAS_UL_NAS_TRANSPORT};
	struct nas_ul_nas_transport *t = &m.ul_nas_transport;
	uint8_t bytes[NAS_MAX_MESSAGE];
	int r;

	t->container_type = NAS_CONTAINER_N1_SM;
	t->container.data = bytes;
	r = nas_encode(sm, bytes, sizeof bytes, &t->container.len);
	if (r < 0) {
		log_error("nas", "message=\"%s\" what=\"not encoded\" error=\"%s\"",
			  nas_type_name(sm->type), strerror(-r));
		return;
	}
	t->has_session_id = true;
	t->session_id = s->id;
	if (initial) {
		t->has_request_type = t->has_snssai = t->has_dnn = true;
		t->request_type = NAS_REQUEST_INITIAL;
		t->snssai.sst = s->sst;
		snprintf(t->dnn.text, sizeof t->dnn.text, "%s", s->dnn);
	}
	log_debug("nas", "session=%u message=\"%s\"", s->id, nas_type_name(sm->type));
	send_nas(ue, &m);
}

static void transported(struct ue *ue, const struct nas_dl_nas_transport *t)
{
	if (t->container_type != NAS_CONTAINER_N1_SM)
		ue->nas_unexpected++;
	else if (t->has_cause)
		sm_not_forwarded(ue, t->has_session_id ? t->session_id : 0, t->cause);
	else
		sm_receive(ue, t->container.data, t->container.len);
}

static void send_status(struct ue *ue, uint8_t cause)
{
	struct nas_message m = {.type = NAS_5GMM_STATUS, .mm_status.cause = cause};

	send_nas(ue, &m);
}

void mm_receive(struct ue *ue, const uint8_t *nas, size_t len)
{
	struct nas_error err = {0};
	struct nas_message m;

	if (nas_decode(nas, len, &m, &err) < 0) {
		ue->nas_malformed++;
		log_warn("nas", "what=refused why=\"%s\" offset=%zu", err.text, err.offset);
		if (err.cause)
			send_status(ue, err.cause);
		return;
	}
	log_debug("nas", "message=\"%s\" what=received", nas_type_name(m.type));
	if (m.type == NAS_REGISTRATION_ACCEPT && !ue->registered)
		accepted(ue, &m.registration_accept);
	else if (m.type == NAS_REGISTRATION_REJECT && !ue->registered)
		rejected(ue, &m.registration_reject);
	else if (m.type == NAS_DL_NAS_TRANSPORT)
		transported(ue, &m.dl_nas_transport);
	else if (m.type == NAS_DEREGISTRATION_REQUEST_NW)
		deregistered_by_network(ue);
	else if (m.type == NAS_IDENTITY_REQUEST)
		identity_requested(ue);
	else if (m.type != NAS_5GMM_STATUS)
		ue->nas_unexpected++;
}

int mm_start(struct ue *ue)
{
	int r = uv_timer_init(&ue->daemon.loop, &ue->registration_timer);

	if (r == 0)
		ue->registration_timer.data = ue;
	ue->registration_retry_ms = RETRY_MIN_MS;
	return r;
}

/* Switched off: the network forgets us at once, TS 24.501 cl. 5.5.2.2. */
void mm_stop(struct ue *ue)
{
	struct nas_message m = {.type = NAS_DEREGISTRATION_REQUEST_UE};
	struct nas_deregistration_request_ue *request = &m.deregistration_request_ue;

	if (ue->registered && ue->radio_count) {
		request->ksi = NAS_KSI_NONE;
		request->switch_off = true;
		request->access = NAS_ACCESS_3GPP;
		if (nas_suci_set(&request->identity, ue->config.supi + 5,
				 (unsigned)strlen(ue->config.mnc)) == 0)
			send_nas(ue, &m);
	}
	if (ue->registration_timer.data)
		uv_close((uv_handle_t *)&ue->registration_timer, NULL);
}
