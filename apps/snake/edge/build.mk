# SPDX-License-Identifier: Apache-2.0
#
# snake-raster: pure, and optimised, since it is drawn at every frame; snake-edge: a library and a main, so that tests
# link what they test
_edge := apps/snake/edge/
_raster := $(addprefix $(_edge),raster.c draw.c texture.c)
$(call library,snake-raster,$(_raster))
$(call objs,$(_raster)): CFLAGS += -O3
$(call library,snake-edge,$(filter-out $(_raster) $(_edge)main.c,$(wildcard $(_edge)*.c)),libuv jansson)
$(call program,snake-edge,$(_edge)main.c,snake-edge snake-raster snake stream picture core,libuv jansson)

$(call unit-test,test_raster,tests/unit/test_raster.c,snake-raster snake picture)
$(call unit-test,test_raster_game,tests/unit/test_raster_game.c,snake-raster snake picture)
$(call unit-test,test_snake_edge,tests/unit/test_snake_edge.c,snake-edge snake core,libuv jansson)
$(call unit-test,test_snake_schedule,tests/unit/test_snake_schedule.c,snake-edge,libuv jansson)
$(call unit-test,test_snake_link,tests/unit/test_snake_link.c tests/unit/snake_link_bed.c,snake-edge snake-raster snake stream picture core,libuv jansson)
$(call fuzz-target,fuzz_snake_raster,tests/fuzz/fuzz_snake_raster.c,snake-raster snake picture)
# A UE's client for tests/integration/snake-edge.t
$(eval $(call executable-rules,$(B)/integration,snake_edge_client,tests/integration/snake_edge_client.c,stream picture core,libuv jansson))

$(eval $(call executable-rules,$(B)/bench,bench_raster,tests/bench/bench_raster.c tests/bench/bench_report.c,snake-raster snake picture core,jansson))
bench-raster: $(B)/bench/bench_raster
	$< $(B)/bench/raster.json
.PHONY: bench-raster
