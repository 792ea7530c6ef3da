// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 1 << 12 };

static struct segment *latest_segment(const struct probe_run *run, size_t edge)
{
	for (size_t i = run->segment_count; i > 0; i--) {
		if (run->segment[i - 1].edge == edge)
			return (struct segment *)&run->segment[i - 1];
	}
	return NULL;
}

uint64_t collect_next(const struct probe_run *run, size_t edge)
{
	const struct segment *s = latest_segment(run, edge);

	return s ? s->first + s->count : 0;
}

/* Until when it is known what the edge received: its latest sample, or that it had no more. */
static uint64_t known_until(const struct probe_run *run, size_t edge)
{
	const struct segment *s = latest_segment(run, edge);
	uint64_t known = run->known_ns[edge] ? run->known_ns[edge] : run->began_ns;
	uint64_t latest = s && s->count ? s->sample[s->count - 1].received_ns : 0;

	return latest > known ? latest : known;
}

/* With no room for one more, the last grows over it: too much is unknown then, never too little. */
static void add_hole(struct probe_run *run, size_t edge, uint64_t from_ns, uint64_t to_ns,
		     enum hole_why why)
{
	struct hole *last = &run->hole[HOLES_MAX - 1];

	if (run->hole_count < HOLES_MAX) {
		run->hole[run->hole_count++] = (struct hole){edge, from_ns, to_ns, why};
		return;
	}
	last->from_ns = from_ns < last->from_ns ? from_ns : last->from_ns;
	last->to_ns = to_ns > last->to_ns ? to_ns : last->to_ns;
}

static int add_segment(struct probe_run *run, size_t edge, uint64_t began_ns, uint64_t first)
{
	if (run->segment_count == SEGMENTS_MAX)
		return -ENOSPC;
	run->segment[run->segment_count++] =
		(struct segment){.edge = edge, .began_ns = began_ns, .first = first};
	return 0;
}

static int make_room(struct probe_run *run, struct segment *s, size_t more)
{
	size_t room = s->room ? s->room : ROOM_FIRST;
	struct stamp_sample *larger;

	if (more > SAMPLES_MAX - run->sample_count)
		return -ENOMEM;
	while (room < s->count + more)
		room *= 2;
	if (room == s->room)
		return 0;
	larger = realloc(s->sample, room * sizeof *larger);
	if (!larger)
		return -ENOMEM;
	s->sample = larger;
	s->room = room;
	return 0;
}

static int append(struct probe_run *run, struct segment *s, const uint8_t *bytes, size_t n)
{
	int r = make_room(run, s, n);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		stamp_sample_get(bytes + i * SAMPLE_LEN, &s->sample[s->count + i]);
	s->count += n;
	run->sample_count += n;
	return 0;
}

/* A session that we have not seen yet. Its beginning is a restart when the reflector is younger
 * than the run, or than what we have of it. */
static int begin_session(struct probe_run *run, size_t edge, const struct segment *old,
			 const struct stamp_sample_header *header)
{
	uint64_t since = known_until(run, edge);
	int r = add_segment(run, edge, header->began_ns, 0);

	if (r < 0)
		return r;
	if (header->started_ns > since)
		add_hole(run, edge, since, header->started_ns, HOLE_RESTARTED);
	else if (old)
		add_hole(run, edge, since, header->began_ns, HOLE_FORGOTTEN);
	return 0;
}

static int overrun(struct probe_run *run, size_t edge, const struct stamp_sample_header *header,
		   const uint8_t *samples, size_t n)
{
	struct segment *s = latest_segment(run, edge);
	uint64_t since = known_until(run, edge);
	struct stamp_sample oldest;
	int r = 0;

	if (n == 0)
		return -EBADMSG;
	stamp_sample_get(samples, &oldest);
	if (s->count == 0)
		s->first = header->first;
	else
		r = add_segment(run, edge, s->began_ns, header->first);
	if (r == 0)
		add_hole(run, edge, since, oldest.received_ns, HOLE_OVERRUN);
	return r;
}

int collect_answer(struct probe_run *run, size_t edge, const uint8_t *bytes, size_t len,
		   uint64_t asked_ns)
{
	size_t n = len >= SAMPLE_HEADER_LEN ? (len - SAMPLE_HEADER_LEN) / SAMPLE_LEN : 0;
	struct segment *s = latest_segment(run, edge);
	struct stamp_sample_header header;
	uint64_t asked = collect_next(run, edge);
	int r = 0;

	if (len < SAMPLE_HEADER_LEN || (len - SAMPLE_HEADER_LEN) % SAMPLE_LEN)
		return -EBADMSG;
	stamp_sample_header_get(bytes, &header);
	if (header.first > header.taken || n > header.taken - header.first)
		return -EBADMSG;
	if (!s || s->began_ns != header.began_ns) {
		r = begin_session(run, edge, s, &header);
		if (r < 0)
			return r;
		if (asked > 0) /* the answer is to a question about another session */
			return 1;
	}
	if (header.first > asked)
		r = overrun(run, edge, &header, bytes + SAMPLE_HEADER_LEN, n);
	else if (header.first < asked)
		r = -EBADMSG;
	if (r == 0)
		r = append(run, latest_segment(run, edge), bytes + SAMPLE_HEADER_LEN, n);
	if (r < 0)
		return r;
	if (header.first + n < header.taken)
		return n > 0 ? 1 : -EBADMSG;
	run->known_ns[edge] = asked_ns;
	return 0;
}

void collect_none(struct probe_run *run, size_t edge, uint64_t asked_ns)
{
	if (!latest_segment(run, edge))
		run->known_ns[edge] = asked_ns;
}

void collect_missing(struct probe_run *run, size_t edge, enum hole_why why, uint64_t now_ns)
{
	add_hole(run, edge, known_until(run, edge), now_ns, why);
}

const struct hole *collect_hole_in(const struct probe_run *run, uint64_t from_ns, uint64_t to_ns)
{
	for (size_t i = 0; i < run->hole_count; i++) {
		if (run->hole[i].from_ns <= to_ns && run->hole[i].to_ns >= from_ns)
			return &run->hole[i];
	}
	return NULL;
}

void collect_hole_text(const struct probe_run *run, const struct hole *hole, char *buf, size_t size)
{
	static const char *const why[] = {
		[HOLE_RESTARTED] = "was restarted",
		[HOLE_FORGOTTEN] = "has lost its samples",
		[HOLE_OVERRUN] = "kept only its latest samples (reflector_samples)",
		[HOLE_UNREACHABLE] = "did not answer any more",
	};

	snprintf(buf, size, "the edge agent of %s %s", run->edge_name[hole->edge], why[hole->why]);
}

void probe_run_done(struct probe_run *run)
{
	free(run->sent_ns);
	free(run->sender_late);
	free(run->reply);
	free(run->tap);
	for (size_t i = 0; i < run->segment_count; i++)
		free(run->segment[i].sample);
	*run = (struct probe_run){0};
}
