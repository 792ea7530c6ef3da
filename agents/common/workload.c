// SPDX-License-Identifier: Apache-2.0
#include "agents/common/workload.h"

#include <errno.h>
#include <string.h>

static void read_name(struct json_reader *r, const char *member, bool required,
		      char ret[MANIFEST_NAME_SIZE])
{
	size_t before = r->invalid_count;

	json_read_string(r, member, required, ret, MANIFEST_NAME_SIZE);
	if (r->invalid_count == before && (required || ret[0]) && !manifest_name_valid(ret))
		json_reader_fail(r, member, "expected 1 to %d of a-z 0-9 . _ -, found \"%.60s\"",
				 MANIFEST_NAME_SIZE - 1, ret);
}

/* Named as known to the reader, which has no reader of its own for arrays and objects. */
static const json_t *take(struct json_reader *r, const char *member)
{
	if (r->known_count < sizeof(r->known) / sizeof(r->known[0]))
		r->known[r->known_count++] = member;
	return json_object_get(r->object, member);
}

/* A word that nobody knows is told when it is registered, not when it is started. */
static bool can_be_filled(const char *text)
{
	const struct workload_words none = {"", "", "", "", "", 0, 0, {0}, {0}};
	char buf[WORKLOAD_TEXT_MAX];

	return text && !workload_fill(text, &none, buf);
}

static json_t *read_command(struct json_reader *r)
{
	const json_t *list = take(r, "command");
	size_t count = json_array_size(list);

	if (!count || count > WORKLOAD_ARGUMENTS_MAX) {
		json_reader_fail(r, "command", "expected a list of 1 to %d texts",
				 WORKLOAD_ARGUMENTS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (!can_be_filled(json_string_value(json_array_get(list, i)))) {
			json_reader_fail(r, "command",
					 "expected texts with the words {config}, {image}, "
					 "{state}, {name}, {number}, "
					 "{address}, {port}, {service}, {token_file}");
			return NULL;
		}
	return json_deep_copy(list);
}

static bool is_program_path(const char *path)
{
	return manifest_path_valid(!strncmp(path, "./", 2) ? path + 2 : path);
}

static json_t *read_config(struct json_reader *r)
{
	const struct workload_words none = {"", "", "", "", "", 0, 0, {0}, {0}};
	const json_t *config = take(r, "config");
	json_t *filled;

	if (!config)
		return json_object();
	filled = json_is_object(config) ? workload_fill_json(config, &none) : NULL;
	if (!filled) {
		json_reader_fail(r, "config",
				 "expected an object, with the words {config}, {image}, {state}, "
				 "{name}, {number}, "
				 "{address}, {port}, {service}, {token_file} in its texts");
		return NULL;
	}
	json_decref(filled);
	return json_deep_copy(config);
}

int workload_read(const char *name, const json_t *body, struct json_reader *r, struct workload *ret)
{
	struct workload w = {.rest_port = 0};
	uint64_t port = 0;

	json_reader_begin(r, body);
	if (!manifest_name_valid(name))
		json_reader_fail(r, "name", "expected 1 to %d of a-z 0-9 . _ -",
				 MANIFEST_NAME_SIZE - 1);
	else
		strcpy(w.name, name);
	read_name(r, "image", true, w.image);
	read_name(r, "version", false, w.version);
	json_read_ipv4(r, "service", false, &w.service);
	json_read_u64(r, "rest_port", true, 1, 65535, &port);
	json_read_bool(r, "start", false, &w.start);
	w.rest_port = (uint32_t)port;
	w.command = read_command(r);
	if (w.command && !is_program_path(json_string_value(json_array_get(w.command, 0))))
		json_reader_fail(r, "command",
				 "expected a program inside the image first, such as \"./game\"");
	w.config = read_config(r);
	if (json_reader_end(r)) {
		workload_done(&w);
		return -EINVAL;
	}
	*ret = w;
	return 0;
}

void workload_done(struct workload *w)
{
	json_decref(w->command);
	json_decref(w->config);
	w->command = w->config = NULL;
}

json_t *workload_json(const struct workload *w, bool whole)
{
	json_t *json =
		json_pack("{s:s, s:s, s:i, s:b, s:O}", "image", w->image, "version", w->version,
			  "rest_port", (int)w->rest_port, "start", w->start, "command", w->command);

	if (w->service.s_addr)
		json_object_set_new(json, "service", json_ipv4(w->service));
	if (whole)
		json_object_set(json, "config", w->config);
	return json;
}

bool workload_equal(const struct workload *a, const struct workload *b)
{
	json_t *one = workload_json(a, true), *other = workload_json(b, true);
	bool equal = json_equal(one, other);

	json_decref(one);
	json_decref(other);
	return equal;
}

/* ---- from YAML ---- */

/* Scalars are texts: who reads them knows what they should be. */
json_t *workload_json_of_yaml(const struct yaml_node *node)
{
	json_t *json;

	if (node->kind == YAML_SCALAR)
		return json_string(node->scalar);
	json = node->kind == YAML_MAPPING ? json_object() : json_array();
	for (const struct yaml_node *n = node->child; n; n = n->next)
		if (node->kind == YAML_MAPPING)
			json_object_set_new(json, n->key, workload_json_of_yaml(n));
		else
			json_array_append_new(json, workload_json_of_yaml(n));
	return json;
}

struct keys {
	char name[MANIFEST_NAME_SIZE];
	const struct yaml_node *image, *version, *service, *command, *config;
	uint32_t rest_port;
	bool start;
};

#define AT(member) offsetof(struct keys, member)
static const struct yaml_field fields[] = {
	{"name", yaml_read_text, AT(name), MANIFEST_NAME_SIZE, 0, 0, true, "of the application"},
	{"start", yaml_read_bool, AT(start), 0, 0, 0, false, "when the agent starts"},
	{"image", yaml_read_node, AT(image), 0, 0, 0, true, "it is run from"},
	{"version", yaml_read_node, AT(version), 0, 0, 0, false, "of the image; any"},
	{"service", yaml_read_node, AT(service), 0, 0, 0, false, "address that users know it by"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "of its REST interface"},
	{"command", yaml_read_node, AT(command), 0, 0, 0, true,
	 "program in the image, and arguments"},
	{"config", yaml_read_node, AT(config), 0, 0, 0, false,
	 "what becomes its configuration file"},
	{0},
};

static void set(json_t *body, const char *member, const struct yaml_node *node)
{
	if (node)
		json_object_set_new(body, member, workload_json_of_yaml(node));
}

int workload_read_yaml(const struct yaml_doc *doc, const struct yaml_node *node,
		       struct workload *ret, struct yaml_error *err)
{
	struct json_reader reader;
	struct keys keys = {.start = false};
	json_t *body;
	int rc = yaml_read_fields(doc, node, fields, &keys, err);

	if (rc)
		return rc;
	body = json_pack("{s:i, s:b}", "rest_port", (int)keys.rest_port, "start", keys.start);
	set(body, "image", keys.image);
	set(body, "version", keys.version);
	set(body, "service", keys.service);
	set(body, "command", keys.command);
	set(body, "config", keys.config);
	rc = workload_read(keys.name, body, &reader, ret);
	json_decref(body);
	if (rc)
		return yaml_fail(doc, node, err, "%s: %s: %s", keys.name, reader.invalid[0].param,
				 reader.invalid[0].reason);
	ret->configured = true;
	return 0;
}
