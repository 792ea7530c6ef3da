// SPDX-License-Identifier: Apache-2.0
/*
 * How long an application that moves itself serves nobody: bench_process FILE. Its memory goes back
 * and forth between instances over loopback; there by rounds while it runs, back by the yardstick
 * of the same run: the same library, with everything sent while it stands still. Time: from the
 * source's standing still to the destination's serving, by the stamps of both.
 *
 * The application writes pages at places by chance, so many in each millisecond.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apps/cooperative/ask.h"
#include "apps/cooperative/cooperative.h"
#include "lib/file.h"
#include "tests/bench/bench_report.h"

enum { PAGE = 4096, NUMBER = 9, WAIT_MS = 60000, BASE = 1 << 20 };
static const char key[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

struct load {
	size_t bytes;
	unsigned pages_per_s;
	unsigned rate_kbps; /* 0: as fast as it goes */
};

struct instance {
	char directory[64];
	pid_t pid;
};

static void fail(const char *what, const struct cooperative_reply *reply)
{
	fprintf(stderr, "bench_process: %s\n%s", what, reply ? reply->text : "");
	exit(1);
}

/* ---- the application ---- */

static void fill(uint8_t *arena, size_t bytes)
{
	uint64_t seed = 1;

	for (size_t i = 0; i < bytes; i += sizeof seed) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		memcpy(arena + i, &seed, sizeof seed);
	}
}

static void application(const char *directory, const struct load *load)
{
	const struct cooperative_config config = {
		.number = NUMBER, .bytes = load->bytes, .state_directory = directory};
	double begun = bench_seconds();
	uint64_t written = 0;
	struct cooperative *c;
	unsigned seed = (unsigned)getpid();
	struct pollfd p;
	uint8_t *arena;
	int r;

	if (cooperative_open(&config, &c) < 0)
		_exit(1);
	r = cooperative_await(c);
	if (r < 0)
		_exit(1);
	arena = cooperative_memory(c);
	if (r == 0)
		fill(arena, load->bytes);
	p = (struct pollfd){.fd = cooperative_fd(c), .events = POLLIN};
	for (;;) {
		uint64_t due = (uint64_t)((bench_seconds() - begun) * load->pages_per_s);

		for (; written < due; written++)
			arena[(size_t)rand_r(&seed) % (load->bytes / PAGE) * PAGE] ^= 1;
		if (poll(&p, 1, 1) > 0 && cooperative_safe_point(c) == COOPERATIVE_MOVED)
			break;
	}
	cooperative_close(c);
	_exit(0);
}

static void path_of(const struct instance *a, const char *name, char *ret, size_t size)
{
	snprintf(ret, size, "%s/%s", a->directory, name);
}

static struct instance begin(const struct load *load, bool incoming)
{
	static unsigned count;
	struct instance a;
	char path[96];

	snprintf(a.directory, sizeof a.directory, "/tmp/bench_process.%d.%u", getpid(), count++);
	if (mkdir(a.directory, 0700) < 0)
		fail("its directory", NULL);
	path_of(&a, "incoming", path, sizeof path);
	if (incoming && file_create(path, "", 0, 0600) < 0)
		fail("its mark", NULL);
	a.pid = fork();
	if (a.pid == 0)
		application(a.directory, load);
	if (a.pid < 0)
		fail("fork", NULL);
	path_of(&a, "cooperative.sock", path, sizeof path);
	while (access(path, F_OK) < 0)
		poll(NULL, 0, 1);
	return a;
}

static void end(const struct instance *a)
{
	waitpid(a->pid, NULL, 0);
	(void)file_remove_tree(a->directory);
}

/* ---- a move ---- */

static void say(const struct instance *a, const char *line, struct cooperative_reply *reply)
{
	int tries = 100, r;

	/* Its socket is there a moment before it is listened to. */
	do {
		r = cooperative_ask(a->directory, line, reply, WAIT_MS, -1);
	} while (r == -ECONNREFUSED && tries-- && poll(NULL, 0, 1) == 0);
	if (r < 0)
		fail(line, NULL);
}

static bool is(const struct cooperative_reply *reply, const char *state)
{
	char said[32];

	return strcmp(cooperative_reply_text(reply, "state", said, sizeof said), state) == 0;
}

static void push(const struct instance *from, const struct load *load, uint64_t port, bool whole)
{
	struct cooperative_reply reply;
	char line[300];
	int n = snprintf(line, sizeof line, "push address=127.0.0.1 port=%u key=%s rounds=%d",
			 (unsigned)port, key, whole ? 0 : 1000);

	if (load->rate_kbps)
		snprintf(line + n, sizeof line - (size_t)n, " rate_kbps=%u", load->rate_kbps);
	say(from, line, &reply);
	do {
		say(from, "wait ms=60000", &reply);
	} while (is(&reply, "pushing"));
	if (!is(&reply, "converged"))
		fail("it didn't converge", &reply);
}

/* Who brings requests there: nobody has any. */
static void arm(int gate)
{
	struct cooperative_reply reply;

	if (cooperative_ask_hear(gate, &reply, WAIT_MS, -1) < 0 ||
	    cooperative_ask_say(gate, "armed") < 0)
		fail("it wasn't armed", &reply);
}

/* Return: ms from standing still to serving; @a becomes the one that serves */
static double move(struct instance *a, const struct load *load, bool whole)
{
	struct instance b = begin(load, true);
	struct cooperative_reply here, there;
	uint64_t frozen, served;
	char line[160];
	int gate, commit;

	snprintf(line, sizeof line, "listen address=127.0.0.1 key=%s", key);
	say(&b, "status", &there);
	if (cooperative_ask_open(b.directory, &gate) < 0 || cooperative_ask_say(gate, line) < 0 ||
	    cooperative_ask_hear(gate, &there, WAIT_MS, -1) < 0)
		fail("listen", NULL);
	push(a, load, cooperative_reply_number(&there, "port"), whole);
	if (cooperative_ask_open(a->directory, &commit) < 0 ||
	    cooperative_ask_say(commit, "commit") < 0)
		fail("commit", NULL);
	arm(gate);
	if (cooperative_ask_hear(gate, &there, WAIT_MS, -1) < 0 ||
	    cooperative_ask_hear(commit, &here, WAIT_MS, -1) < 0 || !is(&here, "left") ||
	    !is(&there, "serving"))
		fail("it did not move", &here);
	close(gate);
	close(commit);
	end(a);
	*a = b;
	frozen = cooperative_reply_number(&here, "frozen_ns");
	served = cooperative_reply_number(&there, "decided_ns");
	return (double)(served - frozen) / 1e6;
}

/* ---- rows ---- */

static void bench(struct bench_report *report, const char *name, const struct load *load,
		  unsigned pairs)
{
	struct bench_row row = {.name = name,
				.unit = "ms",
				.yardstick = "everything sent while it stands still",
				.smaller_is_better = true},
			 ideal = row;
	struct instance a = begin(load, false);
	char title[96];

	snprintf(title, sizeof title, "%s, beside size over rate", name);
	ideal.name = title;
	ideal.yardstick = "memory's size over the rate, calculated";
	for (unsigned i = 0; i < pairs; i++) {
		double there = move(&a, load, false), back = move(&a, load, true);

		bench_run(&row, there, back);
		if (load->rate_kbps)
			bench_run(&ideal, there, (double)load->bytes * 8 / load->rate_kbps);
	}
	kill(a.pid, SIGKILL);
	end(&a);
	bench_add(report, &row);
	if (load->rate_kbps)
		bench_add(report, &ideal);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		struct load load;
		unsigned pairs;
	} rows[] = {
		{"64 MB, 100 pages/s", {64 * (size_t)BASE, 100, 0}, 10},
		{"64 MB, 5000 pages/s", {64 * (size_t)BASE, 5000, 0}, 10},
		{"256 MB, 100 pages/s", {256 * (size_t)BASE, 100, 0}, 10},
		{"256 MB, 5000 pages/s", {256 * (size_t)BASE, 5000, 0}, 10},
		{"256 MB, 100 pages/s, 200 Mbit/s", {256 * (size_t)BASE, 100, 200000}, 2},
	};
	struct bench_report report;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_process FILE\n");
		return 2;
	}
	if (cooperative_supported() < 0)
		fail("this kernel can't tell which pages were written: it takes one since 6.7",
		     NULL);
	bench_begin(&report);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		bench(&report, rows[i].name, &rows[i].load, rows[i].pairs);
	return bench_end(&report, NULL, argv[1]) ? 1 : 0;
}
