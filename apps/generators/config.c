// SPDX-License-Identifier: Apache-2.0
/* generator's configuration file: apps/generators/generator.example.yaml explains every key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/generators/generator.h"
#include "lib/amount.h"

#define HEAP_MAX  ((uint64_t)2 << 30)
#define WRITE_MAX ((uint64_t)2 << 30)
#define WORK_MAX  1000000

struct file {
	struct generator_settings settings;
	uint32_t port;
	char data[256];
};

static int read_kind(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	const struct generator_kind **kind = ret;

	for (const struct generator_kind *const *k = generator_kinds; *k; k++)
		if (node->kind == YAML_SCALAR && !strcmp(node->scalar, (*k)->name)) {
			*kind = *k;
			return 0;
		}
	return yaml_fail(doc, node, err, "kind: expected cpu, io, mem, tar or video, found '%s'",
			 node->kind == YAML_SCALAR ? node->scalar : "several");
}

static int read_share(const struct yaml_doc *doc, const struct yaml_node *node,
		      const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	if (node->kind != YAML_SCALAR || amount_read_share(node->scalar, ret))
		return yaml_fail(doc, node, err, "%s: expected a number from 0 to 1", field->key);
	return 0;
}

#define AT(member)   .offset = offsetof(struct file, member)
#define TEXT(member) AT(member), .size = sizeof(((struct file *)0)->member)

static const struct yaml_field fields[] = {
	{"address", yaml_read_ipv4, AT(settings.address), .required = true,
	 .help = "of the service"},
	{"port", yaml_read_u32, AT(port), .min = 1, .max = 65535, .help = "UDP and TCP; 7000"},
	{"kind", read_kind, AT(settings.kind), .required = true,
	 .help = "cpu, io, mem, tar or video"},
	{"heap", yaml_read_u64, AT(settings.heap), .min = GENERATOR_HEAP_MIN, .max = HEAP_MAX,
	 .help = "octets of memory"},
	{"write", yaml_read_u64, AT(settings.write), .max = WRITE_MAX, .help = "octets a second"},
	{"work_us", yaml_read_u64, AT(settings.work_us), .max = WORK_MAX,
	 .help = "of the processor, a second"},
	{"compressible", read_share, AT(settings.compressible),
	 .help = "share that gzip leaves; 1"},
	{"state", yaml_read_text, TEXT(settings.state), .help = "directory of its file"},
	{"tree", yaml_read_text, TEXT(settings.tree), .help = "what tar reads; /usr/share"},
	{"data", yaml_read_text, TEXT(data),
	 .help = "file of the application layer, which must be there"},
	{0},
};

static int check(const struct yaml_doc *doc, const struct file *f, struct yaml_error *err)
{
	const struct generator_kind *kind = f->settings.kind;

	if (f->settings.heap < kind->heap_min)
		return yaml_fail(doc, yaml_root(doc), err,
				 "heap: expected at least %zu octets of %s", kind->heap_min,
				 kind->name);
	if (kind->writes_file && !f->settings.state[0])
		return yaml_fail(doc, yaml_root(doc), err,
				 "state: expected a directory for the file of %s", kind->name);
	if (f->data[0] && access(f->data, R_OK))
		return yaml_fail(doc, yaml_get(yaml_root(doc), "data"), err, "data: '%s': %s",
				 f->data, strerror(errno));
	return 0;
}

static int read_document(const struct yaml_doc *doc, struct generator_settings *ret,
			 struct yaml_error *err)
{
	struct file f = {.port = 7000,
			 .settings = {.heap = 1 << 20, .compressible = 1, .tree = "/usr/share"}};
	int rc = yaml_read_fields(doc, yaml_root(doc), fields, &f, err);

	if (!rc)
		rc = check(doc, &f, err);
	if (rc)
		return rc;
	f.settings.port = (uint16_t)f.port;
	*ret = f.settings;
	return 0;
}

int generator_settings_load(const char *path, struct generator_settings *ret,
			    struct yaml_error *err)
{
	struct yaml_doc *doc;
	int rc = yaml_load_file(path, &doc, err);

	if (rc)
		return rc;
	rc = read_document(doc, ret, err);
	yaml_free(doc);
	return rc;
}
