/* SPDX-License-Identifier: Apache-2.0 */
/* What smf-lite counts: one row a named reason, shown by /metrics. */
#ifndef BATON_SMF_COUNTERS_H
#define BATON_SMF_COUNTERS_H

#include <stdint.h>

/* X(name, what is counted): messages of peers that were refused, by reason */
#define SMF_DROP_REASONS(X)                                                                        \
	X(ngap_undecodable, "NGAP PDUs that can't be decoded")                                     \
	X(ngap_no_setup, "NGAP PDUs before NG Setup")                                              \
	X(ngap_unexpected, "NGAP PDUs that an AMF doesn't get")                                    \
	X(ngap_unknown_ue, "NGAP PDUs with an AMF UE NGAP ID that isn't known")                    \
	X(ngap_inconsistent_ue,                                                                    \
	  "NGAP PDUs whose RAN UE NGAP ID or gNB doesn't belong to the AMF UE NGAP ID")            \
	X(ngap_setup_refused, "NG Setup Requests refused")                                         \
	X(ngap_wrong_ppid, "SCTP messages with another payload protocol")                          \
	X(ngap_send_failed, "NGAP PDUs that couldn't be sent")                                     \
	X(ngap_encode_failed, "NGAP PDUs that couldn't be encoded: our own mistake")               \
	X(gnb_limit, "SCTP associations or gNBs beyond the bound")                                 \
	X(ue_limit, "UEs beyond the bound")                                                        \
	X(nas_undecodable, "NAS messages that can't be decoded")                                   \
	X(nas_protected, "NAS messages with a security header")                                    \
	X(nas_unexpected, "NAS messages of a type or in a state that doesn't fit")                 \
	X(nas_not_registered, "NAS messages of UEs that aren't registered")                        \
	X(nas_encode_failed, "NAS messages that couldn't be encoded: our own mistake")             \
	X(path_switch_refused, "Path Switch Requests refused")                                     \
	X(registration_rejected, "registrations rejected")                                         \
	X(session_rejected, "PDU session establishments rejected")                                 \
	X(session_event_refused, "events that a PDU session's state doesn't allow")                \
	X(address_pool_empty, "PDU session establishments for which no address was left")          \
	X(upf_unknown_session, "Session Report Requests for a session that isn't known")           \
	X(upf_rejected, "N4 requests that a UPF rejected")                                         \
	X(upf_overload, "PDU session establishments left out since the UPF is overloaded")         \
	X(upf_timeout, "N4 requests that a UPF didn't answer")                                     \
	X(upf_bad_answer, "N4 answers that lack what they must have")                              \
	X(store_failed, "writes to the database that failed")

/* X(name, what is counted): procedures that ran */
#define SMF_EVENT_COUNTS(X)                                                                        \
	X(registrations, "registrations accepted")                                                 \
	X(path_switches, "UEs whose downlink was switched to another gNB")                         \
	X(deregistrations, "UEs deregistered")                                                     \
	X(sessions_established, "PDU sessions that became active")                                 \
	X(sessions_released, "PDU sessions released")                                              \
	X(sessions_restored, "PDU sessions re-established at a restarted UPF")                     \
	X(sessions_failed, "PDU session establishments that failed midway")                        \
	X(routes_switched, "PDU sessions led another way by an uplink classifier")                 \
	X(routes_not_switched, "such switches that failed and were undone")                        \
	X(error_indications, "N3 error indications reported by UPFs")                              \
	X(upf_paths_lost, "GTP-U peers that a UPF reported as not answering")                      \
	X(upf_paths_back, "GTP-U peers that a UPF reported as answering again")                    \
	X(pfds_provisioned, "PFD Management Requests that a UPF accepted")                         \
	X(upf_departures, "UPFs that asked to be left, since they stop")                           \
	X(sessions_moved, "PDU sessions released so that their UEs ask for them elsewhere")

#define SMF_ENUM_ROW(name, help) SMF_##name,
enum smf_drop { SMF_DROP_REASONS(SMF_ENUM_ROW) SMF_DROPS };
enum smf_count { SMF_EVENT_COUNTS(SMF_ENUM_ROW) SMF_COUNTS };
#undef SMF_ENUM_ROW

struct smf_counters {
	uint64_t drop[SMF_DROPS];
	uint64_t count[SMF_COUNTS];
};

const char *smf_drop_name(enum smf_drop which);
const char *smf_count_name(enum smf_count which);
const char *smf_count_help(enum smf_count which);

#endif
