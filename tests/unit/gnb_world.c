// SPDX-License-Identifier: Apache-2.0
/* What is around a gNB, played; see gnb_world.h */
#include "tests/unit/gnb_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/radio.h"

enum { TIMERS = 64, MESSAGES = 256, UE24 = 1010000000001 & 0xffffff };

struct world *world;

static struct {
	uint64_t now_ms;
	size_t timer_count, message_count;
	uv_timer_t *timer[TIMERS];
	uv_timer_cb callback[TIMERS];
	uint64_t due[TIMERS], repeat[TIMERS];
	struct {
		int from;
		struct xn_message m;
	} message[MESSAGES];
} play;

static int side_of(const struct gnb *g)
{
	return g == &world->side[0].g ? 0 : 1;
}

/* ---- time ---- */

uint64_t uv_now(const uv_loop_t *loop)
{
	return play.now_ms;
}

uint64_t clock_now_ns(void)
{
	return play.now_ms * 1000000;
}

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer)
{
	memset(timer, 0, sizeof(*timer));
	return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb callback, uint64_t timeout, uint64_t repeat)
{
	assert_true(play.timer_count < TIMERS);
	play.timer[play.timer_count] = timer;
	play.callback[play.timer_count] = callback;
	play.due[play.timer_count] = play.now_ms + timeout;
	play.repeat[play.timer_count++] = repeat;
	return 0;
}

/* It may be its own callback that closes it: nothing of it is looked at afterwards. */
void uv_close(uv_handle_t *handle, uv_close_cb closed)
{
	for (size_t i = 0; i < play.timer_count; i++)
		if (play.timer[i] == (uv_timer_t *)handle)
			play.timer[i] = NULL;
	if (closed)
		closed(handle);
}

static void tick(void)
{
	play.now_ms++;
	for (size_t i = 0; i < play.timer_count; i++) {
		if (!play.timer[i] || play.due[i] > play.now_ms)
			continue;
		play.due[i] += play.repeat[i];
		play.callback[i](play.timer[i]);
		world_talk();
	}
}

void world_pass(unsigned ms)
{
	while (ms--)
		tick();
}

/* ---- between gNBs ---- */

void xn_send(struct gnb *g, struct in_addr peer, const struct xn_message *m)
{
	assert_true(play.message_count < MESSAGES);
	world->side[side_of(g)].xn[m->type]++;
	play.message[play.message_count].from = side_of(g);
	play.message[play.message_count++].m = *m;
}

static void dispatch(struct gnb *g, struct in_addr from, const struct xn_message *m)
{
	if (m->type == XN_REQUEST || m->type == XN_CANCEL || m->type == XN_QUERY ||
	    m->type == XN_RELEASED)
		handover_in_receive(g, from, m);
	else
		handover_out_receive(g, from, m);
}

void world_talk(void)
{
	for (size_t i = 0; i < play.message_count; i++) {
		const int from = play.message[i].from;
		const struct xn_message m = play.message[i].m;

		if (!world->side[1 - from].deaf && !world->side[from].deaf)
			dispatch(&world->side[1 - from].g, world->side[from].g.config.n2_address,
				 &m);
	}
	play.message_count = 0;
}

/* ---- N2 ---- */

int n2_send(struct gnb *g, const struct ngap_pdu *pdu)
{
	struct side *s = &world->side[side_of(g)];

	if (s->dead_n2)
		return -ENOTCONN;
	if (pdu->type == NGAP_PATH_SWITCH_REQUEST) {
		s->asked_paths++;
		s->path = pdu->path_switch_request;
	} else if (pdu->type == NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE) {
		s->modified = pdu->pdu_session_resource_modify_response;
	} else if (pdu->type == NGAP_UE_CONTEXT_RELEASE_REQUEST) {
		s->releases++;
	}
	return 0;
}

void world_switched(int side, uint8_t released)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_path_switch_request_acknowledge *m = &pdu->path_switch_request_acknowledge;
	const struct ngap_path_switch_request *r = &world->side[side].path;

	pdu->type = NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE;
	m->amf_ue_id = r->source_amf_ue_id;
	m->ran_ue_id = r->ran_ue_id;
	for (size_t i = 0; i < r->sessions.count; i++) {
		uint8_t id = r->sessions.item[i].session_id;

		if (id == released)
			m->released.item[m->released.count++].session_id = id;
		else
			m->sessions.item[m->sessions.count++] = (struct ngap_session_switched){
				.session_id = id,
				.has_uplink = id == 1 && world->side[side].uplink.teid,
				.uplink = world->side[side].uplink};
	}
	n2_handle(&world->side[side].g, pdu);
	free(pdu);
	world_talk();
}

void world_not_switched(int side)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_path_switch_request_failure *m = &pdu->path_switch_request_failure;

	pdu->type = NGAP_PATH_SWITCH_REQUEST_FAILURE;
	m->amf_ue_id = world->side[side].path.source_amf_ue_id;
	m->ran_ue_id = world->side[side].path.ran_ue_id;
	n2_handle(&world->side[side].g, pdu);
	free(pdu);
	world_talk();
}

/* ---- REST ---- */

void http_problem(struct http_request *req, unsigned status, const char *cause, const char *format,
		  ...)
{
	world->status = status;
	snprintf(world->cause, sizeof(world->cause), "%s", cause);
}

void http_reply(struct http_request *req, unsigned status, json_t *body)
{
	world->status = status;
	world->cause[0] = '\0';
	json_decref(body);
}

/* ---- radio links ---- */

/* In the place of the C library's, by the linker: for the gNB alone, not for other libraries */
unsigned __wrap_if_nametoindex(const char *name);

unsigned __wrap_if_nametoindex(const char *name)
{
	for (int i = 0; i < SIDES * LINKS; i++) {
		const struct radio_link *l = &world->side[i / LINKS].link[i % LINKS];

		if (!strcmp(l->device, name))
			return l->ifindex;
	}
	return 0;
}

int radio_link_new(uv_loop_t *loop, const struct radio_link_config *config,
		   const struct radio_link_events *events, void *user, struct radio_link **ret_link)
{
	const struct gnb_ue *ue = user;
	struct side *s = &world->side[side_of(ue->gnb)];

	for (int i = 0; i < LINKS; i++) {
		if (strcmp(s->link[i].device, config->device) != 0)
			continue;
		s->link[i].events = *events;
		s->link[i].user = user;
		s->link[i].made = true;
		*ret_link = &s->link[i];
		return 0;
	}
	return -ENODEV;
}

void radio_link_free(struct radio_link *link)
{
	if (link)
		link->made = false;
}

int radio_link_send(struct radio_link *link, const struct radio_frame *frame)
{
	assert_true(link->sent < SENT);
	link->frame[link->sent++] = *frame;
	return 0;
}

unsigned radio_link_ifindex(const struct radio_link *link)
{
	return link->ifindex;
}

const char *radio_link_device(const struct radio_link *link)
{
	return link->device;
}

bool radio_link_alive(const struct radio_link *link)
{
	return link->alive;
}

uint32_t radio_link_instance(const struct radio_link *link)
{
	return 0xce110000 + link->ifindex;
}

const uint8_t *radio_link_peer(const struct radio_link *link)
{
	return link->peer;
}

const struct radio_frame *world_last_frame(int side, enum radio_type type)
{
	const struct radio_link *l = &world->side[side].link[0];

	for (size_t i = l->sent; i-- > 0;)
		if (l->frame[i].type == type)
			return &l->frame[i];
	return NULL;
}

void world_frame(int side, const struct radio_frame *frame)
{
	struct radio_link *l = &world->side[side].link[0];

	l->events.frame(l, frame, l->user);
	world_talk();
}

/* ---- the data plane ---- */

static struct dp_session *rules_of(struct dataplane *dp, uint64_t id)
{
	for (size_t i = 0; i < dp->count; i++)
		if (dp->session[i].id == id)
			return &dp->session[i];
	return NULL;
}

/* The real data plane's check; dataplane/internal.h has another struct dataplane. */
int dp_session_check(const struct dp_config *config, const struct dp_session *session,
		     struct dp_error *ret_err);

int dataplane_session_apply(struct dataplane *dp, const struct dp_session *session,
			    struct dp_error *ret_err)
{
	const struct dp_config config = {
		.role = DP_ROLE_GNB, .local_count = 1, .local[0].addr.family = AF_INET};
	struct dp_session *s = rules_of(dp, session->id);

	if (dp->full)
		return -ENOSPC;
	if (dp_session_check(&config, session, ret_err))
		fail_msg("%s", ret_err->text);
	assert_true(s || dp->count < RULES);
	if (!s)
		s = &dp->session[dp->count++];
	*s = *session;
	return 0;
}

int dataplane_session_remove(struct dataplane *dp, uint64_t id)
{
	struct dp_session *s = rules_of(dp, id);

	if (!s)
		return -ENOENT;
	*s = dp->session[--dp->count];
	return 0;
}

const char *dataplane_backend(const struct dataplane *dp)
{
	return dp->backend;
}

void dataplane_barrier(struct dataplane *dp)
{
}

int dataplane_end_marker(struct dataplane *dp, const struct dp_addr *peer, uint32_t teid)
{
	assert_true(dp->markers < SENT);
	assert_int_equal(peer->family, AF_INET);
	dp->marker[dp->markers].peer = peer->ip4;
	dp->marker[dp->markers++].teid = teid;
	return 0;
}

int dataplane_hold_new(struct dataplane *dp, unsigned ifindex, uint16_t *ret_hold)
{
	if (dp->full)
		return -ENOSPC;
	*ret_hold = (uint16_t)++dp->holds;
	assert_true(dp->holds < DP_HOLDS_MAX);
	dp->used[*ret_hold] = true;
	return 0;
}

void dataplane_hold_release(struct dataplane *dp, uint16_t hold)
{
	assert_true(dp->used[hold]);
	dp->open[hold] = true;
}

bool dataplane_hold_empty(struct dataplane *dp, uint16_t hold)
{
	return dp->open[hold] && !dp->busy[hold];
}

void dataplane_hold_free(struct dataplane *dp, uint16_t hold)
{
	dp->used[hold] = false;
}

int dataplane_radio_add(struct dataplane *dp, unsigned ifindex)
{
	return 0;
}

int dataplane_radio_remove(struct dataplane *dp, unsigned ifindex)
{
	return 0;
}

const struct dp_session *world_rules(int side, uint8_t session)
{
	const struct gnb_ue *ue = world_ue(side);

	return rules_of(&world->side[side].dp, session_dp_id(ue, &ue->session[session]));
}

/* ---- set-up ---- */

struct gnb_ue *world_ue(int side)
{
	return world->side[side].g.ue[0];
}

static void links_make(struct side *s, int index)
{
	for (int i = 0; i < LINKS; i++) {
		struct radio_link *l = &s->link[i];

		snprintf(l->device, sizeof(l->device), "radio%d-%d", index, i);
		l->ifindex = (unsigned)(10 * (index + 1) + i);
		l->alive = true;
		radio_bearer_mac(UE24 + (uint32_t)i, 0, l->peer);
		s->device[i] = (struct yaml_node){.scalar = l->device,
						  .next = i + 1 < LINKS ? &s->device[i + 1] : NULL};
	}
	s->radios.child = s->device;
}

static void side_make(struct side *s, int index)
{
	struct gnb *g = &s->g;

	links_make(s, index);
	g->dp = &s->dp;
	s->dp.backend = "gtp";
	g->n2_ready = true;
	g->next_ran_ue_id = (uint32_t)(100 * (index + 1));
	g->next_teid = (uint32_t)(0x1000 * (index + 1));
	g->config.radios = &s->radios;
	snprintf(g->config.name, sizeof(g->config.name), "gnb%d", index + 1);
	g->config.n2_address.s_addr = htonl(0x0a640101 + (uint32_t)index);
	g->config.n3_address.s_addr = htonl(0x0a650101 + (uint32_t)index);
	assert_int_equal(radio_start(g), 0);
}

int world_setup(void **state)
{
	memset(&play, 0, sizeof(play));
	play.now_ms = 1000;
	world = calloc(1, sizeof(*world));
	assert_non_null(world);
	for (int i = 0; i < SIDES; i++)
		side_make(&world->side[i], i);
	*state = world;
	return 0;
}

int world_teardown(void **state)
{
	for (int i = 0; i < SIDES; i++) {
		radio_stop(&world->side[i].g);
		handover_tails_drop(&world->side[i].g);
	}
	free(world);
	return 0;
}

void world_attach(int side, unsigned sessions)
{
	struct gnb_ue *ue = world_ue(side);

	snprintf(ue->supi, sizeof(ue->supi), "%s", WORLD_SUPI);
	ue->has_context = ue->has_amf_id = true;
	ue->ran_ue_id = ue->gnb->next_ran_ue_id++;
	ue->amf_ue_id = 77;
	for (uint8_t id = 1; id <= sessions; id++) {
		struct gnb_session *s = &ue->session[id];

		*s = (struct gnb_session){.state = SESSION_ACTIVE,
					  .id = id,
					  .qfi = (uint8_t)(WORLD_QFI + id),
					  .upf_teid = 0x100u + id,
					  .teid = session_teid_new(ue->gnb)};
		s->upf_address.s_addr = htonl(0x0a650200u + id);
		s->ue_address.s_addr = htonl(0x0a3c0102u + id * 256u);
		assert_int_equal(session_apply(ue, s), 0);
	}
}

void world_move(void)
{
	struct gnb_neighbour target = {.address = world->side[1].g.config.n2_address};

	snprintf(target.name, sizeof(target.name), "gnb2");
	world->status = 0;
	handover_start(world_ue(0), &target, (struct http_request *)world);
	world_talk();
}
