// SPDX-License-Identifier: Apache-2.0
/* What `measure clips --draw` reads, of arbitrary JSON: tables, lines and pictures of whatever it
 * says. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/clips.h"
#include "tests/fuzz/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *document = json_loadb((const char *)data, size, 0, NULL), *list;

	if (!json_is_object(document)) {
		json_decref(document);
		return 0;
	}
	list = json_pack("[O]", document);
	print(clips_table, document);
	print(clips_csv, document);
	print(clips_share_svg, list);
	print(clips_jumps_svg, list);
	json_decref(list);
	json_decref(document);
	return 0;
}
