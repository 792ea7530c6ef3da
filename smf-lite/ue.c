// SPDX-License-Identifier: Apache-2.0
/* The table of UEs: identities, connections, and how a UE context ends. */
#include "smf-lite/ue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/registration.h"
#include "smf-lite/session.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"

int ue_table_new(struct smf *smf, struct ue_table **ret_table)
{
	struct ue_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->smf = smf;
	*ret_table = table;
	return 0;
}

void ue_table_free(struct ue_table *table)
{
	struct ue *ue, *next;

	if (!table)
		return;
	/* Those without SUPI are in no other table than by their connection. */
	HASH_ITER (by_amf_id, table->amf_id, ue, next) {
		if (!ue->supi[0])
			ue_free(ue);
	}
	HASH_ITER (by_supi, table->supi, ue, next)
		ue_free(ue);
	free(table);
}

struct ue *ue_new(struct smf *smf)
{
	struct ue *ue;

	if (smf->ues->count >= SMF_UES_MAX) {
		smf->counters.drop[SMF_ue_limit]++;
		return NULL;
	}
	ue = calloc(1, sizeof(*ue));
	if (!ue)
		return NULL;
	ue->timer = smf_timer_new(smf->loop, registration_timer, ue);
	if (!ue->timer) {
		free(ue);
		return NULL;
	}
	ue->smf = smf;
	smf->ues->count++;
	return ue;
}

static void unhash_connection(struct ue *ue)
{
	if (ue->gnb)
		HASH_DELETE(by_amf_id, ue->smf->ues->amf_id, ue);
	ue->gnb = ue->former.gnb = NULL;
	ue->context = ue->path_switching = false;
}

void ue_free(struct ue *ue)
{
	struct ue_table *table = ue->smf->ues;

	unhash_connection(ue);
	if (ue->supi[0])
		HASH_DELETE(by_supi, table->supi, ue);
	if (ue->tmsi)
		HASH_DELETE(by_tmsi, table->tmsi, ue);
	smf_timer_free(ue->timer);
	table->count--;
	free(ue);
}

struct ue *ue_find_supi(struct smf *smf, const char *supi)
{
	struct ue *ue;

	HASH_FIND(by_supi, smf->ues->supi, supi, strlen(supi), ue);
	return ue;
}

struct ue *ue_find_amf_id(struct smf *smf, uint64_t amf_ue_id)
{
	struct ue *ue;

	HASH_FIND(by_amf_id, smf->ues->amf_id, &amf_ue_id, sizeof(amf_ue_id), ue);
	return ue;
}

struct ue *ue_find_tmsi(struct smf *smf, uint32_t tmsi)
{
	struct ue *ue;

	HASH_FIND(by_tmsi, smf->ues->tmsi, &tmsi, sizeof(tmsi), ue);
	return ue;
}

struct ue *ue_find_ran_id(struct smf *smf, const struct gnb *gnb, uint32_t ran_ue_id)
{
	struct ue *ue, *next;

	HASH_ITER (by_amf_id, smf->ues->amf_id, ue, next) {
		if (ue->gnb == gnb && ue->ran_ue_id == ran_ue_id)
			return ue;
	}
	return NULL;
}

void ue_set_supi(struct ue *ue, const char *supi)
{
	memcpy(ue->supi, supi, strlen(supi) + 1);
	HASH_ADD(by_supi, ue->smf->ues->supi, supi, strlen(ue->supi), ue);
}

void ue_set_tmsi(struct ue *ue, uint32_t tmsi)
{
	if (ue->tmsi)
		HASH_DELETE(by_tmsi, ue->smf->ues->tmsi, ue);
	while (!tmsi || ue_find_tmsi(ue->smf, tmsi))
		if (getrandom(&tmsi, sizeof(tmsi), 0) != sizeof(tmsi))
			tmsi = 0;
	ue->tmsi = tmsi;
	HASH_ADD(by_tmsi, ue->smf->ues->tmsi, tmsi, sizeof(ue->tmsi), ue);
}

void ue_connect_as(struct ue *ue, struct gnb *gnb, uint32_t ran_ue_id, uint64_t amf_ue_id)
{
	struct ue_table *table = ue->smf->ues;

	unhash_connection(ue);
	smf_timer_stop(ue->timer);
	ue->gnb = gnb;
	ue->ran_ue_id = ran_ue_id;
	ue->amf_ue_id = amf_ue_id;
	if (amf_ue_id > table->last_amf_id)
		table->last_amf_id = amf_ue_id;
	HASH_ADD(by_amf_id, table->amf_id, amf_ue_id, sizeof(ue->amf_ue_id), ue);
}

void ue_connect(struct ue *ue, struct gnb *gnb, uint32_t ran_ue_id)
{
	ue_connect_as(ue, gnb, ran_ue_id, ue->smf->ues->last_amf_id + 1);
}

void ue_adopt(struct ue *ue, struct ue *from)
{
	struct gnb *gnb = from->gnb;
	uint32_t ran_ue_id = from->ran_ue_id;
	uint64_t amf_ue_id = from->amf_ue_id;

	unhash_connection(from);
	ue_connect_as(ue, gnb, ran_ue_id, amf_ue_id);
}

void ue_idle(struct ue *ue)
{
	smf_timer_start(ue->timer, SMF_IMPLICIT_DEREGISTRATION_MS);
}

void ue_disconnect(struct ue *ue)
{
	unhash_connection(ue);
	ue_idle(ue);
	session_feed_ue(ue, SESSION_EV_UE_IDLE);
	store_ue_save(ue);
}

bool ue_connected(const struct ue *ue)
{
	return ue->gnb && ue->gnb->conn;
}

void ue_context_release(struct ue *ue, struct ngap_cause cause)
{
	struct n2 *n2 = ue->smf->n2;
	struct ngap_pdu *pdu = n2_pdu(n2, NGAP_UE_CONTEXT_RELEASE_COMMAND);

	pdu->ue_context_release_command.ids =
		(struct ngap_ue_ids){ue->amf_ue_id, true, ue->ran_ue_id};
	pdu->ue_context_release_command.cause = cause;
	if (ue_connected(ue))
		n2_send(ue->gnb, n2, N2_STREAM_UE, pdu);
	/* Its answer needs nothing of us: the connection ends here, the ids are never used again.
	 */
	if (ue->supi[0])
		ue_disconnect(ue);
	else
		unhash_connection(ue);
}

void ue_deregister(struct ue *ue)
{
	struct smf *smf = ue->smf;

	log_info("ue", "what=deregistered ue=%s", ue->supi);
	session_feed_ue(ue, SESSION_EV_LOCAL_RELEASE);
	smf->counters.count[SMF_deregistrations]++;
	store_ue_delete(smf->store, ue->supi);
	ue_free(ue);
}
