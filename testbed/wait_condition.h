/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `baton wait` can wait for:
 *   --node NODE=up|gone   --daemon NODE:DAEMON=STATE   --session UE:ID=STATE   --migration ID=STATE
 * --link NODE:IF=up|down|none
 */
#ifndef BATON_TESTBED_WAIT_CONDITION_H
#define BATON_TESTBED_WAIT_CONDITION_H

#include "testbed/run.h"

enum condition_kind {
	CONDITION_NODE,
	CONDITION_DAEMON,
	CONDITION_SESSION,
	CONDITION_MIGRATION,
	CONDITION_LINK,
	CONDITION_KINDS
};

struct condition {
	enum condition_kind kind;
	char subject[64], part[48], state[32]; /* part: "" for nodes and migrations */
	char is[32];			       /* as it was when last looked at */
};

/** condition_parse - @text behind --@option; complains; Return: an exit status */
int condition_parse(enum condition_kind kind, const char *text, struct condition *ret_condition);
/** condition_check - nodes and interfaces exist where they must; complains; Return: an exit status
 */
int condition_check(const struct run *run, const struct topology *t, const struct condition *c);
/** condition_holds - looks, and notes what there is in @c->is */
bool condition_holds(const struct run *run, const struct topology *t, struct condition *c);
/** condition_print - as it was asked for */
void condition_print(const struct condition *c, FILE *out);

extern const char *const condition_options[CONDITION_KINDS];

#endif
