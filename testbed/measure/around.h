/* SPDX-License-Identifier: Apache-2.0 */
/* What a measurement rests on, before and after it: links and daemons, which others may change
 * meanwhile. */
#ifndef BATON_MEASURE_AROUND_H
#define BATON_MEASURE_AROUND_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * around_links_moved - whether a port was another in between, or is another now
 * @before, @after: link-shaper's answers to "get", of one process; NULL: none runs
 */
bool around_links_moved(const json_t *before, const json_t *after);

/**
 * around_daemons_marks - "upf of upf-a was restarted during the run", for each that didn't run on
 * @before, @after: what the inits answer, [{"node", "daemons": [{"name", "pid", "restarts"}]}]; a
 * node whose init doesn't answer is null
 *
 * Of hundreds the first tell. Return: [text], new reference
 */
json_t *around_daemons_marks(const json_t *before, const json_t *after);

#endif
