// SPDX-License-Identifier: Apache-2.0
/* When a URR reports: TS 29.244 cl. 5.2.2.2.1, 5.2.2.3.1. */
#include "upf/usage_state.h"

static uint64_t after(uint64_t ms, uint32_t s)
{
	return ms + s * 1000ull;
}

/* ---- timers ---- */

static uint64_t period_when(const struct upf_usage *usage, const struct upf_urr *urr)
{
	/* one without the other: only a journal that was tampered with has that */
	return usage->period_ms && urr->period_s ? usage->period_ms : UINT64_MAX;
}

/* Periods follow each other from the first one on, however late the clock is; those that it missed
 * are one report. */
static void period_fire(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	const uint64_t period = urr->period_s * 1000ull;

	usage->period_ms += ((ms - usage->period_ms) / period + 1) * period;
}

static uint64_t holding_when(const struct upf_usage *usage, const struct upf_urr *urr)
{
	if (!urr->holding_s || usage->flags & UPF_USAGE_CLOSED)
		return UINT64_MAX;
	return after(upf_usage_silence(usage), urr->holding_s);
}

/* Any remaining quota is discarded: cl. 5.2.2.2.1, note 9. */
static void quota_close(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	upf_usage_meter_stop(usage);
	usage->flags |= UPF_USAGE_CLOSED | UPF_USAGE_STALE;
}

/* What comes next is a start of traffic: note 8. */
static void holding_fire(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	quota_close(usage, urr, ms);
	upf_usage_flag(usage, UPF_USAGE_TRAFFIC, false);
}

static uint64_t validity_when(const struct upf_usage *usage, const struct upf_urr *urr)
{
	if (!urr->validity_s || usage->flags & UPF_USAGE_CLOSED)
		return UINT64_MAX;
	return after(usage->quota_ms, urr->validity_s);
}

static uint64_t idle_when(const struct upf_usage *usage, const struct upf_urr *urr)
{
	if (!(urr->triggers & PFCP_TRIGGER_UPINT) || !urr->idle_s || usage->flags & UPF_USAGE_IDLE)
		return UINT64_MAX;
	return after(upf_usage_silence(usage), urr->idle_s);
}

static void idle_fire(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	usage->flags |= UPF_USAGE_IDLE;
}

static uint64_t stop_when(const struct upf_usage *usage, const struct upf_urr *urr)
{
	if (!(urr->triggers & (PFCP_TRIGGER_START | PFCP_TRIGGER_STOPT)) ||
	    !(usage->flags & UPF_USAGE_TRAFFIC) || usage->flags & UPF_USAGE_PAUSED)
		return UINT64_MAX;
	if (urr->inactivity_s)
		return after(upf_usage_silence(usage), urr->inactivity_s);
	return upf_usage_silence(usage) + UPF_TRAFFIC_STOP_MS;
}

static void stop_fire(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	upf_usage_flag(usage, UPF_USAGE_TRAFFIC, false);
	usage->flags |= UPF_USAGE_STALE;
}

/* @trigger: enum pfcp_reporting_trigger, and what the report says then. Most go on in a pause, too
 */
static const struct timer {
	uint64_t (*when)(const struct upf_usage *usage, const struct upf_urr *urr);
	void (*fire)(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms);
	uint32_t trigger, usage_trigger;
} timers[] = {
	{period_when, period_fire, PFCP_TRIGGER_PERIO, PFCP_USAGE_PERIO},
	{stop_when, stop_fire, PFCP_TRIGGER_STOPT, PFCP_USAGE_STOPT},
	{idle_when, idle_fire, PFCP_TRIGGER_UPINT, PFCP_USAGE_UPINT},
	{holding_when, holding_fire, PFCP_TRIGGER_QUHTI, PFCP_USAGE_QUHTI},
	{validity_when, quota_close, PFCP_TRIGGER_QUVTI, PFCP_USAGE_QUVTI},
};

enum { N_TIMERS = sizeof(timers) / sizeof(timers[0]) };

static uint32_t timers_fire(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	uint32_t due = 0;

	for (size_t i = 0; i < N_TIMERS; i++) {
		if (timers[i].when(usage, urr) > ms)
			continue;
		timers[i].fire(usage, urr, ms);
		if (urr->triggers & timers[i].trigger)
			due |= timers[i].usage_trigger;
	}
	return due;
}

/* ---- thresholds and quotas ---- */

/* Told where its trigger is set, or by the lack of a threshold: cl. 5.2.2.2.1. A quota of zero that
 * forbids what hasn't begun has nothing to tell. */
static bool quota_told(const struct upf_usage *usage, bool trigger, bool threshold, bool zero)
{
	return (trigger || !threshold) && !(zero && upf_usage_is_null(usage));
}

static bool volume_is_zero(const struct dp_volume *v)
{
	return !v->total || !v->way[0] || !v->way[1];
}

/* Return: enum pfcp_usage_trigger; @ret_over: what is noticed to be over now */
static uint32_t limits_due(const struct upf_usage *usage, const struct upf_urr *urr,
			   uint16_t *ret_over)
{
	const struct upf_limits *threshold = &urr->threshold, *quota = &urr->quota;
	uint32_t due = 0;

	*ret_over = 0;
	if (!upf_usage_measures(usage))
		return 0;
	if (urr->triggers & PFCP_TRIGGER_VOLTH &&
	    upf_volume_reached(&threshold->volume, usage->carried, usage->measured))
		due |= PFCP_USAGE_VOLTH;
	if (urr->triggers & PFCP_TRIGGER_TIMTH &&
	    !upf_time_left(threshold->time_s, usage->carried_s, usage->measured_ms))
		due |= PFCP_USAGE_TIMTH;
	if (!(usage->flags & UPF_USAGE_VOLUME_OVER) &&
	    upf_volume_reached(&quota->volume, usage->spent, usage->measured)) {
		*ret_over |= UPF_USAGE_VOLUME_OVER;
		if (quota_told(usage, urr->triggers & PFCP_TRIGGER_VOLQU,
			       upf_volume_any(&threshold->volume), volume_is_zero(&quota->volume)))
			due |= PFCP_USAGE_VOLQU;
	}
	if (!(usage->flags & UPF_USAGE_TIME_OVER) &&
	    !upf_time_left(quota->time_s, usage->spent_s, usage->measured_ms)) {
		*ret_over |= UPF_USAGE_TIME_OVER;
		if (quota_told(usage, urr->triggers & PFCP_TRIGGER_TIMQU,
			       threshold->time_s != UINT32_MAX, !quota->time_s))
			due |= PFCP_USAGE_TIMQU;
	}
	return due;
}

/* ---- the monitoring time ---- */

/* Times wrap in 2036: what is less than 68 years ago has passed. */
static bool monitoring_passed(const struct upf_urr *urr, const struct upf_now *now)
{
	return urr->monitoring_time && (int32_t)(now->ntp - urr->monitoring_time) >= 0;
}

static uint64_t monitoring_when(const struct upf_urr *urr, const struct upf_now *now)
{
	if (!urr->monitoring_time)
		return UINT64_MAX;
	if (monitoring_passed(urr, now))
		return 0;
	return now->ms + (uint32_t)(urr->monitoring_time - now->ntp) * 1000ull - now->ntp_ms;
}

/*
 * The subsequent limits are counted from now on. What is measured already will be reported as of
 * before, and be added then: so it is taken off here, modulo the width of the number.
 */
static void limits_follow(struct upf_usage *usage, struct upf_urr *urr)
{
	const uint32_t measured_s = (uint32_t)(usage->measured_ms / 1000);
	const struct upf_limits none = {.volume = DP_VOLUME_NONE, .time_s = UINT32_MAX};
	const bool volume_quota = upf_volume_any(&urr->later_quota.volume);
	const bool time_quota = urr->later_quota.time_s != UINT32_MAX;

	for (int way = 0; way < 2; way++) {
		if (upf_volume_any(&urr->later_threshold.volume))
			usage->carried[way] = -usage->measured[way];
		if (volume_quota)
			usage->spent[way] = -usage->measured[way];
	}
	if (upf_volume_any(&urr->later_threshold.volume))
		urr->threshold.volume = urr->later_threshold.volume;
	if (urr->later_threshold.time_s != UINT32_MAX) {
		urr->threshold.time_s = urr->later_threshold.time_s;
		usage->carried_s = -measured_s;
	}
	if (volume_quota)
		urr->quota.volume = urr->later_quota.volume;
	if (time_quota) {
		urr->quota.time_s = urr->later_quota.time_s;
		usage->spent_s = -measured_s;
	}
	upf_usage_flag(usage,
		       (volume_quota ? UPF_USAGE_VOLUME_OVER : 0) |
			       (time_quota ? UPF_USAGE_TIME_OVER : 0) |
			       (volume_quota || time_quota ? UPF_USAGE_CLOSED : 0),
		       false);
	urr->later_threshold = urr->later_quota = none;
	urr->monitoring_time = 0;
	usage->flags |= UPF_USAGE_STALE;
}

/* ---- the whole ---- */

static bool usage_tick(struct upf_usages *u, struct upf_rules *rules, struct upf_usage *usage,
		       struct upf_urr *urr, const struct upf_now *now)
{
	const bool silent = usage->flags & (UPF_USAGE_RESTING | UPF_USAGE_SPENT);
	const bool monitored = monitoring_passed(urr, now);
	uint16_t over;
	uint32_t due;

	upf_usage_meter(usage, urr, now->ms);
	due = limits_due(usage, urr, &over);
	usage->flags |= over;
	if (!silent)
		due |= timers_fire(usage, urr, now->ms);
	if (monitored) {
		due |= silent ? 0 : PFCP_USAGE_MONIT;
		limits_follow(usage, urr);
		upf_usage_meter_resume(usage, urr, now->ms);
	}
	upf_usage_raise(u, rules, usage, due);
	return monitored;
}

bool upf_usages_tick(struct upf_usages *u, struct upf_rules *rules, const struct upf_now *now)
{
	bool changed = false;

	for (size_t i = 0; i < rules->n_urr; i++) {
		struct upf_usage *usage = upf_usage_find(u, rules->urr[i].id);

		if (usage)
			changed |= usage_tick(u, rules, usage, &rules->urr[i], now);
	}
	return changed;
}

static uint64_t metering_next(const struct upf_usage *usage, const struct upf_urr *urr)
{
	uint64_t left = UINT64_MAX, more, next = UINT64_MAX;

	if (!(usage->flags & UPF_USAGE_METERING))
		return UINT64_MAX;
	if (urr->triggers & PFCP_TRIGGER_TIMTH)
		left = upf_time_left(urr->threshold.time_s, usage->carried_s, usage->measured_ms);
	more = upf_time_left(urr->quota.time_s, usage->spent_s, usage->measured_ms);
	if (more < left)
		left = more;
	if (urr->inactivity_s)
		next = upf_usage_suspended(usage, urr);
	if (left != UINT64_MAX && usage->metered_ms + left < next)
		next = usage->metered_ms + left;
	return next;
}

static uint64_t usage_next(const struct upf_usage *usage, const struct upf_urr *urr)
{
	uint64_t next = metering_next(usage, urr);
	uint16_t over;

	if (usage->flags & (UPF_USAGE_RESTING | UPF_USAGE_SPENT))
		return UINT64_MAX;
	if (limits_due(usage, urr, &over) || over)
		return 0;
	for (size_t i = 0; i < N_TIMERS; i++) {
		const uint64_t when = timers[i].when(usage, urr);

		next = when < next ? when : next;
	}
	return next;
}

uint64_t upf_usages_next(const struct upf_usages *u, const struct upf_rules *rules,
			 const struct upf_now *now)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < u->n; i++)
		if (u->usage[i].due)
			return 0;
	for (size_t i = 0; i < rules->n_urr; i++) {
		const struct upf_urr *urr = &rules->urr[i];
		const struct upf_usage *usage = upf_usage_find(u, urr->id);
		const uint64_t monitoring = monitoring_when(urr, now);
		const uint64_t when = usage ? usage_next(usage, urr) : UINT64_MAX;

		next = when < next ? when : next;
		next = usage && monitoring < next ? monitoring : next;
	}
	return next;
}
