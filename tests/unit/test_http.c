// SPDX-License-Identifier: Apache-2.0
/* The HTTP server and client against each other on loopback, and against raw sockets where a client
 * misbehaves. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "lib/http_client.h"
#include "lib/http_server.h"

enum { PATIENCE_MS = 10000, TICK_MS = 5, PENDING_MAX = 300 };

static const char token[] = "s3cret";

/* One server and one client in one loop, and what happened to them. */
struct world {
	uv_loop_t loop;
	uv_timer_t patience; /* ticks, so that conditions outside the loop are looked at too */
	unsigned ticks;
	struct http_server *server;
	struct http_client *client;
	char base[64];
	struct http_request *pending[PENDING_MAX];
	size_t pending_count;
	struct http_stream *stream;
	unsigned streams_opened, streams_closed;
	unsigned done_count;
	unsigned done_without_error;
	struct http_answer answer; /* of the last call, texts copied */
};

/* Routes */

static void get_ue(struct http_request *req, void *user)
{
	const char *verbose = http_query(req, "verbose");

	http_reply(req, 200,
		   json_pack("{s:s, s:s?, s:s?}", "supi", http_param(req, "supi"), "verbose",
			     verbose, "agent", http_header(req, "X-Agent")));
}

static void put_session(struct http_request *req, void *user)
{
	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:O}", "supi", http_param(req, "supi"), "session",
			     http_param(req, "session"), "body", http_body(req)));
}

static void post_migration(struct http_request *req, void *user)
{
	struct json_reader r;
	char ue[32] = "";
	uint64_t hold_ms = 0;

	json_reader_begin(&r, http_body(req));
	json_read_string(&r, "ue", true, ue, sizeof(ue));
	json_read_u64(&r, "hold_ms", false, 0, 600000, &hold_ms);
	if (json_reader_end(&r)) {
		http_problem_invalid(req, &r);
		return;
	}
	http_reply_location(req, 202, "/v1/migrations/7", json_pack("{s:i}", "id", 7));
}

static void get_text(struct http_request *req, void *user)
{
	http_reply_text(req, 200, "text/plain", "hello\n");
}

static void get_bytes(struct http_request *req, void *user)
{
	http_reply_bytes(req, 200, "\0\1\2\3", 4);
}

static void get_never(struct http_request *req, void *user)
{
	struct world *w = user;

	assert_true(w->pending_count < PENDING_MAX);
	w->pending[w->pending_count++] = req;
}

static void get_garbage(struct http_request *req, void *user)
{
	http_problem(req, 409, "CONFLICT", "not UTF-8: \xff\xfe");
}

static void stream_closed(struct http_stream *stream, void *user)
{
	struct world *w = user;

	w->streams_closed++;
	if (w->stream == stream)
		w->stream = NULL;
}

static void get_events(struct http_request *req, void *user)
{
	struct world *w = user;
	struct http_stream *stream = http_stream_open(req, stream_closed, w);

	if (!stream)
		return;
	w->stream = stream;
	w->streams_opened++;
}

static const struct http_route routes[] = {
	{"GET", "/v1/ues/{supi}", get_ue, false},
	{"PUT", "/v1/ues/{supi}/sessions/{session}", put_session, true},
	{"DELETE", "/v1/ues/{supi}", get_ue, false},
	{"POST", "/v1/migrations", post_migration, false},
	{"GET", "/text", get_text, false},
	{"GET", "/bytes", get_bytes, false},
	{"GET", "/never", get_never, false},
	{"GET", "/garbage", get_garbage, false},
	{"GET", "/events", get_events, false},
	{0},
};

/* The world */

static void on_tick(uv_timer_t *timer)
{
	struct world *w = timer->data;

	w->ticks++;
}

static int setup(void **state)
{
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK), .token = token};
	struct world *w = calloc(1, sizeof(*w));

	uv_loop_init(&w->loop);
	uv_timer_init(&w->loop, &w->patience);
	w->patience.data = w;
	assert_int_equal(http_server_new(&w->loop, &listen, routes, w, &w->server), 0);
	assert_int_equal(http_client_new(&w->loop, &w->client), 0);
	snprintf(w->base, sizeof(w->base), "http://127.0.0.1:%u", http_server_port(w->server));
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	http_client_free(w->client);
	http_server_free(w->server);
	http_answer_done(&w->answer);
	uv_close((uv_handle_t *)&w->patience, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	assert_int_equal(w->streams_opened, w->streams_closed);
	free(w);
	return 0;
}

/* Runs the loop until @condition holds; fails after PATIENCE_MS. */
#define wait_until(w, condition)                                                                   \
	do {                                                                                       \
		(w)->ticks = 0;                                                                    \
		uv_timer_start(&(w)->patience, on_tick, TICK_MS, TICK_MS);                         \
		while (!(condition) && (w)->ticks < PATIENCE_MS / TICK_MS)                         \
			uv_run(&(w)->loop, UV_RUN_ONCE);                                           \
		uv_timer_stop(&(w)->patience);                                                     \
		assert_true(condition);                                                            \
	} while (0)

static void on_done(const struct http_answer *answer, void *user)
{
	struct world *w = user;

	http_answer_done(&w->answer);
	w->answer = *answer;
	w->answer.body = answer->body ? json_incref(answer->body) : NULL;
	w->answer.text = answer->text ? strdup(answer->text) : NULL;
	w->done_count++;
	if (!answer->error)
		w->done_without_error++;
}

static unsigned long start(struct world *w, const char *method, const char *path, json_t *body,
			   const char *bearer, unsigned timeout_ms)
{
	char url[256];
	struct http_call call = {.method = method,
				 .url = url,
				 .body = body,
				 .token = bearer,
				 .timeout_ms = timeout_ms};
	unsigned long id;

	snprintf(url, sizeof(url), "%s%s", w->base, path);
	assert_int_equal(http_client_call(w->client, &call, on_done, w, &id), 0);
	json_decref(body);
	return id;
}

static const struct http_answer *ask(struct world *w, const char *method, const char *path,
				     json_t *body, const char *bearer)
{
	unsigned before = w->done_count;

	start(w, method, path, body, bearer, 0);
	assert_int_equal(w->done_count, before); /* never before the call returns */
	wait_until(w, w->done_count == before + 1);
	return &w->answer;
}

static const char *member(const struct http_answer *answer, const char *name)
{
	return json_string_value(json_object_get(answer->body, name));
}

static void assert_problem(const struct http_answer *answer, unsigned status, const char *cause)
{
	assert_int_equal(answer->error, 0);
	assert_int_equal(answer->status, status);
	assert_non_null(answer->body);
	assert_int_equal(json_integer_value(json_object_get(answer->body, "status")), status);
	assert_string_equal(member(answer, "cause"), cause);
	assert_string_equal(member(answer, "type"), "about:blank");
	assert_non_null(member(answer, "title"));
	assert_non_null(member(answer, "detail"));
}

/* A raw client: connects, sends @request. */
static int raw_connect(struct world *w, const char *request, int receive_buffer)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(http_server_port(w->server)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (receive_buffer)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return fd;
}

/* Reads what has come so far into @buf, which keeps a NUL. Return: false once the server has closed
 */
static bool raw_read(int fd, char *buf, size_t size)
{
	size_t len = strlen(buf);
	ssize_t n = recv(fd, buf + len, size - len - 1, MSG_DONTWAIT);

	if (n > 0)
		buf[len + (size_t)n] = '\0';
	return n > 0 || (n < 0 && errno == EAGAIN);
}

/* Tests */

static void test_routes(void **state)
{
	struct world *w = *state;
	const struct http_answer *a;

	a = ask(w, "GET", "/v1/ues/imsi-001010000000001?verbose=yes%20please", NULL, NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(member(a, "supi"), "imsi-001010000000001");
	assert_string_equal(member(a, "verbose"), "yes please");
	assert_null(member(a, "agent"));

	a = ask(w, "PUT", "/v1/ues/a%20b/sessions/5", json_pack("{s:i}", "x", 1), NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(member(a, "supi"), "a b");
	assert_string_equal(member(a, "session"), "5");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(a->body, "body"), "x")),
			 1);

	a = ask(w, "PUT", "/v1/ues/u/sessions/5", NULL, NULL);
	assert_int_equal(a->status, 200);
	assert_int_equal(json_object_size(json_object_get(a->body, "body")), 0);

	a = ask(w, "GET", "/text", NULL, NULL);
	assert_string_equal(a->text, "hello\n");
	assert_null(a->body);
	a = ask(w, "GET", "/bytes", NULL, NULL);
	assert_int_equal(a->text_len, 4);
	a = ask(w, "HEAD", "/text", NULL, NULL);
	assert_int_equal(a->status, 200);
	assert_int_equal(a->text_len, 0);
}

static void test_location(void **state)
{
	struct world *w = *state;
	char answer[4096] = "";
	int fd = raw_connect(
		w,
		"POST /v1/migrations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret\r\n"
		"Content-Type: application/json; charset=utf-8\r\nContent-Length: 16\r\n"
		"Expect: 100-continue\r\n\r\n{\"ue\": \"imsi-1\"}",
		0);

	wait_until(w, raw_read(fd, answer, sizeof(answer)) && strstr(answer, "{\"id\":7}"));
	assert_non_null(strstr(answer, "HTTP/1.1 202 Accepted\r\n"));
	assert_non_null(strstr(answer, "\r\nLocation: /v1/migrations/7\r\n"));
	assert_non_null(strstr(answer, "\r\nContent-Type: application/json\r\n"));
	close(fd);
}

static void test_refusals(void **state)
{
	struct world *w = *state;
	char *big = malloc(70000);

	memset(big, 'x', 69999);
	big[69999] = '\0';
	assert_problem(ask(w, "GET", "/nothing", NULL, NULL), 404,
		       "RESOURCE_URI_STRUCTURE_NOT_FOUND");
	assert_problem(ask(w, "GET", "/v1/ues", NULL, NULL), 404,
		       "RESOURCE_URI_STRUCTURE_NOT_FOUND");
	assert_problem(ask(w, "GET", "/v1/ues/", NULL, NULL), 404,
		       "RESOURCE_URI_STRUCTURE_NOT_FOUND");
	assert_problem(ask(w, "POST", "/v1/ues/x", NULL, token), 405, "METHOD_NOT_ALLOWED");
	assert_problem(ask(w, "DELETE", "/v1/ues/x", NULL, NULL), 401, "UNAUTHORIZED");
	assert_problem(ask(w, "DELETE", "/v1/ues/x", NULL, "wrong"), 401, "UNAUTHORIZED");
	assert_problem(ask(w, "DELETE", "/v1/ues/x", NULL, "s3cretx"), 401, "UNAUTHORIZED");
	assert_int_equal(ask(w, "DELETE", "/v1/ues/x", NULL, token)->status, 200);
	assert_problem(ask(w, "POST", "/v1/migrations", json_pack("{s:s}", "ue", big), token), 413,
		       "PAYLOAD_TOO_LARGE");
	assert_problem(ask(w, "POST", "/v1/migrations", json_pack("[i]", 1), token), 400,
		       "INVALID_MSG_FORMAT");
	assert_problem(ask(w, "GET", "/garbage", NULL, NULL), 409, "CONFLICT");
	free(big);
}

static void test_refusal_headers(void **state)
{
	static const struct {
		const char *request, *status, *header;
	} rows[] = {
		{"PATCH /v1/ues/x HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 ",
		 "\r\nAllow: GET, DELETE\r\n"},
		{"DELETE /v1/ues/x HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 401 ",
		 "\r\nWWW-Authenticate: Bearer\r\n"},
		{"PUT /v1/ues/x/sessions/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
		 "Content-Type: text/plain\r\n\r\n{}",
		 "HTTP/1.1 415 ", "\r\nContent-Type: application/problem+json\r\n"},
		{"PUT /v1/ues/x/sessions/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
		 "HTTP/1.1 415 ", "\r\nContent-Type: application/problem+json\r\n"},
		{"PUT /v1/ues/x/sessions/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
		 "Content-Type: application/json\r\n\r\n{",
		 "HTTP/1.1 400 ", "\r\nContent-Type: application/problem+json\r\n"},
		{"PUT /v1/ues/x/sessions/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n"
		 "Content-Type: application/json\r\n\r\n{\"a\":1,\"a\":2} ",
		 "HTTP/1.1 400 ", "\r\nContent-Type: application/problem+json\r\n"},
		{"PUT /v1/ues/x/sessions/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
		 "Content-Type: application/merge-patch+json\r\n\r\n{}",
		 "HTTP/1.1 200 ", "\r\nContent-Type: application/json\r\n"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char answer[4096] = "";
		int fd = raw_connect(w, rows[i].request, 0);

		wait_until(w, raw_read(fd, answer, sizeof(answer)) && strstr(answer, "\r\n\r\n"));
		assert_memory_equal(answer, rows[i].status, strlen(rows[i].status));
		assert_non_null(strstr(answer, rows[i].header));
		close(fd);
	}
}

static void test_invalid_parameters(void **state)
{
	struct world *w = *state;
	const struct http_answer *a;
	json_t *list;

	a = ask(w, "POST", "/v1/migrations",
		json_pack("{s:s, s:s}", "hold_ms", "soon", "colour", "r\xc3\xb6t"), token);
	assert_problem(a, 400, "INVALID_PARAMETER");
	list = json_object_get(a->body, "invalidParams");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "param")),
			    "/ue");
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "reason")),
			    "expected an integer from 0 to 600000, found \"soon\"");
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "param")),
			    "/colour");
}

static void test_answered_later(void **state)
{
	struct world *w = *state;

	start(w, "GET", "/never", NULL, NULL, 0);
	wait_until(w, w->pending_count == 1);
	/* others are served meanwhile */
	assert_int_equal(ask(w, "GET", "/text", NULL, NULL)->status, 200);
	assert_int_equal(w->done_count, 1);
	http_reply(w->pending[0], 200, json_pack("{s:b}", "late", 1));
	wait_until(w, w->done_count == 2);
	assert_int_equal(w->answer.status, 200);
	assert_true(json_is_true(json_object_get(w->answer.body, "late")));
}

static void test_client_vanishes(void **state)
{
	struct world *w = *state;
	int fd = raw_connect(w, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n", 0);

	wait_until(w, w->pending_count == 1);
	close(fd);
	assert_int_equal(ask(w, "GET", "/text", NULL, NULL)->status, 200);
	http_reply(w->pending[0], 200, NULL);
	assert_int_equal(ask(w, "GET", "/text", NULL, NULL)->status, 200);
}

static void test_timeout_and_cancel(void **state)
{
	struct world *w = *state;
	unsigned long id;

	start(w, "GET", "/never", NULL, NULL, 50);
	wait_until(w, w->done_count == 1);
	assert_int_equal(w->answer.error, -ETIMEDOUT);
	assert_int_equal(w->answer.status, 0);
	assert_non_null(strstr(w->answer.error_text, "127.0.0.1"));

	id = start(w, "GET", "/never", NULL, NULL, 0);
	wait_until(w, w->pending_count == 2);
	http_client_cancel(w->client, id);
	http_client_cancel(w->client, id);
	http_client_cancel(w->client, 999);
	http_reply(w->pending[0], 200, NULL);
	http_reply(w->pending[1], 200, NULL);
	assert_int_equal(ask(w, "GET", "/text", NULL, NULL)->status, 200);
	assert_int_equal(w->done_count, 2);
}

static void test_refused(void **state)
{
	struct world *w = *state;
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct http_listen taken = {.addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct http_server *second;

	/* bound but not listening: nobody else can take the port meanwhile */
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	getsockname(fd, (struct sockaddr *)&addr, &len);
	snprintf(w->base, sizeof(w->base), "http://127.0.0.1:%u", ntohs(addr.sin_port));
	assert_int_equal(ask(w, "GET", "/text", NULL, NULL)->error, -ECONNREFUSED);
	close(fd);
	taken.port = http_server_port(w->server);
	assert_int_equal(http_server_new(&w->loop, &taken, routes, w, &second), -EADDRINUSE);
}

static void test_stream(void **state)
{
	struct world *w = *state;
	char text[8192] = "";
	json_t *data = json_pack("{s:s}", "state", "ready");
	int fd = raw_connect(w, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", 0);

	wait_until(w, w->stream != NULL);
	http_stream_send(w->stream, 1, "state", data);
	wait_until(w, raw_read(fd, text, sizeof(text)) &&
			      strstr(text, "id: 1\nevent: state\ndata: {\"state\":\"ready\"}\n\n"));
	assert_non_null(strstr(text, "Content-Type: text/event-stream\r\n"));
	http_stream_send(w->stream, 2, "state", data);
	http_stream_send(w->stream, 3, "state", data);
	wait_until(w, raw_read(fd, text, sizeof(text)) && strstr(text, "id: 3\n"));
	assert_non_null(strstr(text, "id: 2\n"));
	http_stream_send(w->stream, 4, "last", data);
	http_stream_end(w->stream);
	wait_until(w, w->streams_closed == 1);
	wait_until(w, raw_read(fd, text, sizeof(text)) && strstr(text, "\r\n0\r\n"));
	assert_non_null(strstr(text, "id: 4\nevent: last\n"));
	/* the connection lives on */
	text[0] = '\0';
	assert_int_equal(send(fd, "GET /text HTTP/1.1\r\nHost: x\r\n\r\n", 31, 0), 31);
	wait_until(w, raw_read(fd, text, sizeof(text)) && strstr(text, "hello\n"));
	close(fd);
	json_decref(data);
}

static void test_stream_client_goes(void **state)
{
	struct world *w = *state;
	int fd = raw_connect(w, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", 0);

	wait_until(w, w->stream != NULL);
	close(fd);
	/* without a single event: noticed by the socket alone */
	wait_until(w, w->streams_closed == 1);
}

static void test_stream_slow_client(void **state)
{
	struct world *w = *state;
	json_t *data = json_object();
	char *filler = malloc(8001);
	int fd = raw_connect(w, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", 4096);
	int quick;
	char text[8192] = "";

	memset(filler, 'y', 8000);
	filler[8000] = '\0';
	json_object_set_new(data, "y", json_string(filler));
	wait_until(w, w->stream != NULL);
	for (unsigned i = 0; i < 500 && w->stream; i++) { /* 4 MB, nobody reads */
		http_stream_send(w->stream, i, "flood", data);
		uv_run(&w->loop, UV_RUN_NOWAIT);
	}
	wait_until(w, w->streams_closed == 1);
	assert_int_equal(http_server_counters(w->server).streams_dropped, 1);
	/* the others don't notice */
	quick = raw_connect(w, "GET /text HTTP/1.1\r\nHost: x\r\n\r\n", 0);
	wait_until(w, raw_read(quick, text, sizeof(text)) && strstr(text, "hello\n"));
	close(quick);
	close(fd);
	json_decref(data);
	free(filler);
}

static void test_stream_limit(void **state)
{
	struct world *w = *state;
	char text[4096] = "";
	int fds[129];

	for (unsigned i = 0; i < 128; i++) {
		fds[i] = raw_connect(w, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", 0);
		wait_until(w, w->streams_opened == i + 1);
	}
	fds[128] = raw_connect(w, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", 0);
	wait_until(w, raw_read(fds[128], text, sizeof(text)) && strstr(text, "503"));
	assert_int_equal(http_server_counters(w->server).streams_refused, 1);
	for (unsigned i = 0; i < 129; i++)
		close(fds[i]);
	wait_until(w, w->streams_closed == 128);
}

static void test_free_with_streams_and_requests(void **state)
{
	struct world *w = *state;
	int fds[3];

	fds[0] = raw_connect(w, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", 0);
	wait_until(w, w->streams_opened == 1);
	fds[1] = raw_connect(w, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n", 0);
	wait_until(w, w->streams_opened == 2);
	fds[2] = raw_connect(w, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n", 0);
	wait_until(w, w->pending_count == 1);
	http_server_free(w->server);
	w->server = NULL;
	assert_int_equal(w->streams_closed, 2);
	http_reply(w->pending[0], 200, json_object()); /* harmless */
	for (unsigned i = 0; i < 3; i++)
		close(fds[i]);
}

static void test_client_freed_under_way(void **state)
{
	struct world *w = *state;

	start(w, "GET", "/never", NULL, NULL, 0);
	start(w, "GET", "/never", NULL, NULL, 0);
	wait_until(w, w->pending_count == 2);
	http_client_free(w->client);
	w->client = NULL;
	assert_int_equal(w->done_count, 2);
	assert_int_equal(w->answer.error, -ECANCELED);
	http_reply(w->pending[0], 200, NULL);
	http_reply(w->pending[1], 200, NULL);
}

static void test_many_connections(void **state)
{
	struct world *w = *state;
	enum { COUNT = 200, ROUNDS = 5 };
	int fds[COUNT];
	char text[4096];

	for (unsigned i = 0; i < COUNT; i++)
		fds[i] = raw_connect(w, "GET /text HTTP/1.1\r\nHost: x\r\n\r\n", 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < COUNT; i++) {
			text[0] = '\0';
			wait_until(w,
				   raw_read(fds[i], text, sizeof(text)) && strstr(text, "hello\n"));
			assert_int_equal(
				send(fds[i], "GET /text HTTP/1.1\r\nHost: x\r\n\r\n", 31, 0), 31);
		}
	}
	/* and 200 calls at once, each answered late, in one go */
	for (unsigned i = 0; i < COUNT; i++)
		close(fds[i]);
	for (unsigned i = 0; i < COUNT; i++)
		start(w, "GET", "/never", NULL, NULL, 0);
	wait_until(w, w->pending_count == COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		http_reply(w->pending[i], 200, NULL);
	wait_until(w, w->done_count == COUNT);
	assert_int_equal(w->done_without_error, COUNT);
}

/* At the limit nobody is accepted; as soon as one leaves, the next one is, long before the idle
 * time-out. */
static void test_connection_limit(void **state)
{
	struct world *w = *state;
	enum { LIMIT = 256 };
	int fds[LIMIT + 1];
	char text[4096];

	for (unsigned i = 0; i <= LIMIT; i++) {
		fds[i] = raw_connect(w, "GET /text HTTP/1.1\r\nHost: x\r\n\r\n", 0);
		text[0] = '\0';
		if (i < LIMIT)
			wait_until(w,
				   raw_read(fds[i], text, sizeof(text)) && strstr(text, "hello\n"));
	}
	for (unsigned i = 0; i < 50; i++)
		uv_run(&w->loop, UV_RUN_NOWAIT);
	assert_true(raw_read(fds[LIMIT], text, sizeof(text)));
	assert_string_equal(text, "");
	close(fds[0]);
	wait_until(w, raw_read(fds[LIMIT], text, sizeof(text)) && strstr(text, "hello\n"));
	for (unsigned i = 1; i <= LIMIT; i++)
		close(fds[i]);
}

/* From 127.0.0.@host */
static int connect_from(const struct http_server *server, uint32_t host, const char *request)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(http_server_port(server)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in from = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return fd;
}

/* Twenty connections of one address that never end their request, of eight that there are: another
 * address is answered at once, and what is too many is closed. */
static void test_fair(void **state)
{
	struct world *w = *state;
	struct http_listen listen = {
		.addr.s_addr = htonl(INADDR_LOOPBACK), .connections = 8, .fair = true};
	struct http_server *server;
	enum { COUNT = 20, SHARE = 6 };
	int fds[COUNT], other;
	char text[4096] = "";
	unsigned open = 0;

	assert_int_equal(http_server_new(&w->loop, &listen, routes, w, &server), 0);
	for (unsigned i = 0; i < COUNT; i++)
		fds[i] = connect_from(server, 1, "GET /text HTTP/1.1\r\nX: ");
	other = connect_from(server, 2, "GET /text HTTP/1.1\r\nHost: x\r\n\r\n");
	wait_until(w, raw_read(other, text, sizeof(text)) && strstr(text, "hello\n"));
	for (unsigned i = 0; i < COUNT; i++) {
		text[0] = '\0';
		open += raw_read(fds[i], text, sizeof(text));
		close(fds[i]);
	}
	assert_int_equal(open, SHARE);
	close(other);
	http_server_free(server);
}

static void test_pipelined(void **state)
{
	struct world *w = *state;
	char text[4096] = "", *second;
	int fd = raw_connect(w,
			     "GET /never HTTP/1.1\r\nHost: x\r\n\r\n"
			     "GET /text HTTP/1.1\r\nHost: x\r\n\r\n",
			     0);

	wait_until(w, w->pending_count == 1);
	http_reply_text(w->pending[0], 200, "text/plain", "first");
	wait_until(w, raw_read(fd, text, sizeof(text)) && strstr(text, "hello\n"));
	second = strstr(text, "first");
	assert_non_null(second);
	assert_true(strstr(text, "hello\n") > second);
	close(fd);
}

/* A body of 2 MiB is cut off; the server goes on. */
static void test_huge_body(void **state)
{
	struct world *w = *state;
	char *chunk = calloc(1, 65536), text[4096] = "";
	int fd = raw_connect(
		w,
		"PUT /v1/ues/x/sessions/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n"
		"Content-Type: application/json\r\n\r\n",
		0);
	ssize_t n = 0;

	for (unsigned i = 0; i < 400 && (n >= 0 || errno == EAGAIN); i++) {
		n = send(fd, chunk, 65536, MSG_NOSIGNAL | MSG_DONTWAIT);
		uv_run(&w->loop, UV_RUN_NOWAIT);
	}
	wait_until(w, !raw_read(fd, text, sizeof(text)));
	close(fd);
	assert_int_equal(ask(w, "GET", "/text", NULL, NULL)->status, 200);
	free(chunk);
}

static void cancel_other(const struct http_answer *answer, void *user)
{
	struct world *w = user;

	/* free the client from within its own callback */
	w->done_count++;
	http_client_free(w->client);
	w->client = NULL;
}

static void test_client_freed_in_done(void **state)
{
	struct world *w = *state;
	char url[256];
	struct http_call call = {.method = "GET", .url = url};

	snprintf(url, sizeof(url), "%s/text", w->base);
	assert_int_equal(http_client_call(w->client, &call, cancel_other, w, NULL), 0);
	start(w, "GET", "/never", NULL, NULL, 0);
	wait_until(w, w->client == NULL);
	assert_int_equal(w->done_count, 2);
	assert_int_equal(w->answer.error, -ECANCELED);
	uv_run(&w->loop, UV_RUN_NOWAIT);
	for (size_t i = 0; i < w->pending_count; i++)
		http_reply(w->pending[i], 200, NULL);
	/* it may still have been on its way */
	w->pending_count = 0;
}

struct blocking {
	char url[128];
	struct http_answer answer;
	int rc;
};

static void run_blocking(void *arg)
{
	struct blocking *b = arg;
	struct http_call call = {.method = "PUT", .url = b->url, .timeout_ms = 5000};

	b->rc = http_call_blocking(&call, &b->answer);
}

static void test_blocking(void **state)
{
	struct world *w = *state;
	struct blocking b = {.rc = -1};
	uv_thread_t thread;

	snprintf(b.url, sizeof(b.url), "%s/v1/ues/x/sessions/9", w->base);
	uv_thread_create(&thread, run_blocking, &b);
	wait_until(w, http_server_counters(w->server).requests == 1);
	/* the answer leaves with the loop's next turns; the join below would stop them */
	for (int i = 0; i < 100; i++)
		uv_run(&w->loop, UV_RUN_NOWAIT);
	uv_thread_join(&thread);
	assert_int_equal(b.rc, 0);
	assert_int_equal(b.answer.status, 200);
	assert_string_equal(member(&b.answer, "session"), "9");
	http_answer_done(&b.answer);
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_routes),
		world_test(test_location),
		world_test(test_refusals),
		world_test(test_refusal_headers),
		world_test(test_invalid_parameters),
		world_test(test_answered_later),
		world_test(test_client_vanishes),
		world_test(test_timeout_and_cancel),
		world_test(test_refused),
		world_test(test_stream),
		world_test(test_stream_client_goes),
		world_test(test_stream_slow_client),
		world_test(test_stream_limit),
		world_test(test_free_with_streams_and_requests),
		world_test(test_client_freed_under_way),
		world_test(test_client_freed_in_done),
		world_test(test_many_connections),
		world_test(test_connection_limit),
		world_test(test_fair),
		world_test(test_pipelined),
		world_test(test_huge_body),
		world_test(test_blocking),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
