// SPDX-License-Identifier: Apache-2.0
/* Names and help texts of the counters, from the tables in counters.h. */
#include "smf-lite/counters.h"

#define NAME_ROW(name, help) #name,
#define HELP_ROW(name, help) help,

static const char *const drop_names[] = {SMF_DROP_REASONS(NAME_ROW)};
static const char *const count_names[] = {SMF_EVENT_COUNTS(NAME_ROW)};
static const char *const count_helps[] = {SMF_EVENT_COUNTS(HELP_ROW)};

const char *smf_drop_name(enum smf_drop which)
{
	return drop_names[which];
}

const char *smf_count_name(enum smf_count which)
{
	return count_names[which];
}

const char *smf_count_help(enum smf_count which)
{
	return count_helps[which];
}
