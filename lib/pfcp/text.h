/* SPDX-License-Identifier: Apache-2.0 */
/* Text of messages as it is put together; internal to lib/pfcp. */
#ifndef BATON_PFCP_TEXT_H
#define BATON_PFCP_TEXT_H

#include <stddef.h>

/* Text that is cut at size, but counted whole, like snprintf's */
struct pfcp_out {
	char *buf;
	size_t size;
	size_t len;
};

void pfcp_out_add(struct pfcp_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
