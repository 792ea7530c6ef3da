// SPDX-License-Identifier: Apache-2.0
/*
 * Which URRs of a session are accounted for, and what requests do to them: TS 29.244 cl. 5.2.2.2.1,
 * 5.2.2.3.1.
 */
#include "upf/usage_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct upf_usage *upf_usage_find(const struct upf_usages *u, uint32_t urr_id)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->usage[i].urr_id == urr_id && !(u->usage[i].flags & UPF_USAGE_GONE))
			return &u->usage[i];
	return NULL;
}

const struct upf_urr *upf_usage_urr(const struct upf_rules *rules, uint32_t urr_id)
{
	for (size_t i = 0; i < rules->n_urr; i++)
		if (rules->urr[i].id == urr_id)
			return &rules->urr[i];
	return NULL;
}

void upf_usages_done(struct upf_usages *u)
{
	free(u->usage);
	*u = (struct upf_usages){0};
}

int upf_usages_reserve(struct upf_usages *u, const struct upf_rules *rules)
{
	size_t room = u->n;
	struct upf_usage *usage;

	for (size_t i = 0; i < rules->n_urr; i++)
		room += !upf_usage_find(u, rules->urr[i].id);
	if (room == u->room || !room)
		return 0;
	/* More than this wait only for a caller who takes no reports. */
	if (room > UINT8_MAX)
		return -ENOMEM;
	usage = realloc(u->usage, room * sizeof(*usage));
	if (!usage)
		return -ENOMEM;
	u->usage = usage;
	u->room = (uint8_t)room;
	return 0;
}

/* ---- what is due ---- */

bool upf_usage_is_null(const struct upf_usage *usage)
{
	return !usage->measured[0] && !usage->measured[1] && !usage->measured_packets[0] &&
	       !usage->measured_packets[1] &&
	       !(usage->flags & UPF_USAGE_DURATION && usage->measured_ms >= 1000);
}

/* Whether it reports when another one does */
static bool follows(const struct upf_usage *usage, const struct upf_rules *rules, uint32_t other_id)
{
	const struct upf_urr *urr = upf_usage_urr(rules, usage->urr_id);

	if (!urr || !(urr->triggers & PFCP_TRIGGER_LIUSA) ||
	    usage->flags & (UPF_USAGE_GONE | UPF_USAGE_RESTING | UPF_USAGE_SPENT))
		return false;
	for (size_t i = 0; i < rules->n_link; i++)
		if (rules->link[i].urr_id == usage->urr_id && rules->link[i].linked_id == other_id)
			return true;
	return false;
}

/* @null: also where there is nothing to report */
static void raise_linked(struct upf_usages *u, const struct upf_rules *rules,
			 struct upf_usage *usage, uint32_t triggers, bool null)
{
	const bool first = triggers && !usage->due;

	usage->due |= triggers;
	/* Each is told of once, so links may go round: at most as deep as there are URRs. */
	for (size_t i = 0; first && i < u->n; i++) {
		struct upf_usage *other = &u->usage[i];

		if (other != usage && follows(other, rules, usage->urr_id) &&
		    (null || !upf_usage_is_null(other)))
			raise_linked(u, rules, other, PFCP_USAGE_LIUSA, null);
	}
}

void upf_usage_raise(struct upf_usages *u, const struct upf_rules *rules, struct upf_usage *usage,
		     uint32_t triggers)
{
	raise_linked(u, rules, usage, triggers, true);
}

int upf_usages_query(struct upf_usages *u, const struct upf_rules *rules, uint32_t urr_id)
{
	struct upf_usage *usage = upf_usage_find(u, urr_id);

	if (!usage)
		return -ENOENT;
	raise_linked(u, rules, usage, PFCP_USAGE_IMMER, false);
	return 0;
}

void upf_usages_query_all(struct upf_usages *u)
{
	for (size_t i = 0; i < u->n; i++)
		if (!(u->usage[i].flags & UPF_USAGE_GONE))
			u->usage[i].due |= PFCP_USAGE_IMMER;
}

void upf_usages_end(struct upf_usages *u, enum pfcp_usage_trigger trigger)
{
	for (size_t i = 0; i < u->n; i++) {
		u->usage[i].due |= trigger;
		upf_usage_meter_stop(&u->usage[i]);
		u->usage[i].flags |= UPF_USAGE_GONE;
	}
}

/* ---- pauses, numbers of reports ---- */

/* The period runs from when it was given, or when its trigger came. */
static void period_follow(struct upf_usage *usage, const struct upf_urr *urr, bool given,
			  const struct upf_now *now)
{
	if (!(urr->triggers & PFCP_TRIGGER_PERIO) || !urr->period_s)
		usage->period_ms = 0;
	else if (given || !usage->period_ms)
		usage->period_ms = now->ms + urr->period_s * 1000ull;
}

/* One that was inactive begins its timers again: what they missed is no report. */
static void reports_grant(struct upf_usage *usage, const struct upf_urr *urr,
			  const struct upf_now *now)
{
	usage->reports_left = urr->reports;
	if (!(usage->flags & UPF_USAGE_SPENT))
		return;
	upf_usage_flag(usage, UPF_USAGE_SPENT, false);
	usage->quiet_ms = now->ms;
	period_follow(usage, urr, true, now);
}

static void pause_set(struct upf_usage *usage, const struct upf_urr *urr, bool paused,
		      const struct upf_now *now)
{
	if (paused == !!(usage->flags & UPF_USAGE_PAUSED))
		return;
	upf_usage_meter(usage, urr, now->ms);
	upf_usage_meter_stop(usage);
	upf_usage_flag(usage, UPF_USAGE_PAUSED, paused);
	usage->flags |= UPF_USAGE_STALE;
	if (paused)
		return;
	/* As many reports as there were at first: cl. 5.2.2.3.1 */
	reports_grant(usage, urr, now);
}

/* With ASPOC, INAM counts only together with CIAM (cl. 5.30, 8.2.68). */
static bool pause_wanted(const struct upf_usage *usage, const struct upf_urr *urr, bool given)
{
	const bool inactive = urr->information & PFCP_MEASURE_INAM;

	if (!(urr->information & PFCP_MEASURE_ASPOC))
		return inactive;
	if (given && urr->information & PFCP_MEASURE_CIAM)
		return inactive;
	return usage->flags & UPF_USAGE_PAUSED;
}

void upf_usages_pause(struct upf_usages *u, const struct upf_rules *rules, bool stop,
		      const struct upf_now *now)
{
	for (size_t i = 0; i < rules->n_urr; i++) {
		const struct upf_urr *urr = &rules->urr[i];
		struct upf_usage *usage = upf_usage_find(u, urr->id);

		if (!usage || !(urr->information & PFCP_MEASURE_ASPOC))
			continue;
		pause_set(usage, urr, stop, now);
		upf_usage_meter_resume(usage, urr, now->ms);
	}
}

/* ---- what a request changes ---- */

static bool is_named(const struct upf_rules *rules, uint32_t urr_id)
{
	for (size_t i = 0; i < rules->n_pdr; i++)
		for (size_t j = 0; j < rules->pdr[i].n_urr; j++)
			if (rules->pdr[i].urr_id[j] == urr_id)
				return true;
	return false;
}

/* What has a limit is measured, whatever the method says: the report is about it. */
static void methods_follow(struct upf_usage *usage, const struct upf_urr *urr)
{
	const bool volume = urr->method & PFCP_MEASURE_VOLUME ||
			    upf_volume_any(&urr->threshold.volume) ||
			    upf_volume_any(&urr->quota.volume);
	const bool duration = urr->method & PFCP_MEASURE_DURATION ||
			      urr->threshold.time_s != UINT32_MAX ||
			      urr->quota.time_s != UINT32_MAX;

	upf_usage_flag(usage, UPF_USAGE_VOLUME, volume);
	upf_usage_flag(usage, UPF_USAGE_PACKETS, urr->information & PFCP_MEASURE_MNOP);
	upf_usage_flag(usage, UPF_USAGE_DURATION, duration);
	if (duration)
		return;
	upf_usage_meter_stop(usage);
	upf_usage_flag(usage, UPF_USAGE_BEGUN, false);
	usage->measured_ms = 0;
}

/* What nothing has been counted against: a new one's, one that PDRs name again */
static void limits_begin(struct upf_usage *usage, const struct upf_urr *urr,
			 const struct upf_now *now)
{
	memset(usage->carried, 0, sizeof(usage->carried));
	memset(usage->spent, 0, sizeof(usage->spent));
	usage->carried_s = usage->spent_s = 0;
	upf_usage_flag(usage,
		       UPF_USAGE_CLOSED | UPF_USAGE_VOLUME_OVER | UPF_USAGE_TIME_OVER |
			       UPF_USAGE_IDLE | UPF_USAGE_BEGUN,
		       false);
	usage->quiet_ms = usage->quota_ms = now->ms;
	period_follow(usage, urr, true, now);
}

void upf_usage_begin(struct upf_usage *usage, const struct upf_rules *rules,
		     const struct upf_urr *urr, const struct upf_now *now)
{
	*usage = (struct upf_usage){
		.urr_id = urr->id,
		.flags = UPF_USAGE_STALE,
		.start_ms = now->ms,
		.reports_left = urr->reports,
	};
	methods_follow(usage, urr);
	limits_begin(usage, urr, now);
	upf_usage_flag(usage, UPF_USAGE_PAUSED, pause_wanted(usage, urr, true));
	upf_usage_flag(usage, UPF_USAGE_RESTING, !is_named(rules, urr->id));
	if (urr->information & PFCP_MEASURE_ISTM)
		upf_usage_meter_start(usage, urr, now->ms);
}

/* What is forbidden since a holding or validity time has passed may pass again: by new terms, or
 * because there are none any more */
static bool opens(const struct pfcp_urr *ie)
{
	static const uint16_t terms[] = {PFCP_IE_VOLUME_QUOTA, PFCP_IE_TIME_QUOTA,
					 PFCP_IE_QUOTA_HOLDING_TIME, PFCP_IE_QUOTA_VALIDITY_TIME};

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		if (upf_rule_loses(&ie->cleared, terms[i]))
			return true;
	return ie->has_volume_quota || ie->has_time_quota || ie->has_quota_holding_time ||
	       ie->has_quota_validity_time;
}

/* A new quota is counted from the last report on; what was left of the former one is discarded. */
static void quota_given(struct upf_usage *usage, const struct pfcp_urr *ie,
			const struct upf_now *now)
{
	if (ie->has_volume_quota) {
		memset(usage->spent, 0, sizeof(usage->spent));
		upf_usage_flag(usage, UPF_USAGE_VOLUME_OVER, false);
	}
	if (ie->has_time_quota) {
		usage->spent_s = 0;
		upf_usage_flag(usage, UPF_USAGE_TIME_OVER, false);
	}
	if (ie->has_volume_quota || ie->has_time_quota || ie->has_quota_validity_time)
		usage->quota_ms = now->ms;
	if (!opens(ie))
		return;
	upf_usage_flag(usage, UPF_USAGE_CLOSED, false);
	usage->quiet_ms = now->ms;
}

static void update_follow(struct upf_usage *usage, const struct upf_urr *urr,
			  const struct pfcp_urr *ie, const struct upf_now *now)
{
	if (ie->has_volume_threshold)
		memset(usage->carried, 0, sizeof(usage->carried));
	if (ie->has_time_threshold)
		usage->carried_s = 0;
	quota_given(usage, ie, now);
	if (ie->has_inactivity_timer) {
		usage->quiet_ms = now->ms;
		upf_usage_flag(usage, UPF_USAGE_IDLE, false);
	}
	if (ie->has_period)
		period_follow(usage, urr, true, now);
	pause_set(usage, urr, pause_wanted(usage, urr, ie->has_measurement_information), now);
	if (ie->has_number_of_reports || !urr->reports)
		reports_grant(usage, urr, now);
	if (ie->has_measurement_information && urr->information & PFCP_MEASURE_ISTM)
		upf_usage_meter_start(usage, urr, now->ms);
}

/* PDRs that name it have come or gone. */
static void naming_follow(struct upf_usages *u, const struct upf_rules *rules,
			  struct upf_usage *usage, const struct upf_urr *urr,
			  const struct upf_now *now)
{
	const bool rests = !is_named(rules, urr->id);

	if (rests == !!(usage->flags & UPF_USAGE_RESTING))
		return;
	usage->flags |= UPF_USAGE_STALE;
	upf_usage_meter_stop(usage);
	upf_usage_flag(usage, UPF_USAGE_RESTING, rests);
	upf_usage_flag(usage, UPF_USAGE_TRAFFIC, false);
	if (!rests) {
		limits_begin(usage, urr, now);
		if (!usage->due)
			usage->start_ms = now->ms;
		if (urr->information & PFCP_MEASURE_ISTM)
			upf_usage_meter_start(usage, urr, now->ms);
	} else if (!upf_usage_is_null(usage)) {
		upf_usage_raise(u, rules, usage, PFCP_USAGE_TERMR);
	}
}

static void urr_follow(struct upf_usages *u, const struct upf_rules *rules,
		       const struct upf_urr *urr, const struct upf_change *change,
		       const struct upf_now *now)
{
	struct upf_usage *usage = upf_usage_find(u, urr->id);

	if (!usage) {
		upf_usage_begin(&u->usage[u->n++], rules, urr, now);
		return;
	}
	methods_follow(usage, urr);
	for (size_t i = 0; change && i < change->n_update_urr; i++) {
		if (change->update_urr[i].urr_id != urr->id)
			continue;
		usage->flags |= UPF_USAGE_STALE;
		update_follow(usage, urr, &change->update_urr[i], now);
	}
	period_follow(usage, urr, false, now);
	naming_follow(u, rules, usage, urr, now);
	upf_usage_meter_resume(usage, urr, now->ms);
	upf_usage_meter(usage, urr, now->ms);
}

static void gone_follow(struct upf_usages *u, const struct upf_rules *rules)
{
	size_t kept = 0;

	for (size_t i = 0; i < u->n; i++) {
		struct upf_usage *usage = &u->usage[i];

		if (upf_usage_urr(rules, usage->urr_id))
			continue;
		upf_usage_meter_stop(usage);
		usage->flags |= UPF_USAGE_GONE;
		if (!upf_usage_is_null(usage))
			upf_usage_raise(u, rules, usage, PFCP_USAGE_TERMR);
	}
	for (size_t i = 0; i < u->n; i++)
		if (!(u->usage[i].flags & UPF_USAGE_GONE) || u->usage[i].due)
			u->usage[kept++] = u->usage[i];
	u->n = (uint8_t)kept;
}

void upf_usages_follow(struct upf_usages *u, const struct upf_rules *rules,
		       const struct upf_change *change, const struct upf_now *now)
{
	gone_follow(u, rules);
	for (size_t i = 0; i < rules->n_urr; i++)
		urr_follow(u, rules, &rules->urr[i], change, now);
}
