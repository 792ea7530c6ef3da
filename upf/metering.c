// SPDX-License-Identifier: Apache-2.0
/*
 * Between the usage engine (usage.h) and the data plane: readings one way, limits the other. And
 * the one alarm of a session, which rings when the first of all that it waits for is due: a report,
 * a packet's Notification Delay, a PDR's time, inactivity.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/log.h"
#include "upf/keep.h"

enum {
	RETRY_MS = 1000, /* of reports that can't be sent */
	ALARM_MAX_MS = 86400000,
};

struct upf_now upf_now(const struct upf *upf)
{
	uv_timeval64_t wall = {0};

	uv_gettimeofday(&wall);
	return (struct upf_now){
		.ms = uv_hrtime() / 1000000,
		.ntp = pfcp_time_from_unix(wall.tv_sec),
		.ntp_ms = (uint16_t)(wall.tv_usec / 1000),
	};
}

/* ---- readings ---- */

static void rules_keep(struct upf_session *session, const struct upf_rules *rules)
{
	struct upf_record *record = upf_record_new(rules);

	/* Out of memory: the monitoring time comes again with the next reading. */
	if (!record)
		return;
	free(session->record);
	session->record = record;
}

void upf_metering_count(struct upf *upf, struct upf_session *session, struct upf_rules *rules)
{
	const struct upf_now now = upf_now(upf);
	struct dp_urr_counters counters;

	for (size_t i = 0; i < rules->n_urr; i++)
		if (!dataplane_urr_counters(upf->dp, session->seid, rules->urr[i].id, &counters))
			upf_usage_count(&session->usages, rules, rules->urr[i].id, &counters, &now);
	if (rules->n_urr && upf_usages_tick(&session->usages, rules, &now))
		rules_keep(session, rules);
}

/* ---- limits, alarm ---- */

static void volume_take(struct dp_volume *to, const struct dp_volume *from)
{
	if (from->total != UINT64_MAX)
		to->total = from->total;
	for (size_t way = 0; way < 2; way++)
		if (from->way[way] != UINT64_MAX)
			to->way[way] = from->way[way];
}

void upf_metering_limits(struct upf_session *session, const struct upf_rules *rules,
			 struct dp_session *dp)
{
	struct dp_urr_limits limits;

	for (size_t i = 0; i < dp->urr_count; i++) {
		struct dp_urr_limits *to = &dp->urr[i].limits;

		(void)upf_usage_limits(&session->usages, rules, dp->urr[i].id, &limits);
		volume_take(&to->notify, &limits.notify);
		volume_take(&to->quota, &limits.quota);
		to->start = limits.start;
		to->closed = limits.closed;
	}
}

/* -ENOENT: no PDR names it, or none that is active */
static void limit_tell(struct upf *upf, const struct upf_session *session, uint32_t urr_id,
		       const struct dp_urr_limits *limits)
{
	int rc = dataplane_urr_limits(upf->dp, session->seid, urr_id, limits);

	if (rc && rc != -ENOENT)
		log_error("dataplane", "seid=0x%" PRIx64 " urr=%u what=limits error=%d",
			  session->seid, urr_id, rc);
}

static void limits_tell(struct upf *upf, struct upf_session *session, const struct upf_rules *rules)
{
	struct dp_urr_limits limits;

	for (size_t i = 0; i < rules->n_urr; i++)
		if (upf_usage_limits(&session->usages, rules, rules->urr[i].id, &limits))
			limit_tell(upf, session, rules->urr[i].id, &limits);
}

void upf_metering_resume(struct upf *upf, struct upf_session *session)
{
	struct upf_rules *rules = upf_session_rules(upf, session);
	struct dp_urr_limits limits;

	upf_metering_count(upf, session, rules);
	for (size_t i = 0; i < rules->n_urr; i++) {
		(void)upf_usage_limits(&session->usages, rules, rules->urr[i].id, &limits);
		limit_tell(upf, session, rules->urr[i].id, &limits);
	}
	upf_metering_go_on(upf, session, rules);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A PDR's time may have come since the alarm was set last: then at once */
static uint64_t change_due(const struct upf_session *session, const struct upf_now *now)
{
	const int32_t left_s = (int32_t)(session->changes_at - now->ntp);

	return left_s > 0 ? now->ms + (uint32_t)left_s * 1000ull - now->ntp_ms : now->ms;
}

static uint64_t next_due(const struct upf_session *session, const struct upf_rules *rules,
			 const struct upf_now *now)
{
	uint64_t next = upf_inactivity_next(&session->inactivity);

	if (rules->n_urr)
		next = earlier(next, upf_usages_next(&session->usages, rules, now));
	if (session->notice.due_ms)
		next = earlier(next, session->notice.due_ms);
	if (session->changes_at)
		next = earlier(next, change_due(session, now));
	return next;
}

static void alarm_set(struct upf *upf, struct upf_session *session, uint64_t at_ms,
		      const struct upf_now *now)
{
	if (at_ms == UINT64_MAX) {
		upf_alarm_stop(&upf->alarms, &session->alarm);
		return;
	}
	/* A clock that is stepped back must not make anything wait for ever. */
	at_ms = earlier(at_ms, now->ms + ALARM_MAX_MS);
	if (upf_alarm_set(&upf->alarms, &session->alarm, at_ms))
		log_error("n4", "what=alarm error=\"out of memory\"");
}

void upf_metering_go_on(struct upf *upf, struct upf_session *session, const struct upf_rules *rules)
{
	const struct upf_now now = upf_now(upf);

	limits_tell(upf, session, rules);
	alarm_set(upf, session, next_due(session, rules, &now), &now);
}

/* ---- what is due ---- */

static void inactivity_see(struct upf *upf, struct upf_session *session, const struct upf_now *now)
{
	struct dp_counters counters;

	if (upf_inactivity_next(&session->inactivity) > now->ms)
		return;
	if (dataplane_session_counters(upf->dp, session->seid, &counters))
		counters = (struct dp_counters){0};
	if (upf_inactivity_tick(&session->inactivity, counters.latest_ns, now))
		upf_report_inactivity(upf, session);
}

/* Readings, reports, limits, the alarm. */
static void meter(struct upf *upf, struct upf_session *session)
{
	struct upf_rules *rules = upf_session_rules(upf, session);
	const struct upf_now now = upf_now(upf);

	upf_metering_count(upf, session, rules);
	if (!upf_report_usage(upf, session, rules)) {
		upf_metering_go_on(upf, session, rules);
	} else {
		limits_tell(upf, session, rules);
		alarm_set(upf, session, now.ms + RETRY_MS, &now);
	}
	upf_keep_session(upf, session);
}

void upf_session_due(struct upf_alarm *alarm, void *user)
{
	struct upf_session *session =
		(struct upf_session *)((char *)alarm - offsetof(struct upf_session, alarm));
	struct upf *upf = user;
	const struct upf_now now = upf_now(upf);

	if (session->changes_at && (int32_t)(now.ntp - session->changes_at) >= 0)
		(void)upf_session_reinstall(upf, session);
	if (session->notice.due_ms && session->notice.due_ms <= now.ms)
		upf_downlink_due(upf, session);
	inactivity_see(upf, session, &now);
	meter(upf, session);
}

/* What is linked with it is due as well, so all are read. It has told once, and waits to be told in
 * its turn, even where the limits are the same. */
void upf_usage(uint64_t seid, uint32_t urr_id, void *user)
{
	struct upf *upf = user;
	struct upf_session *session = upf_session_find(&upf->sessions, seid);
	struct dp_urr_limits limits;

	if (!session)
		return;
	meter(upf, session);
	(void)upf_usage_limits(&session->usages, &upf->scratch->before, urr_id, &limits);
	limit_tell(upf, session, urr_id, &limits);
}
