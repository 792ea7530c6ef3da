// SPDX-License-Identifier: Apache-2.0
/* Is a configuration whole, and what of it only some back ends have. */
#include <errno.h>
#include <string.h>

#include "dataplane/address.h"
#include "dataplane/internal.h"

static bool prefixes_right(const struct dp_prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!dp_prefix_right(&prefixes[i]))
			return false;
	return true;
}

static const char *local_fault(const struct dp_config *config, size_t i)
{
	const struct dp_addr *addr = &config->local[i].addr;

	if (!dp_addr_is_host(addr))
		return "a local address is none";
	if (addr->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&addr->ip6))
		return "a local address is link-local: no F-TEID can name it";
	for (size_t other = 0; other < i; other++)
		if (dp_addr_equal(addr, &config->local[other].addr))
			return "two local addresses are the same";
	for (size_t n = 0; n < config->instance_count; n++)
		if (!strcmp(config->local[i].dev, config->instance[n].dev))
			return "one device for N3 and for a network instance";
	return NULL;
}

static bool overlap(const struct dp_prefix *a, const struct dp_prefix *b)
{
	return dp_prefix_has(a->len < b->len ? a : b, a->len < b->len ? &b->addr : &a->addr);
}

static bool pools_overlap(const struct dp_instance *a, const struct dp_instance *b)
{
	for (size_t i = 0; i < a->pool_count; i++)
		for (size_t o = 0; o < b->pool_count; o++)
			if (overlap(&a->pool[i], &b->pool[o]))
				return true;
	return false;
}

/* A packet's instance is told by the device that it comes from, and what is routed to UEs by the
 * table */
static const char *instance_fault(const struct dp_config *config, size_t i)
{
	const struct dp_instance *instance = &config->instance[i];

	if (!instance->table)
		return "a network instance without a routing table";
	if (instance->pool_count > DP_PREFIXES_MAX ||
	    !prefixes_right(instance->pool, instance->pool_count))
		return "pools that are none, or too many";
	for (size_t o = 0; o < i; o++) {
		const struct dp_instance *other = &config->instance[o];

		if (!strcmp(instance->dev, other->dev))
			return "two network instances with one device";
		if (instance->table == other->table && pools_overlap(instance, other))
			return "two network instances with pools that overlap, and one table";
	}
	return NULL;
}

static const char *config_fault(const struct dp_config *config)
{
	const bool upf = config->role == DP_ROLE_UPF;
	const char *fault = NULL;

	if (!config->local_count || config->local_count > DP_LOCALS_MAX)
		return "no local address, or too many";
	if (config->instance_count > DP_INSTANCES_MAX || (upf && !config->instance_count))
		return "no network instance, or too many";
	if (config->protected_count > DP_PREFIXES_MAX ||
	    !prefixes_right(config->protected_prefix, config->protected_count))
		return "protected prefixes that are none, or too many";
	if (config->sessions_max > DP_SESSIONS_MAX)
		return "too many sessions";
	if (!upf && config->attach == DP_ATTACH_XDP)
		return "XDP in a gNB";
	for (size_t i = 0; i < config->local_count && !fault; i++)
		fault = local_fault(config, i);
	for (size_t i = 0; i < config->instance_count && !fault; i++)
		fault = instance_fault(config, i);
	return fault;
}

int dp_config_check(const struct dp_config *config, struct dp_error *ret_err)
{
	const char *fault = config_fault(config);

	return fault ? dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL, "%s", fault) : 0;
}

static bool any_ip6(const struct dp_prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (prefixes[i].addr.family == AF_INET6)
			return true;
	return false;
}

const char *dp_config_gtp_lacks(const struct dp_config *config)
{
	if (config->local_count > 1 || config->instance_count > 1)
		return "more than one local address or network instance";
	if (config->local[0].addr.family == AF_INET6 ||
	    any_ip6(config->protected_prefix, config->protected_count) ||
	    (config->instance_count &&
	     any_ip6(config->instance[0].pool, config->instance[0].pool_count)))
		return "IPv6";
	if (config->attach == DP_ATTACH_XDP)
		return "XDP";
	return NULL;
}
