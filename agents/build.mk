# SPDX-License-Identifier: Apache-2.0
$(call library,agents,$(wildcard agents/common/*.c),libuv jansson nettle)
# A library and a main, so that unit tests link what they test.
$(call library,ue-agent,$(filter-out agents/ue-agent/main.c,$(wildcard agents/ue-agent/*.c)),libuv jansson)
$(call program,ue-agent,agents/ue-agent/main.c,ue-agent agents stamp netlink core,libuv jansson)
$(call program,edge-agent,$(wildcard agents/edge-agent/*.c),agents stamp shape netlink core,libuv jansson)
$(call program,cloud-agent,$(wildcard agents/cloud-agent/*.c),agents core,libuv jansson)

$(call unit-test,test_steps,tests/unit/test_steps.c tests/unit/agent_world.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_steps_stream,tests/unit/test_steps_stream.c tests/unit/agent_world.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_sessions,tests/unit/test_sessions.c tests/unit/agent_world.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_player_keeper,tests/unit/test_player_keeper.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_stamp,tests/unit/test_stamp.c agents/edge-agent/reflector.c,stamp netlink core,libuv jansson)
$(call unit-test,test_images,tests/unit/test_images.c,agents core,libuv jansson)
$(call unit-test,test_agents,tests/unit/test_agents.c,stamp netlink core,libuv jansson)
$(B)/tests/test_agents: | $(B)/bin/ue-agent $(B)/bin/edge-agent

$(eval $(call executable-rules,$(B)/integration,game_standin,tests/integration/game_standin.c,core,jansson))

# Images of games: what the edge and cloud agents run. Plain directories, a program each and the folders that it comes with;
# scripts/image writes their manifests.
IMAGES := $(foreach image,snake snake-cloud minetest minetest-cloud,$(B)/bin/images/$(image)/manifest.json)
image-of = $(eval $(B)/bin/images/$(1)/manifest.json: image_program := $(2))$(eval $(B)/bin/images/$(1)/manifest.json: image_folders := $(3))$(eval \
	$(B)/bin/images/$(1)/manifest.json: $(B)/bin/$(2) $(shell find $(wildcard $(3)) /dev/null -type f))
$(call image-of,snake,snake-edge)
$(call image-of,snake-cloud,snake-cloud)
$(call image-of,minetest,minetest-edge)
$(call image-of,minetest-cloud,minetest-cloud,apps/minetest/game apps/minetest/mod)
$(IMAGES): scripts/image VERSION
	@mkdir -p $(@D)
	@echo "  IMAGE   $(@D)"
	@strip --strip-debug -o $(@D)/.$(image_program) $(B)/bin/$(image_program)
	@mv $(@D)/.$(image_program) $(@D)/$(image_program)
	@for folder in $(image_folders); do rm -rf $(@D)/$${folder##*/} && cp -R $$folder $(@D)/ || exit 1; done
	@scripts/image $(@D) $(notdir $(@D)) $(VERSION)
all: $(IMAGES)
# Who builds the one that serves them has them.
$(B)/bin/cloud-agent: | $(IMAGES)
$(call fuzz-target,fuzz_manifest,tests/fuzz/fuzz_manifest.c agents/common/manifest.c agents/common/workload.c agents/common/workload_fill.c,core,jansson)
