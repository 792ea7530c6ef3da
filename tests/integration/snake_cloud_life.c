// SPDX-License-Identifier: Apache-2.0
/* Peers that misbehave, and the end and restart of snake-cloud. */
#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/snake_cloud_cases.h"

enum {
#ifdef __SANITIZE_ADDRESS__
	GROWTH_MAX = 64 << 20, /* it keeps what is freed; leaks it finds itself, at the end */
#else
	GROWTH_MAX = 256 << 10, /* of 80 switches: allocators keep some */
#endif
};

/* Views go to the other sessions of an account: who doesn't read them is soon a mebibyte behind */
static void case_slow_reader(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *slow = cloud_bed_edge(bed, "ann", "edge-b");
	struct snake_client *b = cloud_bed_edge(bed, "bob", "edge-b");
	char view[STATE_VIEW_MAX + 1];

	snprintf(view, sizeof(view), "{\"text\": \"%0230d\"}", 0);
	slow->deaf = true;
	for (int i = 0; cloud_bed_number(bed, STATUS, "sessions.secondary") == 1; i++) {
		check(i < 1000, "100,000 views");
		for (int k = 0; k < 100; k++)
			snake_client_view(a, view);
		cloud_bed_turn(bed);
	}
	check(cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"slow\"} ") == 1,
	      "counted");
	await(bed, a->checked >= 1 && b->checked >= 1);
	check(!a->gaps && !b->gaps && !b->errors, "the others missed nothing");
	slow->deaf = false;
	await(bed, slow->fd < 0);
	check(!slow->gaps && !slow->errors, "what it got was whole");
}

enum { SILENT_S = 10 /* apps/game/cloud/connection.c */ };

/* Who acknowledges nothing for so long has gone without a word */
static void case_silent_peer(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");

	a->deaf = true;
	await(bed, cloud_bed_number(bed, STATUS, "sessions.primary") == 0);
	check(cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"silent\"} ") == 1,
	      "counted");
	a = cloud_bed_edge(bed, "ann", "edge-a");
	check(a->welcome.role == STATE_PRIMARY, "it comes back");
}

/* It is given up while the daemon stands still: then its next tick finds that out, writing */
static void case_silent_unseen(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	uint64_t full = cloud_bed_now_ms();
	int waiting = 0, before = -1;

	a->deaf = true;
	for (; waiting != before || cloud_bed_now_ms() < full + 1000; cloud_bed_turn(bed)) {
		if (waiting != before)
			full = cloud_bed_now_ms();
		before = waiting;
		check(ioctl(a->fd, FIONREAD, &waiting) == 0, "%m");
	}
	kill(bed->pid, SIGSTOP);
	sleep(SILENT_S + 2);
	kill(bed->pid, SIGCONT);
	await(bed, cloud_bed_number(bed, STATUS, "sessions.primary") == 0);
	check(cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"silent\"} ") == 1,
	      "counted");
}

static void case_flood(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "bob", "edge-b");
	uint8_t ask[STATE_SMALL_MAX];
	size_t len = state_put_ask(ask);
	unsigned before = b->deltas;

	for (int i = 0; i < 20000; i++) {
		snake_client_send(a, ask, len);
		if (i % 100 == 0)
			snake_clients_turn(bed->edge, bed->edges, 0);
	}
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1 && b->deltas > before + 10);
	check(a->snapshots <= 1 + (unsigned)(b->deltas / 12) + 1, "%u snapshots in %u ticks",
	      a->snapshots, b->deltas);
	check(!b->gaps && !b->errors && !a->errors, "everybody is served");
}

enum { STRANGERS = 1024 + 200 /* more than there is room for */ };

static int stranger(const struct cloud_bed *bed)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(bed->state_port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "a connection: %m");
	return fd;
}

static void many_files(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Connections that never say HELLO, renewed all the time: they displace each other, nobody else */
static void case_strangers(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a"), *b;
	int fd[STRANGERS];

	many_files();
	for (size_t i = 0; i < STRANGERS; i++) {
		fd[i] = stranger(bed);
		if (i % 32 == 0)
			cloud_bed_turn(bed);
	}
	b = cloud_bed_edge(bed, "bob", "edge-b");
	check(b->welcome.role == STATE_PRIMARY, "an edge comes in");
	for (size_t i = 0; i < STRANGERS / 4; i++) {
		close(fd[i]);
		fd[i] = stranger(bed);
		if (i % 32 == 0)
			cloud_bed_turn(bed);
	}
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	snake_client_input(b, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1 && b->last_input == 1);
	check(!a->gaps && !b->gaps && !a->errors && !b->errors, "both play on");
	check(cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"displaced\"} ") > 0,
	      "and it is counted");
	check(cloud_bed_number(bed, STATUS, "sessions.primary") == 2, "two players");
	for (size_t i = 0; i < STRANGERS; i++)
		close(fd[i]);
}

static void case_restart(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	uint32_t tick;

	snake_client_input(a, 4, 1, 20, INPUT_GO);
	await(bed, a->last_input == 20);
	snake_client_input(a, 0, 21, 20, INPUT_GO);
	await(bed, a->last_input > 22);
	tick = a->world->tick;
	cloud_bed_kill(bed);
	await(bed, a->fd < 0);
	cloud_bed_start(bed);
	check(cloud_bed_number(bed, ANN, "last_input") >= a->last_input, "what was acknowledged");
	check(cloud_bed_number(bed, ANN, "switch_number") == 4, "and the switch");
	a = cloud_bed_edge(bed, "ann", "edge-a");
	check(a->welcome.role == STATE_PRIMARY && a->welcome.switch_number == 4, "welcome");
	check(a->world->tick > tick, "%u is not above %u", a->world->tick, tick);
	/* all is sent again: only what was not applied is applied */
	snake_client_input(a, 0, 1, 41, INPUT_GO);
	await(bed, a->last_input == 41);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 41 - a->welcome.last_input, "%lld",
	      cloud_bed_number(bed, STATUS, "inputs.applied"));
	snake_client_input(a, 4, 42, 1, INPUT_GO);
	await(bed, a->roles == 1 && a->last_input == 42);
	check(a->role.outcome == STATE_STALE, "an old signal is old after a restart, too");
}

static void limit_files(struct cloud_bed *bed, bool full)
{
	struct rlimit limit;
	struct stat st;
	char path[96];

	snprintf(path, sizeof(path), "%s/state", bed->dir);
	check(stat(path, &st) == 0, "a state file");
	prlimit(bed->pid, RLIMIT_FSIZE, NULL, &limit);
	limit.rlim_cur = full ? (rlim_t)st.st_size + 5 : limit.rlim_max;
	check(prlimit(bed->pid, RLIMIT_FSIZE, &limit, NULL) == 0, "a limit");
}

/* What can't be kept is not acknowledged: inputs wait, a signal is not answered, all goes on
 * afterwards */
static void case_full_disk(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "ann", "edge-b");
	unsigned deltas;

	snake_client_input(a, 0, 1, 2, INPUT_GO);
	await(bed, a->last_input == 2);
	limit_files(bed, true);
	snake_client_input(a, 0, 3, 2, INPUT_GO);
	snake_client_input(b, 1, 3, 2, INPUT_GO);
	await(bed, cloud_bed_metric(
			   bed, "baton_snake_switching_signals_total{outcome=\"unkept\"} ") == 1);
	deltas = a->deltas;
	await(bed, a->deltas > deltas + 60);
	check(a->last_input == 2 && !b->roles && !a->roles, "nothing was acknowledged");
	check(cloud_bed_number(bed, STATUS, "state_errors") > 1, "and it says so");
	limit_files(bed, false);
	await(bed, a->last_input == 4);
	snake_client_input(b, 1, 3, 3, INPUT_GO); /* the UE repeats both */
	await(bed, b->last_input == 5 && b->role.role == STATE_PRIMARY);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 5, "each once");
	check(!a->gaps && !b->gaps, "and the world went on");
}

/* Inputs flow, the UE sends again what is not acknowledged, and the cloud is killed again and again
 */
static void case_restart_often(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	uint32_t made = 0;

	for (int round = 0; round < 12; round++) {
		uint32_t acked = a->last_input, welcome = a->welcome.last_input;

		made = acked + 40;
		snake_client_input(a, 0, acked + 1, 40, INPUT_GO);
		/* a little further each time, at last all of them */
		await(bed, a->last_input >= acked + 1 + (uint32_t)round * 39 / 11);
		check(cloud_bed_number(bed, STATUS, "inputs.applied") >= a->last_input - welcome,
		      "round %d", round);
		cloud_bed_kill(bed);
		await(bed, a->fd < 0);
		acked = a->last_input;
		cloud_bed_drop(bed, a);
		cloud_bed_start(bed);
		a = cloud_bed_edge(bed, "ann", "edge-a");
		check(a->welcome.last_input >= acked && a->welcome.last_input <= made,
		      "round %d: %u acknowledged, %u known, %u made", round, acked,
		      a->welcome.last_input, made);
	}
	snake_client_input(a, 0, a->last_input + 1, made - a->last_input + 1, INPUT_GO);
	await(bed, a->last_input == made + 1);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == made + 1 - a->welcome.last_input,
	      "each once");
}

/* A player moves back and forth: each time a new session, inputs on both paths, the signal, the old
 * session's end */
static void case_hundred_switches(struct cloud_bed *bed)
{
	struct snake_client *old = cloud_bed_edge(bed, "ann", "edge-a"), *other;
	unsigned me = old->welcome.player;
	long long before = 0, after;
	uint32_t made = 0;

	other = cloud_bed_edge(bed, "bob", "edge-a");
	for (uint32_t n = 1; n <= 100; n++) {
		struct snake_client *new = cloud_bed_edge(bed, "ann", n % 2 ? "edge-b" : "edge-a");

		snake_client_input(old, 0, made + 1, 3, INPUT_GO); /* in flight */
		made += 4;
		snake_client_input(new, n, new->last_input + 1, made - new->last_input, INPUT_GO);
		await(bed, new->last_input == made &&new->role.role == STATE_PRIMARY);
		await(bed, old->role.role == STATE_SECONDARY);
		check(new->welcome.player == me && !new->gaps && !old->gaps, "switch %u", n);
		cloud_bed_drop(bed, old);
		old = new;
		if (n == 20)
			before = cloud_bed_metric(bed, "process_resident_memory_bytes ");
	}
	after = cloud_bed_metric(bed, "process_resident_memory_bytes ");
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == made, "each once");
	check(cloud_bed_number(bed, ANN, "switch_number") == 100, "all of them");
	check(!other->gaps && !other->errors && other->fd >= 0, "others see nothing of it");
	check(after - before < GROWTH_MAX, "%lld octets more", after - before);
}

/* Whether it was killed or told to end: who was primary is primary again, whoever comes first */
static void restart_roles(struct cloud_bed *bed, void (*end)(struct cloud_bed *bed))
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "ann", "edge-b");

	snake_client_input(b, 1, 1, 1, INPUT_GO);
	await(bed, b->last_input == 1 && b->role.role == STATE_PRIMARY);
	end(bed);
	await(bed, a->fd < 0 && b->fd < 0);
	cloud_bed_start(bed);
	a = cloud_bed_edge(bed, "ann", "edge-a");
	check(a->welcome.role == STATE_SECONDARY, "the first to come is not the one");
	snake_client_input(a, 0, 2, 1, INPUT_GO);
	await(bed, cloud_bed_number(bed, STATUS, "inputs.secondary") == 1);
	check(cloud_bed_number(bed, STATUS, "sessions.primary") == 0, "nobody yet");
	b = cloud_bed_edge(bed, "ann", "edge-b");
	check(b->welcome.role == STATE_PRIMARY, "this one is");
	snake_client_input(b, 0, 2, 1, INPUT_GO);
	await(bed, a->last_input == 2);
	snake_client_input(a, 2, 3, 1, INPUT_GO);
	await(bed, a->role.role == STATE_PRIMARY && b->role.role == STATE_SECONDARY);
}

static void case_restart_roles(struct cloud_bed *bed)
{
	restart_roles(bed, cloud_bed_kill);
}

static void stop(struct cloud_bed *bed)
{
	cloud_bed_tell(bed);
	cloud_bed_wait(bed);
}

static void case_stop_roles(struct cloud_bed *bed)
{
	restart_roles(bed, stop);
}

/* Nobody has a session when it ends: nobody is awaited */
static void case_restart_alone(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");

	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1);
	cloud_bed_drop(bed, a);
	await(bed, cloud_bed_number(bed, STATUS, "sessions.closed") == 1);
	cloud_bed_kill(bed);
	cloud_bed_start(bed);
	a = cloud_bed_edge(bed, "ann", "edge-b");
	check(a->welcome.role == STATE_PRIMARY && a->welcome.last_input == 1, "the first");
}

static void case_shutdown(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_login l = snake_login(bed->login_port, "bob", "b", "edge-b");

	check(l.status == 200, "%u", l.status);
	cloud_bed_stranger(bed, NULL);
	cloud_bed_tell(bed);
	await(bed, a->fd < 0);
	check(a->bye == STATE_BYE_SHUTDOWN, "bye %d", a->bye);
}

const struct cloud_case cloud_life_cases[] = {
	{"silent-peer", case_silent_peer, NULL},
	{"silent-unseen", case_silent_unseen, NULL},
	{"slow-reader", case_slow_reader, NULL},
	{"flood", case_flood, NULL},
	{"strangers", case_strangers, NULL},
	{"restart", case_restart, NULL},
	{"full-disk", case_full_disk, NULL},
	{"restart-often", case_restart_often, NULL},
	{"hundred-switches", case_hundred_switches, NULL},
	{"restart-roles", case_restart_roles, NULL},
	{"stop-roles", case_stop_roles, NULL},
	{"restart-alone", case_restart_alone, NULL},
	{"shutdown", case_shutdown, NULL},
	{NULL, NULL, NULL},
};
