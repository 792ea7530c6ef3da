/* SPDX-License-Identifier: Apache-2.0 */
/* Topologies of a test's text, and what is written of them */
#ifndef BATON_TESTS_TOPOLOGY_TEXT_H
#define BATON_TESTS_TOPOLOGY_TEXT_H

#include "testbed/topology.h"

/** load - it is asserted; returned, free with topology_free */
struct topology *load(const char *text);
unsigned index_of(const struct topology *t, const char *node);
/** written - what topology_write makes of it; returned */
char *written(const struct topology *t);

#endif
