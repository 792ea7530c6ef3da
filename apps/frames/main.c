// SPDX-License-Identifier: Apache-2.0
/* frames: analyses the pictures that requests bring (003; docs/processes.md). */
#include "apps/frames/state.h"
#include "apps/ledger/program.h"

int main(int argc, char **argv)
{
	static const struct ledger_program program = {
		.name = "frames",
		.summary = "a stateful service over UDP and TCP that finds what moves in the "
			   "pictures that "
			   "requests bring",
		.ops = &frames_ops};

	return ledger_main(&program, argc, argv);
}
