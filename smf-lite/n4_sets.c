// SPDX-License-Identifier: Apache-2.0
/*
 * Session Set Deletion by a UPF (TS 29.244 cl. 7.4.6.1, TS 23.527 cl. 4.6): a part of it has
 * failed, and what it had there is gone. Those sessions, and uplink classifiers, are as after a
 * restart of the whole: they are established anew with the F-TEIDs that the gNBs know. The FQ-CSID
 * that a UPF gave a session is not stored: after a restart of ours such a session is missed when it
 * is next modified (cause 65), and restored then.
 */
#include <string.h>

#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/session.h"

static bool same_node(const struct pfcp_fq_csid *a, const struct pfcp_fq_csid *b)
{
	if (a->id_type != b->id_type)
		return false;
	switch (a->id_type) {
	case 0:
		return a->ip4.s_addr == b->ip4.s_addr;
	case 1:
		return !memcmp(&a->ip6, &b->ip6, sizeof(a->ip6));
	default:
		return a->id == b->id;
	}
}

static bool is_upfs(const struct pfcp_fq_csid *fq)
{
	return !fq->has_node_type || fq->node_type == PFCP_CSID_UPF;
}

void n4_sets_established(struct pfcp_fq_csid *ret,
			 const struct pfcp_session_establishment_response *r)
{
	ret->n_csid = 0;
	for (size_t i = 0; i < r->n_fq_csid; i++)
		if (is_upfs(&r->fq_csid[i]))
			*ret = r->fq_csid[i];
}

/* @own: a session's, or an uplink classifier's */
static bool in_set(const struct pfcp_fq_csid *own, const struct pfcp_fq_csid *fq)
{
	if (!own->n_csid || !is_upfs(fq) || !same_node(own, fq))
		return false;
	for (size_t i = 0; i < fq->n_csid; i++)
		if (fq->csid[i] == own->csid[0])
			return true;
	return false;
}

static bool in_one(const struct pfcp_fq_csid *own,
		   const struct pfcp_session_set_deletion_request *r)
{
	for (size_t i = 0; i < r->n_fq_csid; i++)
		if (in_set(own, &r->fq_csid[i]))
			return true;
	return false;
}

/* Only the session fed may go: the iteration is safe. */
static size_t sessions_lost(struct upf *upf, const struct pfcp_session_set_deletion_request *r)
{
	struct smf *smf = upf->client->smf;
	struct session *s, *next;
	uint64_t seid;
	size_t n = 0;

	HASH_ITER (by_seid, smf->sessions->by_seid, s, next) {
		if (s->upf != upf || !in_one(&s->upf_csid, r))
			continue;
		n++;
		seid = s->cp_seid;
		s->upf_csid.n_csid = 0;
		session_feed(s, SESSION_EV_UPF_RESTARTED, NULL);
		s = session_find_seid(smf, seid);
		if (s && upf->associated)
			session_feed(s, SESSION_EV_UPF_UP, NULL);
	}
	return n;
}

/* So is this one. */
static size_t classifiers_lost(struct upf *upf, const struct pfcp_session_set_deletion_request *r)
{
	struct smf *smf = upf->client->smf;
	struct classifier *c, *next;
	uint64_t seid;
	size_t n = 0;

	HASH_ITER (by_seid, smf->sessions->classifiers, c, next) {
		if (c->upf != upf || !in_one(&c->upf_csid, r))
			continue;
		n++;
		seid = c->cp_seid;
		c->upf_csid.n_csid = 0;
		classifier_feed(c, SESSION_EV_UPF_RESTARTED);
		c = classifier_find_seid(smf, seid);
		if (c && upf->associated)
			classifier_feed(c, SESSION_EV_UPF_UP);
	}
	return n;
}

void n4_session_set_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_session_set_deletion_request *r = &msg->session_set_deletion_request;
	const struct n4_peer *peer = req->peer;
	struct upf *upf = peer ? peer->user : NULL;

	if (!upf || !peer->associated || !pfcp_node_id_equal(&peer->node_id, &r->node_id)) {
		n4_respond_cause(req, 0, PFCP_CAUSE_NO_ASSOCIATION, 0);
		return;
	}
	if (!r->n_fq_csid) {
		n4_respond_cause(req, 0, PFCP_CAUSE_CONDITIONAL_IE_MISSING, PFCP_IE_FQ_CSID);
		return;
	}
	n4_respond_cause(req, 0, PFCP_CAUSE_ACCEPTED, 0);
	log_warn("n4", "upf=%s what=session-set-deleted sessions=%zu", upf->config->name,
		 sessions_lost(upf, r) +
			 classifiers_lost(upf, r)); /* @msg is another than those that are sent */
}
