// SPDX-License-Identifier: Apache-2.0
/* request.json: what the agent writes for a step, and process-step reads. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/process-step/step.h"
#include "lib/file.h"
#include "lib/json.h"

enum { REQUEST_PATH_SIZE = STEP_PATH_SIZE + 32 };

static json_t *node_json(const struct process_node *n)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", n->name, "wan_interface",
			 n->wan_interface, "n6_interface", n->n6_interface, "directory",
			 n->directory, "repository", n->repository, "wan_address",
			 json_ipv4(n->wan_address));
}

static json_t *app_json(const struct process_app *a)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:i, s:b}", "name", a->name, "image",
			 a->image, "version", a->version, "directory", a->directory, "number",
			 (int)a->number, "address", json_ipv4(a->address), "port", (int)a->port,
			 "cooperative", a->cooperative);
}

json_t *process_step_request(const struct process_step *s)
{
	return json_pack("{s:s, s:s, s:i, s:I, s:s, s:s, s:o, s:o, s:O}", "migration", s->migration,
			 "kind", s->kind, "round", (int)s->round, "epoch", (json_int_t)s->epoch,
			 "directory", s->directory, "images", s->images, "node",
			 node_json(&s->node), "app", app_json(&s->app), "args",
			 (json_t *)(uintptr_t)s->args);
}

/* ---- read ---- */

static bool text(const json_t *object, const char *name, char *ret, size_t size)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value && snprintf(ret, size, "%s", value) < (int)size;
}

static bool number(const json_t *object, const char *name, uint64_t max, uint64_t *ret)
{
	const json_t *value = json_object_get(object, name);

	*ret = (uint64_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0 && *ret <= max;
}

static bool address(const json_t *object, const char *name, struct in_addr *ret)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value && inet_pton(AF_INET, value, ret) == 1;
}

#define TEXT(object, name, member) text(object, name, member, sizeof(member))

static bool read_node(const json_t *json, struct process_node *n)
{
	return TEXT(json, "name", n->name) && TEXT(json, "wan_interface", n->wan_interface) &&
	       TEXT(json, "n6_interface", n->n6_interface) &&
	       TEXT(json, "directory", n->directory) && TEXT(json, "repository", n->repository) &&
	       address(json, "wan_address", &n->wan_address);
}

static bool read_app(const json_t *json, struct process_app *a)
{
	uint64_t app_number, port;
	bool ok = TEXT(json, "name", a->name) && TEXT(json, "image", a->image) &&
		  TEXT(json, "version", a->version) && TEXT(json, "directory", a->directory) &&
		  number(json, "number", UINT32_MAX, &app_number) &&
		  address(json, "address", &a->address) && number(json, "port", UINT16_MAX, &port);

	if (!ok)
		return false;
	a->number = (unsigned)app_number;
	a->port = (uint16_t)port;
	a->cooperative = json_is_true(json_object_get(json, "cooperative"));
	return true;
}

static bool read_step(const json_t *json, struct process_step *s)
{
	uint64_t round;

	if (!TEXT(json, "migration", s->migration) || !TEXT(json, "kind", s->kind) ||
	    !TEXT(json, "images", s->images) || !number(json, "round", UINT32_MAX, &round) ||
	    !number(json, "epoch", INT64_MAX, &s->epoch))
		return false;
	s->round = (unsigned)round;
	return true;
}

int process_step_load(struct process_step *s, const char *directory)
{
	char path[REQUEST_PATH_SIZE];
	json_error_t error;
	json_t *json;
	bool ok;

	memset(s, 0, sizeof(*s));
	s->outcome = json_object();
	snprintf(s->directory, sizeof(s->directory), "%s", directory);
	snprintf(path, sizeof(path), "%s/request.json", directory);
	json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return process_step_fail(s, "STEP_FAILED", "%s:%d: %s", path, error.line,
					 error.text);
	s->args = json_incref(json_object_get(json, "args"));
	ok = json_is_object(s->args) && read_step(json, s) &&
	     read_node(json_object_get(json, "node"), &s->node) &&
	     read_app(json_object_get(json, "app"), &s->app);
	json_decref(json);
	return ok ? 0
		  : process_step_fail(s, "STEP_FAILED", "%s: not as the edge agent writes it",
				      path);
}
