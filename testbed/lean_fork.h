/* SPDX-License-Identifier: Apache-2.0 */
/* Inits share the pages of `baton up`, but each fork copies the table of them: what an init never
 * calls stays behind. */
#ifndef BATON_TESTBED_LEAN_FORK_H
#define BATON_TESTBED_LEAN_FORK_H

/**
 * lean_fork_begin, lean_fork_end - what is cloned in between lacks the code of the libraries that an init doesn't use
 *
 * In such a child, calls into other libraries crash: use _Fork() and _exit() there, as fork() and exit() run
 * handlers that libraries registered.
 */
void lean_fork_begin(void);
void lean_fork_end(void);

#endif
