/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Usage of a session's URRs: what of the data plane's counters was reported, when the next report
 * is due, what quota is left. The data plane counts octets and packets and tells when a limit that
 * it was given is reached; all that needs a clock is here (TS 29.244 cl. 5.2.2, 5.11, 5.30).
 *
 * No I/O: the caller gives counters and time, and sends the reports that come out. Whatever happens
 * (an event of the data plane, the time upf_usages_next has named, a request), the order is:
 *
 *   upf_usage_count     each URR of the session, or those an event is of: the reading
 *   upf_usages_tick     what is due by now
 *   a request only:     upf_usages_query (of the rules as they were), upf_usages_take for the
 *                       answer, upf_usages_reserve, the commit, upf_usages_follow
 *   upf_usages_take     the reports, until it returns fewer than there was room for
 *   upf_usage_limits    of each URR: to the data plane where they have changed
 *   upf_usages_next     the alarm
 *
 * What a reading says that is not due is kept, so a late or a missing reading loses nothing: the
 * reports of a URR add up to what its counters say (less what a pause left out).
 */
#ifndef BATON_UPF_USAGE_H
#define BATON_UPF_USAGE_H

#include "upf/rules/rules.h"

/* The time, by both clocks. A step of the wall clock shifts time stamps, never intervals. */
struct upf_now {
	uint64_t ms;	 /* monotonic, the clock of struct dp_urr_counters */
	uint32_t ntp;	 /* NTP seconds, for IEs */
	uint16_t ntp_ms; /* and what is beyond them */
};

/*
 * Silence after which traffic has stopped (STOPT) and may start anew (START). The standard leaves
 * it to the UP function (cl. 5.4.11); where the URR has an Inactivity Detection Time, it is that.
 */
enum { UPF_TRAFFIC_STOP_MS = 30000 };

/*
 * One URR's. No pointers in it: it may be written to a file and read back, as long as the monotonic
 * clock goes on (the same boot).
 *
 * @raw:      the latest reading; @raw_over: of dp_urr_counters.over_packets
 * @measured: since the last report
 * @carried:  was reported, but counts against the threshold still; @spent: against the quota
 */
struct upf_usage {
	uint32_t urr_id;
	uint32_t ur_seqn; /* of the next report */
	uint64_t raw[2], raw_packets[2], raw_over;
	uint64_t measured[2], measured_packets[2];
	uint64_t carried[2], spent[2]; /* octets, by enum dp_direction */
	uint32_t carried_s, spent_s;
	uint64_t measured_ms;	      /* of time metering */
	uint64_t metered_ms;	      /* until then time was metered */
	uint64_t running_ms;	      /* since when it runs */
	uint64_t start_ms;	      /* when the collection of the next report began */
	uint64_t first_ms, latest_ms; /* packets forwarded; 0: none, or not known */
	uint64_t quiet_ms;	      /* silence is counted from here, or from the latest packet */
	uint64_t period_ms;	      /* end of the measurement period */
	uint64_t quota_ms;	      /* when the quota was given */
	uint32_t due;		      /* enum pfcp_usage_trigger: a report is to be made */
	uint16_t flags;		      /* enum upf_usage_flag, usage_state.h */
	uint16_t reports_left;	      /* Number of Reports */
};

/* All of a session's; zero is none */
struct upf_usages {
	struct upf_usage *usage; /* owned */
	uint8_t n, room;
};

/** upf_usages_done - free it */
void upf_usages_done(struct upf_usages *u);

/**
 * upf_usages_reserve - room for all that @rules will need, so that upf_usages_follow can't fail
 * Return: 0 or -ENOMEM, with nothing changed
 */
int upf_usages_reserve(struct upf_usages *u, const struct upf_rules *rules);

/**
 * upf_usages_follow - @rules have been committed, and the data plane has them
 * @change: what made them of the former ones, for what it gives anew, be it the same value (cl.
 *          5.2.2.3.1: what was left of the former quota is discarded); NULL: nothing
 *
 * A new URR begins, with counters of zero. One that is gone, or that no PDR names any more, has a
 * last report (TERMR) if there is something to report. A URR that no PDR names yet is at rest, all
 * its timers too. Room was made by upf_usages_reserve.
 */
void upf_usages_follow(struct upf_usages *u, const struct upf_rules *rules,
		       const struct upf_change *change, const struct upf_now *now);

/** upf_usage_count - a reading; one of a URR that isn't there is nothing */
void upf_usage_count(struct upf_usages *u, const struct upf_rules *rules, uint32_t urr_id,
		     const struct dp_urr_counters *counters, const struct upf_now *now);

/**
 * upf_usages_tick - see what is due, by the latest readings
 * @rules: a monitoring time that has passed is taken out of them: the subsequent limits take the
 *         place of the others
 * Return: whether @rules were changed so, and must be kept
 */
bool upf_usages_tick(struct upf_usages *u, struct upf_rules *rules, const struct upf_now *now)
	__attribute__((warn_unused_result));

/** upf_usages_next - when to count and tick, in monotonic ms: 0: at once (reports wait to be
 * taken), UINT64_MAX: only after an event */
uint64_t upf_usages_next(const struct upf_usages *u, const struct upf_rules *rules,
			 const struct upf_now *now);

/**
 * upf_usage_limits - what the data plane is to be told of a URR; also of one that isn't there yet
 * Return: whether that may differ from what it was last time, or the data plane may have told of
 * the former limits; the caller is believed to pass it on. After dp_events.usage it passes them on
 * in any case: the event may have come before the packet was in the counters
 */
bool upf_usage_limits(struct upf_usages *u, const struct upf_rules *rules, uint32_t urr_id,
		      struct dp_urr_limits *ret_limits);

/**
 * upf_usages_query - a report at once (IMMER), and of what is linked to it where there is something
 * to report, cl. 5.2.2.3.1; upf_usages_query_all - of all (QAURR)
 * Return: 0 or -ENOENT
 */
int upf_usages_query(struct upf_usages *u, const struct upf_rules *rules, uint32_t urr_id);
void upf_usages_query_all(struct upf_usages *u);

/** upf_usages_end - the session ends: a last report of each URR
 * @trigger: PFCP_USAGE_TERMR, or PFCP_USAGE_TEBUR where the UPF ends it */
void upf_usages_end(struct upf_usages *u, enum pfcp_usage_trigger trigger);

/** upf_usages_pause - stop (SUMPC) or resume (RUMUC) the measurement of all URRs that have ASPOC
 * set: cl. 5.30 */
void upf_usages_pause(struct upf_usages *u, const struct upf_rules *rules, bool stop,
		      const struct upf_now *now);

/**
 * upf_usages_take - what is due, as reports, by URR in the order of their beginning
 * @ret: as if by pfcp_usage_report_init; for the answer to a query the caller sets the query
 *       reference in those that have PFCP_USAGE_IMMER set, or come with them
 *
 * The count of a URR begins anew with its report. Return: how many; fewer than @max: none is left
 */
size_t upf_usages_take(struct upf_usages *u, const struct upf_rules *rules,
		       const struct upf_now *now, struct pfcp_usage_report *ret, size_t max);

/* ---- User Plane Inactivity Timer of the session (report type UPIR), cl. 5.11.2 ---- */

struct upf_inactivity {
	uint32_t timer_s; /* 0: none */
	bool told;
	uint64_t since_ms; /* the latest packet, or when it began */
	uint64_t asked_ms;
};

/** upf_inactivity_start - with @timer_s, 0: not at all; from now on */
void upf_inactivity_start(struct upf_inactivity *i, uint32_t timer_s, const struct upf_now *now);
/** upf_inactivity_tick - @latest_ns: dp_counters; Return: whether to report it, once a silence */
bool upf_inactivity_tick(struct upf_inactivity *i, uint64_t latest_ns, const struct upf_now *now);
/** upf_inactivity_next - when to ask again, in monotonic ms; UINT64_MAX: never */
uint64_t upf_inactivity_next(const struct upf_inactivity *i);

#endif
