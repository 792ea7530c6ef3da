// SPDX-License-Identifier: Apache-2.0
/*
 * ue-agent: switches the UE's traffic between its PDU sessions for the migration manager.
 *
 * Read in this order: agent.h, sessions.c (the kernel's view and the traffic switch), steps.h and
 * steps.c (what the manager has it do and how that survives kill -9), step-*.c, stream.c (what the
 * stream-client is asked in them), trigger.c, rest.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/ue-agent/player.h"
#include "agents/ue-agent/sessions.h"
#include "agents/ue-agent/steps.h"
#include "agents/ue-agent/trigger.h"
#include "lib/log.h"
#include "lib/token.h"

static const struct daemon_spec spec = {
	.name = "ue-agent",
	.summary = "switches a UE's traffic between its PDU sessions for the migration manager",
	.example = "agents/ue-agent/ue-agent.example.yaml",
};

static int prepare_state_dir(const char *dir)
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return 0;
	log_error("state", "dir=%s error=\"%s\"", dir, strerror(errno));
	return -errno;
}

static int serve(struct agent *a)
{
	struct http_listen listen = {.addr = a->config.rest_address,
				     .port = (uint16_t)a->config.rest_port,
				     .token = a->token,
				     .fair = true};
	int r = http_server_new(&a->daemon.loop, &listen, agent_routes, a, &a->server);

	if (r < 0)
		log_error("rest", "port=%u error=\"%s\"", a->config.rest_port, strerror(-r));
	return r;
}

static json_t *players_json(const struct agent *a)
{
	json_t *array = json_array();

	for (size_t i = 0; i < a->player_count; i++) {
		json_t *player = json_pack("{s:s, s:s}", "app", a->player[i].app, "account",
					   a->player[i].account);

		if (a->player[i].countdown_ms)
			json_object_set_new(player, "countdown_ms",
					    json_integer(a->player[i].countdown_ms));
		json_array_append_new(array, player);
	}
	return array;
}

static int register_ue(struct agent *a)
{
	char path[64], url[64], address[INET_ADDRSTRLEN];

	uv_inet_ntop(AF_INET, &a->config.rest_address, address, sizeof address);
	snprintf(path, sizeof path, "/v1/ues/%s", a->config.supi);
	snprintf(url, sizeof url, "http://%s:%u", address, a->config.rest_port);
	return registration_start(&a->registration, &a->daemon.loop, a->client,
				  a->config.manager_url, path, a->token,
				  json_pack("{s:s, s:o}", "url", url, "players", players_json(a)));
}

static int start(struct agent *a)
{
	int r = token_read(a->config.token_file, a->token, sizeof a->token);

	if (r == 0)
		r = prepare_state_dir(a->config.state_dir);
	if (r == 0)
		r = nl_open(&a->nl);
	if (r == 0)
		r = sessions_watch(a);
	if (r == 0)
		r = http_client_new(&a->daemon.loop, &a->client);
	if (r == 0)
		r = serve(a);
	if (r == 0)
		r = register_ue(a);
	if (r == 0)
		r = trigger_start(a);
	if (r == 0)
		r = players_start(a);
	return r;
}

int main(int argc, char **argv)
{
	static struct agent a;
	int status = 1;

	if (daemon_init(&a.daemon, &spec, argc, argv) < 0)
		return 1;
	if (agent_config_load(&a) < 0)
		goto done;
	if (a.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&a) < 0)
		goto done;
	daemon_ready("serving");
	status = daemon_run(&a.daemon);
done:
	registration_stop(&a.registration);
	trigger_stop(&a);
	players_stop(&a);
	http_client_free(
		a.client); /* what waits for an answer ends here, while its step is still there */
	steps_drop_all(&a);
	http_server_free(a.server);
	sessions_unwatch(&a);
	nl_close(a.nl);
	daemon_done(&a.daemon);
	return status;
}
