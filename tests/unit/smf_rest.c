// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/smf_rest.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "lib/http_client.h"
#include "lib/http_server.h"
#include "lib/json.h"
#include "smf-lite/rest.h"

static struct {
	struct http_server *server;
	struct http_client *client;
	const struct rest_call *waiting;
} net;

void rest_start(struct world *w)
{
	const struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK)};

	assert_int_equal(http_server_new(&w->loop, &listen, rest_routes, &w->smf, &net.server), 0);
	assert_int_equal(http_client_new(&w->loop, &net.client), 0);
}

void rest_stop(struct world *w)
{
	http_client_free(net.client);
	http_server_free(net.server);
	net.client = NULL;
	net.server = NULL;
}

static void on_done(const struct http_answer *answer, void *user)
{
	struct rest_call *call = user;

	call->done = true;
	call->status = answer->status;
	call->body = json_incref(answer->body);
	snprintf(call->cause, sizeof(call->cause), "%s", json_text(answer->body, "cause"));
}

void rest_begin(struct world *w, struct rest_call *call, const char *method, const char *path,
		const char *body)
{
	json_t *json = body ? json_loads(body, 0, NULL) : NULL;
	struct http_call http = {.method = method, .body = json, .timeout_ms = 20000};
	char url[256];

	memset(call, 0, sizeof(*call));
	call->begun = true;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", http_server_port(net.server), path);
	http.url = url;
	assert_int_equal(http_client_call(net.client, &http, on_done, call, NULL), 0);
	json_decref(json);
}

static bool is_done(struct world *w)
{
	return net.waiting->done;
}

unsigned rest_end(struct world *w, struct rest_call *call)
{
	net.waiting = call;
	world_wait(w, is_done);
	return call->status;
}

void rest_free(struct rest_call *call)
{
	json_decref(call->body);
	call->body = NULL;
}

unsigned rest(struct world *w, const char *method, const char *path, const char *body,
	      char ret_cause[48])
{
	struct rest_call call;

	rest_begin(w, &call, method, path, body);
	rest_end(w, &call);
	if (ret_cause)
		memcpy(ret_cause, call.cause, sizeof(call.cause));
	rest_free(&call);
	return call.status;
}
