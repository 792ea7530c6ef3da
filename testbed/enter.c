// SPDX-License-Identifier: Apache-2.0
/*
 * Entering a node. A helper process enters the namespaces and clones the program as its sibling. So
 * the program is our own child, with its exit status, and nobody but it is left in the node.
 */
#include "testbed/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"

static void run_program(char *const *argv, const char *cwd) __attribute__((noreturn));
static void run_program(char *const *argv, const char *cwd)
{
	sigset_t none;
	int error;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir(cwd) && chdir("/"))
		_exit(126);
	execvp(argv[0], argv);
	error = errno;
	dprintf(STDERR_FILENO, "baton: %s: %s\n", argv[0], strerror(error));
	_exit(error == ENOENT ? 127 : 126);
}

/* In the helper: enter, then clone the program as the caller's child. */
static int enter_and_clone(int pidfd, const char *cgroup, char *const *argv, const char *cwd)
{
	struct clone_args args = {.flags = CLONE_PARENT};
	char procs[PATH_MAX + 16];
	long pid;

	if (cgroup) {
		snprintf(procs, sizeof(procs), "%s/cgroup.procs", cgroup);
		if (file_write(procs, "0"))
			return -errno;
	}
	if (setns(pidfd, CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID))
		return -errno;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		run_program(argv, cwd);
	return pid < 0 ? -errno : (int)pid;
}

static int open_init(const struct run *run, size_t node)
{
	const struct process *init = &run->node[node].init;
	int fd;

	if (!run_is_of_this_boot(run) || !process_alive(init))
		return -ESRCH;
	fd = (int)syscall(SYS_pidfd_open, init->pid, 0);
	return fd < 0 ? -errno : fd;
}

int enter_spawn(const struct run *run, size_t node, const char *cgroup, char *const *argv,
		pid_t *ret_pid)
{
	char cwd[PATH_MAX];
	int pair[2], pid = -EIO, pidfd = open_init(run, node);
	pid_t helper;

	if (pidfd < 0)
		return pidfd;
	if (!getcwd(cwd, sizeof(cwd)))
		strcpy(cwd, "/");
	if (pipe2(pair, O_CLOEXEC)) {
		close(pidfd);
		return -errno;
	}
	helper = fork();
	if (!helper) {
		pid = enter_and_clone(pidfd, cgroup, argv, cwd);
		_exit(write(pair[1], &pid, sizeof(pid)) != sizeof(pid));
	}
	close(pair[1]);
	close(pidfd);
	if (helper < 0 || read(pair[0], &pid, sizeof(pid)) != sizeof(pid))
		pid = -EIO;
	close(pair[0]);
	while (helper > 0 && waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return pid;
	*ret_pid = pid;
	return 0;
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* ctx->bound_dev_if = ifindex; return 1 */
static int load_binder(unsigned ifindex)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = (int)ifindex},
		{.code = BPF_STX | BPF_MEM | BPF_W,
		 .dst_reg = 1,
		 .src_reg = 2,
		 .off = offsetof(struct bpf_sock, bound_dev_if)},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_SOCK;
	attr.expected_attach_type = BPF_CGROUP_INET_SOCK_CREATE;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.insns = (uintptr_t)insns;
	attr.license = (uintptr_t) "Apache-2.0";
	fd = bpf(BPF_PROG_LOAD, &attr);
	return fd < 0 ? -errno : (int)fd;
}

int enter_bind_device(const char *cgroup, unsigned ifindex)
{
	int group = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC), program, rc = 0;
	union bpf_attr attr;

	if (group < 0)
		return -errno;
	program = load_binder(ifindex);
	if (program < 0) {
		close(group);
		return program;
	}
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (unsigned)group;
	attr.attach_bpf_fd = (unsigned)program;
	attr.attach_type = BPF_CGROUP_INET_SOCK_CREATE;
	if (bpf(BPF_PROG_ATTACH, &attr))
		rc = -errno;
	close(program);
	close(group);
	return rc;
}
