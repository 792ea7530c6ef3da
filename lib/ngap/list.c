// SPDX-License-Identifier: Apache-2.0
/*
 * Lists of the interface: slices, tracking areas, GUAMIs, connections to reset
 * (TS 38.413 cl. 9.2.6, 9.3.1.31, 9.3.1.17).
 */
#include "lib/ngap/codec.h"

#include <errno.h>
#include <inttypes.h>

/* the standard's bounds; ours are in ngap.h */
#define MAX_TACS	256
#define MAX_BPLMNS	12
#define MAX_PLMNS	12
#define MAX_SLICES	1024
#define MAX_GUAMIS	256
#define MAX_CONNECTIONS 65536

/* ---- slices ---- */

/* AllowedNSSAI-Item, SliceSupportItem: an S-NSSAI in a sequence of its own */
static void walk_slice_item(struct ngap_codec *c, struct ngap_snssai *snssai)
{
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_snssai(c, snssai);
	ngap_sequence_end(c, &seq);
}

static void print_slices(struct ngap_text *text, const struct ngap_snssai *slice, uint8_t count)
{
	for (uint8_t i = 0; i < count; i++) {
		ngap_text_add(text, i ? "," : "");
		ngap_print_snssai(text, &slice[i]);
	}
}

static void walk_allowed_nssai(struct ngap_codec *c, void *value)
{
	struct ngap_allowed_nssai *nssai = value;

	per_count(&c->per, &nssai->count, NGAP_MAX_ALLOWED, NGAP_MAX_ALLOWED);
	for (uint8_t i = 0; i < nssai->count && !c->per.error; i++)
		walk_slice_item(c, &nssai->item[i]);
}

static void print_allowed_nssai(struct ngap_text *text, const void *value)
{
	const struct ngap_allowed_nssai *nssai = value;

	print_slices(text, nssai->item, nssai->count);
}

const struct ngap_type ngap_type_allowed_nssai = {sizeof(struct ngap_allowed_nssai),
						  walk_allowed_nssai, print_allowed_nssai};

/* ---- PLMNs with their slices ---- */

static void walk_plmn_slices(struct ngap_codec *c, struct ngap_plmn_slices *plmn)
{
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_plmn(c, &plmn->plmn);
	per_count(&c->per, &plmn->slice_count, MAX_SLICES, NGAP_MAX_SLICES);
	for (uint8_t i = 0; i < plmn->slice_count && !c->per.error; i++)
		walk_slice_item(c, &plmn->slice[i]);
	ngap_sequence_end(c, &seq);
}

/* BroadcastPLMNList and PLMNSupportList are the same on the wire. */
static void walk_plmns(struct ngap_codec *c, struct ngap_plmn_support_list *list)
{
	_Static_assert(MAX_BPLMNS == MAX_PLMNS, "one walk for both lists");

	per_count(&c->per, &list->count, MAX_PLMNS, NGAP_MAX_PLMNS);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++)
		walk_plmn_slices(c, &list->item[i]);
}

static void print_plmns(struct ngap_text *text, const struct ngap_plmn_support_list *list)
{
	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_plmn_slices *plmn = &list->item[i];

		ngap_text_add(text, i ? " " : "");
		ngap_print_plmn(text, &plmn->plmn);
		ngap_text_add(text, "[");
		print_slices(text, plmn->slice, plmn->slice_count);
		ngap_text_add(text, "]");
	}
}

static void walk_plmn_support(struct ngap_codec *c, void *value)
{
	walk_plmns(c, value);
}

static void print_plmn_support(struct ngap_text *text, const void *value)
{
	print_plmns(text, value);
}

const struct ngap_type ngap_type_plmn_support = {sizeof(struct ngap_plmn_support_list),
						 walk_plmn_support, print_plmn_support};

/* ---- tracking areas ---- */

static void walk_supported_tas(struct ngap_codec *c, void *value)
{
	struct ngap_supported_ta_list *list = value;

	per_count(&c->per, &list->count, MAX_TACS, NGAP_MAX_TAS);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_sequence seq;

		ngap_sequence_begin(c, &seq, NULL, 0);
		per_octets_number(&c->per, &list->item[i].tac, 3);
		walk_plmns(c, &list->item[i].plmns);
		ngap_sequence_end(c, &seq);
	}
}

static void print_supported_tas(struct ngap_text *text, const void *value)
{
	const struct ngap_supported_ta_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		ngap_text_add(text, "%stac=%" PRIu32 " ", i ? " " : "", list->item[i].tac);
		print_plmns(text, &list->item[i].plmns);
	}
}

const struct ngap_type ngap_type_supported_tas = {sizeof(struct ngap_supported_ta_list),
						  walk_supported_tas, print_supported_tas};

/* ---- GUAMIs ---- */

static void walk_served_guamis(struct ngap_codec *c, void *value)
{
	struct ngap_served_guami_list *list = value;

	per_count(&c->per, &list->count, MAX_GUAMIS, NGAP_MAX_GUAMIS);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_served_guami *item = &list->item[i];
		bool *present[] = {&item->has_backup_amf};
		struct ngap_sequence seq;

		ngap_sequence_begin(c, &seq, present, 1);
		ngap_walk_guami(c, &item->guami);
		if (item->has_backup_amf)
			ngap_walk_name(c, &item->backup_amf);
		ngap_sequence_end(c, &seq);
	}
}

static void print_served_guamis(struct ngap_text *text, const void *value)
{
	const struct ngap_served_guami_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_served_guami *item = &list->item[i];

		ngap_text_add(text, i ? "; " : "");
		ngap_print_guami(text, &item->guami);
		if (item->has_backup_amf)
			ngap_text_add(text, " backup=%s", item->backup_amf.text);
	}
}

const struct ngap_type ngap_type_served_guamis = {sizeof(struct ngap_served_guami_list),
						  walk_served_guamis, print_served_guamis};

/* ---- UE-associated connections ---- */

static void walk_connections(struct ngap_codec *c, void *value)
{
	struct ngap_connection_list *list = value;

	per_count(&c->per, &list->count, MAX_CONNECTIONS, NGAP_MAX_CONNECTIONS);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_connection *item = &list->item[i];
		bool *present[] = {&item->has_amf_ue_id, &item->has_ran_ue_id};
		struct ngap_sequence seq;

		ngap_sequence_begin(c, &seq, present, 2);
		if (item->has_amf_ue_id)
			ngap_walk_amf_ue_id(c, &item->amf_ue_id);
		if (item->has_ran_ue_id)
			ngap_walk_ran_ue_id(c, &item->ran_ue_id);
		ngap_sequence_end(c, &seq);
	}
}

static void print_connections(struct ngap_text *text, const void *value)
{
	const struct ngap_connection_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_connection *item = &list->item[i];

		ngap_text_add(text, i ? " (" : "(");
		if (item->has_amf_ue_id)
			ngap_text_add(text, "amf=%" PRIu64, item->amf_ue_id);
		if (item->has_ran_ue_id)
			ngap_text_add(text, "%sran=%" PRIu32, item->has_amf_ue_id ? " " : "",
				      item->ran_ue_id);
		ngap_text_add(text, ")");
	}
}

const struct ngap_type ngap_type_connections = {sizeof(struct ngap_connection_list),
						walk_connections, print_connections};

static void walk_reset(struct ngap_codec *c, void *value)
{
	struct ngap_reset_type *reset = value;
	uint8_t choice = reset->whole_interface ? 0 : 1;
	uint8_t reset_all = 0;

	per_index(&c->per, &choice, 3);
	if (choice == 2)
		per_fail(&c->per, -ENOTSUP, "kind of reset not known");
	reset->whole_interface = choice == 0;
	if (reset->whole_interface)
		per_enum(&c->per, &reset_all, 1, 0);
	else
		walk_connections(c, &reset->part);
}

static void print_reset(struct ngap_text *text, const void *value)
{
	const struct ngap_reset_type *reset = value;

	if (reset->whole_interface)
		ngap_text_add(text, "reset-all");
	else
		print_connections(text, &reset->part);
}

const struct ngap_type ngap_type_reset = {sizeof(struct ngap_reset_type), walk_reset, print_reset};
