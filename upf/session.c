// SPDX-License-Identifier: Apache-2.0
/* The store of PFCP sessions. */
#include "upf/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <utlist.h>

void upf_sessions_init(struct upf_sessions *sessions, size_t max)
{
	*sessions = (struct upf_sessions){.max = max};
}

struct upf_session *upf_session_find(const struct upf_sessions *sessions, uint64_t seid)
{
	struct upf_session *s;

	HASH_FIND(hh_seid, sessions->by_seid, &seid, sizeof(seid), s);
	return s;
}

struct upf_session *upf_session_find_cp(const struct upf_sessions *sessions, struct in_addr cp_peer,
					uint64_t cp_seid)
{
	struct upf_session key = {.cp = {.peer = cp_peer, .seid = cp_seid}}, *s;

	HASH_FIND(hh_cp, sessions->by_cp, &key.cp, sizeof(key.cp), s);
	return s;
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

struct upf_session *upf_session_find_remote(const struct upf_sessions *sessions,
					    const struct dp_addr *peer, uint32_t teid)
{
	struct upf_remote key, *r;

	remote_key(&key, peer, teid);
	HASH_FIND(hh, sessions->by_remote, &key.key, sizeof(key.key), r);
	return r ? r->session : NULL;
}

struct upf_session *upf_session_next(const struct upf_sessions *sessions,
				     const struct upf_session *after)
{
	return after ? after->hh_seid.next : sessions->by_seid;
}

/* ---- indexes that follow the rules ---- */

static void remotes_clear(struct upf_sessions *sessions, struct upf_session *s)
{
	for (size_t i = 0; i < s->n_remote; i++)
		HASH_DEL(sessions->by_remote, &s->remote[i]);
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

int upf_commit_prepare(const struct upf_rules *rules, struct upf_commit *ret)
{
	*ret = (struct upf_commit){.record = upf_record_new(rules)};
	if (ret->record && !remotes_prepare(rules, ret))
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
		HASH_ADD(hh, sessions->by_remote, key, sizeof(session->remote[i].key),
			 &session->remote[i]);
	}
	*commit = (struct upf_commit){0};
}

/* ---- life ---- */

static int seid_take(const struct upf_sessions *sessions, uint64_t *ret_seid)
{
	uint64_t seid;

	/* Random, so that nobody can name another's session by counting; of 53 bits, so that it
	 * goes through JSON unharmed. */
	do {
		if (getrandom(&seid, sizeof(seid), 0) < 0)
			return -errno;
		seid >>= 11;
	} while (!seid || upf_session_find(sessions, seid));
	*ret_seid = seid;
	return 0;
}

int upf_session_new(struct upf_sessions *sessions, struct in_addr cp_peer, uint64_t cp_seid,
		    struct upf_peer_sessions *peer_sessions, struct upf_session **ret_session)
{
	struct upf_session *s;
	int rc;

	if (sessions->count >= sessions->max)
		return -ENOSPC;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	rc = seid_take(sessions, &s->seid);
	if (rc) {
		free(s);
		return rc;
	}
	s->cp.peer = cp_peer;
	s->cp.seid = cp_seid;
	HASH_ADD(hh_seid, sessions->by_seid, seid, sizeof(s->seid), s);
	HASH_ADD(hh_cp, sessions->by_cp, cp, sizeof(s->cp), s);
	DL_APPEND(peer_sessions->first, s);
	peer_sessions->count++;
	sessions->count++;
	*ret_session = s;
	return 0;
}

static void session_unhash(struct upf_sessions *sessions, struct upf_session *s)
{
	remotes_clear(sessions, s);
	HASH_DELETE(hh_seid, sessions->by_seid, s);
	HASH_DELETE(hh_cp, sessions->by_cp, s);
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
	session_unhash(sessions, session);
	DL_DELETE(peer_sessions->first, session);
	peer_sessions->count--;
	session_release(session);
}

void upf_session_give(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *from, struct in_addr cp_peer, uint64_t cp_seid,
		      struct upf_peer_sessions *to)
{
	HASH_DELETE(hh_cp, sessions->by_cp, session);
	DL_DELETE(from->first, session);
	from->count--;
	session->cp.peer = cp_peer;
	session->cp.seid = cp_seid;
	HASH_ADD(hh_cp, sessions->by_cp, cp, sizeof(session->cp), session);
	DL_APPEND(to->first, session);
	to->count++;
}

void upf_sessions_done(struct upf_sessions *sessions)
{
	struct upf_session *s, *tmp;

	HASH_ITER (hh_seid, sessions->by_seid, s, tmp) {
		session_unhash(sessions, s);
		session_release(s);
	}
}
