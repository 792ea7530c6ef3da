// SPDX-License-Identifier: Apache-2.0
#include "gtp5g-tools/request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suggest.h"

/* ---- words ---- */

static int unknown_word(const struct word *word, const char *what, const char *const *names,
			size_t count, struct complaint *ret_complaint)
{
	struct suggest meant;

	suggest_begin(&meant, word->text);
	for (size_t i = 0; i < count; i++)
		suggest_offer(&meant, names[i]);
	if (meant.best)
		return complain_at(ret_complaint, &word->place,
				   "unknown %s '%.60s', did you mean '%s'?", what, word->text,
				   meant.best);
	return complain_at(ret_complaint, &word->place, "unknown %s '%.60s'", what, word->text);
}

static int unknown_noun(const struct word *word, struct complaint *ret_complaint)
{
	const char *names[16];
	size_t count = 0;

	for (const struct noun *n = nouns; n->name; n++)
		names[count++] = n->name;
	return unknown_word(word, "noun", names, count, ret_complaint);
}

/* No more than the kernel allows, and nothing that a line would have to quote */
static bool is_device(const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~' || strchr("/'\"#", name[i]))
			return false;
	return len > 0 && len < IFNAMSIZ && *name != '-';
}

static int read_device(const struct word *word, struct request *request,
		       struct complaint *ret_complaint)
{
	if (!is_device(word->text))
		return complain_at(ret_complaint, &word->place,
				   "expected the name of a link, found '%.60s'", word->text);
	strcpy(request->device, word->text);
	return 0;
}

static int usage(const struct request *request, const struct place *place,
		 struct complaint *ret_complaint)
{
	static const char *const rest[VERBS] = {" [--FIELD VALUE]...", " --FIELD VALUE...", "", "",
						""};

	if (request->verb == VERB_LIST)
		return complain_at(ret_complaint, place, "usage: %s list [DEVICE]",
				   request->noun->name);
	return complain_at(ret_complaint, place, "usage: %s %s DEVICE %s%s", request->noun->name,
			   verb_names[request->verb], request->noun->key, rest[request->verb]);
}

static int read_rest(const struct word *words, size_t count, struct request *request,
		     struct complaint *ret_complaint)
{
	const struct gtp5g_table *table = noun_table(request->noun);
	const bool fields = request->verb == VERB_ADD || request->verb == VERB_MOD;
	int rc;

	if (request->verb == VERB_LIST ? count > 1 : count < 2)
		return usage(request, &request->place, ret_complaint);
	rc = count ? read_device(&words[0], request, ret_complaint) : 0;
	if (rc || request->verb == VERB_LIST)
		return rc;
	if (fields ? request->verb == VERB_MOD && count < 3 : count > 2)
		return usage(request, &request->place, ret_complaint);
	rc = key_read(table, &words[1], &request->record, ret_complaint);
	return rc ? rc : fields_read(table, words + 2, count - 2, &request->record, ret_complaint);
}

static void begin(struct request *request, const struct noun *noun, enum verb verb,
		  const struct place *place)
{
	memset(request, 0, sizeof(*request));
	request->noun = noun;
	request->verb = verb;
	request->place = *place;
	if (noun->driver == DRIVER_GTP5G)
		request->rule.kind = noun->kind;
}

int request_read(const struct word *words, size_t count, struct request *ret_request,
		 struct complaint *ret_complaint)
{
	const struct noun *noun = noun_find(words[0].text);
	enum verb verb;
	int rc;

	if (!noun)
		return unknown_noun(&words[0], ret_complaint);
	if (count < 2)
		return complain_at(ret_complaint, &words[0].place,
				   "%s: expected add, mod, del, get or list behind it", noun->name);
	verb = verb_find(words[1].text);
	if (verb == VERBS)
		return unknown_word(&words[1], "verb", verb_names, VERBS, ret_complaint);
	begin(ret_request, noun, verb, &words[0].place);
	rc = read_rest(words + 2, count - 2, ret_request, ret_complaint);
	if (!rc && noun->driver == DRIVER_GTP5G)
		gtp5g_complete(&ret_request->rule);
	return rc;
}

/* ---- what is wrong with one by itself ---- */

static int check_tunnel(const struct request *request, struct complaint *ret_complaint)
{
	const struct gtp5g_table *table = noun_table(request->noun);

	if (request->verb == VERB_MOD)
		return complain_at(ret_complaint, &request->place,
				   "tunnel mod: the driver takes a change of the TEID, answers "
				   "that it is done, and uplink is dead from then on, so none is "
				   "sent; del and add it");
	for (size_t i = 0; i < table->count; i++)
		if (table->field[i].flags & GTP5G_REQUIRED && !gtp5g_has(&request->record, i))
			return complain_at(ret_complaint, &request->place, "--%s is missing",
					   table->field[i].name);
	return 0;
}

int request_check(const struct request *request, uint32_t version, struct complaint *ret_complaint)
{
	const enum gtp5g_verb verb = request->verb == VERB_ADD ? GTP5G_ADD : GTP5G_MOD;
	struct gtp5g_expected why;
	int rc;

	if (request->verb != VERB_ADD && request->verb != VERB_MOD)
		return 0;
	if (request->noun->driver == DRIVER_GTP)
		return check_tunnel(request, ret_complaint);
	rc = gtp5g_check(&request->rule, verb, version, &why);
	if (rc)
		complain_at(ret_complaint, &request->place, "%s %s: %s", request->noun->name,
			    verb_names[request->verb], why.text);
	return rc;
}

void request_derive(struct request *request, bool ran)
{
	const bool in_tunnel = gtp5g_has(&request->rule, GTP5G_PDR_TEID);

	if (request->rule.kind != GTP5G_PDR || gtp5g_has(&request->rule, GTP5G_PDR_SOURCE))
		return;
	request->rule.pdr.source = in_tunnel == ran ? GTP5G_CORE : GTP5G_ACCESS;
	request->rule.has |= (uint64_t)1 << GTP5G_PDR_SOURCE;
	request->derived |= (uint64_t)1 << GTP5G_PDR_SOURCE;
}

/* ---- as a line ---- */

static void print_key(const struct request *request, FILE *out)
{
	const struct gtp5g_table *table = noun_table(request->noun);

	if (request->noun->driver == DRIVER_GTP)
		gtp5g_print(table, TUNNEL_UE, &request->record, out);
	else if (request->rule.seid)
		fprintf(out, "%" PRIu64 ":%" PRIu32, request->rule.seid, request->rule.id);
	else
		fprintf(out, "%" PRIu32, request->rule.id);
}

const char *request_name(const struct request *request, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	buf[0] = '\0';
	if (!out)
		return buf;
	fprintf(out, "%s %s ", request->noun->name, request->device);
	print_key(request, out);
	fclose(out);
	return buf;
}

static void print_comment(const struct request *request, FILE *out)
{
	const struct gtp5g_table *table = noun_table(request->noun);
	const char *mark = " # ";

	for (size_t i = 0; i < table->count; i++) {
		if (!gtp5g_has(&request->record, i) || !(table->field[i].flags & GTP5G_TOLD))
			continue;
		fprintf(out, "%s%s ", mark, table->field[i].name);
		gtp5g_print(table, i, &request->record, out);
		mark = ", ";
	}
}

void request_print(const struct request *request, FILE *out)
{
	fprintf(out, "%s %s %s ", request->noun->name, verb_names[request->verb], request->device);
	print_key(request, out);
	if (request->verb == VERB_ADD || request->verb == VERB_MOD)
		fields_print(noun_table(request->noun), &request->record, out);
	print_comment(request, out);
	fputc('\n', out);
}

/* ---- as JSON ---- */

static json_t *names_json(const struct gtp5g_table *table, uint64_t bits)
{
	json_t *names = json_array();

	for (size_t i = 0; i < table->count; i++)
		if (bits >> i & 1)
			json_array_append_new(names, json_string(table->field[i].name));
	return names;
}

json_t *request_json(const struct request *request)
{
	const struct gtp5g_table *table = noun_table(request->noun);
	json_t *object =
		json_pack("{s:s, s:s}", "rule", request->noun->name, "device", request->device);

	if (request->verb == VERB_MOD || request->verb == VERB_DEL)
		json_object_set_new(object, "verb", json_string(verb_names[request->verb]));
	fields_json(table, &request->record, object);
	if (request->derived)
		json_object_set_new(object, "derived", names_json(table, request->derived));
	return object;
}

/* A number, a text or a list of them, as people write it; Return: on the heap, NULL when it is none
 * of these */
static char *json_words(const json_t *value)
{
	char *text = NULL;
	size_t len, i;
	json_t *one;
	FILE *out;
	bool good = true;

	if (json_is_string(value))
		return strdup(json_string_value(value));
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		good = json_is_array(value);
	json_array_foreach(value, i, one)
	{
		char *word = json_is_array(one) ? NULL : json_words(one);

		good = good && word;
		fprintf(out, "%s%s", i ? "," : "", word ? word : "");
		free(word);
	}
	fclose(out);
	if (good)
		return text;
	free(text);
	return NULL;
}

static size_t member_find(const struct gtp5g_table *table, const char *member)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", member);
	for (char *c = name; *c; c++)
		if (*c == '_')
			*c = '-';
	return strchr(member, '-') ? table->count : gtp5g_field_find(table, name);
}

static int unknown_member(const struct gtp5g_table *table, const char *member,
			  const struct place *place, struct complaint *ret_complaint)
{
	return complain_at(ret_complaint, place, "/%.60s: %s has no such member", member,
			   table->name);
}

static int read_member(struct request *request, const char *member, const json_t *value,
		       struct complaint *ret_complaint)
{
	const struct gtp5g_table *table = noun_table(request->noun);
	const size_t index = member_find(table, member);
	struct gtp5g_expected expected = {"a number, a text or a list of them"};
	char *text;
	int rc;

	if (index == table->count)
		return unknown_member(table, member, &request->place, ret_complaint);
	if (table->field[index].flags & GTP5G_TOLD)
		return 0;
	text = json_words(value);
	rc = text ? gtp5g_read(table, index, text, &request->record, &expected) : -EINVAL;
	if (rc)
		complain_at(ret_complaint, &request->place, "/%s: expected %s, found '%.60s'",
			    member, expected.text, text ? text : "something else");
	free(text);
	return rc;
}

static int read_head(const json_t *object, const struct place *place, struct request *request,
		     struct complaint *ret_complaint)
{
	const char *rule = json_string_value(json_object_get(object, "rule"));
	const char *device = json_string_value(json_object_get(object, "device"));
	const json_t *verb = json_object_get(object, "verb");
	const struct noun *noun = rule ? noun_find(rule) : NULL;
	const enum verb which =
		verb ? json_is_string(verb) ? verb_find(json_string_value(verb)) : VERBS : VERB_ADD;
	const struct word word = {device ? device : "", *place};

	if (!noun)
		return complain_at(ret_complaint, place,
				   "/rule: expected pdr, far, qer, urr, bar or tunnel");
	if (which != VERB_ADD && which != VERB_MOD && which != VERB_DEL)
		return complain_at(ret_complaint, place, "/verb: expected add, mod or del");
	begin(request, noun, which, place);
	return read_device(&word, request, ret_complaint);
}

/* What a line couldn't be without */
static int check_members(const struct request *request, struct complaint *ret_complaint)
{
	const struct gtp5g_table *table = noun_table(request->noun);
	const unsigned wanted = GTP5G_KEY | GTP5G_REQUIRED;
	bool options = false;

	for (size_t i = 0; i < table->count; i++) {
		const struct gtp5g_field *field = &table->field[i];

		options =
			options || (gtp5g_has(&request->record, i) && !(field->flags & GTP5G_KEY));
		if ((field->flags & wanted) == wanted && !gtp5g_has(&request->record, i))
			return complain_at(ret_complaint, &request->place, "/%s is missing",
					   field->name);
	}
	if (request->verb == VERB_MOD && !options)
		return complain_at(ret_complaint, &request->place,
				   "mod: expected a member that is to be changed");
	return 0;
}

int request_from_json(const json_t *object, const struct place *place, struct request *ret_request,
		      struct complaint *ret_complaint)
{
	static const char *const head[] = {"rule", "device", "verb", "derived"};
	const char *member;
	json_t *value;
	int rc;

	if (!json_is_object(object))
		return complain_at(ret_complaint, place, "expected an object: a rule");
	rc = read_head(object, place, ret_request, ret_complaint);
	if (rc)
		return rc;
	json_object_foreach((json_t *)object, member, value)
	{
		size_t i = 0;

		while (i < 4 && strcmp(head[i], member) != 0)
			i++;
		rc = i < 4 ? 0 : read_member(ret_request, member, value, ret_complaint);
		if (rc)
			return rc;
	}
	rc = check_members(ret_request, ret_complaint);
	if (rc)
		return rc;
	if (ret_request->noun->driver == DRIVER_GTP5G && !ret_request->rule.seid)
		ret_request->rule.has &= ~((uint64_t)1 << GTP5G_RULE_SEID);
	if (ret_request->noun->driver == DRIVER_GTP5G)
		gtp5g_complete(&ret_request->rule);
	return 0;
}
