// SPDX-License-Identifier: Apache-2.0
/*
 * What lib/pfcp costs: bench_pfcp_codec FILE. The messages of a PDU session with a default flow and
 * one for voice, as an SMF and a UPF send them: its establishment with 4 PDRs, 4 FARs, 2 QERs and
 * 2 URRs; the answer; a handover; a usage report. A heartbeat is what any message costs at least.
 * Yardstick: each octet of the message taken once, by FNV-1a, as slow as a plain parser.
 *
 * One thread, the same struct and buffer over and over, as a UPF does it too; the time is what the
 * processor spent on this thread.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/pfcp/pfcp.h"
#include "tests/bench/bench_report.h"

enum { RUNS = 31, MESSAGES = 5000 };
enum { DEFAULT_FLOW = 1, VOICE_FLOW = 2, UPLINK = 1, DOWNLINK = 2 };

static const char DNN[] = "internet";

/* not the stack's: a message is 800 kB */
static struct pfcp_msg sent, received;
static uint8_t wire[PFCP_MAX_MESSAGE], again[PFCP_MAX_MESSAGE];

static void require(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "bench_pfcp_codec: %s\n", what);
	exit(1);
}

static struct in_addr address(const char *text)
{
	struct in_addr ret;

	require(inet_pton(AF_INET, text, &ret) == 1 ? 0 : -1, text);
	return ret;
}

static void set_name(struct pfcp_name *name, const char *text)
{
	snprintf(name->text, sizeof(name->text), "%s", text);
}

/* ---- the session's rules ---- */

static void fill_pdi(struct pfcp_pdi *pdi, unsigned int flow, unsigned int direction)
{
	pdi->source_interface = direction == UPLINK ? PFCP_INTERFACE_ACCESS : PFCP_INTERFACE_CORE;
	pdi->has_network_instance = true;
	set_name(&pdi->network_instance, DNN);
	pdi->n_ue_ip = 1;
	pdi->ue_ip[0] = (struct pfcp_ue_ip){
		.destination = direction == DOWNLINK,
		.address = {.v4 = true, .ip4 = address("10.60.0.2")},
	};
	if (direction == UPLINK) {
		pdi->has_f_teid = true;
		pdi->f_teid.choose = true;
		pdi->f_teid.address.v4 = true;
		pdi->n_qfi = 1;
		pdi->qfi[0] = (uint8_t)flow;
	}
	if (flow == VOICE_FLOW) {
		pdi->n_sdf = 1;
		pdi->sdf[0] = (struct pfcp_sdf_filter){.has_flow = true};
		snprintf(pdi->sdf[0].flow, sizeof(pdi->sdf[0].flow),
			 "permit out 17 from 198.51.100.0/24 5000-5100 to assigned");
	}
}

static void fill_pdr(struct pfcp_pdr *pdr, unsigned int flow, unsigned int direction)
{
	pfcp_pdr_init(pdr);
	pdr->pdr_id = (uint16_t)(flow * 2 + direction);
	pdr->has_precedence = true;
	pdr->precedence = flow == VOICE_FLOW ? 100 : 255;
	pdr->has_pdi = true;
	fill_pdi(&pdr->pdi, flow, direction);
	if (direction == UPLINK) {
		pdr->has_outer_header_removal = true;
		pdr->outer_header_removal.description = PFCP_OHR_GTPU_UDP_IP4;
	}
	pdr->has_far_id = true;
	pdr->far_id = pdr->pdr_id;
	pdr->n_qer_id = 1;
	pdr->qer_id[0] = flow;
	pdr->n_urr_id = 1;
	pdr->urr_id[0] = flow;
}

static void forward_to_radio(struct pfcp_forwarding *forwarding, const char *radio)
{
	forwarding->has_outer_header_creation = true;
	forwarding->outer_header_creation = (struct pfcp_outer_header_creation){
		.description = PFCP_OHC_GTPU_UDP_IP4, .teid = 0x1234, .ip4 = address(radio)};
}

static void fill_far(struct pfcp_far *far, unsigned int flow, unsigned int direction)
{
	pfcp_far_init(far);
	far->far_id = flow * 2 + direction;
	far->has_apply_action = true;
	far->apply_action = PFCP_ACTION_FORW;
	far->has_forwarding = true;
	far->forwarding.has_destination_interface = true;
	far->forwarding.destination_interface =
		direction == UPLINK ? PFCP_INTERFACE_CORE : PFCP_INTERFACE_ACCESS;
	far->forwarding.has_network_instance = true;
	set_name(&far->forwarding.network_instance, DNN);
	if (direction == DOWNLINK)
		forward_to_radio(&far->forwarding, "10.0.1.1");
}

static void fill_qer(struct pfcp_qer *qer, unsigned int flow)
{
	pfcp_qer_init(qer);
	qer->qer_id = flow;
	qer->has_gate_status = true; /* zero: both gates open */
	qer->has_mbr = true;
	qer->mbr = (struct pfcp_bit_rate){.uplink_kbps = 100000, .downlink_kbps = 1000000};
	qer->has_gbr = flow == VOICE_FLOW;
	qer->gbr = (struct pfcp_bit_rate){.uplink_kbps = 128, .downlink_kbps = 128};
	qer->has_qfi = true;
	qer->qfi = (uint8_t)flow;
}

static void fill_urr(struct pfcp_urr *urr, unsigned int flow)
{
	pfcp_urr_init(urr);
	urr->urr_id = flow;
	urr->has_method = true;
	urr->method = PFCP_MEASURE_VOLUME | PFCP_MEASURE_DURATION;
	urr->has_triggers = true;
	urr->triggers = PFCP_TRIGGER_VOLTH | PFCP_TRIGGER_TIMTH;
	urr->has_volume_threshold = true;
	urr->volume_threshold = (struct pfcp_volume){.has_total = true, .total_bytes = 100 << 20};
	urr->has_time_threshold = true;
	urr->time_threshold_s = 3600;
}

/* ---- the messages ---- */

static void establishment_request(void)
{
	struct pfcp_session_establishment_request *r = &sent.session_establishment_request;

	pfcp_msg_init(&sent, PFCP_SESSION_ESTABLISHMENT_REQUEST, 0, 1);
	r->node_id.type = PFCP_NODE_IP4;
	r->node_id.ip4 = address("10.100.0.1");
	r->cp_f_seid.seid = 1;
	r->cp_f_seid.address = (struct pfcp_address){.v4 = true, .ip4 = r->node_id.ip4};
	for (unsigned int flow = DEFAULT_FLOW; flow <= VOICE_FLOW; flow++) {
		for (unsigned int direction = UPLINK; direction <= DOWNLINK; direction++) {
			fill_pdr(&r->create_pdr[r->n_create_pdr++], flow, direction);
			fill_far(&r->create_far[r->n_create_far++], flow, direction);
		}
		fill_qer(&r->create_qer[r->n_create_qer++], flow);
		fill_urr(&r->create_urr[r->n_create_urr++], flow);
	}
	r->has_pdn_type = true;
	r->pdn_type = PFCP_PDN_IP4;
	r->has_dnn = true;
	set_name(&r->dnn, DNN);
	r->has_s_nssai = true;
	r->s_nssai.sst = 1;
}

static void establishment_response(void)
{
	struct pfcp_session_establishment_response *r = &sent.session_establishment_response;

	pfcp_msg_init(&sent, PFCP_SESSION_ESTABLISHMENT_RESPONSE, 1, 1);
	r->node_id.type = PFCP_NODE_IP4;
	r->node_id.ip4 = address("10.100.0.2");
	r->cause = PFCP_CAUSE_ACCEPTED;
	r->has_up_f_seid = true;
	r->up_f_seid.seid = 2;
	r->up_f_seid.address = (struct pfcp_address){.v4 = true, .ip4 = r->node_id.ip4};
	for (unsigned int flow = DEFAULT_FLOW; flow <= VOICE_FLOW; flow++) {
		struct pfcp_created_pdr *created = &r->created_pdr[r->n_created_pdr++];

		*created = (struct pfcp_created_pdr){.pdr_id = (uint16_t)(flow * 2 + UPLINK),
						     .has_f_teid = true};
		created->f_teid.teid = flow;
		created->f_teid.address =
			(struct pfcp_address){.v4 = true, .ip4 = address("10.0.2.1")};
	}
}

static void handover(void)
{
	struct pfcp_session_modification_request *r = &sent.session_modification_request;

	pfcp_msg_init(&sent, PFCP_SESSION_MODIFICATION_REQUEST, 2, 2);
	for (unsigned int flow = DEFAULT_FLOW; flow <= VOICE_FLOW; flow++) {
		struct pfcp_far *far = &r->update_far[r->n_update_far++];

		pfcp_far_init(far);
		far->far_id = flow * 2 + DOWNLINK;
		far->has_forwarding = true;
		forward_to_radio(&far->forwarding, "10.0.1.2");
		far->forwarding.has_smreq_flags = true;
		far->forwarding.smreq_flags = PFCP_SMREQ_SNDEM;
	}
}

static void usage_report(void)
{
	struct pfcp_session_report_request *r = &sent.session_report_request;
	struct pfcp_usage_report *usage = &r->usage_report[0];

	pfcp_msg_init(&sent, PFCP_SESSION_REPORT_REQUEST, 1, 3);
	r->report_type = PFCP_REPORT_USAR;
	r->n_usage_report = 1;
	pfcp_usage_report_init(usage);
	usage->urr_id = DEFAULT_FLOW;
	usage->trigger = PFCP_USAGE_VOLTH;
	usage->has_start_time = usage->has_end_time = true;
	usage->start_time = 0xe81fe7b4;
	usage->end_time = usage->start_time + 60;
	usage->has_volume = true;
	usage->volume = (struct pfcp_volume){.has_total = true,
					     .has_uplink = true,
					     .has_downlink = true,
					     .total_bytes = 100 << 20,
					     .uplink_bytes = 1 << 20,
					     .downlink_bytes = 99 << 20};
	usage->has_duration = true;
	usage->duration_s = 60;
}

static void heartbeat(void)
{
	pfcp_msg_init(&sent, PFCP_HEARTBEAT_REQUEST, 0, 4);
	sent.heartbeat_request.recovery_time_stamp = 0xe81fe7b4;
}

/* ---- what they cost ---- */

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double ns_since(double start)
{
	return (cpu_seconds() - start) * 1e9 / MESSAGES;
}

static double decode_ns(size_t len)
{
	double start = cpu_seconds();

	for (unsigned int i = 0; i < MESSAGES; i++)
		require(pfcp_decode(wire, len, &received, NULL), "not decoded");
	return ns_since(start);
}

static double encode_ns(size_t len)
{
	double start = cpu_seconds();
	size_t n;

	for (unsigned int i = 0; i < MESSAGES; i++)
		require(pfcp_encode(&received, again, sizeof(again), &n), "not encoded");
	require(n == len && !memcmp(wire, again, n) ? 0 : -1, "other octets");
	return ns_since(start);
}

static double hash_ns(size_t len)
{
	volatile uint32_t hash;
	double start = cpu_seconds();

	for (unsigned int i = 0; i < MESSAGES; i++) {
		uint32_t h = 2166136261U ^ i;

		for (size_t k = 0; k < len; k++)
			h = (h ^ wire[k]) * 16777619U;
		hash = h;
		(void)hash;
	}
	return ns_since(start);
}

static void bench_message(struct bench_report *report, const char *name, void (*fill)(void))
{
	char reading[64], writing[64];
	struct bench_row read = {
		.name = reading, .unit = "ns", .yardstick = "FNV-1a", .smaller_is_better = true};
	struct bench_row write = read;
	size_t len;

	fill();
	require(pfcp_encode(&sent, wire, sizeof(wire), &len), name);
	snprintf(reading, sizeof(reading), "%s, %zu octets, read", name, len);
	snprintf(writing, sizeof(writing), "%s, written", name);
	write.name = writing;
	for (unsigned int i = 0; i < RUNS; i++) {
		bench_run(&read, decode_ns(len), hash_ns(len));
		bench_run(&write, encode_ns(len), hash_ns(len));
	}
	bench_add(report, &read);
	bench_add(report, &write);
}

int main(int argc, char **argv)
{
	struct bench_report report;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_pfcp_codec FILE\n");
		return 2;
	}
	bench_begin(&report);
	bench_message(&report, "establishment", establishment_request);
	bench_message(&report, "its answer", establishment_response);
	bench_message(&report, "handover", handover);
	bench_message(&report, "usage report", usage_report);
	bench_message(&report, "heartbeat", heartbeat);
	return bench_end(&report, NULL, argv[1]) < 0;
}
