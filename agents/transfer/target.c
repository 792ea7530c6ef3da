// SPDX-License-Identifier: Apache-2.0
/* Where a receiver listens, as a step is told. */
#include <errno.h>
#include <string.h>

#include "agents/transfer/sender.h"
#include "lib/json.h"

int transfer_target_read(const json_t *args, struct transfer_target *ret)
{
	const json_t *to = json_object_get(args, "to");
	const char *key = json_string_value(json_object_get(to, "key"));

	*ret = (struct transfer_target){0};
	if (json_endpoint(to, &ret->address, &ret->port) || !key || strlen(key) >= sizeof(ret->key))
		return -EINVAL;
	strcpy(ret->key, key);
	return 0;
}
