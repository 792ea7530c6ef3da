// SPDX-License-Identifier: Apache-2.0
/*
 * PDU sessions in NGAP: the lists of items (TS 38.413 cl. 9.2.1 to 9.2.3) and the transfer
 * container in each (cl. 9.3.4), an OCTET STRING that holds an encoded type of its own.
 *
 * A transfer that can't be decoded refuses the whole message: the peer is broken, and no half of
 * what it wants is done.
 */
#include "lib/ngap/codec.h"

#include <errno.h>

#define MAX_SESSIONS  256 /* the standard's bounds */
#define MAX_QOS_FLOWS 64

void ngap_walk_session_id(struct ngap_codec *c, uint8_t *id)
{
	per_u8(&c->per, id, 0, 255);
}

void ngap_session_item_begin(struct ngap_codec *c, struct ngap_session_item *item,
			     uint8_t *session_id)
{
	ngap_sequence_begin(c, &item->seq, NULL, 0);
	ngap_walk_session_id(c, session_id);
	per_open_begin(&c->per, &item->transfer);
}

void ngap_session_item_end(struct ngap_codec *c, struct ngap_session_item *item)
{
	per_open_end(&c->per, &item->transfer);
	ngap_sequence_end(c, &item->seq);
}

void ngap_walk_session_count(struct ngap_codec *c, uint8_t *count)
{
	per_count(&c->per, count, MAX_SESSIONS, NGAP_MAX_SESSIONS);
}

static const char *separator(uint8_t index)
{
	return index ? "; " : "";
}

/* ---- sets of QFIs ---- */

/* AssociatedQosFlowList (mapping indication: read over) and QosFlowAcceptedList (none) */
static void walk_qfis(struct ngap_codec *c, uint8_t *count, uint8_t *qfi, bool mappable)
{
	per_count(&c->per, count, MAX_QOS_FLOWS, NGAP_MAX_QOS_FLOWS);
	for (uint8_t i = 0; i < *count && !c->per.error; i++) {
		bool mapping = false;
		bool *present[] = {&mapping};
		struct ngap_sequence seq;
		uint8_t value = 0;

		ngap_sequence_begin(c, &seq, present, mappable ? 1 : 0);
		per_u8_ext(&c->per, &qfi[i], 0, 63);
		if (mapping)
			per_enum(&c->per, &value, 2, 0);
		ngap_sequence_end(c, &seq);
	}
}

static void print_qfis(struct ngap_text *text, const uint8_t *qfi, uint8_t count)
{
	ngap_text_add(text, " qfi=");
	for (uint8_t i = 0; i < count; i++)
		ngap_text_add(text, "%s%u", i ? "," : "", qfi[i]);
}

/* ---- sessions to set up ---- */

static void walk_session_setup(struct ngap_codec *c, struct ngap_session_setup *item)
{
	bool *present[] = {&item->has_nas};
	struct ngap_sequence seq;
	struct per_open transfer;

	ngap_sequence_begin(c, &seq, present, 1);
	ngap_walk_session_id(c, &item->session_id);
	if (item->has_nas)
		per_octets(&c->per, &item->nas.data, &item->nas.len);
	ngap_walk_snssai(c, &item->snssai);
	per_open_begin(&c->per, &transfer);
	ngap_walk_container(c, &ngap_setup_request_transfer_rows, &item->transfer);
	per_open_end(&c->per, &transfer);
	ngap_sequence_end(c, &seq);
}

static void walk_session_setups(struct ngap_codec *c, void *value)
{
	struct ngap_session_setup_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++)
		walk_session_setup(c, &list->item[i]);
}

static void print_session_setups(struct ngap_text *text, const void *value)
{
	const struct ngap_session_setup_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_session_setup *item = &list->item[i];

		ngap_text_add(text, "%ssession=%u snssai=", separator(i), item->session_id);
		ngap_print_snssai(text, &item->snssai);
		if (item->has_nas) {
			ngap_text_add(text, " nas=");
			ngap_type_octets.print(text, &item->nas);
		}
		ngap_print_container(text, &ngap_setup_request_transfer_rows, &item->transfer,
				     true);
	}
}

const struct ngap_type ngap_type_session_setups = {sizeof(struct ngap_session_setup_list),
						   walk_session_setups, print_session_setups};

/* ---- sessions that were set up ---- */

static void walk_flow_per_tnl(struct ngap_codec *c, struct ngap_setup_response_transfer *transfer)
{
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	ngap_walk_tunnel(c, &transfer->downlink);
	walk_qfis(c, &transfer->qfi_count, transfer->qfi, true);
	ngap_sequence_end(c, &seq);
}

static void walk_failed_flows(struct ngap_codec *c, struct ngap_setup_response_transfer *transfer)
{
	per_count(&c->per, &transfer->failed_count, MAX_QOS_FLOWS, NGAP_MAX_QOS_FLOWS);
	for (uint8_t i = 0; i < transfer->failed_count && !c->per.error; i++) {
		struct ngap_sequence seq;

		ngap_sequence_begin(c, &seq, NULL, 0);
		per_u8_ext(&c->per, &transfer->failed[i].qfi, 0, 63);
		ngap_walk_cause(c, &transfer->failed[i].cause);
		ngap_sequence_end(c, &seq);
	}
}

static void skip_security_result(struct ngap_codec *c)
{
	uint8_t integrity = 0, confidentiality = 0;
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, NULL, 0);
	per_enum(&c->per, &integrity, 2, 0);
	per_enum(&c->per, &confidentiality, 2, 0);
	ngap_sequence_end(c, &seq);
}

/* PDUSessionResourceSetupResponseTransfer */
static void walk_setup_response(struct ngap_codec *c, struct ngap_setup_response_transfer *transfer)
{
	bool additional = false, security = false;
	bool failed = transfer->failed_count > 0;
	bool *present[] = {&additional, &security, &failed};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 3);
	walk_flow_per_tnl(c, transfer);
	if (additional)
		per_fail(&c->per, -ENOTSUP, "more than one tunnel for a session");
	if (security)
		skip_security_result(c);
	if (failed)
		walk_failed_flows(c, transfer);
	ngap_sequence_end(c, &seq);
}

static void walk_session_dones(struct ngap_codec *c, void *value)
{
	struct ngap_session_done_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_session_item item;

		ngap_session_item_begin(c, &item, &list->item[i].session_id);
		walk_setup_response(c, &list->item[i].transfer);
		ngap_session_item_end(c, &item);
	}
}

static void print_session_dones(struct ngap_text *text, const void *value)
{
	const struct ngap_session_done_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_setup_response_transfer *transfer = &list->item[i].transfer;

		ngap_text_add(text, "%ssession=%u ", separator(i), list->item[i].session_id);
		ngap_print_tunnel(text, &transfer->downlink);
		print_qfis(text, transfer->qfi, transfer->qfi_count);
		for (uint8_t j = 0; j < transfer->failed_count; j++) {
			ngap_text_add(text, " failed=%u:", transfer->failed[j].qfi);
			ngap_print_cause(text, &transfer->failed[j].cause);
		}
	}
}

const struct ngap_type ngap_type_session_dones = {sizeof(struct ngap_session_done_list),
						  walk_session_dones, print_session_dones};

/* ---- sessions with a cause ---- */

/*
 * SEQUENCE { cause, [criticalityDiagnostics,] iE-Extensions, ... }: with the diagnostics it is a
 * PDUSessionResourceSetupUnsuccessfulTransfer, without one of the other transfers with a cause.
 */
static void walk_causes(struct ngap_codec *c, struct ngap_session_cause_list *list,
			unsigned int optionals)
{
	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_session_cause *session = &list->item[i];
		bool *present[] = {&session->has_diagnostics};
		struct ngap_sequence seq;
		struct ngap_session_item item;

		ngap_session_item_begin(c, &item, &session->session_id);
		ngap_sequence_begin(c, &seq, present, optionals);
		ngap_walk_cause(c, &session->cause);
		if (optionals && session->has_diagnostics)
			ngap_walk_diagnostics(c, &session->diagnostics);
		ngap_sequence_end(c, &seq);
		ngap_session_item_end(c, &item);
	}
}

static void print_causes(struct ngap_text *text, const void *value)
{
	const struct ngap_session_cause_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_session_cause *item = &list->item[i];

		ngap_text_add(text, "%ssession=%u cause=", separator(i), item->session_id);
		ngap_print_cause(text, &item->cause);
		if (item->has_diagnostics) {
			ngap_text_add(text, " diagnostics=(");
			ngap_print_diagnostics(text, &item->diagnostics);
			ngap_text_add(text, ")");
		}
	}
}

static void walk_sessions_failed(struct ngap_codec *c, void *value)
{
	walk_causes(c, value, 1);
}

const struct ngap_type ngap_type_sessions_failed = {sizeof(struct ngap_session_cause_list),
						    walk_sessions_failed, print_causes};

static void walk_session_causes(struct ngap_codec *c, void *value)
{
	walk_causes(c, value, 0);
}

const struct ngap_type ngap_type_session_causes = {sizeof(struct ngap_session_cause_list),
						   walk_session_causes, print_causes};

/* ---- sessions by id ---- */

static void print_session_ids(struct ngap_text *text, const void *value)
{
	const struct ngap_session_id_list *list = value;

	for (uint8_t i = 0; i < list->count; i++)
		ngap_text_add(text, "%s%u", i ? "," : "", list->id[i]);
}

static void walk_session_ids(struct ngap_codec *c, void *value)
{
	struct ngap_session_id_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_sequence seq;

		ngap_sequence_begin(c, &seq, NULL, 0);
		ngap_walk_session_id(c, &list->id[i]);
		ngap_sequence_end(c, &seq);
	}
}

const struct ngap_type ngap_type_session_ids = {sizeof(struct ngap_session_id_list),
						walk_session_ids, print_session_ids};

/* PDUSessionResourceReleaseResponseTransfer has nothing but extensions. */
static void walk_sessions_released(struct ngap_codec *c, void *value)
{
	struct ngap_session_id_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_sequence seq;
		struct ngap_session_item item;

		ngap_session_item_begin(c, &item, &list->id[i]);
		ngap_sequence_begin(c, &seq, NULL, 0);
		ngap_sequence_end(c, &seq);
		ngap_session_item_end(c, &item);
	}
}

const struct ngap_type ngap_type_sessions_released = {sizeof(struct ngap_session_id_list),
						      walk_sessions_released, print_session_ids};

/* ---- path switch ---- */

/* PathSwitchRequestTransfer */
static void walk_to_switch(struct ngap_codec *c, struct ngap_session_to_switch *session)
{
	bool reused = false, security = false;
	bool *present[] = {&reused, &security};
	struct ngap_sequence seq;
	uint8_t value = 0;

	ngap_sequence_begin(c, &seq, present, 2);
	ngap_walk_tunnel(c, &session->downlink);
	if (reused)
		per_enum(&c->per, &value, 1, 0);
	if (security)
		per_fail(&c->per, -ENOTSUP, "user plane security is not here");
	walk_qfis(c, &session->qfi_count, session->qfi, false);
	ngap_sequence_end(c, &seq);
}

static void walk_sessions_to_switch(struct ngap_codec *c, void *value)
{
	struct ngap_session_to_switch_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_session_item item;

		ngap_session_item_begin(c, &item, &list->item[i].session_id);
		walk_to_switch(c, &list->item[i]);
		ngap_session_item_end(c, &item);
	}
}

static void print_sessions_to_switch(struct ngap_text *text, const void *value)
{
	const struct ngap_session_to_switch_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_session_to_switch *item = &list->item[i];

		ngap_text_add(text, "%ssession=%u ", separator(i), item->session_id);
		ngap_print_tunnel(text, &item->downlink);
		print_qfis(text, item->qfi, item->qfi_count);
	}
}

const struct ngap_type ngap_type_sessions_to_switch = {sizeof(struct ngap_session_to_switch_list),
						       walk_sessions_to_switch,
						       print_sessions_to_switch};

/* PathSwitchRequestAcknowledgeTransfer */
static void walk_switched(struct ngap_codec *c, struct ngap_session_switched *session)
{
	bool security = false;
	bool *present[] = {&session->has_uplink, &security};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 2);
	if (session->has_uplink)
		ngap_walk_tunnel(c, &session->uplink);
	if (security)
		ngap_type_security_indication.walk(c, NULL);
	ngap_sequence_end(c, &seq);
}

static void walk_sessions_switched(struct ngap_codec *c, void *value)
{
	struct ngap_session_switched_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_session_item item;

		ngap_session_item_begin(c, &item, &list->item[i].session_id);
		walk_switched(c, &list->item[i]);
		ngap_session_item_end(c, &item);
	}
}

static void print_sessions_switched(struct ngap_text *text, const void *value)
{
	const struct ngap_session_switched_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		ngap_text_add(text, "%ssession=%u", separator(i), list->item[i].session_id);
		if (list->item[i].has_uplink) {
			ngap_text_add(text, " ");
			ngap_print_tunnel(text, &list->item[i].uplink);
		}
	}
}

const struct ngap_type ngap_type_sessions_switched = {
	sizeof(struct ngap_session_switched_list), walk_sessions_switched, print_sessions_switched};
