// SPDX-License-Identifier: Apache-2.0
/* The checks, see upf_check.h */
#include "tests/fuzz/upf_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/upf_null_dp.h"

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "upf: %s\n", what);
	abort();
}

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

static void peer_check(const struct upf *upf, const struct n4_peer *n4)
{
	const struct upf_peer *peer = n4->user;
	const struct upf_session *s;
	size_t n = 0;

	for (s = peer->sessions.first; s; s = s->next, n++)
		require(s->cp.peer.s_addr == n4->addr.s_addr &&
				upf_session_find_cp(&upf->sessions, n4->addr, s->cp.seid) == s,
			"a session isn't its peer's, or not found by its F-SEID");
	require(n == peer->sessions.count, "a peer's sessions don't add up");
}

static void pfds_check(const struct upf_pfds *pfds)
{
	const struct upf_application *app;
	size_t flows = 0;

	for (app = pfds->by_id; app; app = app->hh.next) {
		require(app->n_flow > 0, "an application without flows");
		flows += app->n_flow;
	}
	require(flows == pfds->flows, "flows don't add up");
}

void upf_check_tables(const struct upf *upf)
{
	const struct upf_session *s;
	size_t teids = 0, sessions = 0, installed = 0, of_peers = 0;

	for (s = upf_session_next(&upf->sessions, NULL); s;
	     s = upf_session_next(&upf->sessions, s)) {
		const struct upf_rules *rules = upf_session_rules((struct upf *)upf, s);
		const bool there = rules->n_pdr || rules->n_urr;

		sessions++;
		teids += session_teids(rules);
		installed += there;
		require(s->usages.n == rules->n_urr, "usage of other URRs than there are");
		require(!!null_dp_find(upf->dp, s->seid) == there,
			"a session with rules isn't in the data plane, or one without is");
	}
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p)) {
		peer_check(upf, p);
		of_peers += ((struct upf_peer *)p->user)->sessions.count;
	}
	pfds_check(&upf->pfds);
	require(sessions == upf->sessions.count && sessions == of_peers, "sessions don't add up");
	require(installed == null_dp_count(upf->dp), "the data plane has others");
	require(teids == upf_teid_count(&upf->teids), "TEIDs don't add up");
}
