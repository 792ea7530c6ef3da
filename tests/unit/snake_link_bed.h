/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bed for tests of a player's session: an instance of snake-edge without its main(), with one
 * player, and a cloud (login server and session manager) that does what a test says. All in one
 * loop.
 */
#ifndef BATON_TESTS_UNIT_SNAKE_LINK_BED_H
#define BATON_TESTS_UNIT_SNAKE_LINK_BED_H

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/snake/edge/player.h"

enum { PATIENCE_MS = 20000, TICK_MS = 2, HEARD_MAX = 64, PLAYER_ID = 3, SIDE = 64 };

struct heard {
	uint8_t type;
	size_t len;
	uint8_t body[STATE_SMALL_MAX];
};

struct scene {
	struct edge edge;
	uv_timer_t patience;
	struct http_server *login;
	unsigned login_status; /* 0: the answer waits in held */
	unsigned logins;
	struct http_request *held;
	uv_tcp_t listener, peer;
	bool accepted;
	struct state_parser parser;
	struct heard heard[HEARD_MAX];
	size_t heard_count;
	struct world *world; /* the cloud's */
	struct player *player;
	char in[65536];
};

#define wait_until(s, condition)                                                                   \
	do {                                                                                       \
		uint64_t end = uv_now(&(s)->edge.daemon.loop) + PATIENCE_MS;                       \
		while (!(condition) && uv_now(&(s)->edge.daemon.loop) < end)                       \
			uv_run(&(s)->edge.daemon.loop, UV_RUN_ONCE);                               \
		assert_true(condition);                                                            \
	} while (0)

/* cmocka's; a player "ann" logs in at once */
int set_up(void **state);
int tear_down(void **state);

/* HELLO has come, with the session of the latest login */
void connect_player(struct scene *s);
void synchronise(struct scene *s, uint32_t tick);
void hang_up(struct scene *s);
/* what was held when login_status was 0 */
void answer_login(struct scene *s, struct http_request *req);
const struct heard *last_heard(const struct scene *s);

void tell(struct scene *s, const uint8_t *frame, size_t len);
void tell_welcome(struct scene *s, uint8_t role, uint32_t last_input, uint32_t number);
void tell_snapshot(struct scene *s, uint32_t tick);
/* The next tick of the cloud's world, or one that is said to be @tick */
void tell_delta(struct scene *s, uint32_t tick, uint32_t last_input,
		const struct world_change *change);

#endif
