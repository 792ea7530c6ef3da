// SPDX-License-Identifier: Apache-2.0
/*
 * Packets that a FAR buffers or drops and the SMF is to be told of (BUFF and NOCP, TS 29.244
 * cl. 5.2.3.1, 5.2.4, TS 23.502 cl. 4.2.3.3): the first one at once, or after the BAR's Downlink
 * Data Notification Delay, unless the rules say otherwise by then.
 */
#include "lib/log.h"
#include "upf/upf.h"

/* The FAR that has kept the packet back, if it does so still */
static const struct upf_far *far_of(struct upf_rules *rules, uint16_t pdr_id)
{
	const struct upf_pdr *pdr = upf_rules_pdr(rules, pdr_id);
	const struct upf_far *far = pdr ? upf_rules_far(rules, pdr->far_id) : NULL;

	return far && far->action & PFCP_ACTION_NOCP ? far : NULL;
}

void upf_downlink_data(uint64_t seid, uint16_t pdr_id, uint8_t qfi, void *user)
{
	struct upf *upf = user;
	struct upf_session *session = upf_session_find(&upf->sessions, seid);
	struct upf_notice notice = {.pdr_id = pdr_id, .qfi = qfi};
	struct upf_rules *rules;
	const struct upf_far *far;

	if (!session)
		return;
	rules = upf_session_rules(upf, session);
	far = far_of(rules, pdr_id);
	if (!far)
		return;
	upf->counter[UPF_DOWNLINK_DATA]++;
	if (session->notice.due_ms && session->notice.pdr_id == pdr_id)
		return; /* it is about to be told */
	/* One waits at most: of a second PDR's packet the SMF is told at once. */
	if (!far->has_bar || !rules->bar[0].delay_ms || session->notice.due_ms) {
		upf_report_downlink(upf, session, &notice);
		return;
	}
	notice.due_ms = upf_now(upf).ms + rules->bar[0].delay_ms;
	session->notice = notice;
	upf_metering_go_on(upf, session, rules);
}

void upf_downlink_due(struct upf *upf, struct upf_session *session)
{
	const struct upf_notice notice = session->notice;

	session->notice.due_ms = 0;
	if (far_of(upf_session_rules(upf, session), notice.pdr_id))
		upf_report_downlink(upf, session, &notice);
}
