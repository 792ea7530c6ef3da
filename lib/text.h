/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of structs for people, as every wire format prints it: into the caller's buffer, cut at its
 * end but counted whole, as snprintf does. Depends on nothing.
 */
#ifndef BATON_LIB_TEXT_H
#define BATON_LIB_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct text - a text that is being written
 * @buf:  gets what fits into @size octets, always with a NUL once something was added and @size > 0
 * @len:  of all that was added
 */
struct text {
	char *buf;
	size_t size;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static inline void text_add(struct text *text,
								  const char *format, ...)
{
	size_t left = text->len < text->size ? text->size - text->len : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(left ? text->buf + text->len : NULL, left, format, args);
	va_end(args);
	if (n > 0)
		text->len += (size_t)n;
}

/** text_gap - " " between parts, "" before the first */
static inline const char *text_gap(const struct text *text)
{
	return text->len ? " " : "";
}

/** text_octets - as hexadecimal digits */
static inline void text_octets(struct text *text, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_add(text, "%02x", octets[i]);
}

/** text_quoted - in quotes, with \ before each " and \ of it, so that its end can be told */
static inline void text_quoted(struct text *text, const char *word)
{
	text_add(text, "\"");
	for (; *word; word++)
		text_add(text, "%s%c", *word == '"' || *word == '\\' ? "\\" : "", *word);
	text_add(text, "\"");
}

#endif
