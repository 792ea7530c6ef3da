// SPDX-License-Identifier: Apache-2.0
/*
 * Waiting for programs that run with rules replaced a moment ago. An RCU grace period
 * (membarrier) would do and takes 10 to 30 ms, in which a handover would hold packets back; a tc
 * program can't be preempted by a task, so that a task that has been on a CPU knows that whatever
 * ran there before has ended: some ten microseconds a CPU.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/internal.h"

enum { BACKLOG_WAIT_MS = 50 };

/* On each CPU that we may run on */
static void on_each_cpu(void (*there)(int sock), int sock)
{
	cpu_set_t mine, one;

	if (sched_getaffinity(0, sizeof(mine), &mine))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &mine))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one) && there)
			there(sock);
	}
	(void)sched_setaffinity(0, sizeof(mine), &mine);
}

void dp_barrier(void)
{
	on_each_cpu(NULL, -1);
}

int dp_backlog_open(void)
{
	struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(self);
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (sock < 0)
		return -errno;
	if (bind(sock, (struct sockaddr *)&self, sizeof(self)) ||
	    getsockname(sock, (struct sockaddr *)&self, &len) ||
	    connect(sock, (struct sockaddr *)&self, sizeof(self))) {
		int rc = -errno;

		close(sock);
		return rc;
	}
	return sock;
}

/* lo puts a packet into the backlog of the CPU that sends it, behind those that are there */
static void backlog_pass(int sock)
{
	struct pollfd ready = {.fd = sock, .events = POLLIN};
	char octet = 0;

	if (send(sock, &octet, sizeof(octet), 0) < 0)
		return;
	while (poll(&ready, 1, BACKLOG_WAIT_MS) > 0 && recv(sock, &octet, sizeof(octet), 0) < 0)
		;
}

void dp_backlog_barrier(int sock)
{
	on_each_cpu(backlog_pass, sock);
}
