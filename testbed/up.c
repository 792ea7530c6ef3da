// SPDX-License-Identifier: Apache-2.0
/* baton up: read, check, make, wait; and take everything down again when one of it fails. */
#include "testbed/reconcile.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testbed/link_client.h"
#include "testbed/links.h"
#include "testbed/netns_root.h"
#include "testbed/teardown.h"

enum {
	TIMEOUT_DEFAULT_MS = 20000,
	DESCRIPTORS_OWN = 64, /* what up itself opens, at most */
};

static int complain_up(const struct run *run)
{
	const char *name = run->name;

	if (run_has_maker(run))
		complain("'%s' is in the hands of another baton, process %d (it is %s)", name,
			 run->maker.pid, run_state(run));
	else if (run->phase == RUN_FAILED)
		complain("'%s' was left half made by --keep, or has lost its record; `baton down "
			 "%s` "
			 "first",
			 name, name);
	else
		complain("'%s' is already up", name);
	return BATON_ALREADY_UP;
}

/* All links between more than two nodes hang on it. */
static bool fabric_is_alive(const struct run *run)
{
	for (size_t i = 0; i < run->node_count; i++)
		if (!strcmp(run->node[i].name, RUN_FABRIC))
			return process_alive(&run->node[i].init);
	return false;
}

/* One that was brought up whole, whatever became of it since, and not half taken down */
static bool can_be_changed(const struct run *run)
{
	return (run->phase == RUN_UP || run->phase == RUN_CHANGING) && run_is_of_this_boot(run) &&
	       fabric_is_alive(run);
}

/* What a dead one left. */
static int remove_old(struct up *up)
{
	struct foreign list[FOREIGN_MAX];
	const char *name = up->old.name;

	if (run_is_of_this_boot(&up->old) && foreign_find(&up->old, list) > 0) {
		complain("'%s' was left half down with processes in it; run `baton down %s`", name,
			 name);
		return BATON_ALREADY_UP;
	}
	if (up->dry_run)
		return BATON_OK;
	return teardown(&up->old) ? BATON_FAILED : BATON_OK;
}

/* A record of the same name: a topology that is up, or what a dead one left. */
static int look_at_old(struct up *up)
{
	const char *name = up->run.name;
	int rc = run_load(name, &up->old);

	if (rc == -ENOENT)
		return BATON_OK;
	if (rc)
		rc = run_recover(name, &up->old);
	if (rc) {
		complain("what there is of '%s': %s", name, strerror(-rc));
		return BATON_FAILED;
	}
	if (run_has_maker(&up->old) || (run_is_alive(&up->old) && up->old.phase == RUN_FAILED))
		return complain_up(&up->old);
	if (!can_be_changed(&up->old))
		return remove_old(up);
	up->running = true;
	return up->only_new ? complain_up(&up->old) : BATON_OK;
}

/* Afterwards every file of these names is ours. */
static int check_names(const struct up *up)
{
	int rc = netns_root_make();

	if (rc) {
		complain(NETNS_ROOT ": %s", strerror(-rc));
		return BATON_FAILED;
	}
	for (size_t i = 0; i < up->run.node_count; i++) {
		char path[RUN_PATH_MAX];

		snprintf(path, sizeof(path), NETNS_ROOT "/%s.%s", up->run.name,
			 up->run.node[i].name);
		if (!access(path, F_OK)) {
			complain("%s is there and isn't Baton's", path);
			return BATON_FAILED;
		}
	}
	return BATON_OK;
}

/* Under the lock: from here on the name and the management prefix are ours. */
static int claim(struct up *up)
{
	struct node_error err;
	int rc = check_names(up);

	if (rc)
		return rc;
	if (management_choose(&up->plan, &err)) {
		complain("%s", err.text);
		return BATON_FAILED;
	}
	if (mkdir(up->run.dir, 0700)) {
		complain("%s: %s", up->run.dir, strerror(errno));
		return BATON_FAILED;
	}
	rc = run_save(&up->run);
	if (!rc)
		return BATON_OK;
	complain("%s: %s", up->run.dir, strerror(-rc));
	rmdir(up->run.dir);
	return BATON_FAILED;
}

void up_unlock(struct up *up)
{
	if (up->lock >= 0)
		close(up->lock);
	up->lock = -1;
}

static int lock(struct up *up)
{
	up->lock = run_lock();
	if (up->lock >= 0)
		return BATON_OK;
	complain(RUN_ROOT ": %s", strerror(-up->lock));
	return BATON_FAILED;
}

static void roll_back(struct up *up)
{
	/* without the lock nobody else may be at it: they find us as its maker */
	up->lock = run_lock();
	teardown(&up->run);
	up_unlock(up);
}

/* Their time counts from when all else is there. */
static void start_changes(struct up *up)
{
	struct link_client_error err = {""};
	char socket[RUN_PATH_MAX];

	if (!up->t->change_count)
		return;
	link_client_socket(&up->run, socket);
	if (link_client_start(socket, &err))
		complain("the changes of links don't begin: %s", err.text);
}

static int make(struct up *up)
{
	static int (*const steps[])(struct up *) = {up_make_files, up_spawn, up_link, up_start,
						    up_await_sessions, up_await_apps};
	int rc = BATON_OK;

	for (size_t i = 0; rc == BATON_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = up_interrupted(up) ? BATON_INTERRUPTED : steps[i](up);
	if (rc == BATON_OK)
		rc = up_commit(up, RUN_UP);
	if (rc == BATON_OK)
		start_changes(up);
	return rc;
}

static void report(const struct baton_context *ctx, const struct up *up)
{
	double seconds = (double)(up_now_ms() - up->began_ms) / 1000;
	json_t *json;

	if (!ctx->json) {
		printf("%s is up: %zu nodes", up->run.name, up->t->node_count);
		if (up->wanted)
			printf(", %zu of %zu PDU sessions active", up->active, up->wanted);
		printf(", %.2f s\n", seconds);
		return;
	}
	json = json_pack("{s:s, s:i, s:{s:i, s:i}, s:f}", "topology", up->run.name, "nodes",
			 (int)up->t->node_count, "pdu_sessions", "wanted", (int)up->wanted,
			 "active", (int)up->active, "seconds", seconds);
	json_dumpf(json, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(json);
}

/* Signals are taken from a descriptor, between steps and while waiting, so that nothing is left
 * half made. */
static int take_signals(struct up *up, sigset_t *ret_old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, ret_old);
	signal(SIGPIPE, SIG_IGN);
	up->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return up->signals < 0 ? -errno : 0;
}

static int prepare(struct up *up, const struct baton_context *ctx)
{
	size_t count = up->t->node_count + 1;
	int rc = run_init(&up->run, ctx->name ? ctx->name : up->t->name, count);

	up->plan = (struct plan){.ctx = ctx,
				 .t = up->t,
				 .run = &up->run,
				 .managed = up->t->management != TOPO_MANAGEMENT_NONE};
	up->init = malloc(count * sizeof(*up->init));
	up->netns = malloc(count * sizeof(*up->netns));
	if (rc || !up->init || !up->netns)
		return -ENOMEM;
	for (unsigned i = 0; i < count; i++) {
		snprintf(up->run.node[i].name, TOPO_NAME_SIZE, "%s", plan_node_name(&up->plan, i));
		up->init[i] = up->netns[i] = -1;
	}
	return 0;
}

static void release(struct up *up)
{
	for (size_t i = 0; i < up->run.node_count; i++) {
		if (up->init && up->init[i] >= 0)
			close(up->init[i]);
		if (up->netns && up->netns[i] >= 0)
			close(up->netns[i]);
	}
	free(up->init);
	free(up->netns);
	free(up->kept);
	run_done(&up->old);
	run_done(&up->run);
	topology_free(up->t);
	close(up->signals);
}

static void keep(struct up *up)
{
	up_commit(up, RUN_FAILED);
	complain("'%s' is left as it is (--keep); `baton down %s` removes it", up->run.name,
		 up->run.name);
}

static int make_new(struct up *up, const struct baton_context *ctx)
{
	int rc = claim(up);

	up_unlock(up);
	if (rc != BATON_OK)
		return rc;
	rc = make(up);
	if (rc == BATON_OK)
		report(ctx, up);
	else if (rc != BATON_INTERRUPTED && up->keep)
		keep(up);
	else
		roll_back(up);
	if (rc == BATON_INTERRUPTED)
		complain("interrupted; everything was taken down again");
	return rc;
}

/* Everything that would be made is a difference to nothing. */
static int show_new(const struct up *up, const struct baton_context *ctx)
{
	const struct topology nothing = {0};
	struct topology_diff diff;

	if (topology_diff(&nothing, up->t, NULL, &diff))
		return BATON_FAILED;
	reconcile_print(ctx, up->run.name, &diff, false, false);
	topology_diff_free(&diff);
	return BATON_DIFFERENT;
}

/*
 * Of each node two are open at once: the socket to its init and its network namespace. The limit is
 * touched only where it is too low, as inits inherit it.
 */
static int check_descriptors(const struct up *up)
{
	const rlim_t needed = 2 * (rlim_t)(up->t->node_count + 1) + DESCRIPTORS_OWN;
	struct rlimit limit;
	rlim_t was;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed)
		return BATON_OK;
	was = limit.rlim_cur;
	limit.rlim_cur = needed;
	if (limit.rlim_max < needed)
		limit.rlim_max = needed;
	if (!setrlimit(RLIMIT_NOFILE, &limit))
		return BATON_OK;
	complain("%u nodes need %llu open files, but the limit is %llu and can't be raised (%s); "
		 "see `ulimit -n`",
		 (unsigned)up->t->node_count, (unsigned long long)needed, (unsigned long long)was,
		 strerror(errno));
	return BATON_FAILED;
}

static int bring_up(struct up *up, const struct baton_context *ctx)
{
	int rc = up_check_kernel(up->t);

	if (rc == BATON_OK)
		rc = up_check_programs(&up->plan);
	if (rc == BATON_OK && !up->dry_run)
		rc = check_descriptors(up);
	if (rc == BATON_OK) {
		up_choose_backends(&up->plan);
		rc = up->dry_run ? BATON_OK : lock(up);
	}
	if (rc == BATON_OK)
		rc = look_at_old(up);
	if (rc == BATON_OK && up->running)
		rc = reconcile(up);
	else if (rc == BATON_OK)
		rc = up->dry_run ? show_new(up, ctx) : make_new(up, ctx);
	up_unlock(up);
	return rc;
}

static int load(struct up *up)
{
	struct yaml_error err = {""};
	int rc = topology_load(up->file, &up->t, &err);

	if (!rc)
		return BATON_OK;
	if (err.text[0])
		complain("%s", err.text);
	else
		complain("%s: %s", up->file, strerror(-rc));
	return rc == -EINVAL ? BATON_TOPOLOGY : BATON_FAILED;
}

static int read_timeout(struct up *up, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds > 0 && seconds <= 3600)) {
		complain("--timeout: expected seconds above 0 and up to 3600, found '%.40s'", text);
		return BATON_USAGE;
	}
	up->timeout_ms = (unsigned)ceil(seconds * 1000);
	return BATON_OK;
}

static int read_options(struct up *up, int argc, char **argv)
{
	static const struct option options[] = {
		{"no-wait", no_argument, NULL, 'n'},	   {"keep", no_argument, NULL, 'k'},
		{"dry-run", no_argument, NULL, 'd'},	   {"new", no_argument, NULL, 'e'},
		{"timeout", required_argument, NULL, 't'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'n')
			up->no_wait = true;
		else if (c == 'k')
			up->keep = true;
		else if (c == 'd')
			up->dry_run = true;
		else if (c == 'e')
			up->only_new = true;
		else if (c != 't' || read_timeout(up, optarg) != BATON_OK)
			return BATON_USAGE;
	}
	if (argc - optind != 1) {
		complain("usage: baton up FILE [--dry-run] [--new] [--no-wait] [--keep] [--timeout "
			 "SECONDS]");
		return BATON_USAGE;
	}
	up->file = argv[optind];
	return BATON_OK;
}

int up_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct up up = {.timeout_ms = TIMEOUT_DEFAULT_MS,
			.signals = -1,
			.lock = -1,
			.began_ms = up_now_ms()};
	sigset_t old;
	int rc = read_options(&up, argc, argv);

	if (rc == BATON_OK)
		rc = load(&up);
	if (rc != BATON_OK)
		return rc;
	if (geteuid() != 0) {
		complain("up needs root");
		topology_free(up.t);
		return BATON_NOT_ROOT;
	}
	if (prepare(&up, ctx) || take_signals(&up, &old)) {
		complain("%s", strerror(ENOMEM));
		rc = BATON_FAILED;
	} else {
		rc = bring_up(&up, ctx);
	}
	release(&up);
	return rc;
}
