/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of each step, on disk: state_dir/MIGRATION.json = {"STEP": {"epoch", "accepted_ns",
 * "status", "body"}}; a step whose status is 0 has begun and not ended. Written aside and then
 * put in place, so that kill -9 leaves the old or the new. The oldest of more than
 * STORE_MIGRATIONS_MAX are removed.
 */
#ifndef BATON_UE_AGENT_STORE_H
#define BATON_UE_AGENT_STORE_H

#include <jansson.h>
#include <stdint.h>

enum { STORE_MIGRATIONS_MAX = 64 };

/** store_read - the record of a migration; returned; NULL: none */
json_t *store_read(const char *dir, const char *migration);
/** store_write - Return: 0 or a negative errno */
int store_write(const char *dir, const char *migration, const json_t *record);
/** store_prune - forget the oldest migrations beyond the limit */
void store_prune(const char *dir);

#endif
