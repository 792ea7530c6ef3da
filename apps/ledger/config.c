// SPDX-License-Identifier: Apache-2.0
#include "apps/ledger/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apps/cooperative/cooperative.h"

/* What the file says, before it is looked at as a whole */
struct file {
	struct ledger_config config;
	const struct yaml_node *workers;
	uint32_t port;
};

static int read_setting(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	const char *expected = "one value";

	if (node->kind == YAML_SCALAR &&
	    ledger_settings_set(ret, field->key, node->scalar, &expected) == 0)
		return 0;
	return yaml_fail(doc, node, err, "%s: expected %s, found '%s'", field->key, expected,
			 node->kind == YAML_SCALAR ? node->scalar : "several");
}

#define AT(member)   .offset = offsetof(struct file, member)
#define TEXT(member) AT(member), .size = sizeof(((struct file *)0)->member)

static const struct yaml_field fields[] = {
	{"address", yaml_read_ipv4, AT(config.address), .required = true, .help = "of the service"},
	{"port", yaml_read_u32, AT(port), .min = 1, .max = 65535, .help = "UDP and TCP; 7000"},
	{"heap", read_setting, AT(config.settings), .help = "memory; 64MB"},
	{"read", read_setting, AT(config.settings), .help = "octets of it read by a request; 4KB"},
	{"write", read_setting, AT(config.settings),
	 .help = "octets of it written by a request; 4KB"},
	{"compressible", read_setting, AT(config.settings), .help = "share that gzip leaves; 1"},
	{"clients", read_setting, AT(config.settings),
	 .help = "at a time; each has its share of heap; 1"},
	{"work_us", yaml_read_u64, AT(config.settings.work_us), .max = 60000000,
	 .help = "of the processor, a request"},
	{"data", yaml_read_text, TEXT(config.settings.data),
	 .help = "file of the application layer, of which a request reads a page"},
	{"socket", yaml_read_text, TEXT(config.socket),
	 .help = "of a split ledger's calls to its workers"},
	{"workers", yaml_read_node, AT(workers), .help = "the workers' sockets"},
	{"cooperative", yaml_read_bool, AT(config.cooperative),
	 .help = "memory is that of the library for moving without CRIU"},
	{"number", yaml_read_u32, AT(config.number), .min = 1, .max = COOPERATIVE_NUMBER_MAX,
	 .help = "of a cooperative application: where its memory lies"},
	{"state", yaml_read_text, TEXT(config.state),
	 .help = "directory of a cooperative application"},
	{0},
};

static int read_workers(const struct yaml_doc *doc, struct file *f, struct yaml_error *err)
{
	struct ledger_config *c = &f->config;

	if (!f->workers != !c->socket[0])
		return yaml_fail(doc, yaml_root(doc), err,
				 "expected both socket and workers, or neither");
	if (!f->workers)
		return 0;
	if (f->workers->kind != YAML_SEQUENCE || !f->workers->child)
		return yaml_fail(doc, f->workers, err, "workers: expected a list of paths");
	for (const struct yaml_node *n = f->workers->child; n; n = n->next) {
		if (c->worker_count == CALLS_WORKERS_MAX)
			return yaml_fail(doc, n, err, "workers: expected at most %d",
					 CALLS_WORKERS_MAX);
		if (yaml_string(doc, n, c->workers[c->worker_count++], sizeof(c->workers[0]), err) <
		    0)
			return -EINVAL;
	}
	return 0;
}

static int check_data(const struct yaml_doc *doc, struct ledger_config *c, struct yaml_error *err)
{
	struct stat file;

	if (!c->settings.data[0])
		return 0;
	if (stat(c->settings.data, &file) < 0)
		return yaml_fail(doc, yaml_get(yaml_root(doc), "data"), err, "data: '%s': %s",
				 c->settings.data, strerror(errno));
	c->settings.data_size = (uint64_t)file.st_size;
	return 0;
}

static int read_document(const struct yaml_doc *doc, struct ledger_config *ret,
			 struct yaml_error *err)
{
	struct file f = {.port = 7000, .config.settings = ledger_settings_default()};
	const char *wrong;

	if (yaml_read_fields(doc, yaml_root(doc), fields, &f, err) < 0 ||
	    read_workers(doc, &f, err) < 0 || check_data(doc, &f.config, err) < 0)
		return -EINVAL;
	if (f.config.cooperative && (!f.config.number || !f.config.state[0]))
		return yaml_fail(doc, yaml_get(yaml_root(doc), "cooperative"), err,
				 "cooperative: expected number and state, too");
	wrong = ledger_settings_check(&f.config.settings);
	if (wrong)
		return yaml_fail(doc, yaml_root(doc), err, "%s", wrong);
	f.config.port = (uint16_t)f.port;
	*ret = f.config;
	return 0;
}

int ledger_config_load(const char *path, struct ledger_config *ret, struct yaml_error *err)
{
	struct yaml_doc *doc;
	int rc = yaml_load_file(path, &doc, err);

	if (rc)
		return rc;
	rc = read_document(doc, ret, err);
	yaml_free(doc);
	return rc;
}
