// SPDX-License-Identifier: Apache-2.0
/* ledger-worker: the stateless part of a ledger that is split. Digests bodies, keeps nothing. */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apps/ledger/calls.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/version.h"

enum { ROOM = 1 << 16 };

static volatile sig_atomic_t stop_asked;

static void on_stop(int signal_number)
{
	stop_asked = 1;
}

static void answer(int fd, const uint8_t *octets, size_t len, const struct sockaddr_un *from,
		   socklen_t from_len)
{
	uint8_t digest[SHA256_DIGEST_SIZE], reply[CALL_ANSWER_LEN];
	struct sha256_ctx hash;
	struct call call;

	if (call_read(octets, len, &call) < 0) {
		log_warn("worker", "what=malformed octets=%zu", len);
		return;
	}
	sha256_init(&hash);
	sha256_update(&hash, call.length, call.body);
	sha256_digest(&hash, sizeof(digest), digest);
	call_answer_write(call.call, digest, reply);
	/* lost when its caller reads too slowly: it calls again */
	sendto(fd, reply, sizeof(reply), MSG_DONTWAIT | MSG_NOSIGNAL, (const void *)from, from_len);
}

static void serve(int fd, const sigset_t *open)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	static uint8_t octets[ROOM];

	while (!stop_asked) {
		struct sockaddr_un from;
		socklen_t from_len = sizeof(from);
		ssize_t len;

		if (ppoll(&readable, 1, NULL, open) < 0)
			continue; /* a signal: only here */
		len = recvfrom(fd, octets, sizeof(octets), MSG_DONTWAIT, (void *)&from, &from_len);
		if (len >= 0 && from_len > sizeof(sa_family_t))
			answer(fd, octets, (size_t)len, &from, from_len);
	}
}

static const char *options_read(int argc, char **argv)
{
	static const struct option options[] = {{"socket", required_argument, NULL, 's'},
						{"version", no_argument, NULL, 'V'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	const char *path = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			path = optarg;
			break;
		case 'V':
			printf("ledger-worker %s (%s)\n", version_string, version_commit);
			exit(0);
		case 'h':
			printf("usage: ledger-worker --socket PATH\n\ndigests bodies for a ledger "
			       "that is split\n");
			exit(0);
		default:
			exit(2);
		}
	}
	if (!path || optind < argc) {
		fprintf(stderr, "usage: ledger-worker --socket PATH\n");
		exit(2);
	}
	return path;
}

int main(int argc, char **argv)
{
	const struct sigaction stop = {.sa_handler = on_stop};
	const char *path = options_read(argc, argv);
	sigset_t blocked, open;
	int fd;

	log_open("ledger-worker", LOG_LEVEL_INFO);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	fd = calls_socket(path);
	if (fd < 0) {
		log_error("worker", "socket=%s error=\"%s\"", path, strerror(-fd));
		return 1;
	}
	notify_send("READY=1");
	serve(fd, &open);
	close(fd);
	unlink(path);
	return 0;
}
