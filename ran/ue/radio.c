// SPDX-License-Identifier: Apache-2.0
/* The radio side of the UE: links to the gNBs in reach, one of them serving. */
#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "lib/radio.h"
#include "ran/ue/bearer.h"

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

	ue->attached = false;
	snprintf(frame.text, sizeof frame.text, "%s", ue->config.supi);
	radio_send(ue, &frame);
}

static void attached(struct ue *ue, const struct radio_frame *frame)
{
	ue->attached = true;
	snprintf(ue->gnb, sizeof ue->gnb, "%s", frame->text);
	bearers_serve(ue->bearers, ue->radio[ue->serving].ifindex);
	log_info("radio", "gnb=%s what=%s", ue->gnb, frame->resume ? "resumed" : "attached");
	if (frame->resume)
		sm_registered(ue);
	else
		mm_register(ue);
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
	if (frame->type == RADIO_ATTACHED)
		attached(ue, frame);
	else if (!ue->attached)
		log_debug("radio", "frame=%s what=\"not attached\"", radio_type_name(frame->type));
	else if (frame->type == RADIO_NAS)
		mm_receive(ue, frame->nas, frame->nas_len);
	else if (frame->type == RADIO_BEARER_ADD)
		bearer_add_frame(ue, frame);
	else if (frame->type == RADIO_BEARER_REMOVE)
		bearer_remove_frame(ue, frame);
	else if (frame->type == RADIO_RELEASE)
		mm_register(ue);
}

static void on_restarted(struct radio_link *link, void *user)
{
	struct ue_radio *r = user;

	if (is_serving(r))
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
	if (is_serving(r) && !alive)
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
	int r = 0;

	for (const struct yaml_node *n = ue->config.radios->child; n && r == 0; n = n->next)
		r = ue->radio_count == UE_RADIOS_MAX ? -ENOSPC : add(ue, n->scalar);
	return r;
}

void radio_stop(struct ue *ue)
{
	for (size_t i = 0; i < ue->radio_count; i++)
		radio_link_free(ue->radio[i].link);
	ue->radio_count = 0;
}
