// SPDX-License-Identifier: Apache-2.0
/*
 * snake-cloud: the cloud tier of the snake game (paper 001, fig. 7): login server, session manager
 * and logic server. They are three modules in one process because what passes between them is as
 * fast as a call that way, and because none can be of use without the other two: a session manager
 * that outlived its logic server would have nobody to transfer packets to. Between modules only
 * what sessions.h, logic_server.h and login.h say is known; each could have a process of its own
 * behind them.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "apps/game/cloud/rest.h"
#include "apps/snake/cloud/logic.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/token.h"

enum {
	TICK_HZ_MAX = 1000,
	PATH_SIZE = 256,
	LOGIN_PORT = 8090,
	STATE_PORT = 8091,
	FIFO_PRIORITY = 5, /* below the probes' of edge-agent */
};

struct cloud_config {
	struct in_addr address, rest_address;
	uint32_t login_port, state_port, rest_port, tick_hz, world_width, world_height, bots,
		leave_after;
	uint64_t seed;
	char state_file[PATH_SIZE], token_file[PATH_SIZE];
	const struct yaml_node *accounts;
};

struct snake_cloud {
	struct daemon daemon;
	struct cloud_config config;
	struct yaml_doc *doc;
	struct cloud cloud;
	struct logic *logic;
	char token[128];
	struct http_server *wan, *management;
};

static const struct daemon_spec spec = {
	.name = "snake-cloud",
	.summary = "login server, session manager and logic server of the snake game",
	.example = "apps/snake/cloud/snake-cloud.example.yaml",
};

#define AT(member) offsetof(struct cloud_config, member)
static const struct yaml_field fields[] = {
	{"address", yaml_read_ipv4, AT(address), 0, 0, 0, true,
	 "IPv4 address of the login server and of the state protocol"},
	{"login_port", yaml_read_u32, AT(login_port), 0, 1, 65535, false,
	 "port of the login server"},
	{"state_port", yaml_read_u32, AT(state_port), 0, 1, 65535, false,
	 "port of the state protocol"},
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, false,
	 "IPv4 address on which status is answered, too"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, false, "port for it"},
	{"token_file", yaml_read_text, AT(token_file), PATH_SIZE, 0, 0, false,
	 "file of the bearer token"},
	{"tick_hz", yaml_read_u32, AT(tick_hz), 0, 1, TICK_HZ_MAX, false, "ticks a second"},
	{"world_width", yaml_read_u32, AT(world_width), 0, WORLD_SIDE_MIN, WORLD_SIDE_MAX, false,
	 "cells from west to east"},
	{"world_height", yaml_read_u32, AT(world_height), 0, WORLD_SIDE_MIN, WORLD_SIDE_MAX, false,
	 "cells from north to south"},
	{"bots", yaml_read_u32, AT(bots), 0, 0, GAME_BOTS_MAX, false,
	 "snakes that the computer plays"},
	{"seed", yaml_read_u64, AT(seed), 0, 0, UINT64_MAX, false, "of the world's chance"},
	{"leave_after", yaml_read_u32, AT(leave_after), 0, 1, 3600, false,
	 "seconds that a snake stays without a session"},
	{"state_file", yaml_read_text, AT(state_file), PATH_SIZE, 0, 0, false,
	 "what a restart has to know"},
	{"accounts", yaml_read_node, AT(accounts), 0, 0, 0, true, "who may log in"},
	{0},
};

static int read_accounts(struct snake_cloud *s)
{
	struct yaml_error err = {0};
	int r = accounts_read(s->doc, s->config.accounts, &s->cloud.accounts, &err);

	if (r < 0)
		log_error("config", "error=\"%s\"", err.text[0] ? err.text : strerror(-r));
	return r;
}

static int start_sessions(struct snake_cloud *s)
{
	const struct cloud_config *config = &s->config;
	struct sessions_config sessions = {.address = config->address,
					   .port = (uint16_t)config->state_port,
					   .tick_hz = (uint16_t)config->tick_hz,
					   .leave_after = config->leave_after,
					   .accounts = &s->cloud.accounts,
					   .state = s->cloud.state};

	return sessions_new(&s->daemon.loop, &sessions, &s->cloud.sessions);
}

static int start_logic(struct snake_cloud *s)
{
	const struct cloud_config *config = &s->config;
	struct logic_config logic = {.game = {.width = (uint16_t)config->world_width,
					      .height = (uint16_t)config->world_height,
					      .bots = (uint16_t)config->bots,
					      .tick_hz = (uint16_t)config->tick_hz,
					      .seed = config->seed},
				     .accounts = &s->cloud.accounts,
				     .state = s->cloud.state,
				     .on_tick = sessions_tick,
				     .user = s->cloud.sessions};
	int r = logic_new(&s->daemon.loop, &logic, &s->logic);

	if (r < 0)
		return r;
	s->cloud.logic = (struct logic_server){
		.ops = &logic_snake_ops, .logic = s->logic, .metrics = "baton_snake_"};
	sessions_set_logic(s->cloud.sessions, &s->cloud.logic);
	return 0;
}

static int start_login(struct snake_cloud *s)
{
	const struct cloud_config *config = &s->config;
	struct http_listen listen = {.addr = config->address,
				     .port = (uint16_t)config->login_port,
				     .token = s->token[0] ? s->token : NULL};
	int r;

	s->cloud.login = (struct login){.accounts = &s->cloud.accounts,
					.sessions = s->cloud.sessions,
					.logic = &s->cloud.logic,
					.address = config->address,
					.port = sessions_port(s->cloud.sessions)};
	r = http_server_new(&s->daemon.loop, &listen, rest_wan_routes, &s->cloud, &s->wan);
	if (r < 0 || !config->rest_port)
		return r;
	listen.addr = config->rest_address;
	listen.port = (uint16_t)config->rest_port;
	return http_server_new(&s->daemon.loop, &listen, rest_management_routes, &s->cloud,
			       &s->management);
}

/* Ticks come on time also on a busy machine (they take 0.3 % of a core); where that isn't allowed,
 * as time permits. Worker threads are as they were. */
static void hurry(void)
{
	struct sched_param param = {.sched_priority = FIFO_PRIORITY};

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0)
		log_info("logic", "what=\"no real-time priority\" error=\"%s\"", strerror(errno));
}

static int start(struct snake_cloud *s)
{
	int r = 0;

	s->cloud.tick_hz = (uint16_t)s->config.tick_hz;
	if (s->config.token_file[0])
		r = token_read(s->config.token_file, s->token, sizeof s->token);
	if (r == 0)
		r = state_file_open(&s->daemon.loop, s->config.state_file, &s->cloud.state);
	if (r == 0)
		r = start_sessions(s);
	if (r == 0)
		r = start_logic(s);
	if (r == 0)
		r = start_login(s);
	if (r < 0)
		log_error("snake-cloud", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

static void stop(struct snake_cloud *s)
{
	http_server_free(s->management);
	http_server_free(s->wan);
	logic_free(s->logic);
	sessions_free(s->cloud.sessions);
	state_file_close(s->cloud.state);
}

int main(int argc, char **argv)
{
	static struct snake_cloud s = {.config = {.login_port = LOGIN_PORT,
						  .state_port = STATE_PORT,
						  .tick_hz = 60,
						  .world_width = 256,
						  .world_height = 256,
						  .bots = 12,
						  .leave_after = 30,
						  .seed = 1}};
	int status = 1;

	if (daemon_init(&s.daemon, &spec, argc, argv) < 0)
		return 1;
	if (daemon_config(&s.daemon, fields, &s.config, &s.doc) < 0 || read_accounts(&s) < 0)
		goto done;
	if (s.daemon.check_only) {
		status = 0;
		goto done;
	}
	signal(SIGXFSZ, SIG_IGN); /* a limit of files is an error like a full disk, not the end */
	if (start(&s) == 0) {
		hurry();
		daemon_ready("serving");
		status = daemon_run(&s.daemon);
	}
	stop(&s);
done:
	daemon_done(&s.daemon);
	accounts_free(&s.cloud.accounts);
	yaml_free(s.doc);
	return status;
}
