/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For an application that is moved to another edge while it serves, without CRIU: it keeps all of
 * its state in one arena at a fixed address, which this library copies to another instance of the
 * same application page by page, until so little is written that the rest can be sent while the
 * application stands still for a moment (docs/processes.md, Cooperative applications; the guide
 * with an example is README.md here).
 *
 * Needs a kernel since 6.7: pages that were written are found by userfaultfd (write-protect, async)
 * and PAGEMAP_SCAN.
 *
 * Read in this order: this, internal.h (the instance), dirty.h (which pages were written), wire.h
 * (what travels between two instances, and who serves when something breaks), source.c,
 * destination.c, control.c and command.h (what an edge agent says to an instance).
 */
#ifndef BATON_APPS_COOPERATIVE_H
#define BATON_APPS_COOPERATIVE_H

#include <stddef.h>

struct cooperative;

enum {
	COOPERATIVE_NUMBER_MAX = 1023, /* of an application */
	COOPERATIVE_MOVED = 1	       /* of cooperative_safe_point */
};

struct cooperative_config {
	unsigned number; /* of the application, 1 to COOPERATIVE_NUMBER_MAX: where its arena
			    lies. The same in every instance */
	size_t bytes;	 /* of the arena; rounded up to pages, at most 32 GiB. The same in
			    every instance */
	const char *state_directory; /* exists; the control socket is made in it, and an instance
					that finds a file `incoming` there waits for another's
					state. Its path has at most 90 octets */
};

/**
 * cooperative_open - map the arena, and be ready to be moved
 * @ret_instance: given; one of an arena address in a process
 *
 * Makes a thread; so the application's own loop needs no more than the two calls below.
 * Return: 0, -EINVAL, -EEXIST when something is mapped there, -ENAMETOOLONG, or another negative
 * errno. A kernel without the means is no error here: such an instance serves, and says to who
 * asks that it can't be moved.
 */
int cooperative_open(const struct cooperative_config *config, struct cooperative **ret_instance)
	__attribute__((warn_unused_result));
/** cooperative_close - end what is under way (the state stays here), tell who asked what became of
 * it, unmap the arena. To be called before the process ends; takes NULL */
void cooperative_close(struct cooperative *c);

/** cooperative_supported - Return: 0, or -EOPNOTSUPP when this kernel can't tell written pages */
int cooperative_supported(void);

/** cooperative_memory - the arena, page-aligned, zeros at first; borrowed until closed. Pointers
 * into it stay right after a move; pointers out of it, file descriptors and threads don't */
void *cooperative_memory(const struct cooperative *c);

/**
 * cooperative_await - wait until this instance is the one that serves
 *
 * To be called when the sockets are bound and before anything is read from them or from the arena:
 * what comes in meanwhile waits in them and is answered after the move. An instance that isn't
 * incoming returns at once.
 * Return: 0; 1: as 0, and the arena holds the state of another instance; -ECANCELED: it won't be
 * asked to serve, and should end.
 */
int cooperative_await(struct cooperative *c) __attribute__((warn_unused_result));

/** cooperative_fd - readable when cooperative_safe_point should be called; borrowed */
int cooperative_fd(const struct cooperative *c);

/**
 * cooperative_safe_point - the state is complete, and nothing writes to it until this returns
 *
 * To be called from the application's loop when cooperative_fd is readable, best after what waits
 * in its sockets was answered; and whenever it likes. Blocks for the moment of the move.
 * Return: 0: go on; COOPERATIVE_MOVED: another instance serves. Then close the sockets and end;
 * never serve again.
 */
int cooperative_safe_point(struct cooperative *c) __attribute__((warn_unused_result));

#endif
