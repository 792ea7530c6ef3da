/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold in any world, whoever made it: for unit tests and fuzz targets. */
#ifndef BATON_TESTS_SNAKE_WORLD_H
#define BATON_TESTS_SNAKE_WORLD_H

#include "apps/snake/world.h"

/* NULL, or what is wrong: squares and snakes tell the same, bodies are connected, numbers are in
 * range */
const char *snake_world_wrong(const struct world *w);

#endif
