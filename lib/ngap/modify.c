// SPDX-License-Identifier: Apache-2.0
/*
 * PDU sessions to modify and modified (TS 38.413 cl. 9.2.1.5, 9.2.1.6, 9.3.4.3, 9.3.4.4): here what
 * changes is the UPF's end of the tunnel.
 */
#include "lib/ngap/codec.h"

#include <errno.h>

static const char *separator(uint8_t index)
{
	return index ? "; " : "";
}

/* ---- UL NG-U UP TNL Modify List ---- */

/* The row names the list by its count; the list is beside it in the transfer. */
#define TRANSFER_OF(count)                                                                         \
	((void *)((uint8_t *)(uintptr_t)(count)-offsetof(struct ngap_modify_request_transfer,      \
							 tunnel_count)))

static void walk_tunnel_modifies(struct ngap_codec *c, void *value)
{
	struct ngap_modify_request_transfer *transfer = TRANSFER_OF(value);

	per_count(&c->per, &transfer->tunnel_count, NGAP_MAX_TUNNELS, NGAP_MAX_TUNNELS);
	for (uint8_t i = 0; i < transfer->tunnel_count && !c->per.error; i++) {
		struct ngap_sequence seq;

		ngap_sequence_begin(c, &seq, NULL, 0);
		ngap_walk_tunnel(c, &transfer->tunnel[i].uplink);
		ngap_walk_tunnel(c, &transfer->tunnel[i].downlink);
		ngap_sequence_end(c, &seq);
	}
}

static void print_tunnel_modifies(struct ngap_text *text, const void *value)
{
	const struct ngap_modify_request_transfer *transfer = TRANSFER_OF(value);

	for (uint8_t i = 0; i < transfer->tunnel_count; i++) {
		ngap_text_add(text, "(uplink=");
		ngap_print_tunnel(text, &transfer->tunnel[i].uplink);
		ngap_text_add(text, " downlink=");
		ngap_print_tunnel(text, &transfer->tunnel[i].downlink);
		ngap_text_add(text, ")");
	}
}

const struct ngap_type ngap_type_tunnel_modifies = {sizeof(uint8_t), walk_tunnel_modifies,
						    print_tunnel_modifies};

/* ---- sessions to modify ---- */

static void walk_session_modify(struct ngap_codec *c, struct ngap_session_modify *item)
{
	bool *present[] = {&item->has_nas};
	struct ngap_sequence seq;
	struct per_open transfer;

	ngap_sequence_begin(c, &seq, present, 1);
	ngap_walk_session_id(c, &item->session_id);
	if (item->has_nas)
		per_octets(&c->per, &item->nas.data, &item->nas.len);
	per_open_begin(&c->per, &transfer);
	ngap_walk_container(c, &ngap_modify_request_transfer_rows, &item->transfer);
	per_open_end(&c->per, &transfer);
	ngap_sequence_end(c, &seq);
}

static void walk_session_modifies(struct ngap_codec *c, void *value)
{
	struct ngap_session_modify_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++)
		walk_session_modify(c, &list->item[i]);
}

static void print_session_modifies(struct ngap_text *text, const void *value)
{
	const struct ngap_session_modify_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_session_modify *item = &list->item[i];

		ngap_text_add(text, "%ssession=%u", separator(i), item->session_id);
		if (item->has_nas) {
			ngap_text_add(text, " nas=");
			ngap_type_octets.print(text, &item->nas);
		}
		ngap_print_container(text, &ngap_modify_request_transfer_rows, &item->transfer,
				     true);
	}
}

const struct ngap_type ngap_type_session_modifies = {sizeof(struct ngap_session_modify_list),
						     walk_session_modifies, print_session_modifies};

/* ---- sessions that were modified ---- */

/* PDUSessionResourceModifyResponseTransfer. Lists of QoS flows answer for flows that we never ask
 * to be changed: the peer means something else, and is not understood. */
static void walk_modified(struct ngap_codec *c, struct ngap_session_modified *session)
{
	bool flows = false, additional = false, failed = false;
	bool *present[] = {&session->has_downlink, &session->has_uplink, &flows, &additional,
			   &failed};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, 5);
	if (session->has_downlink)
		ngap_walk_tunnel(c, &session->downlink);
	if (session->has_uplink)
		ngap_walk_tunnel(c, &session->uplink);
	if (flows || additional || failed)
		per_fail(&c->per, -ENOTSUP, "QoS flows in the answer to a change of tunnel");
	ngap_sequence_end(c, &seq);
}

static void walk_sessions_modified(struct ngap_codec *c, void *value)
{
	struct ngap_session_modified_list *list = value;

	ngap_walk_session_count(c, &list->count);
	for (uint8_t i = 0; i < list->count && !c->per.error; i++) {
		struct ngap_session_item item;

		ngap_session_item_begin(c, &item, &list->item[i].session_id);
		walk_modified(c, &list->item[i]);
		ngap_session_item_end(c, &item);
	}
}

static void print_sessions_modified(struct ngap_text *text, const void *value)
{
	const struct ngap_session_modified_list *list = value;

	for (uint8_t i = 0; i < list->count; i++) {
		const struct ngap_session_modified *item = &list->item[i];

		ngap_text_add(text, "%ssession=%u", separator(i), item->session_id);
		if (item->has_downlink) {
			ngap_text_add(text, " downlink=");
			ngap_print_tunnel(text, &item->downlink);
		}
		if (item->has_uplink) {
			ngap_text_add(text, " uplink=");
			ngap_print_tunnel(text, &item->uplink);
		}
	}
}

const struct ngap_type ngap_type_sessions_modified = {
	sizeof(struct ngap_session_modified_list), walk_sessions_modified, print_sessions_modified};
