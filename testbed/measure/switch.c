// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure switch`: a UE is switched to and fro between two edges under a probe stream, one
 * migration after the other, and each switch is worked out from the packets around it.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "testbed/measure/measure.h"
#include "testbed/measure/session.h"

enum {
	PAUSE_MS = 130, /* before each switch: its window begins 100 ms before T0 */
	NOISE_WINDOWS = 10,
	FAILURES_MAX = 3 /* in a row, then it makes no sense to go on */
};

/* Return: 0, or negative when going on makes no sense */
static int switch_once(struct session *s, size_t mode)
{
	struct switch_event *event = &s->report.event[s->report.event_count];
	char from[64];
	int r;

	pause_ms(PAUSE_MS);
	if (session_interrupted())
		return -EINTR;
	event->mode = mode;
	snprintf(from, sizeof from, "%s", s->at);
	watch_switch_begins(&s->watch);
	r = strcmp(s->report.mode[mode].name, "handover") == 0 ? session_handover(s, event)
							       : session_migrate(s, event);
	if (r != -ENOENT) {
		snprintf(event->from, sizeof event->from, "%s", from);
		snprintf(event->to, sizeof event->to, "%s", s->at);
		watch_switch_ends(&s->watch, from, s->at, event);
		s->report.event_count++;
	}
	if (r == 0)
		session_fetch(s);
	return r;
}

/* ---- the run ---- */

static void show_progress(const struct session *s, size_t mode, uint64_t done)
{
	bool tty = isatty(STDERR_FILENO), last = done == s->report.mode[mode].wanted;

	if (tty || last || done % 25 == 0)
		session_progress(s, "%s  %s: %" PRIu64 " of %zu switches%s", tty ? "\r" : "",
				 s->report.mode[mode].name, done, s->report.mode[mode].wanted,
				 tty && !last ? "" : "\n");
}

/* A switch that was given up did what it should. */
static bool has_failed(const struct switch_event *event)
{
	return !event->ok && !event->given_up;
}

static int run_mode(struct session *s, size_t mode)
{
	unsigned failures = 0;
	int r = 0;

	for (uint64_t i = 0; i < s->report.mode[mode].wanted && r == 0; i++) {
		size_t before = s->report.event_count;
		const char *trouble;

		r = session_interrupted() ? -EINTR : switch_once(s, mode);
		if (r < 0)
			break;
		failures = has_failed(&s->report.event[before]) ? failures + 1 : 0;
		if (failures == FAILURES_MAX) {
			complain("%u switches in a row did not complete; giving up", failures);
			r = -EIO;
		}
		trouble = probe_trouble(s->probe);
		if (trouble) {
			complain("%s; ending here", trouble);
			r = -EIO;
		}
		show_progress(s, mode, i + 1);
	}
	return r;
}

static int begin(struct session *s)
{
	int r = place_taps(&s->place, s->ssid, &s->tap);

	if (r == 0)
		r = tap_start(s->tap);
	s->report.run[0].began_ns = clock_now_ns();
	if (r == 0)
		r = place_probe(&s->place, s->report.interval_ns, s->ssid, &s->probe);
	if (r < 0)
		complain("probes can't be sent: %s", strerror(-r));
	if (r < 0 || !s->options.tcp_bps)
		return r;
	r = place_tcp(&s->place, s->report.run, s->options.tcp_bps, &s->tcp);
	if (r < 0)
		complain("no TCP flow beside the probes: %s", strerror(-r));
	return r;
}

/* What nodes use is recorded for so long on either side. */
static void look_longer(const struct session *s)
{
	uint64_t deadline = deadline_in(s->options.around_s * 1000);

	while (clock_mono_ns() < deadline && !session_interrupted())
		pause_ms(PAUSE_MS);
}

static int measure(struct session *s)
{
	int r = session_record(s);
	json_t *before;

	if (r == 0)
		r = begin(s);
	if (r == 0)
		r = session_follow(s);
	if (r == 0)
		r = watch_begin(&s->watch, &s->place, &s->options);

	if (r < 0)
		return r;
	before = session_look_around(s);
	session_listen(s, NOISE_WINDOWS);
	r = watch_resources(&s->watch, &s->place, &s->options);
	look_longer(s);
	for (size_t m = 0; m < s->report.mode_count && r == 0; m++)
		r = run_mode(s, m);
	look_longer(s);
	pause_ms(PAUSE_MS);
	session_save_screen(s);
	session_drain(s, before);
	return r;
}

/* ---- from beginning to end ---- */

/* A handover takes two gNBs in reach. */
static int check_gnbs(const struct session *s)
{
	const struct topo_node *ue = &s->place.topology->node[s->place.ue];

	for (size_t m = 0; m < s->options.mode_count && ue->gnb_count < 2; m++) {
		if (!session_mode_hands_over(s->options.mode[m].name))
			continue;
		complain("--mode %s: %s has one gNB in its reach; expected two or more in gnbs:",
			 s->options.mode[m].name, ue->name);
		return -EINVAL;
	}
	return 0;
}

static int check_player(const struct session *s, const struct topo_app *app)
{
	const char *ue = s->place.topology->node[s->place.ue].name;

	for (size_t i = 0; i < app->player_count; i++) {
		if (app->player[i].ue != s->place.ue)
			continue;
		if (!s->options.record_s || app->player[i].pairs_always)
			return 0;
		complain("--record-ssim: expected pairs: always at the player of %s in the "
			 "topology",
			 ue);
		return -EINVAL;
	}
	complain("--app %s: %s is no player of it", app->name, ue);
	return -EINVAL;
}

static int check_app(const struct session *s)
{
	const struct topology *t = s->place.topology;

	if (!s->options.app)
		return 0;
	for (size_t i = 0; i < t->app_count; i++)
		if (strcmp(t->app[i].name, s->options.app) == 0)
			return check_player(s, &t->app[i]);
	complain("--app %s: topology %s has no such application%s%s", s->options.app,
		 s->place.run.name, t->app_count ? "; expected " : ", and no other",
		 t->app_count ? t->app[0].name : "");
	return -EINVAL;
}

static int prepare(struct session *s)
{
	size_t wanted = 0;
	int r = session_folder(s);

	for (size_t m = 0; m < s->options.mode_count; m++)
		wanted += s->options.mode[m].wanted;
	if (r == 0)
		r = check_gnbs(s);
	if (r == 0)
		r = check_app(s);
	if (r == 0)
		r = session_prepare(s, 1, wanted);
	if (r == 0)
		r = s->lock = place_lock(&s->place, s->place.ue);
	if (r >= 0)
		r = place_manager(&s->place, &s->client);
	if (r == 0)
		r = session_await_agents(s, 0, s->place.ue, s->at, sizeof s->at);
	if (r == 0)
		place_describe(&s->place, &s->client, &s->report);
	return r;
}

int switch_run(struct session *s)
{
	session_catch_interrupt();
	if (prepare(s) < 0)
		return session_interrupted() ? BATON_INTERRUPTED : BATON_FAILED;
	return session_finish(s, measure(s));
}
