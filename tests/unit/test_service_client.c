// SPDX-License-Identifier: Apache-2.0
/*
 * Client and server on loopback: whatever becomes of datagrams and connections, each request is
 * answered once and the service's state is that of a run without faults; and when it isn't, the
 * client says so.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/service_bed.h"
#include "tests/unit/service_world.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { PATIENCE_MS = 60000, SOON_MS = 400, REQUESTS = 600 };

static void service_digest(uint16_t port, uint8_t ret[SHA256_DIGEST_SIZE])
{
	uint8_t body[SERVICE_ANSWER_BODY_MAX];
	struct service_answer answer;

	assert_int_equal(
		service_ask(bed_loopback, port, SERVICE_DIGEST, 7, PATIENCE_MS, -1, &answer, body),
		0);
	assert_int_equal(answer.length, SHA256_DIGEST_SIZE);
	memcpy(ret, body, SHA256_DIGEST_SIZE);
}

/* The state is that of a service which had @count requests of client 7, one after another */
static void state_is_right(uint16_t port, uint64_t count, uint32_t body)
{
	uint8_t here[SHA256_DIGEST_SIZE], there[SHA256_DIGEST_SIZE];
	static struct world w;

	world_begin(&w, &ledger_ops, 1);
	for (uint64_t n = 1; n <= count; n++) {
		world_take(&w, 7, n, body);
		w.answered = 0;
	}
	world_digest(&w, here);
	world_end(&w);
	service_digest(port, there);
	assert_memory_equal(here, there, sizeof(here));
}

static void all_is_right(const struct service_client *c, uint64_t count)
{
	const struct service_client_figures *f = service_client_figures(c);

	assert_int_equal(f->made, count);
	assert_int_equal(f->answered, count);
	assert_int_equal(f->wrong, 0);
	assert_int_equal(f->refused, 0);
	assert_false(f->forgotten);
	assert_int_equal(f->edge_count, 1);
	assert_int_equal(f->edges[0].answered, count);
}

static void udp(void **state)
{
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	struct service_client_settings settings = bed_client(&bed_model, s.port);
	struct service_client *c;

	settings.alone = true;
	c = bed_client_new(&settings);
	assert_true(bed_run(c, NULL, REQUESTS, 1, PATIENCE_MS));
	assert_true(bed_run(c, NULL, REQUESTS, 200, PATIENCE_MS)); /* more than a service holds */
	all_is_right(c, 2 * REQUESTS);
	assert_int_equal(service_client_figures(c)->total, 2 * REQUESTS);
	state_is_right(s.port, 2 * REQUESTS, settings.body);
	service_client_free(c);
	bed_stop(&s);
}

static const struct {
	const char *what;
	struct proxy_faults faults;
} bad[] = {
	{"lost", {.lose = 20}},
	{"doubled", {.twice = 50}},
	{"reordered", {.later = 30}},
	{"all of it", {.lose = 10, .twice = 20, .later = 20}},
};

static void udp_bad(void **state)
{
	for (size_t i = 0; i < N(bad); i++) {
		struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
		struct proxy *p = proxy_new(s.port, &bad[i].faults);
		struct service_client_settings settings = bed_client(&bed_model, proxy_port(p));
		struct service_client *c;

		print_message("# %s\n", bad[i].what);
		settings.alone = true;
		c = bed_client_new(&settings);
		assert_true(bed_run(c, p, REQUESTS, 30, PATIENCE_MS));
		all_is_right(c, REQUESTS);
		/* the faults were there, and each shows where it should */
		assert_true(!bad[i].faults.lose == !proxy_lost(p));
		assert_true(!bad[i].faults.lose || service_client_figures(c)->resent > 0);
		assert_true(!bad[i].faults.later || service_client_figures(c)->reordered > 0);
		assert_true(!bad[i].faults.twice || service_client_figures(c)->doubled > 0);
		state_is_right(s.port, REQUESTS, settings.body);
		service_client_free(c);
		proxy_free(p);
		bed_stop(&s);
	}
}

static void tcp(void **state)
{
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	struct service_client_settings settings = bed_client(&bed_model, s.port);
	struct service_client *c;

	settings.tcp = settings.alone = true;
	settings.body = 5000;
	c = bed_client_new(&settings);
	assert_true(bed_run(c, NULL, REQUESTS, 40, PATIENCE_MS));
	all_is_right(c, REQUESTS);
	assert_int_equal(service_client_figures(c)->connections, 1);
	assert_int_equal(service_client_figures(c)->resent, 0);
	state_is_right(s.port, REQUESTS, settings.body);
	service_client_free(c);

	settings.body = SERVICE_BODY_MAX;
	settings.client = 8;
	c = bed_client_new(&settings);
	assert_true(bed_run(c, NULL, 5, 5, PATIENCE_MS));
	all_is_right(c, 5);
	service_client_free(c);
	bed_stop(&s);
}

/* Cut again and again, in the middle of messages, too */
static void tcp_cut(void **state)
{
	const struct proxy_faults faults = {.cut = 40011};
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	struct proxy *p = proxy_new(s.port, &faults);
	struct service_client_settings settings = bed_client(&bed_model, proxy_port(p));
	struct service_client *c;

	settings.tcp = settings.alone = true;
	settings.body = 3000;
	c = bed_client_new(&settings);
	assert_true(bed_run(c, p, 200, 10, PATIENCE_MS));
	all_is_right(c, 200);
	assert_true(proxy_cuts(p) > 5);
	assert_in_range(service_client_figures(c)->reconnects, proxy_cuts(p) - 1, proxy_cuts(p));
	assert_true(service_client_figures(c)->connections > 5);
	state_is_right(s.port, 200, settings.body);
	service_client_free(c);
	proxy_free(p);
	bed_stop(&s);
}

/* ---- what must not pass ---- */

static void crashed(void **state)
{
	for (int over_tcp = 0; over_tcp < 2; over_tcp++) {
		struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
		struct service_client_settings settings = bed_client(&bed_model, s.port);
		struct service_client *c;

		settings.tcp = over_tcp;
		c = bed_client_new(&settings);
		assert_true(bed_run(c, NULL, 100, 10, PATIENCE_MS));
		bed_stop(&s);
		assert_false(bed_run(c, NULL, 1, 1, SOON_MS)); /* nobody is there */
		assert_false(service_client_figures(c)->forgotten);
		s = bed_start(&bed_model, NULL, NULL, s.port); /* one that knows nothing */
		assert_false(bed_run(c, NULL, 0, 10, PATIENCE_MS));
		assert_true(service_client_figures(c)->forgotten);
		assert_int_equal(service_client_figures(c)->answered, 100);
		service_client_free(c);
		bed_stop(&s);
	}
}

static void other_memory(void **state)
{
	static const struct ledger_settings others[] = {
		{.heap = 260 << 10, .read = 4096, .write = 4096, .compressible = 0.5, .shares = 1},
		{.heap = 256 << 10, .read = 8192, .write = 4096, .compressible = 0.5, .shares = 1},
		{.heap = 256 << 10, .read = 4096, .write = 8192, .compressible = 0.5, .shares = 1},
		{.heap = 256 << 10, .read = 4096, .write = 4096, .compressible = 0.6, .shares = 1},
		{.heap = 256 << 10,
		 .read = 4096,
		 .write = 4096,
		 .compressible = 0.5,
		 .shares = 1,
		 .data_size = 4096},
	};

	for (size_t i = 0; i < N(others); i++) {
		struct bed_service s = bed_start(&others[i], NULL, NULL, 0);
		struct service_client_settings settings = bed_client(&bed_model, s.port);
		struct service_client *c = bed_client_new(&settings);

		assert_true(bed_run(c, NULL, 200, 10, PATIENCE_MS));
		if (!service_client_figures(c)->wrong)
			fail_msg("%zu: not noticed", i);
		service_client_free(c);
		bed_stop(&s);
	}
}

static void another_client(void **state)
{
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	struct service_client_settings settings = bed_client(&bed_model, s.port);
	struct service_client *c = bed_client_new(&settings), *other;

	assert_true(bed_run(c, NULL, 10, 1, PATIENCE_MS));
	settings.client = 9;
	other = bed_client_new(&settings);
	assert_true(bed_run(other, NULL, 10, 1, PATIENCE_MS)); /* there is one share */
	all_is_right(other, 10);
	assert_int_equal(service_client_figures(other)->total, 20);
	assert_false(bed_run(c, NULL, 1, 1, PATIENCE_MS));
	assert_true(service_client_figures(c)->forgotten);
	service_client_free(c);
	service_client_free(other);
	bed_stop(&s);
}

/* ---- split ---- */

static pid_t worker_start(const char *path)
{
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		execl(WORKER, WORKER, "--socket", path, NULL);
		_exit(127);
	}
	return pid;
}

static void split(void **state)
{
	char directory[] = "/tmp/baton-test-split-XXXXXX", socket_path[64], worker[64];
	struct service_client_settings settings;
	struct service_client *c;
	struct bed_service s;
	pid_t pid;

	assert_non_null(mkdtemp(directory));
	snprintf(socket_path, sizeof(socket_path), "%s/ledger", directory);
	snprintf(worker, sizeof(worker), "%s/worker", directory);
	s = bed_start(&bed_model, socket_path, worker, 0);
	settings = bed_client(&bed_model, s.port);
	c = bed_client_new(&settings);
	assert_false(bed_run(c, NULL, 40, 10, SOON_MS)); /* no worker */
	assert_int_equal(service_client_figures(c)->answered, 0);
	assert_int_equal(
		service_ask(bed_loopback, s.port, SERVICE_PING, 1, PATIENCE_MS, -1, NULL, NULL), 0);
	pid = worker_start(worker);
	assert_true(bed_run(c, NULL, 200, 10, PATIENCE_MS));
	kill(pid, SIGKILL); /* and one in its place */
	waitpid(pid, NULL, 0);
	pid = worker_start(worker);
	assert_true(bed_run(c, NULL, 200, 10, PATIENCE_MS));
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(access(worker, F_OK), -1); /* it tidies up */
	assert_int_equal(service_client_figures(c)->wrong, 0);
	state_is_right(s.port, service_client_figures(c)->made, settings.body);
	service_client_free(c);
	bed_stop(&s);
	unlink(socket_path);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp),
		cmocka_unit_test(udp_bad),
		cmocka_unit_test(tcp),
		cmocka_unit_test(tcp_cut),
		cmocka_unit_test(crashed),
		cmocka_unit_test(other_memory),
		cmocka_unit_test(another_client),
		cmocka_unit_test(split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
