// SPDX-License-Identifier: Apache-2.0
#include "smf-lite/path_switch.h"

#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/guami.h"
#include "smf-lite/route.h"
#include "smf-lite/session.h"
#include "smf-lite/store.h"
#include "smf-lite/ue.h"

/* cl. 8.4.4.3: nothing has changed */
static void refuse(struct n2_conn *conn, const struct ngap_path_switch_request *r)
{
	struct ngap_pdu *answer = n2_pdu(conn->n2, NGAP_PATH_SWITCH_REQUEST_FAILURE);
	struct ngap_path_switch_request_failure *f = &answer->path_switch_request_failure;

	conn->n2->smf->counters.drop[SMF_path_switch_refused]++;
	f->amf_ue_id = r->source_amf_ue_id;
	f->ran_ue_id = r->ran_ue_id;
	for (size_t i = 0; i < r->sessions.count; i++) {
		struct ngap_session_cause *item = &f->released.item[f->released.count++];

		item->session_id = r->sessions.item[i].session_id;
		item->cause = (struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK,
						  NGAP_RADIO_HO_FAILURE_IN_TARGET};
	}
	n2_conn_send(conn, N2_STREAM_UE, answer);
}

/* Where its uplink goes is told in any case: what the source has heard of it, and told on, may be
 * outdated. */
static void fill_switched(const struct session *s, struct ngap_session_switched *item)
{
	const struct session_tunnel *uplink = route_uplink(s);

	item->session_id = s->id;
	item->has_uplink = true;
	item->uplink =
		(struct ngap_tunnel){.has_ipv4 = true, .ipv4 = uplink->addr, .teid = uplink->teid};
}

/* No keys are derived: the next hop is zero, as the key of the context was. */
static void acknowledge(struct ue *ue)
{
	struct n2 *n2 = ue->smf->n2;
	struct ngap_pdu *pdu = n2_pdu(n2, NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE);
	struct ngap_path_switch_request_acknowledge *a = &pdu->path_switch_request_acknowledge;

	a->amf_ue_id = ue->amf_ue_id;
	a->ran_ue_id = ue->ran_ue_id;
	guami_slices(ue->smf->config, &a->allowed_nssai);
	for (uint8_t id = 1; id <= NGAP_MAX_SESSIONS; id++) {
		struct ngap_cause gone = {NGAP_CAUSE_RADIO_NETWORK,
					  NGAP_RADIO_UNKNOWN_PDU_SESSION_ID};

		if (ue->switched_ids & 1U << id && ue->session[id])
			fill_switched(ue->session[id], &a->sessions.item[a->sessions.count++]);
		else if ((ue->switched_ids | ue->refused_ids) & 1U << id)
			a->released.item[a->released.count++] =
				(struct ngap_session_cause){.session_id = id, .cause = gone};
	}
	log_info("n2", "ue=%s gnb=%s what=path-switched sessions=%u released=%u", ue->supi,
		 ue->gnb->name, a->sessions.count, a->released.count);
	ue->smf->counters.count[SMF_path_switches]++;
	if (n2_send(ue->gnb, n2, N2_STREAM_UE, pdu))
		return;
	for (uint8_t id = 1; id <= NGAP_MAX_SESSIONS; id++)
		if (ue->switched_ids & 1U << id && ue->session[id])
			route_told(ue->session[id]);
}

void path_switch_progress(struct ue *ue)
{
	if (!ue || !ue->path_switching)
		return;
	for (uint8_t id = 1; id <= NGAP_MAX_SESSIONS; id++) {
		const struct session *s = ue->session[id];

		if (s && ue->switched_ids & 1U << id &&
		    (s->n4_busy || s->n4_dirty || s->n4_lost || !classifiers_settled(s)))
			return;
	}
	ue->path_switching = false;
	if (ue_connected(ue))
		acknowledge(ue);
}

static const struct ngap_session_to_switch *find_item(const struct ngap_path_switch_request *r,
						      uint8_t id)
{
	for (size_t i = 0; i < r->sessions.count; i++)
		if (r->sessions.item[i].session_id == id)
			return &r->sessions.item[i];
	return NULL;
}

/* A session that the target doesn't name has lost its user plane, or is still to be set up. */
static void switch_sessions(struct ue *ue, const struct ngap_path_switch_request *r)
{
	ue->switched_ids = ue->refused_ids = 0;
	for (uint8_t id = 1; id <= NGAP_MAX_SESSIONS; id++) {
		const struct ngap_session_to_switch *item = find_item(r, id);
		struct session_input in = {0};

		if (item && ue->session[id])
			ue->switched_ids |= (uint16_t)(1U << id);
		else if (item)
			ue->refused_ids |= (uint16_t)(1U << id);
		if (item)
			in.tunnel = item->downlink;
		if (ue->session[id])
			session_feed(ue->session[id], SESSION_EV_PATH_SWITCH, &in);
	}
}

/* Without an IPv4 tunnel there is nothing to switch to; and at least one session must be known. */
static bool is_possible(const struct ue *ue, const struct ngap_path_switch_request *r)
{
	bool any = false;

	for (size_t i = 0; i < r->sessions.count; i++) {
		const struct ngap_session_to_switch *item = &r->sessions.item[i];

		if (!item->downlink.has_ipv4 || !item->downlink.teid)
			return false;
		any |= item->session_id <= NGAP_MAX_SESSIONS && ue->session[item->session_id];
	}
	return any;
}

static void move(struct ue *ue, struct gnb *gnb, uint32_t ran_ue_id)
{
	struct gnb *former = ue->gnb;
	uint32_t former_id = ue->ran_ue_id;

	ue_connect_as(ue, gnb, ran_ue_id, ue->amf_ue_id);
	ue->former.gnb = former;
	ue->former.ran_ue_id = former_id;
	ue->context = true;
	store_ue_save(ue);
}

void n2_path_switch_request(struct n2_conn *conn, struct ue *unused, const struct ngap_pdu *pdu)
{
	/* @pdu is n2->in, what is sent n2->out: it can be read while answers are built. */
	const struct ngap_path_switch_request *r = &pdu->path_switch_request;
	struct ue *ue = ue_find_amf_id(conn->n2->smf, r->source_amf_ue_id);

	if (!ue || ue->state != UE_REGISTERED || !is_possible(ue, r)) {
		refuse(conn, r);
		return;
	}
	if (ue->gnb != conn->gnb || ue->ran_ue_id != r->ran_ue_id) {
		log_info("n2", "ue=%s from=%s to=%s what=path-switch", ue->supi, ue->gnb->name,
			 conn->gnb->name);
		move(ue, conn->gnb, r->ran_ue_id);
	}
	ue->path_switching = true;
	switch_sessions(ue, r);
	path_switch_progress(ue);
}
