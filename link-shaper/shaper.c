// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/shaper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char backend_failed[] = "failed";

static int apply(struct shaper *s, size_t i, struct patch_error *err)
{
	struct shaper_port *port = &s->port[i];
	const char *name = backend_failed;
	struct patch_error why = {""};
	int rc = s->backend.apply(s->backend.user, i, &port->shape, &name, &why);

	port->backend = rc ? backend_failed : name;
	port->error = why;
	s->applied++;
	s->failed += rc != 0;
	if (rc && err)
		*err = why;
	return rc;
}

int shaper_set(struct shaper *s, size_t i, const struct patch *patch, struct patch_error *err)
{
	const struct link_shape before = s->port[i].shape;

	patch_apply(patch, &s->port[i].shape);
	s->moved += !patch_same(&before, &s->port[i].shape);
	return apply(s, i, err);
}

/* ---- the timeline ---- */

void shaper_start(struct shaper *s, uint64_t now_us)
{
	s->running = s->config.change_count > 0;
	s->started_us = now_us;
	s->done = (struct timeline_event){.at_us = 0, .change = SIZE_MAX};
}

void shaper_stop(struct shaper *s)
{
	s->running = false;
}

static struct timeline timeline_of(const struct shaper *s)
{
	return (struct timeline){s->config.change, s->config.change_count, s->config.repeat_us};
}

static bool next_event(const struct shaper *s, struct timeline_event *ret)
{
	const struct timeline timeline = timeline_of(s);
	const long after = s->done.change == SIZE_MAX ? -1 : (long)s->done.change;

	return s->running && timeline_next(&timeline, s->done.at_us, after, ret);
}

/* Who was stopped for long begins with the round before this one. */
static void skip_rounds(struct shaper *s, uint64_t now_us)
{
	const uint64_t repeat = s->config.repeat_us;
	uint64_t round;

	if (!s->running || !repeat || now_us < s->started_us)
		return;
	round = (now_us - s->started_us) / repeat;
	if (round < 2 || s->done.at_us >= (round - 1) * repeat)
		return;
	s->done = (struct timeline_event){.at_us = (round - 1) * repeat, .change = SIZE_MAX};
}

uint64_t shaper_run(struct shaper *s, uint64_t now_us, bool *ret_changed)
{
	struct timeline_event event;
	struct link_shape before;

	*ret_changed = false;
	skip_rounds(s, now_us);
	while (next_event(s, &event)) {
		const struct change *change = &s->config.change[event.change];

		if (s->started_us + event.at_us > now_us)
			return s->started_us + event.at_us;
		before = s->port[change->port].shape;
		patch_step(&change->patch, &s->port[change->port].shape, event.left);
		s->moved += !patch_same(&before, &s->port[change->port].shape);
		apply(s, change->port, NULL);
		s->done = event;
		*ret_changed = true;
	}
	s->running = false;
	return UINT64_MAX;
}

/* ---- to the outside ---- */

static json_t *port_json(struct shaper *s, size_t i)
{
	const struct port_config *config = &s->config.port[i];
	const struct shaper_port *port = &s->port[i];
	json_t *counters = s->backend.counters(s->backend.user, i);
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:o}", "node", config->node, "interface",
			      config->interface, "peer", config->peer, "backend", port->backend,
			      "shape", shape_json(&port->shape));

	if (counters)
		json_object_set_new(j, "counters", counters);
	if (port->error.text[0])
		json_object_set_new(j, "error", json_string(port->error.text));
	return j;
}

static json_t *changes_json(const struct shaper *s, uint64_t now_us)
{
	struct timeline_event event;
	json_t *j = json_pack("{s:b, s:I}", "running", s->running, "count",
			      (json_int_t)s->config.change_count);

	if (!s->running)
		return j;
	json_object_set_new(j, "elapsed_us", json_integer((json_int_t)(now_us - s->started_us)));
	if (next_event(s, &event))
		json_object_set_new(j, "next_at_us", json_integer((json_int_t)event.at_us));
	return j;
}

/* What came too late or not at all since the shaper fell behind */
static json_int_t behind_of(const json_t *port)
{
	const json_t *counters = json_object_get(port, "counters");

	return json_integer_value(json_object_get(counters, "late_packets")) +
	       json_integer_value(json_object_get(counters, "overrun"));
}

json_t *shaper_get(struct shaper *s, uint64_t now_us)
{
	json_t *ports = json_array();
	json_int_t behind = 0;

	for (size_t i = 0; i < s->config.port_count; i++) {
		json_t *port = port_json(s, i);

		behind += behind_of(port);
		json_array_append_new(ports, port);
	}
	return json_pack("{s:o, s:I, s:I, s:I, s:o}", "ports", ports, "behind", behind, "moved",
			 (json_int_t)s->moved, "since_us", (json_int_t)s->since_us, "changes",
			 changes_json(s, now_us));
}

/* FNV-1a, to tell the file's changes from others; of whole structs, which are made zeroed */
static json_int_t changes_digest(const struct config *config)
{
	const uint8_t *bytes = (const uint8_t *)config->change;
	uint64_t hash = 0xcbf29ce484222325 ^ config->repeat_us;

	for (size_t i = 0; i < config->change_count * sizeof(*config->change); i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return (json_int_t)(hash >> 1);
}

json_t *shaper_state(const struct shaper *s)
{
	json_t *ports = json_array();

	for (size_t i = 0; i < s->config.port_count; i++) {
		const struct port_config *config = &s->config.port[i];

		json_array_append_new(ports, json_pack("{s:s, s:s, s:o, s:o}", "node", config->node,
						       "interface", config->interface, "file",
						       shape_json(&config->shape), "shape",
						       shape_json(&s->port[i].shape)));
	}
	return json_pack("{s:o, s:{s:b, s:I, s:I, s:I, s:I}}", "ports", ports, "changes", "running",
			 s->running, "digest", changes_digest(&s->config), "started_us",
			 (json_int_t)s->started_us, "done_us", (json_int_t)s->done.at_us,
			 "done_change",
			 s->done.change == SIZE_MAX ? (json_int_t)-1 : (json_int_t)s->done.change);
}

/* ---- from a predecessor ---- */

/* A shape in force counts as long as the file says of the port what it said then. */
static void restore_port(struct shaper *s, const json_t *saved)
{
	const char *node = json_string_value(json_object_get(saved, "node"));
	const char *interface = json_string_value(json_object_get(saved, "interface"));
	struct patch file, shape;
	struct patch_error err;
	struct link_shape was = {0};
	long i = node && interface ? config_find(&s->config, node, interface) : -1;

	if (i < 0 || patch_read_json(json_object_get(saved, "file"), &file, &err) ||
	    patch_read_json(json_object_get(saved, "shape"), &shape, &err))
		return;
	patch_apply(&file, &was);
	if (patch_same(&was, &s->config.port[i].shape))
		patch_apply(&shape, &s->port[i].shape);
}

static void restore_changes(struct shaper *s, const json_t *saved, uint64_t now_us)
{
	const json_int_t change = json_integer_value(json_object_get(saved, "done_change"));
	const json_int_t at = json_integer_value(json_object_get(saved, "done_us"));

	if (!json_is_true(json_object_get(saved, "running")))
		return;
	shaper_start(s, now_us);
	if (json_integer_value(json_object_get(saved, "digest")) != changes_digest(&s->config) ||
	    at < 0 || change < -1 || change >= (json_int_t)s->config.change_count)
		return;
	s->started_us = (uint64_t)json_integer_value(json_object_get(saved, "started_us"));
	s->done.at_us = (uint64_t)at;
	s->done.change = change < 0 ? SIZE_MAX : (size_t)change;
}

int shaper_init(struct shaper *s, struct config *config, const struct shaper_backend *backend,
		const json_t *state, uint64_t now_us)
{
	const json_t *saved;
	size_t i;

	*s = (struct shaper){.config = *config, .backend = *backend, .done.change = SIZE_MAX};
	memset(config, 0, sizeof(*config));
	s->port = calloc(s->config.port_count + 1, sizeof(*s->port));
	if (!s->port) {
		config_done(&s->config);
		return -ENOMEM;
	}
	for (i = 0; i < s->config.port_count; i++)
		s->port[i].shape = s->config.port[i].shape;
	json_array_foreach(json_object_get(state, "ports"), i, saved) restore_port(s, saved);
	restore_changes(s, json_object_get(state, "changes"), now_us);
	for (i = 0; i < s->config.port_count; i++)
		apply(s, i, NULL);
	return 0;
}

void shaper_done(struct shaper *s)
{
	config_done(&s->config);
	free(s->port);
	s->port = NULL;
}
