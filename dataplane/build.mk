# SPDX-License-Identifier: Apache-2.0
#
# Users link "dataplane netlink gtpu core", in that order.
$(call bpf-object,ebpf_tc,dataplane/ebpf/tc.bpf.c)
$(call bpf-object,ebpf_xdp,dataplane/ebpf/xdp.bpf.c)
$(call bpf-object,gtp_guard,dataplane/gtp_guard.bpf.c)
$(call library,dataplane,$(addprefix dataplane/,dataplane.c succeed.c address.c config_check.c session_check.c session_needs.c session_store.c namespace.c barrier.c hold.c tap.c gtpu_path.c gtpu_socket.c \
	filter.c offload.c n6_routing.c mtu.c devices.c bpf_maps.c gtp.c gtp_maps.c gtp_session.c gtp_sender.c gtp_user.c \
	$(addprefix ebpf/,ebpf.c attach.c adopt.c buffer.c whole.c routes.c maps.c xdp.c rules.c session.c numbers.c entries.c index.c peers.c cells.c wire.c)) lib/bpf_log.c,libbpf libmnl)
$(call unit-test,test_dataplane,tests/unit/test_dataplane.c,dataplane netlink gtpu core)
$(call unit-test,test_dataplane_numbers,tests/unit/test_dataplane_numbers.c,dataplane netlink gtpu core)
$(call unit-test,test_dataplane_ebpf,tests/unit/test_dataplane_ebpf.c,dataplane netlink gtpu core)
$(call unit-test,test_dataplane_address,tests/unit/test_dataplane_address.c dataplane/address.c,)
$(call unit-test,test_dataplane_path,tests/unit/test_dataplane_path.c,dataplane netlink gtpu core)

# These need root, so they are run by tests/integration/dataplane.t and tests/lab/dataplane.t, not by make check
dataplane_TEST := $(addprefix tests/integration/,dataplane_bed.c dataplane_net.c packet_build.c)
dataplane-test = $(eval $(call executable-rules,$(B)/integration,$(1),tests/integration/$(1).c $(dataplane_TEST) $(2),\
	dataplane netlink gtpu core,))
$(call dataplane-test,dataplane_cases)
$(call dataplane-test,dataplane_life)
$(call dataplane-test,dataplane_hold)
$(call dataplane-test,dataplane_churn)
$(call dataplane-test,dataplane_networks)
$(eval $(call executable-rules,$(B)/integration,dataplane_rules,tests/integration/dataplane_rules.c $(dataplane_TEST),dataplane ipfilter netlink gtpu core,))
$(call dataplane-test,dataplane_traffic,tests/integration/dataplane_chain.c)

$(call bpf-object,dataplane_generator,tests/bench/dataplane_generator.bpf.c)
$(eval $(call executable-rules,$(B)/bench,bench_dataplane,tests/bench/bench_dataplane.c tests/bench/bench_report.c \
	tests/integration/dataplane_chain.c \
	$(dataplane_TEST),dataplane netlink gtpu core,))
bench-dataplane: $(B)/bench/bench_dataplane
	$< ebpf $(B)/bench/dataplane.json
.PHONY: bench-dataplane
