// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values that are text: names made of labels, plain text, SDF Filter, Flow Information (TS
 * 29.244 cl. 8.2.4, 8.2.117, 8.2.6, 8.2.5, 8.2.61 and others; labels: TS 23.003 cl. 9.1, RFC 1035
 * cl. 3.1).
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

static bool is_printable(const uint8_t *p, size_t n, uint8_t lowest)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] < lowest || p[i] > '~')
			return false;
	}
	return true;
}

uint8_t pfcp_text_get(struct wire_reader *r, char *ret, size_t size, uint8_t lowest)
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

int pfcp_text_put(struct wire_writer *w, const char *text, size_t size, uint8_t lowest)
{
	size_t n = strnlen(text, size);

	if (!n || n == size || !is_printable((const uint8_t *)text, n, lowest))
		return -EINVAL;
	wire_put_bytes(w, text, n);
	return 0;
}

uint8_t pfcp_text_get_counted(struct wire_reader *r, size_t length_octets, char *ret, size_t size)
{
	struct wire_reader part = wire_get_part(r, wire_get_number(r, length_octets));
	uint8_t cause;

	if (r->bad)
		return 0;
	cause = pfcp_text_get(&part, ret, size, ' ');
	r->bad = part.bad;
	return cause;
}

int pfcp_text_put_counted(struct wire_writer *w, size_t length_octets, const char *text,
			  size_t size)
{
	wire_put_number(w, strnlen(text, size), length_octets);
	return pfcp_text_put(w, text, size, ' ');
}

void pfcp_octets_print(struct pfcp_out *out, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pfcp_out_add(out, "%02x", octets[i]);
}

/* Like %s, for a struct that never went through a decode */
void pfcp_text_print_safe(struct pfcp_out *out, const char *text)
{
	for (; *text; text++)
		pfcp_out_add(out, "%c", *text >= ' ' && *text <= '~' ? *text : '?');
}

static bool is_label_length(size_t n)
{
	return n >= 1 && n <= MAX_LABEL;
}

/* Return: whether the @n octets that it has copied make a label */
static bool copy_label(char *ret, const uint8_t *p, size_t n)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		good &= p[i] > ' ' && p[i] <= '~' && p[i] != '.';
		ret[i] = (char)p[i];
	}
	return good;
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
		if (!p || !is_label_length(n))
			return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
		if (len + 1 + n >= size)
			return PFCP_CAUSE_NO_RESOURCES;
		if (len)
			ret[len++] = '.';
		if (!copy_label(ret + len, p, n))
			return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
		len += n;
	}
	ret[len] = '\0';
	return 0;
}

int pfcp_labels_encode(struct wire_writer *w, const char *text)
{
	for (;;) {
		size_t n = (size_t)(strchrnul(text, '.') - text);

		if (!is_label_length(n) || !is_printable((const uint8_t *)text, n, '!'))
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
	return pfcp_text_get(r, name->text, sizeof(name->text), '!');
}

int pfcp_name_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_name *name = value;

	if (name->plain)
		return pfcp_text_put(w, name->text, sizeof(name->text), '!');
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

	return pfcp_text_get(r, text->text, sizeof(text->text), ' ');
}

int pfcp_text_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_text *text = value;

	return pfcp_text_put(w, text->text, sizeof(text->text), ' ');
}

void pfcp_text_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_text *text = value;

	pfcp_out_add(out, "\"");
	pfcp_text_print_safe(out, text->text);
	pfcp_out_add(out, "\"");
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
		cause = pfcp_text_get_counted(r, 2, f->flow, sizeof(f->flow));
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
	if (f->has_flow)
		rc = pfcp_text_put_counted(w, 2, f->flow, sizeof(f->flow));
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

static const char *const flow_directions[] = {"unspecified", "downlink", "uplink", "bidirectional"};

/* Directions that are no use yet are to be read as unspecified. */
uint8_t pfcp_flow_information_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_flow_information *f = value;
	uint8_t direction = wire_get_u8(r) & 7;

	f->direction = direction <= PFCP_FLOW_BIDIRECTIONAL ? direction : PFCP_FLOW_UNSPECIFIED;
	return pfcp_text_get_counted(r, 2, f->flow, sizeof(f->flow));
}

int pfcp_flow_information_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_flow_information *f = value;

	if (f->direction > PFCP_FLOW_BIDIRECTIONAL)
		return -EINVAL;
	wire_put_number(w, f->direction, 1);
	return pfcp_text_put_counted(w, 2, f->flow, sizeof(f->flow));
}

void pfcp_flow_information_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_flow_information *f = value;

	pfcp_out_add(out, "%s:\"",
		     f->direction <= PFCP_FLOW_BIDIRECTIONAL ? flow_directions[f->direction]
							     : "unknown");
	pfcp_text_print_safe(out, f->flow);
	pfcp_out_add(out, "\"");
}
