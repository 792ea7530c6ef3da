// SPDX-License-Identifier: Apache-2.0
/*
 * HTTP client: one curl multi handle whose sockets are watched by uv_poll and whose timer is a
 * uv_timer (curl's "multi_socket" way). Proxies of the environment are not used: daemons talk to
 * addresses of their own network.
 */
#include "lib/http_client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <utlist.h>

#include "lib/curl_late.h"

enum {
	TIMEOUT_DEFAULT_MS = 5000,
	ANSWER_MAX = 16 << 20,
	IDLE_CONNECTIONS_MAX = 1024, /* an agent of each UE */
};

struct transfer {
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	char error[CURL_ERROR_SIZE];
	char *text; /* of the answer */
	size_t text_len, text_size;
	/* of a client only */
	struct transfer *prev, *next;
	unsigned long id;
	http_done done;
	void *user;
};

struct http_client {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	struct transfer *transfers;
	unsigned long last_id;
	bool closing;
};

/* One watched socket of curl's. */
struct watch {
	uv_poll_t poll;
	struct http_client *client;
	curl_socket_t fd;
};

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
	struct transfer *t = user;
	size_t len = size * count, need = t->text_len + len + 1;
	char *text;

	if (need > ANSWER_MAX)
		return 0;
	if (need > t->text_size) {
		size_t room = need * 2;

		text = realloc(t->text, room);
		if (!text)
			return 0;
		t->text = text;
		t->text_size = room;
	}
	memcpy(t->text + t->text_len, data, len);
	t->text_len += len;
	t->text[t->text_len] = '\0';
	return len;
}

static void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	free(t->body);
	free(t->text);
	free(t);
}

static int add_header(struct transfer *t, const char *format, const char *value)
{
	struct curl_slist *list;
	char line[1024];
	int len = snprintf(line, sizeof(line), format, value);

	if (len < 0 || (size_t)len >= sizeof(line) || strpbrk(line, "\r\n"))
		return -EINVAL;
	list = curl_slist_append(t->headers, line);
	if (!list)
		return -ENOMEM;
	t->headers = list;
	return 0;
}

static int set_headers(struct transfer *t, const struct http_call *call)
{
	/* "Expect: 100-continue" would cost a round trip. */
	int err = add_header(t, "Expect:%s", "");

	if (!err && call->body)
		err = add_header(t, "Content-Type: %s", "application/json");
	if (!err && call->token)
		err = add_header(t, "Authorization: Bearer %s", call->token);
	if (!err && call->idempotency_key)
		err = add_header(t, "Idempotency-Key: %s", call->idempotency_key);
	return err;
}

static int set_method(struct transfer *t, const struct http_call *call)
{
	bool head = strcmp(call->method, "HEAD") == 0;
	/* PUT, POST and PATCH without a body still carry "Content-Length: 0". */
	bool bodied = call->body || call->method[0] == 'P';

	if (call->body) {
		t->body = json_dumps(call->body, JSON_COMPACT | JSON_ENCODE_ANY);
		if (!t->body)
			return -EINVAL;
	}
	if (bodied) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body ? t->body : "");
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE,
				 (long)(t->body ? strlen(t->body) : 0));
	}
	if (head)
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, call->method);
	return 0;
}

static void set_options(struct transfer *t, const struct http_call *call)
{
	curl_easy_setopt(t->easy, CURLOPT_URL, call->url);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS,
			 (long)(call->timeout_ms ? call->timeout_ms : TIMEOUT_DEFAULT_MS));
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static int transfer_new(const struct http_call *call, struct transfer **ret)
{
	int err = curl_late_open();
	struct transfer *t;

	if (err)
		return err;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	err = -ENOMEM;
	t->easy = curl_easy_init();
	if (!t->easy)
		goto fail;
	err = set_headers(t, call);
	if (!err)
		err = set_method(t, call);
	if (err)
		goto fail;
	set_options(t, call);
	*ret = t;
	return 0;
fail:
	transfer_free(t);
	return err;
}

static int error_of(CURL *easy, CURLcode code)
{
	long number = 0;

	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
		return number == ECONNREFUSED ? -ECONNREFUSED : -EIO;
	default:
		return -EIO;
	}
}

static void parse_body(struct transfer *t, struct http_answer *answer)
{
	char *type = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
	if (type && strstr(type, "json"))
		answer->body =
			json_loadb(t->text ? t->text : "", t->text_len, JSON_DECODE_ANY, NULL);
}

/* The text goes over to the answer. */
static void answer_fill(struct transfer *t, CURLcode code, struct http_answer *answer)
{
	char *url = NULL;
	long status = 0;

	memset(answer, 0, sizeof(*answer));
	answer->error = error_of(t->easy, code);
	if (answer->error) {
		curl_easy_getinfo(t->easy, CURLINFO_EFFECTIVE_URL, &url);
		snprintf(answer->error_text, sizeof(answer->error_text), "%.80s: %.70s",
			 url ? url : "?", t->error[0] ? t->error : curl_easy_strerror(code));
		return;
	}
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (unsigned)status;
	parse_body(t, answer);
	answer->text = t->text ? t->text : strdup("");
	answer->text_len = t->text_len;
	t->text = NULL;
}

void http_answer_done(struct http_answer *answer)
{
	json_decref(answer->body);
	free(answer->text);
	memset(answer, 0, sizeof(*answer));
}

int http_call_blocking(const struct http_call *call, struct http_answer *ret_answer)
{
	struct transfer *t;
	int err;

	memset(ret_answer, 0, sizeof(*ret_answer));
	err = transfer_new(call, &t);
	if (err) {
		ret_answer->error = err;
		snprintf(ret_answer->error_text, sizeof(ret_answer->error_text), "%.80s: %s",
			 call->url, strerror(-err));
		return err;
	}
	answer_fill(t, curl_easy_perform(t->easy), ret_answer);
	transfer_free(t);
	return ret_answer->error;
}

/* Ends transfers that curl has finished. @done may start, cancel, or free the client. */
static void reap(struct http_client *client)
{
	struct http_answer answer;
	struct transfer *t;
	CURLMsg *message;
	CURLcode code;
	int left;

	while (!client->closing && (message = curl_multi_info_read(client->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		curl_multi_remove_handle(client->multi, t->easy);
		DL_DELETE(client->transfers, t);
		answer_fill(t, code, &answer);
		t->done(&answer, t->user);
		http_answer_done(&answer);
		transfer_free(t);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct http_client *client = timer->data;
	int running;

	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(client);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *user)
{
	struct http_client *client = user;

	if (timeout_ms < 0)
		uv_timer_stop(&client->timer);
	else
		uv_timer_start(&client->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	struct http_client *client = w->client;
	int running, flags = 0;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(client->multi, w->fd, flags, &running);
	reap(client);
}

static void free_watch(uv_handle_t *handle)
{
	free(handle->data);
}

static struct watch *watch_new(struct http_client *client, curl_socket_t fd)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	if (uv_poll_init_socket(client->loop, &w->poll, fd) != 0) {
		free(w);
		return NULL;
	}
	w->poll.data = w;
	w->client = client;
	w->fd = fd;
	curl_multi_assign(client->multi, fd, w);
	return w;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
	struct http_client *client = user;
	struct watch *w = socket_user;
	int events = 0;

	if (what == CURL_POLL_REMOVE) {
		if (w) {
			curl_multi_assign(client->multi, fd, NULL);
			uv_close((uv_handle_t *)&w->poll, free_watch);
		}
		return 0;
	}
	if (!w)
		w = watch_new(client, fd);
	if (!w)
		return -1;
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	uv_poll_start(&w->poll, events, on_poll);
	return 0;
}

int http_client_new(uv_loop_t *loop, struct http_client **ret_client)
{
	int err = curl_late_open();
	struct http_client *client;

	if (err)
		return err;
	client = calloc(1, sizeof(*client));
	if (!client)
		return -ENOMEM;
	client->loop = loop;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		goto free_client;
	client->multi = curl_multi_init();
	if (!client->multi)
		goto cleanup_global;
	uv_timer_init(loop, &client->timer);
	client->timer.data = client;
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS_MAX);
	*ret_client = client;
	return 0;

cleanup_global:
	curl_global_cleanup();
free_client:
	free(client);
	return -ENOMEM;
}

static void free_client(uv_handle_t *handle)
{
	free(handle->data);
}

void http_client_free(struct http_client *client)
{
	struct http_answer answer = {.error = -ECANCELED, .error_text = "the client is closed"};
	struct transfer *t;

	if (!client)
		return;
	client->closing = true;
	while ((t = client->transfers)) {
		DL_DELETE(client->transfers, t);
		curl_multi_remove_handle(client->multi, t->easy);
		t->done(&answer, t->user);
		transfer_free(t);
	}
	curl_multi_cleanup(client->multi);
	curl_global_cleanup();
	uv_close((uv_handle_t *)&client->timer, free_client);
}

int http_client_call(struct http_client *client, const struct http_call *call, http_done done,
		     void *user, unsigned long *ret_id)
{
	struct transfer *t;
	int err;

	if (client->closing)
		return -ECANCELED;
	err = transfer_new(call, &t);
	if (err)
		return err;
	t->id = ++client->last_id;
	t->done = done;
	t->user = user;
	if (curl_multi_add_handle(client->multi, t->easy) != CURLM_OK) {
		transfer_free(t);
		return -ENOMEM;
	}
	DL_APPEND(client->transfers, t);
	if (ret_id)
		*ret_id = t->id;
	return 0;
}

void http_client_cancel(struct http_client *client, unsigned long id)
{
	struct transfer *t;

	DL_FOREACH (client->transfers, t) {
		if (t->id != id)
			continue;
		DL_DELETE(client->transfers, t);
		curl_multi_remove_handle(client->multi, t->easy);
		transfer_free(t);
		return;
	}
}
