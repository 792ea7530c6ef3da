// SPDX-License-Identifier: Apache-2.0
/* UPFs: associations, what their restart means, their reports, and how requests for a session end.
 */
#include "smf-lite/n4_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_rules.h"
#include "smf-lite/session.h"
#include "smf-lite/store.h"

/* A request under way; the session is found by its SEID, for it may be gone when the answer comes.
 */
struct pending {
	struct smf *smf;
	struct upf *upf;
	uint64_t cp_seid;
	uint8_t type; /* of the request */
};

struct upf *n4_upf_by_dnai(struct n4_client *client, const char *dnai)
{
	for (size_t i = 0; i < client->upf_count; i++)
		if (strcmp(client->upfs[i].config->dnai, dnai) == 0)
			return &client->upfs[i];
	return NULL;
}

struct upf *n4_upf_by_name(struct n4_client *client, const char *name)
{
	for (size_t i = 0; i < client->upf_count; i++)
		if (strcmp(client->upfs[i].config->name, name) == 0)
			return &client->upfs[i];
	return NULL;
}

/* ---- requests ---- */

static const struct outcome {
	uint8_t type;
	enum session_event done, failed;
} outcomes[] = {
	{PFCP_SESSION_ESTABLISHMENT_REQUEST, SESSION_EV_N4_ESTABLISHED,
	 SESSION_EV_N4_ESTABLISH_FAILED},
	{PFCP_SESSION_MODIFICATION_REQUEST, SESSION_EV_N4_MODIFIED, SESSION_EV_N4_MODIFY_FAILED},
	{PFCP_SESSION_DELETION_REQUEST, SESSION_EV_N4_DELETED, SESSION_EV_N4_DELETE_FAILED},
};

static const struct outcome *outcome_of(uint8_t type)
{
	const struct outcome *o = outcomes;

	while (o->type != type)
		o++;
	return o;
}

uint8_t n4_cause_of(const struct pfcp_msg *msg)
{
	switch (msg->header.type) {
	case PFCP_SESSION_ESTABLISHMENT_RESPONSE:
		return msg->session_establishment_response.cause;
	case PFCP_SESSION_MODIFICATION_RESPONSE:
		return msg->session_modification_response.cause;
	default:
		return msg->session_deletion_response.cause;
	}
}

enum session_n4_failure n4_failure_of(struct smf *smf, int status, uint8_t cause)
{
	if (status) {
		smf->counters.drop[SMF_upf_timeout]++;
		return SESSION_N4_TIMEOUT;
	}
	if (cause == PFCP_CAUSE_ACCEPTED) {
		smf->counters.drop[SMF_upf_bad_answer]++;
		return SESSION_N4_UNUSABLE;
	}
	smf->counters.drop[SMF_upf_rejected]++;
	return cause == PFCP_CAUSE_SESSION_NOT_FOUND || cause == PFCP_CAUSE_NO_ASSOCIATION
		       ? SESSION_N4_NOT_FOUND
		       : SESSION_N4_REFUSED;
}

/* An accepted establishment says where the session is; without that it can't be used. Its SEID is
 * kept even then: the UPF has the session, which is to be deleted. */
static int read_established(struct session *s, const struct pfcp_msg *msg)
{
	const struct pfcp_session_establishment_response *r = &msg->session_establishment_response;
	struct session_tunnel uplink = s->uplink;

	if (!r->has_up_f_seid)
		return -EBADMSG;
	s->up_seid = r->up_f_seid.seid;
	n4_sets_established(&s->upf_csid, r);
	n4_rules_read_uplink(r, &uplink);
	if (!uplink.teid || !uplink.addr.s_addr)
		return -EBADMSG;
	if (s->uplink.teid && s->state != SESSION_N4_DELETE &&
	    (uplink.teid != s->uplink.teid || uplink.addr.s_addr != s->uplink.addr.s_addr))
		return -EBADMSG; /* restored, but not where the gNB sends to */
	s->uplink = uplink;
	s->n4_lost = false;
	return 0;
}

static void on_done(int status, const struct pfcp_msg *msg, void *user)
{
	struct pending *p = user;
	struct smf *smf = p->smf;
	struct session *s = session_find_seid(smf, p->cp_seid);
	const struct outcome *o = outcome_of(p->type);
	struct session_input in = {0};
	uint8_t cause = status ? 0 : n4_cause_of(msg);

	if (!status)
		n4_load_read(p->upf, msg);
	free(p);
	if (status == -ECANCELED || !s)
		return;
	s->n4_busy = false;
	if (!status && cause == PFCP_CAUSE_ACCEPTED &&
	    (o->done != SESSION_EV_N4_ESTABLISHED || !read_established(s, msg))) {
		session_feed(s, o->done, NULL);
		return;
	}
	in.n4 = n4_failure_of(smf, status, cause);
	log_warn("n4", "upf=%s ue=%s session=%u seid=%#llx what=%s status=%d cause=%s",
		 s->upf->config->name, s->supi, s->id, (unsigned long long)s->cp_seid,
		 session_event_name(o->failed), status, status ? "-" : pfcp_cause_name(cause));
	session_feed(s, o->failed, &in);
}

static int send_request(struct session *s, struct pfcp_msg *msg)
{
	struct pending *p = calloc(1, sizeof(*p));
	uint8_t type = msg->header.type;
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct pending){s->smf, s->upf, s->cp_seid, type};
	err = n4_request_send(s->upf->peer, msg, on_done, p);
	if (err)
		free(p);
	s->n4_busy = !err;
	return err;
}

int n4_session_establish(struct session *s)
{
	struct n4_node *node = s->smf->n4->node;
	struct pfcp_msg *msg = n4_msg(node, PFCP_SESSION_ESTABLISHMENT_REQUEST, 0);

	n4_rules_establishment(s, n4_node_id(node), n4_node_addr(node),
			       &msg->session_establishment_request);
	return send_request(s, msg);
}

int n4_session_modify(struct session *s)
{
	struct pfcp_msg *msg =
		n4_msg(s->smf->n4->node, PFCP_SESSION_MODIFICATION_REQUEST, s->up_seid);

	n4_rules_downlink(s, &msg->session_modification_request);
	return send_request(s, msg);
}

int n4_session_delete(struct session *s)
{
	return send_request(s, n4_msg(s->smf->n4->node, PFCP_SESSION_DELETION_REQUEST, s->up_seid));
}

/* ---- reports ---- */

static void on_report(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_session_report_request *r = &msg->session_report_request;
	struct n4_client *client = user;
	struct session *s = session_find_seid(client->smf, req->seid);

	if (classifier_report(client, req, msg))
		return;
	if (!s || s->upf->peer != req->peer) {
		client->smf->counters.drop[SMF_upf_unknown_session]++;
		n4_respond_cause(req, 0, PFCP_CAUSE_SESSION_NOT_FOUND, 0);
		return;
	}
	n4_load_read(s->upf, msg);
	n4_respond_cause(req, s->up_seid, PFCP_CAUSE_ACCEPTED, 0);
	/* An indication for a tunnel that we have replaced since is no news. */
	if (s->state != SESSION_ACTIVE)
		return;
	if (s->route.down && n4_report_names(r, &s->route.down->core))
		classifier_unknown(s->route.down);
	else if (!s->route.down && n4_report_names(r, &s->downlink))
		session_feed(s, SESSION_EV_ERROR_INDICATION, NULL);
}

static const struct n4_handler_row handlers[] = {
	{PFCP_SESSION_REPORT_REQUEST, on_report},
	{PFCP_ASSOCIATION_UPDATE_REQUEST, n4_association_update},
	{PFCP_NODE_REPORT_REQUEST, n4_node_report},
	{PFCP_SESSION_SET_DELETION_REQUEST, n4_session_set_delete},
	{0, NULL},
};

/* ---- associations ---- */

static void lost_its_sessions(struct upf *upf)
{
	log_warn("n4", "upf=%s what=restarted sessions=%zu", upf->config->name, upf->sessions);
	session_feed_upf(upf->client->smf, upf, SESSION_EV_UPF_RESTARTED);
}

static void on_up(struct upf *upf)
{
	uint32_t stamp = upf->peer->recovery_time_stamp;

	log_info("n4", "upf=%s what=associated recovery_time_stamp=%u", upf->config->name, stamp);
	/* also when it restarted while we were down; or it is the same, and has forgotten us */
	if (upf->lost_state || (upf->recovery_time_stamp && upf->recovery_time_stamp != stamp))
		lost_its_sessions(upf);
	upf->lost_state = false;
	if (upf->recovery_time_stamp != stamp) {
		upf->recovery_time_stamp = stamp;
		store_upf_save(upf);
	}
	n4_leave_over(upf);
	upf->associated = true;
	n4_pfds_provision(upf);
	session_feed_upf(upf->client->smf, upf, SESSION_EV_UPF_UP);
}

static void on_peer(struct n4_peer *peer, enum n4_peer_event event, void *user)
{
	struct upf *upf = peer->user;

	if (!upf)
		return;
	switch (event) {
	case N4_PEER_UP:
		on_up(upf);
		break;
	case N4_PEER_LOST: /* its sessions may well be forwarding: they stay */
		log_warn("n4", "upf=%s what=lost", upf->config->name);
		upf->associated = false;
		break;
	case N4_PEER_RESTARTED: /* acted upon when it is associated again */
		upf->associated = false;
		upf->lost_state = true;
		upf->lost.count = 0; /* what it sees, it tells anew */
		n4_load_forget(upf);
		break;
	case N4_PEER_CONFIRMED:
		break;
	case N4_PEER_RELEASED: /* with all sessions that it had */
		log_info("n4", "upf=%s what=released sessions=%zu", upf->config->name,
			 upf->sessions);
		upf->associated = false;
		upf->lost.count = 0;
		n4_load_forget(upf);
		n4_leave_over(upf);
		session_feed_upf(upf->client->smf, upf, SESSION_EV_UPF_RESTARTED);
		break;
	}
}

static void on_update(struct n4_peer *peer, const struct pfcp_association_update_request *update,
		      void *user)
{
	struct upf *upf = peer->user;

	if (!upf)
		return;
	if (update->has_up_features && upf->associated)
		n4_pfds_provision(upf); /* it may have learnt to */
	n4_leave_asked(upf, update);
}

int n4_client_new(struct smf *smf, struct n4_client **ret_client)
{
	struct n4_client *client = calloc(1, sizeof(*client));
	int err;

	if (!client)
		return -ENOMEM;
	client->smf = smf;
	for (size_t i = 0; i < smf->config->upf_count; i++) {
		struct upf *upf = &client->upfs[i];

		upf->client = client;
		upf->config = &smf->config->upfs[i];
		client->upf_count++;
		err = pool_init(&upf->pool, upf->config->pool.addr, upf->config->pool.len);
		if (!err)
			err = n4_leave_init(upf);
		if (err) {
			n4_client_free(client);
			return err;
		}
	}
	*ret_client = client;
	return 0;
}

int n4_client_start(struct n4_client *client, const struct n4_config *overrides)
{
	struct n4_config config = {0};
	int err;

	if (overrides)
		config = *overrides;
	else
		n4_timers_default(&config.timers);
	config.role = N4_ROLE_CP;
	config.addr = client->smf->config->n4_address;
	config.features = PFCP_CPF_LOAD | PFCP_CPF_OVRL | PFCP_CPF_BUNDL;
	config.handlers = handlers;
	config.peer_event = on_peer;
	config.peer_updated = on_update;
	config.user = client;
	err = n4_node_new(client->smf->loop, &config, &client->node);
	for (size_t i = 0; !err && i < client->upf_count; i++) {
		struct upf *upf = &client->upfs[i];

		err = n4_peer_connect(client->node, upf->config->n4_address, upf->sessions > 0,
				      &upf->peer);
		if (!err)
			upf->peer->user = upf;
	}
	return err;
}

void n4_client_stop(struct n4_client *client)
{
	if (!client || !client->node)
		return;
	n4_node_free(client->node);
	client->node = NULL;
	for (size_t i = 0; i < client->upf_count; i++)
		client->upfs[i].peer = NULL;
}

void n4_client_free(struct n4_client *client)
{
	if (!client)
		return;
	n4_client_stop(client);
	for (size_t i = 0; i < client->upf_count; i++) {
		n4_leave_done(&client->upfs[i]);
		pool_done(&client->upfs[i].pool);
	}
	free(client);
}
