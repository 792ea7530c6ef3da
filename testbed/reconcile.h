/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `baton up` on a running topology: what differs from the file is changed, what doesn't is not touched.
 *
 * The difference is that of two files (topology_diff.h), corrected by what is alive: a dead init's node and an interface that
 * is gone are made again. While it is applied, the run directory holds both, topology.yaml and topology.next.yaml, and the record
 * is in phase "changing". Whoever comes after a kill knows that each thing is as one of the two says, or in between: what differs in
 * either from the new file is then applied, and every step does no harm when it was done already.
 *
 * Interface indices and MAC addresses in a plan are those of a topology that is made in one go. Here they are asked of the kernel;
 * management addresses of nodes that stay, stay.
 */
#ifndef BATON_TESTBED_RECONCILE_H
#define BATON_TESTBED_RECONCILE_H

#include "lib/netlink/netlink.h"
#include "testbed/node.h"
#include "testbed/topology_diff.h"
#include "testbed/up.h"

/* A node that stands, as the kernel sees it */
struct live {
	struct nl *nl; /* in its namespace; NULL: not a node that stands */
	size_t count;
	struct nl_link *link;
	unsigned next_ifindex; /* for links that are added */
};

enum { RECONCILE_FROM, RECONCILE_NEXT, RECONCILE_SOURCES };

struct reconcile {
	struct up *up;
	struct topology *t; /* the new one; MAC addresses become those that are used */
	struct run *old;    /* the record before */
	struct topology *from[RECONCILE_SOURCES]; /* what there may be; [RECONCILE_NEXT]: only after a kill */
	struct topology_diff diff[RECONCILE_SOURCES];
	bool *kept_port;	 /* by port of @t */
	unsigned *ifindex, *far; /* by port of @t: in its node; in the fabric, for bridged ones */
	bool *touched;		 /* by node of @t: its routes are gone through */
	struct live *live;	 /* by node of the new record, the fabric last */
	struct node_error err;
};

/** reconcile - compute the difference, print it (--dry-run) or apply it; Return: exit status */
int reconcile(struct up *up);

/* --- parts --- */

/** reconcile_refuse - what can't change while it is up; complains; Return: exit status */
int reconcile_refuse(const struct reconcile *r);
/** reconcile_keep_shaper - a link-shaper that runs goes on, to take away what the file no longer asks for */
void reconcile_keep_shaper(struct up *up);

/** live_read - what is in every node that stands */
int live_read(struct reconcile *r);
const struct nl_link *live_find(const struct live *live, const char *name);
void live_free(struct reconcile *r);

/** reconcile_links_remove - ends of links that go, in nodes that stand */
int reconcile_links_remove(struct reconcile *r);
/** reconcile_macs - of ends that stay: theirs; of new ones: ones that nobody has */
void reconcile_macs(struct reconcile *r);
/** reconcile_links_add - new links, down in nodes that stand; also to management */
int reconcile_links_add(struct reconcile *r);

/** reconcile_node - addresses, services, routes, shapes and settings of a node that stands, or the fabric's */
int reconcile_node(struct reconcile *r, unsigned node);

/** reconcile_daemons_list - those whose configuration changes, into the difference */
int reconcile_daemons_list(struct reconcile *r);
/** reconcile_daemons_restart - write their files and have them read; they are not awaited */
int reconcile_daemons_restart(struct reconcile *r);
/** reconcile_daemons_await - until each is ready */
int reconcile_daemons_await(struct reconcile *r);

/** reconcile_print - the difference, as text or JSON. @done: "change" or "would change" is told */
void reconcile_print(const struct baton_context *ctx, const char *name, const struct topology_diff *diff,
		     bool running, bool done);

#endif
