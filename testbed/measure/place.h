/* SPDX-License-Identifier: Apache-2.0 */
/* Where a measurement takes place: a UE, a service and the daemons of a topology that is up. */
#ifndef BATON_MEASURE_PLACE_H
#define BATON_MEASURE_PLACE_H

#include "testbed/measure/client.h"
#include "testbed/measure/options.h"
#include "testbed/measure/probe.h"
#include "testbed/measure/tap.h"
#include "testbed/run.h"

struct place {
	struct run run;
	struct topology *topology;
	unsigned ue, core; /* node indices */
	const char *supi;  /* the topology's */
	size_t service;	   /* index into the topology's */
};

/** place_find_topology - what is running, and nothing in it; place_find_ue - and the UE, or the first,
 * and the core; as place_find */
int place_find_topology(struct place *p, const struct baton_context *ctx);
int place_find_ue(struct place *p, const struct baton_context *ctx, const char *ue);
/** place_find - the topology, UE and service that @o names, or the first; complains; place_done in
 * every case; Return: an exit status */
int place_find(struct place *p, const struct baton_context *ctx, const struct measure_options *o);
void place_done(struct place *p);
/** place_lock - one measurement at a time of one UE, a node index; complains; Return: a descriptor
 * that is closed to unlock, or negative errno */
int place_lock(const struct place *p, unsigned ue);
/** place_manager - where the migration manager is; complains; Return: 0 or negative errno */
int place_manager(const struct place *p, struct client *c);
/** place_edges - the registered edges that run the service, at least two; Return: 0, or -EIO with
 * c->error */
int place_edges(const struct place *p, struct client *c, struct probe_run *run);
/** place_is_up - the node of the manager is still there */
bool place_is_up(const struct place *p);

/** place_taps - a tap on N3 of each gNB, not started; Return: 0 or negative errno */
int place_taps(const struct place *p, uint16_t ssid, struct tap **ret_tap);
/** place_probe - start probes from the UE to the service; Return: 0 or negative errno */
int place_probe(const struct place *p, uint64_t interval_ns, uint16_t ssid,
		struct probe **ret_probe);
/** place_probes - the same from each of @count UEs, node indices; SSIDs count up from @ssid */
int place_probes(const struct place *p, const unsigned *ues, size_t count, uint64_t interval_ns,
		 uint16_t ssid, struct probe **ret_probe);
/** place_tcp - start a TCP flow of @rate_bps beside them; Return: 0 or negative errno */
int place_tcp(const struct place *p, const struct probe_run *run, uint64_t rate_bps,
	      struct tcp_flow **ret_flow);
/** place_url - of a daemon of a node, on the management network */
void place_url(const struct place *p, unsigned node, int port, const char *path, char *buf,
	       size_t size);
/** place_describe - topology, machine and data planes, into @r */
void place_describe(const struct place *p, struct client *c, struct report *r);

#endif
