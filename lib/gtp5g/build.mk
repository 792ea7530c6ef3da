# SPDX-License-Identifier: Apache-2.0
#
# gtp5g: the kernel module's rules and messages, no I/O; gtp5g-kernel: requests to it. Users link "gtp5g-kernel gtp5g ipfilter netlink".
$(call library,gtp5g,$(addprefix lib/gtp5g/,tables.c attributes.c text.c flow.c rule.c),libmnl)
$(call library,gtp5g-kernel,$(addprefix lib/gtp5g/,kernel.c listener.c),libmnl)
$(call unit-test,test_gtp5g,tests/unit/test_gtp5g.c,gtp5g ipfilter)
$(call unit-test,test_gtp5g_kernel,tests/unit/test_gtp5g_kernel.c,gtp5g-kernel gtp5g ipfilter netlink)
# ipfilter's sources by name: what it consists of is read behind this
$(call fuzz-target,fuzz_gtp5g,tests/fuzz/fuzz_gtp5g.c $(addprefix lib/ipfilter/,parse.c print.c),gtp5g)
