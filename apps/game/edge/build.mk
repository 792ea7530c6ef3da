# SPDX-License-Identifier: Apache-2.0
#
# game-edge: the instance of any game at an edge, but for its renderer
$(call library,game-edge,$(wildcard apps/game/edge/*.c),libuv jansson)

$(call unit-test,test_edge_render,tests/unit/test_edge_render.c,game-edge game-wire stream picture core,libuv jansson)
