/* SPDX-License-Identifier: Apache-2.0 */
/* What an SMF says most, and what a test asks most, on top of upf_bed.h. Causes are enum
 * pfcp_cause; -1: no answer. */
#ifndef BATON_TESTS_UPF_TALK_H
#define BATON_TESTS_UPF_TALK_H

#include "tests/integration/upf_bed.h"
#include "tests/unit/upf_messages.h"

enum { SOON_MS = 2000, NEVER_MS = 300 };

/* A session of @smf for gNB 10.101.1.1, TEID 7 */
struct example talk_example(const struct bed *bed, const struct smf *smf, const char *ue,
			    uint64_t cp_seid);

int talk_associate(struct bed *bed, struct smf *smf, bool retain);
/* Fill in up_seid, ul_teid */
int talk_establish(struct bed *bed, struct smf *smf, struct example *ex);
int talk_established(const struct smf *smf,
		     struct example *ex); /* smf->answer, when smf->msg was sent otherwise */
/* With RESTI and ex->ul_teid */
int talk_restore(struct bed *bed, struct smf *smf, struct example *ex);
int talk_handover(struct bed *bed, struct smf *smf, const struct example *ex, struct in_addr gnb,
		  uint32_t teid);
int talk_delete(struct bed *bed, struct smf *smf, uint64_t seid);
/* Return: whether a heartbeat is answered */
bool talk_alive(struct bed *bed, struct smf *smf);

/* A number of GET /v1/status; packets of GET /v1/sessions/{seid}'s counters, @way "uplink" or
 * "downlink" */
long long talk_status_number(const char *name);
long long talk_session_counter(uint64_t seid, const char *way);
long long talk_session_octets(uint64_t seid, const char *way);

/* Whether a packet gets through; @qfi: 0: without a PDU session container */
bool talk_uplink(struct bed *bed, const struct example *ex, uint8_t qfi);
bool talk_downlink(struct bed *bed, const struct example *ex, int fd, uint32_t teid, uint8_t qfi);

#endif
