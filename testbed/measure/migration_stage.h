/* SPDX-License-Identifier: Apache-2.0 */
/* What `measure migration` does and looks at in a topology that runs. */
#ifndef BATON_MEASURE_MIGRATION_STAGE_H
#define BATON_MEASURE_MIGRATION_STAGE_H

#include <sys/types.h>

#include "testbed/measure/migration.h"
#include "testbed/measure/session.h"

/* The service-client that runs in the UE's node */
struct migration_client {
	pid_t pid; /* of `baton exec`, which passes signals on; 0: none */
	char dir[64];
	char rows[96], summary[96], errors[96]; /* its files */
	bool whole; /* it has ended in order, and all its rows were read */
};

struct migration_stage {
	struct session s;
	const struct baton_context *ctx;
	struct migration_options o;
	const struct topo_process *process;
	struct probe_run *edges;	  /* names alone */
	char home[64], other[64], at[64]; /* edges: where it was first, the other, where it is */
	struct migration_client client;
	struct requests requests;
	json_t *links;	 /* [{from, to, asked_bps, measured_bps}] */
	json_t *records; /* [{record, from, counts}] */
	json_t *summary; /* the client's, when it has ended */
	uint64_t began_ns;
	size_t asked; /* migrations, for keys */
	int failed;   /* an exit status that says more than others; 0: none */
};

/* ---- migration_client.c; each complains ---- */

/** migration_client_start - Return: 0 when the first request was answered, or a negative errno */
int migration_client_start(struct migration_stage *st);
/** migration_client_runs - has it not ended by itself? */
bool migration_client_runs(struct migration_stage *st);
/** migration_client_finish - end it, unless it has ended by itself, and read what it leaves into
 * st->requests and st->summary; Return: 0 or a negative errno */
int migration_client_finish(struct migration_stage *st);
/** migration_client_done - nothing of it is left, except --out's requests.csv */
void migration_client_done(struct migration_stage *st);

/* ---- migration_link.c ---- */

/** migration_links - the rate of the WAN between both edges, each way, into st->links */
void migration_links(struct migration_stage *st);
/** migration_link_from - measured from @edge on, bit/s; 0: not known */
double migration_link_from(const struct migration_stage *st, const char *edge);

/* ---- migration_move.c; complains ---- */

/** migration_find - where the process runs, and the edge that it is moved to; Return: 0 or a
 * negative errno */
int migration_find(struct migration_stage *st);
/** migration_move_all - one migration after the other; Return: 0 or a negative errno */
int migration_move_all(struct migration_stage *st);

#endif
