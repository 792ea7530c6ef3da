// SPDX-License-Identifier: Apache-2.0
#include "agents/common/manifest.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hex.h"

int image_fail(struct image_error *err, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return rc;
}

bool manifest_name_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(name);

	return len && len < MANIFEST_NAME_SIZE && strspn(name, allowed) == len && name[0] != '.' &&
	       name[0] != '-';
}

bool manifest_path_valid(const char *path)
{
	if (!*path || strlen(path) >= MANIFEST_PATH_MAX || !strcmp(path, MANIFEST_FILE))
		return false;
	for (const char *c = path; *c; c++)
		if ((unsigned char)*c < 0x21 || *c == 0x7f || *c == '\\')
			return false;
	for (const char *part = path; part;) {
		size_t len = strcspn(part, "/");

		if (!len || (len == 1 && part[0] == '.') || (len == 2 && !strncmp(part, "..", 2)))
			return false;
		part = part[len] ? part + len + 1 : NULL;
	}
	return true;
}

static bool read_digest(const char *text, uint8_t *ret)
{
	return text && hex_read(text, ret, MANIFEST_DIGEST_SIZE) == 0;
}

static bool read_mode(const char *text, mode_t *ret)
{
	bool program = text && !strcmp(text, "0755");

	*ret = program ? 0755 : 0644;
	return !text || program || !strcmp(text, "0644");
}

static int read_file(struct manifest *m, const json_t *entry, struct image_error *err)
{
	struct manifest_file *file = &m->file[m->count];
	const char *path = json_string_value(json_object_get(entry, "path"));
	const json_t *size = json_object_get(entry, "size");

	if (!path || !manifest_path_valid(path))
		return image_fail(err, -EBADMSG,
				  "manifest: file %zu: path: expected a relative path inside the "
				  "image, found \"%.100s\"",
				  m->count + 1, path ? path : "");
	if (!json_is_integer(size) || json_integer_value(size) < 0 ||
	    (uint64_t)json_integer_value(size) > MANIFEST_BYTES_MAX - m->bytes)
		return image_fail(err, -EBADMSG,
				  "manifest: %.100s: size: expected a number of bytes", path);
	if (!read_digest(json_string_value(json_object_get(entry, "sha256")), file->sha256))
		return image_fail(err, -EBADMSG,
				  "manifest: %.100s: sha256: expected 64 digits and letters a to f",
				  path);
	if (!read_mode(json_string_value(json_object_get(entry, "mode")), &file->mode))
		return image_fail(err, -EBADMSG,
				  "manifest: %.100s: mode: expected \"0644\" or \"0755\"", path);
	file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	file->size = (uint64_t)json_integer_value(size);
	m->bytes += file->size;
	m->count++;
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct manifest_file *)a)->path,
		      ((const struct manifest_file *)b)->path);
}

/* @a is @b, or a directory on its way */
static bool is_over(const char *a, const char *b)
{
	size_t len = strlen(a);

	return !strncmp(a, b, len) && (!b[len] || b[len] == '/');
}

/* Neither twice, nor a file where another needs a directory. Sorted by path, those that are in each
 * other's way need not be neighbours ("a", "a-b", "a/b"), but only what shares the beginning stands
 * between. */
static int check_paths(struct manifest *m, struct image_error *err)
{
	qsort(m->file, m->count, sizeof(*m->file), compare_paths);
	for (size_t i = 0; i < m->count; i++) {
		const char *path = m->file[i].path;

		for (size_t k = i + 1;
		     k < m->count && !strncmp(path, m->file[k].path, strlen(path)); k++)
			if (is_over(path, m->file[k].path))
				return image_fail(err, -EBADMSG,
						  "manifest: '%.100s' is in the way of '%.100s'",
						  path, m->file[k].path);
	}
	return 0;
}

static int read_name(const json_t *root, const char *key, char ret[MANIFEST_NAME_SIZE],
		     struct image_error *err)
{
	const char *name = json_string_value(json_object_get(root, key));

	if (!name || !manifest_name_valid(name))
		return image_fail(err, -EBADMSG, "manifest: %s: expected a name, found \"%.80s\"",
				  key, name ? name : "");
	strcpy(ret, name);
	return 0;
}

static int read_manifest(struct manifest *m, const json_t *root, struct image_error *err)
{
	const json_t *files = json_object_get(root, "files");
	size_t count = json_array_size(files);
	int rc = read_name(root, "image", m->image, err);

	if (!rc)
		rc = read_name(root, "version", m->version, err);
	if (!rc && (!count || count > MANIFEST_FILES_MAX))
		rc = image_fail(err, -EBADMSG, "manifest: files: expected a list of 1 to %d",
				MANIFEST_FILES_MAX);
	if (rc)
		return rc;
	m->file = calloc(count, sizeof(*m->file));
	if (!m->file)
		return -ENOMEM;
	for (size_t i = 0; !rc && i < count; i++)
		rc = read_file(m, json_array_get(files, i), err);
	return rc ? rc : check_paths(m, err);
}

int manifest_parse(const char *text, size_t len, struct manifest **ret, struct image_error *err)
{
	struct manifest *m;
	json_error_t error;
	json_t *root;
	int rc;

	if (len > MANIFEST_TEXT_MAX)
		return image_fail(err, -EBADMSG, "manifest: more than %d bytes", MANIFEST_TEXT_MAX);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return image_fail(err, -EBADMSG, "manifest:%d:%d: %.200s", error.line, error.column,
				  error.text);
	m = calloc(1, sizeof(*m));
	rc = m ? read_manifest(m, root, err) : -ENOMEM;
	json_decref(root);
	if (rc)
		manifest_free(m);
	else
		*ret = m;
	return rc;
}

void manifest_free(struct manifest *m)
{
	for (size_t i = 0; m && i < m->count; i++)
		free(m->file[i].path);
	if (m)
		free(m->file);
	free(m);
}
