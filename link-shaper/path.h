/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet path: a thread of its own, real-time where that is allowed, for all lanes of a
 * topology. A lane is a shaped port's way through here:
 *
 *   its socket --> line: whether, how often, when --> queue --> its socket, out of the port
 *
 * Packets carry the kernel's stamp of arrival, so that what they wait before they are read counts
 * as part of the delay that they were to have. The thread sleeps until shortly before the next one
 * is due and looks at the clock from there on.
 *
 * Whoever else touches a lane holds the path's lock; the thread has it while it works, not while it
 * waits.
 */
#ifndef BATON_LINK_SHAPER_PATH_H
#define BATON_LINK_SHAPER_PATH_H

#include "link-shaper/lateness.h"
#include "link-shaper/line.h"

struct path;

struct lane {
	int fd;		  /* packet socket with virtio headers; borrowed */
	unsigned ifindex; /* where it sends */
	struct line line;
	struct lateness lateness;
	uint64_t overrun; /* came in and found no room: in the socket or in the pool */
	uint64_t unsent;  /* refused by the port */
};

/** path_new - starts the thread; @ret_realtime: whether it runs at real-time priority */
int path_new(struct path **ret_path, bool *ret_realtime);
/** path_free - drops what is under way; lanes are to be removed before */
void path_free(struct path *path);

void path_lock(struct path *path);
void path_unlock(struct path *path);

/** path_lane_add - takes no lock: not to be held. @lane is borrowed until path_lane_remove */
int path_lane_add(struct path *path, struct lane *lane);
/** path_lane_remove - what is under way in it is sent at once, in the order in which it was due */
void path_lane_remove(struct path *path, struct lane *lane);
/** lane_overrun_read - add what the socket had no room for to lane->overrun; under the lock */
void lane_overrun_read(struct lane *lane);

#endif
