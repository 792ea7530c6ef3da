# SPDX-License-Identifier: Apache-2.0
#
# snake-raster: pure, and optimised, since it is drawn at every frame; snake-scene: the game's renderer for game-edge
_edge := apps/snake/edge/
_raster := $(addprefix $(_edge),raster.c draw.c texture.c)
$(call library,snake-raster,$(_raster))
$(call objs,$(_raster)): ALL_CFLAGS += -O3
$(call library,snake-scene,$(_edge)scene.c,libuv jansson)
$(call program,snake-edge,$(_edge)main.c,game-edge snake-scene snake-raster snake game-wire stream picture core,libuv jansson)

$(call unit-test,test_raster,tests/unit/test_raster.c,snake-raster snake picture)
$(call unit-test,test_raster_game,tests/unit/test_raster_game.c,snake-raster snake picture)
$(call unit-test,test_snake_edge,tests/unit/test_snake_edge.c,game-edge snake-scene snake-raster snake game-wire stream picture core,libuv jansson)
$(call unit-test,test_snake_schedule,tests/unit/test_snake_schedule.c,game-edge,libuv jansson)
$(call unit-test,test_snake_link,tests/unit/test_snake_link.c tests/unit/snake_link_bed.c,game-edge snake-scene snake-raster snake game-wire stream picture core,libuv jansson)
$(call fuzz-target,fuzz_snake_raster,tests/fuzz/fuzz_snake_raster.c,snake-raster snake picture)
# A UE's client for tests/integration/snake-edge.t
$(eval $(call executable-rules,$(B)/integration,snake_edge_client,tests/integration/snake_edge_client.c,stream picture core,libuv jansson))

$(eval $(call executable-rules,$(B)/bench,bench_raster,tests/bench/bench_raster.c tests/bench/bench_report.c,snake-raster snake picture core,jansson))
bench-raster: $(B)/bench/bench_raster
	$< $(B)/bench/raster.json
.PHONY: bench-raster
