// SPDX-License-Identifier: Apache-2.0
/* Which UPF a session goes to. */
#include "tests/unit/smf_world.h"

#include <errno.h>
#include <stdio.h>

static const char *chosen(struct world *w, uint8_t session)
{
	return anchor_choose(&w->smf, WORLD_SUPI, "internet", session)->config->dnai;
}

static void test_order_of_choice(void **state)
{
	struct world *w = *state;

	assert_string_equal(chosen(w, 1), "edge-a"); /* the first in the file */
	w->config.anchors = calloc(1, sizeof(*w->config.anchors));
	w->config.anchor_count = 1;
	w->config.anchors[0] = (struct smf_anchor){WORLD_SUPI, "internet", 2, "edge-b"};
	assert_string_equal(chosen(w, 1), "edge-a");
	assert_string_equal(chosen(w, 2), "edge-b"); /* configured for this id */
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-b"), 0);
	assert_string_equal(chosen(w, 1), "edge-b"); /* told over REST, for all ids */
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-a"), 0);
	assert_string_equal(chosen(w, 2), "edge-a");
	assert_int_equal(anchor_unset(w->smf.anchors, WORLD_SUPI, "internet"), 0);
	assert_int_equal(anchor_unset(w->smf.anchors, WORLD_SUPI, "internet"), -ENOENT);
	assert_string_equal(chosen(w, 2), "edge-b");
}

static void test_another_ue_is_not_meant(void **state)
{
	struct world *w = *state;

	assert_int_equal(anchor_set(w->smf.anchors, "imsi-001010000000002", "internet", "edge-b"),
			 0);
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "other", "edge-b"), 0);
	assert_string_equal(chosen(w, 1), "edge-a");
}

static void test_association_counts_only_without_choice(void **state)
{
	struct world *w = *state;

	w->smf.n4->upfs[0].associated = false;
	assert_string_equal(chosen(w, 1), "edge-b");
	/* who asked for edge-a gets edge-a, or nothing */
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-a"), 0);
	assert_string_equal(chosen(w, 1), "edge-a");
	w->smf.n4->upfs[0].associated = true;
}

static void test_a_upf_that_is_gone(void **state)
{
	struct world *w = *state;

	/* from a database of another configuration */
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-z"), 0);
	assert_string_equal(chosen(w, 1), "edge-a");
}

static void test_bound(void **state)
{
	struct world *w = *state;
	char supi[SMF_SUPI_SIZE];

	for (int i = 0; i < SMF_ANCHORS_MAX; i++) {
		snprintf(supi, sizeof(supi), "imsi-%015d", i);
		assert_int_equal(anchor_set(w->smf.anchors, supi, "internet", "edge-b"), 0);
	}
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-b"), -ENOSPC);
	assert_int_equal(anchor_set(w->smf.anchors, supi, "internet", "edge-a"), 0); /* a change */
}

/* Two sessions of one UE at two edges: what a migration is made of. */
static void test_sessions_at_two_edges(void **state)
{
	struct world *w = *state;

	world_gnb(w, 0, false);
	world_register(w, 7);
	world_establish(w, 1);
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-b"), 0);
	world_establish(w, 2);
	assert_int_equal(w->upf[0].count, 1);
	assert_int_equal(w->upf[1].count, 1);
	assert_string_equal(world_session(w, 1)->upf->config->name, "upf-a");
	assert_string_equal(world_session(w, 2)->upf->config->name, "upf-b");
	assert_true(pool_contains(&w->smf.n4->upfs[1].pool, world_session(w, 2)->address));
}

static const char *anchored(struct world *w, uint8_t session)
{
	return world_session(w, session)->upf->config->dnai;
}

/* The gNB is restarted, and so the UE registers anew. */
static void again(struct world *w)
{
	world_gnb_lost(w);
	world_gnb(w, 0, false);
	world_register(w, 8);
}

/* The UE is restarted while a migration has told where new sessions go: what it had is none. */
static void test_a_lost_session_comes_back_where_it_was(void **state)
{
	struct world *w = *state;

	world_gnb(w, 0, false);
	world_register(w, 7);
	world_establish(w, 1);
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-b"), 0);
	world_establish(w, 2);
	again(w); /* has none of them any more */
	assert_null(world_session(w, 1));
	world_establish(w, 2);
	world_establish(w, 1);
	assert_string_equal(anchored(w, 1), "edge-a");
	assert_string_equal(anchored(w, 2), "edge-b");
	world_establish(w, 3); /* a new one, as told */
	assert_string_equal(anchored(w, 3), "edge-b");
	/* once: an end that was asked for is an end */
	session_feed(world_session(w, 1), SESSION_EV_RELEASE,
		     &(struct session_input){.cause = NAS_SM_REGULAR_DEACTIVATION});
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND);
	world_release_response(w, 1);
	world_release_complete(w, 1);
	world_turn(w);
	assert_null(world_session(w, 1));
	world_establish(w, 1);
	assert_string_equal(anchored(w, 1), "edge-b");
}

static void test_what_is_told_after_the_loss_counts(void **state)
{
	struct world *w = *state;

	world_gnb(w, 0, false);
	world_register(w, 7);
	world_establish(w, 1);
	again(w);
	assert_int_equal(anchor_set(w->smf.anchors, WORLD_SUPI, "internet", "edge-b"), 0);
	anchor_forget_lost(&w->smf, WORLD_SUPI, "other");
	anchor_forget_lost(&w->smf, "imsi-001010000000002", "internet");
	anchor_forget_lost(&w->smf, WORLD_SUPI, "internet");
	world_establish(w, 1);
	assert_string_equal(anchored(w, 1), "edge-b");
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_order_of_choice),
		WORLD_TEST(test_another_ue_is_not_meant),
		WORLD_TEST(test_association_counts_only_without_choice),
		WORLD_TEST(test_a_upf_that_is_gone),
		WORLD_TEST(test_bound),
		WORLD_TEST(test_sessions_at_two_edges),
		WORLD_TEST(test_a_lost_session_comes_back_where_it_was),
		WORLD_TEST(test_what_is_told_after_the_loss_counts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_anchor", tests, NULL, NULL);
}
