// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/measure_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UP_NS = 100000, DOWN_NS = 100000, TURN_NS = 10000 /* of edge a; twice that of b */ };

struct reaching { /* an edge */
	uint64_t ns;
	uint32_t seq;
	size_t edge;
	unsigned replies; /* how many come back */
	uint64_t reply_delay_ns;
};

static int by_time(const void *a, const void *b)
{
	const struct reaching *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int by_arrival(const void *a, const void *b)
{
	const struct probe_reply *x = a, *y = b;

	return x->received_ns < y->received_ns ? -1 : x->received_ns > y->received_ns;
}

/* Return: how many edges it reaches, at most two */
static size_t fate_of(char letter, uint64_t sent, uint64_t interval, struct reaching ret[2])
{
	ret[0] = (struct reaching){.ns = sent + UP_NS, .edge = 0, .replies = 1};
	switch (letter) {
	case '-':
		return 0;
	case 'b':
	case 'B':
		ret[0].edge = 1;
		break;
	case 'r':
		ret[0].ns += interval * 5 / 2;
		break;
	case 'L':
		ret[0].ns += UINT64_C(2000000000);
		break;
	case 'R':
		ret[0].reply_delay_ns = interval * 5 / 2;
		break;
	case 'D':
		ret[0].replies = 2;
		break;
	case '2':
	case 'x':
	case 'd':
		ret[1] = ret[0];
		ret[1].edge = letter != 'd';
		ret[1].replies = letter != 'x';
		return 2;
	default:
		break;
	}
	ret[0].replies = letter == 'A' || letter == 'B' ? 0 : ret[0].replies;
	return 1;
}

static void take_in(struct probe_run *run, const struct reaching *r)
{
	struct segment *s = &run->segment[r->edge];
	struct stamp_sample *sample = &s->sample[s->count];

	*sample = (struct stamp_sample){.sender_seq = r->seq,
					.seq = (uint32_t)s->count,
					.received_ns = r->ns,
					.sent_ns = r->ns + TURN_NS * (r->edge + 1)};
	s->count++;
	run->sample_count++;
	for (unsigned i = 0; i < r->replies; i++)
		run->reply[run->reply_count++] = (struct probe_reply){
			.sender_seq = r->seq,
			.reflector_seq = sample->seq,
			.received_ns = sample->sent_ns + DOWN_NS + r->reply_delay_ns,
			.reflected_ns = sample->sent_ns,
			.local.s_addr = (in_addr_t)r->edge + 1};
}

void world_make(const char *fates, uint64_t interval_ns, struct probe_run *run)
{
	size_t probes = strlen(fates), n = 0;
	struct reaching *all = calloc(probes * 2 + 1, sizeof *all);

	*run = (struct probe_run){.interval_ns = interval_ns,
				  .began_ns = WORLD_BASE - interval_ns,
				  .sent_count = probes,
				  .edge_count = 2,
				  .edge_name = {"edge-a", "edge-b"},
				  .segment_count = 2};
	run->sent_ns = calloc(probes + 1, sizeof *run->sent_ns);
	run->reply = calloc(probes * 2 + 1, sizeof *run->reply);
	for (size_t e = 0; e < 2; e++)
		run->segment[e] = (struct segment){
			.edge = e,
			.began_ns = WORLD_BASE + UP_NS,
			.sample = calloc(probes * 2 + 1, sizeof(struct stamp_sample))};
	for (size_t i = 0; i < probes; i++) {
		struct reaching two[2];
		size_t k;

		run->sent_ns[i] = WORLD_BASE + i * interval_ns;
		k = fate_of(fates[i], run->sent_ns[i], interval_ns, two);
		for (size_t j = 0; j < k; j++) {
			all[n] = two[j];
			all[n++].seq = (uint32_t)i;
		}
	}
	qsort(all, n, sizeof *all, by_time);
	for (size_t i = 0; i < n; i++)
		take_in(run, &all[i]);
	qsort(run->reply, run->reply_count, sizeof *run->reply, by_arrival);
	free(all);
}

struct switch_event world_window(uint64_t interval_ns, unsigned first, unsigned last)
{
	struct switch_event event = {.ok = true, .migration = "m1", .state = "completed"};

	event.t0_ns = WORLD_BASE + first * interval_ns + WINDOW_LEAD_NS;
	event.switched_ns = event.t0_ns;
	event.hold_ns = WORLD_BASE + last * interval_ns - event.t0_ns;
	return event;
}
