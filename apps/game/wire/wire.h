/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state protocol between an edge instance and the session manager (docs/csm.md): frames over
 * TCP, u32 length of what follows, u8 type, body. Builders write whole frames; a parser takes what
 * TCP brings and gives whole frames back. Pure.
 */
#ifndef BATON_APPS_GAME_WIRE_WIRE_H
#define BATON_APPS_GAME_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STATE_VERSION = 1,
	STATE_LEN_MAX = 1048576,   /* what the length of a frame may say */
	STATE_HEADER_LEN = 5,	   /* length and type */
	STATE_EDGE_LEN_MAX = 1024, /* of a frame from an edge: nothing longer is sent upward */
	STATE_SESSION_LEN = 16,
	STATE_INPUTS_MAX = 64, /* in one INPUT */
	STATE_VIEW_MAX = 255,
	STATE_SMALL_MAX = 300, /* a whole frame of any type but SNAPSHOT and DELTA */
	STATE_WORLD_AT = STATE_HEADER_LEN +
			 8, /* where the world begins in the longer of SNAPSHOT and DELTA */
};

enum state_type {
	STATE_HELLO = 1,
	STATE_WELCOME,
	STATE_SNAPSHOT,
	STATE_DELTA,
	STATE_INPUT,
	STATE_ROLE,
	STATE_VIEW,
	STATE_ASK,
	STATE_BYE,
};

enum state_role { STATE_PRIMARY = 1, STATE_SECONDARY = 2 };
enum state_outcome { STATE_ACCEPTED = 0, STATE_STALE = 1, STATE_REFUSED = 2 };
enum state_bye {
	STATE_BYE_LOGOUT = 1,
	STATE_BYE_FORGED,
	STATE_BYE_PROTOCOL,
	STATE_BYE_SLOW,
	STATE_BYE_SHUTDOWN,
};
enum state_input_kind {
	INPUT_NONE,
	INPUT_UP,
	INPUT_RIGHT,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_REST,
	INPUT_GO,
	INPUT_KINDS
};

struct state_welcome {
	uint8_t role; /* enum state_role */
	uint16_t player, tick_hz, width, height;
	uint32_t last_input;	/* applied; 0 none */
	uint32_t switch_number; /* newest accepted; 0 none */
};

struct state_input {
	bool signal; /* the switching signal of Algorithm 1; switch_number is its number */
	uint32_t switch_number;
	uint32_t first; /* sequence number of input[0] */
	uint8_t count;	/* 0 only with the signal */
	uint8_t input[STATE_INPUTS_MAX];
};

struct state_role_change {
	uint8_t role; /* enum state_role, of the session that is told */
	uint32_t switch_number;
	uint8_t outcome; /* enum state_outcome */
};

struct state_view {
	uint8_t len;
	char text[STATE_VIEW_MAX + 1]; /* JSON, ended by NUL after len octets */
};

/* SNAPSHOT and DELTA, read. The world's octets are borrowed from the body. */
struct state_update {
	uint32_t tick;
	uint32_t last_input; /* DELTA only */
	const uint8_t *world;
	size_t len;
};

/*
 * Builders: write a whole frame at @buf, which has at least STATE_SMALL_MAX octets; return its
 * length.
 */
size_t state_put_hello(uint8_t *buf, const uint8_t session[STATE_SESSION_LEN]);
size_t state_put_welcome(uint8_t *buf, const struct state_welcome *m);
size_t state_put_input(uint8_t *buf, const struct state_input *m);
size_t state_put_role(uint8_t *buf, const struct state_role_change *m);
size_t state_put_view(uint8_t *buf, const struct state_view *m);
size_t state_put_ask(uint8_t *buf);
size_t state_put_bye(uint8_t *buf, enum state_bye reason);
/* Only what stands before the world; @world_len octets of it (world_encode, world_delta_encode)
 * follow: return what was written */
size_t state_put_snapshot(uint8_t *buf, uint32_t tick, size_t world_len);
size_t state_put_delta(uint8_t *buf, uint32_t tick, uint32_t last_input, size_t world_len);

/*
 * Readers of a frame's body. Return: 0, or -EBADMSG for a wrong length or a value out of its range.
 */
int state_get_hello(const uint8_t *body, size_t len,
		    uint8_t ret_session[STATE_SESSION_LEN]); /* -EPROTONOSUPPORT: other version */
int state_get_welcome(const uint8_t *body, size_t len, struct state_welcome *ret);
int state_get_snapshot(const uint8_t *body, size_t len, struct state_update *ret);
int state_get_delta(const uint8_t *body, size_t len, struct state_update *ret);
int state_get_input(const uint8_t *body, size_t len, struct state_input *ret);
int state_get_role(const uint8_t *body, size_t len, struct state_role_change *ret);
int state_get_view(const uint8_t *body, size_t len, struct state_view *ret);
int state_get_bye(const uint8_t *body, size_t len, enum state_bye *ret);

/*
 * The parser. It holds what it has of one frame, at most @len_max octets and only as much as has
 * come.
 */
struct state_parser {
	size_t len_max; /* longest frame that is taken: STATE_LEN_MAX, or STATE_EDGE_LEN_MAX in the
			   cloud */
	uint8_t *buf;
	size_t have, room;
};

void state_parser_init(struct state_parser *p, size_t len_max);
void state_parser_done(struct state_parser *p);
/**
 * state_parser_feed - take @len octets; @on_frame gets every frame that is complete
 * @on_frame: @body is borrowed for the call; may not feed or end this parser; a negative return
 * ends the feeding
 *
 * Return: 0; -EMSGSIZE: a length of 0 or above len_max; -ENOMEM; or what @on_frame returned. After
 * an error the parser is to be ended.
 */
int state_parser_feed(struct state_parser *p, const uint8_t *bytes, size_t len,
		      int (*on_frame)(uint8_t type, const uint8_t *body, size_t len, void *user),
		      void *user);

#endif
