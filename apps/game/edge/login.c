// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/login.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "lib/hex.h"

static int read_key(const json_t *body, const char *name, uint8_t ret[LOGIN_KEY_LEN])
{
	const char *text = json_string_value(json_object_get(body, name));

	return text ? hex_read(text, ret, LOGIN_KEY_LEN) : -EBADMSG;
}

static int read_body(const json_t *body, struct login *ret)
{
	const char *address = json_string_value(json_object_get(body, "address"));
	json_int_t port = json_integer_value(json_object_get(body, "port"));

	*ret = (struct login){.manager.sin_family = AF_INET};
	if (read_key(body, "session", ret->session) < 0 ||
	    read_key(body, "stream_key", ret->stream_key) < 0 || !address || port < 1 ||
	    port > UINT16_MAX || inet_pton(AF_INET, address, &ret->manager.sin_addr) != 1)
		return -EBADMSG;
	ret->manager.sin_port = htons((uint16_t)port);
	return 0;
}

enum login_outcome login_read(const struct http_answer *answer, struct login *ret,
			      char ret_cause[32])
{
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));

	if (answer->error) {
		snprintf(ret_cause, 32, "CLOUD_UNREACHABLE");
		return LOGIN_RETRY;
	}
	if (answer->status == 200 && read_body(answer->body, ret) == 0)
		return LOGIN_OK;
	snprintf(ret_cause, 32, "%.31s", cause && answer->status != 200 ? cause : "CLOUD_PROTOCOL");
	if (answer->status >= 400 && answer->status < 500 && answer->status != 408 &&
	    answer->status != 409 && answer->status != 429)
		return LOGIN_REFUSED;
	return LOGIN_RETRY;
}
