// SPDX-License-Identifier: Apache-2.0
/*
 * What the session procedures have in common: work a change into a copy of the rules, let the data
 * plane take it, and only then write it down.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"
#include "lib/log.h"
#include "upf/keep.h"
#include "upf/smf_set.h"

static struct upf_rules_env env_of(struct upf *upf, const struct upf_rules *owned, bool restore)
{
	struct upf_rules_env env = {
		.teids = &upf->teids,
		.addresses = &upf->addresses,
		.restore = restore,
		.owned = owned,
		.instance_count = upf->config->instance_count,
		.instance = upf->served,
		.pfds = &upf->pfds,
	};

	upf_config_locals(upf->config, env.local);
	return env;
}

struct upf_rules *upf_session_rules(struct upf *upf, const struct upf_session *session)
{
	upf_record_read(session->record, &upf->scratch->before);
	return &upf->scratch->before;
}

struct upf_peer *upf_peer_of(struct upf *upf, const struct upf_session *session)
{
	struct n4_peer *peer = n4_peer_find(upf->n4, session->cp.peer);

	return peer ? peer->user : NULL;
}

void upf_session_remove(struct upf *upf, struct upf_session *session)
{
	struct upf_peer *peer = upf_peer_of(upf, session);
	const struct upf_rules *rules = upf_session_rules(upf, session);
	const struct upf_rules_env env = env_of(upf, rules, false);
	const uint64_t seid = session->seid;

	/* -ENOENT where its rules were empty: then there is nothing to remove. */
	dataplane_session_remove(upf->dp, session->seid);
	upf_rules_release(&env, rules, NULL);
	upf_alarm_stop(&upf->alarms, &session->alarm);
	upf_session_free(&upf->sessions, session, &peer->sessions);
	/* last: the journal may be renewed by it, and then has what there is */
	upf_keep_session_gone(upf, seid);
}

/* ---- into the data plane ---- */

/* URRs that go: they stay in the data plane without a PDR until what they counted has been read. */
static size_t urrs_linger(const struct upf_rules *before, struct upf_rules *after,
			  struct dp_session *dp)
{
	size_t n = 0;

	for (size_t i = 0; i < before->n_urr && dp->urr_count < DP_URRS_MAX; i++) {
		if (upf_rules_urr(after, before->urr[i].id))
			continue;
		dp->urr[dp->urr_count++] =
			(struct dp_urr){.id = before->urr[i].id, DP_URR_NO_LIMITS};
		n++;
	}
	return n;
}

static int dp_apply(struct upf *upf, const struct dp_session *dp, struct upf_refusal *ret_refusal)
{
	struct dp_error err = {0};
	int rc;

	/* Nothing leads to it and nothing is counted: the data plane has no such sessions. */
	if (!dp->pdr_count && !dp->urr_count) {
		dataplane_session_remove(upf->dp, dp->id);
		return 0;
	}
	rc = dataplane_session_apply(upf->dp, dp, &err);
	if (rc)
		upf_rules_refusal(rc, &err, ret_refusal);
	return rc ? -EINVAL : 0;
}

/* What the URRs counted that @before has and @after hasn't; they are gone from the data plane then
 */
static void urrs_leave(struct upf *upf, struct upf_session *session, size_t lingering)
{
	struct dp_session *dp = &upf->scratch->dp;
	const struct upf_now now = upf_now(upf);
	struct upf_refusal refusal;
	struct dp_urr_counters counters;

	if (!lingering)
		return;
	dataplane_barrier(upf->dp);
	for (size_t i = dp->urr_count - lingering; i < dp->urr_count; i++)
		if (!dataplane_urr_counters(upf->dp, session->seid, dp->urr[i].id, &counters))
			upf_usage_count(&session->usages, &upf->scratch->before, dp->urr[i].id,
					&counters, &now);
	dp->urr_count -= (uint8_t)lingering;
	/* It is less than what it has taken a moment before. */
	if (dp_apply(upf, dp, &refusal))
		log_error("dataplane", "seid=0x%" PRIx64 " what=urrs-left error=\"%s\"",
			  session->seid, refusal.text);
}

static int rules_translate(struct upf *upf, struct upf_session *session,
			   const struct upf_rules *rules, const struct upf_rules_env *env,
			   struct upf_refusal *ret_refusal)
{
	struct dp_session *dp = &upf->scratch->dp;
	int rc;

	dp->id = session->seid;
	dp->mtu = 0;
	memset(&dp->bearer, 0, sizeof(dp->bearer));
	rc = upf_rules_translate(rules, env, upf_now(upf).ntp, dp, ret_refusal);
	if (!rc)
		upf_metering_limits(session, rules, dp);
	return rc;
}

/* ---- a change ---- */

/* All that can fail, the data plane last */
static int change_try(struct upf *upf, struct upf_session *session, const struct upf_change *change,
		      const struct upf_rules_env *env, struct upf_commit *commit,
		      size_t *ret_lingering, struct upf_refusal *ret_refusal)
{
	struct upf_scratch *scratch = upf->scratch;
	int rc = upf_rules_change(&scratch->after, change, env, &scratch->created, ret_refusal);

	if (!rc)
		rc = rules_translate(upf, session, &scratch->after, env, ret_refusal);
	if (rc)
		return rc;
	if (upf_commit_prepare(&upf->sessions, &scratch->after, commit) ||
	    upf_usages_reserve(&session->usages, &scratch->after))
		return upf_refuse(ret_refusal, PFCP_CAUSE_NO_RESOURCES, 0, "out of memory");
	*ret_lingering = urrs_linger(&scratch->before, &scratch->after, &scratch->dp);
	return dp_apply(upf, &scratch->dp, ret_refusal);
}

static void change_commit(struct upf *upf, struct upf_session *session,
			  const struct upf_change *change, struct upf_commit *commit)
{
	const struct upf_now now = upf_now(upf);

	upf_session_commit(&upf->sessions, session, commit);
	session->changes_at = upf_rules_next_change(&upf->scratch->after, now.ntp);
	upf_usages_follow(&session->usages, &upf->scratch->after, change, &now);
}

int upf_session_change(struct upf *upf, struct upf_session *session,
		       const struct upf_change *change, bool anew, bool restore,
		       struct upf_refusal *ret_refusal)
{
	struct upf_scratch *scratch = upf->scratch;
	const struct upf_rules_env env = env_of(upf, upf_session_rules(upf, session), restore);
	struct upf_commit commit = {0};
	size_t lingering = 0;
	int rc;

	upf_record_read(anew ? NULL : session->record, &scratch->after);
	rc = change_try(upf, session, change, &env, &commit, &lingering, ret_refusal);
	if (rc) {
		upf_rules_release(&env, &scratch->after, &scratch->before);
		upf_commit_cancel(&commit);
		return rc;
	}
	urrs_leave(upf, session, lingering);
	upf_rules_release(&env, &scratch->before, &scratch->after);
	change_commit(upf, session, change, &commit);
	return 0;
}

int upf_session_reinstall(struct upf *upf, struct upf_session *session)
{
	const struct upf_rules *rules = upf_session_rules(upf, session);
	const struct upf_rules_env env = env_of(upf, rules, false);
	struct upf_refusal refusal = {0};
	int rc = rules_translate(upf, session, rules, &env, &refusal);

	if (!rc)
		rc = dp_apply(upf, &upf->scratch->dp, &refusal);
	session->changes_at = upf_rules_next_change(rules, upf_now(upf).ntp);
	if (rc)
		log_error("dataplane", "seid=0x%" PRIx64 " what=reinstall error=\"%s\"",
			  session->seid, refusal.text);
	else
		upf_keep_session(upf, session);
	return rc;
}

int upf_session_renew(struct upf *upf, struct upf_session *session)
{
	const struct upf_rules *rules = upf_session_rules(upf, session);
	const struct upf_rules_env env = env_of(upf, rules, false);
	int rc = upf_rules_served(&env, rules) ? upf_rules_claim(&env, rules) : -EINVAL;

	if (!rc)
		return upf_session_reinstall(upf, session);
	log_error("reload", "seid=0x%" PRIx64 " error=\"%s\"", session->seid,
		  rc == -EINVAL ? "its UE address is of no pool" : strerror(-rc));
	return rc;
}

/* What a journal says is held against what there can be: its checksum is nobody's signature. */
static int rules_read(const struct upf *upf, const uint8_t *record, size_t size,
		      struct upf_rules *ret)
{
	struct upf_record *own = size ? malloc(size) : NULL;
	struct upf_refusal refusal;
	int rc = 0;

	if (size && !own)
		return -ENOMEM;
	if (size) {
		memcpy(own, record, size);
		rc = upf_record_check(own, size);
	}
	if (!rc)
		upf_record_read(own, ret);
	free(own);
	if (!rc)
		rc = upf_rules_bounds(ret, upf->config->instance_count);
	return rc || !upf_rules_check(ret, &refusal) ? rc : -EBADMSG;
}

int upf_session_rules_restore(struct upf *upf, struct upf_session *session, const uint8_t *record,
			      size_t size)
{
	struct upf_rules *rules = &upf->scratch->after;
	const struct upf_rules_env env = env_of(upf, rules, false);
	struct upf_commit commit = {0};
	int rc = rules_read(upf, record, size, rules);

	if (!rc)
		rc = upf_rules_claim(&env, rules);
	if (!rc)
		rc = upf_commit_prepare(&upf->sessions, rules, &commit);
	if (rc)
		return rc;
	upf_session_commit(&upf->sessions, session, &commit);
	return upf_session_reinstall(upf, session);
}

static bool detects(const struct upf_rules *rules, const char *application_id)
{
	for (size_t i = 0; i < rules->n_application; i++)
		if (!strcmp(rules->application[i].id, application_id))
			return true;
	return false;
}

void upf_application_changed(const char *application_id, void *user)
{
	struct upf *upf = user;
	struct upf_session *s;

	upf_keep_application(upf, application_id);
	for (s = upf_session_next(&upf->sessions, NULL); s; s = upf_session_next(&upf->sessions, s))
		if (detects(upf_session_rules(upf, s), application_id))
			(void)upf_session_reinstall(upf, s);
}

/* ---- what answers have in common ---- */

static struct pfcp_f_teid chosen_teid(const struct upf *upf, const struct upf_chosen *c)
{
	struct dp_addr local[2];
	struct pfcp_f_teid f = {.teid = c->teid, .address = {.v4 = c->teid4, .v6 = c->teid6}};

	upf_config_locals(upf->config, local);
	if (c->teid4)
		f.address.ip4 = local[0].ip4;
	if (c->teid6)
		f.address.ip6 = local[1].ip6;
	return f;
}

/* Return: how many, 0 or 1 */
static uint8_t chosen_ue(const struct upf_chosen *c, struct pfcp_ue_ip *ret)
{
	if (!c->has_ue4 && !c->has_ue6)
		return 0;
	*ret = (struct pfcp_ue_ip){.address = {.v4 = c->has_ue4, .v6 = c->has_ue6}};
	if (c->has_ue4)
		ret->address.ip4 = c->ue4.addr.ip4;
	if (c->has_ue6)
		ret->address.ip6 = c->ue6.addr.ip6;
	return 1;
}

void upf_created_fill(const struct upf *upf, struct pfcp_created_pdr *pdr, uint8_t *ret_n_pdr,
		      struct pfcp_created_traffic_endpoint *endpoint, uint8_t *ret_n_endpoint)
{
	const struct upf_created *created = &upf->scratch->created;

	for (size_t i = 0; i < created->n_pdr; i++) {
		const struct upf_chosen *c = &created->pdr[i];

		pdr[i] = (struct pfcp_created_pdr){.pdr_id = c->id, .has_f_teid = c->has_teid};
		pdr[i].f_teid = chosen_teid(upf, c);
		pdr[i].n_ue_ip = chosen_ue(c, &pdr[i].ue_ip[0]);
	}
	*ret_n_pdr = created->n_pdr;
	for (size_t i = 0; i < created->n_endpoint; i++) {
		const struct upf_chosen *c = &created->endpoint[i];

		endpoint[i] = (struct pfcp_created_traffic_endpoint){.id = (uint8_t)c->id,
								     .has_f_teid = c->has_teid};
		endpoint[i].f_teid = chosen_teid(upf, c);
		endpoint[i].n_ue_ip = chosen_ue(c, &endpoint[i].ue_ip[0]);
	}
	*ret_n_endpoint = created->n_endpoint;
}

void upf_refused(struct upf *upf, const struct n4_request *req, uint64_t seid,
		 const struct upf_refusal *refusal)
{
	char addr[INET_ADDRSTRLEN];
	unsigned suppressed;

	upf->counter[UPF_REFUSED]++;
	if (!log_allowed(&upf->refusals, UPF_REFUSALS_LOGGED, &suppressed))
		return;
	log_warn("n4",
		 "peer=%s seq=%u seid=0x%" PRIx64 " what=%s cause=%s reason=\"%s\" suppressed=%u",
		 upf_addr_text(req->from.sin_addr, addr), req->sequence, seid,
		 pfcp_message_name(req->type), pfcp_cause_name(refusal->cause), refusal->text,
		 suppressed);
}

struct upf_session *upf_session_of(struct upf *upf, struct n4_request *req)
{
	struct upf_session *session = upf_session_find(&upf->sessions, req->seid);
	struct upf_refusal refusal;

	if (session && !session->ending && upf_may_control(upf, req->peer, session))
		return session;
	upf_refuse(&refusal, PFCP_CAUSE_SESSION_NOT_FOUND, 0, "no such session of this peer");
	upf_refused(upf, req, req->seid, &refusal);
	n4_respond_cause(req, 0, PFCP_CAUSE_SESSION_NOT_FOUND, 0);
	return NULL;
}
