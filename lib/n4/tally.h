/* SPDX-License-Identifier: Apache-2.0 */
/* What a node's messages were and how long they took; metrics.c tells it. */
#ifndef BATON_N4_TALLY_H
#define BATON_N4_TALLY_H

#include "lib/histogram.h"

enum {
	N4_TALLY_TYPES = 64,   /* message types are below it, TS 29.244 table 7.3-1 */
	N4_TALLY_CAUSES = 128, /* and causes below this, table 8.2.1-1; others count as 0 */
};

enum n4_way { N4_WAY_RECEIVED, N4_WAY_SENT, N4_WAYS };

struct n4_tally {
	/* messages, retransmissions among them, and those that can't be read as far as their type
	 * is known */
	uint64_t message[N4_WAYS][N4_TALLY_TYPES];
	/* by the type of the response; retransmissions not */
	uint64_t cause[N4_WAYS][N4_TALLY_TYPES][N4_TALLY_CAUSES];
	/* by the type of the request: received: until it was answered; sent: until its answer came,
	 * from the first time that it was sent */
	struct histogram took[N4_WAYS][N4_TALLY_TYPES];
};

struct pfcp_msg;

void n4_tally_message(struct n4_tally *tally, enum n4_way way, uint8_t type);
/** n4_tally_response - a response with a cause; others aren't counted here */
void n4_tally_response(struct n4_tally *tally, enum n4_way way, const struct pfcp_msg *response);
/** n4_tally_took - @request: its type; @begun_ns: uv_hrtime() */
void n4_tally_took(struct n4_tally *tally, enum n4_way way, uint8_t request, uint64_t begun_ns);

#endif
