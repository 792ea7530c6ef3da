// SPDX-License-Identifier: Apache-2.0
/* baton shell: an interactive shell in a node, whose prompt says which; what `exec` does, with a
 * shell. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/run.h"

enum { ARGUMENTS = 9 };

static int usage(void)
{
	complain("usage: baton shell NODE [--pdu N]");
	return BATON_USAGE;
}

/* NODE and --pdu in any order */
static int read_arguments(int argc, char **argv, const char **ret_node, char **ret_session)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--pdu") && i + 1 < argc)
			*ret_session = argv[++i];
		else if (argv[i][0] == '-' || *ret_node)
			return usage();
		else
			*ret_node = argv[i];
	}
	return *ret_node ? BATON_OK : usage();
}

int shell_main(const struct baton_context *ctx, int argc, char **argv)
{
	char *session = NULL, prompt[2 * TOPO_NAME_SIZE + 64];
	const char *node = NULL;
	bool bash = !access("/bin/bash", X_OK);
	char *arguments[ARGUMENTS] = {"exec"};
	int rc = read_arguments(argc, argv, &node, &session), count = 1;
	struct run run;

	if (rc != BATON_OK)
		return rc;
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	/* bash without its start files, which would set a prompt of their own */
	snprintf(prompt, sizeof(prompt), "[%s:%s%s%s] \\w \\$ ", run.name, node,
		 session ? " pdu" : "", session ? session : "");
	setenv("PS1", bash ? prompt : "$ ", 1);
	run_done(&run);
	if (session) {
		arguments[count++] = "--pdu";
		arguments[count++] = session;
	}
	arguments[count++] = (char *)node;
	arguments[count++] = "--";
	arguments[count++] = bash ? "/bin/bash" : "/bin/sh";
	if (bash)
		arguments[count++] = "--norc";
	optind = 0;
	return exec_main(ctx, count, arguments);
}
