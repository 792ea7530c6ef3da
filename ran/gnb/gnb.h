/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gNB: NGAP to the AMF (smf-lite) on one side, radio links to UEs on the other, a data plane in
 * its access role between them. NAS goes through it unread.
 *
 * One UE a radio link. All state hangs from struct gnb; a UE's NGAP ids and sessions outlive a loss
 * of N2 (they are announced as retained in the next NG Setup) but not the daemon.
 */
#ifndef BATON_RAN_GNB_H
#define BATON_RAN_GNB_H

#include "dataplane/address.h"
#include "lib/daemon.h"
#include "lib/http_server.h"
#include "lib/ngap/ngap.h"
#include "lib/sctp.h"
#include "ran/radio_link.h"

enum {
	GNB_RADIOS_MAX = 1024,
	GNB_SESSIONS = 16, /* ids 1 to 15 */
	GNB_HELD_MAX = 8,
	GNB_NEIGHBOURS_MAX = 63, /* smf-lite knows 64 gNBs */
	GNB_TAILS_MAX = 4096,
	GNB_DP_SESSIONS_MAX = GNB_RADIOS_MAX * (GNB_SESSIONS - 1) + GNB_TAILS_MAX,
	GNB_ECHOES_MAX = 16,
};

struct gnb_config {
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256];
	char name[64];
	uint32_t gnb_id;
	char mcc[8], mnc[8];
	uint32_t tac;
	struct in_addr n2_address, amf_address, n3_address;
	char n3_device[IFNAMSIZ];
	char dataplane[16];
	bool needs_qos;
	bool container; /* send PDU session containers where the back end can */
	const struct yaml_node *radios, *neighbours;
	char pin_dir[256];
};

/* Another gNB that UEs can be handed over to (handover.h) */
struct gnb_neighbour {
	char name[64];
	struct in_addr address; /* on N2 */
};

enum gnb_session_state { SESSION_NONE, SESSION_ADDING, SESSION_ACTIVE, SESSION_REMOVING };

struct gnb_session {
	enum gnb_session_state state;
	uint8_t id, qfi;
	struct in_addr upf_address;
	uint32_t upf_teid; /* uplink */
	uint32_t teid;	   /* downlink: ours */
	struct in_addr ue_address;
	/* handover: downlink packets are sent on there (source); 0: to the radio link */
	struct in_addr forward_peer;
	uint32_t forward_teid;
	bool forward_ended; /* the end marker was sent on */
	/* and what the source forwards comes by this TEID (target); 0: nothing does */
	uint32_t forwarded_teid;
	uint16_t hold_forwarded, hold; /* where it, and what comes by teid, waits; 0: nowhere */
	uint64_t since_ms;	       /* of the state: the radio procedure is bounded in time */
};

/* An NGAP session set-up under way: an AMF may begin several for one UE, each with an answer of its
 * own. */
struct gnb_setup {
	uint16_t ids; /* bit n: session n belongs to it; 0: not in use */
	uint16_t done, failed;
	bool initial; /* the answer is an Initial Context Setup Response */
};

/* An uplink NAS message that could not be forwarded yet. */
struct gnb_nas {
	size_t len;
	uint8_t bytes[RADIO_BODY_MAX];
};

struct handover_out;
struct handover_in;

/* A radio link and the UE at its other end. */
struct gnb_ue {
	struct gnb *gnb;
	struct radio_link *link;
	char supi[RADIO_TEXT_MAX + 1]; /* "" before it attached */
	bool has_context;	       /* an Initial UE Message was sent for it */
	bool has_amf_id;
	uint32_t ran_ue_id;
	uint64_t amf_ue_id;
	struct gnb_session session[GNB_SESSIONS];
	struct gnb_setup
		setup[GNB_SESSIONS]; /* each has a session of its own: no more are needed */
	bool release_under_way;
	uint16_t release_ids;		    /* bit n: session n belongs to it */
	struct gnb_nas *held[GNB_HELD_MAX]; /* uplink NAS that waits for N2, in order */
	size_t held_count;
	struct handover_out *out; /* being handed over, or NULL */
	struct handover_in *in;	  /* was handed over, and not all has settled yet, or NULL */
	uv_timer_t timer;
};

/* Echo Requests to a UPF, asked for over REST; request NULL: the slot is free */
struct gnb_echo {
	struct http_request *request;
	struct in_addr peer;
	unsigned wanted, sent, answered;
	uint64_t sent_ns, least_ns;
};

/* See handover.h */
struct gnb_handovers {
	uint64_t out, out_failed, in, in_failed, markers_missed, end_markers, ignored;
};

struct gnb {
	struct daemon daemon;
	struct gnb_config config;
	struct yaml_doc *config_doc;
	char token[128];
	struct dataplane *dp;
	uv_poll_t dp_poll;
	struct sctp_assoc *n2;
	bool n2_ready, n2_up;
	uv_timer_t n2_timer;
	uint64_t n2_retry_ms;
	struct gnb_ue *ue[GNB_RADIOS_MAX];
	size_t ue_count;
	uint32_t next_ran_ue_id, next_teid;
	struct http_server *server;
	struct gnb_neighbour neighbour[GNB_NEIGHBOURS_MAX];
	size_t neighbour_count;
	uv_udp_t xn;
	uint8_t xn_buffer[1024];
	uint32_t next_transaction;
	uint64_t xn_refused;
	struct handover_tail *tail;
	size_t tail_count;
	struct gnb_handovers handovers;
	struct gnb_echo echo[GNB_ECHOES_MAX];
	uint64_t n2_malformed, n2_unexpected, nas_dropped;
};

/* n2.c: the association with the AMF and NG Setup */
int n2_start(struct gnb *g);
void n2_stop(struct gnb *g);
/** n2_send - Return: 0, -ENOTCONN while there is no NG Setup, or what encoding or SCTP says; logged
 */
int n2_send(struct gnb *g, const struct ngap_pdu *pdu);

/* n2_handle.c: what the AMF says about UEs */
void n2_handle(struct gnb *g, const struct ngap_pdu *pdu);
void n2_user_location(const struct gnb *g, struct ngap_user_location *ret_location);

/* radio.c: what UEs say */
int radio_start(struct gnb *g);
void radio_stop(struct gnb *g);
/** radio_reload - bring the radio links to those in the configuration; UEs on others notice nothing
 */
void radio_reload(struct gnb *g);

/* ue.c */
struct gnb_ue *ue_find(struct gnb *g, uint32_t ran_ue_id);
struct gnb_ue *ue_find_amf(struct gnb *g, uint64_t amf_ue_id);
/** ue_uplink_nas - Initial UE Message or Uplink NAS Transport; held while N2 is down, in order and
 * bounded */
void ue_uplink_nas(struct gnb_ue *ue, const uint8_t *nas, size_t len);
/** ue_flush_held - N2 is up: forward what was held */
void ue_flush_held(struct gnb_ue *ue);
void ue_downlink_nas(struct gnb_ue *ue, struct ngap_octets nas);
/** ue_drop_context - forget ids and sessions; the radio link stays */
void ue_drop_context(struct gnb_ue *ue);
/** ue_request_release - tell the AMF that the UE is not there any more */
void ue_request_release(struct gnb_ue *ue, uint8_t radio_cause);
bool ue_any_context(const struct gnb *g);

/* session.c: PDU session resources: NGAP procedures over radio bearers and the data plane */
void session_setup(struct gnb_ue *ue, const struct ngap_session_setup_list *list, bool initial);
void session_release(struct gnb_ue *ue,
		     const struct ngap_pdu_session_resource_release_command *command);
void session_bearer_added(struct gnb_ue *ue, uint8_t id, struct in_addr ue_address);
void session_bearer_removed(struct gnb_ue *ue, uint8_t id);
void session_tick(struct gnb_ue *ue);
void session_drop_all(struct gnb_ue *ue);
void session_forget(struct gnb_ue *ue, struct gnb_session *s);
/** session_apply - the data plane's rules as @s says; Return: 0 or a negative errno, logged */
int session_apply(struct gnb_ue *ue, const struct gnb_session *s);
/** session_marks - PDU session containers are wanted, and the back end can */
bool session_marks(const struct gnb *g);
uint64_t session_dp_id(const struct gnb_ue *ue, const struct gnb_session *s);
/** session_tunnel - where a FAR leads that sends by N3 */
struct dp_destination session_tunnel(struct in_addr peer, uint32_t teid);
/** session_teid_new - for a tunnel that ends here */
uint32_t session_teid_new(struct gnb *g);
/** session_settled - none is being added or removed */
bool session_settled(const struct gnb_ue *ue);

/* modify.c: the UPF's end of a tunnel moves */
void session_modify(struct gnb_ue *ue,
		    const struct ngap_pdu_session_resource_modify_request *request);
/** session_uplinks_told - a Path Switch Request Acknowledge names them anew where they have changed
 */
void session_uplinks_told(struct gnb_ue *ue, const struct ngap_session_switched_list *list);

/* echo.c: GET /v1/echo */
void echo_get(struct http_request *req, void *user);
void echo_answered(struct gnb *g, struct in_addr peer, bool lost);
void echo_stop(struct gnb *g);

extern const struct http_route gnb_routes[];

#endif
