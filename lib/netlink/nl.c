// SPDX-License-Identifier: Apache-2.0
/* A netlink handle: opened in a namespace, where it stays, and the batch that can be open on it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/netlink/request.h"

/* What makes answers short and telling; an old kernel without them works too. */
static void set_options(struct mnl_socket *sock)
{
	int on = 1;

	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
}

int nl_open_family(int family, struct nl **ret_nl)
{
	struct nl *nl = malloc(sizeof(*nl));

	if (!nl)
		return -ENOMEM;
	memset(nl, 0, offsetof(struct nl, tolerated));
	nl->sock = mnl_socket_open2(family, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID)) {
		int error = -errno;

		nl_close(nl);
		return error;
	}
	set_options(nl->sock);
	*ret_nl = nl;
	return 0;
}

int nl_open(struct nl **ret_nl)
{
	return nl_open_family(NETLINK_ROUTE, ret_nl);
}

int nl_open_netns(int netns_fd, struct nl **ret_nl)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int error;

	if (home < 0)
		return -errno;
	if (setns(netns_fd, CLONE_NEWNET)) {
		error = -errno;
		close(home);
		return error;
	}
	error = nl_open(ret_nl);
	/* A caller left in a foreign namespace would change the wrong machine: worse than no
	 * caller. */
	if (setns(home, CLONE_NEWNET))
		abort();
	close(home);
	return error;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		mnl_socket_close(nl->sock);
	free(nl);
}

const char *nl_error_text(const struct nl *nl)
{
	return nl->error;
}

void nl_batch_begin(struct nl *nl)
{
	nl->batching = true;
	nl->batch_error = 0;
	nl->batch_sent = nl->batch_failed = 0;
	nl->error[0] = 0;
}

int nl_batch_end(struct nl *nl, size_t *ret_index)
{
	int error = nl_flush(nl);

	if (nl->batch_error)
		error = nl->batch_error;
	if (error && ret_index)
		*ret_index = nl->batch_failed;
	nl->batching = false;
	return error;
}
