// SPDX-License-Identifier: Apache-2.0
/* Words in braces, replaced by what they stand for here. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/common/workload.h"

enum { NUMBER_SIZE = 16, DEPTH_MAX = 16 };

/* @scratch: for what isn't a text already */
static const char *meaning(const char *word, size_t len, const struct workload_words *words,
			   char scratch[NUMBER_SIZE])
{
	const struct {
		const char *word, *text;
	} texts[] = {
		{"config", words->config},	   {"image", words->image},
		{"state", words->state},	   {"name", words->name},
		{"token_file", words->token_file},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strlen(texts[i].word) == len && !memcmp(texts[i].word, word, len))
			return texts[i].text;
	if (len == 7 && !memcmp(word, "address", len))
		return inet_ntop(AF_INET, &words->address, scratch, NUMBER_SIZE);
	if (len == 7 && !memcmp(word, "service", len))
		return inet_ntop(AF_INET, &words->service, scratch, NUMBER_SIZE);
	if (len == 6 && !memcmp(word, "number", len))
		snprintf(scratch, NUMBER_SIZE, "%u", words->number);
	else if (len == 4 && !memcmp(word, "port", len))
		snprintf(scratch, NUMBER_SIZE, "%u", words->port);
	else
		return NULL;
	return scratch;
}

static int put(char buf[WORKLOAD_TEXT_MAX], size_t *len, const char *text, size_t count)
{
	if (*len + count >= WORKLOAD_TEXT_MAX)
		return -ENAMETOOLONG;
	memcpy(buf + *len, text, count);
	*len += count;
	buf[*len] = '\0';
	return 0;
}

int workload_fill(const char *text, const struct workload_words *words, char buf[WORKLOAD_TEXT_MAX])
{
	char scratch[NUMBER_SIZE];
	size_t len = 0;
	int rc = 0;

	buf[0] = '\0';
	while (*text && !rc) {
		size_t plain = strcspn(text, "{"), word;
		const char *value;

		rc = put(buf, &len, text, plain);
		text += plain;
		if (rc || !*text)
			break;
		word = strcspn(++text, "}");
		value = text[word] ? meaning(text, word, words, scratch) : NULL;
		rc = value ? put(buf, &len, value, strlen(value)) : -EINVAL;
		text += word + (text[word] == '}');
	}
	return rc;
}

static json_t *fill(const json_t *value, const struct workload_words *words, int depth)
{
	char buf[WORKLOAD_TEXT_MAX];
	json_t *copy, *part, *each;
	const char *key;
	size_t i;

	if (depth > DEPTH_MAX)
		return NULL;
	if (json_is_string(value))
		return workload_fill(json_string_value(value), words, buf) ? NULL
									   : json_string(buf);
	if (!json_is_object(value) && !json_is_array(value))
		return json_deep_copy(value);
	copy = json_is_object(value) ? json_object() : json_array();
	if (json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, key, each)
		{
			part = fill(each, words, depth + 1);
			if (!part || json_object_set_new(copy, key, part))
				goto fail;
		}
	} else {
		json_array_foreach(value, i, each)
		{
			part = fill(each, words, depth + 1);
			if (!part || json_array_append_new(copy, part))
				goto fail;
		}
	}
	return copy;
fail:
	json_decref(copy);
	return NULL;
}

json_t *workload_fill_json(const json_t *value, const struct workload_words *words)
{
	return fill(value, words, 0);
}
