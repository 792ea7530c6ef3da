// SPDX-License-Identifier: Apache-2.0
/* The table of sessions, by SEID; names of states and events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/route.h"
#include "smf-lite/session.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"
#include "smf-lite/ue.h"

static const char *const state_names[SESSION_STATES] = {
	[SESSION_WAIT_UPF] = "wait-upf",     [SESSION_N4_ESTABLISH] = "n4-establish",
	[SESSION_N2_SETUP] = "n2-setup",     [SESSION_N4_ACTIVATE] = "n4-activate",
	[SESSION_ACTIVE] = "active",	     [SESSION_N1_REJECT] = "n1-reject",
	[SESSION_N2_RELEASE] = "n2-release", [SESSION_N4_DELETE] = "n4-delete",
};

static const char *const event_names[SESSION_EVENTS] = {
	[SESSION_EV_UPF_UP] = "upf-up",
	[SESSION_EV_UPF_RESTARTED] = "upf-restarted",
	[SESSION_EV_UPF_LEAVING] = "upf-leaving",
	[SESSION_EV_N4_ESTABLISHED] = "n4-established",
	[SESSION_EV_N4_ESTABLISH_FAILED] = "n4-establish-failed",
	[SESSION_EV_N4_MODIFIED] = "n4-modified",
	[SESSION_EV_N4_MODIFY_FAILED] = "n4-modify-failed",
	[SESSION_EV_N4_DELETED] = "n4-deleted",
	[SESSION_EV_N4_DELETE_FAILED] = "n4-delete-failed",
	[SESSION_EV_N2_SETUP] = "n2-setup",
	[SESSION_EV_N2_SETUP_FAILED] = "n2-setup-failed",
	[SESSION_EV_N2_RELEASED] = "n2-released",
	[SESSION_EV_N1_RELEASE_REQUEST] = "n1-release-request",
	[SESSION_EV_N1_RELEASED] = "n1-released",
	[SESSION_EV_RELEASE] = "release",
	[SESSION_EV_ERROR_INDICATION] = "error-indication",
	[SESSION_EV_GNB_LOST] = "gnb-lost",
	[SESSION_EV_GNB_BACK] = "gnb-back",
	[SESSION_EV_PATH_SWITCH] = "path-switch",
	[SESSION_EV_UE_IDLE] = "ue-idle",
	[SESSION_EV_UE_BACK] = "ue-back",
	[SESSION_EV_LOCAL_RELEASE] = "local-release",
	[SESSION_EV_TIMER] = "timer",
};

const char *session_state_name(enum session_state state)
{
	return state_names[state];
}

const char *session_event_name(enum session_event event)
{
	return event_names[event];
}

const char *session_public_state(const struct session *s)
{
	if (s->reactivating)
		return "active";
	switch (s->state) {
	case SESSION_WAIT_UPF:
	case SESSION_N4_ESTABLISH:
	case SESSION_N2_SETUP:
	case SESSION_N4_ACTIVATE:
		return "establishing";
	case SESSION_ACTIVE:
		return "active";
	case SESSION_N1_REJECT:
	case SESSION_N2_RELEASE:
		return "releasing";
	default:
		return "released";
	}
}

/*
 * SEIDs are never used again, also not after a restart, or a late message of a UPF could hit
 * another session: they count from the microsecond of our start, and no SMF makes a session in each
 * microsecond of its life. They stay below 2^53, exact in every JSON reader.
 */
static uint64_t first_seid(void)
{
	return clock_now_ns() / 1000;
}

int session_table_new(struct smf *smf, struct session_table **ret_table)
{
	struct session_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->smf = smf;
	table->next_seid = first_seid();
	*ret_table = table;
	return 0;
}

uint64_t session_seid(struct smf *smf, uint64_t known)
{
	struct session_table *table = smf->sessions;

	if (!known)
		return table->next_seid++;
	if (known >= table->next_seid) /* the clock has gone back since */
		table->next_seid = known + 1;
	return known;
}

static void session_free(struct session *s)
{
	while (s->classifiers)
		classifier_free(s->classifiers);
	route_done(s);
	HASH_DELETE(by_seid, s->smf->sessions->by_seid, s);
	if (s->ue)
		s->ue->session[s->id] = NULL;
	if (s->upf)
		s->upf->sessions--;
	smf_timer_free(s->timer);
	free(s);
}

void session_table_free(struct session_table *table)
{
	struct session *s, *next;

	if (!table)
		return;
	HASH_ITER (by_seid, table->by_seid, s, next)
		session_free(s);
	free(table);
}

static void on_timer(void *user)
{
	session_feed(user, SESSION_EV_TIMER, NULL);
}

struct session *session_new(struct smf *smf, struct ue *ue, uint8_t id, uint64_t cp_seid)
{
	struct session_table *table = smf->sessions;
	struct session *s;

	if (HASH_CNT(by_seid, table->by_seid) >= SMF_UES_MAX * NGAP_MAX_SESSIONS)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->timer = smf_timer_new(smf->loop, on_timer, s);
	if (!s->timer) {
		free(s);
		return NULL;
	}
	s->smf = smf;
	s->ue = ue;
	s->id = id;
	s->cp_seid = session_seid(smf, cp_seid);
	if (ue) {
		memcpy(s->supi, ue->supi, sizeof(s->supi));
		ue->session[id] = s;
	}
	HASH_ADD(by_seid, table->by_seid, cp_seid, sizeof(s->cp_seid), s);
	return s;
}

struct session *session_find_seid(struct smf *smf, uint64_t cp_seid)
{
	struct session *s;

	HASH_FIND(by_seid, smf->sessions->by_seid, &cp_seid, sizeof(cp_seid), s);
	return s;
}

void session_feed_ue(struct ue *ue, enum session_event event)
{
	for (unsigned id = 1; id <= NGAP_MAX_SESSIONS; id++)
		if (ue->session[id])
			session_feed(ue->session[id], event, NULL);
}

/* Only the session fed may go: the iteration is safe. */
void session_feed_upf(struct smf *smf, const struct upf *upf, enum session_event event)
{
	struct session *s, *next;

	HASH_ITER (by_seid, smf->sessions->by_seid, s, next) {
		if (s->upf == upf)
			session_feed(s, event, NULL);
	}
	classifiers_feed_upf(smf, upf, event);
}

/* Its address is nobody else's while a UPF has a rule for it. */
static bool waits_for_classifiers(struct session *s)
{
	if (!s->classifiers)
		return false;
	s->n4_sent = false;
	store_session_save(s);
	return true;
}

void session_gone(struct session *s)
{
	struct upf *upf = s->upf;

	if (waits_for_classifiers(s))
		return;
	log_info("session", "ue=%s session=%u seid=%#llx what=gone", s->supi, s->id,
		 (unsigned long long)s->cp_seid);
	if (upf && s->address.s_addr)
		pool_release(&upf->pool, s->address);
	store_session_delete(s);
	session_free(s);
	if (upf)
		n4_leave_session_gone(upf);
}
