// SPDX-License-Identifier: Apache-2.0
/* A data plane of memory; see the header. */
#include "tests/unit/upf_null_dp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* The real data plane's check; dataplane/internal.h has another struct dataplane. */
int dp_session_check(enum dp_role role, const struct dp_session *session, struct dp_error *ret_err);

struct entry {
	struct dp_session session;
	UT_hash_handle hh;
};

struct dataplane {
	struct entry *entries;
	size_t applies;
	int refuse_rc, refuse_what;
	uint32_t refuse_rule;
	struct in_addr echo_peer; /* the latest */
	size_t echoes;		  /* to it */
	struct in_addr marked_peer; /* where the latest end marker went */
	uint32_t marked_teid;
	size_t end_markers;
};

struct dataplane *null_dp_new(void)
{
	return calloc(1, sizeof(struct dataplane));
}

void null_dp_refuse(struct dataplane *dp, int rc, int what, uint32_t rule_id)
{
	dp->refuse_rc = rc;
	dp->refuse_what = what;
	dp->refuse_rule = rule_id;
}

size_t null_dp_count(const struct dataplane *dp)
{
	return HASH_COUNT(dp->entries);
}

size_t null_dp_applies(const struct dataplane *dp)
{
	return dp->applies;
}

static struct entry *find(const struct dataplane *dp, uint64_t id)
{
	struct entry *e;

	HASH_FIND(hh, dp->entries, &id, sizeof(id), e);
	return e;
}

const struct dp_session *null_dp_find(const struct dataplane *dp, uint64_t id)
{
	struct entry *e = find(dp, id);

	return e ? &e->session : NULL;
}

static bool clash(const struct dp_pdr *a, const struct dp_pdr *b)
{
	if (a->source != b->source)
		return false;
	return a->source == DP_N3 ? a->teid == b->teid : a->ue_addr.s_addr == b->ue_addr.s_addr;
}

static bool keys_taken(const struct dataplane *dp, const struct dp_session *s)
{
	struct entry *e, *tmp;

	HASH_ITER (hh, dp->entries, e, tmp) {
		if (e->session.id == s->id)
			continue;
		for (size_t i = 0; i < s->pdr_count; i++)
			for (size_t j = 0; j < e->session.pdr_count; j++)
				if (clash(&s->pdr[i], &e->session.pdr[j]))
					return true;
	}
	return false;
}

int dataplane_session_apply(struct dataplane *dp, const struct dp_session *session,
			    struct dp_error *ret_err)
{
	struct entry *e = find(dp, session->id);
	int rc;

	if (dp->refuse_rc) {
		rc = dp->refuse_rc;

		ret_err->what = dp->refuse_what;
		ret_err->rule_id = dp->refuse_rule;
		snprintf(ret_err->text, sizeof(ret_err->text), "told to refuse");
		dp->refuse_rc = 0;
		return rc;
	}
	rc = dp_session_check(DP_ROLE_UPF, session, ret_err);
	if (rc)
		return rc;
	/* Quadratic: for the few sessions of a test */
	if (HASH_COUNT(dp->entries) < 64 && keys_taken(dp, session)) {
		ret_err->what = DP_ERROR_SESSION;
		return -EEXIST;
	}
	if (!e) {
		e = calloc(1, sizeof(*e));
		e->session.id = session->id;
		HASH_ADD(hh, dp->entries, session.id, sizeof(e->session.id), e);
	}
	e->session = *session;
	dp->applies++;
	return 0;
}

int dataplane_session_remove(struct dataplane *dp, uint64_t id)
{
	struct entry *e = find(dp, id);

	if (!e)
		return -ENOENT;
	HASH_DEL(dp->entries, e);
	free(e);
	return 0;
}

int dataplane_session_counters(struct dataplane *dp, uint64_t id, struct dp_counters *ret_counters)
{
	*ret_counters = (struct dp_counters){0};
	return find(dp, id) ? 0 : -ENOENT;
}

int dataplane_new(const struct dp_config *config, const struct dp_events *events,
		  struct dataplane **ret_dp, struct dp_error *ret_err)
{
	*ret_dp = null_dp_new();
	return *ret_dp ? 0 : -ENOMEM;
}

void dataplane_free(struct dataplane *dp)
{
	struct entry *e, *tmp;

	if (!dp)
		return;
	HASH_ITER (hh, dp->entries, e, tmp) {
		HASH_DEL(dp->entries, e);
		free(e);
	}
	free(dp);
}

const char *dataplane_backend(const struct dataplane *dp)
{
	return "null";
}

const char *dataplane_backend_reason(const struct dataplane *dp)
{
	return "a test";
}

int dataplane_fd(const struct dataplane *dp)
{
	return -1;
}

void dataplane_process(struct dataplane *dp)
{
}

int dataplane_echo(struct dataplane *dp, struct in_addr peer)
{
	if (peer.s_addr != dp->echo_peer.s_addr)
		dp->echoes = 0;
	dp->echo_peer = peer;
	dp->echoes++;
	return 0;
}

int dataplane_end_marker(struct dataplane *dp, struct in_addr peer, uint32_t teid)
{
	dp->marked_peer = peer;
	dp->marked_teid = teid;
	dp->end_markers++;
	return 0;
}

size_t null_dp_end_markers(const struct dataplane *dp, struct in_addr peer, uint32_t teid)
{
	return peer.s_addr == dp->marked_peer.s_addr && teid == dp->marked_teid ? dp->end_markers
										 : 0;
}

size_t null_dp_echoes(const struct dataplane *dp, struct in_addr peer)
{
	return peer.s_addr == dp->echo_peer.s_addr ? dp->echoes : 0;
}

void dataplane_drops(struct dataplane *dp, uint64_t ret_drops[DP_DROP_REASONS])
{
	memset(ret_drops, 0, DP_DROP_REASONS * sizeof(ret_drops[0]));
}

void dataplane_path_counters(const struct dataplane *dp, struct dp_path_counters *ret_counters)
{
	*ret_counters = (struct dp_path_counters){0};
}

const char *dp_drop_name(enum dp_drop reason)
{
	return "none";
}
