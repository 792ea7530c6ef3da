// SPDX-License-Identifier: Apache-2.0
/* Configuration: keys documented in migration-manager.example.yaml. */
#include "migration-manager/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/token.h"

static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, offsetof(struct manager_config, rest_address), 0, 0, 0,
	 true, "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, offsetof(struct manager_config, rest_port), 0, 1, 65535, true,
	 "port to listen on"},
	{"token_file", yaml_read_text, offsetof(struct manager_config, token_file), 256, 0, 0, true,
	 "file of the bearer token"},
	{"smf_url", yaml_read_text, offsetof(struct manager_config, smf_url), 128, 0, 0, true,
	 "http:// URL of smf-lite"},
	{"database", yaml_read_text, offsetof(struct manager_config, database), 256, 0, 0, true,
	 "path of the journal"},
	{"topology", yaml_read_text, offsetof(struct manager_config, topology), 64, 0, 0, true,
	 "name of the topology"},
	{"service_prefix", yaml_read_prefix, offsetof(struct manager_config, service_prefix), 0, 0,
	 0, false, "what an uplink classifier lets out at the destination"},
	{"gnbs", yaml_read_node, offsetof(struct manager_config, gnbs), 0, 0, 0, false,
	 "who measures RTTs: names and URLs"},
	{"n3", yaml_read_node, offsetof(struct manager_config, n3), 0, 0, 0, false,
	 "what is measured: N3 addresses of UPFs"},
	{0},
};
static const struct yaml_field gnb_fields[] = {
	{"name", yaml_read_text, offsetof(struct manager_gnb, name), 64, 0, 0, true,
	 "name of the gNB"},
	{"url", yaml_read_text, offsetof(struct manager_gnb, url), 128, 0, 0, true,
	 "http:// URL of its REST interface"},
	{0},
};
static const struct yaml_field n3_fields[] = {
	{"dnai", yaml_read_text, offsetof(struct manager_n3, dnai), 64, 0, 0, true,
	 "DNAI of the edge"},
	{"address", yaml_read_ipv4, offsetof(struct manager_n3, address), 0, 0, 0, true,
	 "N3 address of its UPF"},
	{0},
};

/* A list of mappings into an array that is returned; none: NULL and 0 */
static int read_list(const struct yaml_doc *doc, const struct yaml_node *list,
		     const struct yaml_field *row, size_t size, void **ret_array, size_t *ret_count,
		     struct yaml_error *err)
{
	size_t count = 0;
	int r = 0;

	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list");
	for (const struct yaml_node *n = list ? list->child : NULL; n; n = n->next)
		count++;
	if (!count)
		return 0;
	*ret_array = calloc(count, size);
	if (!*ret_array)
		return -ENOMEM;
	for (const struct yaml_node *n = list->child; n && r == 0; n = n->next)
		r = yaml_read_fields(doc, n, row, (char *)*ret_array + size * (*ret_count)++, err);
	return r;
}

static int read_lists(struct manager *mm, const struct yaml_doc *doc)
{
	struct yaml_error err = {0};
	int r = read_list(doc, mm->config.gnbs, gnb_fields, sizeof *mm->gnb, (void **)&mm->gnb,
			  &mm->gnb_count, &err);

	if (r == 0)
		r = read_list(doc, mm->config.n3, n3_fields, sizeof *mm->n3, (void **)&mm->n3,
			      &mm->n3_count, &err);
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text[0] ? err.text : strerror(-r));
	return r;
}

int config_load(struct manager *mm)
{
	struct yaml_doc *doc = NULL;
	int r;

	mm->config.service_prefix = (struct yaml_prefix){{htonl(0x0a460000)}, 16}; /* 10.70.0.0 */
	r = daemon_config(&mm->daemon, fields, &mm->config, &doc);

	if (r == 0)
		r = read_lists(mm, doc);
	yaml_free(doc);
	if (r < 0 || mm->daemon.check_only)
		return r;
	return token_read(mm->config.token_file, mm->token, sizeof mm->token);
}
