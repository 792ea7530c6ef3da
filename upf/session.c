// SPDX-License-Identifier: Apache-2.0
/* The store of PFCP sessions. */
#include "upf/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void upf_sessions_init(struct upf_sessions *sessions, size_t max)
{
	*sessions = (struct upf_sessions){.max = max};
}

/* ---- indexes ---- */

/* SEIDs are random */
static uint32_t seid_hash(uint64_t seid)
{
	return (uint32_t)seid;
}

static bool has_seid(const void *session, const void *seid)
{
	return ((const struct upf_session *)session)->seid == *(const uint64_t *)seid;
}

struct upf_session *upf_session_find(const struct upf_sessions *sessions, uint64_t seid)
{
	return lookup_find(&sessions->by_seid, seid_hash(seid), has_seid, &seid);
}

static uint32_t cp_hash(const struct upf_session *s)
{
	return lookup_hash(&s->cp, sizeof(s->cp));
}

static bool has_cp(const void *session, const void *other)
{
	const struct upf_session *a = session, *b = other;

	return a->cp.seid == b->cp.seid && a->cp.peer.s_addr == b->cp.peer.s_addr;
}

struct upf_session *upf_session_find_cp(const struct upf_sessions *sessions, struct in_addr cp_peer,
					uint64_t cp_seid)
{
	const struct upf_session key = {.cp = {.peer = cp_peer, .seid = cp_seid}};

	return lookup_find(&sessions->by_cp, cp_hash(&key), has_cp, &key);
}

/* As a hash key: nothing behind an IPv4 address */
static void remote_key(struct upf_remote *r, const struct dp_addr *peer, uint32_t teid)
{
	memset(&r->key, 0, sizeof(r->key));
	r->key.peer.family = peer->family;
	if (peer->family == AF_INET)
		r->key.peer.ip4 = peer->ip4;
	else
		r->key.peer.ip6 = peer->ip6;
	r->key.teid = teid;
}

static uint32_t remote_hash(const struct upf_remote *r)
{
	return lookup_hash(&r->key, sizeof(r->key));
}

static bool has_remote(const void *remote, const void *other)
{
	const struct upf_remote *a = remote, *b = other;

	return !memcmp(&a->key, &b->key, sizeof(a->key));
}

struct upf_session *upf_session_find_remote(const struct upf_sessions *sessions,
					    const struct dp_addr *peer, uint32_t teid)
{
	struct upf_remote key;
	const struct upf_remote *r;

	remote_key(&key, peer, teid);
	r = lookup_find(&sessions->by_remote, remote_hash(&key), has_remote, &key);
	return r ? r->session : NULL;
}

struct upf_session *upf_session_next(const struct upf_sessions *sessions,
				     const struct upf_session *after)
{
	return after ? after->all_next : sessions->all;
}

/* ---- what follows the rules ---- */

static void remotes_clear(struct upf_sessions *sessions, struct upf_session *s)
{
	for (size_t i = 0; i < s->n_remote; i++)
		lookup_remove(&sessions->by_remote, remote_hash(&s->remote[i]), &s->remote[i]);
	free(s->remote);
	s->remote = NULL;
	s->n_remote = 0;
}

static bool remote_known(const struct upf_commit *commit, const struct upf_remote *r)
{
	for (size_t i = 0; i < commit->n_remote; i++)
		if (!memcmp(&commit->remote[i].key, &r->key, sizeof(r->key)))
			return true;
	return false;
}

static int remotes_prepare(const struct upf_rules *rules, struct upf_commit *commit)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n_far; i++)
		n += rules->far[i].to.has_tunnel;
	commit->remote = n ? calloc(n, sizeof(*commit->remote)) : NULL;
	if (n && !commit->remote)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n_far; i++) {
		const struct upf_destination *to = &rules->far[i].to;
		struct upf_remote *r;

		if (!to->has_tunnel)
			continue;
		r = &commit->remote[commit->n_remote];
		remote_key(r, &to->peer, to->teid);
		commit->n_remote += !remote_known(commit, r);
	}
	return 0;
}

int upf_commit_prepare(struct upf_sessions *sessions, const struct upf_rules *rules,
		       struct upf_commit *ret)
{
	*ret = (struct upf_commit){.record = upf_record_new(rules)};
	if (ret->record && !remotes_prepare(rules, ret) &&
	    !lookup_reserve(&sessions->by_remote, ret->n_remote))
		return 0;
	upf_commit_cancel(ret);
	return -ENOMEM;
}

void upf_commit_cancel(struct upf_commit *commit)
{
	free(commit->record);
	free(commit->remote);
	*commit = (struct upf_commit){0};
}

void upf_session_commit(struct upf_sessions *sessions, struct upf_session *session,
			struct upf_commit *commit)
{
	remotes_clear(sessions, session);
	free(session->record);
	session->record = commit->record;
	session->remote = commit->remote;
	session->n_remote = commit->n_remote;
	for (size_t i = 0; i < session->n_remote; i++) {
		session->remote[i].session = session;
		/* there is room: upf_commit_prepare */
		(void)lookup_add(&sessions->by_remote, remote_hash(&session->remote[i]),
				 &session->remote[i]);
	}
	*commit = (struct upf_commit){0};
}

/* ---- life ---- */

static int seid_take(struct upf_sessions *sessions, uint64_t *ret_seid)
{
	uint64_t seid;
	int rc;

	/* Random, so that nobody can name another's session by counting; of 53 bits, so that it
	 * goes through JSON unharmed. */
	do {
		rc = random_take(&sessions->random, &seid, sizeof(seid));
		if (rc)
			return rc;
		seid >>= 11;
	} while (!seid || upf_session_find(sessions, seid));
	*ret_seid = seid;
	return 0;
}

static int session_index(struct upf_sessions *sessions, struct upf_session *s)
{
	int rc = lookup_reserve(&sessions->by_cp, 1);

	if (!rc)
		rc = lookup_add(&sessions->by_seid, seid_hash(s->seid), s);
	return rc ? rc : lookup_add(&sessions->by_cp, cp_hash(s), s);
}

static int session_add(struct upf_sessions *sessions, const struct upf_session *as,
		       struct upf_peer_sessions *peer_sessions, struct upf_session **ret_session)
{
	struct upf_session *s = malloc(sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	*s = *as;
	rc = session_index(sessions, s);
	if (rc) {
		free(s);
		return rc;
	}
	DL_APPEND2(sessions->all, s, all_prev, all_next);
	DL_APPEND(peer_sessions->first, s);
	peer_sessions->count++;
	sessions->count++;
	*ret_session = s;
	return 0;
}

int upf_session_new(struct upf_sessions *sessions, struct in_addr cp_peer, uint64_t cp_seid,
		    struct upf_peer_sessions *peer_sessions, struct upf_session **ret_session)
{
	struct upf_session as = {.cp = {.peer = cp_peer, .seid = cp_seid}};
	int rc;

	if (sessions->count >= sessions->max)
		return -ENOSPC;
	rc = seid_take(sessions, &as.seid);
	return rc ? rc : session_add(sessions, &as, peer_sessions, ret_session);
}

int upf_session_restore(struct upf_sessions *sessions, uint64_t seid, struct in_addr cp_peer,
			uint64_t cp_seid, struct upf_peer_sessions *peer_sessions,
			struct upf_session **ret_session)
{
	const struct upf_session as = {.seid = seid, .cp = {.peer = cp_peer, .seid = cp_seid}};

	if (sessions->count >= sessions->max)
		return -ENOSPC;
	if (!seid || upf_session_find(sessions, seid) ||
	    upf_session_find_cp(sessions, cp_peer, cp_seid))
		return -EEXIST;
	return session_add(sessions, &as, peer_sessions, ret_session);
}

static void session_unindex(struct upf_sessions *sessions, struct upf_session *s)
{
	remotes_clear(sessions, s);
	lookup_remove(&sessions->by_seid, seid_hash(s->seid), s);
	lookup_remove(&sessions->by_cp, cp_hash(s), s);
	DL_DELETE2(sessions->all, s, all_prev, all_next);
	sessions->count--;
}

static void session_release(struct upf_session *s)
{
	free(s->record);
	free(s->dnn);
	upf_usages_done(&s->usages);
	upf_sets_done(&s->sets);
	free(s);
}

void upf_session_free(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *peer_sessions)
{
	session_unindex(sessions, session);
	DL_DELETE(peer_sessions->first, session);
	peer_sessions->count--;
	session_release(session);
}

void upf_session_give(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *from, struct in_addr cp_peer, uint64_t cp_seid,
		      struct upf_peer_sessions *to)
{
	lookup_remove(&sessions->by_cp, cp_hash(session), session);
	DL_DELETE(from->first, session);
	from->count--;
	session->cp.peer = cp_peer;
	session->cp.seid = cp_seid;
	/* there is room: one has just been taken out */
	(void)lookup_add(&sessions->by_cp, cp_hash(session), session);
	DL_APPEND(to->first, session);
	to->count++;
}

void upf_sessions_done(struct upf_sessions *sessions)
{
	struct upf_session *s, *tmp;

	DL_FOREACH_SAFE2(sessions->all, s, tmp, all_next)
	{
		session_unindex(sessions, s);
		session_release(s);
	}
	lookup_done(&sessions->by_seid);
	lookup_done(&sessions->by_cp);
	lookup_done(&sessions->by_remote);
}
