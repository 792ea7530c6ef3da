// SPDX-License-Identifier: Apache-2.0
/*
 * YAML 1.1 to a tree, over libyaml's event parser. The document owns an arena in which nodes and
 * texts lie, so that freeing is one walk over a few blocks. What Baton's files don't need (anchors,
 * aliases, tags, more than one document, keys that are no scalars) is refused instead of half
 * supported; size, depth and number of nodes are bounded.
 */
#include "lib/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yaml.h>

enum {
	SIZE_MAX_BYTES = 1 << 20,
	DEPTH_MAX = 32,
	NODES_MAX = 65536,
	BLOCK_BYTES = 16384,
};

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

struct yaml_doc {
	struct block *blocks;
	const char *name;
	struct yaml_node *root;
	size_t nodes;
};

/* State of one parse. */
struct loader {
	yaml_parser_t parser;
	struct yaml_doc *doc;
	struct yaml_error *err;
};

static void *arena_take(struct yaml_doc *doc, size_t size)
{
	struct block *block = doc->blocks;
	size_t need =
		(size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);

	if (!block || block->size - block->used < need) {
		size_t room = need > BLOCK_BYTES ? need : BLOCK_BYTES;

		block = calloc(1, sizeof(*block) + room);
		if (!block)
			return NULL;
		block->size = room;
		block->next = doc->blocks;
		doc->blocks = block;
	}
	block->used += need;
	return block->bytes + block->used - need;
}

static char *arena_text(struct yaml_doc *doc, const void *text, size_t len)
{
	char *copy = arena_take(doc, len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void yaml_free(struct yaml_doc *doc)
{
	struct block *block, *next;

	if (!doc)
		return;
	for (block = doc->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(doc);
}

const struct yaml_node *yaml_root(const struct yaml_doc *doc)
{
	return doc->root;
}

const char *yaml_name(const struct yaml_doc *doc)
{
	return doc->name;
}

static int fail_at(const char *name, unsigned line, unsigned column, struct yaml_error *err,
		   const char *format, va_list args)
{
	int len = snprintf(err->text, sizeof(err->text), "%s:%u:%u: ", name, line, column);

	if (len > 0 && (size_t)len < sizeof(err->text))
		vsnprintf(err->text + len, sizeof(err->text) - (size_t)len, format, args);
	return -EINVAL;
}

int yaml_fail(const struct yaml_doc *doc, const struct yaml_node *at, struct yaml_error *err,
	      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_at(doc->name, at->line, at->column, err, format, args);
	va_end(args);
	return -EINVAL;
}

__attribute__((format(printf, 3, 4))) static int
fail_mark(struct loader *l, const yaml_mark_t *mark, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_at(l->doc->name, (unsigned)mark->line + 1, (unsigned)mark->column + 1, l->err, format,
		args);
	va_end(args);
	return -EINVAL;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
	if (!mapping || mapping->kind != YAML_MAPPING)
		return NULL;
	for (const struct yaml_node *n = mapping->child; n; n = n->next)
		if (strcmp(n->key, key) == 0)
			return n;
	return NULL;
}

static int next_event(struct loader *l, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&l->parser, ret_event))
		return 0;
	if (l->parser.error == YAML_MEMORY_ERROR) {
		snprintf(l->err->text, sizeof(l->err->text), "%s: out of memory", l->doc->name);
		return -ENOMEM;
	}
	return fail_mark(l, &l->parser.problem_mark, "%s",
			 l->parser.problem ? l->parser.problem : "not readable as YAML");
}

/* Anchors, aliases and tags: half of YAML's traps, none of Baton's needs. */
static int check_plain(struct loader *l, const yaml_event_t *e)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return fail_mark(l, &e->start_mark, "aliases are not supported");
	case YAML_SCALAR_EVENT:
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
		if (memchr(e->data.scalar.value, '\0', e->data.scalar.length))
			return fail_mark(l, &e->start_mark, "a text may not contain NUL");
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		return fail_mark(l, &e->start_mark, "anchors are not supported");
	if (tag)
		return fail_mark(l, &e->start_mark, "tags are not supported");
	return 0;
}

static int node_new(struct loader *l, enum yaml_kind kind, const yaml_mark_t *mark,
		    struct yaml_node **ret_node)
{
	struct yaml_node *node;

	if (++l->doc->nodes > NODES_MAX)
		return fail_mark(l, mark, "more than %d nodes", NODES_MAX);
	node = arena_take(l->doc, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->line = (unsigned)mark->line + 1;
	node->column = (unsigned)mark->column + 1;
	*ret_node = node;
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct yaml_node *const *x = a, *const *y = b;
	int order = strcmp((*x)->key, (*y)->key);

	if (order == 0)
		order = (*x)->key_line != (*y)->key_line ? (*x)->key_line > (*y)->key_line ? 1 : -1
			: (*x)->key_column > (*y)->key_column ? 1
							      : -1;
	return order;
}

/* Sorted, so that a huge mapping takes no quadratic time. */
static int check_duplicates(struct loader *l, const struct yaml_node *mapping, size_t count)
{
	const struct yaml_node **sorted = calloc(count + 1, sizeof(*sorted));
	size_t i = 0;
	int err = 0;

	if (!sorted)
		return -ENOMEM;
	for (const struct yaml_node *n = mapping->child; n; n = n->next)
		sorted[i++] = n;
	qsort(sorted, count, sizeof(*sorted), compare_keys);
	for (i = 1; i < count && !err; i++) {
		yaml_mark_t mark = {.line = sorted[i]->key_line - 1,
				    .column = sorted[i]->key_column - 1};

		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			err = fail_mark(l, &mark, "key '%s' is there already, in line %u",
					sorted[i]->key, sorted[i - 1]->key_line);
	}
	free(sorted);
	return err;
}

static int load_node(struct loader *l, yaml_event_t *e, unsigned depth,
		     struct yaml_node **ret_node);

static int load_sequence(struct loader *l, struct yaml_node *sequence, unsigned depth)
{
	struct yaml_node **tail = &sequence->child;
	yaml_event_t e;
	int err;

	for (;;) {
		err = next_event(l, &e);
		if (err)
			return err;
		if (e.type == YAML_SEQUENCE_END_EVENT)
			break;
		err = load_node(l, &e, depth + 1, tail);
		if (err)
			return err;
		tail = &(*tail)->next;
	}
	yaml_event_delete(&e);
	return 0;
}

/* Reads a key and its value, or the end of the mapping (*ret_pair NULL). */
static int load_pair(struct loader *l, unsigned depth, struct yaml_node **ret_pair)
{
	struct yaml_node *key, *value;
	yaml_event_t e;
	int err;

	err = next_event(l, &e);
	if (err)
		return err;
	if (e.type == YAML_MAPPING_END_EVENT) {
		yaml_event_delete(&e);
		*ret_pair = NULL;
		return 0;
	}
	if (e.type != YAML_SCALAR_EVENT && e.type != YAML_ALIAS_EVENT) {
		err = fail_mark(l, &e.start_mark, "a key must be a text");
		yaml_event_delete(&e);
		return err;
	}
	err = load_node(l, &e, depth, &key);
	if (!err)
		err = next_event(l, &e);
	if (!err)
		err = load_node(l, &e, depth + 1, &value);
	if (err)
		return err;
	value->key = key->scalar;
	value->key_line = key->line;
	value->key_column = key->column;
	*ret_pair = value;
	return 0;
}

static int load_mapping(struct loader *l, struct yaml_node *mapping, unsigned depth)
{
	struct yaml_node **tail = &mapping->child;
	size_t count = 0;
	int err;

	for (;;) {
		err = load_pair(l, depth, tail);
		if (err)
			return err;
		if (!*tail)
			break;
		tail = &(*tail)->next;
		count++;
	}
	return check_duplicates(l, mapping, count);
}

/* Takes the event @e, whatever comes of it. */
static int load_node(struct loader *l, yaml_event_t *e, unsigned depth, struct yaml_node **ret_node)
{
	struct yaml_node *node = NULL;
	yaml_event_type_t type = e->type;
	int err = check_plain(l, e);

	if (!err && depth > DEPTH_MAX)
		err = fail_mark(l, &e->start_mark, "nested deeper than %d levels", DEPTH_MAX);
	if (!err)
		err = node_new(l,
			       type == YAML_SCALAR_EVENT	   ? YAML_SCALAR
			       : type == YAML_SEQUENCE_START_EVENT ? YAML_SEQUENCE
								   : YAML_MAPPING,
			       &e->start_mark, &node);
	if (!err && type == YAML_SCALAR_EVENT) {
		node->scalar = arena_text(l->doc, e->data.scalar.value, e->data.scalar.length);
		if (!node->scalar)
			err = -ENOMEM;
	}
	yaml_event_delete(e);
	if (!err && type == YAML_SEQUENCE_START_EVENT)
		err = load_sequence(l, node, depth);
	if (!err && type == YAML_MAPPING_START_EVENT)
		err = load_mapping(l, node, depth);
	if (!err)
		*ret_node = node;
	return err;
}

/* Expects an event of @type and drops it; @ret_other: set instead when another came, which is then
 * the caller's. */
static int expect_event(struct loader *l, yaml_event_type_t type, bool *ret_other,
			yaml_event_t *ret_event)
{
	int err = next_event(l, ret_event);

	if (err)
		return err;
	*ret_other = ret_event->type != type;
	if (!*ret_other)
		yaml_event_delete(ret_event);
	return 0;
}

/* A file of comments alone is an empty mapping: required keys are then missed by name. */
static int load_empty(struct loader *l)
{
	yaml_mark_t start = {0};

	return node_new(l, YAML_MAPPING, &start, &l->doc->root);
}

static int load_stream(struct loader *l)
{
	yaml_event_t e;
	bool other;
	int err;

	err = expect_event(l, YAML_STREAM_START_EVENT, &other, &e);
	if (!err)
		err = expect_event(l, YAML_STREAM_END_EVENT, &other, &e);
	if (err || !other)
		return err ? err : load_empty(l);
	yaml_event_delete(&e); /* the document's start */
	err = next_event(l, &e);
	if (!err)
		err = load_node(l, &e, 0, &l->doc->root);
	if (!err)
		err = expect_event(l, YAML_DOCUMENT_END_EVENT, &other, &e);
	if (!err)
		err = expect_event(l, YAML_STREAM_END_EVENT, &other, &e);
	if (!err && other) {
		err = fail_mark(l, &e.start_mark, "a second document begins here");
		yaml_event_delete(&e);
	}
	return err;
}

int yaml_load_memory(const char *name, const void *text, size_t len, struct yaml_doc **ret_doc,
		     struct yaml_error *err)
{
	struct loader l = {.err = err};
	int rc = -ENOMEM;

	snprintf(err->text, sizeof(err->text), "%s: out of memory", name);
	l.doc = calloc(1, sizeof(*l.doc));
	if (!l.doc)
		return -ENOMEM;
	l.doc->name = arena_text(l.doc, name, strlen(name));
	if (!l.doc->name || !yaml_parser_initialize(&l.parser))
		goto free_doc;
	if (len > SIZE_MAX_BYTES) {
		snprintf(err->text, sizeof(err->text), "%s: larger than %d bytes", name,
			 SIZE_MAX_BYTES);
		rc = -EINVAL;
		goto free_parser;
	}
	yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
	/* with the encoding given libyaml takes a byte order mark for text */
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text = (const char *)text + 3;
		len -= 3;
	}
	yaml_parser_set_input_string(&l.parser, text ? text : "", len);
	rc = load_stream(&l);
free_parser:
	yaml_parser_delete(&l.parser);
	if (rc == 0) {
		err->text[0] = '\0';
		*ret_doc = l.doc;
		return 0;
	}
free_doc:
	yaml_free(l.doc);
	return rc;
}

/* Up to one byte more than is allowed, so that yaml_load_memory notices what is too large. */
static int read_all(int fd, char **ret_text, size_t *ret_len)
{
	char *text = malloc(SIZE_MAX_BYTES + 1);
	size_t len = 0;
	ssize_t n;

	if (!text)
		return -ENOMEM;
	do {
		n = read(fd, text + len, SIZE_MAX_BYTES + 1 - len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0) {
		int err = -errno;

		free(text);
		return err;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int yaml_load_file(const char *path, struct yaml_doc **ret_doc, struct yaml_error *err)
{
	char *text = NULL;
	size_t len = 0;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 ? -errno : read_all(fd, &text, &len);
	if (fd >= 0)
		close(fd);
	if (rc) {
		snprintf(err->text, sizeof(err->text), "%s: %s", path, strerror(-rc));
		return rc;
	}
	rc = yaml_load_memory(path, text, len, ret_doc, err);
	free(text);
	return rc;
}
