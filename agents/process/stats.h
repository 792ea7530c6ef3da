/* SPDX-License-Identifier: Apache-2.0 */
/* CRIU's statistics images: WORK/stats-dump and WORK/stats-restore. Two magic numbers, the length
 * of one message, and the message (criu_stats.proto); little-endian. */
#ifndef BATON_AGENTS_PROCESS_STATS_H
#define BATON_AGENTS_PROCESS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CRIU_STATS_MAX = 4096 };

struct criu_stats {
	bool dump, restore;			   /* which of both it holds */
	uint32_t frozen_us, memory_us, write_us;   /* of a dump */
	uint64_t pages, pages_skipped, pages_lazy; /* written, in the parent, left */
	uint32_t forking_us, restore_us;	   /* of a restore */
	uint64_t pages_restored;
};

/** criu_stats_parse - Return: 0 or -EBADMSG */
int criu_stats_parse(const uint8_t *octets, size_t len, struct criu_stats *ret);
/** criu_stats_read - a file; Return: 0, -EBADMSG, or a negative errno */
int criu_stats_read(const char *path, struct criu_stats *ret);

#endif
