/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outlives a restart: UEs with their NGAP ids, PDU sessions in any state, their uplink
 * classifiers and routes, anchors, UPFs'
 * recovery time stamps, and the order in which addresses became free. SQLite in WAL mode.
 *
 * synchronous is OFF: a commit survives the end of this process at any instant, which is what
 * restarts here are, and no PDU session waits for a disk. Only the end of the whole machine can
 * lose or spoil the file, and with it go all nodes of the topology: its run directory is not used
 * again (the boot id differs).
 */
#ifndef BATON_SMF_STORE_H
#define BATON_SMF_STORE_H

#include <stdint.h>

#include "smf-lite/smf.h"

struct classifier;
struct session;
struct ue;
struct upf;

/** store_open - make or open the database; Return: 0, -EIO (logged), -ENOMEM */
int store_open(struct smf *smf, const char *path, struct store **ret_store);
void store_close(struct store *store);

/* Each: 0 or -EIO, logged and counted */
int store_ue_save(const struct ue *ue);
int store_ue_delete(struct store *store, const char *supi);
int store_session_save(const struct session *s);
/** store_session_delete - the row; and the session's address is noted as the last to be handed out
 * again */
int store_session_delete(const struct session *s);
int store_classifier_save(const struct classifier *c);
int store_classifier_delete(const struct classifier *c);
/** store_route_save - of a session; it goes with the session's row */
int store_route_save(const struct session *s);
int store_upf_save(const struct upf *upf);
int store_anchor_save(struct store *store, const char *supi, const char *dnn, const char *dnai);
int store_anchor_delete(struct store *store, const char *supi, const char *dnn);

/**
 * store_load - UEs, sessions, anchors, stamps and addresses into smf's tables
 *
 * Rows that the configuration no longer has a place for (a UPF or DNN that is gone) are dropped,
 * and logged. Return: 0, -EIO, -ENOMEM
 */
int store_load(struct smf *smf);

#endif
