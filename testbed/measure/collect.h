/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reflectors saw, put together from their answers (lib/stamp/sample.h). An answer that doesn't
 * continue what is there, because the agent was restarted, the session forgotten or the ring run
 * over, begins a new segment and leaves a hole.
 */
#ifndef BATON_MEASURE_COLLECT_H
#define BATON_MEASURE_COLLECT_H

#include <stdbool.h>

#include "testbed/measure/samples.h"

/** collect_next - number of the sample to ask the reflector of @edge for next */
uint64_t collect_next(const struct probe_run *run, size_t edge);
/**
 * collect_answer - take one answer to a question for samples from collect_next() on
 * @asked_ns: when it was asked
 *
 * Return: 1 when there is more to ask for, 0, or -EBADMSG, -ENOMEM, -ENOSPC (too many segments)
 */
int collect_answer(struct probe_run *run, size_t edge, const uint8_t *bytes, size_t len,
		   uint64_t asked_ns);
/** collect_none - the edge had no such session when it was asked: no probe has come to it, unless
 * there are samples of it already */
void collect_none(struct probe_run *run, size_t edge, uint64_t asked_ns);
/** collect_missing - the edge has no answer any more, at the end of the run */
void collect_missing(struct probe_run *run, size_t edge, enum hole_why why, uint64_t now_ns);
/** collect_hole_in - the first hole that touches [@from_ns, @to_ns]; NULL: all is known */
const struct hole *collect_hole_in(const struct probe_run *run, uint64_t from_ns, uint64_t to_ns);
/** collect_hole_text - "edge-agent of edge-a was restarted", for people */
void collect_hole_text(const struct probe_run *run, const struct hole *hole, char *buf,
		       size_t size);

#endif
