// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/body.h"

#include <errno.h>
#include <string.h>

#include "agents/transfer/wire.h"
#include "lib/wire.h"

enum { PERMISSIONS = 07777, LENGTH_BYTES = 2 };

void body_reader_init(struct body_reader *r, const struct body_sink *sink, void *user,
		      uint64_t bytes_max, uint32_t files_max)
{
	memset(r, 0, sizeof(*r));
	r->sink = sink;
	r->user = user;
	r->bytes_left = bytes_max;
	r->files_left = files_max;
	sha256_init(&r->sha);
}

static int fail(struct body_reader *r, const char *error)
{
	r->error = error;
	return -EBADMSG;
}

static size_t path_length(const struct body_reader *r)
{
	return wire_load16(r->head);
}

static size_t head_wanted(const struct body_reader *r)
{
	if (r->head_len < LENGTH_BYTES)
		return LENGTH_BYTES;
	return path_length(r) ? BODY_FIXED_BYTES + path_length(r) : LENGTH_BYTES;
}

static int end_file(struct body_reader *r)
{
	r->in_content = false;
	return r->sink->end(r->user);
}

static int begin_file(struct body_reader *r)
{
	char before[BODY_PATH_SIZE];
	size_t len = path_length(r);
	int rc;

	memcpy(before, r->file.path, sizeof(before));
	memcpy(r->file.path, r->head + BODY_FIXED_BYTES, len);
	r->file.path[len] = '\0';
	r->file.mode = wire_load16(r->head + 2);
	r->file.size = r->content_left = wire_load64(r->head + 4);
	r->head_len = 0;
	if (strlen(r->file.path) != len || !transfer_path_valid(r->file.path))
		return fail(r, "a path that isn't one below the item");
	if (strcmp(before, r->file.path) >= 0)
		return fail(r, "paths that aren't sorted");
	if (r->file.mode & ~PERMISSIONS)
		return fail(r, "permissions that are none");
	if (!r->files_left || r->file.size > r->bytes_left)
		return fail(r, "more than was announced");
	r->files_left--;
	r->bytes_left -= r->file.size;
	r->in_content = true;
	rc = r->sink->begin(r->user, &r->file);
	return rc || r->content_left ? rc : end_file(r);
}

static int push_head(struct body_reader *r, const uint8_t **bytes, size_t *len)
{
	size_t wanted = head_wanted(r) - r->head_len;
	size_t n = *len < wanted ? *len : wanted;

	memcpy(r->head + r->head_len, *bytes, n);
	sha256_update(&r->sha, n, *bytes);
	r->head_len += n;
	*bytes += n;
	*len -= n;
	if (r->head_len < LENGTH_BYTES)
		return 0;
	if (path_length(r) >= BODY_PATH_SIZE)
		return fail(r, "a path that is too long");
	if (!path_length(r))
		r->done = true;
	else if (r->head_len == head_wanted(r))
		return begin_file(r);
	return 0;
}

static int push_content(struct body_reader *r, const uint8_t **bytes, size_t *len)
{
	size_t n = *len < r->content_left ? *len : (size_t)r->content_left;
	int rc = r->sink->content(r->user, *bytes, n);

	if (rc)
		return rc;
	sha256_update(&r->sha, n, *bytes);
	r->content_left -= n;
	*bytes += n;
	*len -= n;
	return r->content_left ? 0 : end_file(r);
}

int body_push(struct body_reader *r, const uint8_t *bytes, size_t len)
{
	int rc = 0;

	while (!rc && len) {
		if (r->done)
			return fail(r, "more after its end");
		rc = r->in_content ? push_content(r, &bytes, &len) : push_head(r, &bytes, &len);
	}
	return rc;
}

void body_digest(struct body_reader *r, uint8_t ret[SHA256_DIGEST_SIZE])
{
	sha256_digest(&r->sha, SHA256_DIGEST_SIZE, ret);
}

size_t body_head_write(uint8_t bytes[BODY_HEAD_MAX], const struct body_file *file)
{
	size_t len = file ? strlen(file->path) : 0;

	wire_store16(bytes, (uint16_t)len);
	if (!len)
		return LENGTH_BYTES;
	wire_store16(bytes + 2, (uint16_t)(file->mode & PERMISSIONS));
	wire_store64(bytes + 4, file->size);
	memcpy(bytes + BODY_FIXED_BYTES, file->path, len);
	return BODY_FIXED_BYTES + len;
}
