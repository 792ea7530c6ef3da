// SPDX-License-Identifier: Apache-2.0
/* Which steps there are: one row each, the work in a file of its own. */
#include "agents/process/kinds.h"

#include "agents/forwarder/steps.h"
#include "agents/transfer/steps.h"
#include "agents/process/cooperative.h"

const struct process_step_kind process_step_kinds[] = {
	{"survey", step_survey},
	{"predump", step_predump},
	{"dump", step_dump},
	{"restore", step_restore},
	{"drain", step_drain},
	{"thaw", step_thaw},
	{"finish", step_finish},
	{"drop", step_drop},
	{"settle", step_settle},
	{"forward", forwarder_step_forward},
	{"pause", forwarder_step_pause},
	{"replay", forwarder_step_replay},
	{"cut", forwarder_step_cut},
	{"unforward", forwarder_step_unforward},
	{"divert", forwarder_step_divert},
	{"suspend", forwarder_step_suspend},
	{"join", step_join},
	{"push", step_push},
	{"commit", step_commit},
	{"fence", step_fence},
	{"receive", transfer_step_receive},
	{"send", transfer_step_send},
	{"rate", transfer_step_rate},
	{0},
};
