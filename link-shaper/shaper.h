/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link-shaper: what links do to packets, in user space where the kernel can't. Read in this order:
 *
 *   line.h       what a link does, as arithmetic       lib/shape/patch.h, timeline.h  changes of it
 *   queue.h, packet.h, segment.h, checksum.h           packets under way
 *   path.h       the thread that carries them          lane_open.h           where it takes them
 * from shaper.h     the ports of a topology, here         port.h                a port: kernel or
 * lane config.h, state.h, control.h, server.h             what the outside sees
 *
 * Two threads: the path's, which sees packets, and the daemon's loop, which sees all the rest.
 */
#ifndef BATON_LINK_SHAPER_SHAPER_H
#define BATON_LINK_SHAPER_SHAPER_H

#include <jansson.h>

#include "link-shaper/config.h"

/* What carries out shapes: port.h, or a test's own */
struct shaper_backend {
	/**
	 * apply - make @shape that of port @index, by whatever means
	 * @ret_name: "none", "tbf", "netem" or "user"
	 *
	 * Return: 0, or a negative errno with @err saying what failed; the shape in force is void
	 * then
	 */
	int (*apply)(void *user, size_t index, const struct link_shape *shape,
		     const char **ret_name, struct patch_error *err);
	/** counters - new reference; NULL: nothing to count */
	json_t *(*counters)(void *user, size_t index);
	void *user;
};

struct shaper_port {
	struct link_shape shape;  /* asked for last */
	const char *backend;	  /* what shapes it */
	struct patch_error error; /* why it isn't in force; "": it is */
};

struct shaper {
	struct config config;
	struct shaper_backend backend;
	struct shaper_port *port; /* config.port_count */
	uint64_t since_us;	  /* CLOCK_MONOTONIC: when this process began; its owner's to set */
	bool running;		  /* the timeline */
	uint64_t started_us;	  /* CLOCK_MONOTONIC */
	struct timeline_event done; /* the last one carried out */
	uint64_t applied, failed;   /* how often */
	uint64_t moved;		    /* how often a port became another than it was */
	/* keep - what a successor needs is kept, or 0 isn't returned; NULL: nobody keeps it */
	int (*keep)(void *user);
	void *keep_user;
};

/**
 * shaper_init - takes @config over, and applies its shapes, or those of @state where it fits the
 * file
 * @state: as shaper_state wrote it, or NULL
 *
 * A timeline that was running goes on; where the file's changes are others now, it begins again.
 * A port that can't be shaped is told by its error, and doesn't keep the others from theirs.
 *
 * Return: 0 or -ENOMEM
 */
int shaper_init(struct shaper *s, struct config *config, const struct shaper_backend *backend,
		const json_t *state, uint64_t now_us);
void shaper_done(struct shaper *s);

/** shaper_set - lay @patch over the shape of a port; Return: 0 or what apply said */
int shaper_set(struct shaper *s, size_t port, const struct patch *patch, struct patch_error *err);

/** shaper_start, shaper_stop - the timeline, from its beginning; a second start begins again */
void shaper_start(struct shaper *s, uint64_t now_us);
void shaper_stop(struct shaper *s);

/**
 * shaper_run - carry out what is due
 * @ret_changed: whether anything was
 *
 * Return: when to call again, CLOCK_MONOTONIC; UINT64_MAX: never
 */
uint64_t shaper_run(struct shaper *s, uint64_t now_us, bool *ret_changed);

/** shaper_get - the answer to "get"; new reference */
json_t *shaper_get(struct shaper *s, uint64_t now_us);

/** shaper_state - what a successor needs: shapes in force, those of the file, the timeline; new
 * reference */
json_t *shaper_state(const struct shaper *s);

#endif
