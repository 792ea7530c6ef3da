/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of `ledger`, and of `frames` (apps/ledger/ledger.example.yaml). */
#ifndef BATON_APPS_LEDGER_CONFIG_H
#define BATON_APPS_LEDGER_CONFIG_H

#include "apps/ledger/calls.h"
#include "apps/ledger/settings.h"
#include "lib/yaml.h"

struct ledger_config {
	struct in_addr address;
	uint16_t port;
	struct ledger_settings settings;
	char socket[108]; /* "": not split */
	char workers[CALLS_WORKERS_MAX][108];
	unsigned worker_count;
	bool cooperative;
	char state[108]; /* directory; of a cooperative one */
	uint32_t number; /* of the application; of a cooperative one */
};

/** ledger_config_load - Return: 0, or negative and @err says what is wrong and where */
int ledger_config_load(const char *path, struct ledger_config *ret, struct yaml_error *err);

#endif
