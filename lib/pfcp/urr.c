// SPDX-License-Identifier: Apache-2.0
/*
 * What measures: which IEs URRs and Usage Reports hold, in the order of the standard's tables
 * (TS 29.244 cl. 7.5.2.4, 7.5.4.4, 7.5.5.2, 7.5.7.2, 7.5.8.3), and which of them a trigger needs.
 */
#include "lib/pfcp/table.h"

// clang-format off
#define S struct pfcp_urr
/* What both have, in runs that stand in the same order in both tables; @p: what an Update calls
 * conditional and a Create optional */
#define VOLUMES                                                      \
	ONE(CONDITIONAL, VOLUME_THRESHOLD, S, volume_threshold),     \
	ONE(CONDITIONAL, VOLUME_QUOTA, S, volume_quota)
#define EVENTS                                                       \
	ONE(CONDITIONAL, EVENT_THRESHOLD, S, event_threshold),       \
	ONE(CONDITIONAL, EVENT_QUOTA, S, event_quota)
#define TIMES                                                        \
	ONE_AS(CONDITIONAL, TIME_THRESHOLD, S, time_threshold_s, has_time_threshold), \
	ONE_AS(CONDITIONAL, TIME_QUOTA, S, time_quota_s, has_time_quota)
#define REST(p)                                                      \
	ONE_AS(CONDITIONAL, QUOTA_HOLDING_TIME, S, quota_holding_time_s, has_quota_holding_time), \
	ONE(CONDITIONAL, DROPPED_DL_TRAFFIC_THRESHOLD, S, dropped_threshold), \
	ONE_AS(CONDITIONAL, QUOTA_VALIDITY_TIME, S, quota_validity_time_s, has_quota_validity_time), \
	ONE(p, MONITORING_TIME, S, monitoring_time),                 \
	ONE(p, SUBSEQUENT_VOLUME_THRESHOLD, S, subsequent_volume_threshold), \
	ONE_AS(p, SUBSEQUENT_TIME_THRESHOLD, S, subsequent_time_threshold_s, has_subsequent_time_threshold), \
	ONE(p, SUBSEQUENT_VOLUME_QUOTA, S, subsequent_volume_quota), \
	ONE_AS(p, SUBSEQUENT_TIME_QUOTA, S, subsequent_time_quota_s, has_subsequent_time_quota), \
	ONE(OPTIONAL, SUBSEQUENT_EVENT_THRESHOLD, S, subsequent_event_threshold), \
	ONE(OPTIONAL, SUBSEQUENT_EVENT_QUOTA, S, subsequent_event_quota), \
	ONE_AS(CONDITIONAL, INACTIVITY_DETECTION_TIME, S, inactivity_detection_time_s, has_inactivity_detection_time), \
	LIST(CONDITIONAL, LINKED_URR_ID, S, linked_urr_id),          \
	ONE(CONDITIONAL, MEASUREMENT_INFORMATION, S, measurement_information), \
	ONE(CONDITIONAL, FAR_ID, S, quota_far_id),                   \
	ONE(OPTIONAL, NUMBER_OF_REPORTS, S, number_of_reports),      \
	ONE_AS(CONDITIONAL, USER_PLANE_INACTIVITY_TIMER, S, inactivity_timer_s, has_inactivity_timer)

static const struct pfcp_member create_urr[] = {
	ALWAYS(MANDATORY, URR_ID, S, urr_id),
	ONE(MANDATORY, MEASUREMENT_METHOD, S, method),
	ONE(MANDATORY, REPORTING_TRIGGERS, S, triggers),
	ONE_AS(CONDITIONAL, MEASUREMENT_PERIOD, S, period_s, has_period),
	VOLUMES,
	EVENTS,
	TIMES,
	REST(OPTIONAL),
};

static const struct pfcp_member update_urr[] = {
	ALWAYS(MANDATORY, URR_ID, S, urr_id),
	ONE(CONDITIONAL, MEASUREMENT_METHOD, S, method),
	ONE(CONDITIONAL, REPORTING_TRIGGERS, S, triggers),
	ONE_AS(CONDITIONAL, MEASUREMENT_PERIOD, S, period_s, has_period),
	VOLUMES,
	TIMES,
	EVENTS,
	REST(CONDITIONAL),
};
#undef S

static const struct pfcp_member remove_urr[] = { ONLY(URR_ID, uint32_t) };
// clang-format on

#define NEED(b, f, t)                                                                              \
	{                                                                                          \
		.bit = PFCP_TRIGGER_##b, .has = offsetof(struct pfcp_urr, f), .type = t            \
	}

/* Quotas may come later: their triggers need none. */
static uint8_t check_create_urr(const void *value, uint16_t *ret_type)
{
	static const struct {
		uint32_t bit;
		size_t has;
		uint16_t type;
	} needs[] = {
		NEED(PERIO, has_period, PFCP_IE_MEASUREMENT_PERIOD),
		NEED(VOLTH, has_volume_threshold, PFCP_IE_VOLUME_THRESHOLD),
		NEED(TIMTH, has_time_threshold, PFCP_IE_TIME_THRESHOLD),
		NEED(QUHTI, has_quota_holding_time, PFCP_IE_QUOTA_HOLDING_TIME),
		NEED(DROTH, has_dropped_threshold, PFCP_IE_DROPPED_DL_TRAFFIC_THRESHOLD),
		NEED(LIUSA, n_linked_urr_id, PFCP_IE_LINKED_URR_ID),
		NEED(EVETH, has_event_threshold, PFCP_IE_EVENT_THRESHOLD),
		NEED(UPINT, has_inactivity_timer, PFCP_IE_USER_PLANE_INACTIVITY_TIMER),
	};
	const struct pfcp_urr *urr = value;

	for (size_t i = 0; i < N_OF(needs); i++) {
		if (!(urr->triggers & needs[i].bit) || *((const uint8_t *)value + needs[i].has))
			continue;
		*ret_type = needs[i].type;
		return PFCP_CAUSE_CONDITIONAL_IE_MISSING;
	}
	return 0;
}

const struct pfcp_group pfcp_group_create_urr = MEMBERS(create_urr, .check = check_create_urr);
const struct pfcp_group pfcp_group_update_urr = UPDATE(update_urr, struct pfcp_urr);
const struct pfcp_group pfcp_group_remove_urr = MEMBERS(remove_urr);

/* ---- Usage Report: in a modification's answer, in a deletion's, in a report ---- */

// clang-format off
#define S struct pfcp_application_detection
static const struct pfcp_member application_detection[] = {
	ALWAYS(MANDATORY, APPLICATION_ID, S, application_id),
	ONE(CONDITIONAL, APPLICATION_INSTANCE_ID, S, instance_id),
	ONE(CONDITIONAL, FLOW_INFORMATION, S, flow),
	ONE(OPTIONAL, PDR_ID, S, pdr_id),
};
#undef S

#define S struct pfcp_usage_report
#define BEGINNING                                                    \
	ALWAYS(MANDATORY, URR_ID, S, urr_id),                        \
	ALWAYS(MANDATORY, UR_SEQN, S, ur_seqn),                      \
	ALWAYS(MANDATORY, USAGE_REPORT_TRIGGER, S, trigger),         \
	ONE(CONDITIONAL, START_TIME, S, start_time),                 \
	ONE(CONDITIONAL, END_TIME, S, end_time),                     \
	ONE(CONDITIONAL, VOLUME_MEASUREMENT, S, volume),             \
	ONE_AS(CONDITIONAL, DURATION_MEASUREMENT, S, duration_s, has_duration)
#define PACKET_TIMES                                                 \
	ONE(CONDITIONAL, TIME_OF_FIRST_PACKET, S, first_packet),     \
	ONE(CONDITIONAL, TIME_OF_LAST_PACKET, S, last_packet),       \
	ONE(CONDITIONAL, USAGE_INFORMATION, S, information)

static const struct pfcp_member usage_report_modification[] = {
	BEGINNING,
	PACKET_TIMES,
	ONE(CONDITIONAL, QUERY_URR_REFERENCE, S, query_reference),
};

static const struct pfcp_member usage_report_deletion[] = {
	BEGINNING,
	PACKET_TIMES,
};

static const struct pfcp_member usage_report_report[] = {
	BEGINNING,
	ONE(CONDITIONAL, APPLICATION_DETECTION_INFORMATION, S, application),
	ONE(CONDITIONAL, UE_IP_ADDRESS, S, ue_ip),
	ONE(CONDITIONAL, NETWORK_INSTANCE, S, network_instance),
	PACKET_TIMES,
	ONE(CONDITIONAL, QUERY_URR_REFERENCE, S, query_reference),
	LIST(CONDITIONAL, TIME_STAMP, S, event_time),
};
#undef S
// clang-format on

const struct pfcp_group pfcp_group_application_detection = MEMBERS(application_detection);
const struct pfcp_group pfcp_group_usage_report_modification = MEMBERS(usage_report_modification);
const struct pfcp_group pfcp_group_usage_report_deletion = MEMBERS(usage_report_deletion);
const struct pfcp_group pfcp_group_usage_report_report = MEMBERS(usage_report_report);
