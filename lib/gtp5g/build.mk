# SPDX-License-Identifier: Apache-2.0
#
# gtp5g: the kernel module's rules and messages, no I/O; gtp5g-kernel: requests to it. Users link "gtp5g-kernel gtp5g netlink".
$(call library,gtp5g,$(addprefix lib/gtp5g/,tables.c attributes.c text.c flow.c rule.c),libmnl)
$(call library,gtp5g-kernel,$(addprefix lib/gtp5g/,kernel.c listener.c),libmnl)
$(call unit-test,test_gtp5g,tests/unit/test_gtp5g.c,gtp5g)
$(call unit-test,test_gtp5g_kernel,tests/unit/test_gtp5g_kernel.c,gtp5g-kernel gtp5g netlink)
$(call fuzz-target,fuzz_gtp5g,tests/fuzz/fuzz_gtp5g.c,gtp5g)
