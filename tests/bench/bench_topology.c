// SPDX-License-Identifier: Apache-2.0
/*
 * How fast topologies come and go: bench_topology BATON TWO-EDGES.YAML FILE. A chain of N hosts,
 * each link with addresses, brought up and taken down by `baton`; beside it, turn about, the same
 * namespaces, links and addresses by ip(8), one `ip -batch` for namespaces and links and one for
 * each namespace's addresses; and once in a while by Mininet. Both ends of a user's wait: from the
 * start of the program to its end.
 *
 * The chain has `management: none` and `routing: none`, as the others have neither.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench_report.h"

enum { RUNS = 5, LONG_RUNS = 3, LONG = 1000, MININET_RUNS = 1, MININET_CHAIN = 100 };
enum { QUIET_SECONDS_MAX = 2, QUIET_SHARE = 10 /* at most one tenth busy */ };

static char dir[] = "/tmp/bench-topology-XXXXXX";

static void __attribute__((noreturn, format(printf, 1, 2))) bail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

/* ---- quiet ---- */

struct load {
	unsigned long long busy, all;
};

static struct load load_now(void)
{
	FILE *file = fopen("/proc/stat", "re");
	unsigned long long field[8] = {0};
	struct load load = {0};

	if (!file ||
	    fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &field[0], &field[1],
		   &field[2], &field[3], &field[4], &field[5], &field[6], &field[7]) != 8)
		bail("/proc/stat can't be read");
	fclose(file);
	for (size_t i = 0; i < 8; i++)
		load.all += field[i];
	load.busy = load.all - field[3] - field[4]; /* idle, and waiting for a disk */
	return load;
}

/*
 * The kernel takes namespaces apart when the program that gave them up has long ended: for a time
 * as long as it took to make them. Whoever runs next would pay for that, so all wait until the
 * processors have next to nothing to do; on a machine with other work not for ever.
 */
static void await_quiet(void)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	double end = bench_seconds() + QUIET_SECONDS_MAX;
	struct load before = load_now(), now;

	do {
		nanosleep(&pause, NULL);
		now = load_now();
		if ((now.busy - before.busy) * QUIET_SHARE <= now.all - before.all)
			return;
		before = now;
	} while (bench_seconds() < end);
}

/* Without a shell between: what is timed is the program. Return: seconds */
static double timed(const char *const argv[])
{
	double began = bench_seconds();
	pid_t pid = fork();
	int status;

	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (pid < 0 || (waitpid(pid, &status, 0) < 0 && errno == EINTR))
		if (pid < 0)
			bail("fork: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		bail("%s %s failed", argv[0], argv[1]);
	return bench_seconds() - began;
}

static FILE *create(char path[64], const char *format, ...) __attribute__((format(printf, 2, 3)));
static FILE *create(char path[64], const char *format, ...)
{
	size_t len = (size_t)snprintf(path, 64, "%s/", dir);
	va_list args;
	FILE *file;

	va_start(args, format);
	vsnprintf(path + len, 64 - len, format, args);
	va_end(args);
	file = fopen(path, "we");
	if (!file)
		bail("%s: %s", path, strerror(errno));
	return file;
}

/* ---- baton ---- */

static void write_chain(unsigned count, char path[64])
{
	FILE *file = create(path, "chain.yaml");

	fprintf(file, "name: bench-chain\nmanagement: none\nrouting: none\nnodes:\n");
	for (unsigned i = 0; i < count; i++)
		fprintf(file, "  h%u: host\n", i);
	fprintf(file, "links:\n");
	for (unsigned i = 1; i < count; i++)
		fprintf(file, "  - {between: [h%u, h%u]}\n", i - 1, i);
	fclose(file);
}

struct times {
	double up, down;
};

static struct times baton_once(const char *baton, const char *name, const char *path)
{
	const char *const up[] = {baton, "--name", name, "up", path, "--timeout", "60", NULL};
	const char *const down[] = {baton, "down", name, NULL};
	struct times t;

	await_quiet();
	t.up = timed(up);
	t.down = timed(down);
	return t;
}

/* ---- ip(8) ---- */

static void write_links(unsigned count, char path[64])
{
	FILE *file = create(path, "links");

	for (unsigned i = 0; i < count; i++)
		fprintf(file, "netns add bt%u\n", i);
	for (unsigned i = 1; i < count; i++)
		fprintf(file, "link add right netns bt%u type veth peer name left netns bt%u\n",
			i - 1, i);
	fclose(file);
}

static void write_addresses(unsigned i, unsigned count)
{
	char path[64];
	FILE *file = create(path, "addresses-%u", i);

	fprintf(file, "link set lo up\n");
	if (i > 0)
		fprintf(file, "addr add 10.131.%u.%u/30 dev left\nlink set left up\n", (i - 1) / 64,
			(i - 1) % 64 * 4 + 2);
	if (i + 1 < count)
		fprintf(file, "addr add 10.131.%u.%u/30 dev right\nlink set right up\n", i / 64,
			i % 64 * 4 + 1);
	fclose(file);
}

static void write_end(unsigned count, char path[64])
{
	FILE *file = create(path, "end");

	for (unsigned i = 0; i < count; i++)
		fprintf(file, "netns del bt%u\n", i);
	fclose(file);
}

static struct times ip_once(unsigned count, const char *links, const char *end)
{
	const char *const make[] = {"ip", "-batch", links, NULL};
	const char *const remove[] = {"ip", "-batch", end, NULL};
	struct times t;
	double began;

	await_quiet();
	began = bench_seconds();
	timed(make);
	for (unsigned i = 0; i < count; i++) {
		char name[16], path[64];
		const char *const set[] = {"ip", "-n", name, "-batch", path, NULL};

		snprintf(name, sizeof name, "bt%u", i);
		snprintf(path, sizeof path, "%s/addresses-%u", dir, i);
		timed(set);
	}
	t.up = bench_seconds() - began;
	t.down = timed(remove);
	return t;
}

/* ---- rows ---- */

static void chain(struct bench_report *report, const char *baton, unsigned count)
{
	char up_name[48], down_name[48], yardstick[48], yaml[64], links[64], end[64];
	struct bench_row up = {
		.name = up_name, .unit = "s", .yardstick = yardstick, .smaller_is_better = true};
	struct bench_row down = {
		.name = down_name, .unit = "s", .yardstick = yardstick, .smaller_is_better = true};

	snprintf(up_name, sizeof up_name, "chain of %u, up", count);
	snprintf(down_name, sizeof down_name, "chain of %u, down", count);
	snprintf(yardstick, sizeof yardstick, "ip -batch, %u", count);
	write_chain(count, yaml);
	write_links(count, links);
	write_end(count, end);
	for (unsigned i = 0; i < count; i++)
		write_addresses(i, count);
	for (int i = 0; i < (count >= LONG ? LONG_RUNS : RUNS); i++) {
		struct times own = baton_once(baton, "bench-chain", yaml),
			     others = ip_once(count, links, end);

		bench_run(&up, own.up, others.up);
		bench_run(&down, own.down, others.down);
	}
	bench_add(report, &up);
	bench_add(report, &down);
}

static bool mininet_once(struct times *ret)
{
	char line[128] = "", command[96];
	FILE *pipe;

	await_quiet();
	snprintf(command, sizeof command, "/usr/bin/python3 tests/bench/mininet_chain.py %d",
		 MININET_CHAIN);
	pipe = popen(command, "re");
	if (!pipe)
		return false;
	if (!fgets(line, sizeof line, pipe))
		line[0] = '\0';
	return pclose(pipe) == 0 && sscanf(line, "%lf %lf", &ret->up, &ret->down) == 2;
}

static void against_mininet(struct bench_report *report, const char *baton)
{
	struct bench_row up = {.name = "chain of 100, up",
			       .unit = "s",
			       .yardstick = "Mininet, 100",
			       .smaller_is_better = true};
	struct bench_row down = {.name = "chain of 100, down",
				 .unit = "s",
				 .yardstick = "Mininet, 100",
				 .smaller_is_better = true};
	char yaml[64];

	write_chain(MININET_CHAIN, yaml);
	for (int i = 0; i < MININET_RUNS; i++) {
		struct times own = baton_once(baton, "bench-chain", yaml), others;

		if (!mininet_once(&others)) {
			printf("Mininet doesn't run here (apt-get install mininet): no row for "
			       "it\n");
			return;
		}
		bench_run(&up, own.up, others.up);
		bench_run(&down, own.down, others.down);
	}
	bench_add(report, &up);
	bench_add(report, &down);
}

/* A 5G core, two gNBs, two UPFs, two edges, a UE, with both PDU sessions active; the yardstick is
 * what ip(8) takes for as many bare namespaces. */
static void two_edges(struct bench_report *report, const char *baton, const char *path)
{
	enum { NODES = 10 };
	struct bench_row up = {.name = "two-edges, up, 2 PDU sessions",
			       .unit = "s",
			       .yardstick = "ip -batch, 10 bare namespaces",
			       .smaller_is_better = true};
	struct bench_row down = {.name = "two-edges, down",
				 .unit = "s",
				 .yardstick = "ip -batch, 10 bare namespaces",
				 .smaller_is_better = true};
	char links[64], end[64];

	write_links(NODES, links);
	write_end(NODES, end);
	for (unsigned i = 0; i < NODES; i++)
		write_addresses(i, NODES);
	for (int i = 0; i < RUNS; i++) {
		struct times own = baton_once(baton, "bench-edges", path),
			     others = ip_once(NODES, links, end);

		bench_run(&up, own.up, others.up);
		bench_run(&down, own.down, others.down);
	}
	bench_add(report, &up);
	bench_add(report, &down);
}

static void remove_files(void)
{
	const char *const argv[] = {"rm", "-r", dir, NULL};

	timed(argv);
}

int main(int argc, char **argv)
{
	static const unsigned counts[] = {100, 200, 1000};
	struct bench_report report;

	if (argc != 4) {
		fprintf(stderr, "usage: bench_topology BATON TWO-EDGES.YAML FILE\n");
		return 2;
	}
	if (!mkdtemp(dir))
		bail("%s: %s", dir, strerror(errno));
	bench_begin(&report);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		chain(&report, argv[1], counts[i]);
	against_mininet(&report, argv[1]);
	two_edges(&report, argv[1], argv[2]);
	remove_files();
	return bench_end(&report, NULL, argv[3]) ? 1 : 0;
}
