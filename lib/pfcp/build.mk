# SPDX-License-Identifier: Apache-2.0
#
# pfcp: the wire format of N4 (TS 29.244).
$(call library,pfcp,$(addprefix lib/pfcp/,ies.c groups.c messages.c decode.c encode.c print.c number.c address.c \
	header.c text.c qos.c util.c))
$(call unit-test,test_pfcp,tests/unit/test_pfcp.c,pfcp)
$(call unit-test,test_pfcp_tables,tests/unit/test_pfcp_tables.c,pfcp)
$(call unit-test,test_pfcp_malformed,tests/unit/test_pfcp_malformed.c,pfcp)
$(call fuzz-target,fuzz_pfcp,tests/fuzz/fuzz_pfcp.c,pfcp)
