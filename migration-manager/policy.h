/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Destination policies: where a UE goes when the request names no destination (001 III-C stage i).
 *
 * A policy is one function over what was measured for this request. To add one: write it in
 * policy.c and name it in its table, which is what requests, openapi.json and error texts list.
 */
#ifndef BATON_MM_POLICY_H
#define BATON_MM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POLICY_CANDIDATES_MAX = 64, POLICY_MARGIN_US = 1000 };

struct policy_candidate {
	const char *edge;
	int64_t rtt_us;	  /* from the UE's gNB to the edge's UPF, the least of some echoes; below 0:
			     no   answer */
	int64_t sessions; /* PDU sessions at its UPF now; below 0: not known */
	bool current;	  /* the UE is there */
};

/** policy_choose - of @candidates, by the policy with that index in policy_names
 * Return: the index of the destination, or -1: better stay */
int policy_choose(size_t policy, const struct policy_candidate *candidates, size_t count);

/* ended by NULL; the first is the default */
extern const char *const policy_names[];

#endif
