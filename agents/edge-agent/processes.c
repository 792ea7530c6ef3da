// SPDX-License-Identifier: Apache-2.0
/* All processes of an edge, from the agent's beginning to its end: process.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agents/edge-agent/process.h"
#include "agents/edge-agent/process_step.h"
#include "lib/log.h"

enum { PATH_SIZE = STEP_PATH_SIZE + 32 };

struct edge_process *processes_find(const struct processes *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->process[i]->app.name, name))
			return all->process[i];
	return NULL;
}

static bool is_anothers(const struct processes *all, const struct edge_process *p)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct process_app *other = &all->process[i]->app;

		if (!strcmp(other->name, p->app.name) || other->number == p->app.number ||
		    other->address.s_addr == p->app.address.s_addr)
			return true;
	}
	return false;
}

int processes_add(struct processes *all, struct edge_process *p)
{
	int rc;

	if (all->count == PROCESSES_MAX || is_anothers(all, p)) {
		process_free(p);
		return all->count == PROCESSES_MAX ? -ENOSPC : -EEXIST;
	}
	p->all = all;
	rc = mkdir(all->config.node.directory, 0700) && errno != EEXIST ? -errno : process_init(p);
	if (!rc)
		all->process[all->count++] = p;
	return rc; /* on failure the agent doesn't start, and its loop still knows the timers */
}

/* ---- is CRIU sound here? Asked before anybody waits; its answer stands in criu.json ---- */

static void on_warm(struct child *child, int status, void *user)
{
	const struct processes *all = user;

	log_info("process", "what=\"CRIU was tried\" directory=%s/criu.json",
		 all->config.node.directory);
}

static void warm_up(struct processes *all)
{
	char directory[PATH_SIZE], name[] = "process-step", option[] = "--criu";
	char *argv[] = {name, option, all->config.node.directory, NULL};
	const struct child_command command = {
		.program = all->config.program, .argv = argv, .directory = "/"};
	int rc;

	snprintf(directory, sizeof(directory), "%s/.warm", all->config.node.directory);
	rc = mkdir(directory, 0700) && errno != EEXIST ? -errno : 0;
	if (!rc)
		rc = child_init(&all->warm, all->config.loop, "criu", directory, on_warm, all);
	all->warming = !rc;
	if (!rc && child_adopt(&all->warm))
		rc = child_start(&all->warm, &command);
	if (rc)
		log_warn("process", "what=\"CRIU is not tried yet\" error=\"%s\"", strerror(-rc));
}

/* ---- beginning and end ---- */

void processes_begin(struct processes *all)
{
	if (all->count)
		warm_up(all);
	for (size_t i = 0; i < all->count; i++) {
		struct edge_process *p = all->process[i];

		journal_load(p);
		process_resume(p);
		for (size_t h = 0; h < p->helper_count; h++)
			process_helper_begin(&p->helper[h]);
	}
}

static void on_warm_closed(struct child *child)
{
}

void processes_close(struct processes *all)
{
	for (size_t i = 0; i < all->count; i++)
		process_close(all->process[i]);
	all->count = 0;
	if (all->warming)
		child_close(&all->warm, on_warm_closed);
	all->warming = false;
}
