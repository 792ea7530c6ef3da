/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The six stages of 001 III-C in a migration's data: "stages": [{"stage": 1 to 6, "name",
 * "started_ns", "ended_ns"}], for strategies that are staged. A stage begins with the first step of
 * it and ends where the next begins; what is switched back has its stages 5 and 6 anew.
 */
#ifndef BATON_MM_STAGES_H
#define BATON_MM_STAGES_H

#include "migration-manager/step.h"

/** stages_enter - before the intent of @step is kept */
void stages_enter(struct migration *m, const struct step *step);
/** stages_end - the migration has ended, wherever it was */
void stages_end(struct migration *m);

#endif
