// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/cooperative_world.h"

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

/*
 * The application: page i holds how often it was its turn. Every 64th stays zero, and those of the
 * last quarter are written once at most. Its exit status: 0 moved, 3 it was told not to serve.
 */
static void step(uint64_t *arena, uint64_t turn)
{
	uint64_t page = turn * 7 % (PAGES * 3 / 4);

	if (page % 64 && page)
		arena[page * PAGE / 8 + 1] += turn;
	arena[0] = turn;
}

static bool is_right(const uint64_t *arena)
{
	uint64_t *model = calloc(PAGES, PAGE);
	bool right;

	for (uint64_t turn = 1; turn <= arena[0]; turn++)
		step(model, turn);
	right = memcmp(model, arena, PAGES * PAGE) == 0;
	free(model);
	return right;
}

static volatile sig_atomic_t terminated;

static void on_terminate(int signal)
{
	terminated = 1;
}

static void application(const char *directory, size_t bytes, int report)
{
	struct cooperative_config config = {
		.number = NUMBER, .bytes = bytes, .state_directory = directory};
	struct cooperative *c;
	struct pollfd p;
	uint64_t *arena;
	int r;

	if (cooperative_open(&config, &c) < 0)
		_exit(1);
	if (write(report, "o", 1) != 1)
		_exit(1);
	r = cooperative_await(c);
	if (r < 0) {
		cooperative_close(c);
		_exit(3);
	}
	arena = cooperative_memory(c);
	if (!is_right(arena) || (r == 1) != (arena[0] != 0))
		_exit(4);
	if (write(report, "s", 1) != 1)
		_exit(1);
	p = (struct pollfd){.fd = cooperative_fd(c), .events = POLLIN};
	signal(SIGTERM, on_terminate);
	while (!terminated) {
		step(arena, arena[0] + 1);
		if (arena[0] % 1000 == 0 && write(report, ".", 1) < 0 && errno != EAGAIN)
			_exit(5); /* who listened is gone */
		if (poll(&p, 1, 0) == 0)
			continue;
		r = cooperative_safe_point(c);
		if (r == COOPERATIVE_MOVED)
			break;
	}
	cooperative_close(c);
	_exit(0);
}

void instance_await(const struct instance *a, char wanted)
{
	char said;

	do {
		assert_int_equal(read(a->report, &said, 1), 1);
	} while (said != wanted);
}

void instance_begin(struct instance *a, const char *name, bool incoming, size_t bytes)
{
	static unsigned count;
	int pipes[2];
	char path[96];

	snprintf(a->directory, sizeof a->directory, "/tmp/test_cooperative.%d.%s%u", getpid(), name,
		 count++);
	assert_int_equal(mkdir(a->directory, 0700), 0);
	snprintf(path, sizeof path, "%s/incoming", a->directory);
	if (incoming)
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(fcntl(pipes[1], F_SETFL, O_NONBLOCK), 0); /* nobody may be listening */
	a->pid = fork();
	assert_true(a->pid >= 0);
	if (a->pid == 0) {
		close(pipes[0]);
		signal(SIGPIPE, SIG_IGN);
		application(a->directory, bytes, pipes[1]);
	}
	close(pipes[1]);
	a->report = pipes[0];
	instance_await(a, 'o');
	if (!incoming)
		instance_await(a, '.');
}

bool instance_has(const struct instance *a, const char *name)
{
	char path[96];

	snprintf(path, sizeof path, "%s/%s", a->directory, name);
	return access(path, F_OK) == 0;
}

int instance_end(struct instance *a)
{
	static const char *const files[] = {"incoming", "committed", "cooperative.sock"};
	char path[96];
	int status;

	assert_int_equal(waitpid(a->pid, &status, 0), a->pid);
	close(a->report);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", a->directory, files[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(a->directory), 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int instance_kill(struct instance *a)
{
	kill(a->pid, SIGKILL);
	return instance_end(a);
}

struct cooperative_reply instance_reply;

const char *instance_ask(const struct instance *a, const char *line, const char *name)
{
	static char text[256];

	assert_int_equal(cooperative_ask(a->directory, line, &instance_reply, ANSWER_MS, -1), 0);
	return cooperative_reply_text(&instance_reply, name, text, sizeof text);
}

/* Return: the connection, over which requests are said to be brought here */
int instance_listen(const struct instance *a, unsigned *ret_port)
{
	int fd;

	assert_int_equal(cooperative_ask_open(a->directory, &fd), 0);
	assert_int_equal(cooperative_ask_say(fd, "listen address=127.0.0.1 key=" KEY), 0);
	assert_int_equal(cooperative_ask_hear(fd, &instance_reply, ANSWER_MS, -1), 0);
	*ret_port = (unsigned)cooperative_reply_number(&instance_reply, "port");
	assert_true(*ret_port > 0);
	return fd;
}

void instance_push(const struct instance *a, unsigned port, const char *more)
{
	char line[300];

	snprintf(line, sizeof line, "push address=127.0.0.1 port=%u key=" KEY " %s", port, more);
	assert_string_equal(instance_ask(a, line, "error"), "");
}

int instance_commit(const struct instance *a)
{
	int fd;

	assert_int_equal(cooperative_ask_open(a->directory, &fd), 0);
	assert_int_equal(cooperative_ask_say(fd, "commit"), 0);
	return fd;
}

const char *instance_hear(int fd, const char *name)
{
	static char text[256];

	assert_int_equal(cooperative_ask_hear(fd, &instance_reply, ANSWER_MS, -1), 0);
	return cooperative_reply_text(&instance_reply, name, text, sizeof text);
}

/* Back to serving, with its state, and able to try again */
void instance_check_serves(struct instance *a)
{
	while (strcmp(instance_ask(a, "wait ms=60000", "state"), "serving") != 0)
		;
	instance_await(a, '.');
}

const uint8_t instance_key[COOPERATIVE_KEY] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
					       0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
					       0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
					       0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

void peer_send(int fd, enum cooperative_frame_type type, const void *body, size_t length)
{
	const struct cooperative_frame frame = {.type = type};
	uint8_t bytes[COOPERATIVE_HEADER];

	cooperative_frame_put(&frame, bytes);
	assert_int_equal(send(fd, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
	if (length > 0)
		assert_int_equal(send(fd, body, length, MSG_NOSIGNAL), length);
}

enum cooperative_frame_type peer_receive(int fd, struct cooperative_frame *ret)
{
	uint8_t bytes[COOPERATIVE_HEADER];

	assert_int_equal(recv(fd, bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
	assert_int_equal(cooperative_frame_get(bytes, ret), 0);
	return ret->type;
}

/* The source shows that it has the key, for the nonce that it was sent. */
void peer_welcome(int fd)
{
	static const uint8_t nonce[PROOF_NONCE] = {1, 2, 3};
	struct cooperative_frame frame;
	uint8_t proof[PROOF_SIZE];

	peer_send(fd, FRAME_CHALLENGE, nonce, sizeof nonce);
	assert_int_equal(peer_receive(fd, &frame), FRAME_HELLO);
	assert_int_equal(recv(fd, proof, sizeof proof, MSG_WAITALL), sizeof proof);
	assert_true(proof_check(instance_key, sizeof instance_key, nonce, proof));
	peer_send(fd, FRAME_WELCOME, NULL, 0);
}

/* A destination of the test's own: takes what comes, up to a frame of @last, and says what is right
 * but to that of COMMIT: nothing, so that nobody knows. */
void peer_answer_until(int fd, enum cooperative_frame_type last)
{
	struct cooperative_frame frame;
	uint8_t body[4096];

	do {
		peer_receive(fd, &frame);
		for (size_t left = cooperative_frame_body(&frame); left > 0;) {
			ssize_t n = recv(fd, body, left < sizeof body ? left : sizeof body, 0);

			assert_true(n > 0);
			left -= (size_t)n;
		}
		if (frame.type == FRAME_ARM)
			peer_send(fd, FRAME_ARMED, NULL, 0);
	} while (frame.type != last);
}

int peer_listen(unsigned *ret_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*ret_port = ntohs(at.sin_port);
	return fd;
}
