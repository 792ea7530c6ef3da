// SPDX-License-Identifier: Apache-2.0
/*
 * Cause and Criticality Diagnostics: TS 38.413 cl. 9.3.1.2, 9.3.1.3 and 9.4.5.
 */
#include "lib/ngap/codec.h"

#include <errno.h>

#define CAUSE_GROUPS 5 /* the sixth alternative of the CHOICE is an extension */
#define MAX_ERRORS   256

static const char *const radio_network_names[] = {
	"radioNetwork/unspecified",
	"radioNetwork/txnrelocoverall-expiry",
	"radioNetwork/successful-handover",
	"radioNetwork/release-due-to-ngran-generated-reason",
	"radioNetwork/release-due-to-5gc-generated-reason",
	"radioNetwork/handover-cancelled",
	"radioNetwork/partial-handover",
	"radioNetwork/ho-failure-in-target-5GC-ngran-node-or-target-system",
	"radioNetwork/ho-target-not-allowed",
	"radioNetwork/tngrelocoverall-expiry",
	"radioNetwork/tngrelocprep-expiry",
	"radioNetwork/cell-not-available",
	"radioNetwork/unknown-targetID",
	"radioNetwork/no-radio-resources-available-in-target-cell",
	"radioNetwork/unknown-local-UE-NGAP-ID",
	"radioNetwork/inconsistent-remote-UE-NGAP-ID",
	"radioNetwork/handover-desirable-for-radio-reason",
	"radioNetwork/time-critical-handover",
	"radioNetwork/resource-optimisation-handover",
	"radioNetwork/reduce-load-in-serving-cell",
	"radioNetwork/user-inactivity",
	"radioNetwork/radio-connection-with-ue-lost",
	"radioNetwork/radio-resources-not-available",
	"radioNetwork/invalid-qos-combination",
	"radioNetwork/failure-in-radio-interface-procedure",
	"radioNetwork/interaction-with-other-procedure",
	"radioNetwork/unknown-PDU-session-ID",
	"radioNetwork/unkown-qos-flow-ID",
	"radioNetwork/multiple-PDU-session-ID-instances",
	"radioNetwork/multiple-qos-flow-ID-instances",
	"radioNetwork/encryption-and-or-integrity-protection-algorithms-not-supported",
	"radioNetwork/ng-intra-system-handover-triggered",
	"radioNetwork/ng-inter-system-handover-triggered",
	"radioNetwork/xn-handover-triggered",
	"radioNetwork/not-supported-5QI-value",
	"radioNetwork/ue-context-transfer",
	"radioNetwork/ims-voice-eps-fallback-or-rat-fallback-triggered",
	"radioNetwork/up-integrity-protection-not-possible",
	"radioNetwork/up-confidentiality-protection-not-possible",
	"radioNetwork/slice-not-supported",
	"radioNetwork/ue-in-rrc-inactive-state-not-reachable",
	"radioNetwork/redirection",
	"radioNetwork/resources-not-available-for-the-slice",
	"radioNetwork/ue-max-integrity-protected-data-rate-reason",
	"radioNetwork/release-due-to-cn-detected-mobility",
	/* after the extension marker */
	"radioNetwork/n26-interface-not-available",
	"radioNetwork/release-due-to-pre-emption",
	"radioNetwork/multiple-location-reporting-reference-ID-instances",
	"radioNetwork/rsn-not-available-for-the-up",
	"radioNetwork/npn-access-denied",
	"radioNetwork/cag-only-access-denied",
	"radioNetwork/insufficient-ue-capabilities",
};

static const char *const transport_names[] = {
	"transport/transport-resource-unavailable",
	"transport/unspecified",
};

static const char *const nas_names[] = {
	"nas/normal-release",
	"nas/authentication-failure",
	"nas/deregister",
	"nas/unspecified",
	/* after the extension marker */
	"nas/uE-not-in-PLMN-serving-area",
};

static const char *const protocol_names[] = {
	"protocol/transfer-syntax-error",
	"protocol/abstract-syntax-error-reject",
	"protocol/abstract-syntax-error-ignore-and-notify",
	"protocol/message-not-compatible-with-receiver-state",
	"protocol/semantic-error",
	"protocol/abstract-syntax-error-falsely-constructed-message",
	"protocol/unspecified",
};

static const char *const misc_names[] = {
	"misc/control-processing-overload",
	"misc/not-enough-user-plane-processing-resources",
	"misc/hardware-failure",
	"misc/om-intervention",
	"misc/unknown-PLMN-or-SNPN",
	"misc/unspecified",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct cause_group {
	const char *const *names;
	uint8_t root;  /* values before the extension marker */
	uint8_t count; /* all that are known */
} cause_groups[CAUSE_GROUPS] = {
	[NGAP_CAUSE_RADIO_NETWORK] = {radio_network_names, 45, COUNT(radio_network_names)},
	[NGAP_CAUSE_TRANSPORT] = {transport_names, 2, COUNT(transport_names)},
	[NGAP_CAUSE_NAS] = {nas_names, 4, COUNT(nas_names)},
	[NGAP_CAUSE_PROTOCOL] = {protocol_names, 7, COUNT(protocol_names)},
	[NGAP_CAUSE_MISC] = {misc_names, 6, COUNT(misc_names)},
};

const char *ngap_cause_name(struct ngap_cause cause)
{
	if (cause.group >= CAUSE_GROUPS || cause.value >= cause_groups[cause.group].count)
		return "unknown";
	return cause_groups[cause.group].names[cause.value];
}

void ngap_walk_cause(struct ngap_codec *c, struct ngap_cause *cause)
{
	const struct cause_group *group;

	per_index(&c->per, &cause->group, CAUSE_GROUPS + 1);
	if (cause->group >= CAUSE_GROUPS) {
		per_fail(&c->per, per_writing(&c->per) ? -EINVAL : -ENOTSUP,
			 "group of causes not known");
		return;
	}
	group = &cause_groups[cause->group];
	per_enum(&c->per, &cause->value, group->root, group->count - group->root);
}

void ngap_print_cause(struct ngap_text *text, const struct ngap_cause *cause)
{
	ngap_text_add(text, "%s", ngap_cause_name(*cause));
}

static void walk_cause(struct ngap_codec *c, void *value)
{
	ngap_walk_cause(c, value);
}

static void print_cause(struct ngap_text *text, const void *value)
{
	ngap_print_cause(text, value);
}

const struct ngap_type ngap_type_cause = {sizeof(struct ngap_cause), walk_cause, print_cause};

/* ---- Criticality Diagnostics ---- */

static void walk_diag_ie(struct ngap_codec *c, struct ngap_diag_ie *ie)
{
	struct ngap_sequence seq;
	uint64_t id = ie->id;

	ngap_sequence_begin(c, &seq, NULL, 0);
	per_index(&c->per, &ie->criticality, 3);
	per_uint(&c->per, &id, 0, 65535);
	ie->id = id;
	per_enum(&c->per, &ie->type_of_error, 2, 0);
	ngap_sequence_end(c, &seq);
}

void ngap_walk_diagnostics(struct ngap_codec *c, struct ngap_diagnostics *diagnostics)
{
	bool has_list = diagnostics->ie_count > 0;
	bool *present[] = {&diagnostics->has_procedure_code, &diagnostics->has_trigger,
			   &diagnostics->has_criticality, &has_list};
	struct ngap_sequence seq;

	ngap_sequence_begin(c, &seq, present, COUNT(present));
	if (diagnostics->has_procedure_code)
		per_u8(&c->per, &diagnostics->procedure_code, 0, 255);
	if (diagnostics->has_trigger)
		per_index(&c->per, &diagnostics->trigger, 3);
	if (diagnostics->has_criticality)
		per_index(&c->per, &diagnostics->criticality, 3);
	if (has_list) {
		per_count(&c->per, &diagnostics->ie_count, MAX_ERRORS, NGAP_MAX_DIAG_IES);
		for (uint8_t i = 0; i < diagnostics->ie_count && !c->per.error; i++)
			walk_diag_ie(c, &diagnostics->ie[i]);
	}
	ngap_sequence_end(c, &seq);
}

void ngap_print_diagnostics(struct ngap_text *text, const struct ngap_diagnostics *diagnostics)
{
	static const char *const criticality[] = {"reject", "ignore", "notify"};
	static const char *const trigger[] = {"initiating-message", "successful-outcome",
					      "unsuccessful-outcome"};
	const char *sep = "";

	if (diagnostics->has_procedure_code) {
		ngap_text_add(text, "procedure=%u", diagnostics->procedure_code);
		sep = " ";
	}
	if (diagnostics->has_trigger) {
		ngap_text_add(text, "%strigger=%s", sep, trigger[diagnostics->trigger % 3]);
		sep = " ";
	}
	if (diagnostics->has_criticality) {
		ngap_text_add(text, "%scriticality=%s", sep,
			      criticality[diagnostics->criticality % 3]);
		sep = " ";
	}
	for (uint8_t i = 0; i < diagnostics->ie_count; i++) {
		const struct ngap_diag_ie *ie = &diagnostics->ie[i];

		ngap_text_add(text, "%s%s(%u,%s,%s)", sep, ngap_ie_name(ie->id), ie->id,
			      criticality[ie->criticality % 3],
			      ie->type_of_error ? "missing" : "not-understood");
		sep = " ";
	}
}

static void walk_diagnostics(struct ngap_codec *c, void *value)
{
	ngap_walk_diagnostics(c, value);
}

static void print_diagnostics(struct ngap_text *text, const void *value)
{
	ngap_print_diagnostics(text, value);
}

const struct ngap_type ngap_type_diagnostics = {sizeof(struct ngap_diagnostics), walk_diagnostics,
						print_diagnostics};
