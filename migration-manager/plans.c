// SPDX-License-Identifier: Apache-2.0
/* The modes and strategies there are, by name. */
#include <stddef.h>
#include <string.h>

#include "migration-manager/step.h"

static const struct mode *const modes[] = {&mode_make_before_break, &mode_break_before_make,
					   &mode_uplink_classifier};
#define POINTER(id, word) &strategy_##id,
static const struct strategy *const strategies[] = {STRATEGIES(POINTER, POINTER)};

const char *const mode_names[] = {"make-before-break", "break-before-make", "uplink-classifier",
				  NULL};
const char *const strategy_names[] = {STRATEGIES(STRATEGY_NAME, STRATEGY_NAME) NULL};

const struct mode *mode_find(const char *name)
{
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (strcmp(modes[i]->name, name) == 0)
			return modes[i];
	}
	return NULL;
}

const struct strategy *strategy_find(const char *name)
{
	for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
		if (strcmp(strategies[i]->name, name) == 0)
			return strategies[i];
	}
	return NULL;
}
