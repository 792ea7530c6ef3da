// SPDX-License-Identifier: Apache-2.0
/*
 * Algorithm 1 of paper 001: each of its lines, what it leaves open, and a property test over random
 * sequences of logins, packets, signals (new, old, repeated), lost connections and logouts, on
 * paths that delay packets. BATON_SEED chooses another sequence; the seed is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/session/session.h"
#include "lib/session_number.h"

static const struct session_packet plain = {0};

static struct session_packet signal_of(uint32_t number)
{
	return (struct session_packet){.signal = true, .number = number};
}

/* ---- line by line ---- */

static void the_first_is_primary_later_ones_are_secondary(void **state)
{
	struct session_set set;
	struct session s[SESSION_SET_MAX + 1] = {0};

	session_set_init(&set, 0);
	for (size_t i = 0; i < SESSION_SET_MAX; i++) {
		assert_int_equal(session_manage(&set, &s[i], &plain).verdict, SESSION_CREATED);
		assert_int_equal(s[i].role, i == 0 ? SESSION_PRIMARY : SESSION_SECONDARY);
	}
	assert_int_equal(session_manage(&set, &s[SESSION_SET_MAX], &plain).verdict, SESSION_FULL);
	assert_int_equal(s[SESSION_SET_MAX].role, SESSION_OUTSIDE);
	assert_int_equal(set.count, SESSION_SET_MAX);
	assert_ptr_equal(set.primary, &s[0]);
}

static void only_the_primary_writes(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0};

	session_set_init(&set, 0);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	assert_int_equal(session_manage(&set, &a, &plain).verdict, SESSION_TRANSFER);
	assert_int_equal(session_manage(&set, &b, &plain).verdict, SESSION_DROP);
}

static void a_signal_exchanges_roles_and_is_transferred(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0};
	struct session_packet signal = signal_of(1);
	struct session_result r;

	session_set_init(&set, 0);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	r = session_manage(&set, &b, &signal);
	assert_int_equal(r.verdict, SESSION_TRANSFER);
	assert_int_equal(r.signal, SESSION_ACCEPTED);
	assert_ptr_equal(r.demoted, &a);
	assert_int_equal(a.role, SESSION_SECONDARY);
	assert_int_equal(b.role, SESSION_PRIMARY);
	assert_int_equal(session_manage(&set, &a, &plain).verdict, SESSION_DROP);
}

/* ---- what the paper leaves open ---- */

static void a_stale_signal_changes_nothing(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0};
	struct session_result r;

	session_set_init(&set, 7);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	for (uint32_t number = 0; number <= 7; number++) {
		struct session_packet old = signal_of(number);

		r = session_manage(&set, &b, &old);
		assert_int_equal(r.verdict, SESSION_DROP);
		assert_int_equal(r.signal, SESSION_STALE);
		assert_ptr_equal(set.primary, &a);
		assert_int_equal(set.newest, 7);
		/* from the primary, too; its write is transferred */
		r = session_manage(&set, &a, &old);
		assert_int_equal(r.verdict, SESSION_TRANSFER);
		assert_int_equal(r.signal, SESSION_STALE);
	}
}

static void a_repeated_signal_of_the_primary_is_accepted_again(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0};
	struct session_packet signal = signal_of(3);
	struct session_result r;

	session_set_init(&set, 0);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	session_manage(&set, &b, &signal);
	r = session_manage(&set, &b, &signal);
	assert_int_equal(r.verdict, SESSION_TRANSFER);
	assert_int_equal(r.signal, SESSION_ACCEPTED);
	assert_null(r.demoted);
	/* the same number from the other one is not the same signal */
	assert_int_equal(session_manage(&set, &a, &signal).signal, SESSION_STALE);
	assert_ptr_equal(set.primary, &b);
}

static void of_two_signals_the_larger_wins_in_either_order(void **state)
{
	for (int first = 0; first < 2; first++) {
		struct session_set set;
		struct session s[3] = {0};
		struct session_packet signal[2] = {signal_of(4), signal_of(5)};

		session_set_init(&set, 0);
		for (size_t i = 0; i < 3; i++)
			session_manage(&set, &s[i], &plain);
		session_manage(&set, &s[1 + first], &signal[first]);
		session_manage(&set, &s[2 - first], &signal[1 - first]);
		assert_ptr_equal(set.primary, &s[2]);
		assert_int_equal(set.newest, 5);
	}
}

static void a_lost_primary_leaves_none_until_somebody_signals(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0}, c = {0};
	struct session_packet signal = signal_of(1);

	session_set_init(&set, 0);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	session_leave(&a);
	assert_null(set.primary);
	assert_int_equal(b.role, SESSION_SECONDARY);
	assert_int_equal(session_manage(&set, &b, &plain).verdict, SESSION_DROP);
	session_manage(&set, &c, &plain);
	assert_int_equal(c.role, SESSION_SECONDARY);
	assert_int_equal(session_manage(&set, &c, &signal).verdict, SESSION_TRANSFER);
	assert_ptr_equal(set.primary, &c);
}

static void who_logs_in_while_alone_is_primary(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0};

	session_set_init(&set, 0);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	session_leave(&a);
	session_leave(&b);
	session_manage(&set, &b, &plain);
	assert_int_equal(b.role, SESSION_PRIMARY);
}

static void logout_of_one_of_two_leaves_the_other_as_it_is(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0};

	session_set_init(&set, 0);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	session_leave(&b);
	assert_ptr_equal(set.primary, &a);
	assert_int_equal(session_manage(&set, &a, &plain).verdict, SESSION_TRANSFER);
	session_leave(&b); /* once more: nothing */
	assert_int_equal(set.count, 1);
}

static void who_was_primary_is_primary_again_after_a_restart(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {.resumes = true}, c = {.resumes = true};
	struct session_packet old = signal_of(6);

	session_set_restore(&set, 6);
	session_manage(&set, &a, &plain);
	assert_int_equal(a.role, SESSION_SECONDARY);
	assert_null(set.primary);
	assert_int_equal(session_manage(&set, &a, &old).signal, SESSION_STALE);
	session_manage(&set, &b, &plain);
	assert_int_equal(b.role, SESSION_PRIMARY);
	session_manage(&set, &c, &plain);
	assert_int_equal(c.role, SESSION_SECONDARY); /* once */
}

static void it_need_not_come_back(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {.resumes = true};
	struct session_packet signal = signal_of(7);

	session_set_restore(&set, 6);
	session_manage(&set, &a, &plain);
	session_leave(&a);
	session_manage(&set, &a, &plain);
	assert_int_equal(a.role, SESSION_SECONDARY);
	assert_int_equal(session_manage(&set, &a, &signal).verdict, SESSION_TRANSFER);
	session_manage(&set, &b, &plain);
	assert_int_equal(b.role, SESSION_SECONDARY);
	session_leave(&a);
	session_leave(&b);
	session_manage(&set, &b, &plain);
	assert_int_equal(b.role, SESSION_PRIMARY); /* as ever: alone */
}

static void a_number_far_ahead_is_refused(void **state)
{
	struct session_set set;
	struct session a = {0}, b = {0};
	struct session_packet forged = {.signal = true, .number = UINT32_MAX, .limit = 1000};
	struct session_packet signal = {.signal = true, .number = 1000, .limit = 1000};
	struct session_result r;

	session_set_init(&set, 7);
	session_manage(&set, &a, &plain);
	session_manage(&set, &b, &plain);
	assert_true(session_refuses(&set, &forged) && !session_refuses(&set, &signal));
	assert_int_equal(session_manage(&set, &b, &forged).signal, SESSION_REFUSED);
	/* what the primary writes beside it is transferred all the same */
	r = session_manage(&set, &a, &forged);
	assert_true(r.signal == SESSION_REFUSED && r.verdict == SESSION_TRANSFER);
	assert_true(set.primary == &a && set.newest == 7);
	assert_int_equal(session_manage(&set, &b, &signal).signal, SESSION_ACCEPTED);
	/* and when the newest is there already, the next one goes, but no other */
	forged.number = 1002;
	assert_int_equal(session_manage(&set, &a, &forged).signal, SESSION_REFUSED);
	forged.number = 1001;
	assert_int_equal(session_manage(&set, &a, &forged).signal, SESSION_ACCEPTED);
	forged.number = 1000; /* old is old, wherever the limit is */
	assert_int_equal(session_manage(&set, &b, &forged).signal, SESSION_STALE);
}

static void the_limit_follows_the_time(void **state)
{
	const uint64_t day_ns = UINT64_C(86400) * 1000000000, now = SESSION_NUMBERS_SINCE_NS;

	assert_int_equal(session_number_limit(0), SESSION_NUMBER_MARGIN);
	assert_int_equal(session_number_limit(now), SESSION_NUMBER_MARGIN);
	assert_int_equal(session_number_limit(now + day_ns), 864000 + SESSION_NUMBER_MARGIN);
	assert_int_equal(session_number_limit(now + 20 * 366 * day_ns), UINT32_MAX);
}

/* ---- random sequences ---- */

enum { STEPS = 400000, SETS = 3, SESSIONS = 6, IN_FLIGHT = 8 };

/* A path that holds packets back: what is sent arrives later, or never */
struct path {
	struct session session;
	struct session_packet flight[IN_FLIGHT];
	size_t count;
};

struct model {
	struct session_set set;
	struct path path[SESSIONS];
	uint32_t next_number, limit;
	/* an independent account of who is primary: index, or -1 */
	int primary;
	uint32_t newest;
	size_t members;
	bool awaited;
};

struct tally {
	unsigned long created, full, transferred, dropped, switched, stale, repeated, left, without,
		restarts, refused;
};

static uint64_t random_next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void check_invariants(const struct model *m)
{
	size_t primaries = 0, members = 0;

	for (size_t i = 0; i < SESSIONS; i++) {
		const struct session *s = &m->path[i].session;

		primaries += s->role == SESSION_PRIMARY;
		members += s->set == &m->set;
		assert_true((s->set == NULL) == (s->role == SESSION_OUTSIDE));
		assert_true((s->role == SESSION_PRIMARY) == (m->primary == (int)i));
	}
	assert_true(primaries <= 1);
	assert_int_equal(members, m->members);
	assert_int_equal(m->set.count, m->members);
	assert_ptr_equal(m->set.primary, m->primary < 0 ? NULL : &m->path[m->primary].session);
	assert_int_equal(m->set.newest, m->newest);
}

static void step_login(struct model *m, int i, struct tally *t)
{
	struct session_result r = session_manage(&m->set, &m->path[i].session, &plain);

	if (m->members == SESSION_SET_MAX) {
		assert_int_equal(r.verdict, SESSION_FULL);
		t->full++;
		return;
	}
	assert_int_equal(r.verdict, SESSION_CREATED);
	if (m->members++ == 0 && !m->awaited)
		m->primary = i;
	if (m->awaited && m->path[i].session.resumes)
		m->primary = i;
	m->awaited = m->awaited && m->primary < 0;
	t->created++;
}

static void step_leave(struct model *m, int i, struct tally *t)
{
	session_leave(&m->path[i].session);
	m->path[i].count = 0;
	m->members--;
	if (m->primary == i)
		m->primary = -1;
	t->left++;
}

static void arrive(struct model *m, int i, const struct session_packet *p, struct tally *t)
{
	bool refused = p->signal && p->number > m->newest && p->number > p->limit &&
		       p->number != m->newest + 1;
	bool was_primary = m->primary == i, news = p->signal && p->number > m->newest && !refused;
	int old = m->primary;
	struct session_result r = session_manage(&m->set, &m->path[i].session, p);

	/* no lost write of a primary, never a write from a secondary */
	assert_int_equal(r.verdict, was_primary || news ? SESSION_TRANSFER : SESSION_DROP);
	if (news) {
		m->newest = p->number;
		m->primary = i;
		m->awaited = false;
	}
	assert_true((r.demoted != NULL) == (news && old >= 0 && old != i));
	assert_true((r.signal == SESSION_NO_SIGNAL) == !p->signal);
	assert_true((r.signal == SESSION_REFUSED) == refused);
	/* whatever was forged, there always is a number that wins */
	assert_true(m->newest < UINT32_MAX - STEPS);
	if (p->signal && !news && r.signal == SESSION_ACCEPTED)
		assert_true(was_primary && p->number == m->newest);
	t->transferred += r.verdict == SESSION_TRANSFER;
	t->dropped += r.verdict == SESSION_DROP;
	t->switched += news;
	t->stale += r.signal == SESSION_STALE;
	t->refused += refused;
	t->repeated += p->signal && !news && r.signal == SESSION_ACCEPTED;
}

static void step_send(struct model *m, int i, uint64_t dice)
{
	struct path *path = &m->path[i];
	struct session_packet p = {0};

	if (path->count == IN_FLIGHT)
		return;
	if (dice % 8 == 0)
		p = signal_of(++m->next_number);
	else if (dice % 8 == 1)
		p = signal_of(m->next_number - (uint32_t)(dice / 8 % 4) % (m->next_number + 1));
	else if (dice % 64 == 2)
		p = signal_of((uint32_t)(dice / 64)); /* forged */
	p.limit = m->limit;
	path->flight[path->count++] = p;
}

static void step_arrive(struct model *m, int i, struct tally *t)
{
	struct path *path = &m->path[i];
	struct session_packet p;

	if (path->count == 0)
		return;
	p = path->flight[0];
	memmove(path->flight, path->flight + 1, --path->count * sizeof p);
	arrive(m, i, &p, t);
}

/* The session manager dies: it knows the newest number, and who was primary if somebody was */
static void step_restart(struct model *m, struct tally *t)
{
	bool awaited = m->awaited || m->primary >= 0;

	for (int i = 0; i < SESSIONS; i++) {
		m->path[i].count = 0;
		m->path[i].session = (struct session){.resumes = i == m->primary};
	}
	if (awaited)
		session_set_restore(&m->set, m->newest);
	else
		session_set_init(&m->set, m->newest);
	m->awaited = awaited;
	m->primary = -1;
	m->members = 0;
	t->restarts++;
}

static void step(struct model *m, uint64_t dice, struct tally *t)
{
	int i = (int)(dice % SESSIONS);

	dice /= SESSIONS;
	if (dice % 1000 == 0)
		step_restart(m, t);
	else if (!m->path[i].session.set)
		step_login(m, i, t);
	else if (dice % 64 == 0)
		step_leave(m, i, t);
	else if (dice % 2)
		step_send(m, i, dice / 64);
	else
		step_arrive(m, i, t);
	t->without += m->primary < 0 && m->members > 0;
	check_invariants(m);
}

static void random_sequences_keep_the_rules(void **state)
{
	const char *text = getenv("BATON_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 20261121, x = seed | 1;
	static struct model model[SETS];
	struct tally t = {0};

	print_message("# seed %llu, %d steps\n", (unsigned long long)seed, STEPS);
	for (size_t i = 0; i < SETS; i++) {
		model[i] = (struct model){.primary = -1, .limit = 50};
		session_set_init(&model[i].set, 0);
	}
	for (unsigned n = 0; n < STEPS; n++) {
		uint64_t dice = random_next(&x) >> 3;

		/* the time goes on, as numbers do; at times a number is ahead of it */
		model[dice % SETS].limit += dice / SETS % 16 == 0;
		step(&model[dice % SETS], dice / SETS, &t);
	}
	print_message("# created %lu, full %lu, transferred %lu, dropped %lu, switched %lu, "
		      "stale %lu, repeated %lu, left %lu, restarts %lu, refused %lu, "
		      "steps without a primary %lu\n",
		      t.created, t.full, t.transferred, t.dropped, t.switched, t.stale, t.repeated,
		      t.left, t.restarts, t.refused, t.without);
	/* the sequence has been everywhere */
	assert_true(t.created > 1000 && t.full > 1000 && t.transferred > 1000 && t.dropped > 1000);
	assert_true(t.switched > 1000 && t.stale > 1000 && t.repeated > 100 && t.left > 1000);
	assert_true(t.without > 1000 && t.restarts > 100 && t.refused > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_primary_later_ones_are_secondary),
		cmocka_unit_test(only_the_primary_writes),
		cmocka_unit_test(a_signal_exchanges_roles_and_is_transferred),
		cmocka_unit_test(a_stale_signal_changes_nothing),
		cmocka_unit_test(a_repeated_signal_of_the_primary_is_accepted_again),
		cmocka_unit_test(of_two_signals_the_larger_wins_in_either_order),
		cmocka_unit_test(a_lost_primary_leaves_none_until_somebody_signals),
		cmocka_unit_test(who_logs_in_while_alone_is_primary),
		cmocka_unit_test(logout_of_one_of_two_leaves_the_other_as_it_is),
		cmocka_unit_test(who_was_primary_is_primary_again_after_a_restart),
		cmocka_unit_test(it_need_not_come_back),
		cmocka_unit_test(a_number_far_ahead_is_refused),
		cmocka_unit_test(the_limit_follows_the_time),
		cmocka_unit_test(random_sequences_keep_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
