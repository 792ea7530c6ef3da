// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/view.h"

#include <errno.h>
#include <string.h>

int view_set(struct view_state *v, const char *text, size_t len)
{
	json_t *json;

	if (len == 0 || len > STATE_VIEW_MAX)
		return -EINVAL;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json)) {
		json_decref(json);
		return -EINVAL;
	}
	v->len = (uint8_t)len;
	memcpy(v->text, text, len);
	json_decref(json);
	return 0;
}

json_t *view_json(const struct view_state *v)
{
	return v->len ? json_loadb(v->text, v->len, 0, NULL) : json_null();
}
