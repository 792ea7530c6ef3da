// SPDX-License-Identifier: Apache-2.0
/* `baton measure clips` from beginning to end. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lib/version.h"
#include "testbed/measure/clips_stage.h"
#include "testbed/measure/documents.h"

enum {
	SETTLED_MS = 200, /* after a clip, until its last jumps are known */
	ATTEMPTS = 2,	  /* times the clips asked for */
	FAILURES_MAX = 5  /* in a row */
};

/* ---- one clip ---- */

/* Long enough ago for the next clip to begin after it */
static void pass_clip(uint64_t at_ns)
{
	uint64_t end_ns = at_ns + (CLIP_AFTER_MS + SETTLED_MS) * UINT64_C(1000000);
	uint64_t now_ns = clock_now_ns();

	if (now_ns < end_ns)
		pause_ms((end_ns - now_ns) / 1000000 + 1);
}

static void add_member(json_t *clip, const json_t *from, const char *name, const char *as)
{
	json_t *value = json_object_get(from, name);

	json_object_set(clip, as, value ? value : json_null());
}

/* @record: NULL without a switch */
static void describe_clip(json_t *clip, const json_t *record, double way_ms, bool resting)
{
	static const char *const names[] = {"from",   "to",	"reason",   "ssim",
					    "tick_s", "tick_d", "waited_ms"};

	json_object_set_new(clip, "resting", json_boolean(resting));
	if (!record)
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		add_member(clip, record, names[i], names[i]);
	json_object_set_new(clip, "old_way_ms", isnan(way_ms) ? json_null() : json_real(way_ms));
}

/* Return: 0; -EAGAIN: its jumps aren't known */
static int judge(struct clips_stage *st, uint64_t at_ns, const json_t *record, double way_ms)
{
	const struct clips_screen *screen = &st->screen;
	struct clip_verdict v;
	size_t first, count;
	json_t *clip;
	int r;

	pass_clip(at_ns);
	r = clips_screen_fetch(st);
	if (r < 0) {
		complain("%s", st->s.client.error);
		return r;
	}
	r = clip_judge(screen->row, screen->count, at_ns, screen->interval_ns, &v);
	if (r < 0)
		return r == -ENODATA ? -EAGAIN : r;
	count = clip_window(screen->row, screen->count, at_ns, &first);
	clip = clips_clip_json(&v, screen->row + first, count, at_ns);
	describe_clip(clip, record, way_ms, clips_screen_resting(screen, at_ns));
	json_array_append_new(st->clips, clip);
	st->done++;
	return 0;
}

static int take_clip(struct clips_stage *st)
{
	json_t *record = NULL;
	double way_ms = NAN;
	uint64_t at_ns;
	int r = 0;

	if (st->o.variant->still) {
		pause_ms(CLIP_BEFORE_MS);
		at_ns = clock_now_ns();
	} else {
		r = clips_switch(st, &record, &way_ms);
		at_ns = (uint64_t)json_integer_value(json_object_get(record, "t0_ns"));
	}
	if (r == 0)
		r = judge(st, at_ns, record, way_ms);
	json_decref(record);
	return r;
}

static int take_clips(struct clips_stage *st)
{
	uint64_t left = ATTEMPTS * st->o.clips;
	unsigned failures = 0;
	int r = 0;

	while (st->done < st->o.clips && r == 0) {
		r = session_interrupted() ? -EINTR : take_clip(st);
		failures = r == -EAGAIN ? failures + 1 : 0;
		left--;
		if (r == -EAGAIN && left > 0 && failures < FAILURES_MAX) {
			r = 0;
			continue;
		}
		if (r == -EAGAIN)
			complain("%zu clips of %llu; the others had no pictures to judge: the "
				 "machine or the streams are too slow",
				 st->done, (unsigned long long)st->o.clips);
		else if (r == 0)
			session_progress(&st->s, "  clip %zu of %llu, %s\n", st->done,
					 (unsigned long long)st->o.clips, st->o.variant->name);
	}
	return r;
}

/* ---- what is told ---- */

static json_t *definition_json(void)
{
	return json_pack("{s:i, s:i, s:i, s:i}", "before_ms", CLIP_BEFORE_MS, "after_ms",
			 CLIP_AFTER_MS, "switch_refreshes", CLIP_ZONE, "percentile",
			 CLIP_PERCENTILE);
}

static json_t *document(struct clips_stage *st)
{
	const struct report *r = &st->s.report;
	json_t *d = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:f, s:o, s:I, s:f, s:o}",
		"measurement", "clips", "version", version_string, "commit", version_commit,
		"machine", r->machine, "topology", r->topology, "app", st->o.app, "variant",
		st->o.variant->name, "migrates", !st->o.variant->still, "handover", st->o.handover,
		"buffer", st->screen.buffer, "threshold", st->o.threshold, "window",
		json_integer((json_int_t)st->o.window), "fps",
		(json_int_t)(1000000000 / st->screen.interval_ns), "paper_percent",
		st->o.variant->paper_percent, "definition", definition_json());

	json_object_set(d, "clips", st->clips);
	clips_summary(d);
	json_object_set_new(d, "pair_ssim",
			    clips_pairs_json(st->screen.ssim, st->screen.ssim_count));
	return d;
}

static int tell(struct clips_stage *st)
{
	json_t *d, *list;
	int r;

	if (st->done == 0) {
		complain("no clip was taken");
		return -ENODATA;
	}
	d = document(st);
	list = json_pack("[O]", d);
	r = documents_tell(list, &clips_documents, st->o.out, st->o.json);
	json_decref(list);
	json_decref(d);
	return r;
}

/* ---- before the first clip ---- */

static bool plays(const struct topo_app *app, unsigned ue)
{
	for (size_t i = 0; i < app->player_count; i++)
		if (app->player[i].ue == ue)
			return true;
	return false;
}

static int find_app(struct clips_stage *st)
{
	const struct topology *t = st->s.place.topology;

	for (size_t i = 0; i < t->app_count; i++) {
		if (!plays(&t->app[i], st->s.place.ue) ||
		    (st->o.app && strcmp(st->o.app, t->app[i].name) != 0))
			continue;
		st->o.app = t->app[i].name;
		return 0;
	}
	complain("%s plays %s%s%s; expected a player of an application in the topology",
		 t->node[st->s.place.ue].name, st->o.app ? "no '" : "nothing",
		 st->o.app ? st->o.app : "", st->o.app ? "'" : "");
	return -EINVAL;
}

static int check_gnbs(const struct clips_stage *st)
{
	const struct topo_node *ue = &st->s.place.topology->node[st->s.place.ue];

	if (!st->o.handover || ue->gnb_count >= 2)
		return 0;
	complain("--handover: %s has one gNB in its reach; expected two or more in gnbs:",
		 ue->name);
	return -EINVAL;
}

static void fill_options(struct clips_stage *st)
{
	struct measure_options *m = &st->s.options;

	m->ue = st->o.ue;
	m->out = st->o.out;
	m->json = st->o.json;
	m->quiet = st->o.quiet;
	m->threshold = st->o.threshold;
	m->strategy = "dual";
}

static int prepare(struct clips_stage *st)
{
	struct session *s = &st->s;
	int r = session_folder(s);

	if (r == 0)
		r = find_app(st);
	if (r == 0)
		r = check_gnbs(st);
	if (r == 0)
		r = session_prepare(s, 1, 1);
	if (r == 0)
		r = s->lock = place_lock(&s->place, s->place.ue);
	if (r >= 0)
		r = place_manager(&s->place, &s->client);
	if (r == 0)
		r = session_await_agents(s, 0, s->place.ue, s->at, sizeof s->at);
	if (r == 0)
		r = clips_screen_open(st);
	if (r == 0)
		place_describe(&s->place, &s->client, &s->report);
	st->began_ns = clock_now_ns();
	return r;
}

static int run(struct clips_stage *st)
{
	int status = place_find(&st->s.place, st->ctx, &st->s.options), r;

	if (status != BATON_OK)
		return status;
	session_catch_interrupt();
	r = prepare(st);
	if (r < 0)
		return session_interrupted() ? BATON_INTERRUPTED : BATON_FAILED;
	r = take_clips(st);
	clips_release(st);
	if (tell(st) < 0)
		r = r < 0 ? r : -EIO;
	if (session_interrupted())
		return BATON_INTERRUPTED;
	return r < 0 ? BATON_FAILED : BATON_OK;
}

int clips_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct clips_stage st = {.s.lock = -1, .ctx = ctx, .o.json = ctx->json};
	int status;

	if (clips_options_read(&st.o, argc, argv) < 0) {
		complain("%s", st.o.error);
		return BATON_USAGE;
	}
	if (st.o.help) {
		fputs(clips_usage, stdout);
		return BATON_OK;
	}
	if (st.o.draw)
		return documents_draw(&clips_documents, st.o.draw_file, st.o.draw, st.o.out,
				      st.o.json);
	fill_options(&st);
	st.clips = json_array();
	status = run(&st);
	clips_screen_close(&st.screen);
	json_decref(st.clips);
	report_done(&st.s.report);
	if (st.s.lock >= 0)
		close(st.s.lock);
	place_done(&st.s.place);
	return status;
}
