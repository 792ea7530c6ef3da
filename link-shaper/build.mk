# SPDX-License-Identifier: Apache-2.0
#
# shaper-line: arithmetic and bytes only, for tests and fuzzing too; shaper: what touches the kernel.
$(call bpf-object,shaper_redirect,link-shaper/redirect.bpf.c)
$(call library,shaper-line,$(addprefix link-shaper/,random.c line.c queue.c packet.c checksum.c segment.c lateness.c \
	timeline.c config.c shaper.c control.c),jansson)
$(call library,shaper,$(addprefix link-shaper/,path.c path_batch.c lane_open.c port.c server.c state.c),libbpf libmnl libuv)
$(call program,link-shaper,link-shaper/main.c,shaper shaper-line shape netlink core,libuv jansson)

$(call unit-test,test_shaper,tests/unit/test_shaper.c,shaper-line shape)
$(call unit-test,test_shaper_packet,tests/unit/test_shaper_packet.c,shaper-line shape)
$(call unit-test,test_shaper_control,tests/unit/test_shaper_control.c,shaper-line shape netlink core)
$(call fuzz-target,fuzz_shaper,tests/fuzz/fuzz_shaper.c,shaper-line shape netlink core)

# Needs root, so it is run by tests/integration/shaper.t and tests/lab/shaper.t, not by make check
$(eval $(call executable-rules,$(B)/integration,shaper_cases,tests/integration/shaper_cases.c tests/integration/shaper_bed.c \
	tests/integration/dataplane_net.c testbed/link_client.c,shaper-line shape netlink,jansson libbpf libmnl))
$(eval $(call executable-rules,$(B)/integration,shaper_gtp,tests/integration/shaper_gtp.c tests/integration/dataplane_chain.c \
	$(addprefix tests/integration/,dataplane_bed.c dataplane_net.c packet_build.c),shaper shaper-line shape dataplane netlink gtpu core,jansson))

$(eval $(call executable-rules,$(B)/bench,bench_shaper,tests/bench/bench_shaper.c tests/bench/bench_report.c \
	tests/integration/dataplane_net.c,shaper shaper-line shape netlink core,jansson))
bench-shaper: $(B)/bench/bench_shaper
	$< $(B)/bench/shaper.json
.PHONY: bench-shaper
