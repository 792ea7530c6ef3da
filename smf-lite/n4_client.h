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
struct smf_upf;

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
