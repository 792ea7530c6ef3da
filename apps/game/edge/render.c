// SPDX-License-Identifier: Apache-2.0
/* The render module's turn: picture, stamp, H.264, RTP. Where the renderer draws at once all is
 * done in one go at the frame's time, else the rest when its picture is ready. */
#include "apps/game/edge/player.h"

#include <errno.h>
#include <string.h>

#include "apps/stream/h264_rtp.h"
#include "lib/log.h"

static int encoder_ready(struct player *p)
{
	const struct config *c = &p->edge->config;
	struct encoder_config config = {
		.kind = p->edge->codec,
		.width = c->width,
		.height = c->height,
		.fps = c->fps,
		.bitrate = (unsigned)c->bitrate,
		.nal_max = H264_NAL_FIT,
	};

	return p->encoder ? 0 : encoder_new(&config, &p->encoder);
}

/* A new encoder begins with a key frame: the next frame is whole again. */
static void encoder_drop(struct player *p)
{
	encoder_free(p->encoder);
	p->encoder = NULL;
}

static bool frozen(struct player *p)
{
	if (clock_mono_ns() >= p->frozen_until_ns)
		return false;
	p->edge->counters.frames_frozen++;
	return true;
}

static void keep_row(struct player *p, const struct frame_stamp *stamp, uint64_t start_ns,
		     uint64_t sent_ns, const struct encoded *encoded)
{
	struct frame_row row = {.seq = stamp->seq,
				.tick = stamp->tick,
				.input = stamp->input,
				.render_start_ns = start_ns,
				.sent_ns = sent_ns,
				.bytes = (uint32_t)encoded->bytes,
				.key = encoded->key};

	frames_push(&p->frames, &row);
	p->edge->counters.frames++;
	p->edge->counters.frame_bytes += encoded->bytes;
}

static int encode(struct player *p, const struct render_mark *mark)
{
	struct edge *e = p->edge;
	struct frame_stamp stamp = {.edge = (uint16_t)e->config.edge_number,
				    .seq = ++p->seq,
				    .tick = mark->tick,
				    .input = mark->input};
	uint64_t start_ns = p->render_start_ns, sent_ns;
	struct encoded encoded;
	int r = frame_stamp_draw(e->picture, &stamp);

	if (r < 0)
		return r;
	stream_player_begin(p->stream, &stamp, start_ns);
	r = encoder_encode(p->encoder, e->picture, stream_player_take_key(p->stream),
			   stream_player_nal, p->stream, &encoded);
	if (r == 0)
		r = stream_player_end(p->stream, &sent_ns);
	if (r < 0)
		return r;
	keep_row(p, &stamp, start_ns, sent_ns, &encoded);
	return 0;
}

/* Only where a frame has a tick of its own */
static void follow(struct player *p)
{
	if (p->delta_ns && p->tick_hz == p->edge->config.fps)
		ticker_follow(p->edge->ticker, p->slot, p->delta_ns);
}

static bool watched(const struct player *p)
{
	return p->stream && stream_player_watched(p->stream);
}

void render_ready(struct player *p)
{
	struct render_mark mark = {.tick = p->tick, .input = p->applied};
	struct edge *e = p->edge;
	int r = e->game->renderer->draw(p->scene, e->picture, &mark);

	p->rendering = r == -EINPROGRESS;
	if (r == -EAGAIN || r == -EINPROGRESS || !watched(p) || frozen(p))
		return;
	if (r < 0 || encoder_ready(p) < 0 || encode(p, &mark) < 0) {
		e->counters.frames_failed++;
		encoder_drop(p);
	}
}

/* Whether the renderer itself wants to see what would be shown */
static bool wanted(struct player *p)
{
	const struct renderer *r = p->edge->game->renderer;

	return r->wanted && r->wanted(p->scene);
}

void render_frame(struct player *p)
{
	p->inputs_left = INPUTS_PER_FRAME;
	follow(p);
	if (!watched(p)) {
		encoder_drop(p);
		if (!wanted(p))
			return;
	}
	if (p->rendering)
		p->edge->counters.frames_late++;
	else
		p->render_start_ns = clock_now_ns();
	render_ready(p);
}
