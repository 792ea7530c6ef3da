/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A data plane of memory for the UPF's unit tests and its fuzz target: keeps the promises of
 * dataplane.h (whole or not at all, one session a TEID and UE address), moves no packet, can be
 * told to refuse.
 */
#ifndef BATON_TESTS_UPF_NULL_DP_H
#define BATON_TESTS_UPF_NULL_DP_H

#include "dataplane/dataplane.h"

struct dataplane *null_dp_new(const struct dp_config *config);
/* The next apply returns @rc and @what of rule @rule_id */
void null_dp_refuse(struct dataplane *dp, int rc, int what, uint32_t rule_id);
size_t null_dp_count(const struct dataplane *dp);
/* NULL: there is no such session, or it is beyond the first 64 */
const struct dp_session *null_dp_find(const struct dataplane *dp, uint64_t id);
/** null_dp_end_markers - how many were sent in all, if the latest went to @teid of @peer */
size_t null_dp_end_markers(const struct dataplane *dp, struct in_addr peer, uint32_t teid);
/* Echo requests sent to @peer */
size_t null_dp_echoes(const struct dataplane *dp, struct in_addr peer);
size_t null_dp_applies(const struct dataplane *dp);
/* What a test has counted; NULL: there is no such session or URR */
struct dp_urr_counters *null_dp_urr(struct dataplane *dp, uint64_t id, uint32_t urr_id);
struct dp_counters *null_dp_counters(struct dataplane *dp, uint64_t id);
const struct dp_urr_limits *null_dp_limits(const struct dataplane *dp, uint64_t id,
					   uint32_t urr_id);
/* How often buffered packets were discarded */
size_t null_dp_discards(const struct dataplane *dp);
size_t null_dp_barriers(const struct dataplane *dp);

/* What dataplane_generation says from now on; 0 in the beginning */
void null_dp_generation(uint32_t own, uint32_t predecessors);

#endif
