// SPDX-License-Identifier: Apache-2.0
/* An uplink classifier's PFCP session: its requests, and what its UPF reports. */
#include <errno.h>
#include <stdlib.h>

#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/n4_rules.h"
#include "smf-lite/route.h"

/* A request under way; the classifier is found by its SEID, for it may be gone when the answer
 * comes.
 */
struct pending {
	struct smf *smf;
	uint64_t cp_seid;
	uint8_t type;
};

static bool tunnel_known(const struct session_tunnel *t)
{
	return t->teid && t->addr.s_addr;
}

static bool tunnel_equal(const struct session_tunnel *a, const struct session_tunnel *b)
{
	return a->teid == b->teid && a->addr.s_addr == b->addr.s_addr;
}

/* An accepted establishment tells both of the UPF's ends; restored ones are those that gNB and
 * anchor send to. */
static int read_established(struct classifier *c, const struct pfcp_msg *msg)
{
	const struct pfcp_session_establishment_response *r = &msg->session_establishment_response;
	struct session_tunnel access = c->access, core = c->core;

	if (!r->has_up_f_seid)
		return -EBADMSG;
	c->up_seid = r->up_f_seid.seid;
	n4_sets_established(&c->upf_csid, r);
	n4_rules_read_classifier(r, &access, &core);
	if (!tunnel_known(&access) || !tunnel_known(&core))
		return -EBADMSG;
	if (tunnel_known(&c->access) && c->state != CLASSIFIER_DELETING &&
	    (!tunnel_equal(&access, &c->access) || !tunnel_equal(&core, &c->core)))
		return -EBADMSG;
	c->access = access;
	c->core = core;
	c->n4_lost = false;
	return 0;
}

static void on_done(int status, const struct pfcp_msg *msg, void *user)
{
	struct pending *p = user;
	struct classifier *c = classifier_find_seid(p->smf, p->cp_seid);
	const uint8_t type = p->type;
	const uint8_t cause = status ? 0 : n4_cause_of(msg);
	enum session_n4_failure failure;

	free(p);
	if (status == -ECANCELED || !c)
		return;
	c->n4_busy = false;
	if (!status)
		n4_load_read(c->upf, msg);
	if (!status && cause == PFCP_CAUSE_ACCEPTED &&
	    (type != PFCP_SESSION_ESTABLISHMENT_REQUEST || !read_established(c, msg))) {
		classifier_n4_done(c, type, -1);
		return;
	}
	failure = n4_failure_of(c->smf, status, cause);
	log_warn("n4", "upf=%s ue=%s session=%u seid=%#llx what=classifier request=%s cause=%s",
		 c->upf->config->name, c->session->supi, c->session->id,
		 (unsigned long long)c->cp_seid, pfcp_message_name(type),
		 status ? "no answer" : pfcp_cause_name(cause));
	classifier_n4_done(c, type, failure);
}

static int send_request(struct classifier *c, struct pfcp_msg *msg)
{
	struct pending *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct pending){c->smf, c->cp_seid, msg->header.type};
	err = n4_request_send(c->upf->peer, msg, on_done, p);
	if (err)
		free(p);
	c->n4_busy = !err;
	return err;
}

int classifier_n4_establish(struct classifier *c)
{
	struct n4_node *node = c->smf->n4->node;
	struct pfcp_msg *msg = n4_msg(node, PFCP_SESSION_ESTABLISHMENT_REQUEST, 0);

	n4_rules_classifier(c, n4_node_id(node), n4_node_addr(node),
			    &msg->session_establishment_request);
	return send_request(c, msg);
}

int classifier_n4_modify(struct classifier *c)
{
	struct pfcp_msg *msg =
		n4_msg(c->smf->n4->node, PFCP_SESSION_MODIFICATION_REQUEST, c->up_seid);

	n4_rules_classifier_downlink(c, &msg->session_modification_request);
	return send_request(c, msg);
}

int classifier_n4_delete(struct classifier *c)
{
	return send_request(c, n4_msg(c->smf->n4->node, PFCP_SESSION_DELETION_REQUEST, c->up_seid));
}

/* ---- reports ---- */

bool n4_report_names(const struct pfcp_session_report_request *r,
		     const struct session_tunnel *tunnel)
{
	if (!(r->report_type & PFCP_REPORT_ERIR) || !r->has_error_indication || !tunnel->teid)
		return false;
	for (size_t i = 0; i < r->error_indication.n_remote_f_teid; i++) {
		const struct pfcp_f_teid *f = &r->error_indication.remote_f_teid[i];

		if (f->teid == tunnel->teid && f->address.ip4.s_addr == tunnel->addr.s_addr)
			return true;
	}
	return false;
}

/* The anchor doesn't know the tunnel any more: it is told anew, as after a restart. */
static void anchor_lost_it(struct session *s)
{
	if (s->n4_busy || !session_feed(s, SESSION_EV_UPF_RESTARTED, NULL))
		return;
	if (s->upf->associated)
		session_feed(s, SESSION_EV_UPF_UP, NULL);
}

bool classifier_report(struct n4_client *client, struct n4_request *req, const struct pfcp_msg *msg)
{
	const struct pfcp_session_report_request *r = &msg->session_report_request;
	struct classifier *c = classifier_find_seid(client->smf, req->seid);
	struct session *s;

	if (!c || c->upf->peer != req->peer)
		return false;
	n4_load_read(c->upf, msg);
	n4_respond_cause(req, c->up_seid, PFCP_CAUSE_ACCEPTED, 0);
	s = c->session;
	if (s->state != SESSION_ACTIVE)
		return true;
	if (n4_report_names(r, &s->uplink))
		anchor_lost_it(s);
	else if (n4_report_names(r, &s->downlink))
		session_feed(s, SESSION_EV_ERROR_INDICATION, NULL);
	return true;
}
