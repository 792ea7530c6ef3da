# SPDX-License-Identifier: Apache-2.0
#
# What edge-rendered games share. game-wire: the state protocol, pure; game-cloud: login server, session manager and all that is
# around a game's logic server; game-edge: all that is around its renderer.
$(call library,game-wire,$(wildcard apps/game/wire/*.c))
$(call library,game-cloud,$(wildcard apps/game/cloud/*.c),libuv jansson)

include $(wildcard apps/game/edge/build.mk)
