// SPDX-License-Identifier: Apache-2.0
/* The code in the picture, and pictures as PNG. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/picture/png.h"
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
		cmocka_unit_test(stamp_octets), cmocka_unit_test(code_is_read_back),
		cmocka_unit_test(code_golden),	cmocka_unit_test(code_refused),
		cmocka_unit_test(rgb),		cmocka_unit_test(png_is_read_by_ffmpeg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
