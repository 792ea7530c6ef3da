// SPDX-License-Identifier: Apache-2.0
/* Pictures: sizes, blending against the formula and a golden frame, SSIM against ffmpeg's filter,
 * the code, PNG. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/picture/blend.h"
#include "apps/picture/ssim.h"
#include "apps/picture/stamp.h"
#include "tests/unit/picture_scene.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct picture *picture(unsigned width, unsigned height)
{
	struct picture *p;

	assert_int_equal(picture_new(width, height, &p), 0);
	return p;
}

static uint8_t sample(const struct picture *p, unsigned plane, unsigned x, unsigned y)
{
	return p->plane[plane][y * p->stride[plane] + x];
}

static bool equal(const struct picture *a, const struct picture *b)
{
	for (unsigned c = 0; c < PICTURE_PLANES; c++)
		for (unsigned y = 0; y < picture_plane_height(a, c); y++)
			if (memcmp(a->plane[c] + y * a->stride[c], b->plane[c] + y * b->stride[c],
				   picture_plane_width(a, c)) != 0)
				return false;
	return true;
}

/* ---- pictures ---- */

static void sizes(void **state)
{
	static const struct {
		unsigned width, height;
		int rc;
	} row[] = {{640, 480, 0},     {16, 16, 0},	   {4096, 16, 0},
		   {642, 22, 0},      {641, 480, -EINVAL}, {640, 481, -EINVAL},
		   {14, 16, -EINVAL}, {16, 0, -EINVAL},	   {4098, 16, -EINVAL}};

	for (size_t i = 0; i < N(row); i++) {
		struct picture *p = NULL;

		assert_int_equal(picture_new(row[i].width, row[i].height, &p), row[i].rc);
		for (unsigned c = 0; p && c < PICTURE_PLANES; c++) {
			assert_int_equal((uintptr_t)p->plane[c] % PICTURE_ALIGN, 0);
			assert_int_equal(p->stride[c] % PICTURE_ALIGN, 0);
			assert_true(p->stride[c] >= picture_plane_width(p, c));
			assert_int_equal(sample(p, c, 0, 0), c == PICTURE_Y ? 16 : 128);
		}
		picture_free(p);
	}
	picture_free(NULL);
}

static void copies(void **state)
{
	struct picture *a = picture(66, 34), *b = picture(66, 34), *other = picture(64, 34);

	scene_noise(a, 1);
	assert_false(equal(a, b));
	assert_int_equal(picture_copy(b, a), 0);
	assert_true(equal(a, b));
	assert_int_equal(picture_copy(other, a), -EINVAL);
	picture_fill(a, 1, 2, 3);
	assert_int_equal(sample(a, PICTURE_Y, 65, 33), 1);
	assert_int_equal(sample(a, PICTURE_CB, 32, 16), 2);
	assert_int_equal(sample(a, PICTURE_CR, 0, 0), 3);
	picture_free(a);
	picture_free(b);
	picture_free(other);
}

/* ---- blending ---- */

/* Equations 4 to 6, rounded to the nearest, halves up, in exact arithmetic */
static uint8_t formula(unsigned d, unsigned s, unsigned n, unsigned window)
{
	if (n >= window)
		return (uint8_t)d;
	return (uint8_t)((2 * (n * d + (window - n) * s) + window) / (2 * window));
}

static void blend_is_the_formula(void **state)
{
	struct picture *d = picture(66, 34), *s = picture(66, 34), *out = picture(66, 34);

	scene_noise(d, 2);
	scene_noise(s, 3);
	for (unsigned window = 1; window <= BLEND_WINDOW_MAX; window += window < 20 ? 1 : 13)
		for (unsigned n = 0; n <= window + 1; n++) {
			assert_int_equal(picture_blend(out, d, s, n, window, 0), 0);
			for (unsigned c = 0; c < PICTURE_PLANES; c++)
				for (unsigned y = 0; y < picture_plane_height(d, c); y++)
					for (unsigned x = 0; x < picture_plane_width(d, c); x++)
						if (sample(out, c, x, y) !=
						    formula(sample(d, c, x, y), sample(s, c, x, y),
							    n, window))
							fail_msg("n=%u N=%u plane=%u %u,%u", n,
								 window, c, x, y);
		}
	picture_free(d);
	picture_free(s);
	picture_free(out);
}

/* Every pair of samples, at the ends of the arithmetic */
static void blend_of_all_values(void **state)
{
	static const unsigned windows[] = {2, 3, 7, 8, 16, 17, 255, 256};
	struct picture *d = picture(256, 256), *s = picture(256, 256), *out = picture(256, 256);

	for (unsigned y = 0; y < 256; y++)
		for (unsigned x = 0; x < 256; x++) {
			d->plane[PICTURE_Y][y * d->stride[PICTURE_Y] + x] = (uint8_t)x;
			s->plane[PICTURE_Y][y * s->stride[PICTURE_Y] + x] = (uint8_t)y;
		}
	for (size_t i = 0; i < N(windows); i++)
		for (unsigned n = 1; n < windows[i]; n += 1 + windows[i] / 16) {
			assert_int_equal(picture_blend(out, d, s, n, windows[i], 0), 0);
			for (unsigned y = 0; y < 256; y++)
				for (unsigned x = 0; x < 256; x++)
					if (sample(out, PICTURE_Y, x, y) !=
					    formula(x, y, n, windows[i]))
						fail_msg("n=%u N=%u d=%u s=%u", n, windows[i], x,
							 y);
		}
	picture_free(d);
	picture_free(s);
	picture_free(out);
}

/* Worked out by hand: N = 8, destination 200, source 48: 48 + 19 n */
static void blend_golden(void **state)
{
	static const uint8_t golden[] = {48, 67, 86, 105, 124, 143, 162, 181, 200, 200};
	struct picture *d = picture(32, 32), *s = picture(32, 32), *out = picture(32, 32);

	picture_fill(d, 200, 200, 200);
	picture_fill(s, 48, 48, 48);
	for (unsigned n = 0; n < N(golden); n++) {
		assert_int_equal(picture_blend(out, d, s, n, 8, 0), 0);
		for (unsigned c = 0; c < PICTURE_PLANES; c++)
			assert_int_equal(sample(out, c, 9, 9), golden[n]);
	}
	/* N = 1: nothing between the two */
	assert_int_equal(picture_blend(out, d, s, 0, 1, 0), 0);
	assert_true(equal(out, s));
	assert_int_equal(picture_blend(out, d, s, 1, 1, 0), 0);
	assert_true(equal(out, d));
	/* in place */
	assert_int_equal(picture_blend(s, d, s, 4, 8, 0), 0);
	assert_int_equal(sample(s, PICTURE_Y, 31, 31), 124);
	picture_free(d);
	picture_free(s);
	picture_free(out);
}

static void blend_keeps_the_code(void **state)
{
	const struct frame_stamp of_d = {2, 20, 200, 9}, of_s = {1, 10, 199, 8};
	struct picture *d = picture(640, 480), *s = picture(640, 480), *out = picture(640, 480);
	const unsigned strip = frame_stamp_strip(640);
	struct frame_stamp got;

	scene_draw(d, 5);
	scene_draw(s, 1);
	frame_stamp_draw(d, &of_d);
	frame_stamp_draw(s, &of_s);
	for (unsigned n = 0; n <= 9; n++) {
		assert_int_equal(picture_blend(out, d, s, n, 8, strip), 0);
		assert_int_equal(frame_stamp_read(out, &got), 0);
		assert_true(frame_stamp_equal(&got, n ? &of_d : &of_s));
		assert_int_equal(sample(out, PICTURE_Y, 100, 100),
				 formula(sample(d, 0, 100, 100), sample(s, 0, 100, 100), n, 8));
	}
	assert_int_equal(picture_blend(out, d, s, 1, 0, strip), -EINVAL);
	assert_int_equal(picture_blend(out, d, s, 1, BLEND_WINDOW_MAX + 1, strip), -EINVAL);
	assert_int_equal(picture_blend(out, d, s, 1, 8, 15), -EINVAL);
	assert_int_equal(picture_blend(out, d, s, 1, 8, 482), -EINVAL);
	picture_free(d);
	picture_free(s);
	picture_free(out);
}

/* ---- SSIM ---- */

/* The picture as raw video, the lines from @strip on */
static void raw_write(const struct picture *p, const char *path, unsigned strip)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	for (unsigned c = 0; c < PICTURE_PLANES; c++)
		for (unsigned y = c ? strip / 2 : strip; y < picture_plane_height(p, c); y++)
			assert_int_equal(fwrite(p->plane[c] + y * p->stride[c], 1,
						picture_plane_width(p, c), out),
					 picture_plane_width(p, c));
	fclose(out);
}

/* What libavfilter's ssim filter says of the luma of two pictures */
static double ffmpeg_ssim(const struct picture *a, const struct picture *b, unsigned strip)
{
	char dir[] = "/tmp/test_picture.XXXXXX", path[2][64], command[1024], line[512];
	double value = -2;
	FILE *ffmpeg;

	assert_non_null(mkdtemp(dir));
	snprintf(path[0], sizeof(path[0]), "%s/a.yuv", dir);
	snprintf(path[1], sizeof(path[1]), "%s/b.yuv", dir);
	raw_write(a, path[0], strip);
	raw_write(b, path[1], strip);
	snprintf(command, sizeof(command),
		 "exec ffmpeg -nostdin -v error -f rawvideo -pix_fmt yuv420p -s %ux%u -i %s"
		 " -f rawvideo -pix_fmt yuv420p -s %ux%u -i %s -lavfi ssim=stats_file=- -f null -",
		 a->width, a->height - strip, path[0], a->width, a->height - strip, path[1]);
	ffmpeg = popen(command, "re");
	assert_non_null(ffmpeg);
	while (fgets(line, sizeof(line), ffmpeg)) {
		const char *y = strstr(line, " Y:");

		if (y)
			value = strtod(y + 3, NULL);
	}
	assert_int_equal(pclose(ffmpeg), 0);
	unlink(path[0]);
	unlink(path[1]);
	rmdir(dir);
	return value;
}

static void ssim_as_ffmpeg(const struct picture *a, const struct picture *b)
{
	const unsigned strips[] = {0, 16};
	double ours;

	for (size_t i = 0; i < N(strips); i++) {
		assert_int_equal(picture_ssim(a, b, strips[i], &ours), 0);
		/* it prints six digits, and adds up in single precision */
		assert_float_equal(ours, ffmpeg_ssim(a, b, strips[i]), 2e-6);
	}
}

static void ssim_equals_ffmpegs(void **state)
{
	static const unsigned side[][2] = {{640, 480}, {322, 246}};

	for (size_t i = 0; i < N(side); i++) {
		struct picture *a = picture(side[i][0], side[i][1]);
		struct picture *b = picture(side[i][0], side[i][1]);

		scene_draw(a, 3);
		scene_draw(b, 3);
		ssim_as_ffmpeg(a, b);
		scene_draw(b, 4);
		ssim_as_ffmpeg(a, b);
		scene_draw(b, 40);
		ssim_as_ffmpeg(a, b);
		scene_noise(b, 7);
		ssim_as_ffmpeg(a, b);
		picture_fill(a, 2, 128, 128);
		picture_fill(b, 0, 128, 128);
		ssim_as_ffmpeg(a, b);
		picture_free(a);
		picture_free(b);
	}
}

static void ssim_limits(void **state)
{
	struct picture *a = picture(640, 480), *b = picture(640, 480), *other = picture(640, 478);
	double same, without;

	scene_draw(a, 3);
	picture_copy(b, a);
	assert_int_equal(picture_ssim(a, b, 0, &same), 0);
	assert_float_equal(same, 1, 1e-9);
	/* what differs in the strip only is not seen without it */
	frame_stamp_draw(b, &(struct frame_stamp){1, 2, 3, 4});
	assert_int_equal(picture_ssim(a, b, 0, &same), 0);
	assert_int_equal(picture_ssim(a, b, frame_stamp_strip(640), &without), 0);
	assert_true(same < 0.999);
	assert_float_equal(without, 1, 1e-9);
	assert_int_equal(picture_ssim(a, other, 0, &same), -EINVAL);
	assert_int_equal(picture_ssim(a, b, 2, &same), -EINVAL);
	assert_int_equal(picture_ssim(a, b, 476, &same), -EINVAL);
	assert_int_equal(picture_ssim(a, b, 472, &same), 0);
	picture_free(a);
	picture_free(b);
	picture_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(copies),
		cmocka_unit_test(blend_is_the_formula),
		cmocka_unit_test(blend_of_all_values),
		cmocka_unit_test(blend_golden),
		cmocka_unit_test(blend_keeps_the_code),
		cmocka_unit_test(ssim_equals_ffmpegs),
		cmocka_unit_test(ssim_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
