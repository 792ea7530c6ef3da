// SPDX-License-Identifier: Apache-2.0
/* What this kernel can do, found by trying it. */
#include "testbed/kernel.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/netlink/netlink.h"

enum { LO = 1 };

int kernel_try(int (*attempt)(void))
{
	int pair[2], rc = -EIO, status;
	pid_t pid;

	if (pipe(pair))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		rc = unshare(CLONE_NEWNET | CLONE_NEWNS) ? -errno : attempt();
		_exit(write(pair[1], &rc, sizeof(rc)) != sizeof(rc));
	}
	close(pair[1]);
	if (read(pair[0], &rc, sizeof(rc)) != sizeof(rc))
		rc = -EIO;
	close(pair[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return rc;
}

int kernel_try_namespaces(void)
{
	return unshare(CLONE_NEWPID | CLONE_NEWUTS) ? -errno : 0;
}

static int with_handle(int (*attempt)(struct nl *nl))
{
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return rc;
	rc = attempt(nl);
	nl_close(nl);
	return rc;
}

static int add_veth(struct nl *nl)
{
	struct nl_veth veth = {.name = "a", .peer = "b", .netns_fd = -1, .peer_netns_fd = -1};

	return nl_link_add_veth(nl, &veth);
}

int kernel_try_veth(void)
{
	return with_handle(add_veth);
}

static int add_bridge(struct nl *nl)
{
	return nl_link_add_bridge(nl, "br");
}

int kernel_try_bridge(void)
{
	return with_handle(add_bridge);
}

static int add_tbf(struct nl *nl)
{
	return nl_qdisc_tbf(nl, LO, 1000000, 65536, 262144);
}

int kernel_try_tbf(void)
{
	return with_handle(add_tbf);
}

static int add_netem(struct nl *nl)
{
	struct nl_netem netem = {.delay_us = 1000};

	return nl_qdisc_netem(nl, LO, &netem);
}

int kernel_try_netem(void)
{
	return with_handle(add_netem);
}

static int add_clsact(struct nl *nl)
{
	return nl_clsact_add(nl, LO);
}

int kernel_try_clsact(void)
{
	return with_handle(add_clsact);
}

static int add_rule(struct nl *nl)
{
	struct nl_rule rule = {
		.src = {htonl(0x0a3c0102)}, .src_len = 32, .table = 101, .priority = 101};

	return nl_rule_add(nl, &rule);
}

int kernel_try_policy(void)
{
	return with_handle(add_rule);
}
