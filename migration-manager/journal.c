// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/journal.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "migration-manager/step.h"

enum { STATEMENTS_MAX = 12 };

struct journal {
	sqlite3 *db;
	/* Prepared once: a migration writes some twenty times. By the address of its text. */
	struct {
		const char *sql;
		sqlite3_stmt *prepared;
	} statement[STATEMENTS_MAX];
};

static const char schema[] =
	"PRAGMA locking_mode = EXCLUSIVE;" /* nobody else opens it: no lock for each write */
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = NORMAL;"
	"CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT "
	"NOT NULL, state TEXT NOT NULL,"
	" direction INTEGER NOT NULL, step INTEGER NOT NULL, epoch INTEGER NOT NULL, switched "
	"INTEGER NOT NULL,"
	" data TEXT NOT NULL, cause TEXT NOT NULL, detail TEXT NOT NULL, created_ns INTEGER NOT "
	"NULL, state_since_ns INTEGER NOT NULL,"
	" event_count INTEGER NOT NULL);"
	"CREATE TABLE IF NOT EXISTS events (migration INTEGER NOT NULL, seq INTEGER NOT NULL, name "
	"TEXT NOT NULL, data TEXT NOT NULL,"
	" PRIMARY KEY (migration, seq)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS idempotency (key TEXT PRIMARY KEY, migration INTEGER NOT NULL, "
	"body TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS idempotency_migration ON idempotency (migration);";

static int fail(struct journal *journal, const char *what)
{
	log_error("journal", "what=%s error=\"%s\"", what, sqlite3_errmsg(journal->db));
	return -ENOSPC;
}

int journal_open(const char *path, struct journal **ret_journal)
{
	struct journal *journal = calloc(1, sizeof *journal);

	if (!journal)
		return -ENOMEM;
	if (sqlite3_open(path, &journal->db) != SQLITE_OK ||
	    sqlite3_busy_timeout(journal->db, 1000) != SQLITE_OK ||
	    sqlite3_exec(journal->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
		log_error("journal", "path=%s error=\"%s\"", path, sqlite3_errmsg(journal->db));
		journal_close(journal);
		return -EIO;
	}
	*ret_journal = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		sqlite3_finalize(journal->statement[i].prepared);
	sqlite3_close(journal->db);
	free(journal);
}

/* @sql: a literal; NULL: it can't be prepared */
static sqlite3_stmt *prepared(struct journal *journal, const char *sql)
{
	size_t i = 0;

	while (i < STATEMENTS_MAX - 1 && journal->statement[i].sql &&
	       journal->statement[i].sql != sql)
		i++;
	if (journal->statement[i].sql == sql)
		return journal->statement[i].prepared;
	sqlite3_finalize(journal->statement[i].prepared);
	journal->statement[i].sql = NULL;
	journal->statement[i].prepared = NULL;
	if (sqlite3_prepare_v2(journal->db, sql, -1, &journal->statement[i].prepared, NULL) !=
	    SQLITE_OK)
		return NULL;
	journal->statement[i].sql = sql;
	return journal->statement[i].prepared;
}

/* One statement with its values: 's' text, 'i' int64, 'j' JSON (dumped and not kept). */
static int run(struct journal *journal, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement = prepared(journal, sql);
	va_list ap;
	int rc;

	if (!statement)
		return fail(journal, "prepare");
	va_start(ap, types);
	for (int i = 0; types[i]; i++) {
		if (types[i] == 'i') {
			sqlite3_bind_int64(statement, i + 1, va_arg(ap, sqlite3_int64));
		} else if (types[i] == 's') {
			sqlite3_bind_text(statement, i + 1, va_arg(ap, const char *), -1,
					  SQLITE_TRANSIENT);
		} else {
			char *text = json_dumps(va_arg(ap, const json_t *),
						JSON_COMPACT | JSON_ENCODE_ANY);

			sqlite3_bind_text(statement, i + 1, text ? text : "null", -1,
					  SQLITE_TRANSIENT);
			free(text);
		}
	}
	va_end(ap);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_DONE || rc == SQLITE_ROW)
		rc = SQLITE_OK;
	else
		fail(journal, "write");
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return rc == SQLITE_OK ? 0 : -ENOSPC;
}

static int begin(struct journal *journal)
{
	return sqlite3_exec(journal->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : fail(journal, "begin");
}

static int end(struct journal *journal, int r)
{
	if (r == 0 && sqlite3_exec(journal->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		r = fail(journal, "commit");
	if (r < 0)
		sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

static sqlite3_int64 row_of(const char *id)
{
	return strtoll(id + 1, NULL, 10); /* ids are "m" and the row's number */
}

static int put_key(struct journal *journal, const char *migration, const char *key,
		   const char *body)
{
	return run(journal, "INSERT INTO idempotency (key, migration, body) VALUES (?, ?, ?)",
		   "sis", key, row_of(migration), body);
}

int journal_key(struct journal *journal, const char *migration, const char *key, const char *body)
{
	int r = begin(journal);

	if (r == 0)
		r = put_key(journal, migration, key, body);
	return end(journal, r);
}

int journal_create(struct journal *journal, struct migration *m, const char *key, const char *body)
{
	json_t *request = migration_request_json(&m->request);
	int r = begin(journal);

	if (r == 0)
		r = run(journal,
			"INSERT INTO migrations (request, state, direction, step, epoch, switched, "
			"data, cause, detail, created_ns,"
			" state_since_ns, event_count) VALUES (?, ?, 0, 0, ?, 0, '{}', '', '', ?, "
			"?, 0)",
			"jsiii", request, migration_state_name(m->state), (sqlite3_int64)m->epoch,
			(sqlite3_int64)m->created_ns, (sqlite3_int64)m->state_since_ns);
	json_decref(request);
	if (r == 0) {
		snprintf(m->id, sizeof m->id, "m%lld",
			 (long long)sqlite3_last_insert_rowid(journal->db));
		if (key)
			r = put_key(journal, m->id, key, body);
	}
	return end(journal, r);
}

int journal_save(struct journal *journal, const struct migration *m)
{
	return run(journal,
		   "UPDATE migrations SET state = ?, direction = ?, step = ?, epoch = ?, switched "
		   "= ?, data = ?, cause = ?, detail = ?,"
		   " state_since_ns = ?, event_count = ? WHERE id = ?",
		   "siiiijssiii", migration_state_name(m->state), (sqlite3_int64)m->direction,
		   (sqlite3_int64)m->step, (sqlite3_int64)m->epoch, (sqlite3_int64)m->switched,
		   m->data, m->cause, m->detail, (sqlite3_int64)m->state_since_ns,
		   (sqlite3_int64)m->event_count, row_of(m->id));
}

int journal_event(struct journal *journal, const char *migration, uint64_t seq, const char *name,
		  const json_t *data)
{
	return run(journal,
		   "INSERT OR REPLACE INTO events (migration, seq, name, data) VALUES (?, ?, ?, ?)",
		   "iisj", row_of(migration), (sqlite3_int64)seq, name, data);
}

int journal_delete(struct journal *journal, const char *migration)
{
	int r = begin(journal);

	if (r == 0)
		r = run(journal, "DELETE FROM events WHERE migration = ?", "i", row_of(migration));
	if (r == 0)
		r = run(journal, "DELETE FROM idempotency WHERE migration = ?", "i",
			row_of(migration));
	if (r == 0)
		r = run(journal, "DELETE FROM migrations WHERE id = ?", "i", row_of(migration));
	return end(journal, r);
}

int journal_idempotent(struct journal *journal, const char *key, const char *body, char *ret_id,
		       size_t size)
{
	sqlite3_stmt *statement;
	int r = 0, rc;

	if (sqlite3_prepare_v2(journal->db, "SELECT migration, body FROM idempotency WHERE key = ?",
			       -1, &statement, NULL) != SQLITE_OK)
		return fail(journal, "prepare");
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	rc = sqlite3_step(statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		r = fail(journal, "read");
	if (rc == SQLITE_ROW) {
		snprintf(ret_id, size, "m%lld", (long long)sqlite3_column_int64(statement, 0));
		r = strcmp((const char *)sqlite3_column_text(statement, 1), body) == 0 ? 1
										       : -EINVAL;
	}
	sqlite3_finalize(statement);
	return r;
}

json_t *journal_events(struct journal *journal, const char *migration, uint64_t after)
{
	json_t *events = json_array();
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(journal->db,
			       "SELECT seq, name, data FROM events WHERE migration = ? AND seq > ? "
			       "ORDER BY seq",
			       -1, &statement, NULL) != SQLITE_OK)
		return events;
	sqlite3_bind_int64(statement, 1, row_of(migration));
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)after);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		json_t *data = json_loads((const char *)sqlite3_column_text(statement, 2),
					  JSON_DECODE_ANY, NULL);

		json_array_append_new(
			events, json_pack("{s:I, s:s, s:o}", "seq",
					  (json_int_t)sqlite3_column_int64(statement, 0), "event",
					  (const char *)sqlite3_column_text(statement, 1), "data",
					  data ? data : json_null()));
	}
	sqlite3_finalize(statement);
	return events;
}

static void copy_member(const json_t *j, const char *name, char *buf, size_t size)
{
	const char *text = json_string_value(json_object_get(j, name));

	snprintf(buf, size, "%s", text ? text : "");
}

/* What journal_create wrote; it was checked when it came in, so only a damaged file fails here. */
static int request_from_json(const json_t *j, struct migration_request *ret)
{
	char word[MIGRATION_NAME_SIZE];

	memset(ret, 0, sizeof *ret);
	copy_member(j, "ue", ret->ue, sizeof ret->ue);
	copy_member(j, "app", ret->app, sizeof ret->app);
	copy_member(j, "source", ret->source, sizeof ret->source);
	copy_member(j, "destination", ret->destination, sizeof ret->destination);
	copy_member(j, "strategy", word, sizeof word);
	ret->strategy = strategy_find(word);
	copy_member(j, "mode", word, sizeof word);
	ret->mode = mode_find(word);
	ret->hold_ms = (uint64_t)json_integer_value(json_object_get(j, "hold_ms"));
	ret->threshold = json_object_get(j, "threshold")
				 ? json_number_value(json_object_get(j, "threshold"))
				 : -1;
	ret->window = (uint64_t)json_integer_value(json_object_get(j, "window"));
	ret->timeout_ms = (uint64_t)json_integer_value(json_object_get(j, "timeout_ms"));
	if (!ret->strategy || !ret->mode)
		return -EINVAL;
	return ret->strategy->process ? process_options_load(json_object_get(j, "process"),
							     ret->strategy->process, &ret->process)
				      : 0;
}

static struct migration *migration_from_row(sqlite3_stmt *row, struct manager *mm)
{
	json_t *request = json_loads((const char *)sqlite3_column_text(row, 1), 0, NULL);
	json_t *data = json_loads((const char *)sqlite3_column_text(row, 7), 0, NULL);
	struct migration_request parsed;
	struct migration *m = NULL;
	int direction = sqlite3_column_int(row, 3);
	char id[MIGRATION_ID_SIZE];

	snprintf(id, sizeof id, "m%lld", (long long)sqlite3_column_int64(row, 0));
	if (request && data && request_from_json(request, &parsed) == 0)
		m = migration_new(mm, id, &parsed);
	if (m &&
	    (direction < DIRECTION_FORWARD || direction > DIRECTION_BACK ||
	     migration_state_parse((const char *)sqlite3_column_text(row, 2), &m->state) < 0)) {
		migration_free(m);
		m = NULL;
	}
	json_decref(request);
	if (!m) {
		log_error("journal", "migration=%s what=\"unreadable record, left out\"", id);
		json_decref(data);
		return NULL;
	}
	m->direction = (enum migration_direction)direction;
	m->step = (size_t)sqlite3_column_int64(row, 4);
	m->epoch = (uint64_t)sqlite3_column_int64(row, 5);
	m->switched = sqlite3_column_int(row, 6) != 0;
	json_decref(m->data);
	m->data = data;
	snprintf(m->cause, sizeof m->cause, "%s", (const char *)sqlite3_column_text(row, 8));
	snprintf(m->detail, sizeof m->detail, "%s", (const char *)sqlite3_column_text(row, 9));
	m->created_ns = (uint64_t)sqlite3_column_int64(row, 10);
	m->state_since_ns = (uint64_t)sqlite3_column_int64(row, 11);
	m->event_count = (uint64_t)sqlite3_column_int64(row, 12);
	return m;
}

int journal_load(struct journal *journal, struct manager *mm,
		 void (*each)(struct manager *mm, struct migration *m))
{
	sqlite3_stmt *statement;
	int rc;

	if (sqlite3_prepare_v2(journal->db,
			       "SELECT id, request, state, direction, step, epoch, switched, data, "
			       "cause, detail, created_ns,"
			       " state_since_ns, max(event_count, (SELECT coalesce(max(seq), 0) "
			       "FROM events WHERE migration = id))"
			       " FROM migrations ORDER BY id",
			       -1, &statement, NULL) != SQLITE_OK)
		return fail(journal, "load");
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		struct migration *m = migration_from_row(statement, mm);

		if (m)
			each(mm, m);
	}
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? 0 : fail(journal, "load");
}
