// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/edge/ticket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static bool is_name(const char *text)
{
	size_t len = strlen(text);

	return len >= 1 && len <= TICKET_NAME_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       len;
}

static bool is_password(const char *text)
{
	size_t len = strlen(text), i = 0;

	while (i < len && text[i] > ' ' && text[i] <= '~')
		i++;
	return len >= 1 && len <= TICKET_PASSWORD_MAX && i == len;
}

int ticket_read(const json_t *answer, struct ticket *ret)
{
	const json_t *own = json_object_get(answer, "minetest");
	const char *address = json_string_value(json_object_get(own, "address"));
	const char *name = json_string_value(json_object_get(own, "name"));
	const char *password = json_string_value(json_object_get(own, "password"));
	json_int_t port = json_integer_value(json_object_get(own, "port"));

	*ret = (struct ticket){.port = 0};
	if (!address || !name || !password || port < 1 || port > UINT16_MAX || !is_name(name) ||
	    !is_password(password) || inet_pton(AF_INET, address, &ret->address) != 1)
		return -EBADMSG;
	ret->port = (uint16_t)port;
	strcpy(ret->name, name);
	strcpy(ret->password, password);
	return 0;
}

bool ticket_equal(const struct ticket *a, const struct ticket *b)
{
	return a->address.s_addr == b->address.s_addr && a->port == b->port &&
	       strcmp(a->name, b->name) == 0 && strcmp(a->password, b->password) == 0;
}
