/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cloud tier of a game (paper 001, fig. 7): login server, session manager and a logic server.
 * They are three modules in one process because what passes between them is as fast as a call that
 * way, and because none can be of use without the other two: a session manager that outlived its
 * logic server would have nobody to transfer packets to. Between modules only what sessions.h,
 * logic_server.h and login.h say is known; each could have a process of its own behind them.
 *
 * A daemon's main: daemon_init, daemon_config with CLOUD_FIELDS, cloud_accounts, cloud_begin, its
 * logic server, cloud_serve, daemon_run; then cloud_end, its logic server's end, cloud_done.
 */
#ifndef BATON_APPS_GAME_CLOUD_CLOUD_H
#define BATON_APPS_GAME_CLOUD_CLOUD_H

#include "apps/game/cloud/login.h"

enum { CLOUD_PATH_SIZE = 256, CLOUD_TICK_HZ_MAX = 1000 };

/* What every game's cloud tier is configured by */
struct cloud_config {
	struct in_addr address, rest_address;
	uint32_t login_port, state_port, rest_port, tick_hz, leave_after;
	char state_file[CLOUD_PATH_SIZE], token_file[CLOUD_PATH_SIZE];
	const struct yaml_node *accounts;
};

/* clang-format off */
/* Rows of a table of yaml_field, for a struct @type whose @member is a struct cloud_config */
#define CLOUD_AT(type, member, field) offsetof(type, member.field)
#define CLOUD_FIELDS(type, member)                                                                 \
	{"address", yaml_read_ipv4, CLOUD_AT(type, member, address), 0, 0, 0, true,                \
	 "IPv4 address of the login server and of the state protocol"},                            \
	{"login_port", yaml_read_u32, CLOUD_AT(type, member, login_port), 0, 1, 65535, false,      \
	 "port of the login server"},                                                              \
	{"state_port", yaml_read_u32, CLOUD_AT(type, member, state_port), 0, 1, 65535, false,      \
	 "port of the state protocol"},                                                            \
	{"rest_address", yaml_read_ipv4, CLOUD_AT(type, member, rest_address), 0, 0, 0, false,     \
	 "IPv4 address on which status is answered, too"},                                         \
	{"rest_port", yaml_read_u32, CLOUD_AT(type, member, rest_port), 0, 1, 65535, false,        \
	 "port for it"},                                                                           \
	{"token_file", yaml_read_text, CLOUD_AT(type, member, token_file), CLOUD_PATH_SIZE, 0, 0,  \
	 false, "file of the bearer token"},                                                       \
	{"leave_after", yaml_read_u32, CLOUD_AT(type, member, leave_after), 0, 1, 3600, false,     \
	 "seconds that a player stays in the world without a session"},                            \
	{"state_file", yaml_read_text, CLOUD_AT(type, member, state_file), CLOUD_PATH_SIZE, 0, 0,  \
	 false, "what a restart has to know"},                                                     \
	{"accounts", yaml_read_node, CLOUD_AT(type, member, accounts), 0, 0, 0, true,              \
	 "who may log in"}
/* clang-format on */
#define CLOUD_DEFAULTS                                                                             \
	{                                                                                          \
		.login_port = 8090, .state_port = 8091, .tick_hz = 60, .leave_after = 30           \
	}

struct cloud {
	struct cloud_config config;
	struct accounts accounts;
	struct state_file *state;
	struct sessions *sessions;
	struct logic_server logic;
	struct login login;
	char token[128];
	struct http_server *wan, *management;
};

/** cloud_accounts - read the configuration's list; Return: 0 or a negative errno (logged) */
int cloud_accounts(struct cloud *c, const struct yaml_doc *doc);
/** cloud_begin - token, state file, session manager; Return: 0 or a negative errno */
int cloud_begin(struct cloud *c, uv_loop_t *loop);
/** cloud_serve - with @logic there: the login server, and status; Return: 0 or a negative errno */
int cloud_serve(struct cloud *c, uv_loop_t *loop, const struct logic_server *logic);
/* HTTP and sessions end; the logic server must still be there */
void cloud_end(struct cloud *c);
/* What the logic server used till its end */
void cloud_done(struct cloud *c);
/* Ticks come on time also on a busy machine; where that isn't allowed, as time permits. Worker
 * threads and children are as they were. */
void cloud_hurry(void);

#endif
