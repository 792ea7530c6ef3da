// SPDX-License-Identifier: Apache-2.0
/*
 * What a session's rules do to packets, on a real upf with the ebpf data plane: SDF filters, N9
 * tunnels and an uplink classifier, buffering and notification, copies, bit rates, usage reports
 * and quota, addresses that the UPF chooses. An SMF says the rules, and what comes to gNB and edge
 * says whether they hold. Writes TAP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/gtpu/gtpu.h"
#include "tests/integration/upf_talk.h"

enum {
	FAR_N9 = 13,
	PDR_N9 = 3,
	PDR_FILTER = 4,
	FAR_OTHER = 14,
	URR = 31,
	BAR = 1,
	N9_TEID = 99,
	INNER = 28, /* IPv4 and UDP headers of what gnb_send and edge_send send */
};

static struct smf smf;

static struct pfcp_session_establishment_request *establishment(const struct example *ex)
{
	example_establishment(&smf.msg, ex);
	return &smf.msg.session_establishment_request;
}

static struct pfcp_session_modification_request *modification(const struct example *ex)
{
	example_modification(&smf.msg, ex);
	return &smf.msg.session_modification_request;
}

static int establish(struct bed *bed, struct example *ex)
{
	return smf_request(&smf, bed) ? talk_established(&smf, ex) : -1;
}

static int modify(struct bed *bed)
{
	return smf_request(&smf, bed) ? smf.answer.session_modification_response.cause : -1;
}

static void sdf_put(struct pfcp_pdi *pdi, const char *flow)
{
	struct pfcp_sdf_filter *sdf = &pdi->sdf[pdi->n_sdf++];

	*sdf = (struct pfcp_sdf_filter){.has_flow = true};
	snprintf(sdf->flow, sizeof(sdf->flow), "%s", flow);
}

static void tunnel_put(struct pfcp_far *far, uint32_t id, uint8_t interface, const char *peer,
		       uint32_t teid)
{
	pfcp_far_init(far);
	far->far_id = id;
	far->has_apply_action = true;
	far->apply_action = PFCP_ACTION_FORW;
	far->has_forwarding = true;
	far->forwarding.has_destination_interface = true;
	far->forwarding.destination_interface = interface;
	far->forwarding.has_outer_header_creation = true;
	far->forwarding.outer_header_creation = (struct pfcp_outer_header_creation){
		.description = PFCP_OHC_GTPU_UDP_IP4, .teid = teid, .ip4 = ip(peer)};
}

static bool gnb_has(struct bed *bed, int fd, uint32_t teid, const char *text)
{
	struct gnb_packet packet;

	return gnb_next(bed, fd, &packet, SOON_MS) && packet.type == GTPU_G_PDU &&
	       packet.teid == teid && !strcmp(packet.text, text);
}

static bool gnb_has_none(struct bed *bed, int fd)
{
	struct gnb_packet packet;

	return !gnb_next(bed, fd, &packet, NEVER_MS);
}

static void answer_report(struct bed *bed, const struct example *ex, uint8_t flags)
{
	static struct pfcp_msg answer;
	static uint8_t buf[2048];
	size_t len;

	pfcp_msg_init(&answer, PFCP_SESSION_REPORT_RESPONSE, ex->up_seid,
		      smf.request.header.sequence);
	answer.session_report_response.cause = PFCP_CAUSE_ACCEPTED;
	answer.session_report_response.has_srrsp_flags = flags != 0;
	answer.session_report_response.srrsp_flags = flags;
	if (pfcp_encode(&answer, buf, sizeof(buf), &len))
		bail("encode", EINVAL);
	smf_send(&smf, bed, buf, len);
}

/* Return: whether a Session Report Request of @type came; it is answered */
static bool report_comes(struct bed *bed, const struct example *ex, uint8_t type, uint8_t flags)
{
	if (!smf_await(&smf, bed, PFCP_SESSION_REPORT_REQUEST, SOON_MS))
		return false;
	answer_report(bed, ex, flags);
	return smf.request.session_report_request.report_type == type &&
	       smf.request.header.seid == ex->cp_seid;
}

/* ---- SDF filters ---- */

/* A PDR before the downlink one, whose packets go to another TEID */
static void case_sdf(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.10", 0x10);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	struct pfcp_pdr *pdr = &e->create_pdr[2];

	e->n_create_pdr = 3;
	*pdr = e->create_pdr[1];
	pdr->pdr_id = PDR_FILTER;
	pdr->precedence = 10;
	pdr->far_id = FAR_OTHER;
	sdf_put(&pdr->pdi, "permit out 17 from 10.110.1.2/32 9000 to assigned 5000");
	e->n_create_far = 3;
	tunnel_put(&e->create_far[2], FAR_OTHER, PFCP_INTERFACE_ACCESS, "10.101.1.1", 8);
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "SDF filter in a PDR of precedence 10");
	edge_send(bed, ex.ue, "dedicated");
	tap_ok(gnb_has(bed, bed->gnb_fd, 8, "dedicated"), "what it matches goes its way");
	modification(&ex);
	smf.msg.session_modification_request.n_update_pdr = 1;
	pdr = &smf.msg.session_modification_request.update_pdr[0];
	pfcp_pdr_init(pdr);
	pdr->pdr_id = PDR_FILTER;
	pdr->has_pdi = true;
	pdr->pdi.source_interface = PFCP_INTERFACE_CORE;
	pdr->pdi.n_ue_ip = 1;
	pdr->pdi.ue_ip[0] =
		(struct pfcp_ue_ip){.address = {.v4 = true, .ip4 = ex.ue}, .destination = true};
	sdf_put(&pdr->pdi, "permit out 17 from 10.110.1.2/32 9001 to assigned 5000");
	tap_ok(modify(bed) == PFCP_CAUSE_ACCEPTED, "another port in the filter");
	edge_send(bed, ex.ue, "default");
	tap_ok(gnb_has(bed, bed->gnb_fd, ex.gnb_teid, "default"),
	       "what it doesn't match goes the way of precedence 100");
	talk_delete(bed, &smf, ex.up_seid);
}

/* ---- N9: an uplink classifier ---- */

/* Uplink to 10.110.1.2 leaves here, the rest goes on to an anchor (10.101.1.2), whose downlink
 * comes back through a tunnel of the core side. */
static void case_classifier(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.11", 0x11);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	const struct pfcp_session_establishment_response *r =
		&smf.answer.session_establishment_response;
	struct pfcp_pdr *local = &e->create_pdr[2], *n9 = &e->create_pdr[3];
	uint32_t n9_teid;

	e->n_create_pdr = 4;
	*local = *n9 = e->create_pdr[0];
	local->pdr_id = PDR_FILTER;
	local->precedence = 10;
	sdf_put(&local->pdi, "permit out ip from 10.110.1.2 9000 to assigned");
	e->create_pdr[0].far_id = FAR_N9;
	for (int i = 0; i < 3; i += 2) {
		e->create_pdr[i].pdi.f_teid.has_choose_id = true;
		e->create_pdr[i].pdi.f_teid.choose_id = 1;
	}
	n9->pdr_id = PDR_N9;
	n9->far_id = EX_FAR_DL;
	n9->pdi.source_interface = PFCP_INTERFACE_CORE;
	n9->pdi.n_qfi = 0;
	n9->pdi.ue_ip[0].destination = true;
	e->n_create_far = 3;
	tunnel_put(&e->create_far[2], FAR_N9, PFCP_INTERFACE_CORE, "10.101.1.2", N9_TEID);
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "an uplink classifier");
	tap_ok(r->n_created_pdr == 3 &&
		       r->created_pdr[0].f_teid.teid == r->created_pdr[1].f_teid.teid &&
		       r->created_pdr[2].f_teid.teid != r->created_pdr[0].f_teid.teid,
	       "one F-TEID for both uplink PDRs (CHOOSE ID), another for N9");
	n9_teid = r->created_pdr[2].f_teid.teid;
	tap_ok(talk_uplink(bed, &ex, EX_QFI), "uplink to the service leaves by N6");
	n9_send(bed, n9_teid, EX_QFI, ex.ue, "from the anchor");
	tap_ok(gnb_has(bed, bed->gnb_fd, ex.gnb_teid, "from the anchor"),
	       "downlink of the anchor goes to the gNB");
	tap_ok(talk_downlink(bed, &ex, bed->gnb_fd, ex.gnb_teid, EX_QFI),
	       "beside that of the local N6");
	n9_send(bed, n9_teid, 0, ip("10.60.1.99"), "another's");
	tap_ok(gnb_has_none(bed, bed->gnb_fd), "but not another UE's");
	gnb_send(bed, n9_teid, 0, ex.ue, "spoof");
	tap_ok(gnb_has_none(bed, bed->gnb2_fd),
	       "a packet from the UE doesn't pass by the N9 tunnel");
	modification(&ex);
	smf.msg.session_modification_request.n_remove_pdr = 1;
	smf.msg.session_modification_request.remove_pdr[0] = PDR_FILTER;
	tap_ok(modify(bed) == PFCP_CAUSE_ACCEPTED, "without the filter");
	gnb_send(bed, ex.ul_teid, EX_QFI, ex.ue, "to the anchor");
	tap_ok(gnb_has(bed, bed->gnb2_fd, N9_TEID, "to the anchor"),
	       "uplink goes to the anchor by N9");
	talk_delete(bed, &smf, ex.up_seid);
}

/* ---- buffering ---- */

static void far_action(const struct example *ex, uint16_t action)
{
	struct pfcp_far *far = &modification(ex)->update_far[0];

	smf.msg.session_modification_request.n_update_far = 1;
	pfcp_far_init(far);
	far->far_id = EX_FAR_DL;
	far->has_apply_action = true;
	far->apply_action = action;
}

static bool in_order(struct bed *bed, const struct example *ex, int first, int end)
{
	for (int i = first; i < end; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		if (!gnb_has(bed, bed->gnb_fd, ex->gnb_teid, text))
			return false;
	}
	return true;
}

static void edge_send_numbers(struct bed *bed, const struct example *ex, int first, int end)
{
	for (int i = first; i < end; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		edge_send(bed, ex->ue, text);
	}
}

static void case_buffering(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.12", 0x12);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	const struct pfcp_session_report_request *r = &smf.request.session_report_request;

	e->has_create_bar = true;
	e->create_bar = (struct pfcp_bar){
		.bar_id = BAR, .has_suggested_packets = true, .suggested_packets = 20};
	e->create_far[1].has_bar_id = true;
	e->create_far[1].bar_id = BAR;
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "a session with a BAR");
	far_action(&ex, PFCP_ACTION_BUFF | PFCP_ACTION_NOCP);
	tap_ok(modify(bed) == PFCP_CAUSE_ACCEPTED, "BUFF and NOCP: the UE is idle");
	edge_send_numbers(bed, &ex, 0, 10);
	tap_ok(report_comes(bed, &ex, PFCP_REPORT_DLDR, 0), "a Downlink Data Report comes");
	tap_ok(r->has_downlink_data && r->downlink_data.n_pdr_id == 1 &&
		       r->downlink_data.pdr_id[0] == EX_PDR_DL,
	       "of the downlink PDR");
	tap_ok(!smf_await(&smf, bed, PFCP_SESSION_REPORT_REQUEST, NEVER_MS), "one, not for each");
	tap_ok(gnb_has_none(bed, bed->gnb_fd), "nothing comes to the gNB");
	far_action(&ex, PFCP_ACTION_FORW);
	tap_ok(modify(bed) == PFCP_CAUSE_ACCEPTED, "FORW: the UE has been paged");
	tap_ok(in_order(bed, &ex, 0, 10), "what waited comes, in order");
	far_action(&ex, PFCP_ACTION_BUFF | PFCP_ACTION_NOCP);
	modify(bed);
	edge_send_numbers(bed, &ex, 0, 30);
	tap_ok(report_comes(bed, &ex, PFCP_REPORT_DLDR, 0), "idle again, and told again");
	far_action(&ex, PFCP_ACTION_FORW);
	modify(bed);
	tap_ok(in_order(bed, &ex, 0, 20) && gnb_has_none(bed, bed->gnb_fd),
	       "as many waited as the BAR says");
	far_action(&ex, PFCP_ACTION_BUFF | PFCP_ACTION_NOCP);
	modify(bed);
	edge_send_numbers(bed, &ex, 0, 3);
	tap_ok(report_comes(bed, &ex, PFCP_REPORT_DLDR, PFCP_SRRSP_DROBU),
	       "the SMF answers a report with DROBU");
	far_action(&ex, PFCP_ACTION_FORW);
	modify(bed);
	tap_ok(gnb_has_none(bed, bed->gnb_fd), "what waited is gone");
	talk_delete(bed, &smf, ex.up_seid);
}

static void case_notification_delay(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.13", 0x13);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	uint64_t began;

	e->has_create_bar = true;
	e->create_bar = (struct pfcp_bar){
		.bar_id = BAR, .has_notification_delay = true, .notification_delay = 10};
	e->create_far[1].has_bar_id = true;
	e->create_far[1].bar_id = BAR;
	e->create_far[1].apply_action = PFCP_ACTION_BUFF | PFCP_ACTION_NOCP;
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED,
	       "a Downlink Data Notification Delay of 500 ms");
	began = now_ms();
	edge_send(bed, ex.ue, "x");
	tap_ok(report_comes(bed, &ex, PFCP_REPORT_DLDR, 0) && now_ms() - began >= 500,
	       "the report comes after it");
	far_action(&ex, PFCP_ACTION_FORW);
	modify(bed);
	(void)gnb_has(bed, bed->gnb_fd, ex.gnb_teid, "x");
	far_action(&ex, PFCP_ACTION_BUFF | PFCP_ACTION_NOCP);
	modify(bed);
	edge_send(bed, ex.ue, "y");
	far_action(&ex, PFCP_ACTION_FORW);
	modify(bed);
	tap_ok(gnb_has(bed, bed->gnb_fd, ex.gnb_teid, "y") &&
		       !smf_await(&smf, bed, PFCP_SESSION_REPORT_REQUEST, 800),
	       "and not at all where the packet may go on before");
	talk_delete(bed, &smf, ex.up_seid);
}

/* UPBER: uplink waits while an application is relocated */
static void case_uplink_buffering(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.14", 0x14);
	struct pfcp_far *far;
	bool all = true;

	talk_establish(bed, &smf, &ex);
	for (int step = 0; step < 2; step++) {
		far = &modification(&ex)->update_far[0];
		smf.msg.session_modification_request.n_update_far = 1;
		pfcp_far_init(far);
		far->far_id = EX_FAR_UL;
		far->has_apply_action = true;
		far->apply_action = step ? PFCP_ACTION_FORW : PFCP_ACTION_BUFF;
		tap_ok(modify(bed) == PFCP_CAUSE_ACCEPTED, "uplink: %s", step ? "FORW" : "BUFF");
		for (int i = 0; !step && i < 10; i++) {
			char text[16];

			snprintf(text, sizeof(text), "%d", i);
			gnb_send(bed, ex.ul_teid, EX_QFI, ex.ue, text);
		}
		if (!step)
			tap_ok(!edge_receive(bed, ex.ue, "0", NEVER_MS), "it waits");
	}
	for (int i = 0; i < 10; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		all &= edge_receive(bed, ex.ue, text, SOON_MS);
	}
	tap_ok(all, "and comes out in order");
	talk_delete(bed, &smf, ex.up_seid);
}

/* ---- copies ---- */

static void case_duplicates(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.15", 0x15);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	struct pfcp_duplicating *dup = &e->create_far[1].duplicating[0];

	e->create_far[1].apply_action = PFCP_ACTION_FORW | PFCP_ACTION_DUPL;
	e->create_far[1].n_duplicating = 1;
	*dup = (struct pfcp_duplicating){
		.has_destination_interface = true,
		.destination_interface = PFCP_INTERFACE_ACCESS,
		.has_outer_header_creation = true,
		.outer_header_creation = {.description = PFCP_OHC_GTPU_UDP_IP4,
					  .teid = 77,
					  .ip4 = ip("10.101.1.2")},
	};
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "DUPL");
	edge_send(bed, ex.ue, "twice");
	tap_ok(gnb_has(bed, bed->gnb_fd, ex.gnb_teid, "twice") &&
		       gnb_has(bed, bed->gnb2_fd, 77, "twice"),
	       "a packet goes both ways");
	talk_delete(bed, &smf, ex.up_seid);
}

/* ---- usage ---- */

static void urr_put(struct pfcp_session_establishment_request *e, uint32_t triggers)
{
	e->n_create_urr = 1;
	pfcp_urr_init(&e->create_urr[0]);
	e->create_urr[0].urr_id = URR;
	e->create_urr[0].has_method = e->create_urr[0].has_triggers = true;
	e->create_urr[0].method = PFCP_MEASURE_VOLUME;
	e->create_urr[0].triggers = triggers;
	e->create_urr[0].has_measurement_information = true;
	e->create_urr[0].measurement_information = PFCP_MEASURE_MNOP;
	for (int i = 0; i < 2; i++) {
		e->create_pdr[i].n_urr_id = 1;
		e->create_pdr[i].urr_id[0] = URR;
	}
}

static bool usage_is(const struct pfcp_usage_report *u, uint32_t seqn, uint32_t trigger,
		     uint64_t uplink, uint64_t downlink)
{
	const bool right = u->urr_id == URR && u->ur_seqn == seqn && u->trigger & trigger &&
			   u->has_volume && u->volume.uplink_bytes == uplink &&
			   u->volume.downlink_bytes == downlink &&
			   u->volume.total_bytes == uplink + downlink;

	if (!right)
		tap_note("URR %u, UR-SEQN %u, trigger 0x%x, %llu up, %llu down", u->urr_id,
			 u->ur_seqn, u->trigger, (unsigned long long)u->volume.uplink_bytes,
			 (unsigned long long)u->volume.downlink_bytes);
	return right;
}

static void case_usage(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.16", 0x16);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	const struct pfcp_session_report_request *r = &smf.request.session_report_request;
	const struct pfcp_session_modification_response *m =
		&smf.answer.session_modification_response;
	const struct pfcp_session_deletion_response *d = &smf.answer.session_deletion_response;

	urr_put(e, PFCP_TRIGGER_VOLTH);
	e->create_urr[0].has_volume_threshold = true;
	e->create_urr[0].volume_threshold =
		(struct pfcp_volume){.has_total = true, .total_bytes = 100};
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "a URR with a threshold of 100 octets");
	talk_uplink(bed, &ex, EX_QFI);				   /* 34 octets */
	talk_downlink(bed, &ex, bed->gnb_fd, ex.gnb_teid, EX_QFI); /* 36 */
	tap_ok(!smf_await(&smf, bed, PFCP_SESSION_REPORT_REQUEST, NEVER_MS), "70 are no report");
	talk_uplink(bed, &ex, EX_QFI);
	tap_ok(report_comes(bed, &ex, PFCP_REPORT_USAR, 0) && r->n_usage_report == 1 &&
		       usage_is(&r->usage_report[0], 0, PFCP_USAGE_VOLTH, 2 * (INNER + 6),
				INNER + 8),
	       "104 are one, by direction to the octet");
	tap_ok(r->usage_report[0].volume.uplink_packets == 2 &&
		       r->usage_report[0].volume.downlink_packets == 1,
	       "and by packets");
	talk_uplink(bed, &ex, EX_QFI);
	modification(&ex)->n_query_urr = 1;
	smf.msg.session_modification_request.query_urr[0] = URR;
	tap_ok(modify(bed) == PFCP_CAUSE_ACCEPTED && m->n_usage_report == 1 &&
		       usage_is(&m->usage_report[0], 1, PFCP_USAGE_IMMER, INNER + 6, 0),
	       "a query is answered with what came since");
	talk_downlink(bed, &ex, bed->gnb_fd, ex.gnb_teid, EX_QFI);
	tap_ok(talk_delete(bed, &smf, ex.up_seid) == PFCP_CAUSE_ACCEPTED,
	       "the deletion is answered");
	tap_note("with %u usage reports", d->n_usage_report);
	tap_ok(d->n_usage_report == 1 &&
		       usage_is(&d->usage_report[0], 2, PFCP_USAGE_TERMR, 0, INNER + 8),
	       "the deletion with the last of it");
}

static void case_quota(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.17", 0x17);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	const struct pfcp_session_report_request *r = &smf.request.session_report_request;
	struct pfcp_urr *urr;

	urr_put(e, PFCP_TRIGGER_VOLQU);
	e->create_urr[0].has_volume_quota = true;
	e->create_urr[0].volume_quota =
		(struct pfcp_volume){.has_uplink = true, .uplink_bytes = 60};
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "a quota of 60 octets uplink");
	talk_uplink(bed, &ex, EX_QFI);
	talk_uplink(bed, &ex, EX_QFI);
	tap_ok(report_comes(bed, &ex, PFCP_REPORT_USAR, 0) && r->n_usage_report == 1 &&
		       r->usage_report[0].trigger & PFCP_USAGE_VOLQU,
	       "its end is reported");
	gnb_send(bed, ex.ul_teid, EX_QFI, ex.ue, "over");
	tap_ok(!edge_receive(bed, ex.ue, "over", NEVER_MS), "and nothing passes any more");
	urr = &modification(&ex)->update_urr[0];
	smf.msg.session_modification_request.n_update_urr = 1;
	pfcp_urr_init(urr);
	urr->urr_id = URR;
	urr->has_volume_quota = true;
	urr->volume_quota = (struct pfcp_volume){.has_uplink = true, .uplink_bytes = 6000};
	tap_ok(modify(bed) == PFCP_CAUSE_ACCEPTED && talk_uplink(bed, &ex, EX_QFI),
	       "until there is a new one");
	talk_delete(bed, &smf, ex.up_seid);
}

static void case_periodic(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.18", 0x18);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	const struct pfcp_session_report_request *r = &smf.request.session_report_request;
	bool all = true;

	urr_put(e, PFCP_TRIGGER_PERIO);
	e->create_urr[0].has_period = true;
	e->create_urr[0].period_s = 1;
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "a measurement period of 1 s");
	for (uint32_t i = 0; i < 3; i++)
		all &= report_comes(bed, &ex, PFCP_REPORT_USAR, 0) &&
		       r->usage_report[0].ur_seqn == i &&
		       r->usage_report[0].trigger & PFCP_USAGE_PERIO;
	tap_ok(all, "three reports, numbered");
	talk_delete(bed, &smf, ex.up_seid);
}

/* ---- addresses by the UPF ---- */

static void case_ue_address(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.1", 0x19);
	struct pfcp_session_establishment_request *e = establishment(&ex);
	const struct pfcp_session_establishment_response *r =
		&smf.answer.session_establishment_response;
	char text[INET_ADDRSTRLEN];

	for (int i = 0; i < 2; i++)
		e->create_pdr[i].pdi.ue_ip[0] =
			(struct pfcp_ue_ip){.choose4 = true, .destination = i == 1};
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED && r->n_created_pdr == 2 &&
		       r->created_pdr[0].n_ue_ip == 1 && r->created_pdr[1].n_ue_ip == 1,
	       "the UPF chooses the UE's address");
	ex.ue = r->created_pdr[0].ue_ip[0].address.ip4;
	inet_ntop(AF_INET, &ex.ue, text, sizeof(text));
	tap_ok(!strncmp(text, "10.60.1.", 8) &&
		       ex.ue.s_addr == r->created_pdr[1].ue_ip[0].address.ip4.s_addr,
	       "of its pool, one for both PDRs: %s", text);
	tap_ok(talk_uplink(bed, &ex, EX_QFI) &&
		       talk_downlink(bed, &ex, bed->gnb_fd, ex.gnb_teid, EX_QFI),
	       "packets of it pass both ways");
	talk_delete(bed, &smf, ex.up_seid);
}

/* ---- inactivity ---- */

static void case_inactivity(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.20", 0x20);
	struct pfcp_session_establishment_request *e = establishment(&ex);

	e->has_inactivity_timer = true;
	e->inactivity_timer_s = 1;
	tap_ok(establish(bed, &ex) == PFCP_CAUSE_ACCEPTED, "an inactivity timer of 1 s");
	talk_uplink(bed, &ex, EX_QFI);
	tap_ok(report_comes(bed, &ex, PFCP_REPORT_UPIR, 0), "silence is reported");
	talk_delete(bed, &smf, ex.up_seid);
}

int main(void)
{
	struct bed bed;

	bed_make(&bed, "ebpf");
	upf_run(&bed);
	smf_open(&smf, "127.0.4.10", 1000);
	talk_associate(&bed, &smf, false);
	case_sdf(&bed);
	case_classifier(&bed);
	case_buffering(&bed);
	case_notification_delay(&bed);
	case_uplink_buffering(&bed);
	case_duplicates(&bed);
	case_usage(&bed);
	case_quota(&bed);
	case_periodic(&bed);
	case_ue_address(&bed);
	case_inactivity(&bed);
	tap_ok(talk_status_number("sessions") == 0 && talk_status_number("teids") == 0,
	       "nothing is left");
	smf_close(&smf);
	bed_free(&bed);
	return tap_end();
}
