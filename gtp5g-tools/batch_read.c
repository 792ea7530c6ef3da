// SPDX-License-Identifier: Apache-2.0
/* A batch from text: lines, or JSON objects in a list, whichever it begins with. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gtp5g-tools/batch.h"

struct reader {
	const char *name;
	struct batch *batch;
	size_t capacity;
	complain_fn complain;
	void *user;
	unsigned mistakes;
};

static void mistake(struct reader *r, const struct complaint *complaint)
{
	if (r->mistakes++ < BATCH_COMPLAINTS_MAX)
		r->complain(complaint->text, r->user);
}

static int add(struct reader *r, const struct request *request)
{
	struct batch *batch = r->batch;

	if (batch->count == r->capacity) {
		size_t capacity = r->capacity ? r->capacity * 2 : 64;
		struct request *grown = realloc(batch->request, capacity * sizeof(*batch->request));

		if (!grown)
			return -ENOMEM;
		batch->request = grown;
		r->capacity = capacity;
	}
	batch->request[batch->count++] = *request;
	return 0;
}

static int not_here(const struct request *request, struct complaint *ret_complaint)
{
	return complain_at(ret_complaint, &request->place,
			   "%s %s: a file holds add, mod and del alone", request->noun->name,
			   verb_names[request->verb]);
}

/* ---- lines ---- */

static int read_line(struct reader *r, char *line, unsigned number)
{
	struct complaint complaint;
	struct request request;
	struct words words;
	int rc = words_of_line(line, r->name, number, &words, &complaint);

	if (!rc && !words.count)
		return 0;
	if (!rc)
		rc = request_read(words.word, words.count, &request, &complaint);
	if (!rc && (request.verb == VERB_GET || request.verb == VERB_LIST))
		rc = not_here(&request, &complaint);
	if (!rc)
		return add(r, &request);
	mistake(r, &complaint);
	return 0;
}

static int read_lines(struct reader *r, char *text)
{
	unsigned number = 1;
	int rc = 0;

	for (char *line = text, *next; !rc && line && r->mistakes < BATCH_COMPLAINTS_MAX;
	     line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		rc = read_line(r, line, number);
	}
	return rc;
}

/* ---- JSON ---- */

/* A place in a text that is walked through */
struct cursor {
	const char *at, *end;
	struct place place;
};

static void advance(struct cursor *c, size_t len)
{
	for (; len; len--, c->at++) {
		c->place.column++;
		if (*c->at != '\n')
			continue;
		c->place.line++;
		c->place.column = 1;
	}
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && isspace((unsigned char)*c->at))
		advance(c, 1);
}

static bool skip(struct cursor *c, char wanted)
{
	skip_blanks(c);
	if (c->at == c->end || *c->at != wanted)
		return false;
	advance(c, 1);
	return true;
}

/* Where jansson stopped, counted from where it began */
static int bad_json(const struct cursor *c, const json_error_t *error,
		    struct complaint *ret_complaint)
{
	struct place place = c->place;

	if (error->line > 1) {
		place.line += (unsigned)error->line - 1;
		place.column = (unsigned)error->column;
	} else if (error->column > 0) {
		place.column += (unsigned)error->column - 1;
	}
	return complain_at(ret_complaint, &place, "%.*s", JSON_ERROR_TEXT_LENGTH, error->text);
}

/* Return: 0; -EINVAL: what follows it can't be found */
static int read_object(struct reader *r, struct cursor *c)
{
	struct complaint complaint;
	struct request request;
	json_error_t error;
	json_t *object;
	int rc;

	skip_blanks(c);
	object = json_loadb(c->at, (size_t)(c->end - c->at),
			    JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);
	if (!object) {
		bad_json(c, &error, &complaint);
		mistake(r, &complaint);
		return -EINVAL;
	}
	rc = request_from_json(object, &c->place, &request, &complaint);
	json_decref(object);
	if (rc)
		mistake(r, &complaint);
	else
		rc = add(r, &request);
	advance(c, (size_t)error.position);
	return rc == -ENOMEM ? rc : 0;
}

static int expected(struct reader *r, const struct cursor *c, const char *what)
{
	struct complaint complaint;

	complain_at(&complaint, &c->place, "expected %s", what);
	mistake(r, &complaint);
	return -EINVAL;
}

static int read_list(struct reader *r, struct cursor *c)
{
	int rc = 0;

	if (skip(c, ']'))
		return 0;
	do
		rc = read_object(r, c);
	while (!rc && r->mistakes < BATCH_COMPLAINTS_MAX && skip(c, ','));
	if (rc || r->mistakes >= BATCH_COMPLAINTS_MAX)
		return rc ? rc : -EINVAL;
	return skip(c, ']') ? 0 : expected(r, c, "',' or ']'");
}

static int read_json(struct reader *r, const char *text, size_t len)
{
	struct cursor c = {text, text + len, {r->name, 1, 1}};
	int rc = skip(&c, '[') ? read_list(r, &c) : read_object(r, &c); /* or one alone */

	if (rc)
		return rc;
	skip_blanks(&c);
	return c.at == c.end ? 0 : expected(r, &c, "nothing behind it");
}

int batch_read(const char *name, char *text, size_t len, struct batch *ret_batch,
	       complain_fn complain, void *user)
{
	struct reader r = {.name = name, .batch = ret_batch, .complain = complain, .user = user};
	const size_t blank = strspn(text, " \t\r\n");
	int rc;

	*ret_batch = (struct batch){0};
	if (strlen(text) != len) {
		complain("a NUL in it: not a text", user);
		return -EINVAL;
	}
	if (text[blank] == '[' || text[blank] == '{')
		rc = read_json(&r, text, len);
	else
		rc = read_lines(&r, text);
	return rc || !r.mistakes ? rc : -EINVAL;
}

void batch_done(struct batch *batch)
{
	free(batch->request);
	*batch = (struct batch){0};
}
