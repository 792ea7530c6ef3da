# SPDX-License-Identifier: Apache-2.0
#
# snake: what the cloud and the edges both need, pure. snake-cloud: a library and a main, so that tests link what they test.
$(call library,snake,$(addprefix apps/snake/,world.c world_change.c world_codec.c world_game.c world_bot.c wire.c wire_parse.c))
$(call library,snake-cloud,$(filter-out apps/snake/cloud/main.c,$(wildcard apps/snake/cloud/*.c)),libuv jansson)
$(call program,snake-cloud,apps/snake/cloud/main.c,snake-cloud snake session core,libuv jansson)

include $(wildcard apps/snake/edge/build.mk)
