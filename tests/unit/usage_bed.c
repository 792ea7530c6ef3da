// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/usage_bed.h"

#define START_MS  5000000
#define START_NTP 3900000000u

void bed_init(struct usage_bed *bed)
{
	memset(bed, 0, sizeof(*bed));
	bed->ms = START_MS;
	bed->wall_ms = START_NTP * 1000ll - START_MS;
	bed->max = 4;
	bed->rules.n_pdr = 1;
	bed->rules.pdr[0].id = 1;
}

void bed_done(struct usage_bed *bed)
{
	upf_usages_done(&bed->usages);
}

struct upf_now bed_now(const struct usage_bed *bed)
{
	const uint64_t wall = (uint64_t)((int64_t)bed->ms + bed->wall_ms);

	return (struct upf_now){bed->ms, (uint32_t)(wall / 1000), (uint16_t)(wall % 1000)};
}

struct bed_urr *bed_urr(struct usage_bed *bed, uint32_t id)
{
	for (size_t i = 0; i < BED_URRS; i++)
		if (bed->urr[i].id == id)
			return &bed->urr[i];
	return NULL;
}

struct upf_urr *bed_add(struct usage_bed *bed, uint32_t id, uint8_t method, uint32_t triggers)
{
	const struct upf_limits none = {.volume = DP_VOLUME_NONE, .time_s = UINT32_MAX};
	struct upf_urr *urr = &bed->rules.urr[bed->rules.n_urr++];

	*urr = (struct upf_urr){.id = id, .method = method, .triggers = triggers};
	urr->threshold = urr->quota = urr->later_threshold = urr->later_quota = none;
	bed->rules.pdr[0].urr_id[bed->rules.pdr[0].n_urr++] = id;
	return urr;
}

void bed_drop(struct usage_bed *bed, uint32_t id)
{
	struct upf_rules *rules = &bed->rules;

	for (size_t p = 0; p < rules->n_pdr; p++) {
		struct upf_pdr *pdr = &rules->pdr[p];
		uint8_t kept = 0;

		for (size_t i = 0; i < pdr->n_urr; i++)
			if (pdr->urr_id[i] != id)
				pdr->urr_id[kept++] = pdr->urr_id[i];
		pdr->n_urr = kept;
	}
	for (size_t i = 0; i < rules->n_urr; i++)
		if (rules->urr[i].id == id)
			rules->urr[i] = rules->urr[--rules->n_urr];
}

static void read_urr(struct usage_bed *bed, const struct bed_urr *urr)
{
	const struct upf_now now = bed_now(bed);

	if (urr->id)
		upf_usage_count(&bed->usages, &bed->rules, urr->id, &urr->counters, &now);
}

/* @only: NULL: all */
static void look(struct usage_bed *bed, const struct bed_urr *only)
{
	const struct upf_now now = bed_now(bed);
	bool changed;

	for (size_t i = 0; i < BED_URRS; i++)
		if (!bed->lazy || !only || only == &bed->urr[i])
			read_urr(bed, &bed->urr[i]);
	changed = upf_usages_tick(&bed->usages, &bed->rules, &now);
	/* they are the bed's own, and kept */
	(void)changed;
}

void bed_ask(struct usage_bed *bed)
{
	look(bed, NULL);
	bed_settle(bed);
}

void bed_settle(struct usage_bed *bed)
{
	const struct upf_now now = bed_now(bed);
	struct dp_urr_limits limits;
	size_t n;

	do {
		assert_true(bed->logged + bed->max <= BED_LOG);
		n = upf_usages_take(&bed->usages, &bed->rules, &now, &bed->log[bed->logged],
				    bed->max);
		for (size_t i = 0; i < n; i++) {
			bed->logged_ms[bed->logged] = bed->ms;
			bed->logged++;
			bed->total++;
			if (bed->reported)
				bed->reported(bed, &bed->log[bed->logged - 1]);
		}
	} while (n == bed->max);
	for (size_t i = 0; i < BED_URRS; i++)
		if (bed->urr[i].id &&
		    upf_usage_limits(&bed->usages, &bed->rules, bed->urr[i].id, &limits))
			bed->urr[i].limits = limits;
}

static bool is_rule(const struct usage_bed *bed, uint32_t id)
{
	for (size_t i = 0; i < bed->rules.n_urr; i++)
		if (bed->rules.urr[i].id == id)
			return true;
	return false;
}

/* As dataplane_session_apply does: new ones count from zero. */
static void apply(struct usage_bed *bed)
{
	struct bed_urr *urr;

	for (size_t i = 0; i < BED_URRS; i++)
		if (bed->urr[i].id && !is_rule(bed, bed->urr[i].id))
			bed->urr[i] = (struct bed_urr){0};
	for (size_t i = 0; i < bed->rules.n_urr; i++) {
		if (bed_urr(bed, bed->rules.urr[i].id))
			continue;
		urr = bed_urr(bed, 0);
		assert_non_null(urr);
		*urr = (struct bed_urr){.id = bed->rules.urr[i].id};
		upf_usage_limits(&bed->usages, &bed->rules, urr->id, &urr->limits);
	}
}

void bed_commit(struct usage_bed *bed, const struct pfcp_urr *update)
{
	const struct upf_now now = bed_now(bed);
	const struct upf_change change = {.n_update_urr = !!update, .update_urr = update};

	assert_int_equal(upf_usages_reserve(&bed->usages, &bed->rules), 0);
	apply(bed);
	upf_usages_follow(&bed->usages, &bed->rules, &change, &now);
	bed_settle(bed);
}

/* ---- the data plane ---- */

/* Return: whether it was to be told; once */
static bool reach(uint64_t *limit, uint64_t sum)
{
	if (sum < *limit)
		return false;
	*limit = UINT64_MAX;
	return true;
}

static bool is_over(const struct bed_urr *urr)
{
	const uint64_t *octets = urr->counters.octets;
	const struct dp_volume *quota = &urr->limits.quota;

	return urr->limits.closed || octets[0] + octets[1] >= quota->total ||
	       octets[0] >= quota->way[0] || octets[1] >= quota->way[1];
}

static bool tells(struct bed_urr *urr)
{
	const uint64_t *octets = urr->counters.octets;
	struct dp_volume *notify = &urr->limits.notify;
	bool ret = urr->limits.start;

	urr->limits.start = false;
	ret |= reach(&notify->total, octets[0] + octets[1]);
	ret |= reach(&notify->way[0], octets[0]);
	ret |= reach(&notify->way[1], octets[1]);
	return ret;
}

static void count(struct usage_bed *bed, struct bed_urr *urr, enum dp_direction way,
		  uint64_t octets, bool pass)
{
	struct dp_urr_counters *c = &urr->counters;

	if (!pass) {
		c->over_packets++;
		return;
	}
	c->octets[way] += octets;
	c->packets[way]++;
	c->latest_ns = bed->ms * 1000000;
	if (!c->first_ns)
		c->first_ns = c->latest_ns;
}

bool bed_packet(struct usage_bed *bed, size_t pdr, enum dp_direction way, uint64_t octets)
{
	const struct upf_pdr *p = &bed->rules.pdr[pdr];
	bool pass = true;

	for (size_t i = 0; i < p->n_urr; i++)
		pass &= !is_over(bed_urr(bed, p->urr_id[i]));
	for (size_t i = 0; i < p->n_urr; i++)
		count(bed, bed_urr(bed, p->urr_id[i]), way, octets, pass);
	for (size_t i = 0; i < p->n_urr; i++) {
		struct bed_urr *urr = bed_urr(bed, p->urr_id[i]);

		if (!tells(urr))
			continue;
		look(bed, urr);
		bed_settle(bed);
		/* told once: to be set anew, whether they have changed or not */
		upf_usage_limits(&bed->usages, &bed->rules, urr->id, &urr->limits);
	}
	return pass;
}

void bed_run(struct usage_bed *bed, uint64_t ms)
{
	const uint64_t end = bed->ms + ms;

	for (size_t turns = 0;; turns++) {
		const struct upf_now now = bed_now(bed);
		const uint64_t next = upf_usages_next(&bed->usages, &bed->rules, &now);

		/* It asks to be woken for a reason, so not for ever at the same time. */
		assert_true(turns < 100000);
		if (next > end)
			break;
		if (next <= bed->ms)
			assert_true(turns < 1000 || bed->ms < end);
		bed->ms = next > bed->ms ? next : bed->ms;
		look(bed, NULL);
		bed_settle(bed);
	}
	bed->ms = end;
}
