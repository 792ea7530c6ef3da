// SPDX-License-Identifier: Apache-2.0
/*
 * Another configuration for a UPF that serves (SIGHUP). What packets meet is built beside what
 * there is: claims on TEIDs and UE addresses, and a data plane with all sessions in it, which then
 * takes the other one's place, packet by packet (dp_config.from). Until then anything may fail, and
 * nothing has changed. N4 doesn't notice.
 */
#include "upf/reload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "upf/keep.h"

/* What of struct upf a configuration stands behind */
struct parts {
	const struct upf_config *config;
	struct dataplane *dp;
	struct upf_teids teids;
	struct upf_ue_addresses addresses;
	struct upf_instance served[DP_INSTANCES_MAX];
	struct upf_keep *keep; /* nothing is kept of what may fail */
};

static void parts_take(struct upf *upf, struct parts *ret)
{
	ret->config = upf->config;
	ret->dp = upf->dp;
	ret->teids = upf->teids;
	ret->addresses = upf->addresses;
	ret->keep = upf->keep;
	memcpy(ret->served, upf->served, sizeof(ret->served));
	upf->dp = NULL;
	upf->keep = NULL;
	upf->teids = (struct upf_teids){0};
	upf->addresses = (struct upf_ue_addresses){0};
}

static void parts_free(struct parts *p)
{
	dataplane_free(p->dp);
	upf_teids_done(&p->teids);
	upf_ue_addresses_done(&p->addresses);
}

/* In place of those that have failed */
static void parts_put(struct upf *upf, const struct parts *p)
{
	struct parts failed;

	parts_take(upf, &failed);
	parts_free(&failed);
	upf->config = p->config;
	upf->dp = p->dp;
	upf->teids = p->teids;
	upf->addresses = p->addresses;
	upf->keep = p->keep;
	memcpy(upf->served, p->served, sizeof(upf->served));
}

static int sessions_renew(struct upf *upf)
{
	int rc = 0;

	for (struct upf_session *s = upf_session_next(&upf->sessions, NULL); s && !rc;
	     s = upf_session_next(&upf->sessions, s))
		rc = upf_session_renew(upf, s);
	return rc;
}

/* ---- what was counted ---- */

/* It is a few hundred octets; Return: 0 or a negative errno */
static int counts_take(struct upf *upf, struct dataplane *was, uint64_t seid)
{
	const size_t size = dataplane_session_save(was, seid, NULL, 0);
	void *saved = size ? malloc(size) : NULL;
	int rc = 0;

	if (size && !saved)
		return -ENOMEM;
	if (size) {
		(void)dataplane_session_save(was, seid, saved, size);
		rc = dataplane_session_inherit(upf->dp, seid, saved, size);
	}
	free(saved);
	return rc;
}

static void all_counts_take(struct upf *upf, struct dataplane *was)
{
	for (struct upf_session *s = upf_session_next(&upf->sessions, NULL); s;
	     s = upf_session_next(&upf->sessions, s)) {
		const int rc = counts_take(upf, was, s->seid);

		if (rc)
			log_error("reload", "seid=0x%" PRIx64 " what=counts-lost error=\"%s\"",
				  s->seid, strerror(-rc));
		upf_metering_resume(upf, s);
	}
}

/* ---- one for the other ---- */

static int build(struct upf *upf, struct dataplane *from)
{
	struct dp_error err = {0};
	int rc = upf_claims_start(upf);

	if (!rc)
		rc = upf_dataplane_open(upf, false, from);
	if (!rc)
		rc = sessions_renew(upf);
	if (rc)
		return rc;
	all_counts_take(upf, from); /* so that no quota opens that was used up */
	rc = dataplane_adopt(upf->dp, &err);
	if (rc)
		log_error("dataplane", "what=reload error=\"%s\"", err.text);
	return rc;
}

int upf_reload(struct upf *upf, const struct upf_config *config)
{
	const char *fixed = upf_config_fixed(upf->config, config);
	struct parts was;
	int rc;

	if (fixed) {
		log_error("reload", "key=%s error=\"can't change while it serves\"", fixed);
		return -EINVAL;
	}
	upf_deletions_finish(upf);
	parts_take(upf, &was);
	upf->config = config;
	rc = build(upf, was.dp);
	if (rc) {
		parts_put(upf, &was);
		return rc;
	}
	all_counts_take(upf, was.dp);
	dataplane_inherited(upf->dp);
	upf->keep = was.keep;
	upf_keep_renew(upf);
	parts_free(&was);
	upf_paths_interval(upf);
	return 0;
}
