// SPDX-License-Identifier: Apache-2.0
/*
 * smf-lite against gNBs, UEs and UPFs that say anything: the input is a row of messages, each a
 * kind, a length (two octets) and that many octets. A UE is registered and has one session active,
 * which is just being led through an uplink classifier, and one that is being set up, so that what
 * is said finds something. Afterwards the books must balance.
 */
#include <stdint.h>

#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/registration.h"
#include "smf-lite/route.h"
#include "tests/unit/smf_rest.h"

enum kind {
	NGAP,	     /* a PDU of the gNB */
	NGAP_BY_ID,  /* the same from a second gNB, that has set up too */
	NAS,	     /* a 5GMM message of the UE */
	NAS_INITIAL, /* a 5GMM message that begins a connection */
	SM,	     /* a 5GSM message of the UE */
	PFCP, /* a datagram of UPF 0, its SEID set right when it is marked (bit 0 of octet 0 of the
		 rest); with bit 1 of UPF 1, and its classifier's */
	TIMERS,
	GNB_AGAIN,
	REST, /* octet 0 of the rest: what is asked for (asked[]), of session 1 */
	KINDS
};

#define SESSION	 "/v1/pdu-sessions/" WORLD_SUPI "/1"
#define PREFIXES "{\"prefixes\": [\"10.70.0.0/16\"]}"

static const struct {
	const char *method, *path, *body;
} asked[] = {
	{"PUT", SESSION "/classifiers/edge-b", PREFIXES},
	{"PUT", SESSION "/classifiers/edge-c", PREFIXES},
	{"POST", SESSION "/route", "{\"dnai\": \"edge-b\"}"},
	{"POST", SESSION "/route", "{\"dnai\": \"edge-c\"}"},
	{"POST", SESSION "/route", "{\"dnai\": \"edge-a\"}"},
	{"DELETE", SESSION "/classifiers/edge-b", NULL},
	{"DELETE", SESSION "/classifiers/edge-c", NULL},
	{"DELETE", SESSION, NULL},
};
enum { ASKED = sizeof(asked) / sizeof(asked[0]) };

/* One under way of each */
static struct rest_call calls[ASKED];

static void send_nas(struct world *w, const uint8_t *data, size_t len, bool initial)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_user_location location = {.plmn = w->config.plmn,
					      .tai = {w->config.plmn, w->config.tac}};
	struct ngap_octets nas = {data, len};
	uint8_t bytes[WORLD_BYTES];
	size_t size;

	if (initial) {
		pdu->type = NGAP_INITIAL_UE_MESSAGE;
		pdu->initial_ue_message.ran_ue_id = 99;
		pdu->initial_ue_message.nas = nas;
		pdu->initial_ue_message.user_location = location;
	} else {
		pdu->type = NGAP_UPLINK_NAS_TRANSPORT;
		pdu->uplink_nas_transport.amf_ue_id = w->amf_ue_id;
		pdu->uplink_nas_transport.ran_ue_id = w->ran_ue_id;
		pdu->uplink_nas_transport.nas = nas;
		pdu->uplink_nas_transport.user_location = location;
	}
	if (ngap_encode(pdu, bytes, sizeof(bytes), &size) == 0)
		n2_conn_receive(w->conn, NGAP_PPID, bytes, size);
	free(pdu);
}

static void send_sm(struct world *w, const uint8_t *data, size_t len)
{
	struct nas_message mm = {.type = NAS_UL_NAS_TRANSPORT};
	uint8_t bytes[NAS_MAX_MESSAGE];
	size_t size;

	mm.ul_nas_transport.container_type = NAS_CONTAINER_N1_SM;
	mm.ul_nas_transport.container = (struct nas_octets){data, len};
	mm.ul_nas_transport.has_session_id = true;
	mm.ul_nas_transport.session_id = len > 1 ? data[1] : 0;
	if (nas_encode(&mm, bytes, sizeof(bytes), &size) == 0)
		send_nas(w, bytes, size, false);
}

/* 0: there is none */
static uint64_t seid_of(struct world *w, bool classifier)
{
	const struct session *s = world_session(w, 1);
	const struct classifier *c = s ? classifier_find(s, &w->smf.n4->upfs[1]) : NULL;

	if (classifier)
		return c ? c->cp_seid : 0;
	return s ? s->cp_seid : 0;
}

/* SEID and sequence are guesses that a fuzzer doesn't make: a marked datagram gets the session's */
static void send_pfcp(struct world *w, const uint8_t *data, size_t len)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	uint8_t bytes[WORLD_BYTES];
	bool classifier;
	uint64_t seid;

	if (len < 1)
		return;
	classifier = data[0] & 2;
	seid = seid_of(w, classifier);
	memcpy(bytes, data + 1, len - 1);
	for (size_t i = 0; seid && data[0] & 1 && len > 13 && i < 8; i++)
		bytes[4 + i] = (uint8_t)(seid >> (56 - 8 * i));
	from.sin_addr = w->upf[classifier].n4;
	from.sin_port = htons(PFCP_PORT);
	n4_receive(w->smf.n4->node, &from, bytes, len - 1);
}

static void fire_timers(struct world *w)
{
	struct session *s, *next;
	struct ue *ue, *next_ue;

	HASH_ITER (by_seid, w->smf.sessions->by_seid, s, next)
		session_feed(s, SESSION_EV_TIMER, NULL);
	for (size_t i = 0; i < WORLD_UPFS; i++)
		classifiers_feed_upf(&w->smf, &w->smf.n4->upfs[i], SESSION_EV_UPF_UP);
	HASH_ITER (by_amf_id, w->smf.ues->amf_id, ue, next_ue)
		registration_timer(ue);
}

static void ask_rest(struct world *w, unsigned which)
{
	struct rest_call *call = &calls[which];

	if (call->begun && !call->done)
		return;
	rest_free(call);
	rest_begin(w, call, asked[which].method, asked[which].path, asked[which].body);
}

static void say(struct world *w, struct n2_conn *second, unsigned kind, const uint8_t *data,
		size_t len)
{
	if (!w->conn->link) { /* the second gNB has said that it is the first one */
		w->ngap_count = 0;
		world_gnb(w, 0, true);
	}
	switch (kind % KINDS) {
	case NGAP:
		n2_conn_receive(w->conn, NGAP_PPID, data, len);
		break;
	case NGAP_BY_ID:
		if (second->link)
			n2_conn_receive(second, NGAP_PPID, data, len);
		break;
	case NAS:
	case NAS_INITIAL:
		send_nas(w, data, len, kind % KINDS == NAS_INITIAL);
		break;
	case SM:
		send_sm(w, data, len);
		break;
	case PFCP:
		send_pfcp(w, data, len);
		break;
	case TIMERS:
		fire_timers(w);
		break;
	case GNB_AGAIN:
		world_gnb_lost(w);
		w->ngap_count = 0;
		world_gnb(w, 0, len & 1);
		break;
	case REST:
		if (len)
			ask_rest(w, data[0] % ASKED);
		break;
	}
}

/* It leads through nothing that isn't the session's, or is going. */
static void check_route(const struct session *s)
{
	const struct session_route *r = &s->route;
	const struct classifier *const through[] = {r->up, r->down, r->former};

	for (size_t i = 0; i < 3; i++) {
		const struct classifier *c = s->classifiers;

		while (c && c != through[i])
			c = c->next;
		if (through[i] && (!c || c->state != CLASSIFIER_READY))
			abort();
	}
	if (r->request && !r->switching)
		abort();
}

static void check_books(struct world *w)
{
	size_t taken[WORLD_UPFS] = {0}, there[WORLD_UPFS] = {0};
	const struct n4_client *n4 = w->smf.n4;
	struct classifier *c, *next_c;
	struct session *s, *next;

	HASH_ITER (by_seid, w->smf.sessions->classifiers, c, next_c) {
		if (session_find_seid(&w->smf, c->session->cp_seid) != c->session)
			abort();
		there[c->upf - n4->upfs]++;
	}
	HASH_ITER (by_seid, w->smf.sessions->by_seid, s, next) {
		if (s->ue && s->ue->session[s->id] != s)
			abort();
		taken[s->upf - n4->upfs] += s->address.s_addr != 0;
		there[s->upf - n4->upfs]++;
		check_route(s);
	}
	for (int i = 0; i < WORLD_UPFS; i++)
		if (taken[i] != n4->upfs[i].pool.taken || there[i] != n4->upfs[i].sessions)
			abort();
	if (w->smf.counters.drop[SMF_ngap_encode_failed] ||
	    w->smf.counters.drop[SMF_nas_encode_failed])
		abort();
}

static bool modify_came(struct world *w)
{
	return w->ngap_count > 0;
}

/* Until the gNB is asked to send elsewhere */
static void begin_rest(struct world *w)
{
	memset(calls, 0, sizeof(calls));
	rest_start(w);
	ask_rest(w, 0);
	rest_end(w, &calls[0]);
	ask_rest(w, 2);
	world_wait(w, modify_came);
	w->ngap_count = 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	log_open("fuzz", LOG_LEVEL_ERROR);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = world_new(":memory:");
	struct n2_conn *second;

	world_gnb(w, 1, false);
	second = w->conn;
	world_gnb(w, 0, false);
	world_register(w, 7);
	world_establish(w, 1);
	begin_rest(w);
	world_ask(w, 2, 2);
	while (size >= 3) {
		size_t len = (size_t)(data[1] << 8 | data[2]);

		if (len > size - 3)
			len = size - 3;
		if (len > 2048)
			len = 2048;
		say(w, second, data[0], data + 3, len);
		world_turn(w);
		w->ngap_count = 0;
		data += 3 + len;
		size -= 3 + len;
	}
	check_books(w);
	rest_stop(w);
	for (size_t i = 0; i < ASKED; i++)
		rest_free(&calls[i]);
	world_free(w);
	return 0;
}
