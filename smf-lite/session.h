/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PDU session at the SMF: TS 23.502 cl. 4.3.2 (establishment) and 4.3.4 (release), TS 24.501
 * cl. 6.3, 6.4.
 *
 * What happens to a session is an event; session.c has the one table that says which event is
 * allowed in which state and what it does. Everything else (N1, N2, N4, REST, timers) only feeds
 * events.
 *
 *                 association     N4 session       NGAP setup      N4 modification
 *   WAIT_UPF ------------> N4_ESTABLISH ----> N2_SETUP -----> N4_ACTIVATE -----> ACTIVE
 *                                                                                  |  release
 * command: UE and gNB (gone) <------------------------- N4_DELETE <-----------------------------
 * N2_RELEASE
 *
 * A session in N4_DELETE belongs to no UE any more: UE and gNB are done with it, so that its id may
 * be used anew at once; it lives on, by its SEID, until the UPF has confirmed, and keeps its
 * address until then. Nothing is lost by a release: the user plane is removed after UE and gNB have
 * answered.
 */
#ifndef BATON_SMF_SESSION_H
#define BATON_SMF_SESSION_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "lib/nas/nas.h"
#include "lib/ngap/ngap.h"
#include "lib/pfcp/pfcp.h"
#include "smf-lite/smf.h"

enum session_state {
	SESSION_WAIT_UPF,     /* the anchor isn't associated (yet) */
	SESSION_N4_ESTABLISH, /* Session Establishment Request sent */
	SESSION_N2_SETUP,     /* PDU Session Resource Setup Request sent */
	SESSION_N4_ACTIVATE,  /* the gNB's F-TEID is on its way to the UPF */
	SESSION_ACTIVE,
	SESSION_N1_REJECT,  /* after our restart: the UE is to be told that its request failed */
	SESSION_N2_RELEASE, /* release command sent, or to be sent when the gNB is back */
	SESSION_N4_DELETE,  /* Session Deletion Request sent, or to be sent when the UPF is back */
	SESSION_STATES
};

enum session_event {
	SESSION_EV_UPF_UP,	  /* its UPF is associated */
	SESSION_EV_UPF_RESTARTED, /* its UPF has lost the session */
	SESSION_EV_UPF_LEAVING,	  /* its UPF is going to stop */
	SESSION_EV_N4_ESTABLISHED,
	SESSION_EV_N4_ESTABLISH_FAILED, /* @n4: why; so for the next two */
	SESSION_EV_N4_MODIFIED,
	SESSION_EV_N4_MODIFY_FAILED,
	SESSION_EV_N4_DELETED,
	SESSION_EV_N4_DELETE_FAILED,
	SESSION_EV_N2_SETUP, /* @tunnel: the gNB's */
	SESSION_EV_N2_SETUP_FAILED,
	SESSION_EV_N2_RELEASED,
	SESSION_EV_N1_RELEASE_REQUEST, /* @pti */
	SESSION_EV_N1_RELEASED,	       /* Release Complete, or a 5GSM STATUS that says as much */
	SESSION_EV_RELEASE,	       /* by REST; @cause */
	SESSION_EV_ERROR_INDICATION,   /* the gNB doesn't know the tunnel any more */
	SESSION_EV_GNB_LOST,	       /* the gNB's association has gone */
	SESSION_EV_GNB_BACK,	       /* it is there again, with its UEs */
	SESSION_EV_UE_IDLE,	       /* the UE's N2 connection has gone */
	SESSION_EV_UE_BACK,	       /* it has a new one, and the UE still has the session */
	SESSION_EV_PATH_SWITCH,	       /* its UE has gone to another gNB; @tunnel: that one's */
	SESSION_EV_LOCAL_RELEASE,      /* the UE doesn't have the session any more */
	SESSION_EV_TIMER,
	SESSION_EVENTS
};

/* How an N4 request ended, if not well */
enum session_n4_failure {
	SESSION_N4_REFUSED,
	SESSION_N4_NOT_FOUND, /* the UPF knows neither this session nor, maybe, us */
	SESSION_N4_TIMEOUT,
	SESSION_N4_UNUSABLE, /* established, but not so that it could be used: to be deleted */
};

struct session_input {
	uint8_t pti;
	uint8_t cause; /* 5GSM */
	enum session_n4_failure n4;
	struct ngap_tunnel tunnel;
};

/* One end of a GTP-U tunnel; teid 0: not known */
struct session_tunnel {
	struct in_addr addr;
	uint32_t teid; /* host order */
};

struct classifier;
struct http_request;
struct ue;
struct upf;
struct smf_timer;

/* Which way its packets take: route.h. NULL: straight between gNB and anchor */
struct session_route {
	struct classifier *up;	   /* through which the gNB is to send */
	struct classifier *down;   /* through which the anchor is told to send */
	struct classifier *former; /* while switching: where the way back leads */
	bool switching;
	bool n2_busy;		      /* a PDU Session Resource Modify Request is without answer */
	bool n2_again;		      /* another one is to follow it */
	bool n2_dirty;		      /* the gNB may send elsewhere */
	struct http_request *request; /* who waits for the switch; NULL: nobody */
	uint64_t t0_ns, uplink_ns,
		switched_ns;	 /* of the latest switch, CLOCK_REALTIME; 0: not yet */
	struct smf_timer *timer; /* NULL until the first switch */
};

struct session {
	struct smf *smf;
	struct ue *ue; /* NULL once detached, in SESSION_N4_DELETE */
	enum session_state state;
	char supi[SMF_SUPI_SIZE];
	uint8_t id;  /* PDU session id, 1 to 15 */
	uint8_t pti; /* of the NAS procedure under way; 0: the network's */
	char dnn[SMF_NAME_SIZE];
	struct nas_snssai snssai;
	uint8_t ssc_mode;
	uint8_t accept_cause;	       /* in the accept: 50 when IPv4v6 was asked for; 0: none */
	bool epco, want_dns, want_mtu; /* what the request's ePCO asks for */
	struct in_addr address;	       /* 0: none */
	struct upf *upf;
	uint64_t cp_seid;			/* ours, unique for ever */
	uint64_t up_seid;			/* the UPF's; 0: not known */
	struct pfcp_fq_csid upf_csid;		/* the set that the UPF has it in; n_csid 0: none */
	struct session_tunnel uplink, downlink; /* the UPF's end, the gNB's end */
	struct classifier *classifiers;		/* its uplink classifiers, a list */
	struct session_route route;
	uint8_t cause;	    /* 5GSM cause of the release */
	bool n4_sent;	    /* the UPF may have a session under cp_seid */
	bool n4_busy;	    /* an N4 request is without answer */
	bool n4_dirty;	    /* what the UPF has is outdated, or may be: send again */
	bool n4_end_marker; /* the next downlink tunnel replaces one: packets to that are to be
			       ended */
	bool n4_lost;	    /* the UPF has lost it: to be established anew (RESTI) */
	bool n2_sent;	    /* the gNB may have resources for it */
	bool reactivating;  /* N2_SETUP without NAS: the UE has the session already */
	bool was_active;    /* has been so once: it is counted, established_ns and setup_us hold */
	const char *published;	/* the public state told last by an event */
	bool gnb_done, ue_done; /* SESSION_N2_RELEASE: who has answered */
	unsigned tries;
	uint64_t requested_mono_ns;
	uint64_t established_ns; /* CLOCK_REALTIME */
	uint64_t setup_us;
	struct smf_timer *timer;
	UT_hash_handle by_seid;
};

struct session_table {
	struct smf *smf;
	struct session *by_seid;	/* hash head */
	struct classifier *classifiers; /* hash head: by their own SEIDs */
	uint64_t next_seid;
};

int session_table_new(struct smf *smf, struct session_table **ret_table);
/** session_table_free - forget all: nothing is sent or stored */
void session_table_free(struct session_table *table);

/**
 * session_new - a session without anchor; in the table, and the UE's (if any) from now on
 * @cp_seid: 0: a new one; else from the database
 *
 * Return: NULL when out of memory or over the bound
 */
struct session *session_new(struct smf *smf, struct ue *ue, uint8_t id, uint64_t cp_seid);

/** session_seid - @known, from the database, or 0: a new one; never given out again */
uint64_t session_seid(struct smf *smf, uint64_t known);

struct session *session_find_seid(struct smf *smf, uint64_t cp_seid);

/**
 * session_feed - something has happened; the session may be gone afterwards
 * @in: NULL where the event has nothing with it
 *
 * Return: false when the state doesn't allow it: counted, nothing has changed
 */
bool session_feed(struct session *s, enum session_event event, const struct session_input *in);

/** session_start - choose anchor and address, begin; what fails is answered with a reject */
void session_start(struct session *s);

/** session_feed_ue, session_feed_upf - an event to all sessions of a UE, of a UPF */
void session_feed_ue(struct ue *ue, enum session_event event);
void session_feed_upf(struct smf *smf, const struct upf *upf, enum session_event event);

/** session_recover - a session read from the database: what was under way is undone on all sides */
void session_recover(struct session *s);

/** session_gone - forget it: address back, row deleted, freed */
void session_gone(struct session *s);

/** session_mtu - of its inner packets */
uint16_t session_mtu(const struct session *s);

/** session_public_state - "establishing", "active", "releasing" or "released" */
const char *session_public_state(const struct session *s);
const char *session_state_name(enum session_state state);
const char *session_event_name(enum session_event event);

/* session_n1.c: what the UE asks for and is told */
/** session_n1_receive - a 5GSM message of the UE, from an UL NAS Transport */
void session_n1_receive(struct ue *ue, const struct nas_ul_nas_transport *transport);
void session_n1_reject(struct ue *ue, uint8_t id, uint8_t pti, uint8_t cause);
void session_n1_status(struct ue *ue, uint8_t id, uint8_t pti, uint8_t cause);
void session_n1_accept(const struct session *s, struct nas_message *ret);
void session_n1_release_command(const struct session *s, struct nas_message *ret);

/* session_n2.c: PDU Session Resource Setup, Modify and Release; each 0 or a negative errno */
int session_n2_setup(struct session *s);
int session_n2_release(struct session *s, bool with_nas);
/** session_n2_modify - the gNB's uplink goes where the route leads */
int session_n2_modify(struct session *s);
void session_n2_setup_response(struct ue *ue, const struct ngap_session_done_list *done,
			       const struct ngap_session_cause_list *failed);
void session_n2_modify_response(struct ue *ue, const struct ngap_session_modified_list *done,
				const struct ngap_session_cause_list *failed);
void session_n2_release_response(struct ue *ue, const struct ngap_session_id_list *released);

#endif
