# SPDX-License-Identifier: Apache-2.0
#
# game-edge: the instance of any game at an edge, but for its renderer
$(call library,game-edge,$(wildcard apps/game/edge/*.c),libuv jansson)
