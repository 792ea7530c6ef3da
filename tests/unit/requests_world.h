/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a client while a process moves, as tests of what they mean want them. */
#ifndef BATON_TESTS_REQUESTS_WORLD_H
#define BATON_TESTS_REQUESTS_WORLD_H

#include "testbed/measure/requests.h"

#define HEAD "number,made_ns,sent_ns,answered_ns,sends,edge,ok\n"
#define S    UINT64_C(1000000000)

/*
 * A request each 0.1 s from 1.0 s on, answered after 1 ms; a migration from 2.0 s (asked for) by
 * way of 2.5 s (gate closed) to 3.0 s (opened at edge-b), ended at 3.2 s: what was made meanwhile
 * is answered at 3.0 s by edge-b, sent three times.
 */
enum { ROWS = 40, CLOSED_MS = 2500, OPENED_MS = 3000 };

/** add_text - rows; add_world - those above, ordered */
void add_text(struct requests *r, const char *text);
void add_world(struct requests *r);

#endif
