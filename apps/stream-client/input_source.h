/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where inputs come from by themselves: a script file, or a generated player. Pure but for loading
 * the file: whoever has a clock asks what is due.
 *
 * A script has one input a line, "at_ms input", at_ms counted from the first picture on the screen
 * and not falling; '#' begins a comment. The inputs are up, right, down, left, rest and go; a line
 * "at_ms repeat" ends it and begins it anew at that time.
 *
 * The generated player moves for 2 to 10 s with a turn each 300 to 1500 ms, and rests 0.5 to 2 s in
 * between. The same seed gives the same player.
 */
#ifndef BATON_APPS_STREAM_CLIENT_INPUT_SOURCE_H
#define BATON_APPS_STREAM_CLIENT_INPUT_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "apps/stream-client/inputs.h"

enum {
	INPUT_SCRIPT_MAX = 65536,	 /* lines */
	INPUT_SCRIPT_MS_MAX = 604800000, /* a week */
};

struct input_source;

/** input_source_player - Return: 0, -ENOMEM */
int input_source_player(uint64_t seed, struct input_source **ret_source);
/**
 * input_source_script - load a file
 * @ret_error: what is wrong with it, "FILE:LINE: ...", @size octets; written for -EINVAL
 *
 * Return: 0, -EINVAL, -ENOMEM, or what opening or reading it said
 */
int input_source_script(const char *path, char *ret_error, size_t size,
			struct input_source **ret_source);
/** input_source_read - the same from an open file, which errors call @name */
int input_source_read(FILE *file, const char *name, char *ret_error, size_t size,
		      struct input_source **ret_source);
void input_source_free(struct input_source *source);

/** input_source_peek - the next input and when it is made, in ms from the beginning; Return:
 * whether there is one */
bool input_source_peek(const struct input_source *source, uint64_t *ret_at_ms,
		       enum input_kind *ret_input);
/** input_source_take - on to the one after it */
void input_source_take(struct input_source *source);

#endif
