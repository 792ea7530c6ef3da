/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of snake_cloud_cases, each with a daemon of its own. Counts, order and octets; no
 * times. */
#ifndef BATON_TESTS_SNAKE_CLOUD_CASES_H
#define BATON_TESTS_SNAKE_CLOUD_CASES_H

#include "tests/integration/snake_cloud_bed.h"

#define STATUS "/v1/status"
#define ANN    "/v1/accounts/ann"

struct cloud_case {
	const char *name;
	void (*run)(struct cloud_bed *bed);
	const char *config; /* NULL: the bed's own */
};

/* Ended by a row without a name */
extern const struct cloud_case cloud_login_cases[], cloud_play_cases[], cloud_life_cases[];

#endif
