// SPDX-License-Identifier: Apache-2.0
/* The UPF's small parts by themselves: alarms, UE addresses in use. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dataplane/address.h"
#include "upf/alarm.h"
#include "upf/ue_address.h"

/* ---- alarms ---- */

enum { ALARMS = 500 };

struct clock {
	uv_loop_t loop;
	struct upf_alarms alarms;
	struct upf_alarm alarm[ALARMS];
	size_t rings;
	uint64_t latest; /* when the latest that rang was set to */
	bool in_order, early;
	struct upf_alarm *again; /* set once more from its ring; */
	struct upf_alarm *stops; /* stopped from the first ring */
};

static void on_ring(struct upf_alarm *alarm, void *user)
{
	struct clock *c = user;

	c->rings++;
	c->in_order &= alarm->at_ms >= c->latest;
	c->early |= alarm->at_ms > uv_now(&c->loop);
	c->latest = alarm->at_ms;
	assert_int_equal(alarm->place, 0);
	if (c->stops)
		upf_alarm_stop(&c->alarms, c->stops);
	c->stops = NULL;
	if (alarm == c->again) {
		c->again = NULL;
		assert_int_equal(upf_alarm_set(&c->alarms, alarm, uv_now(&c->loop) + 2), 0);
	}
}

static int clock_setup(void **state)
{
	struct clock *c = calloc(1, sizeof(*c));

	uv_loop_init(&c->loop);
	c->in_order = true;
	*state = c;
	return upf_alarms_init(&c->alarms, &c->loop, on_ring, c);
}

static int clock_teardown(void **state)
{
	struct clock *c = *state;

	upf_alarms_done(&c->alarms);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&c->loop), 0);
	free(c);
	return 0;
}

/* In the order of their times, whatever that of their setting: stopped and moved ones too */
static void test_alarms_ring_in_order(void **state)
{
	struct clock *c = *state;
	const uint64_t now = uv_now(&c->loop);
	size_t stopped = 0;

	for (uint32_t i = 0; i < ALARMS; i++)
		assert_int_equal(upf_alarm_set(&c->alarms, &c->alarm[i], now + i * 7919 % 40), 0);
	for (uint32_t i = 0; i < ALARMS; i += 3, stopped++)
		upf_alarm_stop(&c->alarms, &c->alarm[i]);
	upf_alarm_stop(&c->alarms, &c->alarm[0]); /* twice */
	for (uint32_t i = 1; i < ALARMS; i += 3)
		assert_int_equal(upf_alarm_set(&c->alarms, &c->alarm[i], now + i * 31 % 40), 0);
	assert_int_equal(c->alarms.count, ALARMS - stopped);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	assert_int_equal(c->rings, ALARMS - stopped);
	assert_true(c->in_order);
	assert_false(c->early);
	assert_int_equal(c->alarms.count, 0);
}

/* One that is past rings in the loop's next turn; one may set itself again, and stop another. */
static void test_alarms_from_a_ring(void **state)
{
	struct clock *c = *state;

	c->again = &c->alarm[0];
	c->stops = &c->alarm[1];
	assert_int_equal(upf_alarm_set(&c->alarms, &c->alarm[0], 0), 0);
	assert_int_equal(upf_alarm_set(&c->alarms, &c->alarm[1], 1), 0);
	assert_int_equal(c->rings, 0);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	assert_int_equal(c->rings, 2);
	assert_int_equal(c->alarm[1].place, 0);
}

static void test_alarms_done_with_some_set(void **state)
{
	struct clock *c = *state;

	assert_int_equal(upf_alarm_set(&c->alarms, &c->alarm[0], uv_now(&c->loop) + 1), 0);
	upf_alarms_done(&c->alarms);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	assert_int_equal(c->rings, 0);
}

/* ---- UE addresses ---- */

static struct dp_prefix prefix(const char *text, unsigned len)
{
	struct dp_prefix p = {.len = len};

	p.addr.family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(p.addr.family, text,
				   p.addr.family == AF_INET ? (void *)&p.addr.ip4 : &p.addr.ip6),
			 1);
	return p;
}

static struct upf_ue ue(uint8_t instance, const char *text, unsigned len)
{
	return (struct upf_ue){.instance = instance, .prefix = prefix(text, len)};
}

static void pool_add(struct upf_ue_addresses *a, uint8_t instance, const char *text, unsigned len)
{
	const struct dp_prefix p = prefix(text, len);

	assert_int_equal(upf_ue_addresses_pool(a, instance, &p), 0);
}

static bool takes(struct upf_ue_addresses *a, uint8_t instance, const char *text, unsigned len)
{
	const struct dp_prefix want = prefix(text, len);
	struct dp_prefix got;

	return !upf_ue_address_take(a, instance, want.addr.family, &got) &&
	       dp_prefix_equal(&got, &want);
}

/* Not the network's address nor the broadcast's; one that was given back isn't the next. */
static void test_addresses_come_round(void **state)
{
	struct upf_ue_addresses a;
	struct upf_ue first = ue(0, "10.60.1.1", 32);
	struct dp_prefix got;

	upf_ue_addresses_init(&a);
	pool_add(&a, 0, "10.60.1.0", 29);
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(upf_ue_address_take(&a, 0, AF_INET, &got), 0);
	upf_ue_address_release(&a, &first);
	upf_ue_address_release(&a, &first); /* once */
	assert_int_equal(upf_ue_address_count(&a), 2);
	assert_true(takes(&a, 0, "10.60.1.4", 32));
	assert_true(takes(&a, 0, "10.60.1.5", 32));
	assert_true(takes(&a, 0, "10.60.1.6", 32));
	assert_true(takes(&a, 0, "10.60.1.1", 32));
	assert_int_equal(upf_ue_address_take(&a, 0, AF_INET, &got), -ENOSPC);
	assert_int_equal(upf_ue_address_take(&a, 0, AF_INET6, &got), -ENOSPC);
	assert_int_equal(upf_ue_address_take(&a, 1, AF_INET, &got), -ENOSPC);
	upf_ue_addresses_done(&a);
}

static void test_addresses_claimed(void **state)
{
	struct upf_ue_addresses a;
	struct upf_ue here = ue(0, "10.60.1.1", 32), there = ue(1, "10.60.1.1", 32);
	struct upf_ue none = ue(0, "10.61.0.1", 32), route = ue(0, "10.60.1.0", 30);
	struct upf_ue network = ue(0, "10.60.1.0", 32);

	upf_ue_addresses_init(&a);
	pool_add(&a, 0, "10.60.1.0", 29);
	pool_add(&a, 1, "10.60.1.0", 29);
	assert_int_equal(upf_ue_address_claim(&a, &here), 0);
	assert_int_equal(upf_ue_address_claim(&a, &here), -EEXIST);
	assert_int_equal(upf_ue_address_claim(&a, &there), 0);	 /* another network */
	assert_int_equal(upf_ue_address_claim(&a, &network), 0); /* the CP function's choice */
	assert_int_equal(upf_ue_address_count(&a), 3);
	assert_int_equal(upf_ue_address_claim(&a, &none), 0); /* of no pool, or no unit of one */
	assert_int_equal(upf_ue_address_claim(&a, &route), 0);
	assert_int_equal(upf_ue_address_claim(&a, &route), 0);
	upf_ue_address_release(&a, &none);
	upf_ue_address_release(&a, &route);
	assert_int_equal(upf_ue_address_count(&a), 3);
	assert_true(takes(&a, 0, "10.60.1.2", 32)); /* not one that is claimed */
	upf_ue_addresses_done(&a);
}

/* Of IPv6 a unit is a /64; pools without room for one, and pools beyond what is kept account of */
static void test_address_units(void **state)
{
	struct upf_ue_addresses a;
	struct upf_ue host = ue(0, "2001:db8:1::1", 128), far = ue(3, "10.255.0.1", 32);
	struct dp_prefix got;

	upf_ue_addresses_init(&a);
	pool_add(&a, 0, "2001:db8:1::", 63);
	pool_add(&a, 1, "2001:db8:2::", 65);
	pool_add(&a, 2, "10.0.0.9", 32);
	pool_add(&a, 3, "10.0.0.0", 8);
	assert_int_equal(upf_ue_address_claim(&a, &host), 0); /* no unit */
	assert_true(takes(&a, 0, "2001:db8:1::", 64));
	assert_true(takes(&a, 0, "2001:db8:1:1::", 64));
	assert_int_equal(upf_ue_address_take(&a, 0, AF_INET6, &got), -ENOSPC);
	assert_int_equal(upf_ue_address_take(&a, 1, AF_INET6, &got), -ENOSPC);
	assert_true(takes(&a, 2, "10.0.0.9", 32)); /* no room for a network's and a broadcast's */
	assert_int_equal(upf_ue_address_claim(&a, &far), 0); /* beyond UPF_POOL_ADDRESSES_MAX */
	assert_int_equal(upf_ue_address_count(&a), 3);
	assert_true(takes(&a, 3, "10.0.0.1", 32));
	upf_ue_addresses_done(&a);
}

#define T_CLOCK(name) cmocka_unit_test_setup_teardown(name, clock_setup, clock_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T_CLOCK(test_alarms_ring_in_order),
		T_CLOCK(test_alarms_from_a_ring),
		T_CLOCK(test_alarms_done_with_some_set),
		cmocka_unit_test(test_addresses_come_round),
		cmocka_unit_test(test_addresses_claimed),
		cmocka_unit_test(test_address_units),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
