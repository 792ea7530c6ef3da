// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: good messages. Bytes -> struct -> text and back by the rows of test_pfcp_golden.h; structs
 * that are filled here as the daemons fill them, against the same rows; and what else the interface
 * promises.
 */
#include "lib/pfcp/pfcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"
#include "tests/unit/test_pfcp_golden.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct pfcp_msg msg, again;
static uint8_t wire[PFCP_MAX_MESSAGE], coded[PFCP_MAX_MESSAGE];
static char text[65536], text_again[65536];

static void decode_hex(const char *what, const char *hex)
{
	struct pfcp_error err = {0};
	size_t len = bytes_from_hex(hex, wire, sizeof(wire));
	int rc = pfcp_decode(wire, len, &msg, &err);

	if (rc)
		fail_msg("%s: %d, cause %u, IE %u at %zu: %s", what, rc, err.cause, err.ie_type,
			 err.offset, err.what);
	assert_int_equal(msg.header.size, len);
}

static void assert_encodes_to(const struct pfcp_msg *m, const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	assert_int_equal(pfcp_encode(m, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, len);
	assert_memory_equal(coded, bytes, len);
}

static void golden_messages(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		decode_hex(golden[i].what, golden[i].hex);
		assert_int_equal(pfcp_print(&msg, text, sizeof(text)), strlen(golden[i].text));
		assert_string_equal(text, golden[i].text);
		assert_encodes_to(&msg, wire, msg.header.size);
	}
}

/* Every buffer that is too small is told, and not a byte behind it is touched. */
static void small_buffers(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		decode_hex(golden[i].what, golden[i].hex);
		for (size_t size = 0; size < msg.header.size; size++) {
			size_t n = 4711;

			coded[size] = 0xa5;
			assert_int_equal(pfcp_encode(&msg, coded, size, &n), -ENOBUFS);
			assert_int_equal(n, 4711);
			assert_int_equal(coded[size], 0xa5);
		}
	}
}

/* Text is cut at the buffer's size and counted whole. */
static void small_text(void **state)
{
	char small[32];

	decode_hex(golden[0].what, golden[0].hex);
	memset(small, 'x', sizeof(small));
	assert_int_equal(pfcp_print(&msg, small, 10), strlen(golden[0].text));
	assert_string_equal(small, "heartbeat");
	assert_int_equal(small[10], 'x');
	assert_int_equal(pfcp_print(&msg, NULL, 0), strlen(golden[0].text));
}

static const char *golden_hex(uint8_t type)
{
	for (size_t i = 0; i < N(golden); i++) {
		bytes_from_hex(golden[i].hex, wire, sizeof(wire));
		if (wire[1] == type)
			return golden[i].hex;
	}
	fail_msg("no golden message of type %u", type);
	return NULL;
}

static void assert_golden(const struct pfcp_msg *m)
{
	size_t len = bytes_from_hex(golden_hex(m->header.type), wire, sizeof(wire));

	assert_encodes_to(m, wire, len);
}

static struct in_addr ip4(const char *s)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, s, &a), 1);
	return a;
}

static void set_name(bool *has, struct pfcp_name *name, const char *s)
{
	*has = true;
	snprintf(name->text, sizeof(name->text), "%s", s);
}

static void fill_uplink_pdr(struct pfcp_pdr *p)
{
	struct pfcp_pdi *pdi = &p->pdi;

	pfcp_pdr_init(p);
	p->pdr_id = 1;
	p->has_precedence = p->has_pdi = p->has_outer_header_removal = p->has_far_id = true;
	p->precedence = 255;
	p->outer_header_removal.has_extension = true;
	p->far_id = 1;
	p->urr_id[p->n_urr_id++] = 1;
	p->qer_id[p->n_qer_id++] = 1;
	pdi->has_f_teid = pdi->has_interface_type = true;
	pdi->f_teid.address.v4 = pdi->f_teid.choose = pdi->f_teid.has_choose_id = true;
	pdi->f_teid.choose_id = 5;
	set_name(&pdi->has_network_instance, &pdi->network_instance, "internet");
	pdi->ue_ip[pdi->n_ue_ip++] =
		(struct pfcp_ue_ip){.address = {.v4 = true, .ip4 = ip4("10.60.0.2")}};
	pdi->sdf[pdi->n_sdf++] = (struct pfcp_sdf_filter){
		.has_flow = true, .flow = "permit out ip from any to assigned"};
	pdi->qfi[pdi->n_qfi++] = 9;
	pdi->interface_type = PFCP_3GPP_N3;
}

static void fill_downlink_pdr(struct pfcp_pdr *p)
{
	pfcp_pdr_init(p);
	p->pdr_id = 2;
	p->has_precedence = p->has_pdi = p->has_far_id = true;
	p->precedence = 255;
	p->pdi.source_interface = PFCP_INTERFACE_CORE;
	p->pdi.ue_ip[p->pdi.n_ue_ip++] = (struct pfcp_ue_ip){
		.destination = true, .address = {.v4 = true, .ip4 = ip4("10.60.0.2")}};
	p->pdi.has_interface_type = true;
	p->pdi.interface_type = PFCP_3GPP_N6;
	p->far_id = 2;
	p->qer_id[p->n_qer_id++] = 1;
}

static void fill_fars(struct pfcp_session_establishment_request *r)
{
	struct pfcp_far *up = &r->create_far[r->n_create_far++];
	struct pfcp_far *down = &r->create_far[r->n_create_far++];

	pfcp_far_init(up);
	pfcp_far_init(down);
	up->far_id = 1;
	up->has_apply_action = up->has_forwarding = true;
	up->apply_action = PFCP_ACTION_FORW;
	up->forwarding.has_destination_interface = up->forwarding.has_interface_type = true;
	up->forwarding.destination_interface = PFCP_INTERFACE_CORE;
	set_name(&up->forwarding.has_network_instance, &up->forwarding.network_instance,
		 "internet");
	up->forwarding.interface_type = PFCP_3GPP_N6;
	down->far_id = 2;
	down->has_apply_action = down->has_bar_id = true;
	down->apply_action = PFCP_ACTION_BUFF | PFCP_ACTION_NOCP;
	down->bar_id = 1;
}

static void fill_other_rules(struct pfcp_session_establishment_request *r)
{
	struct pfcp_urr *urr = &r->create_urr[r->n_create_urr++];
	struct pfcp_qer *qer = &r->create_qer[r->n_create_qer++];

	pfcp_urr_init(urr);
	pfcp_qer_init(qer);
	urr->urr_id = 1;
	urr->has_method = urr->has_triggers = urr->has_period = true;
	urr->method = PFCP_MEASURE_VOLUME;
	urr->triggers = PFCP_TRIGGER_PERIO;
	urr->period_s = 10;
	qer->qer_id = 1;
	qer->has_gate_status = qer->has_mbr = qer->has_qfi = true;
	qer->mbr = (struct pfcp_bit_rate){100000, 200000};
	qer->qfi = 9;
	r->has_create_bar = true;
	r->create_bar.bar_id = 1;
	r->create_bar.has_notification_delay = true;
	r->create_bar.notification_delay = 2;
}

static void built_establishment_request(void **state)
{
	struct pfcp_session_establishment_request *r = &msg.session_establishment_request;

	memset(&msg, 0xff, sizeof(msg));
	pfcp_msg_init(&msg, PFCP_SESSION_ESTABLISHMENT_REQUEST, 0, 7);
	r->node_id.ip4 = ip4("10.100.0.1");
	r->cp_f_seid.seid = 1;
	r->cp_f_seid.address.v4 = true;
	r->cp_f_seid.address.ip4 = ip4("10.100.0.1");
	fill_uplink_pdr(&r->create_pdr[r->n_create_pdr++]);
	fill_downlink_pdr(&r->create_pdr[r->n_create_pdr++]);
	fill_fars(r);
	fill_other_rules(r);
	r->has_pdn_type = r->has_user_id = r->has_sereq_flags = r->has_s_nssai = true;
	r->pdn_type = PFCP_PDN_IP4;
	strcpy(r->user_id.imsi, "001010000000001");
	set_name(&r->has_dnn, &r->dnn, "internet");
	r->sereq_flags = PFCP_SEREQ_RESTI;
	r->s_nssai = (struct pfcp_s_nssai){1, 0xffffff};
	assert_golden(&msg);
}

static void built_establishment_response(void **state)
{
	struct pfcp_session_establishment_response *r = &msg.session_establishment_response;
	struct pfcp_created_pdr *created;

	memset(&msg, 0xff, sizeof(msg));
	pfcp_msg_init(&msg, PFCP_SESSION_ESTABLISHMENT_RESPONSE, 1, 7);
	r->node_id.ip4 = ip4("10.100.0.1");
	r->cause = PFCP_CAUSE_ACCEPTED;
	r->has_up_f_seid = true;
	r->up_f_seid.seid = 255;
	r->up_f_seid.address.v4 = true;
	r->up_f_seid.address.ip4 = ip4("10.100.0.2");
	created = &r->created_pdr[r->n_created_pdr++];
	*created = (struct pfcp_created_pdr){
		.pdr_id = 1,
		.has_f_teid = true,
		.f_teid = {.teid = 1,
			   .address = {.v4 = true, .v6 = true, .ip4 = ip4("10.101.0.1")}},
	};
	assert_int_equal(inet_pton(AF_INET6, "fd00::1", &created->f_teid.address.ip6), 1);
	assert_golden(&msg);
}

static void built_modification_request(void **state)
{
	struct pfcp_session_modification_request *r = &msg.session_modification_request;
	struct pfcp_far *far;
	struct pfcp_forwarding *f;

	memset(&msg, 0xff, sizeof(msg));
	pfcp_msg_init(&msg, PFCP_SESSION_MODIFICATION_REQUEST, 255, 8);
	far = &r->update_far[r->n_update_far++];
	f = &far->forwarding;
	pfcp_far_init(far);
	far->far_id = 2;
	far->has_apply_action = far->has_forwarding = true;
	far->apply_action = PFCP_ACTION_FORW;
	f->has_destination_interface = f->has_outer_header_creation = true;
	f->has_smreq_flags = f->has_interface_type = true;
	f->destination_interface = PFCP_INTERFACE_ACCESS;
	f->outer_header_creation = (struct pfcp_outer_header_creation){
		.description = PFCP_OHC_GTPU_UDP_IP4, .teid = 0xabcd, .ip4 = ip4("10.101.0.2")};
	f->smreq_flags = PFCP_SMREQ_SNDEM;
	f->interface_type = PFCP_3GPP_N3;
	assert_golden(&msg);
}

/* Host order in the struct, network order in addresses */
static void decoded_fields(void **state)
{
	const struct pfcp_session_establishment_request *r = &msg.session_establishment_request;
	const struct pfcp_pdi *pdi = &r->create_pdr[0].pdi;

	decode_hex("establishment", golden_hex(PFCP_SESSION_ESTABLISHMENT_REQUEST));
	assert_int_equal(msg.header.sequence, 7);
	assert_true(msg.header.has_seid && msg.header.seid == 0);
	assert_int_equal(r->n_create_pdr, 2);
	assert_int_equal(r->create_pdr[0].precedence, 255);
	assert_int_equal(r->create_pdr[0].urr_id[0], 1);
	assert_true(pdi->f_teid.choose && pdi->f_teid.choose_id == 5);
	assert_int_equal(pdi->f_teid.teid, 0);
	assert_string_equal(pdi->network_instance.text, "internet");
	assert_false(pdi->network_instance.plain);
	assert_int_equal(ntohl(pdi->ue_ip[0].address.ip4.s_addr), 0x0a3c0002);
	assert_int_equal(r->create_far[1].apply_action, PFCP_ACTION_BUFF | PFCP_ACTION_NOCP);
	assert_int_equal(r->create_qer[0].mbr.downlink_kbps, 200000);
	assert_string_equal(r->user_id.imsi, "001010000000001");
	assert_int_equal(r->s_nssai.sd, 0xffffff);
}

/* Nothing of a large message shines through in a small one that is decoded into the same struct. */
static void decode_leaves_nothing_behind(void **state)
{
	memset(&msg, 0xff, sizeof(msg));
	decode_hex("modification", "21 34 (0000000000000001 000001 00)");
	assert_int_equal(msg.session_modification_request.n_create_pdr, 0);
	assert_false(msg.session_modification_request.has_update_bar);
	assert_int_equal(msg.session_modification_request.update_bar.bar_id, 0);
	pfcp_print(&msg, text, sizeof(text));
	assert_string_equal(text, "session-modification-request seid=0x1 seq=1 { }");
}

/* The least that an establishment needs */
#define ESTABLISHMENT                                                                              \
	"21 32 (0000000000000000 000001 00 003c(00 0a640001) 0039(02 0000000000000001 0a640001) "  \
	"0001(0038(0001) 001d(00000001) 0002(0014(00)) 006c(00000001)) "                           \
	"0003(006c(00000001) 002c(01)) "

static void assert_printed(size_t row, const char *hex, const char *part)
{
	decode_hex(hex, hex);
	pfcp_print(&msg, text, sizeof(text));
	if (!strstr(text, part))
		fail_msg("row %zu: %s", row + 1, text);
}

static void names(void **state)
{
	static const struct {
		const char *hex;
		const char *part;
	} row[] = {
		{ESTABLISHMENT "009f(08 696e7465726e6574))", " dnn=internet "},	    /* 1 */
		{ESTABLISHMENT "009f(696e7465726e6574))", " dnn=internet(plain) "}, /* 2 */
		{ESTABLISHMENT "009f(08 696e7465726e6574 00))", " dnn=internet "},  /* 3: root */
		{ESTABLISHMENT "009f(03 656467 01 61))", " dnn=edg.a "},	    /* 4 */
		{ESTABLISHMENT "009f(612e62))", " dnn=a.b(plain) "},		    /* 5 */
		{ESTABLISHMENT "009f(21 616263))", " dnn=!abc(plain) "},    /* 6: no label of 33 */
		{ESTABLISHMENT "009f(03 612e62))", " skipped-incorrect=1"}, /* 7: dot in a label */
		{ESTABLISHMENT "009f(08 696e746572))", " skipped-incorrect=1"}, /* 8: label cut */
		{ESTABLISHMENT "009f(1b5b326a))",
		 " skipped-incorrect=1"}, /* 9: no escapes in logs */
		{ESTABLISHMENT "0016(61))", " skipped-unexpected=1 first-unknown=22"}, /* 10 */
	};

	for (size_t i = 0; i < N(row); i++)
		assert_printed(i, row[i].hex, row[i].part);
}

/* What need not be understood is left out, and counted. */
static void skipped_ies(void **state)
{
	decode_hex("skipped", "20 05 (000001 00 003c(00 0a640001) 0060(e81fe7b4) "
			      "012c(0000) "	   /* 300: not known */
			      "8002(1234 aabbcc) " /* vendor 0x1234 (open5gs#871: 32770) */
			      "0038(0001) "	   /* a PDR ID has no business here (free5gc#741) */
			      "003c(00 0a640002) " /* again: the first counts, 7.6.10 */
			      "00b7(00b9(00 00000000)))"); /* optional, and no value: 7.6.8 */
	assert_int_equal(msg.skipped.unknown, 1);
	assert_int_equal(msg.skipped.first_unknown, 300);
	assert_int_equal(msg.skipped.vendor, 1);
	assert_int_equal(msg.skipped.enterprise_id, 0x1234);
	assert_int_equal(msg.skipped.unexpected, 1);
	assert_int_equal(msg.skipped.repeated, 1);
	assert_int_equal(msg.skipped.incorrect, 1);
	assert_int_equal(ntohl(msg.association_setup_request.node_id.ip4.s_addr), 0x0a640001);
	assert_true(msg.association_setup_request.has_retention);
	assert_int_equal(msg.association_setup_request.retention.n_cp_entity, 0);
}

/* IEs that grow from release to release: short and long forms give the same value. */
static void short_and_long_forms(void **state)
{
#define MODIFICATION "21 34 (0000000000000001 000001 00 "
	static const struct {
		const char *hex;
		const char *part;
	} row[] = {
		{MODIFICATION "000a(006c(00000001) 002c(02)))", "action=FORW "},       /* 1 */
		{MODIFICATION "000a(006c(00000001) 002c(0200)))", "action=FORW "},     /* 2 */
		{MODIFICATION "000a(006c(00000001) 002c(02000000)))", "action=FORW "}, /* 3 */
		{MODIFICATION "000d(0051(00000001) 0025(0100)))", "triggers=PERIO "},  /* 4 */
		{MODIFICATION "000d(0051(00000001) 0025(010002)))", "=PERIO|UPINT "},  /* 5 */
		{MODIFICATION "0009(0038(0001) 005f(00)))", "=gtpu-udp-ip4 }"},	       /* 6 */
		{MODIFICATION "0009(0038(0001) 005f(0001)))", "-ip4,extension=1 }"},   /* 7 */
		{MODIFICATION "000e(006d(00000001) 0019(0e)))", "closed,dl-closed"},   /* 8: 2, 3 */
		{MODIFICATION "000b())", "skipped-unexpected=1"},		       /* 9 */
	};

	for (size_t i = 0; i < N(row); i++)
		assert_printed(i, row[i].hex, row[i].part);
}

/* Length 0 in an Update rule takes away (5.6.3); an empty group does not become that. */
static void cleared_ies(void **state)
{
	const struct pfcp_session_modification_request *r = &msg.session_modification_request;

	decode_hex("cleared", MODIFICATION "0009(0038(0001) 005f() 006d() 006d()) "
					   "000a(006c(00000001) 000b(012c())))");
	assert_int_equal(r->update_pdr[0].cleared.n, 2);
	assert_int_equal(r->update_pdr[0].cleared.type[0], PFCP_IE_OUTER_HEADER_REMOVAL);
	assert_int_equal(r->update_pdr[0].cleared.type[1], PFCP_IE_QER_ID);
	assert_int_equal(r->update_pdr[0].n_qer_id, 0);
	assert_false(r->update_far[0].has_forwarding);
	assert_int_equal(r->update_far[0].cleared.n, 0);
	msg.session_modification_request.update_far[0].has_forwarding = true;
	assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &(size_t){0}), -EINVAL);
}

static void follow_on(void **state)
{
	size_t len = bytes_from_hex("24 01 (000001 00 0060(00000001))"
				    "20 01 (000002 00 0060(00000001))",
				    wire, sizeof(wire));

	assert_int_equal(pfcp_decode(wire, len, &msg, NULL), 0);
	assert_true(msg.header.follow_on);
	assert_int_equal(msg.header.size, 16);
	assert_int_equal(pfcp_decode(wire + 16, len - 16, &msg, NULL), 0);
	assert_int_equal(msg.header.sequence, 2);
}

/* As many as the bounds allow pass; test_pfcp_malformed.c has one more. */
static void full_lists(void **state)
{
	struct pfcp_session_modification_request *r = &msg.session_modification_request;
	size_t len;

	pfcp_msg_init(&msg, PFCP_SESSION_MODIFICATION_REQUEST, 1, 1);
	for (unsigned int i = 0; i < PFCP_MAX_PDR; i++) {
		struct pfcp_pdr *p = &r->create_pdr[r->n_create_pdr++];

		pfcp_pdr_init(p);
		p->pdr_id = (uint16_t)(i + 1);
		p->has_precedence = p->has_pdi = p->has_far_id = true;
		p->far_id = i + 1;
		for (unsigned int k = 0; k < PFCP_MAX_QFI; k++)
			p->pdi.qfi[p->pdi.n_qfi++] = (uint8_t)k;
		r->remove_far[r->n_remove_far++] = i + 1;
	}
	assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), 0);
	assert_int_equal(pfcp_decode(coded, len, &again, NULL), 0);
	assert_int_equal(again.session_modification_request.n_create_pdr, PFCP_MAX_PDR);
	assert_int_equal(again.session_modification_request.remove_far[31], 32);
	pfcp_print(&msg, text, sizeof(text));
	pfcp_print(&again, text_again, sizeof(text_again));
	assert_string_equal(text, text_again);
}

/* A message that breaks its table is not sent. */
static void encode_refuses(void **state)
{
	struct pfcp_session_establishment_request *r = &msg.session_establishment_request;
	size_t len;

#define REFUSED(change)                                                                            \
	do {                                                                                       \
		decode_hex("establishment", golden_hex(PFCP_SESSION_ESTABLISHMENT_REQUEST));       \
		change;                                                                            \
		assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), -EINVAL);          \
	} while (0)
	REFUSED(r->n_create_pdr = 0);
	REFUSED(r->n_create_pdr = PFCP_MAX_PDR + 1);
	REFUSED(r->create_pdr[0].has_pdi = false);
	REFUSED(r->create_pdr[0].has_far_id = false);
	REFUSED(r->create_pdr[0].pdi.f_teid.address.v4 = false);
	REFUSED(r->create_pdr[0].pdi.qfi[0] = 64);
	REFUSED(r->create_pdr[0].pdi.network_instance.text[0] = '\0');
	REFUSED(strcpy(r->create_pdr[0].pdi.network_instance.text, "a..b"));
	REFUSED(r->create_pdr[0].pdi.sdf[0].flow[0] = '\n');
	REFUSED(r->create_far[0].has_forwarding = false);
	REFUSED(r->create_far[0].apply_action = PFCP_ACTION_FORW | PFCP_ACTION_DROP);
	REFUSED(r->create_far[0].forwarding.destination_interface = 6);
	REFUSED(r->create_qer[0].mbr.uplink_kbps = 1ULL << 40);
	REFUSED(r->create_urr[0].has_period = false);
	REFUSED(r->cp_f_seid.address.v4 = false);
	REFUSED(r->node_id.type = 3);
	REFUSED(strcpy(r->user_id.imsi, "00101x"));
	REFUSED(r->s_nssai.sd = 1 << 24);
	REFUSED(msg.header.sequence = 1 << 24);
	REFUSED(msg.header.type = 200);
#undef REFUSED
}

static void helpers(void **state)
{
	struct pfcp_node_id a = {.type = PFCP_NODE_FQDN, .fqdn = "upf.A"};
	struct pfcp_node_id b = {.type = PFCP_NODE_FQDN, .fqdn = "UPF.a"};

	assert_true(pfcp_node_id_equal(&a, &b));
	b.type = PFCP_NODE_IP4;
	assert_false(pfcp_node_id_equal(&a, &b));
	assert_int_equal(pfcp_time_from_unix(0), 2208988800U);
	assert_int_equal(pfcp_time_from_unix(2085978496), 0); /* 2036-02-07, era 1 */
	assert_true(pfcp_is_request(PFCP_SESSION_REPORT_REQUEST));
	assert_false(pfcp_is_request(PFCP_SESSION_REPORT_RESPONSE));
	assert_false(pfcp_is_request(200));
	assert_string_equal(pfcp_message_name(50), "session-establishment-request");
	assert_string_equal(pfcp_message_name(200), "unknown");
	assert_string_equal(pfcp_ie_name(PFCP_IE_F_TEID), "f-teid");
	assert_string_equal(pfcp_ie_name(60000), "unknown");
	assert_string_equal(pfcp_cause_name(72), "no-association");
	assert_string_equal(pfcp_cause_name(255), "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_messages),
		cmocka_unit_test(small_buffers),
		cmocka_unit_test(small_text),
		cmocka_unit_test(built_establishment_request),
		cmocka_unit_test(built_establishment_response),
		cmocka_unit_test(built_modification_request),
		cmocka_unit_test(decoded_fields),
		cmocka_unit_test(decode_leaves_nothing_behind),
		cmocka_unit_test(names),
		cmocka_unit_test(skipped_ies),
		cmocka_unit_test(short_and_long_forms),
		cmocka_unit_test(cleared_ies),
		cmocka_unit_test(follow_on),
		cmocka_unit_test(full_lists),
		cmocka_unit_test(encode_refuses),
		cmocka_unit_test(helpers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pfcp", tests, NULL, NULL);
}
