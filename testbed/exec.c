// SPDX-License-Identifier: Apache-2.0
/* baton exec: a command in a node, over one of its PDU sessions when asked. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/netlink/netlink.h"
#include "testbed/cgroup.h"
#include "testbed/enter.h"

struct request {
	const char *node;
	unsigned session; /* 0: none */
	char *const *argv;
};

static int usage(void)
{
	complain("usage: baton exec NODE [--pdu N] -- CMD...");
	return BATON_USAGE;
}

static int read_session(const char *text, unsigned *ret_session)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || value < 1 || value > TOPO_SESSIONS_MAX) {
		complain("--pdu: expected a PDU session id from 1 to %d, found '%s'",
			 TOPO_SESSIONS_MAX, text);
		return BATON_USAGE;
	}
	*ret_session = (unsigned)value;
	return BATON_OK;
}

/* NODE may stand before or after --pdu; the command begins at "--" or at the next word. */
static int read_request(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {{"pdu", required_argument, NULL, 'p'}, {0}};
	int c, rc = BATON_OK;

	for (int round = 0; round < 2; round++) {
		while (rc == BATON_OK && (c = getopt_long(argc, argv, "+", options, NULL)) != -1)
			rc = c == 'p' ? read_session(optarg, &request->session) : BATON_USAGE;
		if (rc != BATON_OK)
			return rc;
		if (!round && optind < argc && strcmp(argv[optind - 1], "--") != 0)
			request->node = argv[optind++];
	}
	if (!request->node || optind >= argc)
		return usage();
	request->argv = argv + optind;
	return BATON_OK;
}

/* The interface of a PDU session, as the node counts it */
static int session_ifindex(const struct run *run, size_t node, unsigned session,
			   unsigned *ret_ifindex)
{
	int netns = run_netns_open(run, node), rc;
	char name[16];
	struct nl *nl;

	if (netns < 0)
		return netns;
	snprintf(name, sizeof(name), "pdu%u", session);
	rc = nl_open_netns(netns, &nl);
	close(netns);
	if (rc)
		return rc;
	rc = nl_link_index(nl, name, ret_ifindex);
	nl_close(nl);
	return rc;
}

static int bind_session(const struct run *run, size_t node, unsigned session, char *cgroup)
{
	unsigned ifindex;
	int rc = session_ifindex(run, node, session, &ifindex);

	if (rc) {
		complain("node %s has no PDU session %u", run->node[node].name, session);
		return BATON_FAILED;
	}
	rc = cgroup_make(run->name, getpid(), cgroup);
	if (rc == -ENOENT) {
		complain("--pdu needs cgroup2, which is mounted nowhere on this machine");
		return BATON_KERNEL;
	}
	if (!rc) {
		rc = enter_bind_device(cgroup, ifindex);
		if (rc)
			rmdir(cgroup);
	}
	if (rc) {
		cgroup[0] = '\0';
		complain("--pdu %u: %s", session, strerror(-rc));
		return BATON_FAILED;
	}
	return BATON_OK;
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int await_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return BATON_FAILED;
	return exit_status(status);
}

/*
 * Until the program ends: what the terminal sends reaches it by itself, as it is in our process
 * group; what is sent to us alone is passed on.
 */
static int attend(pid_t pid, int signals)
{
	struct signalfd_siginfo info;
	int status;

	for (;;) {
		ssize_t got = read(signals, &info, sizeof(info));

		if (got < 0 && errno == EINTR)
			continue;
		if (got != sizeof(info)) /* no signals can be passed on: only wait */
			return await_end(pid);
		if (info.ssi_signo != SIGCHLD) {
			if (info.ssi_code <= 0)
				kill(pid, (int)info.ssi_signo);
			continue;
		}
		if (waitpid(pid, &status, WNOHANG) == pid)
			return exit_status(status);
	}
}

/* Before the program is started: its end must not come before it is looked for. */
static int take_signals(void)
{
	static const int watched[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		sigaddset(&set, watched[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int run_in(const struct run *run, size_t node, const struct request *request)
{
	char cgroup[PATH_MAX] = "";
	int rc = BATON_OK, signals;
	pid_t pid;

	if (request->session)
		rc = bind_session(run, node, request->session, cgroup);
	if (rc)
		return rc;
	signals = take_signals();
	if (signals < 0) {
		complain("signals: %s", strerror(errno));
		if (cgroup[0])
			rmdir(cgroup);
		return BATON_FAILED;
	}
	rc = enter_spawn(run, node, cgroup[0] ? cgroup : NULL, request->argv, &pid);
	if (rc) {
		complain("node %s can't be entered: %s", run->node[node].name, strerror(-rc));
		rc = BATON_FAILED;
	} else {
		rc = attend(pid, signals);
	}
	close(signals);
	if (cgroup[0])
		rmdir(cgroup);
	return rc;
}

/* Baton's own programs (service-client, say) are found in a node, after everybody else's. */
static int add_programs(const struct baton_context *ctx)
{
	const char *given = getenv("PATH");
	char *libexec = realpath(ctx->libexec, NULL), *path = NULL;
	int rc = 0;

	if (!libexec)
		return 0;
	if (asprintf(&path, "%s:%s", given && *given ? given : "/usr/bin:/bin", libexec) < 0 ||
	    setenv("PATH", path, 1))
		rc = -ENOMEM;
	else
		free(path);
	free(libexec);
	return rc;
}

int exec_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct request request = {0};
	struct run run;
	int rc = read_request(argc, argv, &request), node;

	if (rc != BATON_OK)
		return rc;
	if (add_programs(ctx))
		return BATON_FAILED;
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	node = run_find_node(&run, request.node);
	rc = node < 0 ? BATON_FAILED : run_in(&run, (size_t)node, &request);
	run_done(&run);
	return rc;
}
