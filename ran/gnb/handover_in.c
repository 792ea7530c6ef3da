// SPDX-License-Identifier: Apache-2.0
/* Handover, the target's part: be ready for the UE, hold packets back for it, switch its path. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/radio.h"
#include "ran/gnb/handover.h"

enum { TURN_MS = 5 };

static uint64_t now_ms(const struct gnb_ue *ue)
{
	return uv_now(&ue->gnb->daemon.loop);
}

static void enter(struct handover_in *in, enum xn_state state)
{
	in->state = state;
	in->since_ms = in->asked_ms = now_ms(in->ue);
	in->tries = 0;
}

static void freed(uv_handle_t *handle)
{
	free(handle->data);
}

static void finish(struct handover_in *in)
{
	in->ue->in = NULL;
	uv_close((uv_handle_t *)&in->timer, freed);
}

/* ---- being ready ---- */

static struct gnb_ue *find_link(struct gnb *g, const char *supi)
{
	uint8_t mac[6];

	if (strncmp(supi, "imsi-", 5) != 0)
		return NULL;
	radio_bearer_mac((uint32_t)strtoull(supi + 5, NULL, 10) & 0xffffff, 0, mac);
	for (size_t i = 0; i < g->ue_count; i++)
		if (g->ue[i]->link && radio_link_alive(g->ue[i]->link) &&
		    memcmp(radio_link_peer(g->ue[i]->link), mac, sizeof mac) == 0)
			return g->ue[i];
	return NULL;
}

static int make_session(struct gnb_ue *ue, const struct xn_session *told)
{
	struct gnb *g = ue->gnb;
	struct gnb_session *s = &ue->session[told->id];
	unsigned ifindex = radio_link_ifindex(ue->link);
	int r;

	s->id = told->id;
	s->state = SESSION_ACTIVE;
	s->qfi = told->qfi;
	s->upf_address = told->upf;
	s->upf_teid = told->teid;
	s->ue_address = told->ue;
	s->teid = session_teid_new(g);
	s->forwarded_teid = session_teid_new(g);
	r = dataplane_hold_new(g->dp, ifindex, &s->hold);
	if (r == 0)
		r = dataplane_hold_new(g->dp, ifindex, &s->hold_forwarded);
	return r < 0 ? r : session_apply(ue, s);
}

static int make_sessions(struct gnb_ue *ue, const struct xn_message *m)
{
	int r = 0;

	ue->ran_ue_id = ue->gnb->next_ran_ue_id++;
	ue->has_context = true;
	ue->has_amf_id = false;
	snprintf(ue->supi, sizeof ue->supi, "%s", m->supi);
	for (uint8_t i = 0; i < m->count && r == 0; i++)
		r = make_session(ue, &m->session[i]);
	if (r < 0)
		log_warn("handover", "ue=%s what=\"not prepared\" error=\"%s\"", m->supi,
			 strerror(-r));
	return r;
}

static void turn(uv_timer_t *timer);

static int prepare(struct gnb_ue *ue, struct in_addr from, const struct xn_message *m)
{
	struct handover_in *in = calloc(1, sizeof *in);

	if (!in || uv_timer_init(&ue->gnb->daemon.loop, &in->timer) < 0) {
		free(in);
		return -ENOMEM;
	}
	in->timer.data = in;
	in->ue = ue;
	in->peer = from;
	in->transaction = m->transaction;
	in->source_amf_ue_id = m->amf_ue_id;
	in->cell = radio_link_instance(ue->link);
	ue->in = in;
	enter(in, XN_PREPARED);
	uv_timer_start(&in->timer, turn, TURN_MS, TURN_MS);
	return make_sessions(ue, m);
}

static void accept_it(struct handover_in *in)
{
	struct gnb_ue *ue = in->ue;
	struct xn_message m = {.type = XN_ACCEPT,
			       .transaction = in->transaction,
			       .n3 = ue->gnb->config.n3_address,
			       .cell = in->cell};

	for (uint8_t id = 1; id < GNB_SESSIONS; id++)
		if (ue->session[id].state == SESSION_ACTIVE && ue->session[id].forwarded_teid)
			m.session[m.count++] = (struct xn_session){
				.id = id, .teid = ue->session[id].forwarded_teid};
	xn_send(ue->gnb, in->peer, &m);
}

static void refuse(struct gnb *g, struct in_addr from, uint32_t transaction, enum xn_refusal why)
{
	g->handovers.in_failed++;
	log_warn("handover", "what=refused why=\"%s\"", xn_refusal_text(why));
	xn_send(g, from,
		&(struct xn_message){
			.type = XN_REFUSE, .transaction = transaction, .refusal = why});
}

static void requested(struct gnb *g, struct in_addr from, const struct xn_message *m)
{
	struct gnb_ue *ue = find_link(g, m->supi);

	if (ue && ue->in && ue->in->peer.s_addr == from.s_addr &&
	    ue->in->transaction == m->transaction) {
		accept_it(ue->in);
		return;
	}
	if (!ue) {
		refuse(g, from, m->transaction, XN_NOT_IN_REACH);
	} else if (!g->n2_ready) {
		refuse(g, from, m->transaction, XN_NO_CORE);
	} else if (ue->out || (ue->in && ue->in->state != XN_PREPARED)) {
		refuse(g, from, m->transaction, XN_BUSY);
	} else {
		/* What is left of a time before is not this UE's any more: it is elsewhere. */
		ue_drop_context(ue);
		if (prepare(ue, from, m) == 0) {
			accept_it(ue->in);
			return;
		}
		ue_drop_context(ue);
		refuse(g, from, m->transaction, XN_NO_ROOM);
	}
}

/* ---- the UE comes ---- */

static void let_forwarded_go(struct gnb_ue *ue)
{
	for (uint8_t id = 1; id < GNB_SESSIONS; id++)
		if (ue->session[id].hold_forwarded)
			dataplane_hold_release(ue->gnb->dp, ue->session[id].hold_forwarded);
}

static void fill_session(const struct gnb_ue *ue, const struct gnb_session *s,
			 struct ngap_session_to_switch *item)
{
	item->session_id = s->id;
	item->downlink.has_ipv4 = true;
	item->downlink.ipv4 = ue->gnb->config.n3_address;
	item->downlink.teid = s->teid;
	item->qfi_count = 1;
	item->qfi[0] = s->qfi;
}

/* TS 38.413 cl. 8.4.4; the UE's security capabilities: none, as it told */
void handover_ask_path(struct gnb_ue *ue, uint64_t source_amf_ue_id)
{
	struct ngap_pdu pdu = {.type = NGAP_PATH_SWITCH_REQUEST};
	struct ngap_path_switch_request *m = &pdu.path_switch_request;

	m->ran_ue_id = ue->ran_ue_id;
	m->source_amf_ue_id = source_amf_ue_id;
	n2_user_location(ue->gnb, &m->user_location);
	for (uint8_t id = 1; id < GNB_SESSIONS; id++)
		if (ue->session[id].state == SESSION_ACTIVE)
			fill_session(ue, &ue->session[id], &m->sessions.item[m->sessions.count++]);
	n2_send(ue->gnb, &pdu);
}

void handover_in_ask(struct gnb_ue *ue)
{
	if (!ue->in || ue->in->state != XN_ARRIVED)
		return;
	ue->in->asked_ms = now_ms(ue);
	handover_ask_path(ue, ue->in->source_amf_ue_id);
}

static void arrive(struct gnb_ue *ue)
{
	let_forwarded_go(ue);
	enter(ue->in, XN_ARRIVED);
	log_info("handover", "ue=%s what=arrived", ue->supi);
	handover_in_ask(ue);
}

void handover_in_resumed(struct gnb_ue *ue)
{
	if (ue->in && ue->in->state == XN_PREPARED)
		arrive(ue);
}

void handover_arrived(struct gnb_ue *ue, const char *supi)
{
	struct radio_frame answer = {.type = RADIO_ATTACHED, .resume = true};

	if (!ue->in || strcmp(ue->supi, supi) != 0) {
		radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RETURN});
		return;
	}
	if (ue->in->state == XN_PREPARED)
		arrive(ue);
	snprintf(answer.text, sizeof answer.text, "%s", ue->gnb->config.name);
	radio_link_send(ue->link, &answer);
}

/* ---- the path ---- */

static void say(struct handover_in *in, enum xn_type type, enum xn_state state)
{
	xn_send(in->ue->gnb, in->peer,
		&(struct xn_message){.type = type, .transaction = in->transaction, .state = state});
}

static void tell_source(struct handover_in *in)
{
	in->asked_ms = now_ms(in->ue);
	in->tries++;
	say(in, XN_RELEASE, XN_UNKNOWN);
}

void handover_forget_released(struct gnb_ue *ue,
			      const struct ngap_path_switch_request_acknowledge *m)
{
	for (uint8_t i = 0; i < m->released.count; i++) {
		uint8_t id = m->released.item[i].session_id;

		if (id < 1 || id >= GNB_SESSIONS)
			continue;
		log_warn("handover", "ue=%s session=%u what=\"not switched\" cause=%s", ue->supi,
			 id, ngap_cause_name(m->released.item[i].cause));
		session_forget(ue, &ue->session[id]);
	}
}

void handover_switched(struct gnb_ue *ue, const struct ngap_path_switch_request_acknowledge *m)
{
	struct handover_in *in = ue->in;

	if (!in || in->state != XN_ARRIVED)
		return;
	handover_forget_released(ue, m);
	session_uplinks_told(ue, &m->sessions);
	enter(in, XN_SWITCHED);
	ue->gnb->handovers.in++;
	log_info("handover", "ue=%s what=switched sessions=%u", ue->supi, m->sessions.count);
	tell_source(in);
	handover_in_advance(ue);
}

/* The source still has the UE's context: it goes back there. */
void handover_not_switched(struct gnb_ue *ue)
{
	if (!ue->in || ue->in->state != XN_ARRIVED)
		return;
	log_warn("handover", "ue=%s what=\"the AMF doesn't switch its path\"", ue->supi);
	ue_drop_context(ue);
}

/* ---- packets that wait ---- */

void handover_in_marked(struct gnb *g, uint32_t teid)
{
	for (size_t i = 0; i < g->ue_count; i++) {
		struct gnb_ue *ue = g->ue[i];

		for (uint8_t id = 1; ue->in && id < GNB_SESSIONS; id++) {
			if (ue->session[id].forwarded_teid != teid)
				continue;
			ue->in->path[id].marked = true;
			handover_in_advance(ue);
			return;
		}
	}
}

static bool forwarded_ended(const struct handover_in *in, struct handover_path *path)
{
	if (path->marked)
		return true;
	if (in->state != XN_SWITCHED || now_ms(in->ue) - in->since_ms < HANDOVER_MARKER_MS)
		return false;
	in->ue->gnb->handovers.markers_missed++;
	path->marked = true;
	return true;
}

static void settle(struct gnb_ue *ue, struct gnb_session *s)
{
	uint16_t hold = s->hold, hold_forwarded = s->hold_forwarded;

	s->hold = s->hold_forwarded = 0;
	s->forwarded_teid = 0;
	session_apply(ue, s);
	dataplane_hold_free(ue->gnb->dp, hold);
	dataplane_hold_free(ue->gnb->dp, hold_forwarded);
}

/* Return: true once nothing is special about this session any more */
static bool advance(struct handover_in *in, uint8_t id)
{
	struct gnb_session *s = &in->ue->session[id];
	struct handover_path *path = &in->path[id];
	struct dataplane *dp = in->ue->gnb->dp;

	if (path->settled || !s->hold)
		return true;
	if (in->state == XN_PREPARED || !dataplane_hold_empty(dp, s->hold_forwarded))
		return false;
	if (!path->let_go) {
		if (!forwarded_ended(in, path))
			return false;
		dataplane_hold_release(dp, s->hold);
		path->let_go = true;
	}
	if (!dataplane_hold_empty(dp, s->hold))
		return false;
	settle(in->ue, s);
	path->settled = true;
	return true;
}

void handover_in_advance(struct gnb_ue *ue)
{
	struct handover_in *in = ue->in;
	bool all = true;

	if (!in)
		return;
	for (uint8_t id = 1; id < GNB_SESSIONS; id++)
		all &= advance(in, id);
	if (all && in->state == XN_SWITCHED && (in->released || in->tries >= XN_TRIES))
		finish(in);
}

/* ---- time ---- */

static void turn(uv_timer_t *timer)
{
	struct handover_in *in = timer->data;
	struct gnb_ue *ue = in->ue;
	uint64_t now = now_ms(ue);

	handover_in_advance(ue);
	if (!ue->in)
		return;
	if (in->state == XN_PREPARED && now - in->since_ms > HANDOVER_PREPARED_MS) {
		log_warn("handover", "ue=%s what=\"the UE did not come\"", ue->supi);
		ue_drop_context(ue);
	} else if (in->state == XN_ARRIVED && now - in->since_ms > HANDOVER_SWITCH_MS) {
		handover_not_switched(ue);
	} else if (in->state == XN_ARRIVED && now - in->asked_ms > HANDOVER_SWITCH_REPEAT_MS) {
		handover_in_ask(ue);
	} else if (in->state == XN_SWITCHED && !in->released && in->tries < XN_TRIES &&
		   now - in->asked_ms >= XN_REPEAT_MS) {
		tell_source(in);
	}
}

/* ---- what the source says ---- */

static struct gnb_ue *find(struct gnb *g, struct in_addr from, uint32_t transaction)
{
	for (size_t i = 0; i < g->ue_count; i++) {
		const struct handover_in *in = g->ue[i]->in;

		if (in && in->peer.s_addr == from.s_addr && in->transaction == transaction)
			return g->ue[i];
	}
	return NULL;
}

/* Once the AMF was asked its answer may be on its way: then the UE is to begin anew, wherever. */
static void cancel(struct gnb_ue *ue)
{
	struct handover_in *in = ue->in;
	enum xn_state said = in->state == XN_PREPARED ? XN_UNKNOWN : XN_SWITCHED;

	say(in, XN_STATE, said);
	if (in->state == XN_SWITCHED)
		return;
	log_info("handover", "ue=%s what=\"cancelled by the source\"", ue->supi);
	ue_drop_context(ue);
}

void handover_in_receive(struct gnb *g, struct in_addr from, const struct xn_message *m)
{
	struct gnb_ue *ue;

	if (m->type == XN_REQUEST) {
		requested(g, from, m);
		return;
	}
	ue = find(g, from, m->transaction);
	if (!ue && m->type != XN_RELEASED)
		xn_send(g, from,
			&(struct xn_message){.type = XN_STATE, .transaction = m->transaction});
	if (!ue)
		return;
	if (m->type == XN_QUERY)
		say(ue->in, XN_STATE, ue->in->state);
	else if (m->type == XN_CANCEL)
		cancel(ue);
	else if (m->type == XN_RELEASED && ue->in->state == XN_SWITCHED)
		ue->in->released = true;
}

/* A UE that came and has no path goes back to where it has one. */
void handover_in_drop(struct gnb_ue *ue)
{
	struct handover_in *in = ue->in;

	if (!in)
		return;
	if (in->state != XN_SWITCHED)
		ue->gnb->handovers.in_failed++;
	if (in->state == XN_ARRIVED)
		radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RETURN});
	finish(in);
}
