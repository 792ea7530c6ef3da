# SPDX-License-Identifier: Apache-2.0
#
# pfcp: the wire format of N4 (TS 29.244).
$(call library,pfcp,$(addprefix lib/pfcp/,ies.c rules.c urr.c groups.c node_messages.c session_messages.c messages.c \
	decode.c encode.c print.c number.c flags.c address.c peer.c set.c header.c forward.c text.c user_id.c pfd.c qos.c \
	usage.c failure.c util.c))
$(call unit-test,test_pfcp,tests/unit/test_pfcp.c,pfcp)
$(call unit-test,test_pfcp_tables,tests/unit/test_pfcp_tables.c,pfcp)
$(call unit-test,test_pfcp_malformed,tests/unit/test_pfcp_malformed.c,pfcp)
$(call fuzz-target,fuzz_pfcp,tests/fuzz/fuzz_pfcp.c,pfcp)

$(eval $(call executable-rules,$(B)/bench,bench_pfcp_codec,tests/bench/bench_pfcp_codec.c tests/bench/bench_report.c,pfcp core,jansson))
bench-pfcp-codec: $(B)/bench/bench_pfcp_codec
	$< $(B)/bench/pfcp-codec.json
.PHONY: bench-pfcp-codec
