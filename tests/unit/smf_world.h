/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world around smf-lite in unit tests: gNBs, UEs and UPFs as scripts. The borders are those of
 * the daemon: bytes of NGAP through struct n2_wire, bytes of PFCP through n4's transmit; between
 * them runs all of smf-lite, with a real database in a directory of the test's own.
 */
#ifndef BATON_TESTS_SMF_WORLD_H
#define BATON_TESTS_SMF_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/nas/nas.h"
#include "lib/ngap/ngap.h"
#include "lib/pfcp/pfcp.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/anchor.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/session.h"
#include "smf-lite/smf_life.h"
#include "smf-lite/store.h"
#include "smf-lite/ue.h"

enum { WORLD_UPFS = 3, WORLD_QUEUE = 256, WORLD_BYTES = 4096, WORLD_SESSIONS = 64 };

struct world_packet {
	void *link;	       /* NGAP: the association */
	struct sockaddr_in to; /* PFCP */
	size_t len;
	uint8_t bytes[WORLD_BYTES];
};

struct world_upf_session {
	uint64_t cp_seid, up_seid;
	uint32_t ul_teid, dl_teid;
	struct in_addr dl_addr, ue_addr;
	/* of an uplink classifier: its N9 end, the anchor's, and what is let out here */
	bool classifier;
	uint32_t core_teid, anchor_teid;
	struct in_addr anchor_addr;
	char flow[64];
	uint16_t dl_action;
	bool restored;
	unsigned end_markers; /* asked for (SNDEM) */
};

/* An answer, kept for retransmissions of its request: on a slow machine they come */
struct world_answer {
	uint32_t sequence;
	size_t len;
	uint8_t bytes[256];
};

/* What is wrong with the next accepted establishment's answer */
enum world_flaw { WORLD_NO_FLAW, WORLD_NO_F_TEID, WORLD_OTHER_F_TEID };

/* A UPF: answers by itself unless told otherwise */
struct world_upf {
	struct in_addr n4, n3;
	uint32_t stamp;
	bool associated;   /* else session requests get cause 72 */
	bool silent;	   /* answers nothing */
	uint8_t cause[64]; /* by request type: 0: accepted, else that cause */
	bool mute[64];	   /* by request type: no answer */
	enum world_flaw flaw;
	bool retention; /* the latest association asked for retention */
	struct world_answer answer[64];
	size_t answers;			    /* given so far */
	unsigned seen[64];		    /* requests by type */
	uint16_t csid;			    /* put into its answers to establishments; 0: none */
	uint8_t load;			    /* told there, too; 0: not */
	uint64_t features;		    /* announced */
	size_t pfd_applications, pfd_flows; /* provisioned so far */
	uint8_t told_type, told_cause;	    /* the latest answer to a node request of its own */
	uint32_t last_teid;
	uint64_t last_seid;
	size_t count;
	struct world_upf_session session[WORLD_SESSIONS];
};

struct world {
	struct smf smf; /* first: found from n4's user */
	uv_loop_t loop;
	struct smf_config config;
	bool running;
	struct world_upf upf[WORLD_UPFS];
	size_t pfcp_count, ngap_count;
	struct world_packet pfcp[WORLD_QUEUE], ngap[WORLD_QUEUE];
	struct n2_conn *conn; /* of the gNB in use */
	int link[4];	      /* links are addresses of these */
	bool aborted[4];
	struct ngap_pdu in; /* the latest PDU from smf-lite, and the bytes it borrows from */
	uint8_t in_bytes[WORLD_BYTES];
	struct nas_message mm, sm; /* the NAS in it */
	struct pfcp_msg *msg;
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
};

#define WORLD_SUPI "imsi-001010000000001"
#define WORLD_IMSI "001010000000001"

/** world_new - with this database (":memory:": without restarts), and two associated UPFs */
struct world *world_new(const char *database);
void world_free(struct world *w);

/* Setup and teardown of one test: a world with two associated UPFs, no gNB yet */
int world_setup(void **state);
int world_teardown(void **state);

/** world_stop - as a kill: nothing more is sent or stored; world_start reads the database again */
void world_stop(struct world *w);
void world_start(struct world *w);

/** world_turn - until nobody has anything to say at once */
void world_turn(struct world *w);
/** world_wait - turn until @done says so; fails after 5 s */
void world_wait(struct world *w, bool (*done)(struct world *w));

/* ---- the gNB ---- */
/** world_gnb - a new association, NG Setup, its response; @index 0 to 3 tells links apart, ids too
 */
void world_gnb(struct world *w, int index, bool retained);
void world_gnb_lost(struct world *w);
/** world_path_switch - the gNB in use asks for sessions 1 to @sessions, with TEIDs from @dl_teid on
 */
void world_path_switch(struct world *w, uint32_t ran_ue_id, uint64_t amf_ue_id, uint8_t sessions,
		       uint32_t dl_teid);
void world_ngap(struct world *w, const struct ngap_pdu *pdu);
void world_ngap_bytes(struct world *w, const uint8_t *bytes, size_t len);
/** world_expect - the next PDU from smf-lite, which must be of @type; NAS in it is decoded into mm
 * and sm */
const struct ngap_pdu *world_expect(struct world *w, enum ngap_message type);
void world_expect_nothing(struct world *w);

/* ---- the UE ---- */
/** world_register - initial registration with everything that follows; ran_ue_id is @ran_ue_id from
 * now on */
void world_register(struct world *w, uint32_t ran_ue_id);
void world_initial_nas(struct world *w, uint32_t ran_ue_id, const struct nas_message *msg);
void world_nas(struct world *w, const struct nas_message *msg);
void world_sm(struct world *w, const struct nas_message *sm, const char *dnn);
struct nas_message world_registration(void);
/** world_ask - PDU Session Establishment Request, IPv4, SSC mode 3 */
void world_ask(struct world *w, uint8_t id, uint8_t pti);
/** world_setup_response - the gNB's answer to the setup request that has just been expected */
void world_setup_response(struct world *w, uint8_t id, uint32_t dl_teid);
/** world_establish - from request to active */
struct session *world_establish(struct world *w, uint8_t id);
/** world_modify_response - the gNB sends session @id's uplink where it was told, or (not @done)
 * refuses */
void world_modify_response(struct world *w, uint8_t id, bool done);
void world_release_response(struct world *w, uint8_t id);
void world_release_complete(struct world *w, uint8_t id);

/* ---- the UPF ---- */
/** world_upf_restart - loses its sessions, has another stamp; the next heartbeat tells */
void world_upf_restart(struct world *w, int index);
struct world_upf_session *world_upf_find(struct world *w, int index, uint64_t cp_seid);
/** world_upf_update - an Association Update Request: @release: PFCP_RELEASE_ flags, @period_s: 0:
 * none; Return: the cause of the answer */
uint8_t world_upf_update(struct world *w, int index, uint8_t release, unsigned period_s);
/** world_upf_path - a Node Report; Return: the cause of the answer */
uint8_t world_upf_path(struct world *w, int index, struct in_addr peer, bool lost);
/** world_upf_delete_set - a Session Set Deletion Request; Return: the cause of the answer */
uint8_t world_upf_delete_set(struct world *w, int index, uint16_t csid);
/** world_report_error - an Error Indication for @teid at the gNB's address, of the session @s */
void world_report_error(struct world *w, int index, const struct session *s, uint32_t teid);
/** world_report_tunnel - the same for any F-TEID and PFCP session */
void world_report_tunnel(struct world *w, int index, uint64_t cp_seid,
			 const struct session_tunnel *tunnel);

struct session *world_session(struct world *w, uint8_t id);

#endif
