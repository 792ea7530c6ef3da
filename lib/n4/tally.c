// SPDX-License-Identifier: Apache-2.0
/* Counting messages, and what it comes to as Prometheus text. */
#include "lib/n4/tally.h"

#include <inttypes.h>

#include "lib/n4/node.h"

static const char *const way_names[N4_WAYS] = {
	[N4_WAY_RECEIVED] = "received",
	[N4_WAY_SENT] = "sent",
};

void n4_tally_message(struct n4_tally *tally, enum n4_way way, uint8_t type)
{
	if (type < N4_TALLY_TYPES)
		tally->message[way][type]++;
}

void n4_tally_response(struct n4_tally *tally, enum n4_way way, const struct pfcp_msg *response)
{
	const uint8_t type = response->header.type;
	uint8_t cause;

	if (type >= N4_TALLY_TYPES || !pfcp_response_cause(response, &cause))
		return;
	tally->cause[way][type][cause < N4_TALLY_CAUSES ? cause : 0]++;
}

void n4_tally_took(struct n4_tally *tally, enum n4_way way, uint8_t request, uint64_t begun_ns)
{
	if (request < N4_TALLY_TYPES)
		histogram_add(&tally->took[way][request], uv_hrtime() - begun_ns);
}

/* ---- as text ---- */

static void head(FILE *out, const char *program, const char *name, const char *type,
		 const char *help)
{
	fprintf(out, "# HELP baton_%s_%s %s\n# TYPE baton_%s_%s %s\n", program, name, help, program,
		name, type);
}

static void messages_write(FILE *out, const char *program, const struct n4_tally *tally)
{
	head(out, program, "pfcp_messages_total", "counter", "PFCP messages by type");
	for (int way = 0; way < N4_WAYS; way++)
		for (int type = 0; type < N4_TALLY_TYPES; type++)
			if (tally->message[way][type])
				fprintf(out,
					"baton_%s_pfcp_messages_total{direction=\"%s\",message=\"%"
					"s\"} "
					"%" PRIu64 "\n",
					program, way_names[way], pfcp_message_name((uint8_t)type),
					tally->message[way][type]);
}

static void causes_write(FILE *out, const char *program, enum n4_way way, uint8_t type,
			 const uint64_t count[N4_TALLY_CAUSES])
{
	for (int cause = 0; cause < N4_TALLY_CAUSES; cause++)
		if (count[cause])
			fprintf(out,
				"baton_%s_pfcp_responses_total{direction=\"%s\",message=\"%s\","
				"cause="
				"\"%s\"} %" PRIu64 "\n",
				program, way_names[way], pfcp_message_name(type),
				pfcp_cause_name((uint8_t)cause), count[cause]);
}

static void took_write(FILE *out, const char *program, enum n4_way way, uint8_t type,
		       const struct histogram *took)
{
	char name[64], labels[128];

	if (!histogram_count(took))
		return;
	snprintf(name, sizeof(name), "baton_%s_pfcp_request_seconds", program);
	snprintf(labels, sizeof(labels), "direction=\"%s\",message=\"%s\"", way_names[way],
		 pfcp_message_name(type));
	histogram_write(out, name, labels, took);
}

void n4_metrics_write(const struct n4_node *node, const char *program, FILE *out)
{
	const struct n4_tally *tally = &node->tally;

	head(out, program, "n4_total", "counter", "what the PFCP endpoint has seen");
	for (int i = 0; i < N4_COUNTERS; i++)
		fprintf(out, "baton_%s_n4_total{what=\"%s\"} %" PRIu64 "\n", program,
			n4_counter_name((enum n4_counter)i), node->counter[i]);
	messages_write(out, program, tally);
	head(out, program, "pfcp_responses_total", "counter", "PFCP responses by type and cause");
	for (int way = 0; way < N4_WAYS; way++)
		for (int type = 0; type < N4_TALLY_TYPES; type++)
			causes_write(out, program, (enum n4_way)way, (uint8_t)type,
				     tally->cause[way][type]);
	head(out, program, "pfcp_request_seconds", "histogram",
	     "received: until a PFCP request was answered; sent: until its answer came");
	for (int way = 0; way < N4_WAYS; way++)
		for (int type = 0; type < N4_TALLY_TYPES; type++)
			took_write(out, program, (enum n4_way)way, (uint8_t)type,
				   &tally->took[way][type]);
}
