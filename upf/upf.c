// SPDX-License-Identifier: Apache-2.0
/*
 * The UPF's parts put together, and what its session procedures have in common: work a change into
 * a copy of the rules, let the data plane take it, and only then write it down.
 */
#include "upf/upf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "upf/features.h"
#include "upf/smf_set.h"

static const char *const counter_names[UPF_COUNTERS] = {
	[UPF_ESTABLISHED] = "sessions_established",
	[UPF_MODIFIED] = "sessions_modified",
	[UPF_DELETED] = "sessions_deleted",
	[UPF_REFUSED] = "requests_refused",
	[UPF_LOST_WITH_PEER] = "sessions_lost_with_peer",
	[UPF_RETAINED] = "sessions_retained",
	[UPF_RESTORED] = "sessions_restored",
	[UPF_ERROR_INDICATIONS] = "error_indications",
	[UPF_ERROR_INDICATIONS_STRAY] = "error_indications_stray",
	[UPF_REPORTS_SENT] = "reports_sent",
	[UPF_REPORTS_LIMITED] = "reports_limited",
	[UPF_REPORTS_FAILED] = "reports_failed",
	[UPF_PATHS_LOST] = "paths_lost",
	[UPF_NODE_REPORTS_SENT] = "node_reports_sent",
	[UPF_NODE_REPORTS_FAILED] = "node_reports_failed",
	[UPF_TAKEN_OVER] = "sessions_taken_over",
	[UPF_DELETED_IN_SETS] = "sessions_deleted_in_sets",
	[UPF_PFDS_PROVISIONED] = "pfds_provisioned",
	[UPF_END_MARKERS] = "end_markers_sent",
};

const char *upf_counter_name(enum upf_counter which)
{
	return counter_names[which];
}

const char *upf_addr_text(struct in_addr addr, char buf[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &addr, buf, INET_ADDRSTRLEN);
}

struct upf_peer *upf_peer_of(struct upf *upf, const struct upf_session *session)
{
	struct n4_peer *peer = n4_peer_find(upf->n4, session->cp.peer);

	return peer ? peer->user : NULL;
}

void upf_session_remove(struct upf *upf, struct upf_session *session)
{
	struct upf_peer *peer = upf_peer_of(upf, session);

	/* -ENOENT where its rules were empty: then there is nothing to remove. */
	dataplane_session_remove(upf->dp, session->seid);
	upf_rules_release_teids(&upf->teids, &session->rules, NULL);
	upf_session_free(&upf->sessions, session, &peer->sessions);
}

/* ---- a change of rules ---- */

/* An address that another session has would be taken from its user. */
static int ue_ip_check(struct upf *upf, const struct upf_session *session,
		       const struct upf_rules *rules, struct upf_refusal *ret_refusal)
{
	struct in_addr ue_ip = upf_rules_ue_ip(rules);
	const struct upf_session *other;
	size_t i = 0;

	if (!ue_ip.s_addr)
		return 0;
	other = upf_session_find_ue(&upf->sessions, ue_ip);
	if (!other || other == session)
		return 0;
	while (!rules->pdr[i].has_ue_ip)
		i++;
	return upf_refuse_rule(ret_refusal, PFCP_RULE_PDR, rules->pdr[i].id,
			       "the UE address is in use by another session");
}

static int rules_install(struct upf *upf, const struct upf_session *session,
			 const struct upf_rules *rules, struct upf_refusal *ret_refusal)
{
	struct dp_session dps;
	struct dp_error err = {0};
	int rc;

	if (!rules->n_pdr) {
		dataplane_session_remove(upf->dp, session->seid);
		return 0;
	}
	upf_rules_translate(rules, session->seid, &dps);
	rc = dataplane_session_apply(upf->dp, &dps, &err);
	if (!rc)
		return 0;
	upf_rules_refusal(rc, &err, ret_refusal);
	return -EINVAL;
}

int upf_session_change(struct upf *upf, struct upf_session *session,
		       const struct upf_change *change, bool anew, bool restore,
		       struct upf_created *ret_created, struct upf_refusal *ret_refusal)
{
	struct upf_rules rules = {0};
	const struct upf_rules_env env = {
		.teids = &upf->teids,
		.n3_addr = upf->config->n3_address,
		.restore = restore,
		.owned = &session->rules,
		.ue_pool_count = upf->config->ue_pool_count,
		.ue_pool = upf->config->ue_pool,
	};
	int rc;

	if (!anew)
		rules = session->rules;
	rc = upf_rules_change(&rules, change, &env, ret_created, ret_refusal);
	if (!rc)
		rc = ue_ip_check(upf, session, &rules, ret_refusal);
	if (!rc)
		rc = rules_install(upf, session, &rules, ret_refusal);
	if (rc) {
		upf_rules_release_teids(&upf->teids, &rules, &session->rules);
		return rc;
	}
	upf_rules_release_teids(&upf->teids, &session->rules, &rules);
	upf_session_commit(&upf->sessions, session, &rules);
	return 0;
}

/* ---- what answers have in common ---- */

uint8_t upf_created_fill(const struct upf *upf, const struct upf_created *created,
			 struct pfcp_created_pdr ret[PFCP_MAX_PDR])
{
	for (size_t i = 0; i < created->n; i++)
		ret[i] = (struct pfcp_created_pdr){
			.pdr_id = created->pdr[i].pdr_id,
			.has_f_teid = true,
			.f_teid = {.teid = created->pdr[i].teid,
				   .address = {.v4 = true, .ip4 = upf->config->n3_address}},
		};
	return (uint8_t)created->n;
}

void upf_refused(struct upf *upf, const struct n4_request *req, uint64_t seid,
		 const struct upf_refusal *refusal)
{
	char addr[INET_ADDRSTRLEN];

	upf->counter[UPF_REFUSED]++;
	log_warn("n4", "peer=%s seq=%u seid=0x%" PRIx64 " what=%s cause=%s reason=\"%s\"",
		 upf_addr_text(req->from.sin_addr, addr), req->sequence, seid,
		 pfcp_message_name(req->type), pfcp_cause_name(refusal->cause), refusal->text);
}

struct upf_session *upf_session_of(struct upf *upf, struct n4_request *req)
{
	struct upf_session *session = upf_session_find(&upf->sessions, req->seid);
	struct upf_refusal refusal;

	if (session && upf_may_control(upf, req->peer, session))
		return session;
	upf_refuse(&refusal, PFCP_CAUSE_SESSION_NOT_FOUND, 0, "no such session of this peer");
	upf_refused(upf, req, req->seid, &refusal);
	n4_respond_cause(req, 0, PFCP_CAUSE_SESSION_NOT_FOUND, 0);
	return NULL;
}

static uint64_t peer_seid(struct n4_peer *peer, uint64_t seid, void *user)
{
	const struct upf *upf = user;
	const struct upf_session *session = upf_session_find(&upf->sessions, seid);

	return session && upf_may_control(upf, peer, session) ? session->cp.seid : 0;
}

/* ---- start and stop ---- */

static const struct n4_handler_row handlers[] = {
	{PFCP_ASSOCIATION_SETUP_REQUEST, upf_association_setup},
	{PFCP_ASSOCIATION_UPDATE_REQUEST, n4_association_update},
	{PFCP_ASSOCIATION_RELEASE_REQUEST, upf_association_release},
	{PFCP_PFD_MANAGEMENT_REQUEST, upf_pfd_management},
	{PFCP_SESSION_SET_DELETION_REQUEST, upf_session_set_delete},
	{PFCP_SESSION_SET_MODIFICATION_REQUEST, upf_session_set_modify},
	{PFCP_SESSION_ESTABLISHMENT_REQUEST, upf_session_establish},
	{PFCP_SESSION_MODIFICATION_REQUEST, upf_session_modify},
	{PFCP_SESSION_DELETION_REQUEST, upf_session_delete},
	{0},
};

static void on_dp_readable(uv_poll_t *poll, int status, int events)
{
	struct upf *upf = poll->data;

	dataplane_process(upf->dp);
}

static void on_close_free(uv_handle_t *handle)
{
	free(handle);
}

static int dataplane_watch(struct upf *upf)
{
	uv_poll_t *poll = calloc(1, sizeof(*poll));
	int rc;

	if (!poll)
		return -ENOMEM;
	rc = uv_poll_init(upf->loop, poll, dataplane_fd(upf->dp));
	if (rc) {
		free(poll);
		return rc;
	}
	poll->data = upf;
	upf->dp_poll = poll;
	return uv_poll_start(poll, UV_READABLE, on_dp_readable);
}

static int dataplane_start(struct upf *upf)
{
	struct dp_config config;
	const struct dp_events events = {
		.error_indication = upf_error_indication,
		.path = upf_path_state,
		.user = upf,
	};
	struct dp_error err = {0};
	int rc;

	upf_config_dataplane(upf->config, &config);
	rc = dataplane_new(&config, &events, &upf->dp, &err);
	if (rc) {
		log_error("dataplane", "backend=%s error=\"%s\" reason=\"%s\"", config.backend,
			  strerror(-rc), err.text);
		return rc;
	}
	log_info("dataplane", "backend=%s reason=\"%s\"", dataplane_backend(upf->dp),
		 dataplane_backend_reason(upf->dp));
	return dataplane_watch(upf);
}

int upf_start_n4(struct upf *upf, struct n4_config *n4_config)
{
	int rc = upf_teids_init(&upf->teids);

	if (rc)
		return rc;
	upf_sessions_init(&upf->sessions);
	upf_load_init(&upf->load);
	n4_config->role = N4_ROLE_UP;
	n4_config->features = upf_features();
	n4_config->handlers = handlers;
	n4_config->peer_event = upf_peer_event;
	n4_config->peer_updated = upf_peer_updated;
	n4_config->before_send = upf_load_fill;
	n4_config->peer_seid = peer_seid;
	n4_config->user = upf;
	rc = n4_node_new(upf->loop, n4_config, &upf->n4);
	if (rc)
		return rc;
	return upf_paths_start(upf);
}

int upf_start(struct upf *upf, const struct upf_config *config, uv_loop_t *loop)
{
	struct n4_config n4_config = {.addr = config->n4_address};
	char addr[INET_ADDRSTRLEN];
	int rc;

	*upf = (struct upf){.config = config, .loop = loop};
	n4_timers_default(&n4_config.timers);
	rc = dataplane_start(upf);
	if (rc)
		return rc;
	rc = upf_start_n4(upf, &n4_config);
	if (rc)
		log_error("n4", "address=%s error=\"%s\"", upf_addr_text(config->n4_address, addr),
			  strerror(-rc));
	return rc;
}

void upf_stop(struct upf *upf)
{
	if (upf->n4)
		upf_peers_stop(upf);
	n4_node_free(upf->n4);
	upf_drain_stop(upf);
	upf_paths_stop(upf);
	upf_sessions_done(&upf->sessions);
	upf_pfds_done(&upf->pfds);
	upf_teids_done(&upf->teids);
	if (upf->dp_poll) {
		uv_poll_stop(upf->dp_poll);
		uv_close((uv_handle_t *)upf->dp_poll, on_close_free);
	}
	dataplane_free(upf->dp);
	*upf = (struct upf){.config = upf->config, .loop = upf->loop};
}
