// SPDX-License-Identifier: Apache-2.0
/* baton move UE GNB: a handover. */
#include "testbed/move.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/http_client.h"
#include "lib/suggest.h"
#include "testbed/baton.h"
#include "testbed/plan.h"

/* The gNB gives up by itself well before: HANDOVER_SWITCH_MS of ran/gnb/handover.h and what is
 * ahead of it. */
enum { ANSWER_TIMEOUT_MS = 25000, STATUS_TIMEOUT_MS = 3000, TRIES = 3 };

static int fail(struct move_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int fail(struct move_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -EIO;
}

static void url_of(const struct run *run, unsigned node, const char *daemon, const char *path,
		   char *url, size_t size)
{
	char addr[INET_ADDRSTRLEN];

	snprintf(url, size, "http://%s:%u%s",
		 inet_ntop(AF_INET, &run->node[node].address, addr, sizeof(addr)),
		 daemon_rest_port(daemon), path);
}

int move_serving(const struct topology *t, const struct run *run, unsigned ue, char *ret_gnb,
		 size_t size, struct move_error *err)
{
	char url[96];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = STATUS_TIMEOUT_MS};
	struct http_answer answer;
	const char *gnb;
	int rc = 0;

	url_of(run, ue, "ue", "/v1/status", url, sizeof(url));
	if (http_call_blocking(&call, &answer) || answer.status != 200) {
		rc = fail(err, "%s does not answer: %s", t->node[ue].name, answer.error_text);
	} else {
		gnb = json_string_value(json_object_get(answer.body, "gnb"));
		snprintf(ret_gnb, size, "%s", gnb ? gnb : "");
		if (!ret_gnb[0])
			rc = fail(err, "%s is attached to no gNB", t->node[ue].name);
	}
	http_answer_done(&answer);
	return rc;
}

static void take_problem(const struct http_answer *answer, struct move_error *err)
{
	const char *detail = json_string_value(json_object_get(answer->body, "detail"));
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));

	snprintf(err->cause, sizeof(err->cause), "%s", cause ? cause : "");
	snprintf(err->text, sizeof(err->text), "%s",
		 answer->error ? answer->error_text
		 : detail      ? detail
			       : "no reason is given");
}

/* Ask the gNB @source for it. */
static int ask(const struct topology *t, const struct run *run, unsigned ue, unsigned source,
	       unsigned gnb, json_t **ret_answer, struct move_error *err)
{
	char url[128], path[64], token[RUN_TOKEN_SIZE];
	json_t *body = json_pack("{s:s}", "target", t->node[gnb].name);
	struct http_call call = {.method = "POST",
				 .url = url,
				 .token = token,
				 .body = body,
				 .timeout_ms = ANSWER_TIMEOUT_MS};
	struct http_answer answer = {0};
	int rc = run_token(run, token);

	if (rc) {
		json_decref(body);
		return fail(err, "token: %s", strerror(-rc));
	}
	snprintf(path, sizeof(path), "/v1/ues/%s/handover", t->node[ue].supi);
	url_of(run, source, "gnb", path, url, sizeof(url));
	http_call_blocking(&call, &answer);
	json_decref(body);
	if (answer.error || answer.status != 200) {
		take_problem(&answer, err);
		rc = -EIO;
	} else {
		*ret_answer = json_incref(answer.body);
	}
	http_answer_done(&answer);
	return rc;
}

static bool in_reach(const struct topo_node *ue, unsigned gnb)
{
	for (size_t i = 0; i < ue->gnb_count; i++)
		if (ue->gnb[i] == gnb)
			return true;
	return false;
}

int move_ue(const struct topology *t, const struct run *run, unsigned ue, unsigned gnb,
	    json_t **ret_answer, struct move_error *err)
{
	char serving[RUN_TOKEN_SIZE];
	int rc = 0;

	*ret_answer = NULL;
	if (!in_reach(&t->node[ue], gnb))
		return fail(err, "%s is not in the reach of %s; expected one of its gnbs",
			    t->node[gnb].name, t->node[ue].name);
	/* Where it is may change while we ask. */
	for (int i = 0; i < TRIES; i++) {
		int source;

		*err = (struct move_error){0};
		rc = move_serving(t, run, ue, serving, sizeof(serving), err);
		if (rc)
			return rc;
		if (!strcmp(serving, t->node[gnb].name))
			return 0;
		source = topology_find_node(t, serving);
		if (source < 0)
			return fail(err, "%s is at '%s', which is no node", t->node[ue].name,
				    serving);
		rc = ask(t, run, ue, (unsigned)source, gnb, ret_answer, err);
		if (!rc || strcmp(err->cause, "UE_NOT_FOUND") != 0)
			break;
	}
	return rc;
}

/* ---- the command ---- */

static int find(const struct topology *t, const char *name, enum topo_kind kind, unsigned *ret_node)
{
	struct suggest meant;
	int node = topology_find_node(t, name);

	if (node >= 0 && t->node[node].kind == kind) {
		*ret_node = (unsigned)node;
		return BATON_OK;
	}
	suggest_begin(&meant, name);
	for (size_t i = 0; i < t->node_count; i++)
		if (t->node[i].kind == kind)
			suggest_offer(&meant, t->node[i].name);
	complain("'%s' is no node of kind %s%s%s%s", name, topo_kind_name(kind),
		 meant.best ? ", did you mean '" : "", meant.best ? meant.best : "",
		 meant.best ? "'?" : "");
	return BATON_USAGE;
}

static double ms(const json_t *answer, const char *key)
{
	return (double)json_integer_value(json_object_get(answer, key)) / 1000;
}

/* @answer: NULL: it was there already */
static void tell(const struct baton_context *ctx, const struct topology *t, unsigned ue,
		 unsigned gnb, const json_t *answer)
{
	const char *source = json_string_value(json_object_get(answer, "source"));
	json_t *told;

	if (!ctx->json && !answer) {
		printf("%s is at %s already\n", t->node[ue].name, t->node[gnb].name);
	} else if (!ctx->json) {
		printf("%s: %s to %s in %.1f ms: prepared in %.1f ms, then %.1f ms until the path "
		       "was switched\n",
		       t->node[ue].name, source ? source : "?", t->node[gnb].name,
		       ms(answer, "prepare_us") + ms(answer, "complete_us"),
		       ms(answer, "prepare_us"), ms(answer, "complete_us"));
	} else {
		told = json_pack("{s:s, s:s, s:b}", "ue", t->node[ue].name, "gnb",
				 t->node[gnb].name, "moved", answer != NULL);
		json_object_set(told, "handover", answer ? (json_t *)answer : json_null());
		json_dumpf(told, stdout, JSON_INDENT(2));
		printf("\n");
		json_decref(told);
	}
}

static int move(const struct baton_context *ctx, const struct run *run, const struct topology *t,
		const char *ue_name, const char *gnb_name)
{
	struct move_error err = {0};
	json_t *answer;
	unsigned ue, gnb;
	int rc = find(t, ue_name, TOPO_UE, &ue);

	if (rc == BATON_OK)
		rc = find(t, gnb_name, TOPO_GNB, &gnb);
	if (rc != BATON_OK)
		return rc;
	if (move_ue(t, run, ue, gnb, &answer, &err)) {
		complain("%s is not moved to %s: %s", ue_name, gnb_name, err.text);
		return BATON_FAILED;
	}
	tell(ctx, t, ue, gnb, answer);
	json_decref(answer);
	return BATON_OK;
}

int move_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct topology *t;
	struct run run;
	int rc;

	if (argc != 3) {
		complain("usage: baton move UE GNB");
		return BATON_USAGE;
	}
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	t = run_topology(&run);
	rc = t ? move(ctx, &run, t, argv[1], argv[2]) : BATON_FAILED;
	topology_free(t);
	run_done(&run);
	return rc;
}
