// SPDX-License-Identifier: Apache-2.0
/*
 * NGAP as text: names of messages and IEs, and a PDU as one line an IE.
 */
#include "lib/ngap/codec.h"

#include <stdarg.h>
#include <stdio.h>

void ngap_text_add(struct ngap_text *text, const char *format, ...)
{
	size_t room = text->size - text->len;
	va_list args;
	int n;

	if (room == 0)
		return;
	va_start(args, format);
	n = vsnprintf(text->buf + text->len, room, format, args);
	va_end(args);
	if (n > 0)
		text->len += (size_t)n < room ? (size_t)n : room - 1;
}

const char *ngap_ie_name(uint16_t id)
{
	switch (id) {
#define X(number, symbol, name)                                                                    \
	case number:                                                                               \
		return name;
		NGAP_IES(X)
#undef X
	default:
		return "unknown";
	}
}

const char *ngap_message_name(enum ngap_message type)
{
	if (type <= NGAP_NONE || type >= NGAP_MESSAGES)
		return "unknown";
	return ngap_descriptors[type].name;
}

static bool row_has_text(const struct ngap_row *row, const void *message)
{
	if (row->presence == NGAP_OPTIONAL)
		return ((const uint8_t *)message)[row->flag] != 0;
	return row->presence == NGAP_MANDATORY;
}

void ngap_print_container(struct ngap_text *text, const struct ngap_rows *rows, const void *message,
			  bool in_line)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct ngap_row *row = &rows->row[i];

		if (!row_has_text(row, message))
			continue;
		ngap_text_add(text, in_line ? " %s=(" : "  %s: ", ngap_ie_name(row->id));
		row->type->print(text, (const uint8_t *)message + row->offset);
		ngap_text_add(text, in_line ? ")" : "\n");
	}
}

size_t ngap_print(const struct ngap_pdu *pdu, char *buf, size_t size)
{
	struct ngap_text text = {.buf = buf, .size = size};

	if (size > 0)
		buf[0] = '\0';
	ngap_text_add(&text, "%s\n", ngap_message_name(pdu->type));
	if (pdu->type > NGAP_NONE && pdu->type < NGAP_MESSAGES)
		ngap_print_container(&text, &ngap_descriptors[pdu->type].rows, &pdu->ng_reset,
				     false);
	return text.len;
}
