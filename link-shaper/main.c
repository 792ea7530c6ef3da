// SPDX-License-Identifier: Apache-2.0
/* link-shaper: links that behave, where the kernel can't make them. See shaper.h for the tour. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "link-shaper/control.h"
#include "link-shaper/port.h"
#include "link-shaper/server.h"
#include "link-shaper/state.h"

static const struct daemon_spec spec = {
	.name = "link-shaper",
	.summary = "delay, loss, rate and the like of a topology's links, where the kernel has no "
		   "netem",
	.example = "link-shaper/link-shaper.example.yaml",
};

struct program {
	struct daemon *daemon;
	struct shaper shaper;
	struct ports *ports;
	struct server *server;
	uv_timer_t timer;
};

static uint64_t now_us(void)
{
	return clock_mono_ns() / 1000;
}

static int config_load(const char *path, struct config *ret)
{
	struct yaml_doc *doc = NULL;
	struct yaml_error err = {""};
	int rc = path ? yaml_load_file(path, &doc, &err) : -EINVAL;

	if (!path)
		snprintf(err.text, sizeof(err.text), "--config FILE is missing");
	if (!rc)
		rc = config_read(doc, ret, &err);
	if (rc)
		log_error("config", "error=\"%s\"", err.text[0] ? err.text : strerror(-rc));
	yaml_free(doc);
	return rc;
}

static int save(struct program *p)
{
	json_t *state = shaper_state(&p->shaper);
	int rc = state ? state_save(p->shaper.config.state, state) : -ENOMEM;

	if (rc)
		log_error("state", "file=%s error=\"%s\"", p->shaper.config.state, strerror(-rc));
	json_decref(state);
	return rc;
}

static int keep(void *user)
{
	return save(user);
}

/* The timeline, and when it is to be looked at again */
static void timeline_turn(uv_timer_t *timer)
{
	struct program *p = timer->data;
	const uint64_t now = now_us();
	bool changed;
	uint64_t next = shaper_run(&p->shaper, now, &changed);

	if (changed)
		save(p);
	if (next == UINT64_MAX)
		return;
	uv_update_time(timer->loop);
	uv_timer_start(timer, timeline_turn, next > now ? (next - now) / 1000 + 1 : 0, 0);
}

static char *answer(void *user, const char *line, size_t len)
{
	struct program *p = user;
	bool changed;
	json_t *json = control_answer(&p->shaper, line, len, now_us(), &changed);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	if (changed) {
		save(p);
		timeline_turn(&p->timer);
	}
	return text;
}

static bool ports_differ(const json_t *before, const struct shaper *s)
{
	json_t *now = shaper_state(s);
	bool differ = !json_equal(json_object_get(before, "ports"), json_object_get(now, "ports"));

	json_decref(now);
	return differ;
}

/* SIGHUP. A file that can't be read changes nothing. */
static void reload(void *user)
{
	struct program *p = user;
	struct config config;
	json_t *state;

	if (config_load(p->daemon->config_path, &config))
		return;
	state = shaper_state(&p->shaper);
	if (!state || ports_reload(p->ports, &config)) {
		log_error("config", "what=\"not reloaded\" error=\"%s\"", strerror(ENOMEM));
		config_done(&config);
	} else {
		const struct shaper_backend backend = ports_backend(p->ports);

		const uint64_t since = p->shaper.since_us, moved = p->shaper.moved;

		shaper_done(&p->shaper);
		if (shaper_init(&p->shaper, &config, &backend, state, now_us()))
			daemon_stop(p->daemon);
		p->shaper.since_us = since;
		p->shaper.moved = moved + ports_differ(state, &p->shaper);
		p->shaper.keep = keep;
		p->shaper.keep_user = p;
		save(p);
		timeline_turn(&p->timer);
		log_info("config", "what=reloaded ports=%zu", p->shaper.config.port_count);
	}
	json_decref(state);
}

/* Three descriptors a port that is shaped here */
static void descriptors_allow(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		log_warn("daemon", "what=\"descriptors stay few\" error=\"%s\"", strerror(errno));
}

static int start(struct program *p, struct config *config)
{
	const struct server_events events = {answer, p};
	const uint64_t now = now_us();
	struct shaper_backend backend;
	json_t *state = state_load(config->state);
	int rc = ports_new(config, &p->ports);

	if (!rc) {
		backend = ports_backend(p->ports);
		rc = shaper_init(&p->shaper, config, &backend, state, now);
		p->shaper.since_us = now;
		p->shaper.keep = keep;
		p->shaper.keep_user = p;
	}
	json_decref(state);
	if (!rc)
		rc = uv_timer_init(&p->daemon->loop, &p->timer);
	if (rc)
		return rc;
	p->timer.data = p;
	save(p);
	timeline_turn(&p->timer);
	rc = server_new(&p->daemon->loop, p->shaper.config.socket, &events, &p->server);
	if (rc)
		log_error("server", "socket=%s error=\"%s\"", p->shaper.config.socket,
			  strerror(-rc));
	return rc;
}

int main(int argc, char **argv)
{
	static struct daemon daemon;
	static struct program program = {.daemon = &daemon};
	struct config config = {0};
	int status = 1;

	if (daemon_init(&daemon, &spec, argc, argv))
		return 1;
	if (config_load(daemon.config_path, &config))
		goto done;
	if (daemon.check_only) {
		status = 0;
		goto done;
	}
	descriptors_allow();
	if (start(&program, &config))
		goto stop;
	daemon.reload = reload;
	daemon.user = &program;
	daemon_ready("shaping links");
	status = daemon_run(&daemon);
stop:
	server_free(program.server);
	ports_free(program.ports);
	shaper_done(&program.shaper);
done:
	config_done(&config);
	daemon_done(&daemon);
	return status;
}
