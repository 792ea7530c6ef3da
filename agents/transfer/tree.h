/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory as an item: its plain files, sorted, and CRIU's link `parent` to the round below it.
 * Anything else in it is an error: what can't be brought whole isn't brought at all.
 */
#ifndef BATON_AGENTS_TRANSFER_TREE_H
#define BATON_AGENTS_TRANSFER_TREE_H

#include "agents/common/manifest.h"
#include "agents/transfer/body.h"
#include "agents/transfer/wire.h"

#define TREE_PARENT "parent" /* CRIU's: a symbolic link to ../NAME */

struct tree {
	char previous[TRANSFER_NAME_SIZE]; /* "": none */
	uint64_t bytes;
	uint32_t count;
	struct body_file *file; /* sorted by path */
};

/** tree_read - @ret: free with tree_done; Return: 0, -ENOENT, or -EBADMSG: @err says which entry */
int tree_read(const char *directory, struct tree *ret, struct image_error *err);
void tree_done(struct tree *t);
/* Asked between two pieces of what is hashed: whether it is in vain */
struct look {
	bool (*cancelled)(void *user);
	void *user;
};
/** tree_digest - as of its body, its files read again; @look: or NULL; Return: 0, -EBADMSG: a file
 * has changed, -ECANCELED */
int tree_digest(const char *directory, const struct tree *t, const struct look *look,
		uint8_t ret[TRANSFER_DIGEST_SIZE]);
/** tree_manifest_digest - of DIRECTORY/manifest.json; Return: 0 or a negative errno */
int tree_manifest_digest(const char *directory, uint8_t ret[TRANSFER_DIGEST_SIZE]);

#endif
