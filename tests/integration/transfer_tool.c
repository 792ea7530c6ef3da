// SPDX-License-Identifier: Apache-2.0
/*
 * Sender and receiver of a transfer, from a test:
 *
 *   transfer_tool receive ADDRESS IMAGES REPOSITORY BASIS RUN   "-": none; prints "PORT KEY", then
 * a line for each item transfer_tool send ADDRESS PORT KEY KIND DIRECTORY NAME OPTIONS [INTERFACE]
 * OPTIONS: of z r j transfer_tool rate ADDRESS PORT KEY BYTES
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "agents/transfer/pack.h"
#include "agents/transfer/receiver.h"
#include "agents/transfer/sender.h"

static const char *const kinds[] = {"round", "image"};

static int wake_by_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void print_counts(const struct transfer_receiver *r)
{
	struct transfer_received list[RECEIVER_LIST];
	struct transfer_counts c;

	transfer_receiver_list(r, list, &c);
	printf("counts connections=%" PRIu64 " key_wrong=%" PRIu64 " busy=%" PRIu64
	       " malformed=%" PRIu64 " failed=%" PRIu64 " cut=%" PRIu64 " items=%" PRIu64 "\n",
	       c.connections, c.key_wrong, c.busy, c.malformed, c.failed, c.cut, c.items);
}

static void print_last(const struct transfer_receiver *r, void *user)
{
	struct transfer_received list[RECEIVER_LIST];
	struct transfer_counts counts;
	size_t n = transfer_receiver_list(r, list, &counts);
	const struct transfer_received *last = &list[n ? n - 1 : 0];
	uint64_t *printed = user;

	if (counts.items == *printed) /* one that failed */
		return;
	*printed = counts.items;
	printf("%s %s files=%u bytes=%" PRIu64 "%s%s%s\n", kinds[last->kind], last->name,
	       last->files, last->bytes, last->gzip ? " gzip" : "", last->rsync ? " rsync" : "",
	       last->had ? " had" : "");
	fflush(stdout);
}

static const char *text(const char *arg)
{
	return strcmp(arg, "-") ? arg : "";
}

static int receive(char **argv)
{
	uint64_t printed = 0;
	struct transfer_receiver_config config = {
		.images = argv[3],
		.repository = text(argv[4]),
		.basis = text(argv[5]),
		.run = text(argv[6]),
		.criu = "",
		.wake = wake_by_signal(),
		.changed = print_last,
		.user = &printed,
	};
	struct transfer_receiver *r;
	int rc;

	inet_pton(AF_INET, argv[2], &config.address);
	rc = transfer_receiver_open(&config, &r);
	if (rc) {
		fprintf(stderr, "receive: %s\n", strerror(-rc));
		return 1;
	}
	printf("%u %s\n", transfer_receiver_port(r), transfer_receiver_key(r));
	fflush(stdout);
	rc = transfer_receiver_run(r);
	print_counts(r);
	transfer_receiver_close(r);
	return rc ? 1 : 0;
}

static int send_one(const struct transfer_target *to, int argc, char **argv)
{
	struct transfer_request request = {
		.kind = strcmp(argv[5], "image") ? TRANSFER_ROUND : TRANSFER_IMAGE,
		.directory = argv[6],
		.name = argv[7],
		.level = strchr(argv[8], 'z') ? PACK_LEVEL : 0,
		.rsync = strchr(argv[8], 'r'),
		.join = strchr(argv[8], 'j'),
		.interface = argc > 9 ? argv[9] : "",
		.wake = wake_by_signal(),
	};
	struct transfer_outcome out;
	struct transfer_error err;

	if (transfer_send_item(to, &request, &out, &err)) {
		printf("%s %s\n", err.cause, err.text);
		return 1;
	}
	printf("files=%u bytes=%" PRIu64 " wire=%" PRIu64 " interface=%" PRIu64 " literal=%" PRIu64
	       " matched=%" PRIu64 " cpu=%s had=%d\n",
	       out.files, out.bytes, out.wire_bytes, out.interface_bytes, out.literal_bytes,
	       out.matched_bytes, out.cpu_us ? "some" : "none", out.had);
	return 0;
}

static int measure(const struct transfer_target *to, const char *bytes)
{
	struct transfer_rate rate;
	struct transfer_error err;

	if (transfer_measure_rate(to, strtoull(bytes, NULL, 10), wake_by_signal(), &rate, &err)) {
		printf("%s %s\n", err.cause, err.text);
		return 1;
	}
	printf("%" PRIu64 "\n", rate.rate_bps);
	return 0;
}

int main(int argc, char **argv)
{
	struct transfer_target to = {0};

	if (argc == 7 && !strcmp(argv[1], "receive"))
		return receive(argv);
	if (argc < 6) {
		fprintf(stderr, "transfer_tool receive|send|rate ...\n");
		return 2;
	}
	inet_pton(AF_INET, argv[2], &to.address);
	to.port = (uint16_t)atoi(argv[3]);
	snprintf(to.key, sizeof(to.key), "%s", argv[4]);
	return !strcmp(argv[1], "rate") ? measure(&to, argv[5]) : send_one(&to, argc, argv);
}
