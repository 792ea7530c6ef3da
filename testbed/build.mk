# SPDX-License-Identifier: Apache-2.0
$(call library,topology,$(addprefix testbed/,topology.c topology_read.c topology_node.c topology_group.c topology_service.c topology_game.c topology_app.c topology_app_game.c topology_app_place.c topology_player.c topology_app_write.c topology_workload.c topology_process.c topology_process_write.c \
	topology_network.c topology_link.c topology_shape.c topology_change.c topology_timeline.c walk.c topology_path.c topology_movement.c topology_derive.c topology_route.c topology_check.c topology_write.c topology_diff.c),)
# measure: all of it but the command and what knows a running topology
# bytes.bpf.c is the kernel's
$(call bpf-object,measure_bytes,testbed/measure/bytes.bpf.c)
measure_command := $(addprefix testbed/measure/,command.c bytes_command.c bytes_count.c outward.c report_file.c play.c clips.c clips_files.c clips_screen.c clips_switch.c documents.c migration.c migration_client.c migration_files.c migration_link.c migration_move.c watch.c place.c migrate.c handover.c screen.c session.c session_compute.c switch.c follow.c storm.c storm_ask.c storm_cpu.c)
$(call library,measure,$(filter-out %.bpf.c $(measure_command),$(wildcard testbed/measure/*.c)),jansson zlib)
# experiments: all but the commands and what runs other programs
experiment_command := $(addprefix testbed/experiment/,command.c options.c series.c check.c compare.c run.c child.c store.c page.c lab.c)
$(call library,experiment,$(filter-out $(experiment_command),$(wildcard testbed/experiment/*.c)),jansson)
# what looks at a topology: drawings, streams, captures
baton_views := $(addprefix testbed/,graph.c graph_build.c graph_layout.c graph_place.c graph_svg.c graph_text.c \
	capture.c pcap_late.c capture_queue.c pcapng.c stream.c events.c shell.c list.c wait_condition.c schema.c) \
	$(B)/gen/topology_schema.c
$(call program,baton,$(baton_views) $(addprefix testbed/,main.c validate.c up.c reconcile.c reconcile_refuse.c reconcile_links.c reconcile_node.c reconcile_daemons.c \
	reconcile_print.c up_check.c up_steps.c down.c status.c exec.c enter.c logs.c env.c \
	wait.c doctor.c doctor_criu.c run.c recover.c plan.c config.c config_daemon.c config_links.c config_app.c config_process.c app_files.c app_state.c links.c links_mesh.c config_mover.c link_client.c link_kernel.c link_state.c link_set.c link.c move.c check.c check_links.c check_measure.c check_judge.c check_probe.c management.c netns_root.c teardown.c foreign.c cgroup.c \
	kernel.c control.c sessions.c lean_fork.c init_spawn.c init.c init_daemon.c init_log.c init_notify.c \
	init_control.c node_mounts.c node_settings.c node_network.c node_routes.c node_process.c process_layers.c process_state.c) \
	$(measure_command) $(experiment_command),topology ledger service shape experiment measure plot dataplane stamp netlink gtpu sctp core,)
$(call program,mover,$(wildcard testbed/mover/*.c) testbed/walk.c,shape core,libuv jansson)
# Inits are forked, and each would look up its functions anew.
$(B)/bin/baton: LDFLAGS += -Wl,-z,now

measure_libs := measure shape plot stamp netlink gtpu core
$(call unit-test,test_measure,tests/unit/test_measure.c tests/unit/measure_world.c,$(measure_libs))
$(call unit-test,test_similarity,tests/unit/test_similarity.c $(addprefix testbed/measure/,ascending.c similarity.c similarity_json.c),core)
$(call unit-test,test_app_trace,tests/unit/test_app_trace.c,$(measure_libs))
$(call unit-test,test_measure_watch,tests/unit/test_measure_watch.c,$(measure_libs))
$(call unit-test,test_clips,tests/unit/test_clips.c tests/unit/picture_scene.c,stream-client picture $(measure_libs))
$(call unit-test,test_measure_collect,tests/unit/test_measure_collect.c,$(measure_libs))
$(call unit-test,test_check,tests/unit/test_check.c $(addprefix testbed/,check_judge.c check_measure.c check_probe.c),$(measure_libs))
$(call unit-test,test_hdr,tests/unit/test_hdr.c,$(measure_libs))
$(call unit-test,test_tcp_flow,tests/unit/test_tcp_flow.c,$(measure_libs))
$(call unit-test,test_measure_forms,tests/unit/test_measure_forms.c tests/unit/measure_world.c,$(measure_libs))
$(call unit-test,test_topology_diff,tests/unit/test_topology_diff.c,topology shape netlink core,)
$(call unit-test,test_experiment,tests/unit/test_experiment.c,experiment core)
$(call fuzz-target,fuzz_clips,tests/fuzz/fuzz_clips.c tests/fuzz/print.c $(addprefix testbed/measure/,ascending.c clips_json.c clips_svg.c clips_options.c option_value.c clip.c),plot,jansson)
$(call unit-test,test_measure_migration,tests/unit/test_measure_migration.c tests/unit/requests_world.c,$(measure_libs))
$(call unit-test,test_migration_pictures,tests/unit/test_migration_pictures.c,$(measure_libs))
$(call unit-test,test_requests,tests/unit/test_requests.c tests/unit/requests_world.c,$(measure_libs))
$(call unit-test,test_migration_options,tests/unit/test_migration_options.c,$(measure_libs))
migration_pure := $(addprefix testbed/measure/,ascending.c requests.c migration_sample.c migration_document.c)
$(call fuzz-target,fuzz_requests,tests/fuzz/fuzz_requests.c $(migration_pure),core,jansson)
$(call fuzz-target,fuzz_migration,tests/fuzz/fuzz_migration.c tests/fuzz/print.c,$(measure_libs))
$(call fuzz-target,fuzz_experiment,tests/fuzz/fuzz_experiment.c,experiment core,)
$(call unit-test,test_topology_app,tests/unit/test_topology_app.c tests/unit/topology_text.c,topology shape netlink core,)
$(call unit-test,test_topology_process,tests/unit/test_topology_process.c tests/unit/topology_text.c,topology shape netlink core,)
$(call unit-test,test_topology,tests/unit/test_topology.c tests/unit/topology_text.c,topology shape netlink core,)
$(call unit-test,test_movement,tests/unit/test_movement.c,topology shape netlink core,)
$(call fuzz-target,fuzz_topology,tests/fuzz/fuzz_topology.c,topology shape netlink core,)
$(call unit-test,test_measure_input,tests/unit/test_measure_input.c,$(measure_libs))
$(call fuzz-target,fuzz_play,tests/fuzz/fuzz_play.c $(addprefix testbed/measure/,ascending.c play_figures.c app_trace.c),,jansson)
$(call fuzz-target,fuzz_tap,tests/fuzz/fuzz_tap.c testbed/measure/tap_parse.c testbed/measure/collect.c,stamp gtpu)
$(call fuzz-target,fuzz_app_trace,tests/fuzz/fuzz_app_trace.c $(addprefix testbed/measure/,ascending.c app_trace.c turn.c similarity.c similarity_json.c),core)

$(eval $(call executable-rules,$(B)/bench,bench_topology,tests/bench/bench_topology.c tests/bench/bench_report.c,core,jansson))
bench-topology: $(B)/bench/bench_topology all
	scripts/setup mininet
	$< $(B)/bin/baton topologies/two-edges.yaml $(B)/bench/topology.json
.PHONY: bench-topology
$(eval $(call executable-rules,$(B)/bench,bench_storm,tests/bench/bench_storm.c tests/bench/bench_report.c,core,jansson))
bench-storm: $(B)/bench/bench_storm all
	$< $(B)/bin/baton topologies/storm.yaml $(B)/bench/storm.json
.PHONY: bench-storm

# docs/topology.schema.json as a string, as the manager's openapi.json
$(B)/gen/topology_schema.c: docs/topology.schema.json
	@mkdir -p $(@D)
	@{ echo '#include "testbed/schema.h"'; echo 'const char topology_schema_text[] ='; \
	   sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $<; echo ';'; } > $@
