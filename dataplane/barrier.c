// SPDX-License-Identifier: Apache-2.0
/*
 * Waiting for packets that are under way by rules replaced a moment ago.
 *
 * For programs that run: an RCU grace period (membarrier) would do and takes 10 to 30 ms, in which
 * a handover would hold packets back; a tc program can't be preempted by a task, so that a task
 * that has been on a CPU knows that whatever ran there before has ended.
 *
 * For packets in a backlog: a veth, lo and the gtp driver put a packet into a queue of the CPU that
 * they run on, and a CPU with much to do comes to it late. What is sent from another CPU overtakes
 * it; a card or a cable wouldn't let it. lo puts a packet into the same queue, behind those that
 * are there: when it has come back they are through, one hop on. Some ten microseconds a CPU.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/internal.h"

enum {
	HOPS = 4, /* over virtual wires in one machine, as from a UPF's N3 by a bridge to a gNB's */
	BACKLOG_WAIT_MS = 200, /* a CPU that has not come to it by then has other troubles */
};

/* lo puts a packet into the backlog of the CPU that sends it */
static void backlog_pass(int sock)
{
	struct pollfd ready = {.fd = sock, .events = POLLIN};
	char octet = 0;

	for (int i = 0; i < HOPS; i++) {
		if (send(sock, &octet, sizeof(octet), 0) < 0)
			return;
		while (poll(&ready, 1, BACKLOG_WAIT_MS) > 0 &&
		       recv(sock, &octet, sizeof(octet), 0) < 0)
			;
	}
}

void dp_barrier(int backlog)
{
	cpu_set_t mine, one;

	if (sched_getaffinity(0, sizeof(mine), &mine))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &mine))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			backlog_pass(backlog);
	}
	(void)sched_setaffinity(0, sizeof(mine), &mine);
}

static int socket_connect(int sock)
{
	struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(self);

	if (bind(sock, (struct sockaddr *)&self, sizeof(self)) ||
	    getsockname(sock, (struct sockaddr *)&self, &len) ||
	    connect(sock, (struct sockaddr *)&self, sizeof(self)))
		return -errno;
	return 0;
}

int dp_barrier_open(struct nl *nl, int *ret_backlog)
{
	struct nl_link lo;
	int rc = dp_link_find(nl, "lo", &lo);

	if (!rc && !lo.up)
		rc = nl_link_set_up(nl, lo.ifindex, true);
	if (rc)
		return rc;
	*ret_backlog = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return *ret_backlog < 0 ? -errno : socket_connect(*ret_backlog);
}
