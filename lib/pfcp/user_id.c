// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP's User ID (TS 29.244 cl. 8.2.101; digits: TS 29.274 cl. 8.3, 8.10, 8.11).
 */
#include <errno.h>

#include "lib/pfcp/ie.h"

enum user_id_flag {
	USER_ID_IMSI = 0x01,
	USER_ID_IMEI = 0x02,
	USER_ID_MSISDN = 0x04,
	USER_ID_NAI = 0x08,
	USER_ID_SUPI = 0x10,
	USER_ID_GPSI = 0x20,
	USER_ID_PEI = 0x40,
};

/* TBCD, low digit first, 0xf fills up an odd number (TS 29.274 cl. 8.3) */
static uint8_t get_digits(struct wire_reader *r, char *ret, size_t size)
{
	struct wire_reader part = wire_get_part(r, wire_get_u8(r));
	size_t len = 0;

	while (wire_left(&part)) {
		uint8_t octet = wire_get_u8(&part);
		uint8_t low = octet & 0xf, high = octet >> 4;

		if (low > 9 || (high > 9 && (high != 0xf || wire_left(&part))))
			return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
		if (len + 1 + (high <= 9) >= size)
			return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
		ret[len++] = (char)('0' + low);
		if (high <= 9)
			ret[len++] = (char)('0' + high);
	}
	return 0;
}

static int put_digits(struct wire_writer *w, const char *text)
{
	size_t n = strlen(text);

	if (strspn(text, "0123456789") != n)
		return -EINVAL;
	wire_put_number(w, (n + 1) / 2, 1);
	for (size_t i = 0; i < n; i += 2)
		wire_put_number(w,
				(text[i + 1] ? (unsigned int)(text[i + 1] - '0') << 4 : 0xf0) |
					(unsigned int)(text[i] - '0'),
				1);
	return 0;
}

/* Empty: as if it weren't there */
static uint8_t get_short_text(struct wire_reader *r, char *ret, size_t size)
{
	struct wire_reader part = wire_get_part(r, wire_get_u8(r));

	return wire_left(&part) ? pfcp_text_get(&part, ret, size, '!') : 0;
}

static int put_short_text(struct wire_writer *w, const char *text, size_t size)
{
	wire_put_number(w, strnlen(text, size), 1);
	return pfcp_text_put(w, text, size, '!');
}

struct user_id_field {
	uint8_t flag;
	bool digits;
	size_t offset, size;
	const char *name;
};

#define USER_ID_FIELD(f, d, m, n)                                                                  \
	{                                                                                          \
		f, d, offsetof(struct pfcp_user_id, m), sizeof(((struct pfcp_user_id *)0)->m), n   \
	}

static const struct user_id_field user_id_fields[] = {
	USER_ID_FIELD(USER_ID_IMSI, true, imsi, "imsi"),
	USER_ID_FIELD(USER_ID_IMEI, true, imei, "imei"),
	USER_ID_FIELD(USER_ID_MSISDN, true, msisdn, "msisdn"),
	USER_ID_FIELD(USER_ID_NAI, false, nai, "nai"),
	USER_ID_FIELD(USER_ID_SUPI, false, supi, "supi"),
	USER_ID_FIELD(USER_ID_GPSI, false, gpsi, "gpsi"),
	USER_ID_FIELD(USER_ID_PEI, false, pei, "pei"),
};

#define N_USER_ID_FIELDS (sizeof(user_id_fields) / sizeof(user_id_fields[0]))

uint8_t pfcp_user_id_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint8_t flags = wire_get_u8(r);

	for (size_t i = 0; i < N_USER_ID_FIELDS; i++) {
		const struct user_id_field *f = &user_id_fields[i];
		char *text = (char *)value + f->offset;
		uint8_t cause;

		if (!(flags & f->flag))
			continue;
		cause = f->digits ? get_digits(r, text, f->size) : get_short_text(r, text, f->size);
		if (cause)
			return cause;
	}
	return 0;
}

int pfcp_user_id_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint8_t flags = 0;
	int rc = 0;

	for (size_t i = 0; i < N_USER_ID_FIELDS; i++) {
		if (*((const char *)value + user_id_fields[i].offset))
			flags |= user_id_fields[i].flag;
	}
	wire_put_number(w, flags, 1);
	for (size_t i = 0; i < N_USER_ID_FIELDS && !rc; i++) {
		const struct user_id_field *f = &user_id_fields[i];
		const char *text = (const char *)value + f->offset;

		if (flags & f->flag)
			rc = f->digits ? put_digits(w, text) : put_short_text(w, text, f->size);
	}
	return rc;
}

void pfcp_user_id_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_out_add(out, "{");
	for (size_t i = 0; i < N_USER_ID_FIELDS; i++) {
		const char *text = (const char *)value + user_id_fields[i].offset;

		if (!*text)
			continue;
		pfcp_out_add(out, " %s=", user_id_fields[i].name);
		pfcp_text_print_safe(out, text);
	}
	pfcp_out_add(out, " }");
}
