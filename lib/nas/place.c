// SPDX-License-Identifier: Apache-2.0
/*
 * Slices and tracking areas in NAS: TS 24.501 cl. 9.11.2.8, 9.11.3.37, 9.11.3.8, 9.11.3.9.
 */
#include "lib/nas/codec.h"

#include <inttypes.h>
#include <string.h>

/* ---- S-NSSAI and NSSAI ---- */

/* Contents by length: SST 1, SST and mapped SST 2, SST and SD 4, with mapped SST 5, mapped SD 8 */
static void walk_snssai(struct nas_cursor *c, void *value)
{
	struct nas_snssai *snssai = value;

	if (!nas_writing(c)) {
		size_t len = nas_left(c);

		if (len != 1 && len != 2 && len != 4 && len != 5 && len != 8)
			nas_fail(c, "S-NSSAI of no known length");
		snssai->has_sd = len >= 4;
	}
	nas_u8(c, &snssai->sst);
	if (snssai->has_sd)
		nas_u24(c, &snssai->sd);
}

static void print_snssai(struct nas_text *text, const void *value)
{
	const struct nas_snssai *snssai = value;

	nas_text_add(text, "%u", snssai->sst);
	if (snssai->has_sd)
		nas_text_add(text, "-%06" PRIx32, snssai->sd);
}

const struct nas_value_type nas_type_snssai = {sizeof(struct nas_snssai), walk_snssai,
					       print_snssai};

static void walk_nssai(struct nas_cursor *c, void *value)
{
	struct nas_nssai *nssai = value;
	struct nas_part part;

	for (uint8_t i = 0; nas_writing(c) ? i < nssai->count : nas_left(c) > 0; i++) {
		if (i >= NAS_MAX_NSSAI)
			nas_fail(c, "more than eight S-NSSAIs");
		if (c->error)
			return;
		nas_part_begin(c, &part, 1);
		walk_snssai(c, &nssai->item[i]);
		nas_part_end(c, &part);
		nssai->count = nas_writing(c) ? nssai->count : i + 1;
	}
	if (nssai->count == 0)
		nas_fail(c, "NSSAI without S-NSSAI");
}

static void print_nssai(struct nas_text *text, const void *value)
{
	const struct nas_nssai *nssai = value;

	for (uint8_t i = 0; i < nssai->count; i++) {
		nas_text_add(text, i ? "," : "");
		print_snssai(text, &nssai->item[i]);
	}
}

const struct nas_value_type nas_type_nssai = {sizeof(struct nas_nssai), walk_nssai, print_nssai};

/* ---- tracking areas ---- */

static void walk_plmn(struct nas_cursor *c, struct nas_plmn *plmn)
{
	nas_bytes(c, plmn->octets, sizeof(plmn->octets));
}

static void walk_tai(struct nas_cursor *c, void *value)
{
	struct nas_tai *tai = value;

	walk_plmn(c, &tai->plmn);
	nas_u24(c, &tai->tac);
}

static void print_tai(struct nas_text *text, const void *value)
{
	const struct nas_tai *tai = value;
	char plmn[NAS_PLMN_TEXT];

	nas_text_add(text, "%s/%" PRIu32, nas_plmn_text(&tai->plmn, plmn), tai->tac);
}

const struct nas_value_type nas_type_tai = {sizeof(struct nas_tai), walk_tai, print_tai};

/* The kinds of partial lists, bits 6 and 7 of their first octet */
enum {
	LIST_ONE_PLMN = 0,    /* a PLMN, then TACs */
	LIST_CONSECUTIVE = 1, /* a PLMN and the first TAC */
	LIST_TAIS = 2,	      /* PLMN and TAC each */
};

static bool list_has_one_plmn(const struct nas_tai_list *list)
{
	for (uint8_t i = 1; i < list->count; i++) {
		if (memcmp(&list->item[i].plmn, &list->item[0].plmn, sizeof(struct nas_plmn)) != 0)
			return false;
	}
	return true;
}

static void tai_list_write(struct nas_cursor *c, struct nas_tai_list *list)
{
	bool one = list_has_one_plmn(list);
	uint8_t head = (one ? LIST_ONE_PLMN : LIST_TAIS) << 5 | (list->count - 1);

	if (list->count < 1 || list->count > NAS_MAX_TAIS) {
		nas_fail(c, "TAI list with no or too many TAIs");
		return;
	}
	nas_u8(c, &head);
	for (uint8_t i = 0; i < list->count; i++) {
		if (!one || i == 0)
			walk_plmn(c, &list->item[i].plmn);
		nas_u24(c, &list->item[i].tac);
	}
}

static void tai_read(struct nas_cursor *c, struct nas_tai_list *list, uint8_t kind, uint8_t index)
{
	struct nas_tai *tai = &list->item[list->count];

	if (list->count >= NAS_MAX_TAIS) {
		nas_fail(c, "TAI list with too many TAIs");
		return;
	}
	if (index == 0 || kind == LIST_TAIS)
		walk_plmn(c, &tai->plmn);
	else
		tai->plmn = tai[-1].plmn;
	if (index == 0 || kind != LIST_CONSECUTIVE)
		nas_u24(c, &tai->tac);
	else
		tai->tac = (tai[-1].tac + 1) & 0xffffff;
	list->count++;
}

static void tai_list_read(struct nas_cursor *c, struct nas_tai_list *list)
{
	while (nas_left(c) > 0 && !c->error) {
		uint8_t head;

		nas_u8(c, &head);
		if ((head >> 5 & 3) > LIST_TAIS)
			nas_fail(c, "kind of TAI list not known");
		for (uint8_t i = 0; i <= (head & 0x1f) && !c->error; i++)
			tai_read(c, list, head >> 5 & 3, i);
	}
	if (list->count == 0)
		nas_fail(c, "TAI list is empty");
}

static void walk_tai_list(struct nas_cursor *c, void *value)
{
	if (nas_writing(c))
		tai_list_write(c, value);
	else
		tai_list_read(c, value);
}

static void print_tai_list(struct nas_text *text, const void *value)
{
	const struct nas_tai_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		nas_text_add(text, i ? " " : "");
		print_tai(text, &list->item[i]);
	}
}

const struct nas_value_type nas_type_tai_list = {sizeof(struct nas_tai_list), walk_tai_list,
						 print_tai_list};
