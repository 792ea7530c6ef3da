# SPDX-License-Identifier: Apache-2.0
#
# A library and a main, so that unit tests link what they test.
$(call library,stream-client,$(filter-out apps/stream-client/main.c,$(wildcard apps/stream-client/*.c)),libuv jansson libjpeg)
$(call objs,apps/stream-client/jump.c): ALL_CFLAGS += -O3
$(call program,stream-client,apps/stream-client/main.c,stream-client stream picture core,libuv jansson)

$(call unit-test,test_one_frame_buffer,tests/unit/test_one_frame_buffer.c,stream-client picture)
$(call unit-test,test_selector,tests/unit/test_selector.c tests/unit/selector_world.c,stream-client picture)
$(call unit-test,test_selector_faults,tests/unit/test_selector_faults.c tests/unit/selector_world.c,stream-client picture)
$(call unit-test,test_player_inputs,tests/unit/test_player_inputs.c tests/unit/player_world.c,stream-client stream picture core,libuv)
$(call unit-test,test_strip,tests/unit/test_strip.c,stream-client picture)
$(call unit-test,test_steering,tests/unit/test_steering.c tests/unit/player_world.c,stream-client stream picture core,libuv)
$(call unit-test,test_pace,tests/unit/test_pace.c,stream-client picture)
$(call unit-test,test_jump,tests/unit/test_jump.c tests/unit/picture_scene.c,stream-client picture)
$(call unit-test,test_downtime,tests/unit/test_downtime.c,stream-client picture)
$(call fuzz-target,fuzz_input_script,tests/fuzz/fuzz_input_script.c apps/stream-client/input_source.c apps/stream-client/inputs.c,)

# Streaming servers without a game, for tests/integration/stream-client.t
$(eval $(call executable-rules,$(B)/integration,play_bed,tests/integration/play_bed.c,stream picture core,libuv jansson))
