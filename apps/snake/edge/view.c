// SPDX-License-Identifier: Apache-2.0
#include "apps/snake/edge/view.h"

#include <errno.h>
#include <string.h>

void view_init(struct view_state *v)
{
	*v = (struct view_state){.options = {.map = true}};
}

int view_set(struct view_state *v, const char *text, size_t len)
{
	json_t *json, *map;

	if (len == 0 || len > STATE_VIEW_MAX)
		return -EINVAL;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json)) {
		json_decref(json);
		return -EINVAL;
	}
	map = json_object_get(json, "map");
	v->options.map = !map || !json_is_false(map);
	v->len = (uint8_t)len;
	memcpy(v->text, text, len);
	json_decref(json);
	return 0;
}

json_t *view_json(const struct view_state *v)
{
	return v->len ? json_loadb(v->text, v->len, 0, NULL) : json_null();
}
