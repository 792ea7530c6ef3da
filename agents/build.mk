# SPDX-License-Identifier: Apache-2.0
$(call library,agents,$(wildcard agents/common/*.c),libuv jansson nettle)
$(call library,transfer,$(wildcard agents/transfer/*.c) lib/proof.c,zlib nettle)
$(call library,gate,$(wildcard agents/gate/*.c),libmnl)
$(eval $(call executable-rules,$(B)/integration,gate_tool,tests/integration/gate_tool.c,gate netlink core,))
$(eval $(call executable-rules,$(B)/integration,transfer_tool,tests/integration/transfer_tool.c,transfer agents core,))
# A library and a main, so that unit tests link what they test.
$(call library,ue-agent,$(filter-out agents/ue-agent/main.c,$(wildcard agents/ue-agent/*.c)),libuv jansson)
$(call program,ue-agent,agents/ue-agent/main.c,ue-agent agents stamp netlink core,libuv jansson)
$(call program,edge-agent,$(wildcard agents/edge-agent/*.c),process-step process service agents gate stamp shape netlink core,libuv jansson)
$(B)/bin/edge-agent: | $(B)/bin/process-step
# A step of a migration, on top of the rooms that do the work; the agent starts it, and reads what it leaves.
process_step_program := agents/process-step/main.c agents/process-step/kinds.c
$(call library,process-step,$(filter-out $(process_step_program),$(wildcard agents/process-step/*.c)),jansson)
# CRIU's messages by a description of our own
criu_messages := $(foreach m,criu_rpc criu_stats,$(B)/gen/$(m).pb-c.c)
$(B)/gen/%.pb-c.c: agents/process/%.proto
	@mkdir -p $(@D)
	@protoc-c --proto_path=agents/process --c_out=$(@D) $<
$(call objs,$(wildcard agents/process/*.c)): | $(criu_messages)
$(call library,process,$(wildcard agents/process/*.c) $(criu_messages),jansson nettle libprotobuf-c libmnl)
$(call program,process-step,$(process_step_program),process-step forwarder process transfer cooperative-ask service agents gate netlink core,libuv jansson)
$(B)/bin/process-step: | $(B)/bin/forwarder
$(call program,cloud-agent,$(wildcard agents/cloud-agent/*.c),agents core,libuv jansson)

$(call unit-test,test_transfer,tests/unit/test_transfer.c tests/unit/transfer_world.c,transfer agents core,jansson)
$(call unit-test,test_transfer_places,tests/unit/test_transfer_places.c tests/unit/transfer_world.c,transfer agents core,jansson)
$(call fuzz-target,fuzz_transfer,tests/fuzz/fuzz_transfer.c agents/transfer/wire.c agents/transfer/body.c agents/transfer/pack.c agents/transfer/io.c agents/transfer/count.c agents/transfer/rsync.c agents/common/manifest.c,core,zlib nettle jansson)
$(call unit-test,test_steps,tests/unit/test_steps.c tests/unit/agent_world.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_steps_stream,tests/unit/test_steps_stream.c tests/unit/agent_world.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_sessions,tests/unit/test_sessions.c tests/unit/agent_world.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_player_keeper,tests/unit/test_player_keeper.c,ue-agent agents stamp netlink core,libuv jansson)
$(call unit-test,test_stamp,tests/unit/test_stamp.c agents/edge-agent/reflector.c,stamp netlink core,libuv jansson)
$(call unit-test,test_images,tests/unit/test_images.c,agents core,libuv jansson)
$(call unit-test,test_agents,tests/unit/test_agents.c,stamp netlink core,libuv jansson)
$(B)/tests/test_agents: | $(B)/bin/ue-agent $(B)/bin/edge-agent

$(eval $(call executable-rules,$(B)/integration,game_standin,tests/integration/game_standin.c,core,jansson))

# Images: what the edge and cloud agents run. Plain directories, programs and the folders that they come with;
# scripts/image writes their manifests.
IMAGES := $(foreach image,snake snake-cloud minetest minetest-cloud ledger frames generator,$(B)/bin/images/$(image)/manifest.json)
image-of = $(eval $(B)/bin/images/$(1)/manifest.json: image_programs := $(2))$(eval $(B)/bin/images/$(1)/manifest.json: image_folders := $(3))$(eval \
	$(B)/bin/images/$(1)/manifest.json: $(addprefix $(B)/bin/,$(2)) $(shell find $(wildcard $(3)) /dev/null -type f))
$(call image-of,snake,snake-edge)
$(call image-of,snake-cloud,snake-cloud)
$(call image-of,minetest,minetest-edge)
$(call image-of,minetest-cloud,minetest-cloud,apps/minetest/game apps/minetest/mod)
$(call image-of,ledger,ledger ledger-worker)
$(call image-of,frames,frames)
$(call image-of,generator,generator)
$(IMAGES): scripts/image VERSION
	@mkdir -p $(@D)
	@echo "  IMAGE   $(@D)"
	@for program in $(image_programs); do strip --strip-debug -o $(@D)/.$$program $(B)/bin/$$program && \
		mv $(@D)/.$$program $(@D)/$$program || exit 1; done
	@for folder in $(image_folders); do rm -rf $(@D)/$${folder##*/} && cp -R $$folder $(@D)/ || exit 1; done
	@scripts/image $(@D) $(notdir $(@D)) $(VERSION)
all: $(IMAGES)
# Who builds the one that serves them has them.
$(B)/bin/cloud-agent $(B)/bin/edge-agent: | $(IMAGES)
$(call fuzz-target,fuzz_manifest,tests/fuzz/fuzz_manifest.c agents/common/manifest.c agents/common/workload.c agents/common/workload_fill.c,core,jansson)

# What thinks and parses, for tests and fuzzing; what touches the kernel; the program.
$(call bpf-object,forwarder_redirect,agents/forwarder/redirect.bpf.c)
$(call library,forwarder-proxy,$(addprefix agents/forwarder/,proxy.c proxy_pause.c proxy_replay.c proxy_status.c cache.c asked.c messages.c),jansson)
$(call library,forwarder,$(addprefix agents/forwarder/,redirect.c control.c) lib/bpf_log.c,libbpf libmnl libuv jansson)
$(call program,forwarder,$(addprefix agents/forwarder/,main.c config.c front.c upstream.c),forwarder forwarder-proxy service netlink core,libuv jansson)
$(call unit-test,test_forwarder,tests/unit/test_forwarder.c tests/unit/forwarder_world.c,forwarder-proxy service core,jansson nettle)
$(call unit-test,test_forwarder_random,tests/unit/test_forwarder_random.c tests/unit/forwarder_world.c,forwarder-proxy service core,jansson nettle)
$(call unit-test,test_forwarder_messages,tests/unit/test_forwarder_messages.c,forwarder-proxy service core,jansson)
$(call fuzz-target,fuzz_forwarder,tests/fuzz/fuzz_forwarder.c apps/service/wire.c,forwarder-proxy core,jansson)
$(call unit-test,test_process_images,tests/unit/test_process_images.c,process-step process service agents gate netlink core,libuv jansson)
$(call fuzz-target,fuzz_criu_stats,tests/fuzz/fuzz_criu_stats.c agents/process/stats.c $(B)/gen/criu_stats.pb-c.c,,libprotobuf-c)
