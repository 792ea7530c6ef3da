// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/common/manifest.h"
#include "lib/wire.h"

enum {
	FLAG_GZIP = 1,
	FLAG_RSYNC = 2,
	FLAG_JOIN = 4,
	FLAG_PAGES = 8,
	FLAGS = 15,
};

static const uint32_t longest[] = {
	[TRANSFER_ITEM] = TRANSFER_MESSAGE_MAX,	  [TRANSFER_DATA] = TRANSFER_DATA_MAX,
	[TRANSFER_END] = TRANSFER_DIGEST_SIZE,	  [TRANSFER_PROBE] = sizeof(uint64_t),
	[TRANSFER_STATUS] = TRANSFER_MESSAGE_MAX,
};

void transfer_header_write(uint8_t bytes[TRANSFER_HEADER_BYTES], enum transfer_type type,
			   uint32_t length)
{
	memset(bytes, 0, TRANSFER_HEADER_BYTES);
	bytes[0] = (uint8_t)type;
	wire_store32(bytes + 4, length);
}

int transfer_header_read(const uint8_t bytes[TRANSFER_HEADER_BYTES], struct transfer_header *ret)
{
	uint32_t length = wire_load32(bytes + 4);

	if (bytes[0] < TRANSFER_ITEM || bytes[0] > TRANSFER_STATUS || bytes[1] ||
	    wire_load16(bytes + 2) || length > longest[bytes[0]])
		return -EBADMSG;
	ret->type = bytes[0];
	ret->length = length;
	return 0;
}

static void put_text(struct wire_writer *w, const char *text)
{
	size_t len = strlen(text);

	wire_put_number(w, len, 2);
	wire_put_bytes(w, text, len);
}

/* Without a NUL in it */
static void get_text(struct wire_reader *r, char *ret, size_t size)
{
	size_t len = wire_get_u16(r);
	const uint8_t *text = wire_get(r, len);

	ret[0] = '\0';
	if (!text || len >= size || memchr(text, 0, len)) {
		r->bad = true;
		return;
	}
	memcpy(ret, text, len);
	ret[len] = '\0';
}

static uint8_t item_flags(const struct transfer_item *item)
{
	return (item->gzip ? FLAG_GZIP : 0) | (item->rsync ? FLAG_RSYNC : 0) |
	       (item->join ? FLAG_JOIN : 0) | (item->pages ? FLAG_PAGES : 0);
}

size_t transfer_item_write(uint8_t bytes[TRANSFER_MESSAGE_MAX], const struct transfer_item *item)
{
	struct wire_writer w = {.at = bytes, .end = bytes + TRANSFER_MESSAGE_MAX};

	wire_put_number(&w, item->kind, 1);
	wire_put_number(&w, item_flags(item), 1);
	wire_put_number(&w, 0, 2);
	wire_put_number(&w, item->files, 4);
	wire_put_number(&w, item->bytes, 8);
	wire_put_bytes(&w, item->manifest, sizeof(item->manifest));
	put_text(&w, item->name);
	put_text(&w, item->previous);
	return (size_t)(w.at - bytes);
}

static bool item_valid(const struct transfer_item *item)
{
	return item->files <= TRANSFER_FILES_MAX && item->bytes <= TRANSFER_BYTES_MAX &&
	       transfer_name_valid(item->name) &&
	       (!item->previous[0] ||
		(transfer_name_valid(item->previous) && strcmp(item->previous, item->name) != 0 &&
		 item->kind == TRANSFER_ROUND)) &&
	       item->gzip + item->rsync + item->pages <= 1 &&
	       !(item->join && (item->rsync || item->pages)) &&
	       (item->kind == TRANSFER_ROUND || !(item->join || item->pages));
}

int transfer_item_read(const uint8_t *bytes, size_t len, struct transfer_item *ret)
{
	struct wire_reader r = {.at = bytes, .end = bytes + len};
	uint8_t kind = wire_get_u8(&r), flags = wire_get_u8(&r);
	uint16_t reserved = wire_get_u16(&r);

	*ret = (struct transfer_item){
		.kind = kind,
		.gzip = flags & FLAG_GZIP,
		.rsync = flags & FLAG_RSYNC,
		.join = flags & FLAG_JOIN,
		.pages = flags & FLAG_PAGES,
	};
	ret->files = wire_get_u32(&r);
	ret->bytes = wire_get_u64(&r);
	wire_get_bytes(&r, ret->manifest, sizeof(ret->manifest));
	get_text(&r, ret->name, sizeof(ret->name));
	get_text(&r, ret->previous, sizeof(ret->previous));
	if (r.bad || wire_left(&r) || kind >= TRANSFER_KINDS || flags & ~FLAGS || reserved ||
	    !item_valid(ret))
		return -EBADMSG;
	return 0;
}

size_t transfer_status_write(uint8_t bytes[TRANSFER_MESSAGE_MAX], const struct transfer_status *s)
{
	struct wire_writer w = {.at = bytes, .end = bytes + TRANSFER_MESSAGE_MAX};

	wire_put_number(&w, s->code, 1);
	wire_put_number(&w, 0, 1);
	wire_put_number(&w, s->port, 2);
	wire_put_number(&w, s->rate_bps, 8);
	put_text(&w, s->text);
	return (size_t)(w.at - bytes);
}

int transfer_status_read(const uint8_t *bytes, size_t len, struct transfer_status *ret)
{
	struct wire_reader r = {.at = bytes, .end = bytes + len};
	uint8_t code = wire_get_u8(&r), reserved = wire_get_u8(&r);

	*ret = (struct transfer_status){.code = code};
	ret->port = wire_get_u16(&r);
	ret->rate_bps = wire_get_u64(&r);
	get_text(&r, ret->text, sizeof(ret->text));
	if (r.bad || wire_left(&r) || code >= TRANSFER_STATUS_CODES || reserved)
		return -EBADMSG;
	for (char *c = ret->text; *c; c++) /* it goes into logs and JSON */
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
	return 0;
}

bool transfer_name_valid(const char *name)
{
	return manifest_name_valid(name);
}

bool transfer_path_valid(const char *path)
{
	return !strcmp(path, MANIFEST_FILE) || manifest_path_valid(path);
}

const char *transfer_status_cause(enum transfer_status_code code)
{
	return code == TRANSFER_DISK_SHORT ? "DISK_SHORT" : "TRANSFER_FAILED";
}
