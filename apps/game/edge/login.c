// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/login.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_key(const json_t *body, const char *name, uint8_t ret[LOGIN_KEY_LEN])
{
	const char *text = json_string_value(json_object_get(body, name));

	if (!text || strlen(text) != (size_t)2 * LOGIN_KEY_LEN)
		return -EBADMSG;
	for (unsigned i = 0; i < LOGIN_KEY_LEN; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EBADMSG;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
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
