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
$(call unit-test,test_stamp,tests/unit/test_stamp.c agents/edge-agent/reflector.c,stamp netlink core,libuv jansson)
$(call unit-test,test_images,tests/unit/test_images.c,agents core,libuv jansson)
$(call unit-test,test_agents,tests/unit/test_agents.c,stamp netlink core,libuv jansson)
$(B)/tests/test_agents: | $(B)/bin/ue-agent $(B)/bin/edge-agent

$(eval $(call executable-rules,$(B)/integration,game_standin,tests/integration/game_standin.c,core,jansson))

# Images of the game: what the edge and cloud agents run. Plain directories; scripts/image writes their manifests.
IMAGES := $(B)/bin/images/snake/manifest.json $(B)/bin/images/snake-cloud/manifest.json
$(B)/bin/images/snake/manifest.json: image_program := snake-edge
$(B)/bin/images/snake/manifest.json: $(B)/bin/snake-edge
$(B)/bin/images/snake-cloud/manifest.json: image_program := snake-cloud
$(B)/bin/images/snake-cloud/manifest.json: $(B)/bin/snake-cloud
$(IMAGES): scripts/image VERSION
	@mkdir -p $(@D)
	@echo "  IMAGE   $(@D)"
	@strip --strip-debug -o $(@D)/.$(image_program) $(B)/bin/$(image_program)
	@mv $(@D)/.$(image_program) $(@D)/$(image_program)
	@scripts/image $(@D) $(notdir $(@D)) $(VERSION)
all: $(IMAGES)
# Who builds the one that serves them has them.
$(B)/bin/cloud-agent: | $(IMAGES)
$(call fuzz-target,fuzz_manifest,tests/fuzz/fuzz_manifest.c agents/common/manifest.c agents/common/workload.c agents/common/workload_fill.c,core,jansson)
