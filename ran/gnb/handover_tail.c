// SPDX-License-Identifier: Apache-2.0
/*
 * Handover, the source's end: what the old path still brings of a UE that is gone is forwarded
 * until the end marker, which is passed on.
 */
#include <stdlib.h>
#include <string.h>

#include "ran/gnb/handover.h"

static bool tail_add(struct gnb *g, const struct handover_tail *tail)
{
	struct handover_tail *more;

	if (g->tail_count == GNB_TAILS_MAX)
		return false;
	more = realloc(g->tail, (g->tail_count + 1) * sizeof *more);
	if (!more)
		return false;
	g->tail = more;
	g->tail[g->tail_count++] = *tail;
	return true;
}

/* Of the session's rules only the forwarding stays: the bearer's address may come back any time. */
void handover_leave_tail(struct gnb_ue *ue, struct gnb_session *s)
{
	struct gnb *g = ue->gnb;
	struct dp_error err;
	struct handover_tail tail = {.dp_id = session_dp_id(ue, s),
				     .teid = s->teid,
				     .forward_teid = s->forward_teid,
				     .forward_peer = s->forward_peer,
				     .until_ms = uv_now(&g->daemon.loop) + HANDOVER_TAIL_MS};
	struct dp_session d = {.id = tail.dp_id, .pdr_count = 1, .far_count = 1};

	d.pdr[0] = (struct dp_pdr){.id = 2,
				   .precedence = 1,
				   .source = DP_N3,
				   .direction = DP_DOWNLINK,
				   .teid = s->teid,
				   .remove_outer = true,
				   .mark.qfi = session_marks(g) ? s->qfi : 0,
				   .far = 0};
	d.far[0] = (struct dp_far){.id = 2,
				   .action = DP_FORWARD,
				   .to = session_tunnel(s->forward_peer, s->forward_teid)};
	if (dataplane_session_apply(g->dp, &d, &err) < 0 || !tail_add(g, &tail))
		return;
	memset(s, 0, sizeof *s); /* its rules are the tail's now */
}

static void tail_end(struct gnb *g, size_t i)
{
	dataplane_session_remove(g->dp, g->tail[i].dp_id);
	g->tail[i] = g->tail[--g->tail_count];
}

bool handover_tail_has_teid(const struct gnb *g, uint32_t teid)
{
	for (size_t i = 0; i < g->tail_count; i++)
		if (g->tail[i].teid == teid)
			return true;
	return false;
}

void handover_tails_tick(struct gnb *g)
{
	for (size_t i = g->tail_count; i-- > 0;)
		if (uv_now(&g->daemon.loop) >= g->tail[i].until_ms)
			tail_end(g, i);
}

void handover_tails_drop(struct gnb *g)
{
	while (g->tail_count)
		tail_end(g, g->tail_count - 1);
	free(g->tail);
	g->tail = NULL;
}

static void end_marker(struct gnb *g, struct in_addr to, uint32_t teid)
{
	const struct dp_addr peer = dp_addr_ip4(to);

	(void)dataplane_end_marker(g->dp, &peer, teid);
}

bool handover_end_marker(struct gnb *g, uint32_t teid)
{
	for (size_t i = 0; i < g->tail_count; i++) {
		if (g->tail[i].teid != teid)
			continue;
		end_marker(g, g->tail[i].forward_peer, g->tail[i].forward_teid);
		tail_end(g, i);
		return true;
	}
	for (size_t i = 0; i < g->ue_count; i++) {
		for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
			struct gnb_session *s = &g->ue[i]->session[id];

			if (!s->forward_teid || s->teid != teid)
				continue;
			end_marker(g, s->forward_peer, s->forward_teid);
			s->forward_ended = true;
			return true;
		}
	}
	return false;
}
