// SPDX-License-Identifier: Apache-2.0
/* The store of PFCP sessions. */
#include "upf/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <utlist.h>

void upf_sessions_init(struct upf_sessions *sessions)
{
	memset(sessions, 0, sizeof(*sessions));
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

struct upf_session *upf_session_find_ue(const struct upf_sessions *sessions, struct in_addr ue_ip)
{
	struct upf_session *s;

	HASH_FIND(hh_ue, sessions->by_ue, &ue_ip, sizeof(ue_ip), s);
	return s;
}

struct upf_session *upf_session_find_remote(const struct upf_sessions *sessions,
					    struct in_addr peer, uint32_t teid)
{
	struct upf_remote key = {.key = {.peer = peer, .teid = teid}}, *r;

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
	s->n_remote = 0;
}

static bool remote_known(const struct upf_session *s, const struct upf_far *far)
{
	for (size_t i = 0; i < s->n_remote; i++)
		if (s->remote[i].key.peer.s_addr == far->peer.s_addr &&
		    s->remote[i].key.teid == far->teid)
			return true;
	return false;
}

static void remotes_set(struct upf_sessions *sessions, struct upf_session *s)
{
	for (size_t i = 0; i < s->rules.n_far; i++) {
		const struct upf_far *far = &s->rules.far[i];
		struct upf_remote *r = &s->remote[s->n_remote];

		if (!far->has_tunnel || remote_known(s, far))
			continue;
		r->key.peer = far->peer;
		r->key.teid = far->teid;
		r->session = s;
		HASH_ADD(hh, sessions->by_remote, key, sizeof(r->key), r);
		s->n_remote++;
	}
}

static void ue_clear(struct upf_sessions *sessions, struct upf_session *s)
{
	if (s->ue_ip.s_addr)
		HASH_DELETE(hh_ue, sessions->by_ue, s);
	s->ue_ip.s_addr = 0;
}

void upf_session_commit(struct upf_sessions *sessions, struct upf_session *session,
			const struct upf_rules *rules)
{
	remotes_clear(sessions, session);
	ue_clear(sessions, session);
	session->rules = *rules;
	session->ue_ip = upf_rules_ue_ip(rules);
	if (session->ue_ip.s_addr)
		HASH_ADD(hh_ue, sessions->by_ue, ue_ip, sizeof(session->ue_ip), session);
	remotes_set(sessions, session);
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

	if (sessions->count >= UPF_SESSIONS_MAX)
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
	ue_clear(sessions, s);
	HASH_DELETE(hh_seid, sessions->by_seid, s);
	HASH_DELETE(hh_cp, sessions->by_cp, s);
	sessions->count--;
}

void upf_session_free(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *peer_sessions)
{
	session_unhash(sessions, session);
	DL_DELETE(peer_sessions->first, session);
	peer_sessions->count--;
	upf_sets_done(&session->sets);
	free(session);
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
		upf_sets_done(&s->sets);
		free(s);
	}
}
