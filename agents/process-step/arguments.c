// SPDX-License-Identifier: Apache-2.0
#include "agents/process-step/arguments.h"

#include <string.h>

/* NULL: it isn't there */
static const json_t *find(const struct process_step *s, const char *name)
{
	const json_t *json = json_object_get(s->args, name);

	return json_is_null(json) ? NULL : json;
}

bool argument_is_given(const struct process_step *s, const char *name)
{
	return find(s, name) != NULL;
}

int argument_text(struct process_step *s, const char *name, const char **ret)
{
	const json_t *json = find(s, name);

	if (!json)
		return 0;
	if (!json_is_string(json))
		return process_step_fail(s, "STEP_FAILED", "%s: expected a text", name);
	*ret = json_string_value(json);
	return 0;
}

int argument_flag(struct process_step *s, const char *name, bool *ret)
{
	const json_t *json = find(s, name);

	*ret = json_is_true(json);
	return !json || json_is_boolean(json)
		       ? 0
		       : process_step_fail(s, "STEP_FAILED", "%s: expected true or false", name);
}

int argument_number(struct process_step *s, const char *name, uint64_t least, uint64_t most,
		    uint64_t *ret)
{
	const json_t *json = find(s, name);

	if (!json)
		return 0;
	if (!json_is_integer(json) || json_integer_value(json) < 0 ||
	    (uint64_t)json_integer_value(json) < least || (uint64_t)json_integer_value(json) > most)
		return process_step_fail(s, "STEP_FAILED",
					 "%s: expected an integer from %llu to %llu", name,
					 (unsigned long long)least, (unsigned long long)most);
	*ret = (uint64_t)json_integer_value(json);
	return 0;
}

static int fail_word(struct process_step *s, const char *name, const char *const *words)
{
	char list[128] = "";

	for (size_t i = 0; words[i]; i++) {
		size_t len = strlen(list);

		snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "", words[i]);
	}
	return process_step_fail(s, "STEP_FAILED", "%s: expected one of %s", name, list);
}

int argument_word(struct process_step *s, const char *name, const char *const *words, unsigned *ret)
{
	const json_t *json = find(s, name);
	const char *word = json_string_value(json);

	*ret = 0;
	if (!json)
		return 0;
	for (unsigned i = 0; word && words[i]; i++)
		if (!strcmp(word, words[i])) {
			*ret = i;
			return 0;
		}
	return fail_word(s, name, words);
}
