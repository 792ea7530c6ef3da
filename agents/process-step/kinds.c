// SPDX-License-Identifier: Apache-2.0
/* Which steps there are: one row each, the work in a file of its own. */
#include "agents/process-step/kinds.h"

const struct process_step_kind process_step_kinds[] = {
	{"survey", step_survey},   {"predump", step_predump},	  {"dump", step_dump},
	{"restore", step_restore}, {"drain", step_drain},	  {"thaw", step_thaw},
	{"finish", step_finish},   {"drop", step_drop},		  {"settle", step_settle},
	{"forward", step_forward}, {"pause", step_pause},	  {"replay", step_replay},
	{"cut", step_cut},	   {"unforward", step_unforward}, {"divert", step_divert},
	{"suspend", step_suspend}, {"join", step_join},		  {"push", step_push},
	{"commit", step_commit},   {"fence", step_fence},	  {"receive", step_receive},
	{"send", step_send},	   {"rate", step_rate},		  {0},
};
