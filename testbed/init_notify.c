// SPDX-License-Identifier: Apache-2.0
/* The receiver's side of sd_notify(3): a datagram socket in the node's part of the run directory,
 * senders told by credentials. */
#include "testbed/init.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static pid_t sender_of(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
			struct ucred cred;

			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
			return cred.pid;
		}
	return 0;
}

static void on_notify(uv_poll_t *handle, int status, int events)
{
	struct init *init = handle->data;
	char text[1024], control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec iov = {text, sizeof(text) - 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	int fd;
	ssize_t got;
	pid_t pid;

	if (uv_fileno((uv_handle_t *)handle, &fd))
		return;
	got = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got <= 0)
		return;
	text[got] = '\0';
	pid = sender_of(&msg);
	for (size_t i = 0; pid && i < init->daemon_count; i++)
		if (init->daemon[i].pid == pid)
			init_daemon_notified(&init->daemon[i], text);
}

int init_notify_open(struct init *init)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char path[RUN_PATH_MAX];
	int fd, on = 1, rc;

	run_path(init->plan->run, path, "nodes/%s/notify.sock",
		 plan_node_name(init->plan, init->node));
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		rc = -errno;
		close(fd);
		return rc;
	}
	init->notify.data = init;
	rc = uv_poll_init(&init->loop, &init->notify, fd);
	return rc ? rc : uv_poll_start(&init->notify, UV_READABLE, on_notify);
}
