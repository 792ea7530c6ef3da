// SPDX-License-Identifier: Apache-2.0
/* Fields of a record as options, help and JSON members, all from its table. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gtp5g-tools/request.h"
#include "lib/suggest.h"

/* ---- options ---- */

static bool is_option(const struct gtp5g_field *field)
{
	return !(field->flags & (GTP5G_KEY | GTP5G_TOLD));
}

static int unknown(const struct gtp5g_table *table, const struct word *word, const char *name,
		   struct complaint *ret_complaint)
{
	struct suggest meant;

	suggest_begin(&meant, name);
	for (size_t i = 0; i < table->count; i++)
		if (is_option(&table->field[i]))
			suggest_offer(&meant, table->field[i].name);
	if (meant.best)
		return complain_at(ret_complaint, &word->place,
				   "%s has no --%.60s, did you mean --%s?", table->name, name,
				   meant.best);
	return complain_at(ret_complaint, &word->place, "%s has no --%.60s", table->name, name);
}

/* "--teid" or "--teid=5"; Return: where the value begins in it, NULL when it is the next word */
static const char *split(const char *text, char *ret_name, size_t size)
{
	const char *name = text + 2, *equals = strchr(name, '=');
	const size_t len = equals ? (size_t)(equals - name) : strlen(name);

	snprintf(ret_name, size, "%.*s", (int)(len < size ? len : size - 1), name);
	return equals ? equals + 1 : NULL;
}

/* Return: how many words it took, or -EINVAL */
static int read_option(const struct gtp5g_table *table, const struct word *words, size_t count,
		       void *record, struct complaint *ret_complaint)
{
	struct gtp5g_expected expected;
	struct word value = words[0];
	char name[64];
	size_t index;

	if (strncmp(words[0].text, "--", 2) != 0)
		return complain_at(ret_complaint, &words[0].place,
				   "expected an option of %s such as --%s, found '%.60s'",
				   table->name, table->field[table->count > 2 ? 2 : 0].name,
				   words[0].text);
	value.text = split(words[0].text, name, sizeof(name));
	index = gtp5g_field_find(table, name);
	if (index == table->count || !is_option(&table->field[index]))
		return unknown(table, &words[0], name, ret_complaint);
	if (gtp5g_has(record, index))
		return complain_at(ret_complaint, &words[0].place, "--%s is there twice", name);
	if (!value.text && count < 2)
		return complain_at(ret_complaint, &words[0].place, "--%s needs a value: %s", name,
				   table->field[index].argument);
	if (!value.text)
		value = words[1];
	if (gtp5g_read(table, index, value.text, record, &expected))
		return complain_at(ret_complaint, &value.place, "--%s: expected %s, found '%.60s'",
				   name, expected.text, value.text);
	return value.place.column == words[0].place.column ? 1 : 2;
}

int fields_read(const struct gtp5g_table *table, const struct word *words, size_t count,
		void *record, struct complaint *ret_complaint)
{
	for (size_t i = 0; i < count;) {
		int took = read_option(table, words + i, count - i, record, ret_complaint);

		if (took < 0)
			return took;
		i += (size_t)took;
	}
	return 0;
}

static char *text_of(const struct gtp5g_table *table, size_t index, const void *record)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	gtp5g_print(table, index, record, out);
	fclose(out);
	return text;
}

void fields_print(const struct gtp5g_table *table, const void *record, FILE *out)
{
	for (size_t i = 0; i < table->count; i++) {
		char *text;

		if (!gtp5g_has(record, i) || !is_option(&table->field[i]))
			continue;
		text = text_of(table, i, record);
		fprintf(out, " --%s ", table->field[i].name);
		word_print(text ? text : "", out);
		free(text);
	}
}

void fields_help(const struct gtp5g_table *table, FILE *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct gtp5g_field *field = &table->field[i];
		int width;

		if (!is_option(field))
			continue;
		width = fprintf(out, "  --%s %s", field->name, field->argument);
		if (width > 44)
			fprintf(out, "\n%46s", "");
		else
			fprintf(out, "%*s", 46 - width, "");
		fprintf(out, "%s%s\n", field->help,
			field->flags & GTP5G_REQUIRED ? "; add needs it" : "");
	}
}

/* ---- keys ---- */

static int read_key(const struct gtp5g_table *table, size_t index, const char *text,
		    const struct word *word, void *record, struct complaint *ret_complaint)
{
	struct gtp5g_expected expected;

	if (gtp5g_read(table, index, text, record, &expected))
		return complain_at(ret_complaint, &word->place, "%s: expected %s, found '%.60s'",
				   table->field[index].name, expected.text, text);
	return 0;
}

int key_read(const struct gtp5g_table *table, const struct word *word, void *record,
	     struct complaint *ret_complaint)
{
	const char *colon = strchr(word->text, ':');
	char seid[32];
	int rc = 0;

	if (!(table->field[GTP5G_RULE_ID].flags & GTP5G_KEY))
		return read_key(table, 0, word->text, word, record, ret_complaint);
	if (colon) {
		snprintf(seid, sizeof(seid), "%.*s", (int)(colon - word->text), word->text);
		rc = read_key(table, GTP5G_RULE_SEID, seid, word, record, ret_complaint);
	}
	if (!rc)
		rc = read_key(table, GTP5G_RULE_ID, colon ? colon + 1 : word->text, word, record,
			      ret_complaint);
	/* SEID 0 is the one of rules without */
	if (!rc && !gtp5g_number(&table->field[GTP5G_RULE_SEID], record))
		*(uint64_t *)record &= ~((uint64_t)1 << GTP5G_RULE_SEID);
	return rc;
}

/* ---- JSON ---- */

/* jansson's integers are signed: what doesn't fit is a text, which is read as well */
static json_t *number_json(uint64_t number)
{
	char text[24];

	if (number <= INT64_MAX)
		return json_integer((json_int_t)number);
	snprintf(text, sizeof(text), "0x%" PRIx64, number);
	return json_string(text);
}

/* "a,b,1" as ["a", "b", 1] */
static json_t *list_json(const char *text)
{
	json_t *list = json_array();
	size_t len;

	for (;; text += len + 1) {
		char *end;
		unsigned long long number = strtoull(text, &end, 10);

		len = strcspn(text, ",");
		json_array_append_new(list, len && end == text + len ? number_json(number)
								     : json_stringn(text, len));
		if (!text[len])
			return list;
	}
}

static json_t *value_json(const struct gtp5g_table *table, size_t index, const void *record)
{
	const struct gtp5g_field *field = &table->field[index];
	char *text = text_of(table, index, record);
	json_t *value;

	switch (field->type) {
	case GTP5G_IPV4:
	case GTP5G_FLOW:
	case GTP5G_WORD:
		value = json_string(text ? text : "");
		break;
	case GTP5G_FLAGS:
	case GTP5G_IDS:
	case GTP5G_PDRS:
	case GTP5G_ROUTES:
		value = list_json(text ? text : "");
		break;
	default:
		value = number_json(gtp5g_number(field, record));
	}
	free(text);
	return value;
}

/* "ue-address" is ue_address in JSON */
static void member_name(const char *name, char *ret, size_t size)
{
	snprintf(ret, size, "%s", name);
	for (; *ret; ret++)
		if (*ret == '-')
			*ret = '_';
}

void fields_json(const struct gtp5g_table *table, const void *record, json_t *object)
{
	char name[64];

	for (size_t i = 0; i < table->count; i++) {
		if (!gtp5g_has(record, i))
			continue;
		member_name(table->field[i].name, name, sizeof(name));
		json_object_set_new(object, name, value_json(table, i, record));
	}
}
