// SPDX-License-Identifier: Apache-2.0
/* The UPF's usage engine, trigger by trigger: TS 29.244 cl. 5.2.2. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/usage_bed.h"

#define VOLUME	 PFCP_MEASURE_VOLUME
#define DURATION PFCP_MEASURE_DURATION

static int setup(void **state)
{
	struct usage_bed *bed = malloc(sizeof(*bed));

	*state = bed;
	bed_init(bed);
	return 0;
}

static int teardown(void **state)
{
	bed_done(*state);
	free(*state);
	return 0;
}

/* The next report that was not looked at, which must be for @trigger */
static const struct pfcp_usage_report *expect(struct usage_bed *bed, size_t at, uint32_t urr_id,
					      uint32_t trigger)
{
	const struct pfcp_usage_report *r = &bed->log[at];

	assert_true(at < bed->logged);
	assert_int_equal(r->urr_id, urr_id);
	assert_int_equal(r->trigger, trigger);
	return r;
}

static uint32_t ntp(const struct usage_bed *bed)
{
	return bed_now(bed).ntp;
}

static void packets_send(struct usage_bed *bed, unsigned packets, uint64_t octets)
{
	for (unsigned i = 0; i < packets; i++)
		bed_packet(bed, 0, i % 2 ? DP_DOWNLINK : DP_UPLINK, octets);
}

/* ---- volume ---- */

static void volume_threshold_is_applied_again(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 7, VOLUME, PFCP_TRIGGER_VOLTH);
	const struct pfcp_usage_report *r;

	urr->information = PFCP_MEASURE_MNOP;
	urr->threshold.volume.total = 1000;
	bed_commit(bed, NULL);
	bed_run(bed, 1500);
	packets_send(bed, 3, 300);
	assert_int_equal(bed->logged, 0);
	packets_send(bed, 1, 300);
	r = expect(bed, 0, 7, PFCP_USAGE_VOLTH);
	assert_int_equal(r->ur_seqn, 0);
	assert_true(r->has_volume && r->volume.has_total_packets && !r->has_duration);
	assert_int_equal(r->volume.total_bytes, 1200);
	assert_int_equal(r->volume.uplink_bytes, 900);
	assert_int_equal(r->volume.downlink_bytes, 300);
	assert_int_equal(r->volume.total_packets, 4);
	assert_int_equal(r->volume.uplink_packets, 3);
	assert_int_equal(r->volume.downlink_packets, 1);
	assert_int_equal(r->end_time, ntp(bed));
	assert_int_equal(r->start_time, ntp(bed) - 1);
	assert_true(r->has_first_packet && r->first_packet == ntp(bed));
	assert_true(r->has_last_packet && r->last_packet == ntp(bed));
	assert_false(r->has_information);
	packets_send(bed, 3, 300);
	assert_int_equal(bed->logged, 1);
	packets_send(bed, 1, 100);
	r = expect(bed, 1, 7, PFCP_USAGE_VOLTH);
	assert_int_equal(r->ur_seqn, 1);
	assert_int_equal(r->volume.total_bytes, 1000);
	assert_int_equal(r->start_time, bed->log[0].end_time);
}

static void a_threshold_of_one_direction(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH);

	urr->threshold.volume.way[DP_DOWNLINK] = 500;
	bed_commit(bed, NULL);
	bed_packet(bed, 0, DP_UPLINK, 5000);
	assert_int_equal(bed->logged, 0);
	bed_packet(bed, 0, DP_DOWNLINK, 500);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_VOLTH)->volume.total_bytes, 5500);
	assert_false(bed->log[0].volume.has_total_packets);
}

/* Note 1 of cl. 5.2.2.3.1: with 10 measured and a threshold of 100, the report comes after 90 more.
 */
static void a_new_threshold_counts_from_the_last_report(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH);
	const struct pfcp_urr update = {.urr_id = 1, .has_volume_threshold = true};

	urr->threshold.volume.total = 50;
	bed_commit(bed, NULL);
	packets_send(bed, 1, 10);
	bed_ask(bed);
	urr->threshold.volume.total = 100;
	bed_commit(bed, &update);
	packets_send(bed, 8, 10);
	assert_int_equal(bed->logged, 0);
	packets_send(bed, 1, 10);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_VOLTH)->volume.total_bytes, 100);
}

/* Adjusted by what another report told, and whole again after its own: note 9 */
static void a_query_leaves_the_threshold_what_it_was(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH);
	const struct pfcp_urr update = {.urr_id = 1, .has_volume_threshold = true};

	urr->threshold.volume.total = 1000;
	bed_commit(bed, NULL);
	packets_send(bed, 6, 100);
	bed_ask(bed);
	assert_int_equal(upf_usages_query(&bed->usages, &bed->rules, 1), 0);
	assert_int_equal(upf_usages_query(&bed->usages, &bed->rules, 2), -ENOENT);
	bed_settle(bed);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_IMMER)->volume.total_bytes, 600);
	packets_send(bed, 4, 100);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_VOLTH)->volume.total_bytes, 400);
	packets_send(bed, 6, 100);
	bed_ask(bed);
	upf_usages_query_all(&bed->usages);
	bed_settle(bed);
	assert_int_equal(expect(bed, 2, 1, PFCP_USAGE_IMMER)->volume.total_bytes, 600);
	/* with the same threshold in the request, it begins anew: note 11 */
	bed_commit(bed, &update);
	packets_send(bed, 9, 100);
	assert_int_equal(bed->logged, 3);
	packets_send(bed, 1, 100);
	assert_int_equal(expect(bed, 3, 1, PFCP_USAGE_VOLTH)->volume.total_bytes, 1000);
}

/* ---- quota ---- */

static void a_quota_ends_and_is_renewed(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH | PFCP_TRIGGER_VOLQU);
	const struct pfcp_urr update = {.urr_id = 1, .has_volume_quota = true};

	urr->threshold.volume.total = 800;
	urr->quota.volume.total = 1000;
	bed_commit(bed, NULL);
	packets_send(bed, 12, 100);
	expect(bed, 0, 1, PFCP_USAGE_VOLTH);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_VOLQU)->volume.total_bytes, 200);
	assert_int_equal(bed->logged, 2);
	assert_int_equal(bed_urr(bed, 1)->counters.over_packets, 2);
	/* the same once more: what was left is discarded, so it is counted from the report on */
	bed_ask(bed);
	bed_commit(bed, &update);
	assert_true(bed_packet(bed, 0, DP_UPLINK, 100));
	packets_send(bed, 20, 100);
	assert_int_equal(bed_urr(bed, 1)->counters.octets[0] + bed_urr(bed, 1)->counters.octets[1],
			 2000);
	assert_int_equal(bed->log[bed->logged - 1].trigger, PFCP_USAGE_VOLQU);
}

static void a_quota_with_the_threshold_alone_told(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH);

	urr->threshold.volume.total = 500;
	urr->quota.volume.total = 900;
	bed_commit(bed, NULL);
	packets_send(bed, 12, 100);
	expect(bed, 0, 1, PFCP_USAGE_VOLTH);
	assert_int_equal(bed->logged, 1);
	assert_int_equal(bed_urr(bed, 1)->counters.over_packets, 3);
}

static void a_quota_without_or_below_a_threshold(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_PERIO)->quota.volume.total = 300;
	bed_commit(bed, NULL);
	packets_send(bed, 5, 100);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_VOLQU)->volume.total_bytes, 300);
	bed_drop(bed, 1);
	bed_commit(bed, NULL);
	assert_int_equal(bed->logged, 1);
	bed_add(bed, 2, VOLUME, PFCP_TRIGGER_VOLTH | PFCP_TRIGGER_VOLQU);
	bed->rules.urr[0].threshold.volume.total = 800;
	bed->rules.urr[0].quota.volume.total = 300;
	bed_commit(bed, NULL);
	packets_send(bed, 9, 100);
	assert_int_equal(expect(bed, 1, 2, PFCP_USAGE_VOLQU)->volume.total_bytes, 300);
	assert_int_equal(bed->logged, 2);
}

/* cl. 5.2.2.3.1, note 3: nothing may begin before quota is allocated; START tells that it wants to.
 */
static void a_quota_of_zero(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLQU | PFCP_TRIGGER_START);
	const struct pfcp_urr update = {.urr_id = 1, .has_volume_quota = true};
	const struct pfcp_usage_report *r;

	urr->quota.volume.total = 0;
	bed_commit(bed, NULL);
	assert_true(bed_urr(bed, 1)->limits.closed);
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	r = expect(bed, 0, 1, PFCP_USAGE_START);
	assert_false(r->has_start_time || r->has_end_time || r->has_volume || r->has_duration);
	urr->quota.volume.total = 150;
	bed_commit(bed, &update);
	assert_true(bed_packet(bed, 0, DP_UPLINK, 100));
	bed_ask(bed);
	/* and to zero again: what was measured is reported */
	urr->quota.volume.total = 0;
	bed_commit(bed, &update);
	bed_run(bed, 0);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_VOLQU)->volume.total_bytes, 100);
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	assert_int_equal(bed->logged, 2);
}

static void a_quota_is_held_no_longer_than_asked(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_QUHTI | PFCP_TRIGGER_START);
	const struct pfcp_urr update = {.urr_id = 1, .has_volume_quota = true};
	uint64_t begun = bed->ms;

	urr->quota.volume.total = 10000;
	urr->holding_s = 10;
	bed_commit(bed, NULL);
	bed_run(bed, 4000);
	packets_send(bed, 1, 100);
	expect(bed, 0, 1, PFCP_USAGE_START);
	bed_run(bed, 20000);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_QUHTI)->volume.total_bytes, 100);
	assert_int_equal(bed->logged_ms[1], begun + 14000);
	assert_int_equal(bed->logged, 2);
	/* nothing is left, but that somebody wants it is told: note 8 */
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	expect(bed, 2, 1, PFCP_USAGE_START);
	for (int i = 0; i < 100; i++) {
		bed_run(bed, 1000);
		assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	}
	assert_int_equal(bed->logged, 3);
	/* a new one is held as long again, from now on */
	bed_run(bed, 5000);
	bed_ask(bed);
	bed_run(bed, 5000);
	bed_commit(bed, &update);
	bed_run(bed, 9999);
	assert_int_equal(bed->logged, 3);
	assert_true(bed_packet(bed, 0, DP_UPLINK, 100));
	begun = bed->ms;
	bed_run(bed, 10000);
	expect(bed, 3, 1, PFCP_USAGE_QUHTI);
	assert_int_equal(bed->logged_ms[3], begun + 10000);
}

/* cl. 5.2.2.2.1: it stops the traffic, whether or not that is to be told */
static void a_quota_ends_untold(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH)->holding_s = 10;
	bed_commit(bed, NULL);
	assert_true(bed_packet(bed, 0, DP_UPLINK, 100));
	bed_ask(bed);
	bed_run(bed, 10000);
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	assert_int_equal(bed->logged, 0);
}

static void a_quota_is_valid_for_a_time(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_QUVTI | PFCP_TRIGGER_VOLQU);
	const struct pfcp_urr update = {
		.urr_id = 1, .has_volume_quota = true, .has_quota_validity_time = true};
	struct pfcp_urr lost = {.urr_id = 1};

	urr->quota.volume.total = 10000;
	urr->validity_s = 60;
	bed_commit(bed, NULL);
	for (int i = 0; i < 30; i++) {
		packets_send(bed, 1, 100);
		bed_run(bed, 1500);
	}
	bed_ask(bed);
	bed_commit(bed, &update);
	for (int i = 0; i < 59; i++) {
		assert_true(bed_packet(bed, 0, DP_UPLINK, 100));
		bed_run(bed, 1000);
	}
	assert_int_equal(bed->logged, 0);
	bed_run(bed, 1000);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_QUVTI)->volume.total_bytes, 8900);
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	/* without terms, anything goes */
	lost.cleared.n = 2;
	lost.cleared.type[0] = PFCP_IE_VOLUME_QUOTA;
	lost.cleared.type[1] = PFCP_IE_QUOTA_VALIDITY_TIME;
	urr->quota.volume.total = UINT64_MAX;
	urr->validity_s = 0;
	bed_commit(bed, &lost);
	assert_true(bed_packet(bed, 0, DP_UPLINK, 100));
}

/* ---- time ---- */

static void time_runs_from_the_first_packet(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, DURATION, PFCP_TRIGGER_TIMTH);
	uint64_t begun;

	urr->threshold.time_s = 10;
	bed_commit(bed, NULL);
	bed_run(bed, 7300);
	begun = bed->ms;
	packets_send(bed, 1, 100);
	bed_run(bed, 35000);
	assert_int_equal(bed->logged, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct pfcp_usage_report *r = expect(bed, i, 1, PFCP_USAGE_TIMTH);

		assert_int_equal(r->duration_s, 10);
		assert_true(r->has_duration && !r->has_volume);
		assert_int_equal(bed->logged_ms[i], begun + (i + 1) * 10000);
	}
	assert_int_equal(bed->log[0].start_time, bed->log[0].end_time - 17);
	assert_int_equal(bed->log[1].start_time, bed->log[0].end_time);
	assert_true(bed->log[0].has_last_packet && !bed->log[1].has_last_packet);
}

static void time_runs_at_once_when_asked(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, DURATION, PFCP_TRIGGER_TIMTH);

	urr->threshold.time_s = 10;
	urr->information = PFCP_MEASURE_ISTM;
	bed_commit(bed, NULL);
	bed_run(bed, 9999);
	assert_int_equal(bed->logged, 0);
	bed_run(bed, 1);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_TIMTH)->duration_s, 10);
}

/* Figure 5.2.2.2-1: packets at 0, 2 and 30 s, and 5 s of silence each: 7 s and 5 s */
static void silence_suspends_time(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, DURATION, PFCP_TRIGGER_TIMTH)->inactivity_s = 5;
	bed_commit(bed, NULL);
	bed_run(bed, 1000);
	packets_send(bed, 1, 100);
	bed_run(bed, 2000);
	packets_send(bed, 1, 100);
	bed_run(bed, 28000);
	upf_usages_query(&bed->usages, &bed->rules, 1);
	bed_settle(bed);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_IMMER)->duration_s, 7);
	packets_send(bed, 1, 100);
	bed_run(bed, 60000);
	upf_usages_query(&bed->usages, &bed->rules, 1);
	bed_settle(bed);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_IMMER)->duration_s, 5);
}

static void a_time_quota_ends_and_is_renewed(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, DURATION | VOLUME, PFCP_TRIGGER_TIMQU);
	const struct pfcp_urr update = {.urr_id = 1, .has_time_quota = true};

	urr->quota.time_s = 20;
	bed_commit(bed, NULL);
	packets_send(bed, 3, 100);
	bed_run(bed, 60000);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_TIMQU)->duration_s, 20);
	assert_int_equal(bed->log[0].volume.total_bytes, 300);
	assert_int_equal(bed->logged, 1);
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	/* it goes on continuously: cl. 5.2.2.2.1, without an Inactivity Detection Time */
	bed_ask(bed);
	bed_commit(bed, &update);
	assert_true(bed_packet(bed, 0, DP_UPLINK, 100));
	bed_run(bed, 60000);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_TIMQU)->duration_s, 20);
	assert_int_equal(bed->logged_ms[1] - bed->logged_ms[0], 60000);
}

/* However late the clock is: what is over quota isn't metered. */
static void a_late_clock_meters_no_more_than_the_quota(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, DURATION, PFCP_TRIGGER_TIMQU);

	urr->quota.time_s = 20;
	urr->information = PFCP_MEASURE_ISTM;
	bed_commit(bed, NULL);
	bed->ms += 33000;
	bed_run(bed, 0);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_TIMQU)->duration_s, 20);
}

static void seconds_are_not_lost_between_reports(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, DURATION, PFCP_TRIGGER_PERIO);
	uint32_t sum = 0;

	urr->period_s = 1;
	urr->information = PFCP_MEASURE_ISTM;
	bed_commit(bed, NULL);
	for (int i = 0; i < 60; i++) {
		bed_run(bed, 700);
		upf_usages_query(&bed->usages, &bed->rules, 1);
		bed_settle(bed);
	}
	for (size_t i = 0; i < bed->logged; i++)
		sum += bed->log[i].duration_s;
	assert_int_equal(sum, 42);
}

/* ---- periods, traffic, inactivity ---- */

static void periods_do_not_drift(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_PERIO);
	const struct pfcp_urr update = {.urr_id = 1, .has_period = true};
	const uint64_t begun = bed->ms;

	urr->period_s = 10;
	bed_commit(bed, NULL);
	bed_run(bed, 10000);
	bed_ask(bed);
	/* a late clock: those that it missed are one, and the next is on time */
	bed->ms += 26000;
	bed_run(bed, 0);
	bed_run(bed, 4000);
	assert_int_equal(bed->logged, 3);
	assert_int_equal(bed->logged_ms[0], begun + 10000);
	assert_int_equal(bed->logged_ms[1], begun + 36000);
	assert_int_equal(bed->logged_ms[2], begun + 40000);
	expect(bed, 2, 1, PFCP_USAGE_PERIO);
	/* given again, it begins again */
	bed_run(bed, 3000);
	bed_commit(bed, &update);
	bed_run(bed, 9999);
	assert_int_equal(bed->logged, 3);
	bed_run(bed, 1);
	assert_int_equal(bed->logged, 4);
}

static void traffic_starts_and_stops(void **state)
{
	struct usage_bed *bed = *state;
	const struct pfcp_usage_report *r;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_START | PFCP_TRIGGER_STOPT);
	bed->rules.n_application = 1;
	bed->rules.application[0] = (struct upf_pdr_application){.pdr_id = 1, .id = "video"};
	bed_commit(bed, NULL);
	bed_run(bed, 5000);
	assert_int_equal(bed->logged, 0);
	packets_send(bed, 5, 100);
	r = expect(bed, 0, 1, PFCP_USAGE_START);
	assert_false(r->has_volume || r->has_start_time);
	assert_true(r->has_application && r->has_first_packet);
	assert_string_equal(r->application.application_id.text, "video");
	bed_run(bed, UPF_TRAFFIC_STOP_MS - 1);
	packets_send(bed, 1, 100);
	bed_run(bed, UPF_TRAFFIC_STOP_MS - 1);
	assert_int_equal(bed->logged, 1);
	bed_run(bed, 1);
	r = expect(bed, 1, 1, PFCP_USAGE_STOPT);
	assert_int_equal(r->volume.total_bytes, 600);
	assert_false(r->has_start_time || r->has_end_time);
	packets_send(bed, 1, 100);
	expect(bed, 2, 1, PFCP_USAGE_START);
	assert_int_equal(bed->logged, 3);
}

static void traffic_starts_again_when_that_alone_is_asked(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_START);
	bed_commit(bed, NULL);
	for (size_t i = 0; i < 3; i++) {
		packets_send(bed, 10, 100);
		bed_ask(bed);
		bed_run(bed, UPF_TRAFFIC_STOP_MS);
		assert_int_equal(bed->logged, i + 1);
		expect(bed, i, 1, PFCP_USAGE_START);
	}
	/* seen by a reading for another reason, it needs no event any more */
	assert_true(bed_urr(bed, 1)->limits.start);
	bed_urr(bed, 1)->counters.latest_ns = bed->ms * 1000000;
	bed_urr(bed, 1)->counters.packets[DP_UPLINK]++;
	bed_urr(bed, 1)->counters.octets[DP_UPLINK] += 100;
	bed_ask(bed);
	expect(bed, 3, 1, PFCP_USAGE_START);
	assert_false(bed_urr(bed, 1)->limits.start);
}

static void inactivity_is_told_once_a_silence(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_UPINT)->idle_s = 20;
	bed_commit(bed, NULL);
	bed_run(bed, 15000);
	packets_send(bed, 1, 100);
	bed_run(bed, 19999);
	assert_int_equal(bed->logged, 0);
	bed_run(bed, 100000);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_UPINT)->volume.total_bytes, 100);
	assert_int_equal(bed->logged, 1);
	packets_send(bed, 1, 100);
	bed_run(bed, 20000);
	expect(bed, 1, 1, PFCP_USAGE_UPINT);
	/* an end of silence that a reading has shown needs no event any more */
	assert_true(bed_urr(bed, 1)->limits.start);
	bed_urr(bed, 1)->counters.latest_ns = bed->ms * 1000000;
	bed_urr(bed, 1)->counters.packets[DP_UPLINK]++;
	bed_ask(bed);
	assert_false(bed_urr(bed, 1)->limits.start);
}

static void a_session_is_inactive(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_inactivity i;
	struct upf_now now = bed_now(bed);
	const uint64_t begun = now.ms;

	upf_inactivity_start(&i, 0, &now);
	assert_true(upf_inactivity_next(&i) == UINT64_MAX);
	assert_false(upf_inactivity_tick(&i, 0, &now));
	upf_inactivity_start(&i, 10, &now);
	assert_int_equal(upf_inactivity_next(&i), begun + 10000);
	now.ms = begun + 10000;
	assert_false(upf_inactivity_tick(&i, (begun + 4000) * 1000000, &now));
	assert_int_equal(upf_inactivity_next(&i), begun + 14000);
	now.ms = begun + 14000;
	assert_true(upf_inactivity_tick(&i, (begun + 4000) * 1000000, &now));
	assert_false(upf_inactivity_tick(&i, (begun + 4000) * 1000000, &now));
	assert_int_equal(upf_inactivity_next(&i), begun + 24000);
	now.ms = begun + 24000;
	assert_false(upf_inactivity_tick(&i, (begun + 20000) * 1000000, &now));
	now.ms = upf_inactivity_next(&i);
	assert_int_equal(now.ms, begun + 30000);
	assert_true(upf_inactivity_tick(&i, (begun + 20000) * 1000000, &now));
}

/* ---- links, the monitoring time ---- */

static void links_report_together(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH)->threshold.volume.total = 500;
	bed_add(bed, 2, VOLUME, PFCP_TRIGGER_LIUSA);
	bed_add(bed, 3, VOLUME, PFCP_TRIGGER_LIUSA);
	bed_add(bed, 4, VOLUME, PFCP_TRIGGER_PERIO);
	/* 2 follows 1, 3 follows 2, and 2 follows 3: each once */
	bed->rules.n_link = 4;
	bed->rules.link[0] = (struct upf_link){2, 1};
	bed->rules.link[1] = (struct upf_link){3, 2};
	bed->rules.link[2] = (struct upf_link){2, 3};
	bed->rules.link[3] = (struct upf_link){4, 1}; /* not by its triggers */
	bed_commit(bed, NULL);
	packets_send(bed, 5, 100);
	assert_int_equal(bed->logged, 3);
	expect(bed, 0, 1, PFCP_USAGE_VOLTH);
	assert_int_equal(expect(bed, 1, 2, PFCP_USAGE_LIUSA)->volume.total_bytes, 500);
	assert_int_equal(expect(bed, 2, 3, PFCP_USAGE_LIUSA)->volume.total_bytes, 500);
	/* a query is followed only where there is something to report */
	upf_usages_query(&bed->usages, &bed->rules, 1);
	bed_settle(bed);
	expect(bed, 3, 1, PFCP_USAGE_IMMER);
	assert_int_equal(bed->logged, 4);
	packets_send(bed, 1, 100);
	bed_ask(bed);
	upf_usages_query(&bed->usages, &bed->rules, 1);
	bed_settle(bed);
	assert_int_equal(bed->logged, 7);
}

static void monitor(struct usage_bed *bed, struct upf_urr *urr, uint32_t s)
{
	urr->monitoring_time = ntp(bed) + s;
}

static void a_monitoring_time_makes_two_reports(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME | DURATION, PFCP_TRIGGER_VOLTH);
	const struct pfcp_usage_report *r;
	const uint64_t begun = bed->ms;

	bed->max = 1;
	bed->wall_ms += 250;
	urr->threshold.volume.total = 1000;
	urr->later_threshold.volume.total = 300;
	monitor(bed, urr, 60);
	bed_commit(bed, NULL);
	packets_send(bed, 8, 100);
	bed_run(bed, 70000);
	assert_int_equal(bed->logged, 2);
	assert_int_equal(bed->logged_ms[0], begun + 59750);
	r = expect(bed, 0, 1, PFCP_USAGE_MONIT);
	assert_int_equal(r->volume.total_bytes, 800);
	assert_int_equal(r->duration_s, 59);
	assert_true(r->has_information && r->information == PFCP_USED_BEFORE);
	r = expect(bed, 1, 1, PFCP_USAGE_MONIT);
	assert_true(r->has_information && r->information == PFCP_USED_AFTER);
	assert_int_equal(r->ur_seqn, 1);
	assert_int_equal(r->start_time, bed->log[0].end_time);
	assert_int_equal(r->volume.total_bytes, 0);
	assert_int_equal(urr->monitoring_time, 0);
	packets_send(bed, 3, 100);
	r = expect(bed, 2, 1, PFCP_USAGE_VOLTH);
	assert_int_equal(r->volume.total_bytes, 300);
	assert_false(r->has_information);
}

static void subsequent_times_run_from_the_monitoring_time(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, DURATION, PFCP_TRIGGER_TIMTH | PFCP_TRIGGER_TIMQU);
	const uint64_t begun = bed->ms;

	urr->information = PFCP_MEASURE_ISTM;
	urr->threshold.time_s = urr->quota.time_s = 100;
	urr->later_threshold.time_s = 10;
	urr->later_quota.time_s = 25;
	monitor(bed, urr, 5);
	bed_commit(bed, NULL);
	bed_run(bed, 60000);
	assert_int_equal(bed->logged, 5);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_MONIT)->duration_s, 5);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_MONIT)->duration_s, 0);
	assert_int_equal(expect(bed, 2, 1, PFCP_USAGE_TIMTH)->duration_s, 10);
	assert_int_equal(expect(bed, 3, 1, PFCP_USAGE_TIMTH)->duration_s, 10);
	assert_int_equal(expect(bed, 4, 1, PFCP_USAGE_TIMQU)->duration_s, 5);
	assert_int_equal(bed->logged_ms[4], begun + 30000);
}

static void without_a_subsequent_threshold_the_rest_of_it_holds(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH | PFCP_TRIGGER_VOLQU);

	urr->threshold.volume.total = 1000;
	urr->quota.volume.total = 600;
	urr->later_quota.volume.total = 500;
	monitor(bed, urr, 5);
	bed_commit(bed, NULL);
	packets_send(bed, 7, 100);
	expect(bed, 0, 1, PFCP_USAGE_VOLQU);
	assert_false(bed_packet(bed, 0, DP_UPLINK, 100));
	bed_run(bed, 5000);
	assert_int_equal(bed->logged, 3);
	packets_send(bed, 4, 100);
	assert_int_equal(expect(bed, 3, 1, PFCP_USAGE_VOLTH)->volume.total_bytes, 400);
	packets_send(bed, 4, 100);
	assert_int_equal(expect(bed, 4, 1, PFCP_USAGE_VOLQU)->volume.total_bytes, 100);
}

/* ---- numbers of reports, pauses ---- */

static void as_many_reports_as_asked_for(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH);
	const struct pfcp_urr update = {.urr_id = 1, .has_number_of_reports = true};

	urr->threshold.volume.total = 200;
	urr->reports = 2;
	bed_commit(bed, NULL);
	packets_send(bed, 2, 100);
	upf_usages_query(&bed->usages, &bed->rules, 1);
	bed_settle(bed);
	packets_send(bed, 20, 100);
	assert_int_equal(bed->logged, 3);
	expect(bed, 1, 1, PFCP_USAGE_IMMER);
	expect(bed, 2, 1, PFCP_USAGE_VOLTH);
	/* inactive: nothing is measured */
	bed_ask(bed);
	upf_usages_query(&bed->usages, &bed->rules, 1);
	bed_settle(bed);
	assert_int_equal(expect(bed, 3, 1, PFCP_USAGE_IMMER)->volume.total_bytes, 0);
	urr->reports = 1;
	bed_commit(bed, &update);
	packets_send(bed, 5, 100);
	assert_int_equal(bed->logged, 5);
	assert_int_equal(expect(bed, 4, 1, PFCP_USAGE_VOLTH)->volume.total_bytes, 200);
}

static void a_pause_leaves_out_and_keeps(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr =
		bed_add(bed, 1, VOLUME | DURATION, PFCP_TRIGGER_VOLTH | PFCP_TRIGGER_PERIO);
	const struct pfcp_urr update = {.urr_id = 1, .has_measurement_information = true};

	urr->threshold.volume.total = 500;
	urr->period_s = 100;
	bed_commit(bed, NULL);
	packets_send(bed, 3, 100);
	bed_run(bed, 30000);
	bed_ask(bed);
	urr->information = PFCP_MEASURE_INAM;
	bed_commit(bed, &update);
	packets_send(bed, 30, 100);
	bed_run(bed, 20000);
	assert_int_equal(bed->logged, 0);
	bed_ask(bed);
	urr->information = 0;
	bed_commit(bed, &update);
	bed_run(bed, 5000);
	packets_send(bed, 2, 100);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_VOLTH)->volume.total_bytes, 500);
	assert_int_equal(bed->log[0].duration_s, 35);
	/* periods are reported in a pause, too */
	urr->information = PFCP_MEASURE_INAM;
	bed_commit(bed, &update);
	bed_run(bed, 45000);
	assert_int_equal(expect(bed, 1, 1, PFCP_USAGE_PERIO)->volume.total_bytes, 0);
}

static void charging_pauses(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME, PFCP_TRIGGER_VOLTH);
	const struct pfcp_urr update = {.urr_id = 1, .has_measurement_information = true};
	struct upf_now now = bed_now(bed);

	bed_add(bed, 2, VOLUME, PFCP_TRIGGER_VOLTH);
	urr->information = PFCP_MEASURE_ASPOC | PFCP_MEASURE_INAM; /* not without CIAM */
	bed_commit(bed, NULL);
	packets_send(bed, 1, 100);
	bed_ask(bed);
	upf_usages_pause(&bed->usages, &bed->rules, true, &now);
	bed_settle(bed);
	packets_send(bed, 1, 100);
	bed_ask(bed);
	upf_usages_pause(&bed->usages, &bed->rules, false, &now);
	bed_settle(bed);
	packets_send(bed, 1, 100);
	bed_ask(bed);
	urr->information |= PFCP_MEASURE_CIAM;
	bed_commit(bed, &update);
	packets_send(bed, 1, 100);
	bed_ask(bed);
	upf_usages_query_all(&bed->usages);
	bed_settle(bed);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_IMMER)->volume.total_bytes, 200);
	assert_int_equal(expect(bed, 1, 2, PFCP_USAGE_IMMER)->volume.total_bytes, 400);
}

/* ---- ends ---- */

static void a_urr_that_goes_has_a_last_report(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_PERIO)->information = PFCP_MEASURE_MNOP;
	bed_add(bed, 2, VOLUME, PFCP_TRIGGER_PERIO);
	bed_commit(bed, NULL);
	packets_send(bed, 2, 100);
	bed_ask(bed);
	bed_drop(bed, 1);
	bed_commit(bed, NULL);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_TERMR)->volume.total_packets, 2);
	assert_int_equal(bed->usages.n, 1);
	/* the same id is another one */
	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_PERIO);
	bed_commit(bed, NULL);
	packets_send(bed, 1, 100);
	bed_ask(bed);
	/* no PDR names it any more: it stays, from zero */
	bed->rules.pdr[0].n_urr = 0;
	bed_commit(bed, NULL);
	assert_int_equal(bed->logged, 3);
	assert_int_equal(expect(bed, 1, 2, PFCP_USAGE_TERMR)->volume.total_bytes, 300);
	assert_int_equal(expect(bed, 2, 1, PFCP_USAGE_TERMR)->volume.total_bytes, 100);
	assert_int_equal(bed->log[2].ur_seqn, 0);
	/* and the end of the session, where nothing is told as well */
	upf_usages_end(&bed->usages, PFCP_USAGE_TEBUR);
	bed_settle(bed);
	assert_int_equal(bed->logged, 5);
	assert_int_equal(expect(bed, 3, 2, PFCP_USAGE_TEBUR)->ur_seqn, 1);
	assert_int_equal(bed->usages.n, 0);
}

static void a_urr_without_pdrs_rests(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, VOLUME | DURATION,
				      PFCP_TRIGGER_PERIO | PFCP_TRIGGER_UPINT | PFCP_TRIGGER_VOLQU);

	urr->period_s = urr->idle_s = 10;
	urr->quota.volume.total = 300;
	bed->rules.pdr[0].n_urr = 0;
	bed_commit(bed, NULL);
	bed_run(bed, 100000);
	assert_int_equal(bed->logged, 0);
	for (size_t i = 0; i < 2; i++) {
		/* each time with the quota as it was provisioned: note 5 */
		bed->rules.pdr[0].n_urr = 1;
		bed_commit(bed, NULL);
		packets_send(bed, 5, 100);
		assert_int_equal(expect(bed, i, 1, PFCP_USAGE_VOLQU)->volume.total_bytes, 300);
		bed->rules.pdr[0].n_urr = 0;
		bed_commit(bed, NULL);
	}
	assert_int_equal(bed->logged, 2);
}

/* ---- clocks, bounds ---- */

static void a_step_of_the_wall_clock_moves_stamps_only(void **state)
{
	struct usage_bed *bed = *state;
	struct upf_urr *urr = bed_add(bed, 1, DURATION, PFCP_TRIGGER_PERIO);

	urr->period_s = 100;
	urr->information = PFCP_MEASURE_ISTM;
	bed_commit(bed, NULL);
	bed_run(bed, 50000);
	bed->wall_ms -= 3600 * 1000;
	bed_run(bed, 50000);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_PERIO)->duration_s, 100);
	assert_int_equal(bed->log[0].end_time - bed->log[0].start_time, 100);
	assert_int_equal(bed->log[0].end_time, ntp(bed));
	bed->wall_ms += 3 * 3600 * 1000;
	bed_run(bed, 100000);
	assert_int_equal(bed->log[1].end_time - bed->log[1].start_time, 100);
}

static void counters_that_begin_anew_are_added(void **state)
{
	struct usage_bed *bed = *state;

	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_PERIO);
	bed_commit(bed, NULL);
	packets_send(bed, 5, 100);
	bed_ask(bed);
	bed_urr(bed, 1)->counters = (struct dp_urr_counters){0};
	packets_send(bed, 2, 100);
	bed_ask(bed);
	upf_usages_query_all(&bed->usages);
	bed_settle(bed);
	assert_int_equal(expect(bed, 0, 1, PFCP_USAGE_IMMER)->volume.total_bytes, 700);
}

static void what_a_urr_takes(void **state)
{
	struct usage_bed *bed = *state;

	assert_true(sizeof(struct upf_usage) <= 200);
	bed_add(bed, 1, VOLUME, PFCP_TRIGGER_PERIO);
	bed_add(bed, 2, VOLUME, PFCP_TRIGGER_PERIO);
	bed_commit(bed, NULL);
	assert_int_equal(bed->usages.room, 2);
	bed_drop(bed, 1);
	bed_commit(bed, NULL);
	bed_commit(bed, NULL);
	assert_int_equal(bed->usages.room, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(volume_threshold_is_applied_again),
		TEST(a_threshold_of_one_direction),
		TEST(a_new_threshold_counts_from_the_last_report),
		TEST(a_query_leaves_the_threshold_what_it_was),
		TEST(a_quota_ends_and_is_renewed),
		TEST(a_quota_with_the_threshold_alone_told),
		TEST(a_quota_without_or_below_a_threshold),
		TEST(a_quota_of_zero),
		TEST(a_quota_is_held_no_longer_than_asked),
		TEST(a_quota_ends_untold),
		TEST(a_quota_is_valid_for_a_time),
		TEST(time_runs_from_the_first_packet),
		TEST(time_runs_at_once_when_asked),
		TEST(silence_suspends_time),
		TEST(a_time_quota_ends_and_is_renewed),
		TEST(a_late_clock_meters_no_more_than_the_quota),
		TEST(seconds_are_not_lost_between_reports),
		TEST(periods_do_not_drift),
		TEST(traffic_starts_and_stops),
		TEST(traffic_starts_again_when_that_alone_is_asked),
		TEST(inactivity_is_told_once_a_silence),
		TEST(a_session_is_inactive),
		TEST(links_report_together),
		TEST(a_monitoring_time_makes_two_reports),
		TEST(subsequent_times_run_from_the_monitoring_time),
		TEST(without_a_subsequent_threshold_the_rest_of_it_holds),
		TEST(as_many_reports_as_asked_for),
		TEST(a_pause_leaves_out_and_keeps),
		TEST(charging_pauses),
		TEST(a_urr_that_goes_has_a_last_report),
		TEST(a_urr_without_pdrs_rests),
		TEST(a_step_of_the_wall_clock_moves_stamps_only),
		TEST(counters_that_begin_anew_are_added),
		TEST(what_a_urr_takes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
