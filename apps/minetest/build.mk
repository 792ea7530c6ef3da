# SPDX-License-Identifier: Apache-2.0
include $(wildcard apps/minetest/edge/build.mk)

# minetest-cloud: a library and a main, so that tests link what they test
_cloud := apps/minetest/cloud/
$(call library,minetest-cloud,$(filter-out $(_cloud)main.c,$(wildcard $(_cloud)*.c)),libuv jansson)
$(call program,minetest-cloud,$(_cloud)main.c,minetest-cloud minetest-child game-cloud game-wire session core,libuv jansson)

# Run by tests/integration/minetest-cloud.t
$(eval $(call executable-rules,$(B)/integration,minetest_cloud_cases,$(addprefix tests/integration/minetest_cloud_,cases.c sessions.c life.c clients.c) \
	$(SNAKE_BED),snake game-wire core,jansson))
$(call unit-test,test_minetest_cloud,tests/unit/test_minetest_cloud.c,minetest-cloud minetest-child game-cloud game-wire session core,libuv jansson)
$(call fuzz-target,fuzz_minetest_report,tests/fuzz/fuzz_minetest_report.c $(_cloud)report.c,,jansson)
