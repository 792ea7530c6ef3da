// SPDX-License-Identifier: Apache-2.0
/*
 * The PFCP endpoint on a wire made of memory: every datagram is seen, held back, lost or forged by
 * the test. Time is the loop's own, with timers of a few milliseconds; the tests wait for
 * conditions.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>

#include "lib/n4/n4.h"

enum { WIRE_MAX = 512, DATAGRAM = 4096 };

struct datagram {
	struct sockaddr_in from, to;
	size_t len;
	uint8_t buf[DATAGRAM];
};

/* One end: a node, and what its callbacks saw */
struct end {
	struct wire *wire;
	struct in_addr addr;
	struct n4_node *node;
	unsigned up, lost, restarted, known, released, updated;
	unsigned handled;
	struct n4_request *held; /* kept unanswered when @hold */
	bool hold;
	unsigned done;
	int done_status;
	uint8_t done_type;
};

struct wire {
	uv_loop_t loop;
	struct end up, cp, cp2;
	size_t n;
	struct datagram queue[WIRE_MAX];
	struct pfcp_msg msg;
	struct pfcp_error err;
};

static struct in_addr ip(const char *text)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, text, &a), 1);
	return a;
}

static struct sockaddr_in at(struct in_addr addr, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = addr, .sin_port = htons(port)};
}

static int on_transmit(const struct sockaddr_in *to, const uint8_t *buf, size_t len, void *user)
{
	struct end *end = user;
	struct wire *w = end->wire;
	struct datagram *d = &w->queue[w->n++];

	assert_true(w->n <= WIRE_MAX && len <= DATAGRAM);
	d->from = at(end->addr, PFCP_PORT);
	d->to = *to;
	d->len = len;
	memcpy(d->buf, buf, len);
	return 0;
}

static void on_peer_event(struct n4_peer *peer, enum n4_peer_event event, void *user)
{
	struct end *end = user;

	end->up += event == N4_PEER_UP;
	end->lost += event == N4_PEER_LOST;
	end->restarted += event == N4_PEER_RESTARTED;
	end->released += event == N4_PEER_RELEASED;
}

static void on_peer_updated(struct n4_peer *peer,
			    const struct pfcp_association_update_request *update, void *user)
{
	struct end *end = user;

	end->updated++;
}

static void on_setup(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct end *end = user;
	struct n4_peer *peer;
	bool known = false;
	int rc = n4_peer_accept(req, &msg->association_setup_request, &peer, &known);

	end->handled++;
	end->known += known;
	if (rc) {
		n4_respond_cause(req, 0, PFCP_CAUSE_REJECTED, 0);
		return;
	}
	struct pfcp_msg *answer = n4_msg(end->node, PFCP_ASSOCIATION_SETUP_RESPONSE, 0);

	answer->association_setup_response = (struct pfcp_association_setup_response){
		.node_id = *n4_node_id(end->node),
		.cause = PFCP_CAUSE_ACCEPTED,
		.recovery_time_stamp = n4_node_recovery_time_stamp(end->node),
		.has_up_features = true,
		.up_features = PFCP_UPF_FTUP,
	};
	assert_int_equal(n4_respond(req, answer), 0);
}

static void on_session(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct end *end = user;

	end->handled++;
	if (end->hold)
		end->held = req;
	else
		n4_respond_cause(req, 0x77, PFCP_CAUSE_ACCEPTED, 0);
}

static void on_release(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	struct n4_peer *peer = req->peer;

	n4_respond_cause(req, 0, peer ? PFCP_CAUSE_ACCEPTED : PFCP_CAUSE_NO_ASSOCIATION, 0);
	if (peer)
		n4_peer_forget(peer);
}

static const struct n4_handler_row cp_handlers[] = {
	{PFCP_ASSOCIATION_UPDATE_REQUEST, n4_association_update},
	{0},
};

static const struct n4_handler_row handlers[] = {
	{PFCP_ASSOCIATION_SETUP_REQUEST, on_setup},
	{PFCP_SESSION_DELETION_REQUEST, on_session},
	{PFCP_SESSION_ESTABLISHMENT_REQUEST, on_session},
	{PFCP_PFD_MANAGEMENT_REQUEST, on_session},
	{PFCP_ASSOCIATION_UPDATE_REQUEST, n4_association_update},
	{PFCP_ASSOCIATION_RELEASE_REQUEST, on_release},
	{PFCP_NODE_REPORT_REQUEST, on_session},
	{PFCP_SESSION_SET_DELETION_REQUEST, on_session},
	{PFCP_SESSION_SET_MODIFICATION_REQUEST, on_session},
	{0},
};

static void on_done(int status, const struct pfcp_msg *response, void *user)
{
	struct end *end = user;

	end->done++;
	end->done_status = status;
	end->done_type = response ? response->header.type : 0;
}

static void end_open(struct wire *w, struct end *end, enum n4_role role, const char *addr)
{
	struct n4_config config = {
		.role = role,
		.addr = ip(addr),
		.features = role == N4_ROLE_UP ? PFCP_UPF_FTUP : 0,
		.timers = {.t1_ms = 10,
			   .n1 = 3,
			   .heartbeat_ms = 20,
			   .cache_ms = 200,
			   .retry_min_ms = 5,
			   .retry_max_ms = 20},
		.handlers = role == N4_ROLE_UP ? handlers : cp_handlers,
		.peer_event = on_peer_event,
		.peer_updated = on_peer_updated,
		.user = end,
		.transmit = on_transmit,
	};

	*end = (struct end){.wire = w, .addr = config.addr};
	assert_int_equal(n4_node_new(&w->loop, &config, &end->node), 0);
}

static int setup(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));

	uv_loop_init(&w->loop);
	end_open(w, &w->up, N4_ROLE_UP, "10.0.0.1");
	end_open(w, &w->cp, N4_ROLE_CP, "10.0.0.2");
	end_open(w, &w->cp2, N4_ROLE_CP, "10.0.0.3");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct wire *w = *state;

	n4_node_free(w->up.node);
	n4_node_free(w->cp.node);
	n4_node_free(w->cp2.node);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	free(w);
	return 0;
}

static struct end *end_at(struct wire *w, struct in_addr addr)
{
	struct end *ends[] = {&w->up, &w->cp, &w->cp2};

	for (size_t i = 0; i < 3; i++)
		if (ends[i]->node && ends[i]->addr.s_addr == addr.s_addr)
			return ends[i];
	return NULL;
}

/* Take the oldest datagram off the wire */
static struct datagram take(struct wire *w)
{
	struct datagram d;

	assert_true(w->n > 0);
	d = w->queue[0];
	memmove(&w->queue[0], &w->queue[1], --w->n * sizeof(d));
	return d;
}

/* All that is on the wire arrives, and all that follows from it */
static void deliver(struct wire *w)
{
	while (w->n) {
		struct datagram d = take(w);
		struct end *end = end_at(w, d.to.sin_addr);

		if (end)
			n4_receive(end->node, &d.from, d.buf, d.len);
	}
}

static void turn(struct wire *w)
{
	uv_run(&w->loop, UV_RUN_ONCE);
}

static struct n4_peer *associate(struct wire *w, struct end *cp)
{
	struct n4_peer *peer;

	assert_int_equal(n4_peer_connect(cp->node, w->up.addr, false, &peer), 0);
	deliver(w);
	assert_int_equal(cp->up, 1);
	return peer;
}

static const struct pfcp_msg *decoded(struct wire *w, const struct datagram *d)
{
	assert_int_equal(pfcp_decode(d->buf, d->len, &w->msg, &w->err), 0);
	return &w->msg;
}

/* A request as octets, put into @ret as coming from @from */
static void forge(struct wire *w, struct in_addr from, uint8_t type, uint64_t seid, uint32_t seq,
		  struct datagram *ret)
{
	pfcp_msg_init(&w->msg, type, seid, seq);
	if (type == PFCP_ASSOCIATION_SETUP_REQUEST) {
		w->msg.association_setup_request.node_id =
			(struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = from};
		w->msg.association_setup_request.recovery_time_stamp = 1000;
	}
	if (type == PFCP_SESSION_REPORT_REQUEST)
		w->msg.session_report_request.report_type = PFCP_REPORT_UPIR;
	if (type == PFCP_HEARTBEAT_REQUEST)
		w->msg.heartbeat_request.recovery_time_stamp = 1000;
	ret->from = at(from, PFCP_PORT);
	assert_int_equal(pfcp_encode(&w->msg, ret->buf, DATAGRAM, &ret->len), 0);
}

static void inject(struct wire *w, const struct datagram *d)
{
	n4_receive(w->up.node, &d->from, d->buf, d->len);
}

static void inject_setup(struct wire *w, const char *addr, uint32_t seq)
{
	struct datagram d;

	forge(w, ip(addr), PFCP_ASSOCIATION_SETUP_REQUEST, 0, seq, &d);
	inject(w, &d);
}

/* ---- association ---- */

static void test_connect(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp), *other;

	assert_true(peer->associated && peer->alive);
	assert_int_equal(peer->features, PFCP_UPF_FTUP);
	assert_int_equal(peer->recovery_time_stamp, n4_node_recovery_time_stamp(w->up.node));
	other = n4_peer_find(w->up.node, w->cp.addr);
	assert_non_null(other);
	assert_true(other->associated);
	assert_int_equal(other->recovery_time_stamp, n4_node_recovery_time_stamp(w->cp.node));
	assert_true(pfcp_node_id_equal(&other->node_id, n4_node_id(w->cp.node)));
	assert_int_equal(n4_peer_connect(w->cp.node, w->up.addr, false, NULL), -EEXIST);
}

static void test_connect_retries_until_answered(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer;
	uint32_t first, last;

	assert_int_equal(n4_peer_connect(w->cp.node, w->up.addr, true, &peer), 0);
	first = decoded(w, &w->queue[0])->header.sequence;
	assert_true(w->msg.association_setup_request.has_retention);
	while (w->n < 4)
		turn(w);
	last = decoded(w, &w->queue[3])->header.sequence;
	assert_int_not_equal(first, last);
	assert_int_equal(w->cp.up, 0);
	deliver(w); /* the answers to the given up tries match nothing */
	while (!w->cp.up) {
		turn(w);
		deliver(w);
	}
	assert_true(peer->associated);
}

static void test_node_id_of_another_takes_nothing(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	associate(w, &w->cp);
	forge(w, w->cp.addr, PFCP_ASSOCIATION_SETUP_REQUEST, 0, 5, &d);
	d.from = at(ip("10.0.0.9"), PFCP_PORT);
	inject(w, &d);
	d = take(w);
	assert_int_equal(decoded(w, &d)->association_setup_response.cause, PFCP_CAUSE_REJECTED);
	assert_null(n4_peer_find(w->up.node, ip("10.0.0.9")));
	assert_int_equal(n4_peer_find(w->up.node, w->cp.addr)->recovery_time_stamp,
			 n4_node_recovery_time_stamp(w->cp.node));
	assert_int_equal(w->up.restarted, 0);
}

static void test_peers_are_bounded(void **state)
{
	struct wire *w = *state;
	char text[32];
	struct datagram d;

	for (unsigned i = 0; i <= N4_PEERS_MAX; i++) {
		snprintf(text, sizeof(text), "10.9.%u.%u", i / 256, i % 256);
		inject_setup(w, text, 1);
		d = take(w);
		assert_int_equal(decoded(w, &d)->association_setup_response.cause,
				 i < N4_PEERS_MAX ? PFCP_CAUSE_ACCEPTED : PFCP_CAUSE_REJECTED);
	}
	assert_int_equal(n4_peer_count(w->up.node), N4_PEERS_MAX);
}

/* ---- our requests ---- */

static void send_deletion(struct end *end, struct n4_peer *peer)
{
	struct pfcp_msg *msg = n4_msg(end->node, PFCP_SESSION_DELETION_REQUEST, 0x1234);

	assert_int_equal(n4_request_send(peer, msg, on_done, end), 0);
}

static void test_request_is_sent_n1_times(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);
	unsigned copies = 0;

	send_deletion(&w->cp, peer);
	while (!w->cp.done)
		turn(w);
	assert_int_equal(w->cp.done_status, -ETIMEDOUT);
	for (size_t i = 0; i < w->n; i++)
		copies += w->queue[i].buf[1] == PFCP_SESSION_DELETION_REQUEST;
	assert_int_equal(copies, 3);
	assert_int_equal(n4_counter(w->cp.node, N4_TX_TIMEOUT) >= 1, 1);
}

static void test_lost_request_is_answered_once(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);
	unsigned handled = w->up.handled;

	send_deletion(&w->cp, peer);
	take(w); /* lost */
	while (!w->cp.done) {
		turn(w);
		deliver(w);
	}
	assert_int_equal(w->cp.done_status, 0);
	assert_int_equal(w->cp.done_type, PFCP_SESSION_DELETION_RESPONSE);
	assert_int_equal(w->up.handled, handled + 1);
	assert_true(n4_counter(w->cp.node, N4_TX_RETRANSMITTED) >= 1);
}

static void test_response_must_match(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);
	struct datagram request, answer, forged;

	send_deletion(&w->cp, peer);
	request = take(w);
	n4_receive(w->up.node, &request.from, request.buf, request.len);
	answer = take(w);

	forged = answer;
	forged.from = at(ip("10.0.0.66"), PFCP_PORT); /* somebody else */
	n4_receive(w->cp.node, &forged.from, forged.buf, forged.len);
	forged.from = at(w->up.addr, 9999); /* another port */
	n4_receive(w->cp.node, &forged.from, forged.buf, forged.len);
	forged = answer;
	forged.buf[1] = PFCP_SESSION_MODIFICATION_RESPONSE; /* another answer */
	n4_receive(w->cp.node, &forged.from, forged.buf, forged.len);
	assert_int_equal(w->cp.done, 0);
	assert_int_equal(n4_counter(w->cp.node, N4_DROP_UNMATCHED), 3);

	n4_receive(w->cp.node, &answer.from, answer.buf, answer.len);
	assert_int_equal(w->cp.done, 1);
	n4_receive(w->cp.node, &answer.from, answer.buf, answer.len);
	assert_int_equal(w->cp.done, 1);
	assert_int_equal(n4_counter(w->cp.node, N4_DROP_UNMATCHED), 4);
}

static void test_bad_response_ends_the_request(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);
	struct datagram d;

	send_deletion(&w->cp, peer);
	d = take(w);
	d.buf[1] = PFCP_SESSION_DELETION_RESPONSE; /* without a cause */
	d.from = at(w->up.addr, PFCP_PORT);
	n4_receive(w->cp.node, &d.from, d.buf, d.len);
	assert_int_equal(w->cp.done, 1);
	assert_int_equal(w->cp.done_status, -EBADMSG);
}

static void test_free_cancels(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);

	send_deletion(&w->cp, peer);
	n4_peer_forget(peer);
	assert_int_equal(w->cp.done, 1);
	assert_int_equal(w->cp.done_status, -ECANCELED);
	assert_int_equal(n4_peer_count(w->cp.node), 0);
}

/* ---- requests to us ---- */

static void test_two_smfs_use_one_number(void **state)
{
	struct wire *w = *state;
	struct datagram a, b, d;

	inject_setup(w, "10.0.0.2", 1);
	inject_setup(w, "10.0.0.3", 1);
	w->n = 0;
	w->up.handled = 0;
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 42, &a);
	forge(w, w->cp2.addr, PFCP_SESSION_DELETION_REQUEST, 0x22, 42, &b);
	inject(w, &a);
	inject(w, &b);
	assert_int_equal(w->up.handled, 2);
	inject(w, &a);
	inject(w, &b);
	assert_int_equal(w->up.handled, 2);
	assert_int_equal(w->n, 4);
	assert_int_equal(n4_counter(w->up.node, N4_RX_RETRANSMITTED), 2);
	d = take(w);
	assert_int_equal(d.to.sin_addr.s_addr, w->cp.addr.s_addr);
	d = take(w);
	assert_int_equal(d.to.sin_addr.s_addr, w->cp2.addr.s_addr);
	d = take(w);
	assert_int_equal(d.to.sin_addr.s_addr, w->cp.addr.s_addr);
	d = take(w);
	assert_int_equal(d.to.sin_addr.s_addr, w->cp2.addr.s_addr);
}

/* Two senders on one address: the answers go to the port that asked */
static void test_two_ports_use_one_number(void **state)
{
	struct wire *w = *state;
	struct datagram a, b, d;

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	w->up.handled = 0;
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 42, &a);
	b = a;
	b.from.sin_port = htons(40000);
	inject(w, &a);
	inject(w, &b);
	inject(w, &a);
	assert_int_equal(w->up.handled, 2);
	d = take(w);
	assert_int_equal(ntohs(d.to.sin_port), PFCP_PORT);
	d = take(w);
	assert_int_equal(ntohs(d.to.sin_port), 40000);
	d = take(w);
	assert_int_equal(ntohs(d.to.sin_port), PFCP_PORT);
}

static void test_retransmission_gets_the_same_octets(void **state)
{
	struct wire *w = *state;
	struct datagram d, first, second;

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 7, &d);
	inject(w, &d);
	inject(w, &d);
	first = take(w);
	second = take(w);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.buf, second.buf, first.len);
}

static void test_answered_later(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	w->up.handled = 0;
	w->up.hold = true;
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 7, &d);
	inject(w, &d);
	inject(w, &d); /* still worked on: neither executed nor answered */
	assert_int_equal(w->up.handled, 1);
	assert_int_equal(w->n, 0);
	n4_respond_cause(w->up.held, 0x99, PFCP_CAUSE_ACCEPTED, 0);
	assert_int_equal(w->n, 1);
	inject(w, &d);
	assert_int_equal(w->n, 2);
	assert_int_equal(w->up.handled, 1);
	d = take(w);
	assert_int_equal(decoded(w, &d)->header.seid, 0x99);
	assert_int_equal(w->msg.header.sequence, 7);
}

static void test_number_used_again_is_no_retransmission(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	inject_setup(w, "10.0.0.2", 1);
	w->up.handled = 0;
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 7, &d);
	inject(w, &d);
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x12, 7, &d);
	inject(w, &d);
	assert_int_equal(w->up.handled, 2);
	assert_int_equal(n4_counter(w->up.node, N4_RX_SEQUENCE_REUSED), 1);
}

static void test_cache_expires(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	inject_setup(w, "10.0.0.2", 1);
	w->up.handled = 0;
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 7, &d);
	inject(w, &d);
	for (uint64_t end = uv_now(&w->loop) + 250; uv_now(&w->loop) < end;) {
		w->n = 0;
		turn(w);
	}
	inject(w, &d);
	assert_int_equal(w->up.handled, 2);
}

static void test_cache_is_bounded(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	inject_setup(w, "10.0.0.2", 1);
	w->up.handled = 0;
	for (uint32_t seq = 1; seq <= N4_CACHE_MAX + 1; seq++) {
		forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, seq + 100, &d);
		inject(w, &d);
		w->n = 0;
	}
	assert_int_equal(w->up.handled, N4_CACHE_MAX + 1);
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 101, &d);
	inject(w, &d); /* the oldest: forgotten */
	assert_int_equal(w->up.handled, N4_CACHE_MAX + 2);
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, N4_CACHE_MAX + 101, &d);
	inject(w, &d); /* the latest: known */
	assert_int_equal(w->up.handled, N4_CACHE_MAX + 2);
}

static void test_pending_is_bounded(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	w->up.handled = 0;
	w->up.hold = true;
	for (uint32_t seq = 1; seq <= N4_PENDING_MAX + 1; seq++) {
		forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, seq + 100, &d);
		inject(w, &d);
	}
	assert_int_equal(w->up.handled, N4_PENDING_MAX);
	assert_int_equal(n4_counter(w->up.node, N4_DROP_BUSY), 1);
}

static void test_strangers(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	forge(w, ip("10.0.0.50"), PFCP_SESSION_DELETION_REQUEST, 0x11, 9, &d);
	inject(w, &d);
	assert_int_equal(w->up.handled, 0);
	d = take(w);
	assert_int_equal(decoded(w, &d)->session_deletion_response.cause,
			 PFCP_CAUSE_NO_ASSOCIATION);
	assert_int_equal(w->msg.header.sequence, 9);
	assert_int_equal(w->msg.header.seid, 0);
	/* Heartbeats are anybody's: cl. 6.2.2.2 */
	forge(w, ip("10.0.0.50"), PFCP_HEARTBEAT_REQUEST, 0, 10, &d);
	inject(w, &d);
	d = take(w);
	assert_int_equal(decoded(w, &d)->header.type, PFCP_HEARTBEAT_RESPONSE);
	assert_int_equal(w->msg.heartbeat_response.recovery_time_stamp,
			 n4_node_recovery_time_stamp(w->up.node));
	assert_int_equal(n4_peer_count(w->up.node), 0);
}

static void test_unserved_and_unknown(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	forge(w, w->cp.addr, PFCP_SESSION_REPORT_REQUEST, 1, 3, &d);
	inject(w, &d);
	assert_int_equal(n4_counter(w->up.node, N4_DROP_UNSERVED), 1);
	d.buf[1] = 200;
	inject(w, &d);
	assert_int_equal(n4_counter(w->up.node, N4_DROP_UNKNOWN_TYPE), 1);
	d.len = 3;
	inject(w, &d);
	d.len = 0;
	inject(w, &d);
	assert_int_equal(n4_counter(w->up.node, N4_DROP_SHORT), 2);
	assert_int_equal(w->n, 0);
}

static void test_version(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	forge(w, w->cp.addr, PFCP_HEARTBEAT_REQUEST, 0, 77, &d);
	d.buf[0] = (uint8_t)((d.buf[0] & 0x1f) | 2 << 5);
	inject(w, &d);
	d = take(w);
	assert_int_equal(decoded(w, &d)->header.type, PFCP_VERSION_NOT_SUPPORTED_RESPONSE);
	assert_int_equal(w->msg.header.sequence, 77);
	/* One's own medicine isn't answered: no ping-pong */
	d.buf[0] = (uint8_t)((d.buf[0] & 0x1f) | 2 << 5);
	inject(w, &d);
	assert_int_equal(w->n, 0);
	assert_int_equal(n4_counter(w->up.node, N4_DROP_VERSION), 2);
}

static void test_malformed_is_answered(void **state)
{
	/* Session Establishment Request without a single IE: omec upf#927 */
	static const uint8_t empty[] = {0x21, 50, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0};
	struct wire *w = *state;
	struct datagram d = {.from = at(ip("10.0.0.2"), PFCP_PORT), .len = sizeof(empty)};

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	w->up.handled = 0;
	memcpy(d.buf, empty, sizeof(empty));
	inject(w, &d);
	assert_int_equal(w->up.handled, 0);
	d = take(w);
	decoded(w, &d);
	assert_int_equal(w->msg.header.type, PFCP_SESSION_ESTABLISHMENT_RESPONSE);
	assert_int_equal(w->msg.session_establishment_response.cause,
			 PFCP_CAUSE_MANDATORY_IE_MISSING);
	assert_true(w->msg.session_establishment_response.has_offending_ie);
	assert_int_equal(w->msg.session_establishment_response.offending_ie, PFCP_IE_NODE_ID);
	assert_int_equal(w->msg.header.sequence, 5);
}

/* Of every type of node message: one that can't be read, and one that its handler answers */
static void test_node_messages_are_answered(void **state)
{
	// clang-format off
	static const struct {
		uint8_t type, octets, ies[9];
		uint8_t cause;
		uint16_t ie; /* 0: none, or its answer has no Offending IE */
	} row[] = {
		{PFCP_PFD_MANAGEMENT_REQUEST, 4, {0, 58}, PFCP_CAUSE_CONDITIONAL_IE_MISSING, 24},
		{PFCP_ASSOCIATION_UPDATE_REQUEST, 0, {0}, PFCP_CAUSE_MANDATORY_IE_MISSING, 0},
		{PFCP_NODE_REPORT_REQUEST, 5, {0, 101, 0, 1}, PFCP_CAUSE_MANDATORY_IE_INCORRECT, 101},
		{PFCP_SESSION_SET_DELETION_REQUEST, 0, {0}, PFCP_CAUSE_MANDATORY_IE_MISSING, 60},
		{PFCP_SESSION_SET_MODIFICATION_REQUEST, 0, {0}, PFCP_CAUSE_MANDATORY_IE_MISSING, 60},
		{PFCP_PFD_MANAGEMENT_REQUEST, 0, {0}, PFCP_CAUSE_ACCEPTED, 0},
		{PFCP_ASSOCIATION_UPDATE_REQUEST, 9, {0, 60, 0, 5, 0, 10, 0, 0, 2}, PFCP_CAUSE_ACCEPTED, 0},
		{PFCP_SESSION_SET_DELETION_REQUEST, 9, {0, 60, 0, 5, 0, 10, 0, 0, 2}, PFCP_CAUSE_ACCEPTED, 0},
	};
	// clang-format on
	struct wire *w = *state;

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct pfcp_msg *m = &w->msg;
		struct datagram d = {.from = at(w->cp.addr, PFCP_PORT), .len = 8 + row[i].octets};

		memcpy(d.buf,
		       (uint8_t[]){0x20, row[i].type, 0, 4 + row[i].octets, 0, 1, (uint8_t)i, 0},
		       8);
		memcpy(d.buf + 8, row[i].ies, row[i].octets);
		inject(w, &d);
		d = take(w);
		decoded(w, &d);
		assert_int_equal(m->header.type, row[i].type + 1);
		assert_int_equal(m->header.sequence, 0x100 + i);
		switch (row[i].type) {
		case PFCP_PFD_MANAGEMENT_REQUEST:
			assert_int_equal(m->pfd_management_response.cause, row[i].cause);
			assert_int_equal(m->pfd_management_response.offending_ie, row[i].ie);
			break;
		case PFCP_ASSOCIATION_UPDATE_REQUEST:
			assert_int_equal(m->association_update_response.cause, row[i].cause);
			break;
		default:
			assert_int_equal(m->node_report_response.cause, row[i].cause);
			assert_int_equal(m->node_report_response.offending_ie, row[i].ie);
			assert_true(pfcp_node_id_equal(&m->node_report_response.node_id,
						       n4_node_id(w->up.node)));
		}
	}
	assert_int_equal(w->n, 0);
	assert_int_equal(n4_counter(w->up.node, N4_REJECT_MALFORMED), 5);
}

/* free5gc#483: Recovery Time Stamp of length 0. Nothing in a Heartbeat Response could say what is
 * wrong. */
static void test_malformed_heartbeat_is_dropped(void **state)
{
	static const uint8_t bytes[] = {0x20, 0x01, 0x00, 0x0c, 0x00, 0x00, 0x02, 0x00,
					0x00, 0x60, 0x00, 0x00, 0xe8, 0x1f, 0xe7, 0xb4};
	struct wire *w = *state;
	struct datagram d = {.from = at(ip("10.0.0.2"), PFCP_PORT), .len = sizeof(bytes)};

	memcpy(d.buf, bytes, sizeof(bytes));
	inject(w, &d);
	assert_int_equal(w->n, 0);
	assert_int_equal(n4_counter(w->up.node, N4_REJECT_MALFORMED), 1);
}

static void test_two_messages_in_a_datagram(void **state)
{
	struct wire *w = *state;
	struct datagram a, b;

	inject_setup(w, "10.0.0.2", 1);
	w->n = 0;
	w->up.handled = 0;
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 7, &a);
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x12, 8, &b);
	a.buf[0] |= 4; /* FO */
	memcpy(a.buf + a.len, b.buf, b.len);
	a.len += b.len;
	inject(w, &a);
	assert_int_equal(w->up.handled, 2);
	assert_int_equal(w->n, 2);
	inject(w, &b); /* the second alone is known too */
	assert_int_equal(w->up.handled, 2);
}

/* ---- heartbeats and restarts ---- */

static void test_lost_and_back(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);

	while (!w->cp.lost) { /* nothing arrives */
		turn(w);
		w->n = 0;
	}
	assert_true(peer->associated);
	assert_false(peer->alive);
	while (w->cp.up < 2) {
		turn(w);
		deliver(w);
	}
	assert_true(peer->alive);
	assert_int_equal(w->cp.lost, 1);
	assert_int_equal(w->cp.restarted, 0);
}

/* A Heartbeat Request to the CP function with stamp 1000, which is not the UP function's */
static void claim(struct wire *w, struct in_addr from, uint16_t port)
{
	static uint32_t sequence = 99;
	struct datagram d;

	forge(w, from, PFCP_HEARTBEAT_REQUEST, 0, sequence++, &d);
	d.from.sin_port = htons(port);
	n4_receive(w->cp.node, &d.from, d.buf, d.len);
}

/* As deliver(), but the UP function's stamp has changed by @xor: the last octet of the only IE */
static void deliver_restarted(struct wire *w, uint8_t xor)
{
	while (w->n) {
		struct datagram d = take(w);
		struct end *end = end_at(w, d.to.sin_addr);

		if (d.buf[1] == PFCP_HEARTBEAT_RESPONSE && end == &w->cp)
			d.buf[15] ^= xor;
		n4_receive(end->node, &d.from, d.buf, d.len);
	}
}

/* Whoever writes a peer's address as the source, from whatever port, ends nothing: the peer is
 * asked, once for any number of claims, and answers that it is as it was. */
static void test_forged_heartbeat(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);
	struct datagram answer, question;

	for (int i = 0; i < 20; i++)
		claim(w, w->up.addr, i % 2 ? PFCP_PORT : 40000);
	assert_int_equal(w->n, 21); /* 20 answers, one question */
	answer = take(w);
	assert_int_equal(answer.buf[1], PFCP_HEARTBEAT_RESPONSE);
	question = take(w);
	assert_int_equal(question.buf[1], PFCP_HEARTBEAT_REQUEST);
	assert_int_equal(ntohs(question.to.sin_port), PFCP_PORT);
	n4_receive(w->up.node, &question.from, question.buf, question.len);
	deliver(w);
	assert_int_equal(n4_counter(w->cp.node, N4_STAMP_CLAIMED), 20);
	assert_int_equal(n4_counter(w->cp.node, N4_STAMP_REFUTED), 1);
	assert_int_equal(w->cp.restarted, 0);
	assert_true(peer->associated && peer->alive);
	assert_int_equal(peer->recovery_time_stamp, n4_node_recovery_time_stamp(w->up.node));
}

static void test_restart_claimed_and_confirmed(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);

	claim(w, w->up.addr, PFCP_PORT);
	assert_int_equal(w->cp.restarted, 0);
	deliver_restarted(w, 1);
	assert_int_equal(w->cp.restarted, 1);
	assert_int_equal(n4_counter(w->cp.node, N4_STAMP_REFUTED), 0);
	while (w->cp.up < 2) {
		turn(w);
		deliver_restarted(w, 1);
	}
	assert_true(peer->associated);
	assert_int_equal(w->cp.restarted, 1);
}

/* Nobody contradicts it. */
static void test_restart_claimed_and_not_answered(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);

	claim(w, w->up.addr, PFCP_PORT);
	while (!w->cp.restarted) {
		assert_true(peer->associated);
		turn(w);
		w->n = 0;
	}
	assert_int_equal(w->cp.lost, 0);
	assert_int_equal(peer->recovery_time_stamp, 1000);
}

static void test_restart_seen_in_a_heartbeat_response(void **state)
{
	struct wire *w = *state;

	associate(w, &w->cp);
	while (!w->cp.restarted) {
		turn(w);
		deliver_restarted(w, 1);
	}
	assert_int_equal(w->cp.restarted, 1);
}

/* The UP function's next heartbeat */
static struct datagram up_question(struct wire *w)
{
	struct datagram question;

	w->n = 0;
	while (!w->n)
		turn(w);
	question = take(w);
	assert_int_equal(question.buf[1], PFCP_HEARTBEAT_REQUEST);
	return question;
}

/* Is answered by 10.0.0.2 */
static void up_answered(struct wire *w, const struct datagram *question, uint32_t stamp)
{
	const uint8_t *buf = question->buf;
	struct datagram d = {.from = at(w->cp.addr, PFCP_PORT)};

	pfcp_msg_init(&w->msg, PFCP_HEARTBEAT_RESPONSE, 0,
		      (uint32_t)buf[4] << 16 | (uint32_t)buf[5] << 8 | buf[6]);
	w->msg.heartbeat_response.recovery_time_stamp = stamp;
	assert_int_equal(pfcp_encode(&w->msg, d.buf, DATAGRAM, &d.len), 0);
	inject(w, &d);
	w->n = 0;
}

/* An answer that was on its way while the peer associated anew tells of its former life. */
static void test_late_answer_of_a_former_life(void **state)
{
	struct wire *w = *state;
	struct datagram question;
	struct n4_peer *peer;

	inject_setup(w, "10.0.0.2", 1);
	peer = n4_peer_find(w->up.node, w->cp.addr);
	question = up_question(w);
	up_answered(w, &question, 2000);
	/* the association's own stamp is not compared with */
	assert_int_equal(peer->recovery_time_stamp, 2000);
	question = up_question(w);
	inject_setup(w, "10.0.0.2", 2);
	up_answered(w, &question, 2001);
	assert_int_equal(peer->recovery_time_stamp, 1000); /* not the former life's */
	assert_int_equal(w->up.restarted, 0);
}

/* Through an address translation: the Source IP Address says who it is, and it is asked there. */
static void test_heartbeat_through_a_nat(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	associate(w, &w->cp);
	pfcp_msg_init(&w->msg, PFCP_HEARTBEAT_REQUEST, 0, 77);
	w->msg.heartbeat_request = (struct pfcp_heartbeat){
		.recovery_time_stamp = 1000,
		.has_source_ip = true,
		.source_ip.address = {.v4 = true, .ip4 = w->up.addr},
	};
	d.from = at(ip("10.0.0.77"), 40000);
	assert_int_equal(pfcp_encode(&w->msg, d.buf, DATAGRAM, &d.len), 0);
	n4_receive(w->cp.node, &d.from, d.buf, d.len);
	assert_int_equal(w->n, 2);
	d = take(w);
	assert_int_equal(d.to.sin_addr.s_addr, ip("10.0.0.77").s_addr);
	assert_int_equal(ntohs(d.to.sin_port), 40000);
	deliver_restarted(w, 1);
	assert_int_equal(w->cp.restarted, 1);
}

/* A recovery time stamp in an establishment: of an association's own, and of no association's */
static void test_stamp_in_an_establishment(void **state)
{
	struct wire *w = *state;
	struct datagram d = {.from = at(w->cp.addr, PFCP_PORT)};
	struct pfcp_session_establishment_request *e = &w->msg.session_establishment_request;

	inject_setup(w, "10.0.0.2", 1);
	d = up_question(w);
	up_answered(w, &d, 1000);
	d.from = at(w->cp.addr, PFCP_PORT);
	w->up.handled = 0;
	for (uint32_t stamp = 1000; stamp < 1002; stamp++) {
		pfcp_msg_init(&w->msg, PFCP_SESSION_ESTABLISHMENT_REQUEST, 0, stamp);
		e->node_id = (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = w->cp.addr};
		e->cp_f_seid = (struct pfcp_f_seid){.seid = 0x55,
						    .address = {.v4 = true, .ip4 = w->cp.addr}};
		e->has_recovery_time_stamp = true;
		e->recovery_time_stamp = stamp;
		e->n_create_pdr = 1;
		pfcp_pdr_init(&e->create_pdr[0]);
		e->create_pdr[0].pdr_id = 1;
		e->create_pdr[0].has_precedence = true;
		e->create_pdr[0].has_pdi = true;
		e->create_pdr[0].has_far_id = true;
		e->n_create_far = 1;
		pfcp_far_init(&e->create_far[0]);
		e->create_far[0].has_apply_action = true;
		e->create_far[0].apply_action = PFCP_ACTION_DROP;
		assert_int_equal(pfcp_encode(&w->msg, d.buf, DATAGRAM, &d.len), 0);
		w->up.hold = true;
		inject(w, &d);
		assert_int_equal(w->up.handled, 1);
	}
	d = take(w); /* the first is left without an answer */
	assert_int_equal(d.buf[1], PFCP_HEARTBEAT_REQUEST);
	d = take(w);
	assert_int_equal(decoded(w, &d)->session_establishment_response.cause,
			 PFCP_CAUSE_NO_ASSOCIATION);
	assert_int_equal(w->msg.header.seid, 0x55);
	while (!w->up.restarted) { /* nobody contradicts */
		turn(w);
		w->n = 0;
	}
}

static void test_restart_seen_by_cause_72(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);

	n4_peer_forget(n4_peer_find(w->up.node, w->cp.addr)); /* within one second: same stamp */
	send_deletion(&w->cp, peer);
	deliver(w);
	assert_int_equal(w->cp.restarted, 1);
	assert_int_equal(w->cp.done, 1);
	assert_int_equal(w->cp.done_status, 0);
	while (w->cp.up < 2) {
		turn(w);
		deliver(w);
	}
	assert_true(peer->associated);
}

/* Whether its stamp is another one or not: TS 29.244 cl. 6.2.6.2.2 */
static void test_association_anew(void **state)
{
	struct wire *w = *state;
	struct datagram d;

	inject_setup(w, "10.0.0.2", 1);
	assert_int_equal(w->up.known, 0);
	inject_setup(w, "10.0.0.2", 2);
	assert_int_equal(w->up.known, 1);
	forge(w, w->cp.addr, PFCP_SESSION_DELETION_REQUEST, 0x11, 7, &d);
	inject(w, &d);
	w->up.handled = 0;
	pfcp_msg_init(&w->msg, PFCP_ASSOCIATION_SETUP_REQUEST, 0, 3);
	w->msg.association_setup_request.node_id =
		(struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = w->cp.addr};
	w->msg.association_setup_request.recovery_time_stamp = 1001;
	struct datagram s = {.from = at(w->cp.addr, PFCP_PORT)};
	assert_int_equal(pfcp_encode(&w->msg, s.buf, DATAGRAM, &s.len), 0);
	inject(w, &s);
	assert_int_equal(w->up.known, 2);
	inject(w, &d); /* what its predecessor was answered is forgotten */
	assert_int_equal(w->up.handled, 2);
}

/* It has nothing to do with what the former one had, and may retain nothing of it. */
static void test_another_node_at_the_address(void **state)
{
	struct wire *w = *state;
	struct datagram d = {.from = at(w->cp.addr, PFCP_PORT)};
	struct n4_peer *peer;

	inject_setup(w, "10.0.0.2", 1);
	pfcp_msg_init(&w->msg, PFCP_ASSOCIATION_SETUP_REQUEST, 0, 3);
	w->msg.association_setup_request.node_id =
		(struct pfcp_node_id){.type = PFCP_NODE_FQDN, .fqdn = "other.smf"};
	assert_int_equal(pfcp_encode(&w->msg, d.buf, DATAGRAM, &d.len), 0);
	inject(w, &d);
	peer = n4_peer_find(w->up.node, w->cp.addr);
	assert_int_equal(w->up.known, 0);
	assert_int_equal(peer->node_id.type, PFCP_NODE_FQDN);
	assert_ptr_equal(n4_peer_find_id(w->up.node, &peer->node_id), peer);
}

static void test_sequence_starts_at_random(void **state)
{
	struct wire *w = *state;
	struct n4_node *again;
	struct end other = {.wire = w, .addr = w->cp.addr};
	struct n4_config config = {
		.role = N4_ROLE_CP, .addr = w->cp.addr, .user = &other, .transmit = on_transmit};
	unsigned same = 0;
	uint32_t first = 0;

	n4_timers_default(&config.timers);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(n4_node_new(&w->loop, &config, &again), 0);
		assert_int_equal(n4_peer_connect(again, w->up.addr, false, NULL), 0);
		uint32_t seq = decoded(w, &w->queue[0])->header.sequence;

		same += i && seq == first;
		first = seq;
		w->n = 0;
		n4_node_free(again);
	}
	assert_int_equal(same, 0);
}

static void test_counter_names(void **state)
{
	for (int i = 0; i < N4_COUNTERS; i++)
		assert_non_null(n4_counter_name((enum n4_counter)i));
}

/* ---- update and release ---- */

static void assert_metric(const struct end *end, const char *line)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	n4_metrics_write(end->node, "x", out);
	fclose(out);
	if (!strstr(text, line))
		fail_msg("no \"%s\" in %s", line, text);
	free(text);
}

/* An exchange and a stranger's try, as both ends count them */
static void test_metrics(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);
	struct datagram d;

	send_deletion(&w->cp, peer);
	deliver(w);
	forge(w, ip("10.0.0.50"), PFCP_SESSION_DELETION_REQUEST, 0x11, 9, &d);
	inject(w, &d);
	assert_metric(&w->up, "baton_x_n4_total{what=\"reject_no_association\"} 1\n");
	assert_metric(&w->up,
		      "baton_x_pfcp_messages_total{direction=\"received\",message=\"session-"
		      "deletion-request\"} 2\n");
	assert_metric(&w->up, "baton_x_pfcp_responses_total{direction=\"sent\",message=\"session-"
			      "deletion-response\",cause=\"accepted\"} 1\n");
	assert_metric(&w->up, "baton_x_pfcp_responses_total{direction=\"sent\",message=\"session-"
			      "deletion-response\",cause=\"no-association\"} 1\n");
	assert_metric(&w->up, "baton_x_pfcp_request_seconds_count{direction=\"received\",message="
			      "\"session-deletion-request\"} 1\n");
	assert_metric(&w->cp,
		      "baton_x_pfcp_responses_total{direction=\"received\",message=\"session-"
		      "deletion-response\",cause=\"accepted\"} 1\n");
	assert_metric(&w->cp, "baton_x_pfcp_request_seconds_count{direction=\"sent\",message="
			      "\"session-deletion-request\"} 1\n");
}

static void send_update(struct end *end, struct n4_peer *peer, uint64_t up_features,
			uint64_t cp_features)
{
	struct pfcp_msg *msg;
	struct pfcp_association_update_request *u = n4_association_updating(end->node, &msg);

	u->has_up_features = up_features != 0;
	u->up_features = up_features;
	u->has_cp_features = cp_features != 0;
	u->cp_features = cp_features;
	assert_int_equal(n4_request_send(peer, msg, on_done, end), 0);
}

static void test_update_by_either(void **state)
{
	struct wire *w = *state;
	struct n4_peer *up = associate(w, &w->cp), *cp = n4_peer_find(w->up.node, w->cp.addr);

	send_update(&w->up, cp, PFCP_UPF_FTUP | PFCP_UPF_PFDM, 0);
	send_update(&w->cp, up, 0, PFCP_CPF_LOAD);
	deliver(w);
	assert_int_equal(w->up.done, 1);
	assert_int_equal(w->up.done_type, PFCP_ASSOCIATION_UPDATE_RESPONSE);
	assert_int_equal(w->cp.done, 1);
	assert_int_equal(w->cp.updated, 1);
	assert_int_equal(w->up.updated, 1);
	assert_int_equal(up->features, PFCP_UPF_FTUP | PFCP_UPF_PFDM);
	assert_int_equal(cp->features, PFCP_CPF_LOAD);
	/* without features: they stay; the other role's are not the sender's to say */
	send_update(&w->up, cp, 0, PFCP_CPF_OVRL);
	deliver(w);
	assert_int_equal(w->cp.updated, 2);
	assert_int_equal(up->features, PFCP_UPF_FTUP | PFCP_UPF_PFDM);
}

/* An update that names another's node, and one from nobody we know */
static void test_update_of_no_association(void **state)
{
	struct wire *w = *state;
	struct n4_peer *up = associate(w, &w->cp);
	struct datagram d;

	send_update(&w->up, n4_peer_find(w->up.node, w->cp.addr), 1, 0);
	d = take(w);
	d.from = at(ip("10.0.0.66"), PFCP_PORT);
	n4_receive(w->cp.node, &d.from, d.buf, d.len);
	d = take(w);
	assert_int_equal(decoded(w, &d)->association_update_response.cause,
			 PFCP_CAUSE_NO_ASSOCIATION);
	pfcp_msg_init(&w->msg, PFCP_ASSOCIATION_UPDATE_REQUEST, 0, 9);
	w->msg.association_update_request.node_id =
		(struct pfcp_node_id){.type = PFCP_NODE_FQDN, .fqdn = "other.upf"};
	d.from = at(w->up.addr, PFCP_PORT);
	assert_int_equal(pfcp_encode(&w->msg, d.buf, DATAGRAM, &d.len), 0);
	n4_receive(w->cp.node, &d.from, d.buf, d.len);
	d = take(w);
	assert_int_equal(decoded(w, &d)->association_update_response.cause,
			 PFCP_CAUSE_NO_ASSOCIATION);
	assert_int_equal(w->cp.updated, 0);
	assert_int_equal(up->features, PFCP_UPF_FTUP);
}

static void test_release_and_again(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);

	assert_int_equal(n4_peer_release(peer, 5), 0);
	assert_int_equal(n4_peer_release(peer, 5), -ENOTCONN); /* it is being released */
	deliver(w);
	assert_int_equal(w->cp.released, 1);
	assert_false(peer->associated);
	assert_null(n4_peer_find(w->up.node, w->cp.addr));
	assert_int_equal(n4_peer_release(peer, 5), -ENOTCONN);
	while (w->cp.up < 2) {
		turn(w);
		deliver(w);
	}
	assert_true(peer->associated);
	assert_int_equal(w->cp.restarted, 0);
}

/* Nobody answers: nobody has an association any more either */
static void test_release_without_answer(void **state)
{
	struct wire *w = *state;
	struct n4_peer *peer = associate(w, &w->cp);

	assert_int_equal(n4_peer_release(peer, 5), 0);
	while (!w->cp.released) {
		turn(w);
		w->n = 0;
	}
	assert_false(peer->associated);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_connect),
		T(test_connect_retries_until_answered),
		T(test_node_id_of_another_takes_nothing),
		T(test_peers_are_bounded),
		T(test_request_is_sent_n1_times),
		T(test_lost_request_is_answered_once),
		T(test_response_must_match),
		T(test_bad_response_ends_the_request),
		T(test_free_cancels),
		T(test_two_smfs_use_one_number),
		T(test_two_ports_use_one_number),
		T(test_retransmission_gets_the_same_octets),
		T(test_answered_later),
		T(test_number_used_again_is_no_retransmission),
		T(test_cache_expires),
		T(test_cache_is_bounded),
		T(test_pending_is_bounded),
		T(test_strangers),
		T(test_unserved_and_unknown),
		T(test_version),
		T(test_malformed_is_answered),
		T(test_node_messages_are_answered),
		T(test_malformed_heartbeat_is_dropped),
		T(test_two_messages_in_a_datagram),
		T(test_lost_and_back),
		T(test_forged_heartbeat),
		T(test_restart_claimed_and_confirmed),
		T(test_restart_claimed_and_not_answered),
		T(test_late_answer_of_a_former_life),
		T(test_heartbeat_through_a_nat),
		T(test_stamp_in_an_establishment),
		T(test_restart_seen_in_a_heartbeat_response),
		T(test_restart_seen_by_cause_72),
		T(test_association_anew),
		T(test_another_node_at_the_address),
		T(test_sequence_starts_at_random),
		T(test_update_by_either),
		T(test_update_of_no_association),
		T(test_release_and_again),
		T(test_release_without_answer),
		T(test_counter_names),
		T(test_metrics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
