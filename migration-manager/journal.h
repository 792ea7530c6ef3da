/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: what was intended and what came of it, in SQLite (WAL) in the run directory. A
 * commit survives kill -9 of the manager at any point. Whoever can't write here does nothing to a
 * participant: the caller refuses or rolls back.
 */
#ifndef BATON_MM_JOURNAL_H
#define BATON_MM_JOURNAL_H

#include <jansson.h>
#include <stdint.h>

struct journal;
struct migration;
struct manager;

/** journal_open - make or open @path; Return: 0, -EIO with the reason logged */
int journal_open(const char *path, struct journal **ret_journal);
void journal_close(struct journal *journal);

/**
 * journal_create - give a new migration its id and keep it
 * @key: idempotency key or NULL; @body: the request as text, compared when the key comes again
 * Return: 0, -ENOSPC when it can't be written
 */
int journal_create(struct journal *journal, struct migration *m, const char *key, const char *body);
/** journal_key - keep an idempotency key for a migration that was there before; Return: 0 or
 * -ENOSPC */
int journal_key(struct journal *journal, const char *migration, const char *key, const char *body);
/** journal_save - state, step, epoch, data of @m in one commit; Return: 0 or -ENOSPC */
int journal_save(struct journal *journal, const struct migration *m);
/** journal_event - Return: 0 or -ENOSPC */
int journal_event(struct journal *journal, const char *migration, uint64_t seq, const char *name,
		  const json_t *data);
/** journal_delete - the record, its events and its idempotency key */
int journal_delete(struct journal *journal, const char *migration);

/**
 * journal_idempotent - was this key used before?
 * Return: 1 with the migration's id in @ret_id, 0 not used, -EINVAL used with another body, -ENOSPC
 */
int journal_idempotent(struct journal *journal, const char *key, const char *body, char *ret_id,
		       size_t size);

/** journal_events - array of events with seq > @after, as {"seq", "event", "data"}; returned */
json_t *journal_events(struct journal *journal, const char *migration, uint64_t after);

/** journal_load - make every migration of the journal and hand it to @each (given), in order of
 * creation */
int journal_load(struct journal *journal, struct manager *mm,
		 void (*each)(struct manager *mm, struct migration *m));

#endif
