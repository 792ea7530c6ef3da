// SPDX-License-Identifier: Apache-2.0
/* link add, del, show, stats. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gtp5g-tools/tools.h"

enum { HASH_SIZE = 16384, MTU = 1456, HOLDER_ENDS_MS = 5000 };

static int usage(const char *text)
{
	complain("usage: link %s", text);
	return TOOLS_USAGE;
}

/* ---- add ---- */

/* The parent of a holder that goes on by itself: its exit status once the link is there, or why it
 * isn't. */
static int await_holder(pid_t holder, int ready_fd)
{
	char octet;
	ssize_t got;
	int status;

	do
		got = read(ready_fd, &octet, 1);
	while (got < 0 && errno == EINTR);
	if (got == 1)
		return TOOLS_OK;
	if (waitpid(holder, &status, 0) == holder && WIFEXITED(status))
		return WEXITSTATUS(status);
	complain("the process that was to hold the link has ended");
	return TOOLS_FAILED;
}

/* What the caller has open is not kept open by who goes on without him */
static void close_others(int keep)
{
	if (keep > STDERR_FILENO + 1)
		(void)close_range(STDERR_FILENO + 1, (unsigned)keep - 1, 0);
	(void)close_range((unsigned)keep + 1, UINT_MAX, 0);
}

static int detach(struct hold *hold)
{
	int ready[2];
	pid_t holder;

	if (pipe2(ready, O_CLOEXEC)) {
		complain("pipe: %s", strerror(errno));
		return TOOLS_FAILED;
	}
	holder = fork();
	if (holder < 0) {
		complain("fork: %s", strerror(errno));
		return TOOLS_FAILED;
	}
	if (holder) {
		close(ready[1]);
		return await_holder(holder, ready[0]);
	}
	close_others(ready[1]);
	setsid();
	hold->ready_fd = ready[1];
	return hold_run(hold);
}

/* Is the module there, and of a version that is known */
static int check_module(const struct tools *tools)
{
	struct kernel_world kernel;
	struct complaint why;
	int rc;

	if (tools_open(tools, &kernel) != TOOLS_OK)
		return TOOLS_FAILED;
	rc = kernel_world_gtp5g(&kernel, &why);
	if (rc)
		complain_text(why.text, NULL);
	kernel_world_close(&kernel);
	return rc ? TOOLS_FAILED : TOOLS_OK;
}

static int add_main(struct tools *tools)
{
	const bool background = take_flag(&tools->words, "detach");
	struct hold hold = {.ready_fd = -1, .verbose = take_flag(&tools->words, "verbose")};
	const bool ran = take_flag(&tools->words, "ran");
	struct link *link = &hold.link;
	struct complaint complaint;

	link->hash_size = HASH_SIZE;
	link->mtu = MTU;
	if (tools->words.count < 2)
		return usage("add NAME [--driver gtp5g|gtp] [--role upf|ran] [--local ADDRESS] "
			     "[--hash-size N] [--mtu N] [--detach] [--verbose]");
	if (!nl_name_plain(tools->words.word[1].text) || *tools->words.word[1].text == '-')
		return usage("add NAME: a name of up to 15 letters, digits, '_', '-' and '.'");
	strcpy(link->name, tools->words.word[1].text);
	if (fields_read(&link_table, tools->words.word + 2, tools->words.count - 2, link,
			&complaint)) {
		complain_text(complaint.text, NULL);
		return TOOLS_USAGE;
	}
	if (ran)
		link->role = ROLE_RAN;
	if (link->driver == DRIVER_GTP5G && check_module(tools) != TOOLS_OK)
		return TOOLS_FAILED;
	return background ? detach(&hold) : hold_run(&hold);
}

/* ---- del ---- */

/* A connection to who holds a link, which ends when he does; -1: nobody */
static int holder_connect(unsigned ifindex)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char name[LINK_SOCKET_SIZE];

	if (fd < 0)
		return -1;
	link_socket(ifindex, name);
	memcpy(address.sun_path + 1, name, strlen(name));
	if (!connect(fd, (struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))))
		return fd;
	close(fd);
	return -1;
}

/* He sees that the link is gone, and closes its UDP socket: then its address is free again */
static void await_end(int holder)
{
	struct pollfd wait = {.fd = holder};

	if (holder >= 0 && poll(&wait, 1, HOLDER_ENDS_MS) == 0)
		complain("warning: the process that held the link hasn't ended");
}

static int del_main(struct tools *tools)
{
	struct kernel_world kernel;
	const struct link *link;
	struct complaint why;
	int holder, rc;

	if (tools->words.count != 2)
		return usage("del NAME");
	if (tools_open(tools, &kernel) != TOOLS_OK)
		return TOOLS_FAILED;
	rc = kernel_world_link(&kernel, tools->words.word[1].text, &link, &why);
	if (rc) {
		complain_text(why.text, NULL);
	} else {
		holder = holder_connect(link->ifindex);
		rc = nl_link_del(kernel.nl, link->ifindex);
		if (rc)
			complain("%s: %s", link->name,
				 rc == -EPERM ? "this needs root (CAP_NET_ADMIN)" : strerror(-rc));
		else
			await_end(holder);
		if (holder >= 0)
			close(holder);
	}
	kernel_world_close(&kernel);
	return rc ? TOOLS_FAILED : TOOLS_OK;
}

/* ---- show ---- */

struct shower {
	struct kernel_world *kernel;
	const char *name; /* NULL: all */
	json_t *list;	  /* NULL: as text */
	size_t count;
};

static void show_text(const struct link *link)
{
	printf("link add %s", link->name);
	fields_print(&link_table, link, stdout);
	printf(" # ");
	gtp5g_print(&link_table, LINK_STATE, link, stdout);
	printf(", held: ");
	gtp5g_print(&link_table, LINK_HELD, link, stdout);
	printf("\n");
}

static int show_one(const struct link *link, void *user)
{
	struct shower *s = user;
	struct link whole = *link;
	json_t *object;

	if (s->name && strcmp(s->name, link->name) != 0)
		return 0;
	s->count++;
	links_ask(s->kernel->nl, &whole);
	if (!s->list) {
		show_text(&whole);
		return 0;
	}
	object = json_pack("{s:s}", "name", link->name);
	fields_json(&link_table, &whole, object);
	json_array_append_new(s->list, object);
	return 0;
}

static int show(struct tools *tools, struct kernel_world *kernel, const char *name)
{
	struct shower s = {
		.kernel = kernel, .name = name, .list = tools->json ? json_array() : NULL};
	struct complaint why;
	const struct link *link;
	int rc = links_list(kernel->nl, show_one, &s);

	if (rc)
		complain("links: %s", strerror(-rc));
	if (!rc && name && !s.count) {
		rc = kernel_world_link(kernel, name, &link, &why);
		complain_text(rc ? why.text : "it is gone again", NULL);
		rc = -ENODEV;
	}
	if (!rc && s.list) {
		json_dumpf(s.list, stdout, JSON_INDENT(2));
		printf("\n");
	}
	json_decref(s.list);
	return rc ? TOOLS_FAILED : TOOLS_OK;
}

static int show_main(struct tools *tools)
{
	struct kernel_world kernel;
	int rc;

	if (tools->words.count > 2)
		return usage("show [NAME]");
	if (tools_open(tools, &kernel) != TOOLS_OK)
		return TOOLS_FAILED;
	rc = show(tools, &kernel, tools->words.count == 2 ? tools->words.word[1].text : NULL);
	kernel_world_close(&kernel);
	return rc;
}

/* ---- stats ---- */

static void print_stats(bool json, const struct link *link,
			const struct gtp5g_statistics *statistics)
{
	json_t *object;

	if (json) {
		object = json_pack("{s:s}", "device", link->name);
		fields_json(&gtp5g_statistics_table, statistics, object);
		json_dumpf(object, stdout, JSON_INDENT(2));
		printf("\n");
		json_decref(object);
		return;
	}
	for (size_t i = 0; i < gtp5g_statistics_table.count; i++) {
		printf("%s ", gtp5g_statistics_table.field[i].name);
		gtp5g_print(&gtp5g_statistics_table, i, statistics, stdout);
		printf("\n");
	}
}

static int stats_main(struct tools *tools)
{
	struct gtp5g_statistics statistics;
	struct kernel_world kernel;
	const struct link *link;
	struct complaint why;
	int rc;

	if (tools->words.count != 2)
		return usage("stats NAME");
	if (tools_open(tools, &kernel) != TOOLS_OK)
		return TOOLS_FAILED;
	rc = kernel_world_link(&kernel, tools->words.word[1].text, &link, &why);
	if (!rc && link->driver != DRIVER_GTP5G) {
		complain_at(&why, NULL, "%s is a link of the mainline driver, which counts nothing",
			    link->name);
		rc = -EOPNOTSUPP;
	}
	if (!rc)
		rc = kernel_world_gtp5g(&kernel, &why);
	if (!rc) {
		rc = gtp5g_statistics_get(kernel.gtp5g, link->ifindex, &statistics);
		if (rc)
			complain_at(&why, NULL, "%s: %s", link->name, gtp5g_why(kernel.gtp5g));
	}
	if (rc)
		complain_text(why.text, NULL);
	else
		print_stats(tools->json, link, &statistics);
	kernel_world_close(&kernel);
	return rc ? TOOLS_FAILED : TOOLS_OK;
}

int link_main(struct tools *tools)
{
	const char *verb = tools->words.count ? tools->words.word[0].text : "";

	if (!strcmp(verb, "add"))
		return add_main(tools);
	if (!strcmp(verb, "del"))
		return del_main(tools);
	if (!strcmp(verb, "show"))
		return show_main(tools);
	if (!strcmp(verb, "stats"))
		return stats_main(tools);
	return usage("add|del|show|stats ...");
}
