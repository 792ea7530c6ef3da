// SPDX-License-Identifier: Apache-2.0
/* A stream-client's trace, whatever it says, read for what the player sees. */
#include <stdint.h>
#include <stdlib.h>

#include "testbed/measure/play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *answer = json_loadb((const char *)data, size, 0, NULL);
	struct play_frames frames = {0};
	struct app_trace trace = {0};
	struct play_figures figures;

	if (answer && play_frames_add(&frames, answer) == 0 && app_trace_add(&trace, answer) >= 0 &&
	    play_figures(&trace, &frames, 0, UINT64_MAX, UINT64_MAX, &figures) == 0 &&
	    figures.unshown > figures.inputs)
		abort();
	play_frames_done(&frames);
	app_trace_done(&trace);
	json_decref(answer);
	return 0;
}
