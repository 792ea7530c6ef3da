/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N4 messages for the UPF's tests, unit and integration alike: a session as an SMF would ask for
 * it, and a table of requests that must be refused, each with the cause that the standard has for
 * it. Many of them have crashed or emptied a UPF somewhere; the table says which.
 */
#ifndef BATON_TESTS_UPF_MESSAGES_H
#define BATON_TESTS_UPF_MESSAGES_H

#include "lib/pfcp/pfcp.h"

/* The session that example_establishment() asks for */
struct example {
	struct in_addr smf, n3, ue, gnb; /* n3: the UPF's address */
	uint32_t gnb_teid;
	uint64_t cp_seid, up_seid; /* up_seid: of an established one, for modifications */
	uint32_t sequence;
	uint32_t ul_teid; /* of an established one */
};

enum {
	EX_PDR_UL = 1,
	EX_PDR_DL = 2,
	EX_FAR_UL = 11,
	EX_FAR_DL = 12,
	EX_QER = 21,
	EX_QFI = 9,
};

void example_association(struct pfcp_msg *m, const struct example *ex, uint32_t stamp);
/* PDR 1 (N3, F-TEID by CH) -> FAR 11 (N6), PDR 2 (N6) -> FAR 12 (gNB), QER 21 (QFI 9, gates open)
 * on both */
void example_establishment(struct pfcp_msg *m, const struct example *ex);
/* An empty one */
void example_modification(struct pfcp_msg *m, const struct example *ex);
/* Update FAR 12 towards another gNB */
void example_handover(struct pfcp_msg *m, const struct example *ex, struct in_addr gnb,
		      uint32_t teid);

/* Octets put together by hand, for what the codec would not encode */
struct raw {
	uint8_t buf[2048];
	size_t len;
};
void raw_begin(struct raw *r, uint8_t type, const struct example *ex, uint64_t seid);
void raw_put(struct raw *r, uint64_t value, size_t octets);
size_t raw_open(struct raw *r, uint16_t ie_type); /* Return: a mark for raw_close */
void raw_close(struct raw *r, size_t mark);
void raw_ie(struct raw *r, uint16_t ie_type, uint64_t value, size_t octets);
void raw_end(struct raw *r); /* the header's length */

/**
 * struct refusal - a request that must be refused
 * @change: makes it of an example (establishment or modification by @type); or
 * @raw:    writes the IEs by hand
 * @ie:	    Offending IE wanted in the answer; 0: none
 * @rule:   Failed Rule ID wanted; -1: none
 */
struct refusal {
	const char *name;
	uint8_t type;
	void (*change)(struct pfcp_msg *m, const struct example *ex);
	void (*raw)(struct raw *r, const struct example *ex);
	uint8_t cause;
	uint16_t ie;
	int rule;
	uint32_t rule_id;
};

/** refusal_at - the @i-th of all; NULL: there are no more */
const struct refusal *refusal_at(size_t i);

/**
 * refusal_encode - the request's octets
 * @ex: of a session that is there for a modification; for an establishment, one that isn't
 * Return: length; 0: the example couldn't be encoded
 */
size_t refusal_encode(const struct refusal *row, const struct example *ex, struct pfcp_msg *scratch,
		      uint8_t *buf, size_t size);

/** refusal_check - is @answer what @row wants? Return: NULL, or what is wrong with it */
const char *refusal_check(const struct refusal *row, const struct example *ex,
			  const struct pfcp_msg *answer);

#endif
