// SPDX-License-Identifier: Apache-2.0
#include "gtp5g-tools/words.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int complain_at(struct complaint *ret_complaint, const struct place *place, const char *format, ...)
{
	size_t used = 0;
	va_list args;

	ret_complaint->text[0] = '\0';
	if (place && place->file)
		used = (size_t)snprintf(ret_complaint->text, sizeof(ret_complaint->text),
					"%.200s:%u:%u: ", place->file, place->line, place->column);
	va_start(args, format);
	vsnprintf(ret_complaint->text + used, sizeof(ret_complaint->text) - used, format, args);
	va_end(args);
	return -EINVAL;
}

static int add(struct words *words, const char *text, const struct place *place,
	       struct complaint *ret_complaint)
{
	if (words->count == WORDS_MAX)
		return complain_at(ret_complaint, place, "more than %d words", WORDS_MAX);
	words->word[words->count++] = (struct word){text, *place};
	return 0;
}

int words_of_arguments(int argc, char **argv, struct words *ret_words,
		       struct complaint *ret_complaint)
{
	int rc = 0;

	ret_words->count = 0;
	for (int i = 1; !rc && i < argc; i++) {
		const struct place place = {NULL, 1, (unsigned)i};

		rc = add(ret_words, argv[i], &place, ret_complaint);
	}
	return rc;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The word that begins at *@at, without its quotes; *@at is moved behind it. Return: 0, -EINVAL: a
 * quote is open */
static int take_word(char **at)
{
	char *from = *at, *to = *at, quote = '\0';

	for (; *from && (quote || !is_blank(*from)); from++) {
		if (quote ? *from == quote : *from == '\'' || *from == '"')
			quote = quote ? '\0' : *from;
		else
			*to++ = *from;
	}
	if (quote)
		return -EINVAL;
	*at = *from ? from + 1 : from;
	*to = '\0';
	return 0;
}

int words_of_line(char *line, const char *file, unsigned number, struct words *ret_words,
		  struct complaint *ret_complaint)
{
	char *at = line;
	int rc = 0;

	ret_words->count = 0;
	while (!rc) {
		struct place place = {file, number, 0};
		char *word;

		while (is_blank(*at))
			at++;
		if (!*at || *at == '#')
			return 0;
		word = at;
		place.column = (unsigned)(at - line) + 1;
		if (take_word(&at))
			return complain_at(ret_complaint, &place, "a quote that doesn't end");
		rc = add(ret_words, word, &place, ret_complaint);
	}
	return rc;
}

void word_print(const char *text, FILE *out)
{
	const bool plain = *text && *text != '#' && !strpbrk(text, " \t\r'\"");

	if (plain)
		fputs(text, out);
	else
		fprintf(out, strchr(text, '\'') ? "\"%s\"" : "'%s'", text);
}
