// SPDX-License-Identifier: Apache-2.0
/* Encoders by name, and what is the same in all of them. */
#include "apps/stream/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream/codec_back.h"

enum {
	FPS_MAX = 240,
	BITRATE_MIN = 100000,
	BITRATE_MAX = 100000000,
	NAL_MIN = 600 /* OpenH264 takes no less than that, or little less */
};

struct encoder {
	const struct encoder_back *back;
	struct encoder_config config;
	void *impl;
	bool started;
};

static const struct {
	const char *name;
	const struct encoder_back *back;
} codecs[CODEC_KINDS] = {
	[CODEC_OPENH264] = {"openh264", &encoder_openh264},
#ifdef BATON_X264
	[CODEC_X264] = {"x264", &encoder_x264},
#else
	[CODEC_X264] = {"x264", NULL},
#endif
};

const char *codec_name(enum codec_kind kind)
{
	return codecs[kind].name;
}

int codec_parse(const char *name, enum codec_kind *ret_kind)
{
	for (unsigned k = 0; k < CODEC_KINDS; k++) {
		if (strcmp(name, codecs[k].name) != 0)
			continue;
		if (!codecs[k].back)
			return -ENOTSUP;
		*ret_kind = k;
		return 0;
	}
	return -EINVAL;
}

static bool config_valid(const struct encoder_config *c)
{
	return c->kind < CODEC_KINDS && c->width % 2 == 0 && c->height % 2 == 0 &&
	       c->width >= PICTURE_SIDE_MIN && c->width <= PICTURE_SIDE_MAX &&
	       c->height >= PICTURE_SIDE_MIN && c->height <= PICTURE_SIDE_MAX && c->fps >= 1 &&
	       c->fps <= FPS_MAX && c->bitrate >= BITRATE_MIN && c->bitrate <= BITRATE_MAX &&
	       (c->nal_max == 0 || c->nal_max >= NAL_MIN);
}

int encoder_new(const struct encoder_config *config, struct encoder **ret_encoder)
{
	struct encoder *e;
	int rc;

	if (!config_valid(config))
		return -EINVAL;
	if (!codecs[config->kind].back)
		return -ENOTSUP;
	e = malloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	*e = (struct encoder){.back = codecs[config->kind].back, .config = *config};
	rc = e->back->open(config, &e->impl);
	if (rc) {
		free(e);
		return rc;
	}
	*ret_encoder = e;
	return 0;
}

void encoder_free(struct encoder *encoder)
{
	if (!encoder)
		return;
	encoder->back->close(encoder->impl);
	free(encoder);
}

int encoder_encode(struct encoder *e, const struct picture *picture, bool key, encoder_nal_fn nal,
		   void *user, struct encoded *ret_encoded)
{
	struct encoded encoded = {.key = false};
	int rc;

	if (picture->width != e->config.width || picture->height != e->config.height)
		return -EINVAL;
	rc = e->back->encode(e->impl, picture, key || !e->started, nal, user, &encoded);
	/* a frame that failed leaves no reference to go on from */
	e->started = rc == 0;
	if (!rc && ret_encoded)
		*ret_encoded = encoded;
	return rc;
}
