/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image from the cloud agent into the repository: its manifest, then file by file what isn't
 * here yet. It grows in REPOSITORY/.pulling/IMAGE and is renamed into place when every file has
 * been checked, so that what is there is whole. A pull that was cut off, by kill -9 too, goes on
 * where it was (RFC 9110 Range), unless the cloud has another image by now. Blocks: for a worker
 * thread.
 */
#ifndef BATON_AGENTS_PULL_H
#define BATON_AGENTS_PULL_H

#include <stdatomic.h>

#include "agents/common/image.h"

struct pull {
	char cloud_url[128], repository[256];
	char image[MANIFEST_NAME_SIZE],
		version[MANIFEST_NAME_SIZE]; /* version "": whichever the cloud has */
	uint64_t rate_bytes_per_s;	     /* 0: as fast as the path */
	atomic_bool cancel;
	/* what another thread may look at meanwhile */
	_Atomic uint64_t image_bytes;  /* of all files; 0: not known yet */
	_Atomic uint64_t here_bytes;   /* of them that are here, from earlier tries too */
	_Atomic uint64_t pulled_bytes; /* by this one */
};

/**
 * pull_run - Return: 0; -ENOENT the cloud has no such image or version; -EBADMSG a file isn't what
 * the manifest says (@err names it; all that was pulled is removed); -ENOSPC the disk is full
 * (removed too); -ECANCELED, or what http_fetch_blocking said (kept, to be gone on with)
 */
int pull_run(struct pull *p, struct image_error *err);

#endif
