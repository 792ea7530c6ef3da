// SPDX-License-Identifier: Apache-2.0
/*
 * The steps of `up`. What each makes is in the record before it is made: names at first, then
 * processes and inodes as soon as they are known. Between spawn and commit the inits end with us,
 * so a kill -9 leaves no process.
 */
#include "testbed/up.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "testbed/app.h"
#include "testbed/control.h"
#include "testbed/init.h"
#include "testbed/lean_fork.h"
#include "testbed/links.h"
#include "testbed/sessions.h"

enum { SESSION_POLL_MS = 5, APP_POLL_MS = 20 };

int64_t up_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int left_ms(const struct up *up)
{
	int64_t left = up->began_ms + up->timeout_ms - up_now_ms();

	return left > 0 ? (int)left : 0;
}

bool up_interrupted(struct up *up)
{
	struct pollfd pfd = {.fd = up->signals, .events = POLLIN};

	return poll(&pfd, 1, 0) == 1;
}

static int failed(const char *what, int rc)
{
	complain("%s: %s", what, strerror(-rc));
	return BATON_FAILED;
}

/* Pins of all nodes live in one bpffs, each node's in a directory of its own. */
static int mount_bpffs(struct up *up)
{
	char path[RUN_PATH_MAX];

	run_path(&up->run, path, "bpf");
	if (mount("bpf", path, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return -errno;
	for (unsigned i = 0; i < up->t->node_count; i++) {
		run_path(&up->run, path, "bpf/%s", up->t->node[i].name);
		if (mkdir(path, 0700))
			return -errno;
	}
	return 0;
}

int up_make_files(struct up *up)
{
	int rc = config_write_all(&up->plan);

	if (rc)
		return failed(up->run.dir, rc);
	rc = mount_bpffs(up);
	return rc ? failed("bpffs", rc) : BATON_OK;
}

static int open_netns(struct up *up, unsigned node)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", up->run.node[node].init.pid);
	up->netns[node] = open(path, O_RDONLY | O_CLOEXEC);
	if (up->netns[node] < 0 || fstat(up->netns[node], &st))
		return -errno;
	up->run.node[node].netns = st.st_ino;
	return 0;
}

static int spawn_one(struct up *up, unsigned node)
{
	struct process *init = &up->run.node[node].init;
	int rc = init_spawn(&up->plan, node, &init->pid, &up->init[node]);

	if (rc)
		return rc;
	init->start = process_start_time(init->pid);
	return open_netns(up, node);
}

/*
 * The files that namespaces are bound over are one file with a name for each: what counts is the
 * name, and on a /run on disk new files are dear.
 */
static int make_bind_point(struct up *up, unsigned node, const char *path)
{
	char first[RUN_PATH_MAX];
	int fd;

	snprintf(first, sizeof(first), NETNS_ROOT "/%s.%s", up->run.name, up->run.node[0].name);
	if (node && !link(first, path))
		return 0;
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int bind_one(struct up *up, unsigned node)
{
	char path[RUN_PATH_MAX], from[64];

	snprintf(path, sizeof(path), NETNS_ROOT "/%s.%s", up->run.name, up->run.node[node].name);
	snprintf(from, sizeof(from), "/proc/self/fd/%d", up->netns[node]);
	return mount(from, path, "none", MS_BIND, NULL) ? -errno : 0;
}

/* What an init says that isn't the word that is waited for: an error, or its end */
static int refuse(struct up *up, unsigned node, const struct init_message *message)
{
	const char *name = plan_node_name(&up->plan, node);

	if (message && message->word == INIT_ERROR)
		complain("node %s: %s", name, message->text);
	else
		complain("node %s: its init ended", name);
	if (message)
		control_print_unready(&up->run);
	return BATON_FAILED;
}

static int hear(struct up *up, unsigned node, enum init_word word, bool *said)
{
	struct init_message message;

	if (init_receive(up->init[node], &message))
		return refuse(up, node, NULL);
	if (message.word != (char)word)
		return refuse(up, node, &message);
	*said = true;
	return BATON_OK;
}

static int time_is_up(struct up *up, const bool *said)
{
	complain("not everything was ready after %u ms:", up->timeout_ms);
	for (unsigned i = 0; i < up->run.node_count; i++)
		if (!said[i])
			fprintf(stderr, "  node %s\n", plan_node_name(&up->plan, i));
	control_print_unready(&up->run);
	return BATON_FAILED;
}

/* One round of poll: who has not said it yet is listened to, and signals. */
static int hear_all(struct up *up, enum init_word word, bool *said, struct pollfd *pfd)
{
	size_t count = up->run.node_count;
	int rc = BATON_OK;

	for (unsigned i = 0; i < count; i++)
		pfd[i] = (struct pollfd){.fd = said[i] ? -1 : up->init[i], .events = POLLIN};
	pfd[count] = (struct pollfd){.fd = up->signals, .events = POLLIN};
	if (poll(pfd, count + 1, left_ms(up)) == 0)
		return time_is_up(up, said);
	if (pfd[count].revents)
		return BATON_INTERRUPTED;
	for (unsigned i = 0; rc == BATON_OK && i < count; i++)
		if (pfd[i].revents)
			rc = hear(up, i, word, &said[i]);
	return rc;
}

static bool all_said(const bool *said, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!said[i])
			return false;
	return true;
}

static int await_all(struct up *up, enum init_word word)
{
	size_t count = up->run.node_count;
	struct pollfd *pfd = calloc(count + 1, sizeof(*pfd));
	bool *said = calloc(count, sizeof(*said));
	int rc = pfd && said ? BATON_OK : BATON_FAILED;

	for (unsigned i = 0; rc == BATON_OK && i < count; i++)
		said[i] = up_is_kept(up, i);
	while (rc == BATON_OK && !all_said(said, count))
		rc = hear_all(up, word, said, pfd);
	free(pfd);
	free(said);
	return rc;
}

static int tell_all(struct up *up, enum init_word word)
{
	for (unsigned i = 0; i < up->run.node_count; i++)
		if (!up_is_kept(up, i) && init_send(up->init[i], word, NULL))
			return refuse(up, i, NULL);
	return BATON_OK;
}

/*
 * All nodes' mount namespaces are copied from one that was cut free of the host's once. We are in
 * it while we spawn, and come back: what is mounted later is the host's.
 */
static int spawn_all(struct up *up)
{
	unsigned fabric = (unsigned)up->run.node_count - 1; /* the last */
	int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), rc = 0;
	struct node_error err;

	if (home < 0 || unshare(CLONE_NEWNS)) {
		rc = -errno;
		if (home >= 0)
			close(home);
		return rc;
	}
	if (node_mounts_template(&up->plan, &err)) {
		complain("%s", err.text);
		rc = -EIO;
	}
	lean_fork_begin();
	if (!rc && !up_is_kept(up, fabric))
		rc = spawn_one(up, fabric);
	node_mounts_without_namespaces();
	for (unsigned i = 0; !rc && i < fabric; i++)
		if (!up_is_kept(up, i))
			rc = spawn_one(up, i);
	lean_fork_end();
	if (setns(home, CLONE_NEWNS) && !rc)
		rc = -errno;
	close(home);
	return rc;
}

int up_spawn(struct up *up)
{
	char cwd[PATH_MAX];
	int rc;

	if (!getcwd(cwd, sizeof(cwd)))
		cwd[0] = '\0';
	rc = spawn_all(up);
	if (cwd[0] && chdir(cwd)) /* gone meanwhile: nothing below needs it */
		cwd[0] = '\0';
	/* what was spawned is recorded, even when the next was not */
	if (run_save(&up->run) || rc)
		return failed("making namespaces", rc ? rc : -EIO);
	return await_all(up, INIT_PREPARED);
}

/* After the nodes cut themselves off from /run/netns: each mount is made once, not once a node. */
int up_bind(struct up *up)
{
	int rc = 0;

	for (unsigned i = 0; !rc && i < up->run.node_count; i++) {
		char path[RUN_PATH_MAX];

		if (up_is_kept(up, i))
			continue;
		snprintf(path, sizeof(path), NETNS_ROOT "/%s.%s", up->run.name,
			 up->run.node[i].name);
		rc = make_bind_point(up, i, path);
	}
	for (unsigned i = 0; !rc && i < up->run.node_count; i++)
		if (!up_is_kept(up, i))
			rc = bind_one(up, i);
	return rc ? failed(NETNS_ROOT, rc) : BATON_OK;
}

int up_configure(struct up *up)
{
	int rc = tell_all(up, INIT_LINKED);

	return rc ? rc : await_all(up, INIT_CONFIGURED);
}

int up_link(struct up *up)
{
	struct node_error err;
	int rc = up_bind(up);

	if (rc)
		return rc;
	rc = links_make(&up->plan, up->netns, &err);
	if (rc) {
		complain("%s", err.text);
		return BATON_FAILED;
	}
	return up_configure(up);
}

int up_start(struct up *up)
{
	int rc = tell_all(up, INIT_START);

	return rc ? rc : await_all(up, INIT_READY);
}

static void pause_ms(struct up *up, int ms)
{
	struct pollfd pfd = {.fd = up->signals, .events = POLLIN};

	poll(&pfd, 1, ms);
}

/* One after the other, as they come: to ask hundreds of UEs again and again would keep them from
 * it. */
static int await_each(struct up *up, enum session_which which)
{
	unsigned place = 0;

	for (;;) {
		place = sessions_missing_from(up->t, &up->run, which, place);
		if (sessions_all_there(up->t, place) || up->no_wait || !left_ms(up))
			return BATON_OK;
		if (up_interrupted(up))
			return BATON_INTERRUPTED;
		pause_ms(up, SESSION_POLL_MS);
	}
}

int up_await_sessions(struct up *up)
{
	/* what migrations have moved since is no difference */
	enum session_which which = up->running ? SESSIONS_MEANT : SESSIONS_CONFIGURED;
	struct session_count count;

	for (;;) {
		int rc = await_each(up, which);

		if (rc != BATON_OK)
			return rc;
		sessions_count(up->t, &up->run, which, &count);
		up->active = count.active;
		up->wanted = count.wanted;
		if (sessions_complete(&count) || up->no_wait)
			return BATON_OK;
		if (!left_ms(up))
			break;
	}
	complain("%zu of %zu PDU sessions are active after %u ms; %s", count.active, count.wanted,
		 up->timeout_ms, count.missing);
	control_print_unready(&up->run);
	return BATON_FAILED;
}

int up_await_apps(struct up *up)
{
	char missing[APP_MISSING_SIZE] = "";

	if (up->no_wait || up->running)
		return BATON_OK;
	for (;;) {
		enum app_progress progress = app_look(&up->run, up->t, missing);

		if (progress == APP_READY)
			progress = process_look(&up->run, up->t, missing);
		if (progress == APP_READY)
			return BATON_OK;
		if (up_interrupted(up))
			return BATON_INTERRUPTED;
		if (progress == APP_FAILED) {
			complain("%s", missing);
			return BATON_FAILED;
		}
		if (!left_ms(up))
			break;
		pause_ms(up, APP_POLL_MS);
	}
	complain("not everything was there after %u ms: %s", up->timeout_ms, missing);
	return BATON_FAILED;
}

int up_commit(struct up *up, enum run_phase phase)
{
	/* in this order: a record that says "up" must not be that of inits that end with us */
	int rc = tell_all(up, INIT_COMMIT);

	up->run.phase = phase;
	if (rc == BATON_OK && run_save(&up->run))
		rc = failed("state.json", -EIO);
	return rc;
}
