/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the usage engine share; internal to it.
 *
 *   usage.c          which URRs there are, and what a request does to them
 *   usage_count.c    readings, time metering
 *   usage_due.c      what is due, and when the next will be
 *   usage_limits.c   what the data plane is told
 *   usage_report.c   reports
 */
#ifndef BATON_UPF_USAGE_STATE_H
#define BATON_UPF_USAGE_STATE_H

#include "upf/usage.h"

enum upf_usage_flag {
	/* What is measured, of struct upf_urr: kept for the last report, when that is gone */
	UPF_USAGE_VOLUME = 1 << 0,
	UPF_USAGE_DURATION = 1 << 1,
	UPF_USAGE_PACKETS = 1 << 2,
	/* Why nothing is */
	UPF_USAGE_PAUSED = 1 << 3,  /* INAM, SUMPC */
	UPF_USAGE_RESTING = 1 << 4, /* no PDR names it */
	UPF_USAGE_SPENT = 1 << 5,   /* Number of Reports */
	UPF_USAGE_GONE = 1 << 6,    /* only its last report is left */
	/* Time metering */
	UPF_USAGE_METERING = 1 << 7, /* time runs */
	UPF_USAGE_BEGUN = 1 << 8,    /* it has run, and goes on without a packet */
	/* What was noticed, and is not to be told again */
	UPF_USAGE_TRAFFIC = 1 << 9,
	UPF_USAGE_CLOSED = 1 << 10, /* no quota left: holding or validity time */
	UPF_USAGE_VOLUME_OVER = 1 << 11,
	UPF_USAGE_TIME_OVER = 1 << 12,
	UPF_USAGE_IDLE = 1 << 13,
	/* What is to be done */
	UPF_USAGE_STALE = 1 << 14, /* the data plane has to be told */
	UPF_USAGE_AFTER = 1 << 15, /* the report after the monitoring time is next */
};

static inline bool upf_usage_measures(const struct upf_usage *usage)
{
	return !(usage->flags &
		 (UPF_USAGE_PAUSED | UPF_USAGE_RESTING | UPF_USAGE_SPENT | UPF_USAGE_GONE));
}

static inline void upf_usage_flag(struct upf_usage *usage, uint16_t flag, bool on)
{
	usage->flags = (uint16_t)(on ? usage->flags | flag : usage->flags & ~flag);
}

/* ---- usage.c ---- */

/** upf_usage_find - one that isn't gone, or NULL; upf_usage_urr - its rule, or NULL */
struct upf_usage *upf_usage_find(const struct upf_usages *u, uint32_t urr_id);
const struct upf_urr *upf_usage_urr(const struct upf_rules *rules, uint32_t urr_id);
/** upf_usage_begin - as a new one is */
void upf_usage_begin(struct upf_usage *usage, const struct upf_rules *rules,
		     const struct upf_urr *urr, const struct upf_now *now);
/** upf_usage_raise - a report is due for @triggers (enum pfcp_usage_trigger, 0: none), and of what
 * is linked to it: cl. 5.2.2.4 */
void upf_usage_raise(struct upf_usages *u, const struct upf_rules *rules, struct upf_usage *usage,
		     uint32_t triggers);
/** upf_usage_is_null - nothing to report */
bool upf_usage_is_null(const struct upf_usage *usage);

/* ---- usage_count.c ---- */

/** upf_usage_silence - since when no packet has come, or when that began to matter */
uint64_t upf_usage_silence(const struct upf_usage *usage);
/** upf_usage_suspended - when the Inactivity Detection Time will have passed, if no packet comes */
uint64_t upf_usage_suspended(const struct upf_usage *usage, const struct upf_urr *urr);
/** upf_usage_meter - time is metered up to @ms */
void upf_usage_meter(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms);
/** upf_usage_meter_start - time runs from @ms on, unless nothing is measured or may pass */
void upf_usage_meter_start(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms);
/** upf_usage_meter_resume - the same, if it has run and goes on without a packet */
void upf_usage_meter_resume(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms);
/** upf_usage_meter_stop - time has been metered up to now, and stands still */
void upf_usage_meter_stop(struct upf_usage *usage);

/** upf_volume_any - is there a limit? upf_volume_reached - by @base and @more together */
bool upf_volume_any(const struct dp_volume *limit);
bool upf_volume_reached(const struct dp_volume *limit, const uint64_t base[2],
			const uint64_t more[2]);
/** upf_time_left - of @limit_s after @base_s and @ms, in ms; UINT64_MAX: there is no limit */
uint64_t upf_time_left(uint32_t limit_s, uint32_t base_s, uint64_t ms);
/** upf_usage_exhausted - no quota is left */
bool upf_usage_exhausted(const struct upf_usage *usage, const struct upf_urr *urr);

#endif
