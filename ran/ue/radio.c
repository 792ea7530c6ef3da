// SPDX-License-Identifier: Apache-2.0
/* The radio side of the UE: links to the gNBs in reach, one of them serving. */
#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "lib/radio.h"
#include "ran/ue/bearer.h"

/* The target answers within two frames' time; one that was killed just now will not. */
enum { HANDOVER_MS = 500 };

/* So long the path may not be switched yet, and the source still have us */
#define RETURN_NS UINT64_C(15000000000)

static bool is_serving(const struct ue_radio *r)
{
	return r == &r->ue->radio[r->ue->serving];
}

void radio_send(struct ue *ue, const struct radio_frame *frame)
{
	int r = radio_link_send(ue->radio[ue->serving].link, frame);

	if (r < 0)
		log_warn("radio", "frame=%s what=\"not sent\" error=\"%s\"",
			 radio_type_name(frame->type), strerror(-r));
}

/* Going on with what was agreed is possible where the gNB still knows us; it says so in its answer.
 */
static void attach(struct ue *ue)
{
	struct radio_frame frame = {.type = RADIO_ATTACH, .resume = ue->registered};

	ue->attached = ue->handing_over = ue->came_over = false;
	uv_timer_stop(&ue->handover_timer);
	snprintf(frame.text, sizeof frame.text, "%s", ue->config.supi);
	radio_send(ue, &frame);
}

static void attached(struct ue *ue, const struct radio_frame *frame)
{
	ue->attached = true;
	snprintf(ue->gnb, sizeof ue->gnb, "%s", frame->text);
	bearers_serve(ue->bearers, ue->radio[ue->serving].ifindex);
	bearers_note_radio(ue);
	log_info("radio", "gnb=%s what=%s", ue->gnb, frame->resume ? "resumed" : "attached");
	if (frame->resume)
		sm_registered(ue);
	else
		mm_register(ue);
}

/* ---- handover ---- */

static void return_to_source(struct ue *ue)
{
	ue->handovers_failed++;
	ue->serving = ue->source;
	log_warn("radio", "device=%s what=\"handover failed, returning\"",
		 radio_link_device(ue->radio[ue->serving].link));
	attach(ue);
}

/* Where the target has lost us, the source may know us still (TS 38.300 cl. 9.2.3.3); otherwise we
 * register there. */
static bool may_return(const struct ue *ue)
{
	return ue->handing_over || (ue->came_over && clock_now_ns() - ue->handover_ns < RETURN_NS &&
				    radio_link_alive(ue->radio[ue->source].link));
}

static void handover_timed_out(uv_timer_t *timer)
{
	return_to_source(timer->data);
}

static int find_cell(const struct ue *ue, uint32_t cell)
{
	for (size_t i = 0; i < ue->radio_count; i++) {
		if (i != ue->serving && radio_link_alive(ue->radio[i].link) &&
		    radio_link_peer_instance(ue->radio[i].link) == cell)
			return (int)i;
	}
	return -1;
}

/*
 * The source sent the command behind its last downlink packet, so whatever comes from the target
 * is later. Uplink goes to the target from the map update on, which has our bearers already.
 */
static void handover(struct ue *ue, const struct radio_frame *frame)
{
	struct radio_frame arrived = {.type = RADIO_ARRIVED};
	int target = find_cell(ue, frame->cell);

	if (target < 0 || ue->handing_over) {
		log_warn("radio", "gnb=%s what=\"handover to a cell that is not in reach\"",
			 frame->text);
		ue->handovers_failed++;
		radio_send(ue, &(struct radio_frame){.type = RADIO_HANDOVER_FAILED});
		return;
	}
	ue->handover_ns = ue->frame_ns;
	ue->source = ue->serving;
	ue->serving = (size_t)target;
	ue->handing_over = true;
	bearers_serve(ue->bearers, ue->radio[target].ifindex);
	snprintf(arrived.text, sizeof arrived.text, "%s", ue->config.supi);
	radio_send(ue, &arrived);
	uv_timer_start(&ue->handover_timer, handover_timed_out, HANDOVER_MS, 0);
}

static void handed_over(struct ue *ue, const struct radio_frame *frame)
{
	uv_timer_stop(&ue->handover_timer);
	ue->handing_over = false;
	ue->came_over = true;
	ue->handovers++;
	snprintf(ue->gnb, sizeof ue->gnb, "%s", frame->text);
	bearers_note_radio(ue);
	log_info("radio", "gnb=%s what=\"handed over\"", ue->gnb);
}

static void bearer_add_frame(struct ue *ue, const struct radio_frame *frame)
{
	struct radio_frame answer = {.type = RADIO_BEARER_ADDED, .session = frame->session};
	const struct ue_session *s = &ue->session[frame->session];

	if (frame->nas)
		mm_receive(ue, frame->nas, frame->nas_len);
	/* Without an interface there is no bearer; the gNB's timer tells the network. */
	if (s->state != UE_SESSION_ACTIVE)
		return;
	answer.address = s->address;
	radio_send(ue, &answer);
}

/* The bearer is gone before NAS says that the session is: what NAS sends then comes behind in
 * order. */
static void bearer_remove_frame(struct ue *ue, const struct radio_frame *frame)
{
	struct radio_frame answer = {.type = RADIO_BEARER_REMOVED, .session = frame->session};

	radio_send(ue, &answer);
	if (frame->nas)
		mm_receive(ue, frame->nas, frame->nas_len);
}

static void on_frame(struct radio_link *link, const struct radio_frame *frame, void *user)
{
	struct ue_radio *r = user;
	struct ue *ue = r->ue;

	if (!is_serving(r))
		return;
	ue->frame_ns = clock_now_ns();
	if (frame->type == RADIO_ATTACHED && ue->handing_over)
		handed_over(ue, frame);
	else if (frame->type == RADIO_ATTACHED)
		attached(ue, frame);
	else if (!ue->attached)
		log_debug("radio", "frame=%s what=\"not attached\"", radio_type_name(frame->type));
	else if (frame->type == RADIO_NAS)
		mm_receive(ue, frame->nas, frame->nas_len);
	else if (frame->type == RADIO_BEARER_ADD)
		bearer_add_frame(ue, frame);
	else if (frame->type == RADIO_BEARER_REMOVE)
		bearer_remove_frame(ue, frame);
	else if (frame->type == RADIO_HANDOVER)
		handover(ue, frame);
	else if (frame->type == RADIO_RETURN && may_return(ue))
		return_to_source(ue);
	else if (frame->type == RADIO_RELEASE || frame->type == RADIO_RETURN)
		mm_register(ue); /* known neither here nor, maybe, where it came from */
}

static void on_restarted(struct radio_link *link, void *user)
{
	struct ue_radio *r = user;

	if (!is_serving(r))
		return;
	/* A target that was started anew knows nothing of a handover. */
	if (may_return(r->ue))
		return_to_source(r->ue);
	else
		attach(r->ue);
}

/* The serving gNB is silent: another one in reach takes over, by a new registration. */
static void change_serving(struct ue *ue)
{
	for (size_t i = 0; i < ue->radio_count; i++) {
		if (i == ue->serving || !radio_link_alive(ue->radio[i].link))
			continue;
		ue->serving = i;
		attach(ue);
		return;
	}
}

static void on_alive(struct radio_link *link, bool alive, void *user)
{
	struct ue_radio *r = user;

	log_info("radio", "device=%s alive=%d", radio_link_device(link), alive);
	if (is_serving(r) && !alive && r->ue->handing_over)
		return_to_source(r->ue);
	else if (is_serving(r) && !alive)
		change_serving(r->ue);
	else if (is_serving(r) && !r->ue->attached)
		attach(r->ue);
	else if (alive && !radio_link_alive(r->ue->radio[r->ue->serving].link) && r->ue->attached)
		change_serving(r->ue);
}

static int add(struct ue *ue, const char *device)
{
	static const struct radio_link_events events = {on_frame, on_restarted, on_alive};
	struct radio_link_config config = {.device = device, .destination = RADIO_GNB_MAC};
	struct ue_radio *radio = &ue->radio[ue->radio_count];
	int r;

	radio_bearer_mac(ue->ue24, 0, config.source);
	radio->ue = ue;
	r = radio_link_new(&ue->daemon.loop, &config, &events, radio, &radio->link);
	if (r == 0) {
		ue->radio_count++;
		radio->ifindex = radio_link_ifindex(radio->link);
		r = bearers_attach_radio(ue->bearers, radio->ifindex);
	}
	if (r < 0)
		log_error("radio", "device=%s error=\"%s\"", device, strerror(-r));
	return r;
}

int radio_start(struct ue *ue)
{
	int r = uv_timer_init(&ue->daemon.loop, &ue->handover_timer);

	if (r < 0)
		return r;
	ue->handover_timer.data = ue;
	for (const struct yaml_node *n = ue->config.radios->child; n && r == 0; n = n->next)
		r = ue->radio_count == UE_RADIOS_MAX ? -ENOSPC : add(ue, n->scalar);
	for (size_t i = 0; i < ue->radio_count; i++) {
		if (strcmp(radio_link_device(ue->radio[i].link), ue->adopted_radio) == 0)
			ue->serving = i;
	}
	return r;
}

void radio_stop(struct ue *ue)
{
	for (size_t i = 0; i < ue->radio_count; i++)
		radio_link_free(ue->radio[i].link);
	ue->radio_count = 0;
	if (ue->handover_timer.data)
		uv_close((uv_handle_t *)&ue->handover_timer, NULL);
}
