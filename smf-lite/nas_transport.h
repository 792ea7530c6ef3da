/* SPDX-License-Identifier: Apache-2.0 */
/* NGAP procedures of a UE: what carries NAS, UE contexts, PDU session resources. Handlers of
 * amf_n2.c's table. */
#ifndef BATON_SMF_NAS_TRANSPORT_H
#define BATON_SMF_NAS_TRANSPORT_H

#include "smf-lite/amf_n2.h"
#include "smf-lite/ue.h"

void n2_initial_ue_message(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_uplink_nas_transport(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_context_setup_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_context_setup_failure(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_context_release_request(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_context_release_complete(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_resource_setup_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_resource_modify_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void n2_resource_release_response(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);

#endif
