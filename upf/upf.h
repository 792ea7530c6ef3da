/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UPF: PFCP rules in (N4), a data plane's rules out. One struct holds all state and is passed
 * down.
 *
 * Reading order: main.c; upf.c (its parts put together); association.c, establishment.c,
 * modification.c, deletion.c (one procedure each) and procedure.c (what they share); rules/ (PFCP
 * rules, and what of them becomes the data plane's); session.c (the store), teid.c, ue_address.c;
 * usage.h (URRs) and metering.c (between it and the data plane), downlink.c (packets that wait),
 * report.c (what the UPF tells the SMF), alarm.c; path.c (GTP-U echo), rest.c; keep.h (what
 * outlives a upf that is killed).
 */
#ifndef BATON_UPF_UPF_H
#define BATON_UPF_UPF_H

#include <uv.h>

#include "dataplane/dataplane.h"
#include "lib/http_server.h"
#include "lib/log.h"
#include "lib/n4/n4.h"
#include "upf/config.h"
#include "upf/load.h"
#include "upf/pfds.h"
#include "upf/session.h"

enum {
	/* A peer that restarted has this long to associate again and ask that its sessions be
	   retained. */
	UPF_RETENTION_WAIT_MS = 10000,
	/* Error indications are reported once a session in this time, TS 29.244 cl. 5.9: not for
	   each packet */
	UPF_REPORT_INTERVAL_MS = 1000,
	UPF_PATHS_MAX = 1024,
	UPF_ENDINGS_MAX = 32,
	UPF_REFUSALS_LOGGED = 20, /* in a second */
};

enum upf_counter {
	UPF_ESTABLISHED,
	UPF_MODIFIED,
	UPF_DELETED,
	UPF_REFUSED,	       /* requests */
	UPF_LOST_WITH_PEER,    /* sessions dropped since their SMF restarted, released or went */
	UPF_RETAINED,	       /* sessions kept over their SMF's restart */
	UPF_RESTORED,	       /* established with RESTI */
	UPF_ERROR_INDICATIONS, /* from gNBs, for a tunnel of ours */
	UPF_ERROR_INDICATIONS_STRAY, /* for none of ours */
	UPF_REPORTS_SENT,
	UPF_REPORTS_LIMITED, /* not sent: UPF_REPORT_INTERVAL_MS */
	UPF_REPORTS_FAILED,
	UPF_PATHS_LOST,
	UPF_NODE_REPORTS_SENT,
	UPF_NODE_REPORTS_FAILED,
	UPF_TAKEN_OVER,	      /* sessions that another SMF of a set has taken */
	UPF_DELETED_IN_SETS,  /* sessions, by Session Set Deletion Requests */
	UPF_PFDS_PROVISIONED, /* PFD Management Requests accepted */
	UPF_END_MARKERS,      /* sent */
	UPF_DOWNLINK_DATA,    /* packets that the SMF was to be told of */
	UPF_USAGE_REPORTS,    /* Usage Reports, in whatever message */
	UPF_DISCARDED,	      /* buffered packets dropped on the SMF's word */
	UPF_RELOADED,	      /* SIGHUP: another configuration */
	UPF_RELOADS_REFUSED,
	UPF_COUNTERS
};

struct upf_path;
struct upf_keep;

/* Large, and needed while one request is worked on only */
struct upf_scratch {
	struct upf_rules before, after;
	struct dp_session dp;
	struct upf_created created;
	struct upf_usage usage[UPF_URRS_MAX];
};

/* drain.c: the UPF is going to stop while @timer is there */
struct upf_drain {
	uv_timer_t *timer;
	void (*done)(void *user);
	void *user;
};

/* deletion.c: a session whose packets are stopped, and whose last reading is still to come */
struct upf_ending {
	struct upf_session *session;
	struct n4_request *req;
};

struct upf {
	const struct upf_config *config;
	uv_loop_t *loop;
	struct dataplane *dp;
	struct n4_node *n4;
	struct http_server *rest;
	struct upf_sessions sessions;
	struct upf_teids teids;
	struct upf_ue_addresses addresses;
	struct upf_instance served[DP_INSTANCES_MAX]; /* as N4's rules see the network instances */
	struct upf_alarms alarms;		      /* of the sessions */
	struct upf_scratch *scratch;
	struct upf_path *paths; /* uthash by address */
	uv_poll_t *dp_poll;	/* the data plane's GTP-U control messages */
	uv_timer_t *echo_timer;
	struct upf_drain drain;
	struct upf_pfds pfds;
	struct upf_load load;
	struct upf_ending ending[UPF_ENDINGS_MAX];
	size_t ending_count;
	uint64_t counter[UPF_COUNTERS];
	struct log_budget refusals;
	struct upf_keep *keep; /* NULL: nothing is kept */
};

/* What an SMF tells of its set, smf_set.h */
struct upf_smf_set {
	struct pfcp_fqdn id; /* "": none */
	size_t n_alternative;
	struct in_addr alternative[PFCP_MAX_ALTERNATIVE_SMF]; /* the preferred first */
};

/** struct upf_peer - what we keep of an SMF; struct n4_peer's user */
struct upf_peer {
	struct upf *upf;
	struct n4_peer *n4;
	struct upf_peer_sessions sessions;
	uint32_t load_told, overload_told; /* numbers of what it has been told, load.c */
	struct upf_smf_set set;
	struct upf_told *told; /* uthash: paths that it knows to be lost, node_report.c */
	uv_timer_t *wait; /* UPF_RETENTION_WAIT_MS: it has restarted, and will associate or not */
};

/* ---- upf.c ---- */

/** upf_start - data plane, N4; upf->rest stays as it is; Return: 0 or a negative errno, logged */
int upf_start(struct upf *upf, const struct upf_config *config, uv_loop_t *loop);
/** upf_claims_start - of TEIDs and UE addresses, none yet, as the configuration has them; Return: 0
 * or a negative errno */
int upf_claims_start(struct upf *upf);
/** upf_dataplane_open - as the configuration has it; @adopt, @from: dp_config's; Return: 0 or a
 * negative errno, logged */
int upf_dataplane_open(struct upf *upf, bool adopt, struct dataplane *from);
/** upf_start_n4 - what upf_start does on top of a data plane that is there; @n4_config: address,
 * timers, transmit */
int upf_start_n4(struct upf *upf, struct n4_config *n4_config);
/** upf_stop - in reverse; removes everything made in the kernel. Handles close in the loop's next
 * turn */
void upf_stop(struct upf *upf);
const char *upf_counter_name(enum upf_counter which);

/** upf_session_remove - from data plane and store, with all it holds */
void upf_session_remove(struct upf *upf, struct upf_session *session);
struct upf_peer *upf_peer_of(struct upf *upf, const struct upf_session *session);

/* ---- procedure.c ---- */

/**
 * upf_session_change - let @change be done to a session's rules, whole or not at all
 * @session: without rules when it is new
 * @anew:    @change is all: nothing of the old rules stays (restoration of a session that is still
 * here)
 * @restore: the CP function may name F-TEIDs (RESTI)
 *
 * Return: 0, with what was chosen in upf->scratch->created, the former rules in ->before and the
 * new ones in ->after; or -EINVAL with @ret_refusal: then nothing at all has changed
 */
int upf_session_change(struct upf *upf, struct upf_session *session,
		       const struct upf_change *change, bool anew, bool restore,
		       struct upf_refusal *ret_refusal);
/** upf_session_reinstall - the rules are as they were, but what they come to isn't: a PDR's time
 * has come, or an application has other flows; Return: 0 or -EINVAL, logged */
int upf_session_reinstall(struct upf *upf, struct upf_session *session);
/** upf_session_renew - the session's rules, claimed and installed, in a data plane that has none;
 * Return: 0; -EINVAL: they don't fit the configuration; logged */
int upf_session_renew(struct upf *upf, struct upf_session *session);
/** upf_session_rules_restore - of a session without rules: @record, @size octets, as a predecessor
 * had them, with the TEIDs and addresses that are in them; Return: 0 or a negative errno */
int upf_session_rules_restore(struct upf *upf, struct upf_session *session, const uint8_t *record,
			      size_t size);
/** upf_application_changed - struct upf_pfds: the sessions that detect it follow */
void upf_application_changed(const char *application_id, void *user);

/** upf_created_fill - Created PDRs and Created Traffic Endpoints of an answer, from
 * upf->scratch->created */
void upf_created_fill(const struct upf *upf, struct pfcp_created_pdr *pdr, uint8_t *ret_n_pdr,
		      struct pfcp_created_traffic_endpoint *endpoint, uint8_t *ret_n_endpoint);
/** upf_session_rules - unpacked into upf->scratch->before, which is borrowed until the next of
 * these functions */
struct upf_rules *upf_session_rules(struct upf *upf, const struct upf_session *session);
/** upf_refused - count and log */
void upf_refused(struct upf *upf, const struct n4_request *req, uint64_t seid,
		 const struct upf_refusal *refusal);
/** upf_session_of - the session that a request names, if it is its peer's; NULL: answered with
 * cause 65 */
struct upf_session *upf_session_of(struct upf *upf, struct n4_request *req);

/* ---- procedures: n4_handlers, with struct upf as user ---- */
void upf_association_setup(struct n4_request *req, const struct pfcp_msg *msg, void *user);
void upf_association_release(struct n4_request *req, const struct pfcp_msg *msg, void *user);
void upf_pfd_management(struct n4_request *req, const struct pfcp_msg *msg, void *user);
void upf_session_set_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user);
void upf_session_set_modify(struct n4_request *req, const struct pfcp_msg *msg, void *user);
void upf_session_establish(struct n4_request *req, const struct pfcp_msg *msg, void *user);
void upf_session_modify(struct n4_request *req, const struct pfcp_msg *msg, void *user);
void upf_session_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user);

/* ---- deletion.c ---- */
/** upf_deletions_finish - what was put off until the end of a burst of requests is done and
 * answered; called before anything that may concern a session that is ending. struct n4_config's
 * burst_end */
void upf_deletions_finish(void *user);

/* ---- association.c ---- */
void upf_peer_event(struct n4_peer *peer, enum n4_peer_event event, void *user);
void upf_peer_updated(struct n4_peer *peer, const struct pfcp_association_update_request *update,
		      void *user);
/** upf_peer_release - end an association with all its sessions, here only; @peer is gone */
void upf_peer_release(struct n4_peer *peer);
/** upf_peer_restore - an association of a predecessor's; Return: 0 or a negative errno */
int upf_peer_restore(struct upf *upf, const struct n4_peer_state *state,
		     const struct upf_smf_set *set, struct n4_peer **ret);
void upf_peers_stop(struct upf *upf);

/* ---- drain.c ---- */
/**
 * upf_drain - before a stop: tell the SMFs, and let them move their sessions
 * @period_s: that they have; rounded up to what N4 can tell (2 s up to a minute)
 * @done:     when all associations are released, by them or in the end by us; maybe in this call
 *
 * Return: 0, -EALREADY, -ENOMEM
 */
int upf_drain(struct upf *upf, unsigned period_s, void (*done)(void *user), void *user);
/** upf_drain_check - an association has gone, or an SMF is lost: maybe there is nobody to wait for
 */
void upf_drain_check(struct upf *upf);
void upf_drain_stop(struct upf *upf);
/** upf_draining - takes no new association and no new session */
static inline bool upf_draining(const struct upf *upf)
{
	return upf->drain.timer != NULL;
}

/* ---- metering.c: URRs, and all that a session waits for ---- */
struct upf_now upf_now(const struct upf *upf);
/** upf_metering_count - read the counters of all of a session's URRs, and see what is due */
void upf_metering_count(struct upf *upf, struct upf_session *session, struct upf_rules *rules);
/** upf_metering_limits - put what @dp's URRs may count up to now into it */
void upf_metering_limits(struct upf_session *session, const struct upf_rules *rules,
			 struct dp_session *dp);
/** upf_metering_go_on - limits to the data plane, and the alarm */
void upf_metering_go_on(struct upf *upf, struct upf_session *session,
			const struct upf_rules *rules);
/** upf_metering_resume - the data plane counts from elsewhere now: readings, and all limits anew */
void upf_metering_resume(struct upf *upf, struct upf_session *session);
/** upf_usage - struct dp_events; upf_session_due - the session's alarm */
void upf_usage(uint64_t seid, uint32_t urr_id, void *user);
void upf_session_due(struct upf_alarm *alarm, void *user);

/* ---- downlink.c: packets that a FAR buffers or drops, and the SMF is to be told of ---- */
void upf_downlink_data(uint64_t seid, uint16_t pdr_id, uint8_t qfi,
		       void *user); /* struct dp_events */
/** upf_downlink_due - its Notification Delay is over */
void upf_downlink_due(struct upf *upf, struct upf_session *session);

/* ---- report.c ---- */
void upf_error_indication(const struct dp_addr *from, uint32_t teid,
			  void *user); /* struct dp_events */
/** upf_report_downlink, upf_report_inactivity - a Session Report Request of that; one that can't be
 * sent is counted */
void upf_report_downlink(struct upf *upf, struct upf_session *session,
			 const struct upf_notice *notice);
void upf_report_inactivity(struct upf *upf, struct upf_session *session);
/** upf_report_usage - as many Session Report Requests as what is due takes; Return: 0; -ENOTCONN,
 * -EBUSY: it is due still */
int upf_report_usage(struct upf *upf, struct upf_session *session, const struct upf_rules *rules);

/* ---- path.c ---- */
void upf_path_state(const struct dp_addr *peer, bool lost, void *user); /* struct dp_events */
/** upf_paths_start - echo requests to the peers of all sessions, each config->echo_interval_s */
int upf_paths_start(struct upf *upf);
void upf_paths_stop(struct upf *upf);
/** upf_paths_interval - it is another one in the configuration now */
void upf_paths_interval(struct upf *upf);
size_t upf_paths_lost(const struct upf *upf);

/* ---- rest.c ---- */
extern const struct http_route upf_routes[];
/** upf_rest_rules - put a session's rules and their counters into @into */
void upf_rest_rules(const struct upf *upf, const struct upf_session *session, json_t *into);

/** upf_addr_text - into @buf, for logs; Return: @buf */
const char *upf_addr_text(struct in_addr addr, char buf[INET_ADDRSTRLEN]);

#endif
