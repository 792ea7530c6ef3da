// SPDX-License-Identifier: Apache-2.0
/*
 * The data plane contract: what is the same for every back end. A session is checked, its keys are
 * claimed in the store, the back end installs the difference, and only then is it written down.
 */
#include "dataplane/dataplane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "dataplane/gtpu_path.h"
#include "dataplane/hold.h"
#include "dataplane/internal.h"
#include "lib/gtpu/gtpu.h"

const char *dp_drop_name(enum dp_drop reason)
{
	static const char *const names[] = {
		[DP_DROP_MALFORMED] = "malformed",
		[DP_DROP_UNKNOWN_TEID] = "unknown_teid",
		[DP_DROP_UNKNOWN_UE] = "unknown_ue",
		[DP_DROP_SPOOFED] = "spoofed",
		[DP_DROP_PROTECTED] = "protected",
		[DP_DROP_NO_MATCH] = "no_match",
		[DP_DROP_ACTION] = "action",
		[DP_DROP_GATE] = "gate",
		[DP_DROP_RATE] = "rate",
		[DP_DROP_QUOTA] = "quota",
		[DP_DROP_TOO_BIG] = "too_big",
		[DP_DROP_NO_ROUTE] = "no_route",
		[DP_DROP_HELD] = "hold_full",
	};

	return (unsigned)reason < DP_DROP_REASONS ? names[reason] : "unknown";
}

static const struct dp_backend *const backends[] = {&dp_backend_ebpf, &dp_backend_gtp};

static const struct dp_backend *backend_find(const char *name)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (!strcmp(backends[i]->name, name))
			return backends[i];
	return NULL;
}

const char *dataplane_probe(const char *backend, bool needs_qos, const char **ret_reason)
{
	const char *reason, *name = "ebpf";

	if (strcmp(backend, "auto") != 0) {
		name = backend_find(backend) ? backend_find(backend)->name : NULL;
		reason = name ? "asked for by name" : "no such back end";
	} else if (needs_qos) {
		reason = "QFI marking is needed, which the gtp driver cannot do";
	} else if (dp_backend_gtp.kernel_check()) {
		reason = "the kernel has no gtp driver";
	} else {
		reason = "the kernel has the gtp driver and no QFI marking is needed";
		name = "gtp";
	}
	if (ret_reason)
		*ret_reason = reason;
	return name;
}

static int backend_choose(struct dataplane *dp, struct dp_error *ret_err)
{
	const char *name = dataplane_probe(dp->config.backend, dp->config.needs_qos, &dp->reason);
	const char *lacks = dp_config_gtp_lacks(&dp->config);

	if (lacks && name && !strcmp(name, "gtp") && !strcmp(dp->config.backend, "auto")) {
		dp->reason = "IPv6, XDP, or several local addresses or network instances, which "
			     "the gtp driver cannot do";
		name = "ebpf";
	}
	if (lacks && name && !strcmp(name, "gtp"))
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EOPNOTSUPP,
				    "the gtp driver: %s: not supported", lacks);
	if (!name)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL, "no back end \"%s\"",
				    dp->config.backend);
	dp->backend = backend_find(name);
	if (dp->backend->kernel_check())
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EOPNOTSUPP, "%s",
				    dp->backend->kernel_lacks);
	return 0;
}

static int addr_first(struct in_addr addr, unsigned prefix_len, void *user)
{
	*(struct in_addr *)user = addr;
	return 1;
}

static int addr6_first(struct in6_addr addr, unsigned prefix_len, void *user)
{
	if (IN6_IS_ADDR_LINKLOCAL(&addr))
		return 0;
	*(struct in6_addr *)user = addr;
	return 1;
}

static int no_link(const char *name, int rc, struct dp_error *ret_err)
{
	return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "interface %s: %s", name,
			    strerror(-rc));
}

static int locals_find(struct dataplane *dp, struct dp_error *ret_err)
{
	int rc = 0;

	for (uint8_t i = 0; i < dp->config.local_count && !rc; i++) {
		rc = dp_link_find(dp->nl, dp->config.local[i].dev, &dp->n3[i]);
		if (rc)
			return no_link(dp->config.local[i].dev, rc, ret_err);
		rc = dp_mtu_check(dp, i, ret_err);
	}
	return rc;
}

static int instance_find(struct dataplane *dp, uint8_t i)
{
	struct n6_link *n6 = &dp->n6[i];
	int rc = dp_link_find(dp->nl, dp->config.instance[i].dev, &n6->link);

	if (!rc && (nl_addr_list(dp->nl, n6->link.ifindex, addr_first, &n6->ip4) < 0 ||
		    nl_addr6_list(dp->nl, n6->link.ifindex, addr6_first, &n6->ip6) < 0))
		rc = -EIO;
	return rc;
}

static int links_find(struct dataplane *dp, struct dp_error *ret_err)
{
	int rc = nl_open(&dp->nl);

	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "netlink: %s", strerror(-rc));
	rc = locals_find(dp, ret_err);
	for (uint8_t i = 0; i < dp->config.instance_count && !rc; i++) {
		rc = dp->config.role == DP_ROLE_UPF ? instance_find(dp, i) : 0;
		if (rc)
			return no_link(dp->config.instance[i].dev, rc, ret_err);
	}
	if (!rc)
		rc = dp_mtu_ip6_check(dp, ret_err);
	if (rc)
		return rc;
	rc = dp_barrier_open(dp->nl, &dp->backlog);
	return rc ? dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "loopback: %s", strerror(-rc))
		  : 0;
}

/* Return: true when no session has the TEID */
static bool stray_handle(const struct gtpu_msg *msg, void *user)
{
	struct dataplane *dp = user;
	struct dp_entry *entry = dp_store_find_teid(&dp->store, msg->header.teid);

	dp->backend->stray(dp, entry, msg);
	return !entry;
}

static void malformed_count(bool user_packet, void *user)
{
	struct dataplane *dp = user;

	if (!user_packet || !dp->backend->counts_user_packets)
		dp->drops[DP_DROP_MALFORMED]++;
}

static int path_open(struct dataplane *dp, struct dp_error *ret_err)
{
	struct gtpu_path_config config = {.local_count = dp->config.local_count,
					  .events = dp->events,
					  .stray = stray_handle,
					  .malformed = malformed_count,
					  .echo_t3_s = dp_echo_t3_s(&dp->config),
					  .echo_n3 = dp_echo_n3(&dp->config),
					  .user = dp};
	int rc;

	if (dp->config.from) {
		dp->path = dp->config.from->path;
		return 0;
	}
	for (uint8_t i = 0; i < config.local_count; i++)
		config.local[i] = dp->config.local[i].addr;
	rc = gtpu_path_new(&config, &dp->path);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "UDP port 2152: %s",
				    strerror(-rc));
	return 0;
}

static int config_copy(struct dataplane *dp, const struct dp_config *config,
		       struct dp_error *ret_err)
{
	dp->config = *config;
	dp->config.backend = strdup(config->backend ? config->backend : "auto");
	dp->config.pin_dir = config->pin_dir ? strdup(config->pin_dir) : NULL;
	if (!dp->config.backend || (config->pin_dir && !dp->config.pin_dir))
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -ENOMEM, "out of memory");
	if (!dp->config.sessions_max)
		dp->config.sessions_max = DP_SESSIONS_DEFAULT;
	dp->store.max = dp->config.sessions_max;
	return dp_config_check(config, ret_err);
}

int dataplane_new(const struct dp_config *config, const struct dp_events *events,
		  struct dataplane **ret_dp, struct dp_error *ret_err)
{
	struct dataplane *dp = calloc(1, sizeof(*dp));
	int rc;

	if (ret_err)
		memset(ret_err, 0, sizeof(*ret_err));
	if (!dp)
		return -ENOMEM;
	dp->backlog = -1;
	if (events)
		dp->events = *events;
	rc = config_copy(dp, config, ret_err);
	if (!rc)
		rc = backend_choose(dp, ret_err);
	if (!rc)
		rc = dp_from_check(dp, ret_err);
	if (!rc)
		rc = links_find(dp, ret_err);
	if (!rc)
		rc = path_open(dp, ret_err);
	if (!rc)
		rc = dp->backend->open(dp, ret_err);
	if (rc) {
		dataplane_free(dp);
		return rc;
	}
	*ret_dp = dp;
	return 0;
}

void dataplane_free(struct dataplane *dp)
{
	if (!dp)
		return;
	if (dp->state)
		dp->backend->close(dp);
	hold_close(dp->hold);
	if (!dp->left && !dp->config.from)
		gtpu_path_free(dp->path);
	if (dp->backlog >= 0)
		close(dp->backlog);
	dp_store_clear(&dp->store);
	if (dp->nl)
		nl_close(dp->nl);
	free((void *)dp->config.backend);
	free((void *)dp->config.pin_dir);
	free(dp);
}

const char *dataplane_backend(const struct dataplane *dp)
{
	return dp->backend->name;
}

const char *dataplane_backend_reason(const struct dataplane *dp)
{
	return dp->reason;
}

int dataplane_fd(const struct dataplane *dp)
{
	return gtpu_path_fd(dp->path);
}

void dataplane_process(struct dataplane *dp)
{
	gtpu_path_process(dp->path);
	if (dp->backend->process)
		dp->backend->process(dp);
	if (dp->hold)
		hold_process(dp->hold);
}

int dataplane_echo(struct dataplane *dp, const struct dp_addr *peer)
{
	return gtpu_path_echo(dp->path, peer);
}

/* With the keys known, and nobody else's: what can fail for want of memory does before the back end
 * applies */
static int session_install(struct dataplane *dp, struct dp_entry *entry,
			   const struct dp_session *session, const struct dp_keys *keys,
			   struct dp_error *ret_err)
{
	struct dp_claim *claim = dp_claims_new(&dp->store, keys, entry);
	int rc;

	if (!claim)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -ENOMEM, "out of memory");
	rc = dp->backend->apply(dp, entry, session, keys, ret_err);
	if (rc) {
		dp_claims_free(&dp->store, claim, keys->count);
		return rc;
	}
	dp_store_claim(&dp->store, entry, claim, keys->count);
	entry->mtu = dp_session_mtu(dp, session);
	return 0;
}

int dataplane_session_apply(struct dataplane *dp, const struct dp_session *session,
			    struct dp_error *ret_err)
{
	struct dp_keys keys;
	struct dp_entry *entry;
	bool is_new;
	int rc;

	if (ret_err)
		memset(ret_err, 0, sizeof(*ret_err));
	rc = dp_session_check(&dp->config, session, ret_err);
	if (!rc)
		rc = dp_session_keys(session, &keys, ret_err);
	if (rc)
		return rc;
	entry = dp_store_find(&dp->store, session->id);
	is_new = !entry;
	rc = dp_store_check(&dp->store, entry, session, &keys, ret_err);
	if (rc)
		return rc;
	if (is_new)
		entry = dp_store_add(&dp->store, session->id);
	if (!entry)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -errno, "no room for a session");
	rc = session_install(dp, entry, session, &keys, ret_err);
	if (rc && is_new)
		dp_store_remove(&dp->store, entry);
	return rc;
}

int dataplane_session_remove(struct dataplane *dp, uint64_t id)
{
	struct dp_entry *entry = dp_store_find(&dp->store, id);

	if (!entry)
		return -ENOENT;
	dp->backend->remove(dp, entry);
	dp_store_remove(&dp->store, entry);
	return 0;
}

int dataplane_session_counters(struct dataplane *dp, uint64_t id, struct dp_counters *ret_counters)
{
	struct dp_entry *entry = dp_store_find(&dp->store, id);

	return entry ? dp->backend->counters(dp, entry, ret_counters) : -ENOENT;
}

size_t dataplane_session_discard(struct dataplane *dp, uint64_t id)
{
	struct dp_entry *entry = dp_store_find(&dp->store, id);

	return entry && dp->backend->discard ? dp->backend->discard(dp, entry) : 0;
}

int dataplane_urr_counters(struct dataplane *dp, uint64_t id, uint32_t urr_id,
			   struct dp_urr_counters *ret_counters)
{
	struct dp_entry *entry = dp_store_find(&dp->store, id);

	return entry && dp->backend->urr_counters
		       ? dp->backend->urr_counters(dp, entry, urr_id, ret_counters)
		       : -ENOENT;
}

int dataplane_urr_limits(struct dataplane *dp, uint64_t id, uint32_t urr_id,
			 const struct dp_urr_limits *limits)
{
	struct dp_entry *entry = dp_store_find(&dp->store, id);

	return entry && dp->backend->urr_limits ? dp->backend->urr_limits(dp, entry, urr_id, limits)
						: -ENOENT;
}

int dataplane_radio_add(struct dataplane *dp, unsigned ifindex)
{
	return dp->config.role == DP_ROLE_GNB ? dp->backend->radio_add(dp, ifindex) : -EINVAL;
}

int dataplane_radio_remove(struct dataplane *dp, unsigned ifindex)
{
	return dp->config.role == DP_ROLE_GNB ? dp->backend->radio_remove(dp, ifindex) : -EINVAL;
}

void dataplane_barrier(struct dataplane *dp)
{
	dp_barrier(dp->backlog);
}

int dataplane_end_marker(struct dataplane *dp, const struct dp_addr *peer, uint32_t teid)
{
	dp_barrier(dp->backlog);
	return gtpu_path_end_marker(dp->path, peer, teid);
}

int dataplane_hold_new(struct dataplane *dp, unsigned ifindex, uint16_t *ret_hold)
{
	int rc = 0;

	if (!dp->hold)
		rc = dp->backend->hold_open(dp, &dp->hold);
	return rc ? rc : hold_new(dp->hold, ifindex, ret_hold);
}

void dataplane_hold_release(struct dataplane *dp, uint16_t hold)
{
	if (dp->hold)
		hold_release(dp->hold, hold);
}

bool dataplane_hold_empty(struct dataplane *dp, uint16_t hold)
{
	return !dp->hold || hold_empty(dp->hold, hold);
}

void dataplane_hold_free(struct dataplane *dp, uint16_t hold)
{
	if (dp->hold)
		hold_free(dp->hold, hold);
}

void dataplane_hold_counters(const struct dataplane *dp, struct dp_hold_counters *ret_counters)
{
	*ret_counters = dp->hold ? *hold_counters(dp->hold) : (struct dp_hold_counters){0};
}

void dataplane_drops(struct dataplane *dp, uint64_t ret_drops[DP_DROP_REASONS])
{
	memcpy(ret_drops, dp->drops, sizeof(dp->drops));
	dp->backend->drops(dp, ret_drops);
}

void dataplane_path_counters(const struct dataplane *dp, struct dp_path_counters *ret_counters)
{
	*ret_counters = *gtpu_path_counters(dp->path);
}
