// SPDX-License-Identifier: Apache-2.0
/* gtp5g, gtp5g-link, gtp5g-tunnel: one table gives dispatch and help. */
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gtp5g-tools/tools.h"
#include "lib/daemon.h"
#include "lib/suggest.h"
#include "lib/version.h"

static int help_main(struct tools *tools);
static int version_main(struct tools *tools);

enum in { UMBRELLA = 1, LINK = 2, TUNNEL = 4 };

static const struct command {
	const char *name;
	int (*main)(struct tools *tools); /* NULL: a noun's */
	unsigned in;
	const char *arguments, *help;
} commands[] = {
	{"link", link_main, UMBRELLA, "add|del|show|stats ...",
	 "links of both drivers, and who holds their sockets"},
	{"add", NULL, LINK,
	 "NAME [--driver gtp5g|gtp] [--role upf|ran] [--local ADDRESS] [--detach] ...",
	 "make a link and hold its socket"},
	{"del", NULL, LINK, "NAME", "delete a link, and so end who holds its socket"},
	{"show", NULL, LINK, "[NAME]", "links of both drivers in this namespace"},
	{"stats", NULL, LINK, "NAME", "what a gtp5g link has carried"},
	{"pdr", NULL, UMBRELLA | TUNNEL, "add|mod|del|get|list ...", NULL},
	{"far", NULL, UMBRELLA | TUNNEL, "add|mod|del|get|list ...", NULL},
	{"qer", NULL, UMBRELLA | TUNNEL, "add|mod|del|get|list ...", NULL},
	{"urr", NULL, UMBRELLA | TUNNEL, "add|mod|del|get|list ...", NULL},
	{"bar", NULL, UMBRELLA | TUNNEL, "add|mod|del|get|list ...", NULL},
	{"tunnel", NULL, UMBRELLA | TUNNEL, "add|del|get|list ...", NULL},
	{"report", report_main, UMBRELLA | TUNNEL, "get DEVICE [SEID:]URR... | watch [--count N]",
	 "what URRs counted; reports and buffered packets as they come"},
	{"load", load_main, UMBRELLA | TUNNEL, "FILE|- [--atomic] [--dry-run]",
	 "carry out a file of requests, as dump and list print them"},
	{"dump", dump_main, UMBRELLA | TUNNEL, "[DEVICE]", "every rule and tunnel, for load"},
	{"version", version_main, UMBRELLA | LINK | TUNNEL, "", "of these tools and of the module"},
	{"help", help_main, UMBRELLA | LINK | TUNNEL, "[COMMAND]", "print this"},
	{0},
};

/* The one thing of the whole process: how it was called */
static const char *program = "gtp5g";

void complain_text(const char *text, void *user)
{
	fprintf(stderr, "%s: %s\n", program, text);
}

void complain(const char *format, ...)
{
	char text[COMPLAINT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	complain_text(text, NULL);
}

static void warn(const char *text)
{
	complain("warning: %s", text);
}

enum tools_exit tools_open(const struct tools *tools, struct kernel_world *ret_kernel)
{
	int rc;

	*ret_kernel = (struct kernel_world){.force = tools->force,
					    .warn = warn,
					    .on_report = report_print,
					    .json = tools->json};
	rc = kernel_world_open(ret_kernel);
	if (!rc)
		return TOOLS_OK;
	complain("netlink: %s", strerror(-rc));
	return TOOLS_FAILED;
}

bool take_flag(struct words *words, const char *name)
{
	bool found = false;
	size_t kept = 0;

	for (size_t i = 0; i < words->count; i++) {
		if (!strncmp(words->word[i].text, "--", 2) &&
		    !strcmp(words->word[i].text + 2, name))
			found = true;
		else
			words->word[kept++] = words->word[i];
	}
	words->count = kept;
	return found;
}

/* ---- help ---- */

static unsigned which(void)
{
	return !strcmp(program, "gtp5g-link")	  ? LINK
	       : !strcmp(program, "gtp5g-tunnel") ? TUNNEL
						  : UMBRELLA;
}

static const char *help_of(const struct command *c)
{
	return c->help ? c->help : noun_find(c->name)->help;
}

static void print_help(FILE *out)
{
	fprintf(out, "usage: %s [--json] [--force] COMMAND ...\n\n", program);
	for (const struct command *c = commands; c->name; c++) {
		int width;

		if (!(c->in & which()))
			continue;
		width = fprintf(out, "  %s %s", c->name, c->arguments);
		if (width > 44)
			fprintf(out, "\n%46s%s\n", "", help_of(c));
		else
			fprintf(out, "%*s%s\n", 46 - width, "", help_of(c));
	}
	fprintf(out, "\n  --json       print JSON; load takes it back\n"
		     "  --force      go on with a gtp5g older than 0.9.3\n\n"
		     "COMMAND --help: its fields. exit status: 0 done, 1 refused or failed, 2 a "
		     "mistake in the command line or the file\n");
}

static void print_noun_help(const struct noun *noun)
{
	const bool is_tunnel = noun->driver == DRIVER_GTP;

	printf("usage: %s %s add DEVICE %s --FIELD VALUE...\n", program, noun->name, noun->key);
	if (!is_tunnel)
		printf("       %s %s mod DEVICE %s --FIELD VALUE...\n", program, noun->name,
		       noun->key);
	printf("       %s %s del|get DEVICE %s\n", program, noun->name, noun->key);
	printf("       %s %s list [DEVICE]\n%s\n\n", program, noun->name, noun->help);
	fields_help(noun_table(noun), stdout);
}

static void print_link_help(void)
{
	const char *link = which() == LINK ? "" : " link";

	printf("usage: %s%s add NAME [--FIELD VALUE]... [--detach] [--verbose]\n"
	       "       %s%s del NAME\n       %s%s show [NAME]\n       %s%s stats NAME\n",
	       program, link, program, link, program, link, program, link);
	printf("add makes a link and holds its UDP socket until it is deleted; ended, it deletes "
	       "it\n\n");
	fields_help(&link_table, stdout);
	printf("  --%-42sgo on in the background, once the link is there\n"
	       "  --%-42sprint what the driver hands up\n"
	       "  --%-42s--role ran\n",
	       "detach", "verbose", "ran");
}

static const struct command *find_command(const char *name)
{
	struct suggest meant;

	for (const struct command *c = commands; c->name; c++)
		if (c->in & which() && !strcmp(c->name, name))
			return c;
	suggest_begin(&meant, name);
	for (const struct command *c = commands; c->name; c++)
		if (c->in & which())
			suggest_offer(&meant, c->name);
	complain("unknown command '%.60s'%s%s%s; see `%s help`", name,
		 meant.best ? ", did you mean '" : "", meant.best ? meant.best : "",
		 meant.best ? "'?" : "", program);
	return NULL;
}

static int help_of_command(const struct command *command)
{
	if (command->in & LINK && !(command->in & UMBRELLA))
		print_link_help();
	else if (command->main == link_main)
		print_link_help();
	else if (!command->main)
		print_noun_help(noun_find(command->name));
	else
		printf("usage: %s %s %s\n%s\n", program, command->name, command->arguments,
		       command->help);
	return TOOLS_OK;
}

static int help_main(struct tools *tools)
{
	const struct command *command;

	if (!tools->words.count) {
		print_help(stdout);
		return TOOLS_OK;
	}
	command = find_command(tools->words.word[0].text);
	return command ? help_of_command(command) : TOOLS_USAGE;
}

static int version_main(struct tools *tools)
{
	struct gtp5g *module = NULL;
	int rc = gtp5g_open(&module);
	const char *text = rc == -ENOENT  ? "not loaded"
			   : rc == -EPERM ? "needs root to be asked"
			   : rc		  ? strerror(-rc)
					  : gtp5g_version_text(module);

	if (tools->json)
		printf("{\"version\": \"%s\", \"commit\": \"%s\", \"gtp5g\": %s%s%s}\n",
		       version_string, version_commit, rc ? "" : "\"", rc ? "null" : text,
		       rc ? "" : "\"");
	else
		printf("%s %s (%s)\nmodule gtp5g: %s\n", program, version_string, version_commit,
		       text);
	gtp5g_close(module);
	return TOOLS_OK;
}

/* ---- dispatch ---- */

static void drop_words(struct words *words, size_t count)
{
	words->count -= count;
	memmove(words->word, words->word + count, words->count * sizeof(words->word[0]));
}

/* gtp5g-tunnel: "add pdr ..." is "pdr add ..."; "add gtp0 ..." is "tunnel add gtp0 ...". Return:
 * its noun, or NULL */
static const struct noun *tunnel_noun(struct words *words)
{
	const struct noun *noun;

	if (!words->count || verb_find(words->word[0].text) == VERBS)
		return NULL;
	noun = words->count > 1 ? noun_find(words->word[1].text) : NULL;
	if (!noun)
		return noun_find("tunnel");
	words->word[1] = words->word[0];
	drop_words(words, 1);
	return noun;
}

static bool wants_help(const struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (!strcmp(words->word[i].text, "--help") || !strcmp(words->word[i].text, "-h"))
			return true;
	return false;
}

static int run_command(struct tools *tools)
{
	const struct noun *noun = which() == TUNNEL ? tunnel_noun(&tools->words) : NULL;
	const struct command *command;

	if (noun && wants_help(&tools->words)) {
		print_noun_help(noun);
		return TOOLS_OK;
	}
	if (noun)
		return rule_main(tools, noun);
	command = find_command(tools->words.word[0].text);
	if (!command)
		return TOOLS_USAGE;
	if (wants_help(&tools->words))
		return help_of_command(command);
	if (command->in & LINK && !command->main)
		return link_main(tools); /* its verb is the first word */
	drop_words(&tools->words, 1);
	return command->main ? command->main(tools) : rule_main(tools, noun_find(command->name));
}

static int run(int argc, char **argv)
{
	struct tools tools = {.program = program};
	struct complaint complaint;

	if (words_of_arguments(argc, argv, &tools.words, &complaint)) {
		complain_text(complaint.text, NULL);
		return TOOLS_USAGE;
	}
	tools.json = take_flag(&tools.words, "json");
	tools.force = take_flag(&tools.words, "force");
	if (take_flag(&tools.words, "version"))
		return version_main(&tools);
	if (!tools.words.count) {
		print_help(stderr);
		return TOOLS_USAGE;
	}
	if (!strcmp(tools.words.word[0].text, "--help") ||
	    !strcmp(tools.words.word[0].text, "-h")) {
		print_help(stdout);
		return TOOLS_OK;
	}
	return run_command(&tools);
}

int main(int argc, char **argv)
{
	int rc;

	daemon_open_standard();
	if (argc > 0)
		program = basename(argv[0]);
	rc = run(argc, argv);
	/* what couldn't be written wasn't said */
	if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE) {
		complain("standard output can't be written: %s", strerror(errno));
		return rc == TOOLS_OK ? TOOLS_FAILED : rc;
	}
	return rc;
}
