// SPDX-License-Identifier: Apache-2.0
/*
 * The grouped IEs of PFCP that are no rules (rules.c, urr.c): which IEs each holds, in the order of
 * the standard's tables (TS 29.244 cl. 7.4, 7.5), and the conditions between them that the group
 * alone tells.
 */
#include "lib/pfcp/table.h"

/* ---- Of sessions ---- */

// clang-format off
static const struct pfcp_member downlink_data_report[] = {
	LIST(MANDATORY, PDR_ID, struct pfcp_downlink_data_report, pdr_id),
	LIST(CONDITIONAL, DL_DATA_SERVICE_INFORMATION, struct pfcp_downlink_data_report, service),
	ONE(OPTIONAL, DATA_STATUS, struct pfcp_downlink_data_report, status),
};

static const struct pfcp_member error_indication_report[] = {
	LIST(MANDATORY, F_TEID, struct pfcp_error_indication_report, remote_f_teid),
};

static const struct pfcp_member load_control[] = {
	ALWAYS(MANDATORY, SEQUENCE_NUMBER, struct pfcp_load_control, sequence),
	ALWAYS(MANDATORY, METRIC, struct pfcp_load_control, metric),
};

static const struct pfcp_member overload_control[] = {
	ALWAYS(MANDATORY, SEQUENCE_NUMBER, struct pfcp_overload_control, sequence),
	ALWAYS(MANDATORY, METRIC, struct pfcp_overload_control, metric),
	ALWAYS(MANDATORY, TIMER, struct pfcp_overload_control, validity_s),
	ONE(CONDITIONAL, OCI_FLAGS, struct pfcp_overload_control, flags),
};

static const struct pfcp_member partial_failure[] = {
	ALWAYS(MANDATORY, FAILED_RULE_ID, struct pfcp_partial_failure, rule),
	ALWAYS(MANDATORY, CAUSE, struct pfcp_partial_failure, cause),
	LIST(MANDATORY, OFFENDING_IE_INFORMATION, struct pfcp_partial_failure, offending),
};
// clang-format on

static uint8_t check_error_indication_report(const void *value, uint16_t *ret_type)
{
	const struct pfcp_error_indication_report *report = value;

	*ret_type = PFCP_IE_F_TEID;
	for (unsigned int i = 0; i < report->n_remote_f_teid; i++) {
		if (report->remote_f_teid[i].choose)
			return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	}
	return 0;
}

const struct pfcp_group pfcp_group_downlink_data_report = MEMBERS(downlink_data_report);
const struct pfcp_group pfcp_group_error_indication_report =
	MEMBERS(error_indication_report, .check = check_error_indication_report);
const struct pfcp_group pfcp_group_load_control = MEMBERS(load_control);
const struct pfcp_group pfcp_group_overload_control = MEMBERS(overload_control);
const struct pfcp_group pfcp_group_partial_failure = MEMBERS(partial_failure);

/* ---- Of nodes ---- */

// clang-format off
static const struct pfcp_member session_retention[] = {
	LIST(OPTIONAL, CP_PFCP_ENTITY_IP_ADDRESS, struct pfcp_session_retention, cp_entity),
};

static const struct pfcp_member pool_information[] = {
	LIST(MANDATORY, UE_IP_ADDRESS_POOL_IDENTITY, struct pfcp_pool_information, pool),
	ONE(OPTIONAL, NETWORK_INSTANCE, struct pfcp_pool_information, network_instance),
	LIST(OPTIONAL, S_NSSAI, struct pfcp_pool_information, s_nssai),
	ONE(OPTIONAL, IP_VERSION, struct pfcp_pool_information, ip_version),
};

static const struct pfcp_member path_report[] = {
	LIST(MANDATORY, REMOTE_GTPU_PEER, struct pfcp_path_report, peer),
};

static const struct pfcp_member session_change_info[] = {
	ALWAYS(MANDATORY, ALTERNATIVE_SMF_IP_ADDRESS, struct pfcp_session_change_info, smf),
	LIST(CONDITIONAL, FQ_CSID, struct pfcp_session_change_info, fq_csid),
	LIST(CONDITIONAL, GROUP_ID, struct pfcp_session_change_info, group_id),
	LIST(CONDITIONAL, CP_IP_ADDRESS, struct pfcp_session_change_info, cp_address),
};

static const struct pfcp_member application_pfds[] = {
	ALWAYS(MANDATORY, APPLICATION_ID, struct pfcp_application_pfds, application_id),
	LIST(CONDITIONAL, PFD_CONTEXT, struct pfcp_application_pfds, pfd),
};

static const struct pfcp_member pfd_context[] = {
	LIST(MANDATORY, PFD_CONTENTS, struct pfcp_pfd, contents),
};
// clang-format on

const struct pfcp_group pfcp_group_session_retention = MEMBERS(session_retention);
const struct pfcp_group pfcp_group_pool_information = MEMBERS(pool_information);
const struct pfcp_group pfcp_group_path_report = MEMBERS(path_report);
const struct pfcp_group pfcp_group_session_change_info = MEMBERS(session_change_info);
const struct pfcp_group pfcp_group_application_pfds =
	MEMBERS(application_pfds, HEAD(struct pfcp_application_pfds));
const struct pfcp_group pfcp_group_pfd_context = MEMBERS(pfd_context, HEAD(struct pfcp_pfd));
