// SPDX-License-Identifier: Apache-2.0
/*
 * The plain values of NGAP: places, rates, keys (TS 38.413 cl. 9.3.1).
 * A walk for both directions and a printer each.
 */
#include "lib/ngap/codec.h"

#include <errno.h>
#include <inttypes.h>

#define MAX_BIT_RATE 4000000000000ull

/* ---- where a UE is, who a gNB is ---- */

static void walk_tai(struct ngap_codec *c, struct ngap_tai *tai)
{
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_plmn(c, &tai->plmn);
	per_octets_number(&c->per, &tai->tac, 3);
	ngap_sequence_end(c, &seq);
}

static void walk_nr_cgi(struct ngap_codec *c, struct ngap_user_location *location)
{
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_plmn(c, &location->plmn);
	per_bit_string(&c->per, &location->nr_cell_id, 36);
	ngap_sequence_end(c, &seq);
}

static void walk_user_location(struct ngap_codec *c, void *value)
{
	struct ngap_user_location *location = value;
	bool *present[] = {&location->has_timestamp};
	struct ngap_sequence seq;
	uint8_t choice = 1;

	per_index(&c->per, &choice, 4);
	if (choice != 1)
		per_fail(&c->per, -ENOTSUP, "user location is not of NR");
	ngap_sequence_begin(c, &seq, present, 1);
	walk_nr_cgi(c, location);
	walk_tai(c, &location->tai);
	if (location->has_timestamp)
		per_octets_number(&c->per, &location->timestamp, 4);
	ngap_sequence_end(c, &seq);
}

static void print_user_location(struct ngap_text *text, const void *value)
{
	const struct ngap_user_location *location = value;

	ngap_text_add(text, "nr-cgi=");
	ngap_print_plmn(text, &location->plmn);
	ngap_text_add(text, "/0x%09" PRIx64 " tai=", location->nr_cell_id);
	ngap_print_plmn(text, &location->tai.plmn);
	ngap_text_add(text, "/%" PRIu32, location->tai.tac);
	if (location->has_timestamp)
		ngap_text_add(text, " time=%" PRIu32, location->timestamp);
}

const struct ngap_type ngap_type_user_location = {sizeof(struct ngap_user_location),
						  walk_user_location, print_user_location};

static void walk_gnb_id_bits(struct ngap_codec *c, struct ngap_gnb_id *gnb)
{
	uint64_t id = gnb->id;
	uint8_t choice = 0;

	per_index(&c->per, &choice, 2);
	if (choice != 0)
		per_fail(&c->per, -ENOTSUP, "kind of gNB-ID not known");
	per_u8(&c->per, &gnb->bits, 22, 32);
	if (c->per.error)
		return;
	/* the size is not fixed, so even 22 bits are aligned: X.691 cl. 16.11 */
	per_align(&c->per);
	per_bit_string(&c->per, &id, gnb->bits);
	gnb->id = id;
}

static void walk_gnb_id(struct ngap_codec *c, void *value)
{
	struct ngap_gnb_id *gnb = value;
	struct ngap_sequence seq;
	uint8_t choice = 0;

	per_index(&c->per, &choice, 4);
	if (choice != 0)
		per_fail(&c->per, -ENOTSUP, "RAN node is not a gNB");
	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_plmn(c, &gnb->plmn);
	walk_gnb_id_bits(c, gnb);
	ngap_sequence_end(c, &seq);
}

static void print_gnb_id(struct ngap_text *text, const void *value)
{
	const struct ngap_gnb_id *gnb = value;

	ngap_text_add(text, "gnb=");
	ngap_print_plmn(text, &gnb->plmn);
	ngap_text_add(text, "/0x%" PRIx32 "/%u", gnb->id, gnb->bits);
}

const struct ngap_type ngap_type_gnb_id = {sizeof(struct ngap_gnb_id), walk_gnb_id, print_gnb_id};

/* ---- rates ---- */

void ngap_walk_bit_rate(struct ngap_codec *c, uint64_t *bits_per_second)
{
	per_uint_ext(&c->per, bits_per_second, 0, MAX_BIT_RATE);
}

static void walk_ambr(struct ngap_codec *c, void *value)
{
	struct ngap_ambr *ambr = value;
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_bit_rate(c, &ambr->downlink);
	ngap_walk_bit_rate(c, &ambr->uplink);
	ngap_sequence_end(c, &seq);
}

static void print_ambr(struct ngap_text *text, const void *value)
{
	const struct ngap_ambr *ambr = value;

	ngap_text_add(text, "downlink=%" PRIu64 " uplink=%" PRIu64, ambr->downlink, ambr->uplink);
}

const struct ngap_type ngap_type_ambr = {sizeof(struct ngap_ambr), walk_ambr, print_ambr};

/* ---- security ---- */

/* BIT STRING (SIZE(16, ...)) */
static void walk_algorithms(struct ngap_codec *c, uint16_t *algorithms)
{
	uint64_t bits = *algorithms;
	bool extended = false;

	per_flag(&c->per, &extended);
	if (extended)
		per_fail(&c->per, -ENOTSUP, "more than 16 security algorithms");
	per_bit_string(&c->per, &bits, 16);
	*algorithms = bits;
}

static void walk_security_capabilities(struct ngap_codec *c, void *value)
{
	struct ngap_security_capabilities *caps = value;
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	walk_algorithms(c, &caps->nr_encryption);
	walk_algorithms(c, &caps->nr_integrity);
	walk_algorithms(c, &caps->eutra_encryption);
	walk_algorithms(c, &caps->eutra_integrity);
	ngap_sequence_end(c, &seq);
}

static void print_security_capabilities(struct ngap_text *text, const void *value)
{
	const struct ngap_security_capabilities *caps = value;

	ngap_text_add(text, "nea=0x%04x nia=0x%04x eea=0x%04x eia=0x%04x", caps->nr_encryption,
		      caps->nr_integrity, caps->eutra_encryption, caps->eutra_integrity);
}

const struct ngap_type ngap_type_security_capabilities = {sizeof(struct ngap_security_capabilities),
							  walk_security_capabilities,
							  print_security_capabilities};

static void walk_security_key(struct ngap_codec *c, void *value)
{
	/* BIT STRING (SIZE(256)): aligned like as many octets */
	per_octets_fixed(&c->per, value, 32);
}

static void print_security_key(struct ngap_text *text, const void *value)
{
	/* a key has no business in a log */
	ngap_text_add(text, "(256 bits)");
}

const struct ngap_type ngap_type_security_key = {32, walk_security_key, print_security_key};

static void walk_security_context(struct ngap_codec *c, void *value)
{
	struct ngap_security_context *context = value;
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	per_u8(&c->per, &context->next_hop_chaining_count, 0, 7);
	walk_security_key(c, context->next_hop);
	ngap_sequence_end(c, &seq);
}

static void print_security_context(struct ngap_text *text, const void *value)
{
	const struct ngap_security_context *context = value;

	ngap_text_add(text, "ncc=%u nh=(256 bits)", context->next_hop_chaining_count);
}

const struct ngap_type ngap_type_security_context = {sizeof(struct ngap_security_context),
						     walk_security_context, print_security_context};
