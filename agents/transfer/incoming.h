/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An item where it arrives: it grows in PARENT/.incoming-NAME and is renamed to PARENT/NAME when
 * all of it is here and right. Before that nothing of it can be seen, and incoming_abort (or the
 * next one of that name) leaves nothing of it.
 */
#ifndef BATON_AGENTS_TRANSFER_INCOMING_H
#define BATON_AGENTS_TRANSFER_INCOMING_H

#include "agents/transfer/body.h"
#include "agents/transfer/tree.h"
#include "agents/transfer/wire.h"

enum {
	INCOMING_PATH_SIZE = 640,
	INCOMING_KEPT_PART = 10, /* one part in so many of the file system stays free */
};

struct incoming {
	struct transfer_item item;
	char parent[BODY_PATH_SIZE]; /* directory */
	char path[INCOMING_PATH_SIZE];
	int directory, file; /* -1: none */
	bool moved;
	uint64_t bytes; /* of files so far */
	uint32_t files;
};

/** incoming_sink - for a body_reader whose user is a struct incoming */
extern const struct body_sink incoming_sink;

/**
 * incoming_begin - a directory for it
 * @reserved: octets that others will still write into this file system
 *
 * Return: 0, -ENOSPC: less than a tenth of the file system would stay free, -EBUSY: somebody else
 * brings it, or a negative errno
 */
int incoming_begin(struct incoming *in, const char *parent, const struct transfer_item *item,
		   uint64_t reserved, struct image_error *err);
/** incoming_basis - hard links to the files of @basis, for rsync to take from; none: nothing */
int incoming_basis(struct incoming *in, const char *basis);
/** incoming_have - an image that is here already, by its manifest */
bool incoming_have(const char *parent, const struct transfer_item *item);
/**
 * incoming_commit - check what only the whole shows, and put it in its place; what was there goes
 * @look: asked meanwhile; or NULL
 * Return: 0, -EBADMSG with @err: an image that isn't as its manifest says, -ECANCELED, ...
 */
int incoming_commit(struct incoming *in, const struct look *look, struct image_error *err);
void incoming_abort(struct incoming *in);
/** incoming_remove_stale - what receivers that were killed left in @parent */
void incoming_remove_stale(const char *parent);

#endif
