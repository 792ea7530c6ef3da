// SPDX-License-Identifier: Apache-2.0
/* The control socket of an init: a line in, a line out (see init.h). The run directory's mode is
 * its protection. */
#include "testbed/init.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUEST_MAX = 200 };

struct client {
	uv_pipe_t pipe;
	struct init *init;
	char request[REQUEST_MAX + 1];
	size_t len;
};

struct reply {
	uv_write_t write;
	char *text;
};

static json_t *daemon_json(const struct init_daemon *daemon)
{
	json_t *end = json_null();

	if (daemon->last_status >= 0 && WIFSIGNALED(daemon->last_status))
		end = json_sprintf("signal %d", WTERMSIG(daemon->last_status));
	else if (daemon->last_status >= 0)
		end = json_sprintf("status %d", WEXITSTATUS(daemon->last_status));
	return json_pack("{s:s, s:i, s:s, s:i, s:s, s:o}", "name", daemon->row->name, "pid",
			 daemon->pid, "state", init_daemon_state(daemon), "restarts",
			 (int)daemon->restarts, "status", daemon->status, "last_exit", end);
}

static char *status_text(struct init *init)
{
	json_t *list = json_array(), *json;
	char *text;

	for (size_t i = 0; i < init->daemon_count; i++)
		json_array_append_new(list, daemon_json(&init->daemon[i]));
	json = json_pack("{s:s, s:o}", "node", plan_node_name(init->plan, init->node), "daemons",
			 list);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

static const char *kill_daemon(struct init_daemon *daemon, const char *number)
{
	long signal = number ? strtol(number, NULL, 10) : 0;

	if (signal < 1 || signal >= NSIG)
		return "error: expected a signal number";
	if (!daemon->pid)
		return "error: the daemon is not running";
	return kill(daemon->pid, (int)signal) ? "error: kill failed" : "ok";
}

static const char *act(struct init_daemon *daemon, const char *verb, const char *rest)
{
	if (!strcmp(verb, "start")) {
		if (daemon->pid)
			return "error: the daemon is running";
		init_daemon_stop(daemon, true);
	} else if (!strcmp(verb, "stop")) {
		init_daemon_stop(daemon, false);
	} else if (!strcmp(verb, "restart")) {
		init_daemon_stop(daemon, true);
	} else if (!strcmp(verb, "kill")) {
		return kill_daemon(daemon, rest);
	} else {
		return "error: expected status, start, stop, restart or kill";
	}
	return "ok";
}

static char *answer(struct init *init, char *request)
{
	char *rest = NULL, *verb = strtok_r(request, " \r", &rest);
	char *name = strtok_r(NULL, " \r", &rest), *last = strtok_r(NULL, " \r", &rest);

	if (verb && !strcmp(verb, "status"))
		return status_text(init);
	for (size_t i = 0; verb && name && i < init->daemon_count; i++)
		if (!strcmp(init->daemon[i].row->name, name))
			return strdup(act(&init->daemon[i], verb, last));
	return strdup(verb && name ? "error: no such daemon in this node"
				   : "error: expected status, or a verb and a daemon");
}

static void on_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;

	client->init->clients--;
	free(client);
}

static void on_written(uv_write_t *write, int status)
{
	struct reply *reply = (struct reply *)write;

	free(reply->text);
	free(reply);
}

static void send_answer(struct client *client, char *text)
{
	struct reply *reply = calloc(1, sizeof(*reply));
	uv_buf_t buf[2];

	if (!reply || !text) {
		free(reply);
		free(text);
		return;
	}
	reply->text = text;
	buf[0] = uv_buf_init(text, (unsigned)strlen(text));
	buf[1] = uv_buf_init("\n", 1);
	if (uv_write(&reply->write, (uv_stream_t *)&client->pipe, buf, 2, on_written))
		on_written(&reply->write, 0);
}

static void give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct client *client = handle->data;

	/* zero room ends the client in on_request */
	*buf = uv_buf_init(client->request + client->len, (unsigned)(REQUEST_MAX - client->len));
}

static void on_request(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct client *client = stream->data;
	char *end;

	if (got < 0) {
		uv_close((uv_handle_t *)stream, on_closed);
		return;
	}
	client->len += (size_t)got;
	while ((end = memchr(client->request, '\n', client->len))) {
		size_t used = (size_t)(end - client->request) + 1;

		*end = '\0';
		send_answer(client, answer(client->init, client->request));
		memmove(client->request, client->request + used, client->len - used);
		client->len -= used;
	}
}

static void on_connection(uv_stream_t *server, int status)
{
	struct init *init = server->data;
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return;
	client->init = init;
	client->pipe.data = client;
	init->clients++;
	if (uv_pipe_init(&init->loop, &client->pipe, 0)) {
		init->clients--;
		free(client);
		return;
	}
	if (uv_accept(server, (uv_stream_t *)&client->pipe) || init->clients > INIT_CLIENTS_MAX ||
	    uv_read_start((uv_stream_t *)&client->pipe, give_buffer, on_request))
		uv_close((uv_handle_t *)&client->pipe, on_closed);
}

int init_control_open(struct init *init)
{
	char path[RUN_PATH_MAX];
	int rc;

	run_path(init->plan->run, path, "nodes/%s/init.sock",
		 plan_node_name(init->plan, init->node));
	rc = uv_pipe_init(&init->loop, &init->control, 0);
	if (!rc)
		rc = uv_pipe_bind(&init->control, path);
	init->control.data = init;
	return rc ? rc : uv_listen((uv_stream_t *)&init->control, INIT_CLIENTS_MAX, on_connection);
}
