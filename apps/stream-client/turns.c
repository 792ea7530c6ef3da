// SPDX-License-Identifier: Apache-2.0
/*
 * The selector thread: reads each stream's buffer at each turn, lets the selector decide, and does
 * what it says. In the turn of a switch the signal and the steering go out before the picture does:
 * nothing that takes time lies between.
 */
#include "apps/stream-client/viewer.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"

enum { FIFO_PRIORITY = 5 };

struct turn_streams {
	struct selector_stream known[SELECTOR_STREAMS_MAX];
	unsigned count;
};

static void gather(struct viewer *v, struct turn_streams *ret)
{
	ret->count = 0;
	for (uint32_t n = 0; n < SELECTOR_STREAMS_MAX; n++) {
		struct stream *stream = v->stream[n].stream;

		if (!stream)
			continue;
		ret->known[ret->count++] = (struct selector_stream){
			.n = n,
			.stalled = stream_is_stalled(stream),
			.frame = one_frame_buffer_read(stream_buffer(stream)),
		};
	}
}

static void let_go(struct viewer *v, struct turn_streams *streams)
{
	for (unsigned i = 0; i < streams->count; i++)
		one_frame_buffer_let_go(stream_buffer(v->stream[streams->known[i].n].stream),
					streams->known[i].frame);
}

/* Frames that came since the last turn tell when frames come, and whether turns keep away. */
static void note_arrivals(struct pace *pace, struct turn_streams *streams,
			  uint64_t seen[SELECTOR_STREAMS_MAX])
{
	uint64_t ahead = clock_now_ns() - clock_mono_ns();

	for (unsigned i = 0; i < streams->count; i++) {
		struct selector_stream *s = &streams->known[i];

		if (s->frame && s->frame->decoded_ns != seen[s->n]) {
			seen[s->n] = s->frame->decoded_ns;
			pace_arrival(pace, s->n, s->frame->decoded_ns - ahead);
		}
		s->unsettled = pace->follow && !pace_is_clear(pace, s->n);
	}
}

static void act(struct viewer *v, const struct selector_turn *turn, uint64_t now_ns)
{
	const struct switch_record *r = turn->record;

	if (!r)
		return;
	if (turn->switched) {
		stream_switch(v->stream[r->request.to].stream, r->request.number, now_ns);
		strip_begin(v->strip, r->request.window);
	}
	log_info("switch", "number=%u to=%u state=%s reason=%s pairs=%llu waited_ms=%llu",
		 r->request.number, r->request.to, switch_state_name(r->state),
		 switch_reason_name(r->reason), (unsigned long long)r->pairs,
		 (unsigned long long)((r->ended_ns - r->asked_ns) / 1000000));
}

static void display(struct viewer *v, struct selector_turn *turn)
{
	struct frame shown = {.picture = (struct picture *)(uintptr_t)turn->picture,
			      .stamp = turn->row.stamp};
	struct viewer_stream *of = &v->stream[turn->row.stream];
	uint64_t row;

	/* Refused only while readers hold too many: they see the next one. */
	(void)one_frame_buffer_put(v->display, &shown);
	selector_displayed(v->selector, turn, clock_now_ns());
	steering_start(v->steering, turn->row.display_ns);
	inputs_shown(v->inputs, turn->row.stamp.input, turn->row.display_ns);
	row = ring_add(v->displays, &turn->row);
	strip_show(v->strip, &turn->row, turn->picture);
	if (v->record)
		record_put(v->record, &shown);
	if (v->jumps)
		jumps_put(v->jumps, turn->picture, row, turn->row.display_ns);
	v->counters.displayed += !turn->row.again;
	v->counters.again += turn->row.again;
	v->counters.blended += turn->row.alpha_n > 0;
	of->displayed += !turn->row.again;
	of->displayed_again += turn->row.again;
}

/* Client-side state (B16): what the user's view is made of, uploaded while two streams are there */
static void offer_view(struct viewer *v, const struct turn_streams *streams,
		       const struct selector_turn *turn)
{
	char text[CONTROL_VIEW_MAX + 1];
	const struct frame_stamp *stamp = &turn->row.stamp;
	int len = (int)v->view_len;

	if (streams->count < 2 || !turn->picture) {
		steering_view(v->steering, false, NULL, 0);
		return;
	}
	if (len > 0)
		memcpy(text, v->view, v->view_len);
	else
		len = snprintf(text, sizeof text,
			       "{\"stream\":%u,\"edge\":%u,\"seq\":%u,\"tick\":%u,\"input\":%u,"
			       "\"width\":%u,\"height\":%u}",
			       turn->row.stream, stamp->edge, stamp->seq, stamp->tick, stamp->input,
			       turn->picture->width, turn->picture->height);
	steering_view(v->steering, true, text, (size_t)len);
}

static void take_turn(struct viewer *v, struct pace *pace, uint64_t seen[SELECTOR_STREAMS_MAX],
		      uint64_t left_out)
{
	struct turn_streams streams;
	struct selector_turn turn;
	uint64_t now_ns;

	pthread_mutex_lock(&v->lock);
	now_ns = clock_now_ns(); /* not before: what was asked while we waited is older than this */
	v->counters.turns++;
	v->counters.late += left_out;
	gather(v, &streams);
	note_arrivals(pace, &streams, seen);
	selector_step(v->selector, now_ns, streams.known, streams.count, &turn);
	act(v, &turn, now_ns);
	if (turn.picture)
		display(v, &turn);
	if (turn.has_pair)
		ring_add(v->pairs, &turn.pair);
	v->stalled = turn.stalled;
	offer_view(v, &streams, &turn);
	let_go(v, &streams);
	pthread_mutex_unlock(&v->lock);
}

static void sleep_until(uint64_t mono_ns)
{
	struct timespec at = {.tv_sec = (time_t)(mono_ns / 1000000000),
			      .tv_nsec = (long)(mono_ns % 1000000000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/* Turns are on time also on a busy machine; where that isn't allowed, as time permits. A turn is
 * short, and nothing that comes from outside makes it longer. */
static void hurry(void)
{
	struct sched_param param = {.sched_priority = FIFO_PRIORITY};
	int r = pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);

	if (r != 0)
		log_info("selector", "what=\"no real-time priority\" error=\"%s\"", strerror(r));
}

static void *run(void *user)
{
	struct viewer *v = user;
	uint64_t seen[SELECTOR_STREAMS_MAX] = {0}, left_out;
	struct pace pace;

	pthread_setname_np(pthread_self(), "selector");
	hurry();
	one_frame_buffer_own(v->display);
	if (v->record)
		record_own(v->record);
	pace_init(&pace, v->config.fps, !v->config.pace_fixed, clock_mono_ns());
	while (!atomic_load(&v->stop)) {
		sleep_until(pace_next(&pace, clock_mono_ns(), &left_out));
		take_turn(v, &pace, seen, left_out);
	}
	return NULL;
}

int viewer_start(struct viewer *viewer)
{
	int r;

	selector_record_pairs(viewer->selector, viewer->config.pairs_always);
	r = -pthread_create(&viewer->thread, NULL, run, viewer);
	viewer->running = r == 0;
	return r;
}

void viewer_stop(struct viewer *viewer)
{
	if (!viewer->running)
		return;
	atomic_store(&viewer->stop, true);
	pthread_join(viewer->thread, NULL);
	viewer->running = false;
}
