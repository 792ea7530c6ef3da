// SPDX-License-Identifier: Apache-2.0
/*
 * A whole NGAP PDU: the outermost CHOICE, the containers of IEs driven by the rows of message.c,
 * and what to do with what is not comprehended (TS 38.413 cl. 10.3).
 */
#include "lib/ngap/codec.h"

#include <errno.h>
#include <string.h>

#define MAX_CONTAINER_IES 65535 /* maxProtocolIEs, maxProtocolExtensions */

/* ---- refusing ---- */

/* Refuse the PDU because of an IE: what the sender did, and how it is to be told. */
static void refuse_ie(struct ngap_codec *c, uint8_t cause, const struct ngap_diag_ie *ie,
		      const char *why)
{
	if (c->per.error && c->per.error != -ENOTSUP && c->per.error != -EBADMSG)
		return;
	c->err->cause = (struct ngap_cause){NGAP_CAUSE_PROTOCOL, cause};
	c->err->has_ie = true;
	c->err->ie = *ie;
	c->err->text = why;
	c->per.error = -EPROTO;
	c->per.why = why;
}

/* An IE or extension that is not comprehended: TS 38.413 cl. 10.3.4. */
static void not_comprehended(struct ngap_codec *c, const struct ngap_diag_ie *ie, const char *why)
{
	switch (ie->criticality) {
	case NGAP_REJECT:
		refuse_ie(c, NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT, ie, why);
		break;
	case NGAP_NOTIFY:
		c->notify++;
		c->ignored++;
		break;
	default:
		c->ignored++;
		break;
	}
}

/* ---- one field: id, criticality, open type ---- */

static void walk_field_head(struct ngap_codec *c, struct ngap_diag_ie *ie)
{
	uint64_t id = ie->id;

	per_uint(&c->per, &id, 0, 65535);
	per_index(&c->per, &ie->criticality, 3);
	ie->id = id;
}

static const struct ngap_row *row_find(const struct ngap_rows *rows, uint16_t id, size_t *ret_index)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->row[i].id == id) {
			*ret_index = i;
			return &rows->row[i];
		}
	}
	return NULL;
}

/* The UE's ids go into the error too, so that an Error Indication can name the UE. */
static void note_ue_ids(struct ngap_codec *c, const struct ngap_row *row, const void *value)
{
	if (row->id == ID_AMF_UE_NGAP_ID) {
		c->err->has_amf_ue_id = true;
		memcpy(&c->err->amf_ue_id, value, sizeof(c->err->amf_ue_id));
	} else if (row->id == ID_RAN_UE_NGAP_ID) {
		c->err->has_ran_ue_id = true;
		memcpy(&c->err->ran_ue_id, value, sizeof(c->err->ran_ue_id));
	}
}

/* Return: whether the value is there and comprehended */
static bool read_value(struct ngap_codec *c, const struct ngap_row *row, void *message,
		       const struct ngap_diag_ie *ie)
{
	uint8_t *value = (uint8_t *)message + row->offset;
	const char *why;

	row->type->walk(c, value);
	if (!c->per.error) {
		if (row->presence == NGAP_OPTIONAL && row->flag != row->offset)
			*((bool *)message + row->flag) = true;
		note_ue_ids(c, row, value);
		return true;
	}
	if (c->per.error == -ENOTSUP) {
		why = c->per.why;
		c->per.error = 0;
		memset(value, 0, row->type->size);
		not_comprehended(c, ie, why);
	} else if (c->per.error == -EBADMSG && !c->err->has_ie) {
		c->err->has_ie = true;
		c->err->ie = *ie;
	}
	return false;
}

static void read_field(struct ngap_codec *c, const struct ngap_rows *rows, void *message,
		       uint64_t *seen)
{
	struct ngap_diag_ie ie = {.type_of_error = NGAP_NOT_UNDERSTOOD};
	const struct ngap_row *row;
	struct per_open open;
	size_t index = 0;

	walk_field_head(c, &ie);
	per_open_begin(&c->per, &open);
	if (c->per.error)
		return;
	row = row_find(rows, ie.id, &index);
	if (!row)
		not_comprehended(c, &ie, "IE not known in this message");
	else if (*seen & 1ull << index)
		refuse_ie(c, NGAP_PROTO_FALSELY_CONSTRUCTED, &ie, "IE is there twice");
	else if (read_value(c, row, message, &ie))
		*seen |= 1ull << index;
	per_open_end(&c->per, &open);
}

static void check_missing(struct ngap_codec *c, const struct ngap_rows *rows, uint64_t seen)
{
	for (size_t i = 0; i < rows->count && !c->per.error; i++) {
		const struct ngap_row *row = &rows->row[i];
		struct ngap_diag_ie ie = {row->criticality, row->id, NGAP_MISSING};

		if (row->presence != NGAP_MANDATORY || seen & 1ull << i)
			continue;
		if (row->criticality == NGAP_IGNORE)
			c->missing++;
		else
			refuse_ie(c, NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT, &ie,
				  "mandatory IE is missing");
	}
}

static void read_container(struct ngap_codec *c, const struct ngap_rows *rows, void *message)
{
	bool extended = false;
	uint64_t count = 0;
	uint64_t seen = 0;

	per_flag(&c->per, &extended);
	per_uint(&c->per, &count, 0, MAX_CONTAINER_IES);
	for (; count > 0 && !c->per.error; count--)
		read_field(c, rows, message, &seen);
	if (extended && !c->per.error)
		per_skip_additions(&c->per);
	check_missing(c, rows, seen);
}

static bool row_is_there(const struct ngap_row *row, const void *message)
{
	return row->presence == NGAP_MANDATORY ||
	       (row->presence == NGAP_OPTIONAL && ((const uint8_t *)message)[row->flag] != 0);
}

static void write_field(struct ngap_codec *c, const struct ngap_row *row, void *message)
{
	struct ngap_diag_ie ie = {.id = row->id, .criticality = row->criticality};
	struct per_open open;

	walk_field_head(c, &ie);
	per_open_begin(&c->per, &open);
	row->type->walk(c, (uint8_t *)message + row->offset);
	per_open_end(&c->per, &open);
}

static void write_container(struct ngap_codec *c, const struct ngap_rows *rows, void *message)
{
	bool extended = false;
	uint64_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		count += row_is_there(&rows->row[i], message);
	per_flag(&c->per, &extended);
	per_uint(&c->per, &count, 0, MAX_CONTAINER_IES);
	for (size_t i = 0; i < rows->count && !c->per.error; i++) {
		if (row_is_there(&rows->row[i], message))
			write_field(c, &rows->row[i], message);
	}
}

void ngap_walk_container(struct ngap_codec *c, const struct ngap_rows *rows, void *message)
{
	if (per_writing(&c->per))
		write_container(c, rows, message);
	else
		read_container(c, rows, message);
}

/* ---- sequences with extensions ---- */

void ngap_sequence_begin(struct ngap_codec *c, struct ngap_sequence *seq, bool *present[],
			 unsigned int count)
{
	*seq = (struct ngap_sequence){0};
	per_flag(&c->per, &seq->extended);
	for (unsigned int i = 0; i < count; i++)
		per_flag(&c->per, present[i]);
	per_flag(&c->per, &seq->extensions);
}

/* None of the extensions is known here; each is honoured by its own criticality. */
static void skip_extensions(struct ngap_codec *c)
{
	uint64_t count = 0;

	per_uint(&c->per, &count, 1, MAX_CONTAINER_IES);
	for (; count > 0 && !c->per.error; count--) {
		struct ngap_diag_ie ie = {.type_of_error = NGAP_NOT_UNDERSTOOD};
		struct per_open open;

		walk_field_head(c, &ie);
		per_open_begin(&c->per, &open);
		if (!c->per.error)
			not_comprehended(c, &ie, "extension not known");
		per_open_end(&c->per, &open);
	}
}

void ngap_sequence_end(struct ngap_codec *c, const struct ngap_sequence *seq)
{
	if (seq->extensions)
		skip_extensions(c);
	if (seq->extended && !c->per.error)
		per_skip_additions(&c->per);
}

/* ---- the PDU ---- */

static const struct ngap_descriptor *descriptor_find(uint8_t procedure, uint8_t trigger)
{
	for (size_t i = NGAP_NONE + 1; i < NGAP_MESSAGES; i++) {
		const struct ngap_descriptor *d = &ngap_descriptors[i];

		if (d->procedure == procedure && d->trigger == trigger)
			return d;
	}
	return NULL;
}

static void walk_pdu_head(struct ngap_codec *c, uint8_t *trigger, uint8_t *procedure,
			  uint8_t *criticality)
{
	bool extended = false;

	per_flag(&c->per, &extended);
	if (extended)
		per_fail(&c->per, -EBADMSG, "kind of message not known");
	per_index(&c->per, trigger, 3);
	per_u8(&c->per, procedure, 0, 255);
	per_index(&c->per, criticality, 3);
}

/* An unknown procedure, TS 38.413 cl. 10.3.4.1 */
static void refuse_procedure(struct ngap_codec *c)
{
	uint8_t value = c->err->criticality == NGAP_NOTIFY
				? NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_NOTIFY
				: NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT;

	c->err->cause = (struct ngap_cause){NGAP_CAUSE_PROTOCOL, value};
	per_fail(&c->per, -ENOTSUP, "procedure not known");
}

static void read_pdu(struct ngap_codec *c, struct ngap_pdu *pdu)
{
	const struct ngap_descriptor *d;
	struct per_open open;

	walk_pdu_head(c, &c->err->trigger, &c->err->procedure_code, &c->err->criticality);
	per_open_begin(&c->per, &open);
	if (c->per.error)
		return;
	c->err->has_procedure = true;
	d = descriptor_find(c->err->procedure_code, c->err->trigger);
	if (!d) {
		refuse_procedure(c);
		return;
	}
	pdu->type = d - ngap_descriptors;
	/* every message starts where the union does */
	memset(&pdu->ng_reset, 0, d->size);
	ngap_walk_container(c, &d->rows, &pdu->ng_reset);
	per_open_end(&c->per, &open);
}

int ngap_decode(const uint8_t *buf, size_t len, struct ngap_pdu *ret, struct ngap_error *err)
{
	struct ngap_error unwanted;
	struct ngap_codec c = {.err = err ? err : &unwanted};

	*c.err = (struct ngap_error){
		.cause = {NGAP_CAUSE_PROTOCOL, NGAP_PROTO_TRANSFER_SYNTAX_ERROR}};
	per_read_init(&c.per, buf, len);
	ret->type = NGAP_NONE;
	read_pdu(&c, ret);
	ret->ignored = c.ignored;
	ret->notify = c.notify;
	ret->missing = c.missing;
	c.err->offset = per_octet(&c.per);
	c.err->text = c.per.why;
	return c.per.error;
}

int ngap_encode(const struct ngap_pdu *pdu, uint8_t *buf, size_t size, size_t *ret_len)
{
	struct ngap_error err = {0};
	struct ngap_codec c = {.err = &err};
	const struct ngap_descriptor *d;
	uint8_t trigger, procedure, criticality;
	struct per_open open;

	if (pdu->type <= NGAP_NONE || pdu->type >= NGAP_MESSAGES)
		return -EINVAL;
	d = &ngap_descriptors[pdu->type];
	trigger = d->trigger;
	procedure = d->procedure;
	criticality = d->criticality;
	per_write_init(&c.per, buf, size);
	walk_pdu_head(&c, &trigger, &procedure, &criticality);
	per_open_begin(&c.per, &open);
	/* a walk that writes octets leaves the values alone, so the const may go here */
	ngap_walk_container(&c, &d->rows, (void *)(uintptr_t)&pdu->ng_reset);
	per_open_end(&c.per, &open);
	if (!c.per.error)
		*ret_len = per_octet(&c.per);
	return c.per.error;
}

/* ---- what is the same in many messages ---- */

static const void *pdu_value(const struct ngap_pdu *pdu, uint16_t id)
{
	const struct ngap_rows *rows;
	const struct ngap_row *row;
	size_t index;

	if (pdu->type <= NGAP_NONE || pdu->type >= NGAP_MESSAGES)
		return NULL;
	rows = &ngap_descriptors[pdu->type].rows;
	row = row_find(rows, id, &index);
	if (!row || !row_is_there(row, &pdu->ng_reset))
		return NULL;
	return (const uint8_t *)&pdu->ng_reset + row->offset;
}

bool ngap_pdu_amf_ue_id(const struct ngap_pdu *pdu, uint64_t *ret_id)
{
	const uint64_t *id = pdu_value(pdu, ID_AMF_UE_NGAP_ID);

	if (!id && pdu->type == NGAP_UE_CONTEXT_RELEASE_COMMAND)
		id = &pdu->ue_context_release_command.ids.amf_ue_id;
	if (!id)
		id = pdu_value(pdu, ID_SOURCE_AMF_UE_NGAP_ID);
	if (id)
		*ret_id = *id;
	return id != NULL;
}

bool ngap_pdu_ran_ue_id(const struct ngap_pdu *pdu, uint32_t *ret_id)
{
	const struct ngap_ue_ids *ids = &pdu->ue_context_release_command.ids;
	const uint32_t *id = pdu_value(pdu, ID_RAN_UE_NGAP_ID);

	if (!id && pdu->type == NGAP_UE_CONTEXT_RELEASE_COMMAND && ids->pair)
		id = &ids->ran_ue_id;
	if (id)
		*ret_id = *id;
	return id != NULL;
}

void ngap_error_diagnostics(const struct ngap_error *err, struct ngap_diagnostics *ret)
{
	*ret = (struct ngap_diagnostics){
		.has_procedure_code = err->has_procedure,
		.procedure_code = err->procedure_code,
		.has_trigger = err->has_procedure,
		.trigger = err->trigger,
		.has_criticality = err->has_procedure,
		.criticality = err->criticality,
		.ie_count = err->has_ie,
	};
	ret->ie[0] = err->ie;
}

void ngap_error_indication_make(const struct ngap_error *err, struct ngap_pdu *ret)
{
	struct ngap_error_indication *m = &ret->error_indication;

	*ret = (struct ngap_pdu){.type = NGAP_ERROR_INDICATION};
	*m = (struct ngap_error_indication){
		.has_amf_ue_id = err->has_amf_ue_id,
		.amf_ue_id = err->amf_ue_id,
		.has_ran_ue_id = err->has_ran_ue_id,
		.ran_ue_id = err->ran_ue_id,
		.has_cause = true,
		.cause = err->cause,
		.has_diagnostics = err->has_procedure,
	};
	ngap_error_diagnostics(err, &m->diagnostics);
}
