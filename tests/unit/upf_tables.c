// SPDX-License-Identifier: Apache-2.0
/* See the header. */
#include "tests/unit/upf_tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"
#include "tests/unit/upf_null_dp.h"

/* ---- text ---- */

static void destination_print(FILE *f, const struct dp_destination *to)
{
	char addr[DP_ADDR_TEXT];

	fprintf(f, " to %d", to->interface);
	if (to->interface == DP_N6)
		fprintf(f, " instance %u", to->instance);
	else
		fprintf(f, " local %u %s %u tos %d %u/%u", to->local, dp_addr_text(&to->peer, addr),
			to->teid, to->set_tos, to->tos, to->tos_mask);
}

static void pdr_print(FILE *f, const struct dp_pdr *p)
{
	fprintf(f, " dp pdr %u precedence %u s%d d%d instance %u teid %u ue %x qfis %" PRIx64,
		p->id, p->precedence, p->source, p->direction, p->instance, p->teid, p->ue,
		p->qfis);
	fprintf(f, " filters %u+%u removal %d mark %u %d %d/%u far %u qers", p->filter_first,
		p->filter_count, p->remove_outer, p->mark.qfi, p->mark.rqi, p->mark.has_ppi,
		p->mark.ppi, p->far);
	for (size_t i = 0; i < p->qer_count; i++)
		fprintf(f, " %u", p->qer[i]);
	fprintf(f, " urrs");
	for (size_t i = 0; i < p->urr_count; i++)
		fprintf(f, " %u", p->urr[i]);
	fputc('\n', f);
}

static void far_print(FILE *f, const struct dp_far *far)
{
	fprintf(f, " dp far %u action %d notify %d packets %u", far->id, far->action, far->notify,
		far->buffer_packets);
	destination_print(f, &far->to);
	for (size_t i = 0; i < far->duplicate_count; i++)
		destination_print(f, &far->duplicate[i]);
	fputc('\n', f);
}

static void qer_print(FILE *f, const struct dp_qer *qer)
{
	fprintf(f, " dp qer %u", qer->id);
	for (size_t way = 0; way < 2; way++)
		fprintf(f, " closed %d mbr %" PRIu64 " gbr %" PRIu64, qer->closed[way],
			qer->mbr_kbps[way], qer->gbr_kbps[way]);
	fputc('\n', f);
}

static void filter_print(FILE *f, const struct ipfilter_packed *filter)
{
	fprintf(f, " dp filter ");
	for (size_t i = 0; i < sizeof(*filter); i++)
		fprintf(f, "%02x", ((const uint8_t *)filter)[i]);
	fputc('\n', f);
}

void dp_session_print(FILE *f, const struct dp_session *s)
{
	char addr[DP_ADDR_TEXT];

	for (size_t i = 0; i < s->ue_count; i++)
		fprintf(f, " dp ue %s/%u\n", dp_addr_text(&s->ue[i].addr, addr), s->ue[i].len);
	for (size_t i = 0; i < s->pdr_count; i++)
		pdr_print(f, &s->pdr[i]);
	for (size_t i = 0; i < s->far_count; i++)
		far_print(f, &s->far[i]);
	for (size_t i = 0; i < s->qer_count; i++)
		qer_print(f, &s->qer[i]);
	for (size_t i = 0; i < s->urr_count; i++)
		fprintf(f, " dp urr %u over %u\n", s->urr[i].id, s->urr[i].over);
	for (size_t i = 0; i < s->filter_count; i++)
		filter_print(f, &s->filter[i]);
}

static char *session_text(const struct dp_session *s)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	dp_session_print(f, s);
	fclose(f);
	return text;
}

/* ---- one session ---- */

/* TEIDs of a session's PDRs and Traffic Endpoints, each once */
static size_t session_teids(const struct upf_rules *rules)
{
	uint32_t seen[UPF_PDRS_MAX + UPF_ENDPOINTS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < (size_t)rules->n_pdr + rules->n_endpoint; i++) {
		const uint32_t teid = i < rules->n_pdr ? rules->pdr[i].at.teid
						       : rules->endpoint[i - rules->n_pdr].teid;
		bool again = !teid;

		for (size_t j = 0; j < n; j++)
			again |= seen[j] == teid;
		if (!again)
			seen[n++] = teid;
	}
	return n;
}

/* Those that a pool gives out one by one */
static size_t session_addresses(const struct upf *upf, const struct upf_rules *rules)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n_ue; i++) {
		const struct upf_ue *ue = &rules->ue[i];
		const struct upf_instance *of = &upf->config->instance[ue->instance];
		const unsigned unit = ue->prefix.addr.family == AF_INET ? 32 : 64;
		bool in_pool = false;

		for (size_t j = 0; j < of->pool_count; j++)
			in_pool |= dp_prefix_has(&of->pool[j], &ue->prefix.addr);
		n += ue->claimed && in_pool && ue->prefix.len == unit;
	}
	return n;
}

/* Rules of no use that nobody names any more */
static bool has_idle_ue(const struct upf_rules *rules)
{
	uint32_t used = 0;

	for (size_t i = 0; i < rules->n_pdr; i++)
		used |= rules->pdr[i].at.ue;
	for (size_t i = 0; i < rules->n_endpoint; i++)
		used |= rules->endpoint[i].ue;
	return used != (uint32_t)((1ull << rules->n_ue) - 1);
}

static struct upf_rules_env env_of(const struct upf *upf)
{
	struct upf_rules_env env = {
		.instance_count = upf->config->instance_count,
		.instance = upf->served,
		.pfds = &upf->pfds,
	};

	upf_config_locals(upf->config, env.local);
	return env;
}

/* What the data plane has, and what a translation of now gives */
static const char *installed_fault(struct upf *upf, const struct upf_session *s,
				   const struct upf_rules *rules)
{
	static struct dp_session fresh;
	const struct dp_session *there = null_dp_find(upf->dp, s->seid);
	const struct upf_rules_env env = env_of(upf);
	struct upf_refusal refusal;
	char *is, *should;
	bool same;

	if (upf_rules_translate(rules, &env, upf_now(upf).ntp, &fresh, &refusal))
		return "rules that can't be translated";
	if (!there || !(fresh.pdr_count || fresh.urr_count))
		return !there == !(fresh.pdr_count || fresh.urr_count)
			       ? NULL
			       : "a session with rules isn't in the data plane, or one without is";
	is = session_text(there);
	should = session_text(&fresh);
	same = !strcmp(is, should);
	if (!same)
		fprintf(stderr, "installed:\n%sshould be:\n%s", is, should);
	free(is);
	free(should);
	return same ? NULL : "the data plane has other rules";
}

/* ---- all ---- */

static const char *peer_fault(const struct upf *upf, const struct n4_peer *n4)
{
	const struct upf_peer *peer = n4->user;
	const struct upf_session *s;
	size_t n = 0;

	for (s = peer->sessions.first; s; s = s->next, n++)
		if (s->cp.peer.s_addr != n4->addr.s_addr ||
		    upf_session_find_cp(&upf->sessions, n4->addr, s->cp.seid) != s)
			return "a session isn't its peer's, or not found by its F-SEID";
	return n == peer->sessions.count ? NULL : "a peer's sessions don't add up";
}

static const char *pfds_fault(const struct upf_pfds *pfds)
{
	size_t flows = 0;

	for (const struct upf_application *app = pfds->by_id; app; app = app->hh.next) {
		if (!app->n_flow)
			return "an application without flows";
		flows += app->n_flow;
	}
	return flows == pfds->flows ? NULL : "flows don't add up";
}

const char *upf_tables_fault(struct upf *upf)
{
	size_t teids = 0, sessions = 0, installed = 0, of_peers = 0, addresses = 0;
	const char *fault;

	for (const struct upf_session *s = upf_session_next(&upf->sessions, NULL); s;
	     s = upf_session_next(&upf->sessions, s)) {
		const struct upf_rules *rules = upf_session_rules(upf, s);

		sessions++;
		teids += session_teids(rules);
		addresses += session_addresses(upf, rules);
		installed += null_dp_find(upf->dp, s->seid) != NULL;
		if (has_idle_ue(rules))
			return "a UE address that no rule names";
		if (s->usages.n != rules->n_urr)
			return "usage of other URRs than there are";
		fault = installed_fault(upf, s, rules);
		if (fault)
			return fault;
	}
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p)) {
		of_peers += ((struct upf_peer *)p->user)->sessions.count;
		fault = peer_fault(upf, p);
		if (fault)
			return fault;
	}
	if (sessions != upf->sessions.count || sessions != of_peers)
		return "sessions don't add up";
	if (installed != null_dp_count(upf->dp))
		return "the data plane has other sessions";
	if (teids != upf_teid_count(&upf->teids))
		return "TEIDs don't add up";
	if (addresses != upf_ue_address_count(&upf->addresses))
		return "addresses don't add up";
	return pfds_fault(&upf->pfds);
}

void upf_tables_require(struct upf *upf)
{
	const char *fault = upf_tables_fault(upf);

	if (!fault)
		return;
	fprintf(stderr, "upf: %s\n", fault);
	abort();
}
