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
		memset(&msg, 0xa5, sizeof(msg));
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

/* Forms of values that the golden messages lack: what may be left out, what is to be read as
 * something else, what older or newer releases send. */
static void forms_of_values(void **state)
{
#define QER(x)	    ESTABLISHMENT "0007(006d(00000001) 0019(00) " x "))"
#define FORWARD(x)  MODIFICATION "000a(006c(00000001) 000b(" x ")))"
#define ASSOCIATE   "20 05 (000001 00 003c(00 0a640001) 0060(e81fe7b4) "
#define OVERLOAD(x) "21 39 (0000000000000001 000001 00 0013(01) 000c(0058(01) " x "))"
#define PDR_WITH(x)                                                                                \
	MODIFICATION "0001(0038(0001) 001d(00000001) 0002(0014(00) " x ") 006c(00000001)))"
	static const struct {
		const char *hex;
		const char *part;
	} row[] = {
		{"20 01 (000001 00 0060(e81fe7b4) 00c0(06 c000020a 18))",
		 "=192.0.2.10/24 }"}, /* 1 */
		{"20 01 (000001 00 0060(e81fe7b4) 00c0(07 c000020a "
		 "fd000000000000000000000000000001 "
		 "40))",
		 "=192.0.2.10,fd00::1/64 }"}, /* 2 */
		{QER("005e(07 020064 0100c8 00000a 040014)"),
		 "{ ul=100/hour dl=200/6min more-ul=10/minute more-dl=20/week }"}, /* 3: APRC */
		{QER("005e(05 0a0001 fb0002)"), "{ ul=1/hour more-ul=2/day }"}, /* 4: spare bits */
		{QER("005e(02 070001)"), "{ dl=1/minute }"},			/* 5: unit 7 */
		{QER("0061(00)"), "dl-flow-level-marking={ }"},			/* 6 */
		{QER("0061(02 8001)"), "{ service-class=0x8001 }"},		/* 7 */
		{QER("007b(00)"), " rqi=0 "},					/* 8 */
		{QER("009e(ff)"), " paging-policy-indicator=7 "},		/* 9: 3 bits */
		{MODIFICATION "0001(0038(0001) 001d(00000001) 0002(0014(00)) 00aa(0007)))",
		 " mar-id=7 }"}, /* 10: instead of a FAR ID */
		{PDR_WITH("0084(0088(0800))"), " ethernet-packet-filter=there "}, /* 11 */
		{PDR_WITH("0084() 0084(00)"), " skipped-repeated=1"},		  /* 12 */
		{PDR_WITH("00bc(01) 00ff(02) 0126(03) 0131(04)"),
		 "redundant-transmission=there ip-multicast=there dns-query-filter=there "
		 "mbs-session=there "},				      /* 13 */
		{FORWARD("0026(05 1f90)"), "=port::8080 "},	      /* 14: port alone */
		{FORWARD("0026(05 0000 1f90)"), "=port::8080 "},      /* 15 */
		{FORWARD("0026(05 0000 0000 1f90)"), "=port::8080 "}, /* 16 */
		{FORWARD("0026(06 000831302e302e302e31 1f90)"),
		 "=ipv4-port:10.0.0.1:8080 "}, /* 17 */
		{FORWARD("0026(06 000831302e302e302e31 0000 1f90)"),
		 "=ipv4-port:10.0.0.1:8080 "}, /* 18 */
		{FORWARD("0026(07 0007666430303a3a31 0000 0050)"),
		 "=ipv6-port:fd00::1:80 "}, /* 19 */
		{FORWARD("0026(08 000831302e302e302e31 0007666430303a3a31 0050)"),
		 "=ipv4-ipv6-port:10.0.0.1,fd00::1:80 "},		  /* 20 */
		{FORWARD("0026(f3 0005 7369703a61)"), "=sip-uri:sip:a "}, /* 21: spare bits */
		{FORWARD("0026(00 0007 312e322e332e34 0000)"), "=ipv4:1.2.3.4 "}, /* 22 */
		{FORWARD("0125(0d 00 0a000001 0050 0a000002)"),
		 "replacement={ destination=10.0.0.1:80 source=10.0.0.2 } "}, /* 23: two octets */
		{FORWARD("0125(01 0a000001)"), "replacement={ destination=10.0.0.1 } "}, /* 24 */
		{FORWARD("0125(0d 0a000001 0050 0a000002)"),
		 "replacement={ destination=10.0.0.1:80 source=10.0.0.2 } "}, /* 25: one octet */
		{FORWARD("0125(32 00 fd000000000000000000000000000001 "
			 "fd000000000000000000000000000002 0035)"),
		 "replacement={ destination=fd00::1 source=fd00::2:53 } "}, /* 26 */
		{FORWARD("0089(ff)"), " skipped-unexpected=1"}, /* 27: no Proxying in an update */
		{OVERLOAD("002f(00)"), "=0s "},			/* 28: stopped */
		{OVERLOAD("002f(1f)"), "=62s "},		/* 29: 2 s */
		{OVERLOAD("002f(21)"), "=60s "},		/* 30: minutes */
		{OVERLOAD("002f(5f)"), "=18600s "},		/* 31: ten minutes */
		{OVERLOAD("002f(61)"), "=3600s "},		/* 32: hours */
		{OVERLOAD("002f(9f)"), "=1116000s "},		/* 33: ten hours */
		{OVERLOAD("002f(a1)"), "=60s "},		/* 34: unit 5 */
		{OVERLOAD("002f(e1)"), "=infinite "},		/* 35 */
		{OVERLOAD("0030(07)"), "dl-buffering-packets=7 "},   /* 36: one octet */
		{OVERLOAD("0030(0007)"), "dl-buffering-packets=7 "}, /* 37: two */
		{"21 37 (0000000000000001 000001 00 0013(01) 0033(0034(00000001) 0035(65)))",
		 "load={ sequence=1 metric=0% }"}, /* 38: over 100 */
		{"21 37 (0000000000000001 000001 00 0013(01) 007e(8005))",
		 " additional-usage-reports=more "}, /* 39: the number is ignored */
		{"20 0e (000001 00 003c(00 0a640001) 0041(00 0a640001))",
		 " fq-csid=10.100.0.1 }"}, /* 40: none, of no type */
		{"20 0e (000001 00 003c(00 0a640001) 0041(01 0a640001 0007))",
		 " fq-csid=10.100.0.1:7 }"}, /* 41: before the node type */
		{"20 0e (000001 00 003c(00 0a640001) 0041(22 0001b007 0001 0002 f4 ff))",
		 " fq-csid=twan:0x0001b007:1,2 }"},		    /* 42: and something new */
		{MODIFICATION "0123(00ff))", " group-id=00ff "},    /* 43 */
		{ASSOCIATE "00b4(ff 0161 00))", " smf-set-id=a }"}, /* 44: with the root label */
		{ASSOCIATE "00b2(03 0a640001 fd000000000000000000000000000001))",
		 " alternative-smf=10.100.0.1,fd00::1 }"}, /* 45 */
		{ASSOCIATE "0074(21 0a650201 696e7465726e6574))",
		 " ip-resource={ 10.101.2.1 network-instance=internet(plain) } }"}, /* 46 */
		{ASSOCIATE "0074(41 0a650201 01))",
		 " ip-resource={ 10.101.2.1 source-interface=1 } }"},		  /* 47 */
		{ASSOCIATE "0074(61 0a650201 0361 01))", " skipped-incorrect=1"}, /* 48: #1335 */
		{ASSOCIATE "0074(61 0a650201))", " skipped-incorrect=1"},	  /* 49 */
		{ASSOCIATE "0074(25 0a65))", " skipped-incorrect=1"},		  /* 50 */
		{ASSOCIATE "0074(00))", " skipped-incorrect=1"},		  /* 51 */
		{ASSOCIATE "0074())", " skipped-incorrect=1"},			  /* 52 */
		{ASSOCIATE "00e9(00b1(0001 00)))",
		 " skipped-incorrect=2"}, /* 53: the identity, so the whole */
		{ASSOCIATE "00e9(00b1(0001 61) 0102(00)))",
		 "pool-information={ pool=\"a\" } } skipped-incorrect=1"}, /* 54 */
		{"20 0c (000001 00 003c(00 0a640001) 0065(c1) 0066(0067(03 0a650101 "
		 "fd000000000000000000000000000001)))",
		 "node-report-type=UPFR path-failure={ gtpu-peer={ 10.101.1.1,fd00::1 } }"}, /* 55
											      */
		{"20 0c (000001 00 003c(00 0a640001) 0065(28))",
		 "node-report-type=GPQR|VSR }"}, /* 56: what we don't read needs no report */
		{"21 33 (0000000000000001 000001 00 003c(00 0a640001) 0013(03) "
		 "0039(02 0000000000000001 0a640001) 0110(0072(07 00000005) 0013(49) "
		 "0112(0002 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
		 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0011)))",
		 "failed-rule-id=far:5 cause=73(rule-failure) offending-ie-information=2(pdi):"
		 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
		 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff }"}, /* 57: cut
											 */
		{"21 38 (0000000000000001 000001 00 0027(02) 0050(0051(00000001) 0068(00000001) "
		 "003f(1000) 0044(0018(61) 005c(fc 0001 62))))",
		 "flow-information=unspecified:\"b\""}, /* 58: direction 4 */
		{"21 38 (0000000000000001 000001 00 0027(01) 0053(0038(0001) 002d(00)))",
		 "dl-data-service={ }"},						/* 59 */
		{"21 38 (0000000000000001 000001 00 0027(10))", " report-type=TMIR }"}, /* 60 */
		{"20 03 (000001 00)", "pfd-management-request seq=1 { }"}, /* 61: all PFDs go */
		{"20 03 (000001 00 003a(0018(61) 003b(003d(04 00 0001 62 ff))))",
		 "contents={ domain=\"b\" }"}, /* 62: and something new */
		{"20 03 (000001 00 003a(0018(61) 003b(003d(1c 00 0001 62 0002 0001 0000))))",
		 "contents={ domain=\"b\" custom=\"??\" }"}, /* 63: binary, empty protocol */
		{"20 03 (000001 00 003a(0018(61) 003b(003d(20 00 0006 0001 62 0001 63))))",
		 "contents={ flow=\"b\" flow=\"c\" }"}, /* 64: additional ones alone */
		{"21 36 (0000000000000001 000001 00 0013(40))", " skipped-unexpected=1"}, /* 65 */
		{MODIFICATION "0006(0051(0000ffff) 003e(01) 0025(100000) 0064(08)))",
		 "urr-id=65535 measurement-method=DURAT reporting-triggers=START "
		 "measurement-information=ISTM }"},	       /* 66: open5gs#4169 */
		{PDR_WITH("0015(06)"), " f-teid=choose(v6) "}, /* 67: open5gs#4135 */
		{ESTABLISHMENT "0001(0038(0002) 001d(00000001) 0002(0014(00) "
			       "0015(01 00000000 0a650201)) 006c(00000001)) 00ba(01))",
		 " f-teid=0x0@10.101.2.1 "}, /* 68: open5gs#3747 */
		{PDR_WITH("0017(0100 0014 64656e79206f757420697020 66726f6d20616e79)"),
		 "flow=\"deny out ip from any\""},		      /* 69: open5gs#4151 */
		{PDR_WITH("0017(0100 0003 282829)"), "flow=\"(()\""}, /* 70: free5gc#800 */
		{MODIFICATION "0009(0038(ffff)) 000e(006d(ffffffff)))",
		 "update-pdr={ pdr-id=65535 } update-qer={ qer-id=4294967295 }"}, /* 71: free5gc#798
										   */
		{"20 05 (000001 00 003c(00 0a640001) 0060(e81fe7b4) 0059(0700))",
		 "cp-function-features=LOAD|OVRL|EPFAR }"},    /* 72: free5gc#1172 */
		{FORWARD("0026(05 1f90 00)"), "=port::8080 "}, /* 73: and something new */
		{FORWARD("0026(06 000831302e302e302e31 1f90 0000)"),
		 "=ipv4-port:10.0.0.1:8080 "}, /* 74 */
		{FORWARD("0125(01 0a000001 00)"),
		 "replacement={ destination=10.0.0.1 } "}, /* 75: one octet, and something new */
		{FORWARD("0125(01 00 0a000001 ff)"),
		 "replacement={ destination=10.0.0.1 } "}, /* 76: two octets, and something new */
		{PDR_WITH("005d(09 fd000000000000000000000000000001 00)"),
		 "=source:fd00::1,delegation=0 "}, /* 77: as the UPF is configured */
		{PDR_WITH("005d(45 fd000000000000000000000000000001 00)"),
		 "=destination:fd00::1/0 "},					       /* 78 */
		{PDR_WITH("005d(60 00)"), "=source:choose-v6/0 "},		       /* 79 */
		{"24 01 (000001 00 0060(e81fe7b4))", "heartbeat-request seq=1 { rec"}, /* 80: FO */
		{MODIFICATION "0001(0038(0001) 001d(00000001) 0002(0014(00)) 006c(00000001) "
			      "00bc(01) 00bc(02)))",
		 " ip-multicast=there } } skipped-repeated=1"}, /* 81 */
		{MODIFICATION "007f(0083(01) 00ff(02) 0131(04)))",
		 "redundant-transmission=there mbs-session=there } }"}, /* 82 */
	};

	for (size_t i = 0; i < N(row); i++) {
		size_t len;

		assert_printed(i, row[i].hex, row[i].part);
		/* and once more by our own bytes */
		memset(&msg.skipped, 0, sizeof(msg.skipped));
		pfcp_print(&msg, text_again, sizeof(text_again));
		assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), 0);
		memset(&msg, 0xa5, sizeof(msg));
		assert_int_equal(pfcp_decode(coded, len, &msg, NULL), 0);
		memset(&msg.skipped, 0, sizeof(msg.skipped));
		pfcp_print(&msg, text, sizeof(text));
		if (strcmp(text, text_again))
			fail_msg("row %zu: %s, then %s", i + 1, text_again, text);
	}
}

/* Of forms that mean the same, the one that we send */
static void forms_that_are_sent(void **state)
{
#define ADDRESS "000831302e302e302e31"
	static const struct {
		const char *received, *sent;
	} row[] = {
		{FORWARD("0026(05 0000 0000 1f90)"), FORWARD("0026(05 1f90)")}, /* 1 */
		{FORWARD("0026(06 " ADDRESS " 0000 1f90)"),
		 FORWARD("0026(06 " ADDRESS " 1f90)")}, /* 2 */
		{FORWARD("0026(07 0007666430303a3a31 0000 0050)"),
		 FORWARD("0026(07 0007666430303a3a31 0050)")},				 /* 3 */
		{FORWARD("0026(00 " ADDRESS " 0000)"), FORWARD("0026(00 " ADDRESS ")")}, /* 4 */
		{FORWARD("0125(0d 0a000001 0050 0a000002)"),
		 FORWARD("0125(0d00 0a000001 0050 0a000002)")}, /* 5: cl. 8.2.200 */
		{FORWARD("0125(0c 0035 0a000002)"), FORWARD("0125(0c00 0035 0a000002)")},   /* 6 */
		{FORWARD("0125(0c00 0035 0a000002)"), FORWARD("0125(0c00 0035 0a000002)")}, /* 7 */
		{ASSOCIATE "0059(0700))", ASSOCIATE "0059(07))"},	      /* 8: cl. 8.2.58 */
		{ASSOCIATE "0059(0003))", ASSOCIATE "0059(000300))"},	      /* 9: 1 octet, or 3 */
		{ASSOCIATE "0059(07000001))", ASSOCIATE "0059(0700000100))"}, /* 10: or 5 */
		{ASSOCIATE "002b(10))", ASSOCIATE "002b(1000))"},	      /* 11: cl. 8.2.25 */
		{ASSOCIATE "002b(100100))", ASSOCIATE "002b(1001))"},	      /* 12 */
		{OVERLOAD("0030(0007)"), OVERLOAD("0030(07)")},		      /* 13 */
		{PDR_WITH("005d(09 fd000000000000000000000000000001 00)"),
		 PDR_WITH("005d(09 fd000000000000000000000000000001 00)")}, /* 14 */
		{PDR_WITH("005d(60 00)"), PDR_WITH("005d(60 00)")},	    /* 15 */
	};

	for (size_t i = 0; i < N(row); i++) {
		size_t n, len = 0;

		decode_hex(row[i].received, row[i].received);
		n = bytes_from_hex(row[i].sent, wire, sizeof(wire));
		assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), 0);
		if (len != n || memcmp(coded, wire, n))
			fail_msg("row %zu", i + 1);
	}
}

/* An optional group that lacks what is mandatory in it is as if it weren't there (cl. 7.2.3.2,
 * 7.6.6); what else a message has is taken. */
static void optional_groups(void **state)
{
#define DELETED "21 37 (0000000000000001 000001 00 0013(01) "
	static const struct {
		const char *hex;
		const char *part;
	} row[] = {
		{ESTABLISHMENT "0055(002e(02)) 0071(01))",
		 " pdn-type=ipv4 } skipped-incorrect=1"}, /* 1: a BAR without id */
		{ASSOCIATE "00e9(0102(01)) 00e9(00b1(0001 61)))",
		 "=3894405044 pool-information={ pool=\"a\" } } skipped-incorrect=1"}, /* 2 */
		{ASSOCIATE "00e9(00b1(0001 61)) 00e9())",
		 " pool-information={ pool=\"a\" } } skipped-incorrect=1"}, /* 3 */
		{DELETED "0033(0034(00000001)))",
		 "{ cause=1(accepted) } skipped-incorrect=1"}, /* 4 */
		{DELETED "0036(0034(00000001) 0035(01)) 013e(01))",
		 "{ cause=1(accepted) sdrsp-flags=PURU } skipped-incorrect=1"}, /* 5 */
		{DELETED "0033(0034(00000001)) 0033(0034(00000002) 0035(07)))",
		 " load={ sequence=2 metric=7% } } skipped-incorrect=1"}, /* 6: the first good one
									   */
		{DELETED "0033(0034(00000001) 0035(01)) 0033(0034(00000002)))",
		 " load={ sequence=1 metric=1% } } skipped-repeated=1"}, /* 7 */
	};

	for (size_t i = 0; i < N(row); i++)
		assert_printed(i, row[i].hex, row[i].part);
}

/* Times that the wire doesn't have are sent rounded up. */
static void rounded_times(void **state)
{
	static const struct {
		uint32_t seconds;
		uint8_t octet;
	} row[] = {
		{0, 0x00},	{1, 0x01},	 {2, 0x01},
		{62, 0x1f},	{63, 0x22},	 {120, 0x22},
		{121, 0x23},	{1860, 0x3f},	 {1861, 0x44},
		{18600, 0x5f},	{18601, 0x66},	 {111600, 0x7f},
		{111601, 0x84}, {1116000, 0x9f}, {PFCP_TIMER_INFINITE, 0xe0},
	};
	struct pfcp_association_update_request *r = &msg.association_update_request;
	size_t len;

	for (size_t i = 0; i < N(row); i++) {
		pfcp_msg_init(&msg, PFCP_ASSOCIATION_UPDATE_REQUEST, 0, 1);
		r->has_graceful_release = true;
		r->graceful_release_s = row[i].seconds;
		assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), 0);
		assert_int_equal(coded[len - 1], row[i].octet);
	}
	r->graceful_release_s = 1116001;
	assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), -EINVAL);
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

/* Of a value and its removal the first one counts (cl. 7.6.10), so that both are not sent. */
static void cleared_and_set(void **state)
{
	static const struct {
		const char *hex;
		const char *part;
	} row[] = {
		{MODIFICATION "0009(0038(0001) 006d(00000001) 006d()))",
		 "{ pdr-id=1 qer-id=1 } } skipped-repeated=1"}, /* 1 */
		{MODIFICATION "0009(0038(0001) 006d() 006d(00000001) 006d(00000002)))",
		 "{ pdr-id=1 cleared=qer-id } } skipped-repeated=2"}, /* 2 */
		{MODIFICATION "0009(0038(0001) 005f(06) 005f()))",
		 "{ pdr-id=1 outer-header-removal=gtpu-udp-ip } } skipped-repeated=1"}, /* 3 */
		{MODIFICATION "0009(0038(0001) 005f() 005f(06)))",
		 "{ pdr-id=1 cleared=outer-header-removal } } skipped-repeated=1"}, /* 4 */
		{MODIFICATION "0041() 0041(00 0a640001 02))",
		 "{ cleared=fq-csid } skipped-repeated=1"}, /* 5 */
	};
	struct pfcp_pdr *pdr = &msg.session_modification_request.update_pdr[0];

	for (size_t i = 0; i < N(row); i++)
		assert_printed(i, row[i].hex, row[i].part);
	decode_hex("cleared", MODIFICATION "0009(0038(0001) 006d()))");
	pdr->qer_id[pdr->n_qer_id++] = 1;
	assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &(size_t){0}), -EINVAL);
}

/* What is only known to be there can be taken away (cl. 5.24.2.2), but not be sent by us: empty, it
 * would be taken away. */
static void unread_in_an_update(void **state)
{
	static const struct {
		const char *there, *cleared;
	} row[] = {
		{MODIFICATION "0081(0083(01) 00ff(0015(05))))",
		 MODIFICATION "0081(0083(01) 00ff()))"},
		{MODIFICATION "0009(0038(0001) 00bc(00)))",
		 MODIFICATION "0009(0038(0001) 00bc()))"},
	};
	size_t len;

	for (size_t i = 0; i < N(row); i++) {
		assert_printed(i, row[i].there, "=there ");
		assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), -EINVAL);
		assert_printed(i, row[i].cleared, " cleared=");
		assert_null(strstr(text, "=there"));
		assert_encodes_to(&msg, wire, msg.header.size);
	}
}

/* All that an Update URR could lose fits; one more of what can be lost there isn't. */
static void all_cleared(void **state)
{
	static const uint8_t types[] = {0x3e, 0x25, 0x40, 0x1f, 0x49, 0x20, 0x4a, 0x95, 0x94,
					0x47, 0x48, 0xb5, 0x21, 0x22, 0x23, 0x79, 0x7a, 0x97,
					0x96, 0x24, 0x52, 0x64, 0x6c, 0xb6, 0x75};
	size_t len = bytes_from_hex(MODIFICATION "000d(0051(00000001)))", wire, sizeof(wire)), n;
	const struct pfcp_urr *urr = &msg.session_modification_request.update_urr[0];

	for (size_t i = 0; i < N(types); i++, len += 4)
		memcpy(wire + len, (uint8_t[]){0, types[i], 0, 0}, 4);
	wire[3] = (uint8_t)(len - 4);
	wire[19] = (uint8_t)(len - 20);
	assert_int_equal(pfcp_decode(wire, len, &msg, NULL), 0);
	assert_int_equal(urr->cleared.n, N(types));
	assert_int_equal(msg.skipped.unexpected, 0);
	assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &n), 0);
	assert_int_equal(n, len);
	assert_memory_equal(coded, wire, len);
}

/* Session messages may be bundled, those of nodes not (cl. 6.5, 7.2.2.2). */
static void follow_on(void **state)
{
	size_t len = bytes_from_hex("25 36 (0000000000000001 000001 00)"
				    "21 39 (0000000000000001 000002 00 0013(01))",
				    wire, sizeof(wire));

	assert_int_equal(pfcp_decode(wire, len, &msg, NULL), 0);
	assert_true(msg.header.follow_on);
	assert_int_equal(msg.header.size, 16);
	assert_encodes_to(&msg, wire, 16);
	assert_int_equal(pfcp_decode(wire + 16, len - 16, &msg, NULL), 0);
	assert_int_equal(msg.header.sequence, 2);
	assert_false(msg.header.follow_on);
	decode_hex("heartbeat", "24 01 (000001 00 0060(00000001))");
	assert_false(msg.header.follow_on);
	msg.header.follow_on = true;
	assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), -EINVAL);
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

static void pfd_values(void **state)
{
	struct pfcp_pfd_contents c = {0};
	char big[PFCP_MAX_PFD_TEXT] = {0};

	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_PROTOCOL, "dns", 3), -EINVAL);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_DOMAIN, "a.example", 9), 0);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_PROTOCOL, "dns", 3), 0);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_PROTOCOL, "dns", 3), -EINVAL);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_FLOW, "", 0), -EINVAL);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_FLOW, "a\n", 2), -EINVAL);
	assert_string_equal(c.text + c.value[1].at, "dns");
	assert_int_equal(c.used, 14);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_CUSTOM, big, PFCP_MAX_PFD_TEXT - 14), -ENOSPC);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_CUSTOM, big, PFCP_MAX_PFD_TEXT - 15), 0);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_FLOW, "a", 1), -ENOSPC);
	c = (struct pfcp_pfd_contents){0};
	for (unsigned int i = 0; i < PFCP_MAX_PFD_VALUE; i++)
		assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_URL, "a", 1), 0);
	assert_int_equal(pfcp_pfd_add(&c, PFCP_PFD_URL, "a", 1), -ENOSPC);
}

/* Lists keep what was there before a message was begun; who adds to one sets the element whole. */
static void elements_of_lists(void **state)
{
	struct pfcp_session_modification_request *r = &msg.session_modification_request;
	size_t len;

	memset(&msg, 0xff, sizeof(msg));
	pfcp_msg_init(&msg, PFCP_SESSION_MODIFICATION_REQUEST, 1, 1);
	pfcp_pdr_init(&r->update_pdr[r->n_update_pdr++]);
	pfcp_far_init(&r->update_far[r->n_update_far++]);
	pfcp_urr_init(&r->update_urr[r->n_update_urr++]);
	pfcp_qer_init(&r->update_qer[r->n_update_qer++]);
	pfcp_traffic_endpoint_init(&r->update_traffic_endpoint[r->n_update_traffic_endpoint++]);
	assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), 0);
	pfcp_print(&msg, text, sizeof(text));
	assert_string_equal(text, "session-modification-request seid=0x1 seq=1 { update-pdr={ "
				  "pdr-id=0 } update-far={ far-id=0 } update-urr={ urr-id=0 } "
				  "update-qer={ qer-id=0 } update-traffic-endpoint={ "
				  "traffic-endpoint-id=0 } }");
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
	REFUSED(strcpy(r->user_id.nai, "a b"));
	REFUSED(strcpy(r->dnn.text, "a b"));
	REFUSED(strcpy(r->dnn.text, "a b"); r->dnn.plain = true);
	REFUSED(r->s_nssai.sd = 1 << 24);
	REFUSED(msg.header.sequence = 1 << 24);
	REFUSED(msg.header.type = 200);
#undef REFUSED
}

/* The same for what the rows from 20 on have */
static void encode_refuses_more(void **state)
{
	struct pfcp_session_establishment_request *r = &msg.session_establishment_request;
	struct pfcp_association_update_request *u = &msg.association_update_request;
	struct pfcp_pfd_management_request *p = &msg.pfd_management_request;
	struct pfcp_session_set_modification_request *s = &msg.session_set_modification_request;
	struct pfcp_pfd_contents *contents = &p->application[0].pfd[0].contents[0];
	size_t len;

#define REFUSED(row, change)                                                                       \
	do {                                                                                       \
		decode_hex(golden[(row)-1].what, golden[(row)-1].hex);                             \
		change;                                                                            \
		assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), -EINVAL);          \
	} while (0)
	REFUSED(21, p->application[0].pfd[0].n_contents = 0);
	REFUSED(21, contents->n_value = PFCP_MAX_PFD_VALUE + 1);
	REFUSED(21, p->application[0].pfd[1].contents[0].n_value = UINT8_MAX); /* of one flow */
	REFUSED(21, contents->value[0].at = PFCP_MAX_PFD_TEXT);
	REFUSED(21, contents->value[0].kind = PFCP_PFD_PROTOCOL);
	REFUSED(21, contents->value[0].kind = PFCP_PFD_CUSTOM); /* twice */
	REFUSED(21, contents->text[0] = '\n');
	REFUSED(26, u->release_request = 4);
	REFUSED(26, u->alternative_smf[0].address.v4 = false);
	REFUSED(26, u->ip_resource[0].teid_range_bits = 8);
	REFUSED(26, u->ip_resource[0].address.v4 = false);
	REFUSED(26, u->smf_set_id.text[0] = '.');
	REFUSED(26, u->pool[0].n_pool = 0);
	REFUSED(28, msg.node_report_request.report_type = 0);
	REFUSED(28, msg.node_report_request.has_path_recovery = false);
	REFUSED(28, msg.node_report_request.path_failure.peer[0].address.v4 = false);
	REFUSED(28, msg.node_report_request.path_failure.peer[1].destination_interface = 6);
	REFUSED(32, s->n_change = 0);
	REFUSED(32, s->change[0].fq_csid[0].id_type = 3);
	REFUSED(32, s->change[0].fq_csid[0].n_csid = 16);
	REFUSED(32, s->change[0].fq_csid[0].node_type = 6);
	REFUSED(32, s->change[0].group_id[0].n = 0);
	REFUSED(32, s->change[0].group_id[0].n = PFCP_MAX_GROUP_ID + 1);
	REFUSED(32, s->change[1].smf.address.v4 = false);
	REFUSED(34, r->create_pdr[0].pdi.n_sdf = PFCP_MAX_SDF + 1);
	REFUSED(34, r->create_far[0].n_duplicating = 0);
	REFUSED(34, r->create_far[0].forwarding.redirect.type = 9);
	REFUSED(34, r->create_far[0].forwarding.redirect.address[0] = '\0');
	REFUSED(34, r->create_far[0].forwarding.policy.id[0] = '\0');
	REFUSED(34, r->create_far[0].forwarding.header_enrichment.name[0] = '\0');
	REFUSED(34, r->create_far[0].forwarding.header_enrichment.value[0] = '\t');
	REFUSED(34, r->create_far[0].forwarding.has_replacement = true);
	REFUSED(34, r->create_urr[0].n_linked_urr_id = 0);
	REFUSED(34, r->create_urr[0].has_quota_holding_time = false);
	REFUSED(34, r->create_urr[0].has_dropped_threshold = false);
	REFUSED(34, r->create_urr[0].has_event_threshold = false);
	REFUSED(34, r->create_urr[0].has_inactivity_timer = false);
	REFUSED(34, r->create_urr[0].number_of_reports = 0);
	REFUSED(34, r->create_urr[0].dropped_threshold = (struct pfcp_dropped_traffic){0});
	REFUSED(34, r->create_urr[0].volume_quota.has_total_packets = true);
	REFUSED(34, r->create_qer[0].packet_rate.uplink.unit = 5);
	REFUSED(34, r->create_qer[0].packet_rate = (struct pfcp_packet_rate){.additional = true});
	REFUSED(34, r->create_qer[0].paging_policy = 8);
	REFUSED(34, r->rat_type = 0);
	REFUSED(35, msg.session_establishment_response.load.metric = 101);
	REFUSED(35, msg.session_establishment_response.created_traffic_endpoint[0].f_teid.choose =
			    true);
	REFUSED(35, msg.session_establishment_response.partial_failure[0].n_offending = 0);
	REFUSED(35, msg.session_establishment_response.partial_failure[0].offending[0].n = 65);
	REFUSED(37, msg.session_modification_response.additional_reports.total = 0x8000);
	REFUSED(39, msg.session_report_request.downlink_data.service[0].qfi = 64);
	REFUSED(39, msg.session_report_request.usage_report[0].application.flow.direction = 4);
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
		cmocka_unit_test(forms_of_values),
		cmocka_unit_test(forms_that_are_sent),
		cmocka_unit_test(optional_groups),
		cmocka_unit_test(rounded_times),
		cmocka_unit_test(cleared_ies),
		cmocka_unit_test(cleared_and_set),
		cmocka_unit_test(unread_in_an_update),
		cmocka_unit_test(all_cleared),
		cmocka_unit_test(follow_on),
		cmocka_unit_test(full_lists),
		cmocka_unit_test(pfd_values),
		cmocka_unit_test(elements_of_lists),
		cmocka_unit_test(encode_refuses),
		cmocka_unit_test(encode_refuses_more),
		cmocka_unit_test(helpers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pfcp", tests, NULL, NULL);
}
