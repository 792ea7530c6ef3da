// SPDX-License-Identifier: Apache-2.0
/*
 * The PDUs of the golden vectors: at least one of every message, see test_ngap_messages.h.
 */
#include "tests/unit/test_ngap_messages.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* a Registration Request of imsi-001010000000001, and a 5GMM Registration Accept */
static const uint8_t nas_up[] = {0x7e, 0x00, 0x41, 0x79, 0x00, 0x0d, 0x01, 0x00, 0xf1, 0x10,
				 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10};
static const uint8_t nas_down[] = {0x7e, 0x00, 0x42, 0x01, 0x01};

static struct ngap_plmn plmn(void)
{
	struct ngap_plmn plmn;

	if (ngap_plmn_set(&plmn, "001", "01"))
		abort();
	return plmn;
}

static struct ngap_user_location location(void)
{
	return (struct ngap_user_location){
		.plmn = plmn(), .nr_cell_id = 0x123456789, .tai = {plmn(), 7}};
}

static struct ngap_tunnel tunnel4(const char *address, uint32_t teid)
{
	struct ngap_tunnel tunnel = {.has_ipv4 = true, .teid = teid};

	if (inet_pton(AF_INET, address, &tunnel.ipv4) != 1)
		abort();
	return tunnel;
}

static struct ngap_tunnel tunnel6(const char *address, uint32_t teid)
{
	struct ngap_tunnel tunnel = {.has_ipv6 = true, .teid = teid};

	if (inet_pton(AF_INET6, address, &tunnel.ipv6) != 1)
		abort();
	return tunnel;
}

static struct ngap_diagnostics diagnostics(void)
{
	return (struct ngap_diagnostics){
		.has_procedure_code = true,
		.procedure_code = NGAP_PROC_NG_SETUP,
		.has_trigger = true,
		.trigger = NGAP_SUCCESSFUL_OUTCOME,
		.has_criticality = true,
		.criticality = NGAP_REJECT,
		.ie_count = 2,
		.ie = {{NGAP_REJECT, 1, NGAP_MISSING}, {NGAP_IGNORE, 80, NGAP_NOT_UNDERSTOOD}}};
}

static void ng_setup_request(struct ngap_pdu *pdu)
{
	struct ngap_ng_setup_request *m = &pdu->ng_setup_request;

	pdu->type = NGAP_NG_SETUP_REQUEST;
	m->gnb_id = (struct ngap_gnb_id){plmn(), 0x123456, 24};
	m->has_name = true;
	strcpy(m->name.text, "gnb1");
	m->tas.count = 2;
	for (int i = 0; i < 2; i++) {
		struct ngap_supported_ta *ta = &m->tas.item[i];

		ta->tac = i ? 0xabcdef : 1;
		ta->plmns.count = 1;
		ta->plmns.item[0].plmn = plmn();
		ta->plmns.item[0].slice_count = 2;
		ta->plmns.item[0].slice[0] = (struct ngap_snssai){1, false, 0};
		ta->plmns.item[0].slice[1] = (struct ngap_snssai){2, true, 0x010203};
	}
	m->paging_drx = NGAP_DRX_V128;
	m->ues_retained = true;
}

static void ng_setup_request_odd(struct ngap_pdu *pdu)
{
	struct ngap_ng_setup_request *m = &pdu->ng_setup_request;

	ng_setup_request(pdu);
	if (ngap_plmn_set(&m->gnb_id.plmn, "310", "410"))
		abort();
	m->gnb_id.bits = 22;
	m->gnb_id.id = 0x2aaaaa;
	m->has_name = false;
	m->tas.count = 1;
	m->ues_retained = false;
}

static void ng_setup_response(struct ngap_pdu *pdu)
{
	struct ngap_ng_setup_response *m = &pdu->ng_setup_response;

	pdu->type = NGAP_NG_SETUP_RESPONSE;
	strcpy(m->name.text, "baton smf-lite");
	m->guamis.count = 2;
	m->guamis.item[0].guami = (struct ngap_guami){plmn(), 2, 0x155, 0x2a};
	m->guamis.item[1].guami = (struct ngap_guami){plmn(), 255, 1, 1};
	m->guamis.item[1].has_backup_amf = true;
	strcpy(m->guamis.item[1].backup_amf.text, "other");
	m->capacity = 255;
	m->plmns.count = 1;
	m->plmns.item[0].plmn = plmn();
	m->plmns.item[0].slice_count = 1;
	m->plmns.item[0].slice[0] = (struct ngap_snssai){1, true, 0xffffff};
	m->ues_retained = true;
}

static void ng_setup_failure(struct ngap_pdu *pdu)
{
	struct ngap_ng_setup_failure *m = &pdu->ng_setup_failure;

	pdu->type = NGAP_NG_SETUP_FAILURE;
	m->cause = (struct ngap_cause){NGAP_CAUSE_MISC, NGAP_MISC_UNKNOWN_PLMN};
	m->has_time_to_wait = true;
	m->time_to_wait = NGAP_WAIT_10S;
	m->has_diagnostics = true;
	m->diagnostics = diagnostics();
}

static void initial_ue_message(struct ngap_pdu *pdu)
{
	struct ngap_initial_ue_message *m = &pdu->initial_ue_message;

	pdu->type = NGAP_INITIAL_UE_MESSAGE;
	m->ran_ue_id = 1;
	m->nas = (struct ngap_octets){nas_up, sizeof(nas_up)};
	m->user_location = location();
	m->user_location.has_timestamp = true;
	m->user_location.timestamp = 0xe9000000;
	m->rrc_establishment_cause = NGAP_RRC_MO_SIGNALLING;
	m->has_s_tmsi = true;
	m->s_tmsi = (struct ngap_s_tmsi){1, 2, 0xdeadbeef};
	m->ue_context_request = true;
	m->has_allowed_nssai = true;
	m->allowed_nssai.count = 1;
	m->allowed_nssai.item[0].sst = 1;
}

static void downlink_nas_transport(struct ngap_pdu *pdu)
{
	struct ngap_downlink_nas_transport *m = &pdu->downlink_nas_transport;

	pdu->type = NGAP_DOWNLINK_NAS_TRANSPORT;
	m->amf_ue_id = 0x1234567890;
	m->ran_ue_id = 0xffffffff;
	m->nas = (struct ngap_octets){nas_down, sizeof(nas_down)};
	m->has_ue_ambr = true;
	m->ue_ambr = (struct ngap_ambr){4000000000000, 1};
	m->has_allowed_nssai = true;
	m->allowed_nssai.count = 2;
	m->allowed_nssai.item[0].sst = 1;
	m->allowed_nssai.item[1] = (struct ngap_snssai){3, true, 0x112233};
}

static void uplink_nas_transport(struct ngap_pdu *pdu)
{
	struct ngap_uplink_nas_transport *m = &pdu->uplink_nas_transport;

	pdu->type = NGAP_UPLINK_NAS_TRANSPORT;
	m->amf_ue_id = 300;
	m->ran_ue_id = 70000;
	m->nas = (struct ngap_octets){nas_up, sizeof(nas_up)};
	m->user_location = location();
}

static void setup_item(struct ngap_session_setup *item, uint8_t id)
{
	*item = (struct ngap_session_setup){
		.session_id = id,
		.has_nas = true,
		.nas = {nas_down, sizeof(nas_down)},
		.snssai = {1, true, 0x010203},
		.transfer = {.has_ambr = true,
			     .ambr = {1000000000, 500000000},
			     .uplink = tunnel4("10.101.0.1", 0x01020304),
			     .session_type = NGAP_SESSION_IPV4,
			     .qos_flow_count = 1,
			     .qos_flow = {{.qfi = 1,
					   .has_five_qi = true,
					   .five_qi = 9,
					   .arp = {8, false, true}}}}};
}

/* a second session with what the first one hasn't */
static void setup_item_rich(struct ngap_session_setup *item, uint8_t id)
{
	struct ngap_setup_request_transfer *transfer = &item->transfer;

	setup_item(item, id);
	item->has_nas = false;
	transfer->uplink = tunnel6("fd00::1", 0xfffffffe);
	transfer->session_type = NGAP_SESSION_IPV4V6;
	transfer->has_network_instance = true;
	transfer->network_instance = 256;
	transfer->qos_flow_count = 2;
	transfer->qos_flow[0].has_priority = true;
	transfer->qos_flow[0].priority = 127;
	transfer->qos_flow[1] = (struct ngap_qos_flow){
		.qfi = 63,
		.dynamic = true,
		.has_five_qi = true,
		.five_qi = 128,
		.has_priority = true,
		.priority = 20,
		.packet_delay_budget = 200,
		.error_rate_scalar = 1,
		.error_rate_exponent = 6,
		.arp = {1, true, false},
		.has_gbr = true,
		.gbr = {20000000, 10000000, 2000000, 1000000},
	};
}

static void pdu_session_resource_setup_request(struct ngap_pdu *pdu)
{
	struct ngap_pdu_session_resource_setup_request *m =
		&pdu->pdu_session_resource_setup_request;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->has_nas = true;
	m->nas = (struct ngap_octets){nas_down, sizeof(nas_down)};
	m->sessions.count = 2;
	setup_item(&m->sessions.item[0], 1);
	setup_item_rich(&m->sessions.item[1], 15);
	m->has_ue_ambr = true;
	m->ue_ambr = (struct ngap_ambr){1000000000, 1000000000};
}

static void done_item(struct ngap_session_done *item)
{
	struct ngap_tunnel both = tunnel6("fd00::2", 0x22);

	both.has_ipv4 = true;
	both.ipv4 = tunnel4("10.101.0.2", 0).ipv4;
	*item = (struct ngap_session_done){
		.session_id = 2,
		.transfer = {
			.downlink = both,
			.qfi_count = 2,
			.qfi = {1, 63},
			.failed_count = 1,
			.failed = {{5, {NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_NOT_SUPPORTED_5QI}}}}};
}

static void failed_item(struct ngap_session_cause *item)
{
	*item = (struct ngap_session_cause){
		.session_id = 3,
		.cause = {NGAP_CAUSE_TRANSPORT, NGAP_TRANSPORT_RESOURCE_UNAVAILABLE},
		.has_diagnostics = true,
		.diagnostics = {.has_procedure_code = true, .procedure_code = 29}};
}

static void pdu_session_resource_setup_response(struct ngap_pdu *pdu)
{
	struct ngap_pdu_session_resource_setup_response *m =
		&pdu->pdu_session_resource_setup_response;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->sessions.count = 2;
	m->sessions.item[0] = (struct ngap_session_done){
		.session_id = 1,
		.transfer = {.downlink = tunnel4("10.101.0.2", 1), .qfi_count = 1, .qfi = {1}}};
	done_item(&m->sessions.item[1]);
	m->failed.count = 1;
	failed_item(&m->failed.item[0]);
}

static void pdu_session_resource_release_command(struct ngap_pdu *pdu)
{
	struct ngap_pdu_session_resource_release_command *m =
		&pdu->pdu_session_resource_release_command;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->has_nas = true;
	m->nas = (struct ngap_octets){nas_down, sizeof(nas_down)};
	m->sessions.count = 2;
	m->sessions.item[0] = (struct ngap_session_cause){
		.session_id = 1, .cause = {NGAP_CAUSE_NAS, NGAP_NAS_NORMAL_RELEASE}};
	m->sessions.item[1] = (struct ngap_session_cause){.session_id = 2,
							  .cause = {NGAP_CAUSE_RADIO_NETWORK, 46}};
}

static void pdu_session_resource_release_response(struct ngap_pdu *pdu)
{
	struct ngap_pdu_session_resource_release_response *m =
		&pdu->pdu_session_resource_release_response;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->sessions = (struct ngap_session_id_list){2, {1, 2}};
	m->has_user_location = true;
	m->user_location = location();
}

static void pdu_session_resource_modify_request(struct ngap_pdu *pdu)
{
	struct ngap_pdu_session_resource_modify_request *m =
		&pdu->pdu_session_resource_modify_request;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_MODIFY_REQUEST;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->sessions.count = 2;
	m->sessions.item[0].session_id = 1;
	m->sessions.item[0].transfer.tunnel_count = 1;
	m->sessions.item[0].transfer.tunnel[0] = (struct ngap_tunnel_modify){
		tunnel4("10.101.2.2", 0x01020304), tunnel4("10.101.1.1", 0x4711)};
	m->sessions.item[1].session_id = 15;
	m->sessions.item[1].has_nas = true;
	m->sessions.item[1].nas = (struct ngap_octets){nas_down, sizeof(nas_down)};
	m->sessions.item[1].transfer.has_ambr = true;
	m->sessions.item[1].transfer.ambr = (struct ngap_ambr){1000000000, 500000000};
	m->sessions.item[1].transfer.tunnel_count = 2;
	m->sessions.item[1].transfer.tunnel[0] =
		(struct ngap_tunnel_modify){tunnel6("fd00::1", 0xfffffffe), tunnel6("fd00::2", 2)};
	m->sessions.item[1].transfer.tunnel[1] =
		(struct ngap_tunnel_modify){tunnel4("10.101.2.3", 3), tunnel4("10.101.1.2", 4)};
	m->sessions.item[1].transfer.has_network_instance = true;
	m->sessions.item[1].transfer.network_instance = 2;
}

static void pdu_session_resource_modify_response(struct ngap_pdu *pdu)
{
	struct ngap_pdu_session_resource_modify_response *m =
		&pdu->pdu_session_resource_modify_response;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->sessions.count = 2;
	m->sessions.item[0].session_id = 1;
	m->sessions.item[1].session_id = 2;
	m->sessions.item[1].has_downlink = m->sessions.item[1].has_uplink = true;
	m->sessions.item[1].downlink = tunnel4("10.101.1.1", 5);
	m->sessions.item[1].uplink = tunnel4("10.101.2.2", 6);
	m->failed.count = 1;
	failed_item(&m->failed.item[0]);
	m->has_user_location = true;
	m->user_location = location();
}

static void initial_context_setup_request(struct ngap_pdu *pdu)
{
	struct ngap_initial_context_setup_request *m = &pdu->initial_context_setup_request;

	pdu->type = NGAP_INITIAL_CONTEXT_SETUP_REQUEST;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->has_ue_ambr = true;
	m->ue_ambr = (struct ngap_ambr){1000000000, 1000000000};
	m->guami = (struct ngap_guami){plmn(), 2, 1, 0};
	m->sessions.count = 1;
	setup_item(&m->sessions.item[0], 1);
	m->allowed_nssai.count = 1;
	m->allowed_nssai.item[0].sst = 1;
	m->security_capabilities = (struct ngap_security_capabilities){0xe000, 0xc000, 0x8000, 1};
	for (int i = 0; i < 32; i++)
		m->security_key[i] = i;
	m->has_nas = true;
	m->nas = (struct ngap_octets){nas_down, sizeof(nas_down)};
}

static void initial_context_setup_response(struct ngap_pdu *pdu)
{
	struct ngap_initial_context_setup_response *m = &pdu->initial_context_setup_response;

	pdu->type = NGAP_INITIAL_CONTEXT_SETUP_RESPONSE;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->sessions.count = 1;
	done_item(&m->sessions.item[0]);
	m->failed.count = 1;
	failed_item(&m->failed.item[0]);
	m->has_diagnostics = true;
	m->diagnostics = diagnostics();
}

static void initial_context_setup_failure(struct ngap_pdu *pdu)
{
	struct ngap_initial_context_setup_failure *m = &pdu->initial_context_setup_failure;

	pdu->type = NGAP_INITIAL_CONTEXT_SETUP_FAILURE;
	m->amf_ue_id = 1;
	m->ran_ue_id = 1;
	m->failed.count = 1;
	failed_item(&m->failed.item[0]);
	m->cause = (struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK,
				       NGAP_RADIO_FAILURE_IN_RADIO_PROCEDURE};
}

static void ue_context_release_request(struct ngap_pdu *pdu)
{
	struct ngap_ue_context_release_request *m = &pdu->ue_context_release_request;

	pdu->type = NGAP_UE_CONTEXT_RELEASE_REQUEST;
	m->amf_ue_id = 1;
	m->ran_ue_id = 65536;
	m->sessions = (struct ngap_session_id_list){3, {1, 2, 15}};
	m->cause = (struct ngap_cause){NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_CONNECTION_LOST};
}

static void ue_context_release_command(struct ngap_pdu *pdu)
{
	struct ngap_ue_context_release_command *m = &pdu->ue_context_release_command;

	pdu->type = NGAP_UE_CONTEXT_RELEASE_COMMAND;
	m->ids = (struct ngap_ue_ids){.amf_ue_id = 256, .pair = true, .ran_ue_id = 2};
	m->cause = (struct ngap_cause){NGAP_CAUSE_NAS, NGAP_NAS_DEREGISTER};
}

static void ue_context_release_command_single(struct ngap_pdu *pdu)
{
	ue_context_release_command(pdu);
	pdu->ue_context_release_command.ids.pair = false;
	pdu->ue_context_release_command.ids.ran_ue_id = 0;
}

static void ue_context_release_complete(struct ngap_pdu *pdu)
{
	struct ngap_ue_context_release_complete *m = &pdu->ue_context_release_complete;

	pdu->type = NGAP_UE_CONTEXT_RELEASE_COMPLETE;
	m->amf_ue_id = 256;
	m->ran_ue_id = 2;
	m->has_user_location = true;
	m->user_location = location();
	m->sessions = (struct ngap_session_id_list){1, {1}};
}

static void ng_reset(struct ngap_pdu *pdu)
{
	struct ngap_ng_reset *m = &pdu->ng_reset;

	pdu->type = NGAP_NG_RESET;
	m->cause = (struct ngap_cause){NGAP_CAUSE_MISC, NGAP_MISC_OM_INTERVENTION};
	m->reset.whole_interface = true;
}

static void connections(struct ngap_connection_list *list)
{
	list->count = 3;
	list->item[0] = (struct ngap_connection){true, 1, true, 2};
	list->item[1] = (struct ngap_connection){true, 1000, false, 0};
	list->item[2] = (struct ngap_connection){false, 0, true, 3};
}

static void ng_reset_part(struct ngap_pdu *pdu)
{
	ng_reset(pdu);
	pdu->ng_reset.reset.whole_interface = false;
	connections(&pdu->ng_reset.reset.part);
}

static void ng_reset_acknowledge(struct ngap_pdu *pdu)
{
	pdu->type = NGAP_NG_RESET_ACKNOWLEDGE;
}

static void ng_reset_acknowledge_part(struct ngap_pdu *pdu)
{
	struct ngap_ng_reset_acknowledge *m = &pdu->ng_reset_acknowledge;

	pdu->type = NGAP_NG_RESET_ACKNOWLEDGE;
	connections(&m->connections);
	m->has_diagnostics = true;
	m->diagnostics = diagnostics();
}

static void error_indication(struct ngap_pdu *pdu)
{
	struct ngap_error_indication *m = &pdu->error_indication;

	pdu->type = NGAP_ERROR_INDICATION;
	m->has_amf_ue_id = true;
	m->amf_ue_id = 1;
	m->has_ran_ue_id = true;
	m->ran_ue_id = 2;
	m->has_cause = true;
	m->cause =
		(struct ngap_cause){NGAP_CAUSE_PROTOCOL, NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT};
	m->has_diagnostics = true;
	m->diagnostics = diagnostics();
}

static void path_switch_request(struct ngap_pdu *pdu)
{
	struct ngap_path_switch_request *m = &pdu->path_switch_request;

	pdu->type = NGAP_PATH_SWITCH_REQUEST;
	m->ran_ue_id = 9;
	m->source_amf_ue_id = 1;
	m->user_location = location();
	m->security_capabilities = (struct ngap_security_capabilities){0xe000, 0xe000, 0, 0};
	m->sessions.count = 1;
	m->sessions.item[0] =
		(struct ngap_session_to_switch){.session_id = 1,
						.downlink = tunnel4("10.101.0.3", 0x99),
						.qfi_count = 2,
						.qfi = {1, 2}};
	m->failed.count = 1;
	m->failed.item[0] = (struct ngap_session_cause){
		.session_id = 2,
		.cause = {NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_RESOURCES_NOT_AVAILABLE}};
}

static void path_switch_request_acknowledge(struct ngap_pdu *pdu)
{
	struct ngap_path_switch_request_acknowledge *m = &pdu->path_switch_request_acknowledge;

	pdu->type = NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE;
	m->amf_ue_id = 1;
	m->ran_ue_id = 9;
	m->has_security_capabilities = true;
	m->security_capabilities = (struct ngap_security_capabilities){0xe000, 0xe000, 0, 0};
	m->security_context.next_hop_chaining_count = 5;
	memset(m->security_context.next_hop, 0x5a, sizeof(m->security_context.next_hop));
	m->sessions.count = 2;
	m->sessions.item[0] = (struct ngap_session_switched){
		.session_id = 1, .has_uplink = true, .uplink = tunnel4("10.101.0.1", 0x77)};
	m->sessions.item[1].session_id = 3;
	m->released.count = 1;
	m->released.item[0] = (struct ngap_session_cause){
		.session_id = 2, .cause = {NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_UNSPECIFIED}};
	m->allowed_nssai.count = 1;
	m->allowed_nssai.item[0].sst = 1;
}

static void path_switch_request_failure(struct ngap_pdu *pdu)
{
	struct ngap_path_switch_request_failure *m = &pdu->path_switch_request_failure;

	pdu->type = NGAP_PATH_SWITCH_REQUEST_FAILURE;
	m->amf_ue_id = 1;
	m->ran_ue_id = 9;
	m->released.count = 1;
	m->released.item[0] = (struct ngap_session_cause){
		.session_id = 1,
		.cause = {NGAP_CAUSE_RADIO_NETWORK, NGAP_RADIO_HO_FAILURE_IN_TARGET}};
}

/* ---- the vectors ---- */

const struct ngap_golden ngap_golden[] = {
	{ng_setup_request,
	 "0015004a000005001b00080000f11010123456005240060180676e62310066002301000000010000"
	 "f11000010008808001020300abcdef0000f11000010008808001020300154001400093400100",
	 "NGSetupRequest\n"
	 "  GlobalRANNodeID: gnb=001-01/0x123456/24\n"
	 "  RANNodeName: gnb1\n"
	 "  SupportedTAList: tac=1 001-01[1,2-010203] tac=11259375 001-01[1,2-010203]\n"
	 "  DefaultPagingDRX: v128\n"
	 "  UERetentionInformation: yes\n"},
	{ng_setup_request_odd,
	 "0015002a000003001b00080013400100aaaaa80066001200000000010000f1100001000880800102"
	 "030015400140",
	 "NGSetupRequest\n"
	 "  GlobalRANNodeID: gnb=310-410/0x2aaaaa/22\n"
	 "  SupportedTAList: tac=1 001-01[1,2-010203]\n"
	 "  DefaultPagingDRX: v128\n"},
	{ng_setup_response,
	 "2015004a0000050001001006806261746f6e20736d662d6c69746500600016010000f11002556a40"
	 "00f110ff004102006f7468657200564001ff0050000b0000f11000001008ffffff0093400100",
	 "NGSetupResponse\n"
	 "  AMFName: baton smf-lite\n"
	 "  ServedGUAMIList: 001-01 region=2 set=341 pointer=42; 001-01 region=255 set=1 "
	 "pointer=1 backup=other\n"
	 "  RelativeAMFCapacity: 255\n"
	 "  PLMNSupportList: 001-01[1-ffffff]\n"
	 "  UERetentionInformation: yes\n"},
	{ng_setup_failure, "4015001c000003000f400188006b4001300013400b7815400100000144005000",
	 "NGSetupFailure\n"
	 "  Cause: misc/unknown-PLMN-or-SNPN\n"
	 "  TimeToWait: v10s\n"
	 "  CriticalityDiagnostics: procedure=21 trigger=successful-outcome "
	 "criticality=reject AMFName(1,reject,missing) "
	 "PLMNSupportList(80,ignore,not-understood)\n"},
	{initial_ue_message,
	 "000f405300000700550002000100260014137e004179000d0100f110000000000000000010007900"
	 "135000f110123456789000f110000007e9000000005a400118001a0007001080deadbeef00704001"
	 "00000000020001",
	 "InitialUEMessage\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  NAS-PDU: 7e004179000d0100f110000000000000000010\n"
	 "  UserLocationInformation: nr-cgi=001-01/0x123456789 tai=001-01/7 "
	 "time=3909091328\n"
	 "  RRCEstablishmentCause: mo-Signalling\n"
	 "  FiveG-S-TMSI: set=1 pointer=2 tmsi=0xdeadbeef\n"
	 "  UEContextRequest: yes\n"
	 "  AllowedNSSAI: 1\n"},
	{downlink_nas_transport,
	 "00044038000005000a000680123456789000550005c0ffffffff00260006057e00420101006e4009"
	 "1403a35294400000010000000720011018112233",
	 "DownlinkNASTransport\n"
	 "  AMF-UE-NGAP-ID: 78187493520\n"
	 "  RAN-UE-NGAP-ID: 4294967295\n"
	 "  NAS-PDU: 7e00420101\n"
	 "  UEAggregateMaximumBitRate: downlink=4000000000000 uplink=1\n"
	 "  AllowedNSSAI: 1,3-112233\n"},
	{uplink_nas_transport,
	 "002e403d000004000a000320012c005500048001117000260014137e004179000d0100f110000000"
	 "0000000000100079400f4000f110123456789000f110000007",
	 "UplinkNASTransport\n"
	 "  AMF-UE-NGAP-ID: 300\n"
	 "  RAN-UE-NGAP-ID: 70000\n"
	 "  NAS-PDU: 7e004179000d0100f110000000000000000010\n"
	 "  UserLocationInformation: nr-cgi=001-01/0x123456789 tai=001-01/7\n"},
	{pdu_session_resource_setup_request,
	 "001d0080d0000005000a0002000100550002000100260006057e00420101004a0080a4014001057e"
	 "0042010140200102032f0000040082000a0c3b9aca00301dcd6500008b000a01f00a650001010203"
	 "0400860001000088000700010000091c40000f40200102035e0000050082000a0c3b9aca00301dcd"
	 "6500008b001607f0fd000000000000000000000000000001fffffffe00860001200081000200ff00"
	 "88002404010080097e1c43f428098000c802608001006001312d0020989680201e8480200f424000"
	 "6e400a0c3b9aca00303b9aca00",
	 "PDUSessionResourceSetupRequest\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  NAS-PDU: 7e00420101\n"
	 "  PDUSessionResourceSetupListSUReq: session=1 snssai=1-010203 nas=7e00420101 "
	 "PDUSessionAggregateMaximumBitRate=(downlink=1000000000 uplink=500000000) "
	 "UL-NGU-UP-TNLInformation=(10.101.0.1 teid=0x01020304) PDUSessionType=(ipv4) "
	 "QosFlowSetupRequestList=((qfi=1 5qi=9 arp=8/preemptable)); session=15 "
	 "snssai=1-010203 PDUSessionAggregateMaximumBitRate=(downlink=1000000000 "
	 "uplink=500000000) UL-NGU-UP-TNLInformation=(fd00::1 teid=0xfffffffe) "
	 "PDUSessionType=(ipv4v6) NetworkInstance=(256) QosFlowSetupRequestList=((qfi=1 "
	 "5qi=9 priority=127 arp=8/preemptable)(qfi=63 5qi=128 priority=20 delay=200 "
	 "error-rate=1e-6 arp=1/may-preempt mfbr=20000000/10000000 gfbr=2000000/1000000))\n"
	 "  UEAggregateMaximumBitRate: downlink=1000000000 uplink=1000000000\n"},
	{pdu_session_resource_setup_response,
	 "201d0054000004000a40020001005540020001004b40360100010d0003e00a650002000000010001"
	 "0002221013e00a650002fd0000000000000000000000000000020000002204010fc0028440003a40"
	 "070000030344401d",
	 "PDUSessionResourceSetupResponse\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  PDUSessionResourceSetupListSURes: session=1 10.101.0.2 teid=0x00000001 qfi=1; "
	 "session=2 10.101.0.2 fd00::2 teid=0x00000022 qfi=1,63 "
	 "failed=5:radioNetwork/not-supported-5QI-value\n"
	 "  PDUSessionResourceFailedToSetupListSURes: session=3 "
	 "cause=transport/transport-resource-unavailable diagnostics=(procedure=29)\n"},
	{pdu_session_resource_release_command,
	 "001c0027000004000a0002000100550002000100264006057e00420101004f000a01000101100002"
	 "020408",
	 "PDUSessionResourceReleaseCommand\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  NAS-PDU: 7e00420101\n"
	 "  PDUSessionResourceToReleaseListRelCmd: session=1 cause=nas/normal-release; "
	 "session=2 cause=radioNetwork/release-due-to-pre-emption\n"},
	{pdu_session_resource_release_response,
	 "201c002f000004000a40020001005540020001004640090100010100000201000079400f4000f110"
	 "123456789000f110000007",
	 "PDUSessionResourceReleaseResponse\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  PDUSessionResourceReleasedListRelRes: 1,2\n"
	 "  UserLocationInformation: nr-cgi=001-01/0x123456789 tai=001-01/7\n"},
	{pdu_session_resource_modify_request,
	 "001a008097000003000a0002000100550002000100400080830100011b000001008c0014001f0a65"
	 "02020102030401f00a65010100004711400f057e004201015b0000030082000a0c3b9aca00301dcd"
	 "6500008c0040407ffd000000000000000000000000000001fffffffe07f0fd000000000000000000"
	 "00000000000200000002007c0a6502030000000301f00a65010200000004008100020001",
	 "PDUSessionResourceModifyRequest\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  PDUSessionResourceModifyListModReq: session=1 UL-NGU-UP-"
	 "TNLModifyList=((uplink=10.101.2.2 teid=0x01020304 downlink=10.101.1.1 "
	 "teid=0x00004711)); session=15 nas=7e00420101 "
	 "PDUSessionAggregateMaximumBitRate=(downlink=1000000000 uplink=500000000) UL-"
	 "NGU-UP-TNLModifyList=((uplink=fd00::1 teid=0xfffffffe downlink=fd00::2 "
	 "teid=0x00000002)(uplink=10.101.2.3 teid=0x00000003 downlink=10.101.1.2 "
	 "teid=0x00000004)) NetworkInstance=(2)\n"},
	{pdu_session_resource_modify_response,
	 "201a004e000005000a400200010055400200010041401d01000101000002156003e00a6501010000"
	 "000501f00a65020200000006003640070000030344401d0079400f4000f110123456789000f11000"
	 "0007",
	 "PDUSessionResourceModifyResponse\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  PDUSessionResourceModifyListModRes: session=1; session=2 downlink=10.101.1.1"
	 " teid=0x00000005 uplink=10.101.2.2 teid=0x00000006\n"
	 "  PDUSessionResourceFailedToModifyListModRes: session=3 "
	 "cause=transport/transport-resource-unavailable diagnostics=(procedure=29)\n"
	 "  UserLocationInformation: nr-cgi=001-01/0x123456789 tai=001-01/7\n"},
	{initial_context_setup_request,
	 "000e0080ab000009000a00020001005500020001006e000a0c3b9aca00303b9aca00001c00070000"
	 "f1100200400047003e004001057e0042010140200102032f0000040082000a0c3b9aca00301dcd65"
	 "00008b000a01f00a6500010102030400860001000088000700010000091c40000000020001007700"
	 "091c000c000400000004005e0020000102030405060708090a0b0c0d0e0f10111213141516171819"
	 "1a1b1c1d1e1f00264006057e00420101",
	 "InitialContextSetupRequest\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  UEAggregateMaximumBitRate: downlink=1000000000 uplink=1000000000\n"
	 "  GUAMI: 001-01 region=2 set=1 pointer=0\n"
	 "  PDUSessionResourceSetupListCxtReq: session=1 snssai=1-010203 nas=7e00420101 "
	 "PDUSessionAggregateMaximumBitRate=(downlink=1000000000 uplink=500000000) "
	 "UL-NGU-UP-TNLInformation=(10.101.0.1 teid=0x01020304) PDUSessionType=(ipv4) "
	 "QosFlowSetupRequestList=((qfi=1 5qi=9 arp=8/preemptable))\n"
	 "  AllowedNSSAI: 1\n"
	 "  UESecurityCapabilities: nea=0xe000 nia=0xc000 eea=0x8000 eia=0x0001\n"
	 "  SecurityKey: (256 bits)\n"
	 "  NAS-PDU: 7e00420101\n"},
	{initial_context_setup_response,
	 "200e0053000005000a4002000100554002000100484026000002221013e00a650002fd0000000000"
	 "000000000000000000020000002204010fc0028440003740070000030344401d0013400b78154001"
	 "00000144005000",
	 "InitialContextSetupResponse\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  PDUSessionResourceSetupListCxtRes: session=2 10.101.0.2 fd00::2 teid=0x00000022 "
	 "qfi=1,63 failed=5:radioNetwork/not-supported-5QI-value\n"
	 "  PDUSessionResourceFailedToSetupListCxtRes: session=3 "
	 "cause=transport/transport-resource-unavailable diagnostics=(procedure=29)\n"
	 "  CriticalityDiagnostics: procedure=21 trigger=successful-outcome "
	 "criticality=reject AMFName(1,reject,missing) "
	 "PLMNSupportList(80,ignore,not-understood)\n"},
	{initial_context_setup_failure,
	 "400e0020000004000a40020001005540020001008440070000030344401d000f40020600",
	 "InitialContextSetupFailure\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 1\n"
	 "  PDUSessionResourceFailedToSetupListCxtFail: session=3 "
	 "cause=transport/transport-resource-unavailable diagnostics=(procedure=29)\n"
	 "  Cause: radioNetwork/failure-in-radio-interface-procedure\n"},
	{ue_context_release_request,
	 "002a4022000004000a000200010055000480010000008500070200010002000f000f40020540",
	 "UEContextReleaseRequest\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 65536\n"
	 "  PDUSessionResourceListCxtRelReq: 1,2,15\n"
	 "  Cause: radioNetwork/radio-connection-with-ue-lost\n"},
	{ue_context_release_command, "00290011000002007200050201000002000f400148",
	 "UEContextReleaseCommand\n"
	 "  UE-NGAP-IDs: amf=256 ran=2\n"
	 "  Cause: nas/deregister\n"},
	{ue_context_release_command_single, "0029000f00000200720003480100000f400148",
	 "UEContextReleaseCommand\n"
	 "  UE-NGAP-IDs: amf=256\n"
	 "  Cause: nas/deregister\n"},
	{ue_context_release_complete,
	 "2029002a000004000a40032001000055400200020079400f4000f110123456789000f11000000700"
	 "3c0003000001",
	 "UEContextReleaseComplete\n"
	 "  AMF-UE-NGAP-ID: 256\n"
	 "  RAN-UE-NGAP-ID: 2\n"
	 "  UserLocationInformation: nr-cgi=001-01/0x123456789 tai=001-01/7\n"
	 "  PDUSessionResourceListCxtRelCpl: 1\n"},
	{ng_reset, "0014000d000002000f4001860058000100",
	 "NGReset\n"
	 "  Cause: misc/om-intervention\n"
	 "  ResetType: reset-all\n"},
	{ng_reset_part, "00140017000002000f4001860058000b4003600100024203e82003",
	 "NGReset\n"
	 "  Cause: misc/om-intervention\n"
	 "  ResetType: (amf=1 ran=2) (amf=1000) (ran=3)\n"},
	{ng_reset_acknowledge, "20140003000000", "NGResetAcknowledge\n"},
	{ng_reset_acknowledge_part,
	 "20140020000002006f400a03600100024203e820030013400b7815400100000144005000",
	 "NGResetAcknowledge\n"
	 "  UE-associatedLogicalNG-connectionList: (amf=1 ran=2) (amf=1000) (ran=3)\n"
	 "  CriticalityDiagnostics: procedure=21 trigger=successful-outcome "
	 "criticality=reject AMFName(1,reject,missing) "
	 "PLMNSupportList(80,ignore,not-understood)\n"},
	{error_indication,
	 "00094023000004000a40020001005540020002000f4001620013400b7815400100000144005000",
	 "ErrorIndication\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 2\n"
	 "  Cause: protocol/abstract-syntax-error-reject\n"
	 "  CriticalityDiagnostics: procedure=21 trigger=successful-outcome "
	 "criticality=reject AMFName(1,reject,missing) "
	 "PLMNSupportList(80,ignore,not-understood)\n"},
	{path_switch_request,
	 "0019004e0000060055000200090064000200010079400f4000f110123456789000f1100000070077"
	 "40091c000e000000000000004c00110000010d001f0a650003000000990402020039400600000202"
	 "0160",
	 "PathSwitchRequest\n"
	 "  RAN-UE-NGAP-ID: 9\n"
	 "  SourceAMF-UE-NGAP-ID: 1\n"
	 "  UserLocationInformation: nr-cgi=001-01/0x123456789 tai=001-01/7\n"
	 "  UESecurityCapabilities: nea=0xe000 nia=0xe000 eea=0x0000 eia=0x0000\n"
	 "  PDUSessionResourceToBeSwitchedDLList: session=1 10.101.0.3 teid=0x00000099 "
	 "qfi=1,2\n"
	 "  PDUSessionResourceFailedToSetupListPSReq: session=2 "
	 "cause=radioNetwork/radio-resources-not-available\n"},
	{path_switch_request_acknowledge,
	 "20190067000007000a40020001005540020009007700091c000e000000000000005d0021285a5a5a"
	 "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a004d40120100010a401f0a"
	 "650001000000770003010000444006000002020000000000020001",
	 "PathSwitchRequestAcknowledge\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 9\n"
	 "  UESecurityCapabilities: nea=0xe000 nia=0xe000 eea=0x0000 eia=0x0000\n"
	 "  SecurityContext: ncc=5 nh=(256 bits)\n"
	 "  PDUSessionResourceSwitchedList: session=1 10.101.0.1 teid=0x00000077; "
	 "session=3\n"
	 "  PDUSessionResourceReleasedListPSAck: session=2 cause=radioNetwork/unspecified\n"
	 "  AllowedNSSAI: 1\n"},
	{path_switch_request_failure, "40190019000003000a4002000100554002000900454006000001020070",
	 "PathSwitchRequestFailure\n"
	 "  AMF-UE-NGAP-ID: 1\n"
	 "  RAN-UE-NGAP-ID: 9\n"
	 "  PDUSessionResourceReleasedListPSFail: session=1 "
	 "cause=radioNetwork/ho-failure-in-target-5GC-ngran-node-or-target-system\n"},
};

const unsigned int ngap_golden_count = sizeof(ngap_golden) / sizeof(ngap_golden[0]);
