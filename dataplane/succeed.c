// SPDX-License-Identifier: Apache-2.0
/* A data plane in another one's place: a killed process's, or one of this process. */
#include <errno.h>
#include <string.h>

#include "dataplane/address.h"
#include "dataplane/gtpu_path.h"
#include "dataplane/internal.h"

static bool instances_fit(const struct dp_config *is, const struct dp_config *was)
{
	if (is->instance_count != was->instance_count)
		return false;
	for (uint8_t i = 0; i < is->instance_count; i++) {
		const struct dp_instance *a = &is->instance[i], *b = &was->instance[i];

		if (strcmp(a->name, b->name) != 0 || strcmp(a->dev, b->dev) != 0 ||
		    a->table != b->table || dp_instance_has_ip6(a) != dp_instance_has_ip6(b))
			return false;
	}
	return true;
}

static bool locals_fit(const struct dp_config *is, const struct dp_config *was)
{
	if (is->local_count != was->local_count)
		return false;
	for (uint8_t i = 0; i < is->local_count; i++)
		if (strcmp(is->local[i].dev, was->local[i].dev) != 0 ||
		    !dp_addr_equal(&is->local[i].addr, &was->local[i].addr))
			return false;
	return true;
}

int dp_from_check(const struct dataplane *dp, struct dp_error *ret_err)
{
	const struct dataplane *from = dp->config.from;
	const struct dp_config *is = &dp->config, *was = from ? &from->config : NULL;

	if (!from)
		return 0;
	if (dp->backend != from->backend || !dp->backend->adopt)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EOPNOTSUPP,
				    "the %s back end can't be configured anew while it serves",
				    from->backend->name);
	if (is->role != was->role || is->attach != was->attach || !locals_fit(is, was) ||
	    is->sessions_max != was->sessions_max)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL,
				    "local addresses, how programs attach, and how many sessions "
				    "there may be can't change while it serves");
	if (!instances_fit(is, was))
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL,
				    "network instances, their devices, tables, and whether they "
				    "have IPv6 can't change while it serves");
	return 0;
}

size_t dataplane_session_save(struct dataplane *dp, uint64_t id, void *ret, size_t size)
{
	const struct dp_entry *entry = dp_store_find(&dp->store, id);

	return entry && dp->backend->save ? dp->backend->save(entry, ret, size) : 0;
}

uint32_t dataplane_generation(const struct dataplane *dp, bool predecessors)
{
	return dp->backend->generation ? dp->backend->generation(dp, predecessors) : 0;
}

int dataplane_adopt(struct dataplane *dp, struct dp_error *ret_err)
{
	struct dataplane *from = dp->config.from;
	int rc = dp->backend->adopt ? dp->backend->adopt(dp, ret_err) : 0;

	if (rc || !from)
		return rc;
	for (size_t i = 0; i < DP_DROP_REASONS; i++)
		dp->drops[i] += from->drops[i];
	gtpu_path_pass(dp->path, dp_echo_t3_s(&dp->config), dp_echo_n3(&dp->config), dp);
	from->left = true;
	dp->config.from = NULL;
	return 0;
}

int dataplane_session_inherit(struct dataplane *dp, uint64_t id, const void *saved, size_t len)
{
	struct dp_entry *entry = dp_store_find(&dp->store, id);

	if (!entry)
		return -ENOENT;
	return dp->backend->inherit ? dp->backend->inherit(dp, entry, saved, len) : 0;
}

void dataplane_inherited(struct dataplane *dp)
{
	if (dp->backend->inherited)
		dp->backend->inherited(dp);
}
