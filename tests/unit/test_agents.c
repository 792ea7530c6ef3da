// SPDX-License-Identifier: Apache-2.0
/*
 * The agents' binaries in a network namespace of their own, the migration manager and `ue` played
 * by the test: registration, and registration anew; the services of an edge; what their
 * configuration refuses; SIGTERM with work under way, which under ASan must leave nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/http_client.h"
#include "lib/http_server.h"
#include "lib/netlink/netlink.h"
#include "lib/stamp/stamp.h"

enum { PATIENCE_MS = 20000, TICK_MS = 5, HELD_MAX = 16, PEER_PORT = 8080, AGENT_PORT = 8084 };

struct world {
	uv_loop_t loop;
	uv_timer_t patience;
	uint64_t end_ms;
	char dir[64];
	struct http_server *peer; /* manager and ue */
	struct http_client *client;
	pid_t child;
	unsigned registrations, refuse;
	json_t *registered; /* the latest body */
	char path[64];
	bool hold; /* requests to `ue` */
	struct http_request *held[HELD_MAX];
	size_t held_count;
	bool done;
	struct http_answer answer;
};

#define wait_until(w, condition)                                                                   \
	do {                                                                                       \
		(w)->end_ms = uv_now(&(w)->loop) + PATIENCE_MS;                                    \
		while (!(condition) && uv_now(&(w)->loop) < (w)->end_ms)                           \
			uv_run(&(w)->loop, UV_RUN_ONCE);                                           \
		assert_true(condition);                                                            \
	} while (0)

/* ---- the manager and `ue` ---- */

static void registration(struct http_request *req, struct world *w, const char *kind,
			 const char *name)
{
	w->registrations++;
	json_decref(w->registered);
	w->registered = json_deep_copy(http_body(req));
	snprintf(w->path, sizeof w->path, "%s/%s", kind, name);
	if (w->refuse)
		http_problem(req, w->refuse, "TOLD_SO", "by a test");
	else
		http_reply(req, w->registrations == 1 ? 201 : 204, NULL);
}

static void put_edge(struct http_request *req, void *user)
{
	registration(req, user, "edges", http_param(req, "id"));
}

static void put_ue(struct http_request *req, void *user)
{
	registration(req, user, "ues", http_param(req, "supi"));
}

static void ask_ue(struct http_request *req, void *user)
{
	struct world *w = user;

	if (!w->hold) {
		http_reply(req, 200, json_pack("{s:[]}", "pdu_sessions"));
		return;
	}
	assert_true(w->held_count < HELD_MAX);
	w->held[w->held_count++] = req;
}

static const struct http_route routes[] = {
	{"PUT", "/v1/edges/{id}", put_edge, false},
	{"PUT", "/v1/ues/{supi}", put_ue, false},
	{"GET", "/v1/pdu-sessions", ask_ue, false},
	{"GET", "/v1/pdu-sessions/{id}", ask_ue, false},
	{"PUT", "/v1/pdu-sessions/{id}", ask_ue, false},
	{"DELETE", "/v1/pdu-sessions/{id}", ask_ue, false},
	{0},
};

static void peer_start(struct world *w)
{
	struct http_listen listen = {
		.addr.s_addr = htonl(INADDR_LOOPBACK), .port = PEER_PORT, .token = "t0ken"};

	assert_int_equal(http_server_new(&w->loop, &listen, routes, w, &w->peer), 0);
}

static void peer_stop(struct world *w)
{
	http_server_free(w->peer);
	w->peer = NULL;
	while (w->held_count)
		http_reply(w->held[--w->held_count], 503, NULL);
}

/* ---- the namespace ---- */

static struct in_addr ip(const char *text)
{
	struct in_addr addr;

	assert_int_equal(inet_pton(AF_INET, text, &addr), 1);
	return addr;
}

static void fresh_netns(void)
{
	static bool mapped;
	struct nl *nl;
	unsigned lo;

	assert_int_equal(unshare(CLONE_NEWNET | (geteuid() && !mapped ? CLONE_NEWUSER : 0)), 0);
	mapped = true;
	assert_int_equal(nl_open(&nl), 0);
	assert_int_equal(nl_link_index(nl, "lo", &lo), 0);
	assert_int_equal(nl_link_set_up(nl, lo, true), 0);
	assert_int_equal(nl_addr_add(nl, lo, ip("10.70.0.1"), 32), 0);
	assert_int_equal(nl_addr_add(nl, lo, ip("10.70.0.2"), 32), 0);
	nl_close(nl);
}

static void add_session(unsigned id)
{
	struct nl_veth veth = {
		.name = "pdu2", .peer = "far2", .netns_fd = -1, .peer_netns_fd = -1, .noarp = true};
	struct nl *nl;
	unsigned ifindex;

	assert_int_equal(nl_open(&nl), 0);
	assert_int_equal(nl_link_add_veth(nl, &veth), 0);
	assert_int_equal(nl_link_index(nl, "far2", &ifindex), 0);
	assert_int_equal(nl_link_set_up(nl, ifindex, true), 0);
	assert_int_equal(nl_link_index(nl, "pdu2", &ifindex), 0);
	assert_int_equal(nl_link_set_up(nl, ifindex, true), 0);
	assert_int_equal(nl_addr_add(nl, ifindex, ip("10.60.2.2"), 32), 0);
	nl_close(nl);
}

static void on_patience(uv_timer_t *timer)
{
}

static void write_text(const struct world *w, const char *name, const char *text)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", w->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	strcpy(w->dir, "/tmp/baton-agents.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	fresh_netns();
	assert_int_equal(uv_loop_init(&w->loop), 0);
	uv_timer_init(&w->loop, &w->patience);
	uv_timer_start(&w->patience, on_patience, TICK_MS, TICK_MS);
	assert_int_equal(http_client_new(&w->loop, &w->client), 0);
	peer_start(w);
	write_text(w, "token", "t0ken\n");
	*state = w;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	struct world *w = *state;

	if (w->child > 0) { /* a test has failed */
		kill(w->child, SIGKILL);
		waitpid(w->child, NULL, 0);
	}
	http_client_free(w->client);
	peer_stop(w);
	http_answer_done(&w->answer);
	json_decref(w->registered);
	uv_close((uv_handle_t *)&w->patience, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

/* ---- the agents ---- */

/* BUILD/tests/this -> BUILD/bin/NAME */
static void binary(const char *name, char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 64);

	assert_true(len > 0);
	path[len] = '\0';
	for (int i = 0; i < 2; i++)
		*strrchr(path, '/') = '\0';
	snprintf(path + strlen(path), 64, "/bin/%s", name);
}

/* Standard error goes to the file log. */
static pid_t run(const struct world *w, const char *name, const char *option)
{
	char path[PATH_MAX], config[96], log[96];
	pid_t child;
	int fd;

	binary(name, path, sizeof path);
	snprintf(config, sizeof config, "%s/config.yaml", w->dir);
	snprintf(log, sizeof log, "%s/log", w->dir);
	child = fork();
	assert_true(child >= 0);
	if (child > 0)
		return child;
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || dup2(fd, 2) < 0)
		_exit(126);
	execl(path, path, "--config", config, option, NULL);
	_exit(127);
}

static void show_log(const struct world *w)
{
	char path[96], line[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/log", w->dir);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		print_error("%s", line);
	if (f)
		fclose(f);
}

static bool log_has(const struct world *w, const char *text)
{
	char path[96], all[4096];
	size_t len;
	FILE *f;

	snprintf(path, sizeof path, "%s/log", w->dir);
	f = fopen(path, "r");
	assert_non_null(f);
	len = fread(all, 1, sizeof all - 1, f);
	all[len] = '\0';
	fclose(f);
	return strstr(all, text);
}

static int exit_status(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* With SIGTERM, and orderly */
static void stop(struct world *w)
{
	int status;

	assert_int_equal(kill(w->child, SIGTERM), 0);
	status = exit_status(w->child);
	w->child = 0;
	if (status)
		show_log(w);
	assert_int_equal(status, 0);
}

static void start_ue_agent(struct world *w)
{
	char text[512];

	snprintf(text, sizeof text,
		 "rest_address: 127.0.0.1\nrest_port: %d\ntoken_file: %s/token\n"
		 "supi: imsi-001010000000001\nue_url: http://127.0.0.1:%d\n"
		 "manager_url: http://127.0.0.1:%d\nservice_prefix: 10.70.0.0/16\n"
		 "state_dir: %s/state\n",
		 AGENT_PORT, w->dir, PEER_PORT, PEER_PORT, w->dir);
	write_text(w, "config.yaml", text);
	w->child = run(w, "ue-agent", NULL);
}

#define EDGE_CONFIG                                                                                \
	"rest_address: 127.0.0.1\nrest_port: 8084\ntoken_file: %s/token\nname: edge-a\n"           \
	"dnai: dnai-a\nmanager_url: http://127.0.0.1:8080\n"

static void start_edge_agent(struct world *w)
{
	char text[512];

	snprintf(text, sizeof text,
		 EDGE_CONFIG "services:\n  - {name: one, address: 10.70.0.1}\n"
			     "  - {name: two, address: 10.70.0.2}\n",
		 w->dir);
	write_text(w, "config.yaml", text);
	w->child = run(w, "edge-agent", NULL);
}

static void answered(const struct http_answer *answer, void *user)
{
	struct world *w = user;

	http_answer_done(&w->answer);
	w->answer = *answer;
	w->answer.body = json_incref(answer->body);
	w->answer.text = NULL;
	w->done = true;
}

static void begin(struct world *w, const char *method, const char *url, json_t *body)
{
	struct http_call call = {.method = method, .url = url, .body = body, .token = "t0ken"};

	w->done = false;
	assert_int_equal(http_client_call(w->client, &call, answered, w, NULL), 0);
	json_decref(body);
}

static unsigned ask(struct world *w, const char *method, const char *url)
{
	begin(w, method, url, NULL);
	wait_until(w, w->done);
	return w->answer.status;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* ---- registration ---- */

static void test_ue_registers(void **state)
{
	struct world *w = *state;

	start_ue_agent(w);
	wait_until(w, w->registrations == 1);
	assert_string_equal(w->path, "ues/imsi-001010000000001");
	assert_string_equal(text_of(w->registered, "url"), "http://127.0.0.1:8084");
	assert_int_equal(ask(w, "GET", "http://127.0.0.1:8084/v1/status"), 200);
	assert_string_equal(text_of(w->answer.body, "supi"), "imsi-001010000000001");
	/* refused, and gone for a while: it tries on, and more often */
	w->refuse = 503;
	wait_until(w, w->registrations == 4);
	peer_stop(w);
	w->refuse = 0;
	w->registrations = 0;
	peer_start(w);
	wait_until(w, w->registrations == 1);
	stop(w);
}

static void test_edge_registers(void **state)
{
	struct world *w = *state;
	const json_t *services;

	start_edge_agent(w);
	wait_until(w, w->registrations == 1);
	assert_string_equal(w->path, "edges/edge-a");
	assert_string_equal(text_of(w->registered, "dnai"), "dnai-a");
	services = json_object_get(w->registered, "services");
	assert_int_equal(json_array_size(services), 2);
	assert_string_equal(text_of(json_array_get(services, 1), "name"), "two");
	assert_string_equal(text_of(json_array_get(services, 1), "address"), "10.70.0.2");
	wait_until(w, w->registrations == 2);
	stop(w);
}

/* ---- an edge's services ---- */

static void test_edge_services(void **state)
{
	struct world *w = *state;

	start_edge_agent(w);
	wait_until(w, w->registrations);
	assert_int_equal(ask(w, "GET", "http://10.70.0.2/"), 200);
	assert_string_equal(text_of(w->answer.body, "edge"), "edge-a");
	assert_string_equal(text_of(w->answer.body, "service"), "two");
	assert_int_equal(ask(w, "GET", "http://127.0.0.1:8084/healthz"), 204);
	assert_int_equal(ask(w, "GET", "http://127.0.0.1:8084/metrics"), 200);
	assert_int_equal(ask(w, "GET", "http://127.0.0.1:8084/v1/reflector/1"), 404);
	assert_int_equal(ask(w, "GET", "http://127.0.0.1:8084/v1/status"), 200);
	assert_string_equal(text_of(w->answer.body, "dnai"), "dnai-a");
	stop(w);
}

static void send_probe(int fd, const char *address)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(STAMP_PORT), .sin_addr = ip(address)};
	struct stamp_test test = {.seq = 3, .ssid = 9};
	uint8_t bytes[STAMP_LEN];

	stamp_test_encode(&test, bytes);
	assert_int_equal(sendto(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&to, sizeof to),
			 sizeof bytes);
}

/* The answer comes from the service's address, which is what the UE asked. */
static void test_edge_reflects(void **state)
{
	struct world *w = *state;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	uint8_t bytes[STAMP_LEN];
	ssize_t got = -1;

	start_edge_agent(w);
	wait_until(w, w->registrations);
	send_probe(fd, "10.70.0.2");
	wait_until(w, got > 0 || (got = recvfrom(fd, bytes, sizeof bytes, 0,
						 (struct sockaddr *)&from, &len)) > 0);
	assert_int_equal(from.sin_addr.s_addr, ip("10.70.0.2").s_addr);
	assert_int_equal(ntohs(from.sin_port), STAMP_PORT);
	assert_int_equal(ask(w, "GET", "http://127.0.0.1:8084/v1/reflector/9"), 200);
	assert_int_equal(ask(w, "DELETE", "http://127.0.0.1:8084/v1/reflector/9"), 204);
	stop(w);
	close(fd);
}

/* ---- SIGTERM with work under way ---- */

static void end_in_step(const char *step, bool asks_ue)
{
	struct world *w;
	void *own;
	char url[128];

	setup(&own);
	w = own;
	add_session(2);
	start_ue_agent(w);
	wait_until(w, w->registrations);
	w->hold = true;
	snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/steps/m1/%s", AGENT_PORT, step);
	/* 10.70.9.9 is nowhere: the probe is still asking when the end comes */
	begin(w, "PUT", url,
	      json_pack("{s:i, s:i, s:s, s:s, s:i}", "epoch", 1, "session", 2, "dnn", "internet",
			"address", "10.70.9.9", "generation", 5));
	if (asks_ue)
		wait_until(w, w->held_count == 1);
	snprintf(url, sizeof url, "%s/state/m1.json", w->dir);
	wait_until(w, access(url, F_OK) == 0);
	stop(w);
	wait_until(w, w->done);
	teardown(&own);
}

static void test_ue_agent_ends_in_each_step(void **state)
{
	static const struct {
		const char *step;
		bool asks_ue;
	} rows[] = {{"establish", true}, {"restore", true}, {"probe", false},
		    {"await", true},	 {"release", true}, {"release-standby", true},
		    {"switch", false}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %s\n", rows[i].step);
		end_in_step(rows[i].step, rows[i].asks_ue);
	}
}

static void test_ue_agent_ends_in_a_question(void **state)
{
	struct world *w = *state;

	start_ue_agent(w);
	wait_until(w, w->registrations);
	w->hold = true;
	begin(w, "GET", "http://127.0.0.1:8084/v1/status", NULL);
	wait_until(w, w->held_count == 1);
	stop(w);
	wait_until(w, w->done);
}

/* Nobody to register with */
static void test_ends_unregistered(void **state)
{
	struct world *w = *state;

	peer_stop(w);
	start_edge_agent(w);
	wait_until(w, ask(w, "GET", "http://127.0.0.1:8084/healthz") == 204);
	stop(w);
	start_ue_agent(w);
	wait_until(w, ask(w, "GET", "http://127.0.0.1:8084/healthz") == 204);
	stop(w);
	peer_start(w);
}

/* ---- configuration ---- */

#define LINE	 "  - {name: s, address: 10.70.0.1}\n"
#define LINES_4	 LINE LINE LINE LINE
#define LINES_32 LINES_4 LINES_4 LINES_4 LINES_4 LINES_4 LINES_4 LINES_4 LINES_4

static const struct {
	const char *services;
	int status;
	const char *complaint;
} configs[] = {
	{"services:\n" LINES_32, 0, ""},
	{"services: []\n", 0, ""},
	{"services:\n" LINES_32 LINE, 1, "config.yaml:40:5: more than 32 services"},
	{"services: none\n", 1, "config.yaml:7:11: expected a list of services"},
	{"services: {name: s, address: 10.70.0.1}\n", 1, "expected a list of services"},
	{"services:\n  - {name: s}\n", 1, "address"},
	{"services:\n  - {name: s, address: here}\n", 1, "config.yaml:8:24"},
	{"services: []\nreflector_samples: 1\n", 1, "reflector_samples"},
	{"", 0, ""}, /* an edge without services */
	{"services: []\ncolour: red\n", 1, "colour"},
};

static void test_edge_config(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
		char text[2048];
		int len = snprintf(text, sizeof text, EDGE_CONFIG "%s", w->dir,
				   configs[i].services),
		    status;

		print_message("# %zu\n", i);
		assert_true(len > 0 && (size_t)len < sizeof text);
		write_text(w, "config.yaml", text);
		status = exit_status(run(w, "edge-agent", "--check-config"));
		if (status != configs[i].status || !log_has(w, configs[i].complaint))
			show_log(w);
		assert_int_equal(status, configs[i].status);
		assert_true(log_has(w, configs[i].complaint));
	}
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_ue_registers),
		ROW(test_edge_registers),
		ROW(test_edge_services),
		ROW(test_edge_reflects),
		cmocka_unit_test(test_ue_agent_ends_in_each_step),
		ROW(test_ue_agent_ends_in_a_question),
		ROW(test_ends_unregistered),
		ROW(test_edge_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
