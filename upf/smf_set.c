// SPDX-License-Identifier: Apache-2.0
/* SMF sets, see smf_set.h */
#include "upf/keep.h"
#include "upf/smf_set.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "lib/log.h"

/* ---- what SMFs say ---- */

static void alternatives_take(struct upf_peer *peer, const struct pfcp_alternative_smf *a, size_t n)
{
	struct in_addr aliases[PFCP_MAX_ALTERNATIVE_SMF];
	struct upf_smf_set *set = &peer->set;

	set->n_alternative = 0;
	for (int preferred = 1; preferred >= 0; preferred--)
		for (size_t i = 0; i < n; i++)
			if (a[i].address.v4 && a[i].preferred == preferred)
				set->alternative[set->n_alternative++] = a[i].address.ip4;
	memcpy(aliases, set->alternative, sizeof(aliases));
	n4_peer_aliases(peer->n4, aliases, set->n_alternative);
}

void upf_smf_set_setup(struct upf_peer *peer, const struct pfcp_association_setup_request *setup)
{
	peer->set.id = setup->has_smf_set_id ? setup->smf_set_id : (struct pfcp_fqdn){0};
	alternatives_take(peer, setup->alternative_smf, setup->n_alternative_smf);
}

void upf_smf_set_restore(struct upf_peer *peer, const struct upf_smf_set *set)
{
	peer->set = *set;
	n4_peer_aliases(peer->n4, set->alternative, set->n_alternative);
}

void upf_smf_set_update(struct upf_peer *peer, const struct pfcp_association_update_request *update)
{
	if (update->has_smf_set_id)
		peer->set.id = update->smf_set_id;
	if (update->n_alternative_smf)
		alternatives_take(peer, update->alternative_smf, update->n_alternative_smf);
}

/* ---- who is in a set with whom ---- */

static bool one_set(const struct n4_peer *a, const struct n4_peer *b)
{
	const struct upf_peer *pa = a->user, *pb = b->user;

	return (a->features & b->features & PFCP_CPF_MPAS) && pa && pb && pa->set.id.text[0] &&
	       !strcasecmp(pa->set.id.text, pb->set.id.text);
}

bool upf_may_control(const struct upf *upf, const struct n4_peer *peer,
		     const struct upf_session *session)
{
	const struct n4_peer *owner = n4_peer_find(upf->n4, session->cp.peer);

	return owner && (owner == peer || one_set(owner, peer));
}

/* Another SMF of @peer's set that is there */
static struct n4_peer *companion(const struct upf *upf, const struct n4_peer *peer)
{
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p))
		if (p != peer && p->associated && p->alive && one_set(p, peer))
			return p;
	return NULL;
}

/* ---- taking over ---- */

/* Who has it after @m: who asks, or whom of the set the new F-SEID's address is (cl. 5.22.3, 3 and
 * 4) */
static const struct n4_peer *owner_after(const struct upf *upf, const struct n4_peer *from,
					 const struct upf_session *session,
					 const struct pfcp_session_modification_request *m)
{
	const struct n4_peer *named = NULL;

	if (m->has_cp_f_seid && m->cp_f_seid.address.v4)
		named = n4_peer_find(upf->n4, m->cp_f_seid.address.ip4);
	if (named && named->associated && (named == from || one_set(named, from)))
		return named;
	if (m->has_cp_f_seid || m->has_node_id)
		return from;
	return n4_peer_find(upf->n4, session->cp.peer);
}

int upf_take_over_check(struct upf *upf, const struct n4_peer *from,
			const struct upf_session *session,
			const struct pfcp_session_modification_request *m,
			struct upf_refusal *ret_refusal)
{
	const struct n4_peer *to = owner_after(upf, from, session, m);
	const uint64_t seid = m->has_cp_f_seid ? m->cp_f_seid.seid : session->cp.seid;
	const struct upf_session *other = upf_session_find_cp(&upf->sessions, to->addr, seid);

	if (m->has_node_id && !pfcp_node_id_equal(&m->node_id, &to->node_id) &&
	    !pfcp_node_id_equal(&m->node_id, &from->node_id))
		return upf_refuse(ret_refusal, PFCP_CAUSE_REJECTED, PFCP_IE_NODE_ID,
				  "the Node ID is not the association's");
	if (!seid)
		return upf_refuse(ret_refusal, PFCP_CAUSE_MANDATORY_IE_INCORRECT, PFCP_IE_F_SEID,
				  "SEID 0");
	if (other && other != session)
		return upf_refuse(ret_refusal, PFCP_CAUSE_MANDATORY_IE_INCORRECT, PFCP_IE_F_SEID,
				  "the F-SEID is another session's");
	return 0;
}

static void move(struct upf *upf, struct upf_session *session, const struct n4_peer *to,
		 uint64_t seid)
{
	struct upf_peer *old = upf_peer_of(upf, session), *new = to->user;
	char addr[INET_ADDRSTRLEN];

	if (session->cp.peer.s_addr == to->addr.s_addr && session->cp.seid == seid)
		return;
	if (old != new) {
		upf->counter[UPF_TAKEN_OVER]++;
		log_info("n4", "seid=0x%" PRIx64 " what=taken-over peer=%s", session->seid,
			 upf_addr_text(to->addr, addr));
	}
	upf_session_give(&upf->sessions, session, &old->sessions, to->addr, seid, &new->sessions);
	upf_keep_session(upf, session);
}

void upf_take_over(struct upf *upf, struct n4_peer *from, struct upf_session *session,
		   const struct pfcp_session_modification_request *m)
{
	move(upf, session, owner_after(upf, from, session, m),
	     m->has_cp_f_seid ? m->cp_f_seid.seid : session->cp.seid);
}

/* One whose F-SEID the companion has for another session stays, and is dropped with the others that
 * nobody can have. */
bool upf_hand_over(struct upf_peer *peer)
{
	struct upf *upf = peer->upf;
	struct n4_peer *to = companion(upf, peer->n4);
	struct upf_session *s, *next;

	if (!to)
		return false;
	for (s = peer->sessions.first; s; s = next) {
		next = s->next;
		if (!upf_session_find_cp(&upf->sessions, to->addr, s->cp.seid))
			move(upf, s, to, s->cp.seid);
	}
	return true;
}

/* ---- reports ---- */

struct way {
	struct n4_peer *peer; /* whose request it is */
	struct in_addr to;
};

static struct way way_of(const struct upf *upf, const struct upf_session *session)
{
	struct n4_peer *owner = n4_peer_find(upf->n4, session->cp.peer), *other;
	const struct upf_peer *peer = owner ? owner->user : NULL;

	if (!peer)
		return (struct way){0};
	if (session->sets.report_to.s_addr) {
		other = n4_peer_find(upf->n4, session->sets.report_to);
		return (struct way){other && other->associated ? other : owner,
				    session->sets.report_to};
	}
	if (owner->associated && owner->alive)
		return (struct way){owner, owner->addr};
	if (peer->set.n_alternative)
		return (struct way){owner, peer->set.alternative[0]};
	other = companion(upf, owner);
	if (other)
		return (struct way){other, other->addr};
	return (struct way){owner->associated ? owner : NULL, owner->addr};
}

bool upf_report_possible(const struct upf *upf, const struct upf_session *session)
{
	return way_of(upf, session).peer != NULL;
}

int upf_report_send(struct upf *upf, const struct upf_session *session, struct pfcp_msg *msg,
		    n4_done done, void *user)
{
	struct pfcp_session_report_request *r = &msg->session_report_request;
	const struct way way = way_of(upf, session);

	if (!way.peer)
		return -ENOTCONN;
	msg->header.seid = session->cp.seid;
	if (way.to.s_addr != session->cp.peer.s_addr) { /* who doesn't know it by that SEID */
		msg->header.seid = 0;
		r->has_old_cp_f_seid = true;
		r->old_cp_f_seid = (struct pfcp_f_seid){
			.seid = session->cp.seid,
			.address = {.v4 = true, .ip4 = session->sets.cp_ip},
		};
	}
	return n4_request_send_to(way.peer, way.to, msg, done, user);
}

void upf_report_answered(struct upf *upf, struct upf_session *session,
			 const struct pfcp_session_report_response *r)
{
	const struct n4_peer *owner = n4_peer_find(upf->n4, session->cp.peer), *to = owner;
	const uint64_t seid = r->has_cp_f_seid ? r->cp_f_seid.seid : session->cp.seid;

	if (upf_sets_answer(&session->sets, r) || !r->has_cp_f_seid || !seid)
		return;
	if (r->cp_f_seid.address.v4)
		to = n4_peer_find(upf->n4, r->cp_f_seid.address.ip4);
	if (!to || !owner || (to != owner && !one_set(to, owner)))
		to = owner;
	if (to && !upf_session_find_cp(&upf->sessions, to->addr, seid))
		move(upf, session, to, seid);
}
