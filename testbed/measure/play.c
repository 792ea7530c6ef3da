// SPDX-License-Identifier: Apache-2.0
/* `baton measure play`: a player is watched where he plays, and nothing is moved. */
#include "testbed/measure/play.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/version.h"
#include "testbed/measure/report_file.h"
#include "testbed/measure/session.h"

enum {
	STEP_MS = 500,	 /* of its trace 4096 rows are kept */
	SHOWN_MS = 1500, /* after which an input that is ever shown is */
	AGAIN_MS = 2 * (SHOWN_MS + STEP_MS)
};

struct playing {
	struct session *s;
	const struct topo_app *app;
	struct play_frames frames;
	uint64_t from_ns, to_ns;
	struct resources resources;
	struct play_figures figures;
};

static int keep_frames(const json_t *answer, void *user)
{
	int r = play_frames_add(user, answer);

	if (r < 0)
		complain("the player's trace: %s", strerror(-r));
	return r;
}

/* The last inputs are asked for again: when they were read they may not have been shown yet. */
static int follow_all(struct playing *p)
{
	app_trace_again(&p->s->trace, clock_now_ns() - AGAIN_MS * UINT64_C(1000000));
	return session_follow_on(p->s, keep_frames, &p->frames);
}

static int watch(struct playing *p)
{
	struct session *s = p->s;
	struct resource_recorder *recorder;
	uint64_t deadline;
	int r;

	r = session_follow(s);
	if (r == 0)
		r = watch_recorder_start(&s->place, s->options.resources_ms, &recorder);
	if (r < 0)
		return r;
	session_progress(s, "  watching for %" PRIu64 " s\n", s->options.seconds);
	p->from_ns = clock_now_ns();
	deadline = deadline_in(s->options.seconds * 1000);
	while (r >= 0 && clock_mono_ns() < deadline && !session_interrupted()) {
		pause_ms(STEP_MS);
		r = follow_all(p);
	}
	p->to_ns = clock_now_ns();
	resource_recorder_finish(recorder, &p->resources);
	return r;
}

/* ---- how it is told ---- */

static json_t *number(double value)
{
	return isfinite(value) ? json_real(round(value * 1000) / 1000) : json_null();
}

/* The node that renders: the UE itself, the cloud, or the edge */
static json_t *node_json(const struct playing *p, const char *name)
{
	struct resource_means m = resource_means(
		&p->resources, resource_node_of(&p->resources, name), p->from_ns, p->to_ns);

	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "node", name, "cpu_percent",
			 number(m.cpu * 100), "memory_mb", number(m.memory / 1e6), "ingress_mbps",
			 number(m.received_bps / 1e6), "egress_mbps", number(m.sent_bps / 1e6));
}

static json_t *nodes_json(const struct playing *p)
{
	json_t *nodes = json_array();

	for (size_t n = 0; n < p->resources.node_count; n++)
		json_array_append_new(nodes, node_json(p, p->resources.node[n].name));
	return nodes;
}

static json_t *play_json(const struct playing *p)
{
	const struct session *s = p->s;
	const struct play_figures *f = &p->figures;
	const char *ue = s->place.topology->node[s->place.ue].name;

	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:{s:I, s:I, s:o, s:o, s:o}, s:o, s:{s:o, "
		"s:o}, s:I, s:o, s:o, s:o}",
		"version", version_string, "commit", version_commit, "topology",
		s->place.topology->name, "app", p->app->name, "rendering",
		topo_rendering_name(p->app->rendering), "player", ue, "seconds",
		number((double)(p->to_ns - p->from_ns) / 1e9), "input_to_display_ms", "inputs",
		(json_int_t)f->inputs, "unshown", (json_int_t)f->unshown, "p50",
		number(f->input_p50_ms), "p95", number(f->input_p95_ms), "max",
		number(f->input_max_ms), "frames_per_second", number(f->fps), "frame_interval_ms",
		"p50", number(f->interval_p50_ms), "max", number(f->interval_max_ms),
		"frames_shown_again", (json_int_t)p->frames.again, "ue", node_json(p, ue), "nodes",
		nodes_json(p), "resources", resources_json(&p->resources, NULL, 0));
}

static void print_ms(const char *what, double p50, double p95, double max)
{
	if (!isfinite(p50)) {
		printf("  %-28s %8s\n", what, "-");
		return;
	}
	printf("  %-28s %8.1f ms p50", what, p50);
	if (isfinite(p95))
		printf(" %8.1f ms p95", p95);
	printf(" %8.1f ms max\n", max);
}

static void print_table(const struct playing *p)
{
	const struct play_figures *f = &p->figures;
	const struct session *s = p->s;

	printf("%s of %s, rendering: %s, topology %s, %.1f s\n", p->app->name,
	       s->place.topology->node[s->place.ue].name, topo_rendering_name(p->app->rendering),
	       s->place.topology->name, (double)(p->to_ns - p->from_ns) / 1e9);
	print_ms("input to display", f->input_p50_ms, f->input_p95_ms, f->input_max_ms);
	printf("  %-28s %zu, %zu never shown\n", "inputs", f->inputs, f->unshown);
	printf("  %-28s %8.1f a second\n", "pictures shown", f->fps);
	print_ms("between two of them", f->interval_p50_ms, NAN, f->interval_max_ms);
	resources_table(&p->resources, NULL, 0, stdout);
}

static int save_csv(const struct playing *p)
{
	struct report_file f;
	int r = report_file_begin(&f);

	if (r == 0)
		resources_csv(&p->resources, f.out);
	return report_file_end(&f, r, p->s->options.out, "report-resources.csv");
}

static int save_json(const struct playing *p, const char *text)
{
	struct report_file f;
	int r = report_file_begin(&f);

	if (r == 0)
		fputs(text, f.out);
	return report_file_end(&f, r, p->s->options.out, "report.json");
}

static int tell(const struct playing *p)
{
	json_t *j = play_json(p);
	char *text = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	int r = text ? 0 : -ENOMEM;

	json_decref(j);
	if (r == 0 && p->s->options.out)
		r = save_json(p, text);
	if (r == 0 && p->s->options.out)
		r = save_csv(p);
	if (text && p->s->options.json)
		puts(text);
	else if (text)
		print_table(p);
	free(text);
	if (fflush(stdout) != 0)
		r = -EIO;
	if (r < 0)
		complain("not all of the report could be written: %s", strerror(-r));
	return r;
}

/* ---- from beginning to end ---- */

static int find_player(struct playing *p)
{
	const struct place *place = &p->s->place;
	const char *ue = place->topology->node[place->ue].name, *wanted = p->s->options.app;

	if (!topology_player_on(place->topology, place->ue, &p->app)) {
		complain("--app %s: %s is no player of it", wanted, ue);
		return -EINVAL;
	}
	if (strcmp(p->app->name, wanted) == 0)
		return 0;
	complain("--app %s: %s plays %s", wanted, ue, p->app->name);
	return -EINVAL;
}

static int work_out(struct playing *p)
{
	uint64_t shown_ns = SHOWN_MS * UINT64_C(1000000),
		 inputs_to_ns = p->to_ns > p->from_ns + shown_ns ? p->to_ns - shown_ns : p->from_ns;
	int r = play_figures(&p->s->trace, &p->frames, p->from_ns, inputs_to_ns, p->to_ns,
			     &p->figures);

	if (r == 0 && p->figures.fps <= 0) {
		complain("the player's screen showed no new picture in %" PRIu64
			 " s: is there a stream? baton status tells",
			 p->s->options.seconds);
		r = -EIO;
	}
	return r;
}

int play_run(struct session *s)
{
	struct playing p = {.s = s};
	int r = session_folder(s);

	if (r == 0)
		r = find_player(&p);
	if (r == 0)
		r = place_manager(&s->place, &s->client);
	session_catch_interrupt();
	if (r == 0)
		r = watch(&p);
	if (r >= 0)
		r = work_out(&p);
	if (r == 0)
		r = tell(&p);
	app_trace_done(&s->trace);
	play_frames_done(&p.frames);
	resources_done(&p.resources);
	if (session_interrupted())
		return BATON_INTERRUPTED;
	return r < 0 ? BATON_FAILED : BATON_OK;
}
