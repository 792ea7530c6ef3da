/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a shape: how each is called, written, printed and kept, and which can't be without
 * another. Topology files, `baton link set`, link-shaper's configuration and its requests (patch.h)
 * all go by this table.
 */
#ifndef BATON_LIB_SHAPE_KEY_H
#define BATON_LIB_SHAPE_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/shape/shape.h"
#include "lib/yaml.h"

enum shape_key {
	SHAPE_RATE,
	SHAPE_DELAY,
	SHAPE_JITTER,
	SHAPE_LOSS,
	SHAPE_DUPLICATE,
	SHAPE_REORDER,
	SHAPE_CORRUPT,
	SHAPE_QUEUE,
	SHAPE_KEYS
};

#define SHAPE_KEY_NAMES "rate, delay, jitter, loss, duplicate, reorder, corrupt, queue"

enum shape_type { SHAPE_U64, SHAPE_U32, SHAPE_SHARE };

/** shape_key_find - SHAPE_KEYS: no such key */
enum shape_key shape_key_find(const char *name);
const char *shape_key_name(enum shape_key key);
/** shape_key_member - how it is called in JSON: "delay_us" */
const char *shape_key_member(enum shape_key key);
enum shape_type shape_key_type(enum shape_key key);
/** shape_key_max - the largest value, in bit/s, us, as a share or in packets */
double shape_key_max(enum shape_key key);

double shape_get(const struct link_shape *shape, enum shape_key key);
/* Shares are told to 0.000001 %: finer than anything shows on a link, coarse enough that what the
 * kernel keeps in 32 bits is the same when it is read again. */
#define SHAPE_SHARES 1e8

/** shape_set - whole numbers are rounded, and shares to 1 / SHAPE_SHARES */
void shape_set(struct link_shape *shape, enum shape_key key, double value);
/** shape_key_is_lost - is it more than none, and so little that shape_set would make it none? */
bool shape_key_is_lost(enum shape_key key, double value);

/**
 * shape_key_read - a value as people write it, "5ms" for delay
 * @ret_expected: what was expected, when it isn't that
 * Return: 0 or -EINVAL
 */
int shape_key_read(enum shape_key key, const char *text, struct link_shape *shape,
		   const char **ret_expected);
/** shape_key_read_yaml - the value of field->key, into @shape; -EINVAL with @err set */
int shape_key_read_yaml(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *field, struct link_shape *shape,
			struct yaml_error *err);
/** shape_key_print - "5ms"; shape_key_read gives the same value again */
void shape_key_print(enum shape_key key, double value, FILE *out);

/**
 * shape_print - "rate 100Mbit, delay 5ms": the keys that aren't 0
 * @between: key and value; @separator: comes before each key
 * Return: how many keys
 */
int shape_print(const struct link_shape *shape, const char *between, const char *separator,
		FILE *out);

/** shape_same - but for what the kernel loses: it keeps shares in 32 bits */
bool shape_same(const struct link_shape *a, const struct link_shape *b);

/**
 * shape_check - a key that would be ignored is a mistake
 * @ret_why: "reorder: expected a delay beside it, ..."
 * Return: the key, or SHAPE_KEYS: all is well
 */
enum shape_key shape_check(const struct link_shape *shape, const char **ret_why);

/* Rows of a field table, one a key; @reader gets @member as its target */
#define SHAPE_FIELD(type, member, reader, name, text)                                              \
	{                                                                                          \
		.key = name, .read = reader, .offset = offsetof(type, member), .help = text        \
	}
#define SHAPE_FIELDS(type, member, reader)                                                         \
	SHAPE_FIELD(type, member, reader, "rate", "100Mbit"),                                      \
		SHAPE_FIELD(type, member, reader, "delay", "5ms, one way"),                        \
		SHAPE_FIELD(type, member, reader, "jitter", "1ms"),                                \
		SHAPE_FIELD(type, member, reader, "loss", "0.1%"),                                 \
		SHAPE_FIELD(type, member, reader, "duplicate", "0.1%"),                            \
		SHAPE_FIELD(type, member, reader, "reorder", "5%"),                                \
		SHAPE_FIELD(type, member, reader, "corrupt", "0.01%"),                             \
		SHAPE_FIELD(type, member, reader, "queue", "packets that may wait, 1000")

#endif
