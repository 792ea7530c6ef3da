// SPDX-License-Identifier: Apache-2.0
/*
 * The gate before every decoder library: only slices and parameter sets of a profile and size that
 * was agreed on get through, a key frame first, and after an error a key frame again. Decoders are
 * large and parse what a network brings; what they needn't see can't harm them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream/codec_back.h"
#include "apps/stream/h264_nal.h"
#include "apps/stream/h264_rtp.h"

enum { PPS_LEN_MAX = 256, MACROBLOCK = 16 };

struct decoder {
	const struct decoder_back *back;
	void *impl;
	unsigned width_max, height_max;
	bool has_sps, synced;
	bool used;	     /* the library has been given something since it was opened */
	struct h264_sps sps; /* what the library has */
	struct picture view;
	size_t len;
	uint8_t au[H264_AU_MAX + DECODER_PADDING]; /* what gets through */
};

/* What an access unit brings */
struct content {
	unsigned slices, idrs, parameter_sets;
	bool has_sps;
	struct h264_sps sps;
};

static const struct decoder_back *back_of(enum codec_kind kind)
{
	switch (kind) {
	case CODEC_OPENH264:
		return &decoder_openh264;
	case CODEC_X264:
#ifdef BATON_X264
		return &decoder_libav;
#endif
	case CODEC_KINDS:
		break;
	}
	return NULL;
}

int decoder_new(const struct decoder_config *config, struct decoder **ret_decoder)
{
	const struct decoder_back *back = back_of(config->kind);
	struct decoder *d;
	int rc;

	if (!back)
		return config->kind < CODEC_KINDS ? -ENOTSUP : -EINVAL;
	if (config->width_max < PICTURE_SIDE_MIN || config->width_max > PICTURE_SIDE_MAX ||
	    config->height_max < PICTURE_SIDE_MIN || config->height_max > PICTURE_SIDE_MAX)
		return -EINVAL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->back = back;
	d->width_max = config->width_max;
	d->height_max = config->height_max;
	rc = back->open(&d->impl);
	if (rc) {
		free(d);
		return rc;
	}
	*ret_decoder = d;
	return 0;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	if (decoder->impl)
		decoder->back->close(decoder->impl);
	free(decoder);
}

void decoder_reset(struct decoder *decoder)
{
	decoder->synced = false;
}

static bool pass(struct decoder *d, const uint8_t *nal, size_t len)
{
	static const uint8_t start[H264_START_LEN] = {0, 0, 0, 1};

	if (len + sizeof(start) > H264_AU_MAX - d->len)
		return false;
	memcpy(d->au + d->len, start, sizeof(start));
	memcpy(d->au + d->len + sizeof(start), nal, len);
	d->len += sizeof(start) + len;
	return true;
}

static bool sps_fits(const struct decoder *d, const struct h264_sps *sps)
{
	const unsigned width = (d->width_max + MACROBLOCK - 1) / MACROBLOCK * MACROBLOCK;
	const unsigned height = (d->height_max + MACROBLOCK - 1) / MACROBLOCK * MACROBLOCK;

	return sps->width <= width && sps->height <= height;
}

static bool nal_take(struct decoder *d, const uint8_t *nal, size_t len, struct content *c)
{
	switch (nal[0] & H264_TYPE_MASK) {
	case H264_SLICE:
		c->slices++;
		return len > 1 && pass(d, nal, len);
	case H264_IDR:
		c->idrs++;
		return len > 1 && pass(d, nal, len);
	case H264_SPS:
		if (c->has_sps || h264_sps_parse(nal, len, &c->sps) || !sps_fits(d, &c->sps))
			return false;
		c->has_sps = true;
		c->parameter_sets++;
		return pass(d, nal, len);
	case H264_PPS:
		c->parameter_sets++;
		return len > 1 && len <= PPS_LEN_MAX && pass(d, nal, len);
	default:
		return true; /* messages and delimiters: not needed */
	}
}

static bool same_sps(const struct h264_sps *a, const struct h264_sps *b)
{
	return a->profile == b->profile && a->constraints == b->constraints &&
	       a->level == b->level && a->width == b->width && a->height == b->height &&
	       a->references == b->references;
}

static int reopen(struct decoder *d)
{
	if (d->impl)
		d->back->close(d->impl);
	d->impl = NULL;
	d->used = false;
	return d->back->open(&d->impl);
}

/* Another size is another decoder: none is asked to change under way */
static int sps_adopt(struct decoder *d, const struct content *c)
{
	const bool same = d->has_sps && same_sps(&d->sps, &c->sps);

	d->has_sps = true;
	d->sps = c->sps;
	return d->impl && (same || !d->used) ? 0 : reopen(d);
}

/* After what was damaged a library may go on refusing what is good (OpenH264 2.3.1 does): a whole
 * key frame that it doesn't take gets a new one */
static int lib_decode(struct decoder *d, bool whole_key)
{
	const bool used = d->used;
	int rc;

	memset(d->au + d->len, 0, DECODER_PADDING);
	d->used = true;
	rc = d->back->decode(d->impl, d->au, d->len, &d->view);
	if (rc != -EBADMSG && rc != -EAGAIN)
		return rc;
	if (!whole_key || !used)
		return rc;
	rc = reopen(d);
	if (rc)
		return rc;
	d->used = true;
	return d->back->decode(d->impl, d->au, d->len, &d->view);
}

static int read_units(struct decoder *d, const uint8_t *au, size_t len, struct content *c)
{
	const uint8_t *nal;
	size_t at = 0, nal_len;

	d->len = 0;
	while (h264_nal_next(au, len, &at, &nal, &nal_len))
		if (!nal_take(d, nal, nal_len, c))
			return -EBADMSG;
	if (c->slices > 0 && c->idrs > 0)
		return -EBADMSG;
	/* parameter sets change with key frames only, as our encoders send them */
	if (c->slices > 0 && c->parameter_sets > 0)
		return -EBADMSG;
	return c->slices + c->idrs > 0 ? 0 : -EAGAIN;
}

static int decode(struct decoder *d, const uint8_t *au, size_t len,
		  const struct picture **ret_picture)
{
	struct content c = {.slices = 0};
	int rc = read_units(d, au, len, &c);

	if (rc)
		return rc;
	if (c.has_sps && c.idrs > 0)
		rc = sps_adopt(d, &c);
	if (rc)
		return rc;
	if (!d->impl || !d->has_sps || (c.idrs == 0 && !d->synced))
		return -EAGAIN;
	rc = lib_decode(d, c.has_sps && c.idrs > 0);
	if (rc)
		return rc;
	if (d->view.width > d->width_max || d->view.height > d->height_max || d->view.width % 2 ||
	    d->view.height % 2)
		return -EBADMSG;
	d->synced = true;
	*ret_picture = &d->view;
	return 0;
}

int decoder_decode(struct decoder *decoder, const uint8_t *au, size_t len,
		   const struct picture **ret_picture)
{
	const int rc = decode(decoder, au, len, ret_picture);

	if (rc == -EBADMSG)
		decoder->synced = false;
	return rc;
}
