/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handover between gNBs, TS 23.502 cl. 4.9.1.2 (Xn based, without UPF relocation), TS 38.300
 * cl. 9.2.3.2:
 *
 *   UE            source                   target                smf-lite            UPF
 *                    |--- XN_REQUEST ------->| tunnels, holds closed
 *                    |<-- XN_ACCEPT ---------|
 *                    | downlink: forwarded to the target, which holds it
 *    |<- HANDOVER ---|                       |
 *    |------------------ ARRIVED ----------->| forwarded packets: let go
 *    |<----------------- ATTACHED -----------|--- Path Switch Request ->|-- N4 (SNDEM) ->|
 *                    |<======================= last packets, End Marker =================|
 *                    |== End Marker ========>| packets of the new path: let go            |
 *                    |                       |<-- Path Switch Ack ------|
 *                    |<-- XN_RELEASE --------|
 *
 * Nothing is lost: uplink and downlink have a way at any time. Downlink keeps its order: the
 * command follows the last packet over the source's radio link; the target lets forwarded packets
 * go when the UE is there, and those of the new path when the forwarded ones have ended. Uplink has
 * no end marker in 5G: it keeps its order unless the new path is shorter by more than the time
 * between two packets.
 *
 * A UE that loses the source's radio link before it hears the command, and goes on at the target,
 * has arrived, too. Until the target has the path the UE can return: the source keeps its context,
 * and either end undoes its part by itself when it hears nothing. What the AMF knows by then the
 * source can't tell, so that it asks for the path itself, as a gNB does where a UE re-establishes
 * (TS 38.300 cl. 9.2.3.3): a Path Switch Request to where the UE is. handover_out.c (and
 * handover_tail.c) is the source's part, handover_in.c the target's, xn.c the wire between them.
 */
#ifndef BATON_RAN_GNB_HANDOVER_H
#define BATON_RAN_GNB_HANDOVER_H

#include "ran/gnb/gnb.h"
#include "ran/gnb/xn_message.h"

enum {
	XN_REPEAT_MS = 50,
	XN_TRIES = 20,
	HANDOVER_SETTLE_MS = 3000,  /* for sessions that change, or an earlier handover, to end */
	HANDOVER_REACH_MS = 1000,   /* for the target to hear the UE, if it has just been started */
	HANDOVER_EXECUTE_MS = 2000, /* from the command until the UE is there */
	HANDOVER_RETURN_MS = 3000,  /* for the UE to come back after a handover that failed */
	HANDOVER_SILENCE_MS = 2000, /* the target doesn't answer: it is not there */
	HANDOVER_PREPARED_MS = 3000,	  /* the UE doesn't come */
	HANDOVER_SWITCH_REPEAT_MS = 1000, /* no answer to a Path Switch Request */
	HANDOVER_SWITCH_MS = 15000,	  /* smf-lite may be restarted meanwhile */
	HANDOVER_MARKER_MS = 1000,	  /* the path is switched, and no end marker */
	HANDOVER_TAIL_MS = 3000,	  /* what may still come by the old path is forwarded */
};

/* At the source */
struct handover_out {
	struct gnb_ue *ue;
	enum {
		OUT_WAITING,
		OUT_PREPARING,
		OUT_EXECUTING,
		OUT_CANCELLING,
		OUT_RETURNING, /* not handed over, and not heard of since */
		OUT_RECLAIMING /* the UE is back: its path is asked for */
	} state;
	bool gone; /* the UE was told to go, and has not come back */
	bool back; /* it came back, maybe from the target */
	uint64_t asked_amf_ms;
	char target[64];
	struct in_addr peer; /* the target's, on N2 */
	uint32_t transaction;
	uint64_t since_ms, heard_ms; /* of the state; heard of the target */
	enum xn_state target_state;
	unsigned tries;
	uint16_t ids; /* bit n: session n is handed over */
	uint64_t asked_ns, requested_ns, commanded_ns;
	struct http_request *request; /* who asked for it; NULL: answered */
	uv_timer_t timer;
};

/* At the target, by session id */
struct handover_path {
	bool marked;  /* the forwarded packets have ended */
	bool let_go;  /* those of the new path may go */
	bool settled; /* nothing waits any more, the rules are those of any session */
};

struct handover_in {
	struct gnb_ue *ue;
	enum xn_state state; /* from XN_PREPARED on */
	struct in_addr peer; /* the source's, on N2 */
	uint32_t transaction;
	uint64_t since_ms,
		asked_ms; /* of the state; of the latest request to the AMF or the source */
	uint64_t source_amf_ue_id;
	unsigned tries;
	bool released; /* the source has let go */
	uint32_t cell;
	struct handover_path path[GNB_SESSIONS];
	uv_timer_t timer;
};

/* What still forwards for a UE that is gone: until the end marker */
struct handover_tail {
	uint64_t dp_id;
	uint32_t teid, forward_teid;
	struct in_addr forward_peer;
	uint64_t until_ms;
};

/* xn.c */
int xn_start(struct gnb *g);
void xn_stop(struct gnb *g);
void xn_send(struct gnb *g, struct in_addr peer, const struct xn_message *message);
const struct gnb_neighbour *xn_neighbour(const struct gnb *g, const char *name);

/* handover_out.c */
/** handover_start - @request: answered when it is over */
void handover_start(struct gnb_ue *ue, const struct gnb_neighbour *target,
		    struct http_request *request);
void handover_out_receive(struct gnb *g, struct in_addr from, const struct xn_message *m);
/** handover_reclaimed - the AMF has the UE here; handover_not_reclaimed - or not, it begins anew.
 * Return: it was that which the AMF answers */
bool handover_reclaimed(struct gnb_ue *ue, const struct ngap_path_switch_request_acknowledge *m);
bool handover_not_reclaimed(struct gnb_ue *ue);
/** handover_returned - the UE is back, or never left */
void handover_returned(struct gnb_ue *ue, const char *why);
/** handover_leaving - told to go: what the AMF says is for the target by now */
bool handover_leaving(const struct gnb_ue *ue);
/** handover_out_drop - the UE's context goes */
void handover_out_drop(struct gnb_ue *ue);

/* handover_tail.c */
/** handover_leave_tail - its rules are the tail's from now on */
void handover_leave_tail(struct gnb_ue *ue, struct gnb_session *s);
/** handover_end_marker - on a tunnel of ours; Return: it was one that we forward */
bool handover_end_marker(struct gnb *g, uint32_t teid);
bool handover_tail_has_teid(const struct gnb *g, uint32_t teid);
void handover_tails_tick(struct gnb *g);
void handover_tails_drop(struct gnb *g);

/* handover_in.c */
void handover_in_receive(struct gnb *g, struct in_addr from, const struct xn_message *m);
void handover_arrived(struct gnb_ue *ue, const char *supi);
/** handover_in_resumed - it has come by itself to where it was to be sent: the source's radio link
 * was lost before the command was there (TS 38.300 cl. 9.2.3.3) */
void handover_in_resumed(struct gnb_ue *ue);
void handover_in_marked(struct gnb *g, uint32_t teid);
/** handover_in_advance - holds may have emptied */
void handover_in_advance(struct gnb_ue *ue);
void handover_in_drop(struct gnb_ue *ue);
/** handover_in_ask - Path Switch Request, (again) once N2 is there */
void handover_in_ask(struct gnb_ue *ue);
/** handover_ask_path - a Path Switch Request for all that is active here */
void handover_ask_path(struct gnb_ue *ue, uint64_t source_amf_ue_id);
/** handover_forget_released - what the AMF has not switched */
void handover_forget_released(struct gnb_ue *ue,
			      const struct ngap_path_switch_request_acknowledge *m);
void handover_switched(struct gnb_ue *ue, const struct ngap_path_switch_request_acknowledge *m);
void handover_not_switched(struct gnb_ue *ue);

#endif
