// SPDX-License-Identifier: Apache-2.0
/* What can be told before anything is made: does the kernel shape links as asked, are the programs
 * there. */
#include "testbed/up.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "testbed/kernel.h"

static const struct topo_port *first_port_with(const struct topology *t, bool netem)
{
	for (size_t i = 0; i < t->port_count; i++) {
		const struct topo_shape *shape = &t->port[i].shape;

		if (netem ? topo_shape_needs_netem(shape) != NULL : shape->rate_bps != 0)
			return &t->port[i];
	}
	return NULL;
}

static int refuse(const struct topology *t, const struct topo_place *at, const char *what,
		  const char *scheduler)
{
	complain("%s:%u:%u: %s needs the packet scheduler %s, which this kernel lacks (see `baton "
		 "doctor`)",
		 t->path, at->line, at->column, what, scheduler);
	return BATON_KERNEL;
}

/* `auto` takes what there is; the gtp driver has to be there where the file names it. */
static int check_gtp(const struct topology *t)
{
	const char *reason = NULL, *best = dataplane_probe("auto", false, &reason);

	if (best && !strcmp(best, "gtp"))
		return BATON_OK;
	for (unsigned i = 0; i < t->node_count; i++) {
		const struct topo_node *node = &t->node[i];

		if ((node->kind != TOPO_UPF && node->kind != TOPO_GNB) || strcmp(node->dataplane, "gtp"))
			continue;
		complain("%s:%u:%u: node %s can't have the data plane gtp: %s (see `baton doctor`)",
			 t->path, node->at.line, node->at.column, node->name, reason);
		return BATON_KERNEL;
	}
	return BATON_OK;
}

int up_check_kernel(const struct topology *t)
{
	const struct topo_port *delayed = first_port_with(t, true);
	const struct topo_port *limited = first_port_with(t, false);

	if (delayed && kernel_try(kernel_try_netem))
		return refuse(t, topo_shape_needs_netem(&delayed->shape), "delay, jitter or loss",
			      "netem");
	if (limited && kernel_try(kernel_try_tbf))
		return refuse(t, &limited->shape.rate_at, "rate", "tbf");
	return check_gtp(t);
}

/* iperf3 is no part of Baton: it runs where it is installed. */
static void find_iperf3(struct plan *plan)
{
	static const char *const places[] = {"/usr/local/bin/iperf3", "/usr/bin/iperf3"};

	for (size_t i = 0; i < 2 && !plan->iperf3[0]; i++)
		if (!access(places[i], X_OK))
			strcpy(plan->iperf3, places[i]);
}

int up_check_programs(struct plan *plan)
{
	find_iperf3(plan);
	for (unsigned i = 0; i < plan->t->node_count; i++) {
		const struct daemon_row *rows[DAEMONS_PER_NODE];
		size_t count = plan_daemons(plan, i, rows);

		for (size_t d = 0; d < count; d++) {
			char path[PATH_MAX];

			plan_program(plan, rows[d], path);
			if (!access(path, X_OK))
				continue;
			complain("node %s needs %s: %s (BATON_LIBEXEC says where the daemons are)",
				 plan->t->node[i].name, path, strerror(errno));
			return BATON_FAILED;
		}
	}
	return BATON_OK;
}

/* The mainline gtp driver can't mark QFI, nor, in old kernels, read a packet that carries one: with
 * it at either end of N3 there is none. */
void up_choose_backends(struct plan *plan)
{
	const char *reason, *backend;

	plan->qos = true;
	for (unsigned i = 0; i < plan->t->node_count; i++) {
		const struct topo_node *node = &plan->t->node[i];

		if (node->kind != TOPO_UPF && node->kind != TOPO_GNB)
			continue;
		backend = dataplane_probe(node->dataplane, plan->t->needs_qos, &reason);
		if (backend && !strcmp(backend, "gtp"))
			plan->qos = false;
	}
}
