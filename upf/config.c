// SPDX-License-Identifier: Apache-2.0
/* The UPF's configuration file: one table row a key, and the two lists of prefixes. */
#include "upf/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"

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
	{.key = "n3_address6", TEXT(n3_address6_text), .help = "the same over IPv6, beside it"},
	{.key = "n3_device", TEXT(n3_device), .required = true, .help = "towards the gNBs"},
	{.key = "n6_device", TEXT(n6[0].device), .required = true, .help = "towards the edge"},
	{.key = "n6_table",
	 .read = yaml_read_u32,
	 FIELD(n6[0].table),
	 .min = 1,
	 .max = UINT32_MAX,
	 .help = "routing table for what was decapsulated"},
	{.key = "dataplane", TEXT(dataplane), .help = "auto, ebpf or gtp"},
	{.key = "attach", TEXT(attach), .help = "of ebpf: auto, tc or xdp"},
	{.key = "needs_qos",
	 .read = yaml_read_bool,
	 FIELD(needs_qos),
	 .help = "QFI marking is wanted: rules out gtp under auto"},
	{.key = "ue_pools",
	 .read = yaml_read_node,
	 FIELD(ue_pools_node),
	 .help = "prefixes of UE addresses routed to this UPF"},
	{.key = "n9_ue_pools",
	 .read = yaml_read_node,
	 FIELD(n9_ue_pools_node),
	 .help = "prefixes of UE addresses anchored at other UPFs, of which sessions may have an "
		 "uplink classifier here"},
	{.key = "network_instances",
	 .read = yaml_read_node,
	 FIELD(instances_node),
	 .help = "others beside that of n6_device: name, n6_device, n6_table, ue_pools"},
	{.key = "sessions_max",
	 .read = yaml_read_u32,
	 FIELD(sessions_max),
	 .min = 1,
	 .max = DP_SESSIONS_MAX,
	 .help = "as many PFCP sessions at once; memory is taken for them"},
	{.key = "protected",
	 .read = yaml_read_node,
	 FIELD(protected_node),
	 .help = "prefixes that UEs may not reach"},
	{.key = "pin_dir", TEXT(pin_dir), .help = "on a bpffs, for inspection"},
	{.key = "state_dir", TEXT(state_dir), .help = "what outlives a kill is kept there"},
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
	{.key = "echo_t3_s",
	 .read = yaml_read_u32,
	 FIELD(echo_t3_s),
	 .min = 1,
	 .max = 60,
	 .help = "a GTP-U echo response is waited for so long"},
	{.key = "echo_n3",
	 .read = yaml_read_u32,
	 FIELD(echo_n3),
	 .min = 1,
	 .max = 10,
	 .help = "a GTP-U echo request is sent so often, then the path is lost"},
	{.key = "token_file", TEXT(token_file), .help = "bearer token of the topology"},
	{0},
};

static const struct yaml_field instance_fields[] = {
	{.key = "name",
	 .read = yaml_read_text,
	 .offset = offsetof(struct upf_instance, name),
	 .size = sizeof(((struct upf_instance *)0)->name),
	 .required = true},
	{.key = "n6_device"}, /* struct upf_n6's */
	{.key = "n6_table"},
	{.key = "ue_pools"},
	{0},
};

static const struct yaml_field n6_fields[] = {
	{.key = "n6_device",
	 .read = yaml_read_text,
	 .offset = offsetof(struct upf_n6, device),
	 .size = sizeof(((struct upf_n6 *)0)->device),
	 .required = true},
	{.key = "n6_table",
	 .read = yaml_read_u32,
	 .offset = offsetof(struct upf_n6, table),
	 .min = 1,
	 .max = UINT32_MAX,
	 .required = true},
	{.key = "name"}, /* struct upf_instance's */
	{.key = "ue_pools"},
	{0},
};

void upf_config_default(struct upf_config *config)
{
	*config = (struct upf_config){
		.n6[0].table = 106,
		.dataplane = "auto",
		.attach = "auto",
		.sessions_max = UPF_SESSIONS_DEFAULT,
		.instance_count = 1,
		.rest_port = 8082,
		.echo_interval_s = UPF_ECHO_INTERVAL_S,
		.echo_t3_s = DP_ECHO_T3_S,
		.echo_n3 = DP_ECHO_N3,
	};
}

/* ---- lists ---- */

/* Of either version */
static int prefix_read(const struct yaml_doc *doc, const struct yaml_node *at,
		       struct dp_prefix *ret, struct yaml_error *err)
{
	char text[INET6_ADDRSTRLEN], *end;
	const char *slash;
	unsigned long len;

	*ret = (struct dp_prefix){.addr.family = AF_INET};
	if (at->kind != YAML_SCALAR || !strchr(at->scalar, ':'))
		return yaml_ipv4_prefix(doc, at, &ret->addr.ip4, &ret->len, err);
	slash = strchr(at->scalar, '/');
	if (!slash || (size_t)(slash - at->scalar) >= sizeof(text))
		return yaml_fail(doc, at, err, "expected a prefix, found '%s'", at->scalar);
	memcpy(text, at->scalar, (size_t)(slash - at->scalar));
	text[slash - at->scalar] = '\0';
	ret->addr.family = AF_INET6;
	len = strtoul(slash + 1, &end, 10);
	if (inet_pton(AF_INET6, text, &ret->addr.ip6) != 1 || end == slash + 1 || *end || len > 128)
		return yaml_fail(doc, at, err, "expected a prefix, found '%s'", at->scalar);
	ret->len = (unsigned)len;
	return 0;
}

static int prefixes_read(const struct yaml_doc *doc, const struct yaml_node *list,
			 struct dp_prefix prefix[DP_PREFIXES_MAX], size_t *ret_count,
			 struct yaml_error *err)
{
	size_t n = 0;
	int rc;

	*ret_count = 0;
	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list of prefixes");
	for (const struct yaml_node *at = list->child; at; at = at->next, n++) {
		if (n == DP_PREFIXES_MAX)
			return yaml_fail(doc, at, err, "more than %d prefixes", DP_PREFIXES_MAX);
		rc = prefix_read(doc, at, &prefix[n], err);
		if (rc)
			return rc;
		if (!dp_prefix_right(&prefix[n]))
			return yaml_fail(doc, at, err, "%s has bits beyond its length", at->scalar);
	}
	*ret_count = n;
	return 0;
}

/* An address in two pools would be given out twice. */
static bool pools_overlap(const struct upf_instance *instance)
{
	for (size_t i = 0; i < instance->pool_count; i++)
		for (size_t j = 0; j < i; j++)
			if (dp_prefix_has(&instance->pool[i], &instance->pool[j].addr) ||
			    dp_prefix_has(&instance->pool[j], &instance->pool[i].addr))
				return true;
	return false;
}

static int pools_read(const struct yaml_doc *doc, const struct yaml_node *list,
		      struct upf_instance *instance, struct yaml_error *err)
{
	size_t n;
	int rc = prefixes_read(doc, list, instance->pool, &n, err);

	instance->pool_count = (uint8_t)n;
	if (!rc && pools_overlap(instance))
		return yaml_fail(doc, list, err, "two of these prefixes overlap");
	return rc;
}

static int instance_read(struct upf_config *config, const struct yaml_doc *doc,
			 const struct yaml_node *at, struct yaml_error *err)
{
	struct upf_instance *instance = &config->instance[config->instance_count];
	int rc;

	if (config->instance_count == DP_INSTANCES_MAX)
		return yaml_fail(doc, at, err, "more than %d network instances", DP_INSTANCES_MAX);
	*instance = (struct upf_instance){0};
	config->n6[config->instance_count] = (struct upf_n6){0};
	rc = yaml_read_fields(doc, at, instance_fields, instance, err);
	if (!rc)
		rc = yaml_read_fields(doc, at, n6_fields, &config->n6[config->instance_count], err);
	if (rc)
		return rc;
	for (size_t i = 0; i < config->instance_count; i++)
		if (!strcasecmp(config->instance[i].name, instance->name))
			return yaml_fail(doc, at, err, "a second network instance '%s'",
					 instance->name);
	config->instance_count++;
	return pools_read(doc, yaml_get(at, "ue_pools"), instance, err);
}

static int instances_read(struct upf_config *config, const struct yaml_doc *doc,
			  struct yaml_error *err)
{
	const struct yaml_node *list = config->instances_node;
	int rc = 0;

	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list of network instances");
	for (const struct yaml_node *at = list->child; !rc && at; at = at->next)
		rc = instance_read(config, doc, at, err);
	return rc;
}

/* ---- words ---- */

static int word_check(const struct yaml_doc *doc, const char *key, const char *word,
		      const char *const known[], const char *says, struct yaml_error *err)
{
	for (size_t i = 0; known[i]; i++)
		if (!strcmp(word, known[i]))
			return 0;
	return yaml_fail(doc, yaml_get(yaml_root(doc), key), err, "expected %s, found '%s'", says,
			 word);
}

static int words_check(const struct upf_config *config, const struct yaml_doc *doc,
		       struct yaml_error *err)
{
	static const char *const backends[] = {"auto", "ebpf", "gtp", NULL};
	static const char *const attaches[] = {"auto", "tc", "xdp", NULL};
	int rc =
		word_check(doc, "dataplane", config->dataplane, backends, "auto, ebpf or gtp", err);

	return rc ? rc
		  : word_check(doc, "attach", config->attach, attaches, "auto, tc or xdp", err);
}

static int address6_read(struct upf_config *config, const struct yaml_doc *doc,
			 struct yaml_error *err)
{
	if (!config->n3_address6_text[0] ||
	    inet_pton(AF_INET6, config->n3_address6_text, &config->n3_address6) == 1)
		return 0;
	return yaml_fail(doc, yaml_get(yaml_root(doc), "n3_address6"), err,
			 "expected an IPv6 address, found '%s'", config->n3_address6_text);
}

/* Without a list of its own any address is taken, and this one would be a limit. */
static int n9_read(struct upf_config *config, const struct yaml_doc *doc, struct yaml_error *err)
{
	const struct yaml_node *list = config->n9_ue_pools_node;
	const struct upf_instance *own = &config->instance[0];
	int rc = pools_read(doc, list, &config->n9, err);

	if (!rc && list && !own->pool_count)
		return yaml_fail(doc, list, err, "n9_ue_pools without ue_pools");
	if (!rc && own->pool_count + config->n9.pool_count > DP_PREFIXES_MAX)
		return yaml_fail(doc, list, err, "more than %d prefixes with those of ue_pools",
				 DP_PREFIXES_MAX);
	return rc;
}

int upf_config_lists(struct upf_config *config, const struct yaml_doc *doc, struct yaml_error *err)
{
	int rc = words_check(config, doc, err);

	if (!rc)
		rc = address6_read(config, doc, err);
	if (!rc)
		rc = pools_read(doc, config->ue_pools_node, &config->instance[0], err);
	if (!rc)
		rc = n9_read(config, doc, err);
	if (!rc)
		rc = prefixes_read(doc, config->protected_node, config->protected_prefix,
				   &config->protected_count, err);
	if (!rc)
		rc = instances_read(config, doc, err);
	config->ue_pools_node = NULL;
	config->n9_ue_pools_node = NULL;
	config->protected_node = NULL;
	config->instances_node = NULL;
	return rc;
}

/* ---- the data plane's part ---- */

void upf_config_locals(const struct upf_config *config, struct dp_addr ret[2])
{
	ret[0] = dp_addr_ip4(config->n3_address);
	ret[1] = (struct dp_addr){.family = AF_UNSPEC};
	if (config->n3_address6_text[0])
		ret[1] = (struct dp_addr){.family = AF_INET6, .ip6 = config->n3_address6};
}

void upf_config_served(const struct upf_config *config, struct upf_instance ret[DP_INSTANCES_MAX])
{
	memcpy(ret, config->instance, sizeof(config->instance));
	for (uint8_t i = 0; i < config->n9.pool_count; i++)
		ret[0].pool[ret[0].pool_count++] = config->n9.pool[i];
}

static enum dp_attach attach_of(const char *word)
{
	if (!strcmp(word, "tc"))
		return DP_ATTACH_TC;
	return strcmp(word, "xdp") ? DP_ATTACH_AUTO : DP_ATTACH_XDP;
}

static void instance_dataplane(const struct upf_config *config, size_t i, struct dp_instance *ret)
{
	const struct upf_instance *from = &config->instance[i];

	*ret = (struct dp_instance){.table = config->n6[i].table, .pool_count = from->pool_count};
	snprintf(ret->name, sizeof(ret->name), "%s", from->name);
	snprintf(ret->dev, sizeof(ret->dev), "%s", config->n6[i].device);
	memcpy(ret->pool, from->pool, sizeof(ret->pool));
}

void upf_config_dataplane(const struct upf_config *config, struct dp_config *ret)
{
	struct dp_addr local[2];

	*ret = (struct dp_config){
		.role = DP_ROLE_UPF,
		.backend = config->dataplane,
		.attach = attach_of(config->attach),
		.needs_qos = config->needs_qos,
		.sessions_max = config->sessions_max,
		.echo_t3_s = (uint8_t)config->echo_t3_s,
		.echo_n3 = (uint8_t)config->echo_n3,
		.instance_count = config->instance_count,
		.protected_count = config->protected_count,
		.pin_dir = config->pin_dir[0] ? config->pin_dir : NULL,
	};
	upf_config_locals(config, local);
	for (size_t i = 0; i < 2; i++) {
		struct dp_local *to = &ret->local[ret->local_count];

		if (local[i].family == AF_UNSPEC)
			continue;
		to->addr = local[i];
		snprintf(to->dev, sizeof(to->dev), "%s", config->n3_device);
		ret->local_count++;
	}
	for (size_t i = 0; i < config->instance_count; i++)
		instance_dataplane(config, i, &ret->instance[i]);
	memcpy(ret->protected_prefix, config->protected_prefix, sizeof(ret->protected_prefix));
}

/* ---- another one ---- */

#define FIXED(name, member, is_text)                                                               \
	{                                                                                          \
		.key = name, .offset = offsetof(struct upf_config, member),                        \
		.size = sizeof(((struct upf_config *)0)->member), .text = is_text                  \
	}

static const struct fixed {
	const char *key;
	size_t offset, size;
	bool text;
} fixed[] = {
	FIXED("name", name, true),
	FIXED("n4_address", n4_address, false),
	FIXED("n3_address", n3_address, false),
	FIXED("n3_address6", n3_address6, false),
	FIXED("n3_device", n3_device, true),
	FIXED("n6_device", n6[0].device, true),
	FIXED("n6_table", n6[0].table, false),
	FIXED("dataplane", dataplane, true),
	FIXED("attach", attach, true),
	FIXED("needs_qos", needs_qos, false),
	FIXED("sessions_max", sessions_max, false),
	FIXED("network_instances", instance_count, false),
	FIXED("pin_dir", pin_dir, true),
	FIXED("state_dir", state_dir, true),
	FIXED("rest_address", rest_address, false),
	FIXED("rest_port", rest_port, false),
	FIXED("token_file", token_file, true), /* what is in it may */
};

const char *upf_config_fixed(const struct upf_config *was, const struct upf_config *is)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		const char *a = (const char *)was + fixed[i].offset;
		const char *b = (const char *)is + fixed[i].offset;

		if (fixed[i].text ? strcmp(a, b) != 0 : memcmp(a, b, fixed[i].size) != 0)
			return fixed[i].key;
	}
	return NULL;
}
