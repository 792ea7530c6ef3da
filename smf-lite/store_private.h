/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the store: the statements, shared by store.c (writing) and store_load.c (reading). */
#ifndef BATON_SMF_STORE_PRIVATE_H
#define BATON_SMF_STORE_PRIVATE_H

#include <sqlite3.h>

#include "smf-lite/store.h"

enum store_statement {
	STORE_UE_SAVE,
	STORE_UE_DELETE,
	STORE_SESSION_SAVE,
	STORE_SESSION_DELETE,
	STORE_ADDRESS_FREED,
	STORE_UPF_SAVE,
	STORE_ANCHOR_SAVE,
	STORE_ANCHOR_DELETE,
	STORE_CLASSIFIER_SAVE,
	STORE_CLASSIFIER_DELETE,
	STORE_ROUTE_SAVE,
	STORE_ROUTE_DELETE,
	STORE_UE_ALL,
	STORE_SESSION_ALL,
	STORE_ADDRESS_ALL,
	STORE_UPF_ALL,
	STORE_ANCHOR_ALL,
	STORE_CLASSIFIER_ALL,
	STORE_ROUTE_ALL,
	STORE_STATEMENTS
};

struct store {
	struct smf *smf;
	sqlite3 *db;
	sqlite3_stmt *statement[STORE_STATEMENTS];
};

/* Columns of the wide tables: names in SQL and indices in C from one list */
#define STORE_UE_COLUMNS(X)                                                                        \
	X(supi)                                                                                    \
	X(tmsi) X(connected) X(gnb_id) X(gnb_bits) X(gnb_name) X(amf_ue_id) X(ran_ue_id) X(context)
#define STORE_SESSION_COLUMNS(X)                                                                   \
	X(cp_seid)                                                                                 \
	X(supi)                                                                                    \
	X(id)                                                                                      \
	X(attached)                                                                                \
	X(state)                                                                                   \
	X(pti)                                                                                     \
	X(dnn)                                                                                     \
	X(sst)                                                                                     \
	X(has_sd)                                                                                  \
	X(sd)                                                                                      \
	X(ssc_mode) X(upf) X(address) X(up_seid) X(ul_address) X(ul_teid) X(dl_address) X(dl_teid) \
		X(cause) X(n4_sent) X(n4_lost) X(n2_sent) X(was_active) X(established_ns)          \
			X(setup_us)

#define STORE_CLASSIFIER_COLUMNS(X)                                                                \
	X(cp_seid)                                                                                 \
	X(session)                                                                                 \
	X(state)                                                                                   \
	X(upf)                                                                                     \
	X(prefixes)                                                                                \
	X(up_seid)                                                                                 \
	X(access_address) X(access_teid) X(core_address) X(core_teid) X(n4_sent) X(n4_lost)
#define STORE_ROUTE_COLUMNS(X)                                                                     \
	X(session)                                                                                 \
	X(up) X(n2_dirty) X(t0_ns) X(uplink_ns) X(switched_ns)

#define STORE_UE_INDEX(name)	  UE_##name,
#define STORE_SESSION_INDEX(name) SESSION_##name,
enum { STORE_UE_COLUMNS(STORE_UE_INDEX) UE_COLUMNS };
enum { STORE_SESSION_COLUMNS(STORE_SESSION_INDEX) SESSION_COLUMNS };
#define STORE_CLASSIFIER_INDEX(name) CLASSIFIER_##name,
#define STORE_ROUTE_INDEX(name)	     ROUTE_##name,
enum { STORE_CLASSIFIER_COLUMNS(STORE_CLASSIFIER_INDEX) CLASSIFIER_COLUMNS };
enum { STORE_ROUTE_COLUMNS(STORE_ROUTE_INDEX) ROUTE_COLUMNS };
#undef STORE_CLASSIFIER_INDEX
#undef STORE_ROUTE_INDEX
#undef STORE_UE_INDEX
#undef STORE_SESSION_INDEX

/** store_fail - log and count; Return: -EIO */
int store_fail(struct store *store, const char *what);

/* Values of a statement, by column from 0: texts are borrowed until it was run. Numbers keep their
 * 64 bits, though SQLite has signed ones only */
void store_bind_int(sqlite3_stmt *s, int column, uint64_t value);
void store_bind_text(sqlite3_stmt *s, int column, const char *text);
uint64_t store_get_int(sqlite3_stmt *row, int column);
const char *store_get_text(sqlite3_stmt *row, int column);
/** store_run - a statement that writes, with what was bound; Return: 0 or -EIO, logged and counted
 */
int store_run(struct store *store, enum store_statement which, const char *what);

/* store_classifier.c: one row into smf's tables; Return: 0 or a negative errno, which ends loading
 */
int store_load_classifier(struct smf *smf, sqlite3_stmt *row);
int store_load_route(struct smf *smf, sqlite3_stmt *row);

#endif
