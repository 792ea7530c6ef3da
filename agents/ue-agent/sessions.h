/* SPDX-License-Identifier: Apache-2.0 */
/* The UE's PDU sessions as the kernel has them (interfaces pduN), and which of them is the primary
 * one (the main routing table). */
#ifndef BATON_UE_AGENT_SESSIONS_H
#define BATON_UE_AGENT_SESSIONS_H

#include "agents/ue-agent/agent.h"

struct session {
	unsigned id; /* 0: no such session */
	unsigned ifindex;
	struct in_addr address;
};

/** sessions_read - ret_sessions[id] for each session that is up and has an address */
int sessions_read(struct agent *a, struct session ret_sessions[SESSION_IDS]);

/**
 * sessions_make_primary - the traffic switch: the routes to the services and the default one, each
 * replaced in one atomic step
 *
 * @ret_ns: NULL, or CLOCK_REALTIME when the services' route was in place
 * Return: 0, -ENOENT no such session, or the kernel's errno
 */
int sessions_make_primary(struct agent *a, unsigned id, uint64_t *ret_ns);

/**
 * sessions_watch - follow the kernel: adopt the primary session that the main table names; when
 * there is none, the session with the lowest id becomes it, as soon as it has come up
 */
int sessions_watch(struct agent *a);
/** sessions_follow - look now, without waiting for the kernel's message */
void sessions_follow(struct agent *a);
void sessions_unwatch(struct agent *a);

#endif
