/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trigger (001 III-C stage i, B4): test packets (STAMP, RFC 8762) to the service over the
 * primary session; when their RTT or loss has been over the threshold for a set time, the manager
 * is asked for a migration of each player's app, and chooses where to.
 */
#ifndef BATON_UE_AGENT_TRIGGER_H
#define BATON_UE_AGENT_TRIGGER_H

#include <stdio.h>

#include "agents/ue-agent/agent.h"

/** trigger_start - nothing without one in the configuration; Return: 0 or a negative errno */
int trigger_start(struct agent *a);
void trigger_stop(struct agent *a);
/** trigger_json - for GET /v1/status: {"rtt_us", "loss", "asked", "begun"}; NULL: no trigger */
json_t *trigger_json(const struct agent *a);
void trigger_metrics(const struct agent *a, FILE *out);

#endif
