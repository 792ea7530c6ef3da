// SPDX-License-Identifier: Apache-2.0
/*
 * Players of an instance: what is asked here is passed to the instance, and its answer back as it
 * is. So nobody but the edge's agent needs to know where an instance listens.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agents/edge-agent/agent.h"

enum { PASS_TIMEOUT_MS = 5000, ACCOUNT_MAX = 31 };

static void answered(const struct http_answer *answer, void *user)
{
	struct http_request *req = user;

	if (answer->error)
		http_problem(req, answer->error == -ETIMEDOUT ? 504 : 502, "INSTANCE_UNREACHABLE",
			     "%s", answer->error_text);
	else if (answer->body)
		http_reply(req, answer->status, json_incref(answer->body));
	else
		http_reply(req, answer->status, NULL);
}

static bool account_valid(const char *account)
{
	size_t len = strlen(account);

	return len && len <= ACCOUNT_MAX &&
	       strspn(account, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len &&
	       strcmp(account, ".") != 0 && strcmp(account, "..") != 0;
}

static void pass(struct http_request *req, struct agent *a, const char *method)
{
	struct instance *i = supervisor_find(&a->supervisor, http_param(req, "app"));
	const char *account = http_param(req, "account");
	char url[160];
	struct http_call call = {
		.method = method, .url = url, .token = a->token, .timeout_ms = PASS_TIMEOUT_MS};
	size_t len;

	if (!i) {
		http_problem(req, 404, "APP_NOT_FOUND", "there is no app '%.60s'",
			     http_param(req, "app"));
		return;
	}
	if (!account_valid(account)) {
		http_problem(req, 400, "INVALID_PARAMETER",
			     "account: expected 1 to %d of a-z 0-9 . _ -", ACCOUNT_MAX);
		return;
	}
	/* one that was found again runs, if nobody has looked at it yet */
	if (i->state != INSTANCE_RUNNING && !i->child.adopted) {
		http_problem(req, 409, "INSTANCE_NOT_RUNNING", "the instance of '%s' is %s",
			     i->w.name, instance_state_name(i->state));
		return;
	}
	instance_url(i, url, sizeof(url));
	len = strlen(url);
	snprintf(url + len, sizeof(url) - len, "/v1/players/%s", account);
	if (!strcmp(method, "PUT"))
		call.body = http_body(req);
	if (http_client_call(a->client, &call, answered, req, NULL))
		http_problem(req, 500, "SYSTEM_FAILURE", "no memory");
}

void players_put(struct http_request *req, void *user)
{
	pass(req, user, "PUT");
}

void players_get(struct http_request *req, void *user)
{
	pass(req, user, "GET");
}

void players_delete(struct http_request *req, void *user)
{
	pass(req, user, "DELETE");
}
