/* SPDX-License-Identifier: Apache-2.0 */
/* What the main() of a service with a ledger's memory is made of: options, configuration, memory,
 * server. */
#ifndef BATON_APPS_LEDGER_PROGRAM_H
#define BATON_APPS_LEDGER_PROGRAM_H

#include "apps/service/ops.h"

struct ledger_program {
	const char *name, *summary;
	const struct service_ops *ops; /* its settings: struct ledger_settings */
};

/** ledger_main - Return: exit status */
int ledger_main(const struct ledger_program *p, int argc, char **argv);

#endif
