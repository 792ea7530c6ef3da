// SPDX-License-Identifier: Apache-2.0
/*
 * SCTP associations between two processes on loopback, in a network namespace of their own. Each
 * case runs on usrsctp, and again on the kernel's stack where there is one (in the lab).
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "lib/sctp.h"
#include "tests/unit/sctp_peer.h"

enum { PATIENCE_MS = 15000, TICK_MS = 5, PORT = 38412, OTHER_PORT = 38413, PPID_NGAP = 60 };

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* The child: this program again, as sctp_peer.c. It echoes each message and tells its events
 * through a pipe. */

struct child {
	pid_t pid;
	int events; /* what it tells */
	char text[4096];
};

static void child_start(struct child *c, enum sctp_stack stack, uint16_t port)
{
	int ends[2];

	memset(c, 0, sizeof(*c));
	assert_int_equal(pipe(ends), 0);
	c->pid = fork();
	if (c->pid == 0) {
		char text[8];

		/* Anew, by exec: usrsctp's state does not survive a fork. */
		snprintf(text, sizeof(text), "%u", port);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl("/proc/self/exe", "test_sctp", sctp_stack_name(stack), "0", "listen",
		      "127.0.0.1", text, NULL);
		_exit(4);
	}
	close(ends[1]);
	c->events = ends[0];
}

static void child_stop(struct child *c)
{
	if (!c->pid)
		return;
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	close(c->events);
	c->pid = 0;
}

/* Has the child told @line? */
static bool told(struct child *c, const char *line)
{
	struct timeval none = {0};
	fd_set set;
	size_t len = strlen(c->text);
	ssize_t n;

	FD_ZERO(&set);
	FD_SET(c->events, &set);
	if (select(c->events + 1, &set, NULL, NULL, &none) == 1) {
		n = read(c->events, c->text + len, sizeof(c->text) - 1 - len);
		if (n > 0)
			c->text[len + (size_t)n] = '\0';
	}
	return strstr(c->text, line) != NULL;
}

/* The parent's world */

struct world {
	enum sctp_stack stack;
	uv_loop_t loop;
	uv_timer_t tick;
	unsigned ticks;
	struct child child, other;
	unsigned ups, downs, messages;
	int error; /* of the last down */
	uint16_t stream;
	uint32_t ppid;
	size_t len;
	char data[65536];
	bool numbered; /* messages begin with their number */
	unsigned out_of_order;
	bool close_on_message;
	struct sctp_assoc *accepted;
};

static void on_tick(uv_timer_t *timer)
{
	struct world *w = timer->data;

	w->ticks++;
}

#define wait_until(w, condition)                                                                   \
	do {                                                                                       \
		(w)->ticks = 0;                                                                    \
		uv_timer_start(&(w)->tick, on_tick, TICK_MS, TICK_MS);                             \
		while (!(condition) && (w)->ticks < PATIENCE_MS / TICK_MS)                         \
			uv_run(&(w)->loop, UV_RUN_ONCE);                                           \
		uv_timer_stop(&(w)->tick);                                                         \
		assert_true(condition);                                                            \
	} while (0)

static void on_up(struct sctp_assoc *assoc, void *user)
{
	struct world *w = user;

	w->ups++;
}

static void on_message(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		       size_t len, void *user)
{
	struct world *w = user;

	w->messages++;
	w->stream = stream;
	w->ppid = ppid;
	w->len = len;
	memcpy(w->data, data, len);
	if (w->numbered) {
		unsigned number;

		memcpy(&number, data, sizeof number);
		w->out_of_order += number != w->messages - 1;
	}
	if (w->close_on_message)
		sctp_close(assoc);
}

static void on_down(struct sctp_assoc *assoc, int error, void *user)
{
	struct world *w = user;

	w->downs++;
	w->error = error;
	sctp_close(assoc); /* harmless */
}

static void *on_accepted(struct sctp_assoc *assoc, void *user)
{
	struct world *w = user;

	w->accepted = assoc;
	return user;
}

static const struct sctp_events events = {.up = on_up, .message = on_message, .down = on_down};

static void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static int setup_world(void **state, enum sctp_stack stack)
{
	struct world *w = calloc(1, sizeof(*w));

	w->stack = stack;
	uv_loop_init(&w->loop);
	uv_timer_init(&w->loop, &w->tick);
	w->tick.data = w;
	*state = w;
	return 0;
}

static int setup_user(void **state)
{
	return setup_world(state, SCTP_USER);
}

static int setup_kernel(void **state)
{
	return setup_world(state, SCTP_KERNEL);
}

static int teardown(void **state)
{
	struct world *w = *state;

	if (!uv_is_closing((uv_handle_t *)&w->tick))
		uv_close((uv_handle_t *)&w->tick, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	child_stop(&w->child);
	child_stop(&w->other);
	free(w);
	return 0;
}

static void start_child(struct world *w, struct child *c, uint16_t port)
{
	child_start(c, w->stack, port);
	wait_until(w, told(c, "listen 0\n"));
}

static struct sctp_assoc *start_connect(struct world *w, uint16_t port)
{
	struct sockaddr_in local = loopback(0), remote = loopback(port);
	struct sctp_assoc *assoc;

	assert_int_equal(sctp_connect(&w->loop, w->stack, &local, &remote, &events, w, &assoc), 0);
	return assoc;
}

static struct sctp_assoc *connected(struct world *w, uint16_t port)
{
	unsigned before = w->ups;
	struct sctp_assoc *assoc = start_connect(w, port);

	assert_int_equal(sctp_send(assoc, 0, PPID_NGAP, "x", 1), -ENOTCONN);
	wait_until(w, w->ups == before + 1);
	assert_int_equal(ntohs(sctp_peer(assoc).sin_port), port);
	return assoc;
}

static void echo(struct world *w, struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid,
		 size_t len)
{
	unsigned before = w->messages;
	char *data = malloc(len);

	for (size_t i = 0; i < len; i++)
		data[i] = (char)(i * 31 + len);
	assert_int_equal(sctp_send(assoc, stream, ppid, data, len), 0);
	wait_until(w, w->messages == before + 1);
	assert_int_equal(w->stream, stream);
	assert_int_equal(w->ppid, ppid);
	assert_int_equal(w->len, len);
	assert_memory_equal(w->data, data, len);
	free(data);
}

/* Cases */

static void test_echo(void **state)
{
	static const struct {
		uint16_t stream;
		uint32_t ppid;
		size_t len;
	} rows[] = {
		{0, PPID_NGAP, 1},     {1, PPID_NGAP, 100},   {15, 0, 1400},
		{3, 0xdeadbeef, 1401}, {0, PPID_NGAP, 10000}, {2, PPID_NGAP, 65536},
	};
	struct world *w = *state;
	struct sctp_assoc *assoc;

	start_child(w, &w->child, PORT);
	assoc = connected(w, PORT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		echo(w, assoc, rows[i].stream, rows[i].ppid, rows[i].len);
	assert_int_equal(sctp_send(assoc, 0, 0, w->data, 65537), -EMSGSIZE);
	assert_int_equal(sctp_send(assoc, 0, 0, w->data, 0), -EMSGSIZE);
	sctp_close(assoc);
	wait_until(w, told(&w->child, "down 0\n"));
	assert_int_equal(w->downs, 0);
}

static void test_local_by_route(void **state)
{
	struct world *w = *state;
	struct sockaddr_in remote = loopback(PORT);
	struct sctp_assoc *assoc;

	start_child(w, &w->child, PORT);
	assert_int_equal(sctp_connect(&w->loop, w->stack, NULL, &remote, &events, w, &assoc), 0);
	wait_until(w, w->ups == 1);
	echo(w, assoc, 0, PPID_NGAP, 10);
	sctp_abort(assoc);
	wait_until(w, told(&w->child, "down -104\n"));
	assert_int_equal(w->downs, 0);
}

static void test_peer_closes(void **state)
{
	struct world *w = *state;
	struct sctp_assoc *assoc;

	start_child(w, &w->child, PORT);
	assoc = connected(w, PORT);
	assert_int_equal(sctp_send(assoc, 0, 0, "close", 5), 0);
	wait_until(w, w->downs == 1);
	assert_int_equal(w->error, 0);
	assoc = connected(w, PORT);
	assert_int_equal(sctp_send(assoc, 0, 0, "abort", 5), 0);
	wait_until(w, w->downs == 2);
	assert_int_equal(w->error, -ECONNRESET);
}

static void test_close_in_callback(void **state)
{
	struct world *w = *state;
	struct sctp_assoc *assoc;

	start_child(w, &w->child, PORT);
	assoc = connected(w, PORT);
	w->close_on_message = true;
	assert_int_equal(sctp_send(assoc, 0, 0, "a", 1), 0);
	assert_int_equal(sctp_send(assoc, 0, 0, "b", 1), 0);
	wait_until(w, w->messages == 1);
	wait_until(w, told(&w->child, "down "));
	assert_int_equal(w->messages, 1);
	assert_int_equal(w->downs, 0);
}

static void test_refused(void **state)
{
	struct world *w = *state;

	start_child(w, &w->child, PORT);
	start_connect(w, OTHER_PORT);
	wait_until(w, w->downs == 1);
	assert_int_equal(w->error, -ECONNREFUSED);
	assert_int_equal(w->ups, 0);
}

/* Waits for the end of an association, and checks that it came by @limit_ms. */
static void expect_down(struct world *w, unsigned before, unsigned limit_ms)
{
	uint64_t start = uv_hrtime();

	wait_until(w, w->downs == before + 1);
	assert_in_range((uv_hrtime() - start) / 1000000, 0, limit_ms);
}

static void test_silent_peer(void **state)
{
	struct world *w = *state;

	if (w->stack == SCTP_KERNEL)
		skip(); /* the kernel answers for a stopped process */
	start_child(w, &w->child, PORT);
	connected(w, PORT);
	kill(w->child.pid, SIGSTOP);
	expect_down(w, 0, 4000);
	assert_int_equal(w->error, -ETIMEDOUT);
	/* and nobody answers INIT */
	start_connect(w, PORT);
	expect_down(w, 1, 4000);
	assert_int_equal(w->error, -ETIMEDOUT);
	kill(w->child.pid, SIGCONT);
}

static void test_killed_peer(void **state)
{
	struct world *w = *state;
	struct sctp_assoc *assoc;

	start_child(w, &w->child, PORT);
	assoc = connected(w, PORT);
	echo(w, assoc, 0, PPID_NGAP, 10);
	child_stop(&w->child);
	start_child(w, &w->child, PORT);
	/* An ABORT for the old association, or the kernel's shutdown. */
	expect_down(w, 0, 3000);
	assoc = connected(w, PORT);
	echo(w, assoc, 0, PPID_NGAP, 10);
	sctp_close(assoc);
	wait_until(w, told(&w->child, "down 0\n"));
}

static void test_two_listeners(void **state)
{
	struct world *w = *state;
	struct sctp_assoc *a, *b;

	start_child(w, &w->child, PORT);
	start_child(w, &w->other, OTHER_PORT);
	a = connected(w, PORT);
	b = connected(w, OTHER_PORT);
	for (unsigned i = 0; i < 20; i++) {
		echo(w, a, 0, PPID_NGAP, 100 + i);
		echo(w, b, 1, PPID_NGAP, 2000 + i);
	}
	child_stop(&w->other);
	expect_down(w, 0, 3000);
	echo(w, a, 0, PPID_NGAP, 10);
	sctp_close(a);
	wait_until(w, told(&w->child, "down 0\n"));
	assert_int_equal(w->downs, 1);
}

static void test_address_in_use(void **state)
{
	struct world *w = *state;
	struct sockaddr_in local = loopback(PORT);
	struct sctp_listener *listener;

	start_child(w, &w->child, PORT);
	assert_int_equal(sctp_listen(&w->loop, w->stack, &local, &events, NULL, NULL, &listener),
			 -EADDRINUSE);
}

static void test_queue_full(void **state)
{
	struct world *w = *state;
	struct sctp_assoc *assoc;
	unsigned sent = 0;
	int err = 0;

	start_child(w, &w->child, PORT);
	assoc = connected(w, PORT);
	kill(w->child.pid, SIGSTOP);
	for (; sent < 1000 && err == 0; sent += err == 0)
		err = sctp_send(assoc, 0, PPID_NGAP, w->data, 10000);
	assert_int_equal(err, -EAGAIN);
	assert_in_range(sent, 400, 700); /* 4 MiB and what the stack holds */
	kill(w->child.pid, SIGCONT);
	wait_until(w, w->messages == sent);
	echo(w, assoc, 0, PPID_NGAP, 10);
	sctp_close(assoc);
	wait_until(w, told(&w->child, "down 0\n"));
}

/* More small messages in one go than a stack takes: none is lost, and they come in order. */
static void test_burst(void **state)
{
	struct world *w = *state;
	struct sctp_assoc *assoc;
	enum { BURST = 5000 };

	w->numbered = true;
	start_child(w, &w->child, PORT);
	assoc = connected(w, PORT);
	for (unsigned i = 0; i < BURST; i++) {
		memcpy(w->data, &i, sizeof i);
		assert_int_equal(sctp_send(assoc, 0, PPID_NGAP, w->data, 100), 0);
	}
	wait_until(w, w->messages == BURST);
	assert_int_equal(w->out_of_order, 0);
	echo(w, assoc, 0, PPID_NGAP, 10);
	sctp_close(assoc);
	wait_until(w, told(&w->child, "down 0\n"));
}

/* Both ends in one process: accepted associations outlive their listener. */
static void both_ends_here(struct world *w)
{
	struct sockaddr_in address = loopback(PORT);
	struct sctp_listener *listener;
	struct sctp_assoc *client;

	assert_int_equal(
		sctp_listen(&w->loop, w->stack, &address, &events, on_accepted, w, &listener), 0);
	assert_int_equal(sctp_connect(&w->loop, w->stack, NULL, &address, &events, w, &client), 0);
	wait_until(w, w->ups == 1 && w->accepted != NULL);
	sctp_listener_free(listener);
	assert_int_equal(sctp_send(w->accepted, 0, PPID_NGAP, "hello", 5), 0);
	wait_until(w, w->messages == 1);
	assert_int_equal(sctp_send(client, 0, PPID_NGAP, "hello", 5), 0);
	wait_until(w, w->messages == 2);
	sctp_close(client);
	wait_until(w, w->downs == 1);
	assert_int_equal(w->error, 0);
}

static void test_listener_freed(void **state)
{
	both_ends_here(*state);
}

static void test_encapsulated(void **state)
{
	struct world *w = *state;
	struct sockaddr_in address = loopback(OTHER_PORT);
	struct sctp_listener *listener;

	assert_int_equal(sctp_user_encapsulate(9899), 0);
	both_ends_here(w);
	assert_int_equal(sctp_listen(&w->loop, w->stack, &address, &events, NULL, NULL, &listener),
			 0);
	assert_int_equal(sctp_user_encapsulate(0), -EBUSY);
	sctp_listener_free(listener);
	uv_close((uv_handle_t *)&w->tick, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(sctp_user_encapsulate(0), 0);
}

#define on_user(f) cmocka_unit_test_setup_teardown(f, setup_user, teardown)
#define on_kernel(f)                                                                               \
	{                                                                                          \
		"kernel_" #f, f, setup_kernel, teardown, NULL                                      \
	}

int main(int argc, char **argv)
{
	const struct CMUnitTest user_tests[] = {
		on_user(test_echo),	      on_user(test_local_by_route),
		on_user(test_peer_closes),    on_user(test_close_in_callback),
		on_user(test_refused),	      on_user(test_silent_peer),
		on_user(test_killed_peer),    on_user(test_two_listeners),
		on_user(test_address_in_use), on_user(test_queue_full),
		on_user(test_burst),	      on_user(test_listener_freed),
		on_user(test_encapsulated),
	};
	const struct CMUnitTest kernel_tests[] = {
		on_kernel(test_echo),	       on_kernel(test_local_by_route),
		on_kernel(test_peer_closes),   on_kernel(test_close_in_callback),
		on_kernel(test_refused),       on_kernel(test_killed_peer),
		on_kernel(test_two_listeners), on_kernel(test_address_in_use),
		on_kernel(test_queue_full),    on_kernel(test_listener_freed),
		on_kernel(test_burst),
	};

	if (argc > 1)
		return sctp_peer_main(argc, argv);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (unshare(CLONE_NEWNET) != 0) {
		printf("1..0 # SKIP a network namespace takes CAP_SYS_ADMIN\n");
		return 0;
	}
	loopback_up();
	/* where the kernel has SCTP, a raw socket beside it can't work: its answers would be
	 * doubled */
	if (sctp_probe() == SCTP_KERNEL)
		return cmocka_run_group_tests_name("sctp kernel", kernel_tests, NULL, NULL);
	return cmocka_run_group_tests_name("sctp usrsctp", user_tests, NULL, NULL);
}
