// SPDX-License-Identifier: Apache-2.0
/* Where a receiver listens, as a step is told. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "agents/transfer/sender.h"

int transfer_target_read(const json_t *args, struct transfer_target *ret)
{
	const json_t *to = json_object_get(args, "to");
	const char *address = json_string_value(json_object_get(to, "address"));
	const char *key = json_string_value(json_object_get(to, "key"));
	json_int_t port = json_integer_value(json_object_get(to, "port"));

	*ret = (struct transfer_target){0};
	if (!address || inet_pton(AF_INET, address, &ret->address) != 1 || !key ||
	    strlen(key) >= sizeof(ret->key) || port < 1 || port > UINT16_MAX)
		return -EINVAL;
	ret->port = (uint16_t)port;
	strcpy(ret->key, key);
	return 0;
}
