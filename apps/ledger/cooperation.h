/* SPDX-License-Identifier: Apache-2.0 */
/* A service whose memory is the arena of apps/cooperative: it can be moved without CRIU. */
#ifndef BATON_APPS_LEDGER_COOPERATION_H
#define BATON_APPS_LEDGER_COOPERATION_H

#include "apps/ledger/config.h"
#include "apps/service/server.h"

struct cooperation {
	struct cooperative *instance;
	struct service_server *server;
};

/** cooperation_open - @ret_memory: borrowed, zeros at first; Return: 0 or a negative errno */
int cooperation_open(struct cooperation *c, const struct ledger_config *config, size_t size,
		     void **ret_memory);
/**
 * cooperation_await - @server, which is bound, may serve; it is watched from now on
 * Return: 0, -ECANCELED when it never will be asked to, or another negative errno
 */
int cooperation_await(struct cooperation *c, struct service_server *server);
/** cooperation_close - after the sockets; takes one that was never opened */
void cooperation_close(struct cooperation *c);

#endif
