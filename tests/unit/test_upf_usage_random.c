// SPDX-License-Identifier: Apache-2.0
/*
 * Random sessions against a naive model of TS 29.244 cl. 5.2.2: what each URR has counted and
 * metered since it was made, and marks where a threshold or a quota began. After every step each
 * report must say what the model says, none may be missing, and no packet passes or is dropped but
 * by quota. BATON_SEED chooses other ones; the seed is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/usage_bed.h"

#define NONE UINT64_MAX

/* A URR, from its beginning to its end */
struct model {
	uint32_t id;
	struct dp_urr_counters raw;
	uint64_t octets[2], packets[2], metered;   /* while it measured; ms */
	uint64_t said[2], said_packets[2], said_s; /* by reports */
	uint64_t octets_from, ms_from;		   /* where thresholds are counted from */
	uint64_t quota_from, quota_ms_from;	   /* and quotas */
	uint32_t seqn, left;
	bool paused, resting, spent, closed, begun, running, monitored, later_threshold,
		later_quota;
	uint64_t at, run_from, last, next_period;
	uint32_t end; /* of the last report, NTP */
};

struct world {
	struct usage_bed bed;
	struct model model[BED_URRS];
	bool stepped, ending;
};

static uint64_t seed;

static unsigned chance(unsigned of)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % of);
}

static struct model *model_of(struct world *w, uint32_t id)
{
	for (size_t i = 0; i < BED_URRS; i++)
		if (w->model[i].id == id)
			return &w->model[i];
	return NULL;
}

static struct upf_urr *rule_of(struct world *w, uint32_t id)
{
	for (size_t i = 0; i < w->bed.rules.n_urr; i++)
		if (w->bed.rules.urr[i].id == id)
			return &w->bed.rules.urr[i];
	return NULL;
}

/* ---- the model ---- */

static bool measures(const struct model *m)
{
	return !m->paused && !m->resting && !m->spent;
}

static uint64_t sum(const uint64_t way[2])
{
	return way[0] + way[1];
}

static uint64_t quota_ms_left(const struct model *m, const struct upf_urr *rule)
{
	const uint64_t spent = m->metered - m->quota_ms_from;

	if (rule->quota.time_s == UINT32_MAX)
		return NONE;
	return spent < rule->quota.time_s * 1000ull ? rule->quota.time_s * 1000ull - spent : 0;
}

static bool exhausted(const struct model *m, const struct upf_urr *rule)
{
	return m->closed || sum(m->octets) - m->quota_from >= rule->quota.volume.total ||
	       !quota_ms_left(m, rule);
}

/* The clock goes on to now. */
static void model_age(struct world *w, struct model *m, const struct upf_urr *rule)
{
	const uint64_t left = quota_ms_left(m, rule);
	uint64_t end = NONE, to = w->bed.ms;

	if (m->running && rule->inactivity_s)
		end = (m->last > m->run_from ? m->last : m->run_from) +
		      rule->inactivity_s * 1000ull;
	if (m->running && left != NONE && m->at + left < end)
		end = m->at + left;
	if (m->running && (end < to ? end : to) > m->at)
		m->metered += (end < to ? end : to) - m->at;
	if (end <= to)
		m->running = false;
	m->at = to;
}

static void model_start(struct world *w, struct model *m, const struct upf_urr *rule)
{
	if (m->running || !measures(m))
		return;
	m->begun = true;
	m->running = !exhausted(m, rule);
	m->run_from = w->bed.ms;
}

static void resume(struct world *w, struct model *m, const struct upf_urr *urr)
{
	if (m->begun && !urr->inactivity_s)
		model_start(w, m, urr);
}

/* The monitoring time, taken out of the rules when it has passed: the subsequent limits hold. */
static void model_monitor(struct world *w, struct model *m, const struct upf_urr *rule)
{
	if (!m->monitored || rule->monitoring_time)
		return;
	m->monitored = false;
	if (m->later_threshold)
		m->octets_from = sum(m->octets);
	if (m->later_quota) {
		m->quota_from = sum(m->octets);
		m->closed = false;
	}
	resume(w, m, rule);
}

/* What the data plane has counted since, all of it now */
static void model_sync(struct world *w, struct model *m)
{
	const struct upf_urr *rule = rule_of(w, m->id);
	const struct bed_urr *dp = bed_urr(&w->bed, m->id);
	uint64_t packets;

	if (!rule || !dp)
		return;
	model_age(w, m, rule);
	packets = sum(dp->counters.packets) - sum(m->raw.packets);
	if (packets)
		m->last = w->bed.ms;
	for (int way = 0; measures(m) && way < 2; way++) {
		m->octets[way] += dp->counters.octets[way] - m->raw.octets[way];
		m->packets[way] += dp->counters.packets[way] - m->raw.packets[way];
	}
	m->raw = dp->counters;
	if (packets)
		model_start(w, m, rule);
	model_monitor(w, m, rule);
	if (exhausted(m, rule))
		m->running = false;
}

static void sync_all(struct world *w)
{
	for (size_t i = 0; i < BED_URRS; i++)
		if (w->model[i].id)
			model_sync(w, &w->model[i]);
}

/* ---- reports ---- */

#define COUNTED                                                                                    \
	(PFCP_USAGE_PERIO | PFCP_USAGE_VOLTH | PFCP_USAGE_TIMTH | PFCP_USAGE_QUHTI |               \
	 PFCP_USAGE_START | PFCP_USAGE_STOPT | PFCP_USAGE_VOLQU | PFCP_USAGE_TIMQU |               \
	 PFCP_USAGE_LIUSA | PFCP_USAGE_QUVTI | PFCP_USAGE_UPINT)

static void triggers_check(struct world *w, struct model *m, const struct upf_urr *rule,
			   const struct pfcp_usage_report *r)
{
	if (r->trigger & PFCP_USAGE_PERIO) {
		assert_int_equal(m->next_period, w->bed.ms);
		m->next_period += rule->period_s * 1000ull;
	}
	if (w->bed.lazy)
		return;
	if (r->trigger & PFCP_USAGE_VOLTH)
		assert_true(sum(m->octets) - m->octets_from >= rule->threshold.volume.total);
	if (r->trigger & PFCP_USAGE_TIMTH)
		assert_true(m->metered - m->ms_from >= rule->threshold.time_s * 1000ull);
	if (r->trigger & (PFCP_USAGE_VOLQU | PFCP_USAGE_TIMQU) && !(r->trigger & PFCP_USAGE_MONIT))
		assert_true(exhausted(m, rule));
}

static void measurements_check(struct world *w, struct model *m, const struct pfcp_usage_report *r)
{
	const uint64_t octets[2] = {r->volume.uplink_bytes, r->volume.downlink_bytes};
	const uint64_t packets[2] = {r->volume.uplink_packets, r->volume.downlink_packets};

	assert_true(r->has_volume && r->has_duration);
	assert_int_equal(r->volume.total_bytes, sum(octets));
	for (int way = 0; way < 2; way++) {
		m->said[way] += octets[way];
		m->said_packets[way] += packets[way];
		if (w->bed.lazy && !w->ending)
			continue;
		assert_int_equal(m->said[way], m->octets[way]);
		assert_int_equal(m->said_packets[way], m->packets[way]);
	}
	m->said_s += r->duration_s;
	if (!w->bed.lazy)
		assert_int_equal(m->said_s, m->metered / 1000);
	if (r->has_start_time) {
		assert_int_equal(r->end_time, bed_now(&w->bed).ntp);
		assert_true(w->stepped || r->start_time == m->end);
		assert_true(r->start_time <= r->end_time);
	}
	m->end = bed_now(&w->bed).ntp;
}

static void spend(struct model *m, const struct upf_urr *rule, uint32_t trigger)
{
	if (!rule || !rule->reports || !(trigger & COUNTED) || !m->left || --m->left)
		return;
	m->spent = true;
	m->running = false;
}

static void reported(struct usage_bed *bed, const struct pfcp_usage_report *r)
{
	struct world *w = bed->user;
	struct model *m = model_of(w, r->urr_id);
	const struct upf_urr *rule = rule_of(w, r->urr_id);

	assert_non_null(m);
	sync_all(w);
	assert_int_equal(r->ur_seqn, m->seqn++);
	assert_true(r->trigger != 0);
	if (rule)
		triggers_check(w, m, rule, r);
	if (r->trigger != PFCP_USAGE_START)
		measurements_check(w, m, r);
	if (r->trigger & (PFCP_USAGE_VOLTH | PFCP_USAGE_TIMTH)) {
		m->octets_from = sum(m->said);
		m->ms_from = m->said_s * 1000;
	}
	if (r->trigger & (PFCP_USAGE_QUHTI | PFCP_USAGE_QUVTI)) {
		m->closed = true;
		m->running = false;
	}
	spend(m, rule, r->trigger);
}

/* Nothing that is due is missing. */
static void none_missing(struct world *w)
{
	for (size_t i = 0; i < w->bed.rules.n_urr && !w->bed.lazy; i++) {
		const struct upf_urr *rule = &w->bed.rules.urr[i];
		const struct model *m = model_of(w, rule->id);

		if (!measures(m))
			continue;
		if (rule->triggers & PFCP_TRIGGER_VOLTH)
			assert_true(sum(m->octets) - m->octets_from < rule->threshold.volume.total);
		if (rule->triggers & PFCP_TRIGGER_TIMTH && rule->threshold.time_s != UINT32_MAX)
			assert_true(m->metered - m->ms_from < rule->threshold.time_s * 1000ull);
		if (rule->triggers & PFCP_TRIGGER_PERIO)
			assert_true(m->next_period > w->bed.ms);
		assert_true(rule->monitoring_time == 0 ||
			    (int32_t)(bed_now(&w->bed).ntp - rule->monitoring_time) < 0);
	}
}

/* ---- steps ---- */

static void packet(struct world *w)
{
	const size_t pdr = chance(2);
	const struct upf_pdr *p = &w->bed.rules.pdr[pdr];
	bool over = false, passed;

	sync_all(w);
	for (size_t i = 0; i < p->n_urr; i++)
		over |= exhausted(model_of(w, p->urr_id[i]), rule_of(w, p->urr_id[i]));
	passed = bed_packet(&w->bed, pdr, chance(2) ? DP_UPLINK : DP_DOWNLINK, 40 + chance(1400));
	if (!w->bed.lazy)
		assert_int_equal(passed, !over);
	sync_all(w);
}

static uint64_t octets_random(void)
{
	return chance(3) ? 1000 + chance(40000) : NONE;
}

static uint32_t triggers_random(void)
{
	static const uint32_t served[] = {
		PFCP_TRIGGER_PERIO, PFCP_TRIGGER_VOLTH, PFCP_TRIGGER_TIMTH, PFCP_TRIGGER_QUHTI,
		PFCP_TRIGGER_START, PFCP_TRIGGER_STOPT, PFCP_TRIGGER_LIUSA, PFCP_TRIGGER_VOLQU,
		PFCP_TRIGGER_TIMQU, PFCP_TRIGGER_UPINT,
	};
	/* a quota that closes is seen by its report */
	uint32_t ret = PFCP_TRIGGER_QUHTI | PFCP_TRIGGER_QUVTI;

	for (size_t i = 0; i < sizeof(served) / sizeof(served[0]); i++)
		ret |= chance(2) ? served[i] : 0;
	return ret;
}

static void create(struct world *w)
{
	static uint32_t next_id;
	struct model *m = model_of(w, 0);
	struct upf_urr *urr;

	if (!m || w->bed.rules.n_urr == 5)
		return;
	sync_all(w);
	bed_ask(&w->bed);
	urr = bed_add(&w->bed, ++next_id, PFCP_MEASURE_VOLUME | PFCP_MEASURE_DURATION,
		      triggers_random());
	if (chance(2))
		w->bed.rules.pdr[1].urr_id[w->bed.rules.pdr[1].n_urr++] = urr->id;
	urr->information = PFCP_MEASURE_MNOP | (chance(4) ? 0 : PFCP_MEASURE_ISTM) |
			   (chance(3) ? 0 : PFCP_MEASURE_ASPOC);
	urr->threshold.volume.total = octets_random();
	urr->threshold.time_s = chance(2) ? 1 + chance(60) : UINT32_MAX;
	urr->quota.volume.total = octets_random();
	urr->quota.time_s = chance(3) ? UINT32_MAX : 5 + chance(100);
	urr->period_s = 1 + chance(100);
	urr->idle_s = 1 + chance(30);
	urr->inactivity_s = chance(2) ? chance(20) : 0;
	urr->holding_s = chance(4) ? 0 : 20 + chance(40);
	urr->validity_s = chance(4) ? 0 : 20 + chance(200);
	urr->reports = w->bed.lazy || chance(3) ? 0 : (uint16_t)(1 + chance(5));
	if (w->bed.rules.n_urr > 1)
		w->bed.rules.link[w->bed.rules.n_link++ % UPF_LINKS_MAX] =
			(struct upf_link){urr->id, w->bed.rules.urr[0].id};
	w->bed.rules.n_link %= UPF_LINKS_MAX;
	*m = (struct model){.id = urr->id,
			    .left = urr->reports,
			    .at = w->bed.ms,
			    .end = bed_now(&w->bed).ntp,
			    .next_period = w->bed.ms + urr->period_s * 1000ull};
	if (urr->information & PFCP_MEASURE_ISTM)
		model_start(w, m, urr);
	bed_commit(&w->bed, NULL);
}

static void ended(struct world *w, struct model *m)
{
	for (int way = 0; way < 2; way++) {
		assert_int_equal(m->said[way], m->octets[way]);
		assert_int_equal(m->said_packets[way], m->packets[way]);
	}
	if (!w->bed.lazy)
		assert_int_equal(m->said_s, m->metered / 1000);
	*m = (struct model){0};
}

static void drop(struct world *w)
{
	const uint32_t id = w->bed.rules.urr[chance(w->bed.rules.n_urr)].id;

	bed_ask(&w->bed);
	sync_all(w);
	bed_drop(&w->bed, id);
	w->ending = true;
	bed_commit(&w->bed, NULL);
	w->ending = false;
	ended(w, model_of(w, id));
}

/* Limits as they were provisioned: cl. 5.2.2.3.1, note 5 */
static void named_again(struct world *w, struct model *m, const struct upf_urr *urr)
{
	m->resting = false;
	m->octets_from = m->quota_from = sum(m->said);
	m->ms_from = m->quota_ms_from = m->said_s * 1000;
	m->closed = false;
	m->next_period = w->bed.ms + urr->period_s * 1000ull;
	m->end = bed_now(&w->bed).ntp;
	if (urr->information & PFCP_MEASURE_ISTM)
		model_start(w, m, urr);
}

/* A PDR names a URR, or doesn't any more; so may both. */
static void rename_urr(struct world *w)
{
	struct upf_pdr *pdr = &w->bed.rules.pdr[chance(2)];
	const struct upf_urr *urr = &w->bed.rules.urr[chance(w->bed.rules.n_urr)];
	struct model *m = model_of(w, urr->id);
	bool named = false;

	bed_ask(&w->bed);
	sync_all(w);
	for (size_t i = 0; i < pdr->n_urr && !named; i++) {
		named = pdr->urr_id[i] == urr->id;
		if (named)
			pdr->urr_id[i] = pdr->urr_id[--pdr->n_urr];
	}
	if (!named)
		pdr->urr_id[pdr->n_urr++] = urr->id;
	named = false;
	for (size_t p = 0; p < 2; p++)
		for (size_t i = 0; i < w->bed.rules.pdr[p].n_urr; i++)
			named |= w->bed.rules.pdr[p].urr_id[i] == urr->id;
	if (named == m->resting)
		m->running = m->begun = false;
	if (named && m->resting)
		named_again(w, m, urr);
	m->resting = !named;
	bed_commit(&w->bed, NULL);
}

static void grant_reports(struct world *w, struct model *m, const struct upf_urr *urr)
{
	m->left = urr->reports;
	if (m->spent)
		m->next_period = w->bed.ms + urr->period_s * 1000ull;
	m->spent = false;
}

static void limits_update(struct world *w, struct pfcp_urr *ie, struct upf_urr *urr,
			  struct model *m)
{
	ie->has_volume_threshold = !chance(3);
	ie->has_time_threshold = !chance(3);
	ie->has_volume_quota = !chance(3);
	ie->has_time_quota = !chance(3);
	if (ie->has_volume_threshold) {
		urr->threshold.volume.total =
			chance(2) ? octets_random() : urr->threshold.volume.total & ~1ull;
		m->octets_from = sum(m->said);
	}
	if (ie->has_time_threshold) {
		urr->threshold.time_s = 1 + chance(60);
		m->ms_from = m->said_s * 1000;
	}
	if (ie->has_volume_quota) {
		urr->quota.volume.total = octets_random();
		m->quota_from = sum(m->said);
	}
	if (ie->has_time_quota) {
		urr->quota.time_s = chance(2) ? 5 + chance(100) : UINT32_MAX;
		m->quota_ms_from = m->said_s * 1000;
	}
	m->closed &= !ie->has_volume_quota && !ie->has_time_quota;
}

static void update(struct world *w)
{
	struct upf_urr *urr = &w->bed.rules.urr[chance(w->bed.rules.n_urr)];
	struct model *m = model_of(w, urr->id);
	struct pfcp_urr ie = {.urr_id = urr->id};

	bed_ask(&w->bed);
	sync_all(w);
	limits_update(w, &ie, urr, m);
	ie.has_period = !chance(4);
	if (ie.has_period) {
		urr->period_s = 1 + chance(100);
		m->next_period = w->bed.ms + urr->period_s * 1000ull;
	}
	ie.has_measurement_information = !chance(3);
	if (ie.has_measurement_information && !(urr->information & PFCP_MEASURE_ASPOC)) {
		const bool paused = chance(2);

		urr->information = PFCP_MEASURE_MNOP | (paused ? PFCP_MEASURE_INAM : 0);
		if (m->paused && !paused)
			grant_reports(w, m, urr);
		if (m->paused != paused)
			m->running = false;
		m->paused = paused;
	}
	ie.has_number_of_reports = !w->bed.lazy && !chance(3);
	if (ie.has_number_of_reports) {
		urr->reports = (uint16_t)(1 + chance(5));
		grant_reports(w, m, urr);
	}
	if (ie.has_measurement_information && urr->information & PFCP_MEASURE_ISTM)
		model_start(w, m, urr);
	if (!chance(4)) {
		urr->monitoring_time = bed_now(&w->bed).ntp + 1 + chance(100);
		urr->later_threshold.volume.total = octets_random();
		urr->later_quota.volume.total = octets_random();
		m->monitored = true;
		m->later_threshold = urr->later_threshold.volume.total != NONE;
		m->later_quota = urr->later_quota.volume.total != NONE;
	}
	resume(w, m, urr);
	if (exhausted(m, urr))
		m->running = false;
	bed_commit(&w->bed, &ie);
}

/* SUMPC, RUMUC */
static void charging(struct world *w)
{
	const bool stop = chance(2);
	struct upf_now now;

	bed_ask(&w->bed);
	sync_all(w);
	for (size_t i = 0; i < w->bed.rules.n_urr; i++) {
		const struct upf_urr *urr = &w->bed.rules.urr[i];
		struct model *m = model_of(w, urr->id);

		if (!(urr->information & PFCP_MEASURE_ASPOC))
			continue;
		if (m->paused && !stop)
			grant_reports(w, m, urr);
		if (m->paused != stop)
			m->running = false;
		m->paused = stop;
		resume(w, m, urr);
	}
	now = bed_now(&w->bed);
	upf_usages_pause(&w->bed.usages, &w->bed.rules, stop, &now);
	bed_settle(&w->bed);
}

static void query(struct world *w)
{
	bed_ask(&w->bed);
	if (chance(3))
		assert_int_equal(upf_usages_query(&w->bed.usages, &w->bed.rules,
						  w->bed.rules.urr[chance(w->bed.rules.n_urr)].id),
				 0);
	else
		upf_usages_query_all(&w->bed.usages);
	bed_settle(&w->bed);
}

static void step(struct world *w)
{
	const unsigned which = chance(100);

	if (!w->bed.rules.n_urr || which < 3)
		create(w);
	else if (which < 5)
		drop(w);
	else if (which < 8)
		rename_urr(w);
	else if (which < 14)
		update(w);
	else if (which < 16)
		charging(w);
	else if (which < 20)
		query(w);
	else if (which < 21 && w->stepped)
		w->bed.wall_ms += (int64_t)chance(2000000) - 1000000;
	else if (which < 50)
		bed_run(&w->bed, chance(12) ? chance(3000) : chance(90000));
	else
		packet(w);
	/* a request may make something due */
	bed_run(&w->bed, 0);
	sync_all(w);
	none_missing(w);
}

static size_t session(void)
{
	struct world *w = calloc(1, sizeof(*w));
	size_t ret;

	bed_init(&w->bed);
	w->bed.rules.n_pdr = 2;
	w->bed.rules.pdr[1].id = 2;
	w->bed.max = 1 + chance(3);
	w->bed.lazy = !chance(4);
	w->stepped = !chance(4);
	w->bed.reported = reported;
	w->bed.user = w;
	for (int i = 0; i < 300; i++) {
		step(w);
		if (w->bed.logged > BED_LOG / 2)
			w->bed.logged = 0;
	}
	bed_ask(&w->bed);
	w->ending = true;
	upf_usages_end(&w->bed.usages, PFCP_USAGE_TERMR);
	bed_settle(&w->bed);
	for (size_t i = 0; i < BED_URRS; i++)
		if (w->model[i].id)
			ended(w, &w->model[i]);
	ret = w->bed.total;
	bed_done(&w->bed);
	free(w);
	return ret;
}

static void random_sessions_report_what_was_counted(void **state)
{
	const char *given = getenv("BATON_SEED");
	size_t reports = 0;

	seed = given ? strtoull(given, NULL, 0) : 20261122;
	printf("# BATON_SEED=%llu\n", (unsigned long long)seed);
	for (int i = 0; i < 300; i++)
		reports += session();
	/* otherwise it has shown nothing */
	assert_true(reports > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_sessions_report_what_was_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
