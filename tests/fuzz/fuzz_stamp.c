// SPDX-License-Identifier: Apache-2.0
/*
 * STAMP packets and samples on arbitrary bytes. Besides not crashing: what is decoded and encoded
 * again means the same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/stamp/sample.h"
#include "lib/stamp/stamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_stamp: %s\n", what);
	abort();
}

static void check_test(const uint8_t *data, size_t size)
{
	struct stamp_test first, second;
	uint8_t bytes[STAMP_LEN];
	int r = stamp_test_decode(data, size, &first);

	require(r == 0 || r == -EBADMSG || r == -ENOTSUP, "an error that is not in the contract");
	if (r < 0)
		return;
	stamp_test_encode(&first, bytes);
	require(stamp_test_decode(bytes, sizeof bytes, &second) == 0, "a test not decoded again");
	require(first.seq == second.seq && first.time_ns == second.time_ns &&
			first.ssid == second.ssid,
		"another test");
}

static void check_reply(const uint8_t *data, size_t size)
{
	struct stamp_reply first, second;
	uint8_t bytes[STAMP_LEN];

	if (stamp_reply_decode(data, size, &first) < 0)
		return;
	stamp_reply_encode(&first, bytes);
	require(stamp_reply_decode(bytes, sizeof bytes, &second) == 0, "a reply not decoded again");
	require(first.seq == second.seq && first.time_ns == second.time_ns &&
			first.ssid == second.ssid && first.received_ns == second.received_ns &&
			first.sender_seq == second.sender_seq &&
			first.sender_time_ns == second.sender_time_ns &&
			first.sender_estimate == second.sender_estimate &&
			first.sender_ttl == second.sender_ttl,
		"another reply");
}

static void check_samples(const uint8_t *data, size_t size)
{
	struct stamp_sample_header header;
	struct stamp_sample sample;
	uint8_t bytes[SAMPLE_HEADER_LEN + SAMPLE_LEN];

	if (size < sizeof bytes)
		return;
	stamp_sample_header_get(data, &header);
	stamp_sample_header_put(&header, bytes);
	stamp_sample_get(data + SAMPLE_HEADER_LEN, &sample);
	stamp_sample_put(&sample, bytes + SAMPLE_HEADER_LEN);
	require(memcmp(data, bytes, sizeof bytes) == 0, "another sample");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_test(data, size);
	check_reply(data, size);
	check_samples(data, size);
	return 0;
}
