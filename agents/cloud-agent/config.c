// SPDX-License-Identifier: Apache-2.0
/* The agent's configuration file: agents/cloud-agent/cloud-agent.example.yaml explains every key.
 */
#include <string.h>

#include "agents/cloud-agent/agent.h"
#include "lib/log.h"

#define AT(member) offsetof(struct agent_config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"name", yaml_read_text, AT(name), 64, 0, 0, true, "the node's name"},
	{"image_address", yaml_read_ipv4, AT(image_address), 0, 0, 0, true,
	 "where edges pull images from"},
	{"image_port", yaml_read_u32, AT(image_port), 0, 1, 65535, false, "the same"},
	{"images", yaml_read_text, AT(images), 256, 0, 0, true, "directory of images"},
	{"state_dir", yaml_read_text, AT(state_dir), 256, 0, 0, true, "directory of services"},
	{"services", yaml_read_node, AT(services), 0, 0, 0, false, "that can be run here"},
	{0},
};

static int check_services(struct agent *a, struct yaml_error *err)
{
	const struct yaml_node *list = a->config.services;
	int r = 0;

	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(a->config_doc, list, err, "expected a list of services");
	for (const struct yaml_node *n = list ? list->child : NULL; n && r == 0; n = n->next) {
		struct workload w;

		r = workload_read_yaml(a->config_doc, n, &w, err);
		if (r == 0)
			workload_done(&w);
	}
	return r;
}

int agent_config_read(struct agent *a)
{
	struct yaml_error err = {0};
	int r = daemon_config(&a->daemon, fields, &a->config, &a->config_doc);

	if (r < 0)
		return r;
	r = check_services(a, &err);
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	return r;
}
