# SPDX-License-Identifier: Apache-2.0
#
# snake: what the cloud and the edges both need, pure. snake-cloud: a library and a main, so that tests link what they test.
$(call library,snake,$(addprefix apps/snake/,world.c world_change.c world_codec.c world_game.c world_bot.c))
$(call library,snake-cloud,apps/snake/cloud/logic.c,libuv jansson)
$(call program,snake-cloud,apps/snake/cloud/main.c,snake-cloud game-cloud snake game-wire session core,libuv jansson)

$(call unit-test,test_snake_world,tests/unit/test_snake_world.c tests/unit/snake_world.c,snake)
$(call unit-test,test_snake_game,tests/unit/test_snake_game.c tests/unit/snake_world.c,snake)
$(call unit-test,test_snake_wire,tests/unit/test_snake_wire.c,game-wire)
$(call unit-test,test_snake_inputs,tests/unit/test_snake_inputs.c,game-cloud session)
$(call unit-test,test_snake_state,tests/unit/test_snake_state.c,game-cloud game-wire session core,libuv jansson)
$(call fuzz-target,fuzz_snake_wire,tests/fuzz/fuzz_snake_wire.c,game-wire)
$(call fuzz-target,fuzz_snake_world,tests/fuzz/fuzz_snake_world.c tests/unit/snake_world.c,snake)

# Run by tests/integration/snake-cloud.t
SNAKE_BED := $(addprefix tests/integration/,snake_cloud_bed.c snake_client.c)
$(eval $(call executable-rules,$(B)/integration,snake_cloud_cases,$(addprefix tests/integration/snake_cloud_,cases.c login.c play.c life.c) \
	$(SNAKE_BED),snake game-wire core,jansson))

include $(wildcard apps/snake/edge/build.mk)
