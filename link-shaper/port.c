// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/port.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/shape/shape.h"
#include "link-shaper/lane_open.h"

enum { CLOSERS = 64 };

/* What a port has now. Kept by its address: a lane belongs to the path's thread. */
struct port {
	struct port_config config; /* a copy, to be told by */
	enum shape_backend backend;
	ino_t netns;	  /* of the namespace in which it is shaped */
	unsigned ifindex; /* and the interface; 0: not shaped */
	struct lane lane;
	bool laned;
};

struct ports {
	struct path *path;
	struct lane_programs *programs; /* loaded when the first lane is opened */
	bool netem;
	size_t count;
	struct port **port;
	bool ending;  /* all of them: sockets are closed together at the end */
	int *closing; /* those, room for all */
	size_t closing_count;
};

/* A port's namespace, for the length of a call */
struct place {
	int netns_fd;
	ino_t netns;
	struct nl *nl;
	unsigned ifindex;
};

static void place_close(struct place *p)
{
	nl_close(p->nl);
	if (p->netns_fd >= 0)
		close(p->netns_fd);
}

static int place_open(const struct port_config *config, struct place *p)
{
	struct stat st;
	int rc;

	*p = (struct place){.netns_fd = open(config->netns, O_RDONLY | O_CLOEXEC)};
	if (p->netns_fd < 0 || fstat(p->netns_fd, &st) < 0) {
		rc = -errno;
	} else {
		p->netns = st.st_ino;
		rc = nl_open_netns(p->netns_fd, &p->nl);
	}
	if (!rc)
		rc = nl_link_index(p->nl, config->interface, &p->ifindex);
	if (rc)
		place_close(p);
	return rc;
}

/* ---- lanes ---- */

static uint64_t seed(void)
{
	uint64_t value = 0;

	return getrandom(&value, sizeof(value), GRND_NONBLOCK) == sizeof(value) ? value
										: clock_mono_ns();
}

/* The lane's line has its shape before the first packet comes. */
static int lane_begin(struct ports *ports, struct port *port, const struct place *place,
		      const struct link_shape *shape)
{
	struct line_counters counters;
	int rc = ports->programs ? 0 : lane_programs_load(&ports->programs);

	if (rc)
		return rc;
	/* the counters go on where the port's last lane left them */
	counters = port->lane.line.counters;
	line_init(&port->lane.line, seed());
	port->lane.line.counters = counters;
	rc = line_set(&port->lane.line, shape);
	if (!rc)
		rc = lane_open(place->netns_fd, place->ifindex, &port->lane.fd);
	if (rc) {
		line_done(&port->lane.line);
		return rc;
	}
	port->lane.ifindex = place->ifindex;
	port->laned = true;
	rc = path_lane_add(ports->path, &port->lane);
	return rc ? rc : lane_hook(ports->programs, place->nl, place->ifindex);
}

static bool is_laned(const struct ports *ports, ino_t netns)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->port[i] && ports->port[i]->laned && ports->port[i]->netns == netns)
			return true;
	return false;
}

static void lane_end(struct ports *ports, struct port *port, struct nl *nl)
{
	if (!port->laned)
		return;
	port->laned = false;
	if (nl)
		lane_unhook(nl, port->lane.ifindex, !is_laned(ports, port->netns));
	path_lane_remove(ports->path, &port->lane);
	if (ports->ending)
		ports->closing[ports->closing_count++] = port->lane.fd;
	else
		close(port->lane.fd);
	line_done(&port->lane.line);
}

static int lane_change(struct ports *ports, struct port *port, const struct place *place,
		       const struct link_shape *shape)
{
	int rc;

	path_lock(ports->path);
	rc = line_set(&port->lane.line, shape);
	path_unlock(ports->path);
	/* the port may be another one of the same number */
	return rc ? rc : lane_hook(ports->programs, place->nl, place->ifindex);
}

/* ---- from one back end to another ---- */

static void unshape(struct ports *ports, struct port *port, struct nl *nl)
{
	const struct link_shape none = {0};

	if (port->laned)
		lane_end(ports, port, nl);
	else if (nl && port->backend != SHAPE_NONE)
		(void)shape_apply_kernel(nl, port->ifindex, &none, SHAPE_NONE);
	port->backend = SHAPE_NONE;
	port->ifindex = 0;
}

/* What was shaped is gone, or another one has its name now. */
static void forget_stale(struct ports *ports, struct port *port, const struct place *place)
{
	if (port->ifindex && (port->netns != place->netns || port->ifindex != place->ifindex))
		unshape(ports, port, NULL);
}

/* Killed, it left its program or qdisc on the port, where another shape may be wanted now. */
static void predecessor_clear(const struct place *place)
{
	const struct link_shape none = {0};

	lane_unhook(place->nl, place->ifindex, false);
	(void)shape_apply_kernel(place->nl, place->ifindex, &none, SHAPE_NONE);
}

static int shape_there(struct ports *ports, struct port *port, const struct place *place,
		       const struct link_shape *shape, enum shape_backend backend)
{
	const bool user = backend == SHAPE_USER;

	if (!port->ifindex)
		predecessor_clear(place);
	if (user && port->laned)
		return lane_change(ports, port, place, shape);
	if (port->backend != backend && (user || port->laned))
		unshape(ports, port, place->nl);
	port->netns = place->netns;
	port->ifindex = place->ifindex;
	port->backend = backend;
	return user ? lane_begin(ports, port, place, shape)
		    : shape_apply_kernel(place->nl, place->ifindex, shape, backend);
}

static void explain(struct patch_error *err, const struct port *port, const struct place *place,
		    int rc)
{
	const char *kernel = place && place->nl ? nl_error_text(place->nl) : "";

	snprintf(err->text, sizeof(err->text), "%.60s:%.16s: %s%s%.100s", port->config.node,
		 port->config.interface, strerror(-rc), kernel[0] ? ": " : "", kernel);
	log_error("port", "node=%s interface=%s error=\"%s\"", port->config.node,
		  port->config.interface, err->text);
}

static int apply(void *user, size_t index, const struct link_shape *shape, const char **ret_name,
		 struct patch_error *err)
{
	struct ports *ports = user;
	struct port *port = ports->port[index];
	enum shape_backend backend = shape_choose(shape, ports->netem);
	struct place place;
	int rc = place_open(&port->config, &place);

	if (rc) {
		unshape(ports, port, NULL);
		explain(err, port, NULL, rc);
		return rc;
	}
	forget_stale(ports, port, &place);
	rc = shape_there(ports, port, &place, shape, backend);
	if (rc) {
		explain(err, port, &place, rc);
		unshape(ports, port, place.nl);
	}
	place_close(&place);
	*ret_name = shape_backend_name(backend);
	return rc;
}

/* ---- counters ---- */

static json_t *counters(void *user, size_t index)
{
	struct ports *ports = user;
	const struct port *port = ports->port[index];
	struct lane *lane = &ports->port[index]->lane;
	struct line_counters c;
	struct lateness late;
	uint64_t overrun, unsent;

	if (!port->laned && !lane->lateness.total)
		return NULL;
	path_lock(ports->path);
	if (port->laned)
		lane_overrun_read(lane);
	c = lane->line.counters;
	late = lane->lateness;
	overrun = lane->overrun;
	unsent = lane->unsent;
	path_unlock(ports->path);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "packets",
			 (json_int_t)c.packets, "bytes", (json_int_t)c.bytes, "dropped_loss",
			 (json_int_t)c.dropped_loss, "dropped_queue", (json_int_t)c.dropped_queue,
			 "duplicated", (json_int_t)c.duplicated, "corrupted",
			 (json_int_t)c.corrupted, "reordered", (json_int_t)c.reordered,
			 "late_packets", (json_int_t)late.late, "late_max_us",
			 (json_int_t)late.max_us, "late_p99_us",
			 (json_int_t)lateness_percentile(&late, 0.99), "overrun",
			 (json_int_t)overrun, "unsent", (json_int_t)unsent);
}

struct shaper_backend ports_backend(struct ports *ports)
{
	return (struct shaper_backend){apply, counters, ports};
}

/* ---- all of them ---- */

static bool is_same(const struct port_config *a, const struct port_config *b)
{
	return !strcmp(a->node, b->node) && !strcmp(a->interface, b->interface) &&
	       !strcmp(a->netns, b->netns);
}

/* @config's port, taken from the old ones or made */
static struct port *port_take(struct ports *ports, const struct port_config *config)
{
	struct port *port;

	for (size_t i = 0; i < ports->count; i++) {
		port = ports->port[i];
		if (port && is_same(&port->config, config)) {
			ports->port[i] = NULL;
			port->config = *config;
			return port;
		}
	}
	port = calloc(1, sizeof(*port));
	if (port)
		port->config = *config;
	return port;
}

static void port_free(struct ports *ports, struct port *port)
{
	struct place place;

	if (!port)
		return;
	if (port->ifindex && !place_open(&port->config, &place)) {
		forget_stale(ports, port, &place);
		unshape(ports, port, place.nl);
		place_close(&place);
	}
	unshape(ports, port, NULL);
	free(port);
}

struct closer {
	const struct ports *ports;
	size_t first;
	pthread_t thread;
};

static void *close_some(void *user)
{
	const struct closer *c = user;

	for (size_t i = c->first; i < c->ports->closing_count; i += CLOSERS)
		close(c->ports->closing[i]);
	return NULL;
}

/* Each waits for all processors to have passed a quiet state, 10 ms, which they can do together. */
static void close_all(const struct ports *ports)
{
	struct closer closer[CLOSERS];
	size_t started = 0;

	for (; started < CLOSERS && started < ports->closing_count; started++) {
		closer[started].ports = ports;
		closer[started].first = started;
		if (pthread_create(&closer[started].thread, NULL, close_some, &closer[started]))
			break;
	}
	for (size_t i = started; i < CLOSERS; i++)
		close_some(&(struct closer){.ports = ports, .first = i});
	while (started-- > 0)
		pthread_join(closer[started].thread, NULL);
}

static void ports_release(struct ports *ports)
{
	ports->closing = calloc(ports->count + 1, sizeof(*ports->closing));
	ports->closing_count = 0;
	ports->ending = ports->closing;
	for (size_t i = 0; i < ports->count; i++)
		port_free(ports, ports->port[i]);
	close_all(ports);
	free(ports->closing);
	ports->closing = NULL;
	ports->ending = false;
	free(ports->port);
	ports->port = NULL;
	ports->count = 0;
}

int ports_reload(struct ports *ports, const struct config *config)
{
	struct port **port = calloc(config->port_count + 1, sizeof(struct port *));

	if (!port)
		return -ENOMEM;
	for (size_t i = 0; i < config->port_count; i++) {
		port[i] = port_take(ports, &config->port[i]);
		if (port[i])
			continue;
		while (i-- > 0)
			port_free(ports, port[i]);
		free(port);
		return -ENOMEM;
	}
	ports_release(ports);
	ports->port = port;
	ports->count = config->port_count;
	ports->netem = config->netem;
	return 0;
}

int ports_new(const struct config *config, struct ports **ret_ports)
{
	struct ports *ports = calloc(1, sizeof(*ports));
	bool realtime = false;
	int rc;

	if (!ports)
		return -ENOMEM;
	rc = path_new(&ports->path, &realtime);
	if (!rc)
		rc = ports_reload(ports, config);
	if (rc) {
		ports_free(ports);
		return rc;
	}
	if (!realtime)
		log_warn("path", "what=\"no real-time priority, delays will be less exact\"");
	*ret_ports = ports;
	return 0;
}

void ports_free(struct ports *ports)
{
	if (!ports)
		return;
	ports_release(ports);
	path_free(ports->path);
	lane_programs_free(ports->programs);
	free(ports);
}
