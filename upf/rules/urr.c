// SPDX-License-Identifier: Apache-2.0
/*
 * One URR from its IE: TS 29.244 cl. 7.5.2.4, 7.5.4.4. A trigger may be there before what it is
 * about: thresholds and quotas come and go by updates, and then it reports nothing. (What a Create
 * URR must have, lib/pfcp/urr.c asks for.)
 */
#include "upf/rules/rules.h"

#define REFUSE(reading, ie, ...)                                                                   \
	upf_refuse_rule((reading)->refusal, PFCP_RULE_URR, (ie)->urr_id, __VA_ARGS__)

#define NO_LIMITS                                                                                  \
	(struct upf_limits)                                                                        \
	{                                                                                          \
		.volume = DP_VOLUME_NONE, .time_s = UINT32_MAX                                     \
	}

/* Events are counted by logic that the operator configures (cl. 5.2.2.2.1, note 7); no data plane
 * here counts the downlink packets that it drops by URR. */
static const struct upf_unserved unserved[] = {
	{offsetof(struct pfcp_urr, has_event_threshold), 0, "event-based measurement is"},
	{offsetof(struct pfcp_urr, has_event_quota), 0, "event-based measurement is"},
	{offsetof(struct pfcp_urr, has_subsequent_event_threshold), 0,
	 "event-based measurement is"},
	{offsetof(struct pfcp_urr, has_subsequent_event_quota), 0, "event-based measurement is"},
	{offsetof(struct pfcp_urr, has_dropped_threshold), 0,
	 "a threshold of dropped downlink traffic is"},
	{0},
};

/* ENVCL goes with the EPC's charging by envelopes; MACAR and IPMJL with Ethernet and IP multicast,
 * which no PDR may have; an end marker is the data plane's event, without a URR. */
static const struct {
	uint32_t trigger;
	const char *what;
} triggers_unserved[] = {
	{PFCP_TRIGGER_DROTH, "a threshold of dropped downlink traffic is"},
	{PFCP_TRIGGER_ENVCL, "reporting by envelopes is"},
	{PFCP_TRIGGER_MACAR, "reporting of MAC addresses is"},
	{PFCP_TRIGGER_EVETH, "event-based measurement is"},
	{PFCP_TRIGGER_EVEQU, "event-based measurement is"},
	{PFCP_TRIGGER_IPMJL, "reporting of IP multicast is"},
	{PFCP_TRIGGER_REEMR, "reporting of end markers is"},
};

static const char *unserved_find(const struct pfcp_urr *ie)
{
	const uint32_t triggers = ie->has_triggers ? ie->triggers : 0;
	const uint8_t information =
		ie->has_measurement_information ? ie->measurement_information : 0;

	for (size_t i = 0; i < sizeof(triggers_unserved) / sizeof(triggers_unserved[0]); i++)
		if (triggers & triggers_unserved[i].trigger)
			return triggers_unserved[i].what;
	if (ie->has_method && ie->method & PFCP_MEASURE_EVENT)
		return "event-based measurement is";
	if (information & PFCP_MEASURE_MBQE)
		return "measurement before QoS enforcement is";
	if (information & PFCP_MEASURE_SSPOC)
		return "notification of a pause of charging is";
	return upf_unserved_find(ie, unserved);
}

static int served_check(const struct pfcp_urr *ie, struct upf_reading *reading)
{
	static const uint16_t needed[] = {PFCP_IE_MEASUREMENT_METHOD, PFCP_IE_REPORTING_TRIGGERS};
	const char *what = unserved_find(ie);

	if (what)
		return REFUSE(reading, ie, "%s not supported", what);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (upf_rule_loses(&ie->cleared, needed[i]))
			return REFUSE(reading, ie, "a URR can't do without %s",
				      pfcp_ie_name(needed[i]));
	if (ie->has_period && !ie->period_s)
		return REFUSE(reading, ie, "a measurement period of zero");
	return 0;
}

/* ---- limits ---- */

static uint64_t volume_value(bool has, uint64_t value, bool zero)
{
	return has && (value || zero) ? value : UINT64_MAX;
}

/* @zero: is a limit: of a quota. A threshold of zero would be reached with every report anew; peers
 * that have none send it. */
static void volume_set(struct dp_volume *to, bool has, const struct pfcp_volume *v, bool zero)
{
	if (!has)
		return;
	to->total = volume_value(v->has_total, v->total_bytes, zero);
	to->way[DP_UPLINK] = volume_value(v->has_uplink, v->uplink_bytes, zero);
	to->way[DP_DOWNLINK] = volume_value(v->has_downlink, v->downlink_bytes, zero);
}

static void time_set(uint32_t *to, bool has, uint32_t s, bool zero)
{
	if (has)
		*to = s || zero ? s : UINT32_MAX;
}

static void limits_set(struct upf_urr *urr, const struct pfcp_urr *ie)
{
	volume_set(&urr->threshold.volume, ie->has_volume_threshold, &ie->volume_threshold, false);
	volume_set(&urr->quota.volume, ie->has_volume_quota, &ie->volume_quota, true);
	volume_set(&urr->later_threshold.volume, ie->has_subsequent_volume_threshold,
		   &ie->subsequent_volume_threshold, false);
	volume_set(&urr->later_quota.volume, ie->has_subsequent_volume_quota,
		   &ie->subsequent_volume_quota, true);
	time_set(&urr->threshold.time_s, ie->has_time_threshold, ie->time_threshold_s, false);
	time_set(&urr->quota.time_s, ie->has_time_quota, ie->time_quota_s, true);
	time_set(&urr->later_threshold.time_s, ie->has_subsequent_time_threshold,
		 ie->subsequent_time_threshold_s, false);
	time_set(&urr->later_quota.time_s, ie->has_subsequent_time_quota,
		 ie->subsequent_time_quota_s, true);
}

static void limits_lose(struct upf_urr *urr, const struct pfcp_cleared *cleared)
{
	const struct {
		uint16_t ie;
		struct dp_volume *volume;
		uint32_t *time_s;
	} rows[] = {
		{PFCP_IE_VOLUME_THRESHOLD, &urr->threshold.volume, NULL},
		{PFCP_IE_VOLUME_QUOTA, &urr->quota.volume, NULL},
		{PFCP_IE_SUBSEQUENT_VOLUME_THRESHOLD, &urr->later_threshold.volume, NULL},
		{PFCP_IE_SUBSEQUENT_VOLUME_QUOTA, &urr->later_quota.volume, NULL},
		{PFCP_IE_TIME_THRESHOLD, NULL, &urr->threshold.time_s},
		{PFCP_IE_TIME_QUOTA, NULL, &urr->quota.time_s},
		{PFCP_IE_SUBSEQUENT_TIME_THRESHOLD, NULL, &urr->later_threshold.time_s},
		{PFCP_IE_SUBSEQUENT_TIME_QUOTA, NULL, &urr->later_quota.time_s},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!upf_rule_loses(cleared, rows[i].ie))
			continue;
		if (rows[i].volume)
			*rows[i].volume = (struct dp_volume)DP_VOLUME_NONE;
		else
			*rows[i].time_s = UINT32_MAX;
	}
}

/* ---- times, numbers ---- */

static void times_lose(struct upf_urr *urr, const struct pfcp_cleared *cleared)
{
	const struct {
		uint16_t ie;
		uint32_t *value;
	} rows[] = {
		{PFCP_IE_MEASUREMENT_PERIOD, &urr->period_s},
		{PFCP_IE_QUOTA_HOLDING_TIME, &urr->holding_s},
		{PFCP_IE_QUOTA_VALIDITY_TIME, &urr->validity_s},
		{PFCP_IE_INACTIVITY_DETECTION_TIME, &urr->inactivity_s},
		{PFCP_IE_USER_PLANE_INACTIVITY_TIMER, &urr->idle_s},
		{PFCP_IE_MONITORING_TIME, &urr->monitoring_time},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (upf_rule_loses(cleared, rows[i].ie))
			*rows[i].value = 0;
}

static void value_set(uint32_t *to, bool has, uint32_t value)
{
	if (has)
		*to = value;
}

static void times_set(struct upf_urr *urr, const struct pfcp_urr *ie)
{
	value_set(&urr->period_s, ie->has_period, ie->period_s);
	value_set(&urr->holding_s, ie->has_quota_holding_time, ie->quota_holding_time_s);
	value_set(&urr->validity_s, ie->has_quota_validity_time, ie->quota_validity_time_s);
	value_set(&urr->inactivity_s, ie->has_inactivity_detection_time,
		  ie->inactivity_detection_time_s);
	value_set(&urr->idle_s, ie->has_inactivity_timer, ie->inactivity_timer_s);
	value_set(&urr->monitoring_time, ie->has_monitoring_time, ie->monitoring_time);
}

/*
 * An update can't say whether packets are counted (cl. 7.5.4.4 has no such flag), so that stays.
 * Nor does the measurement stay paused by an update that says nothing of it: "active ... if the
 * Measurement Information IE is not present in the Update URR IE".
 */
static void information_set(struct upf_urr *urr, const struct pfcp_urr *ie, bool update)
{
	const uint8_t kept = update ? urr->information & PFCP_MEASURE_MNOP : 0;

	if (ie->has_measurement_information)
		urr->information = ie->measurement_information | kept;
	else if (upf_rule_loses(&ie->cleared, PFCP_IE_MEASUREMENT_INFORMATION))
		urr->information = 0;
	else
		urr->information &= (uint8_t)~PFCP_MEASURE_INAM;
}

static void rest_set(struct upf_urr *urr, const struct pfcp_urr *ie)
{
	if (upf_rule_loses(&ie->cleared, PFCP_IE_NUMBER_OF_REPORTS))
		urr->reports = 0;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_FAR_ID))
		urr->has_quota_far = false;
	if (ie->has_method)
		urr->method = ie->method;
	if (ie->has_triggers)
		urr->triggers = ie->triggers;
	if (ie->has_number_of_reports)
		urr->reports = ie->number_of_reports;
	if (ie->has_quota_far_id) {
		urr->has_quota_far = true;
		urr->quota_far_id = ie->quota_far_id;
	}
}

/* ---- links ---- */

void upf_rules_drop_urr(struct upf_rules *rules, uint32_t urr_id)
{
	uint8_t kept = 0;

	for (size_t i = 0; i < rules->n_link; i++)
		if (rules->link[i].urr_id != urr_id)
			rules->link[kept++] = rules->link[i];
	rules->n_link = kept;
}

/* A list that comes is the whole one. */
static int links_read(const struct pfcp_urr *ie, struct upf_reading *reading)
{
	struct upf_rules *rules = reading->rules;

	if (ie->n_linked_urr_id || upf_rule_loses(&ie->cleared, PFCP_IE_LINKED_URR_ID))
		upf_rules_drop_urr(rules, ie->urr_id);
	if (rules->n_link + ie->n_linked_urr_id > UPF_LINKS_MAX)
		return upf_refuse(reading->refusal, PFCP_CAUSE_NO_RESOURCES, 0,
				  "more than %d linked URRs", UPF_LINKS_MAX);
	for (size_t i = 0; i < ie->n_linked_urr_id; i++)
		rules->link[rules->n_link++] = (struct upf_link){ie->urr_id, ie->linked_urr_id[i]};
	return 0;
}

int upf_urr_read(struct upf_urr *urr, const struct pfcp_urr *ie, struct upf_reading *reading)
{
	int rc = served_check(ie, reading);

	if (rc)
		return rc;
	if (!reading->update)
		urr->threshold = urr->quota = urr->later_threshold = urr->later_quota = NO_LIMITS;
	limits_lose(urr, &ie->cleared);
	limits_set(urr, ie);
	times_lose(urr, &ie->cleared);
	times_set(urr, ie);
	information_set(urr, ie, reading->update);
	rest_set(urr, ie);
	return links_read(ie, reading);
}
