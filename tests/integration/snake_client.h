/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edge of the snake game for tests (or of a game without a world in its state protocol): logs
 * in, speaks the state protocol, keeps a replica of the world and counts what comes. Blocking;
 * several are served in turn by snake_clients_turn.
 */
#ifndef BATON_TESTS_SNAKE_CLIENT_H
#define BATON_TESTS_SNAKE_CLIENT_H

#include <netinet/in.h>

#include "apps/game/wire/wire.h"
#include "apps/snake/world.h"

enum { SNAKE_ID_TEXT = 33 };

struct snake_login {
	unsigned status; /* of HTTP; 0: no answer */
	char cause[32];	 /* of a refusal */
	char session[SNAKE_ID_TEXT], key[SNAKE_ID_TEXT];
	uint16_t port;
	/* of Minetest, else empty */
	char name[32], password[SNAKE_ID_TEXT], address[16];
	uint16_t game_port;
};

struct snake_client {
	int fd; /* -1: closed */
	struct state_parser parser;
	struct world *world;
	bool synchronised, deaf; /* deaf: doesn't read */
	struct state_welcome welcome;
	struct state_role_change role; /* the last one that came */
	struct state_view view;
	uint32_t last_input;
	enum state_bye bye; /* 0: none came */
	unsigned welcomes, snapshots, deltas, checked, roles, views;
	unsigned gaps;	     /* deltas whose tick didn't follow */
	unsigned errors;     /* that could not be applied, or frames that could not be read */
	uint32_t input_step; /* the most inputs that one delta acknowledged */
};

/* POST /v1/login at 127.0.0.1:@port */
struct snake_login snake_login(uint16_t port, const char *account, const char *secret,
			       const char *edge);
/* Connects; sends HELLO when @session (32 hexadecimal digits) is given. Ends the test when nobody
 * listens. */
struct snake_client *snake_client_new(uint16_t port, const char *session);
void snake_client_free(struct snake_client *c);

void snake_client_send(struct snake_client *c, const uint8_t *frame, size_t len);
/* @count inputs from number @first, all of one kind; @number: of a switching signal, 0 for none */
void snake_client_input(struct snake_client *c, uint32_t number, uint32_t first, unsigned count,
			enum state_input_kind kind);
void snake_client_view(struct snake_client *c, const char *text);

/* Takes what has come for each, waits @ms at most when nothing has */
void snake_clients_turn(struct snake_client *const *c, size_t count, int ms);

#endif
