/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU's daemon of lazy pages at a destination: it brings those that the restored process touches,
 * and all others behind. When it fails, the process would read zeros where it had data: it is ended
 * with it. So the daemon has a keeper, a process of its own, which waits for it and knows how it
 * ended; it stands in IMAGES/lazy, its process in IMAGES/restored: so no other migration's are
 * taken for them. That all came is told by IMAGES/lazy.whole, its figures by lazy.json.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_LAZY_H
#define BATON_AGENTS_PROCESS_STEP_LAZY_H

#include "agents/process-step/victim.h"

/** lazy_begin - until it waits for the restore, whose work is in the step's directory too; Return:
 * 0, or process_step_fail's */
int lazy_begin(struct process_step *s, const char *images, struct in_addr address, uint16_t port);
/** lazy_await - until all pages are here; Return: 0 or process_step_fail's: when nothing comes any
 * more, the process is ended */
int lazy_await(struct process_step *s);
/** lazy_end - the daemon, and the process that lacks pages then; nothing where all have come, or
 * none were to */
void lazy_end(const struct process_step *s);
/** lazy_lacks_pages - the process is here, and its pages still come */
bool lazy_lacks_pages(const struct process_step *s);

#endif
