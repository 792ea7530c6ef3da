// SPDX-License-Identifier: Apache-2.0
/* A data plane of memory; see the header. */
#include "tests/unit/upf_null_dp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "dataplane/address.h"

/* The real data plane's check; dataplane/internal.h has another struct dataplane. */
int dp_session_check(const struct dp_config *config, const struct dp_session *session,
		     struct dp_error *ret_err);

/* Rules take 20 KB a session */
enum { RULES_KEPT = 64 };

struct entry {
	uint64_t id;
	struct dp_session *rules; /* NULL: one of many */
	struct dp_counters counters;
	struct dp_urr_counters urr[DP_URRS_MAX];  /* by place in the rules */
	struct dp_urr_limits limits[DP_URRS_MAX]; /* the same */
	uint32_t urr_id[DP_URRS_MAX];		  /* whose these are; 0: nobody's */
	bool inherits;
	UT_hash_handle hh;
};

struct dataplane {
	struct dp_config config;
	struct entry *entries;
	size_t kept; /* entries with their rules */
	size_t applies;
	int refuse_rc, refuse_what;
	uint32_t refuse_rule;
	struct dp_addr echo_peer;   /* the latest */
	size_t echoes;		    /* to it */
	struct dp_addr marked_peer; /* where the latest end marker went */
	uint32_t marked_teid;
	size_t end_markers;
	size_t discards;
	size_t barriers; /* calls */
};

struct dataplane *null_dp_new(const struct dp_config *config)
{
	struct dataplane *dp = calloc(1, sizeof(*dp));

	if (dp)
		dp->config = *config;
	return dp;
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

	return e ? e->rules : NULL;
}

/* A PDR with one of its UE addresses, for those of N6 */
struct key {
	const struct dp_pdr *pdr;
	const struct dp_prefix *ue;
};

static bool clash(const struct key *a, const struct key *b)
{
	if (a->pdr->source != b->pdr->source)
		return false;
	if (a->pdr->source == DP_N3)
		return a->pdr->teid == b->pdr->teid;
	return a->pdr->instance == b->pdr->instance && dp_prefix_equal(a->ue, b->ue);
}

/* The @i-th key of a session, each PDR having a place for each address; Return: whether it is one
 */
static bool key_at(const struct dp_session *s, size_t i, struct key *ret)
{
	const size_t ue = i % DP_PREFIXES_MAX;

	ret->pdr = &s->pdr[i / DP_PREFIXES_MAX];
	ret->ue = &s->ue[ue];
	return ret->pdr->source == DP_N3 ? ue == 0 : ret->pdr->ue >> ue & 1;
}

static bool sessions_clash(const struct dp_session *a, const struct dp_session *b)
{
	const size_t a_keys = (size_t)a->pdr_count * DP_PREFIXES_MAX;
	const size_t b_keys = (size_t)b->pdr_count * DP_PREFIXES_MAX;
	struct key own, other;

	for (size_t i = 0; i < a_keys; i++) {
		if (!key_at(a, i, &own))
			continue;
		for (size_t j = 0; j < b_keys; j++)
			if (key_at(b, j, &other) && clash(&own, &other))
				return true;
	}
	return false;
}

/* Among those whose rules are known: the few sessions of a test */
static bool keys_taken(const struct dataplane *dp, const struct dp_session *s)
{
	struct entry *e, *tmp;

	HASH_ITER (hh, dp->entries, e, tmp)
		if (e->id != s->id && e->rules && sessions_clash(e->rules, s))
			return true;
	return false;
}

static struct entry *entry_new(struct dataplane *dp, uint64_t id)
{
	struct entry *e = calloc(1, sizeof(*e));

	e->id = id;
	if (dp->kept < RULES_KEPT) {
		e->rules = calloc(1, sizeof(*e->rules));
		dp->kept++;
	}
	HASH_ADD(hh, dp->entries, id, sizeof(e->id), e);
	return e;
}

static void entry_free(struct dataplane *dp, struct entry *e)
{
	HASH_DEL(dp->entries, e);
	dp->kept -= e->rules != NULL;
	free(e->rules);
	free(e);
}

/* ---- URRs: what they counted is theirs while they are there ---- */

static bool has_urr(const struct dp_session *s, uint32_t id)
{
	for (size_t i = 0; i < s->urr_count; i++)
		if (s->urr[i].id == id)
			return true;
	return false;
}

/* Its place, or DP_URRS_MAX */
static size_t urr_place(const struct entry *e, uint32_t id)
{
	size_t i = 0;

	while (i < DP_URRS_MAX && e->urr_id[i] != id)
		i++;
	return i;
}

static void urrs_follow(struct entry *e, const struct dp_session *s)
{
	for (size_t i = 0; i < DP_URRS_MAX; i++)
		if (e->urr_id[i] && !has_urr(s, e->urr_id[i]))
			e->urr_id[i] = 0;
	for (size_t i = 0; i < s->urr_count; i++) {
		size_t at = urr_place(e, s->urr[i].id);

		if (at < DP_URRS_MAX)
			continue;
		at = urr_place(e, 0);
		e->urr_id[at] = s->urr[i].id;
		e->urr[at] = (struct dp_urr_counters){0};
		e->limits[at] = s->urr[i].limits;
	}
}

struct dp_urr_counters *null_dp_urr(struct dataplane *dp, uint64_t id, uint32_t urr_id)
{
	struct entry *e = find(dp, id);
	size_t at = e ? urr_place(e, urr_id) : DP_URRS_MAX;

	return at < DP_URRS_MAX ? &e->urr[at] : NULL;
}

const struct dp_urr_limits *null_dp_limits(const struct dataplane *dp, uint64_t id, uint32_t urr_id)
{
	struct entry *e = find(dp, id);
	size_t at = e ? urr_place(e, urr_id) : DP_URRS_MAX;

	return at < DP_URRS_MAX ? &e->limits[at] : NULL;
}

struct dp_counters *null_dp_counters(struct dataplane *dp, uint64_t id)
{
	struct entry *e = find(dp, id);

	return e ? &e->counters : NULL;
}

int dataplane_urr_counters(struct dataplane *dp, uint64_t id, uint32_t urr_id,
			   struct dp_urr_counters *ret_counters)
{
	const struct dp_urr_counters *c = null_dp_urr(dp, id, urr_id);

	if (!c)
		return -ENOENT;
	*ret_counters = *c;
	return 0;
}

int dataplane_urr_limits(struct dataplane *dp, uint64_t id, uint32_t urr_id,
			 const struct dp_urr_limits *limits)
{
	struct dp_urr_limits *l = (struct dp_urr_limits *)null_dp_limits(dp, id, urr_id);

	if (!l)
		return -ENOENT;
	*l = *limits;
	return 0;
}

/* ---- the contract ---- */

size_t dataplane_session_discard(struct dataplane *dp, uint64_t id)
{
	dp->discards++;
	return find(dp, id) ? 1 : 0;
}

size_t null_dp_discards(const struct dataplane *dp)
{
	return dp->discards;
}

void dataplane_barrier(struct dataplane *dp)
{
	dp->barriers++;
}

size_t null_dp_barriers(const struct dataplane *dp)
{
	return dp->barriers;
}

int dataplane_session_apply(struct dataplane *dp, const struct dp_session *session,
			    struct dp_error *ret_err)
{
	struct entry *e = find(dp, session->id);
	int rc;

	if (dp->refuse_rc) {
		rc = dp->refuse_rc;

		if (ret_err) {
			ret_err->what = dp->refuse_what;
			ret_err->rule_id = dp->refuse_rule;
			snprintf(ret_err->text, sizeof(ret_err->text), "told to refuse");
		}
		dp->refuse_rc = 0;
		return rc;
	}
	rc = dp_session_check(&dp->config, session, ret_err);
	if (rc)
		return rc;
	/* not for each of many */
	if (HASH_COUNT(dp->entries) < RULES_KEPT && keys_taken(dp, session)) {
		if (ret_err)
			ret_err->what = DP_ERROR_SESSION;
		return -EEXIST;
	}
	if (!e)
		e = entry_new(dp, session->id);
	if (e->rules)
		*e->rules = *session;
	urrs_follow(e, session);
	dp->applies++;
	return 0;
}

int dataplane_session_remove(struct dataplane *dp, uint64_t id)
{
	struct entry *e = find(dp, id);

	if (!e)
		return -ENOENT;
	entry_free(dp, e);
	return 0;
}

int dataplane_session_counters(struct dataplane *dp, uint64_t id, struct dp_counters *ret_counters)
{
	const struct entry *e = find(dp, id);

	*ret_counters = e ? e->counters : (struct dp_counters){0};
	return e ? 0 : -ENOENT;
}

int dataplane_new(const struct dp_config *config, const struct dp_events *events,
		  struct dataplane **ret_dp, struct dp_error *ret_err)
{
	*ret_dp = null_dp_new(config);
	return *ret_dp ? 0 : -ENOMEM;
}

void dataplane_free(struct dataplane *dp)
{
	struct entry *e, *tmp;

	if (!dp)
		return;
	HASH_ITER (hh, dp->entries, e, tmp)
		entry_free(dp, e);
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

int dataplane_echo(struct dataplane *dp, const struct dp_addr *peer)
{
	if (!dp_addr_equal(peer, &dp->echo_peer))
		dp->echoes = 0;
	dp->echo_peer = *peer;
	dp->echoes++;
	return 0;
}

int dataplane_end_marker(struct dataplane *dp, const struct dp_addr *peer, uint32_t teid)
{
	dp->marked_peer = *peer;
	dp->marked_teid = teid;
	dp->end_markers++;
	return 0;
}

size_t null_dp_end_markers(const struct dataplane *dp, struct in_addr peer, uint32_t teid)
{
	const struct dp_addr addr = dp_addr_ip4(peer);

	return dp_addr_equal(&addr, &dp->marked_peer) && teid == dp->marked_teid ? dp->end_markers
										 : 0;
}

size_t null_dp_echoes(const struct dataplane *dp, struct in_addr peer)
{
	const struct dp_addr addr = dp_addr_ip4(peer);

	return dp_addr_equal(&addr, &dp->echo_peer) ? dp->echoes : 0;
}

void dataplane_drops(struct dataplane *dp, uint64_t ret_drops[DP_DROP_REASONS])
{
	memset(ret_drops, 0, DP_DROP_REASONS * sizeof(ret_drops[0]));
}

/* A session is inherited by who has its id */
size_t dataplane_session_save(struct dataplane *dp, uint64_t id, void *ret, size_t size)
{
	if (!find(dp, id))
		return 0;
	if (ret && size >= sizeof(id))
		memcpy(ret, &id, sizeof(id));
	return sizeof(id);
}

static uint32_t generation[2]; /* ours, the predecessor's */

void null_dp_generation(uint32_t own, uint32_t predecessors)
{
	generation[0] = own;
	generation[1] = predecessors;
}

uint32_t dataplane_generation(const struct dataplane *dp, bool predecessors)
{
	return generation[predecessors];
}

/* One that has not inherited would serve by limits of another time */
int dataplane_adopt(struct dataplane *dp, struct dp_error *ret_err)
{
	struct entry *e, *tmp;

	HASH_ITER (hh, dp->entries, e, tmp)
		if (generation[0] == 0 && !e->inherits)
			return -EINVAL;
	return 0;
}

int dataplane_session_inherit(struct dataplane *dp, uint64_t id, const void *saved, size_t len)
{
	if (!find(dp, id))
		return -ENOENT;
	find(dp, id)->inherits = true;
	return len == sizeof(id) && !memcmp(saved, &id, sizeof(id)) ? 0 : -EBADMSG;
}

void dataplane_inherited(struct dataplane *dp)
{
}

size_t dataplane_devices(const struct dataplane *dp, struct dp_device ret[DP_DEVICES_MAX])
{
	ret[0] = (struct dp_device){.dev = "null0", .n6 = true, .received_packets = 3};
	return 1;
}

void dataplane_path_counters(const struct dataplane *dp, struct dp_path_counters *ret_counters)
{
	*ret_counters = (struct dp_path_counters){0};
}

const char *dp_drop_name(enum dp_drop reason)
{
	return "none";
}
