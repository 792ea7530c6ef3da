// SPDX-License-Identifier: Apache-2.0
/*
 * The UE agent and the kernel: which session is the primary one, and the traffic switch under
 * traffic from a socket that is bound to nothing, each packet of which is looked at where it
 * arrives.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/agent_world.h"

static void restart(struct world *w)
{
	world_agent_stop(w);
	world_agent_start(w);
}

static void check_primary(struct world *w, unsigned id)
{
	assert_int_equal(w->a.primary, id);
	assert_int_equal(world_route(w, "10.70.0.0", 16), id);
	assert_int_equal(world_route(w, "0.0.0.0", 0), id);
}

static void set_route(struct world *w, const char *prefix, unsigned len, const char *device)
{
	struct nl_route route = {.dst_len = len, .ifindex = world_ifindex(w, device)};

	inet_pton(AF_INET, prefix, &route.dst);
	assert_int_equal(nl_route_replace(w->a.nl, &route), 0);
}

/* ---- which one ---- */

static void test_lowest_is_chosen(void **state)
{
	struct world *w = *state;

	world_agent_stop(w);
	world_pdu(w, 7);
	world_pdu_bare(w, 2);
	world_pdu(w, 5);
	world_agent_start(w);
	check_primary(w, 5);
	/* it stays: a lower one that comes later changes nothing */
	world_pdu(w, 1);
	world_expect(world_ask(w, "GET", "/healthz", NULL), 204, NULL);
	check_primary(w, 5);
}

static void test_first_to_come_up(void **state)
{
	struct world *w = *state;

	check_primary(w, 0);
	world_pdu_bare(w, 3);
	world_expect(world_ask(w, "GET", "/healthz", NULL), 204, NULL);
	check_primary(w, 0);
	world_pdu(w, 4);
	world_wait(w, w->a.primary);
	check_primary(w, 4);
	assert_true(w->a.primary_set_ns > 0);
}

static void test_adopted(void **state)
{
	struct world *w = *state;

	world_pdu(w, 1);
	world_pdu(w, 2);
	world_wait(w, w->a.primary == 1);
	world_expect(world_step(w, "m1", "switch", 1, 2), 200, NULL);
	check_primary(w, 2);
	restart(w);
	check_primary(w, 2);
	assert_int_equal(w->a.switches, 0);
}

/* Killed between the two routes of a switch: the second one is put right. */
static void test_half_a_switch(void **state)
{
	struct world *w = *state;

	world_pdu(w, 1);
	world_pdu(w, 2);
	world_wait(w, w->a.primary == 1);
	world_agent_stop(w);
	assert_int_equal(nl_open(&w->a.nl), 0);
	set_route(w, "10.70.0.0", 16, "pdu2");
	nl_close(w->a.nl);
	world_agent_start(w);
	check_primary(w, 2);
}

static void test_removed(void **state)
{
	struct world *w = *state;

	world_pdu(w, 1);
	world_pdu(w, 2);
	world_pdu(w, 9);
	world_wait(w, w->a.primary == 1);
	world_pdu_del(w, 1);
	world_wait(w, w->a.primary == 2);
	check_primary(w, 2);
	world_pdu_del(w, 9);
	world_expect(world_ask(w, "GET", "/healthz", NULL), 204, NULL);
	check_primary(w, 2);
	world_pdu_del(w, 2);
	world_wait(w, w->a.primary == 0);
	check_primary(w, 0);
	world_pdu(w, 2);
	world_wait(w, w->a.primary == 2);
	check_primary(w, 2);
}

static void test_down(void **state)
{
	struct world *w = *state;

	world_pdu(w, 1);
	world_pdu(w, 2);
	world_wait(w, w->a.primary == 1);
	assert_int_equal(nl_link_set_up(w->a.nl, world_ifindex(w, "pdu1"), false), 0);
	world_wait(w, w->a.primary == 2);
	check_primary(w, 2);
}

/* Names that only look like a session's */
static void test_other_names(void **state)
{
	static const char *const names[] = {"pdu0", "pdu16", "pdu", "pdu1x", "pdu01", "xpdu1"};
	struct world *w = *state;
	struct in_addr addr;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char peer[16];
		struct nl_veth veth = {
			.name = names[i], .peer = peer, .netns_fd = -1, .peer_netns_fd = -1};

		snprintf(peer, sizeof peer, "other%zu", i);
		assert_int_equal(nl_link_add_veth(w->a.nl, &veth), 0);
		assert_int_equal(nl_link_set_up(w->a.nl, world_ifindex(w, names[i]), true), 0);
		inet_pton(AF_INET, "10.60.99.2", &addr);
		assert_int_equal(nl_addr_add(w->a.nl, world_ifindex(w, names[i]), addr, 32), 0);
	}
	restart(w);
	check_primary(w, 0);
}

/* ---- the switch under traffic ---- */

enum { PACKETS = 20000, SWITCHES_LEAST = 50, PACE_NS = 20000 };

struct traffic {
	int sink; /* sees all that arrives at the other ends */
	atomic_bool over;
	unsigned sent, failed;
	unsigned seen[PACKETS];
	unsigned by_session[SESSION_IDS], wrong_source;
	unsigned net1, net2; /* interfaces */
};

static void *send_all(void *user)
{
	struct traffic *t = user;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct timespec pace = {.tv_nsec = PACE_NS};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, WORLD_SERVICE, &to.sin_addr);
	for (uint32_t seq = 0; seq < PACKETS; seq++) {
		if (sendto(fd, &seq, sizeof seq, 0, (struct sockaddr *)&to, sizeof to) ==
		    sizeof seq)
			t->sent++;
		else
			t->failed++;
		nanosleep(&pace, NULL);
	}
	close(fd);
	atomic_store(&t->over, true);
	return NULL;
}

static void count_packet(struct traffic *t, const uint8_t *packet, ssize_t len, unsigned ifindex)
{
	size_t at = (size_t)(packet[0] & 15) * 4 + sizeof(struct udphdr);
	unsigned id = ifindex == t->net1 ? 1 : ifindex == t->net2 ? 2 : 0;
	const struct in_addr *source = (const struct in_addr *)(packet + 12);
	char wanted[32], found[32];
	uint32_t seq;

	if (!id || packet[9] != IPPROTO_UDP || (size_t)len < at + sizeof seq)
		return;
	memcpy(&seq, packet + at, sizeof seq);
	snprintf(wanted, sizeof wanted, "10.60.%u.2", id);
	inet_ntop(AF_INET, source, found, sizeof found);
	t->wrong_source += strcmp(wanted, found) != 0;
	t->by_session[id]++;
	if (seq < PACKETS)
		t->seen[seq]++;
}

static unsigned drain(struct traffic *t)
{
	unsigned count = 0;

	for (;;) {
		struct sockaddr_ll from;
		socklen_t from_len = sizeof from;
		uint8_t packet[256];
		ssize_t len = recvfrom(t->sink, packet, sizeof packet, MSG_DONTWAIT,
				       (struct sockaddr *)&from, &from_len);

		if (len < 0)
			return count;
		count_packet(t, packet, len, (unsigned)from.sll_ifindex);
		count++;
	}
}

static void enter(int ns)
{
	assert_int_equal(setns(ns, CLONE_NEWNET), 0);
}

static int open_sink(struct world *w)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), size = 64 << 20, on = 1, fd;

	enter(w->network_ns);
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size), 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on), 0);
	enter(home);
	close(home);
	return fd;
}

static void test_switch_under_traffic(void **state)
{
	struct world *w = *state;
	struct traffic *t = calloc(1, sizeof *t);
	unsigned switches = 0, lost = 0, doubled = 0;
	pthread_t sender;

	world_pdu(w, 1);
	world_pdu(w, 2);
	world_wait(w, w->a.primary == 1);
	assert_int_equal(nl_link_index(w->network, "net1", &t->net1), 0);
	assert_int_equal(nl_link_index(w->network, "net2", &t->net2), 0);
	t->sink = open_sink(w);
	assert_int_equal(pthread_create(&sender, NULL, send_all, t), 0);
	while (!atomic_load(&t->over)) {
		assert_int_equal(sessions_make_primary(&w->a, ++switches % 2 ? 2 : 1, NULL), 0);
		drain(t);
	}
	assert_int_equal(pthread_join(sender, NULL), 0);
	drain(t);
	for (unsigned i = 0; i < PACKETS; i++) {
		lost += t->seen[i] == 0;
		doubled += t->seen[i] > 1;
	}
	print_message("# %u switches, %u packets by session 1, %u by session 2\n", switches,
		      t->by_session[1], t->by_session[2]);
	assert_int_equal(t->failed, 0);
	assert_int_equal(lost, 0);
	assert_int_equal(doubled, 0);
	assert_int_equal(t->wrong_source, 0);
	assert_true(switches > SWITCHES_LEAST);
	assert_true(t->by_session[1] > 0 && t->by_session[2] > 0);
	assert_int_equal(w->a.switches, switches + 1);
	close(t->sink);
	free(t);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_lowest_is_chosen), ROW(test_first_to_come_up),
		ROW(test_adopted),	    ROW(test_half_a_switch),
		ROW(test_removed),	    ROW(test_down),
		ROW(test_other_names),	    ROW(test_switch_under_traffic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
