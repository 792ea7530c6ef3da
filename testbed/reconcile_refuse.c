// SPDX-License-Identifier: Apache-2.0
/* What can't change while a topology is up. */
#include "testbed/link_state.h"
#include "testbed/reconcile.h"

static int refuse_fixed(const struct reconcile *r)
{
	const char *key = topology_fixed_change(r->from[RECONCILE_FROM], r->t);
	const struct yaml_node *node = NULL;
	struct yaml_error err = {""};
	struct yaml_doc *doc = NULL;

	if (!key)
		return BATON_OK;
	if (!yaml_load_file(r->up->file, &doc, &err))
		node = yaml_get(yaml_root(doc), key);
	complain("%s:%u:%u: %s can't change while '%s' is up: every registration, session and "
		 "configuration has it; `baton down %s` first",
		 r->up->file, node ? node->line : 1, node ? node->column : 1, key, r->up->run.name,
		 r->up->run.name);
	yaml_free(doc);
	return BATON_TOPOLOGY;
}

/* Who has no daemons can't be given one. */
static int refuse_shaper(const struct reconcile *r)
{
	const struct topo_place at = topology_first_shape(r->t);
	const char *name = r->up->run.name;

	if (!plan_has_shaper(&r->up->plan) || r->up->plan.shaper)
		return BATON_OK;
	complain("%s:%u:%u: '%s' can't be given a shaped link while it is up: brought up with "
		 "`management: none` and no shaped link, it has no link-shaper; `baton down %s` "
		 "first, or `baton link set` where the kernel shapes alone",
		 r->up->file, at.line, at.column, name, name);
	return BATON_TOPOLOGY;
}

int reconcile_refuse(const struct reconcile *r)
{
	int rc = refuse_fixed(r);

	return rc == BATON_OK ? refuse_shaper(r) : rc;
}

void reconcile_keep_shaper(struct up *up)
{
	bool was_there = plan_has_shaper(&up->plan);

	up->plan.shaper = link_state_has_shaper(&up->run);
	if (!was_there && up->plan.shaper)
		up_choose_backends(&up->plan);
}
