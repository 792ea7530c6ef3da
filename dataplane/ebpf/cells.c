// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/cells.h"

#include <errno.h>
#include <stdlib.h>

int cells_init(struct cells *c, uint32_t first, uint32_t count)
{
	c->number = malloc(sizeof(*c->number) * count);
	if (!c->number)
		return -ENOMEM;
	c->count = c->free = count;
	c->given = 0;
	for (uint32_t i = 0; i < count; i++)
		c->number[i] = first + count - 1 - i; /* the lowest first: less memory is touched */
	return 0;
}

void cells_done(struct cells *c)
{
	free(c->number);
	c->number = NULL;
}

bool cells_take(struct cells *c, uint32_t *ret_number)
{
	if (!c->free)
		return false;
	*ret_number = c->number[--c->free];
	return true;
}

void cells_untake(struct cells *c, uint32_t number)
{
	c->number[c->free++] = number;
}

void cells_give_back(struct cells *c, uint32_t number)
{
	c->number[c->count - ++c->given] = number;
}

void cells_settle(struct cells *c)
{
	for (; c->given; c->given--)
		c->number[c->free++] = c->number[c->count - c->given];
}
