// SPDX-License-Identifier: Apache-2.0
/* baton: one table gives dispatch and help. */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/suggest.h"
#include "lib/version.h"
#include "testbed/baton.h"
#include "testbed/experiment/command.h"
#include "testbed/measure/measure.h"
#include "testbed/run.h"
#include "testbed/topology.h"

static int version_main(const struct baton_context *ctx, int argc, char **argv);
static int help_main(const struct baton_context *ctx, int argc, char **argv);

static const struct command {
	const char *name;
	int (*main)(const struct baton_context *ctx, int argc, char **argv);
	const char *arguments, *help;
} commands[] = {
	{"up", up_main, "FILE [--dry-run] [--new] [--no-wait] [--keep] [--timeout S]",
	 "bring a topology up, or change the one that is up, to what FILE says"},
	{"validate", validate_main, "FILE...", "read topology files and say what is wrong with them"},
	{"down", down_main, "[NAME] [--all] [--force]",
	 "take it down; --force ends processes that aren't Baton's"},
	{"status", status_main, "", "nodes, daemons, links, PDU sessions"},
	{"list", list_main, "", "the topologies of this machine"},
	{"graph", graph_main, "FILE|running [--format svg|dot|mermaid] [--out F]",
	 "draw a topology: nodes, networks, addresses, shaping, PDU sessions"},
	{"capture", capture_main,
	 "NODE[:IF]... [--out F] [--filter EXPR] [--duration S] [--count N] [--snaplen N]",
	 "packets into one pcapng file, with comments where a UE is switched"},
	{"exec", exec_main, "NODE [--pdu N] -- CMD...",
	 "run a command in a node; --pdu: over PDU session N of a UE"},
	{"shell", shell_main, "NODE [--pdu N]", "a shell in a node"},
	{"logs", logs_main, "[NODE...] [--daemon D] [-f]",
	 "what the daemons said, of all nodes in order of time"},
	{"events", events_main, "[--follow] [--json] [--since TIME]",
	 "what happens: nodes, daemons, PDU sessions, migrations, links"},
	{"link", link_main,
	 "[show] | set NODE NODE|NETWORK KEY=VALUE... [--forward|--backward] | changes start|stop",
	 "what shapes the links, and changes of links that run"},
	{"move", move_main, "UE GNB", "hand a UE over to another gNB, under traffic"},
	{"check", check_main, "links [NODE|NODE:FAR]...",
	 "measure each shaped link: does it do what was asked?"},
	{"env", env_main, "", "print BATON_URL and BATON_TOKEN, for eval"},
	{"wait", wait_main,
	 "[--session UE:N=STATE] [--daemon NODE:D=STATE] [--migration ID=STATE] [--link NODE:IF=STATE] [--node NODE=STATE] [--timeout S]",
	 "until all daemons are ready and all PDU sessions active, or until all that is asked for holds"},
	{"measure", measure_main, "switch|storm|bytes|play|clips|migration [OPTIONS]",
	 "what a PDU session switch costs, one after another or many UEs at once, from every packet"},
	{"experiment", experiment_main,
	 "FILE... [--out DIR] [--full] [--resume] [--dry-run] [--only KNOB=VALUE]",
	 "run an experiment: sweeps, repeats, every run kept; goes on where it was stopped"},
	{"report", report_main, "DIR [--out FILE.html]", "an experiment's results as one HTML page"},
	{"compare", compare_main, "A B [--metric M]",
	 "two results, point by point, with confidence intervals"},
	{"schema", schema_main, "", "print the JSON Schema of topology files, for editors"},
	{"doctor", doctor_main, "", "what this machine offers, and what is used instead"},
	{"version", version_main, "", "print the version"},
	{"help", help_main, "[COMMAND]", "print this"},
	{0},
};

void complain(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "baton: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
}

static int version_main(const struct baton_context *ctx, int argc, char **argv)
{
	if (ctx->json)
		printf("{\"version\": \"%s\", \"commit\": \"%s\"}\n", version_string,
		       version_commit);
	else
		printf("baton %s (%s)\n", version_string, version_commit);
	return BATON_OK;
}

static void print_help(FILE *out)
{
	fprintf(out, "usage: baton [--name NAME] [--json] COMMAND ...\n\n");
	for (const struct command *c = commands; c->name; c++) {
		int width = fprintf(out, "  %s %s", c->name, c->arguments);

		if (width > 44)
			fprintf(out, "\n%46s%s\n", "", c->help);
		else
			fprintf(out, "%*s%s\n", 46 - width, "", c->help);
	}
	fprintf(out,
		"\n  --name NAME  which topology; the file's name, or the only one that is up\n"
		"  --json       print JSON\n\n"
		"exit status: 0 done, 1 failed, 2 usage, 3 mistake in the topology file, 4 not "
		"root,\n"
		"5 already up or in another baton's hands, 6 not up, 7 the kernel lacks something, "
		"8 up --dry-run: there is something to do,\n9 a game's packages are missing, 130 "
		"interrupted;\n"
		"exec: the command's\n");
}

static const struct command *find_command(const char *name)
{
	struct suggest meant;

	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	suggest_begin(&meant, name);
	for (const struct command *c = commands; c->name; c++)
		suggest_offer(&meant, c->name);
	complain("unknown command '%s'%s%s%s; see `baton help`", name, meant.best ? ", did you mean '" : "",
		 meant.best ? meant.best : "", meant.best ? "'?" : "");
	return NULL;
}

static int help_main(const struct baton_context *ctx, int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	if (argc > 1 && !command)
		return BATON_USAGE;
	if (command)
		printf("usage: baton %s %s\n%s\n", command->name, command->arguments,
		       command->help);
	else
		print_help(stdout);
	return BATON_OK;
}

/* BATON_LIBEXEC, else beside this program (a build tree), else ../libexec/baton from it (installed)
 */
static void find_daemons(struct baton_context *ctx)
{
	const char *given = getenv("BATON_LIBEXEC");
	char self[PATH_MAX] = "", beside[PATH_MAX + 16];
	const char *dir;

	if (given && strlen(given) < sizeof(ctx->libexec)) {
		strcpy(ctx->libexec, given);
		return;
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return;
	dir = dirname(self);
	snprintf(beside, sizeof(beside), "%s/smf-lite", dir);
	if (!access(beside, X_OK))
		snprintf(ctx->libexec, sizeof(ctx->libexec), "%s", dir);
	else
		snprintf(ctx->libexec, sizeof(ctx->libexec), "%.*s/../libexec/baton", PATH_MAX - 32,
			 dir);
}

/* argv's strings lie one after the other: a copy is handed to getopt, and inits write their titles
 * over them. One block, for the caller to free: what getopt and take_json reorder needs no care. */
static char **copy_arguments(struct baton_context *ctx, int argc, char **argv)
{
	size_t pointers = ((size_t)argc + 1) * sizeof(char *);
	size_t size = (size_t)(argv[argc - 1] - argv[0]) + strlen(argv[argc - 1]);
	char **copy = calloc(1, pointers + size + 1);
	char *strings = (char *)copy + pointers;

	ctx->title = argv[0];
	ctx->title_size = size;
	if (!copy)
		return NULL;
	memcpy(strings, argv[0], size);
	for (int i = 0; i < argc; i++)
		copy[i] = strings + (argv[i] - argv[0]);
	return copy;
}

/* What couldn't be written wasn't said, whatever the command made of it. */
static int finish(int rc)
{
	struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
	int error = fflush(stdout) ? errno : 0;

	if (!error && !ferror(stdout))
		return rc;
	/* who doesn't read to the end, as head, has what it wants */
	if (poll(&output, 1, 0) > 0 && output.revents & POLLERR)
		return rc;
	complain("standard output can't be written%s%s", error ? ": " : "",
		 error ? strerror(error) : "");
	return rc == BATON_OK ? BATON_FAILED : rc;
}

static int parse_globals(struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {{"name", required_argument, NULL, 'n'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{"version", no_argument, NULL, 'v'},
						{0}};
	int c;

	while ((c = getopt_long(argc, argv, "+n:jhv", options, NULL)) != -1) {
		if (c == 'n')
			ctx->name = optarg;
		else if (c == 'j')
			ctx->json = true;
		else if (c == 'h')
			exit(finish(help_main(ctx, 1, argv)));
		else if (c == 'v')
			exit(finish(version_main(ctx, 1, argv)));
		else
			return BATON_USAGE;
	}
	if (ctx->name && !run_name_is_valid(ctx->name)) {
		complain("--name: expected 1 to %d lower-case letters, digits and inner hyphens",
			 TOPO_NAME_SIZE - 1);
		return BATON_USAGE;
	}
	return BATON_OK;
}

/* --json is a word of the command's, too: `baton status --json` reads better */
static int take_json(struct baton_context *ctx, int argc, char **argv)
{
	int kept = 0;

	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			ctx->json = true;
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	return kept;
}

static int run_command(struct baton_context *ctx, int argc, char **argv)
{
	static char title[40];
	const struct command *command;
	int rc = parse_globals(ctx, argc, argv);

	if (rc != BATON_OK || optind >= argc) {
		print_help(stderr);
		return BATON_USAGE;
	}
	command = find_command(argv[optind]);
	if (!command)
		return BATON_USAGE;
	if (optind + 1 < argc && (!strcmp(argv[optind + 1], "--help") || !strcmp(argv[optind + 1], "-h"))) {
		char *asked[] = {"help", argv[optind], NULL};

		return help_main(ctx, 2, asked);
	}
	find_daemons(ctx);
	argv += optind;
	argc -= optind;
	if (command->main != exec_main) /* whose arguments are another program's */
		argc = take_json(ctx, argc, argv);
	optind = 0; /* getopt starts over, for the command, and complains as we do */
	snprintf(title, sizeof(title), "baton: %s", command->name);
	argv[0] = title;
	return command->main(ctx, argc, argv);
}

int main(int argc, char **argv)
{
	struct baton_context ctx = {0};
	int rc;

	daemon_open_standard();
	if (argc < 1 || !(ctx.arguments = copy_arguments(&ctx, argc, argv)))
		return BATON_FAILED;
	rc = run_command(&ctx, argc, ctx.arguments);
	free(ctx.arguments);
	return finish(rc);
}
