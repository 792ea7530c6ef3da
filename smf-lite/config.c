// SPDX-License-Identifier: Apache-2.0
/* Reading the configuration: one table for each mapping, lists walked row by row, then what spans
 * several keys. */
#include "smf-lite/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/token.h"
#include "smf-lite/pool.h"

/* What the top-level table fills: the configuration, and the lists that are read afterwards. */
struct raw {
	struct smf_config config;
	const struct yaml_node *dnns, *upfs, *anchors, *applications;
};

struct raw_dnn {
	struct smf_dnn dnn;
	const struct yaml_node *sd_node, *dns;
};

struct raw_application {
	struct smf_application app;
	const struct yaml_node *flows;
};

#define AT(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

static const struct yaml_field top_fields[] = {
	{"rest_address", yaml_read_ipv4, AT(raw, config.rest_address), 0, 0, true,
	 "address of the REST interface"},
	{"rest_port", yaml_read_u32, AT(raw, config.rest_port), 1, 65535, true, "its TCP port"},
	{"token_file", yaml_read_text, AT(raw, config.token_file), 0, 0, false,
	 "file with the bearer token"},
	{"n2_address", yaml_read_ipv4, AT(raw, config.n2_address), 0, 0, true,
	 "NGAP over SCTP, port 38412"},
	{"n4_address", yaml_read_ipv4, AT(raw, config.n4_address), 0, 0, true,
	 "PFCP over UDP, port 8805"},
	{"database", yaml_read_text, AT(raw, config.database), 0, 0, true, "SQLite file"},
	{"mcc", yaml_read_text, AT(raw, config.mcc), 0, 0, true, "mobile country code"},
	{"mnc", yaml_read_text, AT(raw, config.mnc), 0, 0, true, "mobile network code"},
	{"tac", yaml_read_u32, AT(raw, config.tac), 0, 0xffffff, true, "tracking area code"},
	{"n3_mtu", yaml_read_u32, AT(raw, config.n3_mtu), 620, 65535, false,
	 "MTU of N3 (1500): a session's is 44 less"},
	{"dnns", yaml_read_node, AT(raw, dnns), 0, 0, true, "data networks"},
	{"upfs", yaml_read_node, AT(raw, upfs), 0, 0, true, "user plane functions"},
	{"anchors", yaml_read_node, AT(raw, anchors), 0, 0, false, "first choices of a UPF"},
	{"applications", yaml_read_node, AT(raw, applications), 0, 0, false,
	 "what UPFs recognise by PFDs"},
	{0},
};

static const struct yaml_field dnn_fields[] = {
	{"dnn", yaml_read_text, AT(raw_dnn, dnn.dnn), 0, 0, true, "data network name"},
	{"sst", yaml_read_u32, AT(raw_dnn, dnn.sst), 0, 255, true, "slice/service type"},
	{"sd", yaml_read_node, AT(raw_dnn, sd_node), 0, 0, false,
	 "slice differentiator, 6 hex digits"},
	{"dns", yaml_read_node, AT(raw_dnn, dns), 0, 0, false, "DNS server, or a list of them"},
	{0},
};

static const struct yaml_field upf_fields[] = {
	{"name", yaml_read_text, AT(smf_upf, name), 0, 0, true, "name of the UPF"},
	{"n4_address", yaml_read_ipv4, AT(smf_upf, n4_address), 0, 0, true, "its PFCP address"},
	{"dnai", yaml_read_text, AT(smf_upf, dnai), 0, 0, true, "data network access identifier"},
	{"pool", yaml_read_prefix, AT(smf_upf, pool), 0, 0, true, "UE addresses"},
	{"qos", yaml_read_bool, AT(smf_upf, qos), 0, 0, true, "QFI in the PDI and a QER"},
	{0},
};

static const struct yaml_field anchor_fields[] = {
	{"supi", yaml_read_text, AT(smf_anchor, supi), 0, 0, true, "imsi- and digits"},
	{"dnn", yaml_read_text, AT(smf_anchor, dnn), 0, 0, true, "data network name"},
	{"session", yaml_read_u32, AT(smf_anchor, session), 1, 15, true, "PDU session id"},
	{"dnai", yaml_read_text, AT(smf_anchor, dnai), 0, 0, true, "DNAI of the UPF"},
	{0},
};

static const struct yaml_field application_fields[] = {
	{"id", yaml_read_text, AT(raw_application, app.id), 0, 0, true, "Application ID"},
	{"flows", yaml_read_node, AT(raw_application, flows), 0, 0, true, "flow descriptions"},
	{0},
};

bool smf_supi_valid(const char *supi)
{
	size_t digits;

	if (strncmp(supi, "imsi-", 5) != 0)
		return false;
	digits = strspn(supi + 5, "0123456789");
	return digits >= 5 && digits <= 15 && supi[5 + digits] == '\0';
}

static int read_sd(const struct yaml_doc *doc, struct raw_dnn *raw, struct yaml_error *err)
{
	const struct yaml_node *node = raw->sd_node;

	if (!node)
		return 0;
	if (node->kind != YAML_SCALAR || strlen(node->scalar) != 6 ||
	    strspn(node->scalar, "0123456789abcdefABCDEF") != 6)
		return yaml_fail(doc, node, err, "expected 6 hexadecimal digits");
	raw->dnn.has_sd = true;
	raw->dnn.sd = (uint32_t)strtoul(node->scalar, NULL, 16);
	return 0;
}

static int read_dns(const struct yaml_doc *doc, struct raw_dnn *raw, struct yaml_error *err)
{
	const struct yaml_node *node = raw->dns;
	int ret;

	if (node && node->kind == YAML_SEQUENCE)
		node = node->child;
	for (; node; node = raw->dns->kind == YAML_SEQUENCE ? node->next : NULL) {
		if (raw->dnn.dns_count == NAS_MAX_DNS)
			return yaml_fail(doc, node, err, "more than %d DNS servers", NAS_MAX_DNS);
		ret = yaml_ipv4(doc, node, &raw->dnn.dns[raw->dnn.dns_count], err);
		if (ret)
			return ret;
		raw->dnn.dns_count++;
	}
	return 0;
}

static int read_dnn(const struct yaml_doc *doc, const struct yaml_node *node,
		    struct smf_config *config, struct yaml_error *err)
{
	struct raw_dnn raw = {0};
	int ret;

	if (config->dnn_count == SMF_DNNS_MAX)
		return yaml_fail(doc, node, err, "more than %d DNNs", SMF_DNNS_MAX);
	ret = yaml_read_fields(doc, node, dnn_fields, &raw, err);
	if (!ret)
		ret = read_sd(doc, &raw, err);
	if (!ret)
		ret = read_dns(doc, &raw, err);
	if (ret)
		return ret;
	if (!raw.dnn.dnn[0])
		return yaml_fail(doc, node, err, "the DNN is empty");
	if (smf_config_dnn(config, raw.dnn.dnn))
		return yaml_fail(doc, node, err, "DNN '%s' is there twice", raw.dnn.dnn);
	config->dnns[config->dnn_count++] = raw.dnn;
	return 0;
}

static uint32_t prefix_mask(unsigned len)
{
	return htonl(len ? ~0U << (32 - len) : 0);
}

static bool prefixes_overlap(const struct yaml_prefix *a, const struct yaml_prefix *b)
{
	uint32_t mask = prefix_mask(a->len < b->len ? a->len : b->len);

	return ((a->addr.s_addr ^ b->addr.s_addr) & mask) == 0;
}

static int check_upf(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct smf_config *config, const struct smf_upf *upf,
		     struct yaml_error *err)
{
	if (!upf->name[0] || !upf->dnai[0])
		return yaml_fail(doc, node, err, "name and dnai of a UPF must not be empty");
	if (upf->pool.len < POOL_PREFIX_MIN || upf->pool.len > POOL_PREFIX_MAX)
		return yaml_fail(doc, node, err, "expected a pool from /%d to /%d", POOL_PREFIX_MIN,
				 POOL_PREFIX_MAX);
	/* as the UPF does, whose pool it is */
	if (upf->pool.addr.s_addr & ~prefix_mask(upf->pool.len))
		return yaml_fail(doc, node, err, "the pool has bits beyond its length");
	for (size_t i = 0; i < config->upf_count; i++) {
		const struct smf_upf *other = &config->upfs[i];

		if (strcmp(upf->name, other->name) == 0 || strcmp(upf->dnai, other->dnai) == 0 ||
		    upf->n4_address.s_addr == other->n4_address.s_addr)
			return yaml_fail(doc, node, err,
					 "name, dnai or n4_address of UPF '%s' again", other->name);
		if (prefixes_overlap(&upf->pool, &other->pool))
			return yaml_fail(doc, node, err, "the pool overlaps that of UPF '%s'",
					 other->name);
	}
	return 0;
}

static int read_upf(const struct yaml_doc *doc, const struct yaml_node *node,
		    struct smf_config *config, struct yaml_error *err)
{
	struct smf_upf upf = {0};
	int ret;

	if (config->upf_count == SMF_UPFS_MAX)
		return yaml_fail(doc, node, err, "more than %d UPFs", SMF_UPFS_MAX);
	ret = yaml_read_fields(doc, node, upf_fields, &upf, err);
	if (!ret)
		ret = check_upf(doc, node, config, &upf, err);
	if (!ret)
		config->upfs[config->upf_count++] = upf;
	return ret;
}

static int read_anchor(const struct yaml_doc *doc, const struct yaml_node *node,
		       struct smf_config *config, struct yaml_error *err)
{
	struct smf_anchor anchor = {0}, *grown;
	int ret = yaml_read_fields(doc, node, anchor_fields, &anchor, err);

	if (ret)
		return ret;
	if (!smf_supi_valid(anchor.supi))
		return yaml_fail(doc, node, err, "expected a supi of imsi- and 5 to 15 digits");
	if (!smf_config_dnn(config, anchor.dnn))
		return yaml_fail(doc, node, err, "DNN '%s' is not among dnns", anchor.dnn);
	if (smf_config_upf_by_dnai(config, anchor.dnai) < 0)
		return yaml_fail(doc, node, err, "no UPF has the DNAI '%s'", anchor.dnai);
	if (config->anchor_count == SMF_ANCHORS_MAX)
		return yaml_fail(doc, node, err, "more than %d anchors", SMF_ANCHORS_MAX);
	grown = realloc(config->anchors, (config->anchor_count + 1) * sizeof(*grown));
	if (!grown)
		return yaml_fail(doc, node, err, "out of memory");
	config->anchors = grown;
	config->anchors[config->anchor_count++] = anchor;
	return 0;
}

static int read_flow(const struct yaml_doc *doc, const struct yaml_node *node,
		     struct smf_application *app, struct yaml_error *err)
{
	struct ipfilter_error bad;
	struct ipfilter flow;

	if (app->flow_count == SMF_FLOWS_MAX)
		return yaml_fail(doc, node, err, "more than %d flows", SMF_FLOWS_MAX);
	if (node->kind != YAML_SCALAR || strlen(node->scalar) >= IPFILTER_MAX_TEXT)
		return yaml_fail(doc, node, err,
				 "expected a flow description of at most %d characters",
				 IPFILTER_MAX_TEXT - 1);
	if (ipfilter_parse(node->scalar, strlen(node->scalar), IPFILTER_PFD, &flow, &bad))
		return yaml_fail(doc, node, err, "at character %zu of the flow: %s",
				 bad.position + 1, bad.text);
	strcpy(app->flow[app->flow_count++], node->scalar); /* its length is checked above */
	return 0;
}

static int read_application(const struct yaml_doc *doc, const struct yaml_node *node,
			    struct smf_config *config, struct yaml_error *err)
{
	struct raw_application raw = {0};
	struct smf_application *grown;
	int ret = yaml_read_fields(doc, node, application_fields, &raw, err);

	if (ret)
		return ret;
	if (!raw.app.id[0])
		return yaml_fail(doc, node, err, "the id is empty");
	if (config->application_count == SMF_APPLICATIONS_MAX)
		return yaml_fail(doc, node, err, "more than %d applications", SMF_APPLICATIONS_MAX);
	for (size_t i = 0; i < config->application_count; i++)
		if (!strcmp(config->applications[i].id, raw.app.id))
			return yaml_fail(doc, node, err, "application '%s' is there twice",
					 raw.app.id);
	if (raw.flows->kind != YAML_SEQUENCE || !raw.flows->child)
		return yaml_fail(doc, raw.flows, err, "expected a list of flow descriptions");
	for (node = raw.flows->child; node && !ret; node = node->next)
		ret = read_flow(doc, node, &raw.app, err);
	if (ret)
		return ret;
	grown = realloc(config->applications, (config->application_count + 1) * sizeof(*grown));
	if (!grown)
		return yaml_fail(doc, node, err, "out of memory");
	config->applications = grown;
	config->applications[config->application_count++] = raw.app;
	return 0;
}

typedef int (*row_reader)(const struct yaml_doc *doc, const struct yaml_node *node,
			  struct smf_config *config, struct yaml_error *err);

static int read_list(const struct yaml_doc *doc, const struct yaml_node *list, row_reader read,
		     struct smf_config *config, struct yaml_error *err)
{
	int ret = 0;

	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list");
	for (const struct yaml_node *node = list->child; node && !ret; node = node->next)
		ret = read(doc, node, config, err);
	return ret;
}

static int read_lists(const struct yaml_doc *doc, struct raw *raw, struct yaml_error *err)
{
	struct smf_config *config = &raw->config;
	int ret = read_list(doc, raw->dnns, read_dnn, config, err);

	if (!ret && !config->dnn_count)
		ret = yaml_fail(doc, raw->dnns, err, "expected at least one DNN");
	if (!ret)
		ret = read_list(doc, raw->upfs, read_upf, config, err);
	if (!ret && !config->upf_count)
		ret = yaml_fail(doc, raw->upfs, err, "expected at least one UPF");
	if (!ret)
		ret = read_list(doc, raw->anchors, read_anchor, config, err);
	if (!ret)
		ret = read_list(doc, raw->applications, read_application, config, err);
	if (!ret && ngap_plmn_set(&config->plmn, config->mcc, config->mnc))
		ret = yaml_fail(doc, yaml_root(doc), err,
				"expected an mcc of 3 and an mnc of 2 or 3 digits");
	return ret;
}

int smf_config_read(struct daemon *daemon, struct smf_config *ret)
{
	struct raw *raw = calloc(1, sizeof(*raw));
	struct yaml_doc *doc = NULL;
	struct yaml_error err;
	int status;

	memset(ret, 0, sizeof(*ret));
	if (!raw)
		return -ENOMEM;
	raw->config.n3_mtu = SMF_N3_MTU;
	status = daemon_config(daemon, top_fields, raw, &doc);
	if (!status) {
		status = read_lists(doc, raw, &err);
		if (status)
			log_error("config", "error=\"%s\"", err.text);
		yaml_free(doc);
	}
	*ret = raw->config;
	free(raw);
	/* the file with the token is made when the topology comes up: not there yet for a mere
	 * check */
	if (!status && !daemon->check_only && ret->token_file[0])
		status = token_read(ret->token_file, ret->token, sizeof(ret->token));
	return status;
}

void smf_config_done(struct smf_config *config)
{
	free(config->anchors);
	free(config->applications);
	memset(config, 0, sizeof(*config));
}

const struct smf_dnn *smf_config_dnn(const struct smf_config *config, const char *dnn)
{
	for (size_t i = 0; i < config->dnn_count; i++)
		if (strcasecmp(config->dnns[i].dnn, dnn) ==
		    0) /* as DNS names: without regard to case */
			return &config->dnns[i];
	return NULL;
}

int smf_config_upf_by_dnai(const struct smf_config *config, const char *dnai)
{
	for (size_t i = 0; i < config->upf_count; i++)
		if (strcmp(config->upfs[i].dnai, dnai) == 0)
			return (int)i;
	return -1;
}
