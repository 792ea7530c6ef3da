// SPDX-License-Identifier: Apache-2.0
/* Fields as people write them, and back: gtp5g_read takes what gtp5g_print gives. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lib/gtp5g/inside.h"

int gtp5g_expect(struct gtp5g_expected *ret_expected, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_expected->text, sizeof(ret_expected->text), format, args);
	va_end(args);
	return -EINVAL;
}

static int digit_of(char c, unsigned base)
{
	int digit = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
					   : -1;

	return digit < (int)base ? digit : -1;
}

int gtp5g_number_read(const char *text, size_t len, uint64_t max, uint64_t *ret_number)
{
	const bool hex = len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const unsigned base = hex ? 16 : 10;
	uint64_t number = 0;

	if (!len)
		return -EINVAL;
	for (size_t i = hex ? 2 : 0; i < len; i++) {
		int digit = digit_of(text[i], base);

		if (digit < 0 || number > (max - (unsigned)digit) / base)
			return -EINVAL;
		number = number * base + (unsigned)digit;
		if (number > max)
			return -EINVAL;
	}
	*ret_number = number;
	return 0;
}

int gtp5g_ipv4_read(const char *text, size_t len, struct in_addr *ret_address)
{
	char address[INET_ADDRSTRLEN];

	if (!len || len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	return inet_pton(AF_INET, address, ret_address) == 1 ? 0 : -EINVAL;
}

int gtp5g_route_read(const char *text, size_t len, struct gtp5g_route *ret_route)
{
	const char *slash = memchr(text, '/', len);
	uint64_t length;

	if (!slash || gtp5g_ipv4_read(text, (size_t)(slash - text), &ret_route->address) ||
	    gtp5g_number_read(slash + 1, len - (size_t)(slash + 1 - text), 32, &length))
		return -EINVAL;
	ret_route->length = (uint8_t)length;
	return 0;
}

/* ---- reading ---- */

static int read_number(const struct gtp5g_field *field, const char *text, void *record,
		       struct gtp5g_expected *ret_expected)
{
	uint64_t number;

	if (gtp5g_number_read(text, strlen(text), field->max, &number) || number < field->min)
		return gtp5g_expect(ret_expected,
				    "a number from %" PRIu64 " to %" PRIu64
				    ", decimal or 0x hexadecimal",
				    field->min, field->max);
	gtp5g_set_number(field, number, record);
	return 0;
}

static const struct gtp5g_word *word_find(const struct gtp5g_word *words, const char *text,
					  size_t len)
{
	for (; words->name; words++)
		if (strlen(words->name) == len && !memcmp(words->name, text, len))
			return words;
	return NULL;
}

static int expect_words(const struct gtp5g_field *field, const char *how,
			struct gtp5g_expected *ret_expected)
{
	size_t used = (size_t)snprintf(ret_expected->text, sizeof(ret_expected->text), "%s", how);

	for (const struct gtp5g_word *w = field->words;
	     w->name && used < sizeof(ret_expected->text); w++)
		used += (size_t)snprintf(ret_expected->text + used,
					 sizeof(ret_expected->text) - used, "%s%s",
					 w == field->words ? " " : ", ", w->name);
	return -EINVAL;
}

static int read_word(const struct gtp5g_field *field, const char *text, void *record,
		     struct gtp5g_expected *ret_expected)
{
	const struct gtp5g_word *word = word_find(field->words, text, strlen(text));
	uint64_t number;

	if (word)
		number = word->value;
	else if (gtp5g_number_read(text, strlen(text), field->max, &number) || number < field->min)
		return expect_words(field, "one of", ret_expected);
	gtp5g_set_number(field, number, record);
	return 0;
}

static int read_flags(const struct gtp5g_field *field, const char *text, void *record,
		      struct gtp5g_expected *ret_expected)
{
	uint64_t flags = 0;
	size_t len;

	if (!gtp5g_number_read(text, strlen(text), field->max, &flags)) {
		gtp5g_set_number(field, flags, record);
		return 0;
	}
	for (;; text += len + 1) {
		const struct gtp5g_word *word;

		len = strcspn(text, ",");
		word = word_find(field->words, text, len);
		if (!word)
			return expect_words(field, "some of, with commas,", ret_expected);
		flags |= word->value;
		if (!text[len])
			break;
	}
	gtp5g_set_number(field, flags, record);
	return 0;
}

static int read_ipv4(const struct gtp5g_field *field, const char *text, void *record,
		     struct gtp5g_expected *ret_expected)
{
	if (gtp5g_ipv4_read(text, strlen(text), (struct in_addr *)((char *)record + field->offset)))
		return gtp5g_expect(ret_expected, "an IPv4 address");
	return 0;
}

static int read_ids(const struct gtp5g_field *field, const char *text, void *record,
		    struct gtp5g_expected *ret_expected)
{
	struct gtp5g_ids ids = {0};
	uint64_t id;
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (ids.count == GTP5G_IDS_MAX || gtp5g_number_read(text, len, field->max, &id))
			return gtp5g_expect(ret_expected,
					    "up to %d numbers from 0 to %" PRIu64 ", with commas",
					    GTP5G_IDS_MAX, field->max);
		ids.id[ids.count++] = (uint32_t)id;
		if (!text[len])
			break;
	}
	memcpy((char *)record + field->offset, &ids, sizeof(ids));
	return 0;
}

static int read_routes(const struct gtp5g_field *field, const char *text, void *record,
		       struct gtp5g_expected *ret_expected)
{
	struct gtp5g_routes routes = {0};
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (routes.count == GTP5G_ROUTES_MAX ||
		    gtp5g_route_read(text, len, &routes.route[routes.count]))
			return gtp5g_expect(ret_expected,
					    "up to %d prefixes such as 10.1.0.0/16, with commas",
					    GTP5G_ROUTES_MAX);
		routes.count++;
		if (!text[len])
			break;
	}
	memcpy((char *)record + field->offset, &routes, sizeof(routes));
	return 0;
}

static int read_value(const struct gtp5g_field *field, const char *text, void *record,
		      struct gtp5g_expected *ret_expected)
{
	switch (field->type) {
	case GTP5G_IPV4:
		return read_ipv4(field, text, record, ret_expected);
	case GTP5G_WORD:
		return read_word(field, text, record, ret_expected);
	case GTP5G_FLAGS:
		return read_flags(field, text, record, ret_expected);
	case GTP5G_IDS:
		return read_ids(field, text, record, ret_expected);
	case GTP5G_FLOW:
		return gtp5g_flow_read(text, (struct ipfilter *)((char *)record + field->offset),
				       ret_expected);
	case GTP5G_ROUTES:
		return read_routes(field, text, record, ret_expected);
	case GTP5G_PDRS:
		return gtp5g_expect(ret_expected, "nothing: the module tells it");
	default:
		return read_number(field, text, record, ret_expected);
	}
}

int gtp5g_read(const struct gtp5g_table *table, size_t index, const char *text, void *record,
	       struct gtp5g_expected *ret_expected)
{
	int rc = read_value(&table->field[index], text, record, ret_expected);

	if (!rc)
		*(uint64_t *)record |= (uint64_t)1 << index;
	return rc;
}

/* ---- printing ---- */

static void print_word(const struct gtp5g_field *field, uint64_t number, FILE *out)
{
	for (const struct gtp5g_word *w = field->words; w->name; w++)
		if (w->value == number) {
			fputs(w->name, out);
			return;
		}
	fprintf(out, "%" PRIu64, number);
}

/* One bit without a name, and it is the number */
static void print_flags(const struct gtp5g_field *field, uint64_t number, FILE *out)
{
	const char *comma = "";
	uint64_t known = 0;

	for (const struct gtp5g_word *w = field->words; w->name; w++)
		known |= w->value;
	if (!number || number & ~known) {
		fprintf(out, "%" PRIu64, number);
		return;
	}
	for (const struct gtp5g_word *w = field->words; w->name; w++)
		if (number & w->value) {
			fprintf(out, "%s%s", comma, w->name);
			comma = ",";
		}
}

static void print_ipv4(struct in_addr address, FILE *out)
{
	char text[INET_ADDRSTRLEN];

	fputs(inet_ntop(AF_INET, &address, text, sizeof(text)), out);
}

static void print_ids(const struct gtp5g_ids *ids, FILE *out)
{
	for (uint32_t i = 0; i < ids->count; i++)
		fprintf(out, "%s%" PRIu32, i ? "," : "", ids->id[i]);
}

static void print_pdrs(const struct gtp5g_pdrs *pdrs, FILE *out)
{
	for (uint32_t i = 0; i < pdrs->count; i++)
		fprintf(out, "%s%u", i ? "," : "", pdrs->id[i]);
}

static void print_routes(const struct gtp5g_routes *routes, FILE *out)
{
	for (uint32_t i = 0; i < routes->count; i++) {
		fputs(i ? "," : "", out);
		print_ipv4(routes->route[i].address, out);
		fprintf(out, "/%u", routes->route[i].length);
	}
}

void gtp5g_print(const struct gtp5g_table *table, size_t index, const void *record, FILE *out)
{
	const struct gtp5g_field *field = &table->field[index];
	const void *value = (const char *)record + field->offset;

	switch (field->type) {
	case GTP5G_HEX:
		fprintf(out, "0x%08" PRIx64, gtp5g_number(field, record));
		break;
	case GTP5G_IPV4:
		print_ipv4(*(const struct in_addr *)value, out);
		break;
	case GTP5G_WORD:
		print_word(field, gtp5g_number(field, record), out);
		break;
	case GTP5G_FLAGS:
		print_flags(field, gtp5g_number(field, record), out);
		break;
	case GTP5G_IDS:
		print_ids(value, out);
		break;
	case GTP5G_PDRS:
		print_pdrs(value, out);
		break;
	case GTP5G_FLOW:
		gtp5g_flow_print(value, out);
		break;
	case GTP5G_ROUTES:
		print_routes(value, out);
		break;
	default:
		fprintf(out, "%" PRIu64, gtp5g_number(field, record));
	}
}
