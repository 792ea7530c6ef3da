// SPDX-License-Identifier: Apache-2.0
/*
 * How long a frame takes and what it costs: bench_stream FILE. Two edges encode 640x480 at 60
 * frames a second and one UE decodes both, over UDP on loopback, each in threads of its own.
 * Yardsticks of the same run: ffmpeg as the receiver of a copy, the codec alone without a network,
 * and memcpy of what SSIM and blending read.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apps/picture/blend.h"
#include "apps/picture/ssim.h"
#include "tests/bench/bench_report.h"
#include "tests/bench/stream_bed.h"
#include "tests/unit/picture_scene.h"

enum {
	RUNS = 5,
	WARM_FRAMES = 60,
	RUN_FRAMES = 240,
	WAIT_S = 20, /* for frames that don't come */
	CODEC_FRAMES = 180,
	PIXEL_ROUNDS = 200,
	WINDOW = 8,
};

struct bench {
	struct picture *scene[BED_SCENES];
	struct bed_edge edge[2];
	struct bed_client client[2];
	struct bed_ffmpeg ffmpeg;
};

/* What one run of the whole gave */
struct figures {
	double p50_ms, p99_ms, cores;
	unsigned lost;
};

struct codec_figures {
	double ms, cpu_ms; /* median of a frame's time; mean of its CPU time */
};

static double cpu_seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void wait_frames(const atomic_uint *frames, unsigned count)
{
	const double end = bench_seconds() + WAIT_S;

	while (atomic_load(frames) < count) {
		if (bench_seconds() > end)
			bed_fail("no frames", ETIMEDOUT);
		usleep(1000);
	}
}

/* ---- two edges, one UE ---- */

static struct figures own_run(struct bench *b)
{
	struct figures f;
	double cpu, start;

	for (unsigned i = 0; i < 2; i++) {
		bed_edge_start(&b->edge[i], b->scene, i + 1);
		bed_client_start(&b->client[i], &b->edge[i]);
	}
	wait_frames(&b->client[0].frames, WARM_FRAMES);
	cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
	start = bench_seconds();
	wait_frames(&b->client[0].frames, WARM_FRAMES + RUN_FRAMES);
	f.cores = (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (bench_seconds() - start);
	for (unsigned i = 0; i < 2; i++) {
		bed_client_stop(&b->client[i]);
		bed_edge_stop(&b->edge[i]);
	}
	f.p50_ms = bed_latency_at(&b->client[0].latency, 50);
	f.p99_ms = bed_latency_at(&b->client[0].latency, 99);
	f.lost = (unsigned)(b->client[0].state.broken + b->client[1].state.broken);
	return f;
}

/* The same with ffmpeg in the place of one client */
static struct figures ffmpeg_run(struct bench *b)
{
	struct figures f = {.cores = 0};

	for (unsigned i = 0; i < 2; i++)
		bed_edge_start(&b->edge[i], b->scene, i + 1);
	bed_client_start(&b->client[1], &b->edge[1]);
	bed_ffmpeg_start(&b->ffmpeg, &b->edge[0]);
	wait_frames(&b->ffmpeg.frames, RUN_FRAMES);
	bed_ffmpeg_stop(&b->ffmpeg);
	bed_client_stop(&b->client[1]);
	for (unsigned i = 0; i < 2; i++)
		bed_edge_stop(&b->edge[i]);
	f.p50_ms = bed_latency_at(&b->ffmpeg.latency, 50);
	f.p99_ms = bed_latency_at(&b->ffmpeg.latency, 99);
	return f;
}

/* ---- the codec alone ---- */

struct unit {
	size_t len;
	uint8_t octets[1 << 20];
};

static int unit_add(void *user, const uint8_t *nal, size_t len, bool last)
{
	static const uint8_t start[] = {0, 0, 0, 1};
	struct unit *u = user;

	if (len + sizeof(start) > sizeof(u->octets) - u->len)
		return -EMSGSIZE;
	memcpy(u->octets + u->len, start, sizeof(start));
	memcpy(u->octets + u->len + sizeof(start), nal, len);
	u->len += sizeof(start) + len;
	return 0;
}

static struct codec_figures codec_run(struct bench *b)
{
	const struct decoder_config config = {CODEC_OPENH264, BED_WIDTH, BED_HEIGHT};
	static struct unit unit;
	static struct bed_latency latency;
	struct encoder *encoder = bed_encoder();
	struct decoder *decoder;
	const struct picture *decoded;
	double cpu;

	if (decoder_new(&config, &decoder))
		bed_fail("decoder", ENOMEM);
	latency.count = 0;
	cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
	for (unsigned i = 0; i < CODEC_FRAMES; i++) {
		const double start = bench_seconds();

		unit.len = 0;
		if (encoder_encode(encoder, b->scene[i % BED_SCENES], false, unit_add, &unit,
				   NULL) ||
		    decoder_decode(decoder, unit.octets, unit.len, &decoded))
			bed_fail("codec", EIO);
		latency.ms[latency.count++] = (bench_seconds() - start) * 1e3;
	}
	cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
	decoder_free(decoder);
	encoder_free(encoder);
	return (struct codec_figures){bed_latency_at(&latency, 50), cpu * 1e3 / CODEC_FRAMES};
}

/* ---- samples ---- */

static double ms_a_round(double began)
{
	return (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - began) * 1e3 / PIXEL_ROUNDS;
}

/* Two pictures are read in any case; the copy also writes one, as blending does */
static double copy_run(struct bench *b, struct picture *to)
{
	const double began = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);

	for (unsigned i = 0; i < PIXEL_ROUNDS; i++) {
		picture_copy(to, b->scene[i % BED_SCENES]);
		picture_copy(to, b->scene[(i + 1) % BED_SCENES]);
	}
	return ms_a_round(began);
}

static double ssim_run(struct bench *b)
{
	const double began = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
	double value;

	for (unsigned i = 0; i < PIXEL_ROUNDS; i++)
		if (picture_ssim(b->scene[i % BED_SCENES], b->scene[(i + 1) % BED_SCENES],
				 frame_stamp_strip(BED_WIDTH), &value))
			bed_fail("ssim", EINVAL);
	return ms_a_round(began);
}

static double blend_run(struct bench *b, struct picture *to)
{
	const double began = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);

	for (unsigned i = 0; i < PIXEL_ROUNDS; i++)
		if (picture_blend(to, b->scene[i % BED_SCENES], b->scene[(i + 1) % BED_SCENES],
				  1 + i % (WINDOW - 1), WINDOW, frame_stamp_strip(BED_WIDTH)))
			bed_fail("blend", EINVAL);
	return ms_a_round(began);
}

/* ---- rows ---- */

static struct bench_row row_of(const char *name, const char *unit, const char *yardstick)
{
	return (struct bench_row){
		.name = name, .unit = unit, .yardstick = yardstick, .smaller_is_better = true};
}

static void streams_bench(struct bench *b, struct bench_report *report)
{
	struct bench_row p50 = row_of("render start to decoded, p50", "ms", "ffmpeg's receiver");
	struct bench_row p99 = row_of("render start to decoded, p99", "ms", "ffmpeg's receiver");
	struct bench_row net = row_of("the same p50", "ms", "codec alone, no network");
	struct bench_row cpu = row_of("2 edges encode, 1 UE decodes both", "cores", "codec alone");
	unsigned lost = 0;

	for (int run = 0; run < RUNS; run++) {
		const struct figures own = own_run(b), other = ffmpeg_run(b);
		const struct codec_figures codec = codec_run(b);

		bench_run(&p50, own.p50_ms, other.p50_ms);
		bench_run(&p99, own.p99_ms, other.p99_ms);
		bench_run(&net, own.p50_ms, codec.ms);
		bench_run(&cpu, own.cores, codec.cpu_ms * 2 * BED_FPS / 1e3);
		lost += own.lost;
	}
	bench_add(report, &p50);
	bench_add(report, &p99);
	bench_add(report, &net);
	bench_add(report, &cpu);
	if (lost)
		printf("# %u frames were lost\n", lost);
}

static void samples_bench(struct bench *b, struct bench_report *report)
{
	struct bench_row ssim = row_of("SSIM of a pair", "ms", "memcpy of two pictures");
	struct bench_row blend = row_of("blend of a pair", "ms", "memcpy of two pictures");
	struct picture *to;

	if (picture_new(BED_WIDTH, BED_HEIGHT, &to))
		bed_fail("picture", ENOMEM);
	for (int run = 0; run < RUNS; run++) {
		bench_run(&ssim, ssim_run(b), copy_run(b, to));
		bench_run(&blend, blend_run(b, to), copy_run(b, to));
	}
	bench_add(report, &ssim);
	bench_add(report, &blend);
	picture_free(to);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct bench_report report;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_stream FILE\n");
		return 2;
	}
	for (unsigned i = 0; i < BED_SCENES; i++) {
		if (picture_new(BED_WIDTH, BED_HEIGHT, &bench.scene[i]))
			bed_fail("picture", ENOMEM);
		/* there and back, so that the first follows the last */
		scene_draw(bench.scene[i], i < BED_SCENES / 2 ? 2 * i : 2 * (BED_SCENES - i));
	}
	bench_begin(&report);
	streams_bench(&bench, &report);
	samples_bench(&bench, &report);
	for (unsigned i = 0; i < BED_SCENES; i++)
		picture_free(bench.scene[i]);
	return bench_end(&report, NULL, argv[1]) ? 1 : 0;
}
