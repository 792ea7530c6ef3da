/* SPDX-License-Identifier: Apache-2.0 */
/* The state file: JSON, replaced as a whole, so that a reader never finds half of one. */
#ifndef BATON_LINK_SHAPER_STATE_H
#define BATON_LINK_SHAPER_STATE_H

#include <jansson.h>

/** state_load - new reference; NULL when there is none, or none that can be read */
json_t *state_load(const char *path);
/** state_save - Return: 0 or a negative errno; the file before stays then */
int state_save(const char *path, const json_t *state);

#endif
