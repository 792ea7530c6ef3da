// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/input_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOVE_MIN_MS = 2000,
	MOVE_MAX_MS = 10000,
	REST_MIN_MS = 500,
	REST_MAX_MS = 2000,
	TURN_MIN_MS = 300,
	TURN_MAX_MS = 1500,
};

struct step {
	uint64_t at_ms;
	enum input_kind input;
};

struct input_source {
	struct step next;
	bool has_next;
	/* script */
	struct step *step;
	size_t count, at;
	uint64_t repeat_ms; /* 0: it isn't repeated */
	uint64_t base_ms;
	/* player */
	uint64_t random, move_until_ms;
	enum input_kind heading;
};

/* ---- player ---- */

/* splitmix64: the same on every machine */
static uint64_t draw(struct input_source *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t draw_between(struct input_source *s, uint64_t min, uint64_t max)
{
	return min + draw(s) % (max - min + 1);
}

/* To the left or to the right: a snake can't go back into itself */
static enum input_kind turn(struct input_source *s)
{
	unsigned quarter = draw(s) & 1 ? 1 : 3;

	s->heading = (enum input_kind)(INPUT_UP + (s->heading - INPUT_UP + quarter) % 4);
	return s->heading;
}

static void player_next(struct input_source *s)
{
	uint64_t at = s->next.at_ms;

	if (s->next.input == INPUT_REST) {
		s->next.at_ms = at + draw_between(s, REST_MIN_MS, REST_MAX_MS);
		s->next.input = INPUT_GO;
		s->move_until_ms = s->next.at_ms + draw_between(s, MOVE_MIN_MS, MOVE_MAX_MS);
		return;
	}
	s->next.at_ms = at + draw_between(s, TURN_MIN_MS, TURN_MAX_MS);
	s->next.input = INPUT_REST;
	if (s->next.at_ms < s->move_until_ms)
		s->next.input = turn(s);
	else
		s->next.at_ms = s->move_until_ms > at ? s->move_until_ms : at;
}

int input_source_player(uint64_t seed, struct input_source **ret_source)
{
	struct input_source *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->random = seed;
	s->heading = INPUT_RIGHT;
	s->has_next = true;
	s->next.input = INPUT_GO;
	s->move_until_ms = draw_between(s, MOVE_MIN_MS, MOVE_MAX_MS);
	*ret_source = s;
	return 0;
}

/* ---- script ---- */

static int script_append(struct input_source *s, const struct step *step)
{
	if ((s->count & (s->count - 1)) == 0) {
		size_t room = s->count ? s->count * 2 : 1;
		struct step *grown = realloc(s->step, room * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		s->step = grown;
	}
	s->step[s->count++] = *step;
	return 0;
}

/* One line; @ret_why: what is wrong with it */
static int script_line(struct input_source *s, char *line, const char **ret_why)
{
	struct step step;
	char word[16], more[2];
	unsigned long long at;
	int fields;

	line[strcspn(line, "#\n")] = '\0';
	if (line[strspn(line, " \t\r")] == '\0')
		return 0;
	fields = strchr(line, '-') ? 0 : sscanf(line, "%llu %15s %1s", &at, word, more);
	step.at_ms = fields == 2 ? at : 0;
	if (fields != 2)
		*ret_why = "expected 'at_ms input', as '1500 left'";
	else if (at > INPUT_SCRIPT_MS_MAX)
		*ret_why = "the time lies more than a week ahead";
	else if (s->repeat_ms > 0)
		*ret_why = "nothing can follow 'repeat'";
	else if (s->count > 0 && at < s->step[s->count - 1].at_ms)
		*ret_why = "the time lies before the one of the line before";
	else if (s->count == INPUT_SCRIPT_MAX)
		*ret_why = "more than 65536 inputs";
	else if (strcmp(word, "repeat") == 0 && at > 0 && s->count > 0)
		s->repeat_ms = at;
	else if (input_parse(word, &step.input) < 0)
		*ret_why = "unknown input, expected up, right, down, left, rest, go or a last "
			   "'repeat'";
	else
		return script_append(s, &step);
	return *ret_why ? -EINVAL : 0;
}

static int script_read(struct input_source *s, FILE *file, const char *path, char *error,
		       size_t size)
{
	char line[256];
	const char *why = NULL;
	unsigned number = 0;
	int r = 0;

	while (r == 0 && fgets(line, sizeof line, file)) {
		number++;
		r = script_line(s, line, &why);
	}
	if (r == -EINVAL)
		snprintf(error, size, "%s:%u: %s", path, number, why);
	return r == 0 && ferror(file) ? -EIO : r;
}

static void script_next(struct input_source *s)
{
	if (s->at == s->count && s->repeat_ms > 0) {
		s->base_ms += s->repeat_ms;
		s->at = 0;
	}
	s->has_next = s->at < s->count;
	if (!s->has_next)
		return;
	s->next = s->step[s->at++];
	s->next.at_ms += s->base_ms;
}

int input_source_read(FILE *file, const char *name, char *ret_error, size_t size,
		      struct input_source **ret_source)
{
	struct input_source *s = calloc(1, sizeof *s);
	int r = s ? script_read(s, file, name, ret_error, size) : -ENOMEM;

	if (r < 0) {
		input_source_free(s);
		return r;
	}
	script_next(s);
	*ret_source = s;
	return 0;
}

int input_source_script(const char *path, char *ret_error, size_t size,
			struct input_source **ret_source)
{
	FILE *file = fopen(path, "re");
	int r;

	if (!file)
		return -errno;
	r = input_source_read(file, path, ret_error, size, ret_source);
	fclose(file);
	return r;
}

void input_source_free(struct input_source *source)
{
	if (!source)
		return;
	free(source->step);
	free(source);
}

bool input_source_peek(const struct input_source *source, uint64_t *ret_at_ms,
		       enum input_kind *ret_input)
{
	if (!source || !source->has_next)
		return false;
	*ret_at_ms = source->next.at_ms;
	*ret_input = source->next.input;
	return true;
}

void input_source_take(struct input_source *source)
{
	if (source->step)
		script_next(source);
	else
		player_next(source);
}
