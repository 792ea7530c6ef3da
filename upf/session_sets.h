/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets that a session belongs to, so that many can be named at once: by the SMF's FQ-CSID, by a
 * Group ID, by the address in its CP F-SEID (TS 29.244 cl. 5.22.4, 7.4.6, 7.4.7; TS 23.527
 * cl. 4.6). On N4 a session has one FQ-CSID, the SMF's (table 7.5.2.1-1).
 */
#ifndef BATON_UPF_SESSION_SETS_H
#define BATON_UPF_SESSION_SETS_H

#include "lib/pfcp/pfcp.h"

/* One CSID of one node; unused octets of @node are zero, so that equal ones are equal in memory */
struct upf_csid {
	uint8_t id_type; /* of struct pfcp_fq_csid */
	uint8_t node[16];
	uint8_t present;
	uint16_t csid;
};

/* In each session; all zero at first, and upf_session_sets_done() at the end */
struct upf_session_sets {
	struct upf_csid smf;	  /* the SMF's FQ-CSID */
	uint8_t *group;		  /* Group ID: its length and its octets; NULL: none */
	struct in_addr cp_ip;	  /* in the CP F-SEID */
	struct in_addr report_to; /* where reports go instead of the SMF; 0: to the SMF */
};

/** upf_sets_establish - what an establishment says; Return: 0 or -ENOMEM, nothing has changed */
int upf_sets_establish(struct upf_session_sets *sets,
		       const struct pfcp_session_establishment_request *e);
/** upf_sets_modify - what a modification says; Return: as above */
int upf_sets_modify(struct upf_session_sets *sets,
		    const struct pfcp_session_modification_request *m);
/** upf_sets_answer - what a Session Report Response says; Return: as above */
int upf_sets_answer(struct upf_session_sets *sets, const struct pfcp_session_report_response *r);
void upf_sets_done(struct upf_session_sets *sets);

/** upf_sets_has_csid - is the session in one of the sets of @fq? */
bool upf_sets_has_csid(const struct upf_session_sets *sets, const struct pfcp_fq_csid *fq);
bool upf_sets_has_group(const struct upf_session_sets *sets, const struct pfcp_group_id *group);
bool upf_sets_has_cp(const struct upf_session_sets *sets, const struct pfcp_address *cp);

#endif
