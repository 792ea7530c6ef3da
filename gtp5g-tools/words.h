/* SPDX-License-Identifier: Apache-2.0 */
/* Words with their places: of the command line, or of a line of a batch file. And what is wrong
 * with them, told with the place. */
#ifndef BATON_GTP5G_TOOLS_WORDS_H
#define BATON_GTP5G_TOOLS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Where something stands: @file NULL is the command line, which has no lines. Borrowed. */
struct place {
	const char *file;
	unsigned line, column; /* from 1 */
};

struct word {
	const char *text; /* borrowed */
	struct place place;
};

enum { COMPLAINT_SIZE = 512 };
struct complaint {
	char text[COMPLAINT_SIZE];
};

/** complain_at - "rules:3:14: ...", or no more than the text for the command line; Return: -EINVAL
 */
int complain_at(struct complaint *ret_complaint, const struct place *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

enum { WORDS_MAX = 96 };
struct words {
	size_t count;
	struct word word[WORDS_MAX];
};

/** words_of_arguments - of the command line, without the program's name */
int words_of_arguments(int argc, char **argv, struct words *ret_words,
		       struct complaint *ret_complaint);
/**
 * words_of_line - of a batch file: parted by blanks, but for those in '...' or "..."; # begins a
 * comment where a word would
 * @line: without its end; written to, and borrowed by the words
 * Return: 0, -EINVAL with @ret_complaint: a quote that doesn't end, too many words
 */
int words_of_line(char *line, const char *file, unsigned number, struct words *ret_words,
		  struct complaint *ret_complaint);
/** word_print - so that words_of_line takes it back: in quotes where it has to be */
void word_print(const char *text, FILE *out);

#endif
