/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Algorithm 1 of paper 001 (section III B): which of an account's state synchronisation sessions
 * may write. Pure: no I/O, no clock, no memory of its own. A set belongs to one account; sessions
 * are embedded in whatever the caller keeps about a connection.
 *
 * What the algorithm leaves open is decided so (docs/csm.md):
 * - A switching signal carries a number. One that is not larger than the newest accepted one is
 * stale: roles stay, and from a secondary the packet is dropped (line 19). Two signals at once are
 * ordered by arrival, so the larger number wins whichever comes first.
 * - The primary's own repetition of the signal that made it primary is no news: accepted again,
 * because the UE repeats it until it is answered. Any older number from the primary is answered
 * stale, but what it writes is transferred all the same: line 11 comes before line 14, and a
 * primary loses no write.
 * - A newer signal from the session that is primary already: accepted, its number is the newest
 * then.
 * - A number beyond the packet's limit (lib/session_number.h) is refused, unless it is the very
 * next one: roles and newest number stay, and a secondary's packet is dropped. So no signal,
 * however forged, leaves the account without larger numbers.
 * - The primary is lost: the set has no primary, and nobody is promoted until a session signals.
 *   Meanwhile all are secondary and the account still is logged in, so a newcomer is secondary
 * (line 9); when the set has become empty, the next to log in is the first again (lines 3 to 6).
 * - Logout of one of two touches only that one: the other's role stays.
 * - The session manager itself is lost, and all sessions with it: the account still counts as
 * logged in (session_set_restore). Who was primary is primary again when it logs in anew; others
 * that come before it are secondary, and so stay until they signal.
 */
#ifndef BATON_APPS_SESSION_SESSION_H
#define BATON_APPS_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SESSION_SET_MAX = 4 /* sessions of an account at once */ };

enum session_role { SESSION_OUTSIDE, SESSION_PRIMARY, SESSION_SECONDARY };

struct session {
	struct session_set *set; /* NULL: in none */
	enum session_role role;
	bool resumes; /* told before its login: it was primary when the session manager was lost */
};

struct session_set {
	struct session *session[SESSION_SET_MAX]; /* in order of login */
	size_t count;
	struct session *primary;   /* NULL: none */
	uint32_t newest;	   /* number of the newest switching signal accepted; 0 none */
	bool awaited;		   /* restored, and nobody has been primary since */
	struct session *signaller; /* who sent that one, while it is here; only compared */
};

struct session_packet {
	bool signal;	 /* it has the switching signal */
	uint32_t number; /* its number */
	uint32_t limit;	 /* the largest that may be meant now; 0: no such bound */
};

enum session_verdict {
	SESSION_CREATED,  /* lines 3 to 9: it was not in the set, now it is: see its role */
	SESSION_FULL,	  /* not in the set, and the set is full */
	SESSION_TRANSFER, /* lines 12, 17: its packet goes to the logic server */
	SESSION_DROP,	  /* line 19 */
};

enum session_signal {
	SESSION_NO_SIGNAL,
	SESSION_ACCEPTED, /* lines 14 to 16, or a repetition by the primary */
	SESSION_STALE,
	SESSION_REFUSED, /* too far ahead */
};

struct session_result {
	enum session_verdict verdict;
	enum session_signal signal;
	struct session *demoted; /* line 15: who was primary until now; NULL: nobody */
};

/** session_set_init - line 1. @newest: the account's newest switch number so far, 0 none */
void session_set_init(struct session_set *set, uint32_t newest);

/** session_set_restore - like session_set_init, when the account had a primary that may come back
 */
void session_set_restore(struct session_set *set, uint32_t newest);

/**
 * session_manage - lines 2 to 19 for session @s of the account that @set belongs to
 * @packet: what came from @s; ignored when @s is not in the set yet, which is its login
 */
struct session_result session_manage(struct session_set *set, struct session *s,
				     const struct session_packet *packet);

/** session_refuses - whether the packet's signal is SESSION_REFUSED; for who has to keep an
 * accepted number before it is */
bool session_refuses(const struct session_set *set, const struct session_packet *packet);

/** session_leave - logout, or the connection is lost; nothing when it is in no set */
void session_leave(struct session *s);

#endif
