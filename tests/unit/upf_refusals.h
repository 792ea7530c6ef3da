/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of refusals (struct refusal), one file a subject, and what their files have in common.
 */
#ifndef BATON_TESTS_UPF_REFUSALS_H
#define BATON_TESTS_UPF_REFUSALS_H

#include "tests/unit/upf_messages.h"

struct refusal_table {
	const struct refusal *rows;
	size_t count;
};

extern const struct refusal_table refusals_raw, refusals_pdr, refusals_filter, refusals_far,
	refusals_modification;

#define TABLE(rows)                                                                                \
	{                                                                                          \
		rows, sizeof(rows) / sizeof((rows)[0])                                             \
	}

#define EST(m) (&(m)->session_establishment_request)
#define UL(m)  (&EST(m)->create_pdr[0])
#define DL(m)  (&EST(m)->create_pdr[1])
#define FWD(m) (&EST(m)->create_far[0].forwarding)
#define MOD(m) (&(m)->session_modification_request)

/* ---- rows: name, function, cause, and the offending IE or the failed rule ---- */

#define E PFCP_SESSION_ESTABLISHMENT_REQUEST
#define M PFCP_SESSION_MODIFICATION_REQUEST
#define RAW(t, n, f, c, i)                                                                         \
	{                                                                                          \
		n, t, NULL, f, PFCP_CAUSE_##c, PFCP_IE_##i, -1, 0                                  \
	}
#define IE(n, f, c, i)                                                                             \
	{                                                                                          \
		n, E, f, NULL, PFCP_CAUSE_##c, PFCP_IE_##i, -1, 0                                  \
	}
#define MOD_IE(n, f, c, i)                                                                         \
	{                                                                                          \
		n, M, f, NULL, PFCP_CAUSE_##c, PFCP_IE_##i, -1, 0                                  \
	}
#define RULE(n, f, c, r, id)                                                                       \
	{                                                                                          \
		n, E, f, NULL, PFCP_CAUSE_##c, 0, PFCP_RULE_##r, id                                \
	}
#define MOD_RULE(n, f, c, r, id)                                                                   \
	{                                                                                          \
		n, M, f, NULL, PFCP_CAUSE_##c, 0, PFCP_RULE_##r, id                                \
	}
#define NONE(t, n, f, c)                                                                           \
	{                                                                                          \
		n, t, f, NULL, PFCP_CAUSE_##c, 0, -1, 0                                            \
	}

#endif
