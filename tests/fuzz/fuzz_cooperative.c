// SPDX-License-Identifier: Apache-2.0
/*
 * What an instance of a cooperative application is told by strangers: frames (first octet even),
 * and lines of the control socket (odd). A run of pages that is let through lies in the arena.
 */
#include <stdlib.h>
#include <string.h>

#include "apps/cooperative/command.h"
#include "apps/cooperative/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, ARENA = 64 * PAGE };

static void frames(const uint8_t *data, size_t size)
{
	struct cooperative_intake intake = {.arena = ARENA, .page = PAGE, .number = 1};
	struct cooperative_frame frame;
	uint8_t again[COOPERATIVE_HEADER];

	while (size >= COOPERATIVE_HEADER && cooperative_frame_get(data, &frame) == 0) {
		cooperative_frame_put(&frame, again);
		if (memcmp(again, data, sizeof again) != 0)
			abort();
		data += COOPERATIVE_HEADER;
		size -= COOPERATIVE_HEADER;
		if (cooperative_intake_check(&intake, &frame) != 0)
			return;
		if ((frame.type == FRAME_PAGES || frame.type == FRAME_ZERO) &&
		    (!intake.greeted || frame.a % PAGE || frame.b % PAGE || frame.a >= ARENA ||
		     frame.b > ARENA - frame.a))
			abort();
		if (frame.type == FRAME_COMMIT && !intake.armed)
			abort();
		if (cooperative_frame_body(&frame) > COOPERATIVE_RUN_MAX)
			abort();
	}
}

static void line(const uint8_t *data, size_t size)
{
	struct cooperative_command command;
	const char *why = NULL;
	char *text = malloc(size + 1);

	if (!text)
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	if (cooperative_command_parse(text, &command, &why) == 0 &&
	    (command.verb >= VERBS || command.port > 65535))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	(data[0] & 1 ? line : frames)(data + 1, size - 1);
	return 0;
}
