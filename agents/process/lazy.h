/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU's daemon of lazy pages at a destination: it brings those that the restored process touches,
 * and all others behind. When it fails, the process would read zeros where it had data: it is ended
 * with it. So the daemon has a keeper, a process of its own, which waits for it and knows how it
 * ended; it stands in APP/lazy. That all came is told by IMAGES/lazy.whole, its figures by
 * lazy.json.
 */
#ifndef BATON_AGENTS_PROCESS_LAZY_H
#define BATON_AGENTS_PROCESS_LAZY_H

#include "agents/process/victim.h"

/** lazy_begin - until it waits for the restore, whose work is in the step's directory too; Return:
 * 0, or process_step_fail's */
int lazy_begin(struct process_step *s, const char *images, struct in_addr address, uint16_t port);
/** lazy_await - until all pages are here; Return: 0 or process_step_fail's */
int lazy_await(struct process_step *s);
/** lazy_end - kill it; the process loses what it hasn't got */
void lazy_end(struct process_step *s);

#endif
