// SPDX-License-Identifier: Apache-2.0
/*
 * libx264 as encoder: ultrafast, zerolatency, Baseline, one thread, no frame held back, key frames
 * only when asked for. A file of its own: its header and OpenH264's define the same NAL_ names.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <x264.h>

#include "apps/stream/codec_back.h"

enum {
	VBV_FRAMES = 12, /* what the rate may vary over: a key frame has room, and 0.2 s at 60
			    frames a second */
	START_SHORT = 3,
};

struct x264_back {
	x264_t *lib;
	int64_t frames;
};

static int params_set(x264_param_t *p, const struct encoder_config *config)
{
	const int kbit = (int)(config->bitrate / 1000);

	if (x264_param_default_preset(p, "ultrafast", "zerolatency"))
		return -EIO;
	p->i_width = (int)config->width;
	p->i_height = (int)config->height;
	p->i_csp = X264_CSP_I420;
	p->i_fps_num = config->fps;
	p->i_fps_den = 1;
	p->b_vfr_input = 0;
	p->i_threads = 1;
	p->b_sliced_threads = 0;
	p->i_slice_max_size = (int)config->nal_max;
	p->i_keyint_max = X264_KEYINT_MAX_INFINITE;
	p->i_scenecut_threshold = 0;
	p->b_repeat_headers = 1;
	p->b_annexb = 1;
	p->rc.i_rc_method = X264_RC_ABR;
	p->rc.i_bitrate = kbit;
	p->rc.i_vbv_max_bitrate = kbit;
	p->rc.i_vbv_buffer_size = kbit * VBV_FRAMES / (int)config->fps + 1;
	p->i_log_level = X264_LOG_NONE;
	return x264_param_apply_profile(p, "baseline") ? -EIO : 0;
}

static int back_open(const struct encoder_config *config, void **ret_impl)
{
	struct x264_back *b = calloc(1, sizeof(*b));
	x264_param_t params;
	int rc;

	if (!b)
		return -ENOMEM;
	rc = params_set(&params, config);
	if (!rc)
		b->lib = x264_encoder_open(&params);
	if (rc || !b->lib) {
		free(b);
		return rc ? rc : -EIO;
	}
	*ret_impl = b;
	return 0;
}

static void back_close(void *impl)
{
	struct x264_back *b = impl;

	x264_encoder_close(b->lib);
	free(b);
}

static int nals_give(const x264_nal_t *nals, int count, encoder_nal_fn nal, void *user,
		     struct encoded *ret)
{
	for (int i = 0; i < count; i++) {
		const x264_nal_t *n = &nals[i];
		const size_t start = n->b_long_startcode ? START_SHORT + 1 : START_SHORT;
		int rc;

		if (n->i_type == NAL_SEI) /* x264's name and options: for files */
			continue;
		rc = nal(user, n->p_payload + start, (size_t)n->i_payload - start, i + 1 == count);
		if (rc)
			return rc;
		ret->nals++;
		ret->bytes += (size_t)n->i_payload - start;
		ret->key |= n->i_type == NAL_SLICE_IDR;
	}
	return 0;
}

static int back_encode(void *impl, const struct picture *picture, bool key, encoder_nal_fn nal,
		       void *user, struct encoded *ret_encoded)
{
	struct x264_back *b = impl;
	x264_picture_t in, out;
	x264_nal_t *nals;
	int count = 0;

	x264_picture_init(&in);
	in.img.i_csp = X264_CSP_I420;
	in.img.i_plane = PICTURE_PLANES;
	for (unsigned p = 0; p < PICTURE_PLANES; p++) {
		in.img.plane[p] = picture->plane[p];
		in.img.i_stride[p] = (int)picture->stride[p];
	}
	in.i_type = key ? X264_TYPE_IDR : X264_TYPE_AUTO;
	in.i_pts = b->frames++;
	if (x264_encoder_encode(b->lib, &nals, &count, &in, &out) <= 0 || count < 1)
		return -EIO;
	return nals_give(nals, count, nal, user, ret_encoded);
}

const struct encoder_back encoder_x264 = {
	.open = back_open,
	.close = back_close,
	.encode = back_encode,
};
