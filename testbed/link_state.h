/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What shapes each link of a running topology, and how: as link-shaper, which does it or has the
 * kernel do it, says, and the kernel confirms; in a topology that has none, what the kernel says.
 */
#ifndef BATON_TESTBED_LINK_STATE_H
#define BATON_TESTBED_LINK_STATE_H

#include <jansson.h>

#include "testbed/run.h"

enum { LINK_STATE_KEY = TOPO_NAME_SIZE + IFNAMSIZ + 1 };

struct link_state {
	json_t *answer; /* link-shaper's; NULL: it didn't answer, or there is none */
	json_t *index;	/* ports by "NODE INTERFACE"; NULL: not known */
	char why[256];	/* it didn't */
};

/** link_state_has_shaper - a link-shaper belongs to the topology */
bool link_state_has_shaper(const struct run *run);
void link_state_read(const struct run *run, struct link_state *ret);
void link_state_done(struct link_state *s);

/** link_state_of - of what leaves @node by @interface: {"shaped_by": "none", "tbf", "netem",
 * "user", "failed", "missing" (with "should_be") or "unknown", KEYS...}; new reference */
json_t *link_state_of(const struct link_state *s, const char *node, const char *interface);
/** link_state_is_shaped - it is shaped, or should be */
bool link_state_is_shaped(const json_t *described);
/** link_state_print - "user: delay 5ms", "-" */
void link_state_print(const json_t *described, FILE *out);
/**
 * link_state_link - both directions of the link that begins at @port: {"forward": {...},
 * "backward": {...}}; new reference
 */
json_t *link_state_link(const struct link_state *s, const struct topology *t, unsigned port);
/** link_state_path - the same of a way over N3, which is in t->n3_path; new reference */
json_t *link_state_path(const struct link_state *s, const struct topology *t,
			const struct topo_path *path);
/** link_state_report - of all links that are shaped, for reports of measurements: [{"link": [NODE,
 * FAR], "forward", "backward"}]; new reference */
json_t *link_state_report(const struct link_state *s, const struct topology *t);

#endif
