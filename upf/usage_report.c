// SPDX-License-Identifier: Apache-2.0
/* Usage reports: TS 29.244 cl. 5.2.2.3.1, 7.5.8.3. */
#include "upf/usage_state.h"

#include <string.h>

/* Triggers of which a report has no measurements, and leaves the counts as they are */
#define EVENTS_ONLY PFCP_USAGE_START
/* Of which it has no Start Time and End Time: table 7.5.8.3-1 */
#define TIMELESS (PFCP_USAGE_START | PFCP_USAGE_STOPT)
/* Of which the Number of Reports counts none: they aren't reporting triggers of the URR */
#define UNCOUNTED (PFCP_USAGE_IMMER | PFCP_USAGE_TERMR | PFCP_USAGE_TEBUR | PFCP_USAGE_MONIT)

/* A point of the monotonic clock in NTP seconds, by where the wall clock is now */
static uint32_t ntp_of(uint64_t ms, const struct upf_now *now)
{
	const uint64_t age = ms < now->ms ? now->ms - ms : 0;
	const uint64_t wall = now->ntp * 1000ull + now->ntp_ms + ((1ull << 32) * 1000);

	return (uint32_t)((wall - age) / 1000);
}

static struct pfcp_volume volume_of(const struct upf_usage *usage)
{
	const bool packets = usage->flags & UPF_USAGE_PACKETS;
	const uint64_t *octets = usage->measured, *n = usage->measured_packets;

	return (struct pfcp_volume){
		.has_total = true,
		.has_uplink = true,
		.has_downlink = true,
		.total_bytes = octets[DP_UPLINK] + octets[DP_DOWNLINK],
		.uplink_bytes = octets[DP_UPLINK],
		.downlink_bytes = octets[DP_DOWNLINK],
		.has_total_packets = packets,
		.has_uplink_packets = packets,
		.has_downlink_packets = packets,
		.total_packets = packets ? n[DP_UPLINK] + n[DP_DOWNLINK] : 0,
		.uplink_packets = packets ? n[DP_UPLINK] : 0,
		.downlink_packets = packets ? n[DP_DOWNLINK] : 0,
	};
}

/* The application whose traffic starts or stops, of the first PDR that detects one for this URR */
static void application_fill(struct pfcp_usage_report *to, const struct upf_rules *rules)
{
	for (size_t i = 0; i < rules->n_application; i++) {
		const struct upf_pdr_application *a = &rules->application[i];

		for (size_t j = 0; j < rules->n_pdr; j++) {
			const struct upf_pdr *pdr = &rules->pdr[j];

			for (size_t k = 0; pdr->id == a->pdr_id && k < pdr->n_urr; k++) {
				if (pdr->urr_id[k] != to->urr_id)
					continue;
				to->has_application = true;
				memcpy(to->application.application_id.text, a->id, sizeof(a->id));
				return;
			}
		}
	}
}

static void packet_times_fill(struct pfcp_usage_report *to, const struct upf_usage *usage,
			      const struct upf_now *now)
{
	if (!usage->measured_packets[0] && !usage->measured_packets[1])
		return;
	to->has_first_packet = usage->first_ms;
	to->first_packet = usage->first_ms ? ntp_of(usage->first_ms, now) : 0;
	to->has_last_packet = usage->latest_ms;
	to->last_packet = usage->latest_ms ? ntp_of(usage->latest_ms, now) : 0;
}

/* Whole seconds are reported; the rest is for the next report, so that no time gets lost. */
static void measurements_fill(struct pfcp_usage_report *to, const struct upf_usage *usage,
			      const struct upf_now *now)
{
	to->has_start_time = to->has_end_time = to->trigger & ~(uint32_t)TIMELESS;
	to->start_time = to->has_start_time ? ntp_of(usage->start_ms, now) : 0;
	to->end_time = to->has_end_time ? ntp_of(now->ms, now) : 0;
	to->has_volume = usage->flags & UPF_USAGE_VOLUME;
	if (to->has_volume)
		to->volume = volume_of(usage);
	to->has_duration = usage->flags & UPF_USAGE_DURATION;
	to->duration_s = to->has_duration ? (uint32_t)(usage->measured_ms / 1000) : 0;
	packet_times_fill(to, usage, now);
	if (!(to->trigger & PFCP_USAGE_MONIT))
		return;
	to->has_information = true;
	to->information = usage->flags & UPF_USAGE_AFTER ? PFCP_USED_AFTER : PFCP_USED_BEFORE;
}

/* What was reported is counted against thresholds (begun anew, where one of them was reached) and
 * quota. */
static void counts_reset(struct upf_usage *usage, const struct pfcp_usage_report *report,
			 const struct upf_now *now)
{
	const bool reapplied = report->trigger & (PFCP_USAGE_VOLTH | PFCP_USAGE_TIMTH);

	for (int way = 0; way < 2; way++) {
		usage->carried[way] = reapplied ? 0 : usage->carried[way] + usage->measured[way];
		usage->spent[way] += usage->measured[way];
		usage->measured[way] = usage->measured_packets[way] = 0;
	}
	usage->carried_s = reapplied ? 0 : usage->carried_s + report->duration_s;
	usage->spent_s += report->duration_s;
	usage->measured_ms -= report->duration_s * 1000ull;
	usage->start_ms = now->ms;
}

static void reports_count(struct upf_usage *usage, const struct upf_urr *urr, uint32_t trigger)
{
	if (!urr || !urr->reports || !(trigger & ~(uint32_t)UNCOUNTED) || !usage->reports_left)
		return;
	if (--usage->reports_left)
		return;
	/* It becomes inactive: cl. 5.2.2.2.1. */
	upf_usage_meter_stop(usage);
	usage->flags |= UPF_USAGE_SPENT;
}

static void report_make(struct upf_usage *usage, const struct upf_rules *rules,
			const struct upf_now *now, struct pfcp_usage_report *ret)
{
	const struct upf_urr *urr = upf_usage_urr(rules, usage->urr_id);

	if (urr && !(usage->flags & UPF_USAGE_GONE))
		upf_usage_meter(usage, urr, now->ms);
	pfcp_usage_report_init(ret);
	ret->urr_id = usage->urr_id;
	ret->ur_seqn = usage->ur_seqn++;
	ret->trigger = usage->due;
	usage->flags |= UPF_USAGE_STALE;
	usage->due = 0;
	if (ret->trigger & TIMELESS)
		application_fill(ret, rules);
	if (ret->trigger & ~(uint32_t)EVENTS_ONLY) {
		measurements_fill(ret, usage, now);
		counts_reset(usage, ret, now);
	} else {
		ret->has_first_packet = true;
		ret->first_packet = ntp_of(usage->latest_ms, now);
	}
	reports_count(usage, urr, ret->trigger);
}

/* A monitoring time makes two: what was before it, and what is after it, that is since the reading
 * that told that it has passed. */
static size_t reports_make(struct upf_usage *usage, const struct upf_rules *rules,
			   const struct upf_now *now, struct pfcp_usage_report *ret, size_t max)
{
	size_t n = 0;

	while (usage->due && n < max) {
		report_make(usage, rules, now, &ret[n]);
		if (ret[n].trigger & PFCP_USAGE_MONIT) {
			usage->flags ^= UPF_USAGE_AFTER;
			usage->due |= usage->flags & UPF_USAGE_AFTER ? PFCP_USAGE_MONIT : 0;
		}
		n++;
	}
	return n;
}

size_t upf_usages_take(struct upf_usages *u, const struct upf_rules *rules,
		       const struct upf_now *now, struct pfcp_usage_report *ret, size_t max)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < u->n; i++) {
		struct upf_usage usage = u->usage[i];

		n += reports_make(&usage, rules, now, ret + n, max - n);
		if (usage.due || !(usage.flags & UPF_USAGE_GONE))
			u->usage[kept++] = usage;
	}
	u->n = (uint8_t)kept;
	return n;
}
