/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One well filled PDU of every NGAP message, each with its octets (checked with tshark 4.0) and its
 * text: the golden vectors of test_ngap.c.
 */
#ifndef BATON_TESTS_UNIT_TEST_NGAP_MESSAGES_H
#define BATON_TESTS_UNIT_TEST_NGAP_MESSAGES_H

#include "lib/ngap/ngap.h"

struct ngap_golden {
	void (*make)(struct ngap_pdu *pdu);
	const char *hex;
	const char *text;
};

extern const struct ngap_golden ngap_golden[];
extern const unsigned int ngap_golden_count;

#endif
