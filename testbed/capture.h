/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of `baton capture`: what waits to be written in order (capture_queue.c), and the interfaces
 * (capture.c). */
#ifndef BATON_TESTBED_CAPTURE_H
#define BATON_TESTBED_CAPTURE_H

#include "testbed/pcapng.h"

/* Packets of several interfaces come in bunches, as their rings hand them over. They are held for a
 * while and leave by time. */
struct capture_queue {
	struct capture_packet **heap;
	size_t count, room;
	size_t bytes;
	struct capture_mark *mark; /* in order of time */
	size_t mark_count;
	uint64_t written, limit; /* limit 0: none */
	uint64_t late;		 /* written after a later one */
	uint64_t last_ns;
	uint64_t *delivered; /* by interface; borrowed */
	struct pcapng *png;
};

/** capture_queue_add - @data is copied; Return: 0, -ENOMEM */
int capture_queue_add(struct capture_queue *q, uint32_t interface, bool outbound, uint64_t time_ns,
		      const void *data, uint32_t captured, uint32_t length);
/** capture_queue_mark - @text becomes a comment of the first packet from @time_ns on */
int capture_queue_mark(struct capture_queue *q, uint64_t time_ns, const char *text);
/** capture_queue_flush - write what is older than @until_ns, up to the limit; Return: 0, or a
 * negative errno of the file */
int capture_queue_flush(struct capture_queue *q, uint64_t until_ns);
/** capture_queue_rest - the marks that met no packet, a line each, NULL for none; free it */
char *capture_queue_rest(struct capture_queue *q);
void capture_queue_done(struct capture_queue *q);

#endif
