/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pages of a range of memory were written since they were last asked for.
 *
 * The range is registered with a userfaultfd for write-protection that the kernel lifts by itself
 * at the first write (WP_ASYNC): no fault reaches user space. One ioctl (PAGEMAP_SCAN) tells the
 * pages where it was lifted and protects them again in the same breath, so that no write falls in
 * between. It works for faults of the kernel too (a recv() into the range).
 */
#ifndef BATON_APPS_COOPERATIVE_DIRTY_H
#define BATON_APPS_COOPERATIVE_DIRTY_H

#include <stddef.h>
#include <stdint.h>

struct dirty {
	uint8_t *base;
	size_t length;
	int uffd, pagemap;
};

struct dirty_range {
	size_t offset, length; /* octets from the base, whole pages */
};

enum { DIRTY_RANGES = 256 /* told by one scan */ };

/** dirty_supported - Return: 0, or -EOPNOTSUPP */
int dirty_supported(void);
/**
 * dirty_begin - from now on what is written is known
 * @base, @length: whole pages of private anonymous memory, without huge pages (MADV_NOHUGEPAGE: one
 * octet written would be 2 MiB to send)
 * Return: 0, -EOPNOTSUPP, or another negative errno
 */
int dirty_begin(struct dirty *d, void *base, size_t length);
void dirty_end(struct dirty *d);
/**
 * dirty_scan - what was written since the last scan that told it, from @*from on
 * @from: offset; on return where to go on, d->length when all was looked at
 * @range: room for DIRTY_RANGES, in order, adjacent pages in one
 * Return: the number of ranges, or a negative errno
 */
int dirty_scan(struct dirty *d, size_t *from, struct dirty_range *range);

#endif
