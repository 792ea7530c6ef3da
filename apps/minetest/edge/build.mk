# SPDX-License-Identifier: Apache-2.0
#
# minetest-edge: a library and a main, so that unit tests link what they test. Conversion is done at every frame.
_edge := apps/minetest/edge/
$(call library,minetest-child,apps/minetest/child.c apps/minetest/child_log.c,libuv)
$(call library,minetest-edge,$(filter-out $(_edge)main.c,$(wildcard $(_edge)*.c)),libuv jansson xcb xcb-shm)
$(call objs,$(_edge)bgrx.c): ALL_CFLAGS += -O3
# xcb_shm_id by its address in the library: a copy of it in the program would take its place there
$(call objs,$(_edge)grab.c): ALL_CFLAGS += -fPIC
$(call program,minetest-edge,$(_edge)main.c,game-edge minetest-edge minetest-child game-wire stream picture core,libuv jansson)

$(call unit-test,test_minetest_edge,tests/unit/test_minetest_edge.c,minetest-edge minetest-child picture core,libuv jansson)
$(call unit-test,test_minetest_child,tests/unit/test_minetest_child.c,minetest-child core,libuv)
$(call fuzz-target,fuzz_hud_code,tests/fuzz/fuzz_hud_code.c apps/minetest/edge/hud_code.c apps/minetest/edge/bgrx.c,picture)
$(call fuzz-target,fuzz_ticket,tests/fuzz/fuzz_ticket.c apps/minetest/edge/ticket.c apps/minetest/edge/client.c,minetest-child core,libuv jansson)
