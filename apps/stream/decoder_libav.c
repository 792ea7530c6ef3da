// SPDX-License-Identifier: Apache-2.0
/* libavcodec's H.264 decoder: one thread and low delay, since each thread of it holds back a frame.
 */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <stdlib.h>

#include "apps/stream/codec_back.h"

_Static_assert(DECODER_PADDING >= AV_INPUT_BUFFER_PADDING_SIZE, "libavcodec reads further");

struct libav_back {
	AVCodecContext *lib;
	AVPacket *packet;
	AVFrame *frame;
};

static void back_close(void *impl)
{
	struct libav_back *b = impl;

	avcodec_free_context(&b->lib);
	av_packet_free(&b->packet);
	av_frame_free(&b->frame);
	free(b);
}

static int lib_open(struct libav_back *b)
{
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);

	if (!codec)
		return -EIO;
	b->lib = avcodec_alloc_context3(codec);
	b->packet = av_packet_alloc();
	b->frame = av_frame_alloc();
	if (!b->lib || !b->packet || !b->frame)
		return -ENOMEM;
	b->lib->thread_count = 1;
	b->lib->flags |= AV_CODEC_FLAG_LOW_DELAY;
	b->lib->err_recognition |= AV_EF_EXPLODE; /* a key frame is asked for instead of guessing */
	return avcodec_open2(b->lib, codec, NULL) < 0 ? -EIO : 0;
}

static int back_open(void **ret_impl)
{
	struct libav_back *b = calloc(1, sizeof(*b));
	int rc;

	if (!b)
		return -ENOMEM;
	av_log_set_level(AV_LOG_QUIET); /* a library doesn't print */
	rc = lib_open(b);
	if (rc) {
		back_close(b);
		return rc;
	}
	*ret_impl = b;
	return 0;
}

static int error_of(int rc)
{
	return rc == AVERROR(EAGAIN) || rc == AVERROR(ENOMEM) ? rc : -EBADMSG;
}

static int back_decode(void *impl, const uint8_t *au, size_t len, struct picture *ret_view)
{
	struct libav_back *b = impl;
	int rc;

	b->packet->data = (uint8_t *)au; /* only read, and copied where it is kept */
	b->packet->size = (int)len;
	rc = avcodec_send_packet(b->lib, b->packet);
	if (!rc)
		rc = avcodec_receive_frame(b->lib, b->frame);
	if (rc < 0)
		return error_of(rc);
	if ((b->frame->format != AV_PIX_FMT_YUV420P && b->frame->format != AV_PIX_FMT_YUVJ420P) ||
	    b->frame->decode_error_flags)
		return -EBADMSG;
	ret_view->width = (unsigned)b->frame->width;
	ret_view->height = (unsigned)b->frame->height;
	for (unsigned p = 0; p < PICTURE_PLANES; p++) {
		if (b->frame->linesize[p] <= 0)
			return -EBADMSG;
		ret_view->plane[p] = b->frame->data[p];
		ret_view->stride[p] = (size_t)b->frame->linesize[p];
	}
	return 0;
}

const struct decoder_back decoder_libav = {
	.open = back_open,
	.close = back_close,
	.decode = back_decode,
};
