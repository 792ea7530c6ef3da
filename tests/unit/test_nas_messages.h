/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One well filled message of every NAS type, each with its octets (checked with tshark 4.0) and its
 * text: the golden vectors of test_nas.c.
 */
#ifndef BATON_TESTS_UNIT_TEST_NAS_MESSAGES_H
#define BATON_TESTS_UNIT_TEST_NAS_MESSAGES_H

#include "lib/nas/nas.h"

struct nas_golden {
	void (*make)(struct nas_message *msg);
	const char *hex;
	const char *text;
};

extern const struct nas_golden nas_golden[];
extern const unsigned int nas_golden_count;

#endif
