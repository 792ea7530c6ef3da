/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N4, the SMF's side of PFCP (TS 29.244): the UPFs, their address pools, and the rules of a PDU
 * session.
 *
 * The rules, the same for every session:
 *   PDR 1  uplink    from Access, local F-TEID (the UPF chooses it), UE address as source, QFI  ->
 * FAR 1, QER 1 PDR 2  downlink  from Core, UE address as destination -> FAR 2, QER 1 FAR 1  forward
 * to Core; FAR 2  drop until the gNB's F-TEID is known, then forward to Access in its tunnel QER 1
 * gates open, QFI: only where the UPF's configuration says qos; NGAP tells the QFI in any case
 *
 * A UPF that has lost its state (another recovery time stamp, also one that changed while we were
 * down) gets its sessions anew with PFCPSEReq-Flags RESTI and the F-TEIDs that the gNBs know
 * (TS 23.527 cl. 4.2).
 */
#ifndef BATON_SMF_N4_CLIENT_H
#define BATON_SMF_N4_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/n4/n4.h"
#include "smf-lite/pool.h"
#include "smf-lite/session.h"
#include "smf-lite/smf.h"

struct session;
struct smf_timer;
struct smf_upf;

enum { N4_LOST_PATHS_MAX = SMF_GNBS_MAX };

/* N3 and N9 peers that a UPF says don't answer it */
struct n4_lost_paths {
	size_t count;
	struct pfcp_address peer[N4_LOST_PATHS_MAX]; /* the oldest first */
};

/* What a UPF has said of itself; percents */
struct n4_load {
	bool has_load;
	uint8_t load, overload; /* overload: of the requests, to be left out */
	uint32_t load_sequence, overload_sequence;
	uint64_t overload_until_ms; /* loop time */
	unsigned shed;		    /* towards the next request to be left out */
};

struct upf {
	struct n4_client *client;
	const struct smf_upf *config;
	struct pool pool;
	struct n4_peer *peer;
	bool associated;
	uint32_t
		recovery_time_stamp; /* of the life in which it got its sessions; in the database */
	bool lost_state; /* it has said that it has no association, or has another time stamp */
	size_t sessions; /* those that point here, also while they are being deleted */
	bool leaving;	 /* it has asked to be left: nothing new goes there */
	struct n4_lost_paths lost;
	struct n4_load load;
	struct smf_timer *leave; /* until it is, with whatever it has still */
};

struct n4_client {
	struct smf *smf;
	struct n4_node *node;
	size_t upf_count;
	struct upf upfs[SMF_UPFS_MAX];
};

/** n4_client_new - UPFs and pools from smf->config; no socket yet, so that stored sessions can be
 * read first */
int n4_client_new(struct smf *smf, struct n4_client **ret_client);

/**
 * n4_client_start - bind, and associate with every UPF
 * @overrides: NULL, or ports, timers and transmit of tests; zero members mean the defaults
 */
int n4_client_start(struct n4_client *client, const struct n4_config *overrides);
/** n4_client_stop - close the socket; requests under way end without an event */
void n4_client_stop(struct n4_client *client);
/** n4_client_free - after the sessions, which point to UPFs */
void n4_client_free(struct n4_client *client);

struct upf *n4_upf_by_dnai(struct n4_client *client, const char *dnai);
struct upf *n4_upf_by_name(struct n4_client *client, const char *name);

/* n4_leave.c: UPFs that stop */
int n4_leave_init(struct upf *upf);
void n4_leave_done(struct upf *upf);
/** n4_leave_asked - what an Association Update Request says of leaving, if anything */
void n4_leave_asked(struct upf *upf, const struct pfcp_association_update_request *update);
/** n4_leave_session_gone - a session of @upf's is no more: maybe it was the last */
void n4_leave_session_gone(struct upf *upf);
/** n4_leave_over - the association is released, or made anew */
void n4_leave_over(struct upf *upf);

/* n4_sets.c */
/** n4_sets_established - the set that an accepted establishment's answer puts a session in */
void n4_sets_established(struct pfcp_fq_csid *ret,
			 const struct pfcp_session_establishment_response *r);
/** n4_session_set_delete - n4_handler: a UPF has lost a set of sessions */
void n4_session_set_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user);

/* n4_load.c */
/** n4_load_read - load and overload control information, if @msg has some */
void n4_load_read(struct upf *upf, const struct pfcp_msg *msg);
/** n4_load_forget - it has restarted: its numbers begin anew */
void n4_load_forget(struct upf *upf);
/** n4_overload - percent of the requests to be left out now */
unsigned n4_overload(const struct upf *upf);
/** n4_load_cost - the higher, the less is it to be selected */
unsigned n4_load_cost(const struct upf *upf);
/** n4_overload_sheds - is the next new session one of those to be left out? Counted */
bool n4_overload_sheds(struct upf *upf);

/** n4_pfds_provision - the configured applications, in a UPF that has just been associated */
void n4_pfds_provision(struct upf *upf);
/** n4_address_text - of its IPv4 address, or the IPv6 one where there is none; Return: @buf */
const char *n4_address_text(const struct pfcp_address *a, char buf[INET6_ADDRSTRLEN]);
/** n4_node_report - n4_handler: user plane paths that a UPF has lost, or has again */
void n4_node_report(struct n4_request *req, const struct pfcp_msg *msg, void *user);

/*
 * Requests for a session, one at a time (s->n4_busy). The outcome comes as SESSION_EV_N4_...
 * Return: 0 or a negative errno: no event follows.
 */
/** n4_session_establish - with RESTI and known F-TEIDs when s->uplink is known */
int n4_session_establish(struct session *s);
/** n4_session_modify - FAR 2 as s->downlink says */
int n4_session_modify(struct session *s);
int n4_session_delete(struct session *s);

/** n4_cause_of - in the response to a session request */
uint8_t n4_cause_of(const struct pfcp_msg *msg);
/** n4_failure_of - what became of one that has failed, counted; @status: of n4_done */
enum session_n4_failure n4_failure_of(struct smf *smf, int status, uint8_t cause);

#endif
