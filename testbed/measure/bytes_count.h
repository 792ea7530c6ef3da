/* SPDX-License-Identifier: Apache-2.0 */
/* The byte counter at work in a running topology: a socket in each node's network namespace. */
#ifndef BATON_MEASURE_BYTES_COUNT_H
#define BATON_MEASURE_BYTES_COUNT_H

#include "testbed/measure/bytes.h"
#include "testbed/run.h"

struct bytes_counter;

/**
 * bytes_counter_start - count from now on
 * @run, @topology: borrowed until it is stopped
 *
 * Complains. Return: 0 or a negative errno
 */
int bytes_counter_start(const struct run *run, const struct topology *topology,
			struct bytes_counter **ret_counter);
/** bytes_counter_read - all since it was started; a node that is gone keeps what it had; Return: 0
 * or -ENOMEM */
int bytes_counter_read(struct bytes_counter *c, struct bytes_reading *ret);
/** bytes_counter_places - as of the last reading; borrowed */
const struct bytes_places *bytes_counter_places(const struct bytes_counter *c);
void bytes_counter_stop(struct bytes_counter *c);

#endif
