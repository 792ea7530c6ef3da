/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of PFCP sessions: the only place where they are, found by SEID, by the CP function's
 * F-SEID, by UE address, by the remote F-TEID that they send to, and by the peer that made them.
 * All of it changes in upf_session_commit() alone, so that no index can differ from the rules.
 */
#ifndef BATON_UPF_SESSION_H
#define BATON_UPF_SESSION_H

#include <uthash.h>

#include "lib/n4/n4.h"
#include "upf/rules.h"
#include "upf/session_sets.h"

enum { UPF_SESSIONS_MAX = 65536 };

/* Where downlink goes: for error indications. Two sessions with the same one are not refused; one
 * of them is found. */
struct upf_remote {
	struct {
		struct in_addr peer;
		uint32_t teid;
	} key;
	struct upf_session *session;
	UT_hash_handle hh;
};

struct upf_session {
	uint64_t seid; /* ours: random, not 0; also the data plane's id */
	struct {
		struct in_addr peer; /* the association's address */
		uint32_t zero;	     /* no padding in a hash key */
		uint64_t seid;
	} cp;
	struct in_addr ue_ip;	     /* 0.0.0.0: none, and in no index */
	char dnn[PFCP_MAX_NAME + 1]; /* "": not told */
	struct upf_rules rules;
	size_t n_remote;
	struct upf_remote remote[UPF_RULES_MAX];
	struct upf_session_sets sets;
	uint64_t established_ns; /* CLOCK_REALTIME */
	uint64_t reported_ms;	 /* loop time of the latest error indication report; 0: none */
	struct upf_session *prev, *next; /* of the peer's */
	UT_hash_handle hh_seid, hh_cp, hh_ue;
};

/* All sessions made through one association; struct n4_peer's user */
struct upf_peer_sessions {
	struct upf_session *first; /* utlist */
	size_t count;
};

struct upf_sessions {
	struct upf_session *by_seid, *by_cp, *by_ue;
	struct upf_remote *by_remote;
	size_t count;
};

void upf_sessions_init(struct upf_sessions *sessions);
/** upf_sessions_done - frees them all; the peers' lists are not looked at */
void upf_sessions_done(struct upf_sessions *sessions);

/**
 * upf_session_new - a session without rules, with a SEID of its own
 * @peer_sessions: it is added to this list
 * Return: 0, -ENOSPC: UPF_SESSIONS_MAX; -ENOMEM; negative errno of getrandom()
 */
int upf_session_new(struct upf_sessions *sessions, struct in_addr cp_peer, uint64_t cp_seid,
		    struct upf_peer_sessions *peer_sessions, struct upf_session **ret_session);
void upf_session_free(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *peer_sessions);

/** upf_session_give - to another peer, under that one's F-SEID, which is no other session's */
void upf_session_give(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *from, struct in_addr cp_peer, uint64_t cp_seid,
		      struct upf_peer_sessions *to);

/** upf_session_commit - @rules become the session's, and the indexes follow */
void upf_session_commit(struct upf_sessions *sessions, struct upf_session *session,
			const struct upf_rules *rules);

struct upf_session *upf_session_find(const struct upf_sessions *sessions, uint64_t seid);
struct upf_session *upf_session_find_cp(const struct upf_sessions *sessions, struct in_addr cp_peer,
					uint64_t cp_seid);
struct upf_session *upf_session_find_ue(const struct upf_sessions *sessions, struct in_addr ue_ip);
struct upf_session *upf_session_find_remote(const struct upf_sessions *sessions,
					    struct in_addr peer, uint32_t teid);
/** upf_session_next - walk them all in order of establishment; NULL begins */
struct upf_session *upf_session_next(const struct upf_sessions *sessions,
				     const struct upf_session *after);

#endif
