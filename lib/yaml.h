/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML files as a tree in which every node knows its line and column, so that a mistake can be answered
 * with its place. Topologies and daemon configurations are both read through it. Aliases, tags and several
 * documents are refused; duplicate keys are errors; depth, size and number of nodes are bounded.
 */
#ifndef BATON_LIB_YAML_H
#define BATON_LIB_YAML_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
	enum yaml_kind kind;
	unsigned line, column;	 /* from 1 */
	const char *key;	 /* in a mapping, else NULL */
	unsigned key_line, key_column;
	const char *scalar;	 /* YAML_SCALAR: text, never NULL */
	struct yaml_node *child; /* YAML_SEQUENCE, YAML_MAPPING: the first, in file order */
	struct yaml_node *next;	 /* sibling */
};

/* What is wrong and where: "topologies/x.yaml:12:5: unknown key 'dely', expected one of: rate, delay, loss" */
struct yaml_error {
	char text[512];
};

struct yaml_doc; /* owns the tree */

/**
 * yaml_load_file, yaml_load_memory - parse one document
 * @name:    what error texts call the source
 * @ret_doc: returned; free with yaml_free
 *
 * Return: 0, -ENOENT and the like for the file, -EINVAL for the contents, with @err set
 */
int yaml_load_file(const char *path, struct yaml_doc **ret_doc, struct yaml_error *err);
int yaml_load_memory(const char *name, const void *text, size_t len, struct yaml_doc **ret_doc, struct yaml_error *err);
/* libyaml exports a yaml_free() of its own, which this one would replace at run time: hence another name for the linker */
void yaml_free(struct yaml_doc *doc) __asm__("baton_yaml_free");

const struct yaml_node *yaml_root(const struct yaml_doc *doc);
const char *yaml_name(const struct yaml_doc *doc);

/** yaml_fail - write "name:line:column: text" into @err; Return: -EINVAL, always, so that it can be returned */
int yaml_fail(const struct yaml_doc *doc, const struct yaml_node *at, struct yaml_error *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** yaml_get - the value of @key in a mapping, or NULL */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

/* Readers of one scalar: 0, or -EINVAL with "..., expected an IPv4 address, found 'x'" */
int yaml_bool(const struct yaml_doc *doc, const struct yaml_node *node, bool *ret, struct yaml_error *err);
int yaml_u64(const struct yaml_doc *doc, const struct yaml_node *node, uint64_t min, uint64_t max, uint64_t *ret,
	     struct yaml_error *err);
int yaml_string(const struct yaml_doc *doc, const struct yaml_node *node, char *buf, size_t size, struct yaml_error *err);
int yaml_ipv4(const struct yaml_doc *doc, const struct yaml_node *node, struct in_addr *ret, struct yaml_error *err);
/** yaml_ipv4_prefix - "10.60.1.0/24"; host bits are kept in *ret_addr */
int yaml_ipv4_prefix(const struct yaml_doc *doc, const struct yaml_node *node, struct in_addr *ret_addr,
		     unsigned *ret_len, struct yaml_error *err);

/*
 * A mapping read by a table: one row a key gives the reader, where it goes, whether it must be there and
 * the help text. Keys not in the table are errors that list those that are. At most 128 rows.
 */
struct yaml_field {
	const char *key;
	int (*read)(const struct yaml_doc *doc, const struct yaml_node *node, const struct yaml_field *field, void *ret,
		    struct yaml_error *err);
	size_t offset;	 /* of the target in the struct handed to yaml_read_fields: @read gets the target itself as @ret.
			  * NULL read: the key is allowed and skipped */
	size_t size;	 /* of a text target */
	uint64_t min, max; /* of a number; max 0: what the target holds */
	bool required;
	const char *help;
};
/* Readers for tables: the target is char[size], uint64_t, uint32_t, bool, struct in_addr, struct yaml_prefix, or const struct yaml_node * */
struct yaml_prefix {
	struct in_addr addr;
	unsigned len;
};
int yaml_read_text(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int yaml_read_u64(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int yaml_read_u32(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int yaml_read_bool(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int yaml_read_ipv4(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int yaml_read_prefix(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
/* keeps the node (a sequence or a mapping) for the caller to walk */
int yaml_read_node(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);

/** yaml_read_fields - read @mapping into @target by @fields, ended by a row whose key is NULL */
int yaml_read_fields(const struct yaml_doc *doc, const struct yaml_node *mapping, const struct yaml_field *fields,
		     void *target, struct yaml_error *err);

#endif
