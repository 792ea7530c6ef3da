/* SPDX-License-Identifier: Apache-2.0 */
/* CRIU's page server at the destination, on a connection that has shown its key. It may be killed:
 * there is nobody's parasite in a page server. */
#ifndef BATON_AGENTS_TRANSFER_PAGE_SERVER_H
#define BATON_AGENTS_TRANSFER_PAGE_SERVER_H

#include "agents/common/manifest.h"

/**
 * page_server_serve - one dump's pages into @directory, until the other side says that it is all
 * @criu: the program; @previous: name of the round below, beside @directory, or ""
 * @run: a directory for its log; @tag: tells it from others there
 * @fd: the connection, blocking
 * Return: 0, -ECANCELED when @wake is readable, -EIO with @err: what CRIU said
 */
int page_server_serve(const char *criu, const char *directory, const char *previous,
		      const char *run, const char *tag, int fd, int wake, struct image_error *err);

#endif
