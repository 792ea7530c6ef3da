// SPDX-License-Identifier: Apache-2.0
/*
 * What reaches a transfer from elsewhere. The first octet chooses: a body as it is, a body by gzip
 * (what is announced is bounded), an item, a status, rsync's figures.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "agents/transfer/pack.h"
#include "agents/transfer/rsync.h"

enum { BYTES_MAX = 1 << 16, FILES_MAX = 8 };

struct seen {
	uint64_t files, announced, bytes;
	bool open;
	char path[BODY_PATH_SIZE];
};

static int begin(void *user, const struct body_file *file)
{
	struct seen *seen = user;

	assert(!seen->open && transfer_path_valid(file->path));
	assert(file->path[0] != '/' && strcmp(seen->path, file->path) < 0);
	assert(++seen->files <= FILES_MAX);
	seen->announced += file->size;
	assert(seen->announced <= BYTES_MAX);
	strcpy(seen->path, file->path);
	seen->open = true;
	return 0;
}

static int content(void *user, const uint8_t *bytes, size_t len)
{
	struct seen *seen = user;

	assert(seen->open && len);
	seen->bytes += len;
	assert(seen->bytes <= seen->announced);
	return 0;
}

static int end(void *user)
{
	struct seen *seen = user;

	assert(seen->open && seen->bytes == seen->announced);
	seen->open = false;
	return 0;
}

static const struct body_sink sink = {begin, content, end};

static void fuzz_body(const uint8_t *data, size_t size, bool gzip)
{
	uint8_t piece[97];
	struct seen seen = {0};
	struct body_reader r;
	struct unpack u;
	int rc = 0;

	body_reader_init(&r, &sink, &seen, BYTES_MAX, FILES_MAX);
	if (unpack_init(&u, &r, gzip))
		return;
	while (!rc && size) {
		size_t n = size < sizeof(piece) ? size : sizeof(piece);

		memcpy(piece, data, n);
		rc = unpack_put(&u, piece, n);
		data += n;
		size -= n;
	}
	assert(!rc || (rc < 0 && r.error));
	assert(!unpack_whole(&u) || !seen.open);
	unpack_done(&u);
}

static void fuzz_item(const uint8_t *data, size_t size)
{
	uint8_t bytes[TRANSFER_MESSAGE_MAX];
	struct transfer_item item;

	if (transfer_item_read(data, size, &item))
		return;
	assert(transfer_name_valid(item.name));
	assert(transfer_item_write(bytes, &item) == size && !memcmp(bytes, data, size));
}

static void fuzz_status(const uint8_t *data, size_t size)
{
	struct transfer_status status;

	if (transfer_status_read(data, size, &status))
		return;
	for (const char *c = status.text; *c; c++)
		assert(*c >= 0x20 && *c < 0x7f);
}

static void fuzz_stats(const uint8_t *data, size_t size)
{
	struct rsync_stats stats;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	(void)!rsync_stats_read(text, &stats);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0] % 5) {
	case 0:
		fuzz_body(data + 1, size - 1, false);
		break;
	case 1:
		fuzz_body(data + 1, size - 1, true);
		break;
	case 2:
		fuzz_item(data + 1, size - 1);
		break;
	case 3:
		fuzz_status(data + 1, size - 1);
		break;
	default:
		fuzz_stats(data + 1, size - 1);
	}
	return 0;
}
