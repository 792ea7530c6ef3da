/* SPDX-License-Identifier: Apache-2.0 */
/*
 * H.264 behind one small interface: OpenH264 (default), or libx264 with libavcodec's decoder when
 * built with X264=1. One thread, one picture in, one access unit out: no frame is held back, and no
 * picture refers to a later one.
 *
 * An encoder or decoder belongs to one thread at a time.
 */
#ifndef BATON_APPS_STREAM_CODEC_H
#define BATON_APPS_STREAM_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/picture/picture.h"

enum codec_kind { CODEC_OPENH264, CODEC_X264, CODEC_KINDS };

/** codec_name - "openh264", "x264" */
const char *codec_name(enum codec_kind kind);
/** codec_parse - Return: 0, -EINVAL: no such codec; -ENOTSUP: known, but this program was built
 * without */
int codec_parse(const char *name, enum codec_kind *ret_kind);

struct encoder_config {
	enum codec_kind kind;
	unsigned width, height; /* as of struct picture */
	unsigned fps;		/* 1 to 240 */
	unsigned bitrate;	/* bit/s, 100000 to 100000000 */
	size_t nal_max;		/* octets at which a slice ends, at least 600; 0: one slice */
};

struct encoder;

/**
 * encoder_nal_fn - one NAL unit, without start code, borrowed for the call; called inside
 * encoder_encode
 * @last: of its access unit
 *
 * Return: 0, or an error that encoder_encode returns (the remaining NAL units are dropped)
 */
typedef int (*encoder_nal_fn)(void *user, const uint8_t *nal, size_t len, bool last);

struct encoded {
	bool key; /* an IDR picture, with its parameter sets before it */
	unsigned nals;
	size_t bytes; /* of all NAL units */
};

/** encoder_new - Return: 0, -EINVAL, -ENOTSUP: built without; -ENOMEM, -EIO: the library refused */
int encoder_new(const struct encoder_config *config, struct encoder **ret_encoder);
void encoder_free(struct encoder *encoder);

/**
 * encoder_encode - the first picture is a key frame, and so is each for which @key is set; no
 * others
 * @ret_encoded: may be NULL
 *
 * Return: 0, -EINVAL when the picture is of another size, -EIO when the library fails, or what @nal
 * returned
 */
int encoder_encode(struct encoder *encoder, const struct picture *picture, bool key,
		   encoder_nal_fn nal, void *user, struct encoded *ret_encoded);

struct decoder;

struct decoder_config {
	enum codec_kind kind;
	unsigned width_max, height_max; /* a stream of larger pictures is refused */
};

/** decoder_new - Return: 0, -EINVAL, -ENOTSUP, -ENOMEM, -EIO */
int decoder_new(const struct decoder_config *config, struct decoder **ret_decoder);
void decoder_free(struct decoder *decoder);

/**
 * decoder_decode - one access unit
 * @au:          Annex B: each NAL unit behind 00 00 00 01
 * @ret_picture: borrowed until the next call
 *
 * What isn't a slice or a parameter set is passed over. Nothing is decoded before a key frame;
 * after an error everything up to the next key frame is refused.
 *
 * Return: 0; -EAGAIN: no picture, a key frame is needed first; -EBADMSG: not H.264 as we take it
 * (profile, size, syntax), a key frame is needed; -ENOMEM
 */
int decoder_decode(struct decoder *decoder, const uint8_t *au, size_t len,
		   const struct picture **ret_picture);

/** decoder_reset - something was lost: refuse what is not a key frame */
void decoder_reset(struct decoder *decoder);

#endif
