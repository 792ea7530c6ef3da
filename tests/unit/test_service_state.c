// SPDX-License-Identifier: Apache-2.0
/*
 * The state of a service: requests are applied once and in order however they come, answers are
 * given again, the block can be moved at any moment, a split one calls elsewhere, and everything
 * that grows is bounded.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/service_world.h"

enum { BODY = 20 };

static struct world a, b;

static void same_state(struct world *x, struct world *y)
{
	uint8_t one[SHA256_DIGEST_SIZE], other[SHA256_DIGEST_SIZE];

	world_digest(x, one);
	world_digest(y, other);
	assert_memory_equal(one, other, sizeof(one));
}

static void other_state(struct world *x, struct world *y)
{
	uint8_t one[SHA256_DIGEST_SIZE], other[SHA256_DIGEST_SIZE];

	world_digest(x, one);
	world_digest(y, other);
	assert_memory_not_equal(one, other, sizeof(one));
}

static void last_is(const struct world *w, enum service_status status, uint64_t number,
		    uint64_t applied)
{
	const struct service_answer *answer = world_last(w);

	assert_int_equal(answer->status, status);
	assert_int_equal(answer->number, number);
	assert_int_equal(answer->applied, applied);
}

static void in_order(void **state)
{
	world_begin(&a, &ledger_ops, 2);
	for (uint64_t n = 1; n <= 10; n++) {
		world_take(&a, 7, n, BODY);
		assert_int_equal(a.answered, n);
		last_is(&a, SERVICE_APPLIED, n, n);
		assert_int_equal(world_last(&a)->total, n);
		if (n > 1)
			assert_memory_not_equal(a.answers[n - 1].chain, a.answers[n - 2].chain,
						SERVICE_CHAIN_LEN);
	}
	world_ask(&a, SERVICE_WHERE, 7);
	assert_int_equal(world_last(&a)->applied, 10);
	assert_memory_equal(world_last(&a)->chain, a.answers[9].chain, SERVICE_CHAIN_LEN);
	world_ask(&a, SERVICE_WHERE, 8);
	assert_int_equal(world_last(&a)->applied, 0);
	world_end(&a);
}

/* Backwards, each twice: the same answers, in order, to whom asked last */
static void held(void **state)
{
	world_begin(&a, &ledger_ops, 1);
	world_begin(&b, &ledger_ops, 1);
	for (uint64_t n = 1; n <= 64; n++)
		world_take(&a, 7, n, BODY);
	world_take(&b, 7, 1, BODY);
	for (uint64_t n = 64; n > 2; n--) {
		world_take(&b, 7, n, BODY);
		world_take(&b, 7, n, BODY);
	}
	assert_int_equal(b.answered, 1);
	assert_int_equal(b.machine.held, 62);
	world_take(&b, 7, 2, BODY);
	assert_int_equal(b.answered, 64);
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(b.answers[i].number, i + 1);
		assert_int_equal(ntohs(b.peers[i].port_be), i + 1);
		assert_memory_equal(b.answers[i].chain, a.answers[i].chain, SERVICE_CHAIN_LEN);
	}
	same_state(&a, &b);
	world_end(&a);
	world_end(&b);
}

static void again(void **state)
{
	world_begin(&a, &ledger_ops, 1);
	for (uint64_t n = 1; n <= 70; n++)
		world_take(&a, 7, n, BODY);
	world_copy(&b, &a);
	for (uint64_t n = 7; n <= 70; n++) {
		world_take(&a, 7, n, BODY);
		last_is(&a, SERVICE_REPEATED, n, n);
		assert_memory_equal(world_last(&a)->chain, a.answers[n - 1].chain,
				    SERVICE_CHAIN_LEN);
		assert_int_equal(world_last(&a)->total, n);
	}
	world_take(&a, 7, 6, BODY);
	last_is(&a, SERVICE_TOO_OLD, 6, 70);
	same_state(&a, &b);
	world_take(&a, 7, 70 + SERVICE_AHEAD, BODY);
	assert_int_equal(a.answered, 70 + 64 + 1); /* held */
	world_take(&a, 7, 70 + SERVICE_AHEAD + 1, BODY);
	last_is(&a, SERVICE_TOO_FAR, 70 + SERVICE_AHEAD + 1, 70);
	world_end(&a);
	world_end(&b);
}

static void refused(void **state)
{
	world_begin(&a, &ledger_ops, 1);
	world_take(&a, 0, 1, BODY);
	last_is(&a, SERVICE_REFUSED, 1, 0);
	world_take(&a, 7, 0, BODY);
	last_is(&a, SERVICE_REFUSED, 0, 0);
	world_take(&a, 7, 2, BODY);
	last_is(&a, SERVICE_TOO_FAR, 2, 0); /* of a client that has not begun */
	world_take(&a, 7, 1, SERVICE_BODY_MAX);
	last_is(&a, SERVICE_APPLIED, 1, 1);
	world_take(&a, 7, 3, SERVICE_HELD_BODY_MAX + 1);
	last_is(&a, SERVICE_REFUSED, 3, 1); /* too long to be held */
	world_take(&a, 7, 3, SERVICE_HELD_BODY_MAX);
	assert_int_equal(a.answered, 5);
	world_end(&a);
}

/* The layer's data is gone, and comes back */
static void refused_then_applied(void **state)
{
	world_begin(&a, &ledger_ops, 1);
	world_begin(&b, &ledger_ops, 1);
	a.settings.data_size = b.settings.data_size = 64 << 10;
	strcpy(a.settings.data, "/nonexistent/data");
	world_take(&a, 7, 1, BODY);
	last_is(&a, SERVICE_REFUSED, 1, 0);
	world_take(&a, 7, 2, BODY);
	assert_int_equal(a.answered, 1);
	world_take(&a, 7, 1, BODY);
	last_is(&a, SERVICE_REFUSED, 1, 0);
	a.settings.data[0] = '\0';
	world_take(&a, 7, 1, BODY);
	last_is(&a, SERVICE_APPLIED, 2, 2);
	world_take(&b, 7, 1, BODY);
	world_take(&b, 7, 2, BODY);
	same_state(&a, &b);
	world_end(&a);
	world_end(&b);
}

static void shares(void **state)
{
	world_begin(&a, &ledger_ops, 2);
	world_begin(&b, &ledger_ops, 2);
	/* others change nothing of a client's answers but the total */
	for (uint64_t n = 1; n <= 20; n++) {
		world_take(&a, 7, n, BODY);
		world_take(&a, 8, n, BODY);
		world_take(&b, 7, n, BODY);
		assert_memory_equal(world_last(&b)->chain, a.answers[a.answered - 2].chain,
				    SERVICE_CHAIN_LEN);
	}
	world_take(&a, 7, 21, BODY); /* 8 was idle longest */
	world_take(&a, 9, 1, BODY);
	assert_int_equal(a.machine.forgotten, 1);
	world_take(&a, 8, 21, BODY);
	last_is(&a, SERVICE_TOO_FAR, 21, 0);
	/* a share is as at the beginning for who comes next */
	world_take(&b, 9, 1, BODY);
	assert_memory_equal(world_last(&b)->chain, a.answers[a.answered - 2].chain,
			    SERVICE_CHAIN_LEN);
	world_end(&a);
	world_end(&b);
}

/* What a forgotten client left held is nobody's */
static void forgotten_held(void **state)
{
	world_begin(&a, &ledger_ops, 1);
	world_take(&a, 7, 1, BODY);
	for (uint64_t n = 3; n <= 65; n++)
		world_take(&a, 7, n, BODY);
	world_take(&a, 8, 1, BODY);
	for (uint64_t n = 65; n > 2; n--)
		world_take(&a, 8, n, BODY);
	assert_int_equal(a.answered, 2);
	world_take(&a, 8, 2, BODY);
	assert_int_equal(a.answered, 2 + 64);
	last_is(&a, SERVICE_APPLIED, 65, 65);
	world_end(&a);
}

/* Moved in the middle of everything: the copy goes on as the original does */
static void moved(void **state)
{
	world_begin(&a, &ledger_ops, 2);
	for (uint64_t n = 1; n <= 30; n++) {
		world_take(&a, 7, n, BODY);
		world_take(&a, 8, n + (n > 10), BODY); /* 11 is missing */
	}
	world_copy(&b, &a);
	a.answered = 0;
	world_take(&a, 8, 11, BODY);
	world_take(&b, 8, 11, BODY);
	assert_int_equal(a.answered, 21);
	assert_int_equal(b.answered, 21);
	for (unsigned i = 0; i < 21; i++)
		assert_memory_equal(a.answers[i].chain, b.answers[i].chain, SERVICE_CHAIN_LEN);
	same_state(&a, &b);
	world_take(&b, 7, 31, BODY);
	other_state(&a, &b);
	world_end(&a);
	world_end(&b);
}

static void foreign_block(void **state)
{
	struct service_machine other;

	world_begin(&a, &ledger_ops, 2);
	other = a.machine;
	other.shares = 1;
	assert_int_equal(service_machine_use(&other, a.block, a.size), -EINVAL);
	other = a.machine;
	assert_int_equal(service_machine_use(&other, a.block, a.size - 1), -EINVAL);
	memset(a.block, 0xff, 8);
	assert_int_equal(service_machine_use(&other, a.block, a.size), -EINVAL);
	world_end(&a);
}

/* Each octet of what is known of clients and of held requests, turned over: it is refused, or it
 * does no harm (ASan looks on) */
static void damaged_block(void **state)
{
	unsigned refused_blocks = 0;

	world_begin(&a, &ledger_ops, 1);
	world_take(&a, 7, 1, BODY);
	world_take(&a, 7, 3, BODY);
	/* the header, the one client, the first few of those that are held */
	for (size_t at = 0; at < 26000; at += at < 200 || at > 20400 ? 1 : 13) {
		struct service_machine m;

		world_copy(&b, &a);
		m = b.machine;
		((uint8_t *)b.block)[at] ^= 0xff;
		if (service_machine_use(&m, b.block, b.size) < 0) {
			refused_blocks++;
		} else {
			world_take(&b, 7, 2, BODY);
			world_take(&b, 7, 1, BODY);
			world_take(&b, 9, 1, BODY);
		}
		world_end(&b);
	}
	assert_true(refused_blocks > 60);
	world_end(&a);
}

/* ---- split ---- */

static void answer_call(struct world *w, unsigned i)
{
	service_machine_digested(&w->machine, w->calls[i], w->digests[i]);
}

static void split(void **state)
{
	world_begin(&a, &ledger_ops, 2);
	world_begin(&b, &ledger_ops, 2);
	world_split(&a);
	world_take(&a, 7, 1, BODY);
	world_take(&a, 7, 2, BODY);
	world_take(&a, 8, 1, BODY); /* another client does not wait for the first */
	assert_int_equal(a.answered, 0);
	assert_int_equal(a.called, 2);
	answer_call(&a, 1);
	last_is(&a, SERVICE_APPLIED, 1, 1);
	assert_int_equal(world_last(&a)->client, 8);
	assert_int_equal(service_machine_recall(&a.machine), 1);
	assert_int_equal(a.calls[2], a.calls[0]);
	answer_call(&a, 0);
	assert_int_equal(world_last(&a)->client, 7);
	assert_int_equal(a.called, 4); /* number 2 in its turn */
	answer_call(&a, 2);	       /* the second answer to a call: ignored */
	assert_int_equal(a.answered, 2);
	answer_call(&a, 3);
	last_is(&a, SERVICE_APPLIED, 2, 2);
	assert_int_equal(service_machine_recall(&a.machine), 0);

	world_take(&b, 8, 1, BODY); /* the same without a split */
	world_take(&b, 7, 1, BODY);
	world_take(&b, 7, 2, BODY);
	assert_memory_equal(world_last(&a)->chain, world_last(&b)->chain, SERVICE_CHAIN_LEN);
	world_end(&a);
	world_end(&b);
}

static void split_moved(void **state)
{
	world_begin(&a, &ledger_ops, 1);
	world_split(&a);
	world_take(&a, 7, 1, BODY);
	world_copy(&b, &a);
	world_split(&b);
	assert_int_equal(service_machine_recall(&b.machine), 1);
	answer_call(&b, 0);
	last_is(&b, SERVICE_APPLIED, 1, 1);
	world_take(&b, 7, 2, SERVICE_HELD_BODY_MAX + 1);
	last_is(&b, SERVICE_REFUSED, 2, 1);
	world_end(&a);
	world_end(&b);
}

/* ---- bounds ---- */

static void pool_full(void **state)
{
	const unsigned clients = SERVICE_HELD / (SERVICE_AHEAD - 1) + 1;

	world_begin(&a, &ledger_ops, clients);
	for (uint64_t client = 1; client <= clients; client++) {
		world_take(&a, client, 1, BODY);
		for (uint64_t n = 3; n <= 1 + SERVICE_AHEAD; n++)
			if (a.machine.held < SERVICE_HELD)
				world_take(&a, client, n, BODY);
	}
	assert_int_equal(a.machine.held, SERVICE_HELD);
	assert_int_equal(a.answered, clients);
	world_take(&a, clients, 1 + SERVICE_AHEAD, BODY);
	last_is(&a, SERVICE_TOO_FAR, 1 + SERVICE_AHEAD, 1);
	a.answered = 0;
	world_take(&a, 1, 2, BODY); /* what was held makes room */
	assert_int_equal(a.answered, SERVICE_AHEAD);
	a.answered = 0;
	world_take(&a, clients, 1 + SERVICE_AHEAD, BODY);
	assert_int_equal(a.answered, 0);
	world_end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(held),
		cmocka_unit_test(again),
		cmocka_unit_test(refused),
		cmocka_unit_test(refused_then_applied),
		cmocka_unit_test(shares),
		cmocka_unit_test(forgotten_held),
		cmocka_unit_test(moved),
		cmocka_unit_test(foreign_block),
		cmocka_unit_test(damaged_block),
		cmocka_unit_test(split),
		cmocka_unit_test(split_moved),
		cmocka_unit_test(pool_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
