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
#include "apps/picture/png.h"
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

/* ---- the code ---- */

static const struct frame_stamp stamps[] = {
	{0, 0, 0, 0},
	{1, 2, 3, 4},
	{0xffff, 0xffffffff, 0xffffffff, 0xffffffff},
	{0x5555, 0xaaaaaaaa, 0x55555555, 0xaaaaaaaa},
};

static void stamp_octets(void **state)
{
	static const uint8_t golden[FRAME_STAMP_LEN] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
							0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e};
	const struct frame_stamp stamp = {0x0102, 0x03040506, 0x0708090a, 0x0b0c0d0e};
	uint8_t octets[FRAME_STAMP_LEN];
	struct frame_stamp back;

	frame_stamp_encode(&stamp, octets);
	assert_memory_equal(octets, golden, sizeof(golden));
	frame_stamp_decode(octets, &back);
	assert_true(frame_stamp_equal(&stamp, &back));
	back.input++;
	assert_false(frame_stamp_equal(&stamp, &back));
}

static void code_is_read_back(void **state)
{
	static const unsigned side[][3] = {
		{640, 480, 16}, {320, 240, 32}, {326, 240, 32}, {1280, 720, 16}, {4096, 64, 16}};

	for (size_t i = 0; i < N(side); i++) {
		struct picture *p = picture(side[i][0], side[i][1]);

		assert_int_equal(frame_stamp_strip(side[i][0]), side[i][2]);
		for (size_t s = 0; s < N(stamps); s++) {
			struct frame_stamp got;

			scene_draw(p, 1);
			assert_int_equal(frame_stamp_draw(p, &stamps[s]), 0);
			assert_int_equal(frame_stamp_read(p, &got), 0);
			assert_true(frame_stamp_equal(&got, &stamps[s]));
		}
		picture_free(p);
	}
}

/* The bits of docs/csm.md at 640 wide: CRC-16/CCITT-FALSE of 14 octets 0 is a96a (Python:
 * binascii.crc_hqx) */
static void code_golden(void **state)
{
	struct picture *p = picture(640, 480);
	unsigned crc = 0;

	frame_stamp_draw(p, &(struct frame_stamp){0x8000, 0, 0, 1});
	assert_int_equal(sample(p, PICTURE_Y, 0, 0), 200);
	assert_int_equal(sample(p, PICTURE_Y, 7, 7), 200);
	assert_int_equal(sample(p, PICTURE_Y, 8, 0), 48);
	assert_int_equal(sample(p, PICTURE_CB, 0, 0), 128);
	/* bit 111, the last of the stamp: second row, block 31 */
	assert_int_equal(sample(p, PICTURE_Y, 31 * 8, 8), 200);
	assert_int_equal(sample(p, PICTURE_Y, 30 * 8, 8), 48);
	frame_stamp_draw(p, &(struct frame_stamp){0, 0, 0, 0});
	for (unsigned bit = 112; bit < 128; bit++)
		crc = crc << 1 | (sample(p, PICTURE_Y, (bit - 80) * 8, 8) == 200);
	assert_int_equal(crc, 0xa96a);
	picture_free(p);
}

static void code_refused(void **state)
{
	struct picture *p = picture(640, 480), *narrow = picture(318, 240), *low = picture(640, 16);
	struct frame_stamp got;

	picture_fill(p, 16, 128, 128);
	assert_int_equal(frame_stamp_read(p, &got), -EBADMSG);
	scene_noise(p, 1);
	assert_int_equal(frame_stamp_read(p, &got), -EBADMSG);
	/* each single block that is turned round is noticed */
	for (unsigned bit = 0; bit < 128; bit++) {
		frame_stamp_draw(p, &stamps[1]);
		for (unsigned y = 0; y < 8; y++)
			for (unsigned x = 0; x < 8; x++) {
				uint8_t *at = p->plane[0] + (bit / 80 * 8 + y) * p->stride[0] +
					      bit % 80 * 8 + x;

				*at = (uint8_t)(248 - *at);
			}
		assert_int_equal(frame_stamp_read(p, &got), -EBADMSG);
	}
	assert_int_equal(frame_stamp_strip(318), 0);
	assert_int_equal(frame_stamp_draw(narrow, &stamps[0]), -EINVAL);
	assert_int_equal(frame_stamp_read(narrow, &got), -EINVAL);
	assert_int_equal(frame_stamp_draw(low, &stamps[0]), -EINVAL);
	picture_free(p);
	picture_free(narrow);
	picture_free(low);
}

/* ---- PNG ---- */

static void rgb(void **state)
{
	/* black, white, and the primaries of BT.601 */
	static const struct {
		uint8_t ycc[3], rgb[3];
	} row[] = {{{16, 128, 128}, {0, 0, 0}},	  {{235, 128, 128}, {255, 255, 255}},
		   {{81, 90, 240}, {255, 0, 0}},  {{145, 54, 34}, {0, 255, 0}},
		   {{41, 240, 110}, {0, 0, 255}}, {{126, 128, 128}, {128, 128, 128}}};
	struct picture *p = picture(16, 16);
	uint8_t line[3 * 16];

	for (size_t i = 0; i < N(row); i++) {
		picture_fill(p, row[i].ycc[0], row[i].ycc[1], row[i].ycc[2]);
		picture_rgb_line(p, 15, line);
		for (unsigned c = 0; c < 3; c++)
			assert_in_range(line[45 + c] + 2 - row[i].rgb[c], 0, 4);
	}
	picture_free(p);
}

static void png_is_read_by_ffmpeg(void **state)
{
	char path[] = "/tmp/test_picture.XXXXXX", command[256], said[64] = "";
	struct picture *p = picture(322, 246);
	uint8_t *octets;
	size_t len;
	FILE *file, *probe;

	scene_draw(p, 9);
	assert_int_equal(picture_png(p, 10, &octets, &len), -EINVAL);
	assert_int_equal(picture_png(p, 1, &octets, &len), 0);
	assert_memory_equal(octets, "\x89PNG\r\n\x1a\n", 8);
	close(mkstemp(path));
	file = fopen(path, "we");
	assert_int_equal(fwrite(octets, 1, len, file), len);
	fclose(file);
	free(octets);
	snprintf(command, sizeof(command),
		 "exec ffprobe -v error -f png_pipe -show_entries stream=width,height,pix_fmt -of "
		 "csv=p=0 %s",
		 path);
	probe = popen(command, "re");
	assert_non_null(fgets(said, sizeof(said), probe));
	assert_int_equal(pclose(probe), 0);
	assert_string_equal(said, "322,246,rgb24\n");
	file = fopen(path, "we");
	assert_int_equal(picture_png_file(p, file), 0);
	assert_true(ftell(file) > 100);
	fclose(file);
	file = fopen("/dev/full", "we");
	assert_int_equal(picture_png_file(p, file), -EIO);
	fclose(file);
	unlink(path);
	picture_free(p);
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
		cmocka_unit_test(stamp_octets),
		cmocka_unit_test(code_is_read_back),
		cmocka_unit_test(code_golden),
		cmocka_unit_test(code_refused),
		cmocka_unit_test(rgb),
		cmocka_unit_test(png_is_read_by_ffmpeg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
