// SPDX-License-Identifier: Apache-2.0
/* The requests of a storm: so many under way at once that the manager never waits for one. */
#include <errno.h>
#include <string.h>

#include "lib/http_client.h"
#include "testbed/measure/storm.h"

enum { AT_ONCE = 16, TIMEOUT_MS = 30000 };

struct asking {
	struct session *session;
	struct storm *storm;
	struct http_client *client;
	char url[96];
	size_t next, under_way;
};

struct question {
	struct asking *asking;
	struct storm_ue *ue;
};

static void ask_next(struct asking *a);

static void note_answer(const struct http_answer *answer, struct storm_ue *ue)
{
	const char *id = json_string_value(json_object_get(answer->body, "id"));
	const char *detail = json_string_value(json_object_get(answer->body, "detail"));

	if (!answer->error && answer->status == 202 && id)
		snprintf(ue->migration, sizeof ue->migration, "%s", id);
	else
		snprintf(ue->error, sizeof ue->error, "%s",
			 answer->error ? answer->error_text
			 : detail      ? detail
				       : "the manager refused");
}

static void answered(const struct http_answer *answer, void *user)
{
	struct question *q = user;
	struct asking *a = q->asking;

	note_answer(answer, q->ue);
	a->storm->accepted += q->ue->migration[0] != '\0';
	a->under_way--;
	free(q);
	ask_next(a);
}

static int ask(struct asking *a, struct storm_ue *ue)
{
	struct question *q = calloc(1, sizeof *q);
	json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:I}", "ue", ue->supi, "destination",
				 ue->destination, "strategy", "none", "mode",
				 a->session->report.mode[0].name, "hold_ms",
				 (json_int_t)a->session->options.hold_ms);
	struct http_call call = {.method = "POST",
				 .url = a->url,
				 .body = body,
				 .token = a->session->client.token,
				 .idempotency_key = ue->key,
				 .timeout_ms = TIMEOUT_MS};
	int r = -ENOMEM;

	if (q && body) {
		*q = (struct question){a, ue};
		r = http_client_call(a->client, &call, answered, q, NULL);
	}
	if (r < 0)
		free(q);
	json_decref(body);
	return r;
}

static void ask_next(struct asking *a)
{
	while (a->under_way < AT_ONCE && a->next < a->storm->count) {
		struct storm_ue *ue = &a->storm->ue[a->next++];
		int r = ask(a, ue);

		if (r < 0)
			snprintf(ue->error, sizeof ue->error, "%s", strerror(-r));
		else
			a->under_way++;
	}
}

int storm_ask(struct session *s, struct storm *storm)
{
	struct asking a = {.session = s, .storm = storm};
	uv_loop_t loop;
	int r = uv_loop_init(&loop);

	if (r < 0)
		return r;
	snprintf(a.url, sizeof a.url, "%s/v1/migrations", s->client.manager);
	storm->accepted = 0;
	r = http_client_new(&loop, &a.client);
	storm->began_ns = clock_now_ns();
	if (r == 0) {
		ask_next(&a);
		while (a.under_way > 0)
			uv_run(&loop, UV_RUN_ONCE);
		http_client_free(a.client);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	if (r < 0)
		complain("the manager can't be asked: %s", strerror(-r));
	return r;
}
