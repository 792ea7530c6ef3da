// SPDX-License-Identifier: Apache-2.0
/* A URR from its IE: TS 29.244 cl. 7.5.2.4, 7.5.4.4. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "upf/rules/rules.h"

struct bed {
	struct upf_rules rules;
	struct upf_refusal refusal;
	struct upf_reading reading;
	struct pfcp_urr ie;
	struct upf_urr *urr;
};

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	*state = bed;
	bed->urr = &bed->rules.urr[bed->rules.n_urr++];
	bed->urr->id = bed->ie.urr_id = 65535;
	bed->reading.rules = &bed->rules;
	bed->reading.refusal = &bed->refusal;
	bed->ie.has_method = bed->ie.has_triggers = true;
	bed->ie.method = PFCP_MEASURE_VOLUME;
	bed->ie.triggers = PFCP_TRIGGER_VOLTH;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void lose(struct bed *bed, uint16_t type)
{
	bed->ie.cleared.type[bed->ie.cleared.n++] = type;
}

/* An update of nothing yet */
static void update(struct bed *bed)
{
	bed->ie = (struct pfcp_urr){.urr_id = 65535};
	bed->reading.update = true;
}

static void well(struct bed *bed)
{
	assert_int_equal(upf_urr_read(bed->urr, &bed->ie, &bed->reading), 0);
}

static void refused(struct bed *bed, const char *text)
{
	assert_int_equal(upf_urr_read(bed->urr, &bed->ie, &bed->reading), -EINVAL);
	assert_int_equal(bed->refusal.cause, PFCP_CAUSE_RULE_FAILURE);
	assert_true(bed->refusal.has_rule);
	assert_int_equal(bed->refusal.rule.type, PFCP_RULE_URR);
	assert_int_equal(bed->refusal.rule.id, 65535);
	assert_string_equal(bed->refusal.text, text);
}

static bool is_none(const struct dp_volume *v)
{
	return v->total == UINT64_MAX && v->way[0] == UINT64_MAX && v->way[1] == UINT64_MAX;
}

static void what_is_not_there_is_no_limit(void **state)
{
	struct bed *bed = *state;

	well(bed);
	assert_true(is_none(&bed->urr->threshold.volume) && is_none(&bed->urr->quota.volume));
	assert_true(is_none(&bed->urr->later_threshold.volume) &&
		    is_none(&bed->urr->later_quota.volume));
	assert_int_equal(bed->urr->threshold.time_s, UINT32_MAX);
	assert_int_equal(bed->urr->quota.time_s, UINT32_MAX);
	assert_int_equal(bed->urr->later_threshold.time_s, UINT32_MAX);
	assert_int_equal(bed->urr->later_quota.time_s, UINT32_MAX);
	assert_int_equal(bed->urr->triggers, PFCP_TRIGGER_VOLTH);
	assert_int_equal(bed->urr->method, PFCP_MEASURE_VOLUME);
	assert_false(bed->urr->has_quota_far);
	assert_int_equal(bed->urr->reports, 0);
}

static void fill(struct pfcp_urr *ie)
{
	const struct pfcp_volume up = {.has_uplink = true, .uplink_bytes = 11};
	const struct pfcp_volume all = {.has_total = true, .total_bytes = 22};

	ie->has_volume_threshold = ie->has_volume_quota = true;
	ie->volume_threshold = up;
	ie->volume_quota = all;
	ie->has_subsequent_volume_threshold = ie->has_subsequent_volume_quota = true;
	ie->subsequent_volume_threshold = all;
	ie->subsequent_volume_quota = up;
	ie->has_time_threshold = ie->has_time_quota = true;
	ie->time_threshold_s = 1;
	ie->time_quota_s = 2;
	ie->has_subsequent_time_threshold = ie->has_subsequent_time_quota = true;
	ie->subsequent_time_threshold_s = 3;
	ie->subsequent_time_quota_s = 4;
	ie->has_period = ie->has_quota_holding_time = ie->has_quota_validity_time = true;
	ie->period_s = 5;
	ie->quota_holding_time_s = 6;
	ie->quota_validity_time_s = 7;
	ie->has_inactivity_detection_time = ie->has_inactivity_timer = true;
	ie->inactivity_detection_time_s = 8;
	ie->inactivity_timer_s = 9;
	ie->has_monitoring_time = true;
	ie->monitoring_time = 10;
	ie->has_number_of_reports = ie->has_quota_far_id = true;
	ie->number_of_reports = 11;
	ie->quota_far_id = 12;
	ie->has_measurement_information = true;
	ie->measurement_information = PFCP_MEASURE_MNOP | PFCP_MEASURE_INAM;
}

static void filled(const struct upf_urr *urr)
{
	assert_int_equal(urr->threshold.volume.way[DP_UPLINK], 11);
	assert_int_equal(urr->threshold.volume.total, UINT64_MAX);
	assert_int_equal(urr->quota.volume.total, 22);
	assert_int_equal(urr->later_threshold.volume.total, 22);
	assert_int_equal(urr->later_quota.volume.way[DP_UPLINK], 11);
	assert_int_equal(urr->threshold.time_s, 1);
	assert_int_equal(urr->quota.time_s, 2);
	assert_int_equal(urr->later_threshold.time_s, 3);
	assert_int_equal(urr->later_quota.time_s, 4);
	assert_int_equal(urr->period_s, 5);
	assert_int_equal(urr->holding_s, 6);
	assert_int_equal(urr->validity_s, 7);
	assert_int_equal(urr->inactivity_s, 8);
	assert_int_equal(urr->idle_s, 9);
	assert_int_equal(urr->monitoring_time, 10);
	assert_int_equal(urr->reports, 11);
	assert_true(urr->has_quota_far);
	assert_int_equal(urr->quota_far_id, 12);
}

static void an_update_changes_what_it_says(void **state)
{
	struct bed *bed = *state;

	fill(&bed->ie);
	well(bed);
	filled(bed->urr);
	assert_int_equal(bed->urr->information, PFCP_MEASURE_MNOP | PFCP_MEASURE_INAM);
	update(bed);
	bed->ie.has_triggers = true;
	bed->ie.triggers = PFCP_TRIGGER_PERIO | PFCP_TRIGGER_UPINT;
	well(bed);
	filled(bed->urr);
	assert_int_equal(bed->urr->triggers, PFCP_TRIGGER_PERIO | PFCP_TRIGGER_UPINT);
	assert_int_equal(bed->urr->method, PFCP_MEASURE_VOLUME);
	/* table 7.5.4.4-1: active, if the IE is not present */
	assert_int_equal(bed->urr->information, PFCP_MEASURE_MNOP);
	bed->ie.has_measurement_information = true;
	bed->ie.measurement_information = PFCP_MEASURE_INAM;
	well(bed);
	assert_int_equal(bed->urr->information, PFCP_MEASURE_MNOP | PFCP_MEASURE_INAM);
}

static void an_update_takes_away(void **state)
{
	static const uint16_t gone[] = {
		PFCP_IE_VOLUME_THRESHOLD,
		PFCP_IE_VOLUME_QUOTA,
		PFCP_IE_SUBSEQUENT_VOLUME_QUOTA,
		PFCP_IE_SUBSEQUENT_VOLUME_THRESHOLD,
		PFCP_IE_TIME_THRESHOLD,
		PFCP_IE_TIME_QUOTA,
		PFCP_IE_SUBSEQUENT_TIME_THRESHOLD,
		PFCP_IE_SUBSEQUENT_TIME_QUOTA,
		PFCP_IE_MEASUREMENT_PERIOD,
		PFCP_IE_QUOTA_HOLDING_TIME,
		PFCP_IE_QUOTA_VALIDITY_TIME,
		PFCP_IE_INACTIVITY_DETECTION_TIME,
		PFCP_IE_USER_PLANE_INACTIVITY_TIMER,
		PFCP_IE_MONITORING_TIME,
		PFCP_IE_NUMBER_OF_REPORTS,
		PFCP_IE_FAR_ID,
		PFCP_IE_MEASUREMENT_INFORMATION,
	};
	struct bed *bed = *state;

	fill(&bed->ie);
	well(bed);
	update(bed);
	/* in portions, as many as one update can take away */
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		bed->ie.cleared.n = 0;
		lose(bed, gone[i]);
		well(bed);
	}
	bed->ie.cleared.n = 0;
	what_is_not_there_is_no_limit(state);
	assert_int_equal(bed->urr->period_s | bed->urr->holding_s | bed->urr->validity_s, 0);
	assert_int_equal(bed->urr->inactivity_s | bed->urr->idle_s, 0);
	assert_int_equal(bed->urr->monitoring_time | bed->urr->information, 0);
	lose(bed, PFCP_IE_REPORTING_TRIGGERS);
	refused(bed, "a URR can't do without reporting-triggers");
}

/* A quota of zero forbids everything; a threshold of zero would be reached for ever. */
static void zero(void **state)
{
	struct bed *bed = *state;

	bed->ie.has_volume_threshold = bed->ie.has_volume_quota = true;
	bed->ie.volume_threshold.has_total = bed->ie.volume_quota.has_total = true;
	bed->ie.has_time_threshold = bed->ie.has_time_quota = true;
	well(bed);
	assert_true(is_none(&bed->urr->threshold.volume));
	assert_int_equal(bed->urr->quota.volume.total, 0);
	assert_int_equal(bed->urr->threshold.time_s, UINT32_MAX);
	assert_int_equal(bed->urr->quota.time_s, 0);
	bed->ie.has_period = true;
	refused(bed, "a measurement period of zero");
}

static void what_cannot_be_measured_is_refused(void **state)
{
	static const struct {
		uint32_t trigger;
		const char *text;
	} triggers[] = {
		{PFCP_TRIGGER_DROTH, "a threshold of dropped downlink traffic is not supported"},
		{PFCP_TRIGGER_ENVCL, "reporting by envelopes is not supported"},
		{PFCP_TRIGGER_MACAR, "reporting of MAC addresses is not supported"},
		{PFCP_TRIGGER_EVETH, "event-based measurement is not supported"},
		{PFCP_TRIGGER_EVEQU, "event-based measurement is not supported"},
		{PFCP_TRIGGER_IPMJL, "reporting of IP multicast is not supported"},
		{PFCP_TRIGGER_REEMR, "reporting of end markers is not supported"},
	};
	struct bed *bed = *state;

	for (size_t i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++) {
		bed->ie.triggers = PFCP_TRIGGER_VOLTH | triggers[i].trigger;
		refused(bed, triggers[i].text);
	}
	bed->ie.triggers = PFCP_TRIGGER_VOLTH;
	bed->ie.method = PFCP_MEASURE_EVENT | PFCP_MEASURE_VOLUME;
	refused(bed, "event-based measurement is not supported");
	bed->ie.method = PFCP_MEASURE_VOLUME;
	bed->ie.has_event_quota = true;
	refused(bed, "event-based measurement is not supported");
	bed->ie.has_event_quota = false;
	bed->ie.has_measurement_information = true;
	bed->ie.measurement_information = PFCP_MEASURE_MBQE;
	refused(bed, "measurement before QoS enforcement is not supported");
	bed->ie.measurement_information = PFCP_MEASURE_SSPOC;
	refused(bed, "notification of a pause of charging is not supported");
}

static void links_are_a_list_of_their_own(void **state)
{
	struct bed *bed = *state;

	bed->rules.link[bed->rules.n_link++] = (struct upf_link){3, 65535};
	bed->ie.n_linked_urr_id = 2;
	bed->ie.linked_urr_id[0] = 3;
	bed->ie.linked_urr_id[1] = 4;
	well(bed);
	assert_int_equal(bed->rules.n_link, 3);
	assert_int_equal(bed->rules.link[2].urr_id, 65535);
	assert_int_equal(bed->rules.link[2].linked_id, 4);
	update(bed);
	bed->ie.n_linked_urr_id = 1;
	bed->ie.linked_urr_id[0] = 5;
	well(bed);
	assert_int_equal(bed->rules.n_link, 2);
	assert_int_equal(bed->rules.link[0].urr_id, 3);
	assert_int_equal(bed->rules.link[1].linked_id, 5);
	bed->ie.n_linked_urr_id = 0;
	lose(bed, PFCP_IE_LINKED_URR_ID);
	well(bed);
	assert_int_equal(bed->rules.n_link, 1);
	bed->ie.cleared.n = 0;
	while (bed->rules.n_link < UPF_LINKS_MAX - 1)
		bed->rules.link[bed->rules.n_link++] = (struct upf_link){3, 1};
	bed->ie.n_linked_urr_id = 2;
	assert_int_equal(upf_urr_read(bed->urr, &bed->ie, &bed->reading), -EINVAL);
	assert_int_equal(bed->refusal.cause, PFCP_CAUSE_NO_RESOURCES);
	assert_string_equal(bed->refusal.text, "more than 32 linked URRs");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_no_limit),
		TEST(an_update_changes_what_it_says),
		TEST(an_update_takes_away),
		TEST(zero),
		TEST(what_cannot_be_measured_is_refused),
		TEST(links_are_a_list_of_their_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
