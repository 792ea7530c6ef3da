/* SPDX-License-Identifier: Apache-2.0 */
/* The PFCP rules of a PDU session, as n4_client.h lists them: what a request says, what an answer
 * tells. */
#ifndef BATON_SMF_N4_RULES_H
#define BATON_SMF_N4_RULES_H

#include "lib/pfcp/pfcp.h"
#include "smf-lite/session.h"

/** n4_rules_establishment - the whole session; RESTI and the F-TEID when s->uplink is known */
void n4_rules_establishment(const struct session *s, const struct pfcp_node_id *node_id,
			    struct in_addr addr, struct pfcp_session_establishment_request *ret);

/** n4_rules_downlink - Update FAR 2 as route and s->downlink say: forward into the classifier's
 * tunnel, the gNB's, or drop */
void n4_rules_downlink(const struct session *s, struct pfcp_session_modification_request *ret);

/** n4_rules_read_uplink - the F-TEID that the UPF chose for PDR 1; left as it is when there is none
 */
void n4_rules_read_uplink(const struct pfcp_session_establishment_response *r,
			  struct session_tunnel *ret);

struct classifier;

/** n4_rules_classifier - the whole of an uplink classifier; RESTI and the F-TEIDs when they are
 * known
 */
void n4_rules_classifier(const struct classifier *c, const struct pfcp_node_id *node_id,
			 struct in_addr addr, struct pfcp_session_establishment_request *ret);
/** n4_rules_classifier_downlink - Update FAR 3: into the gNB's tunnel, or drop */
void n4_rules_classifier_downlink(const struct classifier *c,
				  struct pfcp_session_modification_request *ret);
/** n4_rules_read_classifier - both F-TEIDs that the UPF chose; left as they are when there is none
 */
void n4_rules_read_classifier(const struct pfcp_session_establishment_response *r,
			      struct session_tunnel *ret_access, struct session_tunnel *ret_core);

#endif
