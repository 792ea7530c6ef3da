// SPDX-License-Identifier: Apache-2.0
/*
 * Files over HTTP: ranges as RFC 9110 cl. 14 has them, paths with slashes as one parameter, and
 * fetching from a byte on. The server is in this thread's loop, the fetch, which blocks, in
 * another.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/http_client.h"
#include "lib/http_fetch.h"
#include "lib/http_server.h"

enum { PATIENCE_MS = 20000, LARGE = 3 << 20, GOT_MAX = LARGE + 16 };

static const char small[] = "0123456789";

struct world {
	uv_loop_t loop;
	uv_timer_t patience;
	struct http_server *server;
	uint16_t port;
	char path[256]; /* the latest request's parameter */
	char *large;
	/* the other thread's */
	uv_work_t work;
	struct http_fetcher *fetcher;
	struct http_fetch fetch;
	struct http_fetched fetched;
	char url[128], *got;
	size_t got_len;
	int rc, sink_rc;
	bool done, cancel;
};

static void reply_text(struct http_request *req, const char *text, size_t len)
{
	char name[] = "/tmp/test_http_file.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	http_reply_file(req, fd, len);
}

static void file_get(struct http_request *req, void *user)
{
	struct world *w = user;

	snprintf(w->path, sizeof(w->path), "%s", http_param(req, "path"));
	if (!strcmp(w->path, "large"))
		reply_text(req, w->large, LARGE);
	else if (!strcmp(w->path, "none"))
		reply_text(req, "", 0);
	else if (!strcmp(w->path, "whole")) /* a server that knows no ranges */
		http_reply_bytes(req, 200, small, 10);
	else if (!strcmp(w->path, "missing"))
		http_problem(req, 404, "NO_FILE", "not here");
	else
		reply_text(req, small, 10);
}

static const struct http_route routes[] = {
	{"GET", "/files/{path...}", file_get, false},
	{"GET", "/two/{a}/{b}/{path...}", file_get, false},
	{0},
};

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK)};

	w->large = malloc(LARGE);
	w->got = malloc(GOT_MAX);
	for (size_t i = 0; i < LARGE; i++)
		w->large[i] = (char)(i * 7 + i / 251);
	uv_loop_init(&w->loop);
	uv_timer_init(&w->loop, &w->patience);
	if (http_server_new(&w->loop, &listen, routes, w, &w->server) ||
	    http_fetcher_new(&w->fetcher))
		return -1;
	w->port = http_server_port(w->server);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	http_fetcher_free(w->fetcher);
	http_server_free(w->server);
	uv_close((uv_handle_t *)&w->patience, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	free(w->large);
	free(w->got);
	free(w);
	return 0;
}

static int take(const void *bytes, size_t len, void *user)
{
	struct world *w = user;

	if (w->sink_rc)
		return w->sink_rc;
	memcpy(w->got + w->got_len, bytes, len);
	w->got_len += len;
	return 0;
}

static bool cancelled(void *user)
{
	return ((struct world *)user)->cancel;
}

static void work(uv_work_t *job)
{
	struct world *w = job->data;

	w->rc = http_fetch_blocking(&w->fetch, &w->fetched);
}

static void work_done(uv_work_t *job, int status)
{
	((struct world *)job->data)->done = true;
}

static void on_patience(uv_timer_t *timer)
{
	fail_msg("nothing came for %d ms", PATIENCE_MS);
}

static int fetch(struct world *w, const char *path, uint64_t from, uint64_t max, uint64_t rate)
{
	snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%u/%s", w->port, path);
	w->fetch = (struct http_fetch){.fetcher = w->fetcher,
				       .url = w->url,
				       .from = from,
				       .max = max,
				       .rate_bytes_per_s = rate,
				       .sink = take,
				       .cancelled = cancelled,
				       .user = w};
	w->got_len = 0;
	w->done = false;
	w->work.data = w;
	uv_timer_start(&w->patience, on_patience, PATIENCE_MS, 0);
	assert_int_equal(uv_queue_work(&w->loop, &w->work, work, work_done), 0);
	while (!w->done)
		uv_run(&w->loop, UV_RUN_ONCE);
	uv_timer_stop(&w->patience);
	return w->rc;
}

static void from_a_byte_on(void **state)
{
	struct world *w = *state;

	assert_int_equal(fetch(w, "files/small", 0, 10, 0), 0);
	assert_int_equal(w->fetched.status, 200);
	assert_int_equal(w->got_len, 10);
	assert_int_equal(fetch(w, "files/small", 7, 3, 0), 0);
	assert_int_equal(w->fetched.status, 206);
	assert_int_equal(w->got_len, 3);
	assert_memory_equal(w->got, "789", 3);
	assert_int_equal(fetch(w, "files/none", 0, 0, 0), 0);
	assert_int_equal(w->got_len, 0);
}

static void a_large_one_in_two_parts(void **state)
{
	struct world *w = *state;

	assert_int_equal(fetch(w, "files/large", 0, LARGE, 0), 0);
	assert_int_equal(w->got_len, LARGE);
	assert_memory_equal(w->got, w->large, LARGE);
	assert_int_equal(fetch(w, "files/large", LARGE / 2, LARGE, 0), 0);
	assert_int_equal(w->got_len, LARGE - LARGE / 2);
	assert_memory_equal(w->got, w->large + LARGE / 2, LARGE - LARGE / 2);
}

/* Counts and causes; a limited one takes at least as long as its rate says. */
static void what_goes_wrong_is_told(void **state)
{
	struct world *w = *state;

	assert_int_equal(fetch(w, "files/missing", 0, 10, 0), -ENOENT);
	assert_int_equal(w->got_len, 0); /* the problem's text is none of the file */
	assert_int_equal(fetch(w, "files/small", 10, 10, 0), -EPROTO); /* 416 */
	assert_int_equal(fetch(w, "files/whole", 3, 10, 0), -EPROTO);  /* 200 */
	assert_int_equal(w->got_len, 0);
	assert_int_equal(fetch(w, "files/small", 0, 9, 0), -EFBIG);
	w->sink_rc = -ENOSPC;
	assert_int_equal(fetch(w, "files/small", 0, 10, 0), -ENOSPC);
	w->sink_rc = 0;
	w->cancel = true;
	assert_int_equal(fetch(w, "files/large", 0, LARGE, 100000), -ECANCELED);
	w->cancel = false;
	http_server_free(w->server);
	w->server = NULL;
	assert_int_equal(fetch(w, "files/small", 0, 10, 0), -ECONNREFUSED);
	assert_non_null(strstr(w->fetched.error_text, "127.0.0.1"));
}

static void a_rate_is_kept(void **state)
{
	struct world *w = *state;
	uint64_t begin_ns = uv_hrtime(); /* never too fast, however busy the machine */

	assert_int_equal(fetch(w, "files/large", LARGE - 400000, 400000, 1000000), 0);
	assert_int_equal(w->got_len, 400000);
	assert_true(uv_hrtime() - begin_ns >=
		    300000000); /* 400 ms, less a burst and the last piece */
}

static void paths_are_one_parameter(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *path, *param; /* param NULL: 404 */
	} rows[] = {
		{"files/a", "a"},  {"files/a/b/c", "a/b/c"}, {"files/a%2Fb", "a/b"},
		{"files/", NULL},  {"files", NULL},	     {"two/1/2/x/y", "x/y"},
		{"two/1/2", NULL}, {"two//2/x", NULL},	     {"files/..%2f..%2fx", "../../x"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc;

		w->path[0] = '\0';
		rc = fetch(w, rows[i].path, 0, 10, 0);
		if (rc != (rows[i].param ? 0 : -ENOENT) ||
		    strcmp(w->path, rows[i].param ? rows[i].param : "") != 0)
			fail_msg("row %zu: %d '%s'", i, rc, w->path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_a_byte_on, begin, end),
		cmocka_unit_test_setup_teardown(a_large_one_in_two_parts, begin, end),
		cmocka_unit_test_setup_teardown(what_goes_wrong_is_told, begin, end),
		cmocka_unit_test_setup_teardown(a_rate_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(paths_are_one_parameter, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
