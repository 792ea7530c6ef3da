/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded record of rows, read by sequence: rows count from 1, the oldest make room. One thread
 * adds, any thread reads; the lock is held for copies of rows only.
 */
#ifndef BATON_APPS_STREAM_CLIENT_RING_H
#define BATON_APPS_STREAM_CLIENT_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring;

/** ring_new - @rows: how many are kept; Return: 0, -EINVAL for none, -ENOMEM */
int ring_new(size_t rows, size_t row_bytes, struct ring **ret_ring);
void ring_free(struct ring *ring);
/** ring_add - Return: its sequence */
uint64_t ring_add(struct ring *ring, const void *row);
/**
 * ring_read - rows from sequence @from on (or the oldest that is there), at most @max
 * @rows: room for @max rows
 * @ret_first: sequence of the first row returned; when there is none, of the next that will come
 *
 * Return: rows copied
 */
size_t ring_read(struct ring *ring, uint64_t from, size_t max, void *rows, uint64_t *ret_first);
/** ring_next - the sequence that the next row will have */
uint64_t ring_next(struct ring *ring);

#endif
