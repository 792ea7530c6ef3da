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

#include "apps/game/edge/player.h"
#include "apps/snake/edge/scene.h"

enum { PATIENCE_MS = 20000, TICK_MS = 2, HEARD_MAX = 64, PLAYER_ID = 3, SIDE = 64 };

struct heard {
	uint8_t type;
	size_t len;
	uint8_t body[STATE_SMALL_MAX];
};

struct bed {
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
/* the world as the player knows it */
const struct world *known(const struct bed *s);

/* HELLO has come, with the session of the latest login */
void connect_player(struct bed *s);
void synchronise(struct bed *s, uint32_t tick);
void hang_up(struct bed *s);
/* what was held when login_status was 0 */
void answer_login(struct bed *s, struct http_request *req);
const struct heard *last_heard(const struct bed *s);

void tell(struct bed *s, const uint8_t *frame, size_t len);
void tell_welcome(struct bed *s, uint8_t role, uint32_t last_input, uint32_t number);
void tell_snapshot(struct bed *s, uint32_t tick);
/* The next tick of the cloud's world, or one that is said to be @tick */
void tell_delta(struct bed *s, uint32_t tick, uint32_t last_input,
		const struct world_change *change);

#endif
