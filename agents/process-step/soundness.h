/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is CRIU sound here? A process that does nothing is dumped and restored, once a boot: kernels
 * since 6.13 let Debian's CRIU dump, and fail at the restore. It also warms CRIU up, whose first
 * call of a boot takes seconds. What came of it stands in DIRECTORY/criu.json.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_SOUNDNESS_H
#define BATON_AGENTS_PROCESS_STEP_SOUNDNESS_H

#include <jansson.h>

/** soundness_get - found out if nobody has in this boot, one at a time; @ret: {"version", "sound",
 * "why"}, returned; Return: 0 or a negative errno: @directory can't be written */
int soundness_get(const char *directory, json_t **ret);

#endif
