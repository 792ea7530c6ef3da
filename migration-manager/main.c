// SPDX-License-Identifier: Apache-2.0
/*
 * migration-manager: moves an application between edges and coordinates the switch of the UE's PDU
 * sessions with it.
 *
 * Read in this order: migration.h (the resource and its states), step.h (what plans are made of),
 * engine.c (how a plan is carried out and what a failure means), ask.c, modes/ and strategies/ (the
 * plans), journal.h (what survives), rest.c.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "migration-manager/config.h"
#include "migration-manager/engine.h"
#include "migration-manager/manager.h"

static const struct daemon_spec spec = {
	.name = "migration-manager",
	.summary = "coordinates PDU session switches with the migration of applications",
	.example = "migration-manager/migration-manager.example.yaml",
};

/* Each agent keeps one and asks once a second, a topology has 1000 nodes; the rest is for those who
 * migrate. */
enum { CONNECTIONS = 2048 };

static int serve(struct manager *mm)
{
	struct http_listen listen = {.addr = mm->config.rest_address,
				     .port = (uint16_t)mm->config.rest_port,
				     .token = mm->token,
				     .connections = CONNECTIONS};
	int r = http_server_new(&mm->daemon.loop, &listen, rest_routes, mm, &mm->server);

	if (r < 0)
		log_error("rest", "port=%u error=\"%s\"", mm->config.rest_port, strerror(-r));
	return r;
}

int main(int argc, char **argv)
{
	static struct manager mm = {.times = &engine_times_default};
	int status = 1;

	if (daemon_init(&mm.daemon, &spec, argc, argv) < 0)
		return 1;
	if (config_load(&mm) < 0)
		goto done;
	if (mm.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (journal_open(mm.config.database, &mm.journal) < 0 ||
	    http_client_new(&mm.daemon.loop, &mm.client) < 0 || serve(&mm) < 0 ||
	    manager_resume(&mm) < 0)
		goto done;
	daemon_ready("serving");
	status = daemon_run(&mm.daemon);
done:
	manager_drop_all(&mm);
	http_client_free(mm.client);
	http_server_free(mm.server);
	journal_close(mm.journal);
	registry_clear(&mm.registry);
	free(mm.gnb);
	free(mm.n3);
	daemon_done(&mm.daemon);
	return status;
}
