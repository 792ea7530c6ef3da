// SPDX-License-Identifier: Apache-2.0
/*
 * Encoders and decoders behind codec.h, each that this build has: what goes in comes out, slices
 * fit packets, keys come when asked for and no others, the code survives, and nothing but H.264 as
 * agreed is decoded.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/picture/stamp.h"
#include "apps/stream/codec.h"
#include "apps/stream/h264_nal.h"
#include "apps/stream/h264_rtp.h"
#include "tests/unit/picture_scene.h"

enum { W = 640, H = 480 };

struct unit {
	size_t len, longest;
	unsigned nals, lasts, keys, parameter_sets;
	uint8_t octets[1 << 20];
};

static struct unit unit;

static int on_nal(void *user, const uint8_t *nal, size_t len, bool last)
{
	const unsigned type = nal[0] & H264_TYPE_MASK;

	assert_true(len > 0 && unit.len + 4 + len <= sizeof(unit.octets));
	memcpy(unit.octets + unit.len, "\0\0\0\1", 4);
	memcpy(unit.octets + unit.len + 4, nal, len);
	unit.len += 4 + len;
	unit.longest = len > unit.longest ? len : unit.longest;
	unit.nals++;
	unit.lasts += last;
	unit.keys += type == H264_IDR;
	unit.parameter_sets += type == H264_SPS || type == H264_PPS;
	return 0;
}

static struct encoder *encoder_of(enum codec_kind kind, unsigned width, unsigned height,
				  unsigned bitrate)
{
	const struct encoder_config config = {kind, width, height, 60, bitrate, H264_NAL_FIT};
	struct encoder *e;

	assert_int_equal(encoder_new(&config, &e), 0);
	return e;
}

static struct decoder *decoder_of(enum codec_kind kind)
{
	const struct decoder_config config = {kind, W, H};
	struct decoder *d;

	assert_int_equal(decoder_new(&config, &d), 0);
	return d;
}

static struct encoded encode(struct encoder *e, const struct picture *p, bool key)
{
	struct encoded encoded;

	unit = (struct unit){.len = 0};
	assert_int_equal(encoder_encode(e, p, key, on_nal, NULL, &encoded), 0);
	assert_int_equal(encoded.nals, unit.nals);
	assert_int_equal(encoded.bytes, unit.len - 4 * unit.nals);
	assert_int_equal(encoded.key, unit.keys > 0);
	assert_int_equal(unit.lasts, 1);
	return encoded;
}

/* ---- each codec ---- */

static void frames_of(enum codec_kind kind, unsigned bitrate, double psnr_min)
{
	struct encoder *e = encoder_of(kind, W, H, bitrate);
	struct decoder *d = decoder_of(kind);
	struct picture *p;
	size_t bytes = 0;

	assert_int_equal(picture_new(W, H, &p), 0);
	for (uint32_t i = 1; i <= 180; i++) {
		const struct frame_stamp stamp = {1, i, i * 3, i / 2};
		const struct picture *out;
		struct frame_stamp code;
		const bool key = i == 50;

		scene_draw(p, i);
		frame_stamp_draw(p, &stamp);
		encode(e, p, key);
		assert_int_equal(unit.keys > 0, key || i == 1);
		assert_int_equal(unit.parameter_sets, key || i == 1 ? 2 : 0);
		assert_true(unit.longest <= H264_NAL_FIT);
		/* no frame is held back */
		assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), 0);
		assert_int_equal(out->width, W);
		assert_int_equal(out->height, H);
		assert_int_equal(frame_stamp_read(out, &code), 0);
		assert_true(frame_stamp_equal(&code, &stamp));
		assert_true(scene_psnr(out, p, frame_stamp_strip(W)) > psnr_min);
		if (i > 60)
			bytes += unit.len;
	}
	/* 120 frames, two seconds */
	assert_in_range(bytes * 4, bitrate / 4, bitrate * 5 / 4);
	picture_free(p);
	encoder_free(e);
	decoder_free(d);
}

static void each_frame(void **state)
{
	for (unsigned kind = 0; kind < CODEC_KINDS; kind++) {
		enum codec_kind built;

		if (codec_parse(codec_name(kind), &built))
			continue;
		assert_int_equal(built, kind);
		frames_of(kind, 4000000, 28);
		frames_of(kind, 1000000, 20);
	}
}

/* The harshest picture: noise at 4 Mbit/s. The code is still read */
static void code_survives_noise(void **state)
{
	struct encoder *e = encoder_of(CODEC_OPENH264, W, H, 4000000);
	struct decoder *d = decoder_of(CODEC_OPENH264);
	struct picture *p;

	assert_int_equal(picture_new(W, H, &p), 0);
	for (uint32_t i = 1; i <= 20; i++) {
		const struct frame_stamp stamp = {1, i * 0x01010101, ~i, 5};
		const struct picture *out;
		struct frame_stamp code;

		scene_noise(p, i);
		frame_stamp_draw(p, &stamp);
		encode(e, p, false);
		assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), 0);
		assert_int_equal(frame_stamp_read(out, &code), 0);
		assert_true(frame_stamp_equal(&code, &stamp));
	}
	picture_free(p);
	encoder_free(e);
	decoder_free(d);
}

/* ---- what is refused ---- */

static void bad_configurations(void **state)
{
	static const struct encoder_config bad[] = {
		{CODEC_OPENH264, 641, 480, 60, 4000000, 0},
		{CODEC_OPENH264, 640, 8, 60, 4000000, 0},
		{CODEC_OPENH264, 640, 480, 0, 4000000, 0},
		{CODEC_OPENH264, 640, 480, 241, 4000000, 0},
		{CODEC_OPENH264, 640, 480, 60, 99999, 0},
		{CODEC_OPENH264, 640, 480, 60, 4000000, 599},
		{CODEC_KINDS, 640, 480, 60, 4000000, 0},
	};
	const struct decoder_config large = {CODEC_OPENH264, 5000, 480}, none = {CODEC_KINDS, W, H};
	struct encoder *e;
	struct decoder *d;
	enum codec_kind kind;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(encoder_new(&bad[i], &e), -EINVAL);
	assert_int_equal(decoder_new(&large, &d), -EINVAL);
	assert_int_equal(decoder_new(&none, &d), -EINVAL);
	assert_int_equal(codec_parse("h265", &kind), -EINVAL);
	assert_int_equal(codec_parse("openh264", &kind), 0);
	encoder_free(NULL);
	decoder_free(NULL);
}

static int refuse(void *user, const uint8_t *nal, size_t len, bool last)
{
	return -ECANCELED;
}

static void encoder_errors(void **state)
{
	struct encoder *e = encoder_of(CODEC_OPENH264, W, H, 4000000);
	struct picture *p, *other;

	assert_int_equal(picture_new(W, H, &p), 0);
	assert_int_equal(picture_new(W, H - 16, &other), 0);
	assert_int_equal(encoder_encode(e, other, false, on_nal, NULL, NULL), -EINVAL);
	encode(e, p, false);
	assert_false(encode(e, p, false).key);
	assert_int_equal(encoder_encode(e, p, false, refuse, NULL, NULL), -ECANCELED);
	/* what wasn't taken can't be referred to */
	assert_true(encode(e, p, false).key);
	picture_free(p);
	picture_free(other);
	encoder_free(e);
}

static void key_first(void **state)
{
	struct encoder *e = encoder_of(CODEC_OPENH264, W, H, 4000000);
	struct decoder *d = decoder_of(CODEC_OPENH264);
	const struct picture *out;
	struct picture *p;

	assert_int_equal(picture_new(W, H, &p), 0);
	encode(e, p, false);
	encode(e, p, false);
	assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), -EAGAIN);
	encode(e, p, true);
	assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), 0);
	decoder_reset(d);
	encode(e, p, false);
	assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), -EAGAIN);
	encode(e, p, true);
	/* a key frame without its parameter sets is decodable: the decoder has them */
	assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), 0);
	assert_int_equal(decoder_decode(d, unit.octets, 0, &out), -EAGAIN);
	picture_free(p);
	encoder_free(e);
	decoder_free(d);
}

/* Larger than agreed is refused before the library sees it; smaller is taken, and a change of size
 */
static void sizes_of_a_stream(void **state)
{
	static const struct {
		unsigned width, height;
		int rc;
	} row[] = {{640, 480, 0},	  {320, 240, 0},	{322, 246, 0},
		   {1280, 720, -EBADMSG}, {640, 496, -EBADMSG}, {640, 480, 0}};
	struct decoder *d = decoder_of(CODEC_OPENH264);

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct encoder *e =
			encoder_of(CODEC_OPENH264, row[i].width, row[i].height, 4000000);
		const struct picture *out;
		struct picture *p;

		assert_int_equal(picture_new(row[i].width, row[i].height, &p), 0);
		scene_draw(p, 1);
		encode(e, p, true);
		assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), row[i].rc);
		if (!row[i].rc)
			assert_int_equal(out->width, row[i].width);
		encode(e, p, false);
		assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out),
				 row[i].rc ? -EAGAIN : 0);
		picture_free(p);
		encoder_free(e);
	}
	decoder_free(d);
}

/* Bits turned round anywhere: any answer will do but a crash, and a key frame puts it right again
 */
static void damaged_of(enum codec_kind kind)
{
	struct encoder *e = encoder_of(kind, W, H, 1000000);
	struct decoder *d = decoder_of(kind);
	const struct picture *out;
	struct picture *p;
	uint32_t random = 1;

	assert_int_equal(picture_new(W, H, &p), 0);
	for (unsigned i = 0; i < 300; i++) {
		scene_draw(p, i);
		encode(e, p, i % 10 == 0);
		for (unsigned n = 0; n < 1 + i % 7; n++) {
			random = random * 1664525 + 1013904223;
			unit.octets[random % unit.len] ^= (uint8_t)(1 << (random >> 29));
		}
		decoder_decode(d, unit.octets, i % 3 ? unit.len : unit.len * (i % 16) / 16, &out);
	}
	encode(e, p, true);
	decoder_reset(d);
	assert_int_equal(decoder_decode(d, unit.octets, unit.len, &out), 0);
	assert_true(scene_psnr(out, p, 0) > 20);
	picture_free(p);
	encoder_free(e);
	decoder_free(d);
}

static void damaged(void **state)
{
	for (unsigned kind = 0; kind < CODEC_KINDS; kind++) {
		enum codec_kind built;

		if (!codec_parse(codec_name(kind), &built))
			damaged_of(built);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_frame),
		cmocka_unit_test(code_survives_noise),
		cmocka_unit_test(bad_configurations),
		cmocka_unit_test(encoder_errors),
		cmocka_unit_test(key_first),
		cmocka_unit_test(sizes_of_a_stream),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
