/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing pcapng (draft-ietf-opsawg-pcapng): one section in the machine's byte order, Ethernet
 * interfaces with nanosecond stamps, enhanced packet blocks, and an interface statistics block each
 * at the end.
 */
#ifndef BATON_TESTBED_PCAPNG_H
#define BATON_TESTBED_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pcapng {
	FILE *out; /* borrowed */
	uint32_t interfaces;
};

struct pcapng_section {
	const char *hardware, *os, *application, *comment; /* each may be NULL */
};

struct pcapng_interface {
	const char *name, *description, *filter; /* filter: NULL for none */
	uint32_t snaplen;
};

struct pcapng_packet {
	uint32_t interface;
	uint64_t time_ns;	   /* since 1970 */
	uint32_t captured, length; /* bytes in @data, and on the wire */
	const uint8_t *data;
	bool outbound;
	const char *const *comments; /* @comment_count of them */
	size_t comment_count;
};

struct pcapng_statistics {
	uint32_t interface;
	uint64_t begin_ns, end_ns;
	uint64_t accepted;   /* by the filter */
	uint64_t dropped;    /* by the kernel, for want of room */
	uint64_t delivered;  /* into the file */
	const char *comment; /* or NULL */
};

/** pcapng_begin - the section header. Each of these: 0, or a negative errno of the file */
int pcapng_begin(struct pcapng *png, FILE *out, const struct pcapng_section *section);
/** pcapng_add_interface - before the packets of it; numbered from 0 */
int pcapng_add_interface(struct pcapng *png, const struct pcapng_interface *interface);
int pcapng_add_packet(struct pcapng *png, const struct pcapng_packet *packet);
int pcapng_add_statistics(struct pcapng *png, const struct pcapng_statistics *statistics);

#endif
