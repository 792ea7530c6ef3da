// SPDX-License-Identifier: Apache-2.0
/* `baton measure switch --tcp`: what is worked out from a flow, case by case; and a flow over the
 * loopback interface of this namespace, whose sockets are ended under it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/netlink/netlink.h"
#include "testbed/measure/tcp_flow.h"

#define MS UINT64_C(1000000)
#define T0 (UINT64_C(1000000) * MS)

enum { BYTES_PER_SAMPLE = 1000, SAMPLES = 100 }; /* one second from T0 - 500 ms on */

/* Samples every 10 ms; nothing arrives between @from_ms and @to_ms of T0. */
static struct tcp_run make_run(int from_ms, int to_ms)
{
	struct tcp_run run = {.rate_bps = 800000, .sample_count = SAMPLES};
	uint64_t bytes = 0;

	run.sample = calloc(SAMPLES, sizeof *run.sample);
	for (int i = 0; i < SAMPLES; i++) {
		int ms = i * 10 - 500;

		bytes += ms > from_ms && ms <= to_ms ? 0 : BYTES_PER_SAMPLE;
		run.sample[i] = (struct tcp_sample){T0 + (uint64_t)(ms + 500) * MS - 500 * MS,
						    bytes, ms > to_ms ? 3u : 0u, 100};
	}
	return run;
}

static void test_undisturbed(void **state)
{
	struct tcp_run run = make_run(1000, 1000);
	struct tcp_result r = tcp_compute(&run, T0, T0 + 400 * MS);

	assert_true(r.stall_us == 0);
	assert_true(isnan(r.reconnect_us));
	assert_true(r.dip_share < 1e-9);
	assert_true(r.dip_us == 0);
	assert_int_equal(r.retransmissions, 0);
	assert_int_equal(r.ended, 0);
	tcp_run_done(&run);
}

static void test_stall(void **state)
{
	struct tcp_run run = make_run(100, 150);
	struct tcp_result r;

	run.silence_count = 3;
	run.silence = calloc(3, sizeof *run.silence);
	run.silence[0] =
		(struct tcp_silence){T0 - 300 * MS, T0 - 200 * MS}; /* of the switch before */
	run.silence[1] = (struct tcp_silence){T0 + 100 * MS, T0 + 151 * MS};
	run.silence[2] = (struct tcp_silence){T0 + 450 * MS, T0 + 600 * MS}; /* of the next one */
	r = tcp_compute(&run, T0, T0 + 400 * MS);
	assert_true(fabs(r.stall_us - 51000) < 1e-6);
	assert_true(fabs(r.dip_share - 1) < 1e-9);
	assert_true(fabs(r.dip_us - 50000) < 1e-6);
	assert_int_equal(r.retransmissions, 3);
	tcp_run_done(&run);
}

static void test_reconnect(void **state)
{
	struct tcp_run run = make_run(1000, 1000);
	struct tcp_result r;

	run.connection_count = 3;
	run.connection = calloc(3, sizeof *run.connection);
	run.connection[0] = (struct tcp_connection){.ended_ns = T0 + 200 * MS, .error = 103};
	run.connection[1] =
		(struct tcp_connection){.connected_ns = T0 + 207 * MS, .ended_ns = T0 + 600 * MS};
	r = tcp_compute(&run, T0, T0 + 400 * MS);
	assert_true(fabs(r.reconnect_us - 7000) < 1e-6);
	assert_int_equal(r.ended, 1);
	/* the second one ended, and never came back */
	r = tcp_compute(&run, T0 + 500 * MS, T0 + 900 * MS);
	assert_true(isnan(r.reconnect_us));
	assert_int_equal(r.ended, 1);
	tcp_run_done(&run);
}

/* A run that was over before it began, as on a topology that is taken down */
static void test_empty(void **state)
{
	struct tcp_run run = {.rate_bps = 1};
	struct tcp_result r = tcp_compute(&run, T0, T0 + 400 * MS);

	assert_true(isnan(r.dip_share));
	assert_int_equal(r.ended, 0);
	tcp_run_done(&run);
	tcp_flow_finish(NULL, &run);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* The flow's own sockets are the only ones at 127.86.2.1. */
static void test_ended_and_back(void **state)
{
	int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct tcp_flow_config config = {.ue_netns_fd = netns,
					 .edge_netns_fd = {netns},
					 .edge_count = 1,
					 .rate_bps = 8000000};
	struct tcp_flow *flow;
	struct tcp_run run;
	bool may_destroy;

	assert_true(netns >= 0);
	inet_pton(AF_INET, "127.86.2.1", &config.service);
	if (geteuid() != 0) { /* setns wants it */
		close(netns);
		skip();
	}
	assert_int_equal(tcp_flow_start(&config, &flow), 0);
	pause_ms(100);
	may_destroy = nl_sock_destroy(config.service) > 0;
	pause_ms(100);
	tcp_flow_finish(flow, &run);
	close(netns);

	assert_false(run.cut);
	assert_true(run.sample_count >= 2);
	assert_true(run.sample[run.sample_count - 1].received_bytes > 0);
	assert_true(run.connection_count >= 1);
	assert_true(run.connection[0].connected_ns >= run.connection[0].asked_ns);
	if (may_destroy)
		assert_true(run.connection[0].ended_ns > run.connection[0].connected_ns);
	tcp_run_done(&run);
}

static void test_nowhere_to_listen(void **state)
{
	int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct tcp_flow_config config = {
		.ue_netns_fd = netns, .edge_netns_fd = {netns}, .edge_count = 1};
	struct tcp_flow *flow;

	inet_pton(AF_INET, "192.0.2.1", &config.service); /* nobody's */
	assert_true(tcp_flow_start(&config, &flow) < 0);
	close(netns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undisturbed),    cmocka_unit_test(test_stall),
		cmocka_unit_test(test_reconnect),      cmocka_unit_test(test_empty),
		cmocka_unit_test(test_ended_and_back), cmocka_unit_test(test_nowhere_to_listen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
