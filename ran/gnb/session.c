// SPDX-License-Identifier: Apache-2.0
/*
 * PDU session resources, TS 38.413 cl. 8.2.1 and 8.2.2: a set-up adds a radio bearer (with the NAS
 * message that came along), then the tunnel; a release removes the bearer, then the tunnel. The
 * radio's part is bounded by RADIO_PROCEDURE_MS.
 */
#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "ran/gnb/handover.h"
#include "lib/radio.h"

enum { RADIO_PROCEDURE_MS = 1500 };

static uint64_t now_ms(const struct gnb_ue *ue)
{
	return uv_now(&ue->gnb->daemon.loop);
}

uint64_t session_dp_id(const struct gnb_ue *ue, const struct gnb_session *s)
{
	return (uint64_t)ue->ran_ue_id << 8 | s->id;
}

bool session_marks(const struct gnb *g)
{
	return g->config.container && strcmp(dataplane_backend(g->dp), "ebpf") == 0;
}

/* ---- the tunnel ---- */

struct dp_destination session_tunnel(struct in_addr peer, uint32_t teid)
{
	return (struct dp_destination){.interface = DP_N3, .peer = dp_addr_ip4(peer), .teid = teid};
}

/* At the source of a handover downlink goes on to the target; at the target there is a second way
 * down, and either may be held. */
static void handover_rules(const struct gnb_session *s, bool marks, struct dp_session *d)
{
	if (s->forward_teid)
		d->far[1] = (struct dp_far){.id = 2,
					    .action = DP_FORWARD,
					    .to = session_tunnel(s->forward_peer, s->forward_teid)};
	d->pdr[1].mark.qfi = marks && s->forward_teid ? s->qfi : 0;
	d->pdr[1].hold = s->hold;
	if (!s->forwarded_teid)
		return;
	d->pdr[2] = d->pdr[1];
	d->pdr[2].id = 3;
	d->pdr[2].teid = s->forwarded_teid;
	d->pdr[2].hold = s->hold_forwarded;
	d->pdr_count = 3;
}

/* One PDR and FAR up, one down. The QFI goes into a container only where the other end reads
 * containers. */
int session_apply(struct gnb_ue *ue, const struct gnb_session *s)
{
	struct gnb *g = ue->gnb;
	bool marks = session_marks(g);
	struct dp_session d = {.id = session_dp_id(ue, s),
			       .bearer.ifindex = radio_link_ifindex(ue->link),
			       .pdr_count = 2,
			       .far_count = 2};
	struct dp_error err = {0};
	int r;

	memcpy(d.bearer.ue_mac, radio_link_peer(ue->link), 5);
	d.bearer.ue_mac[5] = s->id;
	if (s->ue_address.s_addr)
		d.ue[d.ue_count++] =
			(struct dp_prefix){.addr = dp_addr_ip4(s->ue_address), .len = 32};
	d.pdr[0] = (struct dp_pdr){.id = 1,
				   .precedence = 1,
				   .source = DP_RADIO,
				   .direction = DP_UPLINK,
				   .ue = d.ue_count ? 1 : 0,
				   .mark.qfi = marks ? s->qfi : 0,
				   .far = 0};
	d.far[0] = (struct dp_far){
		.id = 1, .action = DP_FORWARD, .to = session_tunnel(s->upf_address, s->upf_teid)};
	d.pdr[1] = (struct dp_pdr){.id = 2,
				   .precedence = 1,
				   .source = DP_N3,
				   .direction = DP_DOWNLINK,
				   .teid = s->teid,
				   .remove_outer = true,
				   .far = 1};
	d.far[1] = (struct dp_far){.id = 2, .action = DP_FORWARD, .to.interface = DP_RADIO};
	handover_rules(s, marks, &d);
	r = dataplane_session_apply(g->dp, &d, &err);
	if (r < 0)
		log_warn("session",
			 "ue=%s session=%u what=\"no tunnel\" error=\"%s\" detail=\"%s\"", ue->supi,
			 s->id, strerror(-r), err.text);
	return r;
}

static bool teid_in_use(const struct gnb *g, uint32_t teid)
{
	for (size_t i = 0; i < g->ue_count; i++) {
		for (int id = 1; id < GNB_SESSIONS; id++) {
			const struct gnb_session *s = &g->ue[i]->session[id];

			if (s->state != SESSION_NONE &&
			    (s->teid == teid || s->forwarded_teid == teid))
				return true;
		}
	}
	return handover_tail_has_teid(g, teid);
}

uint32_t session_teid_new(struct gnb *g)
{
	do {
		g->next_teid++;
	} while (g->next_teid == 0 || teid_in_use(g, g->next_teid));
	return g->next_teid;
}

void session_forget(struct gnb_ue *ue, struct gnb_session *s)
{
	if (s->state != SESSION_NONE)
		dataplane_session_remove(ue->gnb->dp, session_dp_id(ue, s));
	dataplane_hold_free(ue->gnb->dp, s->hold);
	dataplane_hold_free(ue->gnb->dp, s->hold_forwarded);
	memset(s, 0, sizeof *s);
}

/* ---- set-up ---- */

static void fill_done(const struct gnb_ue *ue, const struct gnb_session *s,
		      struct ngap_session_done *item)
{
	item->session_id = s->id;
	item->transfer.downlink.has_ipv4 = true;
	item->transfer.downlink.ipv4 = ue->gnb->config.n3_address;
	item->transfer.downlink.teid = s->teid;
	item->transfer.qfi_count = 1;
	item->transfer.qfi[0] = s->qfi;
}

static void fill_lists(struct gnb_ue *ue, const struct gnb_setup *setup,
		       struct ngap_session_done_list *done, struct ngap_session_cause_list *failed)
{
	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		if (setup->done & 1u << id)
			fill_done(ue, &ue->session[id], &done->item[done->count++]);
		if (setup->failed & 1u << id)
			failed->item[failed->count++] = (struct ngap_session_cause){
				.session_id = id,
				.cause = {NGAP_CAUSE_RADIO_NETWORK,
					  NGAP_RADIO_FAILURE_IN_RADIO_PROCEDURE},
			};
	}
}

/* @setup's slot is free afterwards. */
static void answer_setup(struct gnb_ue *ue, struct gnb_setup *setup)
{
	struct ngap_pdu pdu = {0};

	if (setup->initial) {
		struct ngap_initial_context_setup_response *m = &pdu.initial_context_setup_response;

		pdu.type = NGAP_INITIAL_CONTEXT_SETUP_RESPONSE;
		m->amf_ue_id = ue->amf_ue_id;
		m->ran_ue_id = ue->ran_ue_id;
		fill_lists(ue, setup, &m->sessions, &m->failed);
	} else {
		struct ngap_pdu_session_resource_setup_response *m =
			&pdu.pdu_session_resource_setup_response;

		pdu.type = NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE;
		m->amf_ue_id = ue->amf_ue_id;
		m->ran_ue_id = ue->ran_ue_id;
		fill_lists(ue, setup, &m->sessions, &m->failed);
	}
	memset(setup, 0, sizeof *setup);
	n2_send(ue->gnb, &pdu);
}

/* The set-up that session @id is being added by, or NULL */
static struct gnb_setup *setup_of(struct gnb_ue *ue, uint8_t id)
{
	for (size_t i = 0; i < GNB_SESSIONS; i++) {
		struct gnb_setup *setup = &ue->setup[i];

		if (setup->ids & ~(setup->done | setup->failed) & 1u << id)
			return setup;
	}
	return NULL;
}

static void setup_settled(struct gnb_ue *ue, uint8_t id, bool ok)
{
	struct gnb_setup *setup = setup_of(ue, id);

	if (!setup)
		return;
	if (ok)
		setup->done |= (uint16_t)(1u << id);
	else
		setup->failed |= (uint16_t)(1u << id);
	if ((setup->done | setup->failed) == setup->ids)
		answer_setup(ue, setup);
}

/* Each one in use waits for a session that no other waits for, and session ids begin at 1. */
static struct gnb_setup *setup_new(struct gnb_ue *ue)
{
	size_t i = 0;

	while (ue->setup[i].ids)
		i++;
	return &ue->setup[i];
}

/* A second set-up of an id replaces what is there: the AMF lost track of it, TS 38.413 cl. 8.2.1.4
 * leaves that to us. */
static bool begin_setup(struct gnb_ue *ue, const struct ngap_session_setup *item)
{
	struct gnb_session *s = &ue->session[item->session_id];
	const struct ngap_setup_request_transfer *t = &item->transfer;
	struct radio_frame frame = {.type = RADIO_BEARER_ADD, .session = item->session_id};

	session_forget(ue, s);
	if (!t->uplink.has_ipv4 || t->session_type != NGAP_SESSION_IPV4)
		return false;
	s->id = item->session_id;
	s->state = SESSION_ADDING;
	s->since_ms = now_ms(ue);
	s->qfi = t->qos_flow[0].qfi;
	s->upf_address = t->uplink.ipv4;
	s->upf_teid = t->uplink.teid;
	s->teid = session_teid_new(ue->gnb);
	frame.qfi = s->qfi;
	if (item->has_nas) {
		frame.nas = item->nas.data;
		frame.nas_len = item->nas.len;
	}
	return radio_link_send(ue->link, &frame) == 0;
}

void session_setup(struct gnb_ue *ue, const struct ngap_session_setup_list *list, bool initial)
{
	struct gnb_setup *setup;
	uint16_t ids = 0;

	for (size_t i = 0; i < list->count; i++) {
		uint8_t id = list->item[i].session_id;

		if (id < 1 || id >= GNB_SESSIONS)
			continue;
		setup_settled(ue, id, false); /* overtaken, if it was being added */
		ids |= (uint16_t)(1u << id);
	}
	setup = setup_new(ue);
	setup->initial = initial;
	setup->ids = ids;
	if (!ids) {
		answer_setup(ue, setup);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		uint8_t id = list->item[i].session_id;

		if (id >= 1 && id < GNB_SESSIONS && !begin_setup(ue, &list->item[i]))
			setup_settled(ue, id, false);
	}
}

void session_bearer_added(struct gnb_ue *ue, uint8_t id, struct in_addr ue_address)
{
	struct gnb_session *s = &ue->session[id];

	if (s->state != SESSION_ADDING)
		return;
	s->ue_address = ue_address;
	s->state = SESSION_ACTIVE;
	if (session_apply(ue, s) < 0) {
		session_forget(ue, s);
		setup_settled(ue, id, false);
		return;
	}
	setup_settled(ue, id, true);
}

/* ---- release ---- */

static void answer_release(struct gnb_ue *ue)
{
	struct ngap_pdu pdu = {.type = NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE};
	struct ngap_pdu_session_resource_release_response *m =
		&pdu.pdu_session_resource_release_response;

	m->amf_ue_id = ue->amf_ue_id;
	m->ran_ue_id = ue->ran_ue_id;
	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		if (ue->release_ids & 1u << id)
			m->sessions.id[m->sessions.count++] = id;
	}
	m->has_user_location = true;
	n2_user_location(ue->gnb, &m->user_location);
	ue->release_under_way = false;
	ue->release_ids = 0;
	n2_send(ue->gnb, &pdu);
}

static bool release_waits(const struct gnb_ue *ue)
{
	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		if ((ue->release_ids & 1u << id) && ue->session[id].state == SESSION_REMOVING)
			return true;
	}
	return false;
}

void session_bearer_removed(struct gnb_ue *ue, uint8_t id)
{
	struct gnb_session *s = &ue->session[id];

	if (s->state != SESSION_REMOVING)
		return;
	session_forget(ue, s);
	if (ue->release_under_way && !release_waits(ue))
		answer_release(ue);
}

/* Sessions that we don't have are released already: they are in the answer all the same. The NAS
 * message goes with the first bearer. */
void session_release(struct gnb_ue *ue, const struct ngap_pdu_session_resource_release_command *m)
{
	struct ngap_octets nas = m->has_nas ? m->nas : (struct ngap_octets){0};

	ue->release_under_way = true;
	for (size_t i = 0; i < m->sessions.count; i++) {
		uint8_t id = m->sessions.item[i].session_id;
		struct radio_frame frame = {.type = RADIO_BEARER_REMOVE,
					    .session = id,
					    .nas = nas.data,
					    .nas_len = nas.len};

		if (id < 1 || id >= GNB_SESSIONS)
			continue;
		ue->release_ids |= (uint16_t)(1u << id);
		if (ue->session[id].state == SESSION_NONE)
			continue;
		ue->session[id].state = SESSION_REMOVING;
		ue->session[id].since_ms = now_ms(ue);
		if (radio_link_send(ue->link, &frame) == 0)
			nas = (struct ngap_octets){0};
	}
	if (nas.len)
		ue_downlink_nas(ue, nas);
	if (!release_waits(ue))
		answer_release(ue);
}

/* ---- time and end ---- */

void session_tick(struct gnb_ue *ue)
{
	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		struct gnb_session *s = &ue->session[id];

		if ((s->state != SESSION_ADDING && s->state != SESSION_REMOVING) ||
		    now_ms(ue) - s->since_ms < RADIO_PROCEDURE_MS)
			continue;
		log_warn("session", "ue=%s session=%u what=\"no answer from the UE\"", ue->supi,
			 id);
		if (s->state == SESSION_REMOVING) {
			session_bearer_removed(ue, id);
		} else {
			session_forget(ue, s);
			setup_settled(ue, id, false);
		}
	}
}

bool session_settled(const struct gnb_ue *ue)
{
	for (uint8_t id = 1; id < GNB_SESSIONS; id++)
		if (ue->session[id].state == SESSION_ADDING ||
		    ue->session[id].state == SESSION_REMOVING)
			return false;
	return true;
}

void session_drop_all(struct gnb_ue *ue)
{
	for (uint8_t id = 1; id < GNB_SESSIONS; id++)
		session_forget(ue, &ue->session[id]);
}
