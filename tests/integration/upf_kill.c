// SPDX-License-Identifier: Apache-2.0
/*
 * A real upf that is killed at any moment of a burst of requests, and of its own return, again and
 * again. Its SMF knows what was answered: all of that is so afterwards, and nothing else but what
 * it has asked for without an answer; those requests it sends again.
 *
 *   upf_kill [SECONDS [SEED]]
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/upf_talk.h"

enum {
	SLOTS = 48,
	DATAGRAM = 2048,
	URR = 1,
	BURST_US_MAX = 12000,	/* from a burst's first request to the kill */
	RETURN_US_MAX = 400000, /* from a upf's begin to the kill */
	SECONDS = 12,
};

enum asked { NOTHING, ESTABLISH, MODIFY, DELETE };

/* A session as its SMF sees it */
struct slot {
	struct example ex;
	bool there;
	enum asked asked; /* and not answered yet */
	uint32_t asked_teid, sequence;
	size_t len;
	uint8_t datagram[DATAGRAM];
};

struct world {
	struct bed bed;
	struct smf smf;
	struct slot slot[SLOTS];
	unsigned kills, answered, again, wrong;
};

static char state_dir[] = "/tmp/upf_kill.XXXXXX";

static unsigned below(unsigned n)
{
	return (unsigned)rand() % n;
}

/* ---- requests ---- */

static void establishment(struct pfcp_msg *m, const struct example *ex, bool counted)
{
	struct pfcp_session_establishment_request *e = &m->session_establishment_request;
	struct pfcp_urr *urr = &e->create_urr[0];

	example_establishment(m, ex);
	if (!counted)
		return;
	pfcp_urr_init(urr);
	urr->urr_id = URR;
	urr->has_method = urr->has_triggers = urr->has_volume_threshold = true;
	urr->method = PFCP_MEASURE_VOLUME;
	urr->triggers = PFCP_TRIGGER_VOLTH;
	urr->volume_threshold = (struct pfcp_volume){.has_total = true, .total_bytes = 1 << 30};
	e->n_create_urr = 1;
	for (size_t i = 0; i < e->n_create_pdr; i++) {
		e->create_pdr[i].n_urr_id = 1;
		e->create_pdr[i].urr_id[0] = URR;
	}
}

/* What this session can be asked for; one request at a time, as an SMF does */
static void ask(struct world *w, struct slot *s)
{
	struct pfcp_msg *m = &w->smf.msg;

	s->asked = s->there ? (below(3) ? MODIFY : DELETE) : ESTABLISH;
	s->asked_teid = 1000 + below(1000000);
	if (s->asked == ESTABLISH) {
		s->ex.gnb_teid = s->asked_teid;
		establishment(m, &s->ex, (s - w->slot) % 2);
	} else if (s->asked == MODIFY) {
		example_handover(m, &s->ex, s->ex.gnb, s->asked_teid);
	} else {
		pfcp_msg_init(m, PFCP_SESSION_DELETION_REQUEST, s->ex.up_seid, 0);
	}
	s->sequence = m->header.sequence = ++w->smf.sequence;
	if (pfcp_encode(m, s->datagram, sizeof(s->datagram), &s->len))
		bail("a test's own message", EINVAL);
}

static uint8_t cause_of(const struct pfcp_msg *m)
{
	switch (m->header.type) {
	case PFCP_SESSION_ESTABLISHMENT_RESPONSE:
		return m->session_establishment_response.cause;
	case PFCP_SESSION_MODIFICATION_RESPONSE:
		return m->session_modification_response.cause;
	case PFCP_SESSION_DELETION_RESPONSE:
		return m->session_deletion_response.cause;
	}
	return 0;
}

/* w->smf.answer is the answer to it. A deletion that is sent again may have been done. */
static void answer_take(struct world *w, struct slot *s, bool again)
{
	const uint8_t cause = cause_of(&w->smf.answer);
	const bool gone = again && s->asked == DELETE && cause == PFCP_CAUSE_SESSION_NOT_FOUND;

	if (cause != PFCP_CAUSE_ACCEPTED && !gone) {
		tap_note("slot %zu, asked %d%s: cause %u", s - w->slot, s->asked,
			 again ? " again" : "", cause);
		w->wrong++;
	}
	if (s->asked == ESTABLISH)
		(void)talk_established(&w->smf, &s->ex);
	else if (s->asked == MODIFY)
		s->ex.gnb_teid = s->asked_teid;
	s->there = s->asked != DELETE;
	s->asked = NOTHING;
}

static struct slot *slot_of(struct world *w, uint32_t sequence)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (w->slot[i].asked && w->slot[i].sequence == sequence)
			return &w->slot[i];
	return NULL;
}

/* What has come so far */
static void answers_take(struct world *w)
{
	struct smf *smf = &w->smf;
	struct slot *s;
	ssize_t n;

	while ((n = recv(smf->fd, smf->reply, sizeof(smf->reply), MSG_DONTWAIT)) > 0) {
		if (pfcp_decode(smf->reply, (size_t)n, &smf->answer, NULL))
			bail("the UPF sent what can't be read", EBADMSG);
		s = cause_of(&smf->answer) ? slot_of(w, smf->answer.header.sequence) : NULL;
		if (!s)
			continue;
		answer_take(w, s, false);
		w->answered++;
	}
}

/* ---- what the UPF has ---- */

static uint32_t downlink_teid(json_t *session)
{
	json_t *far, *tunnel;
	size_t i;

	json_array_foreach(json_object_get(session, "fars"), i, far)
	{
		tunnel = json_object_get(json_object_get(far, "destination"), "tunnel");
		if (!tunnel)
			tunnel = json_object_get(far, "tunnel");
		if (tunnel)
			return (uint32_t)json_integer_value(json_object_get(tunnel, "teid"));
	}
	return 0;
}

static bool session_fits(const struct slot *s, json_t *session)
{
	const uint32_t teid = downlink_teid(session);
	const json_t *seid = json_object_get(session, "seid");

	if (s->asked == ESTABLISH)
		return teid == s->ex.gnb_teid;
	return s->there &&
	       (uint64_t)json_integer_value(json_object_get(seid, "up")) == s->ex.up_seid &&
	       (teid == s->ex.gnb_teid || (s->asked == MODIFY && teid == s->asked_teid));
}

/* Each session that there is, and each that must be */
static void compare(struct world *w)
{
	json_t *all = upf_get("/v1/sessions"), *session;
	bool seen[SLOTS] = {false};
	size_t i;

	json_array_foreach(json_object_get(all, "sessions"), i, session)
	{
		const uint64_t at = (uint64_t)json_integer_value(json_object_get(
					    json_object_get(session, "seid"), "cp")) -
				    1;

		if (at < SLOTS && session_fits(&w->slot[at], session)) {
			seen[at] = true;
			continue;
		}
		tap_note("a session that nobody has: slot %" PRIu64 ", there %d, asked %d", at,
			 at < SLOTS && w->slot[at].there, at < SLOTS ? w->slot[at].asked : 0);
		w->wrong++;
	}
	for (i = 0; i < SLOTS; i++) {
		const struct slot *s = &w->slot[i];

		if (!s->there || seen[i] || s->asked == DELETE)
			continue;
		tap_note("a session is missing: slot %zu, asked %d", i, s->asked);
		w->wrong++;
	}
	json_decref(all);
}

/* ---- rounds ---- */

static void burst_and_kill(struct world *w)
{
	const unsigned wait_us = below(BURST_US_MAX), sent = below(SLOTS + 1);

	for (size_t i = 0; i < SLOTS; i++)
		if (below(4))
			ask(w, &w->slot[i]);
	/* the others are on their way while nobody is there */
	for (size_t i = 0; i < sent; i++)
		if (w->slot[i].asked)
			smf_send(&w->smf, &w->bed, w->slot[i].datagram, w->slot[i].len);
	usleep(wait_us);
	upf_end(&w->bed, SIGKILL);
	w->kills++;
	answers_take(w);
}

/* Each other time it is killed while it comes back, up to twice */
static void come_back(struct world *w)
{
	for (unsigned i = below(4); i > 1; i--) {
		upf_spawn(&w->bed);
		usleep(below(RETURN_US_MAX));
		upf_end(&w->bed, SIGKILL);
		w->kills++;
	}
	upf_run(&w->bed);
}

static void ask_again(struct world *w)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &w->slot[i];

		if (!s->asked)
			continue;
		if (!smf_exchange(&w->smf, &w->bed, s->datagram, s->len,
				  (uint8_t)(s->datagram[1] + 1), s->sequence)) {
			tap_note("slot %zu, asked %d again: no answer", i, s->asked);
			w->wrong++;
			continue;
		}
		answer_take(w, s, true);
		w->again++;
	}
}

static bool served(struct world *w)
{
	const struct slot *s = &w->slot[below(SLOTS)];
	bool ok;

	if (!s->there)
		return true;
	ok = talk_uplink(&w->bed, &s->ex, EX_QFI) &&
	     talk_downlink(&w->bed, &s->ex, w->bed.gnb_fd, s->ex.gnb_teid, EX_QFI);
	if (!ok)
		tap_note("slot %zu is not served", s - w->slot);
	return ok;
}

static long long there(const struct world *w)
{
	long long n = 0;

	for (size_t i = 0; i < SLOTS; i++)
		n += w->slot[i].there;
	return n;
}

static void round_do(struct world *w)
{
	burst_and_kill(w);
	come_back(w);
	compare(w);
	ask_again(w);
	compare(w);
	w->wrong += talk_status_number("sessions") != there(w);
	w->wrong += talk_status_number("teids") != there(w);
	w->wrong += !served(w);
}

static void begin(struct world *w)
{
	char line[64], ue[16];

	if (!mkdtemp(state_dir))
		bail(state_dir, errno);
	snprintf(line, sizeof(line), "state_dir: %s\n", state_dir);
	bed_make(&w->bed, "ebpf");
	bed_configure(&w->bed, line);
	upf_run(&w->bed);
	smf_open(&w->smf, "127.0.4.10", 1000);
	if (talk_associate(&w->bed, &w->smf, false) != PFCP_CAUSE_ACCEPTED)
		bail("association", EPROTO);
	for (size_t i = 0; i < SLOTS; i++) {
		snprintf(ue, sizeof(ue), "10.60.1.%zu", i + 2);
		w->slot[i].ex = talk_example(&w->bed, &w->smf, ue, i + 1);
	}
}

int main(int argc, char **argv)
{
	static struct world w;
	const unsigned seconds = argc > 1 ? (unsigned)atoi(argv[1]) : SECONDS;
	const unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)getpid();
	unsigned rounds = 0;
	long long stamp;
	uint64_t end;

	srand(seed);
	begin(&w);
	stamp = talk_status_number("recovery_time_stamp");
	for (end = now_ms() + 1000ull * seconds; now_ms() < end && !w.wrong; rounds++)
		round_do(&w);
	tap_note("seed %u: %u rounds, %u kills, %u requests answered, %u sent again", seed, rounds,
		 w.kills, w.answered, w.again);
	tap_ok(rounds && w.answered && w.again, "it was killed within bursts");
	tap_ok(!w.wrong, "what was answered is so, and nothing else");
	tap_ok(talk_status_number("recovery_time_stamp") == stamp, "in one life, for its SMF");
	tap_ok(upf_end(&w.bed, SIGTERM) == 0, "it ends in order");
	smf_close(&w.smf);
	bed_free(&w.bed);
	rmdir(state_dir);
	return tap_end();
}
