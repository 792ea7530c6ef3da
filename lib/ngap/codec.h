/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside lib/ngap: what a type, an IE row and a message descriptor are.
 *
 * A type is a walk (both directions, see per.h) and a printer. A message is a list of rows, one an
 * IE, as in the tables of TS 38.413 cl. 9.2; pdu.c drives them all.
 */
#ifndef BATON_LIB_NGAP_CODEC_H
#define BATON_LIB_NGAP_CODEC_H

#include "lib/ngap/ngap.h"
#include "lib/ngap/per.h"

/* Text under construction; what doesn't fit is cut. */
struct ngap_text {
	char *buf;
	size_t size;
	size_t len;
};

void ngap_text_add(struct ngap_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A PDU on its way in or out. */
struct ngap_codec {
	struct per per; /* first: a codec's walks hand it on */
	uint16_t ignored;
	uint16_t notify;
	uint16_t missing;
	struct ngap_error *err;
};

/* IE ids, TS 38.413 cl. 9.4.7, and their names there */
#define NGAP_IES(X)                                                                                \
	X(0, ALLOWED_NSSAI, "AllowedNSSAI")                                                        \
	X(1, AMF_NAME, "AMFName")                                                                  \
	X(10, AMF_UE_NGAP_ID, "AMF-UE-NGAP-ID")                                                    \
	X(15, CAUSE, "Cause")                                                                      \
	X(19, CRITICALITY_DIAGNOSTICS, "CriticalityDiagnostics")                                   \
	X(21, DEFAULT_PAGING_DRX, "DefaultPagingDRX")                                              \
	X(26, FIVEG_S_TMSI, "FiveG-S-TMSI")                                                        \
	X(27, GLOBAL_RAN_NODE_ID, "GlobalRANNodeID")                                               \
	X(28, GUAMI, "GUAMI")                                                                      \
	X(38, NAS_PDU, "NAS-PDU")                                                                  \
	X(54, FAILED_TO_MODIFY_MOD_RES, "PDUSessionResourceFailedToModifyListModRes")              \
	X(55, FAILED_TO_SETUP_CXT_RES, "PDUSessionResourceFailedToSetupListCxtRes")                \
	X(57, FAILED_TO_SETUP_PS_REQ, "PDUSessionResourceFailedToSetupListPSReq")                  \
	X(58, FAILED_TO_SETUP_SU_RES, "PDUSessionResourceFailedToSetupListSURes")                  \
	X(60, LIST_CXT_REL_CPL, "PDUSessionResourceListCxtRelCpl")                                 \
	X(64, MODIFY_MOD_REQ, "PDUSessionResourceModifyListModReq")                                \
	X(65, MODIFY_MOD_RES, "PDUSessionResourceModifyListModRes")                                \
	X(68, RELEASED_PS_ACK, "PDUSessionResourceReleasedListPSAck")                              \
	X(69, RELEASED_PS_FAIL, "PDUSessionResourceReleasedListPSFail")                            \
	X(70, RELEASED_REL_RES, "PDUSessionResourceReleasedListRelRes")                            \
	X(71, SETUP_CXT_REQ, "PDUSessionResourceSetupListCxtReq")                                  \
	X(72, SETUP_CXT_RES, "PDUSessionResourceSetupListCxtRes")                                  \
	X(74, SETUP_SU_REQ, "PDUSessionResourceSetupListSUReq")                                    \
	X(75, SETUP_SU_RES, "PDUSessionResourceSetupListSURes")                                    \
	X(76, TO_BE_SWITCHED_DL, "PDUSessionResourceToBeSwitchedDLList")                           \
	X(77, SWITCHED, "PDUSessionResourceSwitchedList")                                          \
	X(79, TO_RELEASE_REL_CMD, "PDUSessionResourceToReleaseListRelCmd")                         \
	X(80, PLMN_SUPPORT_LIST, "PLMNSupportList")                                                \
	X(82, RAN_NODE_NAME, "RANNodeName")                                                        \
	X(85, RAN_UE_NGAP_ID, "RAN-UE-NGAP-ID")                                                    \
	X(86, RELATIVE_AMF_CAPACITY, "RelativeAMFCapacity")                                        \
	X(88, RESET_TYPE, "ResetType")                                                             \
	X(90, RRC_ESTABLISHMENT_CAUSE, "RRCEstablishmentCause")                                    \
	X(93, SECURITY_CONTEXT, "SecurityContext")                                                 \
	X(94, SECURITY_KEY, "SecurityKey")                                                         \
	X(96, SERVED_GUAMI_LIST, "ServedGUAMIList")                                                \
	X(100, SOURCE_AMF_UE_NGAP_ID, "SourceAMF-UE-NGAP-ID")                                      \
	X(102, SUPPORTED_TA_LIST, "SupportedTAList")                                               \
	X(107, TIME_TO_WAIT, "TimeToWait")                                                         \
	X(110, UE_AMBR, "UEAggregateMaximumBitRate")                                               \
	X(111, CONNECTION_LIST, "UE-associatedLogicalNG-connectionList")                           \
	X(112, UE_CONTEXT_REQUEST, "UEContextRequest")                                             \
	X(114, UE_NGAP_IDS, "UE-NGAP-IDs")                                                         \
	X(119, UE_SECURITY_CAPABILITIES, "UESecurityCapabilities")                                 \
	X(121, USER_LOCATION, "UserLocationInformation")                                           \
	X(129, NETWORK_INSTANCE, "NetworkInstance")                                                \
	X(130, SESSION_AMBR, "PDUSessionAggregateMaximumBitRate")                                  \
	X(132, FAILED_TO_SETUP_CXT_FAIL, "PDUSessionResourceFailedToSetupListCxtFail")             \
	X(133, LIST_CXT_REL_REQ, "PDUSessionResourceListCxtRelReq")                                \
	X(134, SESSION_TYPE, "PDUSessionType")                                                     \
	X(136, QOS_FLOW_SETUP_LIST, "QosFlowSetupRequestList")                                     \
	X(138, SECURITY_INDICATION, "SecurityIndication")                                          \
	X(139, UL_NGU_TUNNEL, "UL-NGU-UP-TNLInformation")                                          \
	X(140, UL_NGU_TUNNEL_MODIFY, "UL-NGU-UP-TNLModifyList")                                    \
	X(147, UE_RETENTION, "UERetentionInformation")

enum ngap_ie_id {
#define X(number, symbol, name) ID_##symbol = number,
	NGAP_IES(X)
#undef X
};

struct ngap_type {
	size_t size; /* of the struct or variable that walk and print take */
	void (*walk)(struct ngap_codec *c, void *value);
	void (*print)(struct ngap_text *text, const void *value);
};

enum ngap_presence {
	NGAP_MANDATORY,
	NGAP_OPTIONAL,	    /* and conditional: has_x, or a list's count */
	NGAP_READ_AND_DROP, /* read for its meaning, never kept nor sent */
};

/* One IE of a message (or of a transfer container). */
struct ngap_row {
	uint16_t id;
	uint8_t criticality;
	uint8_t presence;
	uint16_t offset; /* of the value in the message's struct */
	uint16_t flag;	 /* of its has_x; equal to offset for lists (count) and pure flags */
	const struct ngap_type *type;
	const char *clause; /* in TS 38.413 */
};

struct ngap_rows {
	const struct ngap_row *row;
	size_t count;
};

struct ngap_descriptor {
	const char *name; /* of the ASN.1 type */
	uint8_t procedure;
	uint8_t trigger;
	uint8_t criticality; /* of the procedure */
	size_t size;
	struct ngap_rows rows;
};

extern const struct ngap_descriptor ngap_descriptors[NGAP_MESSAGES];
extern const struct ngap_rows ngap_setup_request_transfer_rows, ngap_modify_request_transfer_rows;

/* ProtocolIE-Container and the extension bit before it: SEQUENCE { protocolIEs, ... } */
void ngap_walk_container(struct ngap_codec *c, const struct ngap_rows *rows, void *message);
void ngap_print_container(struct ngap_text *text, const struct ngap_rows *rows, const void *message,
			  bool in_line);

/*
 * SEQUENCE with "...", @count optional components before iE-Extensions. Before: the preamble, which
 * gives or takes the presence bits. After: the extensions, read over with regard to criticality.
 */
struct ngap_sequence {
	bool extended;
	bool extensions; /* iE-Extensions is there */
};

void ngap_sequence_begin(struct ngap_codec *c, struct ngap_sequence *seq, bool *present[],
			 unsigned int count);
void ngap_sequence_end(struct ngap_codec *c, const struct ngap_sequence *seq);

/* The types, by file. value.c: */
extern const struct ngap_type ngap_type_amf_ue_id, ngap_type_ran_ue_id, ngap_type_octets,
	ngap_type_name, ngap_type_guami, ngap_type_user_location, ngap_type_gnb_id,
	ngap_type_security_capabilities, ngap_type_security_key, ngap_type_security_context,
	ngap_type_ambr, ngap_type_s_tmsi, ngap_type_ue_ids, ngap_type_paging_drx,
	ngap_type_time_to_wait, ngap_type_rrc_cause, ngap_type_capacity, ngap_type_flag,
	ngap_type_session_type, ngap_type_network_instance, ngap_type_tunnel;
/* cause.c: */
extern const struct ngap_type ngap_type_cause, ngap_type_diagnostics;
/* list.c: */
extern const struct ngap_type ngap_type_allowed_nssai, ngap_type_supported_tas,
	ngap_type_plmn_support, ngap_type_served_guamis, ngap_type_connections, ngap_type_reset;
/* session.c: */
extern const struct ngap_type ngap_type_session_setups, ngap_type_session_dones,
	ngap_type_sessions_failed, ngap_type_session_causes, ngap_type_sessions_released,
	ngap_type_session_ids, ngap_type_sessions_to_switch, ngap_type_sessions_switched;
/* modify.c: */
extern const struct ngap_type ngap_type_session_modifies, ngap_type_sessions_modified,
	ngap_type_tunnel_modifies;
/* qos.c: */
extern const struct ngap_type ngap_type_qos_flows, ngap_type_security_indication;

/* An item of a list of sessions: SEQUENCE { pDUSessionID, transfer, iE-Extensions, ... } */
struct ngap_session_item {
	struct ngap_sequence seq;
	struct per_open transfer;
};

void ngap_session_item_begin(struct ngap_codec *c, struct ngap_session_item *item,
			     uint8_t *session_id);
void ngap_session_item_end(struct ngap_codec *c, struct ngap_session_item *item);
void ngap_walk_session_id(struct ngap_codec *c, uint8_t *id);
void ngap_walk_session_count(struct ngap_codec *c, uint8_t *count);

/* What several files walk and print. */
void ngap_walk_plmn(struct ngap_codec *c, struct ngap_plmn *plmn);
void ngap_walk_snssai(struct ngap_codec *c, struct ngap_snssai *snssai);
void ngap_walk_guami(struct ngap_codec *c, struct ngap_guami *guami);
void ngap_walk_name(struct ngap_codec *c, struct ngap_name *name);
void ngap_walk_amf_ue_id(struct ngap_codec *c, uint64_t *id);
void ngap_walk_ran_ue_id(struct ngap_codec *c, uint32_t *id);
void ngap_walk_tunnel(struct ngap_codec *c, struct ngap_tunnel *tunnel);
void ngap_walk_bit_rate(struct ngap_codec *c, uint64_t *bits_per_second);
void ngap_walk_cause(struct ngap_codec *c, struct ngap_cause *cause);
void ngap_walk_diagnostics(struct ngap_codec *c, struct ngap_diagnostics *diagnostics);
void ngap_print_plmn(struct ngap_text *text, const struct ngap_plmn *plmn);
void ngap_print_snssai(struct ngap_text *text, const struct ngap_snssai *snssai);
void ngap_print_guami(struct ngap_text *text, const struct ngap_guami *guami);
void ngap_print_tunnel(struct ngap_text *text, const struct ngap_tunnel *tunnel);
void ngap_print_cause(struct ngap_text *text, const struct ngap_cause *cause);
void ngap_print_diagnostics(struct ngap_text *text, const struct ngap_diagnostics *diagnostics);

#endif
