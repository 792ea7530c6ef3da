/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two namespaces, a veth pair, and a link-shaper of its own process that knows both ends:
 *
 *   a "wire" 10.9.0.1 ======== "wire" 10.9.0.2 b
 */
#ifndef BATON_TESTS_SHAPER_BED_H
#define BATON_TESTS_SHAPER_BED_H

#include <jansson.h>
#include <sys/types.h>

#include "tests/integration/dataplane_net.h"

struct shaper_bed {
	struct netns a, b;
	int port_a, port_b; /* raw, on the wire's ends */
	char dir[64];
	char socket[96];
	pid_t shaper; /* 0: none runs */
};

/** bed_make - the network and an empty directory; bed_free ends the shaper too, and removes all */
void bed_make(struct shaper_bed *bed);
void bed_free(struct shaper_bed *bed);
/** bed_relink - another veth pair in place of the first, with the same names and ifindexes */
void bed_relink(struct shaper_bed *bed);
/** bed_config - write the configuration; @a, @b: keys of the ports' shapes, as ", delay: 5ms";
 * @rest: what follows the ports */
void bed_config(struct shaper_bed *bed, const char *a, const char *b, const char *rest);
/** bed_start - and wait until it answers; bed_stop - by a signal, and wait; Return: its exit
 * status, 256 when killed */
void bed_start(struct shaper_bed *bed);
int bed_stop(struct shaper_bed *bed, int signal);

/** bed_set - the shape of @node's port, whole: "{\"loss\": 1}"; Return: the back end's name, static
 */
const char *bed_set(struct shaper_bed *bed, const char *node, const char *shape);
/** bed_refusal - what it says to a shape that can't be; "" when it can; static */
const char *bed_refusal(struct shaper_bed *bed, const char *node, const char *shape);
/** bed_port - what "get" says of a port; new reference */
json_t *bed_port(struct shaper_bed *bed, const char *node);
/** bed_count - one of its counters */
json_int_t bed_count(struct shaper_bed *bed, const char *node, const char *counter);
/** bed_output - what a command prints in a namespace; static */
const char *bed_output(const struct netns *netns, const char *command);

/** bed_send - @count UDP datagrams from a to b, numbered, of @size octets of frame, complete with
 * checksums */
void bed_send(struct shaper_bed *bed, unsigned count, size_t size);
/** bed_receive - the next of them at b within @timeout_ms; Return: its length, 0: none */
size_t bed_receive(struct shaper_bed *bed, uint8_t *ret_frame, size_t size, int timeout_ms);
/** bed_frame - number @n of them, as it was sent */
void bed_frame(uint8_t *ret_frame, unsigned n, size_t size);
/** bed_number - of a frame that bed_frame made */
unsigned bed_number(const uint8_t *frame);
/** bed_checksum_is_right - the UDP checksum of a received frame */
bool bed_checksum_is_right(const uint8_t *frame, size_t len);

#endif
