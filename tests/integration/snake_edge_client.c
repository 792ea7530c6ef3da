// SPDX-License-Identifier: Apache-2.0
/*
 * A UE's client for tests, over apps/stream/client.h: it says what standard input tells it, repeats
 * as docs/csm.md wants, and prints a line for each frame and each change of role.
 *
 *   snake_edge_client ADDRESS PORT KEY
 *
 *   input FIRST KIND...     until a frame's stamp has the last of them
 *   once FIRST KIND...      a single INPUT
 *   switch NUMBER           until ROLE says that number, or anything newer, or a refusal
 *   view TEXT               once
 *   quit                    LEAVE, and the end
 *
 *   frame NS EDGE SEQ TICK INPUT VERIFIED KEY
 *   role NUMBER ROLE OUTCOME
 *   state PHASE FRAMES LOST UNVERIFIED REFUSED
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/stream/client.h"
#include "lib/daemon.h"

enum { STEP_MS = 5, INPUT_NS = 20000000, SWITCH_NS = 10000000, LINE_MAX_LEN = 512 };

struct talk {
	struct stream_client *client;
	struct control_input input; /* count 0: nothing to repeat */
	uint32_t number;	    /* of the switch; 0: none */
	uint64_t input_ns, switch_ns;
	bool over;
	char line[LINE_MAX_LEN];
	size_t line_len;
};

static void on_frame(void *user, const struct stream_frame *f)
{
	struct talk *t = user;

	printf("frame %" PRIu64 " %u %u %u %u %d %d\n", f->decoded_ns, f->stamp.edge,
	       f->stamp.seq, f->stamp.tick, f->stamp.input, f->verified, f->key);
	if (t->input.count && f->stamp.input >= t->input.first + t->input.count - 1)
		t->input.count = 0;
}

static void on_role(void *user, const struct control_role_change *role)
{
	struct talk *t = user;

	printf("role %u %u %u\n", role->number, role->role, role->outcome);
	if (role->number >= t->number || role->outcome == CONTROL_UNKNOWN)
		t->number = 0;
}

static void repeat(struct talk *t)
{
	uint64_t now = clock_mono_ns();

	if (t->input.count && now >= t->input_ns) {
		stream_client_input(t->client, &t->input);
		t->input_ns = now + INPUT_NS;
	}
	if (t->number && now >= t->switch_ns) {
		stream_client_switch(t->client, t->number);
		t->switch_ns = now + SWITCH_NS;
	}
}

static struct control_input read_input(char *words)
{
	struct control_input in = {.first = (uint32_t)strtoul(words, &words, 10)};

	while (*words == ' ' && in.count < CONTROL_INPUTS_MAX)
		in.input[in.count++] = (uint8_t)strtoul(words, &words, 10);
	return in;
}

static void obey(struct talk *t, char *line)
{
	struct control_input once;

	if (strncmp(line, "input ", 6) == 0) {
		t->input = read_input(line + 6);
	} else if (strncmp(line, "once ", 5) == 0) {
		once = read_input(line + 5);
		stream_client_input(t->client, &once);
	} else if (strncmp(line, "switch ", 7) == 0) {
		t->number = (uint32_t)strtoul(line + 7, NULL, 10);
	} else if (strncmp(line, "view ", 5) == 0) {
		stream_client_view(t->client, line + 5, strlen(line + 5));
	} else {
		t->over = true;
	}
}

static void listen_to(struct talk *t)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	ssize_t n;
	char *end;

	if (poll(&in, 1, 0) <= 0)
		return;
	n = read(STDIN_FILENO, t->line + t->line_len, sizeof t->line - 1 - t->line_len);
	if (n <= 0) {
		t->over = true;
		return;
	}
	t->line_len += (size_t)n;
	t->line[t->line_len] = '\0';
	while ((end = strchr(t->line, '\n'))) {
		*end = '\0';
		obey(t, t->line);
		t->line_len -= (size_t)(end + 1 - t->line);
		memmove(t->line, end + 1, t->line_len + 1);
	}
}

static int read_config(char **argv, struct stream_client_config *c)
{
	if (inet_pton(AF_INET, argv[1], &c->address) != 1 || strlen(argv[3]) != 2 * CONTROL_KEY_LEN)
		return -EINVAL;
	c->port = (uint16_t)atoi(argv[2]);
	for (unsigned i = 0; i < CONTROL_KEY_LEN; i++) {
		char digits[3] = {argv[3][2 * i], argv[3][2 * i + 1]};

		c->key[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return 0;
}

static void print_state(const struct talk *t)
{
	struct stream_client_state s;

	stream_client_state(t->client, &s);
	printf("state %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
	       stream_client_phase_name(s.phase), s.frames, s.lost, s.unverified, s.refused);
}

int main(int argc, char **argv)
{
	struct talk t = {0};
	struct stream_client_config config = {.codec = CODEC_OPENH264,
					      .width_max = 1280,
					      .height_max = 720,
					      .ops = {on_frame, on_role},
					      .user = &t};
	int r;

	if (argc != 4 || read_config(argv, &config) < 0) {
		fprintf(stderr, "usage: snake_edge_client ADDRESS PORT KEY\n");
		return 2;
	}
	setlinebuf(stdout);
	r = stream_client_new(&config, &t.client);
	while (r == 0 && !t.over) {
		repeat(&t);
		r = stream_client_step(t.client, STEP_MS);
		listen_to(&t);
	}
	if (r < 0)
		fprintf(stderr, "snake_edge_client: %s\n", strerror(-r));
	else
		print_state(&t);
	stream_client_free(t.client);
	return r < 0;
}
