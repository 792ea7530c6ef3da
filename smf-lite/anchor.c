// SPDX-License-Identifier: Apache-2.0
/* Anchor choice, and the preferences told over REST. */
#include "smf-lite/anchor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/route.h"
#include "smf-lite/session.h"
#include "smf-lite/ue.h"

int anchor_table_new(struct anchor_table **ret_table)
{
	*ret_table = calloc(1, sizeof(**ret_table));
	return *ret_table ? 0 : -ENOMEM;
}

void anchor_table_free(struct anchor_table *table)
{
	struct anchor *a, *next;

	if (!table)
		return;
	HASH_ITER (hh, table->head, a, next) {
		HASH_DEL(table->head, a);
		free(a);
	}
	free(table);
}

static struct anchor *find(const struct anchor_table *table, const char *supi, const char *dnn)
{
	struct anchor_key key = {0};
	struct anchor *a;

	snprintf(key.supi, sizeof(key.supi), "%s", supi);
	snprintf(key.dnn, sizeof(key.dnn), "%s", dnn);
	HASH_FIND(hh, table->head, &key, sizeof(key), a);
	return a;
}

const char *anchor_get(const struct anchor_table *table, const char *supi, const char *dnn)
{
	const struct anchor *a = find(table, supi, dnn);

	return a ? a->dnai : NULL;
}

int anchor_set(struct anchor_table *table, const char *supi, const char *dnn, const char *dnai)
{
	struct anchor *a = find(table, supi, dnn);

	if (!a) {
		if (HASH_COUNT(table->head) >= SMF_ANCHORS_MAX)
			return -ENOSPC;
		a = calloc(1, sizeof(*a));
		if (!a)
			return -ENOMEM;
		snprintf(a->key.supi, sizeof(a->key.supi), "%s", supi);
		snprintf(a->key.dnn, sizeof(a->key.dnn), "%s", dnn);
		HASH_ADD(hh, table->head, key, sizeof(a->key), a);
	}
	snprintf(a->dnai, sizeof(a->dnai), "%s", dnai);
	return 0;
}

int anchor_unset(struct anchor_table *table, const char *supi, const char *dnn)
{
	struct anchor *a = find(table, supi, dnn);

	if (!a)
		return -ENOENT;
	HASH_DEL(table->head, a);
	free(a);
	return 0;
}

static const char *configured(const struct smf_config *config, const char *supi, const char *dnn,
			      uint8_t session)
{
	for (size_t i = 0; i < config->anchor_count; i++) {
		const struct smf_anchor *a = &config->anchors[i];

		if (a->session == session && strcmp(a->supi, supi) == 0 &&
		    strcasecmp(a->dnn, dnn) == 0)
			return a->dnai;
	}
	return NULL;
}

static struct upf *named(struct smf *smf, const char *dnai)
{
	struct upf *upf = dnai ? n4_upf_by_dnai(smf->n4, dnai) : NULL;

	return upf && !upf->leaving ? upf : NULL;
}

/* Of those that can be had; the first of equals. NULL: none */
static struct upf *least_loaded(struct n4_client *n4)
{
	struct upf *best = NULL;

	for (size_t i = 0; i < n4->upf_count; i++) {
		struct upf *upf = &n4->upfs[i];

		if (upf->associated && !upf->leaving &&
		    (!best || n4_load_cost(upf) < n4_load_cost(best)))
			best = upf;
	}
	return best;
}

struct upf *anchor_choose(struct smf *smf, const char *supi, const char *dnn, uint8_t session)
{
	struct upf *upf = named(smf, anchor_get(smf->anchors, supi, dnn));

	if (!upf)
		upf = named(smf, configured(smf->config, supi, dnn, session));
	if (!upf)
		upf = least_loaded(smf->n4);
	return upf ? upf : &smf->n4->upfs[0];
}

/* ---- sessions that are lost and come back ---- */

void anchor_note_lost(const struct session *s)
{
	struct ue_lost *lost = &s->ue->lost[s->id];

	lost->upf = route_upf(s);
	memcpy(lost->dnn, s->dnn, sizeof(lost->dnn));
}

void anchor_forget_lost(struct smf *smf, const char *supi, const char *dnn)
{
	struct ue *ue = ue_find_supi(smf, supi);

	for (unsigned id = 1; ue && id <= NGAP_MAX_SESSIONS; id++)
		if (strcasecmp(ue->lost[id].dnn, dnn) == 0)
			ue->lost[id].upf = NULL;
}

struct upf *anchor_resume(struct ue *ue, const char *dnn, uint8_t session)
{
	struct ue_lost *lost = &ue->lost[session];
	struct upf *upf = strcasecmp(lost->dnn, dnn) == 0 ? lost->upf : NULL;

	lost->upf = NULL;
	return upf && !upf->leaving ? upf : NULL;
}
