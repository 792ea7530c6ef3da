// SPDX-License-Identifier: Apache-2.0
/* baton down: one topology or all of them. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "testbed/teardown.h"

enum { MAKER_TIMEOUT_MS = 20000 };

/* A topology that is being made is its maker's to roll back; --force ends the maker, as `up` was
 * killed otherwise. */
static int end_maker(const struct run *run, bool force)
{
	if (!run_has_maker(run) || run->phase == RUN_ENDING)
		return 0; /* who ends it has the lock, and is waited for */
	if (!force) {
		complain("'%s' is being %s by process %d: end that%s, or use --force", run->name,
			 run->phase == RUN_MAKING ? "brought up" : "changed", run->maker.pid,
			 run->phase == RUN_MAKING ? " (it rolls back)" : "");
		return -EBUSY;
	}
	process_signal(&run->maker, SIGKILL);
	return process_await_end(&run->maker, MAKER_TIMEOUT_MS);
}

static int end_foreign(const struct run *run, bool force)
{
	struct foreign list[FOREIGN_MAX];
	int count = run_is_of_this_boot(run) ? foreign_find(run, list) : 0;

	if (count <= 0)
		return count;
	if (force) {
		foreign_end(list, count);
		return 0;
	}
	complain("'%s' is left up: processes that aren't Baton's are in its namespaces; end them, "
		 "or "
		 "use --force:",
		 run->name);
	for (int i = 0; i < count; i++)
		fprintf(stderr, "  node %s, process %d: %s\n", list[i].node, list[i].process.pid,
			list[i].command);
	return -EBUSY;
}

static int remove_run(const struct run *run, bool force)
{
	struct run ending = *run; /* shares the nodes */
	int rc = end_foreign(run, force);

	if (rc)
		return rc;
	/* so that who comes after a kill knows; a record that can't be written is on its way out */
	ending.phase = RUN_ENDING;
	ending.maker.pid = getpid();
	ending.maker.start = process_start_time(ending.maker.pid);
	if (run_is_of_this_boot(run))
		(void)run_save(&ending);
	return teardown(run);
}

/* Its directory is damaged, or was removed by somebody. Return: 0, negative errno, or 1: there is
 * nothing of that name */
static int remove_without_record(const char *name, bool damaged, bool force)
{
	struct run run;
	int rc = run_recover(name, &run);

	if (rc)
		return rc;
	rc = damaged || run.node_count ? remove_run(&run, force) : 1;
	run_done(&run);
	return rc;
}

/* Under the lock. Return: as remove_without_record */
static int remove_named(const char *name, bool was_there, bool force)
{
	struct run run;
	int rc = run_load(name, &run);

	if (rc == -ENOENT && was_there)
		return 0; /* rolled back by its maker */
	if (rc == -ENOENT || rc == -EBADMSG)
		return remove_without_record(name, rc == -EBADMSG, force);
	if (rc)
		return rc;
	rc = remove_run(&run, force);
	run_done(&run);
	return rc;
}

static int take_down(const char *name, bool force)
{
	bool valid = run_name_is_valid(name), was_there;
	int lock, rc = 1;
	struct run run;

	was_there = valid && !run_load(name, &run);
	if (was_there) {
		rc = end_maker(&run, force);
		run_done(&run);
		if (rc)
			return BATON_FAILED;
	}
	if (valid) {
		lock = run_lock();
		if (lock < 0) {
			complain(RUN_ROOT ": %s", strerror(-lock));
			return BATON_FAILED;
		}
		rc = remove_named(name, was_there, force);
		close(lock);
	}
	if (rc == 1) {
		complain("no topology '%s' is up", name);
		return BATON_NOT_UP;
	}
	return rc ? BATON_FAILED : BATON_OK;
}

static int take_all_down(bool force)
{
	char **names;
	size_t count;
	int rc = run_list(&names, &count), worst = BATON_OK;

	if (rc) {
		complain(RUN_ROOT ": %s", strerror(-rc));
		return BATON_FAILED;
	}
	if (!count) {
		complain("no topology is up");
		worst = BATON_NOT_UP;
	}
	for (size_t i = 0; i < count; i++) {
		int one = take_down(names[i], force);

		if (one)
			worst = one;
	}
	run_list_free(names, count);
	return worst;
}

static int take_selected_down(const struct baton_context *ctx, const char *name, bool force)
{
	struct run run;
	int rc;

	if (!name)
		name = ctx->name;
	if (name)
		return take_down(name, force);
	rc = run_select(ctx, NULL, &run);
	if (rc)
		return rc;
	rc = take_down(run.name, force);
	run_done(&run);
	return rc;
}

int down_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{"force", no_argument, NULL, 'f'}, {"all", no_argument, NULL, 'a'}, {0}};
	bool force = false, all = false;
	int c;

	while ((c = getopt_long(argc, argv, "fa", options, NULL)) != -1) {
		if (c == 'f')
			force = true;
		else if (c == 'a')
			all = true;
		else
			return BATON_USAGE;
	}
	if (argc - optind > 1 || (all && argc > optind)) {
		complain("usage: baton down [NAME] [--force] [--all]");
		return BATON_USAGE;
	}
	if (geteuid() != 0) {
		complain("down needs root");
		return BATON_NOT_ROOT;
	}
	return all ? take_all_down(force) : take_selected_down(ctx, argv[optind], force);
}
