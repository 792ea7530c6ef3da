// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/agent_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char token[] = "t0ken";

enum { TICK_MS = 5 };

/* ---- `ue` ---- */

static unsigned wanted_id(struct http_request *req)
{
	return (unsigned)strtoul(http_param(req, "id"), NULL, 10);
}

static json_t *session_json(struct world *w, unsigned id)
{
	char address[32];

	snprintf(address, sizeof address, "10.60.%u.2", id);
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:I}", "id", (int)id, "state", "active",
			 "dnn", "internet", "address", address, "generation",
			 (int)w->generation[id], "setup_us", 1234, "release_command_ns",
			 (json_int_t)w->release_command_ns);
}

static bool ue_kept(struct http_request *req, struct world *w)
{
	if (w->ue_holds) {
		assert_true(w->held_count < WORLD_HELD_MAX);
		w->held[w->held_count++] = req;
		return true;
	}
	if (!w->ue_status)
		return false;
	http_problem(req, w->ue_status, "TOLD_SO", "by a test");
	return true;
}

static void ue_list(struct http_request *req, void *user)
{
	struct world *w = user;
	json_t *array = json_array();

	if (!ue_kept(req, w)) {
		for (unsigned id = 1; id < SESSION_IDS; id++)
			if (w->generation[id])
				json_array_append_new(array, session_json(w, id));
		http_reply(req, 200, json_pack("{s:O}", "pdu_sessions", array));
	}
	json_decref(array);
}

static void ue_get(struct http_request *req, void *user)
{
	struct world *w = user;
	unsigned id = wanted_id(req);

	if (ue_kept(req, w))
		return;
	if (w->generation[id])
		http_reply(req, 200, session_json(w, id));
	else
		http_problem(req, 404, "SESSION_NOT_FOUND", "none");
}

static void ue_put(struct http_request *req, void *user)
{
	struct world *w = user;
	unsigned id = wanted_id(req);

	w->ue_calls++;
	if (ue_kept(req, w))
		return;
	w->generation[id]++;
	http_reply(req, 201, session_json(w, id));
}

static void ue_delete(struct http_request *req, void *user)
{
	struct world *w = user;

	w->ue_calls++;
	if (!ue_kept(req, w))
		http_reply(req, 204, NULL);
}

static const struct http_route ue_routes[] = {
	{"GET", "/v1/pdu-sessions", ue_list, false},
	{"GET", "/v1/pdu-sessions/{id}", ue_get, false},
	{"PUT", "/v1/pdu-sessions/{id}", ue_put, false},
	{"DELETE", "/v1/pdu-sessions/{id}", ue_delete, false},
	{0},
};

void world_ue_answer(struct world *w)
{
	w->ue_holds = false;
	for (size_t i = 0; i < w->held_count; i++)
		http_reply(w->held[i], 200, session_json(w, 2));
	w->held_count = 0;
}

/* ---- namespaces and sessions ---- */

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void fresh_netns(void)
{
	static bool mapped;
	struct nl *nl;
	unsigned lo;

	assert_int_equal(unshare(CLONE_NEWNET | (geteuid() && !mapped ? CLONE_NEWUSER : 0)), 0);
	mapped = true;
	/* An answer to a probe comes in by a session that is not the primary one. */
	write_text("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
	write_text("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
	assert_int_equal(nl_open(&nl), 0);
	assert_int_equal(nl_link_index(nl, "lo", &lo), 0);
	assert_int_equal(nl_link_set_up(nl, lo, true), 0);
	nl_close(nl);
}

static struct in_addr ip(const char *text)
{
	struct in_addr addr;

	assert_int_equal(inet_pton(AF_INET, text, &addr), 1);
	return addr;
}

static void make_namespaces(struct world *w)
{
	unsigned lo;

	fresh_netns();
	w->network_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_true(w->network_ns >= 0);
	assert_int_equal(nl_open(&w->network), 0);
	assert_int_equal(nl_link_index(w->network, "lo", &lo), 0);
	assert_int_equal(nl_addr_add(w->network, lo, ip(WORLD_SERVICE), 32), 0);
	fresh_netns();
}

unsigned world_ifindex(struct world *w, const char *name)
{
	unsigned ifindex;

	assert_int_equal(nl_link_index(w->a.nl, name, &ifindex), 0);
	return ifindex;
}

/* Both ends have one address: the peer takes what is sent to the sender's own. */
void world_pdu_bare(struct world *w, unsigned id)
{
	char name[16], peer[16], address[32];
	uint8_t mac[6] = {2, 0xba, 0, 0, 0, (uint8_t)id};
	struct nl_veth veth = {.name = name,
			       .peer = peer,
			       .netns_fd = -1,
			       .peer_netns_fd = w->network_ns,
			       .mac = mac,
			       .peer_mac = mac,
			       .noarp = true};
	struct nl_route back = {.dst_len = 32};
	struct nl *nl;
	unsigned far;

	snprintf(name, sizeof name, "pdu%u", id);
	snprintf(peer, sizeof peer, "net%u", id);
	snprintf(address, sizeof address, "10.60.%u.2", id);
	assert_int_equal(nl_open(&nl), 0);
	assert_int_equal(nl_link_add_veth(nl, &veth), 0);
	assert_int_equal(nl_link_index(w->network, peer, &far), 0);
	assert_int_equal(nl_link_set_up(w->network, far, true), 0);
	back.dst = ip(address);
	back.ifindex = far;
	assert_int_equal(nl_route_add(w->network, &back), 0);
	assert_int_equal(nl_neigh_replace(w->network, far, ip(address), mac), 0);
	assert_int_equal(nl_link_index(nl, name, &far), 0);
	assert_int_equal(nl_link_set_up(nl, far, true), 0);
	nl_close(nl);
}

void world_pdu(struct world *w, unsigned id)
{
	char name[16], address[32];
	struct nl *nl;
	unsigned ifindex;

	world_pdu_bare(w, id);
	snprintf(name, sizeof name, "pdu%u", id);
	snprintf(address, sizeof address, "10.60.%u.2", id);
	assert_int_equal(nl_open(&nl), 0);
	assert_int_equal(nl_link_index(nl, name, &ifindex), 0);
	assert_int_equal(nl_addr_add(nl, ifindex, ip(address), 32), 0);
	nl_close(nl);
}

void world_pdu_del(struct world *w, unsigned id)
{
	char name[16];

	snprintf(name, sizeof name, "pdu%u", id);
	assert_int_equal(nl_link_del_name(w->a.nl, name), 0);
}

struct search {
	struct in_addr dst;
	unsigned len, ifindex;
};

static int match(const struct nl_route *route, void *user)
{
	struct search *s = user;

	if (route->dst_len != s->len || route->dst.s_addr != s->dst.s_addr)
		return 0;
	s->ifindex = route->ifindex;
	return 1;
}

unsigned world_route(struct world *w, const char *prefix, unsigned prefix_len)
{
	struct search s = {.dst = ip(prefix), .len = prefix_len};
	unsigned ifindex;
	char name[16];

	nl_route_list(w->a.nl, 0, match, &s);
	for (unsigned id = 1; s.ifindex && id < SESSION_IDS; id++) {
		snprintf(name, sizeof name, "pdu%u", id);
		if (nl_link_index(w->a.nl, name, &ifindex) == 0 && ifindex == s.ifindex)
			return id;
	}
	return 0;
}

/* ---- the agent ---- */

static void on_patience(uv_timer_t *timer)
{
}

void world_agent_start(struct world *w)
{
	struct http_listen listen = {
		.addr.s_addr = htonl(INADDR_LOOPBACK), .port = w->port, .token = token};
	struct agent *a = &w->a;

	a->primary = 0;
	a->primary_set_ns = 0;
	a->switches = 0;
	assert_int_equal(nl_open(&a->nl), 0);
	assert_int_equal(sessions_watch(a), 0);
	assert_int_equal(http_client_new(&a->daemon.loop, &a->client), 0);
	assert_int_equal(http_server_new(&a->daemon.loop, &listen, agent_routes, a, &a->server), 0);
	w->port = http_server_port(a->server);
	w->up = true;
}

/* In main()'s order */
void world_agent_stop(struct world *w)
{
	struct agent *a = &w->a;

	if (!w->up)
		return;
	http_client_free(a->client);
	steps_drop_all(a);
	http_server_free(a->server);
	sessions_unwatch(a);
	nl_close(a->nl);
	uv_run(&a->daemon.loop, UV_RUN_NOWAIT); /* the handle is closed at the end of a turn */
	memset(&a->monitor_poll, 0, sizeof a->monitor_poll);
	w->up = false;
}

static void configure(struct world *w)
{
	struct agent_config *config = &w->a.config;
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK), .token = token};

	assert_int_equal(http_server_new(&w->a.daemon.loop, &listen, ue_routes, w, &w->ue), 0);
	snprintf(w->a.token, sizeof w->a.token, "%s", token);
	snprintf(config->supi, sizeof config->supi, "imsi-001010000000001");
	snprintf(config->ue_url, sizeof config->ue_url, "http://127.0.0.1:%u",
		 http_server_port(w->ue));
	config->service_prefix.addr = ip("10.70.0.0");
	config->service_prefix.len = 16;
	snprintf(config->state_dir, sizeof config->state_dir, "%s", w->dir);
}

int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	strcpy(w->dir, "/tmp/baton-agent.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	make_namespaces(w);
	assert_int_equal(uv_loop_init(&w->a.daemon.loop), 0);
	uv_timer_init(&w->a.daemon.loop, &w->patience);
	uv_timer_start(&w->patience, on_patience, TICK_MS, TICK_MS);
	assert_int_equal(http_client_new(&w->a.daemon.loop, &w->client), 0);
	configure(w);
	world_agent_start(w);
	*state = w;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

int world_teardown(void **state)
{
	struct world *w = *state;

	world_agent_stop(w);
	http_client_free(w->client);
	http_server_free(w->ue);
	for (size_t i = 0; i < w->held_count; i++)
		http_reply(w->held[i], 503, NULL);
	for (size_t i = 0; i < WORLD_CALLS_MAX; i++)
		http_answer_done(&w->call[i].answer);
	uv_close((uv_handle_t *)&w->patience, NULL);
	uv_run(&w->a.daemon.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->a.daemon.loop), 0);
	nl_close(w->network);
	close(w->network_ns);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

/* ---- calls ---- */

static void answered(const struct http_answer *answer, void *user)
{
	struct world_call *call = user;

	call->answer = *answer;
	call->answer.body = json_incref(answer->body);
	call->answer.text = answer->text ? strdup(answer->text) : NULL;
	call->done = true;
}

struct world_call *world_start(struct world *w, const char *method, const char *path, json_t *body)
{
	struct world_call *slot = &w->call[w->calls++ % WORLD_CALLS_MAX];
	char url[256];
	struct http_call call = {
		.method = method, .url = url, .body = body, .token = token, .timeout_ms = 15000};

	assert_true(!slot->w || slot->done);
	http_answer_done(&slot->answer);
	*slot = (struct world_call){.w = w};
	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", w->port, path);
	assert_int_equal(http_client_call(w->client, &call, answered, slot, NULL), 0);
	json_decref(body);
	return slot;
}

const struct http_answer *world_ask(struct world *w, const char *method, const char *path,
				    json_t *body)
{
	struct world_call *call = world_start(w, method, path, body);

	world_wait(w, call->done);
	return &call->answer;
}

void world_expect(const struct http_answer *answer, unsigned status, const char *cause)
{
	const char *text = json_string_value(json_object_get(answer->body, "cause"));

	assert_int_equal(answer->error, 0);
	if (answer->status != status)
		print_error("answered: %s\n", answer->text);
	assert_int_equal(answer->status, status);
	if (cause)
		assert_string_equal(text ? text : "", cause);
}

json_int_t world_number(const struct http_answer *answer, const char *member)
{
	return json_integer_value(json_object_get(answer->body, member));
}

const struct http_answer *world_step(struct world *w, const char *migration, const char *step,
				     unsigned epoch, unsigned session)
{
	char path[128];

	snprintf(path, sizeof path, "/v1/steps/%s/%s", migration, step);
	return world_ask(w, "PUT", path,
			 json_pack("{s:i, s:i, s:s, s:i, s:s, s:i}", "epoch", (int)epoch, "session",
				   (int)session, "dnn", "internet", "sst", 1, "address",
				   WORLD_SERVICE, "generation", 1));
}
