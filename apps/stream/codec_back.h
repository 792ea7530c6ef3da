/* SPDX-License-Identifier: Apache-2.0 */
/* What a codec library has to give behind codec.h. Internal to apps/stream. */
#ifndef BATON_APPS_STREAM_CODEC_BACK_H
#define BATON_APPS_STREAM_CODEC_BACK_H

#include "apps/stream/codec.h"

enum { DECODER_PADDING = 64 /* zero octets behind an access unit: libavcodec reads so far */ };

struct encoder_back {
	int (*open)(const struct encoder_config *config, void **ret_impl);
	void (*close)(void *impl);
	/* @picture has the size of the configuration; @ret_encoded is all zero */
	int (*encode)(void *impl, const struct picture *picture, bool key, encoder_nal_fn nal,
		      void *user, struct encoded *ret_encoded);
};

struct decoder_back {
	int (*open)(void **ret_impl);
	void (*close)(void *impl);
	/* @au: checked, a whole access unit; @ret_view: into the library's memory, until the next
	 * call. Return: 0, -EAGAIN: no picture came out; -EBADMSG */
	int (*decode)(void *impl, const uint8_t *au, size_t len, struct picture *ret_view);
};

extern const struct encoder_back encoder_openh264;
extern const struct decoder_back decoder_openh264;
#ifdef BATON_X264
extern const struct encoder_back encoder_x264;
extern const struct decoder_back decoder_libav;
#endif

#endif
