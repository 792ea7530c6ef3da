// SPDX-License-Identifier: Apache-2.0
/* The UPF's procedures that belong to no session: TS 29.244 cl. 6.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dataplane/address.h"
#include "tests/unit/upf_harness.h"

static int setup(void **state)
{
	struct harness *h = malloc(sizeof(*h));

	harness_open(h);
	assert_int_equal(harness_associate(h, h->ex.smf, 1000, NULL), PFCP_CAUSE_ACCEPTED);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	harness_close(*state);
	free(*state);
	return 0;
}

/* Another session of the same SMF */
static struct example another(const struct harness *h, const char *ue, uint64_t cp_seid)
{
	struct example ex = h->ex;

	ex.ue = harness_ip(ue);
	ex.cp_seid = cp_seid;
	ex.gnb_teid += 1;
	return ex;
}

static struct pfcp_node_id id_of(struct in_addr addr)
{
	return (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = addr};
}

/* The SMF's answer to the request that the UPF has sent last, of a node message with a cause */
static void answer(struct harness *h, struct in_addr smf, uint8_t cause)
{
	const uint8_t type = h->reply.header.type + 1;

	pfcp_msg_init(&h->msg, type, 0, h->reply.header.sequence);
	if (type == PFCP_ASSOCIATION_UPDATE_RESPONSE) {
		h->msg.association_update_response.node_id = id_of(smf);
		h->msg.association_update_response.cause = cause;
	} else {
		h->msg.node_report_response.node_id = id_of(smf);
		h->msg.node_report_response.cause = cause;
	}
	harness_send(h, smf);
}

/* ---- stop ---- */

static void on_drained(void *user)
{
	*(bool *)user = true;
}

static uint8_t release(struct harness *h, struct in_addr smf)
{
	pfcp_msg_init(&h->msg, PFCP_ASSOCIATION_RELEASE_REQUEST, 0, h->sequence++);
	h->msg.association_release_request.node_id = id_of(smf);
	assert_true(harness_send(h, smf));
	return h->reply.association_release_response.cause;
}

static void test_drain(void **state)
{
	struct harness *h = *state;
	struct example other = another(h, "10.60.1.3", 0x2222);
	const struct pfcp_association_update_request *u = &h->reply.association_update_request;
	bool over = false;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_drain(&h->upf, 5, on_drained, &over), 0);
	assert_int_equal(h->reply.header.type, PFCP_ASSOCIATION_UPDATE_REQUEST);
	assert_true(pfcp_node_id_equal(&u->node_id, n4_node_id(h->upf.n4)));
	assert_int_equal(u->release_request, PFCP_RELEASE_SARR);
	assert_int_equal(u->graceful_release_s, 6); /* what N4 can tell: TS 29.244 cl. 8.2.78 */
	assert_int_equal(uv_timer_get_due_in(h->upf.drain.timer), 6000);
	answer(h, h->ex.smf, PFCP_CAUSE_ACCEPTED);
	/* nothing new, from nobody; what is there goes on */
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_NO_RESOURCES);
	assert_int_equal(harness_associate(h, harness_ip("10.100.128.2"), 1, NULL),
			 PFCP_CAUSE_NO_RESOURCES);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_false(over);
	assert_int_equal(release(h, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_true(over);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
}

/* One SMF without a session refuses: it is left at once. Another accepts and then does nothing. */
static void test_drain_of_smfs_that_do_not_care(void **state)
{
	struct harness *h = *state;
	struct in_addr idle = harness_ip("10.100.128.2");
	bool over = false;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_associate(h, idle, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_drain(&h->upf, 2, on_drained, &over), 0);
	assert_int_equal(h->sent_to.sin_addr.s_addr, idle.s_addr);
	answer(h, idle, PFCP_CAUSE_REJECTED);
	assert_null(n4_peer_find(h->upf.n4, idle));
	while (!over) /* T1 expires N1 times for the other, which has a session: nobody misses it
			 before */
		uv_run(&h->loop, UV_RUN_ONCE);
	assert_int_equal(n4_peer_count(h->upf.n4), 0);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(h->upf.counter[UPF_LOST_WITH_PEER], 1);
}

/* An SMF that is lost isn't waited for; without any the end comes at once. */
static void test_drain_with_nobody(void **state)
{
	struct harness *h = *state;
	size_t sent = h->sent;
	bool over = false;

	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false;
	assert_int_equal(upf_drain(&h->upf, 60, on_drained, &over), 0);
	assert_true(over);
	assert_int_equal(h->sent, sent);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_drain),
		T(test_drain_of_smfs_that_do_not_care),
		T(test_drain_with_nobody),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
