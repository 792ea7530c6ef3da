/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests from a file, one a line or one a JSON object, carried out as one: all are read, then all
 * are looked at against what is there, and only then is the first one sent. What `list`, `get` and
 * `dump` print is such a file.
 *
 * Each may be add, mod or del of a rule or a tunnel. Links can't be in it: they live as long as
 * somebody holds their sockets. A request that fails ends the batch; those before it are in force,
 * unless it is atomic: then what was added is deleted again, last first. Only a batch of nothing
 * but add can be: what mod and del do away with can't be had back, since the module doesn't tell
 * all of it.
 */
#ifndef BATON_GTP5G_TOOLS_BATCH_H
#define BATON_GTP5G_TOOLS_BATCH_H

#include "gtp5g-tools/request.h"

enum { BATCH_COMPLAINTS_MAX = 20 }; /* of one file; then it is left */

struct batch {
	struct request *request;
	size_t count;
};

/* What requests are carried out in: the kernel, or a test's own */
struct world {
	void *user;
	/** driver - of a link; Return: 0, -ENODEV with @ret_why */
	int (*driver)(void *user, const char *device, enum driver *ret_driver,
		      struct complaint *ret_why);
	/** version - of the module, see gtp5g_check */
	uint32_t (*version)(void *user);
	/** exists - is there a record of this name; Return: 0, -ENOENT, or what went wrong with
	 * @ret_why */
	int (*exists)(void *user, const struct request *name, struct complaint *ret_why);
	/** apply - add, mod or del; Return: 0, or a negative errno with @ret_why */
	int (*apply)(void *user, const struct request *request, struct complaint *ret_why);
	/** take_back - del what apply has added, as if it had never been: nothing is told of what
	 * it did; Return: as apply */
	int (*take_back)(void *user, const struct request *request, struct complaint *ret_why);
};

typedef void (*complain_fn)(const char *text, void *user);

/**
 * batch_read - a file's text
 * @name:   of the file, for messages; borrowed as long as @ret_batch lives
 * @text:   @len octets, written to
 * @complain: called for each mistake, up to BATCH_COMPLAINTS_MAX
 *
 * Return: 0, -EINVAL, -ENOMEM; free it by batch_done in any case
 */
int batch_read(const char *name, char *text, size_t len, struct batch *ret_batch,
	       complain_fn complain, void *user);
void batch_done(struct batch *batch);

/**
 * batch_check - would each request find what it needs, if those before it were done
 * Return: 0, -EINVAL: mistakes in it, or what the world says, -EPERM and the like
 */
int batch_check(const struct batch *batch, const struct world *world, bool atomic,
		complain_fn complain, void *user);

/**
 * batch_apply - carry out a batch that was checked
 * @ret_done: how many are in force, on failure too; after an atomic one, those that couldn't be
 * taken back
 */
int batch_apply(const struct batch *batch, const struct world *world, bool atomic, size_t *ret_done,
		complain_fn complain, void *user);

#endif
