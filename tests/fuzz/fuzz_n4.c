// SPDX-License-Identifier: Apache-2.0
/*
 * Two PFCP endpoints, one of each role, and the network between them: datagrams come late, twice,
 * in another order, from another address or port, with an octet changed, or not at all; either end
 * is made anew; each asks for what it may at any time. Whatever happens, each of its own requests
 * ends once, each request to it is answered once at most, and at the end, on a network that works,
 * they are associated.
 *
 * Input: steps of two octets: what, and an argument.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/n4/n4.h"

enum { WIRE_MAX = 64, DATAGRAM = 512, STEPS_MAX = 80, TURNS_MAX = 8, SETTLE_MS = 4000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct datagram {
	struct sockaddr_in from, to;
	size_t len;
	uint8_t buf[DATAGRAM];
};

struct end {
	struct in_addr addr;
	enum n4_role role;
	struct n4_node *node;
	unsigned asked, done; /* our requests, and their ends */
	bool ready;	      /* CP: N4_PEER_UP was the latest of its kind */
};

static uv_loop_t loop;
static struct end up, cp;
static struct datagram wire[WIRE_MAX];
static size_t n_wire;
static unsigned turns;

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_n4: %s\n", what);
	abort();
}

static int on_transmit(const struct sockaddr_in *to, const uint8_t *buf, size_t len, void *user)
{
	const struct end *end = user;
	struct datagram *d = &wire[n_wire];

	if (n_wire == WIRE_MAX || len > DATAGRAM)
		return -1; /* a network that is full */
	d->from = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = end->addr, .sin_port = htons(PFCP_PORT)};
	d->to = *to;
	d->len = len;
	memcpy(d->buf, buf, len);
	n_wire++;
	return 0;
}

static void on_event(struct n4_peer *peer, enum n4_peer_event event, void *user)
{
	struct end *end = user;

	require(peer->associated == (event == N4_PEER_UP || event == N4_PEER_LOST),
		"an event and the association disagree");
	end->ready = event == N4_PEER_UP;
}

static void on_setup(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct end *end = user;
	struct pfcp_msg *m;
	struct n4_peer *peer;
	bool known;

	peer = n4_peer_find_id(end->node, &msg->association_setup_request.node_id);
	if (peer && n4_peer_squats(peer, req->from.sin_addr))
		n4_peer_forget(peer);
	if (n4_peer_accept(req, &msg->association_setup_request, &peer, &known)) {
		n4_respond_cause(req, 0, PFCP_CAUSE_REJECTED, 0);
		return;
	}
	require(req->peer == peer && peer->associated, "accepted, and not associated");
	m = n4_msg(end->node, PFCP_ASSOCIATION_SETUP_RESPONSE, 0);
	m->association_setup_response.node_id = *n4_node_id(end->node);
	m->association_setup_response.cause = PFCP_CAUSE_ACCEPTED;
	m->association_setup_response.recovery_time_stamp = n4_node_recovery_time_stamp(end->node);
	require(!n4_respond(req, m), "a response can't be encoded");
}

static void on_release(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct n4_peer *peer = req->peer;

	n4_respond_cause(req, 0, peer ? PFCP_CAUSE_ACCEPTED : PFCP_CAUSE_NO_ASSOCIATION, 0);
	if (peer)
		n4_peer_forget(peer);
}

static void on_request(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	n4_respond_cause(req, 1, PFCP_CAUSE_REJECTED, 0);
}

static const struct n4_handler_row up_rows[] = {
	{PFCP_ASSOCIATION_SETUP_REQUEST, on_setup},
	{PFCP_ASSOCIATION_UPDATE_REQUEST, n4_association_update},
	{PFCP_ASSOCIATION_RELEASE_REQUEST, on_release},
	{PFCP_SESSION_DELETION_REQUEST, on_request},
	{0},
};

static const struct n4_handler_row cp_rows[] = {
	{PFCP_ASSOCIATION_UPDATE_REQUEST, n4_association_update},
	{PFCP_NODE_REPORT_REQUEST, on_request},
	{0},
};

static void on_done(int status, const struct pfcp_msg *response, void *user)
{
	struct end *end = user;

	require(!status == (response != NULL), "a response without one");
	end->done++;
}

static void end_open(struct end *end)
{
	const struct n4_config config = {
		.role = end->role,
		.addr = end->addr,
		.timers = {.t1_ms = 1,
			   .n1 = 2,
			   .heartbeat_ms = 2,
			   .cache_ms = 20,
			   .retry_min_ms = 1,
			   .retry_max_ms = 2},
		.handlers = end->role == N4_ROLE_UP ? up_rows : cp_rows,
		.peer_event = on_event,
		.user = end,
		.transmit = on_transmit,
	};

	end->ready = false;
	if (n4_node_new(&loop, &config, &end->node))
		abort();
	if (end->role == N4_ROLE_CP && n4_peer_connect(end->node, up.addr, false, NULL))
		abort();
}

static void end_close(struct end *end)
{
	n4_node_free(end->node);
	require(end->asked == end->done, "a request has ended twice, or never");
}

static void arrive(size_t i)
{
	const struct datagram d = wire[i];
	struct end *end = d.to.sin_addr.s_addr == up.addr.s_addr ? &up : &cp;

	memmove(&wire[i], &wire[i + 1], (--n_wire - i) * sizeof(d));
	n4_receive(end->node, &d.from, d.buf, d.len);
}

static void ask(struct end *end, uint8_t a)
{
	struct n4_peer *peer = n4_peer_next(end->node, NULL);
	struct pfcp_msg *m;

	if (!peer)
		return;
	if (end->role == N4_ROLE_CP && a & 1) {
		m = n4_msg(end->node, PFCP_SESSION_DELETION_REQUEST, a);
	} else {
		struct pfcp_association_update_request *u = n4_association_updating(end->node, &m);

		u->has_up_features = u->has_cp_features = true;
		u->up_features = u->cp_features = a;
	}
	if (!n4_request_send(peer, m, on_done, end))
		end->asked++;
}

/* A heartbeat that anybody could have sent */
static void forge(uint8_t a)
{
	const struct end *to = a & 1 ? &up : &cp, *as = a & 1 ? &cp : &up;
	struct sockaddr_in from = {.sin_family = AF_INET,
				   .sin_addr = as->addr,
				   .sin_port = htons(a & 2 ? PFCP_PORT : 40000)};
	const uint8_t bytes[] = {0x20, 1, 0, 12, 0, 0, a, 0, 0, 96, 0, 4, 0, 0, 0, a};

	n4_receive(to->node, &from, bytes, sizeof(bytes));
}

static void turn(void)
{
	usleep(1000);
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void step(uint8_t what, uint8_t a)
{
	struct datagram *d = n_wire ? &wire[a % n_wire] : NULL;

	switch (what % 12) {
	case 0:
	case 1:
	case 2:
		if (d)
			arrive(what % 12 ? 0 : a % n_wire);
		break;
	case 3: /* lost */
		if (d)
			memmove(d, d + 1, (size_t)(&wire[--n_wire] - d) * sizeof(*d));
		break;
	case 4: /* twice */
		if (d && n_wire < WIRE_MAX) {
			wire[n_wire] = *d;
			n_wire++;
		}
		break;
	case 5: /* changed */
		if (d)
			d->buf[(a >> 2) % d->len] ^= (uint8_t)(1 << (a & 7));
		break;
	case 6: /* from elsewhere */
		if (d && a & 1)
			d->from.sin_port = htons((uint16_t)(40000 + a));
		else if (d)
			d->from.sin_addr.s_addr = htonl(0x0a000000U + a);
		break;
	case 7:
		ask(a & 0x80 ? &up : &cp, a);
		break;
	case 8:
		forge(a);
		break;
	case 9:
		if (turns++ < TURNS_MAX)
			turn();
		break;
	case 10: /* one is killed and comes back; rarely */
		if (a % 8 == 0) {
			struct end *end = a & 0x80 ? &up : &cp;

			end_close(end);
			end_open(end);
		}
		break;
	case 11:
		if (a % 4 == 0 && n4_peer_next(cp.node, NULL))
			n4_peer_release(n4_peer_next(cp.node, NULL), a % 3);
		break;
	}
}

/* From now on all arrives, once and in order. A CP function that has work finds out that the UP
 * function knows it no more, as when a claim was believed that nobody contradicted in time. */
static void settle(void)
{
	const struct n4_peer *peer;

	for (unsigned ms = 0; ms < SETTLE_MS; ms++) {
		while (n_wire)
			arrive(0);
		peer = n4_peer_find(up.node, cp.addr);
		if (cp.ready && peer && peer->associated && cp.asked == cp.done &&
		    up.asked == up.done)
			return;
		if (ms % 64 == 63)
			ask(&cp, 1);
		turn();
	}
	require(false, "they don't get associated any more");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uv_loop_init(&loop);
	up = (struct end){.role = N4_ROLE_UP, .addr.s_addr = htonl(0x0a000001)};
	cp = (struct end){.role = N4_ROLE_CP, .addr.s_addr = htonl(0x0a000002)};
	n_wire = turns = 0;
	end_open(&up);
	end_open(&cp);
	for (unsigned n = 0; size >= 2 && n < STEPS_MAX; n++, data += 2, size -= 2)
		step(data[0], data[1]);
	settle();
	end_close(&up);
	end_close(&cp);
	while (uv_run(&loop, UV_RUN_NOWAIT))
		;
	require(!uv_loop_close(&loop), "something is left open");
	return 0;
}
