// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values that are text: names made of labels, Application ID, SDF Filter, User ID (TS 29.244
 * cl. 8.2.4, 8.2.117, 8.2.6, 8.2.5, 8.2.101; labels: TS 23.003 cl. 9.1, RFC 1035 cl. 3.1).
 *
 * Text goes into logs and comes from a peer, so only printable ASCII is let in.
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define MAX_LABEL 63

#define SDF_FD	0x01
#define SDF_TTC 0x02
#define SDF_SPI 0x04
#define SDF_FL	0x08
#define SDF_BID 0x10

#define MAX_FLOW_LABEL 0xfffff

enum user_id_flag {
	USER_ID_IMSI = 0x01,
	USER_ID_IMEI = 0x02,
	USER_ID_MSISDN = 0x04,
	USER_ID_NAI = 0x08,
	USER_ID_SUPI = 0x10,
	USER_ID_GPSI = 0x20,
	USER_ID_PEI = 0x40,
};

static bool is_printable(const uint8_t *p, size_t n, uint8_t lowest)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < lowest || p[i] > '~')
			return false;
	}
	return true;
}

/* Copies the rest of @r, which has to be printable from @lowest on and not empty. */
static uint8_t get_text(struct wire_reader *r, char *ret, size_t size, uint8_t lowest)
{
	size_t n = wire_left(r);
	const uint8_t *p = wire_get(r, n);

	if (!n) {
		r->bad = true;
		return 0;
	}
	if (!is_printable(p, n, lowest))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	if (n >= size)
		return PFCP_CAUSE_NO_RESOURCES;
	memcpy(ret, p, n);
	ret[n] = '\0';
	return 0;
}

static int put_text(struct wire_writer *w, const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (!n || n == size || !is_printable((const uint8_t *)text, n, ' '))
		return -EINVAL;
	wire_put_bytes(w, text, n);
	return 0;
}

/* Like %s, for a struct that never went through a decode */
void pfcp_text_print_safe(struct pfcp_out *out, const char *text)
{
	for (; *text; text++)
		pfcp_out_add(out, "%c", *text >= ' ' && *text <= '~' ? *text : '?');
}

static bool is_label(const uint8_t *p, size_t n)
{
	return n >= 1 && n <= MAX_LABEL && is_printable(p, n, '!') && !memchr(p, '.', n);
}

/* The standard leaves out the root label at the end; some peers don't. */
uint8_t pfcp_labels_decode(struct wire_reader *r, char *ret, size_t size)
{
	size_t len = 0;

	if (!wire_left(r))
		r->bad = true;
	while (wire_left(r)) {
		size_t n = wire_get_u8(r);
		const uint8_t *p = wire_get(r, n);

		if (!n && len && !wire_left(r))
			break;
		if (!p || !is_label(p, n))
			return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
		if (len + 1 + n >= size)
			return PFCP_CAUSE_NO_RESOURCES;
		if (len)
			ret[len++] = '.';
		memcpy(ret + len, p, n);
		len += n;
	}
	ret[len] = '\0';
	return 0;
}

int pfcp_labels_encode(struct wire_writer *w, const char *text)
{
	for (;;) {
		size_t n = strcspn(text, ".");

		if (!is_label((const uint8_t *)text, n))
			return -EINVAL;
		wire_put_number(w, n, 1);
		wire_put_bytes(w, text, n);
		if (!text[n])
			return 0;
		text += n + 1;
	}
}

/* Labels that fill the IE exactly are labels; else it may be bare text. */
uint8_t pfcp_name_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_name *name = value;
	struct wire_reader labels = *r;
	uint8_t cause = pfcp_labels_decode(&labels, name->text, sizeof(name->text));

	if (cause != PFCP_CAUSE_MANDATORY_IE_INCORRECT) {
		*r = labels;
		return cause;
	}
	name->plain = true;
	return get_text(r, name->text, sizeof(name->text), '!');
}

int pfcp_name_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_name *name = value;

	if (name->plain)
		return put_text(w, name->text, sizeof(name->text));
	return pfcp_labels_encode(w, name->text);
}

void pfcp_name_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_name *name = value;

	pfcp_text_print_safe(out, name->text);
	pfcp_out_add(out, "%s", name->plain ? "(plain)" : "");
}

uint8_t pfcp_text_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_text *text = value;

	return get_text(r, text->text, sizeof(text->text), ' ');
}

int pfcp_text_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_text *text = value;

	return put_text(w, text->text, sizeof(text->text));
}

void pfcp_text_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_text *text = value;

	pfcp_out_add(out, "\"");
	pfcp_text_print_safe(out, text->text);
	pfcp_out_add(out, "\"");
}

static uint8_t get_flow(struct wire_reader *r, struct pfcp_sdf_filter *f)
{
	struct wire_reader part = wire_get_part(r, wire_get_u16(r));
	uint8_t cause;

	if (r->bad)
		return 0;
	cause = get_text(&part, f->flow, sizeof(f->flow), ' ');
	r->bad = part.bad;
	return cause;
}

uint8_t pfcp_sdf_filter_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_sdf_filter *f = value;
	uint8_t flags = wire_get_u8(r);
	uint8_t cause = 0;

	wire_get_u8(r); /* spare */
	f->has_flow = flags & SDF_FD;
	f->has_tos = flags & SDF_TTC;
	f->has_spi = flags & SDF_SPI;
	f->has_flow_label = flags & SDF_FL;
	f->has_filter_id = flags & SDF_BID;
	if (f->has_flow)
		cause = get_flow(r, f);
	if (f->has_tos)
		f->tos = wire_get_u16(r);
	if (f->has_spi)
		f->spi = wire_get_u32(r);
	if (f->has_flow_label)
		f->flow_label = (uint32_t)wire_get_number(r, 3) & MAX_FLOW_LABEL;
	if (f->has_filter_id)
		f->filter_id = wire_get_u32(r);
	return cause;
}

int pfcp_sdf_filter_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_sdf_filter *f = value;
	int rc = 0;

	if (f->has_flow_label && f->flow_label > MAX_FLOW_LABEL)
		return -EINVAL;
	wire_put_number(w,
			(f->has_flow ? SDF_FD : 0) | (f->has_tos ? SDF_TTC : 0) |
				(f->has_spi ? SDF_SPI : 0) | (f->has_flow_label ? SDF_FL : 0) |
				(f->has_filter_id ? SDF_BID : 0),
			1);
	wire_put_number(w, 0, 1);
	if (f->has_flow) {
		wire_put_number(w, strnlen(f->flow, sizeof(f->flow)), 2);
		rc = put_text(w, f->flow, sizeof(f->flow));
	}
	if (f->has_tos)
		wire_put_number(w, f->tos, 2);
	if (f->has_spi)
		wire_put_number(w, f->spi, 4);
	if (f->has_flow_label)
		wire_put_number(w, f->flow_label, 3);
	if (f->has_filter_id)
		wire_put_number(w, f->filter_id, 4);
	return rc;
}

/* "{flow=\"permit out ip from any to assigned\" tos=0x28fc id=1}" */
void pfcp_sdf_filter_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_sdf_filter *f = value;

	pfcp_out_add(out, "{");
	if (f->has_flow) {
		pfcp_out_add(out, " flow=\"");
		pfcp_text_print_safe(out, f->flow);
		pfcp_out_add(out, "\"");
	}
	if (f->has_tos)
		pfcp_out_add(out, " tos=0x%04x", f->tos);
	if (f->has_spi)
		pfcp_out_add(out, " spi=0x%" PRIx32, f->spi);
	if (f->has_flow_label)
		pfcp_out_add(out, " flow-label=0x%" PRIx32, f->flow_label);
	if (f->has_filter_id)
		pfcp_out_add(out, " id=%" PRIu32, f->filter_id);
	pfcp_out_add(out, " }");
}

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

static uint8_t get_short_text(struct wire_reader *r, char *ret, size_t size)
{
	struct wire_reader part = wire_get_part(r, wire_get_u8(r));

	return wire_left(&part) ? get_text(&part, ret, size, '!') : 0;
}

static int put_short_text(struct wire_writer *w, const char *text, size_t size)
{
	wire_put_number(w, strnlen(text, size), 1);
	return put_text(w, text, size);
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
