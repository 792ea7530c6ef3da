// SPDX-License-Identifier: Apache-2.0
/*
 * The radio link: two ends in a network namespace of their own with a relay between them that
 * loses, doubles and delays.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/netlink/netlink.h"
#include "lib/radio.h"
#include "ran/radio_link.h"
#include "tests/unit/hex_bytes.h"

/* ---- two ends and what is between them ---- */

enum {
	PATIENCE_MS = 20000,
	TICK_MS = 5,
	STALL_MS = 1300,
	QUEUE_MAX = 64 /* frames that the relay holds back */
};

struct world;

struct end {
	struct world *w;
	const char *name;
	struct radio_link *link;
	uint32_t next_in, next_out; /* numbers carried as NAS */
	unsigned frames, wrong, restarts, lost, back;
	bool free_on_frame, free_on_restart;
};

/* A--ra--xa [relay] xb--rb--B */
struct relay {
	struct world *w;
	uv_poll_t poll;
	int fd;
	struct relay *other;
};

struct world {
	uv_loop_t loop;
	uv_timer_t patience;
	uint64_t end_ms;
	struct nl *nl;
	struct end a, b;
	struct relay near, far;
	unsigned lose, twice, late; /* per thousand */
	bool blocked;
	uint64_t seed;
	uint8_t held[2048];
	size_t held_len;
	struct relay *held_for;
	unsigned passed, dropped;
};

#define wait_until(w, condition)                                                                   \
	do {                                                                                       \
		(w)->end_ms = uv_now(&(w)->loop) + PATIENCE_MS;                                    \
		while (!(condition) && uv_now(&(w)->loop) < (w)->end_ms)                           \
			uv_run(&(w)->loop, UV_RUN_ONCE);                                           \
		assert_true(condition);                                                            \
	} while (0)

/* the same on every run: xorshift64* */
static unsigned random_thousandth(struct world *w)
{
	w->seed ^= w->seed >> 12;
	w->seed ^= w->seed << 25;
	w->seed ^= w->seed >> 27;
	return (unsigned)((w->seed * 0x2545f4914f6cdd1dULL) >> 33) % 1000;
}

static void pass_on(struct relay *to, const uint8_t *frame, size_t len)
{
	assert_int_equal(send(to->fd, frame, len, 0), len);
	to->w->passed++;
}

static void relay_frame(struct relay *r, const uint8_t *frame, size_t len)
{
	struct world *w = r->w;

	if (w->blocked || random_thousandth(w) < w->lose) {
		w->dropped++;
		return;
	}
	if (!w->held_len && random_thousandth(w) < w->late) {
		memcpy(w->held, frame, len);
		w->held_len = len;
		w->held_for = r->other;
		return;
	}
	pass_on(r->other, frame, len);
	if (random_thousandth(w) < w->twice)
		pass_on(r->other, frame, len);
	if (w->held_len && random_thousandth(w) < 300) {
		pass_on(w->held_for, w->held, w->held_len);
		w->held_len = 0;
	}
}

static void relay_readable(uv_poll_t *poll, int status, int events)
{
	struct relay *r = poll->data;
	uint8_t frame[2048];
	ssize_t len;

	while ((len = recv(r->fd, frame, sizeof frame, MSG_DONTWAIT)) > 0)
		relay_frame(r, frame, (size_t)len);
}

static void relay_open(struct world *w, struct relay *r, struct relay *other, const char *device)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
				    .sll_protocol = htons(RADIO_ETHERTYPE)};
	unsigned ifindex;
	int on = 1;

	assert_int_equal(nl_link_index(w->nl, device, &ifindex), 0);
	local.sll_ifindex = (int)ifindex;
	r->w = w;
	r->other = other;
	r->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(r->fd >= 0);
	assert_int_equal(setsockopt(r->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on), 0);
	assert_int_equal(bind(r->fd, (struct sockaddr *)&local, sizeof local), 0);
	assert_int_equal(uv_poll_init(&w->loop, &r->poll, r->fd), 0);
	r->poll.data = r;
	uv_poll_start(&r->poll, UV_READABLE, relay_readable);
}

static void end_close(struct end *e)
{
	radio_link_free(e->link);
	e->link = NULL;
}

static void on_frame(struct radio_link *link, const struct radio_frame *frame, void *user)
{
	struct end *e = user;
	uint32_t number = 0;

	e->frames++;
	if (frame->nas_len == sizeof number)
		memcpy(&number, frame->nas, sizeof number);
	e->wrong += frame->type != RADIO_NAS || number != e->next_in;
	e->next_in++;
	if (e->free_on_frame)
		end_close(e);
}

static void on_restarted(struct radio_link *link, void *user)
{
	struct end *e = user;

	e->restarts++;
	e->next_in = 0;
	if (e->free_on_restart)
		end_close(e);
}

static void on_alive(struct radio_link *link, bool alive, void *user)
{
	struct end *e = user;

	assert_ptr_equal(link, e->link);
	if (alive)
		e->back++;
	else
		e->lost++;
}

static const struct radio_link_events events = {on_frame, on_restarted, on_alive};

static void end_open(struct world *w, struct end *e, const char *device)
{
	struct radio_link_config config = {
		.device = device, .destination = RADIO_GNB_MAC, .any_source = e == &w->b};

	radio_bearer_mac(1, 0, config.source);
	if (e == &w->b) {
		memcpy(config.source, config.destination, 6);
		memset(config.destination, 0xff, 6);
	}
	e->w = w;
	e->name = device;
	assert_int_equal(radio_link_new(&w->loop, &config, &events, e, &e->link), 0);
}

static bool send_number(struct end *e)
{
	struct radio_frame frame = {.type = RADIO_NAS,
				    .nas = (const uint8_t *)&e->next_out,
				    .nas_len = sizeof e->next_out};
	int r = radio_link_send(e->link, &frame);

	assert_true(r == 0 || r == -ENOBUFS);
	e->next_out += r == 0;
	return r == 0;
}

static void add_link(struct world *w, const char *name, const char *peer)
{
	struct nl_veth veth = {.name = name, .peer = peer, .netns_fd = -1, .peer_netns_fd = -1};
	unsigned ifindex;

	assert_int_equal(nl_link_add_veth(w->nl, &veth), 0);
	assert_int_equal(nl_link_index(w->nl, name, &ifindex), 0);
	assert_int_equal(nl_link_set_up(w->nl, ifindex, true), 0);
	assert_int_equal(nl_link_index(w->nl, peer, &ifindex), 0);
	assert_int_equal(nl_link_set_up(w->nl, ifindex, true), 0);
}

static void on_patience(uv_timer_t *timer)
{
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	static bool mapped;

	assert_non_null(w);
	assert_int_equal(unshare(CLONE_NEWNET | (geteuid() && !mapped ? CLONE_NEWUSER : 0)), 0);
	mapped = true;
	assert_int_equal(nl_open(&w->nl), 0);
	add_link(w, "ra", "xa");
	add_link(w, "xb", "rb");
	assert_int_equal(uv_loop_init(&w->loop), 0);
	uv_timer_init(&w->loop, &w->patience);
	uv_timer_start(&w->patience, on_patience, TICK_MS, TICK_MS);
	w->seed = 20220401;
	relay_open(w, &w->near, &w->far, "xa");
	relay_open(w, &w->far, &w->near, "xb");
	end_open(w, &w->a, "ra");
	end_open(w, &w->b, "rb");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	end_close(&w->a);
	end_close(&w->b);
	uv_close((uv_handle_t *)&w->near.poll, NULL);
	uv_close((uv_handle_t *)&w->far.poll, NULL);
	uv_close((uv_handle_t *)&w->patience, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	close(w->near.fd);
	close(w->far.fd);
	nl_close(w->nl);
	free(w);
	return 0;
}

/* @count numbers each way, in order, each once; as long as it goes on it may take its time */
static void exchange(struct world *w, uint32_t count)
{
	uint32_t seen = 0;

	w->end_ms = uv_now(&w->loop) + PATIENCE_MS;
	while ((w->a.next_in < count || w->b.next_in < count) && uv_now(&w->loop) < w->end_ms) {
		if (w->a.next_in + w->b.next_in != seen)
			w->end_ms = uv_now(&w->loop) + PATIENCE_MS;
		seen = w->a.next_in + w->b.next_in;
		while (w->a.next_out < count && send_number(&w->a))
			;
		while (w->b.next_out < count && send_number(&w->b))
			;
		uv_run(&w->loop, UV_RUN_ONCE);
	}
	assert_int_equal(w->a.next_in, count);
	assert_int_equal(w->b.next_in, count);
	assert_int_equal(w->a.wrong, 0);
	assert_int_equal(w->b.wrong, 0);
}

static void test_first_meeting(void **state)
{
	struct world *w = *state;
	uint8_t ue_mac[6];

	wait_until(w, w->a.restarts && w->b.restarts && w->a.back && w->b.back);
	assert_true(radio_link_alive(w->a.link) && radio_link_alive(w->b.link));
	radio_bearer_mac(1, 0, ue_mac);
	assert_memory_equal(radio_link_peer(w->b.link), ue_mac, 6);
	assert_string_equal(radio_link_device(w->a.link), "ra");
	assert_true(radio_link_ifindex(w->a.link) > 0);
	exchange(w, 100);
	assert_int_equal(w->a.restarts, 1);
	assert_int_equal(w->b.restarts, 1);
	assert_int_equal(radio_link_counters(w->b.link)->received, 100);
	assert_int_equal(radio_link_counters(w->b.link)->malformed, 0);
}

/* More than 65536 frames: the numbers come round. */
static void test_numbers_come_round(void **state)
{
	struct world *w = *state;

	/* without the relay, which only costs time here */
	end_close(&w->b);
	w->blocked = true;
	end_open(w, &w->b, "xa");
	wait_until(w, w->a.back && w->b.back);
	exchange(w, 66000);
}

static const struct {
	unsigned lose, twice, late;
	uint32_t count; /* what is lost costs 30 ms */
} qualities[] = {
	{300, 0, 0, 80}, {0, 400, 0, 300}, {0, 0, 300, 200}, {200, 200, 200, 80}, {600, 0, 0, 40}};

static void test_bad_links(void **state)
{
	for (size_t i = 0; i < sizeof qualities / sizeof qualities[0]; i++) {
		struct world *w;
		void *own;

		print_message("# %zu: of 1000, %u lost, %u doubled, %u late\n", i,
			      qualities[i].lose, qualities[i].twice, qualities[i].late);
		setup(&own);
		w = own;
		w->lose = qualities[i].lose;
		w->twice = qualities[i].twice;
		w->late = qualities[i].late;
		exchange(w, qualities[i].count);
		assert_int_equal(w->a.restarts, 1);
		assert_true(!w->lose || w->dropped > 0);
		assert_true(!w->lose || radio_link_counters(w->a.link)->repeated > 0);
		teardown(&own);
	}
}

/* What waits is bounded, and nothing of it is lost. */
static void test_queue(void **state)
{
	struct world *w = *state;

	wait_until(w, w->a.back && w->b.back);
	w->blocked = true;
	for (int i = 0; i < RADIO_QUEUE_MAX; i++)
		assert_true(send_number(&w->a));
	assert_false(send_number(&w->a));
	w->blocked = false;
	wait_until(w, w->b.next_in == RADIO_QUEUE_MAX);
	while (!send_number(&w->a)) /* until the first acknowledgement */
		uv_run(&w->loop, UV_RUN_ONCE);
	wait_until(w, w->b.next_in == RADIO_QUEUE_MAX + 1);
	assert_int_equal(w->b.wrong, 0);
	assert_int_equal(radio_link_send(w->a.link, &(struct radio_frame){.type = RADIO_NAS}),
			 -EINVAL);
}

static void test_lost_and_back(void **state)
{
	struct world *w = *state;

	wait_until(w, w->a.back && w->b.back);
	w->blocked = true;
	wait_until(w, w->a.lost && w->b.lost);
	assert_false(radio_link_alive(w->a.link));
	w->blocked = false;
	wait_until(w, w->a.back == 2 && w->b.back == 2);
	assert_int_equal(w->a.restarts, 1);
	exchange(w, 10);
}

/* The machine stands still, for both ends: when it goes on, neither has heard of the other for
 * longer than a live one is silent. The sleep is the stall itself: nothing is waited for. */
static void test_stall(void **state)
{
	struct world *w = *state;
	unsigned passed;

	wait_until(w, w->a.back && w->b.back);
	exchange(w, 10);
	usleep(STALL_MS * 1000);
	passed = w->passed;
	wait_until(w, w->passed >= passed + 4);
	assert_int_equal(w->a.lost + w->b.lost, 0);
	exchange(w, 20);
	assert_true(radio_link_alive(w->a.link) && radio_link_alive(w->b.link));
}

/* Numbers start again; what waited for the instance before is not given to the new one. */
static void test_restart(void **state)
{
	struct world *w = *state;

	wait_until(w, w->a.back && w->b.back);
	exchange(w, 50);
	w->blocked = true;
	for (int i = 0; i < 5; i++)
		assert_true(send_number(&w->a));
	end_close(&w->b);
	end_open(w, &w->b, "rb");
	w->b.next_in = w->b.next_out = 0;
	w->blocked = false;
	wait_until(w, w->a.restarts == 2);
	assert_int_equal(w->a.next_in, 0);
	w->a.next_out = 0;
	w->b.frames = 0;
	exchange(w, 50);
	assert_int_equal(w->b.frames, 50);
	assert_int_equal(w->b.restarts, 2);
	assert_int_equal(w->a.restarts, 2);
}

/* One end starts long after the other, which has sent into nothing. */
static void test_late_start(void **state)
{
	struct world *w = *state;

	end_close(&w->b);
	for (int i = 0; i < 3; i++)
		assert_true(send_number(&w->a));
	wait_until(w, radio_link_counters(w->a.link)->repeated > 9);
	end_open(w, &w->b, "rb");
	wait_until(w, w->b.next_in == 3);
	assert_int_equal(w->b.wrong, 0);
	exchange(w, 20);
}

static void inject(struct world *w, const char *hex)
{
	uint8_t frame[256] = {0x02, 0xba, 0, 0, 1, 0, 2, 2, 2, 2, 2, 2, 0x88, 0xb5};
	size_t len = ETH_HLEN + bytes_from_hex(hex, frame + ETH_HLEN, sizeof frame - ETH_HLEN);

	assert_int_equal(send(w->far.fd, frame, len, 0), len);
}

static void test_garbage(void **state)
{
	static const char *const garbage[] = {
		"",
		"02 00 0000 0007 0000 11223344 00000000",	 /* another version */
		"01 09 0000 0007 0000 11223344 00000000",	 /* no such type */
		"01 00 0000 0007 0000 00000000 00000000",	 /* no instance */
		"01 03 0002 0001 0004 11223344 55667788 7e0041", /* a body longer than the frame */
		"01 03 0002 0001 0000 11223344 55667788",	 /* NAS without NAS */
	};
	struct world *w = *state;
	const struct radio_counters *c = radio_link_counters(w->b.link);
	unsigned count = sizeof garbage / sizeof garbage[0];

	wait_until(w, w->a.back && w->b.back);
	for (unsigned i = 0; i < count; i++)
		inject(w, garbage[i]);
	wait_until(w, c->malformed == count);
	assert_int_equal(w->b.restarts, 1);
	exchange(w, 10);
}

/* Frames that look as if the other end had sent them set numbers back; both ends get over it. */
static void test_forged(void **state)
{
	struct world *w = *state;

	wait_until(w, w->a.back && w->b.back);
	exchange(w, 50);
	inject(w, "01 00 0000 0000 0000 11223344 00000000");
	wait_until(w, w->b.restarts == 3); /* the forged instance, and the real one again */
	assert_true(send_number(&w->a));
	wait_until(w, radio_link_counters(w->b.link)->started_over == 1 && w->a.restarts == 2);
	w->a.next_in = w->a.next_out = w->b.next_in = w->b.next_out = 0;
	exchange(w, 50);
	assert_int_equal(radio_link_counters(w->a.link)->started_over, 0);
}

static void test_freed_by_its_callback(void **state)
{
	struct world *w = *state;

	w->b.free_on_restart = true;
	wait_until(w, w->b.restarts == 1);
	assert_null(w->b.link);
	assert_int_equal(w->b.back, 0);
	w->b.free_on_restart = false;
	w->b.free_on_frame = true;
	end_open(w, &w->b, "rb");
	wait_until(w, w->b.back == 1);
	for (int i = 0; i < 5; i++)
		send_number(&w->a);
	wait_until(w, !w->b.link);
	assert_int_equal(w->b.frames, 1);
}

static void test_no_device(void **state)
{
	struct world *w = *state;
	struct radio_link_config config = {.device = "nosuch"};
	struct radio_link *link = NULL;

	assert_int_equal(radio_link_new(&w->loop, &config, &events, w, &link), -ENODEV);
	assert_null(link);
	/* a device that goes away: what can't be sent waits, and nothing breaks */
	wait_until(w, w->a.back && w->b.back);
	w->blocked = true;
	assert_int_equal(nl_link_del_name(w->nl, "ra"), 0);
	for (int i = 0; i < RADIO_QUEUE_MAX; i++)
		assert_true(send_number(&w->a));
	wait_until(w, w->a.lost == 1 && w->b.lost == 1);
	radio_link_free(NULL);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_first_meeting),
		ROW(test_numbers_come_round),
		cmocka_unit_test(test_bad_links),
		ROW(test_queue),
		ROW(test_lost_and_back),
		ROW(test_stall),
		ROW(test_restart),
		ROW(test_late_start),
		ROW(test_garbage),
		ROW(test_forged),
		ROW(test_freed_by_its_callback),
		ROW(test_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
