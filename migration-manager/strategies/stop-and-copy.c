// SPDX-License-Identifier: Apache-2.0
/*
 * stop-and-copy: 002's simple migration, 000's checkpoint/restore: the process is stopped, dumped,
 * copied and restored, and all of it is downtime.
 */
#include "migration-manager/step.h"
#include "migration-manager/strategies/process.h"

static const struct process_takes takes = {
	.members = PROCESS_TAKES_CRIU, .criu = true, .page_server = true};

const struct strategy strategy_stop_and_copy = {
	PROCESS_STRATEGY("stop-and-copy", &takes),
	.preparing = process_receiving,
	.stopping = process_stopping,
	.switched = process_switched,
	.rollback = process_rollback,
};
