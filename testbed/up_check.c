// SPDX-License-Identifier: Apache-2.0
/* What can be told before anything is made: does the kernel shape links as asked, are the programs
 * there. */
#include "testbed/up.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "testbed/app.h"
#include "testbed/kernel.h"

/* Everything but a rate alone can be done in user space. */
static const struct topo_shape *first_rate(const struct topology *t)
{
	for (size_t i = 0; i < t->port_count; i++) {
		if (shape_choose(&t->port[i].shape.is, true) == SHAPE_TBF)
			return &t->port[i].shape;
		if (shape_choose(&t->port[i].back.is, true) == SHAPE_TBF)
			return &t->port[i].back;
	}
	return NULL;
}

static int check_tbf(const struct topology *t)
{
	const struct topo_shape *limited = first_rate(t);

	if (!limited || !kernel_try(kernel_try_tbf))
		return BATON_OK;
	complain("%s:%u:%u: rate needs the packet scheduler tbf, which this kernel lacks (see "
		 "`baton doctor`)",
		 t->path, limited->at[SHAPE_RATE].line, limited->at[SHAPE_RATE].column);
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

		if ((node->kind != TOPO_UPF && node->kind != TOPO_GNB) ||
		    strcmp(node->dataplane, "gtp"))
			continue;
		complain("%s:%u:%u: node %s can't have the data plane gtp: %s (see `baton doctor`)",
			 t->path, node->at.line, node->at.column, node->name, reason);
		return BATON_KERNEL;
	}
	return BATON_OK;
}

int up_check_kernel(const struct topology *t)
{
	int rc = check_tbf(t);

	return rc == BATON_OK ? check_gtp(t) : rc;
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
	char image[PATH_MAX], packages[PATH_MAX];

	find_iperf3(plan);
	if (app_packages_missing(plan, packages, sizeof(packages))) {
		complain("%s", packages);
		return BATON_PACKAGES;
	}
	if (app_files_missing(plan, image)) {
		complain("apps need %s: %s (BATON_LIBEXEC says where the daemons and images are)",
			 image, strerror(errno));
		return BATON_FAILED;
	}
	for (unsigned i = 0; i < plan_node_count(plan); i++) {
		const struct daemon_row *rows[DAEMONS_PER_NODE];
		size_t count = plan_daemons(plan, i, rows);

		for (size_t d = 0; d < count; d++) {
			char path[PATH_MAX];

			plan_program(plan, rows[d], path);
			if (!access(path, X_OK))
				continue;
			complain("node %s needs %s: %s (BATON_LIBEXEC says where the daemons are)",
				 plan_node_name(plan, i), path, strerror(errno));
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

	plan->netem = plan_has_shaper(plan) && !kernel_try(kernel_try_netem);
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
