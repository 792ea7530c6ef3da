// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sctp_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/sctp.h"

enum { MESSAGE_MAX = 65536, PPID = 60, GIVE_UP_MS = 60000 };

struct peer {
	uv_loop_t loop;
	uv_timer_t patience;
	struct sctp_assoc *assoc;
	unsigned count, echoed;
	uint64_t up_ns;
	size_t len; /* of the message under way */
	char message[MESSAGE_MAX];
	int status;
};

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
	char line[128];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (write(STDOUT_FILENO, line, (size_t)len) != len)
		_exit(3);
}

/* listen */

static void echo_message(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
			 size_t len, void *user)
{
	if (len == 5 && memcmp(data, "close", 5) == 0)
		sctp_close(assoc);
	else if (len == 5 && memcmp(data, "abort", 5) == 0)
		sctp_abort(assoc);
	else if (sctp_send(assoc, stream, ppid, data, len) != 0)
		tell("unsent %zu\n", len);
}

static void echo_down(struct sctp_assoc *assoc, int error, void *user)
{
	tell("down %d\n", error);
}

static void *echo_accepted(struct sctp_assoc *assoc, void *user)
{
	tell("accepted\n");
	return user;
}

static int run_listen(struct peer *p, enum sctp_stack stack, const struct sockaddr_in *local)
{
	static const struct sctp_events events = {.message = echo_message, .down = echo_down};
	struct sctp_listener *listener;
	int err = sctp_listen(&p->loop, stack, local, &events, echo_accepted, NULL, &listener);

	tell("listen %d\n", err);
	return err ? 1 : uv_run(&p->loop, UV_RUN_DEFAULT);
}

/* connect */

static void finish(struct peer *p, int status)
{
	p->status = status;
	uv_close((uv_handle_t *)&p->patience, NULL);
}

static void send_next(struct peer *p)
{
	static const size_t sizes[] = {1, 100, 1399, 1400, 1401, 9000, 30000, MESSAGE_MAX};

	p->len = sizes[p->echoed % (sizeof(sizes) / sizeof(sizes[0]))];
	for (size_t i = 0; i < p->len; i++)
		p->message[i] = (char)(i * 31 + p->echoed);
	if (sctp_send(p->assoc, (uint16_t)(p->echoed % 16), PPID, p->message, p->len) != 0) {
		tell("unsent %zu\n", p->len);
		finish(p, 1);
	}
}

static void on_up(struct sctp_assoc *assoc, void *user)
{
	struct peer *p = user;

	p->up_ns = uv_hrtime();
	tell("up\n");
	if (p->count)
		send_next(p);
}

static void on_message(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		       size_t len, void *user)
{
	struct peer *p = user;

	if (stream != p->echoed % 16 || ppid != PPID || len != p->len ||
	    memcmp(data, p->message, len) != 0) {
		tell("changed message %u\n", p->echoed);
		finish(p, 1);
		return;
	}
	if (++p->echoed < p->count) {
		send_next(p);
		return;
	}
	tell("echoed %u\n", p->echoed);
	sctp_close(assoc);
	finish(p, 0);
}

static void on_down(struct sctp_assoc *assoc, int error, void *user)
{
	struct peer *p = user;

	tell("down %d after %llu ms\n", error,
	     p->up_ns ? (unsigned long long)(uv_hrtime() - p->up_ns) / 1000000 : 0ULL);
	finish(p, p->count ? 1 : 0);
}

static void on_impatient(uv_timer_t *timer)
{
	tell("nothing happened\n");
	_exit(1);
}

static int run_connect(struct peer *p, enum sctp_stack stack, const struct sockaddr_in *remote)
{
	static const struct sctp_events events = {
		.up = on_up, .message = on_message, .down = on_down};
	int err = sctp_connect(&p->loop, stack, NULL, remote, &events, p, &p->assoc);

	if (err) {
		tell("connect %d\n", err);
		return 1;
	}
	uv_timer_init(&p->loop, &p->patience);
	uv_timer_start(&p->patience, on_impatient, GIVE_UP_MS, 0);
	uv_run(&p->loop, UV_RUN_DEFAULT); /* until the shutdown is over */
	return p->status;
}

int sctp_peer_main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct peer *p = calloc(1, sizeof(*p));
	enum sctp_stack stack;
	int status = 2;

	if (argc < 6 || !p || inet_pton(AF_INET, argv[4], &address.sin_addr) != 1)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	stack = strcmp(argv[1], "kernel") == 0 ? SCTP_KERNEL : SCTP_USER;
	address.sin_port = htons((uint16_t)atoi(argv[5]));
	if (uv_loop_init(&p->loop) != 0 || sctp_user_encapsulate((uint16_t)atoi(argv[2])) != 0)
		return 2;
	if (strcmp(argv[3], "listen") == 0) {
		status = run_listen(p, stack, &address);
	} else if (argc == 7) {
		p->count = (unsigned)atoi(argv[6]);
		status = run_connect(p, stack, &address);
	}
	free(p);
	return status;
}
