// SPDX-License-Identifier: Apache-2.0
/* Definitions and instances by REST: what edge-agent and cloud-agent have in common of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agents/common/supervisor.h"

enum { PLAYERS_TIMEOUT_MS = 2000 };

/* Answers 404 itself. */
static struct instance *find(struct supervisor *s, struct http_request *req, const char *name)
{
	struct instance *i = supervisor_find(s, name);

	if (!i)
		http_problem(req, 404,
			     s->config.noun[0] == 'a' ? "APP_NOT_FOUND" : "SERVICE_NOT_FOUND",
			     "there is no %s '%.60s'", s->config.noun, name);
	return i;
}

static void refuse(struct supervisor *s, struct http_request *req, const char *name, int rc)
{
	const char *noun = s->config.noun;

	if (rc == -EPERM)
		http_problem(req, 409, "CONFIGURED",
			     "%s '%.60s' is in the agent's configuration file, and changed there",
			     noun, name);
	else if (rc == -EBUSY)
		http_problem(req, 409, "IN_USE", "%s '%.60s' has an instance; stop it first", noun,
			     name);
	else if (rc == -EADDRINUSE)
		http_problem(req, 409, "PORT_TAKEN", "another %s has this rest_port", noun);
	else if (rc == -ENOSPC)
		http_problem(req, 507, "TOO_MANY", "there is no room for another %s (at most %d)",
			     noun, INSTANCES_MAX);
	else
		http_problem(req, 500, "SYSTEM_FAILURE", "%s", strerror(-rc));
}

void supervisor_put_definition(struct supervisor *s, struct http_request *req, const char *name)
{
	struct json_reader reader;
	struct workload w;
	int rc;

	if (workload_read(name, http_body(req), &reader, &w)) {
		http_problem_invalid(req, &reader);
		return;
	}
	rc = supervisor_register(s, &w);
	if (rc < 0)
		refuse(s, req, name, rc);
	else
		http_reply(req, rc ? 201 : 204, NULL);
}

void supervisor_get_definition(struct supervisor *s, struct http_request *req, const char *name)
{
	struct instance *i = find(s, req, name);

	if (i)
		http_reply(req, 200, workload_json(&i->w, false));
}

void supervisor_delete_definition(struct supervisor *s, struct http_request *req, const char *name)
{
	int rc;

	if (!find(s, req, name))
		return;
	rc = supervisor_unregister(s, name);
	if (rc)
		refuse(s, req, name, rc);
	else
		http_reply(req, 204, NULL);
}

static void reply_instance(struct instance *i, struct http_request *req)
{
	image_job_look(i);
	http_reply(req, i->state == INSTANCE_RUNNING ? 200 : 202, instance_json(i));
}

void supervisor_put_instance(struct supervisor *s, struct http_request *req, const char *name)
{
	struct instance *i = find(s, req, name);

	if (!i)
		return;
	instance_start(i);
	reply_instance(i, req);
}

void supervisor_get_instance(struct supervisor *s, struct http_request *req, const char *name)
{
	struct instance *i = find(s, req, name);

	if (!i)
		return;
	image_job_look(i);
	http_reply(req, 200, instance_json(i));
}

/* ---- stop ---- */

struct stop {
	struct supervisor *s;
	struct http_request *req;
	char name[MANIFEST_NAME_SIZE];
};

static void stop_now(struct instance *i, struct http_request *req)
{
	if (instance_stop(i))
		http_reply(req, 204, NULL);
	else if (i->waiter_count == INSTANCE_WAITERS_MAX)
		http_problem(req, 503, "TOO_MANY_REQUESTS", "others wait for its end already");
	else
		i->waiter[i->waiter_count++] = req;
}

static void on_players(const struct http_answer *answer, void *user)
{
	struct stop *stop = user;
	size_t players = json_array_size(json_object_get(answer->body, "players"));
	struct instance *i =
		answer->error == -ECANCELED ? NULL : supervisor_find(stop->s, stop->name);

	if (!i)
		http_problem(stop->req, 503, "SHUTTING_DOWN", "the agent ends");
	else if (players)
		http_problem(stop->req, 409, "IN_USE",
			     "%s '%s' has %zu player%s; ?force=1 stops it nevertheless",
			     stop->s->config.noun, stop->name, players, players == 1 ? "" : "s");
	else /* what doesn't answer has nobody who plays */
		stop_now(i, stop->req);
	free(stop);
}

static void ask_players(struct instance *i, struct http_request *req)
{
	struct stop *stop = calloc(1, sizeof(*stop));
	char url[96];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = PLAYERS_TIMEOUT_MS};
	size_t len;

	instance_url(i, url, sizeof(url));
	len = strlen(url);
	snprintf(url + len, sizeof(url) - len, "/v1/players");
	if (stop)
		*stop = (struct stop){.s = i->s, .req = req};
	if (stop)
		strcpy(stop->name, i->w.name);
	if (stop && !http_client_call(i->s->config.client, &call, on_players, stop, NULL))
		return;
	free(stop);
	http_problem(req, 500, "SYSTEM_FAILURE", "no memory");
}

void supervisor_delete_instance(struct supervisor *s, struct http_request *req, const char *name)
{
	struct instance *i = find(s, req, name);
	const char *force = http_query(req, "force");

	if (!i)
		return;
	/* also while it is starting: it may be one that a restarted agent has just found again */
	if (i->child.pid && (!force || strcmp(force, "1") != 0))
		ask_players(i, req);
	else
		stop_now(i, req);
}

/* ---- lists ---- */

json_t *supervisor_definitions_json(const struct supervisor *s)
{
	json_t *list = json_array();
	const struct instance *i;

	for (i = s->instances; i; i = i->next) {
		json_t *one = workload_json(&i->w, false);

		json_object_set_new(one, s->config.noun, json_string(i->w.name));
		json_array_append_new(list, one);
	}
	return list;
}

json_t *supervisor_instances_json(const struct supervisor *s)
{
	json_t *list = json_array();

	for (struct instance *i = s->instances; i; i = i->next) {
		image_job_look(i);
		json_array_append_new(list, instance_json(i));
	}
	return list;
}

void supervisor_metrics(const struct supervisor *s, FILE *out)
{
	const struct instance *i;

	fprintf(out, "# HELP baton_instance_running Whether an instance runs and is healthy.\n"
		     "# TYPE baton_instance_running gauge\n");
	for (i = s->instances; i; i = i->next)
		fprintf(out, "baton_instance_running{%s=\"%s\"} %d\n", s->config.noun, i->w.name,
			i->state == INSTANCE_RUNNING);
	fprintf(out,
		"# HELP baton_instance_restarts_total Ends of an instance that nobody asked for.\n"
		"# TYPE baton_instance_restarts_total counter\n");
	for (i = s->instances; i; i = i->next)
		fprintf(out, "baton_instance_restarts_total{%s=\"%s\"} %lu\n", s->config.noun,
			i->w.name, i->restarts);
	fprintf(out, "# HELP baton_instance_pulled_bytes_total Bytes of an instance's image that "
		     "came from the cloud.\n"
		     "# TYPE baton_instance_pulled_bytes_total counter\n");
	for (i = s->instances; i; i = i->next)
		fprintf(out, "baton_instance_pulled_bytes_total{%s=\"%s\"} %llu\n", s->config.noun,
			i->w.name, (unsigned long long)i->pulled_bytes);
}
