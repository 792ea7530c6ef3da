/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a UE's inputs and switching signals goes on to the cloud. Both are repeated by the UE
 * until they are acknowledged (docs/csm.md), and the way to the cloud is TCP: what was sent there
 * once needs no repetition until the role changes. Whether an input counts is decided by the
 * session manager alone (paper 001, Algorithm 1). Pure.
 */
#ifndef BATON_APPS_GAME_EDGE_STEERING_H
#define BATON_APPS_GAME_EDGE_STEERING_H

#include <stdbool.h>

#include "apps/game/wire/wire.h"
#include "apps/stream/control.h"

struct steering {
	bool connected;	      /* WELCOME came, and the link is there */
	uint8_t role;	      /* enum state_role; 0 before the first WELCOME */
	uint32_t newest;      /* newest switch number that the cloud has accepted */
	uint32_t asked;	      /* signalled on this link and not answered yet; 0 none */
	uint32_t first, last; /* inputs that were sent on this link in this role; 0 none */
};

/* The cloud says hello: nothing was sent on this link yet */
void steering_welcome(struct steering *s, const struct state_welcome *m);
void steering_lost(struct steering *s);
/** steering_role - the cloud's answer to a signal, or its news; what the UE is to be told */
struct control_role_change steering_role(struct steering *s, const struct state_role_change *m);
/* What a client that asks, or joins anew, is told of the role */
struct control_role_change steering_told(const struct steering *s);

/**
 * steering_input - what of a client's INPUT has to go to the cloud
 * @applied: last input that the world has applied
 * Return: true, and @ret is to be sent; false: all of it was sent before
 */
bool steering_input(const struct steering *s, uint32_t applied, const struct control_input *in,
		    struct state_input *ret);
/* @m was sent */
void steering_input_sent(struct steering *s, const struct state_input *m);

enum steering_signal {
	STEERING_SEND,	 /* the signal has to go to the cloud */
	STEERING_WAIT,	 /* it is under way: the cloud will answer */
	STEERING_ANSWER, /* the answer is known: @ret_answer */
};

/** steering_signal - a client's SWITCH, each repetition */
enum steering_signal steering_signal(const struct steering *s, uint32_t number,
				     struct control_role_change *ret_answer);
/* The signal was sent: what follows it is the primary's, also inputs that were sent before */
void steering_signal_sent(struct steering *s, uint32_t number);

#endif
