// SPDX-License-Identifier: Apache-2.0
/*
 * forwarder: serves a service's clients at the edge that it is migrated to, from the instance that
 * is still at the source, and brings the one that is restored here to the same state (paper 003,
 * replay). proxy.h is the tour.
 *
 *   clients --redirect--> front --> proxy --> upstream --redirect--> the source's instance
 *                                     `-----> upstream ------------> the restored one, inside
 *   steps ---control----------------> here
 *
 * upstream speaks TCP.
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "agents/forwarder/config.h"
#include "agents/forwarder/control.h"
#include "agents/forwarder/front.h"
#include "agents/forwarder/proxy.h"
#include "agents/forwarder/upstream.h"
#include "lib/daemon.h"
#include "lib/log.h"

static const struct daemon_spec spec = {
	.name = "forwarder",
	.summary = "forwards and caches a service's requests while it is migrated by replay",
	.example = "agents/forwarder/forwarder.example.yaml",
};

enum { TURN_MS = 5, LEAVE_MS = 200, DRAIN_MS = 1000, QUIET_TURNS = 4 };

enum leaving { STAYING, LEAVING, DRAINING };

struct forwarder {
	struct daemon *daemon;
	struct config config;
	struct front *front;
	struct upstream *source, *restored;
	struct control *control;
	struct proxy proxy;
	uv_timer_t timer;
	bool replay_wanted;
	enum leaving leaving;
	uint64_t deadline_ns;
	unsigned quiet; /* turns without anything owed */
};

/* ---- ways of the proxy ---- */

static void to_client(void *user, const struct origin *origin, const uint8_t *octets, size_t len)
{
	struct forwarder *f = user;

	front_answer(f->front, origin, octets, len);
}

static void to_instance(void *user, enum proxy_side side, const uint8_t *octets, size_t len)
{
	struct forwarder *f = user;

	upstream_ask(side == PROXY_SOURCE ? f->source : f->restored, octets, len);
}

static void from_client(void *user, const struct origin *origin,
			const struct service_request *request, const uint8_t *octets, size_t len)
{
	struct forwarder *f = user;

	proxy_request(&f->proxy, origin, request, octets, len);
}

static void from_source(void *user, const struct service_answer *answer, const uint8_t *octets,
			size_t len)
{
	struct forwarder *f = user;

	proxy_answer(&f->proxy, PROXY_SOURCE, answer, octets, len);
}

static void source_up(void *user)
{
	struct forwarder *f = user;

	proxy_up(&f->proxy, PROXY_SOURCE);
}

static void source_down(void *user)
{
	struct forwarder *f = user;

	proxy_down(&f->proxy, PROXY_SOURCE);
}

static void from_restored(void *user, const struct service_answer *answer, const uint8_t *octets,
			  size_t len)
{
	struct forwarder *f = user;

	proxy_answer(&f->proxy, PROXY_RESTORED, answer, octets, len);
}

static void restored_up(void *user)
{
	struct forwarder *f = user;

	proxy_up(&f->proxy, PROXY_RESTORED);
	if (f->replay_wanted && f->proxy.state == PROXY_PAUSED)
		(void)proxy_replay_begin(&f->proxy);
}

static void restored_down(void *user)
{
	struct forwarder *f = user;

	proxy_down(&f->proxy, PROXY_RESTORED);
}

static struct sockaddr_in at(struct in_addr address, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = address, .sin_port = htons(port)};
}

/* ---- words ---- */

static json_t *status(const struct forwarder *f)
{
	const struct front_counters front = front_counters(f->front);
	json_t *s = proxy_status(&f->proxy);

	json_object_set_new(s, "migration", json_string(f->config.migration));
	json_object_set_new(s, "source_up", json_boolean(upstream_is_up(f->source)));
	json_object_set_new(s, "source_connections",
			    json_integer((json_int_t)upstream_connections(f->source)));
	json_object_set_new(s, "connections", json_integer((json_int_t)front.connections));
	json_object_set_new(s, "connections_refused",
			    json_integer((json_int_t)front.connections_refused));
	json_object_set_new(s, "malformed", json_integer((json_int_t)front.malformed));
	json_object_set_new(s, "unsent", json_integer((json_int_t)front.unsent));
	return s;
}

static int replay(struct forwarder *f)
{
	const struct upstream_events events = {from_restored, restored_up, restored_down, f};

	if (f->proxy.state < PROXY_PAUSED || f->proxy.cause[0])
		return -EINVAL;
	f->replay_wanted = true;
	if (f->restored)
		return 0;
	return upstream_new(&f->daemon->loop, at(f->config.here, 0),
			    at(f->config.service, (uint16_t)f->config.service_port), &events,
			    &f->restored);
}

static int leave(struct forwarder *f)
{
	if (f->proxy.state != PROXY_SERVING)
		return -EINVAL;
	if (f->leaving == STAYING) {
		f->leaving = LEAVING;
		f->deadline_ns = clock_mono_ns() + LEAVE_MS * UINT64_C(1000000);
	}
	return 0;
}

static json_t *on_word(void *user, const char *word)
{
	struct forwarder *f = user;
	json_t *s;
	int rc = 0;

	if (!strcmp(word, "pause"))
		rc = proxy_pause(&f->proxy);
	else if (!strcmp(word, "replay"))
		rc = replay(f);
	else if (!strcmp(word, "serve"))
		rc = proxy_serve(&f->proxy);
	else if (!strcmp(word, "leave"))
		rc = leave(f);
	else if (strcmp(word, "status") != 0)
		return NULL;
	s = status(f);
	json_object_set_new(s, "accepted", json_boolean(!rc));
	return s;
}

/* ---- turns ---- */

static void input_stop(struct forwarder *f)
{
	const struct redirect redirect = config_redirect(&f->config);
	int rc = redirect_stop_input(&redirect);

	if (rc)
		log_error("redirect", "what=\"input isn't given back\" error=\"%s\"",
			  strerror(-rc));
	front_reset(f->front);
	f->leaving = DRAINING;
	f->quiet = 0;
	f->deadline_ns = clock_mono_ns() + DRAIN_MS * UINT64_C(1000000);
}

/* Answers that are owed go out first; then new input finds the application itself, and what is left
 * drains. */
static void leave_turn(struct forwarder *f)
{
	const bool late = clock_mono_ns() > f->deadline_ns;

	f->quiet = proxy_owes(&f->proxy) ? 0 : f->quiet + 1;
	if (f->leaving == LEAVING && (f->quiet || late))
		input_stop(f);
	else if (f->leaving == DRAINING && (f->quiet >= QUIET_TURNS || late))
		daemon_stop(f->daemon);
}

static void on_turn(uv_timer_t *timer)
{
	struct forwarder *f = timer->data;

	proxy_turn(&f->proxy);
	if (f->leaving != STAYING)
		leave_turn(f);
}

/* ---- life ---- */

static int start(struct forwarder *f)
{
	const struct front_events front = {from_client, f};
	const struct upstream_events source = {from_source, source_up, source_down, f};
	const struct proxy_ways ways = {to_client, to_instance, f};
	const struct redirect redirect = config_redirect(&f->config);
	struct utsname node;
	int rc;

	uname(&node);
	proxy_init(&f->proxy, &ways, f->config.cache_bytes, f->config.cache_requests,
		   node.nodename);
	rc = uv_timer_init(&f->daemon->loop, &f->timer);
	if (!rc) {
		f->timer.data = f;
		rc = uv_timer_start(&f->timer, on_turn, TURN_MS, TURN_MS);
	}
	/* the name first: who has it is the only one */
	if (!rc)
		rc = control_new(&f->daemon->loop, f->config.number, on_word, f, &f->control);
	if (!rc)
		rc = front_new(&f->daemon->loop, at(f->config.here, redirect.port), &front,
			       &f->front);
	if (!rc)
		rc = redirect_attach(&redirect);
	if (!rc)
		rc = upstream_new(&f->daemon->loop, at(f->config.here, 0),
				  at(f->config.source, redirect.port), &source, &f->source);
	if (rc)
		log_error("forwarder", "what=\"can't start\" error=\"%s\"", strerror(-rc));
	return rc;
}

static void stop(struct forwarder *f)
{
	const struct redirect redirect = config_redirect(&f->config);

	/* resets still seem to come from the service */
	if (f->front)
		front_reset(f->front);
	if (f->control)
		(void)redirect_remove(&redirect);
	upstream_free(f->restored);
	upstream_free(f->source);
	front_free(f->front);
	control_free(f->control);
	proxy_done(&f->proxy);
}

static void say_goodbye(const struct forwarder *f)
{
	json_t *s = status(f);
	char *text = json_dumps(s, JSON_COMPACT);

	log_info("forwarder", "what=ends status=%s", text ? text : "");
	free(text);
	json_decref(s);
}

int main(int argc, char **argv)
{
	static struct daemon daemon;
	static struct forwarder forwarder = {.daemon = &daemon};
	int rc = 1;

	config_defaults(&forwarder.config);
	if (daemon_init(&daemon, &spec, argc, argv))
		return 1;
	if (daemon_config(&daemon, config_fields, &forwarder.config, NULL))
		goto done;
	if (daemon.check_only) {
		rc = 0;
		goto done;
	}
	if (!start(&forwarder)) {
		daemon_ready("forwarding");
		rc = daemon_run(&daemon);
		say_goodbye(&forwarder);
	}
	stop(&forwarder);
done:
	daemon_done(&daemon);
	return rc;
}
