// SPDX-License-Identifier: Apache-2.0
/* Moves of a small application between two processes: whole ones, those that break, strangers, and
 * what is said at the same time. Each time one of the two serves. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "apps/cooperative/cooperative.h"
#include "tests/unit/cooperative_world.h"

/* One that serves, and pushes to one that is incoming; Return: the connection over which requests
 * are brought there */
static int begin_pair(struct instance *a, struct instance *b, const char *how)
{
	unsigned port;
	int gate;

	instance_begin(a, "a", false, PAGES * PAGE);
	instance_begin(b, "b", true, PAGES * PAGE);
	gate = instance_listen(b, &port);
	instance_push(a, port, how);
	return gate;
}

/* The application writes as fast as it can: what is dirty is most of it, always. */
static void moved(const char *how)
{
	struct instance a, b;
	int gate, commit;

	gate = begin_pair(&a, &b, how);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
	assert_string_equal(instance_ask(&b, "status", "state"), "receiving");
	assert_true(instance_has(&b, "incoming"));
	commit = instance_commit(&a);
	assert_string_equal(instance_hear(gate, "event"), "arm");
	assert_int_equal(cooperative_ask_say(gate, "armed"), 0);
	assert_string_equal(instance_hear(commit, "state"), "left");
	assert_true(cooperative_reply_number(&instance_reply, "frozen_ns") >
		    cooperative_reply_number(&instance_reply, "begun_ns"));
	assert_string_equal(instance_hear(gate, "state"), "serving");
	assert_true(instance_has(&b, "committed") && !instance_has(&b, "incoming"));
	instance_await(&b, 's');
	instance_await(&b, '.');
	close(gate);
	close(commit);
	assert_int_equal(instance_end(&a), 0);
	assert_string_equal(instance_ask(&b, "commit", "error"), "STATE");
	instance_kill(&b);
}

static void moves(void **state)
{
	moved(TARGET " verify=1");
}

static void moves_whole(void **state)
{
	moved("rounds=0 verify=1");
}

static void not_converged(void **state)
{
	struct instance a, b;
	int gate;

	gate = begin_pair(&a, &b, "target_us=1 rounds=1");
	assert_string_equal(instance_ask(&a, "wait ms=60000", "cause"), "NOT_CONVERGED");
	assert_int_equal(cooperative_reply_number(&instance_reply, "rounds"), 1);
	instance_check_serves(&a);
	assert_string_equal(instance_hear(gate, "state"), "refused");
	assert_int_equal(instance_end(&b), 3);
	close(gate);
	instance_kill(&a);
}

/* Who brings requests there can't, or is gone. */
static void gate_refused(void **state)
{
	for (int gone = 0; gone < 2; gone++) {
		struct instance a, b;
		int gate, commit;

		gate = begin_pair(&a, &b, TARGET);
		assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
		commit = instance_commit(&a);
		assert_string_equal(instance_hear(gate, "event"), "arm");
		if (gone)
			close(gate);
		else
			assert_int_equal(cooperative_ask_say(gate, "refused"), 0);
		assert_string_equal(instance_hear(commit, "state"), "serving");
		assert_string_equal(instance_ask(&a, "commit", "cause"), "REFUSED");
		instance_check_serves(&a);
		assert_int_equal(instance_end(&b), 3);
		if (!gone)
			close(gate);
		close(commit);
		instance_kill(&a);
	}
}

static void destination_lost(void **state)
{
	struct instance a, b, again;
	unsigned port;
	int gate, commit;

	gate = begin_pair(&a, &b, TARGET);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
	close(gate);
	assert_int_equal(instance_kill(&b), -SIGKILL);
	instance_check_serves(&a);
	/* and once more, with another */
	instance_begin(&again, "again", true, PAGES * PAGE);
	gate = instance_listen(&again, &port);
	instance_push(&a, port, TARGET);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
	commit = instance_commit(&a);
	assert_string_equal(instance_hear(gate, "event"), "arm");
	assert_int_equal(cooperative_ask_say(gate, "armed"), 0);
	assert_string_equal(instance_hear(commit, "state"), "left");
	instance_await(&again, 's');
	close(gate);
	close(commit);
	assert_int_equal(instance_end(&a), 0);
	instance_kill(&again);
}

static void source_lost(void **state)
{
	struct instance a, b;
	int gate;

	gate = begin_pair(&a, &b, TARGET);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
	assert_int_equal(instance_kill(&a), -SIGKILL);
	assert_string_equal(instance_hear(gate, "state"), "refused");
	close(gate);
	assert_int_equal(instance_end(&b), 3);
}

/* A fence before the decision: never; one after it: too late. */
static void fenced(void **state)
{
	struct instance a, b;
	int gate;

	gate = begin_pair(&a, &b, TARGET);
	assert_string_equal(instance_ask(&b, "fence", "state"), "refused");
	instance_check_serves(&a);
	assert_string_equal(instance_ask(&a, "fence", "state"), "serving");
	assert_string_equal(instance_ask(&a, "leave", "state"), "serving");
	close(gate);
	assert_int_equal(instance_end(&b), 3);
	instance_kill(&a);
}

static void undecided(void **state)
{
	static const char *const verdicts[] = {"resume", "leave"};

	for (int i = 0; i < 2; i++) {
		struct instance a;
		unsigned port;
		int listener = peer_listen(&port), commit, peer;

		instance_begin(&a, "a", false, PAGES * PAGE);
		instance_push(&a, port, "rounds=0");
		peer = accept(listener, NULL, NULL);
		peer_welcome(peer);
		assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
		commit = instance_commit(&a);
		peer_answer_until(peer, FRAME_COMMIT);
		close(peer);
		assert_string_equal(instance_hear(commit, "state"), "undecided");
		assert_string_equal(instance_ask(&a, "status", "state"), "undecided");
		/* It neither serves nor ends until it is told. */
		assert_string_equal(
			instance_ask(&a, "push address=127.0.0.1 port=1 key=" KEY, "error"),
			"STATE");
		assert_string_equal(instance_ask(&a, verdicts[i], "state"), i ? "left" : "serving");
		if (i == 0) {
			instance_await(&a, '.');
			instance_kill(&a);
		} else {
			assert_int_equal(instance_end(&a), 0);
		}
		close(commit);
		close(listener);
	}
}

static int connect_to(unsigned port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static int knock(unsigned port, uint8_t *ret_nonce)
{
	struct cooperative_frame frame;
	int fd = connect_to(port);

	assert_int_equal(peer_receive(fd, &frame), FRAME_CHALLENGE);
	assert_int_equal(recv(fd, ret_nonce, PROOF_NONCE, MSG_WAITALL), PROOF_NONCE);
	return fd;
}

static void await_refusal(int fd, enum cooperative_refusal why)
{
	struct cooperative_frame frame;

	assert_int_equal(peer_receive(fd, &frame), FRAME_REFUSE);
	assert_int_equal(frame.c, why);
	close(fd);
}

/* Strangers at the port: they are told no, learn nothing, and the right one still comes. */
static void strangers(void **state)
{
	uint8_t nonce[PROOF_NONCE], heard[PROOF_SIZE] = {0};
	const uint8_t garbage[COOPERATIVE_HEADER + PROOF_SIZE] = {0};
	struct instance a, b;
	unsigned port;
	int gate, fd;

	instance_begin(&a, "a", false, PAGES * PAGE);
	instance_begin(&b, "b", true, PAGES * PAGE);
	gate = instance_listen(&b, &port);
	fd = knock(port, nonce);
	peer_send(fd, FRAME_HELLO, heard, sizeof heard);
	await_refusal(fd, REFUSAL_KEY);
	fd = knock(port, nonce);
	peer_send(fd, FRAME_PAGES, heard, sizeof heard);
	await_refusal(fd, REFUSAL_MALFORMED);
	fd = knock(port, nonce);
	assert_int_equal(send(fd, garbage, sizeof garbage, MSG_NOSIGNAL), sizeof garbage);
	await_refusal(fd, REFUSAL_MALFORMED);
	/* what was right on that connection, on another one */
	proof_make(instance_key, sizeof instance_key, nonce, heard);
	fd = knock(port, nonce);
	peer_send(fd, FRAME_HELLO, heard, sizeof heard);
	await_refusal(fd, REFUSAL_KEY);
	instance_push(&a, port, TARGET);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
	assert_string_equal(instance_ask(&a, "resume", "state"), "serving");
	instance_check_serves(&a);
	close(gate);
	assert_int_equal(instance_end(&b), 3);
	instance_kill(&a);
}

/* An octet now and then, as long as it is listened to */
static pid_t drip(int fd)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (send(fd, "", 1, MSG_NOSIGNAL) == 1)
		usleep(300000);
	_exit(0);
}

/* Strangers who say next to nothing hold nobody up for as long as the right one waits. */
static void silent_strangers(void **state)
{
	struct instance a, b;
	unsigned port;
	int gate, fd[3];
	pid_t pid;

	instance_begin(&a, "a", false, PAGES * PAGE);
	instance_begin(&b, "b", true, PAGES * PAGE);
	gate = instance_listen(&b, &port);
	for (int i = 0; i < 3; i++)
		fd[i] = connect_to(port);
	pid = drip(fd[0]);
	instance_push(&a, port, TARGET);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
	assert_string_equal(instance_ask(&a, "resume", "state"), "serving");
	instance_check_serves(&a);
	for (int i = 0; i < 3; i++)
		close(fd[i]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(gate);
	assert_int_equal(instance_end(&b), 3);
	instance_kill(&a);
}

/* One that has converged, and is told to end, does, though nobody commits. */
static void ends_when_converged(void **state)
{
	struct instance a;
	unsigned port;
	int listener = peer_listen(&port), peer;
	struct pollfd ended;
	char said[64];

	instance_begin(&a, "a", false, PAGES * PAGE);
	instance_push(&a, port, "rounds=0");
	peer = accept(listener, NULL, NULL);
	peer_welcome(peer);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "state"), "converged");
	kill(a.pid, SIGTERM);
	ended = (struct pollfd){.fd = a.report, .events = POLLIN};
	do {
		if (poll(&ended, 1, 30000) != 1) {
			instance_kill(&a);
			fail_msg("it hangs");
		}
	} while (read(a.report, said, sizeof said) > 0);
	assert_int_equal(instance_end(&a), 0);
	close(peer);
	close(listener);
}

/* Says @line over @count connections at once; Return: how many were not refused */
static unsigned at_once(const struct instance *a, const char *line, unsigned count)
{
	unsigned taken = 0;
	char error[64];
	int fd[4];

	for (unsigned i = 0; i < count; i++)
		assert_int_equal(cooperative_ask_open(a->directory, &fd[i]), 0);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(cooperative_ask_say(fd[i], line), 0);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(cooperative_ask_hear(fd[i], &instance_reply, ANSWER_MS, -1), 0);
		cooperative_reply_text(&instance_reply, "error", error, sizeof error);
		taken += error[0] == '\0';
		close(fd[i]);
	}
	return taken;
}

/* Who is second to push is refused, and changes nothing of the first one's. */
static void one_push_at_a_time(void **state)
{
	struct instance a;
	unsigned port;
	int listener = peer_listen(&port), peer;
	char line[200];

	assert_int_equal(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	instance_begin(&a, "a", false, PAGES * PAGE);
	snprintf(line, sizeof line, "push address=127.0.0.1 port=%u key=" KEY, port);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(at_once(&a, line, 4), 1);
		assert_string_equal(instance_ask(&a, "status", "state"), "pushing");
		assert_string_equal(instance_ask(&a, "resume", "state"), "serving");
		while ((peer = accept(listener, NULL, NULL)) >= 0)
			close(peer);
	}
	instance_check_serves(&a);
	close(listener);
	instance_kill(&a);
}

/* Whatever is said at the same time: one that was fenced takes no state. */
static void fenced_while_it_begins(void **state)
{
	for (int i = 0; i < 20; i++) {
		struct instance b;
		int fd;

		instance_begin(&b, "b", true, PAGE);
		assert_int_equal(cooperative_ask_open(b.directory, &fd), 0);
		assert_int_equal(cooperative_ask_say(fd, "listen address=127.0.0.1 key=" KEY), 0);
		assert_string_equal(instance_ask(&b, "fence", "state"), "refused");
		close(fd);
		assert_int_equal(instance_end(&b), 3);
	}
}

static void other_memory(void **state)
{
	struct instance a, b;
	unsigned port;
	int gate;

	instance_begin(&a, "a", false, PAGES * PAGE);
	instance_begin(&b, "b", true, 2 * PAGES * PAGE);
	gate = instance_listen(&b, &port);
	instance_push(&a, port, TARGET);
	assert_string_equal(instance_ask(&a, "wait ms=60000", "cause"), "REFUSED");
	instance_check_serves(&a);
	close(gate);
	instance_end(&b);
	instance_kill(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves),
		cmocka_unit_test(moves_whole),
		cmocka_unit_test(not_converged),
		cmocka_unit_test(gate_refused),
		cmocka_unit_test(destination_lost),
		cmocka_unit_test(source_lost),
		cmocka_unit_test(fenced),
		cmocka_unit_test(undecided),
		cmocka_unit_test(strangers),
		cmocka_unit_test(silent_strangers),
		cmocka_unit_test(ends_when_converged),
		cmocka_unit_test(one_push_at_a_time),
		cmocka_unit_test(fenced_while_it_begins),
		cmocka_unit_test(other_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (cooperative_supported() < 0) {
		printf("1..0 # SKIP this kernel can't tell which pages were written\n");
		return 0;
	}
	return cmocka_run_group_tests_name("moves", tests, NULL, NULL);
}
