# SPDX-License-Identifier: Apache-2.0
#
# ipfilter: IPFilterRule (RFC 6733 cl. 4.3.1), SDF filters (TS 29.244 cl. 8.2.5) and what they match.
$(call library,ipfilter,$(addprefix lib/ipfilter/,parse.c print.c match.c sdf.c pack.c packet.c))
$(call unit-test,test_ipfilter,tests/unit/test_ipfilter.c,ipfilter)
$(call unit-test,test_ipfilter_match,tests/unit/test_ipfilter_match.c,ipfilter)
$(call unit-test,test_ipfilter_packet,tests/unit/test_ipfilter_packet.c,ipfilter)
$(call fuzz-target,fuzz_ipfilter,tests/fuzz/fuzz_ipfilter.c,ipfilter)
$(call fuzz-target,fuzz_ip_packet,tests/fuzz/fuzz_ip_packet.c,ipfilter)
