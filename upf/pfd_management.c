// SPDX-License-Identifier: Apache-2.0
/* PFD management: TS 29.244 cl. 6.2.5, 7.4.3. What is kept is in pfds.h. */
#include "lib/log.h"
#include "upf/upf.h"

static bool of_an_association(const struct n4_request *req,
			      const struct pfcp_pfd_management_request *r)
{
	return req->peer && req->peer->associated &&
	       (!r->has_node_id || pfcp_node_id_equal(&r->node_id, &req->peer->node_id));
}

void upf_pfd_management(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_pfd_management_request *r = &msg->pfd_management_request;
	struct upf *upf = user;
	struct upf_refusal refusal;
	uint16_t ie = 0;
	const char *text = "not associated";
	uint8_t cause = PFCP_CAUSE_NO_ASSOCIATION;

	upf_deletions_finish(upf); /* their rules stay as they are */
	if (of_an_association(req, r))
		cause = upf_pfds_update(&upf->pfds, r, &ie, &text);
	if (cause == PFCP_CAUSE_ACCEPTED) {
		upf->counter[UPF_PFDS_PROVISIONED]++;
		log_info("n4", "what=pfds named=%u applications=%u flows=%zu", r->n_application,
			 HASH_COUNT(upf->pfds.by_id), upf->pfds.flows);
	} else {
		upf_refuse(&refusal, cause, ie, "%s", text);
		upf_refused(upf, req, 0, &refusal);
	}
	n4_respond_cause(req, 0, cause, ie);
}
