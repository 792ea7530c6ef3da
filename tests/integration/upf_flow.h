/* SPDX-License-Identifier: Apache-2.0 */
/* Packets both ways through a session of upf_bed.h's UPF while something else happens to it. */
#ifndef BATON_TEST_UPF_FLOW_H
#define BATON_TEST_UPF_FLOW_H

#include "tests/integration/upf_bed.h"
#include "tests/unit/upf_messages.h"

/* What went out and what came: uplink, downlink */
struct flow {
	uint32_t sent[2], received[2];
};

struct traffic {
	pid_t pid;
	int stop, result;
};

/** traffic_start - a packet each way every millisecond, by a process of its own, which reads the
 * bed's sockets until traffic_end */
struct traffic traffic_start(struct bed *bed, const struct example *ex);
/** traffic_end - and what is still under way comes */
struct flow traffic_end(struct traffic *t);

#endif
