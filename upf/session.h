/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of PFCP sessions: the only place where they are, found by SEID, by the CP function's
 * F-SEID, by the remote F-TEID that they send to, and by the peer that made them. Their rules
 * change in upf_session_commit() alone, so that no index can differ from them.
 */
#ifndef BATON_UPF_SESSION_H
#define BATON_UPF_SESSION_H

#include "lib/lookup.h"
#include "lib/n4/n4.h"
#include "lib/random.h"
#include "upf/alarm.h"
#include "upf/rules/record.h"
#include "upf/session_sets.h"
#include "upf/usage.h"

/* Where downlink goes: for error indications. Two sessions with the same one are not refused; one
 * of them is found. */
struct upf_remote {
	struct {
		struct dp_addr peer;
		uint32_t teid;
	} key; /* no padding */
	struct upf_session *session;
};

/* A downlink packet that the CP function is to be told of (Downlink Data Notification Delay) */
struct upf_notice {
	uint64_t due_ms; /* 0: none */
	uint16_t pdr_id;
	uint8_t qfi; /* 0: none */
};

struct upf_session {
	uint64_t seid; /* ours: random, not 0; also the data plane's id */
	struct {
		struct in_addr peer; /* the association's address */
		uint32_t zero;	     /* no padding in a hash key */
		uint64_t seid;
	} cp;
	struct upf_record *record; /* its rules */
	struct upf_remote *remote; /* n_remote of them */
	char *dnn;		   /* NULL: not told */
	uint64_t established_ns;   /* CLOCK_REALTIME */
	uint64_t reported_ms;	   /* loop time of the latest error indication report; 0: none */
	uint32_t changes_at; /* NTP seconds: a PDR becomes active or ends to be; 0: none does */
	uint8_t n_remote;
	bool ending;	/* its deletion waits for the last reading */
	bool inherited; /* a predecessor's, and its SMF hasn't used it since */
	struct upf_notice notice;
	struct upf_usages usages;
	struct upf_session_sets sets;
	struct upf_inactivity inactivity;
	struct upf_alarm alarm;
	struct upf_session *prev, *next;	 /* of the peer's */
	struct upf_session *all_prev, *all_next; /* in order of establishment */
};

/* All sessions made through one association; struct n4_peer's user */
struct upf_peer_sessions {
	struct upf_session *first; /* utlist */
	size_t count;
};

struct upf_sessions {
	struct upf_session *all;      /* utlist */
	struct lookup by_seid, by_cp; /* of struct upf_session */
	struct lookup by_remote;      /* of struct upf_remote */
	struct random_store random;
	size_t count, max;
};

void upf_sessions_init(struct upf_sessions *sessions, size_t max);
/** upf_sessions_done - frees them all; the peers' lists are not looked at */
void upf_sessions_done(struct upf_sessions *sessions);

/**
 * upf_session_new - a session without rules, with a SEID of its own
 * @peer_sessions: it is added to this list
 * Return: 0, -ENOSPC: as many as there may be; -ENOMEM; negative errno of getrandom()
 */
int upf_session_new(struct upf_sessions *sessions, struct in_addr cp_peer, uint64_t cp_seid,
		    struct upf_peer_sessions *peer_sessions, struct upf_session **ret_session);
/** upf_session_restore - with a predecessor's SEID; Return: 0, -EEXIST, -ENOSPC, -ENOMEM */
int upf_session_restore(struct upf_sessions *sessions, uint64_t seid, struct in_addr cp_peer,
			uint64_t cp_seid, struct upf_peer_sessions *peer_sessions,
			struct upf_session **ret_session);
/** upf_session_free - its alarm must be stopped */
void upf_session_free(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *peer_sessions);

/** upf_session_give - to another peer, under that one's F-SEID, which is no other session's */
void upf_session_give(struct upf_sessions *sessions, struct upf_session *session,
		      struct upf_peer_sessions *from, struct in_addr cp_peer, uint64_t cp_seid,
		      struct upf_peer_sessions *to);

/* What a commit takes in memory, taken before, so that it can't fail */
struct upf_commit {
	struct upf_record *record;
	struct upf_remote *remote;
	uint8_t n_remote;
};
/** upf_commit_prepare - for a session's new rules; Return: 0 or -ENOMEM; upf_commit_cancel, or
 * upf_session_commit, must follow before the next */
int upf_commit_prepare(struct upf_sessions *sessions, const struct upf_rules *rules,
		       struct upf_commit *ret);
void upf_commit_cancel(struct upf_commit *commit);
/** upf_session_commit - the rules that @commit was prepared for become the session's, and the
 * indexes follow */
void upf_session_commit(struct upf_sessions *sessions, struct upf_session *session,
			struct upf_commit *commit);

struct upf_session *upf_session_find(const struct upf_sessions *sessions, uint64_t seid);
struct upf_session *upf_session_find_cp(const struct upf_sessions *sessions, struct in_addr cp_peer,
					uint64_t cp_seid);
struct upf_session *upf_session_find_remote(const struct upf_sessions *sessions,
					    const struct dp_addr *peer, uint32_t teid);
/** upf_session_next - walk them all in order of establishment; NULL begins */
struct upf_session *upf_session_next(const struct upf_sessions *sessions,
				     const struct upf_session *after);

#endif
