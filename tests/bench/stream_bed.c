// SPDX-License-Identifier: Apache-2.0
/* Edges, client threads and ffmpeg on loopback. */
#include "tests/bench/stream_bed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apps/stream/h264_rtp.h"
#include "lib/daemon.h"

void bed_fail(const char *what, int rc)
{
	fprintf(stderr, "bench_stream: %s: %s\n", what, strerror(rc < 0 ? -rc : rc));
	exit(1);
}

static void must(const char *what, int rc)
{
	if (rc < 0)
		bed_fail(what, rc);
}

struct encoder *bed_encoder(void)
{
	const struct encoder_config config = {.kind = CODEC_OPENH264,
					      .width = BED_WIDTH,
					      .height = BED_HEIGHT,
					      .fps = BED_FPS,
					      .bitrate = BED_BITRATE,
					      .nal_max = H264_NAL_FIT};
	struct encoder *encoder;

	must("encoder", encoder_new(&config, &encoder));
	return encoder;
}

/* ---- an edge ---- */

static void render(struct bed_edge *e)
{
	const uint64_t start = clock_now_ns();
	const struct frame_stamp stamp = {.edge = 1, .seq = ++e->seq, .tick = e->seq};

	atomic_store(&e->start_ns[e->seq % BED_FRAMES], start);
	picture_copy(e->picture, e->scene[e->seq % BED_SCENES]);
	frame_stamp_draw(e->picture, &stamp);
	stream_player_begin(e->player, &stamp, start);
	must("encode", encoder_encode(e->encoder, e->picture, stream_player_take_key(e->player),
				      stream_player_nal, e->player, NULL));
	stream_player_end(e->player, NULL);
}

static void on_beat(uv_poll_t *poll, int status, int events)
{
	struct bed_edge *e = poll->data;
	uint64_t beats;

	if (read(e->beat_fd, &beats, sizeof(beats)) == sizeof(beats) &&
	    stream_player_watched(e->player))
		render(e);
}

static void on_copy(uv_async_t *async)
{
	struct bed_edge *e = async->data;

	must("copy", stream_player_copy(e->player, &e->copy_to, e->sdp));
	atomic_store(&e->copied, true);
}

static void on_stop(uv_async_t *async)
{
	struct bed_edge *e = async->data;

	stream_server_free(e->server);
	uv_close((uv_handle_t *)&e->beat, NULL);
	uv_close((uv_handle_t *)&e->stop, NULL);
	uv_close((uv_handle_t *)&e->copy, NULL);
}

static void *edge_run(void *user)
{
	struct bed_edge *e = user;

	uv_run(&e->loop, UV_RUN_DEFAULT);
	return NULL;
}

static void beat_open(struct bed_edge *e, unsigned number)
{
	const long gap = 1000000000L / BED_FPS;
	/* the edges' beats lie between each other's, as those of two machines would */
	const struct itimerspec beat = {{0, gap}, {0, gap / (long)number}};

	e->beat_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	must("timer", timerfd_settime(e->beat_fd, 0, &beat, NULL));
	must("beat", uv_poll_init(&e->loop, &e->beat, e->beat_fd));
	e->beat.data = e;
	uv_poll_start(&e->beat, UV_READABLE, on_beat);
}

void bed_edge_start(struct bed_edge *e, struct picture *const *scene, unsigned number)
{
	struct stream_server_config config = {.address = {htonl(INADDR_LOOPBACK)}, .user = e};

	memset(e, 0, sizeof(*e));
	e->scene = scene;
	e->key[0] = (uint8_t)number;
	must("loop", uv_loop_init(&e->loop));
	config.loop = &e->loop;
	must("server", stream_server_new(&config, &e->server));
	must("player", stream_server_add(e->server, e->key, e, &e->player));
	must("picture", picture_new(BED_WIDTH, BED_HEIGHT, &e->picture));
	e->encoder = bed_encoder();
	e->stop.data = e->copy.data = e;
	uv_async_init(&e->loop, &e->stop, on_stop);
	uv_async_init(&e->loop, &e->copy, on_copy);
	beat_open(e, number);
	must("thread", -pthread_create(&e->thread, NULL, edge_run, e));
}

void bed_edge_stop(struct bed_edge *e)
{
	uv_async_send(&e->stop);
	pthread_join(e->thread, NULL);
	uv_loop_close(&e->loop);
	close(e->beat_fd);
	encoder_free(e->encoder);
	picture_free(e->picture);
}

/* ---- a client thread ---- */

static void latency_add(struct bed_latency *l, const struct bed_edge *edge, uint32_t seq,
			uint64_t decoded_ns)
{
	const uint64_t start = atomic_load(&edge->start_ns[seq % BED_FRAMES]);

	if (l->count < BED_FRAMES)
		l->ms[l->count++] = (double)(int64_t)(decoded_ns - start) / 1e6;
}

static void on_frame(void *user, const struct stream_frame *f)
{
	struct bed_client *c = user;

	latency_add(&c->latency, c->edge, f->stamp.seq, f->decoded_ns);
	picture_copy(c->latest, f->picture);
	atomic_fetch_add(&c->frames, 1);
}

static void *client_run(void *user)
{
	struct bed_client *c = user;

	while (!atomic_load(&c->stop))
		must("client", stream_client_step(c->client, 100));
	stream_client_state(c->client, &c->state);
	stream_client_free(c->client);
	return NULL;
}

void bed_client_start(struct bed_client *c, const struct bed_edge *edge)
{
	struct stream_client_config config = {
		.address = {htonl(INADDR_LOOPBACK)},
		.port = stream_server_port(edge->server),
		.codec = CODEC_OPENH264,
		.width_max = BED_WIDTH,
		.height_max = BED_HEIGHT,
		.ops = {.frame = on_frame},
		.user = c,
	};

	memset(c, 0, sizeof(*c));
	c->edge = edge;
	memcpy(config.key, edge->key, sizeof(config.key));
	must("picture", picture_new(BED_WIDTH, BED_HEIGHT, &c->latest));
	must("client", stream_client_new(&config, &c->client));
	must("thread", -pthread_create(&c->thread, NULL, client_run, c));
}

void bed_client_stop(struct bed_client *c)
{
	atomic_store(&c->stop, true);
	stream_client_wake(c->client);
	pthread_join(c->thread, NULL);
	picture_free(c->latest);
}

/* ---- ffmpeg ---- */

static bool read_all(int fd, uint8_t *buf, size_t len)
{
	while (len > 0) {
		const ssize_t n = read(fd, buf, len);

		if (n <= 0)
			return false;
		buf += n;
		len -= (size_t)n;
	}
	return true;
}

static void *ffmpeg_run(void *user)
{
	struct bed_ffmpeg *f = user;
	const size_t luma = BED_WIDTH * BED_HEIGHT, len = luma * 3 / 2;
	uint8_t *raw = malloc(len);
	struct picture view = {.width = BED_WIDTH,
			       .height = BED_HEIGHT,
			       .plane = {raw, raw + luma, raw + luma * 5 / 4},
			       .stride = {BED_WIDTH, BED_WIDTH / 2, BED_WIDTH / 2}};
	struct frame_stamp stamp;

	while (raw && read_all(f->pipe, raw, len)) {
		if (frame_stamp_read(&view, &stamp))
			continue;
		latency_add(&f->latency, f->edge, stamp.seq, clock_now_ns());
		atomic_fetch_add(&f->frames, 1);
	}
	free(raw);
	return NULL;
}

static uint16_t free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must("port", bind(fd, (const struct sockaddr *)&at, sizeof(at)));
	must("port", getsockname(fd, (struct sockaddr *)&at, &len));
	close(fd);
	return ntohs(at.sin_port) & 0xfffe; /* RTP has the even one, RFC 3550 cl. 11 */
}

static void sdp_ask(struct bed_edge *edge)
{
	edge->copy_to = (struct sockaddr_in){.sin_family = AF_INET,
					     .sin_port = htons(free_port()),
					     .sin_addr = {htonl(INADDR_LOOPBACK)}};
	uv_async_send(&edge->copy);
	while (!atomic_load(&edge->copied))
		usleep(1000);
}

/* With all that makes it faster: no probing, no buffer, no decoder threads, which hold back a frame
 * each */
static void ffmpeg_exec(int in, int out)
{
	/* a bench that fails takes it along */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execlp("ffmpeg", "ffmpeg", "-v", "quiet", "-threads", "1", "-fflags", "nobuffer", "-flags",
	       "low_delay", "-probesize", "32", "-analyzeduration", "0", "-protocol_whitelist",
	       "pipe,rtp,udp", "-f", "sdp", "-i", "pipe:0", "-fps_mode", "passthrough", "-f",
	       "rawvideo", "-pix_fmt", "yuv420p", "pipe:1", (char *)NULL);
	_exit(127);
}

void bed_ffmpeg_start(struct bed_ffmpeg *f, struct bed_edge *edge)
{
	int in[2], out[2];
	ssize_t len;

	memset(f, 0, sizeof(*f));
	f->edge = edge;
	sdp_ask(edge);
	len = (ssize_t)strlen(edge->sdp);
	must("pipe", pipe2(in, O_CLOEXEC));
	must("pipe", pipe2(out, O_CLOEXEC));
	f->pid = fork();
	must("fork", f->pid);
	if (f->pid == 0)
		ffmpeg_exec(in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (write(in[1], edge->sdp, (size_t)len) != len)
		bed_fail("sdp", EPIPE);
	close(in[1]);
	f->pipe = out[0];
	must("thread", -pthread_create(&f->thread, NULL, ffmpeg_run, f));
}

void bed_ffmpeg_stop(struct bed_ffmpeg *f)
{
	kill(f->pid, SIGKILL);
	waitpid(f->pid, NULL, 0);
	pthread_join(f->thread, NULL);
	close(f->pipe);
}

/* ---- figures ---- */

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bed_latency_at(struct bed_latency *l, double percent)
{
	size_t at = (size_t)(l->count * percent / 100);

	if (l->count == 0)
		return 0;
	qsort(l->ms, l->count, sizeof(l->ms[0]), compare);
	return l->ms[at < l->count ? at : l->count - 1];
}
