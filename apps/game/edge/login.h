/* SPDX-License-Identifier: Apache-2.0 */
/* What the cloud's login server answers to POST /v1/login (docs/csm.md). Pure. */
#ifndef BATON_APPS_GAME_EDGE_LOGIN_H
#define BATON_APPS_GAME_EDGE_LOGIN_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdint.h>

#include "lib/http_client.h"

enum { LOGIN_KEY_LEN = 16 };

struct login {
	uint8_t session[LOGIN_KEY_LEN], stream_key[LOGIN_KEY_LEN];
	struct sockaddr_in manager; /* the session manager */
};

enum login_outcome {
	LOGIN_OK,
	LOGIN_RETRY,  /* no answer, too many sessions or requests, the cloud's own failure */
	LOGIN_REFUSED /* 401 and other 4xx: asking again would give the same */
};

/**
 * login_read - judge an answer
 * @ret_cause: a word for programs when it isn't LOGIN_OK: LOGIN_REFUSED, TOO_MANY_SESSIONS,
 *             CLOUD_UNREACHABLE, CLOUD_PROTOCOL
 */
enum login_outcome login_read(const struct http_answer *answer, struct login *ret,
			      char ret_cause[32]);

#endif
