// SPDX-License-Identifier: Apache-2.0
/* ledger: a stateful service over UDP and TCP whose answers prove its whole state
 * (docs/processes.md). */
#include "apps/ledger/program.h"
#include "apps/ledger/state.h"

int main(int argc, char **argv)
{
	static const struct ledger_program program = {
		.name = "ledger",
		.summary =
			"a stateful service over UDP and TCP whose answers prove its whole state",
		.ops = &ledger_ops};

	return ledger_main(&program, argc, argv);
}
