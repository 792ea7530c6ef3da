/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source's side of CRIU's page server: a connection to a receiver, which has shown its key and
 * said which round comes, and is CRIU's then, at both ends, until it says that all pages are there.
 *
 *   transfer_pages_begin(...); call.page_server = pages.fd; criu_run(...); transfer_pages_end(...)
 */
#ifndef BATON_AGENTS_TRANSFER_PAGES_H
#define BATON_AGENTS_TRANSFER_PAGES_H

#include "agents/transfer/sender.h"

struct transfer_pages {
	int fd; /* blocking, for CRIU */
	struct transfer_wire_bytes interface_before;
	char interface[16];
};

/**
 * transfer_pages_begin - @name: of the directory there; @previous: of the one below it, or ""
 * @bytes: at most so many are to come, as far as is known; asked of the disk there
 * @interface: whose octets are counted; "": none
 */
int transfer_pages_begin(const struct transfer_target *to, const char *name, const char *previous,
			 uint64_t bytes, const char *interface, int wake,
			 struct transfer_pages *ret, struct transfer_error *err);
/**
 * transfer_pages_end - CRIU is done with it: await that the directory is in its place, and close
 * @ret: wire_bytes and interface_bytes
 *
 * Where CRIU failed, transfer_pages_abort instead.
 */
int transfer_pages_end(struct transfer_pages *p, int wake, struct transfer_outcome *ret,
		       struct transfer_error *err);
/** transfer_pages_are_lost - the other end went first: its receiver knows why */
bool transfer_pages_are_lost(const struct transfer_pages *p);
void transfer_pages_abort(struct transfer_pages *p);

#endif
