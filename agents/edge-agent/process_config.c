// SPDX-License-Identifier: Apache-2.0
/* The list `processes` of the configuration: agents/edge-agent/edge-agent.example.yaml explains it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agents/edge-agent/process.h"
#include "lib/yaml.h"

struct keys {
	char name[MANIFEST_NAME_SIZE], image[MANIFEST_NAME_SIZE], version[MANIFEST_NAME_SIZE];
	uint32_t number, port;
	struct in_addr address;
	bool start, cooperative;
	const struct yaml_node *command, *config, *stateless;
};

enum { NUMBER_MAX = 99 };

#define AT(member) offsetof(struct keys, member)
static const struct yaml_field fields[] = {
	{"name", yaml_read_text, AT(name), MANIFEST_NAME_SIZE, 0, 0, true, "of the application"},
	{"number", yaml_read_u32, AT(number), 0, 1, NUMBER_MAX, true,
	 "its own among them; its process is 20000 and a hundred for each"},
	{"image", yaml_read_text, AT(image), MANIFEST_NAME_SIZE, 0, 0, true, "it is run from"},
	{"version", yaml_read_text, AT(version), MANIFEST_NAME_SIZE, 0, 0, false,
	 "of the image; any"},
	{"address", yaml_read_ipv4, AT(address), 0, 0, 0, true, "of its service"},
	{"port", yaml_read_u32, AT(port), 0, 1, 65535, true, "of its service"},
	{"start", yaml_read_bool, AT(start), 0, 0, 0, false, "when the agent starts"},
	{"cooperative", yaml_read_bool, AT(cooperative), 0, 0, 0, false,
	 "its memory is the library's"},
	{"command", yaml_read_node, AT(command), 0, 0, 0, true,
	 "program in the image, and arguments"},
	{"config", yaml_read_node, AT(config), 0, 0, 0, false,
	 "what becomes its configuration file"},
	{"stateless", yaml_read_node, AT(stateless), 0, 0, 0, false,
	 "its processes that have no state"},
	{0},
};

struct helper_keys {
	char name[MANIFEST_NAME_SIZE];
	const struct yaml_node *command;
};
#define HELPER_AT(member) offsetof(struct helper_keys, member)
static const struct yaml_field helper_fields[] = {
	{"name", yaml_read_text, HELPER_AT(name), MANIFEST_NAME_SIZE, 0, 0, true, "of the process"},
	{"command", yaml_read_node, HELPER_AT(command), 0, 0, 0, true,
	 "program in the image, and arguments"},
	{0},
};

/* Its words are checked, and it begins with a path in the image. */
static int read_command(const struct yaml_doc *doc, const struct yaml_node *node, json_t **ret,
			struct yaml_error *err)
{
	const struct workload_words none = {"", "", "", "", "", 0, 0, {0}, {0}};
	size_t count = 0;

	if (node->kind != YAML_SEQUENCE || !node->child)
		return yaml_fail(doc, node, err, "command: expected a list of 1 to %d texts",
				 WORKLOAD_ARGUMENTS_MAX);
	*ret = json_array();
	for (const struct yaml_node *n = node->child; n; n = n->next, count++) {
		char text[WORKLOAD_TEXT_MAX];

		if (n->kind != YAML_SCALAR || workload_fill(n->scalar, &none, text) ||
		    count == WORKLOAD_ARGUMENTS_MAX)
			return yaml_fail(doc, n, err,
					 "command: expected 1 to %d texts with the words {config}, "
					 "{image}, {state}, {name}, {number}, {address}, {port}, "
					 "{service}, {token_file}",
					 WORKLOAD_ARGUMENTS_MAX);
		if (!count &&
		    !manifest_path_valid(!strncmp(n->scalar, "./", 2) ? n->scalar + 2 : n->scalar))
			return yaml_fail(doc, n, err,
					 "command: expected a program inside the image first, such "
					 "as \"./ledger\"");
		json_array_append_new(*ret, json_string(n->scalar));
	}
	return 0;
}

static int read_name(const struct yaml_doc *doc, const struct yaml_node *node, const char *key,
		     const char *name, struct yaml_error *err)
{
	const struct yaml_node *at = yaml_get(node, key);

	if (manifest_name_valid(name))
		return 0;
	return yaml_fail(doc, at ? at : node, err,
			 "%s: expected 1 to %d of a-z 0-9 . _ -, found '%s'", key,
			 MANIFEST_NAME_SIZE - 1, name);
}

static int read_config(const struct yaml_doc *doc, const struct yaml_node *node, json_t **ret,
		       struct yaml_error *err)
{
	const struct workload_words none = {"", "", "", "", "", 0, 0, {0}, {0}};
	json_t *filled;

	*ret = node ? workload_json_of_yaml(node) : json_object();
	filled = json_is_object(*ret) ? workload_fill_json(*ret, &none) : NULL;
	if (!filled)
		return yaml_fail(doc, node, err,
				 "config: expected keys and values, with no other words in braces "
				 "than {config}, {image}, {state}, {name}, {number}, {address}, "
				 "{port}, {service}, {token_file}");
	json_decref(filled);
	return 0;
}

static int read_helper(const struct yaml_doc *doc, const struct yaml_node *node,
		       struct edge_process *p, struct yaml_error *err)
{
	struct helper_keys keys = {.command = NULL};
	struct edge_helper *h = &p->helper[p->helper_count];
	int rc;

	if (p->helper_count == HELPERS_MAX)
		return yaml_fail(doc, node, err, "stateless: more than %d", HELPERS_MAX);
	rc = yaml_read_fields(doc, node, helper_fields, &keys, err);
	if (!rc)
		rc = read_name(doc, node, "name", keys.name, err);
	for (size_t i = 0; !rc && i < p->helper_count; i++)
		if (!strcmp(p->helper[i].name, keys.name))
			rc = yaml_fail(doc, node, err, "stateless: '%s' is there twice", keys.name);
	if (rc)
		return rc;
	strcpy(h->name, keys.name);
	p->helper_count++;
	return read_command(doc, keys.command, &h->command, err);
}

static int read_helpers(const struct yaml_doc *doc, const struct yaml_node *list,
			struct edge_process *p, struct yaml_error *err)
{
	int rc = 0;

	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "stateless: expected a list");
	for (const struct yaml_node *n = list ? list->child : NULL; n && !rc; n = n->next)
		rc = read_helper(doc, n, p, err);
	return rc;
}

static void take(struct edge_process *p, const struct keys *keys)
{
	strcpy(p->app.name, keys->name);
	strcpy(p->app.image, keys->image);
	strcpy(p->app.version, keys->version);
	p->app.number = keys->number;
	p->app.address = keys->address;
	p->app.port = (uint16_t)keys->port;
	p->app.cooperative = keys->cooperative;
	p->start = keys->start;
}

int process_read_yaml(const struct yaml_doc *doc, const struct yaml_node *node,
		      struct edge_process **ret, struct yaml_error *err)
{
	struct edge_process *p = calloc(1, sizeof(*p));
	struct keys keys = {.start = false};
	int rc;

	if (!p)
		return -ENOMEM;
	rc = yaml_read_fields(doc, node, fields, &keys, err);
	if (!rc)
		rc = read_name(doc, node, "name", keys.name, err);
	if (!rc)
		rc = read_name(doc, node, "image", keys.image, err);
	if (!rc && keys.version[0])
		rc = read_name(doc, node, "version", keys.version, err);
	if (!rc)
		rc = read_command(doc, keys.command, &p->command, err);
	if (!rc)
		rc = read_config(doc, keys.config, &p->config, err);
	if (!rc)
		rc = read_helpers(doc, keys.stateless, p, err);
	if (rc) {
		process_free(p);
		return rc;
	}
	take(p, &keys);
	*ret = p;
	return 0;
}

void process_free(struct edge_process *p)
{
	json_decref(p->command);
	json_decref(p->config);
	for (size_t i = 0; i < p->helper_count; i++)
		json_decref(p->helper[i].command);
	free(p);
}
