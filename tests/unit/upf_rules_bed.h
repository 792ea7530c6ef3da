/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the UPF's rules have in common: a UPF whose first session is asked for in
 * h->msg, and the data plane's rules by N4's ids. */
#ifndef BATON_TESTS_UPF_RULES_BED_H
#define BATON_TESTS_UPF_RULES_BED_H

#include "tests/unit/upf_harness.h"

#define EST(h)	      (&(h)->msg.session_establishment_request)
#define MOD(h)	      (&(h)->msg.session_modification_request)
#define EST_ANSWER(h) (&(h)->reply.session_establishment_response)
#define MOD_ANSWER(h) (&(h)->reply.session_modification_response)

/* Associated; @change: as harness_open_with. For setup functions of cmocka */
int rules_bed_open(void **state, void (*change)(struct upf_config *config));
int rules_bed_setup(void **state);
/* As harness_wide() has it */
int rules_bed_setup_wide(void **state);
/* Checks that all is given back when the SMF restarts */
int rules_bed_teardown(void **state);

struct dp_prefix prefix6(const char *text, unsigned len);
/* Of an establishment in h->msg: 0: uplink, 1: downlink */
struct pfcp_pdr *pdr_of(struct harness *h, int downlink);
/* One more PDR of the establishment in h->msg, like the first or second */
struct pfcp_pdr *pdr_like(struct harness *h, int downlink, uint16_t id);
/* Begins a modification in h->msg with one Update of that kind, which has nothing but the id */
struct pfcp_pdr *pdr_update(struct harness *h, uint16_t id);
struct pfcp_far *far_update(struct harness *h, uint32_t id);
struct pfcp_qer *qer_update(struct harness *h, uint32_t id);
/* Sends h->msg */
void accepted(struct harness *h);
void refused(struct harness *h, uint8_t cause);

/* Of the data plane; NULL: it has none */
const struct dp_pdr *dp_pdr(struct harness *h, uint16_t id);
/* The FAR that a PDR leads to */
const struct dp_far *dp_far(struct harness *h, uint16_t pdr_id);
const struct dp_qer *dp_qer(struct harness *h, uint32_t id);
/* An address or prefix among those that a PDR has */
bool has_ue(struct harness *h, uint16_t pdr_id, const struct dp_prefix *prefix);
bool has_ue4(struct harness *h, uint16_t pdr_id, const char *addr, unsigned len);
size_t ue_count(struct harness *h, uint16_t pdr_id);

#endif
