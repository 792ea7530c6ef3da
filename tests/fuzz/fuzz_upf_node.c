// SPDX-License-Identifier: Apache-2.0
/*
 * The UPF's N4 state machine: a row of procedures by up to four SMFs, each well-formed, in any
 * order and with any values, and whatever answers to what the UPF asks. fuzz_upf has the malformed
 * ones. After each the tables agree.
 *
 * Input: steps of four octets: what, who, two arguments.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "tests/unit/upf_tables.h"
#include "tests/unit/upf_harness.h"

enum { STEPS_MAX = 64, TURNS_MAX = 6, SMFS = 4, SLOTS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct harness h;
static struct pfcp_header asked; /* the latest request that the UPF sent */
static struct in_addr asked_whom;
static unsigned turns;

struct step {
	uint8_t what, who, a, b;
};

static struct in_addr smf_of(uint8_t who)
{
	return (struct in_addr){.s_addr = htonl(0x0a648001U + who % SMFS)};
}

static struct in_addr gnb_of(uint8_t n)
{
	return (struct in_addr){.s_addr = htonl(0x0a650101U + n % 3)};
}

static struct pfcp_node_id id_of(struct in_addr addr)
{
	return (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = addr};
}

static struct pfcp_fq_csid csid_of(uint8_t n)
{
	return (struct pfcp_fq_csid){.ip4 = smf_of(0), .n_csid = n % 3, .csid = {n % 5, n % 7}};
}

static struct pfcp_group_id group_of(uint8_t n)
{
	return (struct pfcp_group_id){.n = 1 + n % 3, .octet = {n % 5, 2, 3}};
}

static void say(struct in_addr from)
{
	harness_send(&h, from);
}

static void begin(uint8_t type, uint64_t seid)
{
	pfcp_msg_init(&h.msg, type, seid, h.sequence++);
}

/* The @n-th session, from the first again after the last; NULL: there is none */
static struct upf_session *session_of(uint8_t n)
{
	struct upf_session *s = upf_session_next(&h.upf.sessions, NULL);

	for (n %= SLOTS; s && n; n--)
		s = upf_session_next(&h.upf.sessions, s) ? upf_session_next(&h.upf.sessions, s)
							 : upf_session_next(&h.upf.sessions, NULL);
	return s;
}

/* ---- node procedures ---- */

static void setup(struct step s)
{
	struct pfcp_association_setup_request *r = &h.msg.association_setup_request;

	begin(PFCP_ASSOCIATION_SETUP_REQUEST, 0);
	r->node_id = id_of(smf_of(s.b & 0x80 ? s.a : s.who));
	r->recovery_time_stamp = 1 + s.a % 4;
	r->has_cp_features = s.b & 1;
	r->cp_features = s.a;
	r->has_smf_set_id = s.b & 2;
	snprintf(r->smf_set_id.text, sizeof(r->smf_set_id.text), "set%d", s.a % 2);
	r->has_retention = s.b & 4;
	r->retention.n_cp_entity = s.b & 8 ? 1 : 0;
	r->retention.cp_entity[0] = (struct pfcp_address){.v4 = true, .ip4 = smf_of(s.a)};
	r->n_alternative_smf = s.b >> 4 & 3;
	for (uint8_t i = 0; i < r->n_alternative_smf; i++)
		r->alternative_smf[i] = (struct pfcp_alternative_smf){
			.address = {.v4 = true, .ip4 = smf_of((uint8_t)(s.a + i))},
			.preferred = i & 1,
		};
	say(smf_of(s.who));
}

static void update(struct step s)
{
	struct pfcp_association_update_request *r = &h.msg.association_update_request;

	begin(PFCP_ASSOCIATION_UPDATE_REQUEST, 0);
	r->node_id = id_of(smf_of(s.who));
	r->has_cp_features = s.b & 1;
	r->cp_features = s.a;
	r->has_smf_set_id = s.b & 2;
	snprintf(r->smf_set_id.text, sizeof(r->smf_set_id.text), "set%d", s.a % 2);
	r->n_alternative_smf = s.b & 4 ? 1 : 0;
	r->alternative_smf[0] =
		(struct pfcp_alternative_smf){.address = {.v4 = true, .ip4 = smf_of(s.a)}};
	say(smf_of(s.who));
}

static void release(struct step s)
{
	begin(PFCP_ASSOCIATION_RELEASE_REQUEST, 0);
	h.msg.association_release_request.node_id = id_of(smf_of(s.a & 7 ? s.who : s.b));
	say(smf_of(s.who));
}

static void heartbeat(struct step s)
{
	begin(PFCP_HEARTBEAT_REQUEST, 0);
	h.msg.heartbeat_request.recovery_time_stamp = 1 + s.a % 4;
	h.msg.heartbeat_request.has_source_ip = s.b & 1;
	h.msg.heartbeat_request.source_ip.address =
		(struct pfcp_address){.v4 = true, .ip4 = smf_of(s.b >> 1)};
	say(smf_of(s.who));
}

static void pfds(struct step s)
{
	static const char *const flows[] = {"permit out ip from any to assigned",
					    "permit in 17 from assigned to 192.0.2.1 5000",
					    "permit out 6 from 192.0.2.0/24 80,443 to assigned",
					    "deny out ip from any to assigned"};
	struct pfcp_pfd_management_request *r = &h.msg.pfd_management_request;

	begin(PFCP_PFD_MANAGEMENT_REQUEST, 0);
	r->n_application = s.a % 4;
	for (uint8_t i = 0; i < r->n_application; i++) {
		struct pfcp_application_pfds *app = &r->application[i];

		memset(app, 0, offsetof(struct pfcp_application_pfds, lists));
		snprintf(app->application_id.text, sizeof(app->application_id.text), "app%d",
			 (s.b + i * (s.b & 1)) % 5);
		app->n_pfd = (s.b >> 2) % 3;
		for (uint8_t j = 0; j < app->n_pfd; j++) {
			const char *text = flows[(s.b >> 4 ^ i ^ j) % 4];

			app->pfd[j].n_contents = 1;
			memset(&app->pfd[j].contents[0], 0, sizeof(app->pfd[j].contents[0]));
			if (pfcp_pfd_add(&app->pfd[j].contents[0],
					 s.b & 0x80 && j ? PFCP_PFD_DOMAIN : PFCP_PFD_FLOW, text,
					 strlen(text)))
				abort();
		}
	}
	say(smf_of(s.who));
}

static void set_delete(struct step s)
{
	begin(PFCP_SESSION_SET_DELETION_REQUEST, 0);
	h.msg.session_set_deletion_request.node_id = id_of(smf_of(s.who));
	h.msg.session_set_deletion_request.n_fq_csid = s.b % 3;
	h.msg.session_set_deletion_request.fq_csid[0] = csid_of(s.a);
	h.msg.session_set_deletion_request.fq_csid[1] = csid_of((uint8_t)(s.a + 1));
	say(smf_of(s.who));
}

static void set_modify(struct step s)
{
	struct pfcp_session_set_modification_request *r = &h.msg.session_set_modification_request;

	begin(PFCP_SESSION_SET_MODIFICATION_REQUEST, 0);
	r->node_id = id_of(smf_of(s.who));
	r->n_change = 1;
	r->change[0] = (struct pfcp_session_change_info){
		.smf.address = {.v4 = true, .ip4 = smf_of(s.b)},
		.n_fq_csid = s.b >> 4 & 1,
		.fq_csid[0] = csid_of(s.a),
		.n_group_id = s.b >> 5 & 1,
		.group_id[0] = group_of(s.a),
		.n_cp_address = s.b >> 6 & 1,
		.cp_address[0] = {.v4 = true, .ip4 = smf_of(s.a)},
	};
	say(smf_of(s.who));
}

/* ---- session procedures ---- */

static void establish(struct step s)
{
	struct pfcp_session_establishment_request *e = &h.msg.session_establishment_request;
	struct example ex = h.ex;

	ex.smf = smf_of(s.who);
	ex.ue.s_addr = htonl(0x0a3c0102U + s.a % SLOTS);
	ex.gnb = gnb_of(s.b);
	ex.gnb_teid = 1 + s.a % SLOTS;
	ex.cp_seid = 1 + s.a % SLOTS;
	ex.sequence = h.sequence++;
	example_establishment(&h.msg, &ex);
	e->n_fq_csid = s.b >> 2 & 1;
	e->fq_csid[0] = csid_of(s.a);
	e->has_group_id = s.b >> 3 & 1;
	e->group_id = group_of(s.a);
	e->has_recovery_time_stamp = s.b >> 4 & 1;
	e->recovery_time_stamp = 1 + s.a % 4;
	e->has_sereq_flags = s.b >> 5 & 1;
	e->sereq_flags = PFCP_SEREQ_RESTI;
	say(ex.smf);
}

static void modify(struct step s)
{
	struct pfcp_session_modification_request *m = &h.msg.session_modification_request;
	const struct upf_session *session = session_of(s.a);

	if (!session)
		return;
	begin(PFCP_SESSION_MODIFICATION_REQUEST, session->seid);
	m->has_cp_f_seid = s.b & 1;
	m->cp_f_seid = (struct pfcp_f_seid){.seid = s.b >> 5,
					    .address = {.v4 = true, .ip4 = smf_of(s.b >> 1)}};
	m->has_node_id = s.b >> 2 & 1;
	m->node_id = id_of(smf_of(s.b >> 1));
	m->n_fq_csid = s.b >> 3 & 1;
	m->fq_csid[0] = csid_of(s.a);
	m->has_group_id = s.b >> 4 & 1;
	m->group_id = group_of(s.a);
	say(smf_of(s.who));
}

static void delete (struct step s)
{
	const struct upf_session *session = session_of(s.a);

	begin(PFCP_SESSION_DELETION_REQUEST, session ? session->seid : s.b);
	say(smf_of(s.who));
}

/* ---- what the UPF asks ---- */

static void report_answer(struct step s, uint8_t cause)
{
	struct pfcp_session_report_response *r = &h.msg.session_report_response;

	r->cause = cause;
	r->has_cp_f_seid = s.b & 1;
	r->cp_f_seid = (struct pfcp_f_seid){.seid = s.b >> 4,
					    .address = {.v4 = true, .ip4 = smf_of(s.b >> 1)}};
	r->has_alternative_smf = s.b & 2;
	r->alternative_smf.address = (struct pfcp_address){.v4 = true, .ip4 = smf_of(s.b >> 2)};
	r->has_fq_csid = s.b & 4;
	r->fq_csid = csid_of(s.b);
	r->has_group_id = s.b & 8;
	r->group_id = group_of(s.b);
}

static void answer(struct step s)
{
	static const uint8_t causes[] = {PFCP_CAUSE_ACCEPTED, PFCP_CAUSE_SESSION_NOT_FOUND,
					 PFCP_CAUSE_NO_ASSOCIATION,
					 PFCP_CAUSE_REDIRECTION_REQUESTED};
	const uint8_t cause = causes[s.a % 4];

	if (!asked.type)
		return;
	pfcp_msg_init(&h.msg, asked.type + 1, 1, asked.sequence);
	switch (asked.type) {
	case PFCP_HEARTBEAT_REQUEST:
		h.msg.heartbeat_response.recovery_time_stamp = 1 + s.b % 4;
		break;
	case PFCP_ASSOCIATION_UPDATE_REQUEST:
		h.msg.association_update_response.node_id = id_of(asked_whom);
		h.msg.association_update_response.cause = cause;
		break;
	case PFCP_NODE_REPORT_REQUEST:
		h.msg.node_report_response.node_id = id_of(asked_whom);
		h.msg.node_report_response.cause = cause;
		break;
	case PFCP_SESSION_REPORT_REQUEST:
		report_answer(s, cause);
		break;
	default:
		return;
	}
	say(asked_whom);
}

static void path(struct step s)
{
	const struct dp_addr gnb = dp_addr_ip4(gnb_of(s.a));

	upf_path_state(&gnb, s.b & 1, &h.upf);
}

static void error_indication(struct step s)
{
	const struct upf_session *session = session_of(s.a);
	struct dp_addr gnb;

	if (!session || !session->n_remote)
		return;
	gnb = session->remote[0].key.peer;
	upf_error_indication(&gnb, session->remote[0].key.teid, &h.upf);
}

static void lose(struct step s)
{
	struct n4_peer *peer = n4_peer_find(h.upf.n4, smf_of(s.who));

	if (peer)
		peer->alive = s.a & 1;
}

/* ---- time ---- */

static void turn(struct step s)
{
	if (turns++ >= TURNS_MAX)
		return;
	uv_timer_set_repeat(h.upf.echo_timer, s.a & 1 ? 1 : 60000);
	uv_timer_again(h.upf.echo_timer);
	usleep(1500);
	uv_run(&h.loop, UV_RUN_NOWAIT);
}

static void drain(struct step s)
{
	if (s.a == 0xd5) /* ends nearly all: rarely */
		upf_drain(&h.upf, s.b, NULL, NULL);
}

static void (*const steps[])(struct step s) = {
	setup,	    setup,     update,		 release, heartbeat, pfds,   set_delete,
	set_modify, establish, establish,	 modify,  modify,    delete, answer,
	answer,	    path,      error_indication, lose,	  turn,	     drain,
};

static void note_asked(size_t before)
{
	if (h.sent > before && pfcp_is_request(h.reply.header.type)) {
		asked = h.reply.header;
		asked_whom = h.sent_to.sin_addr;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	harness_open(&h);
	asked = (struct pfcp_header){0};
	turns = 0;
	for (unsigned n = 0; size >= sizeof(struct step) && n < STEPS_MAX; n++) {
		const struct step s = {data[0], data[1], data[2], data[3]};
		const size_t before = h.sent;

		steps[s.what % (sizeof(steps) / sizeof(steps[0]))](s);
		note_asked(before);
		upf_tables_require(&h.upf);
		data += sizeof(s);
		size -= sizeof(s);
	}
	harness_close(&h);
	return 0;
}
