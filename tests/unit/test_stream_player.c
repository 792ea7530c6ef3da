// SPDX-License-Identifier: Apache-2.0
/*
 * A third-party player shows the stream: ffmpeg gets the SDP, started late, and decodes thirty
 * frames, in each of which the code is read; ffprobe names codec, size and profile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/stream/h264_rtp.h"
#include "lib/daemon.h"
#include "tests/unit/stream_world.h"

enum { FRAMES = 30, RAW_LEN = WORLD_WIDTH * WORLD_HEIGHT * 3 / 2, FRAME_NS = 16666667 };

static struct stream_world w;

struct child {
	pid_t pid;
	int out; /* its standard output, non-blocking */
};

/* @argv: NULL at the end; @sdp goes to its standard input */
static struct child child_start(const char *const *argv, const char *sdp)
{
	struct child c;
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (c.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(write(in[1], sdp, strlen(sdp)), strlen(sdp));
	close(in[1]);
	c.out = out[0];
	assert_int_equal(fcntl(c.out, F_SETFL, O_NONBLOCK), 0);
	return c;
}

static int child_wait(struct child *c)
{
	int status;

	close(c->out);
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Two ports in a row that are free: RTP's, an even one, and RTCP's */
static uint16_t free_port(void)
{
	for (unsigned port = 30000 + (unsigned)getpid() % 10000 * 2; port < 60000; port += 2) {
		unsigned bound = 0;

		for (unsigned i = 0; i < 2; i++) {
			const struct sockaddr_in at = {.sin_family = AF_INET,
						       .sin_port = htons((uint16_t)(port + i)),
						       .sin_addr = {htonl(INADDR_LOOPBACK)}};
			const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

			bound += !bind(fd, (const struct sockaddr *)&at, sizeof(at));
			close(fd);
		}
		if (bound == 2)
			return (uint16_t)port;
	}
	fail_msg("no free ports");
	return 0;
}

/* Frames at their rate while the child writes; Return: octets it wrote, up to @len */
static size_t stream_to(struct child *c, uint8_t *ret, size_t len)
{
	const uint64_t end = clock_mono_ns() + UINT64_C(30000000000);
	uint64_t due = clock_mono_ns();
	size_t got = 0;

	while (got < len && clock_mono_ns() < end) {
		const ssize_t n = read(c->out, ret + got, len - got);

		if (n == 0)
			break;
		if (n > 0)
			got += (size_t)n;
		if (clock_mono_ns() >= due) {
			due += FRAME_NS;
			world_render(&w);
		}
		world_turn(&w);
	}
	return got;
}

static void copy_ask(char *ret_sdp)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(free_port()),
				       .sin_addr = {htonl(INADDR_LOOPBACK)}};

	/* the stream has been running; its parameter sets are known */
	for (unsigned i = 0; i < 3; i++)
		world_render(&w);
	assert_int_equal(stream_player_copy(w.player, &to, ret_sdp), 0);
	assert_non_null(strstr(ret_sdp, "sprop-parameter-sets="));
}

static void ffmpeg_decodes(void **state)
{
	static const char *const argv[] = {
		"ffmpeg",	"-v",	     "fatal",	 "-protocol_whitelist",
		"pipe,rtp,udp", "-f",	     "sdp",	 "-i",
		"pipe:0",	"-frames:v", "30",	 "-fps_mode",
		"passthrough",	"-f",	     "rawvideo", "-pix_fmt",
		"yuv420p",	"pipe:1",    NULL};
	uint8_t *raw = malloc((size_t)FRAMES * RAW_LEN);
	char sdp[STREAM_SDP_MAX];
	uint32_t before = 0;
	struct child ffmpeg;

	world_open(&w, false);
	copy_ask(sdp);
	ffmpeg = child_start(argv, sdp);
	assert_int_equal(stream_to(&ffmpeg, raw, (size_t)FRAMES * RAW_LEN),
			 (size_t)FRAMES * RAW_LEN);
	for (unsigned i = 0; i < FRAMES; i++) {
		uint8_t *luma = raw + (size_t)i * RAW_LEN;
		const struct picture view = {
			.width = WORLD_WIDTH,
			.height = WORLD_HEIGHT,
			.plane = {luma, luma, luma},
			.stride = {WORLD_WIDTH, WORLD_WIDTH / 2, WORLD_WIDTH / 2}};
		struct frame_stamp stamp;

		assert_int_equal(frame_stamp_read(&view, &stamp), 0);
		assert_int_equal(stamp.edge, 1);
		assert_true(i == 0 || stamp.seq == before + 1);
		before = stamp.seq;
	}
	child_wait(&ffmpeg);
	free(raw);
	world_close(&w);
}

static void ffprobe_names_it(void **state)
{
	static const char *const argv[] = {"ffprobe",
					   "-v",
					   "error",
					   "-protocol_whitelist",
					   "pipe,rtp,udp",
					   "-f",
					   "sdp",
					   "-i",
					   "pipe:0",
					   "-show_entries",
					   "stream=codec_name,profile,width,height,pix_fmt",
					   "-of",
					   "csv=p=0",
					   NULL};
	static const char said[] = "h264,Constrained Baseline,640,480,yuv420p\n";
	char sdp[STREAM_SDP_MAX], text[256] = "";
	struct child ffprobe;

	world_open(&w, false);
	copy_ask(sdp);
	ffprobe = child_start(argv, sdp);
	stream_to(&ffprobe, (uint8_t *)text, sizeof(text) - 1);
	assert_string_equal(text, said);
	assert_int_equal(child_wait(&ffprobe), 0);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ffmpeg_decodes),
		cmocka_unit_test(ffprobe_names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
