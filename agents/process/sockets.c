// SPDX-License-Identifier: Apache-2.0
#include "agents/process/sockets.h"

#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agents/process/tree.h"

static void visit(int pidfd, int number, void (*each)(int fd, void *user), void *user)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0U), protocol = 0;
	socklen_t len = sizeof(protocol);

	if (fd < 0)
		return;
	if (!getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) && protocol == IPPROTO_TCP)
		each(fd, user);
	close(fd);
}

void sockets_each(pid_t pid, void (*each)(int fd, void *user), void *user)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
	const struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = pidfd < 0 ? NULL : opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			visit(pidfd, (int)strtol(entry->d_name, NULL, 10), each, user);
	if (dir)
		closedir(dir);
	if (pidfd >= 0)
		close(pidfd);
}

/* Of one that listens nothing is counted. */
static struct tcp_info info_of(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return (struct tcp_info){0};
	return info;
}

static void add_received(int fd, void *user)
{
	*(uint64_t *)user += info_of(fd).tcpi_bytes_received;
}

static void add_acknowledged(int fd, void *user)
{
	*(uint64_t *)user += info_of(fd).tcpi_bytes_acked;
}

static uint64_t sum_of_tree(pid_t pid, void (*add)(int fd, void *user))
{
	pid_t tree[PROCESS_TREE_MAX];
	size_t count = process_tree(pid, tree);
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sockets_each(tree[i], add, &sum);
	return sum;
}

static bool listens(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) && yes;
}

static void shut(int fd, void *user)
{
	const struct sockaddr_in *local = user;
	struct sockaddr_in at = {0};
	socklen_t len = sizeof(at);

	if (!listens(fd) && !getsockname(fd, (struct sockaddr *)&at, &len) &&
	    at.sin_family == AF_INET && at.sin_addr.s_addr == local->sin_addr.s_addr &&
	    at.sin_port == local->sin_port)
		shutdown(fd, SHUT_RDWR);
}

void sockets_shut(pid_t pid, struct in_addr address, uint16_t port)
{
	struct sockaddr_in local = {.sin_addr = address, .sin_port = htons(port)};
	pid_t tree[PROCESS_TREE_MAX];
	size_t count = process_tree(pid, tree);

	for (size_t i = 0; i < count; i++)
		sockets_each(tree[i], shut, &local);
}

uint64_t sockets_received(pid_t pid)
{
	return sum_of_tree(pid, add_received);
}

uint64_t sockets_acknowledged(pid_t pid)
{
	return sum_of_tree(pid, add_acknowledged);
}
