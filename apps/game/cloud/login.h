/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The login server: who may have a session. Refused logins are limited by their source address, so
 * that secrets can't be guessed in bulk; a secret is compared in constant time, an unknown account
 * takes as long as a known one.
 */
#ifndef BATON_APPS_GAME_CLOUD_LOGIN_H
#define BATON_APPS_GAME_CLOUD_LOGIN_H

#include "apps/game/cloud/sessions.h"
#include "lib/http_server.h"

enum {
	LOGIN_SOURCES = 64,  /* addresses whose refusals are counted; the oldest is forgotten */
	LOGIN_REFUSALS = 10, /* an address may have at once */
	LOGIN_REFILL_MS = 500,
};

struct login {
	struct accounts *accounts;
	struct sessions *sessions;
	const struct logic_server *logic;
	struct in_addr address; /* of the state protocol, as the answer says */
	uint16_t port;
	struct login_source {
		struct in_addr address;
		double left;
		uint64_t at_ns; /* 0: free */
	} source[LOGIN_SOURCES];
	uint64_t accepted, refused, limited, full;
};

/** login_post - POST /v1/login (docs/csm.md) */
void login_post(struct login *l, struct http_request *req);

#endif
