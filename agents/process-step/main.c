// SPDX-License-Identifier: Apache-2.0
/*
 * process-step: one step of a migration at an edge. The edge agent writes what is asked into a
 * directory and starts this program with it; what comes of it is left there (step.h).
 *
 * Exit status: 0 when the outcome is written, also that of a step that failed; 1 when it couldn't
 * be, STEP_STATUS_DISK when there was no room for it, 2 when called wrongly.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/process-step/soundness.h"
#include "agents/process-step/step.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/version.h"

static const char usage[] =
	"usage: process-step STEP_DIRECTORY\n"
	"       process-step --criu DIRECTORY\n"
	"\n"
	"Runs the step of a migration that STEP_DIRECTORY/request.json asks for, and writes what\n"
	"came of it to STEP_DIRECTORY/outcome.json. The edge agent starts it.\n"
	"\n"
	"  --criu     find out whether CRIU is sound here, unless DIRECTORY/criu.json says so\n"
	"             for this boot already, and print it\n"
	"  --version  print the version and exit\n"
	"  --help     print this and exit\n";

static int run(const char *directory)
{
	struct process_step s;
	int rc = process_step_listen();

	if (rc == 0 && process_step_load(&s, directory) < 0) {
		log_error("step", "directory=%s error=\"%s\"", directory, s.detail);
		process_step_free(&s);
		return 1;
	}
	if (rc == 0) {
		rc = process_step_run(&s, process_step_kinds);
		process_step_free(&s);
	}
	if (rc < 0)
		log_error("step", "directory=%s what=\"no outcome\" error=\"%s\"", directory,
			  strerror(-rc));
	if (rc == -ENOSPC || rc == -EDQUOT)
		return STEP_STATUS_DISK;
	return rc < 0;
}

static int check_criu(const char *directory)
{
	json_t *json;
	int rc = soundness_get(directory, &json);

	if (rc < 0) {
		log_error("step", "directory=%s error=\"%s\"", directory, strerror(-rc));
		return 1;
	}
	json_dumpf(json, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(json);
	return 0;
}

int main(int argc, char **argv)
{
	daemon_open_standard();
	log_open("process-step", LOG_LEVEL_INFO);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("process-step %s (%s)\n", version_string, version_commit);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--criu") == 0)
		return check_criu(argv[2]);
	if (argc != 2 || argv[1][0] == '-') {
		fputs(usage, stderr);
		return 2;
	}
	return run(argv[1]);
}
