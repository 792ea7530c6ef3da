# SPDX-License-Identifier: Apache-2.0
#
# stream: H.264 over RTP, from pictures on one side to pictures on the other.
#
# X264=1 adds libx264 and libavcodec's decoder (codec "x264"): scripts/setup libx264-dev libavcodec-dev. libx264 is GPL:
# so are programs that are built with it.
stream_SRCS := $(addprefix apps/stream/,codec.c codec_openh264.c decoder.c control.c rtp.c rtcp.c h264_nal.c \
	h264_packer.c h264_unpacker.c h264_assembly.c server.c server_receive.c server_send.c server_copy.c \
	client.c client_receive.c)
stream_MODS := openh264 libuv
X264 ?=
ifneq ($(X264),)
stream_SRCS += apps/stream/codec_x264.c apps/stream/decoder_libav.c
stream_MODS += x264 libavcodec libavutil
$(call objs,apps/stream/codec.c apps/stream/decoder.c): ALL_CFLAGS += -DBATON_X264
endif
$(call library,stream,$(stream_SRCS),$(stream_MODS))

$(call unit-test,test_stream_loss,$(addprefix tests/unit/,test_stream_loss.c stream_world.c picture_scene.c),stream picture core)
$(call unit-test,test_stream_net,$(addprefix tests/unit/,test_stream_net.c stream_world.c picture_scene.c),stream picture core)

$(eval $(call executable-rules,$(B)/bench,bench_stream,$(addprefix tests/bench/,bench_stream.c stream_bed.c bench_report.c) \
	tests/unit/picture_scene.c,stream picture core,jansson))
bench-stream: $(B)/bench/bench_stream
	$< $(B)/bench/stream.json
.PHONY: bench-stream
$(call unit-test,test_rtp,tests/unit/test_rtp.c,stream picture core)
$(call unit-test,test_h264_nal,tests/unit/test_h264_nal.c,stream picture core)
$(call unit-test,test_h264,tests/unit/test_h264.c,stream picture core)
$(call unit-test,test_codec,$(addprefix tests/unit/,test_codec.c picture_scene.c),stream picture core)
$(call unit-test,test_stream_player,$(addprefix tests/unit/,test_stream_player.c stream_world.c picture_scene.c),stream picture core)

$(call fuzz-target,fuzz_rtp,tests/fuzz/fuzz_rtp.c,stream picture core)
$(call fuzz-target,fuzz_control,tests/fuzz/fuzz_control.c,stream picture core)
$(call fuzz-target,fuzz_h264,tests/fuzz/fuzz_h264.c,stream picture core)
$(call fuzz-target,fuzz_decoder,tests/fuzz/fuzz_decoder.c,stream picture core)
