// SPDX-License-Identifier: Apache-2.0
/* Readings of a URR's counters, and time metering: TS 29.244 cl. 5.2.2.2.1, time-based measurement.
 */
#include "upf/usage_state.h"

#define NS_PER_MS 1000000

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* ---- limits ---- */

bool upf_volume_any(const struct dp_volume *limit)
{
	return limit->total != UINT64_MAX || limit->way[0] != UINT64_MAX ||
	       limit->way[1] != UINT64_MAX;
}

bool upf_volume_reached(const struct dp_volume *limit, const uint64_t base[2],
			const uint64_t more[2])
{
	const uint64_t way[2] = {base[0] + more[0], base[1] + more[1]};

	return (limit->total != UINT64_MAX && way[0] + way[1] >= limit->total) ||
	       (limit->way[0] != UINT64_MAX && way[0] >= limit->way[0]) ||
	       (limit->way[1] != UINT64_MAX && way[1] >= limit->way[1]);
}

/* @base_s may be less than nothing, modulo 2^32: see limits_follow in usage_due.c. */
uint64_t upf_time_left(uint32_t limit_s, uint32_t base_s, uint64_t ms)
{
	const uint64_t spent = (uint32_t)(base_s + ms / 1000) * 1000ull + ms % 1000;
	const uint64_t limit = limit_s * 1000ull;

	if (limit_s == UINT32_MAX)
		return UINT64_MAX;
	return spent < limit ? limit - spent : 0;
}

bool upf_usage_exhausted(const struct upf_usage *usage, const struct upf_urr *urr)
{
	return usage->flags & UPF_USAGE_CLOSED ||
	       upf_volume_reached(&urr->quota.volume, usage->spent, usage->measured) ||
	       !upf_time_left(urr->quota.time_s, usage->spent_s, usage->measured_ms);
}

/* ---- time ---- */

uint64_t upf_usage_silence(const struct upf_usage *usage)
{
	return larger(usage->quiet_ms, usage->latest_ms);
}

uint64_t upf_usage_suspended(const struct upf_usage *usage, const struct upf_urr *urr)
{
	return larger(usage->running_ms, usage->latest_ms) + urr->inactivity_s * 1000ull;
}

void upf_usage_meter_stop(struct upf_usage *usage)
{
	if (usage->flags & UPF_USAGE_METERING)
		usage->flags |= UPF_USAGE_STALE;
	upf_usage_flag(usage, UPF_USAGE_METERING, false);
}

/* The silence that ends it is metered itself (figure 5.2.2.2-1), what is over quota isn't. */
void upf_usage_meter(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	const uint64_t left = upf_time_left(urr->quota.time_s, usage->spent_s, usage->measured_ms);
	uint64_t end = UINT64_MAX;

	if (!(usage->flags & UPF_USAGE_METERING))
		return;
	if (urr->inactivity_s)
		end = upf_usage_suspended(usage, urr);
	if (left != UINT64_MAX)
		end = smaller(end, usage->metered_ms + left);
	if (smaller(end, ms) > usage->metered_ms) {
		usage->measured_ms += smaller(end, ms) - usage->metered_ms;
		usage->metered_ms = smaller(end, ms);
	}
	if (end <= ms || upf_usage_exhausted(usage, urr))
		upf_usage_meter_stop(usage);
}

void upf_usage_meter_start(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	if (!(usage->flags & UPF_USAGE_DURATION) || usage->flags & UPF_USAGE_METERING ||
	    !upf_usage_measures(usage))
		return;
	usage->flags |= UPF_USAGE_BEGUN;
	if (upf_usage_exhausted(usage, urr))
		return;
	usage->flags |= UPF_USAGE_METERING | UPF_USAGE_STALE;
	usage->running_ms = ms;
	usage->metered_ms = larger(usage->metered_ms, ms);
}

void upf_usage_meter_resume(struct upf_usage *usage, const struct upf_urr *urr, uint64_t ms)
{
	if (usage->flags & UPF_USAGE_BEGUN && !urr->inactivity_s)
		upf_usage_meter_start(usage, urr, ms);
}

/* ---- readings ---- */

/* What came since the last reading */
struct news {
	uint64_t octets[2], packets[2], over;
	uint64_t first_ms; /* when the first packet came; 0: not known */
	bool seen;	   /* there were packets, forwarded or not */
};

/* A counter that went back has begun anew, with the data plane: what it says came since. */
static uint64_t since(uint64_t *raw, uint64_t reading)
{
	const uint64_t ret = reading >= *raw ? reading - *raw : reading;

	*raw = reading;
	return ret;
}

static struct news news_of(struct upf_usage *usage, const struct dp_urr_counters *c,
			   const struct upf_now *now)
{
	const bool none_yet = !usage->raw_packets[0] && !usage->raw_packets[1];
	struct news ret = {.over = since(&usage->raw_over, c->over_packets)};
	uint64_t packets = 0;

	for (int way = 0; way < 2; way++) {
		ret.octets[way] = since(&usage->raw[way], c->octets[way]);
		ret.packets[way] = since(&usage->raw_packets[way], c->packets[way]);
		packets += ret.packets[way];
	}
	if (packets && none_yet)
		ret.first_ms = c->first_ns / NS_PER_MS;
	else if (packets == 1)
		ret.first_ms = c->latest_ns / NS_PER_MS;
	ret.first_ms = smaller(ret.first_ms, now->ms);
	ret.seen = packets || ret.over;
	return ret;
}

/* The data plane stamps what it forwards, if at all; what it saw is not newer than the reading. */
static uint64_t latest_of(const struct dp_urr_counters *c, const struct upf_now *now)
{
	return c->latest_ns ? smaller(c->latest_ns / NS_PER_MS, now->ms) : now->ms;
}

static void measure(struct upf_usage *usage, const struct news *news)
{
	if (!usage->measured_packets[0] && !usage->measured_packets[1])
		usage->first_ms = news->first_ms;
	for (int way = 0; way < 2; way++) {
		usage->measured[way] += news->octets[way];
		usage->measured_packets[way] += news->packets[way];
	}
}

static void forwarded(struct upf_usage *usage, const struct upf_urr *urr, const struct news *news,
		      uint64_t latest)
{
	usage->latest_ms = larger(usage->latest_ms, latest);
	if (upf_usage_measures(usage))
		measure(usage, news);
	upf_usage_meter_start(usage, urr, news->first_ms ? news->first_ms : latest);
}

void upf_usage_count(struct upf_usages *u, const struct upf_rules *rules, uint32_t urr_id,
		     const struct dp_urr_counters *counters, const struct upf_now *now)
{
	struct upf_usage *usage = upf_usage_find(u, urr_id);
	const struct upf_urr *urr = upf_usage_urr(rules, urr_id);
	struct news news;

	if (!usage || !urr)
		return;
	news = news_of(usage, counters, now);
	if (!news.seen)
		return;
	/* What the data plane was to tell it may have told, and tells once. */
	usage->flags |= UPF_USAGE_STALE;
	if (news.packets[0] + news.packets[1])
		forwarded(usage, urr, &news, latest_of(counters, now));
	else
		usage->quiet_ms = now->ms;
	upf_usage_meter(usage, urr, now->ms);
	upf_usage_flag(usage, UPF_USAGE_IDLE, false);
	if (usage->flags & (UPF_USAGE_TRAFFIC | UPF_USAGE_RESTING))
		return;
	usage->flags |= UPF_USAGE_TRAFFIC;
	if (urr->triggers & PFCP_TRIGGER_START &&
	    !(usage->flags & (UPF_USAGE_PAUSED | UPF_USAGE_SPENT)))
		upf_usage_raise(u, rules, usage, PFCP_USAGE_START);
}
