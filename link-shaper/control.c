// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/control.h"

#include <stdio.h>
#include <string.h>

static json_t *refuse(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

static json_t *agree(void)
{
	return json_pack("{s:b}", "ok", 1);
}

/* Which port, in words when there is none */
static long find_port(const struct shaper *s, const json_t *body, struct patch_error *err)
{
	const char *node = json_string_value(json_object_get(body, "node"));
	const char *interface = json_string_value(json_object_get(body, "interface"));
	long port;

	if (!node || !interface) {
		snprintf(err->text, sizeof(err->text),
			 "set: expected \"node\" and \"interface\", both texts");
		return -1;
	}
	port = config_find(&s->config, node, interface);
	if (port < 0)
		snprintf(err->text, sizeof(err->text), "%.60s:%.16s is no port of this topology",
			 node, interface);
	return port;
}

/* @s as it was when it can't be kept, so that a restart would bring that back unseen */
static json_t *refuse_unkept(const struct shaper *s, int rc)
{
	struct patch_error err;

	snprintf(err.text, sizeof(err.text),
		 "nothing was changed: it can't be kept in %.100s for a restart: %s",
		 s->config.state, strerror(-rc));
	return refuse(err.text);
}

static const uint32_t all_keys = (1u << SHAPE_KEYS) - 1;

static json_t *keep_shape(struct shaper *s, size_t port, const struct link_shape *before)
{
	const struct patch back = {.keys = all_keys, .shape = *before};
	int rc = s->keep(s->keep_user);

	if (!rc)
		return NULL;
	shaper_set(s, port, &back, NULL);
	return refuse_unkept(s, rc);
}

static json_t *set(struct shaper *s, const json_t *body, uint64_t now_us, bool *ret_changed)
{
	struct patch_error err = {""};
	struct patch patch;
	struct link_shape before;
	json_t *unkept;
	long port = find_port(s, body, &err);

	if (port < 0 || patch_read_json(json_object_get(body, "shape"), &patch, &err))
		return refuse(err.text);
	if (patch_check(&patch, &s->port[port].shape, &err))
		return refuse(err.text);
	before = s->port[port].shape;
	*ret_changed = true;
	if (shaper_set(s, (size_t)port, &patch, &err))
		return refuse(err.text);
	*ret_changed = !s->keep;
	unkept = s->keep ? keep_shape(s, (size_t)port, &before) : NULL;
	return unkept ? unkept : json_pack("{s:b, s:s}", "ok", 1, "backend", s->port[port].backend);
}

static json_t *get(struct shaper *s, const json_t *body, uint64_t now_us, bool *ret_changed)
{
	return shaper_get(s, now_us);
}

/* The timeline began or ended: @running, @started_us and @done are those before */
static json_t *keep_timeline(struct shaper *s, bool running, uint64_t started_us,
			     struct timeline_event done)
{
	int rc = s->keep ? s->keep(s->keep_user) : 0;

	if (!rc)
		return agree();
	s->running = running;
	s->started_us = started_us;
	s->done = done;
	return refuse_unkept(s, rc);
}

static json_t *start(struct shaper *s, const json_t *body, uint64_t now_us, bool *ret_changed)
{
	const bool running = s->running;
	const uint64_t started_us = s->started_us;
	const struct timeline_event done = s->done;

	shaper_start(s, now_us);
	*ret_changed = true;
	return keep_timeline(s, running, started_us, done);
}

static json_t *stop(struct shaper *s, const json_t *body, uint64_t now_us, bool *ret_changed)
{
	const bool running = s->running;

	shaper_stop(s);
	*ret_changed = true;
	return keep_timeline(s, running, s->started_us, s->done);
}

static const struct verb {
	const char *name;
	json_t *(*run)(struct shaper *s, const json_t *body, uint64_t now_us, bool *ret_changed);
} verbs[] = {{"set", set}, {"get", get}, {"start", start}, {"stop", stop}};

json_t *control_answer(struct shaper *s, const char *text, size_t len, uint64_t now_us,
		       bool *ret_changed)
{
	json_t *request = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL), *answer = NULL;

	*ret_changed = false;
	if (json_object_size(request) == 1) {
		for (size_t i = 0; !answer && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
			const json_t *body = json_object_get(request, verbs[i].name);

			if (json_is_object(body))
				answer = verbs[i].run(s, body, now_us, ret_changed);
		}
	}
	if (!answer)
		answer = refuse("expected one of {\"set\": {...}}, {\"get\": {}}, {\"start\": {}}, "
				"{\"stop\": {}} on a line");
	json_decref(request);
	return answer;
}
