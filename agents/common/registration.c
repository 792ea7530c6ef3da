// SPDX-License-Identifier: Apache-2.0
#include "agents/common/registration.h"

#include "lib/log.h"

enum { REFRESH_MS = 1000, RETRY_MS = 20, TIMEOUT_MS = 1000 };

static void send_registration(uv_timer_t *timer);

static void answered(const struct http_answer *answer, void *user)
{
	struct registration *r = user;
	int ok = !answer->error && answer->status < 300;

	if (answer->error == -ECANCELED)
		return;
	if (ok && r->failures)
		log_info("registration", "url=%s what=registered", r->url);
	if (!ok && r->failures++ == 0)
		log_info("registration",
			 "url=%s what=\"not registered, trying on\" status=%u error=\"%s\"", r->url,
			 answer->status, answer->error_text);
	if (ok)
		r->failures = 0;
	uv_timer_start(&r->timer, send_registration, ok ? REFRESH_MS : RETRY_MS, 0);
}

static void send_registration(uv_timer_t *timer)
{
	struct registration *r = timer->data;
	struct http_call call = {.method = "PUT",
				 .url = r->url,
				 .body = r->body,
				 .token = r->token,
				 .timeout_ms = TIMEOUT_MS};

	if (http_client_call(r->client, &call, answered, r, NULL) < 0)
		uv_timer_start(&r->timer, send_registration, RETRY_MS, 0);
}

int registration_start(struct registration *r, uv_loop_t *loop, struct http_client *client,
		       const char *manager_url, const char *path, const char *token, json_t *body)
{
	r->client = client;
	r->token = token;
	r->body = body;
	snprintf(r->url, sizeof r->url, "%s%s", manager_url, path);
	if (uv_timer_init(loop, &r->timer) < 0)
		return -ENOMEM;
	r->timer.data = r;
	return uv_timer_start(&r->timer, send_registration, 0, 0);
}

void registration_stop(struct registration *r)
{
	if (!r->body)
		return;
	uv_close((uv_handle_t *)&r->timer, NULL);
	json_decref(r->body);
	r->body = NULL;
}
