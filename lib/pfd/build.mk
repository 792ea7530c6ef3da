# SPDX-License-Identifier: Apache-2.0
#
# pfd: PFD Contents (TS 29.244 cl. 8.2.39), what applications are detected by.
$(call library,pfd,$(addprefix lib/pfd/,decode.c encode.c print.c match.c))
$(call unit-test,test_pfd,tests/unit/test_pfd.c,pfd ipfilter)
$(call fuzz-target,fuzz_pfd,tests/fuzz/fuzz_pfd.c,pfd ipfilter)
