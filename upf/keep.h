/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outlives a upf that is killed: a journal (lib/wal) in its state directory says at any
 * time which SMFs are associated, which sessions they have with which rules, what was reported of
 * their usage, and where the data plane counts it. A successor with the same configuration, in the
 * same network namespace, on the same boot, begins with that (heritage.c), and keeps the recovery
 * time stamp, since nothing was lost (TS 23.527 cl. 4.2).
 *
 * Each change is written before it is answered. A journal that can't be written any more, the disk
 * being full, is removed: a successor must not believe what is no longer so. It then begins
 * with nothing, and with a recovery time stamp of its own, by which the SMFs know.
 */
#ifndef BATON_UPF_KEEP_H
#define BATON_UPF_KEEP_H

#include "upf/upf.h"

/* Types of records */
enum upf_kept {
	UPF_KEPT_HEAD = 1,	   /* struct upf_kept_head: the first, once */
	UPF_KEPT_PEER,		   /* struct upf_kept_peer: an SMF; in place of an earlier one */
	UPF_KEPT_PEER_GONE,	   /* its address */
	UPF_KEPT_SESSION,	   /* struct upf_kept_session, and what that says */
	UPF_KEPT_SESSION_GONE,	   /* its SEID */
	UPF_KEPT_APPLICATION,	   /* struct upf_kept_application, and its flows */
	UPF_KEPT_APPLICATION_GONE, /* its id */
	UPF_KEPT_HEIR,		   /* dataplane_generation of one that is about to serve instead */
};

enum { UPF_KEPT_CONFIG = 32 };

/* Whose journal it is: for anybody else it says nothing */
struct upf_kept_head {
	char commit[64]; /* of the build: what is behind is as that has it in memory */
	char boot[40];	 /* the boot's id */
	uint64_t netns;	 /* its number */
	uint32_t config; /* CRC-32 of what the data plane and N4 are configured by */
	uint32_t recovery_time_stamp;
	uint32_t generation; /* of the data plane that sessions' own parts are about */
	uint32_t zero;
};

struct upf_kept_peer {
	struct n4_peer_state n4;
	struct upf_smf_set set;
};

/* Followed by so many octets: Group ID, DNN, record, usages, the data plane's own */
struct upf_kept_session {
	uint64_t seid, cp_seid;
	struct in_addr cp_peer;
	uint32_t changes_at;
	uint64_t established_ns;
	struct upf_inactivity inactivity;
	struct upf_csid smf;
	struct in_addr cp_ip, report_to;
	uint32_t group, dnn, record, usages, dataplane;
};

struct upf_kept_application {
	char id[PFCP_MAX_NAME + 1];
	uint64_t left_out;
};

struct upf_keep;

/** upf_kept_head_fill - of this process */
int upf_kept_head_fill(const struct upf *upf, struct upf_kept_head *ret);

/**
 * upf_keep_lock - the state directory, made if it isn't there, is this process's as long as the
 * file that is returned is open
 *
 * Return: negative: nothing can be kept, logged (-EWOULDBLOCK: it is another's), unless nothing is
 * wanted to be
 */
int upf_keep_lock(const struct upf_config *config);
/**
 * upf_keep_start - a journal of all that there is now, in place of a predecessor's
 *
 * @lock: taken over; negative: nothing is kept
 *
 * Return: 0; or a negative errno, logged, and then nothing is kept
 */
int upf_keep_start(struct upf *upf, int lock);
/** upf_keep_renew - all of it anew: the configuration is another one */
void upf_keep_renew(struct upf *upf);
/** upf_keep_stop - an orderly end: there is nothing to go on with */
void upf_keep_stop(struct upf *upf);

/* What has changed. None of them fails: see above. */
void upf_keep_session(struct upf *upf, const struct upf_session *session);
void upf_keep_session_gone(struct upf *upf, uint64_t seid);
void upf_keep_peer(struct upf *upf, const struct n4_peer *peer);
void upf_keep_peer_gone(struct upf *upf, struct in_addr addr);
/** upf_keep_application - as it is now: there, or gone */
void upf_keep_application(struct upf *upf, const char *id);

/* ---- heritage.c: the other end ---- */

struct upf_heritage;

/** upf_heritage_open - a predecessor's journal; Return: 0; -ENOENT: there is none; -ESTALE,
 * -EBADMSG: it says nothing here, logged */
int upf_heritage_open(const struct upf *upf, struct upf_heritage **ret);
void upf_heritage_free(struct upf_heritage *heritage);
uint32_t upf_heritage_stamp(const struct upf_heritage *heritage);
/**
 * upf_heritage_take - SMFs, applications, and sessions, into the data plane as well, which then
 * takes its predecessor's place
 *
 * Return: 0 or a negative errno, logged: @upf is to be stopped then, and to begin with nothing
 */
int upf_heritage_take(struct upf *upf, const struct upf_heritage *heritage);

#endif
