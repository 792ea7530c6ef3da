// SPDX-License-Identifier: Apache-2.0
/* How an init comes into being: cloned into new namespaces, cut off from its maker's terminal and
 * descriptors. */
#include "testbed/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int init_send(int fd, enum init_word word, const char *text)
{
	struct init_message message = {.word = (char)word};
	size_t len;

	snprintf(message.text, sizeof(message.text), "%s", text ? text : "");
	len = offsetof(struct init_message, text) + strlen(message.text) + 1;
	return send(fd, &message, len, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int init_receive(int fd, struct init_message *ret_message)
{
	ssize_t got;

	do
		got = recv(fd, ret_message, sizeof(*ret_message), 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (!got)
		return -EPIPE;
	ret_message->text[sizeof(ret_message->text) - 1] = '\0';
	return 0;
}

/*
 * clone3 behind glibc's back, as fork() knows no namespaces. glibc keeps its thread's number in
 * memory, which fork() would renew; the kernel does it here, at the address that it was told at the
 * start of the program.
 */
static pid_t clone_init(void)
{
	struct clone_args args = {
		.flags = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS,
		.exit_signal = SIGCHLD,
	};
	uint64_t tid_address = 0;
	long pid;

	if (!prctl(PR_GET_TID_ADDRESS, &tid_address, 0, 0, 0) && tid_address) {
		args.flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
		args.child_tid = tid_address;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	return pid < 0 ? -errno : (pid_t)pid;
}

static void set_title(const struct plan *plan, unsigned node)
{
	const struct baton_context *ctx = plan->ctx;

	prctl(PR_SET_NAME, "baton-init");
	if (!ctx->title || ctx->title_size < 16)
		return;
	memset(ctx->title, 0, ctx->title_size);
	snprintf(ctx->title, ctx->title_size, "baton-init %s/%s", plan->run->name,
		 plan_node_name(plan, node));
}

/* Nothing of the maker's is kept: a pipe that stayed open would hold up whoever reads from `baton
 * up`. */
static int cut_off(int up_fd)
{
	int null, fd;
	sigset_t none;

	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -errno;
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	fd = fcntl(up_fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	if (fd != 3) {
		if (dup3(fd, 3, O_CLOEXEC) < 0)
			return -errno;
	}
	syscall(SYS_close_range, 4U, ~0U, 0);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	umask(022);
	return chdir("/") ? -errno : 0;
}

/* One step of the dance with `up`: do, tell, await the next word. */
static void tell(int fd, int rc, const struct node_error *err, enum init_word done)
{
	if (rc) {
		init_send(fd, INIT_ERROR, err->text);
		_exit(1);
	}
	if (init_send(fd, done, NULL))
		_exit(1);
}

static void await(int fd, enum init_word word)
{
	struct init_message message;

	if (init_receive(fd, &message) || message.word != (char)word)
		_exit(1);
}

static void live(const struct plan *plan, unsigned node, int fd) __attribute__((noreturn));
static void live(const struct plan *plan, unsigned node, int fd)
{
	struct node_error err = {""};
	int rc = cut_off(fd);

	fd = 3;
	if (rc)
		node_fail(&err, rc, "leaving the terminal");
	set_title(plan, node);
	if (!rc)
		rc = node_mounts(plan, node, &err);
	if (!rc)
		rc = node_settings(plan, node, &err);
	if (!rc)
		rc = node_process_pids(plan, node, &err);
	tell(fd, rc, &err, INIT_PREPARED);
	await(fd, INIT_LINKED);
	rc = node_network(plan, node, &err);
	tell(fd, rc, &err, INIT_CONFIGURED);
	await(fd, INIT_START);
	init_run(plan, node, fd);
}

int init_spawn(const struct plan *plan, unsigned node, pid_t *ret_pid, int *ret_fd)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	pid = clone_init();
	if (!pid) {
		close(pair[0]);
		live(plan, node, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return pid;
	}
	*ret_pid = pid;
	*ret_fd = pair[0];
	return 0;
}
