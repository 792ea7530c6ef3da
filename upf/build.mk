# SPDX-License-Identifier: Apache-2.0
#
# The UPF is a library with a thin main(), so that its tests drive it with a data plane of their own.
$(call library,upf,$(addprefix upf/,upf.c keep.c heritage.c reload.c config.c association.c establishment.c modification.c deletion.c \
	procedure.c metering.c downlink.c report.c session.c alarm.c teid.c ue_address.c path.c drain.c node_report.c pfds.c pfd_management.c load.c features.c session_sets.c smf_set.c session_set.c rest.c rest_rules.c \
	usage.c usage_count.c usage_due.c usage_limits.c usage_report.c inactivity.c $(addprefix rules/,change.c refusal.c pdr.c pdi.c endpoint.c far.c qer.c urr.c check.c record.c translate.c)), \
	libuv jansson)
$(call program,upf,upf/main.c,upf dataplane n4 pfcp ipfilter gtpu netlink core)
UPF_REFUSALS := $(addprefix tests/unit/upf_refusals,.c _raw.c _pdr.c _filter.c _far.c _modification.c)
UPF_TEST_SOURCES := $(addprefix tests/unit/,upf_harness.c upf_messages.c upf_null_dp.c upf_tables.c) $(UPF_REFUSALS) \
	dataplane/address.c dataplane/session_check.c
$(call unit-test,test_upf,tests/unit/test_upf.c $(UPF_TEST_SOURCES),upf n4 pfcp ipfilter core,libmnl)
$(foreach t,endpoints rules forwarding reports random,$(call unit-test,test_upf_$(t),tests/unit/test_upf_$(t).c \
	tests/unit/upf_rules_bed.c $(UPF_TEST_SOURCES),upf n4 pfcp ipfilter core,libmnl))
$(call unit-test,test_upf_parts,tests/unit/test_upf_parts.c tests/unit/upf_null_dp.c dataplane/address.c dataplane/session_check.c,upf n4 pfcp ipfilter core,libmnl)
$(call unit-test,test_upf_keep,tests/unit/test_upf_keep.c $(UPF_TEST_SOURCES),upf n4 pfcp ipfilter core,libmnl)
$(call unit-test,test_upf_burst,tests/unit/test_upf_burst.c $(UPF_TEST_SOURCES),upf n4 pfcp ipfilter core,libmnl)
$(call unit-test,test_upf_config,tests/unit/test_upf_config.c dataplane/address.c,upf n4 pfcp ipfilter core)
UPF_USAGE_SOURCES := $(addprefix upf/,usage.c usage_count.c usage_due.c usage_limits.c usage_report.c inactivity.c)
$(call unit-test,test_upf_usage,tests/unit/test_upf_usage.c tests/unit/usage_bed.c $(UPF_USAGE_SOURCES) upf/rules/refusal.c)
$(call unit-test,test_upf_usage_random,tests/unit/test_upf_usage_random.c tests/unit/usage_bed.c $(UPF_USAGE_SOURCES) upf/rules/refusal.c)
$(call unit-test,test_upf_urr,tests/unit/test_upf_urr.c upf/rules/urr.c upf/rules/refusal.c,pfcp core)
$(call unit-test,test_upf_record,tests/unit/test_upf_record.c upf/rules/record.c,)
$(call unit-test,test_upf_node,tests/unit/test_upf_node.c $(UPF_TEST_SOURCES),upf n4 pfcp ipfilter core,libmnl)
$(call fuzz-target,fuzz_upf,tests/fuzz/fuzz_upf.c $(UPF_TEST_SOURCES),upf n4 pfcp ipfilter core,libmnl)
$(call fuzz-target,fuzz_upf_node,tests/fuzz/fuzz_upf_node.c $(UPF_TEST_SOURCES),upf n4 pfcp ipfilter core,libmnl)

# Here, where lib/pfcp's sources are known: lib/n4/build.mk is read before them.
$(call fuzz-target,fuzz_n4,tests/fuzz/fuzz_n4.c,n4 pfcp core,libuv)

# Need root, so they are run by tests/integration/upf.t and tests/lab/upf.t, not by make check
UPF_BED_SOURCES := $(addprefix tests/integration/,upf_bed.c upf_talk.c dataplane_net.c) \
	tests/unit/upf_messages.c $(UPF_REFUSALS)
$(eval $(call executable-rules,$(B)/integration,upf_n4,tests/integration/upf_n4.c $(UPF_BED_SOURCES),pfcp gtpu netlink core,))
$(eval $(call executable-rules,$(B)/integration,upf_rules,tests/integration/upf_rules.c $(UPF_BED_SOURCES),pfcp gtpu netlink core,))
$(eval $(call executable-rules,$(B)/integration,upf_noise,tests/integration/upf_noise.c $(UPF_BED_SOURCES),pfcp gtpu netlink core,))
$(eval $(call executable-rules,$(B)/integration,upf_reload,tests/integration/upf_reload.c tests/integration/upf_flow.c $(UPF_BED_SOURCES),pfcp gtpu netlink core,))
$(eval $(call executable-rules,$(B)/integration,upf_restart,tests/integration/upf_restart.c tests/integration/upf_flow.c $(UPF_BED_SOURCES),pfcp gtpu netlink core,))
$(eval $(call executable-rules,$(B)/integration,upf_kill,tests/integration/upf_kill.c $(UPF_BED_SOURCES),pfcp gtpu netlink core,))
$(eval $(call executable-rules,$(B)/integration,upf_gtp,tests/integration/upf_gtp.c $(UPF_BED_SOURCES),pfcp gtpu netlink core,))

$(eval $(call executable-rules,$(B)/bench,bench_pfcp,$(addprefix tests/bench/,bench_pfcp.c pfcp_load.c process_use.c bench_report.c) \
	$(UPF_BED_SOURCES),pfcp gtpu netlink core,))
bench-pfcp: $(B)/bench/bench_pfcp $(B)/bin/upf
	$< ebpf $(B)/bench/pfcp.json
.PHONY: bench-pfcp
