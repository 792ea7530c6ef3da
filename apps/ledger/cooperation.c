// SPDX-License-Identifier: Apache-2.0
#include "apps/ledger/cooperation.h"

#include "apps/cooperative/cooperative.h"

int cooperation_open(struct cooperation *c, const struct ledger_config *config, size_t size,
		     void **ret_memory)
{
	const struct cooperative_config arena = {
		.number = config->number, .bytes = size, .state_directory = config->state};
	const int rc = cooperative_open(&arena, &c->instance);

	if (rc == 0)
		*ret_memory = cooperative_memory(c->instance);
	return rc;
}

/* What came before the call has an answer from here; what comes after it waits in the sockets of
 * who serves next. */
static void pause_here(void *user)
{
	struct cooperation *c = user;

	service_server_drain(c->server);
	if (cooperative_safe_point(c->instance) == COOPERATIVE_MOVED)
		service_server_stop(c->server);
}

int cooperation_await(struct cooperation *c, struct service_server *server)
{
	const int rc = cooperative_await(c->instance);

	if (rc < 0)
		return rc;
	c->server = server;
	return service_server_watch(server, cooperative_fd(c->instance), pause_here, c);
}

void cooperation_close(struct cooperation *c)
{
	cooperative_close(c->instance);
	c->instance = NULL;
}
