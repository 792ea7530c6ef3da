// SPDX-License-Identifier: Apache-2.0
/* Algorithm 1 of paper 001. The lines that are cited are the lines of the algorithm as printed. */
#include "apps/session/session.h"

void session_set_init(struct session_set *set, uint32_t newest)
{
	*set = (struct session_set){.newest = newest}; /* line 1 */
}

void session_set_restore(struct session_set *set, uint32_t newest)
{
	session_set_init(set, newest);
	set->awaited = true;
}

static void make_primary(struct session_set *set, struct session *s)
{
	s->role = SESSION_PRIMARY;
	set->primary = s;
	set->awaited = false;
}

/* Lines 3 to 9 */
static struct session_result create(struct session_set *set, struct session *s)
{
	/* line 3; a set that is empty is line 4's empty set, unless its sessions are about to come
	 * back */
	bool logged_in = set->count > 0 || set->awaited;

	if (set->count == SESSION_SET_MAX)
		return (struct session_result){.verdict = SESSION_FULL};
	set->session[set->count++] = s; /* lines 5 and 8 */
	s->set = set;
	if (!logged_in || (set->awaited && s->resumes))
		make_primary(set, s); /* line 6 */
	else
		s->role = SESSION_SECONDARY; /* line 9 */
	return (struct session_result){.verdict = SESSION_CREATED};
}

/* Lines 15 and 16; returns who was primary */
static struct session *exchange(struct session_set *set, struct session *s)
{
	struct session *old = set->primary;

	if (old)
		old->role = SESSION_SECONDARY; /* line 15 */
	make_primary(set, s);		       /* line 16 */
	return old;
}

static bool newer(const struct session_set *set, const struct session_packet *packet)
{
	return packet->signal && packet->number > set->newest;
}

/* Where the newest number itself is beyond the limit the next one goes, and no other */
bool session_refuses(const struct session_set *set, const struct session_packet *packet)
{
	return newer(set, packet) && packet->limit && packet->number > packet->limit &&
	       packet->number - set->newest > 1;
}

static void note(struct session_set *set, struct session *s, uint32_t number)
{
	set->newest = number;
	set->signaller = s;
}

/* Lines 11 and 12 */
static struct session_result from_primary(struct session_set *set, struct session *s,
					  const struct session_packet *packet)
{
	struct session_result r = {.verdict = SESSION_TRANSFER};

	if (session_refuses(set, packet)) {
		r.signal = SESSION_REFUSED;
		return r;
	}
	if (newer(set, packet))
		note(set, s, packet->number);
	if (packet->signal)
		r.signal = packet->number == set->newest && set->signaller == s ? SESSION_ACCEPTED
										: SESSION_STALE;
	return r;
}

/* Lines 14 to 19 */
static struct session_result from_secondary(struct session_set *set, struct session *s,
					    const struct session_packet *packet)
{
	struct session_result r = {.verdict = SESSION_DROP}; /* line 19 */

	if (!newer(set, packet)) {
		r.signal = packet->signal ? SESSION_STALE : SESSION_NO_SIGNAL;
		return r;
	}
	if (session_refuses(set, packet)) {
		r.signal = SESSION_REFUSED;
		return r;
	}
	note(set, s, packet->number); /* line 14 */
	r.demoted = exchange(set, s); /* lines 15 and 16 */
	r.verdict = SESSION_TRANSFER; /* line 17 */
	r.signal = SESSION_ACCEPTED;
	return r;
}

struct session_result session_manage(struct session_set *set, struct session *s,
				     const struct session_packet *packet)
{
	if (s->set != set) /* line 2 */
		return create(set, s);
	if (s->role == SESSION_PRIMARY) /* line 11 */
		return from_primary(set, s, packet);
	return from_secondary(set, s, packet); /* line 13 */
}

void session_leave(struct session *s)
{
	struct session_set *set = s->set;
	size_t i = 0;

	if (!set)
		return;
	while (set->session[i] != s)
		i++;
	for (set->count--; i < set->count; i++)
		set->session[i] = set->session[i + 1];
	set->session[set->count] = NULL;
	if (set->primary == s)
		set->primary = NULL;
	if (set->signaller == s)
		set->signaller = NULL;
	*s = (struct session){0};
}
