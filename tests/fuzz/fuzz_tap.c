// SPDX-License-Identifier: Apache-2.0
/*
 * What a measurement reads that others wrote, on arbitrary bytes. The first octet chooses: a packet
 * on N3 (tap_parse), or answers of reflectors one after the other (collect_answer), each behind its
 * length in two octets. Besides not crashing: what is kept stays within its bounds, and a probe has
 * room for all its headers.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "testbed/measure/collect.h"
#include "testbed/measure/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* two IPv4 and UDP headers, GTP-U, STAMP */
enum { PROBE_MIN = 20 + 8 + 8 + 20 + 8 + 44 };

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_tap: %s\n", what);
	abort();
}

static void packet(const uint8_t *data, size_t size)
{
	struct tap_packet probe = {.ns = 5};
	uint16_t ssid;

	if (!tap_parse(data, size, &probe, &ssid))
		return;
	require(size >= PROBE_MIN, "a probe in too few octets");
	require(probe.ns == 5, "the time was touched");
}

static void answers(const uint8_t *data, size_t size)
{
	struct probe_run run = {.began_ns = 1000, .edge_count = 2, .edge_name = {"a", "b"}};
	size_t samples = 0;
	uint64_t now = 1000;
	char text[64];

	while (size >= 2) {
		size_t len = (size_t)(data[0] << 8 | data[1]), edge = len & 1;

		len = len >> 1 < size - 2 ? len >> 1 : size - 2;
		if (collect_answer(&run, edge, data + 2, len, now += 100) < 0)
			collect_none(&run, edge, now);
		data += 2 + len;
		size -= 2 + len;
	}
	collect_missing(&run, 1, HOLE_UNREACHABLE, now);
	require(run.segment_count <= SEGMENTS_MAX && run.hole_count <= HOLES_MAX, "out of bounds");
	for (size_t i = 0; i < run.segment_count; i++) {
		samples += run.segment[i].count;
		require(run.segment[i].count <= run.segment[i].room, "more samples than room");
	}
	require(samples == run.sample_count, "samples are not counted");
	for (size_t i = 0; i < run.hole_count; i++)
		collect_hole_text(&run, &run.hole[i], text, sizeof text);
	probe_run_done(&run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 1)
		answers(data + 1, size - 1);
	else
		packet(data + 1, size - 1);
	return 0;
}
