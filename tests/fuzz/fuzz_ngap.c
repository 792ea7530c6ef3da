// SPDX-License-Identifier: Apache-2.0
/*
 * NGAP decode of anything: no crash; and what was taken encodes to octets that decode to the same:
 * the second encoding equals the first. Every refusal can be answered by an Error Indication.
 */
#include "lib/ngap/ngap.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ngap_pdu first, second;
static uint8_t once[65536], twice[65536];
static char text[16384];

static void check_refusal(const struct ngap_error *err)
{
	size_t len;

	if (!err->text)
		abort();
	ngap_error_indication_make(err, &second);
	if (ngap_encode(&second, once, sizeof(once), &len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ngap_error err;
	size_t once_len, twice_len;

	if (ngap_decode(data, size, &first, &err)) {
		check_refusal(&err);
		return 0;
	}
	ngap_print(&first, text, sizeof(text));
	/* a mandatory list of criticality ignore may be missing, which can't be sent on */
	if (ngap_encode(&first, once, sizeof(once), &once_len)) {
		if (!first.missing)
			abort();
		return 0;
	}
	if (ngap_decode(once, once_len, &second, &err))
		abort();
	if (ngap_encode(&second, twice, sizeof(twice), &twice_len))
		abort();
	if (once_len != twice_len || memcmp(once, twice, once_len) != 0)
		abort();
	return 0;
}
