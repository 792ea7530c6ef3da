// SPDX-License-Identifier: Apache-2.0
/* Writing to the database: one statement for each kind of row, prepared once. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/session.h"
#include "smf-lite/store_private.h"
#include "smf-lite/ue.h"

/* The version of the tables; another one in a file is refused rather than guessed at. */
#define SCHEMA_VERSION "1"

static const char schema[] =
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = OFF;"
	"PRAGMA busy_timeout = 1000;"
	"CREATE TABLE IF NOT EXISTS ue (supi TEXT PRIMARY KEY, tmsi, connected, gnb_id, gnb_bits, "
	"gnb_name,"
	" amf_ue_id, ran_ue_id, context) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS session (cp_seid INTEGER PRIMARY KEY, supi, id, attached, "
	"state, pti, dnn,"
	" sst, has_sd, sd, ssc_mode, upf, address, up_seid, ul_address, ul_teid, dl_address, "
	"dl_teid, cause,"
	" n4_sent, n4_lost, n2_sent, was_active, established_ns, setup_us);"
	"CREATE TABLE IF NOT EXISTS freed (address INTEGER PRIMARY KEY, freed_ns);"
	"CREATE TABLE IF NOT EXISTS upf (name TEXT PRIMARY KEY, recovery_time_stamp) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS anchor (supi, dnn, dnai, PRIMARY KEY (supi, dnn)) WITHOUT "
	"ROWID;"
	"CREATE TABLE IF NOT EXISTS classifier (cp_seid INTEGER PRIMARY KEY, session, state, upf, "
	"prefixes,"
	" up_seid, access_address, access_teid, core_address, core_teid, n4_sent, n4_lost);"
	"CREATE TABLE IF NOT EXISTS route (session INTEGER PRIMARY KEY, up, n2_dirty, t0_ns, "
	"uplink_ns, switched_ns);";

static const char *const texts[STORE_STATEMENTS] = {
	[STORE_UE_SAVE] = "REPLACE INTO ue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[STORE_UE_DELETE] = "DELETE FROM ue WHERE supi = ?",
	[STORE_SESSION_SAVE] =
		("REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		 " ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
	[STORE_SESSION_DELETE] = "DELETE FROM session WHERE cp_seid = ?",
	[STORE_ADDRESS_FREED] = "REPLACE INTO freed VALUES (?, ?)",
	[STORE_UPF_SAVE] = "REPLACE INTO upf VALUES (?, ?)",
	[STORE_ANCHOR_SAVE] = "REPLACE INTO anchor VALUES (?, ?, ?)",
	[STORE_ANCHOR_DELETE] = "DELETE FROM anchor WHERE supi = ? AND dnn = ?",
	[STORE_CLASSIFIER_SAVE] =
		"REPLACE INTO classifier VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[STORE_CLASSIFIER_DELETE] = "DELETE FROM classifier WHERE cp_seid = ?",
	[STORE_ROUTE_SAVE] = "REPLACE INTO route VALUES (?, ?, ?, ?, ?, ?)",
	[STORE_ROUTE_DELETE] = "DELETE FROM route WHERE session = ?",
	[STORE_UE_ALL] = "SELECT * FROM ue",
	[STORE_SESSION_ALL] = "SELECT * FROM session ORDER BY cp_seid",
	[STORE_ADDRESS_ALL] = "SELECT address FROM freed ORDER BY freed_ns",
	[STORE_UPF_ALL] = "SELECT name, recovery_time_stamp FROM upf",
	[STORE_ANCHOR_ALL] = "SELECT supi, dnn, dnai FROM anchor",
	[STORE_CLASSIFIER_ALL] = "SELECT * FROM classifier ORDER BY cp_seid",
	[STORE_ROUTE_ALL] = "SELECT * FROM route",
};

int store_fail(struct store *store, const char *what)
{
	store->smf->counters.drop[SMF_store_failed]++;
	log_error("store", "what=%s error=\"%s\"", what, sqlite3_errmsg(store->db));
	return -EIO;
}

static int check_version(struct store *store)
{
	sqlite3_stmt *s;
	int version, err = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &s, NULL);

	if (err)
		return store_fail(store, "open");
	version = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int(s, 0) : -1;
	sqlite3_finalize(s);
	if (version != 0 && version != atoi(SCHEMA_VERSION)) {
		log_error("store", "what=open error=\"version %d, expected %s\"", version,
			  SCHEMA_VERSION);
		return -EIO;
	}
	if (sqlite3_exec(store->db, schema, NULL, NULL, NULL) ||
	    sqlite3_exec(store->db, "PRAGMA user_version = " SCHEMA_VERSION, NULL, NULL, NULL))
		return store_fail(store, "open");
	return 0;
}

int store_open(struct smf *smf, const char *path, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	int err;

	if (!store)
		return -ENOMEM;
	store->smf = smf;
	err = sqlite3_open(path, &store->db) ? store_fail(store, "open") : check_version(store);
	for (size_t i = 0; !err && i < STORE_STATEMENTS; i++)
		if (sqlite3_prepare_v2(store->db, texts[i], -1, &store->statement[i], NULL))
			err = store_fail(store, texts[i]);
	if (err)
		store_close(store);
	else
		*ret_store = store;
	return err;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < STORE_STATEMENTS; i++)
		sqlite3_finalize(store->statement[i]);
	sqlite3_close(store->db);
	free(store);
}

void store_bind_int(sqlite3_stmt *s, int column, uint64_t value)
{
	/* SQLite has signed integers only: the bits are kept, and read back as they were. */
	sqlite3_bind_int64(s, column + 1, (sqlite3_int64)value);
}

void store_bind_text(sqlite3_stmt *s, int column, const char *text)
{
	sqlite3_bind_text(s, column + 1, text, -1, SQLITE_STATIC);
}

int store_run(struct store *store, enum store_statement which, const char *what)
{
	sqlite3_stmt *s = store->statement[which];
	int err = sqlite3_step(s) == SQLITE_DONE ? 0 : store_fail(store, what);

	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return err;
}

int store_ue_save(const struct ue *ue)
{
	struct store *store = ue->smf->store;
	sqlite3_stmt *s = store->statement[STORE_UE_SAVE];

	store_bind_text(s, UE_supi, ue->supi);
	store_bind_int(s, UE_tmsi, ue->tmsi);
	store_bind_int(s, UE_connected, ue->gnb != NULL);
	if (ue->gnb) {
		store_bind_int(s, UE_gnb_id, ue->gnb->id.id);
		store_bind_int(s, UE_gnb_bits, ue->gnb->id.bits);
		store_bind_text(s, UE_gnb_name, ue->gnb->name);
	}
	store_bind_int(s, UE_amf_ue_id, ue->amf_ue_id);
	store_bind_int(s, UE_ran_ue_id, ue->ran_ue_id);
	store_bind_int(s, UE_context, ue->context);
	return store_run(store, STORE_UE_SAVE, "ue-save");
}

int store_ue_delete(struct store *store, const char *supi)
{
	store_bind_text(store->statement[STORE_UE_DELETE], 0, supi);
	return store_run(store, STORE_UE_DELETE, "ue-delete");
}

static void bind_flags(sqlite3_stmt *q, const struct session *s)
{
	store_bind_int(q, SESSION_attached, s->ue != NULL);
	store_bind_int(q, SESSION_n4_sent, s->n4_sent);
	store_bind_int(q, SESSION_n4_lost, s->n4_lost);
	store_bind_int(q, SESSION_n2_sent, s->n2_sent);
	store_bind_int(q, SESSION_was_active, s->was_active);
}

static void bind_wire(sqlite3_stmt *q, const struct session *s)
{
	store_bind_int(q, SESSION_address, s->address.s_addr);
	store_bind_int(q, SESSION_up_seid, s->up_seid);
	store_bind_int(q, SESSION_ul_address, s->uplink.addr.s_addr);
	store_bind_int(q, SESSION_ul_teid, s->uplink.teid);
	store_bind_int(q, SESSION_dl_address, s->downlink.addr.s_addr);
	store_bind_int(q, SESSION_dl_teid, s->downlink.teid);
}

int store_session_save(const struct session *s)
{
	struct store *store = s->smf->store;
	sqlite3_stmt *q = store->statement[STORE_SESSION_SAVE];

	store_bind_int(q, SESSION_cp_seid, s->cp_seid);
	store_bind_text(q, SESSION_supi, s->supi);
	store_bind_int(q, SESSION_id, s->id);
	store_bind_text(q, SESSION_state, session_state_name(s->state));
	store_bind_int(q, SESSION_pti, s->pti);
	store_bind_text(q, SESSION_dnn, s->dnn);
	store_bind_int(q, SESSION_sst, s->snssai.sst);
	store_bind_int(q, SESSION_has_sd, s->snssai.has_sd);
	store_bind_int(q, SESSION_sd, s->snssai.sd);
	store_bind_int(q, SESSION_ssc_mode, s->ssc_mode);
	store_bind_text(q, SESSION_upf, s->upf->config->name);
	store_bind_int(q, SESSION_cause, s->cause);
	store_bind_int(q, SESSION_established_ns, s->established_ns);
	store_bind_int(q, SESSION_setup_us, s->setup_us);
	bind_flags(q, s);
	bind_wire(q, s);
	return store_run(store, STORE_SESSION_SAVE, "session-save");
}

int store_session_delete(const struct session *s)
{
	struct store *store = s->smf->store;
	sqlite3_stmt *freed = store->statement[STORE_ADDRESS_FREED];

	if (s->address.s_addr) {
		store_bind_int(freed, 0, ntohl(s->address.s_addr));
		store_bind_int(freed, 1, clock_now_ns());
		if (store_run(store, STORE_ADDRESS_FREED, "address-freed"))
			return -EIO;
	}
	store_bind_int(store->statement[STORE_ROUTE_DELETE], 0, s->cp_seid);
	if (store_run(store, STORE_ROUTE_DELETE, "route-delete"))
		return -EIO;
	store_bind_int(store->statement[STORE_SESSION_DELETE], 0, s->cp_seid);
	return store_run(store, STORE_SESSION_DELETE, "session-delete");
}

int store_upf_save(const struct upf *upf)
{
	struct store *store = upf->client->smf->store;

	store_bind_text(store->statement[STORE_UPF_SAVE], 0, upf->config->name);
	store_bind_int(store->statement[STORE_UPF_SAVE], 1, upf->recovery_time_stamp);
	return store_run(store, STORE_UPF_SAVE, "upf-save");
}

int store_anchor_save(struct store *store, const char *supi, const char *dnn, const char *dnai)
{
	store_bind_text(store->statement[STORE_ANCHOR_SAVE], 0, supi);
	store_bind_text(store->statement[STORE_ANCHOR_SAVE], 1, dnn);
	store_bind_text(store->statement[STORE_ANCHOR_SAVE], 2, dnai);
	return store_run(store, STORE_ANCHOR_SAVE, "anchor-save");
}

int store_anchor_delete(struct store *store, const char *supi, const char *dnn)
{
	store_bind_text(store->statement[STORE_ANCHOR_DELETE], 0, supi);
	store_bind_text(store->statement[STORE_ANCHOR_DELETE], 1, dnn);
	return store_run(store, STORE_ANCHOR_DELETE, "anchor-delete");
}
