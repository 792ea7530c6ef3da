/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load and overload control information (TS 29.244 cl. 6.2.3, 6.2.4): how full the UPF is, told to
 * SMFs that announce LOAD and OVRL in the messages that are sent anyway.
 *
 * Load is the share of sessions taken or of the thread's time, whichever is more, in steps of 5 %
 * (cl. 6.2.3.3.2.2). Overload is about signalling, so it is the thread's time alone: from 80 % on,
 * SMFs are asked to leave out requests.
 */
#ifndef BATON_UPF_LOAD_H
#define BATON_UPF_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pfcp/pfcp.h"

struct n4_peer;
struct upf;

enum {
	UPF_LOAD_SAMPLE_MS = 1000,
	UPF_LOAD_STEP = 5,
	UPF_OVERLOAD_CPU = 80,	      /* percent of the thread's time, from which on it is one */
	UPF_OVERLOAD_REDUCTION = 4,   /* percent of the requests for each percent over it */
	UPF_OVERLOAD_VALIDITY_S = 10, /* if nothing else is told; told anew at half of it */
};

struct upf_load {
	uint64_t sampled_ms, cpu_us; /* at the latest sample; 0: none yet */
	struct pfcp_load_control load;
	struct pfcp_overload_control overload;
	uint64_t overload_ms; /* when it was last given a number */
};

/** upf_load_init - numbers begin with the time, so that they go on rising over a restart */
void upf_load_init(struct upf_load *load);

/** upf_load_note - a sample at @now_ms; both in percent */
void upf_load_note(struct upf_load *load, uint64_t now_ms, unsigned sessions, unsigned cpu);

/**
 * upf_load_fill - n4_config.before_send: the IEs in any message that has room for them, where they
 * are news to @peer
 */
void upf_load_fill(struct n4_peer *peer, struct pfcp_msg *msg, void *user);

#endif
