// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "apps/game/cloud/rest.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/token.h"

enum { FIFO_PRIORITY = 5 /* below the probes' of edge-agent */ };

int cloud_accounts(struct cloud *c, const struct yaml_doc *doc)
{
	struct yaml_error err = {0};
	int r = accounts_read(doc, c->config.accounts, &c->accounts, &err);

	if (r < 0)
		log_error("config", "error=\"%s\"", err.text[0] ? err.text : strerror(-r));
	return r;
}

int cloud_begin(struct cloud *c, uv_loop_t *loop)
{
	const struct cloud_config *config = &c->config;
	struct sessions_config sessions = {.address = config->address,
					   .port = (uint16_t)config->state_port,
					   .tick_hz = (uint16_t)config->tick_hz,
					   .leave_after = config->leave_after,
					   .accounts = &c->accounts};
	int r = 0;

	signal(SIGXFSZ, SIG_IGN); /* a limit of files is an error like a full disk, not the end */
	if (config->token_file[0])
		r = token_read(config->token_file, c->token, sizeof c->token);
	if (r == 0)
		r = state_file_open(loop, config->state_file, &c->state);
	if (r < 0)
		return r;
	sessions.state = c->state;
	return sessions_new(loop, &sessions, &c->sessions);
}

int cloud_serve(struct cloud *c, uv_loop_t *loop, const struct logic_server *logic)
{
	const struct cloud_config *config = &c->config;
	struct http_listen listen = {.addr = config->address,
				     .port = (uint16_t)config->login_port,
				     .token = c->token[0] ? c->token : NULL,
				     .fair = true};
	int r;

	c->logic = *logic;
	sessions_set_logic(c->sessions, &c->logic);
	c->login = (struct login){.accounts = &c->accounts,
				  .sessions = c->sessions,
				  .logic = &c->logic,
				  .address = config->address,
				  .port = sessions_port(c->sessions)};
	r = http_server_new(loop, &listen, rest_wan_routes, c, &c->wan);
	if (r < 0 || !config->rest_port)
		return r;
	listen.addr = config->rest_address;
	listen.port = (uint16_t)config->rest_port;
	return http_server_new(loop, &listen, rest_management_routes, c, &c->management);
}

void cloud_end(struct cloud *c)
{
	http_server_free(c->management);
	http_server_free(c->wan);
	sessions_free(c->sessions);
}

void cloud_done(struct cloud *c)
{
	state_file_close(c->state);
}

void cloud_hurry(void)
{
	struct sched_param param = {.sched_priority = FIFO_PRIORITY};

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0)
		log_info("logic", "what=\"no real-time priority\" error=\"%s\"", strerror(errno));
}
