// SPDX-License-Identifier: Apache-2.0
/*
 * Who is who in NGAP: ids of UEs, names, PLMNs, slices, GUAMI (TS 38.413 cl. 9.3.1.24, 9.3.3).
 * A walk for both directions and a printer each.
 */
#include "lib/ngap/codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_AMF_UE_ID ((1ull << 40) - 1)

/* ---- UE ids ---- */

void ngap_walk_amf_ue_id(struct ngap_codec *c, uint64_t *id)
{
	per_uint(&c->per, id, 0, MAX_AMF_UE_ID);
}

void ngap_walk_ran_ue_id(struct ngap_codec *c, uint32_t *id)
{
	per_u32(&c->per, id, 0, UINT32_MAX);
}

static void walk_amf_ue_id(struct ngap_codec *c, void *value)
{
	ngap_walk_amf_ue_id(c, value);
}

static void print_amf_ue_id(struct ngap_text *text, const void *value)
{
	ngap_text_add(text, "%" PRIu64, *(const uint64_t *)value);
}

const struct ngap_type ngap_type_amf_ue_id = {sizeof(uint64_t), walk_amf_ue_id, print_amf_ue_id};

static void walk_ran_ue_id(struct ngap_codec *c, void *value)
{
	ngap_walk_ran_ue_id(c, value);
}

static void print_ran_ue_id(struct ngap_text *text, const void *value)
{
	ngap_text_add(text, "%" PRIu32, *(const uint32_t *)value);
}

const struct ngap_type ngap_type_ran_ue_id = {sizeof(uint32_t), walk_ran_ue_id, print_ran_ue_id};

static void walk_ue_ids(struct ngap_codec *c, void *value)
{
	struct ngap_ue_ids *ids = value;
	struct ngap_sequence seq;
	uint8_t choice = ids->pair ? 0 : 1;

	per_index(&c->per, &choice, 3);
	if (choice == 2)
		per_fail(&c->per, -ENOTSUP, "kind of UE NGAP IDs not known");
	ids->pair = choice == 0;
	if (ids->pair)
		ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_amf_ue_id(c, &ids->amf_ue_id);
	if (ids->pair) {
		ngap_walk_ran_ue_id(c, &ids->ran_ue_id);
		ngap_sequence_end(c, &seq);
	}
}

static void print_ue_ids(struct ngap_text *text, const void *value)
{
	const struct ngap_ue_ids *ids = value;

	ngap_text_add(text, "amf=%" PRIu64, ids->amf_ue_id);
	if (ids->pair)
		ngap_text_add(text, " ran=%" PRIu32, ids->ran_ue_id);
}

const struct ngap_type ngap_type_ue_ids = {sizeof(struct ngap_ue_ids), walk_ue_ids, print_ue_ids};

static void walk_amf_set_pointer(struct ngap_codec *c, uint16_t *set_id, uint8_t *pointer)
{
	uint64_t set = *set_id;
	uint64_t ptr = *pointer;

	per_bit_string(&c->per, &set, 10);
	per_bit_string(&c->per, &ptr, 6);
	*set_id = set;
	*pointer = ptr;
}

static void walk_s_tmsi(struct ngap_codec *c, void *value)
{
	struct ngap_s_tmsi *tmsi = value;
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	walk_amf_set_pointer(c, &tmsi->amf_set_id, &tmsi->amf_pointer);
	per_octets_number(&c->per, &tmsi->tmsi, 4);
	ngap_sequence_end(c, &seq);
}

static void print_s_tmsi(struct ngap_text *text, const void *value)
{
	const struct ngap_s_tmsi *tmsi = value;

	ngap_text_add(text, "set=%u pointer=%u tmsi=0x%08" PRIx32, tmsi->amf_set_id,
		      tmsi->amf_pointer, tmsi->tmsi);
}

const struct ngap_type ngap_type_s_tmsi = {sizeof(struct ngap_s_tmsi), walk_s_tmsi, print_s_tmsi};

/* ---- octets and names ---- */

static void walk_octets(struct ngap_codec *c, void *value)
{
	struct ngap_octets *octets = value;

	per_octets(&c->per, &octets->data, &octets->len);
}

static void print_octets(struct ngap_text *text, const void *value)
{
	const struct ngap_octets *octets = value;

	for (size_t i = 0; i < octets->len; i++)
		ngap_text_add(text, "%02x", octets->data[i]);
}

const struct ngap_type ngap_type_octets = {sizeof(struct ngap_octets), walk_octets, print_octets};

/* PrintableString, X.680 cl. 41.4 */
static bool name_is_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char ch = text[i];

		if (!((ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
		      (ch >= '0' && ch <= '9') || (ch && strchr(" '()+,-./:=?", ch))))
			return false;
	}
	return true;
}

/* PrintableString (SIZE(1..150, ...)) */
void ngap_walk_name(struct ngap_codec *c, struct ngap_name *name)
{
	uint64_t len = per_writing(&c->per) ? strnlen(name->text, sizeof(name->text)) : 0;

	if (per_writing(&c->per) && !name_is_printable(name->text, len))
		per_fail(&c->per, -EINVAL, "not a PrintableString");
	per_uint_ext(&c->per, &len, 1, NGAP_MAX_NAME);
	per_align(&c->per);
	if (c->per.error)
		return;
	per_octets_fixed(&c->per, (uint8_t *)name->text, len);
	if (per_writing(&c->per))
		return;
	name->text[len] = '\0';
	/* underscores are common in the field ("srsgnb_01"), yet not ours to send on */
	for (size_t i = 0; i < len; i++) {
		if (!name_is_printable(&name->text[i], 1))
			name->text[i] = '?';
	}
}

static void walk_name(struct ngap_codec *c, void *value)
{
	ngap_walk_name(c, value);
}

static void print_name(struct ngap_text *text, const void *value)
{
	ngap_text_add(text, "%s", ((const struct ngap_name *)value)->text);
}

const struct ngap_type ngap_type_name = {sizeof(struct ngap_name), walk_name, print_name};

/* ---- PLMN, slices, GUAMI ---- */

void ngap_walk_plmn(struct ngap_codec *c, struct ngap_plmn *plmn)
{
	per_octets_fixed(&c->per, plmn->octets, sizeof(plmn->octets));
}

void ngap_print_plmn(struct ngap_text *text, const struct ngap_plmn *plmn)
{
	char buf[NGAP_PLMN_TEXT];

	ngap_text_add(text, "%s", ngap_plmn_text(plmn, buf));
}

static bool digits(const char *text, size_t min, size_t max)
{
	size_t len = strspn(text, "0123456789");

	return text[len] == '\0' && len >= min && len <= max;
}

/*
 * TS 38.413 cl. 9.3.3.5: MCC, then a filler and two digits of MNC, or three digits of MNC, low half
 * of each octet first. With three digits that is another order than in NAS (TS 24.008).
 */
int ngap_plmn_set(struct ngap_plmn *plmn, const char *mcc, const char *mnc)
{
	uint8_t half[6];

	if (!digits(mcc, 3, 3) || !digits(mnc, 2, 3))
		return -EINVAL;
	for (size_t i = 0; i < 3; i++)
		half[i] = mcc[i] - '0';
	half[3] = 0xf;
	for (size_t i = strlen(mnc); i > 0; i--)
		half[6 - i] = mnc[strlen(mnc) - i] - '0';
	for (size_t i = 0; i < 3; i++)
		plmn->octets[i] = half[2 * i + 1] << 4 | half[2 * i];
	return 0;
}

const char *ngap_plmn_text(const struct ngap_plmn *plmn, char buf[NGAP_PLMN_TEXT])
{
	const uint8_t *o = plmn->octets;
	int len = snprintf(buf, NGAP_PLMN_TEXT, "%x%x%x-", o[0] & 0xf, o[0] >> 4, o[1] & 0xf);

	if (o[1] >> 4 != 0xf)
		len += snprintf(buf + len, NGAP_PLMN_TEXT - len, "%x", o[1] >> 4);
	snprintf(buf + len, NGAP_PLMN_TEXT - len, "%x%x", o[2] & 0xf, o[2] >> 4);
	return buf;
}

void ngap_walk_snssai(struct ngap_codec *c, struct ngap_snssai *snssai)
{
	bool *present[] = {&snssai->has_sd};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 1);
	per_octets_fixed(&c->per, &snssai->sst, 1);
	if (snssai->has_sd)
		per_octets_number(&c->per, &snssai->sd, 3);
	ngap_sequence_end(c, &seq);
}

void ngap_print_snssai(struct ngap_text *text, const struct ngap_snssai *snssai)
{
	ngap_text_add(text, "%u", snssai->sst);
	if (snssai->has_sd)
		ngap_text_add(text, "-%06" PRIx32, snssai->sd);
}

void ngap_walk_guami(struct ngap_codec *c, struct ngap_guami *guami)
{
	struct ngap_sequence seq;
	uint64_t region = guami->region_id;

	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_plmn(c, &guami->plmn);
	per_bit_string(&c->per, &region, 8);
	guami->region_id = region;
	walk_amf_set_pointer(c, &guami->set_id, &guami->pointer);
	ngap_sequence_end(c, &seq);
}

void ngap_print_guami(struct ngap_text *text, const struct ngap_guami *guami)
{
	ngap_print_plmn(text, &guami->plmn);
	ngap_text_add(text, " region=%u set=%u pointer=%u", guami->region_id, guami->set_id,
		      guami->pointer);
}

static void walk_guami(struct ngap_codec *c, void *value)
{
	ngap_walk_guami(c, value);
}

static void print_guami(struct ngap_text *text, const void *value)
{
	ngap_print_guami(text, value);
}

const struct ngap_type ngap_type_guami = {sizeof(struct ngap_guami), walk_guami, print_guami};
