// SPDX-License-Identifier: Apache-2.0
#include "ran/radio_frame.h"

#include <errno.h>
#include <string.h>

#include "lib/wire.h"

enum { FLAG_RESUME = 1, SESSION_MAX = 15, QFI_MAX = 63 };

/* What a body is made of, in this order. */
enum body {
	BODY_FLAGS = 1,
	BODY_TEXT = 2,
	BODY_SESSION = 4,
	BODY_QFI = 8,
	BODY_NAS = 16,
	BODY_NAS_OPTIONAL = 32,
	BODY_ADDRESS = 64,
	BODY_CELL = 128
};

static const struct {
	const char *name;
	unsigned body;
} types[RADIO_TYPES] = {
	[RADIO_ALIVE] = {"alive", 0},
	[RADIO_ATTACH] = {"attach", BODY_FLAGS | BODY_TEXT},
	[RADIO_ATTACHED] = {"attached", BODY_FLAGS | BODY_TEXT},
	[RADIO_NAS] = {"nas", BODY_NAS},
	[RADIO_BEARER_ADD] = {"bearer-add", BODY_SESSION | BODY_QFI | BODY_NAS_OPTIONAL},
	[RADIO_BEARER_ADDED] = {"bearer-added", BODY_SESSION | BODY_ADDRESS},
	[RADIO_BEARER_REMOVE] = {"bearer-remove", BODY_SESSION | BODY_NAS_OPTIONAL},
	[RADIO_BEARER_REMOVED] = {"bearer-removed", BODY_SESSION},
	[RADIO_RELEASE] = {"release", 0},
	[RADIO_HANDOVER] = {"handover", BODY_CELL | BODY_TEXT},
	[RADIO_HANDOVER_FAILED] = {"handover-failed", 0},
	[RADIO_ARRIVED] = {"arrived", BODY_TEXT},
	[RADIO_RETURN] = {"return", 0},
};

const char *radio_type_name(enum radio_type type)
{
	return (unsigned)type < RADIO_TYPES ? types[type].name : "unknown";
}

/* Text is the rest of the body: 1 to RADIO_TEXT_MAX printable characters. */
static bool text_ok(const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] < 0x21 || at[i] > 0x7e)
			return false;
	}
	return len > 0 && len <= RADIO_TEXT_MAX;
}

static bool numbers_ok(const struct radio_frame *f, unsigned body)
{
	if ((body & BODY_SESSION) && (f->session < 1 || f->session > SESSION_MAX))
		return false;
	if ((body & BODY_CELL) && !f->cell)
		return false;
	return !(body & BODY_QFI) || f->qfi <= QFI_MAX;
}

static size_t fixed_len(unsigned body)
{
	return (body & BODY_FLAGS ? 1 : 0) + (body & BODY_SESSION ? 1 : 0) +
	       (body & BODY_QFI ? 1 : 0) + (body & BODY_ADDRESS ? 4 : 0) +
	       (body & BODY_CELL ? 4 : 0);
}

static const uint8_t *get_fixed(struct radio_frame *f, unsigned body, const uint8_t *at)
{
	if (body & BODY_FLAGS)
		f->resume = *at++ & FLAG_RESUME;
	if (body & BODY_SESSION)
		f->session = *at++;
	if (body & BODY_QFI)
		f->qfi = *at++;
	if (body & BODY_ADDRESS) {
		memcpy(&f->address, at, 4);
		at += 4;
	}
	if (body & BODY_CELL) {
		f->cell = wire_load32(at);
		at += 4;
	}
	return at;
}

static int get_body(struct radio_frame *f, const uint8_t *at, size_t len)
{
	unsigned body = types[f->type].body;
	size_t fixed = fixed_len(body);

	if (len < fixed)
		return -EBADMSG;
	at = get_fixed(f, body, at);
	len -= fixed;
	if (!numbers_ok(f, body))
		return -EBADMSG;
	if (body & BODY_TEXT) {
		if (!text_ok(at, len))
			return -EBADMSG;
		memcpy(f->text, at, len);
		return 0;
	}
	if (len && !(body & (BODY_NAS | BODY_NAS_OPTIONAL)))
		return -EBADMSG;
	if (!len && (body & BODY_NAS))
		return -EBADMSG;
	f->nas = len ? at : NULL;
	f->nas_len = len;
	return 0;
}

int radio_frame_decode(const uint8_t *buf, size_t len, struct radio_frame *ret_frame)
{
	struct radio_frame f = {0};
	size_t body_len;
	int r;

	if (len < RADIO_HEADER_LEN || buf[0] != RADIO_VERSION || buf[1] >= RADIO_TYPES)
		return -EBADMSG;
	f.type = (enum radio_type)buf[1];
	f.seq = wire_load16(buf + 2);
	f.ack = wire_load16(buf + 4);
	body_len = wire_load16(buf + 6);
	f.from = wire_load32(buf + 8);
	f.to = wire_load32(buf + 12);
	if (f.from == 0 || body_len > RADIO_BODY_MAX || body_len > len - RADIO_HEADER_LEN)
		return -EBADMSG;
	r = get_body(&f, buf + RADIO_HEADER_LEN, body_len);
	if (r == 0)
		*ret_frame = f;
	return r;
}

/* What the other end would refuse is refused here: it would be repeated for ever. */
static int body_len(const struct radio_frame *f, size_t *ret_len)
{
	unsigned body = types[f->type].body;
	size_t len = fixed_len(body), text_len = strnlen(f->text, sizeof f->text);

	if (!numbers_ok(f, body))
		return -EINVAL;
	if (body & BODY_TEXT) {
		if (!text_ok((const uint8_t *)f->text, text_len))
			return -EINVAL;
		len += text_len;
	}
	if (body & (BODY_NAS | BODY_NAS_OPTIONAL)) {
		if ((f->nas_len && !f->nas) || (!f->nas_len && (body & BODY_NAS)) ||
		    f->nas_len > RADIO_BODY_MAX - len)
			return -EINVAL;
		len += f->nas_len;
	}
	*ret_len = len;
	return 0;
}

static void put_body(const struct radio_frame *f, uint8_t *at)
{
	unsigned body = types[f->type].body;

	if (body & BODY_FLAGS)
		*at++ = f->resume ? FLAG_RESUME : 0;
	if (body & BODY_SESSION)
		*at++ = f->session;
	if (body & BODY_QFI)
		*at++ = f->qfi;
	if (body & BODY_ADDRESS) {
		memcpy(at, &f->address, 4);
		at += 4;
	}
	if (body & BODY_CELL) {
		wire_store32(at, f->cell);
		at += 4;
	}
	if (body & BODY_TEXT)
		memcpy(at, f->text, strlen(f->text));
	if ((body & (BODY_NAS | BODY_NAS_OPTIONAL)) && f->nas_len)
		memcpy(at, f->nas, f->nas_len);
}

int radio_frame_encode(const struct radio_frame *f, uint8_t *buf, size_t size, size_t *ret_len)
{
	size_t len;

	if ((unsigned)f->type >= RADIO_TYPES || !f->from || body_len(f, &len) < 0)
		return -EINVAL;
	if (size < RADIO_HEADER_LEN + len)
		return -ENOBUFS;
	buf[0] = RADIO_VERSION;
	buf[1] = (uint8_t)f->type;
	wire_store16(buf + 2, f->seq);
	wire_store16(buf + 4, f->ack);
	wire_store16(buf + 6, (uint16_t)len);
	wire_store32(buf + 8, f->from);
	wire_store32(buf + 12, f->to);
	put_body(f, buf + RADIO_HEADER_LEN);
	*ret_len = RADIO_HEADER_LEN + len;
	return 0;
}
