// SPDX-License-Identifier: Apache-2.0
/* baton env: where the migration manager is, and the token. */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "testbed/plan.h"

static int core_of(const struct topology *t)
{
	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_CORE)
			return (int)i;
	return -1;
}

static int print_env(const struct baton_context *ctx, const struct run *run, int core)
{
	char token[RUN_TOKEN_SIZE], addr[INET_ADDRSTRLEN], url[64];
	int rc = run_token(run, token);
	json_t *json;

	if (rc) {
		complain("token: %s", strerror(-rc));
		return BATON_FAILED;
	}
	snprintf(url, sizeof(url), "http://%s:%u",
		 inet_ntop(AF_INET, &run->node[core].address, addr, sizeof(addr)),
		 daemon_rest_port("migration-manager"));
	if (!ctx->json) {
		printf("export BATON_URL=%s\nexport BATON_TOKEN=%s\n", url, token);
		return BATON_OK;
	}
	json = json_pack("{s:s, s:s}", "url", url, "token", token);
	json_dumpf(json, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(json);
	return BATON_OK;
}

int env_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct topology *t;
	struct run run;
	int rc = run_select(ctx, argc > 1 ? argv[1] : NULL, &run), core;

	if (rc != BATON_OK)
		return rc;
	t = run_topology(&run);
	core = t ? core_of(t) : -1;
	if (t && core < 0)
		complain("topology '%s' has no core, so no migration manager", run.name);
	rc = core < 0 ? BATON_FAILED : print_env(ctx, &run, core);
	topology_free(t);
	run_done(&run);
	return rc;
}
