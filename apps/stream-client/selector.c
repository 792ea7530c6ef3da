// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/selector.h"

#include <errno.h>
#include <stdlib.h>

#include "apps/picture/blend.h"
#include "apps/picture/ssim.h"

struct selector {
	uint32_t shown; /* 0: nothing */
	bool pairs_always;
	struct switch_record *waiting, *settling; /* settling: switched, the last one of all */
	struct {
		bool active;
		uint32_t from, n, window;
	} slide;
	struct {
		uint64_t generation_s, generation_d;
		uint32_t from, to;
	} pair; /* the one looked at last: a pair is looked at once */
	struct {
		bool has;
		struct frame_stamp stamp;
	} last[SELECTOR_STREAMS_MAX]; /* shown last, by stream */
	struct picture *blended;
};

const char *switch_state_name(enum switch_state state)
{
	static const char *const name[] = {"waiting", "switched", "given-up", "cancelled"};

	return name[state];
}

const char *switch_reason_name(enum switch_reason reason)
{
	static const char *const name[SWITCH_REASONS] = {
		"",
		"ssim",
		"forced",
		"no-source",
		"shown",
		"timeout",
		"destination-stalled",
		"destination-gone",
	};

	return name[reason];
}

int selector_new(struct selector **ret_selector)
{
	struct selector *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	*ret_selector = s;
	return 0;
}

void selector_free(struct selector *selector)
{
	if (!selector)
		return;
	picture_free(selector->blended);
	free(selector);
}

void selector_record_pairs(struct selector *selector, bool always)
{
	selector->pairs_always = always;
}

void selector_show(struct selector *selector, uint32_t n)
{
	if (selector->shown == 0)
		selector->shown = n;
}

uint32_t selector_shown(const struct selector *selector)
{
	return selector->shown;
}

/* ---- switches ---- */

static struct switch_record *end_waiting(struct selector *s, enum switch_state state,
					 enum switch_reason reason, uint64_t now_ns)
{
	struct switch_record *record = s->waiting;

	record->state = state;
	record->reason = reason;
	/* a clock that was set back makes no wait of centuries */
	record->ended_ns = now_ns > record->asked_ns ? now_ns : record->asked_ns;
	s->waiting = NULL;
	return record;
}

int selector_ask(struct selector *selector, struct switch_record *record, uint64_t now_ns)
{
	if (selector->waiting)
		return -EBUSY;
	if (selector->settling == record)
		selector->settling = NULL; /* the record is used anew */
	record->state = SWITCH_WAITING;
	record->asked_ns = now_ns;
	selector->waiting = record;
	selector->pair.from = 0; /* the first pair counts although it may have been looked at */
	return 0;
}

int selector_cancel(struct selector *selector, struct switch_record *record, uint64_t now_ns)
{
	if (selector->waiting != record)
		return -ENOENT;
	end_waiting(selector, SWITCH_CANCELLED, SWITCH_REASON_NONE, now_ns);
	return 0;
}

void selector_forget(struct selector *selector, uint32_t n, uint64_t now_ns)
{
	if (n < SELECTOR_STREAMS_MAX)
		selector->last[n].has = false;
	if (selector->shown == n)
		selector->shown = 0;
	if (selector->waiting && selector->waiting->request.to == n)
		end_waiting(selector, SWITCH_GIVEN_UP, SWITCH_REASON_DESTINATION_GONE, now_ns);
}

static const struct selector_stream *find(const struct selector_stream *streams, unsigned count,
					  uint32_t n)
{
	for (unsigned i = 0; i < count; i++)
		if (streams[i].n == n)
			return &streams[i];
	return NULL;
}

/* SSIM of a pair not seen before; false: there is none */
static bool look_at_pair(struct selector *s, uint64_t now_ns, const struct selector_stream *source,
			 const struct selector_stream *destination, struct pair_row *ret_pair)
{
	const struct frame *f = source->frame, *g = destination->frame;
	bool seen = s->pair.from == source->n && s->pair.to == destination->n;

	if (seen && s->pair.generation_s == f->generation && s->pair.generation_d == g->generation)
		return false;
	s->pair.from = source->n;
	s->pair.to = destination->n;
	s->pair.generation_s = f->generation;
	s->pair.generation_d = g->generation;
	ret_pair->ns = now_ns;
	ret_pair->tick_s = f->stamp.tick;
	ret_pair->tick_d = g->stamp.tick;
	/* Pictures of two sizes are as unlike as can be. */
	if (picture_ssim(f->picture, g->picture, frame_stamp_strip(f->picture->width),
			 &ret_pair->ssim) < 0)
		ret_pair->ssim = -1;
	return true;
}

static bool has_picture(const struct selector_stream *stream)
{
	return stream && !stream->stalled && stream->frame;
}

/* The gate: may the waiting switch happen in this turn, and why */
static enum switch_reason gate(struct selector *s, uint64_t now_ns,
			       const struct selector_stream *source,
			       const struct selector_stream *destination,
			       struct selector_turn *turn)
{
	struct switch_record *w = s->waiting;

	if (w->request.to == s->shown)
		return SWITCH_REASON_SHOWN;
	if (!has_picture(destination) || s->slide.active)
		return SWITCH_REASON_NONE;
	if (!has_picture(source))
		return SWITCH_REASON_NO_SOURCE;
	turn->has_pair = look_at_pair(s, now_ns, source, destination, &turn->pair);
	if (turn->has_pair) {
		w->has_ssim = true;
		w->ssim = turn->pair.ssim;
		w->tick_s = turn->pair.tick_s;
		w->tick_d = turn->pair.tick_d;
		w->pairs++;
	}
	if (w->request.force || w->request.threshold <= 0)
		return SWITCH_REASON_FORCED;
	if (destination->unsettled && w->unsettled < SELECTOR_SETTLE) {
		w->unsettled++;
		return SWITCH_REASON_NONE;
	}
	w->gate_ns = w->gate_ns ? w->gate_ns : now_ns;
	/* "Only when the SSIM is greater than the preset threshold" */
	return w->has_ssim && w->ssim > w->request.threshold ? SWITCH_REASON_ALIKE
							     : SWITCH_REASON_NONE;
}

/* The one step of B11 (v), as far as it is decided here */
static void switch_now(struct selector *s, uint64_t now_ns, enum switch_reason reason,
		       struct selector_turn *turn)
{
	struct switch_record *w = end_waiting(s, SWITCH_SWITCHED, reason, now_ns);

	w->t0_ns = now_ns;
	w->gate_ns = w->gate_ns ? w->gate_ns : now_ns;
	w->from = s->shown;
	s->shown = w->request.to;
	s->settling = w;
	turn->switched = true;
	turn->record = w;
	if (reason == SWITCH_REASON_SHOWN)
		return;
	s->slide.active = reason != SWITCH_REASON_NO_SOURCE;
	s->slide.from = w->from;
	s->slide.n = 0;
	s->slide.window = w->request.window;
}

static void try_waiting(struct selector *s, uint64_t now_ns, const struct selector_stream *streams,
			unsigned count, struct selector_turn *turn)
{
	struct switch_record *w = s->waiting;
	const struct selector_stream *destination = find(streams, count, w->request.to);
	enum switch_reason reason;

	if (!destination || destination->stalled) {
		turn->record = end_waiting(s, SWITCH_GIVEN_UP,
					   destination ? SWITCH_REASON_DESTINATION_STALLED
						       : SWITCH_REASON_DESTINATION_GONE,
					   now_ns);
		return;
	}
	reason = gate(s, now_ns, find(streams, count, s->shown), destination, turn);
	if (reason != SWITCH_REASON_NONE)
		switch_now(s, now_ns, reason, turn);
	else if (now_ns >= w->asked_ns + w->request.timeout_ns)
		turn->record = end_waiting(s, SWITCH_GIVEN_UP, SWITCH_REASON_TIMEOUT, now_ns);
}

/* Pairs for the record only: what is shown, and the first other that has pictures */
static void look_at_others(struct selector *s, uint64_t now_ns,
			   const struct selector_stream *streams, unsigned count,
			   struct selector_turn *turn)
{
	const struct selector_stream *shown = find(streams, count, s->shown);

	for (unsigned i = 0; i < count && has_picture(shown) && !turn->has_pair; i++)
		if (streams[i].n != s->shown && has_picture(&streams[i])) {
			turn->has_pair = look_at_pair(s, now_ns, shown, &streams[i], &turn->pair);
			return;
		}
}

/* ---- the picture ---- */

static bool same_size(const struct picture *a, const struct picture *b)
{
	return a->width == b->width && a->height == b->height;
}

static int blend(struct selector *s, const struct frame *destination, const struct frame *source)
{
	const struct picture *d = destination->picture;

	if (s->blended && !same_size(s->blended, d)) {
		picture_free(s->blended);
		s->blended = NULL;
	}
	if (!s->blended && picture_new(d->width, d->height, &s->blended) < 0)
		return -ENOMEM;
	return picture_blend(s->blended, d, source->picture, s->slide.n, s->slide.window,
			     frame_stamp_strip(d->width));
}

/* Return: whether it had been before */
static bool note_shown(struct selector *s, const struct frame *frame, uint32_t n)
{
	bool again;

	if (n >= SELECTOR_STREAMS_MAX)
		return false;
	again = s->last[n].has && s->last[n].stamp.edge == frame->stamp.edge &&
		s->last[n].stamp.seq == frame->stamp.seq;
	s->last[n].has = true;
	s->last[n].stamp = frame->stamp;
	return again;
}

static void show(struct selector *s, const struct frame *frame, const struct picture *picture,
		 uint32_t n, struct selector_turn *turn)
{
	turn->picture = picture;
	turn->row.stream = n;
	turn->row.stamp = frame->stamp;
	turn->row.again = note_shown(s, frame, n);
}

/* F_out of eq. 4; false: nothing to slide from any more */
static bool show_slide(struct selector *s, const struct selector_stream *source,
		       const struct selector_stream *destination, struct selector_turn *turn)
{
	if (!source || !source->frame || !destination || !destination->frame ||
	    !same_size(source->frame->picture, destination->frame->picture))
		return false;
	turn->row.alpha_n = (int32_t)s->slide.n;
	if (s->slide.n == 0) {
		show(s, source->frame, source->frame->picture, source->n, turn);
		/* F_d is a part of this picture, with weight 0: it isn't new in the next one. */
		(void)note_shown(s, destination->frame, destination->n);
		return true;
	}
	if (s->slide.n >= s->slide.window || blend(s, destination->frame, source->frame) < 0)
		return false;
	show(s, destination->frame, s->blended, destination->n, turn);
	return true;
}

void selector_step(struct selector *selector, uint64_t now_ns,
		   const struct selector_stream *streams, unsigned count,
		   struct selector_turn *ret_turn)
{
	struct selector *s = selector;
	struct selector_turn turn = {.row.alpha_n = NOT_SLIDING};
	const struct selector_stream *shown;

	if (s->waiting)
		try_waiting(s, now_ns, streams, count, &turn);
	else if (s->pairs_always)
		look_at_others(s, now_ns, streams, count, &turn);
	shown = find(streams, count, s->shown);
	if (s->slide.active && !show_slide(s, find(streams, count, s->slide.from), shown, &turn)) {
		s->slide.active = false;
		turn.row.alpha_n = (int32_t)s->slide.n;
	}
	if (!turn.picture && shown && shown->frame)
		show(s, shown->frame, shown->frame->picture, shown->n, &turn);
	s->slide.n += s->slide.active;
	turn.stalled = !has_picture(shown);
	*ret_turn = turn;
}

void selector_displayed(struct selector *selector, struct selector_turn *turn, uint64_t display_ns)
{
	struct switch_record *r = selector->settling;

	turn->row.display_ns = display_ns;
	if (!r || !turn->picture || turn->row.stream != r->request.to)
		return;
	if (r->first_display_ns == 0 && !turn->row.again)
		r->first_display_ns = display_ns;
	if (r->settled_ns == 0 && !selector->slide.active)
		r->settled_ns = display_ns;
	if (r->first_display_ns && r->settled_ns)
		selector->settling = NULL;
}
