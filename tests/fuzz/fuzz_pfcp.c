// SPDX-License-Identifier: Apache-2.0
/*
 * lib/pfcp on arbitrary bytes. Besides not crashing: what is decoded can be encoded; what was
 * encoded is decoded again, and encoded once more gives the same bytes and the same text.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pfcp/pfcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BIG (1 << 20)

static struct pfcp_msg first, second;
static uint8_t bytes[2][PFCP_MAX_MESSAGE];
static char text[2][BIG];

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_pfcp: %s\n", what);
	abort();
}

static void check_error(int rc, const struct pfcp_error *err, size_t size)
{
	require(err->what != NULL, "an error without words");
	require(err->offset <= size, "an offset outside the message");
	require((rc == -EINVAL) == (err->cause != 0), "a cause goes with EINVAL, and only with it");
}

static void forget_skipped(struct pfcp_msg *msg)
{
	memset(&msg->skipped, 0, sizeof(msg->skipped));
	msg->header.size = 0;
}

/* What an Update rule is only known to have: sent empty it would take away, so it is not sent. */
static int has_unread_update(const struct pfcp_msg *msg)
{
	const struct pfcp_session_modification_request *m = &msg->session_modification_request;

	if (msg->header.type != PFCP_SESSION_MODIFICATION_REQUEST)
		return 0;
	for (unsigned int i = 0; i < m->n_update_pdr; i++) {
		if (m->update_pdr[i].has_ip_multicast)
			return 1;
	}
	for (unsigned int i = 0; i < m->n_update_traffic_endpoint; i++) {
		if (m->update_traffic_endpoint[i].has_redundant_transmission)
			return 1;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pfcp_error err = {0};
	size_t len[2];
	int rc = pfcp_decode(data, size, &first, &err);

	if (rc) {
		check_error(rc, &err, size);
		return 0;
	}
	forget_skipped(&first);
	require(pfcp_print(&first, text[0], BIG) < BIG, "text longer than any should be");
	rc = pfcp_encode(&first, bytes[0], sizeof(bytes[0]), &len[0]);
	if (rc == -ENOBUFS) /* the second octet of Apply Action may not fit any more */
		return 0;
	if (rc == -EINVAL && has_unread_update(&first))
		return 0;
	require(!rc, "what was decoded cannot be encoded");
	if (first.header.follow_on)
		bytes[0][0] &= (uint8_t)~4; /* nothing follows here */
	require(!pfcp_decode(bytes[0], len[0], &second, &err), "what was encoded is refused");
	second.header.follow_on = first.header.follow_on;
	forget_skipped(&second);
	pfcp_print(&second, text[1], BIG);
	require(!strcmp(text[0], text[1]), "the text has changed");
	require(!pfcp_encode(&second, bytes[1], sizeof(bytes[1]), &len[1]), "encoded only once");
	if (first.header.follow_on)
		bytes[1][0] &= (uint8_t)~4;
	require(len[0] == len[1] && !memcmp(bytes[0], bytes[1], len[0]), "the bytes have changed");
	return 0;
}
