// SPDX-License-Identifier: Apache-2.0
/* The UPF's configuration file: one table row a key, and the two lists of prefixes. */
#include "upf/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/address.h"
#include "upf/session.h"

#define FIELD(member) .offset = offsetof(struct upf_config, member)
#define TEXT(member)                                                                               \
	.read = yaml_read_text, FIELD(member), .size = sizeof(((struct upf_config *)0)->member)

const struct yaml_field upf_config_fields[] = {
	{.key = "name", TEXT(name), .required = true, .help = "of this UPF, for people"},
	{.key = "n4_address",
	 .read = yaml_read_ipv4,
	 FIELD(n4_address),
	 .required = true,
	 .help = "PFCP, UDP 8805"},
	{.key = "n3_address",
	 .read = yaml_read_ipv4,
	 FIELD(n3_address),
	 .required = true,
	 .help = "GTP-U, UDP 2152"},
	{.key = "n3_device", TEXT(n3_device), .required = true, .help = "towards the gNBs"},
	{.key = "n6_device", TEXT(n6_device), .required = true, .help = "towards the edge"},
	{.key = "n6_table",
	 .read = yaml_read_u32,
	 FIELD(n6_table),
	 .min = 1,
	 .max = UINT32_MAX,
	 .help = "routing table for what was decapsulated"},
	{.key = "dataplane", TEXT(dataplane), .help = "auto, ebpf or gtp"},
	{.key = "needs_qos",
	 .read = yaml_read_bool,
	 FIELD(needs_qos),
	 .help = "QFI marking is wanted: rules out gtp under auto"},
	{.key = "ue_pools",
	 .read = yaml_read_node,
	 FIELD(ue_pools_node),
	 .help = "prefixes of UE addresses routed to this UPF"},
	{.key = "protected",
	 .read = yaml_read_node,
	 FIELD(protected_node),
	 .help = "prefixes that UEs may not reach"},
	{.key = "pin_dir", TEXT(pin_dir), .help = "on a bpffs, for inspection"},
	{.key = "rest_address",
	 .read = yaml_read_ipv4,
	 FIELD(rest_address),
	 .required = true,
	 .help = "REST"},
	{.key = "rest_port",
	 .read = yaml_read_u32,
	 FIELD(rest_port),
	 .min = 1,
	 .max = 65535,
	 .help = "REST"},
	{.key = "drain_s",
	 .read = yaml_read_u32,
	 FIELD(drain_s),
	 .min = 0,
	 .max = 3600,
	 .help = "SMFs have so long to leave before a stop"},
	{.key = "echo_interval_s",
	 .read = yaml_read_u32,
	 FIELD(echo_interval_s),
	 .min = 1,
	 .max = 3600,
	 .help = "between GTP-U echo requests to a peer"},
	{.key = "token_file", TEXT(token_file), .help = "bearer token of the topology"},
	{0},
};

void upf_config_default(struct upf_config *config)
{
	*config = (struct upf_config){
		.n6_table = 106,
		.dataplane = "auto",
		.rest_port = 8082,
		.echo_interval_s = UPF_ECHO_INTERVAL_S,
	};
}

static int prefixes_read(const struct yaml_doc *doc, const struct yaml_node *list,
			 struct dp_prefix prefix[DP_PREFIXES_MAX], size_t *ret_count,
			 struct yaml_error *err)
{
	size_t n = 0;
	int rc;

	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list of prefixes");
	for (const struct yaml_node *at = list->child; at; at = at->next, n++) {
		if (n == DP_PREFIXES_MAX)
			return yaml_fail(doc, at, err, "more than %d prefixes", DP_PREFIXES_MAX);
		prefix[n].addr.family = AF_INET;
		rc = yaml_ipv4_prefix(doc, at, &prefix[n].addr.ip4, &prefix[n].len, err);
		if (rc)
			return rc;
		if (!dp_prefix_right(&prefix[n]))
			return yaml_fail(doc, at, err, "%s has bits beyond its length", at->scalar);
	}
	*ret_count = n;
	return 0;
}

static int dataplane_check(const struct upf_config *config, const struct yaml_doc *doc,
			   struct yaml_error *err)
{
	static const char *const known[] = {"auto", "ebpf", "gtp"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(config->dataplane, known[i]))
			return 0;
	return yaml_fail(doc, yaml_get(yaml_root(doc), "dataplane"), err,
			 "expected auto, ebpf or gtp, found '%s'", config->dataplane);
}

int upf_config_lists(struct upf_config *config, const struct yaml_doc *doc, struct yaml_error *err)
{
	int rc = dataplane_check(config, doc, err);

	if (!rc)
		rc = prefixes_read(doc, config->ue_pools_node, config->ue_pool,
				   &config->ue_pool_count, err);
	if (!rc)
		rc = prefixes_read(doc, config->protected_node, config->protected_prefix,
				   &config->protected_count, err);
	config->ue_pools_node = NULL;
	config->protected_node = NULL;
	return rc;
}

void upf_config_dataplane(const struct upf_config *config, struct dp_config *ret)
{
	struct dp_instance *n6 = &ret->instance[0];

	*ret = (struct dp_config){
		.role = DP_ROLE_UPF,
		.backend = config->dataplane,
		.needs_qos = config->needs_qos,
		.sessions_max = UPF_SESSIONS_MAX,
		.local_count = 1,
		.local[0].addr = dp_addr_ip4(config->n3_address),
		.instance_count = 1,
		.instance[0].table = config->n6_table,
		.instance[0].pool_count = (uint8_t)config->ue_pool_count,
		.protected_count = config->protected_count,
		.pin_dir = config->pin_dir[0] ? config->pin_dir : NULL,
	};
	snprintf(ret->local[0].dev, sizeof(ret->local[0].dev), "%s", config->n3_device);
	snprintf(n6->dev, sizeof(n6->dev), "%s", config->n6_device);
	memcpy(n6->pool, config->ue_pool, sizeof(n6->pool));
	memcpy(ret->protected_prefix, config->protected_prefix, sizeof(ret->protected_prefix));
}
