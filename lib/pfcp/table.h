/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the tables of messages (messages.c), of what they hold (node_messages.c, session_messages.c)
 * and of what grouped IEs hold (rules.c, urr.c, groups.c) are written; internal to lib/pfcp.
 *
 * ALWAYS: a mandatory single that needs no has_; ONE: a single with has_FIELD (ONE_AS: with a has_
 * of another name); THERE: a has_FIELD alone; LIST: FIELD[] with n_FIELD, bounded by the array;
 * ONLY: the one member of a group whose C value is that member's.
 */
#ifndef BATON_PFCP_TABLE_H
#define BATON_PFCP_TABLE_H

#include "lib/pfcp/ie.h"

#define SIZEOF(s, f) sizeof(((s *)0)->f)

#define MEMBER(p, t, n, v, c, z)                                                                   \
	{                                                                                          \
		.ie = &pfcp_ies[PFCP_IE_##t], .type = PFCP_IE_##t, .presence = PFCP_##p, .max = n, \
		.value = v, .count = c, .size = z                                                  \
	}
#define ALWAYS(p, t, s, f)    MEMBER(p, t, 1, offsetof(s, f), PFCP_NOWHERE, SIZEOF(s, f))
#define ONE_AS(p, t, s, f, h) MEMBER(p, t, 1, offsetof(s, f), offsetof(s, h), SIZEOF(s, f))
#define ONE(p, t, s, f)	      ONE_AS(p, t, s, f, has_##f)
#define LIST(p, t, s, f)                                                                           \
	MEMBER(p, t, SIZEOF(s, f) / SIZEOF(s, f[0]), offsetof(s, f), offsetof(s, n_##f),           \
	       SIZEOF(s, f[0]))
#define THERE(p, t, s, f) MEMBER(p, t, 1, offsetof(s, f), offsetof(s, f), sizeof(bool))
#define ONLY(t, z)	  MEMBER(MANDATORY, t, 1, 0, PFCP_NOWHERE, sizeof(z))

#define N_OF(m)	      (sizeof(m) / sizeof((m)[0]))
#define HEAD_AT(s, f) .head = offsetof(s, f)
#define HEAD(s)	      HEAD_AT(s, lists)
#define MEMBERS(m, ...)                                                                            \
	{                                                                                          \
		.members = m, .n_members = N_OF(m), .cleared = PFCP_NOWHERE, __VA_ARGS__           \
	}
#define UPDATE(m, s, ...)                                                                          \
	{                                                                                          \
		.members = m, .n_members = N_OF(m), .cleared = offsetof(s, cleared), __VA_ARGS__   \
	}

#endif
