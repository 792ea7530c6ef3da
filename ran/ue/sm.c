// SPDX-License-Identifier: Apache-2.0
/*
 * 5GSM, TS 24.501 cl. 6.4.1 (establishment) and 6.3.3, 6.4.3 (release): one state machine for each
 * PDU session id.
 *
 *   NONE -request-> ESTABLISHING -accept-> ACTIVE -release request-> RELEASING -release command->
 * NONE A release command also ends ESTABLISHING and ACTIVE; with cause 39 the same session is asked
 * for again at once.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "ran/ue/bearer.h"

/* T3580 and T3582 are 16 s in TS 24.501 table 10.3.1; here an answer takes milliseconds, and NAS is
 * lost only while a daemon restarts. */
enum {
	AGAIN_MS = 100, /* after a refusal, doubling four times */
	REFUSALS_MAX = 10,
	T3580_MS = 1000,
	T3582_MS = 1000,
	TRIES = 5,
	MTU_DEFAULT = 1456,
	PTI_MAX = 254,
	MTU_MIN = 576
};

const char *sm_state_name(enum ue_session_state state)
{
	static const char *const names[] = {"none", "establishing", "active", "releasing"};

	return names[state];
}

int sm_wanted(const struct ue *ue)
{
	int wanted = 0;

	for (uint8_t id = 1; id < UE_SESSIONS; id++)
		wanted += ue->session[id].wanted;
	return wanted;
}

static uint8_t new_pti(struct ue *ue)
{
	ue->next_pti = ue->next_pti >= PTI_MAX ? 1 : (uint8_t)(ue->next_pti + 1);
	return ue->next_pti;
}

/* What the servers of an ended or new session mean for the resolver. Other lines of that file are
 * not ours to keep. */
static void write_resolv_conf(struct ue *ue)
{
	FILE *file = ue->config.resolv_conf[0] ? fopen(ue->config.resolv_conf, "we") : NULL;
	char text[INET_ADDRSTRLEN];

	if (!file)
		return;
	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		const struct ue_session *s = &ue->session[id];

		for (size_t i = 0; s->state == UE_SESSION_ACTIVE && i < s->dns_count; i++) {
			uv_inet_ntop(AF_INET, &s->dns[i], text, sizeof text);
			fprintf(file, "nameserver %s\n", text);
		}
	}
	fclose(file);
}

/* The session ends here, whatever state it was in. */
static void end_session(struct ue_session *s)
{
	if (s->timer.data)
		uv_timer_stop(&s->timer);
	bearer_del(s->ue->bearers, s);
	s->state = UE_SESSION_NONE;
	s->pti = 0;
	s->address.s_addr = 0;
	s->dns_count = 0;
	write_resolv_conf(s->ue);
}

/* ---- establishment ---- */

/* Wanted sessions come up one after another, by id: what comes first is the primary, and that shall
 * not be chance. */
static void establish_wanted_after(struct ue *ue, uint8_t id)
{
	for (id++; id < UE_SESSIONS; id++) {
		if (ue->session[id].wanted && ue->session[id].state == UE_SESSION_NONE) {
			sm_establish(&ue->session[id]);
			return;
		}
	}
}

static void establishment_failed(struct ue_session *s, unsigned status, const char *cause,
				 const char *detail)
{
	log_warn("sm", "session=%u what=\"not established\" detail=\"%s\"", s->id, detail);
	end_session(s);
	rest_session_event(s, "rejected");
	rest_answer_problem(s, status, cause, detail);
	establish_wanted_after(s->ue, s->id);
}

static void send_establishment(uv_timer_t *timer)
{
	struct ue_session *s = timer->data;
	struct nas_message m = {
		.type = NAS_PDU_SESSION_ESTABLISHMENT_REQUEST, .session_id = s->id, .pti = s->pti};
	struct nas_pdu_session_establishment_request *request =
		&m.pdu_session_establishment_request;

	if (s->tries++ == TRIES) {
		establishment_failed(s, 504, "NETWORK_NOT_ANSWERING",
				     "the network did not answer the establishment request");
		return;
	}
	request->max_rate_uplink = request->max_rate_downlink = 0xff;
	request->has_session_type = request->has_ssc_mode = request->has_epco = true;
	request->session_type = NAS_SESSION_IPV4;
	request->ssc_mode = s->ssc_mode;
	request->epco.request_dns_ipv4 = request->epco.request_ipv4_mtu = true;
	mm_send_sm(s->ue, s, &m, true);
	uv_timer_start(&s->timer, send_establishment, T3580_MS, 0);
}

void sm_establish(struct ue_session *s)
{
	s->state = UE_SESSION_ESTABLISHING;
	s->wanted = true;
	s->pti = new_pti(s->ue);
	s->tries = 0;
	s->cause = 0;
	s->requested_ns = clock_now_ns();
	send_establishment(&s->timer);
}

static void take_accept(struct ue_session *s,
			const struct nas_pdu_session_establishment_accept *accept)
{
	uint64_t now_us = clock_now_ns() / 1000;

	s->address = accept->address.ipv4;
	s->ssc_mode = accept->ssc_mode;
	s->mtu = accept->has_epco && accept->epco.has_ipv4_mtu && accept->epco.ipv4_mtu >= MTU_MIN
			 ? accept->epco.ipv4_mtu
			 : MTU_DEFAULT;
	s->dns_count = accept->has_epco ? accept->epco.dns_ipv4_count : 0;
	memcpy(s->dns, accept->epco.dns_ipv4, s->dns_count * sizeof s->dns[0]);
	s->generation = now_us > s->generation ? now_us : s->generation + 1;
}

static void accepted(struct ue_session *s,
		     const struct nas_pdu_session_establishment_accept *accept)
{
	uv_timer_stop(&s->timer);
	s->refusals = 0;
	if (!accept->has_address || accept->address.type != NAS_SESSION_IPV4 ||
	    accept->session_type != NAS_SESSION_IPV4) {
		establishment_failed(s, 502, "SESSION_REJECTED",
				     "the network gave no IPv4 address");
		return;
	}
	take_accept(s, accept);
	if (bearer_add(s->ue->bearers, s) < 0) {
		establishment_failed(s, 500, "NO_BEARER",
				     "the session's interface could not be made");
		return;
	}
	s->state = UE_SESSION_ACTIVE;
	s->established_ns = clock_now_ns();
	write_resolv_conf(s->ue);
	log_info("sm", "session=%u what=established dnn=%s us=%llu", s->id, s->dnn,
		 (unsigned long long)(s->established_ns - s->requested_ns) / 1000);
	rest_session_event(s, "established");
	rest_answer_established(s);
	establish_wanted_after(s->ue, s->id);
}

/* What may be otherwise in a moment, as when the network was restarted in the middle */
static bool is_temporary(uint8_t cause)
{
	return cause == NAS_SM_INSUFFICIENT_RESOURCES || cause == NAS_SM_REQUEST_REJECTED ||
	       cause == NAS_SM_NETWORK_FAILURE;
}

static void establish_again(uv_timer_t *timer)
{
	struct ue_session *s = timer->data;

	if (s->wanted && s->state == UE_SESSION_NONE && s->ue->registered)
		sm_establish(s);
}

/*
 * Who asked over REST is told, and decides. What the UE wants by itself, its configured sessions
 * and those that the network had it establish again, it asks for again (TS 24.501 cl. 6.4.1.4.3
 * leaves it the time).
 */
static void rejected(struct ue_session *s, uint8_t cause)
{
	bool again = s->waiting_count == 0 && is_temporary(cause) && s->refusals < REFUSALS_MAX;
	char detail[96];

	s->cause = cause;
	s->wanted = false;
	snprintf(detail, sizeof detail, "5GSM cause %u, %s", cause, nas_sm_cause_name(cause));
	establishment_failed(s, 502, "SESSION_REJECTED", detail);
	if (!again) {
		s->refusals = 0;
		return;
	}
	s->wanted = true;
	uv_timer_start(&s->timer, establish_again, AGAIN_MS << (s->refusals < 4 ? s->refusals : 4),
		       0);
	s->refusals++;
}

void sm_not_forwarded(struct ue *ue, uint8_t id, uint8_t mm_cause)
{
	struct ue_session *s = id >= 1 && id < UE_SESSIONS ? &ue->session[id] : NULL;
	char detail[96];

	if (!s || s->state != UE_SESSION_ESTABLISHING) {
		ue->nas_unexpected++;
		return;
	}
	snprintf(detail, sizeof detail, "5GMM cause %u, %s", mm_cause, nas_mm_cause_name(mm_cause));
	establishment_failed(s, 502, "SESSION_REJECTED", detail);
}

/* ---- release ---- */

static void released(struct ue_session *s)
{
	end_session(s);
	rest_session_event(s, "released");
	rest_answer_released(s);
}

static void send_release(uv_timer_t *timer)
{
	struct ue_session *s = timer->data;
	struct nas_message m = {
		.type = NAS_PDU_SESSION_RELEASE_REQUEST, .session_id = s->id, .pti = s->pti};

	if (s->tries++ ==
	    TRIES) { /* TS 24.501 cl. 6.4.3.5 a: released here, the network will find out */
		released(s);
		return;
	}
	m.pdu_session_release_request.has_cause = true;
	m.pdu_session_release_request.cause = NAS_SM_REGULAR_DEACTIVATION;
	mm_send_sm(s->ue, s, &m, false);
	uv_timer_start(&s->timer, send_release, T3582_MS, 0);
}

void sm_release(struct ue_session *s)
{
	s->state = UE_SESSION_RELEASING;
	s->wanted = false;
	s->pti = new_pti(s->ue);
	s->tries = 0;
	send_release(&s->timer);
}

static void send_complete(struct ue *ue, const struct ue_session *s, uint8_t pti)
{
	struct nas_message m = {
		.type = NAS_PDU_SESSION_RELEASE_COMPLETE, .session_id = s->id, .pti = pti};

	mm_send_sm(ue, s, &m, false);
}

static void commanded(struct ue_session *s, const struct nas_message *m)
{
	bool again = m->pdu_session_release_command.cause == NAS_SM_REACTIVATION_REQUESTED &&
		     s->state != UE_SESSION_RELEASING;

	if (s->state != UE_SESSION_NONE) {
		s->release_command_ns = s->ue->frame_ns;
		s->cause = m->pdu_session_release_command.cause;
		log_info("sm", "session=%u what=\"release command\" cause=%u", s->id, s->cause);
		rest_session_event(s, "release-commanded");
	}
	send_complete(s->ue, s,
		      m->pti); /* also for one that we don't have: the command may come twice */
	if (s->state == UE_SESSION_NONE)
		return;
	if (!again) {
		s->wanted = false;
		released(s);
		return;
	}
	end_session(s);
	rest_session_event(s, "released");
	sm_establish(s);
}

/* ---- what comes ---- */

static void send_status(struct ue *ue, const struct ue_session *s, uint8_t pti, uint8_t cause)
{
	struct nas_message m = {
		.type = NAS_5GSM_STATUS, .session_id = s->id, .pti = pti, .sm_status.cause = cause};

	mm_send_sm(ue, s, &m, false);
}

static void status_received(struct ue_session *s, uint8_t cause)
{
	if (s->state == UE_SESSION_ESTABLISHING)
		rejected(s, cause);
	else if (s->state == UE_SESSION_RELEASING)
		released(s);
}

void sm_receive(struct ue *ue, const uint8_t *sm, size_t len)
{
	struct nas_error err = {0};
	struct nas_message m;
	struct ue_session *s;

	if (nas_decode(sm, len, &m, &err) < 0) {
		ue->nas_malformed++;
		log_warn("sm", "what=refused why=\"%s\" offset=%zu", err.text, err.offset);
		if (err.is_sm && err.session_id >= 1 && err.session_id < UE_SESSIONS)
			send_status(ue, &ue->session[err.session_id], err.pti, err.cause);
		return;
	}
	if (m.session_id < 1 || m.session_id >= UE_SESSIONS) {
		ue->nas_unexpected++;
		return;
	}
	s = &ue->session[m.session_id];
	if (m.type == NAS_PDU_SESSION_RELEASE_COMMAND)
		commanded(s, &m);
	else if (m.type == NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT &&
		 s->state == UE_SESSION_ESTABLISHING && m.pti == s->pti)
		accepted(s, &m.pdu_session_establishment_accept);
	else if (m.type == NAS_PDU_SESSION_ESTABLISHMENT_REJECT &&
		 s->state == UE_SESSION_ESTABLISHING && m.pti == s->pti)
		rejected(s, m.pdu_session_establishment_reject.cause);
	else if (m.type == NAS_PDU_SESSION_RELEASE_REJECT && s->state == UE_SESSION_RELEASING &&
		 m.pti == s->pti)
		released(s);
	else if (m.type == NAS_5GSM_STATUS)
		status_received(s, m.sm_status.cause);
	else
		ue->nas_unexpected++;
}

/* ---- registration's effect, start and end ---- */

void sm_registered(struct ue *ue)
{
	ue->registered = true;
	establish_wanted_after(ue, 0);
}

void sm_deregistered(struct ue *ue)
{
	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		struct ue_session *s = &ue->session[id];

		if (s->state == UE_SESSION_RELEASING) {
			released(s);
		} else if (s->state == UE_SESSION_ACTIVE) {
			end_session(s);
			rest_session_event(s, "released");
		} else if (s->state ==
			   UE_SESSION_ESTABLISHING) { /* asked for again once registered; who waits
							 goes on waiting */
			end_session(s);
		}
	}
}

int sm_start(struct ue *ue)
{
	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		struct ue_session *s = &ue->session[id];
		int r = uv_timer_init(&ue->daemon.loop, &s->timer);

		if (r < 0)
			return r;
		s->ue = ue;
		s->id = id;
		s->timer.data = s;
	}
	return 0;
}

void sm_stop(struct ue *ue)
{
	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		struct ue_session *s = &ue->session[id];

		if (!s->timer.data)
			continue;
		if (s->state != UE_SESSION_NONE)
			end_session(s);
		rest_answer_problem(s, 503, "STOPPING", "ue is stopping");
		uv_close((uv_handle_t *)&s->timer, NULL);
	}
}
