// SPDX-License-Identifier: Apache-2.0
/* The packets around a switch as JSON, times in nanoseconds from its T0. */
#include <inttypes.h>

#include "testbed/measure/report.h"
#include "testbed/measure/search.h"

struct window {
	uint64_t t0, from, to;
};

static int64_t relative(const struct window *w, uint64_t ns)
{
	return (int64_t)(ns - w->t0);
}

static const char *comma(bool *first)
{
	const char *text = *first ? "" : ",";

	*first = false;
	return text;
}

/* [sequence number, sent] of each probe */
static void sent_print(const struct probe_run *run, const struct window *w, FILE *out)
{
	bool first = true;

	fprintf(out, "\"sent\":[");
	for (size_t i =
		     search_time(run->sent_ns, run->sent_count, sizeof *run->sent_ns, 0, w->from);
	     i < run->sent_count && run->sent_ns[i] <= w->to; i++)
		fprintf(out, "%s[%zu,%" PRId64 "]", comma(&first), i, relative(w, run->sent_ns[i]));
	fprintf(out, "]");
}

static void sample_print(const struct stamp_sample *s, const char *edge, const struct window *w,
			 bool *first, FILE *out)
{
	if (s->received_ns >= w->from && s->received_ns <= w->to)
		fprintf(out, "%s[\"%s\",%u,%u,%" PRId64 ",%" PRId64 "]", comma(first), edge,
			s->sender_seq, s->seq, relative(w, s->received_ns),
			relative(w, s->sent_ns));
}

/* [edge, sender's sequence number, reflector's, received, reply sent] of each probe that an edge
 * got. Samples are in order of their replies, and a probe may wait for its reply. */
static void reflected_print(const struct probe_run *run, const struct window *w, FILE *out)
{
	uint64_t until = w->to + LOST_AFTER_NS;
	bool first = true;

	fprintf(out, ",\"reflected\":[");
	for (size_t k = 0; k < run->segment_count; k++) {
		const struct segment *s = &run->segment[k];
		const char *edge = run->edge_name[s->edge];

		for (size_t i = SEARCH_TIME(s->sample, s->count, sent_ns, w->from);
		     i < s->count && s->sample[i].sent_ns <= until; i++)
			sample_print(&s->sample[i], edge, w, &first, out);
	}
	fprintf(out, "]");
}

/* [sender's sequence number, reflector's, received] of each reply */
static void replies_print(const struct probe_run *run, const struct window *w, FILE *out)
{
	bool first = true;

	fprintf(out, ",\"replies\":[");
	for (size_t i = SEARCH_TIME(run->reply, run->reply_count, received_ns, w->from);
	     i < run->reply_count && run->reply[i].received_ns <= w->to; i++)
		fprintf(out, "%s[%u,%u,%" PRId64 "]", comma(&first), run->reply[i].sender_seq,
			run->reply[i].reflector_seq, relative(w, run->reply[i].received_ns));
	fprintf(out, "]");
}

/* [TEID, sequence number, time] of each probe seen on N3 */
static void tap_print(const struct probe_run *run, const struct window *w, FILE *out)
{
	bool first = true;

	fprintf(out, ",\"n3\":[");
	for (size_t i = SEARCH_TIME(run->tap, run->tap_count, ns, w->from);
	     i < run->tap_count && run->tap[i].ns <= w->to; i++)
		fprintf(out, "%s[%u,%u,%" PRId64 "]", comma(&first), run->tap[i].teid,
			run->tap[i].seq, relative(w, run->tap[i].ns));
	fprintf(out, "]");
}

void report_packets_json(const struct report *r, const struct switch_event *e, FILE *out)
{
	const struct probe_run *run = &r->run[e->ue];
	struct window w = {.t0 = e->t0_ns};

	event_window(e, &w.from, &w.to);
	fprintf(out, ",\"packets\":{");
	sent_print(run, &w, out);
	reflected_print(run, &w, out);
	replies_print(run, &w, out);
	tap_print(run, &w, out);
	fprintf(out, "}");
}
