/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a session as N4 left them: what later modifications refer to. A request is worked
 * into a copy (upf_rules_change), the copy is translated for the data plane (upf_rules_translate),
 * and only when that has taken it does it replace the session's: a refused request changes nothing.
 *
 * Reading order: this file; change.c (a request worked in), pdr.c and pdi.c, endpoint.c (F-TEIDs,
 * UE addresses, Traffic Endpoints), far.c, qer.c, urr.c (one rule each), check.c (whether the whole
 * makes sense), refusal.c, record.c (kept small), translate.c (to the data plane).
 *
 * A struct upf_rules is large, so that there is no limit but these; a session's are kept as a
 * struct upf_record, which has only what is there.
 *
 * What this UPF can't do is refused with the rule's id, never left out in silence: see the tables
 * of struct upf_unserved.
 *
 * Spec: TS 29.244 cl. 5.2, 7.5.2 to 7.5.5
 */
#ifndef BATON_UPF_RULES_H
#define BATON_UPF_RULES_H

#include "dataplane/dataplane.h"
#include "lib/ipfilter/ipfilter.h"
#include "lib/pfcp/pfcp.h"
#include "upf/pfds.h"
#include "upf/teid.h"
#include "upf/ue_address.h"

enum {
	UPF_PDRS_MAX = DP_PDRS_MAX,
	UPF_FARS_MAX = DP_FARS_MAX,
	UPF_QERS_MAX = DP_QERS_MAX,
	UPF_URRS_MAX = DP_URRS_MAX,
	UPF_ENDPOINTS_MAX = PFCP_MAX_TRAFFIC_ENDPOINT,
	UPF_UES_MAX = DP_PREFIXES_MAX,
	UPF_FILTERS_MAX = 64,
	UPF_PDR_APPLICATIONS_MAX = 8,
	UPF_DUPLICATES_MAX = 8,
	UPF_LINKS_MAX = 32,
	UPF_CREATED_MAX = PFCP_MAX_PDR,
};
/* Set in the IDs of predefined rules, so in none that the CP function makes: cl. 8.2.74 */
#define UPF_ID_PREDEFINED 0x80000000u

/* By what a packet is told to be this session's: a PDI's own, or a Traffic Endpoint's */
struct upf_endpoint {
	uint8_t id;	   /* of the Traffic Endpoint */
	uint8_t instance;  /* network instance: struct dp_config's index */
	bool teid4, teid6; /* versions of the F-TEID's address */
	uint32_t teid;	   /* local F-TEID, 0: none */
	uint32_t ue;	   /* bits: upf_rules.ue */
	uint64_t qfis;	   /* bits; 0: any */
};

struct upf_pdr {
	uint16_t id;
	uint8_t source;	   /* enum pfcp_interface */
	bool has_endpoint; /* then what that says is copied to @at whenever it changes, */
	bool has_qfis;	   /* but for the QFIs, if the PDR has its own */
	bool remove_outer;
	uint8_t n_qer, n_urr;
	uint32_t precedence;
	uint32_t far_id;
	uint32_t active_from, active_to; /* NTP seconds; 0: always */
	struct upf_endpoint at;
	uint32_t qer_id[PFCP_MAX_REF], urr_id[PFCP_MAX_REF];
};

/* One SDF filter of a PDR, in the order of the PDI */
struct upf_filter {
	uint16_t pdr_id;
	struct ipfilter_sdf sdf;
};

/* The application that a PDR detects, at most one */
struct upf_pdr_application {
	uint16_t pdr_id;
	char id[PFCP_MAX_NAME + 1];
};

struct upf_destination {
	bool set;
	uint8_t interface; /* enum pfcp_interface */
	uint8_t instance;
	bool has_tunnel; /* outer header creation: GTP-U/UDP/IP */
	bool has_tos;	 /* transport level marking */
	uint8_t tos, tos_mask;
	uint32_t teid;
	struct dp_addr peer;
};

struct upf_far {
	uint32_t id;
	uint16_t action; /* enum pfcp_apply_action */
	bool has_bar;
	uint8_t bar_id;
	struct upf_destination to;
};

/* Where copies of what a FAR handles go (DUPL), in the order of its Duplicating Parameters */
struct upf_duplicate {
	uint32_t far_id;
	struct upf_destination to;
};

struct upf_qer {
	uint32_t id;
	uint64_t mbr_kbps[2], gbr_kbps[2]; /* by enum dp_direction; UINT64_MAX: none */
	bool closed[2];
	uint8_t qfi; /* 0: none */
	bool rqi, has_ppi;
	uint8_t ppi;
};

struct upf_bar {
	uint8_t id;
	uint16_t packets;  /* suggested; 0: the data plane's own limit */
	uint32_t delay_ms; /* Downlink Data Notification Delay */
};

/* Limits of what is metered; UINT64_MAX, UINT32_MAX: none */
struct upf_limits {
	struct dp_volume volume; /* octets */
	uint32_t time_s;
};

struct upf_urr {
	uint32_t id;
	uint32_t triggers;   /* enum pfcp_reporting_trigger */
	uint8_t method;	     /* enum pfcp_measurement_method */
	uint8_t information; /* enum pfcp_measurement_information */
	bool has_quota_far;
	uint16_t reports; /* Number of Reports; 0: without end */
	uint32_t quota_far_id;
	/* Seconds; 0: none */
	uint32_t period_s, holding_s, validity_s, inactivity_s, idle_s;
	uint32_t monitoring_time; /* NTP seconds; 0: none */
	struct upf_limits threshold, quota;
	struct upf_limits later_threshold, later_quota; /* after the monitoring time */
};

/* A URR reports whenever another does (LIUSA) */
struct upf_link {
	uint32_t urr_id, linked_id;
};

/* Each list is an array of which n_ are there; record.c has a row for each */
struct upf_rules {
	uint8_t n_pdr, n_far, n_qer, n_urr, n_bar, n_endpoint, n_ue, n_filter, n_application,
		n_duplicate, n_link;
	struct upf_pdr pdr[UPF_PDRS_MAX];
	struct upf_far far[UPF_FARS_MAX];
	struct upf_qer qer[UPF_QERS_MAX];
	struct upf_urr urr[UPF_URRS_MAX];
	struct upf_bar bar[1];
	struct upf_endpoint endpoint[UPF_ENDPOINTS_MAX];
	struct upf_ue ue[UPF_UES_MAX];
	struct upf_filter filter[UPF_FILTERS_MAX];
	struct upf_pdr_application application[UPF_PDR_APPLICATIONS_MAX];
	struct upf_duplicate duplicate[UPF_DUPLICATES_MAX];
	struct upf_link link[UPF_LINKS_MAX];
};

/* ---- refusals ---- */

/* Why a request was refused, in the words of the answer and of the log */
struct upf_refusal {
	uint8_t cause; /* enum pfcp_cause */
	uint16_t offending_ie;
	bool has_rule;
	struct pfcp_failed_rule_id rule;
	char text[160];
};

/** upf_refuse - fill @r; Return: -EINVAL, always, so that it can be returned */
int upf_refuse(struct upf_refusal *r, uint8_t cause, uint16_t offending_ie, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/** upf_refuse_rule - cause 73 with a Failed Rule ID */
int upf_refuse_rule(struct upf_refusal *r, enum pfcp_rule_type type, uint32_t id,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * struct upf_unserved - something in a rule that this UPF can't do
 * @at: offset of its has_ or n_ in the IE's struct
 * @max: how many are well
 * @what: "MPTCP is", to be followed by "not supported"
 */
struct upf_unserved {
	size_t at;
	uint8_t max;
	const char *what;
};
/**
 * upf_unserved_find - what @ie has that can't be served
 * @rows: up to one without @what
 * Return: @what, or NULL
 */
const char *upf_unserved_find(const void *ie, const struct upf_unserved *rows);

/* ---- changes ---- */

/* What a request wants changed; all borrowed from the message */
struct upf_change {
	uint8_t n_remove_pdr, n_create_pdr, n_update_pdr;
	const uint16_t *remove_pdr;
	const struct pfcp_pdr *create_pdr, *update_pdr;
	uint8_t n_remove_far, n_create_far, n_update_far;
	const uint32_t *remove_far;
	const struct pfcp_far *create_far, *update_far;
	uint8_t n_remove_qer, n_create_qer, n_update_qer;
	const uint32_t *remove_qer;
	const struct pfcp_qer *create_qer, *update_qer;
	uint8_t n_remove_urr, n_create_urr, n_update_urr;
	const uint32_t *remove_urr;
	const struct pfcp_urr *create_urr, *update_urr;
	uint8_t n_remove_endpoint, n_create_endpoint, n_update_endpoint;
	const uint8_t *remove_endpoint;
	const struct pfcp_traffic_endpoint *create_endpoint, *update_endpoint;
	bool has_remove_bar;
	uint8_t remove_bar;
	const struct pfcp_bar *create_bar, *update_bar; /* NULL: none */
};

/* A network instance, as N4 names it */
struct upf_instance {
	char name[64]; /* "" in the first: whatever else is named */
	uint8_t pool_count;
	struct dp_prefix pool[DP_PREFIXES_MAX];
};

/**
 * struct upf_rules_env - what a change needs to know of the UPF
 * @local:   of every F-TEID, IPv4 and IPv6; AF_UNSPEC: none of that version
 * @restore: the CP function may name F-TEIDs itself (RESTI)
 * @owned:   rules whose TEIDs and UE addresses are the session's already
 */
struct upf_rules_env {
	struct upf_teids *teids;
	struct upf_ue_addresses *addresses;
	struct dp_addr local[2];
	bool restore;
	const struct upf_rules *owned;
	uint8_t instance_count;
	const struct upf_instance *instance;
	const struct upf_pfds *pfds;
};

/* What the UPF has chosen on request, for Created PDRs and Created Traffic Endpoints */
struct upf_chosen {
	uint16_t id; /* of the PDR or Traffic Endpoint */
	bool has_teid, has_ue4, has_ue6;
	bool teid4, teid6;
	uint32_t teid;
	struct dp_prefix ue4, ue6;
};

struct upf_created {
	uint8_t n_pdr, n_endpoint;
	struct upf_chosen pdr[UPF_CREATED_MAX], endpoint[UPF_ENDPOINTS_MAX];
};

/**
 * upf_rules_change - work @change into @rules, and check that what comes of it is whole
 * @rules: a copy; after a failure good only for upf_rules_release
 *
 * Takes TEIDs and UE addresses: give back those of the copy after a failure here or later, those of
 * the replaced rules after success, by upf_rules_release. Return: 0, or -EINVAL with @ret_refusal
 */
int upf_rules_change(struct upf_rules *rules, const struct upf_change *change,
		     const struct upf_rules_env *env, struct upf_created *ret_created,
		     struct upf_refusal *ret_refusal);

/** upf_rules_served - is each UE address of its network instance's pools? */
bool upf_rules_served(const struct upf_rules_env *env, const struct upf_rules *rules);
/** upf_rules_claim - what @rules have, as nobody else has it: those of a predecessor's session;
 * Return: 0 or a negative errno, and then something may have been claimed */
int upf_rules_claim(const struct upf_rules_env *env, const struct upf_rules *rules);
/** upf_rules_release - give back the TEIDs and UE addresses that @from has and @keep (NULL: none)
 * hasn't */
void upf_rules_release(const struct upf_rules_env *env, const struct upf_rules *from,
		       const struct upf_rules *keep);

/* ---- to the data plane ---- */

/**
 * upf_rules_translate - for the data plane; @rules have passed upf_rules_change
 * @now: NTP seconds: PDRs that are not active at that time are left out
 * @ret: its id and MTU are left as they are
 * Return: 0, or -EINVAL with @ret_refusal: more filters than the data plane has room for
 */
int upf_rules_translate(const struct upf_rules *rules, const struct upf_rules_env *env,
			uint32_t now, struct dp_session *ret, struct upf_refusal *ret_refusal);
/** upf_rules_refusal - what the data plane said, in N4's words */
void upf_rules_refusal(int rc, const struct dp_error *err, struct upf_refusal *ret);
/** upf_rules_next_change - when the next PDR becomes active or ends to be, after @now; NTP seconds,
 * 0: never */
uint32_t upf_rules_next_change(const struct upf_rules *rules, uint32_t now);

/* ---- finding ---- */

bool upf_rules_has_teid(const struct upf_rules *rules, uint32_t teid);
/** upf_rules_claims_ue - whether it is held for the session whose rules these are */
bool upf_rules_claims_ue(const struct upf_rules *rules, const struct upf_ue *ue);
struct upf_pdr *upf_rules_pdr(struct upf_rules *rules, uint16_t id);
struct upf_far *upf_rules_far(struct upf_rules *rules, uint32_t id);
struct upf_qer *upf_rules_qer(struct upf_rules *rules, uint32_t id);
struct upf_urr *upf_rules_urr(struct upf_rules *rules, uint32_t id);
struct upf_endpoint *upf_rules_endpoint(struct upf_rules *rules, uint8_t id);

/* ---- one rule from its IE ---- */

/* What is at hand while a request is worked in */
struct upf_reading {
	const struct upf_rules_env *env;
	struct upf_rules *rules;
	bool update;
	uint8_t ue_instance; /* that UE addresses are chosen from where a tunnel's end needs one */
	struct {
		uint32_t teid; /* 0: none yet */
	} chosen[256];	       /* by CHOOSE ID */
	struct upf_created *created;
	struct upf_refusal *refusal;
};

/** upf_rule_loses - whether an update takes that IE away from a rule (it came with length 0) */
bool upf_rule_loses(const struct pfcp_cleared *cleared, uint16_t ie_type);
/** upf_rules_drop - what @rules have beside a rule, and goes with it */
void upf_rules_drop_pdr(struct upf_rules *rules, uint16_t pdr_id);
void upf_rules_drop_far(struct upf_rules *rules, uint32_t far_id);
void upf_rules_drop_urr(struct upf_rules *rules, uint32_t urr_id);

/* pdr: in @reading->rules already. Return: 0, or -EINVAL with the refusal */
int upf_pdr_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_reading *reading);
int upf_pdi_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_reading *reading);
int upf_far_read(struct upf_far *far, const struct pfcp_far *ie, struct upf_reading *reading);
int upf_qer_read(struct upf_qer *qer, const struct pfcp_qer *ie, struct upf_reading *reading);
int upf_urr_read(struct upf_urr *urr, const struct pfcp_urr *ie, struct upf_reading *reading);
void upf_bar_read(struct upf_bar *bar, const struct pfcp_bar *ie);
int upf_endpoint_read(struct upf_endpoint *endpoint, const struct pfcp_traffic_endpoint *ie,
		      struct upf_reading *reading);

/**
 * struct upf_locality - what a PDI and a Traffic Endpoint have in common, borrowed from the message
 * @f_teid, @instance: NULL: not there
 * @id: of the PDR or the Traffic Endpoint
 */
struct upf_locality {
	uint32_t id;
	bool is_endpoint;
	const struct pfcp_f_teid *f_teid;
	const struct pfcp_name *instance;
	uint8_t n_ue_ip, n_framed_route, n_framed_ipv6_route, n_qfi;
	const struct pfcp_ue_ip *ue_ip;
	const struct pfcp_text *framed_route, *framed_ipv6_route;
	const uint8_t *qfi;
};
/** upf_locality_read - takes TEIDs and UE addresses; what the UPF chose is noted in
 * @reading->created */
int upf_locality_read(struct upf_endpoint *at, const struct upf_locality *from,
		      struct upf_reading *reading);
/** upf_instance_find - Return: its index, or -1: there is none of that name */
int upf_instance_find(const struct upf_rules_env *env, const struct pfcp_name *name);

/** upf_rules_bounds - of rules that were read from elsewhere than N4: whether all that counts or
 * indexes something is in its bounds; upf_rules_check says the rest. Return: 0, -EBADMSG */
int upf_rules_bounds(const struct upf_rules *rules, uint8_t instance_count);
/** upf_rules_check - does the whole make sense? Return: 0, or -EINVAL with the refusal */
int upf_rules_check(struct upf_rules *rules, struct upf_refusal *refusal);
/** upf_filter_resolve - the filter itself, where @filter is only the id of another PDR's; NULL:
 * there is none */
const struct ipfilter_sdf *upf_filter_resolve(const struct upf_rules *rules,
					      const struct upf_filter *filter);

#endif
