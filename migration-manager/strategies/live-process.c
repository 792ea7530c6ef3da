// SPDX-License-Identifier: Apache-2.0
/*
 * live-process: 002's live migration: increments are sent until two in a row hash alike, then the
 * process is stopped for the last one. It needs an idle moment; without one it has not converged,
 * and by default the process stays where it is. Only the stateful process is moved: stateless ones
 * run at every edge.
 */
#include "migration-manager/step.h"
#include "migration-manager/strategies/process.h"

static const struct process_takes takes = {.members = PROCESS_TAKES_CRIU | PROCESS_TAKES_PRE_COPY,
					   .criu = true,
					   .page_server = true,
					   .defaults = {.criterion = CRITERION_EQUAL_HASH,
							.rounds = PROCESS_ROUNDS,
							.not_converged = NOT_CONVERGED_FAIL}};

const struct strategy strategy_live_process = {
	PROCESS_STRATEGY("live-process", &takes),
	.preparing = process_receiving,
	.synchronising = process_pre_copy,
	.stopping = process_stopping,
	.switched = process_switched,
	.rollback = process_rollback,
};
