// SPDX-License-Identifier: Apache-2.0
/* The radio side: one link for each UE, and what comes over it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "ran/gnb/handover.h"
#include "lib/radio.h"

enum { TICK_MS = 100 };

static void attach(struct gnb_ue *ue, const struct radio_frame *frame)
{
	struct radio_frame answer = {.type = RADIO_ATTACHED};

	answer.resume = frame->resume && ue->has_context && strcmp(ue->supi, frame->text) == 0;
	if (!answer.resume && ue->has_context) {
		ue_request_release(ue, NGAP_RADIO_CONNECTION_LOST);
		ue_drop_context(ue);
	} else if (answer.resume)
		handover_returned(ue, "the UE came back");
	snprintf(ue->supi, sizeof ue->supi, "%s", frame->text);
	snprintf(answer.text, sizeof answer.text, "%s", ue->gnb->config.name);
	log_info("radio", "device=%s ue=%s what=%s", radio_link_device(ue->link), ue->supi,
		 answer.resume ? "resumed" : "attached");
	radio_link_send(ue->link, &answer);
	if (answer.resume)
		handover_in_resumed(ue); /* what waited for it comes behind the answer */
}

static void on_frame(struct radio_link *link, const struct radio_frame *frame, void *user)
{
	struct gnb_ue *ue = user;

	if (frame->type == RADIO_ATTACH)
		attach(ue, frame);
	else if (frame->type == RADIO_ARRIVED)
		handover_arrived(ue, frame->text);
	else if (!ue->supi[0])
		log_debug("radio", "device=%s frame=%s what=\"not attached\"",
			  radio_link_device(link), radio_type_name(frame->type));
	else if (frame->type == RADIO_NAS)
		ue_uplink_nas(ue, frame->nas, frame->nas_len);
	else if (frame->type == RADIO_BEARER_ADDED)
		session_bearer_added(ue, frame->session, frame->address);
	else if (frame->type == RADIO_BEARER_REMOVED)
		session_bearer_removed(ue, frame->session);
	else if (frame->type == RADIO_HANDOVER_FAILED)
		handover_returned(ue, "the UE does not hear the target");
}

/* A new instance of `ue` says in its attach request whether it can go on. */
static void on_restarted(struct radio_link *link, void *user)
{
}

static void on_alive(struct radio_link *link, bool alive, void *user)
{
	struct gnb_ue *ue = user;

	log_info("radio", "device=%s ue=%s alive=%d", radio_link_device(link),
		 ue->supi[0] ? ue->supi : "unknown", alive);
	if (!alive && !handover_leaving(ue))
		ue_request_release(ue, NGAP_RADIO_CONNECTION_LOST);
}

static void tick(uv_timer_t *timer)
{
	struct gnb_ue *ue = timer->data;

	session_tick(ue);
	handover_tails_tick(ue->gnb);
}

static int add(struct gnb *g, const char *device)
{
	static const struct radio_link_events events = {on_frame, on_restarted, on_alive};
	struct radio_link_config config = {
		.device = device, .source = RADIO_GNB_MAC, .any_source = true};
	struct gnb_ue *ue = calloc(1, sizeof *ue);
	int r;

	if (!ue)
		return -ENOMEM;
	memset(config.destination, 0xff, 6);
	ue->gnb = g;
	r = uv_timer_init(&g->daemon.loop, &ue->timer);
	if (r < 0) {
		free(ue);
		return r;
	}
	ue->timer.data = ue;
	g->ue[g->ue_count++] = ue;
	r = radio_link_new(&g->daemon.loop, &config, &events, ue, &ue->link);
	if (r == 0)
		r = dataplane_radio_add(g->dp, radio_link_ifindex(ue->link));
	if (r < 0)
		log_error("radio", "device=%s error=\"%s\"", device, strerror(-r));
	return r < 0 ? r : uv_timer_start(&ue->timer, tick, TICK_MS, TICK_MS);
}

int radio_start(struct gnb *g)
{
	int r = 0;

	for (const struct yaml_node *n = g->config.radios ? g->config.radios->child : NULL;
	     n && r == 0; n = n->next) {
		if (g->ue_count == GNB_RADIOS_MAX)
			return -ENOSPC;
		r = add(g, n->scalar);
	}
	return r;
}

static void timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void drop(struct gnb *g, struct gnb_ue *ue)
{
	ue_drop_context(ue);
	if (ue->link && g->dp)
		dataplane_radio_remove(g->dp, radio_link_ifindex(ue->link));
	radio_link_free(ue->link);
	uv_close((uv_handle_t *)&ue->timer, timer_closed);
}

void radio_stop(struct gnb *g)
{
	for (size_t i = 0; i < g->ue_count; i++)
		drop(g, g->ue[i]);
	g->ue_count = 0;
}

static bool is_listed(const struct gnb *g, const char *device)
{
	for (const struct yaml_node *n = g->config.radios->child; n; n = n->next)
		if (!strcmp(n->scalar, device))
			return true;
	return false;
}

static bool has_link(const struct gnb *g, const char *device)
{
	for (size_t i = 0; i < g->ue_count; i++)
		if (!strcmp(radio_link_device(g->ue[i]->link), device))
			return true;
	return false;
}

/* Not listed any more, or its interface is another one of that name by now. */
static bool is_gone(const struct gnb *g, const struct gnb_ue *ue)
{
	const char *device = radio_link_device(ue->link);

	return !is_listed(g, device) || if_nametoindex(device) != radio_link_ifindex(ue->link);
}

static void drop_gone(struct gnb *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->ue_count; i++) {
		struct gnb_ue *ue = g->ue[i];

		if (!is_gone(g, ue)) {
			g->ue[kept++] = ue;
			continue;
		}
		log_info("radio", "device=%s what=\"link dropped\"", radio_link_device(ue->link));
		drop(g, ue);
	}
	g->ue_count = kept;
}

void radio_reload(struct gnb *g)
{
	drop_gone(g);
	for (const struct yaml_node *n = g->config.radios->child; n; n = n->next) {
		size_t count = g->ue_count;

		if (has_link(g, n->scalar))
			continue;
		if (add(g, n->scalar) == 0)
			log_info("radio", "device=%s what=\"link added\"", n->scalar);
		else if (g->ue_count > count)
			drop(g, g->ue[--g->ue_count]);
	}
}
