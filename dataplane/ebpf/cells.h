/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells of an array that programs read without a lock: handed out by number, and again only when no
 * program can still be reading what was in them. Who gives one back says so at once; a grace period
 * is waited for when cells run short, for all of them together.
 */
#ifndef BATON_DATAPLANE_EBPF_CELLS_H
#define BATON_DATAPLANE_EBPF_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cells {
	uint32_t *number; /* [0, free): free; [count - given, count): given back, not free yet */
	uint32_t count, free, given;
};

/** cells_init - numbers from @first on; Return: 0 or -ENOMEM */
int cells_init(struct cells *cells, uint32_t first, uint32_t count);
void cells_done(struct cells *cells);
/** cells_take - Return: false: none is free */
bool cells_take(struct cells *cells, uint32_t *ret_number);
/** cells_untake - one that no program has seen */
void cells_untake(struct cells *cells, uint32_t number);
/** cells_give_back - a program may be reading it */
void cells_give_back(struct cells *cells, uint32_t number);
/** cells_settle - a grace period has passed: what was given back before it is free */
void cells_settle(struct cells *cells);

#endif
