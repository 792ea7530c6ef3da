// SPDX-License-Identifier: Apache-2.0
/* Session deletion: TS 29.244 cl. 6.3.4, 7.5.6, 7.5.7. */
#include <inttypes.h>

#include "lib/log.h"
#include "upf/upf.h"

void upf_session_delete(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct upf *upf = user;
	struct upf_session *session = upf_session_of(upf, req);
	uint64_t cp_seid;

	if (!session)
		return;
	cp_seid = session->cp.seid;
	log_info("n4", "seid=0x%" PRIx64 " what=deleted", session->seid);
	upf_session_remove(upf, session);
	upf->counter[UPF_DELETED]++;
	n4_respond_cause(req, cp_seid, PFCP_CAUSE_ACCEPTED, 0);
}
