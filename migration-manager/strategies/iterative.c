// SPDX-License-Identifier: Apache-2.0
/*
 * iterative: pre-copy in rounds while the process runs, until it gets dirty slowlier than half the
 * link carries (003 algorithm 1), or by another criterion: 000's baseline is criterion rounds with
 * intervals that fall.
 */
#include "migration-manager/step.h"
#include "migration-manager/strategies/process.h"

static const struct process_takes takes = {.members = PROCESS_TAKES_CRIU | PROCESS_TAKES_PRE_COPY,
					   .criu = true,
					   .page_server = true,
					   .defaults = {.criterion = CRITERION_DIRTY_RATE,
							.rounds = PROCESS_ROUNDS,
							.not_converged = NOT_CONVERGED_STOP}};

const struct strategy strategy_iterative = {
	PROCESS_STRATEGY("iterative", &takes), .preparing = process_receiving,
	.synchronising = process_pre_copy,     .stopping = process_stopping,
	.switched = process_switched,	       .rollback = process_rollback,
};
