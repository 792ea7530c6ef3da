// SPDX-License-Identifier: Apache-2.0
/* The UPF's parts put together. */
#include "upf/upf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "upf/features.h"
#include "upf/keep.h"
#include "upf/smf_set.h"

static const char *const counter_names[UPF_COUNTERS] = {
	[UPF_ESTABLISHED] = "sessions_established",
	[UPF_MODIFIED] = "sessions_modified",
	[UPF_DELETED] = "sessions_deleted",
	[UPF_REFUSED] = "requests_refused",
	[UPF_LOST_WITH_PEER] = "sessions_lost_with_peer",
	[UPF_RETAINED] = "sessions_retained",
	[UPF_RESTORED] = "sessions_restored",
	[UPF_ERROR_INDICATIONS] = "error_indications",
	[UPF_ERROR_INDICATIONS_STRAY] = "error_indications_stray",
	[UPF_REPORTS_SENT] = "reports_sent",
	[UPF_REPORTS_LIMITED] = "reports_limited",
	[UPF_REPORTS_FAILED] = "reports_failed",
	[UPF_PATHS_LOST] = "paths_lost",
	[UPF_NODE_REPORTS_SENT] = "node_reports_sent",
	[UPF_NODE_REPORTS_FAILED] = "node_reports_failed",
	[UPF_TAKEN_OVER] = "sessions_taken_over",
	[UPF_DELETED_IN_SETS] = "sessions_deleted_in_sets",
	[UPF_PFDS_PROVISIONED] = "pfds_provisioned",
	[UPF_END_MARKERS] = "end_markers_sent",
	[UPF_DOWNLINK_DATA] = "downlink_data",
	[UPF_USAGE_REPORTS] = "usage_reports",
	[UPF_DISCARDED] = "packets_discarded",
	[UPF_RELOADED] = "configurations_reloaded",
	[UPF_RELOADS_REFUSED] = "configurations_refused",
};

const char *upf_counter_name(enum upf_counter which)
{
	return counter_names[which];
}

const char *upf_addr_text(struct in_addr addr, char buf[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &addr, buf, INET_ADDRSTRLEN);
}

static uint64_t peer_seid(struct n4_peer *peer, uint64_t seid, void *user)
{
	const struct upf *upf = user;
	const struct upf_session *session = upf_session_find(&upf->sessions, seid);

	return session && upf_may_control(upf, peer, session) ? session->cp.seid : 0;
}

/* ---- start and stop ---- */

static const struct n4_handler_row handlers[] = {
	{PFCP_ASSOCIATION_SETUP_REQUEST, upf_association_setup},
	{PFCP_ASSOCIATION_UPDATE_REQUEST, n4_association_update},
	{PFCP_ASSOCIATION_RELEASE_REQUEST, upf_association_release},
	{PFCP_PFD_MANAGEMENT_REQUEST, upf_pfd_management},
	{PFCP_SESSION_SET_DELETION_REQUEST, upf_session_set_delete},
	{PFCP_SESSION_SET_MODIFICATION_REQUEST, upf_session_set_modify},
	{PFCP_SESSION_ESTABLISHMENT_REQUEST, upf_session_establish},
	{PFCP_SESSION_MODIFICATION_REQUEST, upf_session_modify},
	{PFCP_SESSION_DELETION_REQUEST, upf_session_delete},
	{0},
};

static void on_dp_readable(uv_poll_t *poll, int status, int events)
{
	struct upf *upf = poll->data;

	dataplane_process(upf->dp);
}

static void on_close_free(uv_handle_t *handle)
{
	free(handle);
}

static int dataplane_watch(struct upf *upf)
{
	uv_poll_t *poll = calloc(1, sizeof(*poll));
	int rc;

	if (!poll)
		return -ENOMEM;
	rc = uv_poll_init(upf->loop, poll, dataplane_fd(upf->dp));
	if (rc) {
		free(poll);
		return rc;
	}
	poll->data = upf;
	upf->dp_poll = poll;
	return uv_poll_start(poll, UV_READABLE, on_dp_readable);
}

int upf_dataplane_open(struct upf *upf, bool adopt, struct dataplane *from)
{
	struct dp_config config;
	const struct dp_events events = {
		.error_indication = upf_error_indication,
		.path = upf_path_state,
		.downlink_data = upf_downlink_data,
		.usage = upf_usage,
		.user = upf,
	};
	struct dp_error err = {0};
	int rc;

	upf_config_dataplane(upf->config, &config);
	config.adopt = adopt;
	config.from = from;
	rc = dataplane_new(&config, &events, &upf->dp, &err);
	if (rc) {
		log_error("dataplane", "backend=%s error=\"%s\" reason=\"%s\"", config.backend,
			  strerror(-rc), err.text);
		return rc;
	}
	log_info("dataplane", "backend=%s reason=\"%s\"", dataplane_backend(upf->dp),
		 dataplane_backend_reason(upf->dp));
	return 0;
}

/* @adopt: a killed predecessor's goes on meanwhile */
static int dataplane_start(struct upf *upf, bool adopt)
{
	int rc = upf_dataplane_open(upf, adopt, NULL);

	return rc ? rc : dataplane_watch(upf);
}

static int addresses_start(struct upf *upf)
{
	upf_config_served(upf->config, upf->served);
	upf_ue_addresses_init(&upf->addresses);
	for (uint8_t i = 0; i < upf->config->instance_count; i++)
		for (size_t j = 0; j < upf->config->instance[i].pool_count; j++)
			if (upf_ue_addresses_pool(&upf->addresses, i,
						  &upf->config->instance[i].pool[j]))
				return -ENOMEM;
	return 0;
}

/* Two TEIDs a session, each with low bits of its own: those the data plane finds quickest. */
static unsigned teid_bits(uint32_t sessions_max)
{
	unsigned bits = 1;

	while (1u << bits < 2 * sessions_max)
		bits++;
	return bits;
}

int upf_claims_start(struct upf *upf)
{
	int rc = upf_teids_init(&upf->teids, teid_bits(upf->config->sessions_max));

	return rc ? rc : addresses_start(upf);
}

/* What sessions are kept in */
static int stores_start(struct upf *upf)
{
	int rc = upf_claims_start(upf);

	if (!rc)
		rc = upf_alarms_init(&upf->alarms, upf->loop, upf_session_due, upf);
	upf->scratch = rc ? NULL : calloc(1, sizeof(*upf->scratch));
	upf_sessions_init(&upf->sessions, upf->config->sessions_max);
	return !rc && !upf->scratch ? -ENOMEM : rc;
}

int upf_start_n4(struct upf *upf, struct n4_config *n4_config)
{
	int rc = stores_start(upf);

	if (rc)
		return rc;
	upf_load_init(&upf->load);
	upf->pfds.changed = upf_application_changed;
	upf->pfds.user = upf;
	n4_config->role = N4_ROLE_UP;
	n4_config->features = upf_features();
	n4_config->handlers = handlers;
	n4_config->peer_event = upf_peer_event;
	n4_config->peer_updated = upf_peer_updated;
	n4_config->before_send = upf_load_fill;
	n4_config->peer_seid = peer_seid;
	n4_config->burst_end = upf_deletions_finish;
	n4_config->user = upf;
	rc = n4_node_new(upf->loop, n4_config, &upf->n4);
	if (rc)
		return rc;
	return upf_paths_start(upf);
}

/* @heritage: NULL: with nothing */
static int start(struct upf *upf, const struct upf_heritage *heritage)
{
	struct n4_config n4_config = {.addr = upf->config->n4_address};
	char addr[INET_ADDRSTRLEN];
	int rc = dataplane_start(upf, heritage);

	if (rc)
		return rc;
	n4_timers_default(&n4_config.timers);
	if (heritage)
		n4_config.recovery_time_stamp = upf_heritage_stamp(heritage);
	rc = upf_start_n4(upf, &n4_config);
	if (rc)
		log_error("n4", "address=%s error=\"%s\"",
			  upf_addr_text(upf->config->n4_address, addr), strerror(-rc));
	return rc || !heritage ? rc : upf_heritage_take(upf, heritage);
}

int upf_start(struct upf *upf, const struct upf_config *config, uv_loop_t *loop)
{
	struct upf_heritage *heritage = NULL;
	const int lock = upf_keep_lock(config);
	int rc = -ENOENT;

	*upf = (struct upf){.config = config, .loop = loop, .rest = upf->rest};
	if (lock >= 0 && !upf_heritage_open(upf, &heritage)) {
		rc = start(upf, heritage);
		upf_heritage_free(heritage);
		if (rc)
			upf_stop(upf);
	}
	/* Our addresses are taken, or not there yet: what is kept is for the next try */
	if (rc && rc != -EADDRINUSE && rc != -EADDRNOTAVAIL)
		rc = start(upf, NULL);
	if (!rc)
		(void)upf_keep_start(upf, lock); /* logged; it serves all the same */
	else if (lock >= 0)
		close(lock);
	return rc;
}

void upf_stop(struct upf *upf)
{
	upf_deletions_finish(upf);
	upf_keep_stop(upf);
	if (upf->n4)
		upf_peers_stop(upf);
	n4_node_free(upf->n4);
	upf_drain_stop(upf);
	upf_paths_stop(upf);
	upf_sessions_done(&upf->sessions);
	upf_alarms_done(&upf->alarms);
	upf_ue_addresses_done(&upf->addresses);
	upf_pfds_done(&upf->pfds);
	upf_teids_done(&upf->teids);
	free(upf->scratch);
	if (upf->dp_poll) {
		uv_poll_stop(upf->dp_poll);
		uv_close((uv_handle_t *)upf->dp_poll, on_close_free);
	}
	dataplane_free(upf->dp);
	*upf = (struct upf){.config = upf->config, .loop = upf->loop, .rest = upf->rest};
}
