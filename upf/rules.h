/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a session as N4 left them: what later modifications refer to, in a compact form. A
 * request is worked into a copy (upf_rules_change), the copy is translated for the data plane
 * (upf_rules_translate), and only when that has taken it does it replace the session's: a refused
 * request changes nothing.
 *
 * What the data plane can't do is refused with the rule's id, never left out in silence: SDF
 * filters (but for the one that matches everything), application detection, predefined rules, usage
 * reporting, buffering, bit rates, IPv6, interfaces other than N3, N9 tunnels and N6, and whatever
 * a struct upf_unserved names in pdr.c and far.c.
 *
 * Spec: TS 29.244 cl. 5.2, 7.5.2 to 7.5.5
 */
#ifndef BATON_UPF_RULES_H
#define BATON_UPF_RULES_H

#include "dataplane/dataplane.h"
#include "lib/pfcp/pfcp.h"
#include "upf/teid.h"

enum { UPF_RULES_MAX = 8, UPF_QERS_MAX = 8 };
/* Set in the IDs of predefined FARs, so in none that the CP function makes: cl. 8.2.74 */
#define UPF_FAR_ID_PREDEFINED 0x80000000u

struct upf_pdr {
	uint16_t id;
	uint32_t precedence;
	uint8_t source; /* PFCP_INTERFACE_ACCESS or _CORE */
	uint32_t teid;	/* local F-TEID, 0: none */
	bool has_ue_ip;
	struct in_addr ue_ip;
	uint8_t qfi; /* in the PDI; 0: any */
	bool remove_outer;
	uint32_t far_id;
	uint8_t n_qer;
	uint32_t qer_id[PFCP_MAX_REF];
};

struct upf_far {
	uint32_t id;
	bool forward; /* else drop */
	bool has_destination;
	uint8_t destination; /* PFCP_INTERFACE_ACCESS or _CORE */
	bool has_tunnel;     /* outer header creation: GTP-U/UDP/IPv4 */
	struct in_addr peer;
	uint32_t teid;
};

struct upf_qer {
	uint32_t id;
	bool closed_uplink, closed_downlink;
	uint8_t qfi; /* 0: none */
};

struct upf_rules {
	size_t n_pdr, n_far, n_qer;
	struct upf_pdr pdr[UPF_RULES_MAX];
	struct upf_far far[UPF_RULES_MAX];
	struct upf_qer qer[UPF_QERS_MAX];
};

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
};

/**
 * struct upf_rules_env - what a change needs to know of the UPF
 * @n3_addr: of every F-TEID
 * @restore: the CP function may name F-TEIDs itself (RESTI)
 * @owned:   rules whose TEIDs are the session's already
 */
struct upf_rules_env {
	struct upf_teids *teids;
	struct in_addr n3_addr;
	bool restore;
	const struct upf_rules *owned;
	size_t ue_pool_count;
	const struct dp_prefix *ue_pool;
};

/* F-TEIDs allocated on request, for Created PDR */
struct upf_created {
	size_t n;
	struct {
		uint16_t pdr_id;
		uint32_t teid;
	} pdr[UPF_RULES_MAX];
};

/**
 * upf_rules_change - work @change into @rules, and check that what comes of it is whole
 * @rules: a copy; after a failure good only for upf_rules_release_teids
 *
 * Takes TEIDs from @env->teids: give back those of the copy after a failure here or later, those of
 * the replaced rules after success, by upf_rules_release_teids. Return: 0, or -EINVAL with
 * @ret_refusal
 */
int upf_rules_change(struct upf_rules *rules, const struct upf_change *change,
		     const struct upf_rules_env *env, struct upf_created *ret_created,
		     struct upf_refusal *ret_refusal);

/** upf_rules_release_teids - give back the TEIDs that @from has and @keep (NULL: none) hasn't */
void upf_rules_release_teids(struct upf_teids *teids, const struct upf_rules *from,
			     const struct upf_rules *keep);

/** upf_rules_translate - for the data plane; @rules have passed upf_rules_change */
void upf_rules_translate(const struct upf_rules *rules, uint64_t id, struct dp_session *ret);
/** upf_rules_refusal - what the data plane said, in N4's words */
void upf_rules_refusal(int rc, const struct dp_error *err, struct upf_refusal *ret);

/** upf_rules_ue_ip - the session's UE address, or 0.0.0.0 */
struct in_addr upf_rules_ue_ip(const struct upf_rules *rules);
bool upf_rules_has_teid(const struct upf_rules *rules, uint32_t teid);

struct upf_pdr *upf_rules_pdr(struct upf_rules *rules, uint16_t id);
struct upf_far *upf_rules_far(struct upf_rules *rules, uint32_t id);
struct upf_qer *upf_rules_qer(struct upf_rules *rules, uint32_t id);

/* One rule from its IE; @old: what an update changes, or a zeroed one. In pdr.c and far.c */
struct upf_pdr_context {
	const struct upf_rules_env *env;
	const struct upf_rules *rules;
	bool update;
	uint32_t choose_teid[256]; /* by CHOOSE ID; 0: none yet */
	struct upf_created *created;
	struct upf_refusal *refusal;
};
/** upf_rule_loses - whether an update takes that IE away from a rule (it came with length 0) */
bool upf_rule_loses(const struct pfcp_cleared *cleared, uint16_t ie_type);
int upf_pdr_read(struct upf_pdr *pdr, const struct pfcp_pdr *ie, struct upf_pdr_context *ctx);
int upf_far_read(struct upf_far *far, const struct pfcp_far *ie, struct in_addr n3_addr,
		 struct upf_refusal *ret_refusal);
int upf_qer_read(struct upf_qer *qer, const struct pfcp_qer *ie, struct upf_refusal *ret_refusal);

#endif
