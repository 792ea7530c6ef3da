// SPDX-License-Identifier: Apache-2.0
/*
 * 5GS mobile identity (TS 24.501 cl. 9.11.3.4) and the SUCI of an IMSI in the null scheme
 * (TS 33.501 annex C.2).
 */
#include "lib/nas/codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TYPE_MASK 7
#define ODD	  8    /* IMEI: odd number of digits */
#define GUTI_HEAD 0xf0 /* spare bits of a 5G-GUTI and a 5G-S-TMSI */
#define FILLER	  0xf

/* ---- PLMN ---- */

static bool digits(const char *text, size_t min, size_t max)
{
	size_t len = strspn(text, "0123456789");

	return text[len] == '\0' && len >= min && len <= max;
}

int nas_plmn_set(struct nas_plmn *plmn, const char *mcc, const char *mnc)
{
	uint8_t third;

	if (!digits(mcc, 3, 3) || !digits(mnc, 2, 3))
		return -EINVAL;
	third = mnc[2] ? mnc[2] - '0' : FILLER;
	plmn->octets[0] = (mcc[1] - '0') << 4 | (mcc[0] - '0');
	plmn->octets[1] = third << 4 | (mcc[2] - '0');
	plmn->octets[2] = (mnc[1] - '0') << 4 | (mnc[0] - '0');
	return 0;
}

const char *nas_plmn_text(const struct nas_plmn *plmn, char buf[NAS_PLMN_TEXT])
{
	const uint8_t *o = plmn->octets;
	int len = snprintf(buf, NAS_PLMN_TEXT, "%x%x%x-%x%x", o[0] & 0xf, o[0] >> 4, o[1] & 0xf,
			   o[2] & 0xf, o[2] >> 4);

	if (o[1] >> 4 != FILLER)
		snprintf(buf + len, NAS_PLMN_TEXT - len, "%x", o[1] >> 4);
	return buf;
}

/* ---- digits, two in an octet, the first in the lower half ---- */

static void digits_write(struct nas_cursor *c, const char *text)
{
	for (size_t i = 0; i < strlen(text); i += 2) {
		uint8_t second = text[i + 1] ? text[i + 1] - '0' : FILLER;
		uint8_t octet = second << 4 | (text[i] - '0');

		nas_u8(c, &octet);
	}
}

/* All octets that are left, until a filler; appended to @text, which holds @room digits. */
static void digits_read(struct nas_cursor *c, char *text, size_t room)
{
	size_t len = strlen(text);

	while (nas_left(c) > 0 && !c->error) {
		uint8_t octet;

		nas_u8(c, &octet);
		for (int half = 0; half < 2; half++) {
			uint8_t digit = half ? octet >> 4 : octet & 0xf;
			bool last = half && nas_left(c) == 0;

			if (digit == FILLER && last)
				break;
			if (digit > 9 || len >= room) {
				nas_fail(c, "identity with something else than digits");
				return;
			}
			text[len++] = '0' + digit;
			text[len] = '\0';
		}
	}
}

/* ---- SUCI ---- */

/* An MSIN has what is left of 15 digits after MCC and MNC. */
static size_t msin_room(const struct nas_plmn *plmn)
{
	return plmn->octets[1] >> 4 == FILLER ? NAS_MAX_IMSI - 5 : NAS_MAX_IMSI - 6;
}

static void walk_routing(struct nas_cursor *c, struct nas_suci *suci)
{
	nas_bytes(c, suci->routing, sizeof(suci->routing));
	if (nas_writing(c))
		return;
	suci->routing_digits = 4;
	for (int i = 3; i >= 0; i--) {
		uint8_t digit = i % 2 ? suci->routing[i / 2] >> 4 : suci->routing[i / 2] & 0xf;

		if (digit != FILLER)
			break;
		suci->routing_digits = i;
	}
}

static void walk_suci(struct nas_cursor *c, struct nas_suci *suci)
{
	uint8_t head = NAS_ID_SUCI; /* SUPI format 0: IMSI */

	nas_u8(c, &head);
	if (head >> 4 & 7)
		nas_fail(c, "SUPI is not an IMSI");
	nas_bytes(c, suci->plmn.octets, sizeof(suci->plmn.octets));
	walk_routing(c, suci);
	nas_u8(c, &suci->scheme);
	nas_u8(c, &suci->key_id);
	if (suci->scheme > 15)
		nas_fail(c, "protection scheme out of range");
	if (c->error)
		return;
	if (suci->scheme)
		nas_rest(c, &suci->output.data, &suci->output.len);
	else if (!nas_writing(c))
		digits_read(c, suci->msin, msin_room(&suci->plmn));
	else if (digits(suci->msin, 1, msin_room(&suci->plmn)))
		digits_write(c, suci->msin);
	else
		nas_fail(c, "MSIN is not made of digits, or too long");
	if (!c->error && !suci->scheme && !suci->msin[0])
		nas_fail(c, "MSIN is empty");
}

int nas_suci_set(struct nas_identity *id, const char *imsi, unsigned int mnc_digits)
{
	struct nas_suci suci = {.routing_digits = 1, .routing = {0xf0, 0xff}};
	char mcc[4] = {0}, mnc[4] = {0};

	if (!digits(imsi, 6, NAS_MAX_IMSI) || mnc_digits < 2 || mnc_digits > 3)
		return -EINVAL;
	memcpy(mcc, imsi, 3);
	memcpy(mnc, imsi + 3, mnc_digits);
	if (imsi[3 + mnc_digits] == '\0' || nas_plmn_set(&suci.plmn, mcc, mnc))
		return -EINVAL;
	snprintf(suci.msin, sizeof(suci.msin), "%s", imsi + 3 + mnc_digits);
	*id = (struct nas_identity){.type = NAS_ID_SUCI, .suci = suci};
	return 0;
}

int nas_suci_imsi(const struct nas_identity *id, char ret[NAS_MAX_IMSI + 1])
{
	char plmn[NAS_PLMN_TEXT];

	if (id->type != NAS_ID_SUCI)
		return -EINVAL;
	if (id->suci.scheme != 0)
		return -ENOTSUP;
	nas_plmn_text(&id->suci.plmn, plmn);
	if (strspn(plmn, "0123456789-") != strlen(plmn))
		return -EINVAL;
	if (strlen(plmn) - 1 + strlen(id->suci.msin) > NAS_MAX_IMSI)
		return -EINVAL;
	stpcpy(stpcpy(stpncpy(ret, plmn, 3), plmn + 4), id->suci.msin);
	return 0;
}

/* ---- 5G-GUTI, 5G-S-TMSI, IMEI ---- */

static void walk_guti(struct nas_cursor *c, struct nas_guti *guti, bool whole)
{
	uint8_t head = GUTI_HEAD | (whole ? NAS_ID_GUTI : NAS_ID_S_TMSI);
	uint16_t set_pointer = guti->amf_set_id << 6 | guti->amf_pointer;

	if (nas_writing(c) && (guti->amf_set_id > 1023 || guti->amf_pointer > 63))
		nas_fail(c, "AMF set id or pointer out of range");
	nas_u8(c, &head);
	if (whole) {
		nas_bytes(c, guti->plmn.octets, sizeof(guti->plmn.octets));
		nas_u8(c, &guti->amf_region_id);
	}
	nas_u16(c, &set_pointer);
	guti->amf_set_id = set_pointer >> 6;
	guti->amf_pointer = set_pointer & 63;
	nas_u32(c, &guti->tmsi);
}

/* The first digit shares its octet with the type; 15 digits are odd, 16 even. */
static void walk_imei(struct nas_cursor *c, struct nas_identity *id)
{
	size_t len = id->type == NAS_ID_IMEI ? 15 : 16;
	uint8_t head = id->type | (len % 2 ? ODD : 0);

	if (nas_writing(c)) {
		if (!digits(id->imei, len, len)) {
			nas_fail(c, "IMEI has the wrong number of digits");
			return;
		}
		head |= (id->imei[0] - '0') << 4;
		nas_u8(c, &head);
		digits_write(c, id->imei + 1);
		return;
	}
	nas_u8(c, &head);
	if (head >> 4 > 9)
		nas_fail(c, "IMEI with something else than digits");
	id->imei[0] = '0' + (head >> 4);
	id->imei[1] = '\0';
	digits_read(c, id->imei, len);
	if (strlen(id->imei) != len)
		nas_fail(c, "IMEI has the wrong number of digits");
}

static void walk_identity(struct nas_cursor *c, void *value)
{
	struct nas_identity *id = value;

	if (!nas_writing(c))
		id->type = nas_left(c) > 0 ? c->in[c->pos] & TYPE_MASK : TYPE_MASK;
	switch (id->type) {
	case NAS_ID_NONE: {
		uint8_t head = NAS_ID_NONE;

		nas_u8(c, &head);
		break;
	}
	case NAS_ID_SUCI:
		walk_suci(c, &id->suci);
		break;
	case NAS_ID_GUTI:
	case NAS_ID_S_TMSI:
		walk_guti(c, &id->guti, id->type == NAS_ID_GUTI);
		break;
	case NAS_ID_IMEI:
	case NAS_ID_IMEISV:
		walk_imei(c, id);
		break;
	default:
		nas_fail(c, "kind of identity not known");
		break;
	}
}

static void print_suci(struct nas_text *text, const struct nas_suci *suci)
{
	char plmn[NAS_PLMN_TEXT];

	nas_text_add(text, "suci %s routing=", nas_plmn_text(&suci->plmn, plmn));
	for (int i = 0; i < suci->routing_digits; i++)
		nas_text_add(text, "%x",
			     i % 2 ? suci->routing[i / 2] >> 4 : suci->routing[i / 2] & 0xf);
	nas_text_add(text, " scheme=%u key=%u ", suci->scheme, suci->key_id);
	if (suci->scheme)
		nas_type_octets.print(text, &suci->output);
	else
		nas_text_add(text, "msin=%s", suci->msin);
}

static void print_guti(struct nas_text *text, const struct nas_guti *guti, bool whole)
{
	char plmn[NAS_PLMN_TEXT];

	nas_text_add(text, "%s ", whole ? "5g-guti" : "5g-s-tmsi");
	if (whole)
		nas_text_add(text, "%s region=%u ", nas_plmn_text(&guti->plmn, plmn),
			     guti->amf_region_id);
	nas_text_add(text, "set=%u pointer=%u tmsi=0x%08" PRIx32, guti->amf_set_id,
		     guti->amf_pointer, guti->tmsi);
}

static void print_identity(struct nas_text *text, const void *value)
{
	const struct nas_identity *id = value;

	switch (id->type) {
	case NAS_ID_SUCI:
		print_suci(text, &id->suci);
		break;
	case NAS_ID_GUTI:
	case NAS_ID_S_TMSI:
		print_guti(text, &id->guti, id->type == NAS_ID_GUTI);
		break;
	case NAS_ID_IMEI:
	case NAS_ID_IMEISV:
		nas_text_add(text, "%s %s", id->type == NAS_ID_IMEI ? "imei" : "imeisv", id->imei);
		break;
	default:
		nas_text_add(text, "none");
		break;
	}
}

const struct nas_value_type nas_type_identity = {sizeof(struct nas_identity), walk_identity,
						 print_identity};
