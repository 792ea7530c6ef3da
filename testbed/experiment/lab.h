/* SPDX-License-Identifier: Apache-2.0 */
/* An experiment that this machine's kernel isn't fit for is run by the same command in scripts/lab,
 * which writes to the same folder. */
#ifndef BATON_EXPERIMENT_LAB_H
#define BATON_EXPERIMENT_LAB_H

#include "testbed/experiment/experiment.h"
#include "testbed/baton.h"

/** lab_is_wanted - @e needs CRIU, which isn't sound here; @why: what was found */
bool lab_is_wanted(const struct baton_context *ctx, const struct experiment *e, char *why,
		   size_t size);
/**
 * lab_run - boot the lab and run `baton experiment FILE --out DIR` and @options there
 * @e:       what FILE says, of its kernel and its memory
 * @dir:     where results go
 * @seconds: that it may take
 * @options: NULL-ended
 *
 * Complains; Return: an exit status, that of the command in there where it ran
 */
int lab_run(const struct baton_context *ctx, const char *file, const struct experiment *e,
	    const char *dir, double seconds, const char *const *options);

#endif
