// SPDX-License-Identifier: Apache-2.0
/* Handover, the source's part: ask the target, forward, send the UE, and let go of it; or keep it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "ran/gnb/handover.h"

static uint64_t now_ms(const struct gnb_ue *ue)
{
	return uv_now(&ue->gnb->daemon.loop);
}

static void turn(uv_timer_t *timer);

static void enter(struct handover_out *out, int state)
{
	out->state = state;
	out->since_ms = out->heard_ms = now_ms(out->ue);
	out->tries = 0;
}

static void say(struct handover_out *out, enum xn_type type)
{
	struct xn_message m = {.type = type, .transaction = out->transaction};

	xn_send(out->ue->gnb, out->peer, &m);
}

/* ---- the end ---- */

static void freed(uv_handle_t *handle)
{
	free(handle->data);
}

static void finish(struct handover_out *out)
{
	out->ue->out = NULL;
	uv_close((uv_handle_t *)&out->timer, freed);
}

static void answer_problem(struct handover_out *out, unsigned status, const char *cause,
			   const char *why)
{
	struct gnb *g = out->ue->gnb;

	g->handovers.out_failed++;
	log_warn("handover", "ue=%s target=%s what=failed cause=%s why=\"%s\"", out->ue->supi,
		 out->target, cause, why);
	if (out->request)
		http_problem(out->request, status, cause, "%s stays at %s: %s", out->ue->supi,
			     g->config.name, why);
	out->request = NULL;
}

static void answer_done(struct handover_out *out)
{
	uint64_t now = clock_now_ns();

	out->ue->gnb->handovers.out++;
	log_info("handover", "ue=%s target=%s what=\"handed over\" us=%llu", out->ue->supi,
		 out->target, (unsigned long long)(now - out->requested_ns) / 1000);
	if (!out->request)
		return;
	http_reply(out->request, 200,
		   json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "supi", out->ue->supi,
			     "source", out->ue->gnb->config.name, "target", out->target, "asked_ns",
			     (json_int_t)out->asked_ns, "command_ns", (json_int_t)out->commanded_ns,
			     "completed_ns", (json_int_t)now, "prepare_us",
			     (json_int_t)((out->commanded_ns - out->requested_ns) / 1000),
			     "complete_us", (json_int_t)((now - out->commanded_ns) / 1000)));
	out->request = NULL;
}

/* Downlink goes to our own radio link again. */
static void take_back(struct handover_out *out)
{
	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		struct gnb_session *s = &out->ue->session[id];

		if (!s->forward_teid)
			continue;
		s->forward_teid = 0;
		s->forward_ended = false;
		session_apply(out->ue, s);
	}
}

/* The target is told until it has heard it: it must not switch the path of a UE that stays. */
static void give_up(struct handover_out *out, unsigned status, const char *cause, const char *why)
{
	take_back(out);
	answer_problem(out, status, cause, why);
	enter(out, OUT_CANCELLING);
	say(out, XN_CANCEL);
}

static uint16_t active_ids(const struct gnb_ue *ue)
{
	uint16_t ids = 0;

	for (uint8_t id = 1; id < GNB_SESSIONS; id++)
		if (ue->session[id].state == SESSION_ACTIVE)
			ids |= (uint16_t)(1u << id);
	return ids;
}

/* The target may have asked the AMF for the path, and may be dead by now: whatever the AMF knows,
 * it is to know that the UE is here. */
static void reclaim(struct handover_out *out)
{
	struct gnb_ue *ue = out->ue;

	if (out->state != OUT_RECLAIMING)
		enter(out, OUT_RECLAIMING);
	out->asked_amf_ms = now_ms(ue);
	if (ue->has_amf_id && active_ids(ue))
		handover_ask_path(ue, ue->amf_ue_id);
	else
		finish(out);
}

/* A UE that was sent away and doesn't come back is somewhere else: its context is worth nothing. */
static void end_here(struct handover_out *out)
{
	if (out->gone)
		enter(out, OUT_RETURNING);
	else if (out->back)
		reclaim(out);
	else
		finish(out);
}

static void give_ue_up(struct handover_out *out)
{
	struct gnb_ue *ue = out->ue;

	log_warn("handover", "ue=%s what=\"it did not come back\"", ue->supi);
	finish(out);
	ue_request_release(ue, NGAP_RADIO_CONNECTION_LOST);
	ue_drop_context(ue);
}

/* ---- asking ---- */

static void ask(struct handover_out *out)
{
	const struct gnb_ue *ue = out->ue;
	struct xn_message m = {
		.type = XN_REQUEST, .transaction = out->transaction, .amf_ue_id = ue->amf_ue_id};

	snprintf(m.supi, sizeof m.supi, "%s", ue->supi);
	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		const struct gnb_session *s = &ue->session[id];

		if (s->state != SESSION_ACTIVE)
			continue;
		m.session[m.count++] = (struct xn_session){.id = id,
							   .qfi = s->qfi,
							   .upf = s->upf_address,
							   .ue = s->ue_address,
							   .teid = s->upf_teid};
	}
	xn_send(ue->gnb, out->peer, &m);
}

static void begin(struct handover_out *out)
{
	out->ids = active_ids(out->ue);
	out->transaction = ++out->ue->gnb->next_transaction;
	out->requested_ns = clock_now_ns();
	enter(out, OUT_PREPARING);
	ask(out);
}

static void wait_to_begin(struct handover_out *out)
{
	const struct gnb_ue *ue = out->ue;

	if (ue->has_amf_id && session_settled(ue) && !ue->in && !active_ids(ue)) {
		answer_problem(out, 409, "NO_SESSION",
			       "it has no PDU session, and there is no path to be switched");
		finish(out);
	} else if (ue->has_amf_id && session_settled(ue) && !ue->in)
		begin(out);
	else if (clock_now_ns() - out->asked_ns > HANDOVER_SETTLE_MS * UINT64_C(1000000)) {
		answer_problem(out, 409, "UE_BUSY",
			       ue->in ? "an earlier handover is still going on"
				      : "its sessions are just being changed");
		finish(out);
	}
}

/* ---- going ---- */

static bool forward(struct handover_out *out, const struct xn_message *m)
{
	for (uint8_t i = 0; i < m->count; i++) {
		struct gnb_session *s = &out->ue->session[m->session[i].id];

		if (!(out->ids & 1u << m->session[i].id))
			return false;
		s->forward_peer = m->n3;
		s->forward_teid = m->session[i].teid;
		if (session_apply(out->ue, s) < 0)
			return false;
	}
	return true;
}

/* Downlink turns to the target before the UE hears of it: what came by our own link is ahead of the
 * command there, and nothing comes behind it. */
static void go(struct handover_out *out, const struct xn_message *m)
{
	struct radio_frame command = {.type = RADIO_HANDOVER, .cell = m->cell};

	snprintf(command.text, sizeof command.text, "%s", out->target);
	if (!session_settled(out->ue) || active_ids(out->ue) != out->ids) {
		say(out, XN_CANCEL); /* sessions have changed meanwhile: all anew */
		enter(out, OUT_WAITING);
		return;
	}
	if (!forward(out, m)) {
		give_up(out, 502, "NO_FORWARDING", "packets can't be forwarded to the target");
		return;
	}
	dataplane_barrier(out->ue->gnb->dp);
	out->commanded_ns = clock_now_ns();
	out->target_state = XN_PREPARED;
	if (radio_link_send(out->ue->link, &command) < 0) {
		give_up(out, 502, "NO_RADIO", "the UE can't be told");
		return;
	}
	out->gone = true;
	enter(out, OUT_EXECUTING);
}

static void watch(struct handover_out *out)
{
	uint64_t now = now_ms(out->ue);

	if (now - out->heard_ms > HANDOVER_SILENCE_MS)
		give_up(out, 504, "TARGET_SILENT", "the target does not answer any more");
	else if (out->target_state == XN_PREPARED && now - out->since_ms > HANDOVER_EXECUTE_MS)
		give_up(out, 504, "UE_SILENT", "the UE did not reach the target");
	else if (out->tries++ % 4 == 0)
		say(out, XN_QUERY);
}

/* An AMF that is down for so long tells in the next NG Setup what it has kept. */
static void wait_for_path(struct handover_out *out)
{
	uint64_t now = now_ms(out->ue);

	if (now - out->since_ms > HANDOVER_SWITCH_MS)
		finish(out);
	else if (now - out->asked_amf_ms >= HANDOVER_SWITCH_REPEAT_MS)
		reclaim(out);
}

static void turn(uv_timer_t *timer)
{
	struct handover_out *out = timer->data;

	switch (out->state) {
	case OUT_WAITING:
		wait_to_begin(out);
		break;
	case OUT_PREPARING:
		if (++out->tries < XN_TRIES) {
			ask(out);
			break;
		}
		answer_problem(out, 504, "TARGET_SILENT", "the target does not answer");
		enter(out, OUT_CANCELLING);
		break;
	case OUT_EXECUTING:
		watch(out);
		break;
	case OUT_CANCELLING:
		if (++out->tries < XN_TRIES)
			say(out, XN_CANCEL);
		else
			end_here(out);
		break;
	case OUT_RETURNING:
		if (now_ms(out->ue) - out->since_ms > HANDOVER_RETURN_MS)
			give_ue_up(out);
		break;
	case OUT_RECLAIMING:
		wait_for_path(out);
		break;
	}
}

void handover_start(struct gnb_ue *ue, const struct gnb_neighbour *target,
		    struct http_request *request)
{
	struct handover_out *out = calloc(1, sizeof *out);

	if (!out || uv_timer_init(&ue->gnb->daemon.loop, &out->timer) < 0) {
		free(out);
		http_problem(request, 503, "NO_MEMORY", "no memory for a handover");
		return;
	}
	out->timer.data = out;
	out->ue = ue;
	snprintf(out->target, sizeof out->target, "%s", target->name);
	out->peer = target->address;
	out->request = request;
	out->asked_ns = clock_now_ns();
	ue->out = out;
	enter(out, OUT_WAITING);
	uv_timer_start(&out->timer, turn, XN_REPEAT_MS, XN_REPEAT_MS);
	wait_to_begin(out);
}

/* ---- letting go ---- */

static void let_go(struct handover_out *out)
{
	struct gnb_ue *ue = out->ue;

	for (uint8_t id = 1; id < GNB_SESSIONS; id++) {
		struct gnb_session *s = &ue->session[id];

		if (s->state == SESSION_ACTIVE && s->forward_teid && !s->forward_ended)
			handover_leave_tail(ue, s);
	}
	answer_done(out);
	finish(out);
	ue_drop_context(ue);
}

/* ---- what comes ---- */

static struct handover_out *find(struct gnb *g, struct in_addr from, uint32_t transaction)
{
	for (size_t i = 0; i < g->ue_count; i++) {
		struct handover_out *out = g->ue[i]->out;

		if (out && out->peer.s_addr == from.s_addr && out->transaction == transaction)
			return out;
	}
	return NULL;
}

/* The target's answer to a cancellation may be that it is too late: the UE is the target's, and if
 * it is here all the same it has to begin anew. */
static void cancelled(struct handover_out *out, enum xn_state state)
{
	struct gnb_ue *ue = out->ue;

	if (state != XN_SWITCHED) {
		end_here(out);
		return;
	}
	finish(out);
	ue_drop_context(ue);
	radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RELEASE});
}

static void state_told(struct handover_out *out, enum xn_state state)
{
	out->heard_ms = now_ms(out->ue);
	if (out->state == OUT_CANCELLING) {
		cancelled(out, state);
	} else if (out->state == OUT_EXECUTING && state == XN_UNKNOWN) {
		take_back(out);
		answer_problem(out, 502, "TARGET_GAVE_UP",
			       "the target knows nothing of it (any more)");
		end_here(out);
	} else {
		out->target_state = state;
	}
}

/* What may be otherwise in a moment is asked again: a target that was just started has not heard
 * the UE yet. */
static void refused(struct handover_out *out, enum xn_refusal why)
{
	uint64_t waited_ns = clock_now_ns() - out->asked_ns;
	char text[160];

	if ((why == XN_NOT_IN_REACH || why == XN_BUSY || why == XN_NO_CORE) &&
	    waited_ns < HANDOVER_REACH_MS * UINT64_C(1000000)) {
		enter(out, OUT_WAITING);
		return;
	}
	snprintf(text, sizeof text, "%s refuses it: %s", out->target, xn_refusal_text(why));
	answer_problem(out, 409, "TARGET_REFUSES", text);
	finish(out);
}

void handover_out_receive(struct gnb *g, struct in_addr from, const struct xn_message *m)
{
	struct handover_out *out = find(g, from, m->transaction);

	/* a target whose first answer got lost: there is nothing to let go of any more */
	if (m->type == XN_RELEASE)
		xn_send(g, from,
			&(struct xn_message){.type = XN_RELEASED, .transaction = m->transaction});
	if (!out)
		return;
	if (m->type == XN_ACCEPT && out->state == OUT_PREPARING)
		go(out, m);
	else if (m->type == XN_REFUSE && out->state == OUT_PREPARING)
		refused(out, m->refusal);
	else if (m->type == XN_STATE)
		state_told(out, m->state);
	else if (m->type == XN_RELEASE && out->state == OUT_EXECUTING)
		let_go(out);
	else if (m->type == XN_RELEASE && out->state == OUT_CANCELLING)
		cancelled(out, XN_SWITCHED);
}

/* ---- what the UE does ---- */

void handover_returned(struct gnb_ue *ue, const char *why)
{
	struct handover_out *out = ue->out;

	if (!out)
		return;
	out->back |= out->gone;
	out->gone = false;
	if (out->state == OUT_EXECUTING)
		give_up(out, 502, "UE_RETURNED", why);
	else if (out->state == OUT_RETURNING)
		end_here(out);
}

bool handover_reclaimed(struct gnb_ue *ue, const struct ngap_path_switch_request_acknowledge *m)
{
	if (!ue->out || ue->out->state != OUT_RECLAIMING)
		return false;
	log_info("handover", "ue=%s what=\"its path leads here\" sessions=%u", ue->supi,
		 m->sessions.count);
	handover_forget_released(ue, m);
	session_uplinks_told(ue, &m->sessions);
	finish(ue->out);
	return true;
}

bool handover_not_reclaimed(struct gnb_ue *ue)
{
	if (!ue->out || ue->out->state != OUT_RECLAIMING)
		return false;
	log_warn("handover", "ue=%s what=\"the AMF has it elsewhere: it begins anew\"", ue->supi);
	ue_drop_context(ue);
	radio_link_send(ue->link, &(struct radio_frame){.type = RADIO_RELEASE});
	return true;
}

bool handover_leaving(const struct gnb_ue *ue)
{
	return ue->out && ue->out->state == OUT_EXECUTING;
}

void handover_out_drop(struct gnb_ue *ue)
{
	struct handover_out *out = ue->out;

	if (!out)
		return;
	if (out->state < OUT_CANCELLING)
		answer_problem(out, 409, "UE_GONE", "its context was released meanwhile");
	if (out->state != OUT_WAITING && out->state < OUT_RETURNING)
		say(out, XN_CANCEL);
	finish(out);
}
