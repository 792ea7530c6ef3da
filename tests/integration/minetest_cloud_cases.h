/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of minetest_cloud_cases, each with a daemon and a real minetestserver of its own.
 * Counts, order and octets; no times.
 */
#ifndef BATON_TESTS_MINETEST_CLOUD_CASES_H
#define BATON_TESTS_MINETEST_CLOUD_CASES_H

#include "tests/integration/snake_cloud_bed.h"

#define STATUS "/v1/status"
#define ANN    "/v1/accounts/ann"

struct minetest_case {
	const char *name;
	void (*run)(struct cloud_bed *bed);
	unsigned leave_after; /* seconds; 0: longer than the case lasts */
};

/* Ended by a row without a name */
extern const struct minetest_case minetest_session_cases[], minetest_life_cases[],
	minetest_client_cases[];

/* The directory of this case: the daemon's state_dir is "server" in it */
const char *minetest_dir(void);
/* Another session of ann's; @ret_login: what its login answered */
struct snake_client *minetest_edge(struct cloud_bed *bed, const char *edge,
				   struct snake_login *ret_login);
/* Of the body of ann, by GET: a number in thousandths, a word, or whether it is true */
long long minetest_body_number(struct cloud_bed *bed, const char *name);
bool minetest_body_heads(struct cloud_bed *bed, const char *heading);
bool minetest_body_rests(struct cloud_bed *bed);
/* Whether this server has applied just these inputs to bodies, "NUMBER:INPUT ..." in their order */
bool minetest_steered(const char *inputs);
pid_t minetest_server_pid(struct cloud_bed *bed);
bool minetest_gone(pid_t pid);

#endif
