# SPDX-License-Identifier: Apache-2.0
#
# Users link "dataplane netlink gtpu core", in that order.
$(call bpf-object,ebpf_tc,dataplane/ebpf_tc.bpf.c)
$(call bpf-object,gtp_guard,dataplane/gtp_guard.bpf.c)
$(call library,dataplane,$(addprefix dataplane/,dataplane.c session_check.c session_store.c namespace.c gtpu_path.c \
	filter.c n6_routing.c bpf_maps.c ebpf.c ebpf_rules.c ebpf_wire.c gtp.c gtp_session.c gtp_netlink.c),libbpf libmnl)

# Needs root, so it is run by tests/integration/dataplane.t and not by make check
$(eval $(call executable-rules,$(B)/integration,dataplane_cases,$(addprefix tests/integration/,dataplane_cases.c \
	dataplane_net.c packet_build.c),dataplane netlink gtpu core,))
