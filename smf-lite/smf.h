/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smf-lite: an SMF, and the part of an AMF that N1 and N2 need, in one process (TS 23.501
 * cl. 6.2.1, 6.2.2).
 *
 * Reading order: this file; amf_n2.h (associations, NGAP dispatch), ng_interface.c (NG Setup,
 * Reset), nas_transport.c (NAS dispatch), registration.h; session.h (the PDU session) with
 * session.c (the table of allowed events) and its steps, session_establish.c, session_active.c,
 * session_release.c, session_delete.c; what they say on N1, N2 and N4: session_n1.c, session_n2.c,
 * n4_client.h; then anchor.h, pool.h, store.h, rest.h. docs/smf-lite.md tells what it does.
 *
 * All state hangs from struct smf, which is passed down. Whatever a peer can make grow has a bound
 * here.
 */
#ifndef BATON_SMF_SMF_H
#define BATON_SMF_SMF_H

#include <uv.h>

#include "smf-lite/counters.h"

enum {
	SMF_GNBS_MAX = 64,	   /* gNBs known, and SCTP associations at a time */
	SMF_UES_MAX = 4096,	   /* UE contexts, those not identified yet included */
	SMF_UPFS_MAX = 64,	   /* configured */
	SMF_DNNS_MAX = 8,	   /* configured; also the allowed NSSAI's bound */
	SMF_ANCHORS_MAX = 4096,	   /* preferences told over REST, and configured ones */
	SMF_APPLICATIONS_MAX = 64, /* configured */
	SMF_FLOWS_MAX = 16,	   /* flow descriptions of one: PFD Contexts in a request */
	SMF_STREAMS_MAX = 64,	   /* open event streams */
	SMF_SUPI_SIZE = 24,	   /* "imsi-" and 15 digits, NUL */
	SMF_NAME_SIZE = 64,	   /* names, DNNs and DNAIs, NUL included */
	SMF_N3_MTU = 1500,	   /* default */
	/* outer IPv4 20, UDP 8, GTP-U 8 and the PDU session container 8 */
	SMF_TUNNEL_OVERHEAD = 44,
	SMF_QFI = 1,	 /* of the one QoS flow of a session, non-GBR */
	SMF_FIVE_QI = 9, /* its 5QI: non-GBR, the default bearer's (TS 23.501 table 5.7.4-1) */
};

/* Session-AMBR and UE-AMBR, bit/s: told to UE and gNB, enforced by no UPF (QERs have no MBR) */
#define SMF_AMBR_BPS 10000000000ULL

/*
 * The timers. 3GPP's own values (TS 24.501 cl. 10.3) fit radio links with seconds of delay; here a
 * migration waits for the outcome, and the radio is a virtual Ethernet link, so they are shorter.
 * Retransmission counts are 3GPP's.
 */
enum {
	SMF_T3512_S = 54 * 60, /* told to UEs: the default of TS 24.501 table 10.2.1 */
	/* T3512, and four minutes: table 10.2.2 */
	SMF_IMPLICIT_DEREGISTRATION_MS = (SMF_T3512_S + 4 * 60) * 1000,
	SMF_T3550_MS = 2000, /* Registration Accept again (3GPP: 6 s) */
	SMF_T3570_MS = 2000, /* Identity Request again (3GPP: 6 s) */
	SMF_T3592_MS = 1000, /* PDU Session Release Command again (3GPP: 16 s) */
	SMF_NAS_TRIES = 5,   /* the first one included; the fifth expiry ends the procedure */
	SMF_ASSOCIATION_WAIT_MS =
		3000,		/* an establishment waits this long for its UPF to be associated */
	SMF_N2_SETUP_MS = 3000, /* gNB's answer to a PDU Session Resource Setup Request */
	SMF_GNB_BACK_MS =
		30000, /* sessions caught half-way wait this long for their gNB to come back */
	/* a gNB without association; then its UEs are CM-IDLE, to be deregistered implicitly */
	SMF_GNB_GONE_MS = 60000,
	/* a UPF that was left because it stops: until it is asked for an association again */
	SMF_UPF_AGAIN_MS = 1000,
	SMF_PURGE_RETRY_MS = 2000, /* a session that a UPF can't be asked to delete now: next try */
};

struct smf_config;
struct n2;
struct ue_table;
struct session_table;
struct n4_client;
struct anchor_table;
struct store;
struct events;

struct smf {
	uv_loop_t *loop;
	const struct smf_config *config;
	struct store *store;
	struct n2 *n2;
	struct ue_table *ues;
	struct session_table *sessions;
	struct n4_client *n4;
	struct anchor_table *anchors;
	struct events *events; /* NULL: nobody can listen (tests) */
	struct smf_counters counters;
};

#endif
