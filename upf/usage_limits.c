// SPDX-License-Identifier: Apache-2.0
/* What the data plane is told of a URR: how far it may count, in its own readings. */
#include "upf/usage_state.h"

/* The reading at which @limit will be reached, when @counted of it is; UINT64_MAX: never */
static uint64_t reading_at(uint64_t limit, uint64_t counted, uint64_t raw)
{
	const uint64_t left = limit > counted ? limit - counted : 0;

	if (limit == UINT64_MAX || left > UINT64_MAX - raw)
		return UINT64_MAX;
	return raw + left;
}

/* The nearer one of what @to says and when @limit will be reached, @base being counted already */
static void volume_near(struct dp_volume *to, const struct upf_usage *usage,
			const struct dp_volume *limit, const uint64_t base[2])
{
	const uint64_t counted[2] = {base[0] + usage->measured[0], base[1] + usage->measured[1]};
	const uint64_t total =
		reading_at(limit->total, counted[0] + counted[1], usage->raw[0] + usage->raw[1]);

	to->total = total < to->total ? total : to->total;
	for (int way = 0; way < 2; way++) {
		const uint64_t at = reading_at(limit->way[way], counted[way], usage->raw[way]);

		to->way[way] = at < to->way[way] ? at : to->way[way];
	}
}

/* Whether the next packet is news: traffic starts, time runs, a silence ends */
static bool packet_wanted(const struct upf_usage *usage, const struct upf_urr *urr, bool exhausted)
{
	const bool detects = urr->triggers & (PFCP_TRIGGER_START | PFCP_TRIGGER_STOPT);

	if (usage->flags & (UPF_USAGE_RESTING | UPF_USAGE_SPENT))
		return false;
	if (detects && !(usage->flags & (UPF_USAGE_TRAFFIC | UPF_USAGE_PAUSED)))
		return true;
	if (usage->flags & UPF_USAGE_IDLE)
		return true;
	return usage->flags & UPF_USAGE_DURATION && !(usage->flags & UPF_USAGE_METERING) &&
	       upf_usage_measures(usage) && !exhausted;
}

/* In a pause nothing counts against thresholds and quota, but a quota that is used up stays so. */
static struct dp_urr_limits limits_of(const struct upf_usage *usage, const struct upf_urr *urr)
{
	const bool exhausted = upf_usage_exhausted(usage, urr);
	struct dp_urr_limits ret = DP_URR_LIMITS_NONE;

	ret.closed = exhausted;
	ret.start = packet_wanted(usage, urr, exhausted);
	if (!upf_usage_measures(usage))
		return ret;
	volume_near(&ret.quota, usage, &urr->quota.volume, usage->spent);
	if (!(usage->flags & UPF_USAGE_VOLUME_OVER))
		ret.notify = ret.quota;
	if (urr->triggers & PFCP_TRIGGER_VOLTH && !(usage->due & PFCP_USAGE_VOLTH))
		volume_near(&ret.notify, usage, &urr->threshold.volume, usage->carried);
	return ret;
}

bool upf_usage_limits(struct upf_usages *u, const struct upf_rules *rules, uint32_t urr_id,
		      struct dp_urr_limits *ret_limits)
{
	const struct upf_urr *urr = upf_usage_urr(rules, urr_id);
	struct upf_usage *usage = upf_usage_find(u, urr_id), new;
	bool stale;

	*ret_limits = (struct dp_urr_limits)DP_URR_LIMITS_NONE;
	if (!urr)
		return false;
	if (!usage) {
		upf_usage_begin(&new, rules, urr, &(struct upf_now){0});
		usage = &new;
	}
	*ret_limits = limits_of(usage, urr);
	stale = usage->flags & UPF_USAGE_STALE;
	upf_usage_flag(usage, UPF_USAGE_STALE, false);
	return stale;
}
