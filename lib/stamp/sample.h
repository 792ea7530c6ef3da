/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reflector saw, as the edge agent hands it to who measures: records of SAMPLE_LEN octets,
 * big-endian, behind a header of SAMPLE_HEADER_LEN octets: the number of the first record, how many
 * were ever taken (the ring keeps the latest), and since when. A session that began anew, because
 * its agent was restarted or because it had to make room, counts from 0 again; its times tell.
 */
#ifndef BATON_LIB_STAMP_SAMPLE_H
#define BATON_LIB_STAMP_SAMPLE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

enum { SAMPLE_LEN = 28, SAMPLE_HEADER_LEN = 32 };

struct stamp_sample {
	uint32_t sender_seq, seq; /* the sender's, the reflector's */
	uint64_t received_ns;	  /* kernel's stamp */
	uint64_t sent_ns;	  /* of the reply */
	struct in_addr sender;
};

struct stamp_sample_header {
	uint64_t first, taken;
	uint64_t began_ns;   /* the session, with its first test packet */
	uint64_t started_ns; /* the reflector; what came before that is not known to it */
};

void stamp_sample_put(const struct stamp_sample *sample, uint8_t buf[SAMPLE_LEN]);
void stamp_sample_get(const uint8_t buf[SAMPLE_LEN], struct stamp_sample *ret_sample);
void stamp_sample_header_put(const struct stamp_sample_header *header,
			     uint8_t buf[SAMPLE_HEADER_LEN]);
void stamp_sample_header_get(const uint8_t buf[SAMPLE_HEADER_LEN],
			     struct stamp_sample_header *ret_header);

#endif
