/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which UPF anchors a new PDU session (TS 23.501 cl. 6.3.3): what the migration manager has told
 * over REST for {supi, dnn}; else the configuration's choice for {supi, dnn, session}; else the
 * least loaded one of the associated UPFs, as they say, the first in file order among equals. A UPF
 * that was chosen is waited for, not replaced: a migration that asked for edge B must not end at
 * edge A. Only one that has said that it is going to stop is not taken, whoever chose it: waiting
 * for it would leave the UE without a session.
 *
 * A session that is lost, since a gNB or the UE was restarted, and asked for again is no new one:
 * it is anchored where it was (where its traffic was led to by an uplink classifier, for there its
 * services are), whatever was told for new ones meanwhile. What is told after the loss counts for
 * it, too.
 */
#ifndef BATON_SMF_ANCHOR_H
#define BATON_SMF_ANCHOR_H

#include <stdint.h>
#include <uthash.h>

#include "smf-lite/smf.h"

struct session;
struct ue;
struct upf;

struct anchor_key {
	char supi[SMF_SUPI_SIZE];
	char dnn[SMF_NAME_SIZE];
};

struct anchor {
	struct anchor_key key; /* zero-padded */
	char dnai[SMF_NAME_SIZE];
	UT_hash_handle hh;
};

struct anchor_table {
	struct anchor *head;
};

int anchor_table_new(struct anchor_table **ret_table);
void anchor_table_free(struct anchor_table *table);

/** anchor_get - the DNAI preferred over REST, or NULL */
const char *anchor_get(const struct anchor_table *table, const char *supi, const char *dnn);
/** anchor_set - Return: 0, -ENOSPC over SMF_ANCHORS_MAX, -ENOMEM. Not stored: see store_anchor_save
 */
int anchor_set(struct anchor_table *table, const char *supi, const char *dnn, const char *dnai);
/** anchor_unset - Return: 0 or -ENOENT */
int anchor_unset(struct anchor_table *table, const char *supi, const char *dnn);

/** anchor_choose - Return: never NULL; whether it is associated is the caller's to see */
struct upf *anchor_choose(struct smf *smf, const char *supi, const char *dnn, uint8_t session);

/** anchor_note_lost - @s goes, and its UE will ask for it again */
void anchor_note_lost(const struct session *s);
/** anchor_forget_lost - what is told for {supi, dnn} from now on counts for lost ones, too */
void anchor_forget_lost(struct smf *smf, const char *supi, const char *dnn);
/** anchor_resume - where the lost session of this id was, once; NULL: there is none */
struct upf *anchor_resume(struct ue *ue, const char *dnn, uint8_t session);

#endif
