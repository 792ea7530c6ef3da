// SPDX-License-Identifier: Apache-2.0
/* struct smf: made, filled from the database, taken apart. */
#include "smf-lite/smf.h"

#include <string.h>

#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/anchor.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/session.h"
#include "smf-lite/smf_life.h"
#include "smf-lite/store.h"
#include "smf-lite/ue.h"

/* What was under way when we ended is undone, before any peer is heard. */
static void recover(struct smf *smf)
{
	struct session *s, *next;
	size_t count = HASH_CNT(by_seid, smf->sessions->by_seid);

	HASH_ITER (by_seid, smf->sessions->by_seid, s, next)
		session_recover(s);
	log_info("smf", "what=recovered ues=%zu sessions=%zu", smf->ues->count, count);
}

int smf_init(struct smf *smf, uv_loop_t *loop, const struct smf_config *config,
	     const struct n2_wire *wire)
{
	int err;

	memset(smf, 0, sizeof(*smf));
	smf->loop = loop;
	smf->config = config;
	err = ue_table_new(smf, &smf->ues);
	if (!err)
		err = session_table_new(smf, &smf->sessions);
	if (!err)
		err = anchor_table_new(&smf->anchors);
	if (!err)
		err = n2_new(smf, wire, &smf->n2);
	if (!err)
		err = n4_client_new(smf, &smf->n4);
	if (!err)
		err = store_open(smf, config->database, &smf->store);
	if (!err)
		err = store_load(smf);
	if (!err)
		recover(smf);
	return err;
}

void smf_done(struct smf *smf)
{
	n4_client_stop(smf->n4);
	session_table_free(smf->sessions);
	ue_table_free(smf->ues);
	n4_client_free(smf->n4);
	n2_free(smf->n2);
	anchor_table_free(smf->anchors);
	store_close(smf->store);
	memset(smf, 0, sizeof(*smf));
}
