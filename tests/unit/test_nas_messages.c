// SPDX-License-Identifier: Apache-2.0
/*
 * The messages of the golden vectors: at least one of every type, see test_nas_messages.h.
 */
#include "tests/unit/test_nas_messages.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* a PDU Session Establishment Request of session 1, and a Release Command of session 2 */
static const uint8_t sm_up[] = {0x2e, 0x01, 0x01, 0xc1, 0xff, 0xff, 0x91};
static const uint8_t sm_down[] = {0x2e, 0x02, 0x00, 0xd3, 0x27};

static struct nas_plmn plmn(const char *mcc, const char *mnc)
{
	struct nas_plmn plmn;

	if (nas_plmn_set(&plmn, mcc, mnc))
		abort();
	return plmn;
}

static struct nas_identity suci(const char *imsi, unsigned int mnc_digits)
{
	struct nas_identity id;

	if (nas_suci_set(&id, imsi, mnc_digits))
		abort();
	return id;
}

static struct nas_identity guti(void)
{
	return (struct nas_identity){.type = NAS_ID_GUTI,
				     .guti = {plmn("001", "01"), 2, 0x155, 0x2a, 0xdeadbeef}};
}

static struct in_addr ipv4(const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		abort();
	return address;
}

static struct in6_addr ipv6(const char *text)
{
	struct in6_addr address;

	if (inet_pton(AF_INET6, text, &address) != 1)
		abort();
	return address;
}

static void sm(struct nas_message *msg, uint8_t type)
{
	msg->type = type;
	msg->session_id = 5;
	msg->pti = 7;
}

static void registration_request(struct nas_message *msg)
{
	struct nas_registration_request *m = &msg->registration_request;

	msg->type = NAS_REGISTRATION_REQUEST;
	m->ksi = NAS_KSI_NONE;
	m->registration_type = NAS_INITIAL_REGISTRATION;
	m->follow_on = true;
	m->identity = suci("001010000000001", 2);
	m->has_security_capability = true;
	m->security_capability = (struct nas_security_capability){0xe0, 0xe0, true, 0xe0, 0xe0};
	m->requested_nssai.count = 2;
	m->requested_nssai.item[0].sst = 1;
	m->requested_nssai.item[1] = (struct nas_snssai){2, true, 0x010203};
	m->has_last_tai = true;
	m->last_tai = (struct nas_tai){plmn("001", "01"), 7};
	m->has_session_status = true;
	m->session_status = 0x8006; /* sessions 1, 2 and 15 */
}

static void registration_request_bare(struct nas_message *msg)
{
	struct nas_registration_request *m = &msg->registration_request;

	msg->type = NAS_REGISTRATION_REQUEST;
	m->ksi = 3;
	m->registration_type = NAS_PERIODIC_UPDATING;
	m->identity = guti();
}

static void registration_accept(struct nas_message *msg)
{
	struct nas_registration_accept *m = &msg->registration_accept;

	msg->type = NAS_REGISTRATION_ACCEPT;
	m->access = NAS_ACCESS_3GPP;
	m->has_guti = true;
	m->guti = guti();
	m->tais.count = 2;
	m->tais.item[0] = (struct nas_tai){plmn("001", "01"), 1};
	m->tais.item[1] = (struct nas_tai){plmn("001", "01"), 0xabcdef};
	m->allowed_nssai.count = 1;
	m->allowed_nssai.item[0] = (struct nas_snssai){1, true, 0xffffff};
	m->has_session_status = true;
	m->session_status = 2;
	m->has_t3512 = true;
	m->t3512 = 3600;
}

static void registration_accept_two_plmns(struct nas_message *msg)
{
	struct nas_registration_accept *m = &msg->registration_accept;

	msg->type = NAS_REGISTRATION_ACCEPT;
	m->access = NAS_ACCESS_BOTH;
	m->sms_allowed = true;
	m->tais.count = 2;
	m->tais.item[0] = (struct nas_tai){plmn("001", "01"), 1};
	m->tais.item[1] = (struct nas_tai){plmn("310", "410"), 2};
	m->has_t3512 = true;
	m->t3512 = NAS_TIMER_DEACTIVATED;
}

static void registration_complete(struct nas_message *msg)
{
	msg->type = NAS_REGISTRATION_COMPLETE;
}

static void registration_reject(struct nas_message *msg)
{
	struct nas_registration_reject *m = &msg->registration_reject;

	msg->type = NAS_REGISTRATION_REJECT;
	m->cause = NAS_MM_CONGESTION;
	m->has_t3346 = true;
	m->t3346 = 1800;
}

static void deregistration_request_ue(struct nas_message *msg)
{
	struct nas_deregistration_request_ue *m = &msg->deregistration_request_ue;

	msg->type = NAS_DEREGISTRATION_REQUEST_UE;
	m->ksi = NAS_KSI_NONE;
	m->switch_off = true;
	m->access = NAS_ACCESS_3GPP;
	m->identity = guti();
}

static void deregistration_accept_ue(struct nas_message *msg)
{
	msg->type = NAS_DEREGISTRATION_ACCEPT_UE;
}

static void deregistration_request_nw(struct nas_message *msg)
{
	struct nas_deregistration_request_nw *m = &msg->deregistration_request_nw;

	msg->type = NAS_DEREGISTRATION_REQUEST_NW;
	m->reregistration_required = true;
	m->access = NAS_ACCESS_3GPP;
	m->has_cause = true;
	m->cause = NAS_MM_IMPLICITLY_DEREGISTERED;
	m->has_t3346 = true;
	m->t3346 = 30;
}

static void deregistration_accept_nw(struct nas_message *msg)
{
	msg->type = NAS_DEREGISTRATION_ACCEPT_NW;
}

static void identity_request(struct nas_message *msg)
{
	msg->type = NAS_IDENTITY_REQUEST;
	msg->identity_request.type = NAS_ID_SUCI;
}

static void identity_response(struct nas_message *msg)
{
	msg->type = NAS_IDENTITY_RESPONSE;
	msg->identity_response.identity = suci("310410123456789", 3);
}

static void identity_response_imeisv(struct nas_message *msg)
{
	msg->type = NAS_IDENTITY_RESPONSE;
	msg->identity_response.identity.type = NAS_ID_IMEISV;
	strcpy(msg->identity_response.identity.imei, "1234567890123456");
}

static void identity_response_imei(struct nas_message *msg)
{
	msg->type = NAS_IDENTITY_RESPONSE;
	msg->identity_response.identity.type = NAS_ID_IMEI;
	strcpy(msg->identity_response.identity.imei, "123456789012347");
}

static void identity_response_s_tmsi(struct nas_message *msg)
{
	identity_response(msg);
	msg->identity_response.identity = (struct nas_identity){
		.type = NAS_ID_S_TMSI, .guti = {.amf_set_id = 1023, .amf_pointer = 1, .tmsi = 9}};
}

static void mm_status(struct nas_message *msg)
{
	msg->type = NAS_5GMM_STATUS;
	msg->mm_status.cause = NAS_MM_INVALID_MANDATORY;
}

static void ul_nas_transport(struct nas_message *msg)
{
	struct nas_ul_nas_transport *m = &msg->ul_nas_transport;

	msg->type = NAS_UL_NAS_TRANSPORT;
	m->container_type = NAS_CONTAINER_N1_SM;
	m->container = (struct nas_octets){sm_up, sizeof(sm_up)};
	m->has_session_id = true;
	m->session_id = 1;
	m->has_old_session_id = true;
	m->old_session_id = 2;
	m->has_request_type = true;
	m->request_type = NAS_REQUEST_INITIAL;
	m->has_snssai = true;
	m->snssai = (struct nas_snssai){1, true, 0x010203};
	m->has_dnn = true;
	strcpy(m->dnn.text, "edge.baton");
}

static void dl_nas_transport(struct nas_message *msg)
{
	struct nas_dl_nas_transport *m = &msg->dl_nas_transport;

	msg->type = NAS_DL_NAS_TRANSPORT;
	m->container_type = NAS_CONTAINER_N1_SM;
	m->container = (struct nas_octets){sm_down, sizeof(sm_down)};
	m->has_session_id = true;
	m->session_id = 2;
}

static void dl_nas_transport_back(struct nas_message *msg)
{
	struct nas_dl_nas_transport *m = &msg->dl_nas_transport;

	dl_nas_transport(msg);
	m->container = (struct nas_octets){sm_up, sizeof(sm_up)};
	m->has_cause = true;
	m->cause = NAS_MM_CONGESTION;
	m->has_backoff = true;
	m->backoff = 62;
}

static void pdu_session_establishment_request(struct nas_message *msg)
{
	struct nas_pdu_session_establishment_request *m = &msg->pdu_session_establishment_request;

	sm(msg, NAS_PDU_SESSION_ESTABLISHMENT_REQUEST);
	m->max_rate_uplink = 255;
	m->max_rate_downlink = 255;
	m->has_session_type = true;
	m->session_type = NAS_SESSION_IPV4V6;
	m->has_ssc_mode = true;
	m->ssc_mode = 3;
	m->has_always_on = true;
	m->always_on = true;
	m->has_epco = true;
	m->epco.request_dns_ipv6 = true;
	m->epco.request_dns_ipv4 = true;
	m->epco.request_ipv4_mtu = true;
}

static void pdu_session_establishment_accept(struct nas_message *msg)
{
	struct nas_pdu_session_establishment_accept *m = &msg->pdu_session_establishment_accept;

	sm(msg, NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT);
	m->session_type = NAS_SESSION_IPV4;
	m->ssc_mode = 3;
	m->rule_count = 1;
	nas_qos_rule_default(&m->rule[0], 1);
	m->ambr = (struct nas_ambr){1000000000, 64000};
	m->has_cause = true;
	m->cause = NAS_SM_IPV4_ONLY;
	m->has_address = true;
	m->address.type = NAS_SESSION_IPV4;
	m->address.ipv4 = ipv4("10.60.1.2");
	m->has_snssai = true;
	m->snssai = (struct nas_snssai){1, true, 0x010203};
	m->has_always_on = true;
	m->flow_count = 1;
	m->flow[0] = (struct nas_qos_flow){1, 1, true, 9};
	m->has_epco = true;
	m->epco.dns_ipv4_count = 2;
	m->epco.dns_ipv4[0] = ipv4("10.110.1.53");
	m->epco.dns_ipv4[1] = ipv4("9.9.9.9");
	m->epco.has_ipv4_mtu = true;
	m->epco.ipv4_mtu = 1456;
	m->has_dnn = true;
	strcpy(m->dnn.text, "internet");
}

static void pdu_session_establishment_accept_dual(struct nas_message *msg)
{
	static const uint8_t udp[] = {0x30, 17}; /* protocol identifier: UDP */
	struct nas_pdu_session_establishment_accept *m = &msg->pdu_session_establishment_accept;

	sm(msg, NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT);
	m->session_type = NAS_SESSION_IPV4V6;
	m->ssc_mode = 1;
	m->rule_count = 2;
	nas_qos_rule_default(&m->rule[0], 9);
	m->rule[1] = (struct nas_qos_rule){.id = 2,
					   .operation = NAS_RULE_CREATE,
					   .filter_count = 1,
					   .filter = {{2, 2, {udp, sizeof(udp)}}},
					   .has_precedence = true,
					   .precedence = 10,
					   .segregation = true,
					   .qfi = 2};
	m->ambr = (struct nas_ambr){65535000, 1000000000000};
	m->has_address = true;
	m->address.type = NAS_SESSION_IPV4V6;
	m->address.ipv4 = ipv4("10.60.1.3");
	m->address.interface_id[7] = 3;
	m->has_epco = true;
	m->epco.dns_ipv6_count = 1;
	m->epco.dns_ipv6[0] = ipv6("2001:db8::53");
}

static void pdu_session_establishment_accept_ipv6(struct nas_message *msg)
{
	struct nas_pdu_session_establishment_accept *m = &msg->pdu_session_establishment_accept;

	sm(msg, NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT);
	m->session_type = NAS_SESSION_IPV6;
	m->ssc_mode = 2;
	m->rule_count = 1;
	nas_qos_rule_default(&m->rule[0], 63);
	m->ambr = (struct nas_ambr){1000000, 1000000};
	m->has_address = true;
	m->address.type = NAS_SESSION_IPV6;
	memset(m->address.interface_id, 0xab, sizeof(m->address.interface_id));
}

static void pdu_session_establishment_reject(struct nas_message *msg)
{
	struct nas_pdu_session_establishment_reject *m = &msg->pdu_session_establishment_reject;

	sm(msg, NAS_PDU_SESSION_ESTABLISHMENT_REJECT);
	m->cause = NAS_SM_SSC_MODE_NOT_SUPPORTED;
	m->has_backoff = true;
	m->backoff = 600;
	m->has_allowed_ssc = true;
	m->allowed_ssc = 5;
}

static void pdu_session_release_request(struct nas_message *msg)
{
	sm(msg, NAS_PDU_SESSION_RELEASE_REQUEST);
	msg->pdu_session_release_request.has_cause = true;
	msg->pdu_session_release_request.cause = NAS_SM_REGULAR_DEACTIVATION;
}

static void pdu_session_release_reject(struct nas_message *msg)
{
	sm(msg, NAS_PDU_SESSION_RELEASE_REJECT);
	msg->pdu_session_release_reject.cause = NAS_SM_INVALID_SESSION_ID;
}

static void pdu_session_release_command(struct nas_message *msg)
{
	struct nas_pdu_session_release_command *m = &msg->pdu_session_release_command;

	sm(msg, NAS_PDU_SESSION_RELEASE_COMMAND);
	msg->pti = 0;
	m->cause = NAS_SM_REACTIVATION_REQUESTED;
	m->has_backoff = true;
	m->backoff = 2;
}

static void pdu_session_release_complete(struct nas_message *msg)
{
	sm(msg, NAS_PDU_SESSION_RELEASE_COMPLETE);
}

static void sm_status(struct nas_message *msg)
{
	sm(msg, NAS_5GSM_STATUS);
	msg->sm_status.cause = NAS_SM_MESSAGE_TYPE_NOT_COMPATIBLE;
}

/* ---- the vectors ---- */

const struct nas_golden nas_golden[] = {
	{registration_request,
	 "7e004179000d0100f110f0ff000000000000102e04e0e0e0e02f07010104020102035200f1100000"
	 "0750020680",
	 "Registration request\n"
	 "  5GS registration type: initial, follow-on request pending\n"
	 "  ngKSI: 7\n"
	 "  5GS mobile identity: suci 001-01 routing=0 scheme=0 key=0 msin=0000000001\n"
	 "  UE security capability: 5g-ea=0xe0 5g-ia=0xe0 eea=0xe0 eia=0xe0\n"
	 "  Requested NSSAI: 1,2-010203\n"
	 "  Last visited registered TAI: 001-01/7\n"
	 "  PDU session status: 0x8006\n"},
	{registration_request_bare, "7e004133000bf200f11002556adeadbeef",
	 "Registration request\n"
	 "  5GS registration type: periodic\n"
	 "  ngKSI: 3\n"
	 "  5GS mobile identity: 5g-guti 001-01 region=2 set=341 pointer=42 "
	 "tmsi=0xdeadbeef\n"},
	{registration_accept,
	 "7e0042010177000bf200f11002556adeadbeef540a0100f110000001abcdef15050401ffffff5002"
	 "02005e0106",
	 "Registration accept\n"
	 "  5GS registration result: 3GPP\n"
	 "  5G-GUTI: 5g-guti 001-01 region=2 set=341 pointer=42 tmsi=0xdeadbeef\n"
	 "  TAI list: 001-01/1 001-01/11259375\n"
	 "  Allowed NSSAI: 1-ffffff\n"
	 "  PDU session status: 0x0002\n"
	 "  T3512 value: 3600 s\n"},
	{registration_accept_two_plmns, "7e0042010b540d4100f1100000011300140000025e01e0",
	 "Registration accept\n"
	 "  5GS registration result: 3GPP and non-3GPP, SMS allowed\n"
	 "  TAI list: 001-01/1 310-410/2\n"
	 "  T3512 value: deactivated\n"},
	{registration_complete, "7e0043", "Registration complete\n"},
	{registration_reject, "7e0044165f013e",
	 "Registration reject\n"
	 "  5GMM cause: 22 (congestion)\n"
	 "  T3346 value: 1800 s\n"},
	{deregistration_request_ue, "7e004579000bf200f11002556adeadbeef",
	 "Deregistration request (UE originating)\n"
	 "  De-registration type: 3GPP, switch off\n"
	 "  ngKSI: 7\n"
	 "  5GS mobile identity: 5g-guti 001-01 region=2 set=341 pointer=42 "
	 "tmsi=0xdeadbeef\n"},
	{deregistration_accept_ue, "7e0046", "Deregistration accept (UE originating)\n"},
	{deregistration_request_nw, "7e004705580a5f010f",
	 "Deregistration request (UE terminated)\n"
	 "  De-registration type: 3GPP, re-registration required\n"
	 "  5GMM cause: 10 (implicitly de-registered)\n"
	 "  T3346 value: 30 s\n"},
	{deregistration_accept_nw, "7e0048", "Deregistration accept (UE terminated)\n"},
	{identity_request, "7e005b01",
	 "Identity request\n"
	 "  Identity type: 1\n"},
	{identity_response, "7e005c000d01130014f0ff000021436587f9",
	 "Identity response\n"
	 "  Mobile identity: suci 310-410 routing=0 scheme=0 key=0 msin=123456789\n"},
	{identity_response_imeisv, "7e005c00091532547698103254f6",
	 "Identity response\n"
	 "  Mobile identity: imeisv 1234567890123456\n"},
	{identity_response_imei, "7e005c00081b32547698103274",
	 "Identity response\n"
	 "  Mobile identity: imei 123456789012347\n"},
	{identity_response_s_tmsi, "7e005c0007f4ffc100000009",
	 "Identity response\n"
	 "  Mobile identity: 5g-s-tmsi set=1023 pointer=1 tmsi=0x00000009\n"},
	{mm_status, "7e006460",
	 "5GMM status\n"
	 "  5GMM cause: 96 (invalid mandatory information)\n"},
	{ul_nas_transport,
	 "7e00670100072e0101c1ffff911201590281220401010203250b0465646765056261746f6e",
	 "UL NAS transport\n"
	 "  Payload container type: 1\n"
	 "  Payload container: 2e0101c1ffff91\n"
	 "  PDU session ID: 1\n"
	 "  Old PDU session ID: 2\n"
	 "  Request type: 1\n"
	 "  S-NSSAI: 1-010203\n"
	 "  DNN: edge.baton\n"},
	{dl_nas_transport, "7e00680100052e0200d3271202",
	 "DL NAS transport\n"
	 "  Payload container type: 1\n"
	 "  Payload container: 2e0200d327\n"
	 "  PDU session ID: 2\n"},
	{dl_nas_transport_back, "7e00680100072e0101c1ffff911202581637017f",
	 "DL NAS transport\n"
	 "  Payload container type: 1\n"
	 "  Payload container: 2e0101c1ffff91\n"
	 "  PDU session ID: 2\n"
	 "  5GMM cause: 22 (congestion)\n"
	 "  Back-off timer value: 62 s\n"},
	{pdu_session_establishment_request, "2e0507c1ffff93a3b17b000a80000300000d00001000",
	 "PDU session establishment request session=5 pti=7\n"
	 "  Integrity protection maximum data rate: uplink=255 downlink=255\n"
	 "  PDU session type: 3\n"
	 "  SSC mode: 3\n"
	 "  Always-on PDU session requested: yes\n"
	 "  Extended protocol configuration options: dns-ipv6? dns-ipv4? ipv4-mtu? "
	 "others=0\n"},
	{pdu_session_establishment_accept,
	 "2e0507c231000901000631310101ff010603f42401004059322905010a3c01022204010102038079"
	 "00060120410101097b001480000d040a6e0135000d040909090900100205b0250908696e7465726e"
	 "6574",
	 "PDU session establishment accept session=5 pti=7\n"
	 "  Selected PDU session type: 1\n"
	 "  Selected SSC mode: 3\n"
	 "  Authorized QoS rules: (rule=1 operation=1 default filter=1/both/01 "
	 "precedence=255 qfi=1)\n"
	 "  Session AMBR: downlink=1000000000 uplink=64000\n"
	 "  5GSM cause: 50 (PDU session type IPv4 only allowed)\n"
	 "  PDU address: 10.60.1.2\n"
	 "  S-NSSAI: 1-010203\n"
	 "  Always-on PDU session indication: no\n"
	 "  Authorized QoS flow descriptions: (qfi=1 operation=1 5qi=9)\n"
	 "  Extended protocol configuration options: dns-ipv4=10.110.1.53 dns-ipv4=9.9.9.9 "
	 "ipv4-mtu=1456 others=0\n"
	 "  DNN: internet\n"},
	{pdu_session_establishment_accept_dual,
	 "2e0507c213001301000631310101ff0902000721220230110a420601ffff08f424290d0300000000"
	 "000000030a3c01037b00148000031020010db8000000000000000000000053",
	 "PDU session establishment accept session=5 pti=7\n"
	 "  Selected PDU session type: 3\n"
	 "  Selected SSC mode: 1\n"
	 "  Authorized QoS rules: (rule=1 operation=1 default filter=1/both/01 "
	 "precedence=255 qfi=9)(rule=2 operation=1 filter=2/up/3011 precedence=10 qfi=2 "
	 "segregation)\n"
	 "  Session AMBR: downlink=65535000 uplink=1000000000000\n"
	 "  PDU address: 10.60.1.3 interface-id=0000000000000003\n"
	 "  Extended protocol configuration options: dns-ipv6=2001:db8::53 others=0\n"},
	{pdu_session_establishment_accept_ipv6,
	 "2e0507c222000901000631310101ff3f060103e80103e8290902abababababababab",
	 "PDU session establishment accept session=5 pti=7\n"
	 "  Selected PDU session type: 2\n"
	 "  Selected SSC mode: 2\n"
	 "  Authorized QoS rules: (rule=1 operation=1 default filter=1/both/01 "
	 "precedence=255 qfi=63)\n"
	 "  Session AMBR: downlink=1000000 uplink=1000000\n"
	 "  PDU address: interface-id=abababababababab\n"},
	{pdu_session_establishment_reject, "2e0507c344370194f5",
	 "PDU session establishment reject session=5 pti=7\n"
	 "  5GSM cause: 68 (not supported SSC mode)\n"
	 "  Back-off timer value: 600 s\n"
	 "  Allowed SSC mode: 5\n"},
	{pdu_session_release_request, "2e0507d15924",
	 "PDU session release request session=5 pti=7\n"
	 "  5GSM cause: 36 (regular deactivation)\n"},
	{pdu_session_release_reject, "2e0507d22b",
	 "PDU session release reject session=5 pti=7\n"
	 "  5GSM cause: 43 (invalid PDU session identity)\n"},
	{pdu_session_release_command, "2e0500d327370161",
	 "PDU session release command session=5 pti=0\n"
	 "  5GSM cause: 39 (reactivation requested)\n"
	 "  Back-off timer value: 2 s\n"},
	{pdu_session_release_complete, "2e0507d4",
	 "PDU session release complete session=5 pti=7\n"},
	{sm_status, "2e0507d662",
	 "5GSM status session=5 pti=7\n"
	 "  5GSM cause: 98 (message type not compatible with the protocol state)\n"},
};

const unsigned int nas_golden_count = sizeof(nas_golden) / sizeof(nas_golden[0]);
