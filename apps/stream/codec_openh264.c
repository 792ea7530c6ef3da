// SPDX-License-Identifier: Apache-2.0
/*
 * OpenH264, both ways: Constrained Baseline, CAVLC, one reference, one thread.
 *
 * Its header for C lacks the last argument of ForceIntraFrame, the layer; what a register happens
 * to hold would be taken for it. Hence the cast.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wels/codec_api.h>

#include "apps/stream/codec_back.h"

enum {
	ALL_LAYERS = -1,
	START_SHORT = 3,
	FPS_MAX = 60, /* more isn't taken; the bits a second are set so that those a frame are right
		       */
	QUIET = 0,    /* WELS_LOG_QUIET: a library doesn't print */
};

typedef int (*force_fn)(ISVCEncoder *, bool, int);

/* ---- encoder ---- */

struct openh264_encoder {
	ISVCEncoder *lib;
	unsigned fps;
	uint64_t frames;
};

static void layer_set(SSpatialLayerConfig *layer, const struct encoder_config *config,
		      const SEncParamExt *p)
{
	layer->iVideoWidth = p->iPicWidth;
	layer->iVideoHeight = p->iPicHeight;
	layer->fFrameRate = p->fMaxFrameRate;
	layer->iSpatialBitrate = p->iTargetBitrate;
	layer->iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
	layer->uiProfileIdc = PRO_BASELINE;
	layer->sSliceArgument.uiSliceMode =
		config->nal_max ? SM_SIZELIMITED_SLICE : SM_SINGLE_SLICE;
	layer->sSliceArgument.uiSliceSizeConstraint = (unsigned)config->nal_max;
}

static void params_set(SEncParamExt *p, const struct encoder_config *config)
{
	const unsigned fps = config->fps < FPS_MAX ? config->fps : FPS_MAX;

	p->iUsageType = CAMERA_VIDEO_REAL_TIME;
	p->iPicWidth = (int)config->width;
	p->iPicHeight = (int)config->height;
	p->fMaxFrameRate = (float)fps;
	p->iTargetBitrate = (int)((uint64_t)config->bitrate * fps / config->fps);
	p->iMaxBitrate = UNSPECIFIED_BIT_RATE;
	p->iRCMode = RC_BITRATE_MODE;
	p->bEnableFrameSkip = false; /* every frame is sent: the trace counts them */
	p->iSpatialLayerNum = p->iTemporalLayerNum = 1;
	p->iComplexityMode = LOW_COMPLEXITY;
	p->uiIntraPeriod = 0;
	p->iNumRefFrame = 1;
	p->eSpsPpsIdStrategy = CONSTANT_ID;
	p->iEntropyCodingModeFlag = 0;
	p->uiMaxNalSize = (unsigned)config->nal_max;
	p->iMultipleThreadIdc = 1;
	p->bEnableDenoise = p->bEnableAdaptiveQuant = p->bEnableSceneChangeDetect = false;
	p->bEnableBackgroundDetection = true;
	layer_set(&p->sSpatialLayers[0], config, p);
}

static int lib_open(ISVCEncoder *lib, const struct encoder_config *config)
{
	SEncParamExt params;
	int level = QUIET, format = videoFormatI420;

	if ((*lib)->SetOption(lib, ENCODER_OPTION_TRACE_LEVEL, &level) ||
	    (*lib)->GetDefaultParams(lib, &params))
		return -EIO;
	params_set(&params, config);
	if ((*lib)->InitializeExt(lib, &params) ||
	    (*lib)->SetOption(lib, ENCODER_OPTION_DATAFORMAT, &format))
		return -EIO;
	return 0;
}

static void encoder_close(void *impl)
{
	struct openh264_encoder *e = impl;

	(*e->lib)->Uninitialize(e->lib);
	WelsDestroySVCEncoder(e->lib);
	free(e);
}

static int encoder_open(const struct encoder_config *config, void **ret_impl)
{
	struct openh264_encoder *e = calloc(1, sizeof(*e));
	int rc;

	if (!e)
		return -ENOMEM;
	if (WelsCreateSVCEncoder(&e->lib)) {
		free(e);
		return -ENOMEM;
	}
	e->fps = config->fps;
	rc = lib_open(e->lib, config);
	if (rc) {
		encoder_close(e);
		return rc;
	}
	*ret_impl = e;
	return 0;
}

static size_t start_len(const uint8_t *nal, size_t len)
{
	const size_t n = len > START_SHORT && nal[2] == 0 ? START_SHORT + 1 : START_SHORT;

	return n < len ? n : len;
}

/* A layer's NAL units lie behind each other, each with its start code */
static int layer_give(const SLayerBSInfo *layer, bool last_layer, encoder_nal_fn nal, void *user,
		      struct encoded *ret)
{
	const uint8_t *at = layer->pBsBuf;

	for (int i = 0; i < layer->iNalCount; i++) {
		const size_t len = (size_t)layer->pNalLengthInByte[i], skip = start_len(at, len);
		const int rc =
			nal(user, at + skip, len - skip, last_layer && i + 1 == layer->iNalCount);

		if (rc)
			return rc;
		ret->nals++;
		ret->bytes += len - skip;
		at += len;
	}
	return 0;
}

static SSourcePicture source_of(const struct picture *p, uint64_t time_ms)
{
	SSourcePicture source = {
		.iColorFormat = videoFormatI420,
		.iPicWidth = (int)p->width,
		.iPicHeight = (int)p->height,
		.uiTimeStamp = (long long)time_ms,
	};

	for (unsigned i = 0; i < PICTURE_PLANES; i++) {
		source.iStride[i] = (int)p->stride[i];
		source.pData[i] = p->plane[i];
	}
	return source;
}

static int encoder_run(void *impl, const struct picture *picture, bool key, encoder_nal_fn nal,
		       void *user, struct encoded *ret)
{
	struct openh264_encoder *e = impl;
	const SSourcePicture source = source_of(picture, e->frames++ * 1000 / e->fps);
	SFrameBSInfo info;
	int rc = 0;

	memset(&info, 0, sizeof(info));
	if (key && ((force_fn)(void *)(*e->lib)->ForceIntraFrame)(e->lib, true, ALL_LAYERS))
		return -EIO;
	if ((*e->lib)->EncodeFrame(e->lib, &source, &info) || info.iLayerNum < 1 ||
	    info.eFrameType == videoFrameTypeSkip || info.eFrameType == videoFrameTypeInvalid)
		return -EIO;
	ret->key = info.eFrameType == videoFrameTypeIDR;
	for (int l = 0; l < info.iLayerNum && !rc; l++)
		rc = layer_give(&info.sLayerInfo[l], l + 1 == info.iLayerNum, nal, user, ret);
	return rc;
}

const struct encoder_back encoder_openh264 = {
	.open = encoder_open,
	.close = encoder_close,
	.encode = encoder_run,
};

/* ---- decoder ---- */

static void decoder_close(void *impl)
{
	ISVCDecoder *lib = impl;

	(*lib)->Uninitialize(lib);
	WelsDestroyDecoder(lib);
}

static int decoder_open(void **ret_impl)
{
	const SDecodingParam params = {
		.uiTargetDqLayer = UINT8_MAX,
		.eEcActiveIdc = ERROR_CON_DISABLE, /* a key frame is asked for instead */
		.sVideoProperty = {.size = sizeof(SVideoProperty),
				   .eVideoBsType = VIDEO_BITSTREAM_AVC},
	};
	int level = QUIET;
	ISVCDecoder *lib;

	if (WelsCreateDecoder(&lib))
		return -ENOMEM;
	if ((*lib)->SetOption(lib, DECODER_OPTION_TRACE_LEVEL, &level) ||
	    (*lib)->Initialize(lib, &params)) {
		WelsDestroyDecoder(lib);
		return -EIO;
	}
	*ret_impl = lib;
	return 0;
}

static int decoder_run(void *impl, const uint8_t *au, size_t len, struct picture *ret_view)
{
	ISVCDecoder *lib = impl;
	unsigned char *plane[PICTURE_PLANES] = {NULL};
	SBufferInfo info;
	const SSysMEMBuffer *shape = &info.UsrData.sSystemBuffer;

	memset(&info, 0, sizeof(info));
	if ((*lib)->DecodeFrameNoDelay(lib, au, (int)len, plane, &info) != dsErrorFree)
		return -EBADMSG;
	if (info.iBufferStatus != 1 || !plane[0])
		return -EAGAIN;
	if (shape->iFormat != videoFormatI420 || shape->iWidth <= 0 || shape->iHeight <= 0)
		return -EBADMSG;
	ret_view->width = (unsigned)shape->iWidth;
	ret_view->height = (unsigned)shape->iHeight;
	for (unsigned p = 0; p < PICTURE_PLANES; p++) {
		ret_view->plane[p] = plane[p];
		ret_view->stride[p] = (size_t)shape->iStride[p > 0];
	}
	return 0;
}

const struct decoder_back decoder_openh264 = {
	.open = decoder_open,
	.close = decoder_close,
	.decode = decoder_run,
};
