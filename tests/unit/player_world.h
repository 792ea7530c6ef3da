/* SPDX-License-Identifier: Apache-2.0 */
/* A player for unit tests of the stream-client: inputs that were made, and scripts. */
#ifndef BATON_TESTS_PLAYER_WORLD_H
#define BATON_TESTS_PLAYER_WORLD_H

#include "apps/stream-client/input_source.h"

enum { MS = 1000000 };

#define T0 (10ULL * 1000 * MS)

/** ready_inputs - whose numbers go on after @last; returned */
struct inputs *ready_inputs(uint32_t last);
/** make - an input, which has to get number @want_seq */
void make(struct inputs *in, enum input_kind input, uint64_t now, uint32_t want_seq);
/** load - a script of @text; as input_source_script */
int load(const char *text, char error[256], struct input_source **ret);

#endif
