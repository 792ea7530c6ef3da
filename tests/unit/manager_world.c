// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/manager_world.h"

#include <errno.h>
#include <ftw.h>
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
#include <sqlite3.h>

static const char token[] = "t0ken";

/* A step has all the time that a busy machine may take; world_hasten ends it where a test wants so.
 */
static const struct engine_times times = {
	.before_switch = 15000, .after_switch = 15000, .unreached = 15000, .retry = 5, .ask = 700};

enum { TICK_MS = 5 };

/* ---- making and ending ---- */

static void on_patience(uv_timer_t *timer)
{
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

struct world *world_new(const char *binary)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->binary = binary;
	strcpy(w->dir, "/tmp/baton-mm.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(uv_loop_init(&w->mm.daemon.loop), 0);
	uv_timer_init(&w->mm.daemon.loop, &w->patience);
	uv_timer_start(&w->patience, on_patience, TICK_MS, TICK_MS);
	assert_int_equal(http_client_new(&w->mm.daemon.loop, &w->client), 0);
	peers_start(&w->peers, &w->mm.daemon.loop, token);
	peers_session_up(&w->peers, 1, "dnai-a");
	world_manager_start(w);
	world_register(w);
	return w;
}

int world_setup(void **state)
{
	*state = world_new(NULL);
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;

	world_manager_stop(w);
	http_client_free(w->client);
	peers_stop(&w->peers);
	http_answer_done(&w->answer);
	uv_close((uv_handle_t *)&w->patience, NULL);
	uv_run(&w->mm.daemon.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->mm.daemon.loop), 0);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

static void library_start(struct world *w)
{
	struct http_listen listen = {.addr = peers_address(), .port = w->port, .token = token};
	struct manager *mm = &w->mm;

	mm->times = &times;
	snprintf(mm->token, sizeof mm->token, "%s", token);
	mm->config.service_prefix = (struct yaml_prefix){{htonl(0x0a460000)}, 16};
	snprintf(mm->config.topology, sizeof mm->config.topology, "test");
	snprintf(mm->config.database, sizeof mm->config.database, "%s/journal.sqlite", w->dir);
	peers_url(&w->peers.smf, mm->config.smf_url, sizeof mm->config.smf_url);
	assert_int_equal(journal_open(mm->config.database, &mm->journal), 0);
	assert_int_equal(http_client_new(&mm->daemon.loop, &mm->client), 0);
	assert_int_equal(http_server_new(&mm->daemon.loop, &listen, rest_routes, mm, &mm->server),
			 0);
	w->port = http_server_port(mm->server);
	assert_int_equal(manager_resume(mm), 0);
}

static void library_stop(struct world *w)
{
	struct manager *mm = &w->mm;

	manager_drop_all(mm);
	http_client_free(mm->client);
	http_server_free(mm->server);
	journal_close(mm->journal);
	registry_clear(&mm->registry);
	mm->client = NULL;
	mm->server = NULL;
	mm->journal = NULL;
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

static uint16_t free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = peers_address()};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static bool serves(struct world *w)
{
	return world_ask(w, "GET", "/healthz", NULL)->status == 204;
}

static void process_start(struct world *w)
{
	char config[96], text[512], smf[64];

	if (!w->port)
		w->port = free_port();
	peers_url(&w->peers.smf, smf, sizeof smf);
	snprintf(text, sizeof text,
		 "rest_address: %s\nrest_port: %u\ntoken_file: %s/token\nsmf_url: %s\n"
		 "database: %s/journal.sqlite\ntopology: test\n",
		 peers_host(), w->port, w->dir, smf, w->dir);
	write_text(w, "token", token);
	write_text(w, "config.yaml", text);
	snprintf(config, sizeof config, "%s/config.yaml", w->dir);
	w->child = fork();
	assert_true(w->child >= 0);
	if (w->child == 0) {
		execl(w->binary, w->binary, "--config", config, NULL);
		_exit(127);
	}
	world_wait(w, serves(w));
}

static void process_stop(struct world *w)
{
	int status;

	assert_int_equal(kill(w->child, w->gently ? SIGTERM : SIGKILL), 0);
	assert_int_equal(waitpid(w->child, &status, 0), w->child);
	if (w->gently)
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	else
		assert_true(WIFSIGNALED(status)); /* it had not ended by itself */
}

void world_manager_start(struct world *w)
{
	if (w->binary)
		process_start(w);
	else
		library_start(w);
	w->up = true;
}

void world_manager_stop(struct world *w)
{
	if (!w->up)
		return;
	if (w->binary)
		process_stop(w);
	else
		library_stop(w);
	w->up = false;
}

void world_restart(struct world *w)
{
	w->restarts++;
	world_manager_stop(w);
	world_manager_start(w);
	world_register(w);
}

void world_damage(struct world *w, const char *sql)
{
	char path[96];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/journal.sqlite", w->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_true(sqlite3_changes(db) > 0);
	sqlite3_close(db);
}

void world_turn(struct world *w)
{
	uv_run(&w->mm.daemon.loop, UV_RUN_ONCE);
	if (!w->peers.stop_wanted || w->asking)
		return;
	w->peers.stop_wanted = false;
	world_restart(w);
}

/* ---- calls ---- */

void world_answered(const struct http_answer *answer, void *user)
{
	struct world *w = user;

	http_answer_done(&w->answer);
	w->answer = *answer;
	w->answer.body = json_incref(answer->body);
	w->answer.text = answer->text ? strdup(answer->text) : NULL;
	w->answers++;
}

const struct http_answer *world_ask_key(struct world *w, const char *method, const char *path,
					json_t *body, const char *key, const char *bearer)
{
	char url[256];
	struct http_call call = {.method = method,
				 .url = url,
				 .body = body,
				 .token = bearer,
				 .idempotency_key = key};
	unsigned before = w->answers;

	snprintf(url, sizeof url, "http://%s:%u%s", peers_host(), w->port, path);
	assert_int_equal(http_client_call(w->client, &call, world_answered, w, NULL), 0);
	json_decref(body);
	w->asking++;
	world_wait(w, w->answers > before);
	w->asking--;
	return &w->answer;
}

const struct http_answer *world_ask(struct world *w, const char *method, const char *path,
				    json_t *body)
{
	return world_ask_key(w, method, path, body, NULL, token);
}

const char *world_text(const struct world *w, const char *member)
{
	const char *text = json_string_value(json_object_get(w->answer.body, member));

	return text ? text : "";
}

void world_expect(const struct world *w, unsigned status, const char *cause)
{
	assert_int_equal(w->answer.error, 0);
	if (w->answer.status != status)
		print_error("answered: %s\n", w->answer.text);
	assert_int_equal(w->answer.status, status);
	if (!cause)
		return;
	assert_string_equal(world_text(w, "cause"), cause);
	assert_int_equal(json_integer_value(json_object_get(w->answer.body, "status")), status);
	assert_true(world_text(w, "title")[0]);
	assert_true(world_text(w, "detail")[0]);
}

static void register_edge(struct world *w, const char *edge, const struct peer_edge *peer)
{
	char path[64], url[64];

	peers_url(&peer->server, url, sizeof url);
	snprintf(path, sizeof path, "/v1/edges/%s", edge);
	world_ask(w, "PUT", path,
		  json_pack("{s:s, s:s, s:[{s:s, s:s}], s:[{s:s, s:s}], s:[{s:s, s:s}]}", "url",
			    url, "dnai", peer->dnai, "services", "name", "service", "address",
			    "10.70.0.1", "applications", "app",
			    peer->without_app ? "other" : PEER_APP, "state", "absent", "processes",
			    "app", peer->without_app ? "other" : PEER_PROCESS, "state", "absent"));
	assert_in_range(w->answer.status, 201, 204);
}

void world_register_ue(struct world *w)
{
	char url[64];

	peers_url(&w->peers.agent, url, sizeof url);
	world_ask(w, "PUT", "/v1/ues/" PEER_SUPI,
		  json_pack("{s:s, s:[{s:s, s:s}]}", "url", url, "players", "app", PEER_APP,
			    "account", PEER_ACCOUNT));
	assert_in_range(w->answer.status, 201, 204);
}

void world_register(struct world *w)
{
	world_register_ue(w);
	register_edge(w, "edge-a", &w->peers.edge[0]);
	register_edge(w, "edge-b", &w->peers.edge[1]);
}

/* ---- migrations ---- */

const char *world_post(struct world *w, const char *mode, unsigned hold_ms)
{
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:i}", "ue", PEER_SUPI, "destination", "edge-b",
			    "mode", mode, "hold_ms", (int)hold_ms));
	world_expect(w, 202, NULL);
	return world_text(w, "id");
}

const json_t *world_get(struct world *w, const char *id)
{
	char path[64];

	snprintf(path, sizeof path, "/v1/migrations/%s", id);
	world_ask(w, "GET", path, NULL);
	world_expect(w, 200, NULL);
	return w->answer.body;
}

bool world_in(struct world *w, const char *id, enum migration_state state)
{
	const struct migration *m = manager_find(&w->mm, id);

	return m && m->state == state;
}

bool world_ended(struct world *w, const char *id)
{
	const struct migration *m;
	const char *state;

	if (!w->binary) {
		m = manager_find(&w->mm, id);
		return m && migration_ended(m);
	}
	world_get(w, id);
	state = world_text(w, "state");
	return strcmp(state, "completed") == 0 || strcmp(state, "rolled-back") == 0 ||
	       strcmp(state, "failed") == 0;
}

void world_hasten(struct world *w, const char *id, const char *step)
{
	struct migration *m = manager_find(&w->mm, id);

	if (m && m->step < m->plan_len && strcmp(m->plan[m->step]->name, step) == 0)
		m->deadline_mono_ns = clock_mono_ns();
}

bool world_holds(struct world *w, const char *id)
{
	const struct migration *m = manager_find(&w->mm, id);

	return m && m->step < m->plan_len && strcmp(m->plan[m->step]->name, "hold") == 0;
}

/* ---- events ---- */

int world_watch_open(struct world *w, const char *id, const char *last_id)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(w->port), .sin_addr = peers_address()};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char request[256];
	int len = snprintf(request, sizeof request,
			   "GET /v1/migrations/%s/events HTTP/1.1\r\nHost: x\r\nConnection: "
			   "close\r\n%s%s%s\r\n",
			   id, last_id ? "Last-Event-ID: " : "", last_id ? last_id : "",
			   last_id ? "\r\n" : "");

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(send(fd, request, (size_t)len, MSG_NOSIGNAL), len);
	w->events[0] = '\0';
	w->events_over = false;
	return fd;
}

void world_watch_read(struct world *w, int fd)
{
	size_t len = strlen(w->events);
	ssize_t n = recv(fd, w->events + len, sizeof w->events - len - 1, MSG_DONTWAIT);

	if (n > 0)
		w->events[len + (size_t)n] = '\0';
	else if (n == 0 || errno != EAGAIN)
		w->events_over = true;
}

static bool watch_over(struct world *w, int fd)
{
	world_watch_read(w, fd);
	return w->events_over;
}

void world_states(const char *events, char *buf, size_t size)
{
	static const char key[] = "\"state\":\"";
	size_t len = 0;

	buf[0] = '\0';
	for (const char *at = events; (at = strstr(at, "event: state")); at++) {
		const char *state = strstr(at, key);
		int n;

		assert_non_null(state);
		state += sizeof key - 1;
		n = snprintf(buf + len, size - len, "%.*s ", (int)strcspn(state, "\""), state);
		assert_true(n > 0 && (size_t)n < size - len);
		len += (size_t)n;
	}
}

void world_watch(struct world *w, const char *id, const char *last_id, char *buf, size_t size)
{
	int fd = world_watch_open(w, id, last_id);

	world_wait(w, watch_over(w, fd));
	close(fd);
	assert_non_null(strstr(w->events, "HTTP/1.1 200"));
	assert_non_null(strstr(w->events, "text/event-stream"));
	world_states(w->events, buf, size);
}

/* ---- what holds after every end ---- */

static unsigned sessions_up(const struct world *w)
{
	unsigned count = 0;

	for (unsigned id = 1; id < PEER_SESSIONS; id++)
		count += w->peers.session[id].up;
	return count;
}

void world_check_end(struct world *w, const char *id)
{
	const json_t *m = world_get(w, id), *details = json_object_get(m, "details");
	const char *state = world_text(w, "state");
	bool back = json_is_true(json_object_get(details, "switched_back"));
	const char *where = strcmp(state, "completed") == 0 && !back ? "dnai-b" : "dnai-a";
	const struct peers *p = &w->peers;

	assert_true(strcmp(state, "completed") == 0 || strcmp(state, "rolled-back") == 0);
	assert_in_range(p->primary, 1, PEER_SESSIONS - 1);
	assert_true(p->session[p->primary].up);
	assert_string_equal(p->session[p->primary].dnai, where);
	assert_int_equal(sessions_up(w), 1);
	if (strcmp(json_string_value(json_object_get(m, "mode")), ULC) == 0)
		classifiers_check(p);
	if (p->anchor[0])
		assert_string_equal(p->anchor, where);
	peers_check_steps(p, id,
			  (unsigned long long)json_integer_value(json_object_get(m, "epoch")));
	/* a process that is left somewhere is ended once more in another epoch, late and later */
	assert_in_range(json_integer_value(json_object_get(m, "epoch")), 1,
			2 + json_integer_value(json_object_get(details, "turns")) +
				(json_object_get(details, "process") ? 2 : 0));
}
